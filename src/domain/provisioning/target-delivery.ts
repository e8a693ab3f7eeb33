import type { AuditLog } from '../audit/audit-event.ts';
import { backoff } from '../notifications/backoff.ts';
import { deliveryRuns, isLockedByOther, type PolledDelivery } from '../notifications/delivery-runs.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
import {
  MOST_TARGETS,
  PROVISIONING_STATES,
  PROVISIONING_TARGETS,
  type ProvisioningTarget,
  type TargetState,
  type Waiting,
} from './provisioning-target.ts';
import { targetFailureOf } from './target-failures.ts';
import type { PushOutcome, TargetPush } from './target-push.ts';
import { type TargetQueue, withWaiting } from './target-queue.ts';

/** Longer than the calls for one object take. Another process goes on after it when the one that delivered has crashed. */
const LOCK_SECONDS = 120;
/** Nothing is written when less than this is left of the lock: longer than a call takes. */
const LEAST_LOCK_SECONDS = 30;
/** A process delivers to one target for this long before it looks again at the others. */
const TURN_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 300;
/** A target that fails for this long is in the audit log. */
const FAILING_SECONDS = 300;

/**
 * Pushes agents and their owners to targets, at least once. One process at a time pushes to a target, under a lock of its
 * state. An object leaves `waiting` after the target acknowledged it. A failing target is tried again at growing intervals, at
 * most five minutes, or when it says (Retry-After). It delays neither requests nor other targets.
 */
export const targetDelivery = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly queue: TargetQueue;
  readonly push: TargetPush['push'];
  /** Names this process: the same after a restart, so that it goes on at once. */
  readonly node: string;
  /** Called with unexpected errors; the work is repeated. */
  readonly onError: (error: unknown) => void;
}): PolledDelivery => {
  const { documents, clock, audit, queue, node } = deps;
  const targets = documents.collection<ProvisioningTarget>(PROVISIONING_TARGETS);
  const states = documents.collection<TargetState>(PROVISIONING_STATES);
  const runs = deliveryRuns(deps.onError);

  const stored = async (next: TargetState, version: number): Promise<Versioned<TargetState> | undefined> =>
    (await states.replace(next, version)) ? { document: next, version: version + 1 } : undefined;

  const about = ({ id }: ProvisioningTarget) => ({ caller: 'system', target: { kind: 'provisioning target', id } });

  const report =
    (type: 'provisioning_target.failing' | 'provisioning_target.recovered', target: ProvisioningTarget) =>
    async ({ failingSince, failures, lastFailure }: TargetState): Promise<void> => {
      const isFailing = type === 'provisioning_target.failing';
      await audit.append({
        ...about(target),
        ...{ type, outcome: isFailing ? 'refused' : 'done' },
        inputs: { since: failingSince, attempts: failures, reason: lastFailure?.failure },
      });
    };

  const afterFailure = async (target: ProvisioningTarget, error: unknown): Promise<void> => {
    const failed = targetFailureOf(error);
    if (!failed) throw error;
    const { retryAfterSeconds = 0, ...lastFailure } = failed;
    const state = (await states.get(target.id))?.document;
    // Another node has the lock: it says how the target is.
    if (!state || failed.failure === 'lock_lost') return;
    const now = clock.now();
    const failures = state.failures + 1;
    const failingSince = state.failingSince ?? now;
    const isDue = now - failingSince >= FAILING_SECONDS && state.isReported === undefined;
    const known = { failures, failingSince, lastFailure, lastFailureAt: now };
    if (isDue) await report('provisioning_target.failing', target)({ ...state, ...known });
    const wait = Math.max(retryAfterSeconds, backoff(failures, undefined, LONGEST_PAUSE_SECONDS));
    await update(states, target.id, (before) => ({
      ...before,
      ...{ ...known, dueAt: now + wait },
      ...(isDue ? { isReported: true as const } : {}),
    }));
  };

  const refused = (target: ProvisioningTarget, id: string, outcome: Extract<PushOutcome, { readonly is: 'refused' }>) =>
    audit.append({
      ...about(target),
      ...{ type: 'provisioning_target.refused', outcome: 'refused' },
      inputs: { object: id, reason: outcome.failure.failure, status: outcome.failure.status },
    });

  /** The object leaves `waiting`, unless it was forced again in the meantime. */
  const settle = async (
    target: ProvisioningTarget,
    done: Waiting,
    outcome: PushOutcome,
  ): Promise<Versioned<TargetState> | undefined> => {
    const following = outcome.is !== 'refused' && outcome.isFirst ? await queue.agentsOf(done.id) : [];
    const held = (await states.get(target.id))?.document;
    if (held?.isReported) await report('provisioning_target.recovered', target)(held);
    const now = clock.now();
    return update(states, target.id, ({ failingSince: _, dueAt: __, isReported: ___, ...before }) => {
      // Another node has the lock: what waits now may be a later change of the same object.
      if (before.lockedBy !== node) return undefined;
      return {
        ...before,
        waiting: withWaiting(
          before.waiting.filter(({ id, isForced }) => id !== done.id || (isForced && !done.isForced)),
          following,
        ),
        failures: 0,
        ...(outcome.is === 'pushed' ? { pushed: before.pushed + 1 } : {}),
        ...(outcome.is === 'pushed' || outcome.is === 'unchanged' ? { lastSuccessAt: now } : {}),
        lockedUntil: now + LOCK_SECONDS,
      };
    });
  };

  /** One object. Undefined: nothing is left, another process pushes, or the target is no longer active. */
  const step = async (id: string): Promise<'more' | undefined> => {
    const held = await states.get(id);
    const target = (await targets.get(id))?.document;
    if (!held || target?.state !== 'active' || isLockedByOther(held.document, node, clock)) return undefined;
    if ((held.document.dueAt ?? 0) > clock.now()) return undefined;
    const filled = held.document.waiting.length > 0 ? held.document : await queue.fill(target, held.document);
    const [first] = filled.waiting;
    if (!first) {
      const isMoved = JSON.stringify(filled) !== JSON.stringify(held.document);
      if (isMoved) await stored(filled, held.version);
      return filled.sweep ? 'more' : undefined;
    }
    const lockedUntil = clock.now() + LOCK_SECONDS;
    if (!(await stored({ ...filled, lockedBy: node, lockedUntil }, held.version))) return 'more';
    const outcome = await deps.push(target, first, () => lockedUntil - clock.now() > LEAST_LOCK_SECONDS);
    if (outcome.is === 'refused') await refused(target, first.id, outcome);
    await settle(target, first, outcome);
    return 'more';
  };

  const deliver = async (target: ProvisioningTarget): Promise<void> => {
    const end = clock.now() + TURN_SECONDS;
    try {
      while (!runs.isStopped() && clock.now() < end && (await step(target.id)) === 'more');
    } catch (error) {
      await afterFailure(target, error);
    }
  };

  return {
    idle: runs.idle,
    stop: runs.stop,

    async poll() {
      if (runs.isStopped()) return;
      const found = await targets.find({ limit: MOST_TARGETS });
      for (const { document } of found) {
        if (document.state === 'active') runs.start(document.id, () => deliver(document));
      }
    },
  };
};
