/** Takes the SETs of an answer to a poll, and says what the transmitter gets: acknowledgements, or errors (RFC 8936 §2.4). */
import type { Clock } from '../../ports/clock.ts';
import { isStoreUnavailable } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { FailedPoll, PollFailureCode } from './poll-failures.ts';
import type { SetError } from './received-set.ts';
import type { SignalReceiver } from './signal-receiver.ts';
import type { Transmitter } from './transmitter.ts';

/** Most SETs of one answer. With 16 KiB each, the longest that is accepted, they are below the 1 MiB of an answer. */
export const MOST_SETS = 50;
/** Outcomes that are remembered of one transmitter, and for how long. */
const MOST_REMEMBERED = 500;
const REMEMBERED_SECONDS = 600;
/**
 * A SET that no known key verifies is left for so long, and then judged again: the transmitter may have a new key. Longer than fetched
 * keys are used although another key is named.
 */
const KEYS_SECONDS = 35;

/** What the next request says. `errors` have the codes of RFC 8935 §2.4. */
export type Settlement = {
  readonly acknowledged: readonly string[];
  readonly errors: ReadonlyMap<string, { readonly err: SetError; readonly description: string }>;
};

export const NOTHING_SETTLED: Settlement = { acknowledged: [], errors: new Map() };

export type TakenSets = {
  readonly settlement: Settlement;
  /** Number of SETs that were acknowledged and refused, without those that this process knew. */
  readonly acknowledged: number;
  readonly refused: number;
  /** Whether each of them was settled before in a request that the transmitter answered. */
  readonly isRepeated: boolean;
  /** Why some were left at the transmitter, which sends them again. */
  readonly left?: FailedPoll;
};

export interface PolledSets {
  /**
   * Takes at most MOST_SETS. A SET is in the settlement once its effects are durable. Stops when the transmitter is no longer
   * polled, and leaves the others. Throws StoreUnavailable when the transmitter cannot be read.
   */
  take(transmitter: Transmitter, sets: readonly (readonly [string, unknown])[]): Promise<TakenSets>;
  /** The transmitter answered a request with this settlement. */
  settled(transmitter: Pick<Transmitter, 'id'>, settlement: Settlement): void;
  /** Forgets all but these transmitters. */
  keep(ids: ReadonlySet<string>): void;
}

type Outcome = {
  readonly at: number;
  /** Absent: acknowledged. */
  readonly error?: { readonly err: SetError; readonly description: string };
  isSettled: boolean;
  /** It is judged again. */
  readonly isOpen?: true;
};
/** `of`: when the transmitter was changed. With other settings, a SET may have another outcome. */
type Memory = { readonly of: number; readonly outcomes: Map<string, Outcome> };

export const polledSets = (deps: {
  readonly clock: Clock;
  readonly signals: Pick<SignalReceiver, 'receive'>;
  /** The transmitter as it is now, if it is still polled. */
  readonly polled: (id: string) => Promise<Transmitter | undefined>;
  /** Called with unexpected errors; the SET comes again. */
  readonly onError: (error: unknown) => void;
}): PolledSets => {
  const { clock, signals, polled, onError } = deps;
  const memories = new Map<string, Memory>();

  const outcomesOf = ({ id, updatedAt }: Transmitter): Map<string, Outcome> => {
    const known = memories.get(id);
    if (known?.of === updatedAt) return known.outcomes;
    const outcomes = new Map<string, Outcome>();
    memories.set(id, { of: updatedAt, outcomes });
    return outcomes;
  };

  const remember = (outcomes: Map<string, Outcome>, jti: string, outcome: Outcome): void => {
    outcomes.delete(jti);
    outcomes.set(jti, outcome);
    for (const oldest of outcomes.keys()) {
      if (outcomes.size <= MOST_REMEMBERED) break;
      outcomes.delete(oldest);
    }
  };

  /** `isSecond`: it was left before because of its key. */
  const received = async (transmitter: Transmitter, jti: string, set: unknown, isSecond: boolean): Promise<Outcome> => {
    const refusal = await signals.receive(typeof set === 'string' ? set : '', transmitter, { polledAs: jti });
    const isOpen = refusal?.err === 'invalid_key' && !isSecond;
    return {
      ...{ at: clock.now(), isSettled: false },
      ...(refusal ? { error: { err: refusal.err, description: refusal.why } } : {}),
      ...(isOpen ? { isOpen } : {}),
    };
  };

  const known = (outcomes: ReadonlyMap<string, Outcome>, jti: string): Outcome | undefined => {
    const outcome = outcomes.get(jti);
    const lasts = outcome?.isOpen ? KEYS_SECONDS : REMEMBERED_SECONDS;
    return outcome && clock.now() - outcome.at < lasts ? outcome : undefined;
  };

  /** Why a SET was left. `isLast`: the others are left too. */
  const leftBy = (error: unknown): { readonly left: FailedPoll; readonly isLast: boolean } => {
    const expected = isDomainError(error) ? EXPECTED[error.reason ?? ''] : undefined;
    if (expected) return { left: { failure: expected }, isLast: false };
    if (isDomainError(error) && error.code === 'too_many_requests') {
      const { retryAfterSeconds } = error;
      const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      return { left: { failure: 'too_many_events', ...retry }, isLast: true };
    }
    onError(error);
    return { left: { failure: 'not_handled' }, isLast: isStoreUnavailable(error) };
  };

  return {
    async take({ id }, sets) {
      const acknowledged: string[] = [];
      const errors = new Map<string, { readonly err: SetError; readonly description: string }>();
      const counts = { acknowledged: 0, refused: 0 };
      let isRepeated = sets.length > 0;
      let left: FailedPoll | undefined;
      for (const [jti, set] of sets.slice(0, MOST_SETS)) {
        const transmitter = await polled(id);
        if (!transmitter) break;
        const outcomes = outcomesOf(transmitter);
        const before = known(outcomes, jti);
        if (!before?.isSettled) isRepeated = false;
        try {
          const isSecond = outcomes.get(jti)?.isOpen === true;
          const outcome = before ?? (await received(transmitter, jti, set, isSecond));
          if (!before) remember(outcomes, jti, outcome);
          if (outcome.isOpen) left = { failure: 'keys_unavailable' };
          else if (outcome.error) errors.set(jti, outcome.error);
          else acknowledged.push(jti);
          if (!before && !outcome.isOpen) counts[outcome.error ? 'refused' : 'acknowledged'] += 1;
        } catch (error) {
          const because = leftBy(error);
          left = because.left;
          if (because.isLast) break;
        }
      }
      return { settlement: { acknowledged, errors }, ...counts, isRepeated, ...(left ? { left } : {}) };
    },

    settled({ id }, { acknowledged, errors }) {
      const outcomes = memories.get(id)?.outcomes;
      for (const jti of [...acknowledged, ...errors.keys()]) {
        const outcome = outcomes?.get(jti);
        if (outcome) outcome.isSettled = true;
      }
    },

    keep(ids) {
      for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id);
    },
  };
};

/** Reasons for which a SET is taken later. */
const EXPECTED: Readonly<Record<string, PollFailureCode>> = {
  transmitter_effects_paused: 'effects_paused',
  transmitter_keys_unavailable: 'keys_unavailable',
};
