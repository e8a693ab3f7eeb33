import type { IssuedTokens } from '../ports/issued-tokens.ts';
import type { ResourceServer } from '../resources/resource-servers/resource-server.ts';
import { DomainError, refuseField } from '../vocabulary/errors.ts';
import type { ApprovalService } from './approval-service.ts';

export type UseApproval = ReturnType<typeof approvalUse>;

/** The call that is about to be made, as its resource server tells it. */
export type Call = {
  /** Access token that came with it. */
  readonly token: string;
  /** Names the call: the same text again is the same call, say after an answer was lost. 1 to 200 visible characters. */
  readonly key: string;
};

/** A name for a call. */
export const CALL_NAME = /^[\x21-\x7e]{1,200}$/;
const MOST_TOKEN = 8192;

/** Throws 'invalid_field' naming the member. */
export const readCall = (body: { readonly [member: string]: unknown }): Call => {
  const { token, call } = body;
  if (typeof token !== 'string' || token === '' || token.length > MOST_TOKEN) {
    return refuseField('/token', 'The access token that came with the call.');
  }
  if (typeof call !== 'string' || !CALL_NAME.test(call)) {
    return refuseField('/call', 'A name of the call: 1 to 200 visible ASCII characters.');
  }
  return { token, key: call };
};

/**
 * A resource server uses up the approval behind a token right before it carries the action out: of all calls exactly one
 * is let through, and a repetition of that one is told so.
 */
export const approvalUse =
  ({
    tokens,
    service,
  }: {
    readonly tokens: Pick<IssuedTokens, 'find'>;
    readonly service: Pick<ApprovalService, 'use'>;
  }) =>
  /** Throws DomainError 'not_found' for whatever is no live token of an approval there, and 'conflict' when it was used by another call. */
  async (server: Pick<ResourceServer, 'id' | 'identifier'>, { token, key }: Call, request: string) => {
    const found = await tokens.find(token);
    if (!found?.approval || found.audience !== server.identifier) {
      throw new DomainError('not_found', 'This is no live token of an approval at this resource server.');
    }
    const { approval, isFirst } = await service.use(found.approval.id, { server, key, request });
    return { approval: { id: approval.id, digest: approval.digest, used_at: approval.use?.at, first: isFirst } };
  };
