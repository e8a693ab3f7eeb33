/**
 * `behalf absences …`: deputies who decide about approvals for absent approvers. People declare absences on their own pages.
 */
import type { Command } from '../command.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';

export const absenceCommands: readonly Command[] = [
  listCommand({
    noun: 'absences',
    plural: 'absences, newest first',
    operation: 'listAbsences',
    nothing: 'There are no such absences.',
    filters: {
      account: { value: 'ACCOUNT', description: 'Only absences of this account.' },
      deputy: { value: 'ACCOUNT', description: 'Only absences in which this account is the deputy.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      // An absence applies only while both accounts are active and neither has ended it.
      { title: 'STATE', value: ({ state, counts }) => (state === 'current' && counts !== true ? 'void' : state) },
      { title: 'AWAY', value: ({ account }) => account, as: 'name' },
      { title: 'DEPUTY', value: ({ deputy }) => deputy, as: 'name' },
      { title: 'FROM', value: (row) => row['from'], as: 'time' },
      { title: 'UNTIL', value: (row) => row['until'], as: 'time' },
    ],
  }),
  showCommand('absences', 'an absence', 'getAbsence'),
  actionCommand({
    noun: 'absences',
    verb: 'end',
    operation: 'endAbsence',
    summary:
      'End an absence early. The deputy can no longer decide, and the deputy’s approvals that are still open become invalid.',
    warning:
      'Decisions of the deputy for approvals that are still open become invalid. The person can declare a new absence.',
    done: 'ended',
  }),
];
