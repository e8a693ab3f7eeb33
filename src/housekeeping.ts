/**
 * Background tasks of a node: sweeps, checkpoints, counted refusals, key changes, heartbeats. Also determines whether the
 * node can serve.
 */
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Sweeper } from './domain/platform/retention/sweeper.ts';
import type { Broadcast } from './domain/ports/broadcast.ts';
import type { Clock } from './domain/ports/clock.ts';
import { isOutOfSpace } from './domain/ports/document-store.ts';
import type { EphemeralStore } from './domain/ports/ephemeral-store.ts';
import type { ReadinessCheck } from './http/operations.ts';

const SWEEP_EVERY_MILLISECONDS = 5_000;
/** How soon a node notices, without a write, that the volume is full or has room again. */
const TEND_EVERY_MILLISECONDS = 1_000;
/** How soon a node adopts a key set that another node changed (decision D23). Also the interval of the clock comparison. */
const LOOK_EVERY_MILLISECONDS = 1_000;
const BEAT_EVERY_MILLISECONDS = 2_000;
/** How soon the transparency log has a record; within a second, with the time of a turn. */
const LOG_EVERY_MILLISECONDS = 500;
const LAG_EVERY_MILLISECONDS = 10_000;
/** A chunk of 1,024 events is added to the search index; searches read those without a place. */
const SEARCH_EVERY_MILLISECONDS = 1_000;
/** The part of that interval for an index that is behind. */
const SEARCH_MILLISECONDS = 200;
/** A node that has not adopted the key set for this long is not ready (decision D23). */
const BEHIND_MILLISECONDS = 30_000;
/** How soon the agent registry reflects a change by time or by the owner. The change itself takes effect earlier. */
const AGENTS_EVERY_MILLISECONDS = 10_000;
const LIFECYCLE_JOBS_EVERY_MILLISECONDS = 60_000;
/** How soon a node sends a notification. */
const TELL_EVERY_MILLISECONDS = 1_000;
/** How soon a node begins to deliver events to audit sinks. */
const SINKS_EVERY_MILLISECONDS = 1_000;
/** How soon a node begins to push security events. */
const SIGNALS_EVERY_MILLISECONDS = 100;
/** How soon a node begins to poll a transmitter that is due. */
const TRANSMITTERS_EVERY_MILLISECONDS = 1_000;
/** How soon a node begins to push changes to provisioning targets. */
const PROVISIONING_EVERY_MILLISECONDS = 1_000;
/** How soon a finding arises, where few clients got tokens; otherwise within ten seconds more. */
const FINDINGS_EVERY_MILLISECONDS = 1_000;
/** How soon the server begins to make the items of an access review. */
const REVIEWS_EVERY_MILLISECONDS = 1_000;
/** How soon a kill takes effect here that another process latched on this volume. */
const LATCH_EVERY_MILLISECONDS = 500;
/** Delay before the next attempt to read the time of the next key change. */
const ASK_AGAIN_SECONDS = 10;
/** setTimeout takes 31 bits of milliseconds. */
const LONGEST_WAIT_SECONDS = 86_400;

export type Housekeeping = {
  readonly checks: readonly ReadinessCheck[];
  /** Call it after a rotation of signing keys: schedules their next changes anew. */
  keysChanged(): void;
  stop(): Promise<void>;
};

