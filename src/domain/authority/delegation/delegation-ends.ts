/**
 * When a delegation is removed that gives no authority any more. What is missing is read as *no*, as what has ended is: a
 * row without one above it counts for nothing, nor does a token that names none. Part of the register.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore, SweepSlice, Versioned } from '../../ports/document-store.ts';
import { DELEGATIONS, type Delegation, decidedAtOf } from './delegation.ts';

/** As long as clients, agents and people can ask about it: 90 days. */
export const KEPT_SECONDS = 90 * 86_400;
/** Counted up to here. */
const MOST_COUNTED = 1000;

/** A row that may come back (suspended) or still counts is kept from its expiry on, one that was ended from then on. */
export const forgetAtOf = ({ state, revokedAt, expiresAt }: Delegation, keptSeconds: number): number =>
  (state === 'revoked' ? (revokedAt ?? expiresAt) : expiresAt) + keptSeconds;

/** As everything but the sweep knows it. */
const withoutEnd = ({
  document: { forgetAt: _, ...document },
  ...of
}: Versioned<Delegation>): Versioned<Delegation> => ({
  ...of,
  document,
});

/** The rows, each stored with the moment from which it may be removed, and read without it. */
export const withEnds = (rows: Collection<Delegation>, keptSeconds: number): Collection<Delegation> => {
  const ending = (row: Delegation): Delegation => ({ ...row, forgetAt: forgetAtOf(row, keptSeconds) });
  return {
    take: rows.take,
    async get(id) {
      const found = await rows.get(id);
      return found && withoutEnd(found);
    },
    getMany: async (ids) => (await rows.getMany(ids)).map(withoutEnd),
    find: async (query) => (await rows.find(query)).map(withoutEnd),
    insert: (row) => rows.insert(ending(row)),
    insertMany: (all) => rows.insertMany(all.map(ending)),
    replace: (row, expected) => rows.replace(ending(row), expected),
  };
};

/** Removes rows from `keptSeconds` after their end on; `documents` as they are stored. */
export const forgettingDelegations = ({
  documents,
  clock,
  keptSeconds,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly keptSeconds: number;
}) => {
  const rows = documents.collection<Delegation>(DELEGATIONS);

  /**
   * Until when a row says *no* that nothing else says: a hop that a person ended stays ended while they have not decided
   * about the first hop since, and that can still be handed on (`refuseEndedHop`).
   */
  const refusesUntil = async ({ state, revokedAt = 0, revokedBy, ancestors }: Delegation): Promise<number> => {
    const first = ancestors.at(-1);
    if (state !== 'revoked' || revokedBy === 'system' || first === undefined) return 0;
    const root = (await rows.get(first))?.document;
    if (!root || root.state === 'revoked' || decidedAtOf(root) > revokedAt) return 0;
    return root.expiresAt + keptSeconds;
  };

  return {
    /** Removes rows that are due, at most `limit`, 1..1000; one that still refuses something gets a later moment. */
    async forget(limit: number): Promise<SweepSlice> {
      const now = clock.now();
      const due = await rows.find({
        range: { field: 'forgetAt', lte: now - 1 },
        order: { by: 'forgetAt', direction: 'ascending' },
        limit,
      });
      const removed = await Promise.all(
        due.map(async ({ document, version }) => {
          const forgetAt = await refusesUntil(document);
          // Nobody revives a row that is over (`settle`), so what was read is still so.
          if (forgetAt < now) return (await rows.take(document.id)) !== undefined;
          await rows.replace({ ...document, forgetAt }, version);
          return false;
        }),
      );
      return { removed: removed.filter((one) => one).length, isDone: due.length < limit };
    },

    /** How many are due, counted up to 1000. */
    async countForgettable(): Promise<number> {
      return (await rows.find({ range: { field: 'forgetAt', lte: clock.now() - 1 }, limit: MOST_COUNTED })).length;
    },
  };
};
