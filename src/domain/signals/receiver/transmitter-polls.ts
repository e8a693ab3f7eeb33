import type { AuditLog } from '../../audit/audit-event.ts';
import { backoff } from '../../notifications/backoff.ts';
import { deliveryRuns, isLockedByOther, type PolledDelivery } from '../../notifications/delivery-runs.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, upsert } from '../../ports/document-store.ts';
import { isFailedPoll, type PollAnswer, type PollClient } from './poll-client.ts';
import type { FailedPoll, PollFailureCode } from './poll-failures.ts';
import { newPollState, type PollState, TRANSMITTER_POLLS } from './poll-state.ts';
import { MOST_SETS, NOTHING_SETTLED, type PolledSets, type Settlement, type TakenSets } from './polled-sets.ts';
import { MOST_POLLED, TRUSTED_TRANSMITTERS, type Transmitter } from './transmitter.ts';

/** Answers of one round, and the time after which it requests no more: `moreAvailable` does not decide what polls cost. */
const MOST_ANSWERS = 20;
const ROUND_SECONDS = 60;
/**
 * Lock of a transmitter. It is longer than one turn takes: the requests for tokens, a poll that waits, the next poll, and the
 * effects of their events. When a process crashes, another one goes on once the lock ends.
 */
const LOCK_SECONDS = 60;
/** The pause after a round, and after an answer without an event that the transmitter did not hold although it may. */
const LEAST_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 300;
/** The longest pause while the transmitter answers: other events must not wait long because of these. */
const SHORT_PAUSE_SECONDS = 60;
/** Polls that fail for this long are in the audit log. */
const FAILING_SECONDS = 300;

const ANSWERED: ReadonlySet<PollFailureCode> = new Set<PollFailureCode>([
  'not_settled',
  'too_many_events',
  'keys_unavailable',
  'effects_paused',
  'not_handled',
]);

const NO_COUNTS = { acknowledged: 0, refused: 0 };
type Counts = Pick<TakenSets, 'acknowledged' | 'refused'>;

/**
 * Polls trusted transmitters (RFC 8936). One process at a time polls a transmitter, under a lock of its state. A SET is
 * acknowledged after its effects are durable, so after a crash it comes again, and has no second effect. A failing transmitter is
 * polled again at growing intervals, at most five minutes, or when it says (Retry-After). It delays no other. A round ends at an
 * answer without a new SET, so that a transmitter that repeats itself costs no more than a failing one.
 */
