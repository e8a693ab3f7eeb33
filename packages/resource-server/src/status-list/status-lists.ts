/**
 * Reads Token Status Lists of the server (draft-ietf-oauth-status-list), so that a JWT that has ended is refused without a
 * connection to the server. Never accepts a token because a list cannot be had.
 */
import { type JWTHeaderParameters, jwtVerify } from 'jose';
import type { Access } from '../access.ts';
import type { HttpClient } from '../http-client.ts';
import type { IssuerKeys } from '../issuer-keys.ts';
import { invalidToken, Refusal, unavailable } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { type StatusList, statusAt, statusListOf, statusReferenceIn } from './status-list.ts';

/** Lists that are kept: the tokens of ten minutes share one. */
const MOST_LISTS = 64;
/** A failed fetch is not repeated sooner. */
const PAUSE_SECONDS = 1;
/**
 * While a valid list is at hand, a request waits for a newer one only so long, and less after a failed fetch: a server that
 * does not answer must not delay each request.
 */
const WAIT_SECONDS = 1;
const WAIT_AFTER_FAILURE_SECONDS = 0.1;
/** Without `ttl` a list is fetched again after this time. */
const USUAL_TTL_SECONDS = 5;
const LONGEST_TTL_SECONDS = 300;
const TYPE = 'application/statuslist+jwt';

export interface StatusLists {
  /** Whether the token names a list. Throws Refusal `invalid_token` for a malformed claim. */
  isNamedBy(access: Access): boolean;
  /** Resolves for a token that is valid by its list. Throws Refusal: `invalid_token`, or 503 if that cannot be known. */
  check(access: Access): Promise<void>;
}

/** Times are on a clock that is never set back. */
type Kept = {
  readonly list: StatusList;
  /** `iat` of the list. */
  readonly issuedAt: number;
  readonly freshUntil: number;
  readonly validUntil: number;
};

/** `work`, or `otherwise` if it takes longer. A later failure of `work` is ignored. */
const within = async <T>(work: Promise<T>, seconds: number, otherwise: T): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

export const statusLists = (
  settings: Pick<Settings, 'issuer' | 'algorithms' | 'clockTolerance' | 'clock' | 'monotonic' | 'timeout'>,
  { http, keys }: { readonly http: Pick<HttpClient, 'text'>; readonly keys: IssuerKeys },
): StatusLists => {
  const { issuer, algorithms, clockTolerance, clock, monotonic, timeout } = settings;
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, { readonly since: number; readonly loaded: Promise<Kept> }>();
  const failedAt = new Map<string, number>();

  const verified = async (uri: string, text: string, sentAt: number): Promise<Kept> => {
    const { payload } = await jwtVerify(text, (header: JWTHeaderParameters) => keys.keyFor(header), {
      typ: 'statuslist+jwt',
      subject: uri,
      algorithms: [...new Set(['ES256', ...algorithms])],
      clockTolerance,
      currentDate: new Date(clock() * 1000),
      requiredClaims: ['iat', 'exp'],
    });
    const { iss, iat = 0, exp = 0, ttl = USUAL_TTL_SECONDS, status_list: content } = payload;
    if (iss !== undefined && iss !== issuer) throw new Error('another server issued the list');
    if (typeof ttl !== 'number' || !(ttl > 0)) throw new Error('ttl is no positive number');
    if (exp <= clock()) throw new Error('the list has expired');
    if (iat - clockTolerance > clock()) throw new Error('the list is of a later time');
    // Also with a clock that is slow, a list is not used longer than it is valid.
    const validUntil = sentAt + Math.min(exp - iat, exp - clock());
    const freshUntil = Math.min(validUntil, sentAt + Math.min(ttl, LONGEST_TTL_SECONDS));
    return { list: await statusListOf(content), issuedAt: iat, freshUntil, validUntil };
  };

  const load = async (uri: string): Promise<Kept> => {
    const sentAt = monotonic();
    try {
      const answered = await verified(uri, await http.text(uri, { headers: { accept: TYPE } }), sentAt);
      const before = kept.get(uri);
      // A node of the server may be behind another one, and an ended token stays ended.
      const isOlder = before && before.issuedAt > answered.issuedAt && monotonic() < before.validUntil;
      const freshUntil = Math.min(answered.freshUntil, before?.validUntil ?? answered.freshUntil);
      const fetched = isOlder ? { ...before, freshUntil } : answered;
      kept.delete(uri);
      kept.set(uri, fetched);
      failedAt.delete(uri);
      if (kept.size > MOST_LISTS) kept.delete(kept.keys().next().value as string);
      return fetched;
    } catch (error) {
      failedAt.set(uri, monotonic());
      if (failedAt.size > MOST_LISTS) failedAt.delete(failedAt.keys().next().value as string);
      throw error instanceof Refusal
        ? error
        : unavailable('status_list_unusable', `${uri}: ${String((error as Error)?.message ?? error)}`);
    }
  };

  const loading = (uri: string): Promise<Kept> => {
    const known = underWay.get(uri);
    // workerd ends a fetch with the request that began it, and the others would wait for ever.
    if (known && monotonic() - known.since <= timeout) return known.loaded;
    const loaded = load(uri).finally(() => {
      if (underWay.get(uri)?.loaded === loaded) underWay.delete(uri);
    });
    underWay.set(uri, { since: monotonic(), loaded });
    return loaded;
  };

  const listAt = async (uri: string): Promise<StatusList> => {
    const known = kept.get(uri);
    if (known && monotonic() < known.freshUntil) return known.list;
    try {
      if (monotonic() - (failedAt.get(uri) ?? Number.NEGATIVE_INFINITY) < PAUSE_SECONDS) {
        throw unavailable('status_list_unusable', `${uri} could not be fetched`);
      }
      const loaded = loading(uri);
      if (!known || monotonic() >= known.validUntil) return (await loaded).list;
      const seconds = failedAt.has(uri) ? WAIT_AFTER_FAILURE_SECONDS : WAIT_SECONDS;
      return (await within(loaded, Math.min(seconds, known.validUntil - monotonic()), known)).list;
    } catch (error) {
      if (known && monotonic() < known.validUntil) return known.list;
      throw error;
    }
  };

  return {
    isNamedBy: ({ claims }) => statusReferenceIn(claims, issuer) !== undefined,

    async check({ claims }): Promise<void> {
      const reference = statusReferenceIn(claims, issuer);
      if (!reference) throw invalidToken('status_missing', 'The token names no status list.');
      const status = statusAt(await listAt(reference.uri), reference.index);
      if (status === undefined) throw invalidToken('status_unknown', 'The status list has no such index.');
      if (status !== 0) throw invalidToken('token_ended', 'The token has ended.');
    },
  };
};
