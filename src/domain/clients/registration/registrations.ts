import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { registrationRefusal } from './registration-refusals.ts';

/** The means that allowed the registration. */
export type Way = 'token' | 'statement' | 'open';

/** A client or agent that registered itself, and the data to manage it (RFC 7592). */
export type Registration = {
  /** Id of the client or agent. */
  readonly id: string;
  /** Digest of the current registration access token. */
  readonly tokenDigest: string;
  readonly way: Way;
  /** The software statement as it was sent. */
  readonly statement?: string;
  /** As requested; it limits nothing. */
  readonly scope?: string;
  readonly softwareId?: string;
  readonly softwareVersion?: string;
  readonly createdAt: number;
  /** Set for a client without an owner: the registration expires with it. */
  readonly expiresAt?: number;
};

export const REGISTRATIONS = {
  name: 'registrations',
  holds: 'how a client or agent registered itself, and the digest of its registration access token',
  prefixes: [],
  events: ['registration'],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'sweeper',
    once: 'its client has no owner at its end; the registry removes it when the client deletes itself',
  },
  transfer: 'gives authority',
  indexes: [{ fields: ['createdAt'] }],
  expiresAt: 'expiresAt',
  members: ['tokenDigest', 'way', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * The registration with the scopes of a replacement. A replacement that leaves them out has none (RFC 7592
 * §2.2).
 */
export const withScope = (
  { document, ...version }: Versioned<Registration>,
  scope: string | undefined,
): Versioned<Registration> => {
  const { scope: _, ...kept } = document;
  return { ...version, document: { ...kept, ...(scope === undefined ? {} : { scope }) } };
};

const PREFIX = 'bhr_';

export type NewRegistration = Omit<Registration, 'tokenDigest' | 'createdAt'>;

/** Registrations that clients manage themselves, each with its token (RFC 7592). */
export interface Registrations {
  /** Stores a registration. Returns the registration access token, which is not stored or logged. */
  insert(added: NewRegistration): Promise<{ readonly registration: Registration; readonly token: string }>;
  /** Whether this client manages its own registration. */
  has(id: string): Promise<boolean>;
  /** The registration of this client that the token manages. */
  find(id: string, token: string): Promise<Versioned<Registration> | undefined>;
  /**
   * Replaces the presented token. One of several concurrent callers with the same token succeeds. Throws
   * 'unauthenticated' for the others.
   */
  rotate(registration: Versioned<Registration>): Promise<string>;
  /** Makes the token from before the last rotation valid again, since nothing was changed with it. */
  restore(registration: Versioned<Registration>): Promise<void>;
  /** Records that the client has an owner now and no longer expires. */
  keep(id: string): Promise<void>;
  /** Ends the management of a registration; its token stops working. */
  remove(id: string): Promise<void>;
}

export const registrations = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: Pick<MasterKey, 'digest' | 'digests'>;
}): Registrations => {
  const { clock, identifiers, masterKey } = deps;
  const collection = deps.documents.collection<Registration>(REGISTRATIONS);

  /** A token is valid for one client: the digest holds both. */
  const newToken = (id: string): { readonly token: string; readonly tokenDigest: string } => {
    const token = `${PREFIX}${identifiers.newSecret()}`;
    return { token, tokenDigest: masterKey.digest('registration_access_token', id, token) };
  };

  return {
    async insert(added): Promise<{ readonly registration: Registration; readonly token: string }> {
      const { token, tokenDigest } = newToken(added.id);
      const registration = { ...added, tokenDigest, createdAt: clock.now() };
      await collection.insert(registration);
      return { registration, token };
    },

    async has(id): Promise<boolean> {
      return (await collection.get(id)) !== undefined;
    },

    async find(id, token): Promise<Versioned<Registration> | undefined> {
      const found = await collection.get(id);
      if (!found) return undefined;
      const { tokenDigest, expiresAt } = found.document;
      if (expiresAt !== undefined && expiresAt <= clock.now()) return undefined;
      return masterKey.digests('registration_access_token', id, token).includes(tokenDigest) ? found : undefined;
    },

    async rotate({ document, version }): Promise<string> {
      const { token, tokenDigest } = newToken(document.id);
      if (await collection.replace({ ...document, tokenDigest }, version)) return token;
      throw registrationRefusal('registration_token_used');
    },

    async restore({ document, version }): Promise<void> {
      await collection.replace(document, version + 1);
    },

    async keep(id): Promise<void> {
      await update(collection, id, ({ expiresAt: _, ...kept }) => kept);
    },

    async remove(id): Promise<void> {
      await collection.take(id);
    },
  };
};
