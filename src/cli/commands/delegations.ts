/** `behalf delegations …`: what agents may do on behalf of users. */
import type { Command } from '../command.ts';
import { jsonDetails, lists } from '../members.ts';
import { actionCommand, listCommand, narrowCommand, showCommand } from '../object-commands.ts';

export const delegationCommands: readonly Command[] = [
  listCommand({
    noun: 'delegations',
    plural: 'delegations, newest first',
    operation: 'listDelegations',
    nothing: 'There are no such delegations.',
    filters: {
      subject: { value: 'ACCOUNT', description: 'Only those on behalf of this account.' },
      agent: { value: 'AGENT', description: 'Only those of this agent.', parameter: 'actor' },
      live: { description: 'Only active delegations.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      // A delegation also ends without a revocation: when it expires, or when a delegation above it ends.
      { title: 'STATE', value: ({ state, live }) => (state === 'active' && live !== true ? 'over' : state) },
      { title: 'HOP', value: ({ depth }) => depth },
      { title: 'FOR', value: ({ subject }) => subject, as: 'name' },
      { title: 'AGENT', value: ({ actor }) => actor, as: 'name' },
      { title: 'CALLED BY', value: ({ via }) => via ?? 'any', as: 'name' },
      { title: 'EXPIRES', value: (row) => row['expires_at'], as: 'time' },
      { title: 'RESOURCE', value: ({ resource }) => resource, as: 'name' },
      { title: 'SCOPE', value: ({ scope }) => scope },
    ],
  }),
  showCommand('delegations', 'a delegation', 'getDelegation'),
  narrowCommand({
    noun: 'delegations',
    summary: 'Remove single rights from a delegation and all its descendants. Tokens with a removed right are revoked.',
    operation: 'narrowDelegation',
    options: {
      scope: { value: 'SCOPE', description: 'Scope to remove.', isRepeatable: true },
      detail: {
        value: 'JSON',
        description: 'Authorization detail to remove, as `show --json` prints it.',
        isRepeatable: true,
      },
    },
    taken: (call) => {
      const details = jsonDetails(call, 'detail');
      return { ...lists(call, { scope: 'scope' }), ...(details.length === 0 ? {} : { details }) };
    },
  }),
  actionCommand({
    noun: 'delegations',
    verb: 'revoke',
    operation: 'revokeDelegation',
    summary: 'Revoke delegations and all their descendants.',
    isOnSeveral: true,
    warning: 'Their tokens and all delegations below them end at once. The person has to consent again.',
    done: 'revoked, with all below it',
  }),
];
