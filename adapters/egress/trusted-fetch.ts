import type { Clock } from '../../src/domain/ports/clock.ts';
import {
  type AskPurpose,
  answeredOf,
  type CallPurpose,
  type FetchedDocument,
  type FetchPurpose,
  type FetchReason,
  type FetchRequest,
  fetchFailed,
  fetchReasonOf,
  type PostPurpose,
  type TrustedAsk,
  type TrustedCall,
  type TrustedFetch,
  type TrustedPost,
  type TrustedStream,
} from '../../src/domain/ports/trusted-fetch.ts';
import { isPublicAddress, proveAddressRules } from './address-rules.ts';
import { type Budgets, fetchBudgets } from './budgets.ts';
import { type Dial, tlsDialer } from './dialing.ts';
import { type Answer, type Exchange, exchangeOver, type Message, type Purpose } from './document-exchange.ts';
import { documentMemory, documentOf } from './document-memory.ts';
import { LONGER, SENT_ALONG } from './message-rules.ts';
import { type Resolve, resolveName } from './resolving.ts';
import { streams } from './stream-exchange.ts';
import { type InternalHosts, internalPlaces, type Place } from './url-rules.ts';

const DEADLINE_MILLISECONDS = 2500;
/** The time for one address while another is left to try. */
const ADDRESS_MILLISECONDS = 800;
const MAXIMUM_ADDRESSES = 3;
/** The share of the deadline that may pass while waiting for other fetches. */
const WAITING_SHARE = 0.4;
const FAILURE_SECONDS = 60;
const AGAIN_SECONDS = 30;

/**
 * These failures would otherwise come sooner than the timeout of a public host. Their timing would reveal which
 * names and addresses exist inside. They therefore take as long (SF-01).
 */
const SILENT: ReadonlySet<FetchReason> = new Set(['address_not_allowed', 'name_not_resolved']);

type Dependencies = {
  readonly clock: Clock;
  /** Seconds since some fixed moment. */
  readonly elapsed: () => number;
  /** Hosts, or `host:port`, that may have any address, by the purpose they are opened for. */
  readonly internalHosts: InternalHosts;
  /** PEM of authorities in addition to those of the machine. */
  readonly authorities?: string;
  readonly budgets: Budgets;
  /** Called for each fetch that was started, and for each that no budget was left for. */
  readonly onOutcome?: (
    purpose: Purpose | 'audit_syslog',
    outcome: FetchReason | 'fetched',
    host: string,
    detail: string,
  ) => void;
  /** For tests. */
  readonly resolve?: Resolve;
  readonly dial?: Dial;
  readonly exchange?: Exchange;
  readonly isAllowedAddress?: (address: string) => boolean;
  readonly deadlineMilliseconds?: number;
};

type Sent = Message &
  Pick<FetchRequest, 'url' | 'internal'> & {
    readonly purpose: PostPurpose | CallPurpose;
    readonly timeoutMilliseconds: number;
    readonly signal?: AbortSignal;
  };

/**
 * The port over our own TLS sockets. Throws when its rules do not work or `authorities` cannot be read: no fetch
 * without a guard.
 */
