import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: absences. */
export const ABSENCE_REFUSALS = {
  absence_start_invalid: { code: 'invalid_field', text: 'A moment within the next 180 days.' },
  absence_end_invalid: {
    code: 'invalid_field',
    text: 'A moment after the first that is not over, at most 60 days later.',
  },
  deputy_is_self: { code: 'invalid_field', text: 'Name a person other than yourself.' },
  deputy_taken: { code: 'invalid_field', text: 'This person decides for enough others already.' },
  absences_exceeded: { code: 'conflict', text: 'There are three already: end one of them.' },
  absence_not_found: { code: 'not_found', text: 'There is no such absence.' },
  absence_needs_sign_in: {
    code: 'insufficient_user_authentication',
    text: 'Sign in again to say who decides for you.',
  },
} as const satisfies RefusalTable;

export const absenceRefusal = refusalsOf(ABSENCE_REFUSALS);
