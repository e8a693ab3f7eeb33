import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: grants. */
export const GRANT_REFUSALS = {
  grant_ended_meanwhile: { code: 'not_found', text: 'It was over already: another call ended it first.' },
  grant_of_agent_not_narrowable: {
    code: 'invalid_field',
    text: 'What an agent may do stands in its delegations: take it from those.',
  },
  grant_scope_kept: { code: 'invalid_field', text: 'A grant keeps this scope. To remove it, end the grant.' },
  grant_holds_less: { code: 'invalid_field', text: 'The grant does not hold this.' },
} as const satisfies RefusalTable;

export const grantRefusal = refusalsOf(GRANT_REFUSALS);
