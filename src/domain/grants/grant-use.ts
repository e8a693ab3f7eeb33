/**
 * When grants and delegations were last used: a token came of them. Kept beside them, so that using one changes nothing
 * in it: noted in memory, written by housekeeping at most once a minute for each. A process that dies loses a minute of it.
 */
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Clock } from '../ports/clock.ts';
import { type CollectionDeclaration, type DocumentStore, isDocumentConflict } from '../ports/document-store.ts';

type GrantUse = { readonly id: string; readonly usedAt: number; readonly expiresAt: number };

export const GRANT_USE = {
  name: 'grant_use',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['usedAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;

/** Seconds between two writes for one of them. */
const APART_SECONDS = 60;
/** How long a use is remembered after which there was none: longer than most of them last. */
const KEPT_SECONDS = 400 * 86_400;
/** Grants and delegations remembered by this process; what is beyond is forgotten, never grown. */
const MOST_REMEMBERED = 100_000;
const MOST_AT_ONCE = 1000;

export const grantUse = ({ documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock }) => {
  const collection = documents.collection<GrantUse>(GRANT_USE);
  const pending = new Map<string, number>();
  const written = new Map<string, number>();

  const note = (id: string): void => {
    const now = clock.now();
    if (now - (written.get(id) ?? Number.NEGATIVE_INFINITY) < APART_SECONDS) return;
    if (pending.has(id) || pending.size < MOST_REMEMBERED) pending.set(id, now);
  };

  /** Another writer's later use is never put back. */
  const write = async (id: string, usedAt: number): Promise<void> => {
    const row = { id, usedAt, expiresAt: usedAt + KEPT_SECONDS };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const found = await collection.get(id);
      if (found && found.document.usedAt >= usedAt) return;
      if (found && (await collection.replace(row, found.version))) return;
      if (found) continue;
      try {
        return await collection.insert(row);
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
      }
    }
  };

  return {
    /** Notes what a token was made of. Costs nothing but memory. */
    note({ type, grant, delegation }: Pick<AuditEvent, 'type' | 'grant' | 'delegation'>): void {
      if (type !== 'token.issued') return;
      for (const id of [grant, delegation]) if (id !== undefined) note(id);
    },

    /** Writes what was noted, at most `limit` of them. */
    async flush(limit = 2_000): Promise<void> {
      for (const [id, usedAt] of [...pending].slice(0, limit)) {
        await write(id, usedAt);
        if (pending.get(id) === usedAt) pending.delete(id);
        if (written.size >= MOST_REMEMBERED) written.clear();
        written.set(id, usedAt);
      }
    },

    /**
     * Last uses, epoch seconds, of grants and delegations; those of which nothing is known are left out. What this
     * process has not written yet counts too.
     */
    async lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
      const uses = new Map<string, number>();
      for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
        for (const { document } of await collection.getMany(ids.slice(from, from + MOST_AT_ONCE))) {
          uses.set(document.id, document.usedAt);
        }
      }
      for (const id of ids) {
        const noted = pending.get(id);
        if (noted !== undefined) uses.set(id, Math.max(noted, uses.get(id) ?? 0));
      }
      return uses;
    },
  };
};

export type GrantUses = ReturnType<typeof grantUse>;
