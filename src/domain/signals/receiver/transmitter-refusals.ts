import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: trusted transmitters, and what they send. */
export const TRANSMITTER_REFUSALS = {
  transmitter_issuer_taken: { code: 'conflict', text: 'Another trusted transmitter has this issuer.' },
  transmitter_issuer_wrong: { code: 'invalid_field', text: 'The issuer is an https URL without query and fragment.' },
  transmitter_upstream_unknown: {
    code: 'invalid_field',
    text: 'There is no such upstream provider. A transmitter affects people who are linked to one: connect it first, with behalf upstreams create.',
  },
  transmitter_poll_url_missing: {
    code: 'invalid_field',
    text: 'A token, a client and an interval belong to a poll URL. Without one, the transmitter pushes.',
  },
  transmitter_poll_token_missing: {
    code: 'invalid_field',
    text: 'A new poll URL needs its token, or a token endpoint with a client, in the same change: the server does not send the present token to another URL.',
  },
  transmitter_poll_token_malformed: {
    code: 'invalid_field',
    text: 'A bearer token has 1 to 4,096 visible ASCII characters.',
  },
  transmitter_poll_credentials_both: {
    code: 'invalid_field',
    text: 'A poll URL has either a token or a token endpoint, not both.',
  },
  polled_transmitters_exceeded: {
    code: 'conflict',
    text: 'This server polls at most {most} transmitters. Let another one push first.',
  },
  transmitter_polled: {
    code: 'forbidden',
    text: 'This server polls this transmitter, and takes no pushed events. Deliver them by poll (RFC 8936).',
  },
  transmitter_not_paused: { code: 'conflict', text: 'The effects of this transmitter are not paused.' },
  transmitter_effects_paused: {
    code: 'unavailable',
    text: 'Signals of this transmitter affected too many accounts at once, so their effects are paused. An administrator of this server can resume them.',
  },
  transmitter_disabled: {
    code: 'forbidden',
    text: 'This transmitter is disabled here. An administrator of this server can enable it.',
  },
  signal_not_held: { code: 'conflict', text: 'This signal is not held.' },
  set_refused: { code: 'invalid_request', text: 'The security event token was refused: {why}.' },
  transmitter_unauthenticated: {
    code: 'unauthenticated',
    text: 'The header Authorization does not have the secret of a trusted transmitter. An administrator of this server can replace the secret.',
  },
  transmitter_keys_unavailable: {
    code: 'unavailable',
    text: 'The keys of the transmitter could not be read now. Send the event again later.',
  },
  revocation_subject_malformed: {
    code: 'invalid_field',
    text: 'sub_id is one subject identifier (RFC 9493), and the only member of the request.',
  },
  revocation_subject_narrowed: {
    code: 'invalid_field',
    text: 'A global token revocation is about a person, not about one session. Send a session-revoked event for that.',
  },
  revocation_subject_unknown: {
    code: 'not_found',
    text: 'No account that this transmitter may affect is linked to this subject. An administrator of this server can link one without a role.',
  },
  revocation_event_not_trusted: {
    code: 'forbidden',
    text: 'No event of this transmitter may revoke tokens here. An administrator of this server can change its effects.',
  },
} as const satisfies RefusalTable;

export const transmitterRefusal = refusalsOf(TRANSMITTER_REFUSALS);
