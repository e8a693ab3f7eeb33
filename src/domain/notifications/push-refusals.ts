import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: push messages. */
export const PUSH_REFUSALS = {
  push_service_unsupported: {
    code: 'invalid_field',
    text: 'This browser uses a push service that this server does not send to.',
  },
  push_keys_missing: { code: 'invalid_field', text: 'This browser did not make keys for its messages.' },
  push_page_stale: { code: 'conflict', text: 'This page is too old: open it again.' },
  push_browsers_exceeded: {
    code: 'conflict',
    text: 'The maximum number of browsers is reached; remove one first.',
  },
  push_test_too_soon: { code: 'too_many_requests', text: 'Wait a moment before you try again.' },
  push_browser_not_found: { code: 'not_found', text: 'There is no such browser.' },
} as const satisfies RefusalTable;

export const pushRefusal = refusalsOf(PUSH_REFUSALS);
