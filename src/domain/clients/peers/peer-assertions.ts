/**
 * Checks of a peer's assertion (ID-JAG, RFC 7523 §3) that do not depend on its subject: form, issuer, audience,
 * client, times, key and signature. Names the first check that fails. That name is for the audit log, never for
 * the caller.
 */
import { hash } from 'node:crypto';
import type { Claims } from '../../platform/remote-keys/claim-rules.ts';
import { whyNoKeys } from '../../platform/remote-keys/keys-by-url.ts';
import {
  isRefusal,
  isSignedBy,
  namedKey,
  type Refusal,
  readSigned,
  wrongTimes,
} from '../../platform/remote-keys/signed-token.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ForeignActor } from '../../vocabulary/actor-chain.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import { scopeTokens } from '../../vocabulary/scope-tokens.ts';
import type { IssuerKeys } from '../workload-identity/issuer-keys.ts';
import { LONGEST_SUBJECT } from './account-links.ts';
import type { Inbound, Peer } from './peer.ts';

const ID_JAG_TYPE = 'oauth-id-jag+jwt';

/** A valid assertion and its content. */
export type PeerAssertion = {
  readonly peer: Peer & { readonly inbound: Inbound };
  readonly id: string;
  /** Identifies its single use, independent of the form of its id. */
  readonly use: string;
  readonly subject: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly scope?: readonly string[];
  /** Resource servers that it names; empty: none by name. */
  readonly resources: readonly string[];
  /** The key or certificate that the redeeming client must prove. */
  readonly bound?: { readonly jkt: string } | { readonly x5t: string };
  readonly act?: ForeignActor;
  readonly email?: string;
};

/**
 * Members that would narrow it in a way this server does not understand. An assertion with one of them is
 * refused (JB-06).
 */
const NOT_UNDERSTOOD = ['authorization_details', 'tenant', 'aud_tenant', 'may_act', 'max_uses'];
const LONGEST_CHAIN = 8;
const MOST_RESOURCES = 10;
const TYPES = new Set<unknown>([ID_JAG_TYPE]);

/** Checks of a peer's assertion (ID-JAG, RFC 7523 §3). */
export interface PeerAssertions {
  /**
   * `handedOverAt`: when the ownership of the client, an agent, last changed. Earlier statements of the peer concern
   * the agent of the former owner. Throws 'unavailable' when the budget for fetching keys is used up.
   */
  read(token: string, clientId: string, handedOverAt?: number): Promise<PeerAssertion | Refusal>;
}

export const peerAssertions = (deps: {
  readonly peers: { findByIssuer(issuer: string): Promise<Peer | undefined> };
  readonly keys: Pick<IssuerKeys, 'find'>;
  readonly clock: Clock;
  /** Our own issuer: the only accepted audience. */
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
}): PeerAssertions => {
  const { clock, clockToleranceSeconds: tolerance } = deps;

  const wrongTime = (claims: Claims, { maxLifetimeSeconds }: Inbound, handedOverAt?: number): string | undefined => {
    const wrong = wrongTimes(claims, clock.now(), tolerance);
    if (wrong !== undefined) return wrong;
    // The clock of the peer may be ahead by the tolerance.
    if (handedOverAt !== undefined && Number(claims['iat']) <= handedOverAt + tolerance) {
      return 'it was issued before the owner of the agent changed, or too shortly after it';
    }
    return Number(claims['exp']) - Number(claims['iat']) > maxLifetimeSeconds ? 'it lives too long' : undefined;
  };

  return {
    async read(token, clientId, handedOverAt): Promise<PeerAssertion | Refusal> {
      const read = readSigned(token, TYPES);
      if (isRefusal(read)) return read;
      const { claims } = read;
      const { iss, aud, client_id: client } = claims as { readonly [name: string]: unknown };
      const peer = typeof iss === 'string' ? await deps.peers.findByIssuer(iss) : undefined;
      const inbound = peer?.state === 'active' && peer.issuer === iss ? peer.inbound : undefined;
      if (!peer || !inbound) return { check: 'issuer', why: 'iss is no peer whose word counts' };
      const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
      if (audience !== deps.issuer) return { check: 'audience', why: 'aud must be this issuer and nothing else' };
      if (client !== clientId) return { check: 'client', why: 'client_id is not the authenticated client' };
      if (!inbound.clients.includes(clientId))
        return { check: 'client', why: 'the peer is not trusted for this client' };
      const late = wrongTime(claims, inbound, handedOverAt);
      if (late !== undefined) return { check: 'time', why: late };
      const said = saidBy(claims, peer.issuer);
      if (isRefusal(said)) return said;
      let named: { readonly key: PublicJwk } | Refusal;
      try {
        named = namedKey(read, await deps.keys.find(peer, read.header.kid), 'the peer');
      } catch (error) {
        if (!isDomainError(error) || error.code === 'unavailable') throw error;
        return { check: 'key', why: `the keys of the peer cannot be had: ${whyNoKeys(error).slice(0, 150)}` };
      }
      if (isRefusal(named)) return named;
      if (!(await isSignedBy(read, named.key))) return { check: 'signature', why: 'the signature is not of this key' };
      const use = `id-jag:${peer.id}:${hash('sha256', said.id, 'base64url')}`;
      return { ...said, use, peer: { ...peer, inbound } };
    },
  };
};

