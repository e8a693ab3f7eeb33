/**
 * A replica set of MongoDB as far as change marks and cached reads need it. The primary applies each operation when it arrives. A write is
 * acknowledged when a majority has it, in the order of the log; until then a failover rolls it back. A linearizable read shows what is
 * applied, and is answered once a majority has confirmed the primary. Any other read shows what a majority holds.
 */
import type { VirtualTime } from './virtual-time.ts';

export type Row = { readonly _id: string } & Readonly<Record<string, unknown>>;
/** Rows of one collection by id. `applied` may be rolled back. */
type Held = { applied: Row | undefined; committed: Row | undefined };

export type Operation<R> = {
  readonly collection: string;
  readonly kind: 'read' | 'linearizable' | 'write';
  /** Runs at the primary. Writes by `rows.put`; what it throws is the answer. */
  readonly run: (rows: Rows) => R;
};

export type Rows = {
  get(id: string): Row | undefined;
  all(): readonly Row[];
  put(id: string, row: Row | undefined): void;
};

export type ReplicaSet = {
  /** Puts a row there, as if it had always been there. */
  seed(collection: string, row: Row): void;
  /** What a majority holds now. */
  held(collection: string, id: string): Row | undefined;
  /** Answers now or later; does not call `answer` when no answer comes. `isCutOff`: the asking node is at the former primary. */
  perform<R>(operation: Operation<R>, isCutOff: boolean, answer: (outcome: () => R) => void): void;
  /** Isolates the primary: what a majority holds now stays to be read there. Another is elected after so many milliseconds. */
  split(electionMilliseconds: number): void;
  /** The former primary notices that it was replaced. */
  heal(): void;
};

export const replicaSet = (time: VirtualTime, commitMilliseconds: () => number): ReplicaSet => {
  const collections = new Map<string, Map<string, Held>>();
  let former: Map<string, Map<string, Held>> | undefined;
  /** Differs after each failover. */
  let term = 0;
  let hasPrimaryFrom = 0;
  let committedUntil = 0;

  const heldIn = (all: Map<string, Map<string, Held>>, name: string): Map<string, Held> => {
    const held = all.get(name) ?? new Map<string, Held>();
    all.set(name, held);
    return held;
  };
  /** When what is applied now is at a majority: never before what was applied earlier. */
  const nextCommit = (): number => {
    committedUntil = Math.max(committedUntil, time.now() + commitMilliseconds());
    return committedUntil;
  };
  const rowsOf = (held: Map<string, Held>, side: keyof Held, isChanged: (id: string) => void): Rows => ({
    get: (id) => held.get(id)?.[side],
    all: () => [...held.values()].flatMap((each) => each[side] ?? []),
    put(id, row) {
      const one = held.get(id) ?? { applied: undefined, committed: undefined };
      held.set(id, one);
      one.applied = row;
      isChanged(id);
    },
  });
  const outcomeOf = <R>(run: () => R): (() => R) => {
    try {
      const result = run();
      return () => result;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  };

  return {
    seed(collection, row) {
      heldIn(collections, collection).set(row._id, { applied: row, committed: row });
    },
    held: (collection, id) => collections.get(collection)?.get(id)?.committed,
    perform(operation, isCutOff, answer) {
      const { collection, kind, run } = operation;
      if (isCutOff && former) {
        // A former primary cannot confirm anything by a majority, and what is written there is rolled back.
        if (kind === 'read')
          answer(outcomeOf(() => run(rowsOf(heldIn(former ?? collections, collection), 'committed', () => undefined))));
        return;
      }
      if (time.now() < hasPrimaryFrom) return;
      const held = heldIn(collections, collection);
      if (kind === 'read') return answer(outcomeOf(() => run(rowsOf(held, 'committed', () => undefined))));
      const changed: string[] = [];
      const outcome = outcomeOf(() => run(rowsOf(held, 'applied', (id) => changed.push(id))));
      const written = changed.map((id) => [id, held.get(id)?.applied] as const);
      const during = term;
      time.at(nextCommit(), () => {
        if (during !== term) return;
        for (const [id, row] of written) (held.get(id) as Held).committed = row;
        answer(outcome);
      });
    },
    split(electionMilliseconds) {
      term += 1;
      hasPrimaryFrom = time.now() + electionMilliseconds;
      former = new Map(
        [...collections].map(([name, held]) => [name, new Map([...held].map(([id, one]) => [id, { ...one }]))]),
      );
      for (const held of collections.values()) for (const one of held.values()) one.applied = one.committed;
    },
    heal() {
      former = undefined;
    },
  };
};
