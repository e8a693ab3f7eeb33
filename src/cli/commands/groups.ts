/** `behalf groups …`: groups of accounts that own agents. */

import type { Command, Option } from '../command.ts';
import { EXIT } from '../command.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { listCommand, SEARCH, showCommand, updateCommand } from '../object-commands.ts';
import { details } from '../table.ts';

const MEMBERS = {
  member: { value: 'ACCOUNT', description: 'Username or id; at least two.', isRepeatable: true },
} as const satisfies Record<string, Option>;

const members = async (call: ManagementCall): Promise<{ readonly members?: readonly string[] }> => {
  const named = call.texts('member');
  if (named.length === 0) return {};
  const ids: string[] = [];
  // Sequentially, so that the error names the first unknown user.
  for (const name of named) ids.push(await findAccount(call.api, name));
  return { members: ids };
};

const create = managementCommand({
  words: ['groups', 'create'],
  operands: ['NAME'],
  summary: 'Create a group of accounts that can own agents. Each member has the rights of an owner.',
  role: 'operator',
  options: MEMBERS,
  run: async (call) => {
    const { body } = await call.api.run('createGroup', {
      body: { name: call.operands[0], members: [], ...(await members(call)) },
    });
    call.print.object(
      body,
      details([
        ['id', body['id']],
        ['name', body['name']],
        ['members', body['members']],
      ]),
    );
    return EXIT.done;
  },
});

export const groupCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'groups',
    plural: 'groups that own agents, newest first',
    operation: 'listGroups',
    filters: SEARCH,
    nothing: 'There are no groups. Make one: behalf groups create NAME --member ADA --member BOB',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'MEMBERS', value: ({ members: of }) => of },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('groups', 'a group', 'getGroup'),
  updateCommand({
    noun: 'groups',
    singular: 'a group',
    operation: 'updateGroup',
    options: { name: { value: 'NAME', description: 'Name to show.' }, ...MEMBERS },
    changes: async (call) => ({ ...texts(call, { name: 'name' }), ...(await members(call)) }),
  }),
];
