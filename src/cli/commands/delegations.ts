/** `behalf delegations …`: what agents may do for people. */
import { type Command, EXIT } from '../command.ts';
import { idOf, listCommand, managementCommand, showCommand, timeText } from '../management-commands.ts';

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
      { title: 'STATE', value: ({ state }) => state },
      { title: 'HOP', value: ({ depth }) => depth },
      { title: 'FOR', value: ({ subject }) => subject },
      { title: 'AGENT', value: ({ actor }) => actor },
      { title: 'EXPIRES', value: (row) => timeText(row['expires_at']) },
      { title: 'RESOURCE', value: ({ resource }) => resource },
      { title: 'SCOPE', value: ({ scope }) => scope },
    ],
  }),
  showCommand('delegations', 'a delegation', PATH),
  managementCommand({
    words: ['delegations', 'revoke'],
    operands: ['ID'],
    summary: 'End a delegation, with all below it.',
    role: 'operator',
    options: {},
    run: async (call) => {
      await call.api.delete(`${PATH}/${idOf(call)}`);
      call.print.object(
        { id: call.operands[0], state: 'revoked' },
        `${call.operands[0]} is revoked, with all below it.\n`,
      );
      return EXIT.done;
    },
  }),
];
