/**
 * Marks one-time values as used, and distinguishes a lost race from a later replay.
 *
 * The mark is a unique insert: exactly one of several concurrent callers gets it, on every store. A caller that loses gets
 * `invalid_grant` and affects no other party (decision D9). A presentation that *began* after the winner's response was sent
 * is a replay: it ends the family. One that began before ran in parallel with the winner. Which of the two the network
 * delivers first is chance and no sign of theft. After such a race, stragglers of the same burst still belong to it for a
 * moment.
 */
import type { Clock } from '../../domain/ports/clock.ts';
import type { Collection, DocumentStore, Insertion } from '../../domain/ports/document-store.ts';
import { isDocumentConflict } from '../../domain/ports/document-store.ts';
import { CONSUMPTIONS, type Consumption } from './records.ts';
import { nextTurn, type RequestFacts } from './request-facts.ts';

/** Uses that a process remembers: enough for a minute of heavy use, bounded in memory. */
const REMEMBERED = 20_000;
/** How long after the winner's response requests of the burst may arrive. They get nothing either way. */
const BURST_MILLISECONDS = 2_000;
/**
 * How long after the mark of another process a presentation counts as parallel: the length of a burst, plus the maximum clock
 * difference (docs/explanation/decisions/0008-race-or-replay.md).
 */
const ELSEWHERE_MILLISECONDS = 4_000;
const NEVER = Number.POSITIVE_INFINITY;

type Presentation = Pick<RequestFacts, 'arrivedAt' | 'turn'>;

type Use = {
  /** When the winner's response was sent, as a position in the process and as a time; infinite until then. */
  turn: number;
  answeredAt: number;
  /** Another presentation ran in parallel with the winner. */
  isContested: boolean;
  /** The winner is a request of this process, which reports its own end. */
  isOurs: boolean;
};

/** A use whose mark is stored by another module. One of `won`, `lost` and `failed` is called in the end. */
export type BegunUse = {
  readonly insertion: Insertion;
  /** The mark is stored. `answer` resolves when the response to the caller has been sent; never: there is none. */
  won(answer: Promise<void>): void;
  /** There was a mark already. */
  lost(): void;
  /** No mark was stored, it was removed again, or that is unknown. */
  failed(): void;
};

/** Absent: the value is unused. */
type Mark = { readonly found: Consumption | undefined };
type State = 'unused' | 'race' | { readonly usedAt: number };

export interface ConsumptionRegistry {
  /** Begins a use, for a caller that stores the mark together with other documents. */
  begin(id: string, expiresAt: number): BegunUse;

  /** True for exactly one caller. `answer` resolves when the response to that caller has been sent. */
  consume(id: string, expiresAt: number, answer: Promise<void>): Promise<boolean>;

  /** The same for a value with a mark for each master key. The first mark decides, and all nodes use the same order. */
  consumeAll(ids: readonly string[], expiresAt: number, answer: Promise<void>): Promise<boolean>;

  /** Removes the marks of values whose use did not complete. A value whose mark cannot be removed stays used. */
  release(ids: readonly string[]): Promise<void>;

  /** Whether one of these values was consumed. */
  isConsumed(ids: readonly string[]): Promise<boolean>;

  /** The mark of a value, for `stateOf`. */
  markOf(id: string): Promise<Mark>;

  /** How a presentation relates to an earlier use. `mark`: as it was read since the request arrived. Absent: it is read now. */
  stateOf(id: string, presentation: Presentation, mark?: Mark): Promise<State>;
}

export const consumptionRegistry = ({
  documents,
  clock,
}: {
  documents: DocumentStore;
  clock: Clock;
}): ConsumptionRegistry => {
  const marks: Collection<Consumption> = documents.collection<Consumption>(CONSUMPTIONS);
  const uses = new Map<string, Use>();
  /** How many uses of a value have begun here and are not decided. Bounded by the requests that are open. */
  const open = new Map<string, number>();

  const remember = (id: string, use: Use): void => {
    uses.set(id, use);
    if (uses.size > REMEMBERED) uses.delete(uses.keys().next().value as string);
  };

  const contested = (id: string): void => {
    const use = uses.get(id);
    if (use) use.isContested = true;
  };

  const end = (use: Use): void => {
    use.turn = nextTurn();
    use.answeredAt = clock.nowMillis();
  };

  /**
   * Ends one of the uses of this process. The mark decides who wins, not who began first. So only the last of them tells that
   * the winner is elsewhere (there was a mark), or that there is none.
   */
  const decided = (id: string): void => {
    const left = (open.get(id) ?? 1) - 1;
    if (left > 0) {
      open.set(id, left);
      return;
    }
    open.delete(id);
    const use = uses.get(id);
    if (!use || use.isOurs) return;
    if (!use.isContested) uses.delete(id);
    else if (use.turn === NEVER) end(use);
  };

  const begin = (id: string, expiresAt: number) => {
    // Before the mark: others may read the mark as soon as it is written, before this process learns that it is durable.
    const mine: Use = { turn: NEVER, answeredAt: NEVER, isContested: false, isOurs: false };
    if (!uses.has(id)) remember(id, mine);
    open.set(id, (open.get(id) ?? 0) + 1);
    const document: Consumption = { id, at: clock.nowMillis(), expiresAt };
    return {
      insertion: { collection: CONSUMPTIONS.name, document },
      won(answer) {
        mine.isOurs = true;
        mine.isContested = uses.get(id)?.isContested ?? false;
        remember(id, mine);
        decided(id);
        void answer.then(() => end(mine));
      },
      lost() {
        contested(id);
        decided(id);
      },
      failed() {
        decided(id);
      },
    } satisfies BegunUse;
  };

  const consume = async (id: string, expiresAt: number, answer: Promise<void>): Promise<boolean> => {
    const use = begin(id, expiresAt);
    try {
      await marks.insert(use.insertion.document);
    } catch (error) {
      if (!isDocumentConflict(error)) {
        use.failed();
        throw error;
      }
      use.lost();
      return false;
    }
    use.won(answer);
    return true;
  };

  const markOf = async (id: string): Promise<Mark> => ({ found: (await marks.get(id))?.document });

  return {
    begin,
    consume,

    async consumeAll(ids: readonly string[], expiresAt: number, answer: Promise<void>): Promise<boolean> {
      for (const id of ids) if (!(await consume(id, expiresAt, answer))) return false;
      return true;
    },

    async release(ids: readonly string[]): Promise<void> {
      for (const id of ids) {
        const released = uses.get(id);
        await marks.take(id);
        // The next winner may have come as soon as the mark was gone.
        if (uses.get(id) === released) uses.delete(id);
      }
    },

    async isConsumed(ids: readonly string[]): Promise<boolean> {
      for (const id of ids) if (await marks.get(id)) return true;
      return false;
    },

    markOf,

    async stateOf(id: string, { arrivedAt, turn }: Presentation, mark?: Mark): Promise<State> {
      const { found } = mark ?? (await markOf(id));
      if (!found) return 'unused';
      const use = uses.get(id);
      // Another process set the mark, or it is from before a restart. The time of that response is unknown here, but the time
      // of its mark is known.
      const isTogether = use ? turn < use.turn : arrivedAt <= found.at + ELSEWHERE_MILLISECONDS;
      if (isTogether) contested(id);
      const isOfTheBurst = use?.isContested && arrivedAt < use.answeredAt + BURST_MILLISECONDS;
      return isTogether || isOfTheBurst ? 'race' : { usedAt: Math.floor(found.at / 1000) };
    },
  };
};
