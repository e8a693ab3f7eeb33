import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: legal holds. */
export const LEGAL_HOLD_REFUSALS = {
  hold_times_reversed: { code: 'invalid_field', text: 'A hold ends after it begins: give a later time as `to`.' },
  holds_exceeded: {
    code: 'conflict',
    text: 'There are {most} active holds. Release one first, or create a wider one.',
  },
  hold_released: { code: 'conflict', text: 'This hold was released already.' },
} as const satisfies RefusalTable;

export const legalHoldRefusal = refusalsOf(LEGAL_HOLD_REFUSALS);
