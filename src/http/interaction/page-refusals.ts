import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the pages on which people sign in and consent. */
export const PAGE_REFUSALS = {
  page_unavailable: { code: 'unavailable', text: 'This cannot be answered right now.' },
  form_malformed: { code: 'invalid_request', text: 'The form cannot be read. Open the page again.' },
  interaction_not_found: { code: 'not_found', text: 'There is no such request, or it is too old.' },
  interaction_without_account: { code: 'forbidden', text: 'No user is signed in here.' },
  page_provider_gone: { code: 'not_found', text: 'This provider is not here any more.' },
  page_provider_unknown: { code: 'not_found', text: 'There is no such provider to sign in at.' },
  upstream_answer_unexpected: {
    code: 'invalid_request',
    text: 'No sign-in in this browser waits for this answer of a provider. If one is under way, go on in its own tab. Otherwise start again where you came from.',
  },
} as const satisfies RefusalTable;

export const pageRefusal = refusalsOf(PAGE_REFUSALS);
