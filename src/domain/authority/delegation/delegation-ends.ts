/**
 * Removes delegations that no longer give authority. A missing delegation means denial, as an ended one does. A
 * delegation without one of its ancestors is not live, and a token without its delegation is not active. Part of the
 * delegation registry.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore, SweepSlice, Versioned } from '../../ports/document-store.ts';
import { DELEGATIONS, type Delegation, decidedAtOf } from './delegation.ts';

/** 90 days, during which clients, agents and people can look up an ended delegation. */
export const KEPT_SECONDS = 90 * 86_400;
/** Upper limit of the count. */
const MOST_COUNTED = 1000;

/**
 * Epoch second from which the delegation may be removed. A revoked one is kept for `keptSeconds` after its revocation.
 * One that is active, or can be confirmed again (suspended), is kept for `keptSeconds` after its expiry.
 */
export const forgetAtOf = ({ state, revokedAt, expiresAt }: Delegation, keptSeconds: number): number =>
  (state === 'revoked' ? (revokedAt ?? expiresAt) : expiresAt) + keptSeconds;

/** The delegation without `forgetAt`, as all code but the sweep sees it. */
const withoutEnd = ({
  document: { forgetAt: _, ...document },
  ...of
}: Versioned<Delegation>): Versioned<Delegation> => ({
  ...of,
  document,
});

/** The delegations, each stored with the time from which it may be removed, and read without it. */
export const withEnds = (delegations: Collection<Delegation>, keptSeconds: number): Collection<Delegation> => {
  const ending = (delegation: Delegation): Delegation => ({
    ...delegation,
    forgetAt: forgetAtOf(delegation, keptSeconds),
  });
  return {
    take: delegations.take,
    async get(id) {
      const found = await delegations.get(id);
      return found && withoutEnd(found);
    },
    getMany: async (ids) => (await delegations.getMany(ids)).map(withoutEnd),
    find: async (query) => (await delegations.find(query)).map(withoutEnd),
    insert: (delegation) => delegations.insert(ending(delegation)),
    insertMany: (all) => delegations.insertMany(all.map(ending)),
    replace: (delegation, expected) => delegations.replace(ending(delegation), expected),
  };
};

/** Removes delegations `keptSeconds` after their end. `documents`: as they are stored. */
export interface ForgettableDelegations {
  /**
   * Removes at most `limit` delegations that are due, 1..1000. A delegation that still denies a hop gets a later time.
   */
  forget(limit: number): Promise<SweepSlice>;
  /** How many are due, counted up to 1000. */
  countForgettable(): Promise<number>;
}

export const forgettingDelegations = ({
  documents,
  clock,
  keptSeconds,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly keptSeconds: number;
}): ForgettableDelegations => {
  const delegations = documents.collection<Delegation>(DELEGATIONS);

  /**
   * Until when a delegation holds a denial that no other document holds. A hop that a person ended stays ended until
   * that person decides about the first hop again. This applies while the first hop can still be re-delegated
   * (`refuseEndedHop`).
   */
  const refusesUntil = async ({ state, revokedAt = 0, revokedBy, ancestors }: Delegation): Promise<number> => {
    const first = ancestors.at(-1);
    if (state !== 'revoked' || revokedBy === 'system' || first === undefined) return 0;
    const root = (await delegations.get(first))?.document;
    if (!root || root.state === 'revoked' || decidedAtOf(root) > revokedAt) return 0;
    return root.expiresAt + keptSeconds;
  };

  return {
    async forget(limit): Promise<SweepSlice> {
      const now = clock.now();
      const due = await delegations.find({
        range: { field: 'forgetAt', lte: now - 1 },
        order: { by: 'forgetAt', direction: 'ascending' },
        limit,
      });
      const removed = await Promise.all(
        due.map(async ({ document, version }) => {
          const forgetAt = await refusesUntil(document);
          // No caller revives an ended delegation (`settle`), so the read state is still current.
          if (forgetAt < now) return (await delegations.take(document.id)) !== undefined;
          await delegations.replace({ ...document, forgetAt }, version);
          return false;
        }),
      );
      return { removed: removed.filter((one) => one).length, isDone: due.length < limit };
    },

    async countForgettable(): Promise<number> {
      return (await delegations.find({ range: { field: 'forgetAt', lte: clock.now() - 1 }, limit: MOST_COUNTED }))
        .length;
    },
  };
};