type Dependencies = {
  readonly configuration: Configuration;
  readonly sweeper: Sweeper;
  readonly ephemeral: EphemeralStore;
  readonly broadcast: Pick<Broadcast, 'publish' | 'subscribe'>;
  readonly clock: Clock;
  /** Whether deletion may rely on the clock; absent: always. */
  readonly steps?: { isSteady(): boolean };
  /** Watches the volume of the database; absent without one. */
  readonly volume?: { tend(): Promise<void> };
  readonly audit: { checkpoint(): Promise<unknown> };
  readonly auditSearch: { poll(milliseconds: number): Promise<unknown> };
  readonly transparencyLog: { poll(): Promise<void>; cosign(): Promise<void> };
  /** Measures how far the transparency log is behind the records. */
  readonly measureLog: () => Promise<void>;
  readonly refusals: { flush(how?: { readonly all?: boolean }): Promise<void> };
  readonly keys: { nextChangeIn(): Promise<number | undefined>; version(): Promise<string> };
  readonly kills: { poll(): Promise<void> };
  readonly agents: {
    noteUses(): Promise<void>;
    keep(): Promise<void>;
    settleOffboardings(): Promise<void>;
    settleHandOvers(): Promise<void>;
    /** Proposes successors for agents without owner. */
    settleSuccessions(): Promise<void>;
    /** Closes transactions that are past their end, or whose agent was killed. */
    settleTransactions(): Promise<unknown>;
  };
  /** Notifies further approvers of requests that the first approvers have not decided in time. */
  readonly escalate: () => Promise<unknown>;
  readonly deliveryWorker: { poll(): Promise<void>; stop(): Promise<void> };
  readonly sinkDelivery: { poll(): Promise<void>; stop(): Promise<void> };
  readonly signalPush: { poll(): Promise<void>; stop(): Promise<void> };
  /** Polls trusted transmitters. */
  readonly transmitterPolls: { poll(): Promise<void>; stop(): Promise<void> };
  readonly provisioning: { poll(): Promise<void>; stop(): Promise<void> };
  /** Reads the audit log and the registries for findings. */
  readonly discovery: { poll(): Promise<void> };
  /** Makes the items of access reviews, and applies their defaults. */
  readonly reviews: { poll(): Promise<void> };
  readonly measureSinks: () => Promise<void>;
  readonly oidcProvider: { reload(): Promise<void>; keysVersion(): string };
  readonly nodes: { beat(): Promise<void>; observe(): Promise<void>; problem(): string | undefined };
  readonly log: Logger;
  /** Default: one second. */
  readonly tellEveryMilliseconds?: number;
};

