/** `behalf grants …`: what people allowed clients and agents. */
import { type Command, EXIT } from '../command.ts';
import { listCommand, managementCommand, showCommand, timeText } from '../management-commands.ts';
import { printable } from '../table.ts';

const PATH = '/grants';

export const grantCommands: readonly Command[] = [
  listCommand({
    noun: 'grants',
    plural: 'grants that work now, newest first',
    path: PATH,
    nothing: 'There are no such grants.',
    filters: {
      account: { value: 'ID', description: 'Only those of this account.' },
      client: { value: 'ID', description: 'Only those of this client or agent.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'FROM', value: ({ account }) => account },
      { title: 'TO', value: ({ client }) => client },
      { title: 'USED', value: (row) => timeText(row['last_used_at']) },
      { title: 'EXPIRES', value: (row) => timeText(row['expires_at']) },
      { title: 'RESOURCES', value: ({ resources }) => Object.keys((resources ?? {}) as object) },
    ],
  }),
  showCommand('grants', 'a grant', PATH),
  managementCommand({
    words: ['grants', 'revoke'],
    operands: ['ID'],
    summary: 'End a grant, with its tokens and what was exchanged from them.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      await call.api.delete(`${PATH}/${encodeURIComponent(id)}`);
      call.print.object({}, `${printable(id)} is revoked.\n`);
      return EXIT.done;
    },
  }),
];
