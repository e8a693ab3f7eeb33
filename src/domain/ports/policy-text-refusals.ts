import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: texts of policies. */
export const POLICY_TEXT_REFUSALS = {
  policy_text_invalid: { code: 'invalid_field', text: '{finding}' },
  policy_text_empty: { code: 'invalid_field', text: 'This text is no policy set.' },
  policies_unavailable: { code: 'unavailable', text: 'Policies cannot be asked right now.' },
  policy_texts_in_line: { code: 'unavailable', text: 'Too many policies are being checked. Try again.' },
} as const satisfies RefusalTable;

export const policyTextRefusal = refusalsOf(POLICY_TEXT_REFUSALS);
