import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: access requests of AuthZEN. */
export const ACCESS_REQUEST_REFUSALS = {
  callback_endpoint_unknown: {
    code: 'invalid_field',
    text: 'No endpoint of webhooks with this URL is active for this resource server.',
  },
  access_member_unknown: { code: 'invalid_field', text: 'There is no such member here.' },
  access_items_count_wrong: { code: 'invalid_field', text: 'items has 1 to {most} members.' },
  access_member_beside_items: { code: 'invalid_field', text: 'With items this stands in each of them.' },
  denial_expiry_missing: { code: 'invalid_field', text: 'As access_request.expires_at said it.' },
  emergency_malformed: { code: 'invalid_field', text: 'emergency is true or false.' },
  date_time_malformed: { code: 'invalid_field', text: 'A date and time with offset (RFC 3339).' },
  justification_malformed: { code: 'invalid_field', text: 'One line of text.' },
  callback_endpoint_malformed: { code: 'invalid_field', text: 'An https URL.' },
  callback_state_malformed: { code: 'invalid_field', text: 'A text of at most {most} characters.' },
  callback_events_unknown: { code: 'invalid_field', text: 'Some of {events}.' },
  actor_member_malformed: { code: 'invalid_field', text: 'A string.' },
  actor_id_missing: { code: 'invalid_field', text: 'Who acts.' },
  access_end_too_soon: { code: 'invalid_field', text: 'At least {least} seconds from now.' },
  access_polled_too_soon: { code: 'slow_down', text: 'Ask once in {seconds} seconds from now on.' },
  submission_not_canonical: {
    code: 'invalid_request',
    text: 'The body holds something that has no canonical form (RFC 8785).',
  },
  access_question_not_object: { code: 'invalid_request', text: '{member} is an object.' },
  access_question_not_text: { code: 'invalid_request', text: '{member} is a string.' },
  evaluations_not_array: { code: 'invalid_request', text: 'evaluations is an array.' },
  evaluations_exceeded: { code: 'invalid_request', text: 'evaluations has at most {most} members.' },
  evaluations_semantic_unknown: { code: 'invalid_request', text: 'evaluations_semantic is one of {semantics}.' },
  page_limit_malformed: { code: 'invalid_request', text: 'page.limit is a whole number.' },
  context_call_malformed: {
    code: 'invalid_request',
    text: 'context.call is a name of the call: 1 to 200 visible ASCII characters.',
  },
  idempotency_key_malformed: { code: 'invalid_field', text: 'At most 255 visible ASCII characters.' },
} as const satisfies RefusalTable;

export const accessRequestRefusal = refusalsOf(ACCESS_REQUEST_REFUSALS);
