import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the account pages. */
export const ACCOUNT_PAGE_REFUSALS = {
  session_not_found: { code: 'not_found', text: 'You are not signed in there.' },
  file_not_found: { code: 'not_found', text: 'There is no such file.' },
  sign_in_needed: { code: 'unauthenticated', text: 'Sign in first.' },
  delegation_request_gone: {
    code: 'not_found',
    text: 'There is no such request for you. It may have been decided or be too old.',
  },
  connectable_provider_unknown: { code: 'not_found', text: 'There is no such provider to connect with.' },
  approval_page_gone: { code: 'not_found', text: 'There is no such request for you. It may be too old to be kept.' },
  approval_choice_missing: {
    code: 'invalid_request',
    text: 'The form neither approves nor denies. Nothing was decided.',
  },
  approval_selection_empty: { code: 'invalid_request', text: 'Nothing was chosen, so nothing was decided.' },
  approval_not_describable: {
    code: 'access_denied',
    text: 'The page cannot show this request in full, so no person can approve it.',
  },
  approval_not_in_batch: {
    code: 'insufficient_user_authentication',
    text: 'This one is decided on a page of its own.',
  },
  approval_without_factor: {
    code: 'insufficient_user_authentication',
    text: 'This takes a second factor, and you have none yet.',
  },
  proof_missing: { code: 'invalid_field', text: 'Prove that it is you: nothing was sent.' },
  password_missing: { code: 'invalid_field', text: 'Type your password.' },
  live_page_repeated: { code: 'too_many_requests', text: 'This page is open too often.' },
  live_pages_exceeded: { code: 'unavailable', text: 'Too many pages are open.' },
} as const satisfies RefusalTable;

export const accountPageRefusal = refusalsOf(ACCOUNT_PAGE_REFUSALS);
