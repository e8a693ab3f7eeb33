import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: peers. */
export const PEER_REFUSALS = {
  peer_callers_exceeded: { code: 'invalid_field', text: 'At most {most} agents and clients can be named.' },
  peer_caller_unknown: { code: 'invalid_field', text: 'There is no agent or client {id}.' },
  peer_caller_repeated: { code: 'invalid_field', text: 'An agent or client is there twice.' },
  peer_resources_count_wrong: { code: 'invalid_field', text: 'Name 1 to {most} resource servers behind the peer.' },
  peer_resource_registered: {
    code: 'invalid_field',
    text: 'This resource is registered already, at a peer or at this server.',
  },
  peer_resource_is_management_api: {
    code: 'invalid_field',
    text: 'The management API is not for assertions of peers.',
  },
  peer_issuer_has_query: { code: 'invalid_field', text: 'An issuer has no query (RFC 8414 §2).' },
  peer_is_self: { code: 'invalid_field', text: 'This server is no peer of itself.' },
} as const satisfies RefusalTable;

export const peerRefusal = refusalsOf(PEER_REFUSALS);
