/**
 * The keys that sign tokens, and their rotation. Private halves are stored sealed with the master key,
 * which is not in the database. A rotation publishes new keys first, lets them sign later, and keeps
 * the old ones published until nothing they signed is live (decision D23).
 *
 * `audit` is a key of its own that signs checkpoints of the audit trail; it is never in the JWKS.
 */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { AuditTrail } from '../domain/audit/audit-event.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { CollectionDeclaration, DocumentStore } from '../domain/ports/document-store.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { MasterKey } from '../domain/secrets/master-key.ts';

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
  /** Second from which it no longer signs; absent while it is the newest of its family. */
  readonly replacedAt?: number;
};

export const SIGNING_KEYS = {
  name: 'signing_keys',
  indexes: [{ fields: ['family'] }],
} as const satisfies CollectionDeclaration;

const ALGORITHMS = { EC: 'ES256', RSA: 'RS256', OKP: 'EdDSA', audit: 'ES256' } as const;
const PUBLISHED = ['EC', 'RSA', 'OKP'] as const;

export type KeyState = 'published' | 'active' | 'retired';

export type SigningKeys = Awaited<ReturnType<typeof signingKeys>>;

export const signingKeys = async (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly prepublishSeconds: number;
  readonly retireSeconds: number;
}) => {
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

  const isPublished = (key: SigningKey): boolean =>
    key.replacedAt === undefined || key.replacedAt + retireSeconds > clock.now();

  const stateOf = (key: SigningKey): KeyState => {
    const now = clock.now();
    if (key.activeAt > now) return 'published';
    return key.replacedAt === undefined || key.replacedAt > now ? 'active' : 'retired';
  };

  const privateJwk = (key: SigningKey): JWK => ({
    ...(JSON.parse(masterKey.open(`signing-key/${key.id}`, key.sealed)) as JWK),
    kid: key.id,
    use: 'sig',
    // An RSA key serves RS256 and PS256 alike, so it names no algorithm.
    ...(key.family === 'RSA' ? {} : { alg: ALGORITHMS[key.family] }),
  });

  const published = async (): Promise<readonly SigningKey[]> => {
    const found = (await Promise.all(PUBLISHED.map(all))).flat().filter(isPublished);
    const rank = { active: 0, published: 1, retired: 2 } as const;
    // The engine signs with the first key that fits.
    return found.sort((a, b) => rank[stateOf(a)] - rank[stateOf(b)] || b.activeAt - a.activeAt);
  };

  const auditKey = (await all('audit'))[0] as SigningKey;

  return {
    /** Private JWKs in the order in which they may sign. */
    privateJwks: async (): Promise<readonly JWK[]> => (await published()).map(privateJwk),

    /** Names the set of keys as it is stored now: another name after each rotation, on whichever node it was made. */
    version: async (): Promise<string> =>
      (await Promise.all(PUBLISHED.map(all)))
        .flat()
        .map(({ id, replacedAt }) => `${id}:${replacedAt ?? ''}`)
        .join(' '),

    /** Seconds until a key begins or ends to sign or to be published; undefined when nothing is scheduled. */
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
      (await published()).map((key) => ({
        id: key.id,
        kty: key.family,
        state: stateOf(key),
        createdAt: key.createdAt,
        activeAt: key.activeAt,
        ...(key.replacedAt === undefined ? {} : { replacedAt: key.replacedAt }),
      })),

    /** Makes a new key of each family. It signs after the prepublish time; until then the present one does. */
    rotate: async (audit: AuditTrail, by: string, request?: string): Promise<void> => {
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

    /** Private key that signs checkpoints of the audit trail. */
    auditJwk: (): JWK => privateJwk(auditKey),
  };
};
