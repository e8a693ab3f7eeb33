import { type StatementTable, statementsOf } from '../../vocabulary/statements.ts';

/**
 * What a simulation says in addition to its layers (layers.ts, routes.ts): why nothing is granted, and the required
 * changes.
 */
export const SIMULATION_STATEMENTS = {
  party_not_active: '{party} is {state}, so the server refuses all its requests.',
  resource_server_not_active: 'Resource server {server} is {state}.',
  blueprint_not_active: 'Blueprint {blueprint} is {state}: it takes no agents.',
  declare_scope: 'Resource server {server}: declare the scope {scope}.',
  activate_policies: 'No policy set is active: activate one.',
  write_policy: 'No policy permits it: one that does has to be written.',
  attestation_for_policies: 'An attestation of the composition of the agent, as {policies} asks for.',
  approval_for_policies: 'An approval, as {policies} asks for.',
  sign_in_with_and_recent: 'A sign-in of the person with {acr}, at most {seconds} seconds ago, as {policies} asks for.',
  sign_in_with: 'A sign-in of the person with {acr}, as {policies} asks for.',
  sign_in_recent: 'A sign-in of the person at most {seconds} seconds ago, as {policies} asks for.',
  policy_forbids: 'This policy forbids it: {policies}.',
  policies_forbid: 'These policies forbid it: {policies}.',
  policies_not_evaluated: 'What {policies} says could not be evaluated.',
  no_role_needed: 'the caller does not use a role',
  approver_agrees: 'an approver approves',
  any_caller_may: 'any caller may',
  own_needs_no_role: 'without a role only for what is its own',
  give_role: 'Give {party} the role {roles}.',
} as const satisfies StatementTable;

export const simulationStatement = statementsOf(SIMULATION_STATEMENTS);
