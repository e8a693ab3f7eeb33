/** Tracks when grants and delegations were last used, that is, when a token was issued from them. */
import type { AuditEvent } from '../../audit/audit-event.ts';
import { lastUsedTracker, usesIn } from '../../platform/cluster/last-used.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

type GrantUse = { readonly id: string; readonly usedAt: number; readonly expiresAt: number };

export const GRANT_USE = {
  name: 'grant_use',
  holds: 'when a grant or delegation was last used',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'no token came from it for the longest lifetime of a grant or delegation' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['usedAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

const MOST_AT_ONCE = 1000;

/**
 * `longestSeconds`: the longest lifetime of a grant or delegation. A grant or delegation without use for that long has
 * ended.
 */
export interface GrantUses {
  /** Notes the grant and delegation of a token. Costs only memory. */
  note(event: Pick<AuditEvent, 'type' | 'grant' | 'delegation'>): void;
  /** Writes noted uses, at most 2,000. Store errors propagate; unwritten uses stay noted. */
  flush(): Promise<void>;
  /**
   * Last uses of grants and delegations, epoch seconds; ids without a known use are left out. Includes what this
   * process has not written yet.
   */
  lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export const grantUse = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly longestSeconds: number;
}): GrantUses => {
  const { documents, clock, longestSeconds } = deps;
  const collection = documents.collection<GrantUse>(GRANT_USE);
  const noted = lastUsedTracker(clock, usesIn(collection));

  return {
    note({ type, grant, delegation }): void {
      if (type !== 'token.issued') return;
      for (const id of [grant, delegation]) {
        if (id !== undefined) noted.note(id, (usedAt) => ({ id, usedAt, expiresAt: usedAt + longestSeconds }));
      }
    },

    flush: noted.flush,

    async lastUses(ids): Promise<ReadonlyMap<string, number>> {
      const uses = new Map<string, number>();
      for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
        for (const { document } of await collection.getMany(ids.slice(from, from + MOST_AT_ONCE))) {
          uses.set(document.id, document.usedAt);
        }
      }
      for (const id of ids) {
        const pending = noted.pending.get(id);
        if (pending) uses.set(id, Math.max(pending.usedAt, uses.get(id) ?? 0));
      }
      return uses;
    },
  };
};
