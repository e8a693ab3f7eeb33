import type { IssuedTokens } from '../ports/issued-tokens.ts';
import type { ResourceServer } from '../resources/resource-servers/resource-server.ts';
import { approvalRefusal } from './approval-refusals.ts';
import type { ApprovalService } from './approval-service.ts';

/** A call that is about to run, as its resource server reports it. */
export type Call = {
  /** Access token of the call. */
  readonly token: string;
  /**
   * Name of the call, 1 to 200 visible characters. The same text is the same call, for example after an answer was lost.
   */
  readonly key: string;
};

/** A name for a call. */
export const CALL_NAME = /^[\x21-\x7e]{1,200}$/;
const MOST_TOKEN = 8192;

/** Throws 'invalid_field' naming the member. */
export const readCall = (body: { readonly [member: string]: unknown }): Call => {
  const { token, call } = body;
  if (typeof token !== 'string' || token === '' || token.length > MOST_TOKEN) {
    throw approvalRefusal('approval_token_missing', { field: '/token' });
  }
  if (typeof call !== 'string' || !CALL_NAME.test(call)) {
    throw approvalRefusal('approval_call_malformed', { field: '/call' });
  }
  return { token, key: call };
};

/**
 * Lets a resource server use up the approval behind a token right before it carries out the action. Exactly one call
 * succeeds. A repetition of that call is reported as such.
 */
export type UseApproval = (
  server: Pick<ResourceServer, 'id' | 'identifier'>,
  call: Call,
  request: string,
) => Promise<{ approval: { id: string; digest: string; used_at: number | undefined; first: boolean } }>;

export const approvalUse =
  ({
    tokens,
    service,
  }: {
    readonly tokens: Pick<IssuedTokens, 'find'>;
    readonly service: Pick<ApprovalService, 'use'>;
  }): UseApproval =>
  /**
   * Throws DomainError 'not_found' for anything but a live token of an approval there, and 'conflict' when another call
   * used it.
   */
  async (server, { token, key }, request) => {
    const found = await tokens.find(token);
    if (!found?.approval || found.audience !== server.identifier) {
      throw approvalRefusal('approval_token_not_live');
    }
    const { approval, isFirst } = await service.use(found.approval.id, { server, key, request });
    return { approval: { id: approval.id, digest: approval.digest, used_at: approval.use?.at, first: isFirst } };
  };
