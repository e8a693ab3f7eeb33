/** What the background tasks of a node do, and with what. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { measureSinks } from './audit-sinks.ts';
import type { Services } from './services.ts';
import { sweeping } from './sweeping.ts';

export const housekeepingParts = (made: Services, configuration: Configuration) => {
  const { ephemeral, broadcast, clock, steps, audit, keys, nodes, log, metrics } = made;
  const approvals = made.approvals.service;
  const used = [made.uses, made.credentialUses, made.grantUses, made.sessions, made.outcomes];
  return {
    configuration,
    sweeper: sweeping(made, configuration),
    ...{ ephemeral, broadcast, clock, steps, audit, keys, nodes, log },
    transparencyLog: made.transparencyLog,
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
      settleTransactions: () => made.transactions.settle(),
    },
    deliveryWorker: made.notifications.deliveryWorker,
    sinkDelivery: made.sinkDelivery,
    measureSinks: () => measureSinks(metrics, made.auditSinks),
    escalate: async () => metrics.approvals.inc({ outcome: 'escalated' }, await approvals.escalate()),
  };
};
