/**
 * The keys with which this server authenticates to push services (RFC 8292). They are the same on all nodes and created
 * when the first browser asks for one. Private halves are sealed with the master key. A browser accepts only messages
 * of the key it was given. A rotation therefore gives new browsers the new key, and uses the old key for the others
 * until they return. A compromised key is ended at once, with every browser it was given to.
 */
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { AuditLog } from '../audit/audit-event.ts';
import { type MasterKey, sealedAnew } from '../platform/crypto/master-key.ts';
import { documentRefusal } from '../platform/registries/document-refusals.ts';
import type { By } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, StoreUnavailable, tryInsert, update } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';

export type PushKey = {
  /** `vpk_…` */
  readonly id: string;
  /** Uncompressed point of P-256, base64url, in the form that browsers accept. */
  readonly publicKey: string;
  /** Private JWK, sealed. */
  readonly sealed: string;
  readonly createdAt: number;
};

type Ring = {
  readonly id: typeof RING;
  /** Newest first. */
  readonly keys: readonly PushKey[];
  readonly updatedAt: number;
};

export const PUSH_KEYS = {
  name: 'push_keys',
  holds: 'the keys that authenticate this server to push services, sealed',
  prefixes: ['vpk'],
  events: ['push_key'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'an installation has one document, with five keys at most' },
  transfer: 'neither',
  indexes: [],
  members: ['keys'],
} as const satisfies OwnedCollection;

const RING = 'ring';
/** Maximum number of keys. Removing the oldest key removes the browsers that have not returned since. */
const MOST_KEYS = 5;
/** RFC 8292 §2: at most a day. */
const TOKEN_SECONDS = 12 * 3600;

/** The keys with which this server authenticates to push services (RFC 8292). */
export interface PushKeys {
  /** The key for new browsers. */
  current(): Promise<PushKey>;
  /** Newest first; the first one is given to browsers. */
  list(): Promise<readonly PushKey[]>;
  /**
   * The header Authorization of a message to a push service, signed with this key (RFC 8292 §3). Undefined when the
   * key no longer exists. Throws an Error when its private half cannot be read.
   */
  authorization(id: string, endpoint: string): Promise<string | undefined>;
  /** Creates a new key, which browsers get from now on. Browsers with another key keep it until they return. */
  rotate(by: By): Promise<readonly PushKey[]>;
  /** Ends a key at once, with every browser it was given to. From now on browsers get another key. Throws 'not_found'. */
  revoke(id: string, reason: string, by: By): Promise<readonly PushKey[]>;
  /** Reseals every key with the first master key, so that the other key can be removed. */
  sealAnew(): Promise<void>;
}

export const pushKeys = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
  /**
   * Contact for push services with questions about our messages: `mailto:` or https (RFC 8292 §2.1). Absent: none is
   * sent.
   */
  readonly contact?: string;
}): PushKeys => {
  const { documents, clock, identifiers, masterKey, audit, contact } = deps;
  const rings = documents.collection<Ring>(PUSH_KEYS);

  const made = async (): Promise<PushKey> => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { x = '', y = '' } = await exportJWK(publicKey);
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    const id = identifiers.newId('vpk');
    const sealed = masterKey.seal(contextOf(id), JSON.stringify(await exportJWK(privateKey)));
    return { id, publicKey: point.toString('base64url'), sealed, createdAt: clock.now() };
  };

  const all = async (): Promise<readonly PushKey[]> => (await rings.get(RING))?.document.keys ?? [];

  /** Creates the first key ring. One of several concurrent callers creates it. */
  const begun = async (): Promise<readonly PushKey[]> => {
    const ring: Ring = { id: RING, keys: [await made()], updatedAt: clock.now() };
    return (await tryInsert(rings, ring)) ? ring.keys : all();
  };

  const changeRing = async (alter: (keys: readonly PushKey[]) => readonly PushKey[]): Promise<readonly PushKey[]> => {
    const changed = await update(rings, RING, (ring) => ({ ...ring, keys: alter(ring.keys), updatedAt: clock.now() }));
    if (changed === undefined) throw new StoreUnavailable('the keys of push messages are gone');
    return changed.document.keys;
  };

  const record = (type: 'push_key.rotated' | 'push_key.revoked', id: string, by: By, reason?: string) =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: 'push_key', id },
      ...(reason === undefined ? {} : { inputs: { reason } }),
      ...(by.request === undefined ? {} : { request: by.request }),
    });

  const current = async (): Promise<PushKey> => {
    const [newest] = await all();
    const key = newest ?? (await begun())[0];
    if (key === undefined) throw new StoreUnavailable('there is no key for push messages');
    return key;
  };

  return {
    current,

    list: all,

    async authorization(id, endpoint): Promise<string | undefined> {
      const key = (await all()).find((one) => one.id === id);
      if (key === undefined) return undefined;
      const jwk = JSON.parse(masterKey.open(contextOf(id), key.sealed)) as JWK;
      const token = new SignJWT({})
        .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
        .setAudience(new URL(endpoint).origin)
        .setExpirationTime(clock.now() + TOKEN_SECONDS);
      if (contact !== undefined) token.setSubject(contact);
      return `vapid t=${await token.sign(await importJWK(jwk, 'ES256'))}, k=${key.publicKey}`;
    },

    async rotate(by): Promise<readonly PushKey[]> {
      await current();
      const next = await made();
      await record('push_key.rotated', next.id, by);
      return changeRing((keys) => [next, ...keys].slice(0, MOST_KEYS));
    },

    async revoke(id, reason, by): Promise<readonly PushKey[]> {
      if (!(await all()).some((key) => key.id === id)) throw documentRefusal('object_not_found');
      const next = await made();
      await record('push_key.revoked', id, by, reason);
      return changeRing((keys) => {
        const left = keys.filter((key) => key.id !== id);
        // A browser never gets a key from before a rotation.
        return keys[0]?.id === id ? [next, ...left] : left;
      });
    },

    async sealAnew(): Promise<void> {
      const anew = (key: PushKey): PushKey => ({
        ...key,
        sealed: sealedAnew(masterKey, contextOf(key.id), key.sealed) ?? key.sealed,
      });
      await update(rings, RING, (ring) => ({ ...ring, keys: ring.keys.map(anew) }));
    },
  };
};

const contextOf = (id: string): string => `push-key/${id}`;
