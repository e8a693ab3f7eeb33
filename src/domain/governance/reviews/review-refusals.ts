import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: access reviews. */
export const REVIEW_REFUSALS = {
  reviews_exceeded: { code: 'conflict', text: 'At most {most} reviews are open at a time. Cancel one, or wait.' },
  review_group_missing: { code: 'invalid_field', text: 'Say which group decides: the id of an existing group.' },
  review_party_unknown: { code: 'invalid_field', text: 'There is no account or group with this name or id.' },
  review_not_open: { code: 'conflict', text: 'The review is {state}. Decisions are possible while it is open.' },
  review_over: { code: 'conflict', text: 'The review is {state}, and changes no more.' },
  review_default_keeps: {
    code: 'conflict',
    text: 'The default of this review ends nothing. There is nothing to confirm.',
  },
  review_item_decided: {
    code: 'conflict',
    text: 'This item is {state} by now: exactly one decision counts. Read it again.',
  },
  review_item_over: { code: 'conflict', text: 'The delegation ended before this decision. Nothing is left to decide.' },
  review_by_owner: {
    code: 'forbidden',
    text: 'You own this agent, and the review wants someone else to decide. Another reviewer or an operator does.',
  },
  review_assigned_to_owner: {
    code: 'conflict',
    text: 'This account owns the agent, and the review wants someone else to decide.',
  },
  review_scope_missing: { code: 'invalid_field', text: 'Name at least one scope to remove.' },
  review_owner_missing: { code: 'invalid_field', text: 'Name the account or group that is to own the agent.' },
  review_transfer_to_self: {
    code: 'conflict',
    text: 'A reviewer does not transfer an agent to themself, or to a group of theirs. Name another owner.',
  },
  review_member_unfit: { code: 'invalid_field', text: 'This member does not belong to the decision {decision}.' },
  review_item_not_ended: { code: 'conflict', text: 'Only what this review ended can be undone.' },
  review_undo_late: {
    code: 'conflict',
    text: 'An end can be undone within {hours} hours. Ask the person to consent again.',
  },
  review_evidence_early: {
    code: 'conflict',
    text: 'The items of this review are being made. Read its evidence when it is open.',
  },
  review_evidence_too_large: {
    code: 'conflict',
    text: 'This review has more than {most} items. Use the export of the audit log (exportAudit), which has all decisions.',
  },
  review_evidence_busy: {
    code: 'too_many_requests',
    text: 'You read the evidence of a review at this moment. Wait until that archive is complete, then ask again.',
  },
  review_archived: {
    code: 'conflict',
    text: 'Events of this review are in an archive only ({places}). Verify them there: behalf audit verify --archive.',
  },
  review_undo_refused: {
    code: 'conflict',
    text: 'The person, a kill or a change of owner decided about this agent since. Only the person can allow it again.',
  },
} as const satisfies RefusalTable;

export const reviewRefusal = refusalsOf(REVIEW_REFUSALS);
