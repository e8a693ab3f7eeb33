import { flag, identified, type JsonSchema, list, oneOf, output, seconds, strings, text } from './schema-parts.ts';

const some = (description: string, item: JsonSchema): JsonSchema => ({
  ...output({ items: list(description, 100, item), more: flag('Whether more exist than are listed.') }),
  description,
});

/** What the API shows before an action on an account. */
export const ACCOUNT_SCHEMAS = {
  DisablePreview: output({
    account: text('Id of the account.', 128),
    roles: list(
      'Roles that the account would not hold while it is disabled.',
      4,
      oneOf('A role.', ['administrator', 'operator', 'auditor', 'break_glass']),
    ),
    sessions: {
      ...output({
        count: { type: 'integer', description: 'How many.' },
        more: flag('Whether more exist.'),
      }),
      description: 'Sessions that would end.',
    },
    agents: some(
      'Agents that would have no owner: they become `orphaned`.',
      output({
        ...identified('Begins with agt_.'),
        name: text('Name.', 100),
        state: oneOf('Current state.', ['active', 'suspended']),
        owner: text('The account, or a group in which it is the last active member.', 64),
      }),
    ),
    groups: some(
      'Groups that would have no active member.',
      output({ ...identified('Begins with grp_.'), name: text('Name.', 100) }),
    ),
    delegations: some(
      'Delegations on behalf of the account. No token is issued from them while the account is disabled.',
      output({
        ...identified('Begins with dlg_.'),
        actor: text('Agent that holds it.', 128),
        resource: text('Resource indicator.', 2048),
        scope: strings('Scopes that the delegation holds there.', 200, 128),
        expires_at: seconds('When it would expire otherwise.'),
      }),
    ),
    standing_approvals: some(
      'Standing approvals given by the account. They would end.',
      output({
        ...identified('Begins with sap_.'),
        agent: text('Agent.', 128),
        resource: text('Resource indicator.', 2048),
        scope: strings('Scopes that it approves there.', 200, 128),
        expires_at: seconds('When it would expire otherwise.'),
      }),
    ),
  }),
} satisfies Readonly<Record<string, JsonSchema>>;
