/** Finds a live access token of ours for a presented string, JWT or opaque. Never throws on input. */
import { hash } from 'node:crypto';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { StandingToken } from '../../domain/authority/decision/standing-token.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../domain/ports/document-store.ts';
import { type IssuedToken, type IssuedTokens, VERIFIER_TOLERANCE_SECONDS } from '../../domain/ports/issued-tokens.ts';
import type { ActorChain } from '../../domain/vocabulary/actor-chain.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { assuranceFrom } from '../requests/step-up.ts';
import { PROVIDER_RECORDS, type ProviderRecord, REVOKED_TOKENS, type RevokedToken } from '../seam/records.ts';
import { handleDigests, isHandle } from '../seam/token-handles.ts';
import type { TokenLiveness } from './token-liveness.ts';
import {
  actorsIn,
  approvalIn,
  compact,
  idsIn,
  mayActIn,
  numberIn,
  split,
  tokenCompositionIn,
  tokenOfClaims,
} from './token-of-claims.ts';

/** Bytes. Ours are below 4 KiB even with a full chain, and another 4 KiB with authorization details (request-details.ts). */
const MAX_TOKEN = 8192;
const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];
const OPAQUE = ['AccessToken', 'ClientCredentials'];
const REMEMBERED = 5000;
/** Longer than any access token lives (`tokens.accessTokenTtlSeconds`). */
const LONGEST_LIFE_SECONDS = 86_400;

type Verified = { readonly claims: JWTPayload; readonly key: string | undefined };

export type OwnTokens = IssuedTokens & {
  /** Claims of an unexpired JWT that we signed, if its `typ` is one of these; undefined for any other text. */
  signed(token: string, types: ReadonlySet<string | undefined>): Promise<JWTPayload | undefined>;
  /**
   * Like `find` without the liveness of what the token depends on: genuine, unexpired and not revoked itself. Revocation
   * needs no more.
   */
  genuine(token: string): Promise<IssuedToken | undefined>;
  /** Like `find`, with the facts of the decision. Undefined also for a token without a resource. */
  standing(token: string): Promise<StandingToken | undefined>;
  /** Revokes one JWT by its id until no verifier accepts it any more (RFC 7009). */
  end(token: IssuedToken): Promise<void>;
  /** Revokes the token with this id, of either format and of any holder. */
  endById(id: string): Promise<void>;
  /** Call it after a key rotation. */
  useKeys(jwks: { keys: object[] }): void;
};

