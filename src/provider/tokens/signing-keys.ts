/**
 * The keys that sign tokens, and their rotation. Private keys are stored sealed with the master key, which is not in the
 * database. A rotation publishes new keys first, lets them sign later, and keeps the old ones published until nothing they
 * signed is live (decision D23). A compromised key is revoked: it signs nothing more, is no longer published, and everything
 * it signed has ended (KY-01).
 *
 * `audit` is a separate key that signs checkpoints of the audit log. It is never in the JWKS.
 */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { EPOCHS, type Epoch, keyEpoch, raiseEpoch } from '../../domain/platform/epochs/epoch.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type DocumentStore, update } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { OwnedCollection } from '../../domain/ports/owned-collection.ts';

export type SigningKey = {
  /** The `kid`; unique for ever. */
  readonly id: string;
  readonly family: 'EC' | 'RSA' | 'OKP' | 'audit';
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** Private JWK, sealed. */
  readonly sealed: string;
  readonly createdAt: number;
  /** Signs from this second on. */
  readonly activeAt: number;
  /** Second from which it no longer signs; absent for the newest key of its family. */
  readonly replacedAt?: number;
  /** The key is compromised: from this second on, neither it nor anything it signed is accepted. */
  readonly revokedAt?: number;
};

export const SIGNING_KEYS = {
  name: 'signing_keys',
  holds: 'one signing key, sealed',
  prefixes: ['key'],
  events: ['keys'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'issued tokens and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['family'] }],
} as const satisfies OwnedCollection;

const ALGORITHMS = { EC: 'ES256', RSA: 'RS256', OKP: 'EdDSA', audit: 'ES256' } as const;
const PUBLISHED = ['EC', 'RSA', 'OKP'] as const;

export type KeyState = 'published' | 'active' | 'retired' | 'revoked';

/** A signing key without its private part. Times are epoch seconds. */
export type ListedKey = {
  /** Its `kid`. */
  readonly id: string;
  readonly kty: SigningKey['family'];
  readonly state: KeyState;
  readonly createdAt: number;
  /** When it begins to sign. */
  readonly activeAt: number;
  readonly replacedAt?: number;
  readonly revokedAt?: number;
};

export interface SigningKeys {
  /** Private JWKs in the order in which they may sign. */
  privateJwks(): Promise<readonly JWK[]>;

  /** Name of the stored set of keys. It changes after each rotation, on any node. */
  version(): Promise<string>;

  /** Seconds until a key begins or stops signing or being published; undefined without a scheduled change. */
  nextChangeIn(): Promise<number | undefined>;

  /** All keys, the key of the audit log included. */
  list(): Promise<readonly ListedKey[]>;

  /** Creates a new key of each family. It signs after the prepublish time; until then the present key does. */
  rotate(audit: AuditLog, by: string, request?: string): Promise<void>;

  /**
   * Revokes a compromised key and everything it signed. Every node applies that at its next check of a token, regardless of
   * its key set. Another key signs at once. For a revoked key it changes nothing. Throws DomainError 'not_found' for an
   * unknown id, and for the key of the audit log, which does not belong to these.
   */
  revoke(id: string, reason: string, audit: AuditLog, by: string, request?: string): Promise<void>;

  /** Private key that signs checkpoints of the audit log. */
  auditJwk(): JWK;
}

export const signingKeys = async (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly prepublishSeconds: number;
  readonly retireSeconds: number;
}): Promise<SigningKeys> => {
  const { documents, clock, identifiers, masterKey, prepublishSeconds, retireSeconds } = deps;
  const keys = documents.collection<SigningKey>(SIGNING_KEYS);

  const make = async (family: SigningKey['family'], activeAt: number): Promise<SigningKey> => {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHMS[family], { extractable: true });
    const id = identifiers.newId('key');
    const key: SigningKey = {
      id,
      family,
      publicJwk: { ...(await exportJWK(publicKey)), kid: id, use: 'sig' },
      sealed: masterKey.seal(`signing-key/${id}`, JSON.stringify(await exportJWK(privateKey))),
      createdAt: clock.now(),
      activeAt,
    };
    await keys.insert(key);
    return key;
  };

  const all = async (family: SigningKey['family']): Promise<readonly SigningKey[]> =>
    (await keys.find({ where: { family }, limit: 1000 })).map(({ document }) => document);

  for (const family of [...PUBLISHED, 'audit'] as const) {
    if ((await all(family)).length === 0) await make(family, clock.now());
  }

  /**
   * Seals keys anew, so that the other master key can be removed. Nodes whose master keys are still in the other order read
   * both.
   */
  for (const family of [...PUBLISHED, 'audit'] as const) {
    for (const { document, version } of await keys.find({ where: { family }, limit: 1000 })) {
      const context = `signing-key/${document.id}`;
      if (!masterKey.isSealedWithOther(context, document.sealed)) continue;
      const sealed = masterKey.seal(context, masterKey.open(context, document.sealed));
      await keys.replace({ ...document, sealed }, version);
    }
  }

  const isListed = (key: SigningKey): boolean =>
    key.replacedAt === undefined || key.replacedAt + retireSeconds > clock.now();

  const stateOf = (key: SigningKey): KeyState => {
    const now = clock.now();
    if (key.revokedAt !== undefined) return 'revoked';
    if (key.activeAt > now) return 'published';
    return key.replacedAt === undefined || key.replacedAt > now ? 'active' : 'retired';
  };

  const privateJwk = (key: SigningKey): JWK => ({
    ...(JSON.parse(openedKey(masterKey, key)) as JWK),
    kid: key.id,
    use: 'sig',
    // An RSA key serves RS256 and PS256, so it names no algorithm.
    ...(key.family === 'RSA' ? {} : { alg: ALGORITHMS[key.family] }),
  });

  const listed = async (): Promise<readonly SigningKey[]> => {
    const found = (await Promise.all(PUBLISHED.map(all))).flat().filter(isListed);
    const rank = { active: 0, published: 1, retired: 2, revoked: 3 } as const;
    // oidc-provider signs with the first key that matches.
    return found.sort((a, b) => rank[stateOf(a)] - rank[stateOf(b)] || b.activeAt - a.activeAt);
  };

  const published = async (): Promise<readonly SigningKey[]> =>
    (await listed()).filter(({ revokedAt }) => revokedAt === undefined);

  const change = (id: string, alter: (key: SigningKey) => SigningKey): Promise<unknown> => update(keys, id, alter);

  /** Makes another key of the family sign from now on. */
  const replaceRevoked = async (key: SigningKey): Promise<void> => {
    const now = clock.now();
    const others = (await all(key.family)).filter(({ id, revokedAt }) => id !== key.id && revokedAt === undefined);
    // If a signing key was to be followed by this one, it continues.
    const signing = others.find(({ activeAt, replacedAt }) => activeAt <= now && (replacedAt ?? now + 1) > now);
    if (signing) {
      if (key.activeAt > now) await change(signing.id, ({ replacedAt: _, ...rest }) => rest);
      return;
    }
    const next = others.find(({ activeAt, replacedAt }) => activeAt > now && replacedAt === undefined);
    if (next) await change(next.id, (one) => ({ ...one, activeAt: now }));
    else await make(key.family, now);
  };

  const auditKey = (await all('audit'))[0] as SigningKey;

  return {
    privateJwks: async (): Promise<readonly JWK[]> => (await published()).map(privateJwk),

    version: async (): Promise<string> =>
      (await Promise.all(PUBLISHED.map(all)))
        .flat()
        .map(({ id, activeAt, replacedAt, revokedAt }) => `${id}:${activeAt}:${replacedAt ?? ''}:${revokedAt ?? ''}`)
        .join(' '),

    nextChangeIn: async (): Promise<number | undefined> => {
      const now = clock.now();
      const moments = (await Promise.all(PUBLISHED.map(all)))
        .flat()
        .flatMap(({ activeAt, replacedAt }) =>
          replacedAt === undefined ? [activeAt] : [activeAt, replacedAt, replacedAt + retireSeconds],
        )
        .filter((moment) => moment > now);
      return moments.length === 0 ? undefined : Math.min(...moments) - now;
    },

    list: async () =>
      (await listed()).map((key) => ({
        id: key.id,
        kty: key.family,
        state: stateOf(key),
        createdAt: key.createdAt,
        activeAt: key.activeAt,
        ...(key.replacedAt === undefined ? {} : { replacedAt: key.replacedAt }),
        ...(key.revokedAt === undefined ? {} : { revokedAt: key.revokedAt }),
      })),

    rotate: async (audit: AuditLog, by: string, request?: string): Promise<void> => {
      await audit.append({ type: 'keys.rotated', outcome: 'done', caller: by, ...(request ? { request } : {}) });
      const activeAt = clock.now() + prepublishSeconds;
      for (const family of PUBLISHED) {
        const before = (await keys.find({ where: { family }, limit: 1000 })).filter(
          ({ document }) => document.replacedAt === undefined,
        );
        await make(family, activeAt);
        for (const { document, version } of before) await keys.replace({ ...document, replacedAt: activeAt }, version);
      }
    },

    revoke: async (id: string, reason: string, audit: AuditLog, by: string, request?: string): Promise<void> => {
      const key = (await keys.get(id))?.document;
      if (key === undefined || key.family === 'audit') throw documentRefusal('object_not_found');
      await audit.append({
        type: 'keys.revoked',
        outcome: 'done',
        caller: by,
        target: { kind: 'key', id },
        inputs: { reason },
        ...(request ? { request } : {}),
      });
      // The epoch last: a token of a key that is still trusted must not be dead when it is signed.
      if (key.revokedAt === undefined) await replaceRevoked(key);
      const now = clock.now();
      await change(id, (one) => ({
        ...one,
        replacedAt: Math.min(one.replacedAt ?? now, now),
        revokedAt: one.revokedAt ?? now,
      }));
      await raiseEpoch(documents.collection<Epoch>(EPOCHS), keyEpoch(id), Number.MAX_SAFE_INTEGER);
    },

    auditJwk: (): JWK => privateJwk(auditKey),
  };
};

const openedKey = (masterKey: MasterKey, { id, sealed }: SigningKey): string => {
  try {
    return masterKey.open(`signing-key/${id}`, sealed);
  } catch (cause) {
    throw new Error(
      'The master key does not open the signing keys of this database. Give the key that the database was made with: keys.masterKey, or master.key in the data folder.',
      { cause },
    );
  }
};
