import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of forms. */
export const FORM_REFUSALS = {
  form_forged: {
    code: 'forbidden',
    text: 'This form did not come from a page of this server, or is too old. Open the page again.',
  },
  language_unsupported: { code: 'invalid_field', text: 'There are no pages in this language.' },
  form_too_large: { code: 'invalid_request', text: 'A form has at most {most} bytes.' },
  form_unreadable: { code: 'invalid_request', text: 'The form could not be read.' },
  form_field_repeated: { code: 'invalid_request', text: 'A field was sent twice.' },
  logout_form_missing: { code: 'invalid_request', text: 'This is no form.' },
  logout_token_missing: { code: 'invalid_request', text: 'There is no logout_token.' },
} as const satisfies RefusalTable;

export const formRefusal = refusalsOf(FORM_REFUSALS);
