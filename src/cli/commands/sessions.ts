/** `behalf sessions …`: the sign-in sessions of users. `behalf accounts end-sessions` ends all sessions of an account. */

import { type Command, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { findAccount } from '../named-owners.ts';
import { actionCommand, showCommand } from '../object-commands.ts';
import { printable } from '../table.ts';

const browserOf = ({ browser }: Json): string => Object.values((browser ?? {}) as Json).join(' on ');

const list = managementCommand({
  words: ['sessions', 'list'],
  operands: ['ACCOUNT'],
  summary: 'List the sessions of an account (username or id), newest first.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const account = await findAccount(call.api, call.operands[0]);
    const { body } = await call.api.run('listSessions', { query: { account } });
    await call.print.list(
      (body['items'] ?? []) as readonly Json[],
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'SIGNED IN', value: (row) => row['auth_time'], as: 'time' },
        { title: 'LAST USED', value: (row) => row['last_used_at'], as: 'time' },
        { title: 'WITH', value: ({ amr }) => amr },
        { title: 'FROM', value: ({ source }) => printable(String(source ?? '')) },
        { title: 'BROWSER', value: browserOf },
        { title: 'CLIENTS', value: ({ clients }) => clients, as: 'name' },
      ],
      'This account is signed in nowhere.',
    );
    return EXIT.done;
  },
});

export const sessionCommands: readonly Command[] = [
  list,
  showCommand('sessions', 'a session', 'getSession'),
  actionCommand({
    noun: 'sessions',
    verb: 'end',
    operation: 'endSession',
    summary: 'End a session and the access that apps hold because of it.',
    warning: 'The person is signed out there, and apps lose the access that the session gave. A new sign-in is needed.',
    done: 'over',
  }),
];
