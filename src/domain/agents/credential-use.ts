/**
 * When credentials were last used. Kept beside the agents, as their own last use is: noted in memory, written by
 * housekeeping at most once a minute for each. A process that dies loses a minute of it.
 */
import type { Clock } from '../ports/clock.ts';
import { type CollectionDeclaration, type DocumentStore, isDocumentConflict } from '../ports/document-store.ts';

type CredentialUse = { readonly id: string; readonly agent: string; readonly usedAt: number };

export const CREDENTIAL_USE = {
  name: 'credential_use',
  indexes: [{ fields: ['agent'] }],
  members: ['agent', 'usedAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;

/** Seconds between two writes for one credential. */
const APART_SECONDS = 60;
/** Credentials remembered by this process; what is beyond is forgotten, never grown. */
const MOST_REMEMBERED = 100_000;

export const credentialUse = ({ documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock }) => {
  const collection = documents.collection<CredentialUse>(CREDENTIAL_USE);
  const pending = new Map<string, { readonly agent: string; readonly usedAt: number }>();
  const written = new Map<string, number>();

  const write = async (row: CredentialUse): Promise<void> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const found = await collection.get(row.id);
      if (found && found.document.usedAt >= row.usedAt) return;
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
    /** Notes that an agent proved itself with a credential now. Costs nothing but memory. */
    note(agent: string, credential: string): void {
      const usedAt = clock.now();
      if (usedAt - (written.get(credential) ?? Number.NEGATIVE_INFINITY) < APART_SECONDS) return;
      if (pending.has(credential) || pending.size < MOST_REMEMBERED) pending.set(credential, { agent, usedAt });
    },

    /** Writes what was noted, at most `limit` credentials. */
    async flush(limit = 2_000): Promise<void> {
      for (const [id, noted] of [...pending].slice(0, limit)) {
        await write({ id, ...noted });
        if (pending.get(id) === noted) pending.delete(id);
        if (written.size >= MOST_REMEMBERED) written.clear();
        written.set(id, noted.usedAt);
      }
    },

    /** Last uses of the credentials of an agent, epoch seconds; what this process has not written yet counts too. */
    async lastUses(agent: string): Promise<ReadonlyMap<string, number>> {
      const found = await collection.find({ where: { agent }, limit: 1000 });
      const noted = [...pending].flatMap(([id, use]) => (use.agent === agent ? [[id, use.usedAt] as const] : []));
      return new Map([...found.map(({ document }) => [document.id, document.usedAt] as const), ...noted]);
    },
  };
};

export type CredentialUses = ReturnType<typeof credentialUse>;
