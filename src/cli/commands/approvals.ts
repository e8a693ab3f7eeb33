/** `behalf approvals …`: what people are asked about. Read only: people decide on their pages. */
import type { Command } from '../command.ts';
import { listCommand, showCommand, timeText } from '../management-commands.ts';

const PATH = '/approvals';

export const approvalCommands: readonly Command[] = [
  listCommand({
    noun: 'approvals',
    plural: 'approvals, newest first',
    path: PATH,
    nothing: 'There are no such approvals.',
    filters: {
      agent: { value: 'ID', description: 'Only those of this agent.' },
      subject: { value: 'ID', description: 'Only those on behalf of this account.' },
      state: {
        value: 'STATE',
        description: 'Only those that are pending, approved, redeemed, denied, cancelled or expired.',
      },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'RISK', value: ({ risk }) => risk },
      { title: 'AGENT', value: ({ agent }) => agent },
      { title: 'FOR', value: ({ subject }) => subject },
      { title: 'ASKED', value: (row) => timeText(row['created_at']) },
      { title: 'DECIDED', value: (row) => timeText(row['decided_at']) },
      { title: 'RESOURCE', value: ({ resource }) => resource },
      { title: 'SCOPE', value: ({ scope }) => scope },
    ],
  }),
  showCommand('approvals', 'an approval', PATH),
];