export const trustedFetch = (
  deps: Dependencies,
): TrustedFetch & TrustedPost & TrustedAsk & TrustedStream & TrustedCall => {
  const { clock, elapsed, resolve = resolveName, exchange = exchangeOver, onOutcome } = deps;
  const { isAllowedAddress = isPublicAddress, deadlineMilliseconds = DEADLINE_MILLISECONDS } = deps;
  proveAddressRules(isAllowedAddress);
  const dial = deps.dial ?? tlsDialer(deps.authorities);
  const placeOf = internalPlaces(deps.internalHosts);
  const budgets = fetchBudgets(clock, deps.budgets);
  const memory = documentMemory();
  const flights = new Map<string, Promise<FetchedDocument>>();

  /** Others decide the content of a document, so a URL from an external document is external. */
  const reached = <T extends Pick<FetchRequest, 'internal' | 'namedBy'>>(request: T): T => {
    const { internal, namedBy } = request;
    if (internal === undefined || namedBy === undefined) return request;
    const namer = placeOf(namedBy, internal);
    return typeof namer !== 'string' && namer.isNamed ? request : { ...request, internal: undefined };
  };

  const checkedAddresses = async (place: Place, signal: AbortSignal): Promise<readonly string[]> => {
    const addresses = await aborting(resolve(place, signal), signal);
    if (addresses.length === 0) throw fetchFailed('name_not_resolved', 'no address');
    // One forbidden address spoils the whole response: mixing them is an attack (SF-02).
    if (!place.isNamed && !addresses.every(isAllowedAddress)) {
      throw fetchFailed('address_not_allowed', 'not every address is public unicast');
    }
    return addresses.slice(0, MAXIMUM_ADDRESSES);
  };

  const connected = async (
    place: Place,
    addresses: readonly string[],
    signal: AbortSignal,
    protocol: { readonly protocol?: 'none' } = {},
  ) => {
    let last: unknown;
    for (const [index, address] of addresses.entries()) {
      const isLast = index === addresses.length - 1;
      const own = isLast ? signal : AbortSignal.any([signal, AbortSignal.timeout(ADDRESS_MILLISECONDS)]);
      try {
        return await aborting(dial({ address, port: place.port, host: place.host, ...protocol }, own), own);
      } catch (error) {
        if (signal.aborted || fetchReasonOf(error) === 'certificate_not_valid') throw error;
        last = error;
      }
    }
    throw last;
  };

  const answerOf = async (place: Place, purpose: Purpose, signal: AbortSignal, message?: Message): Promise<Answer> => {
    const addresses = await checkedAddresses(place, signal);
    const socket = await connected(place, addresses, signal);
    return aborting(exchange(socket, place, purpose, signal, message), signal);
  };

  /** One exchange within its deadline and its budgets. `failed` is called with a failure before it is thrown. */
  const within = async (
    {
      url,
      purpose,
      internal,
      source,
    }: Pick<FetchRequest, 'url' | 'internal' | 'source'> & { readonly purpose: FetchPurpose | AskPurpose },
    message: Message | undefined,
    failed: (failure: { readonly reason: FetchReason; readonly detail: string }) => void,
  ): Promise<Answer> => {
    const place = placeOf(url, internal);
    if (typeof place === 'string') throw fetchFailed(place, 'by its spelling');
    const begun = elapsed();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMilliseconds);
    const patience = AbortSignal.any([controller.signal, AbortSignal.timeout(WAITING_SHARE * deadlineMilliseconds)]);
    const who = { purpose, host: place.host, ...(source === undefined ? {} : { source }) };
    const done = await budgets.begin(who, patience);
    if (typeof done === 'string') {
      clearTimeout(timer);
      onOutcome?.(purpose, 'over_budget', place.host, done);
      throw fetchFailed('over_budget', done);
    }
    try {
      const answer = await answerOf(place, purpose, controller.signal, message);
      onOutcome?.(purpose, 'fetched', place.host, '');
      return answer;
    } catch (error) {
      const failure = failureOf(error, controller.signal.aborted);
      done();
      if (SILENT.has(failure.reason)) await pause(deadlineMilliseconds - (elapsed() - begun) * 1000);
      failed(failure);
      onOutcome?.(purpose, failure.reason, place.host, failure.detail);
      throw fetchFailed(failure.reason, failure.detail);
    } finally {
      clearTimeout(timer);
      done();
    }
  };

  const fetched = async (request: FetchRequest, key: string): Promise<FetchedDocument> => {
    const answer = await within(request, undefined, (failure) => memory.fail(key, { ...failure, at: clock.now() }));
    const document = documentOf(request.url, answer, clock.now());
    memory.keep(key, document);
    return document;
  };

  /** One message to a server that the operator chose: without memory and budgets. */
  const sent = async ({ url, purpose, internal, timeoutMilliseconds, signal, ...given }: Sent): Promise<Answer> => {
    const place = placeOf(url, internal);
    if (typeof place === 'string') throw fetchFailed(place, 'by its spelling');
    if (!Object.keys(given.headers ?? {}).every((name) => SENT_ALONG[purpose]?.test(name))) {
      throw new TypeError('no other headers are sent along');
    }
    if (signal?.aborted) throw fetchFailed('timed_out', 'the caller stops');
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(),
      Math.min(timeoutMilliseconds, LONGER[purpose] ?? deadlineMilliseconds),
    );
    const stop = (): void => controller.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await answerOf(place, purpose, controller.signal, given);
      onOutcome?.(purpose, 'fetched', place.host, '');
      return answer;
    } catch (error) {
      const { reason, detail } = failureOf(error, controller.signal.aborted);
      if (!signal?.aborted) onOutcome?.(purpose, reason, place.host, detail);
      throw fetchFailed(reason, detail, answeredOf(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  };

  return {
    check(url, internal) {
      const place = placeOf(url, internal);
      return typeof place === 'string' ? place : undefined;
    },

    async get(asked) {
      const request = reached(asked);
      // A document fetched from an internal host is not returned to callers that may not go there.
      const key = `${request.purpose} ${request.internal ?? ''} ${request.url}`;
      const now = clock.now();
      const kept = memory.document(key);
      const held = kept !== undefined && kept.fetchedAt <= (request.after ?? -1) ? undefined : kept;
      // If the clock is set back, a document that was fetched later than now is not fresh until then.
      const isFresh = held !== undefined && held.fetchedAt <= now && now < held.freshUntil;
      const isYoung = isFresh && now - held.fetchedAt < AGAIN_SECONDS;
      if (isFresh && (isYoung || !request.again)) return held;
      const failure = memory.failure(key);
      if (failure && failure.at <= now && now < failure.at + FAILURE_SECONDS) {
        if (isFresh) return held;
        throw fetchFailed(failure.reason, failure.detail);
      }
      let flight = flights.get(key);
      if (!flight) {
        flight = fetched(request, key).finally(() => flights.delete(key));
        flights.set(key, flight);
      }
      try {
        return await flight;
      } catch (error) {
        if (isFresh) return held;
        throw error;
      }
    },

    async ask({ form, authorization, ...asked }) {
      const request = reached(asked);
      const message = {
        ...(form === undefined ? {} : { body: form }),
        ...(authorization === undefined ? {} : { authorization }),
      };
      const { status, mediaType, body } = await within(request, message, () => undefined);
      return { status, mediaType, body };
    },

    post: async (request) => (await sent(request)).body,

    async call(request) {
      const { status, body, etag, retryAfter } = await sent(request);
      const said = { ...(etag === undefined ? {} : { etag }), ...(retryAfter === undefined ? {} : { retryAfter }) };
      return { status, body, ...said };
    },

    ...streams({
      placeOf,
      open: async (place, signal) =>
        connected(place, await checkedAddresses(place, signal), signal, { protocol: 'none' }),
      failureOf,
      onOutcome: (outcome, host, detail) => onOutcome?.('audit_syslog', outcome, host, detail),
    }),
  };
};

const failureOf = (error: unknown, isTimedOut: boolean): { readonly reason: FetchReason; readonly detail: string } => {
  const reason = fetchReasonOf(error);
  if (isTimedOut) return { reason: 'timed_out', detail: 'the time is up' };
  const { detail, code } = error as { readonly detail?: string; readonly code?: string };
  if (reason !== undefined) return { reason, detail: (detail ?? '').slice(reason.length + 2) };
  // From the resolver of the machine, for a host that the configuration names.
  return { reason: 'name_not_resolved', detail: String(code ?? 'unknown').slice(0, 40) };
};

/** Does not wait beyond the deadline: the resolver of the machine, for one, cannot be stopped. */
const aborting = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(fetchFailed('timed_out', 'the time is up'));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
