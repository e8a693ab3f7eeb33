import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import { delegationRefusal } from './delegation-refusals.ts';

/** A request of an agent to act for a person, which waits behind a single-use page (decision D1 b). */
export type DelegationRequest = {
  /** The only account that may decide. */
  readonly subject: string;
  readonly agent: string;
  /** Resource indicator. */
  readonly resource: string;
  /** Sorted; the page may narrow it, never widen it. */
  readonly scope: readonly string[];
  /** Authorization details that the agent asks for there. */
  readonly details?: readonly Detail[];
  /** The transaction in which the request arose. */
  readonly txn?: string;
  /** Client to which the exchanged token had been issued. */
  readonly viaClient: string;
  /** The delegation will apply only to calls by this client (decision 21). Absent: to all calls. */
  readonly via?: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
};

/**
 * Maximum number of new pages for one agent and account within the lifetime of a page. At most two windows overlap, so
 * at most 20 pages are open.
 */
const PAGES_PER_LIFE = 10;

/**
 * The requests behind `consent_required`. The handle in the URL is a bearer value: the store holds its keyed digest,
 * and the sealed request (decision D14). Opening the page approves nothing.
 */
export interface DelegationRequests {
  /**
   * The page for a request. Returns the same page while at least half of its lifetime is left and the person has not
   * decided. Repeated requests of an agent therefore do not fill the person's list. Throws DomainError
   * 'too_many_requests' when the agent has opened too many for this account.
   */
  create(wanted: Omit<DelegationRequest, 'expiresAt'>): Promise<{
    readonly url: string;
    readonly expiresIn: number;
  }>;
  /** The pending request behind a handle, or undefined for anything else. Changes nothing. */
  peek(handle: string): Promise<DelegationRequest | undefined>;
  /** Ends the request and returns it; exactly one of several concurrent callers gets it. */
  consume(handle: string): Promise<DelegationRequest | undefined>;
}

export const delegationRequests = ({
  ephemeral,
  clock,
  identifiers,
  masterKey,
  issuer,
  ttlSeconds,
}: {
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly ttlSeconds: number;
}): DelegationRequests => {
  const keysOf = (handle: string): readonly string[] =>
    masterKey.digests('delegation-request', handle).map((digest) => `delegation-request:${digest}`);

  const open = (key: string, sealed: string | undefined): DelegationRequest | undefined => {
    if (sealed === undefined) return undefined;
    const text = openedOrNothing(masterKey, key, sealed);
    if (text === undefined) return undefined;
    const request = JSON.parse(text) as DelegationRequest;
    return request.expiresAt > clock.now() ? request : undefined;
  };

  const requests: DelegationRequests = {
    async create(wanted): Promise<{
      readonly url: string;
      readonly expiresIn: number;
    }> {
      const { subject, agent, resource, details, via } = wanted;
      const scope = [...new Set(wanted.scope)].sort();
      const now = clock.now();
      // A scope contains neither a quotation mark nor a blank, so it cannot equal one of these parts.
      const more = [...(details ? [JSON.stringify(details)] : []), ...(via === undefined ? [] : [`via ${via}`])];
      const sameKey = `delegation-request-of:${masterKey.digest('delegation-request-of', subject, agent, resource, ...scope, ...more)}`;
      const earlier = await ephemeral.get(sameKey);
      if (earlier !== undefined) {
        const handle = openedOrNothing(masterKey, sameKey, earlier);
        const pending = handle === undefined ? undefined : await requests.peek(handle);
        if (handle !== undefined && pending && pending.expiresAt - now >= ttlSeconds / 2) {
          return { url: urlOf(issuer, handle), expiresIn: pending.expiresAt - now };
        }
      }
      const made = await ephemeral.count(
        `delegation-request-count:${masterKey.digest('delegation-request-count', subject, agent)}`,
        ttlSeconds,
      );
      if (made > PAGES_PER_LIFE) {
        throw delegationRefusal('delegation_requests_exceeded', { retryAfterSeconds: ttlSeconds });
      }
      const handle = identifiers.newSecret();
      const key = String(keysOf(handle)[0]);
      const request: DelegationRequest = { ...wanted, scope, expiresAt: now + ttlSeconds };
      await ephemeral.set(key, masterKey.seal(key, JSON.stringify(request)), ttlSeconds);
      await ephemeral.set(sameKey, masterKey.seal(sameKey, handle), ttlSeconds);
      return { url: urlOf(issuer, handle), expiresIn: ttlSeconds };
    },

    async peek(handle): Promise<DelegationRequest | undefined> {
      if (!HANDLE.test(handle)) return undefined;
      for (const key of keysOf(handle)) {
        const found = open(key, await ephemeral.get(key));
        if (found) return found;
      }
      return undefined;
    },

    async consume(handle): Promise<DelegationRequest | undefined> {
      if (!HANDLE.test(handle)) return undefined;
      for (const key of keysOf(handle)) {
        const found = open(key, await ephemeral.take(key));
        if (found) return found;
      }
      return undefined;
    },
  };
  return requests;
};

const HANDLE = /^[A-Za-z0-9_-]{40,128}$/;

const urlOf = (issuer: string, handle: string): string => `${issuer}/delegations/requests/${handle}`;
