import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: interactions of the authorization endpoint. */
export const INTERACTION_REFUSALS = {
  interaction_answered: { code: 'conflict', text: 'This page was already answered.' },
  interaction_over: {
    code: 'not_found',
    text: 'This page is over, or belongs to another browser. Start again where you came from.',
  },
  resumed_in_other_browser: {
    code: 'invalid_request',
    text: 'This sign-in was not started in this browser, or is over.',
  },
} as const satisfies RefusalTable;

export const interactionRefusal = refusalsOf(INTERACTION_REFUSALS);