export const housekeeping = (deps: Dependencies): Housekeeping => {
  const {
    configuration,
    sweeper,
    ephemeral,
    broadcast,
    clock,
    audit,
    transparencyLog,
    auditSearch,
    refusals,
    keys,
    kills,
    agents,
    deliveryWorker,
    sinkDelivery,
    signalPush,
    transmitterPolls,
    provisioning,
    oidcProvider,
    nodes,
    log,
    tellEveryMilliseconds = TELL_EVERY_MILLISECONDS,
  } = deps;
  const timers: NodeJS.Timeout[] = [];
  const running = new Set<Promise<void>>();
  let keyTimer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let keysKnownAt = clock.nowMillis();

  /**
   * Runs a task periodically, one run at a time. Retries a failed task at the next interval, and logs the first of several
   * consecutive failures. Returns a function that runs the task between intervals.
   */
  const every = (milliseconds: number, name: string, task: () => Promise<unknown>): (() => void) => {
    let isBusy = false;
    let isFailing = false;
    const once = (): void => {
      if (isBusy || isStopped) return;
      isBusy = true;
      const run = (async () => {
        try {
          await task();
          if (isFailing) log.info({ event: 'housekeeping.works', task: name }, 'housekeeping works again');
          isFailing = false;
        } catch (error) {
          if (!isFailing) log.warn({ event: 'housekeeping.failed', task: name, err: error }, 'housekeeping failed');
          isFailing = true;
        } finally {
          isBusy = false;
        }
      })();
      running.add(run);
      void run.finally(() => running.delete(run));
    };
    timers.push(setInterval(once, milliseconds).unref());
    return once;
  };

  every(SWEEP_EVERY_MILLISECONDS, 'sweep', async () => {
    if (deps.steps?.isSteady() === false) return;
    await sweeper.run();
  });
  const { volume } = deps;
  if (volume) every(TEND_EVERY_MILLISECONDS, 'volume', () => volume.tend())();
  every(configuration.audit.checkpointSeconds * 1000, 'checkpoint', () => audit.checkpoint());
  every(LOG_EVERY_MILLISECONDS, 'transparency log', () => transparencyLog.poll());
  every(LAG_EVERY_MILLISECONDS, 'lag of the transparency log', deps.measureLog);
  every(SEARCH_EVERY_MILLISECONDS, 'audit search', () => auditSearch.poll(SEARCH_MILLISECONDS));
  const { policyFile, intervalSeconds } = configuration.audit.witnesses;
  if (policyFile !== undefined) every(intervalSeconds * 1000, 'witnesses', () => transparencyLog.cosign());
  every(configuration.audit.refusalIntervalSeconds * 1000, 'refusals', () => refusals.flush());

  const lookAtKeys = every(LOOK_EVERY_MILLISECONDS, 'keys', async () => {
    if ((await keys.version()) !== oidcProvider.keysVersion()) {
      await oidcProvider.reload();
      log.info({ event: 'keys.reloaded' }, 'signing keys were changed by another node');
      void scheduleKeys();
    }
    keysKnownAt = clock.nowMillis();
  });
  // Another node announces new keys, which is faster than the interval.
  broadcast.subscribe('keys', lookAtKeys);
  every(LOOK_EVERY_MILLISECONDS, 'clocks', () => nodes.observe());
  every(BEAT_EVERY_MILLISECONDS, 'heartbeat', () => nodes.beat());

  every(AGENTS_EVERY_MILLISECONDS, 'uses of agents', () => agents.noteUses());
  every(AGENTS_EVERY_MILLISECONDS, 'offboarding', () => agents.settleOffboardings());
  every(AGENTS_EVERY_MILLISECONDS, 'hand-overs', () => agents.settleHandOvers());
  every(AGENTS_EVERY_MILLISECONDS, 'successions', () => agents.settleSuccessions());
  every(AGENTS_EVERY_MILLISECONDS, 'transactions', () => agents.settleTransactions());
  every(LIFECYCLE_JOBS_EVERY_MILLISECONDS, 'agents', async () => {
    if (deps.steps?.isSteady() !== false) await agents.keep();
  });
  every(tellEveryMilliseconds, 'escalations', deps.escalate);
  every(tellEveryMilliseconds, 'notifications', () => deliveryWorker.poll());
  every(SINKS_EVERY_MILLISECONDS, 'audit sinks', () => sinkDelivery.poll());
  every(SIGNALS_EVERY_MILLISECONDS, 'security events', () => signalPush.poll());
  every(TRANSMITTERS_EVERY_MILLISECONDS, 'polls of transmitters', () => transmitterPolls.poll());
  every(PROVISIONING_EVERY_MILLISECONDS, 'provisioning targets', () => provisioning.poll());
  every(FINDINGS_EVERY_MILLISECONDS, 'findings', () => deps.discovery.poll());
  every(REVIEWS_EVERY_MILLISECONDS, 'access reviews', () => deps.reviews.poll());
  every(AGENTS_EVERY_MILLISECONDS, 'measures of audit sinks, signals and targets', deps.measureSinks);
  every(LATCH_EVERY_MILLISECONDS, 'kills', () => kills.poll());

  const scheduleKeys = async (): Promise<void> => {
    clearTimeout(keyTimer);
    // A failed read is repeated later: a failing store must not end the process.
    const seconds = await keys.nextChangeIn().catch(() => ASK_AGAIN_SECONDS);
    if (seconds === undefined || isStopped) return;
    const wait = Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000;
    keyTimer = setTimeout(() => {
      oidcProvider
        .reload()
        .catch((error: unknown) => log.error({ event: 'keys.reload_failed', err: error }, 'keys could not be reloaded'))
        .finally(() => void scheduleKeys());
    }, wait).unref();
  };
  void scheduleKeys();

  return {
    checks: [
      { name: 'storage', check: () => storageProblem(ephemeral) },
      {
        name: 'keys',
        check: async () =>
          clock.nowMillis() - keysKnownAt > BEHIND_MILLISECONDS
            ? `the signing keys could not be compared with those stored for ${BEHIND_MILLISECONDS / 1000} s`
            : undefined,
      },
      { name: 'nodes', check: async () => nodes.problem() },
    ],
    keysChanged() {
      void scheduleKeys();
      void broadcast.publish('keys', '');
    },
    async stop() {
      isStopped = true;
      sweeper.stop();
      for (const timer of timers) clearInterval(timer);
      clearTimeout(keyTimer);
      await Promise.all(running);
      const deliveries = [deliveryWorker, sinkDelivery, signalPush, transmitterPolls, provisioning];
      await Promise.all(deliveries.map((delivery) => delivery.stop()));
      await refusals.flush({ all: true }).catch((error: unknown) => {
        log.warn(
          { event: 'housekeeping.failed', task: 'refusals', err: error },
          'counted refusals could not be written',
        );
      });
      // Last, so that it includes the notifications that were just written.
      await agents.noteUses().catch(() => undefined);
    },
  };
};

/** Writes to the ephemeral store and reads it back. */
const storageProblem = async (ephemeral: Pick<EphemeralStore, 'set' | 'get'>): Promise<string | undefined> => {
  try {
    await ephemeral.set('readiness', '1', 60);
  } catch (error) {
    if (isOutOfSpace(error)) return 'there is no room for what is to be stored';
    throw error;
  }
  return (await ephemeral.get('readiness')) === '1' ? undefined : 'what was written is not read back';
};
