/** Tracks when an agent last authenticated with each of its credentials. */
import { lastUsedTracker, usesIn } from '../../platform/cluster/last-used.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

type CredentialUse = { readonly id: string; readonly agent: string; readonly usedAt: number };

export const CREDENTIAL_USE = {
  name: 'credential_use',
  holds: 'when a credential of an agent was last used',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a credential has one document, and agents stay' },
  transfer: 'neither',
  indexes: [{ fields: ['agent'] }],
  members: ['agent', 'usedAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** Tracks when an agent last authenticated with each of its credentials. */
export interface CredentialUses {
  /** Records that an agent authenticated with a credential now. Costs only memory. */
  note(agent: string, credential: string): void;
  /** Writes noted uses, at most 2,000. Store errors propagate; unwritten uses stay noted. */
  flush(): Promise<void>;
  /** Last uses of the credentials of an agent, epoch seconds. Includes uses that this process has not written yet. */
  lastUses(agent: string): Promise<ReadonlyMap<string, number>>;
}

export const credentialUse = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): CredentialUses => {
  const collection = documents.collection<CredentialUse>(CREDENTIAL_USE);
  const noted = lastUsedTracker(clock, usesIn(collection));

  return {
    note: (agent, credential): void => noted.note(credential, (usedAt) => ({ id: credential, agent, usedAt })),

    flush: noted.flush,

    async lastUses(agent): Promise<ReadonlyMap<string, number>> {
      const found = await collection.find({ where: { agent }, limit: 1000 });
      const pending = [...noted.pending.values()].filter((use) => use.agent === agent);
      return new Map([...found.map(({ document }) => document), ...pending].map(({ id, usedAt }) => [id, usedAt]));
    },
  };
};