const saidBy = (claims: Claims, issuer: string): Omit<PeerAssertion, 'peer' | 'use'> | Refusal => {
  const { sub, jti, exp, scope, email, email_verified: isVerified } = claims as { readonly [name: string]: unknown };
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) {
    return { check: 'subject', why: 'sub is missing or too long' };
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    return { check: 'jti', why: 'jti is missing or too long' };
  const unknown = NOT_UNDERSTOOD.find((name) => claims[name] !== undefined);
  if (unknown !== undefined) return { check: 'claims', why: `${unknown} is not understood here` };
  const names = typeof scope === 'string' ? scopeTokens(scope) : undefined;
  if (scope !== undefined && !names) {
    return { check: 'scope', why: 'scope is malformed' };
  }
  const resources = resourcesIn(claims['resource']);
  if (!resources) return { check: 'resource', why: 'resource is neither a text nor a short list of texts' };
  const bound = boundTo(claims['cnf']);
  if (bound === 'unknown') return { check: 'cnf', why: 'cnf names no one key that could be proven here' };
  const act = claims['act'] === undefined ? undefined : foreignActor(claims['act'], issuer, LONGEST_CHAIN);
  if (claims['act'] !== undefined && !act) return { check: 'act', why: 'act is malformed or too long' };
  return {
    id: jti,
    subject: sub,
    expiresAt: Math.ceil(Number(exp)),
    resources,
    ...(names ? { scope: names } : {}),
    ...(bound ? { bound } : {}),
    ...(act ? { act } : {}),
    ...(typeof email === 'string' && isVerified === true ? { email } : {}),
  };
};

const resourcesIn = (resource: unknown): readonly string[] | undefined => {
  const list: readonly unknown[] = resource === undefined ? [] : Array.isArray(resource) ? resource : [resource];
  const isShort = list.length <= MOST_RESOURCES && list.every((one) => typeof one === 'string' && one.length <= 512);
  const isNone = Array.isArray(resource) && resource.length === 0;
  return isShort && !isNone ? (list as readonly string[]) : undefined;
};

/** Exactly one of the two confirmations that can be proven here (RFC 9449 §6.1, RFC 8705 §3.1). */
const boundTo = (cnf: unknown): PeerAssertion['bound'] | 'unknown' => {
  if (cnf === undefined) return undefined;
  const [entry, ...others] = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : [];
  const [name, value] = entry ?? [];
  if (others.length > 0 || typeof value !== 'string') return 'unknown';
  if (name === 'jkt') return { jkt: value };
  return name === 'x5t#S256' ? { x5t: value } : 'unknown';
};

/** Only the members that identify an actor. All other members of a foreign chain are dropped. */
const foreignActor = (value: unknown, issuer: string, left: number): ForeignActor | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || left === 0) return undefined;
  const { sub, iss = issuer, sub_profile: profile, act } = value as { readonly [name: string]: unknown };
  const inner = act === undefined ? undefined : foreignActor(act, issuer, left - 1);
  const isText = (one: unknown): one is string => typeof one === 'string' && one !== '' && one.length <= 512;
  if (!isText(sub) || !isText(iss) || (act !== undefined && !inner)) return undefined;
  return { sub, iss, ...(isText(profile) ? { sub_profile: profile } : {}), ...(inner ? { act: inner } : {}) };
};
