import { type SingleUsePagesDeps, singleUsePages } from '../../platform/single-use-pages/single-use-pages.ts';
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
  issuer,
  ...deps
}: SingleUsePagesDeps & {
  readonly issuer: string;
}): DelegationRequests => {
  const pages = singleUsePages<DelegationRequest>(deps, 'delegation-request', `${issuer}/delegations/requests/`);
  return {
    async create(wanted): Promise<{
      readonly url: string;
      readonly expiresIn: number;
    }> {
      const { subject, agent, resource, details, via } = wanted;
      const scope = [...new Set(wanted.scope)].sort();
      // A scope contains neither a quotation mark nor a blank, so it cannot equal one of these parts.
      const more = [...(details ? [JSON.stringify(details)] : []), ...(via === undefined ? [] : [`via ${via}`])];
      const keys = { question: [subject, agent, resource, ...scope, ...more], asker: [subject, agent] };
      const page = await pages.open({ ...wanted, scope }, keys);
      if (page) return page;
      throw delegationRefusal('delegation_requests_exceeded', { retryAfterSeconds: deps.ttlSeconds });
    },
    peek: pages.peek,
    consume: pages.consume,
  };
};
