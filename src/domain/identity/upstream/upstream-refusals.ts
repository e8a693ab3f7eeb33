import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: sign-in at upstream providers. */
export const UPSTREAM_REFUSALS = {
  upstream_sign_in_forbidden: { code: 'unauthenticated', text: 'You cannot sign in this way.' },
  upstream_time_never_stated: {
    code: 'unauthenticated',
    text: '{provider} never says when you signed in there, and you have no second factor here to prove that it is you now. Sign in another way, or ask an administrator.',
  },
  upstream_sign_in_not_recent: {
    code: 'unauthenticated',
    text: '{provider} does not say that you signed in there just now. Sign in another way.',
  },
  upstream_unusable: { code: 'unavailable', text: 'This provider cannot be used right now.' },
  account_contended: { code: 'unavailable', text: 'Too many requests change this account at once.' },
  upstream_account_unknown: { code: 'invalid_field', text: 'There is no such account.' },
  upstream_person_connected: { code: 'conflict', text: 'This person is connected with an account already.' },
  upstream_issuer_taken: { code: 'conflict', text: 'There is an upstream of this issuer already.' },
  last_sign_in_method: { code: 'conflict', text: 'This is your last way to sign in. Add another one first.' },
  upstream_links_exceeded: { code: 'conflict', text: 'An account is connected with at most {most} people elsewhere.' },
  upstream_link_not_found: { code: 'not_found', text: 'You are not connected there.' },
  upstream_link_ended: { code: 'unauthenticated', text: 'You are not connected there any more. Sign in another way.' },
} as const satisfies RefusalTable;

export const upstreamRefusal = refusalsOf(UPSTREAM_REFUSALS);
