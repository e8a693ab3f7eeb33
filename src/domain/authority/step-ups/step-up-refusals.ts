import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: step-ups. */
export const STEP_UP_REFUSALS = {
  step_up_token_missing: {
    code: 'invalid_field',
    text: 'token is the access token of the request: up to {most} characters.',
  },
  step_up_acr_malformed: {
    code: 'invalid_field',
    text: 'acr_values are 1 to {most} classes, separated by single spaces.',
  },
  step_up_age_malformed: { code: 'invalid_field', text: 'max_age is a whole number of seconds, 0 to {most}.' },
  step_up_needs_nothing: { code: 'invalid_field', text: 'Say what the sign-in lacks: acr_values, max_age, or both.' },
  step_up_member_unknown: {
    code: 'invalid_field',
    text: 'There is no such member. Send token, acr_values and max_age.',
  },
  step_up_token_not_live: {
    code: 'not_found',
    text: 'This is no live token for this resource server.',
  },
  step_up_without_sign_in: {
    code: 'conflict',
    text: 'No authorization of a person stands behind this token. There is no sign-in to repeat.',
  },
  step_up_unreachable: {
    code: 'conflict',
    text: 'No sign-in here reaches any of these acr_values. Discovery names those that it reaches: acr_values_supported.',
  },
  step_up_pages_exceeded: {
    code: 'too_many_requests',
    text: 'This person was asked to sign in again too often. Try later.',
  },
  step_up_gone: {
    code: 'not_found',
    text: 'There is no such request for you. It may have been answered or be too old.',
  },
} as const satisfies RefusalTable;

export const stepUpRefusal = refusalsOf(STEP_UP_REFUSALS);
