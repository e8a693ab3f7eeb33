import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: simulations. */
export const SIMULATION_REFUSALS = {
  refused_by_policy: { code: 'forbidden', text: 'The policies of this server do not allow this.' },
  question_not_found: { code: 'not_found', text: 'There is no such request.' },
  simulated_caller_unknown: { code: 'invalid_field', text: 'There is no such agent or client.' },
  simulated_resource_unknown: { code: 'invalid_field', text: 'There is no such resource server.' },
  simulated_party_unknown: { code: 'invalid_field', text: 'There is no such account or client.' },
  simulated_party_missing: { code: 'invalid_field', text: 'Name the account or client that calls.' },
  simulated_approver_not_person: { code: 'invalid_field', text: 'Only a person approves: name an account.' },
  simulated_scope_undeclared: { code: 'invalid_field', text: 'It does not declare this scope.' },
  simulated_transaction_unknown: { code: 'invalid_field', text: 'The caller has declared no such transaction.' },
  simulated_agent_unknown: { code: 'invalid_field', text: 'There is no such agent.' },
  simulated_owners_unknown: {
    code: 'invalid_field',
    text: 'Not all owners of this agent are known, so the server would ask no person. Transfer it to another owner.',
  },
  simulated_approvers_differ: {
    code: 'invalid_field',
    text: 'Different people approve parts of this. Ask about each scope by itself.',
  },
  simulated_blueprint_unknown: { code: 'invalid_field', text: 'There is no such blueprint.' },
  policy_version_not_found: { code: 'invalid_field', text: 'There is no such version of the policies.' },
  simulated_subject_missing: {
    code: 'invalid_field',
    text: 'Name the account that the client acts for: this route needs one.',
  },
  simulated_policies_twice: { code: 'invalid_field', text: 'Name a version or send a text, not both.' },
  simulated_action_ambiguous: { code: 'invalid_field', text: 'Say one of resource, register, administer and approve.' },
  simulated_caller_missing: { code: 'invalid_field', text: 'Say who asks.' },
  simulated_operation_unknown: { code: 'invalid_field', text: 'There is no such operation; see the OpenAPI document.' },
  simulated_operation_registers: { code: 'invalid_field', text: 'This one registers: say `register`.' },
  simulated_operation_without_policy: {
    code: 'invalid_field',
    text: 'Policies do not decide about this operation: {why}.',
  },
} as const satisfies RefusalTable;

export const simulationRefusal = refusalsOf(SIMULATION_REFUSALS);
