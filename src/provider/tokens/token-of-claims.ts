/** Reads a token of ours from the claims of a JWT, or from the members of a stored opaque token. */
import type { JWTPayload } from 'jose';
import type { IssuedToken, TokenApproval } from '../../domain/ports/issued-tokens.ts';
import type { ActorChain, ForeignActor } from '../../domain/vocabulary/actor-chain.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import type { TokenComposition } from '../../domain/vocabulary/token-composition.ts';
import { assuranceFrom } from '../requests/step-up.ts';

/** The token with these claims, signed by the key with this `kid`. The signature is not checked here. */
export const tokenOfClaims = (claims: JWTPayload, key: string | undefined): IssuedToken => {
  const text = (name: string): string | undefined =>
    typeof claims[name] === 'string' ? (claims[name] as string) : undefined;
  const cnf = claims['cnf'] as { jkt?: string; 'x5t#S256'?: string } | undefined;
  return compact({
    id: String(claims.jti),
    format: 'jwt' as const,
    key,
    subject: claims.sub === text('client_id') ? undefined : claims.sub,
    clientId: text('client_id') as string,
    audience: String(claims.aud),
    scope: split(text('scope')),
    details: claims['authorization_details'] as readonly Detail[] | undefined,
    ...actorsIn(claims, text('client_id') as string),
    delegation: text('delegation'),
    delegations: idsIn(claims, 'delegations'),
    composition: tokenCompositionIn(claims),
    instance: text('instance'),
    grant: text('grant_id'),
    txn: text('txn'),
    decision: text('decision'),
    policy: typeof claims['policy'] === 'number' ? claims['policy'] : undefined,
    maxUses: numberIn(claims, 'max_uses'),
    ownership: numberIn(claims, 'ownership'),
    approval: approvalIn(claims),
    mayAct: mayActIn(claims),
    assurance: assuranceFrom(claims),
    issuedAt: Number(claims.iat),
    expiresAt: Number(claims.exp),
    jkt: cnf?.jkt,
    x5t: cnf?.['x5t#S256'],
  });
};

/** A member that is a number, or undefined. */
export const numberIn = (claims: Readonly<Record<string, unknown>>, name: string): number | undefined =>
  typeof claims[name] === 'number' ? claims[name] : undefined;

/** A list of ids, or undefined. One that is no such list is read as the id of nothing, so that it fails each check. */
export const idsIn = (claims: Readonly<Record<string, unknown>>, name: string): readonly string[] | undefined => {
  const list = claims[name];
  if (list === undefined) return undefined;
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : [''];
};

/** The approval that a token names, if it is well-formed. */
export const approvalIn = (claims: Readonly<Record<string, unknown>>): TokenApproval | undefined => {
  const { id, digest, break_glass } = (claims['approval'] ?? {}) as { readonly [name: string]: unknown };
  if (typeof id !== 'string' || typeof digest !== 'string') return undefined;
  return { id, digest, ...(break_glass === true ? { break_glass } : {}) };
};

/** The composition that a token names, if it is well-formed. */
export const tokenCompositionIn = (claims: Readonly<Record<string, unknown>>): TokenComposition | undefined => {
  const { digest, grade } = (claims['composition'] ?? {}) as { readonly [name: string]: unknown };
  if (typeof digest !== 'string') return undefined;
  return { digest, grade: grade === 'attested' ? 'attested' : 'declared' };
};

/** The agent of `may_act` (RFC 8693 §4.4). */
export const mayActIn = (claims: Readonly<Record<string, unknown>>): string | undefined => {
  const { sub } = (claims['may_act'] ?? {}) as { readonly sub?: unknown };
  return typeof sub === 'string' ? sub : undefined;
};

/**
 * The actors here, and those that a peer named. With a peer in the chain, only the holder itself is ours. The rest of the
 * claim is not ours, regardless of its names.
 */
export const actorsIn = (
  {
    act,
    account_link: link,
  }: { readonly [name: string]: unknown; readonly act?: unknown; readonly account_link?: unknown },
  clientId: string,
): { readonly chain?: ActorChain; readonly origin?: NonNullable<IssuedToken['origin']> } => {
  if (act === undefined && link === undefined) return {};
  if (typeof link !== 'string') return { chain: act as ActorChain };
  if (!clientId.startsWith('agt_')) return { origin: compact({ link, act: act as ForeignActor | undefined }) };
  const { act: foreign, ...own } = act as ActorChain & { readonly act?: ForeignActor };
  return { chain: own, origin: compact({ link, act: foreign }) };
};

/** The scopes of a scope text (RFC 6749 §3.3). */
export const split = (scope: string | undefined): readonly string[] => (scope ? scope.split(' ') : []);

type Compact<T> = { [K in keyof T]: Exclude<T[K], undefined> };
/** Leaves out members that are undefined. */
export const compact = <T extends object>(value: T): Compact<T> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Compact<T>;
