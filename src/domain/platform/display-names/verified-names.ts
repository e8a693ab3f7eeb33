import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { nameRefusal } from './name-refusals.ts';
import { nameKey } from './skeleton.ts';

/**
 * A verified name: no name of another owner may look like it. Its id is derived from `key`, so that one of two
 * concurrent claims succeeds.
 */
type VerifiedName = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** The agent or client with this name. */
  readonly party: string;
  readonly createdAt: number;
};

export const VERIFIED_NAMES = {
  name: 'verified_names',
  holds: 'one name that no other client or agent may resemble',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'registry', once: 'its client or agent loses the name' },
  transfer: 'neither',
  indexes: [{ fields: ['party'], unique: true }],
  members: ['key', 'name', 'party', 'createdAt'],
} as const satisfies OwnedCollection;

/** An agent or client that has or requests a name. */
type Bearer = { readonly id?: string; readonly name: string; readonly owner?: string | undefined };

type Dependencies = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** The current owner of an agent or client. */
  readonly ownerOf: (party: string) => Promise<string | undefined>;
};

/**
 * The names that an administrator verified. They are kept when their agent is retired, until the verification is
 * removed.
 */
export interface VerifiedNames {
  /** The verified name of another agent or client, of any owner, for which this name can be mistaken. */
  likeness(bearer: Bearer): Promise<VerifiedName | undefined>;
  /** Throws 'invalid_field' when the name can be mistaken for a verified one of another owner. */
  check(bearer: Bearer): Promise<void>;
  /** Verifies a name. Returns whether it is new. Throws 'conflict' when a name that looks like it is verified already. */
  claim(party: string, name: string): Promise<boolean>;
  /** Removes a verified name. Idempotent. */
  release(party: string): Promise<void>;
}

export const verifiedNames = ({ documents, clock, ownerOf }: Dependencies): VerifiedNames => {
  const collection = documents.collection<VerifiedName>(VERIFIED_NAMES);

  const find = async (name: string): Promise<VerifiedName | undefined> =>
    (await collection.get(idOf(nameKey(name))))?.document;

  const likeness = async ({ id, name }: Bearer): Promise<VerifiedName | undefined> => {
    const held = await find(name);
    return held && held.party !== id ? held : undefined;
  };

  return {
    likeness,

    async check(bearer): Promise<void> {
      const held = await likeness(bearer);
      if (!held) return;
      const owner = await ownerOf(held.party);
      if (owner !== undefined && owner === bearer.owner) return;
      throw nameRefusal('name_resembles_verified', { field: '/name' });
    },

    async claim(party, name): Promise<boolean> {
      const key = nameKey(name);
      if (await tryInsert(collection, { id: idOf(key), key, name, party, createdAt: clock.now() })) return true;
      if ((await find(name))?.party === party) return false;
      throw nameRefusal('name_resembles_other_verified', { field: '/name' });
    },

    async release(party): Promise<void> {
      for (const { document } of await collection.find({ where: { party } })) await collection.take(document.id);
    },
  };
};

/** A verified name may change only to one that looks the same. Throws 'conflict'. */
export const checkSameKey = (before: string, after: string): void => {
  if (nameKey(before) === nameKey(after)) return;
  throw nameRefusal('name_is_verified', {
    field: '/name',
  });
};

const idOf = (key: string): string => `vnm_${createHash('sha256').update(key).digest('hex')}`;
