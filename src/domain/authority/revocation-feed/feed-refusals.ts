import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: the revocation feed. */
export const REVOCATION_FEED_REFUSALS = {
  feed_streams_exceeded: {
    code: 'too_many_requests',
    text: 'This resource server has {most} streams open here. Close one, or poll with wait=0.',
  },
  feed_full: { code: 'unavailable', text: 'Too many streams are open here. Try again later.' },
  feed_closing: { code: 'unavailable', text: 'This process stops. Connect again.' },
  feed_wait_malformed: { code: 'invalid_field', text: 'wait is a whole number of seconds, 0 to {most}.' },
} as const satisfies RefusalTable;

export const revocationFeedRefusal = refusalsOf(REVOCATION_FEED_REFUSALS);
