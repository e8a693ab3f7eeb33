/**
 * Security event tokens (RFC 8417) in the profile of SSF 1.0 §4: verified for one transmitter. The signature comes before all
 * claims but `iss`, and only a key of this issuer can make it.
 */
import type { KeysByUrl } from '../../platform/remote-keys/keys-by-url.ts';
import {
  isRefusal,
  isSignedBy,
  isTime,
  namedKey,
  type Refusal,
  readSigned,
  type SignedToken,
} from '../../platform/remote-keys/signed-token.ts';
import type { Clock } from '../../ports/clock.ts';
import { fetchReasonOf, type TrustedFetch } from '../../ports/trusted-fetch.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { SECURITY_EVENTS, type SET_ERRORS, SET_TYPE } from '../security-events.ts';
import { isObject, type SubjectIdentifier, subjectIdentifierOf } from '../subject-identifiers.ts';
import type { Transmitter } from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';

/** A code of RFC 8935 §2.4. */
export type SetError = (typeof SET_ERRORS)[number];

/** A verified event. `claims` are the members of the event itself. */
export type ReceivedSet = {
  readonly jti: string;
  readonly iat: number;
  readonly txn?: string;
  readonly type: string;
  readonly claims: { readonly [name: string]: unknown };
  /** Undefined: the subject has a form that this server does not understand, or there is none. */
  readonly subject?: SubjectIdentifier;
};

/** Why a SET is refused: the code of RFC 8935 §2.4, the check for our audit log, and the reason in words. */
export type SetRefusal = Refusal & { readonly err: SetError };

/** `err` is the code that the sender gets. */
export const isSetRefusal = (value: ReceivedSet | SetRefusal): value is SetRefusal => Object.hasOwn(value, 'err');

export interface SetVerifier {
  /**
   * Verifies a SET of an authenticated transmitter. Changes nothing. Throws 'unavailable' when its keys cannot be read now;
   * the same SET may then be sent again.
   */
  verify(text: string, transmitter: Transmitter, source: string): Promise<ReceivedSet | SetRefusal>;
}

const TYPES: ReadonlySet<unknown> = new Set([SET_TYPE]);
const LONGEST_NAME = 255;

