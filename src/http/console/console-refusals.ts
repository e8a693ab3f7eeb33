import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the console. */
export const CONSOLE_REFUSALS = {
  console_agent_not_found: { code: 'not_found', text: 'There is no such agent for you.' },
  pasted_keys_malformed: { code: 'invalid_field', text: 'This is not JSON. Paste a JSON Web Key, or a set of them.' },
  owner_name_unknown: { code: 'invalid_field', text: 'There is no active account or group with this name.' },
} as const satisfies RefusalTable;

export const consoleRefusal = refusalsOf(CONSOLE_REFUSALS);
