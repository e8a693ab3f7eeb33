import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: provisioning targets. */
export const PROVISIONING_REFUSALS = {
  provisioning_targets_exceeded: {
    code: 'conflict',
    text: 'There are at most {most} provisioning targets. Remove one first.',
  },
  target_url_refused: {
    code: 'invalid_field',
    text: 'The server cannot call this URL ({reason}): an https URL of a public host, or of one in egress.internalHosts.provisioningTargets, without query and fragment.',
  },
  target_token_malformed: { code: 'invalid_field', text: 'A bearer token has 1 to 4,096 visible ASCII characters.' },
  target_token_missing: {
    code: 'invalid_field',
    text: 'A target needs a token, or a token endpoint with a client. Another URL needs its token in the same change: the server does not send the present token to another system.',
  },
  target_credentials_both: {
    code: 'invalid_field',
    text: 'A target has either a token or a token endpoint, not both.',
  },
  target_agents_malformed: {
    code: 'invalid_field',
    text: 'Name at most {most} ids of agents, accounts and groups, or * alone for all agents.',
  },
  target_unavailable: {
    code: 'unavailable',
    text: 'The target could not be compared: {reason}. {remedy}',
  },
} as const satisfies RefusalTable;

export const provisioningRefusal = refusalsOf(PROVISIONING_REFUSALS);
