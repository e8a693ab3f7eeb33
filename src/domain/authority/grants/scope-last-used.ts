/** Tracks when each scope of a delegation was last in a token. Owns SCOPE_USE. Written behind the requests, as uses of grants are. */
import type { AuditEvent } from '../../audit/audit-event.ts';
import { lastUsedTracker, usesIn } from '../../platform/cluster/last-used.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** `id`: the delegation and the scope, or SINCE. */
type ScopeUse = { readonly id: string; readonly usedAt: number; readonly expiresAt?: number };

export const SCOPE_USE = {
  name: 'scope_use',
  holds: 'when a token last carried one scope of a delegation',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'no token carried the scope for 400 days' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['usedAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** The document that says since when uses are tracked. It stays. */
const SINCE = 'since';
const KEPT_SECONDS = 400 * 86_400;
/** An access review asks for days, so a few writes a day are enough. */
const APART_SECONDS = 6 * 3600;
const MOST_AT_ONCE = 1000;
/** Scopes of one token that are noted. */
const MOST_SCOPES = 100;

const idOf = (delegation: string, scope: string): string => `${delegation} ${scope}`;

/** What is asked about a delegation. */
type Held = { readonly id: string; readonly scope: readonly string[] };

export interface ScopeUses {
  /** Notes the scopes of a token. Costs only memory. */
  note(event: Pick<AuditEvent, 'type' | 'delegation' | 'scopeGiven'>): void;
  /** Writes noted uses, at most 2,000. Store errors propagate; unwritten uses stay noted. */
  flush(): Promise<void>;
  /** Last uses of the scopes of these delegations, by delegation and scope; unknown ones are left out. */
  lastUses(held: readonly Held[]): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** Since when uses are tracked, epoch seconds. */
  since(): Promise<number>;
}

export const scopeUse = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): ScopeUses => {
  const collection = documents.collection<ScopeUse>(SCOPE_USE);
  const noted = lastUsedTracker<ScopeUse>(clock, usesIn(collection), APART_SECONDS);
  /** This process notes uses from now on. */
  const begunAt = clock.now();
  let isBegun = false;

  return {
    note({ type, delegation, scopeGiven = [] }): void {
      if (type !== 'token.issued' || delegation === undefined) return;
      for (const scope of scopeGiven.slice(0, MOST_SCOPES)) {
        const id = idOf(delegation, scope);
        noted.note(id, (usedAt) => ({ id, usedAt, expiresAt: usedAt + KEPT_SECONDS }));
      }
    },

    async flush(): Promise<void> {
      if (!isBegun) await tryInsert(collection, { id: SINCE, usedAt: begunAt });
      isBegun = true;
      await noted.flush();
    },

    async lastUses(held): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
      const ids = held.flatMap(({ id, scope }) => scope.map((name) => idOf(id, name)));
      const found = new Map<string, number>();
      for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
        for (const { document } of await collection.getMany(ids.slice(from, from + MOST_AT_ONCE)))
          found.set(document.id, document.usedAt);
      }
      const usedAt = (id: string): number => Math.max(found.get(id) ?? 0, noted.pending.get(id)?.usedAt ?? 0);
      return new Map(
        held.map(({ id, scope }) => [
          id,
          new Map(scope.flatMap((name) => (usedAt(idOf(id, name)) > 0 ? [[name, usedAt(idOf(id, name))]] : []))),
        ]),
      );
    },

    since: async () => (await collection.get(SINCE))?.document.usedAt ?? begunAt,
  };
};
