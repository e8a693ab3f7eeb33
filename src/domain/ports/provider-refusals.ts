import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: upstream providers. */
export const PROVIDER_REFUSALS = {
  provider_refused_sign_in: { code: 'invalid_request', text: 'The provider did not sign you in.' },
  provider_refused_client: {
    code: 'invalid_request',
    text: 'The provider does not know this server. Tell its administrator.',
  },
  provider_answer_invalid: { code: 'invalid_request', text: 'The answer of the provider was not accepted.' },
  provider_unreachable: {
    code: 'unavailable',
    text: 'The provider cannot be reached right now. Try again in a moment.',
  },
} as const satisfies RefusalTable;

export const providerRefusal = refusalsOf(PROVIDER_REFUSALS);
