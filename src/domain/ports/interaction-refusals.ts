import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: interactions of the authorization endpoint. */
export const INTERACTION_REFUSALS = {
  interaction_answered: { code: 'conflict', text: 'This page was already answered.' },
  interaction_over: {
    code: 'not_found',
    text: 'This request has ended, or another browser opened it. Start again where you came from.',
  },
  resumed_in_other_browser: {
    code: 'invalid_request',
    text: 'This sign-in has ended, or another browser started it. Start again where you came from.',
  },
} as const satisfies RefusalTable;

export const interactionRefusal = refusalsOf(INTERACTION_REFUSALS);