export const transmitterPolls = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly client: PollClient;
  readonly sets: PolledSets;
  /** The transmitter as it is now, if it is still polled. */
  readonly polled: (id: string) => Promise<Transmitter | undefined>;
  /** Names this process: the same after a restart, so that it goes on at once. */
  readonly node: string;
  /** Called with unexpected errors; the work is repeated. */
  readonly onError: (error: unknown) => void;
}): PolledDelivery => {
  const { documents, clock, audit, client, sets, polled, node } = deps;
  const transmitters = documents.collection<Transmitter>(TRUSTED_TRANSMITTERS);
  const states = documents.collection<PollState>(TRANSMITTER_POLLS);
  const runs = deliveryRuns(deps.onError);
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Whether a poll is due, and this process may make it. */
  const begun = async (id: string): Promise<boolean> => {
    const found = (await states.get(id))?.document;
    const isDue = (state: PollState): boolean =>
      !isLockedByOther(state, node, clock) && (state.dueAt ?? 0) <= clock.now();
    if (found && !isDue(found)) return false;
    let isMine = false;
    await upsert(states, id, (state = newPollState(id)) => {
      isMine = isDue(state);
      return isMine ? { ...state, lockedBy: node, lockedUntil: clock.now() + LOCK_SECONDS } : undefined;
    });
    return isMine;
  };

  /** Changes the state and prolongs the lock. False: another process has it. */
  const changed = async (id: string, change: (state: PollState) => PollState): Promise<boolean> => {
    let isMine = false;
    await update(states, id, (state) => {
      isMine = state.lockedBy === node;
      return isMine ? { ...change(state), lockedUntil: clock.now() + LOCK_SECONDS } : undefined;
    });
    return isMine;
  };

  const report = (type: 'transmitter.polls_failing' | 'transmitter.polls_recovered', state: PollState) =>
    audit.append({
      type,
      outcome: type === 'transmitter.polls_failing' ? 'refused' : 'done',
      caller: 'system',
      target: { kind: 'trusted transmitter', id: state.id },
      inputs: {
        ...{ since: state.failingSince, attempts: state.failures, reason: state.lastFailure?.failure },
        ...(state.lastFailure?.detail === undefined ? {} : { detail: state.lastFailure.detail }),
      },
    });

  const failed = async (
    { id }: Transmitter,
    { retryAfterSeconds = 0, ...lastFailure }: FailedPoll,
    counts: Counts = NO_COUNTS,
  ): Promise<void> => {
    const state = (await states.get(id))?.document;
    if (state?.lockedBy !== node) return;
    const now = clock.now();
    const failures = state.failures + 1;
    const failingSince = state.failingSince ?? now;
    const known = { failures, failingSince, lastFailure, lastFailureAt: now };
    const isDue = now - failingSince >= FAILING_SECONDS && state.isReported === undefined;
    if (isDue) await report('transmitter.polls_failing', { ...state, ...known });
    const longest = ANSWERED.has(lastFailure.failure) ? SHORT_PAUSE_SECONDS : LONGEST_PAUSE_SECONDS;
    const wait = Math.max(retryAfterSeconds, backoff(failures, undefined, longest));
    await changed(id, (before) => ({
      ...counted(before, counts),
      ...{ ...known, dueAt: now + wait },
      ...(isDue ? { isReported: true } : {}),
    }));
  };

  /** `dueAt`: absent: at once. False: another process has the lock. */
  const answered = async ({ id }: Transmitter, counts: Counts, dueAt?: number): Promise<boolean> => {
    const state = (await states.get(id))?.document;
    if (state?.isReported && state.lockedBy === node) await report('transmitter.polls_recovered', state);
    return changed(id, ({ failingSince: _, isReported: __, dueAt: ___, ...before }) => ({
      ...counted(before, counts),
      ...{ failures: 0, lastAnswerAt: clock.now() },
      ...(dueAt === undefined ? {} : { dueAt }),
    }));
  };

  /**
   * One request. If a poll that waits is not answered in time, the transmitter may hold it for longer than this server waits: one that
   * it answers at once says whether it works.
   */
  const ask = async (
    transmitter: Transmitter,
    settlement: Settlement,
    how: { readonly waits: boolean; readonly most?: number },
  ): Promise<PollAnswer | FailedPoll> => {
    const question = { ...settlement, most: MOST_SETS, ...how };
    let answer = await client.ask(transmitter, question, signal);
    const isHeld = how.waits && isFailedPoll(answer) && answer.failure === 'timed_out' && !signal.aborted;
    if (isHeld) answer = await client.ask(transmitter, { ...question, waits: false }, signal);
    if (!isFailedPoll(answer)) sets.settled(transmitter, settlement);
    return answer;
  };

  /** Settles without requesting events (RFC 8936 §2.4.2). Those that the transmitter does not hear of come again. */
  const settle = async (transmitter: Transmitter, settlement: Settlement): Promise<void> => {
    if (!isNothing(settlement)) await ask(transmitter, settlement, { waits: false, most: 0 });
  };

  /** When to poll again after an answer without an event; undefined: at once. */
  const nextAfter = ({ pollSeconds = 0 }: Transmitter, begunAt: number): number | undefined => {
    if (pollSeconds > 0) return clock.now() + pollSeconds;
    return clock.now() - begunAt >= LEAST_SECONDS ? undefined : begunAt + LEAST_SECONDS;
  };

  const round = async (id: string): Promise<void> => {
    if (!(await begun(id))) return;
    const end = clock.now() + ROUND_SECONDS;
    let settlement = NOTHING_SETTLED;
    let isMore = false;
    for (let answers = 0; answers < MOST_ANSWERS && clock.now() < end; answers += 1) {
      const transmitter = await polled(id);
      if (!transmitter) return;
      const begunAt = clock.now();
      const answer = await ask(transmitter, settlement, { waits: transmitter.pollSeconds === 0 && !isMore });
      if (signal.aborted) return;
      if (isFailedPoll(answer)) return failed(transmitter, answer);
      const taken = await sets.take(transmitter, answer.sets);
      ({ settlement } = taken);
      const problem = taken.left ?? (taken.isRepeated ? ({ failure: 'not_settled' } as const) : undefined);
      if (problem) {
        await settle(transmitter, settlement);
        return failed(transmitter, problem, taken);
      }
      const dueAt = isNothing(settlement) ? nextAfter(transmitter, begunAt) : undefined;
      if (!(await answered(transmitter, taken, dueAt)) || dueAt !== undefined) return;
      isMore = answer.isMore;
    }
    const transmitter = await polled(id);
    if (!transmitter) return;
    await settle(transmitter, settlement);
    await changed(id, (state) => ({ ...state, dueAt: clock.now() + LEAST_SECONDS }));
  };

  /** Another process may go on at once when this one stops. */
  const rounded = async (id: string): Promise<void> => {
    try {
      await round(id);
    } finally {
      if (signal.aborted)
        await update(states, id, (state) => (state.lockedBy === node ? { ...state, lockedUntil: 0 } : undefined));
    }
  };

  return {
    idle: runs.idle,

    async stop() {
      stopping.abort();
      await runs.stop();
    },

    async poll() {
      if (signal.aborted) return;
      const found = await transmitters.find({ where: { delivery: 'poll' }, limit: MOST_POLLED });
      sets.keep(new Set(found.map(({ document }) => document.id)));
      for (const { document } of found) {
        if (document.state === 'active') runs.start(document.id, () => rounded(document.id));
      }
    },
  };
};

const isNothing = ({ acknowledged, errors }: Settlement): boolean => acknowledged.length + errors.size === 0;

const counted = (state: PollState, { acknowledged, refused }: Counts): PollState => ({
  ...state,
  acknowledged: state.acknowledged + acknowledged,
  refused: state.refused + refused,
});