export const issuedTokens = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly liveness: TokenLiveness;
}): OwnTokens => {
  const { documents, clock, masterKey, issuer, liveness } = deps;
  const records = documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const revoked = documents.collection<RevokedToken>(REVOKED_TOKENS);
  let keys: ReturnType<typeof createLocalJWKSet> = createLocalJWKSet({ keys: [] });
  /** Digest of a token with a valid signature → its claims. Caches signatures only: each use checks liveness. */
  const verified = new Map<string, Verified>();

  const claimsOf = async (token: string): Promise<Verified | undefined> => {
    const digest = hash('sha256', token, 'base64url');
    const known = verified.get(digest);
    if (known) return Number(known.claims.exp) > clock.now() ? known : undefined;
    const keysNow = keys;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keysNow, {
        issuer,
        typ: 'at+jwt',
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'iat', 'jti', 'aud', 'client_id', 'sub'],
        currentDate: new Date(clock.nowMillis()),
      });
      // The key may have been withdrawn meanwhile, and the cache outlives the check.
      if (keys !== keysNow) return claimsOf(token);
      if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value as string);
      const found = { claims: payload, key: protectedHeader.kid };
      verified.set(digest, found);
      return found;
    } catch {
      return undefined;
    }
  };

  const fromJwt = async (token: string): Promise<IssuedToken | undefined> => {
    const found = await claimsOf(token);
    if (!found) return undefined;
    return tokenOfClaims(found.claims, found.key);
  };

  const fromOpaque = async (token: string): Promise<IssuedToken | undefined> => {
    const ids = OPAQUE.flatMap((model) => handleDigests(masterKey, model, token).map((digest) => `${model}:${digest}`));
    for (const { document } of await records.getMany(ids)) {
      const payload = document.payload as Record<string, unknown> | undefined;
      if (!payload || Number(payload['exp']) <= clock.now()) continue;
      const extra = (payload['extra'] ?? {}) as Readonly<Record<string, unknown>> & {
        act?: ActorChain;
        account_link?: string;
        delegation?: string;
        instance?: string;
        txn?: string;
        decision?: string;
        policy?: number;
        authorization_details?: readonly Detail[];
      };
      return compact({
        id: document.id.slice(document.id.indexOf(':') + 1),
        format: 'opaque' as const,
        subject: payload['accountId'] as string | undefined,
        clientId: String(payload['clientId']),
        audience: payload['aud'] as string | undefined,
        scope: split(payload['scope'] as string | undefined),
        details: extra.authorization_details,
        ...actorsIn(extra, String(payload['clientId'])),
        delegation: extra.delegation,
        delegations: idsIn(extra, 'delegations'),
        composition: tokenCompositionIn(extra),
        instance: extra.instance,
        grant: payload['grantId'] as string | undefined,
        txn: extra.txn,
        decision: extra.decision,
        policy: extra.policy,
        maxUses: numberIn(extra, 'max_uses'),
        ownership: numberIn(extra, 'ownership'),
        approval: approvalIn(extra),
        mayAct: mayActIn(extra),
        assurance: assuranceFrom(extra),
        issuedAt: Number(payload['iat']),
        expiresAt: Number(payload['exp']),
        jkt: payload['jkt'] as string | undefined,
        x5t: payload['x5t#S256'] as string | undefined,
      });
    }
    return undefined;
  };

  const isRevoked = async ({ format, id }: IssuedToken): Promise<boolean> =>
    format === 'jwt' && (await revoked.get(id)) !== undefined;

  const presented = async (token: string): Promise<IssuedToken | undefined> => {
    if (typeof token !== 'string' || token.length > MAX_TOKEN) return undefined;
    if (JWT_SHAPE.test(token)) return fromJwt(token);
    return isHandle(token) ? fromOpaque(token) : undefined;
  };

  const genuine = async (token: string): Promise<IssuedToken | undefined> => {
    const found = await presented(token);
    return found && !(await isRevoked(found)) ? found : undefined;
  };

  const end = async (id: string, expiresAt: number): Promise<void> => {
    await tryInsert(revoked, { id, expiresAt });
  };

  return {
    genuine,
    async signed(token, types) {
      if (token.length > MAX_TOKEN || !JWT_SHAPE.test(token)) return undefined;
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          issuer,
          algorithms: ALGORITHMS,
          requiredClaims: ['exp', 'iat', 'sub', 'aud'],
          currentDate: new Date(clock.nowMillis()),
        });
        return types.has(protectedHeader.typ?.toLowerCase()) ? payload : undefined;
      } catch {
        return undefined;
      }
    },
    async find(token, onGenuine) {
      const found = await genuine(token);
      if (found) onGenuine?.(found);
      return found && (await liveness.endOf(found)) === undefined ? found : undefined;
    },
    async standing(value) {
      const token = await genuine(value);
      const facts = token && (await liveness.standing(token));
      return token && facts && { token, facts };
    },
    async isEnded({ format, expiresAt, ...token }) {
      if (format === 'jwt' && (await revoked.get(token.id)) !== undefined) return true;
      if (format === 'opaque' && expiresAt !== undefined && clock.now() < expiresAt) {
        const found = await records.getMany(OPAQUE.map((model) => `${model}:${token.id}`));
        if (found.length === 0) return true;
      }
      return (await liveness.endOf(token)) !== undefined;
    },
    async endOf(token) {
      const found = await presented(token);
      if (!found) return undefined;
      const end = (await isRevoked(found)) ? 'revoked' : await liveness.endOf(found);
      return end && { token: found, end };
    },
    end: ({ id, expiresAt }) => end(id, expiresAt + VERIFIER_TOLERANCE_SECONDS),
    async endById(id) {
      await end(id, clock.now() + LONGEST_LIFE_SECONDS);
      for (const model of OPAQUE) await records.take(`${model}:${id}`);
    },
    useKeys(jwks) {
      keys = createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0]);
      verified.clear();
    },
  };
};
