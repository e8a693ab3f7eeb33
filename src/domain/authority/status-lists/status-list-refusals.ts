import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: Token Status Lists. */
export const STATUS_LIST_REFUSALS = {
  status_list_unknown: {
    code: 'not_found',
    text: 'There is no such status list, or all its tokens have expired. Take the address from the claim status of a token.',
  },
  status_list_behind: {
    code: 'unavailable',
    text: 'The statuses are being read. Try again. Use your list until its exp. Without one accept no token.',
  },
  status_list_closing: { code: 'unavailable', text: 'This process stops. Ask again.' },
} as const satisfies RefusalTable;

export const statusListRefusal = refusalsOf(STATUS_LIST_REFUSALS);
