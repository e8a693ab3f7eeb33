/**
 * Takes security events that the server pushes (Shared Signals, RFC 8935), so that a JWT is verified offline until an event may have ended
 * it, and then by introspection. An event ends no token by itself: a repeated one costs an introspection.
 */
import { base64url, decodeProtectedHeader, errors, type JWTHeaderParameters, jwtVerify } from 'jose';
import type { Access } from '../access.ts';
import type { IssuerKeys } from '../issuer-keys.ts';
import { Refusal } from '../refusal.ts';
import type { FeedStart } from '../revocation-feed/feed-message.ts';
import { heardEnds } from '../revocation-feed/heard-ends.ts';
import { type Digester, digester } from '../revocation-feed/token-digests.ts';
import type { Settings } from '../settings.ts';
import type { EventSettings } from './event-settings.ts';
import { isObject, namedBy } from './named-tokens.ts';

/** What to answer to a pushed event (RFC 8935 §2.2 and §2.3). */
export type EventAnswer = {
  readonly status: 202 | 400 | 503;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
};

export interface SecurityEvents {
  /** Takes one event. Resolves when tokens that it names are introspected from now on. Never rejects because of an event. */
  receive(token: string): Promise<EventAnswer>;
  /** The access of a token that was verified offline, if no event names it. Else introspects it. Throws Refusal. */
  live(access: Access): Promise<Access>;
}

/** The change of an event may be under way for so long (docs/reference/revocation-feed.md). */
const SETTLE_SECONDS = 30;
/** The longest life of a token, and a minute. */
const RETAIN_SECONDS = 3660;
const LONGEST_EVENT = 65_536;
const NEVER_STALE = { critical: 0, high: 0, medium: 0, low: 0 } as const;

const ACCEPTED: EventAnswer = { status: 202, headers: [], body: undefined };

const refusal = (err: string, description: string): EventAnswer => ({
  status: 400,
  headers: [['content-type', 'application/json']],
  body: JSON.stringify({ err, description }),
});

/** Codes of RFC 8935 §2.4. The server sends an event again unless it is malformed: its keys and names can be mended. */
const CODES: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'invalid_key',
  ERR_JWKS_NO_MATCHING_KEY: 'invalid_key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'invalid_key',
};
const CLAIMS: Readonly<Record<string, string>> = { iss: 'invalid_issuer', aud: 'invalid_audience' };

const refusalOf = (error: unknown): EventAnswer => {
  const { code = '', claim = '', message = '' } = error as { code?: string; claim?: string; message?: string };
  return refusal(CODES[code] ?? CLAIMS[claim] ?? 'invalid_request', message);
};

export const securityEvents = (
  { audience, mostEnds }: EventSettings,
  { issuer, clock, monotonic, clockTolerance, log }: Settings,
  deps: { readonly keys: IssuerKeys; readonly ask: (token: string) => Promise<Access> },
): SecurityEvents => {
  const heard = heardEnds({ mostEnds, maxStaleness: NEVER_STALE }, monotonic);
  let begun: Promise<Digester> | undefined;

  const hear = (isAll: boolean, ends: readonly Uint8Array[], start?: FeedStart): Promise<void> =>
    heard.apply(
      // Events have no heartbeat.
      { start, isAll, ends, cursor: '', time: clock(), asOf: Number.POSITIVE_INFINITY },
      monotonic(),
    );

  /** At the first use: some platforms have no random numbers before. */
  const begin = async (): Promise<Digester> => {
    const digestKey = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
    // What an earlier process heard is unknown: each token of before is introspected for a while.
    const start = { digestKey, isResumed: false, settleSeconds: SETTLE_SECONDS, retainSeconds: RETAIN_SECONDS };
    await hear(false, [], { ...start, risks: new Map() });
    return digester(digestKey);
  };
  const digest = (): Promise<Digester> => {
    begun ??= begin();
    return begun;
  };

  const verified = async (token: string) => {
    const header = decodeProtectedHeader(token);
    if (typeof header.kid !== 'string') throw new errors.JWTInvalid('the header has no kid');
    const { payload } = await jwtVerify(token, (found: JWTHeaderParameters) => deps.keys.keyFor(found), {
      ...{ issuer, audience, clockTolerance, typ: 'secevent+jwt', algorithms: ['RS256'] },
      currentDate: new Date(clock() * 1000),
      requiredClaims: ['iss', 'aud', 'iat', 'jti', 'events'],
    });
    // SSF 1.0 §4.1.2 and §4.1.7: otherwise another kind of token could pass as an event.
    if (payload.sub !== undefined || payload.exp !== undefined)
      throw new errors.JWTInvalid('an event has no sub and no exp');
    const events = payload['events'];
    const [type, ...others] = isObject(events) ? Object.keys(events) : [];
    if (type === undefined || others.length > 0) throw new errors.JWTInvalid('there is not exactly one event');
    return namedBy(type, payload['sub_id'], issuer);
  };

  return {
    async receive(token) {
      if (token.length > LONGEST_EVENT) return refusal('invalid_request', 'the event is too long');
      try {
        const named = await verified(token);
        const digestOf = await digest();
        if (named === 'all') await hear(true, []);
        else if (named.length > 0) await hear(false, await Promise.all(named.map(digestOf)));
        return ACCEPTED;
      } catch (error) {
        if (error instanceof Refusal) {
          const { reason, description, detail } = error.facts;
          log({ event: 'server_unreachable', reason, description, ...(detail === undefined ? {} : { detail }) });
          return { status: 503, headers: [['retry-after', '5']], body: undefined };
        }
        if (error instanceof errors.JOSEError || error instanceof TypeError) return refusalOf(error);
        throw error;
      }
    },

    async live(access) {
      await digest();
      if ((await heard.verdict(access, [])) === 'clear') return access;
      const askedAt = monotonic();
      const now = await deps.ask(access.token);
      heard.confirm(access, askedAt);
      return now;
    },
  };
};
