/** `behalf delegations …`: what agents may do on behalf of people. */
import type { Command } from '../command.ts';
import { actionCommand, listCommand, narrowCommand, showCommand, timeText } from '../management-commands.ts';
import { jsonDetails, lists } from '../members.ts';

const PATH = '/delegations';

export const delegationCommands: readonly Command[] = [
  listCommand({
    noun: 'delegations',
    plural: 'delegations, newest first',
    path: PATH,
    nothing: 'There are no such delegations.',
    filters: {
      subject: { value: 'ID', description: 'Only those on behalf of this account.' },
      agent: { value: 'ID', description: 'Only those of this agent.', parameter: 'actor' },
      live: { description: 'Only those that work now.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      // A delegation that is not revoked is over, too, when it expired or a delegation above it ended.
      { title: 'STATE', value: ({ state, live }) => (state === 'active' && live !== true ? 'over' : state) },
      { title: 'HOP', value: ({ depth }) => depth },
      { title: 'FOR', value: ({ subject }) => subject },
      { title: 'AGENT', value: ({ actor }) => actor },
      { title: 'CALLED BY', value: ({ via }) => via ?? 'any' },
      { title: 'EXPIRES', value: (row) => timeText(row['expires_at']) },
      { title: 'RESOURCE', value: ({ resource }) => resource },
      { title: 'SCOPE', value: ({ scope }) => scope },
    ],
  }),
  showCommand('delegations', 'a delegation', PATH),
  narrowCommand({
    noun: 'delegations',
    summary: 'Take single rights from a delegation and all below it; tokens that carry one are over.',
    path: PATH,
    options: {
      scope: { value: 'SCOPE', description: 'What to take.', isRepeatable: true },
      detail: {
        value: 'JSON',
        description: 'An authorization detail to take, as `show --json` has it.',
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
    path: PATH,
    summary: 'End a delegation, with all below it.',
    done: 'revoked, with all below it',
  }),
];
