import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { DomainError } from '../../vocabulary/errors.ts';

/** What allowed the registration. */
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

export type Registrations = ReturnType<typeof registrations>;

export const registrations = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: Pick<MasterKey, 'digest' | 'digests'>;
}) => {
  const { clock, identifiers, masterKey } = deps;
  const collection = deps.documents.collection<Registration>(REGISTRATIONS);

  /** A token is valid for one client: the digest holds both. */
  const newToken = (id: string): { readonly token: string; readonly tokenDigest: string } => {
    const token = `${PREFIX}${identifiers.newSecret()}`;
    return { token, tokenDigest: masterKey.digest('registration_access_token', id, token) };
  };

  return {
    /** Returns the registration access token, which is in no store and no log. */
    async insert(added: NewRegistration): Promise<{ readonly registration: Registration; readonly token: string }> {
      const { token, tokenDigest } = newToken(added.id);
      const registration = { ...added, tokenDigest, createdAt: clock.now() };
      await collection.insert(registration);
      return { registration, token };
    },

    async has(id: string): Promise<boolean> {
      return (await collection.get(id)) !== undefined;
    },

    /** The registration of this client that the token manages. */
    async find(id: string, token: string): Promise<Versioned<Registration> | undefined> {
      const found = await collection.get(id);
      if (!found) return undefined;
      const { tokenDigest, expiresAt } = found.document;
      if (expiresAt !== undefined && expiresAt <= clock.now()) return undefined;
      return masterKey.digests('registration_access_token', id, token).includes(tokenDigest) ? found : undefined;
    },

    /**
     * Replaces the token that was presented. Of concurrent callers with the same token one succeeds. Throws
     * 'unauthenticated' for the others.
     */
    async rotate({ document, version }: Versioned<Registration>): Promise<string> {
      const { token, tokenDigest } = newToken(document.id);
      if (await collection.replace({ ...document, tokenDigest }, version)) return token;
      throw new DomainError('unauthenticated', 'This registration access token was used already.');
    },

    /** Makes the token before the last rotation valid again: nothing was changed with it. */
    async restore({ document, version }: Versioned<Registration>): Promise<void> {
      await collection.replace(document, version + 1);
    },

    /** The client has an owner now and no longer expires. */
    async keep(id: string): Promise<void> {
      await update(collection, id, ({ expiresAt: _, ...kept }) => kept);
    },

    async remove(id: string): Promise<void> {
      await collection.take(id);
    },
  };
};