export const setVerifier = (deps: {
  readonly keysByUrl: Pick<KeysByUrl, 'find' | 'again'>;
  readonly fetcher: Pick<TrustedFetch, 'get'>;
  readonly clock: Clock;
  /** Seconds by which the clock of the transmitter may be ahead. */
  readonly clockToleranceSeconds: number;
}): SetVerifier => {
  const { keysByUrl, fetcher, clock, clockToleranceSeconds: tolerance } = deps;

  /** The URL of the keys, and of the document that named it. */
  const keysOf = async ({ issuer, jwksUri }: Transmitter, source: string) => {
    if (jwksUri !== undefined) return { url: jwksUri };
    const namedBy = configurationUrlOf(issuer);
    const request = { url: namedBy, purpose: 'issuer_metadata', internal: 'upstreamProviders', source } as const;
    const document = strictJson((await fetcher.get(request)).body) as {
      readonly issuer?: unknown;
      readonly jwks_uri?: unknown;
    } | null;
    // SSF 1.0 §7.2.4.
    if (document?.issuer !== issuer || typeof document.jwks_uri !== 'string') return undefined;
    return { url: document.jwks_uri, namedBy };
  };

  const isVerified = async (token: SignedToken, transmitter: Transmitter, source: string): Promise<boolean> => {
    const place = await keysOf(transmitter, source);
    if (!place) return false;
    const { kid } = token.header;
    const question = {
      ...place,
      ...{ source, internal: 'upstreamProviders' as const },
      ...(kid === undefined ? {} : { kid }),
    };
    const isByOneOf = async (keys: JsonWebKeySet): Promise<boolean> => {
      const found = namedKey(token, keys, 'the transmitter');
      return !isRefusal(found) && (await isSignedBy(token, found.key));
    };
    const known = await keysByUrl.find(question);
    if (await isByOneOf(known)) return true;
    const now = await keysByUrl.again(question);
    return now !== known && isByOneOf(now);
  };

  const read = (
    { claims }: SignedToken,
    { audience, maxAge, eventsFrom = 0 }: Transmitter,
  ): ReceivedSet | SetRefusal => {
    const { aud, iat, jti, txn, sub, exp, events, sub_id: subId } = claims;
    if (![aud].flat().includes(audience)) return refuse('invalid_audience', 'audience', `aud is not ${audience}`);
    if (!isTime(iat)) return refuse('invalid_request', 'time', 'iat is missing or no number');
    if (iat > clock.now() + tolerance) return refuse('invalid_request', 'time', 'iat lies in the future');
    if (iat < Math.max(clock.now() - maxAge, eventsFrom))
      return refuse('invalid_request', 'time', 'iat is too long ago');
    if (!isName(jti)) return refuse('invalid_request', 'jti', 'jti is missing or too long');
    // SSF 1.0 §4.1.2 and §4.1.7: otherwise another kind of token could pass as an event.
    if (sub !== undefined) return refuse('invalid_request', 'sub', 'a security event token has no sub');
    if (exp !== undefined) return refuse('invalid_request', 'exp', 'a security event token has no exp');
    if (txn !== undefined && !isName(txn)) return refuse('invalid_request', 'txn', 'txn is too long');
    const only = onlyEvent(events);
    if (!only) return refuse('invalid_request', 'events', 'events does not hold exactly one event');
    if (subId === undefined && !WITHOUT_SUBJECT.has(only.type)) {
      return refuse('invalid_request', 'subject', 'sub_id is missing');
    }
    const subject = subjectIdentifierOf(subId);
    return {
      ...{ jti, iat, ...only },
      ...(subject === undefined ? {} : { subject }),
      ...(typeof txn === 'string' ? { txn } : {}),
    };
  };

  return {
    async verify(text, transmitter, source): Promise<ReceivedSet | SetRefusal> {
      const token = readSigned(text, TYPES);
      if (isRefusal(token)) return { err: token.check === 'algorithm' ? 'invalid_key' : 'invalid_request', ...token };
      if (token.claims['iss'] !== transmitter.issuer) {
        return refuse('invalid_issuer', 'issuer', 'iss is not the issuer of this transmitter');
      }
      if (!(await isVerified(token, transmitter, source).catch(whyNot))) {
        return refuse('invalid_key', 'signature', 'no key of the transmitter verifies the signature');
      }
      return read(token, transmitter);
    },
  };
};

/** SSF 1.0 §8.1.4 and §8.1.5: about the stream. Some transmitters send them without a subject. */
const WITHOUT_SUBJECT: ReadonlySet<string> = new Set([SECURITY_EVENTS.verification, SECURITY_EVENTS.stream_updated]);

const refuse = (err: SetError, check: string, why: string): SetRefusal => ({ err, check, why });

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && value.isWellFormed();

const onlyEvent = (events: unknown): Pick<ReceivedSet, 'type' | 'claims'> | undefined => {
  if (!isObject(events)) return undefined;
  const [first, ...others] = Object.entries(events);
  if (!first || others.length > 0 || !isObject(first[1])) return undefined;
  return { type: first[0], claims: first[1] };
};

/** SSF 1.0 §7.2: between host and path. */
const configurationUrlOf = (issuer: string): string => {
  const url = new URL(issuer);
  return `${url.origin}/.well-known/ssf-configuration${url.pathname.replace(/\/$/, '')}`;
};

/** Whether a retry may help: keys that are unavailable now may be available later. */
const whyNot = (error: unknown): false => {
  if (!isDomainError(error)) throw error;
  if (error.code !== 'unavailable' && fetchReasonOf(error) === undefined) return false;
  throw transmitterRefusal('transmitter_keys_unavailable', { retryAfterSeconds: 5, cause: error });
};
