import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: reports of resource servers. */
export const REPORT_REFUSALS = {
  reports_not_permitted: {
    code: 'forbidden',
    text: 'This resource server does not hold the permission reports:write. An operator grants it: behalf resource-servers update {server} --permission reports:write',
  },
  reports_malformed: {
    code: 'invalid_field',
    text: 'reports is a list of 1 to {most} reports. The body has no other member.',
  },
  report_not_object: { code: 'invalid_field', text: 'A report is an object.' },
  report_member_unknown: { code: 'invalid_field', text: 'A report has no such member. It has no content.' },
  report_too_large: { code: 'invalid_field', text: 'A report has at most {most} bytes. Send less.' },
  report_id_malformed: {
    code: 'invalid_field',
    text: 'id has 16 to 64 letters, digits, "-" and "_". A UUID is such an id.',
  },
  report_id_repeated: { code: 'invalid_field', text: 'An earlier report of this request has the same id.' },
  report_id_used: {
    code: 'conflict',
    text: 'This id belongs to another report of this resource server. Send each report with an id of its own.',
  },
  report_time_malformed: { code: 'invalid_field', text: 'time is a whole number of epoch seconds.' },
  report_late: { code: 'invalid_field', text: 'A report comes at most {most} seconds after its time.' },
  report_ahead: {
    code: 'invalid_field',
    text: 'The time of the report is more than {most} seconds ahead. Set the clock of the resource server.',
  },
  report_text_malformed: {
    code: 'invalid_field',
    text: 'This member is a text of 1 to {most} characters without control characters.',
  },
  report_action_malformed: { code: 'invalid_field', text: 'A report names a tool or a route, and not both.' },
  report_outcome_unknown: { code: 'invalid_field', text: 'outcome is one of {outcomes}.' },
  report_digest_malformed: { code: 'invalid_field', text: 'A digest is a SHA-256 in base64url: 43 characters.' },
  report_token_unknown: {
    code: 'not_found',
    text: 'No token with this jti was issued for this resource server. Send the jti of the token that you verified.',
  },
  report_transaction_other: {
    code: 'conflict',
    text: 'The token belongs to another transaction. Send its txn, or leave txn out.',
  },
} as const satisfies RefusalTable;

export const reportRefusal = refusalsOf(REPORT_REFUSALS);
