/** `behalf absences …`: who decides about approvals for whom. People declare absences themselves, on their pages. */
import type { Command } from '../command.ts';
import { actionCommand, listCommand, showCommand, timeText } from '../management-commands.ts';

const PATH = '/absences';

export const absenceCommands: readonly Command[] = [
  listCommand({
    noun: 'absences',
    plural: 'absences, newest first',
    path: PATH,
    nothing: 'There are no such absences.',
    filters: {
      account: { value: 'ID', description: 'Only absences of this account.' },
      deputy: { value: 'ID', description: 'Only absences in which this account is the deputy.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      // Both accounts must be active, and neither may have ended the absence since.
      { title: 'STATE', value: ({ state, counts }) => (state === 'current' && counts !== true ? 'void' : state) },
      { title: 'AWAY', value: ({ account }) => account },
      { title: 'DEPUTY', value: ({ deputy }) => deputy },
      { title: 'FROM', value: (row) => timeText(row['from']) },
      { title: 'UNTIL', value: (row) => timeText(row['until']) },
    ],
  }),
  showCommand('absences', 'an absence', PATH),
  actionCommand({
    noun: 'absences',
    verb: 'end',
    path: PATH,
    summary:
      'End an absence early. The deputy can no longer decide, and the deputy’s approvals that are still open become invalid.',
    done: 'ended',
  }),
];
