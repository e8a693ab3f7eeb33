import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: simulations. */
export const SIMULATION_REFUSALS = {
  refused_by_policy: { code: 'forbidden', text: 'The policies of this server do not allow this.' },
  question_not_found: { code: 'not_found', text: 'There is no such request.' },
  simulated_account_unknown: { code: 'invalid_field', text: 'There is no such account.' },
  simulated_caller_unknown: { code: 'invalid_field', text: 'There is no such agent or client.' },
  simulated_resource_unknown: { code: 'invalid_field', text: 'There is no such resource server.' },
  simulated_party_unknown: { code: 'invalid_field', text: 'There is no such account or client.' },
  simulated_party_missing: { code: 'invalid_field', text: 'Name the account or client that calls.' },
  simulated_approver_not_person: { code: 'invalid_field', text: 'Only a person approves: name an account.' },
  simulated_scope_undeclared: { code: 'invalid_field', text: 'It does not declare this scope.' },
  simulated_agent_unknown: { code: 'invalid_field', text: 'There is no such agent.' },
  simulated_blueprint_unknown: { code: 'invalid_field', text: 'There is no such blueprint.' },
  policy_version_not_found: { code: 'invalid_field', text: 'There is no such version of the policies.' },
} as const satisfies RefusalTable;

export const simulationRefusal = refusalsOf(SIMULATION_REFUSALS);
