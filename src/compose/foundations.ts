/**
 * The basis of all services: time, stores, keys, this node, and the audit log that records every event. Called by services.ts.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { systemClock } from '../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { useOneShotKeys } from '../../adapters/node/one-shot-keys.ts';
import { useOneShotSignatures } from '../../adapters/node/one-shot-signatures.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { thisProcess } from '../../adapters/node/this-process.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type FullAuditLog, newAuditLog } from '../domain/audit/audit-log.ts';
import { auditSigner } from '../domain/audit/audit-signer.ts';
import { type OutcomeCounts, outcomeCounts } from '../domain/audit/outcome-counts.ts';
import { type RecentRecords, recentRecords } from '../domain/audit/recent-records.ts';
import { type AuditSearch, auditSearch } from '../domain/audit/search/audit-search.ts';
import { verificationKey } from '../domain/audit/signed-heads.ts';
import { type TransparencyLog, transparencyLog } from '../domain/audit/transparency-log/transparency-log.ts';
import type { Route } from '../domain/authority/decision/facts.ts';
import type { DecisionLayer } from '../domain/authority/decision/layers.ts';
import { type GrantUses, grantUse } from '../domain/authority/grants/grant-last-used.ts';
import { type ScopeUses, scopeUse } from '../domain/authority/grants/scope-last-used.ts';
import { type AgentUses, agentUse } from '../domain/clients/agents/agent-last-used.ts';
import { newNotificationLog } from '../domain/notifications/notification-log.ts';
import { isPushUsed } from '../domain/notifications/push-registry.ts';
import { type ClockSteps, clockSteps } from '../domain/platform/cluster/clock-steps.ts';
import { withMutex } from '../domain/platform/cluster/mutex.ts';
import { type Machine, type NodeRegistry, nodeRegistry } from '../domain/platform/cluster/node-registry.ts';
import { masterKey as derivedFrom, type MasterKey } from '../domain/platform/crypto/master-key.ts';
import type { Broadcast } from '../domain/ports/broadcast.ts';
import type { Clock } from '../domain/ports/clock.ts';
import { type DocumentStore, isDocumentConflict } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Grants } from '../domain/ports/grants.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { Mailer } from '../domain/ports/mailer.ts';
import type { PolicyEngine } from '../domain/ports/policy-engine.ts';
import type {
  TrustedAsk,
  TrustedCall,
  TrustedFetch,
  TrustedPost,
  TrustedStream,
} from '../domain/ports/trusted-fetch.ts';
import type { UpstreamClient } from '../domain/ports/upstream-client.ts';
import { withPriority } from '../domain/ports/write-priority.ts';
import type { FirstStart } from '../first-start.ts';
import { type Metrics, metrics as makeMetrics } from '../http/metrics.ts';
import { type NodeState, nodeState } from '../node-state.ts';
import { type SigningKeys, signingKeys } from '../provider/tokens/signing-keys.ts';
import { egress } from './egress.ts';
import { logOf } from './log.ts';
import { mailerOf } from './mailer.ts';
import { measuredStores } from './measured-stores.ts';
import { pushPost } from './push.ts';
import { folderOf, otherSecretOf, type Stores, secretOf, stores } from './stores.ts';
import { afterMoves } from './transferred-data.ts';
import { trustedCheckpoints } from './trusted-checkpoints.ts';
import { witnessRules } from './witnesses.ts';

/** Parts that a test may replace. */
export type Overrides = {
  readonly clock?: Clock;
  readonly identifiers?: Identifiers;
  readonly documents?: DocumentStore;
  readonly ephemeral?: EphemeralStore;
  readonly broadcast?: Broadcast;
  /** 32 bytes. */
  readonly masterKey?: Buffer;
  readonly log?: Logger;
  readonly mailer?: Mailer;
  readonly trustedFetch?: TrustedFetch & Partial<TrustedPost & TrustedAsk & TrustedStream & TrustedCall>;
  readonly upstreamClient?: UpstreamClient;
  readonly grants?: Grants;
  readonly policyEngine?: PolicyEngine;
  /** Wraps the audit log; for tests that read each event, or make the next appends fail. */
  readonly audit?: (audit: FullAuditLog) => FullAuditLog;
  /** Whether a route of the decision skips a layer; for tests that show what the layer prevents. */
  readonly withoutLayer?: (layer: DecisionLayer, route: Route) => boolean;
  /** Identifies this process to others; for tests with several nodes in one process. */
  readonly machine?: Machine;
  /** Deadline after which a request gets 503; tests on a busy machine extend it. */
  readonly requestDeadlineMilliseconds?: number;
  /** How often the node sends due notifications and escalates approvals; tests that wait for both shorten it. */
  readonly tellEveryMilliseconds?: number;
  /** Leaves out checkpoints, the transparency log and audit sinks; for the bench that shows what they cost. */
  readonly withoutLogTasks?: true;
  /** The supervisor has just run `prepare`, once for all workers of this machine. */
  readonly isPrepared?: boolean;
  /** Called as soon as an administrator exists, because a later step may fail. */
  readonly onFirstStart?: (first: FirstStart) => void;
};

