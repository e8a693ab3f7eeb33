/** What the background tasks of a node do, and with what. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { logLag } from '../domain/audit/transparency-log/log-life.ts';
import { FINDING_KINDS } from '../domain/governance/finding.ts';
import { measureSinks } from './audit-sinks.ts';
import { measureProvisioning } from './provisioning-measures.ts';
import type { Services } from './services.ts';
import { measureSignals } from './signal-measures.ts';
import { sweeping } from './sweeping.ts';

/** A log that is behind by more seconds than this is a warning, once until it has caught up. */
const LATE_SECONDS = 30;

const logMeasure = ({ documents, clock, metrics, log }: Services): (() => Promise<void>) => {
  let isLate = false;
  return async () => {
    const seconds = await logLag(documents, clock.nowMillis());
    metrics.logLag.set(seconds);
    if (seconds > LATE_SECONDS && !isLate) {
      const text = 'the transparency log is behind the audit log: run `behalf audit verify --store`';
      log.warn({ event: 'transparency_log.late', seconds: Math.round(seconds) }, text);
    } else if (seconds <= LATE_SECONDS && isLate) {
      log.info({ event: 'transparency_log.caught_up' }, 'the transparency log has all records again');
    }
    isLate = seconds > LATE_SECONDS;
  };
};

/** Sets the gauges of open findings and responses. */
const measureFindings = async ({ findings, responses, metrics }: Services): Promise<void> => {
  for (const kind of FINDING_KINDS) metrics.findings.open.set({ kind }, await findings.count(kind));
  metrics.responses.open.set(await responses.countOpen());
};

/** Sets the gauge of access reviews that are not completed. */
const measureReviews = async ({ reviews, metrics, clock }: Services): Promise<void> => {
  const { items: preparing } = await reviews.list({ state: 'preparing', limit: 200 });
  const { items: open } = await reviews.list({ state: 'open', limit: 200 });
  const due = open.filter(({ document }) => document.dueAt <= clock.now());
  metrics.reviews.open.set({ state: 'preparing' }, preparing.length);
  metrics.reviews.open.set({ state: 'open' }, open.length - due.length);
  metrics.reviews.open.set({ state: 'due' }, due.length);
};

const idle = async (): Promise<void> => undefined;

/** In place of the tasks that make checkpoints and the transparency log, and deliver to audit sinks. Other readers of the log stay. */
export const WITHOUT_LOG_TASKS = {
  audit: { checkpoint: idle },
  transparencyLog: { poll: idle, cosign: idle },
  measureLog: idle,
  sinkDelivery: { poll: idle, stop: idle },
};

export const housekeepingParts = (made: Services, configuration: Configuration) => {
  const { ephemeral, broadcast, clock, steps, audit, keys, nodes, log, metrics } = made;
  const approvals = made.approvals.service;
  const used = [made.uses, made.credentialUses, made.grantUses, made.scopeUses, made.sessions, made.outcomes];
  return {
    configuration,
    sweeper: sweeping(made, configuration),
    ...{ ephemeral, broadcast, clock, steps, audit, keys, nodes, log },
    transparencyLog: made.transparencyLog,
    measureLog: logMeasure(made),
    auditSearch: made.auditSearch,
    agents: {
      noteUses: async () => void (await Promise.all(used.map((each) => each.flush()))),
      keep: async () => {
        await made.lifecycleJobs.run();
        await made.credentialLifecycleJobs.run();
        await approvals.settleUnknown();
        metrics.openReviews.set((await approvals.breakGlass.reviews('open', { limit: 1000 })).length);
      },
      settleOffboardings: () => made.offboarding.settleAll(),
      settleHandOvers: () => made.handOvers.settleAll(),
      settleSuccessions: () => made.successions.settleAll(),
      settleTransactions: () => made.transactions.settle(),
    },
    deliveryWorker: made.notifications.deliveryWorker,
    sinkDelivery: made.sinkDelivery,
    signalPush: made.signalPush,
    transmitterPolls: made.signalReceiver.transmitterPolls,
    provisioning: made.provisioningDelivery,
    discovery: made.discovery,
    reviews: made.reviewJobs,
    measureSinks: async () => {
      await measureSinks(metrics, made.auditSinks);
      await measureSignals(made);
      await measureFindings(made);
      await measureReviews(made);
      await measureProvisioning(made);
    },
    escalate: async () => metrics.approvals.inc({ outcome: 'escalated' }, await approvals.escalate()),
  };
};
