import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: resource servers. */
export const RESOURCE_SERVER_REFUSALS = {
  target_accepted_by_proposer: {
    code: 'forbidden',
    text: 'The proposer does not accept their own pair, nor does a client that they own or whose credentials they set. Ask another operator or administrator.',
  },
  target_accepted_by_newer: {
    code: 'forbidden',
    text: 'Your account or client was created or changed after the proposal. Withdraw the pair, have it proposed again, and accept it then.',
  },
  target_unknown: { code: 'not_found', text: 'This resource server has no such pair. Its list shows those it has.' },
  target_proposed_again: {
    code: 'conflict',
    text: 'This pair was proposed again in the meantime. Look at it once more.',
  },
  resource_identifier_taken: { code: 'conflict', text: 'This identifier belongs to another resource server.' },
  management_api_fixed: {
    code: 'conflict',
    text: 'This resource server is the management API itself; it cannot be changed.',
  },
} as const satisfies RefusalTable;

export const resourceServerRefusal = refusalsOf(RESOURCE_SERVER_REFUSALS);