/** The basis of every service. */
export interface Foundations {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The guarded fetch, which is the only way to the network. */
  readonly trustedFetch: TrustedFetch & Partial<TrustedPost & TrustedAsk & TrustedStream & TrustedCall>;
  /** Folder for files of this node; undefined without one. */
  readonly folder: string | undefined;
  readonly masterKey: MasterKey;
  /** The opened stores, for readiness checks and the volume. */
  readonly opened: Stores;
  /** Broadcasts to the other nodes. */
  readonly broadcast: Broadcast;
  /** The durable store. Measures the duration of each call. */
  readonly documents: DocumentStore;
  /** The store of values that may be lost. Measures the duration of each call. */
  readonly ephemeral: EphemeralStore;
  readonly keys: SigningKeys;
  readonly nodes: NodeRegistry;
  readonly steps: ClockSteps;
  readonly state: NodeState;
  /** Time of the last use of each agent. */
  readonly uses: AgentUses;
  readonly outcomes: OutcomeCounts;
  /** Time of the last use of each grant and delegation. */
  readonly grantUses: GrantUses;
  /** Time of the last use of each scope of a delegation. */
  readonly scopeUses: ScopeUses;
  /** Absent without a mail server. */
  readonly mailer: Mailer | undefined;
  /** Appends an event together with its notification, metrics, counts and uses. */
  readonly audit: FullAuditLog;
  /** Over the records of all nodes. */
  readonly transparencyLog: TransparencyLog;
  readonly auditSearch: AuditSearch;
  /** What this process has recorded last. */
  readonly recent: RecentRecords;
}

/** For the whole process, before any library is used. */
const useFastPrimitives = (): void => {
  useOneShotSignatures();
  useOneShotKeys();
};

export const foundations = async (configuration: Configuration, overrides: Overrides): Promise<Foundations> => {
  useFastPrimitives();
  const { issuer } = configuration;
  const clock = overrides.clock ?? systemClock;
  const identifiers = overrides.identifiers ?? randomIdentifiers;
  const log = overrides.log ?? logOf(configuration);
  const metrics = makeMetrics();
  // First of all: without its guard the server does not start.
  const trustedFetch = overrides.trustedFetch ?? egress(configuration, { clock, log, metrics });
  const rules = witnessRules(configuration, trustedFetch);
  const folder = folderOf(configuration);
  // The key before the stores: a new data folder has none, and a database must not be opened without its key.
  const masterKey = derivedFrom(overrides.masterKey ?? secretOf(configuration, folder), otherSecretOf(configuration));
  const opened = await afterMoves(await stores(configuration, { ...overrides, log }, clock, folder));
  const { documents, ephemeral } = measuredStores(opened, metrics);
  const { prepublishSeconds, retireSeconds } = configuration.keys;
  // On a full volume, the reserve serves these writes.
  const keys = await withPriority('essential', () =>
    withMutex({ documents, clock }, 'signing keys', () =>
      signingKeys({ documents, clock, identifiers, masterKey, prepublishSeconds, retireSeconds }),
    ),
  );
  const nodes = nodeRegistry({ documents, clock, machine: overrides.machine ?? thisProcess });
  const steps = clockSteps({
    clock,
    elapsed: stopwatch,
    onStep: (seconds) => log.warn({ event: 'clock.set', seconds }, 'the clock was set'),
  });
  const auditKey = await verificationKey(keys.auditJwk());
  const state = await nodeState(folder, { identifiers, nodes, auditKey }).catch(async (error: unknown) => {
    await Promise.allSettled([opened.broadcast.close(), opened.ephemeral.close(), opened.documents.close()]);
    throw error;
  });
  const recent = recentRecords();
  const search = auditSearch({ documents, recent, pause: () => turn(), nowMillis: () => clock.nowMillis() });
  const auditLog = newAuditLog({
    documents,
    clock,
    node: state.node,
    issuer,
    signer: await auditSigner(keys.auditJwk()),
    remember: state.remember,
    search,
    recent,
  });
  const uses = agentUse({ documents, clock });
  const outcomes = outcomeCounts({ documents, clock, node: state.node });
  const grantUses = grantUse({ documents, clock, longestSeconds: configuration.delegation.maxDurationSeconds });
  const scopeUses = scopeUse({ documents, clock });
  const mailer = overrides.mailer ?? mailerOf(configuration);
  const notificationLog = newNotificationLog({
    documents,
    clock,
    isMailed: mailer !== undefined,
    isPushed: pushPost(configuration.push, trustedFetch) === undefined ? async () => false : isPushUsed({ documents }),
  });
  const audit: FullAuditLog = {
    ...auditLog,
    async append(event, together) {
      const from = stopwatch();
      try {
        const receipt = await auditLog.append(event, together);
        // Like the event itself, before the change that it describes takes effect (WH-01).
        await notificationLog.note(event, receipt);
        metrics.events.inc({ type: event.type, outcome: event.outcome });
        outcomes.note(event);
        if (event.type === 'token.issued' && event.caller?.startsWith('agt_')) uses.note(event.caller);
        grantUses.note(event);
        scopeUses.note(event);
        return receipt;
      } catch (error) {
        // A request that lost a race to use something up: the log works.
        if (!isDocumentConflict(error)) metrics.failures.inc();
        throw error;
      } finally {
        metrics.appending(stopwatch() - from);
      }
    },
  };
  const appends = overrides.audit?.(audit) ?? audit;
  return {
    ...{ clock, identifiers, log, metrics, trustedFetch, folder, masterKey, opened, documents, ephemeral },
    broadcast: opened.broadcast,
    ...{ keys, nodes, steps, state, uses, outcomes, grantUses, scopeUses, mailer },
    auditSearch: search,
    recent,
    audit: appends,
    transparencyLog: transparencyLog({
      ...{ documents, recent, clock, identifiers, masterKey, issuer },
      witnesses: rules && {
        rules,
        audit: appends,
        onOutcome: (witness, outcome) => metrics.witnesses.inc({ witness, outcome }),
      },
      kept: trustedCheckpoints(folder, (err) =>
        log.error({ event: 'transparency_log.not_kept', err }, 'the trusted checkpoint could not be written'),
      ),
      refused: (origin, problem) =>
        log.error(
          { event: 'transparency_log.not_trusted', origin, problem },
          'the stored transparency log is not continued: run `behalf audit verify --store`',
        ),
      pause: () => turn(),
    }),
  };
};
