import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: rate limits. */
export const RATE_LIMIT_REFUSALS = {
  quota_exceeded: { code: 'too_many_requests', text: 'Too many of these were asked for; try again later.' },
  client_requests_exceeded: { code: 'too_many_requests', text: 'this client has made too many requests' },
  resource_server_requests_exceeded: {
    code: 'too_many_requests',
    text: 'This resource server has made too many requests.',
  },
} as const satisfies RefusalTable;

export const rateLimitRefusal = refusalsOf(RATE_LIMIT_REFUSALS);
