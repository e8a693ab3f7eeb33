import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: clients. */
export const CLIENT_REFUSALS = {
  redirect_uri_missing: { code: 'invalid_field', text: 'The grant type authorization_code needs a redirect URI.' },
  redirect_uri_unused: {
    code: 'invalid_field',
    text: 'Redirect URIs are for the grant type authorization_code, which is not among the grant types.',
  },
  client_not_adoptable: { code: 'conflict', text: 'Only a client that registered itself and has no owner is adopted.' },
  client_retired: { code: 'conflict', text: 'A retired client cannot be changed.' },
} as const satisfies RefusalTable;

export const clientRefusal = refusalsOf(CLIENT_REFUSALS);
