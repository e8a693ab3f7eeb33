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
  upstream_person_connected: { code: 'conflict', text: 'This person is connected with an account already.' },
  upstream_issuer_taken: { code: 'conflict', text: 'There is an upstream of this issuer already.' },
  last_sign_in_method: { code: 'conflict', text: 'This is your last way to sign in. Add another one first.' },
  upstream_links_exceeded: { code: 'conflict', text: 'An account is connected with at most {most} people elsewhere.' },
  upstream_link_not_found: { code: 'not_found', text: 'You are not connected there.' },
  upstream_link_ended: { code: 'unauthenticated', text: 'You are not connected there any more. Sign in another way.' },
  linked_upstream_unknown: { code: 'invalid_field', text: 'There is no such upstream.' },
  upstream_domains_exceeded: { code: 'invalid_field', text: 'An upstream has at most 64 domains.' },
  upstream_domain_malformed: { code: 'invalid_field', text: 'This is no domain in lower case, such as example.com.' },
  upstream_domain_repeated: { code: 'invalid_field', text: 'This domain is there twice.' },
  upstream_domain_taken: { code: 'invalid_field', text: 'This domain leads to {upstream} already.' },
  upstream_client_id_is_issuer: { code: 'invalid_field', text: 'Our own issuer is no name for a client.' },
  upstream_authentication_unknown: { code: 'invalid_field', text: 'This is {methods}.' },
  upstream_sign_out_unknown: { code: 'invalid_field', text: 'This is {choices}.' },
  upstream_secret_unused: {
    code: 'invalid_field',
    text: 'A secret goes with client_secret_basic and client_secret_post, and with no other.',
  },
  upstream_scopes_without_openid: { code: 'invalid_field', text: 'Among the scopes is openid.' },
  upstream_scopes_exceeded: { code: 'invalid_field', text: 'These are at most 30 scopes.' },
  upstream_claims_unknown: { code: 'invalid_field', text: 'Claims are username, name, email and groups.' },
  upstream_groups_exceeded: { code: 'invalid_field', text: 'At most 100 groups are joined.' },
  upstream_factor_values_exceeded: { code: 'invalid_field', text: 'At most 20 values stand for a second factor.' },
  upstream_is_self: { code: 'invalid_field', text: 'This server is no upstream of itself.' },
  upstream_not_reachable: {
    code: 'invalid_field',
    text: 'Its discovery document could not be fetched from there: name its host in egress.internalHosts.upstreamProviders.',
  },
  upstream_secret_malformed: { code: 'invalid_field', text: 'This is no client secret.' },
  last_upstream_without_passwords: {
    code: 'conflict',
    text: 'Passwords are switched off, and this is the last provider to sign in at.',
  },
  upstreams_exceeded: { code: 'conflict', text: 'There are at most {most} upstreams.' },
  logout_token_refused: { code: 'invalid_request', text: 'The logout token is not accepted: {why}.' },
  provider_keys_unavailable: { code: 'unavailable', text: 'The keys of the provider cannot be had right now.' },
} as const satisfies RefusalTable;

export const upstreamRefusal = refusalsOf(UPSTREAM_REFUSALS);
