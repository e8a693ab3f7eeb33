import { type Refusal, refuser } from '../authority/decision/refuser.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { isDomainError, type Remedy } from '../vocabulary/errors.ts';
import type { RequestedApproval } from './approval-draft.ts';
import type { ApprovalRequest, AskingForApproval } from './request-approval.ts';

/** What a token request needs to ask approvers. */
export type AskingByToken = {
  readonly asking: Pick<AskingForApproval, 'ask'>;
  /** How the agent fetches the resulting token. */
  remedyOf(asked: RequestedApproval): Remedy;
};

export const TOO_MANY_APPROVALS = {
  code: 'too_many_requests',
  layer: 'limits',
  text: 'this agent has asked this person for too many approvals; wait',
} as const satisfies Refusal;

/**
 * Requests an approval for a token request that needs one, and returns how to wait for it. Returns nothing where no
 * approval is enough. Throws 'too_many_requests' with its own denial, and as the approval request does.
 */
export const askForToken =
  ({ approvals, identifiers }: { readonly approvals: AskingByToken; readonly identifiers: Identifiers }) =>
  async (intention: ApprovalRequest, request: string): Promise<readonly Remedy[]> => {
    try {
      const asked = await approvals.asking.ask(intention, request);
      return asked ? [approvals.remedyOf(asked)] : [];
    } catch (error) {
      if (!isDomainError(error)) throw error;
      if (error.code === 'access_denied') return [{ kind: 'contact', whom: 'operator' }];
      if (error.code !== 'too_many_requests') throw error;
      throw refuser({ too_many_approvals: TOO_MANY_APPROVALS }, identifiers)('too_many_approvals', { cause: error });
    }
  };
