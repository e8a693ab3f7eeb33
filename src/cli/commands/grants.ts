/** `behalf grants …`: what users allowed clients and agents. */
import type { Command } from '../command.ts';
import { lists, resourceDetails, resourceScopes } from '../members.ts';
import { deleteCommand, listCommand, narrowCommand, showCommand } from '../object-commands.ts';

export const grantCommands: readonly Command[] = [
  listCommand({
    noun: 'grants',
    plural: 'active grants, newest first',
    operation: 'listGrants',
    nothing: 'There are no such grants.',
    filters: {
      account: { value: 'ACCOUNT', description: 'Only those of this account.' },
      client: { value: 'PARTY', description: 'Only those of this client or agent.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'FROM', value: ({ account }) => account, as: 'name' },
      { title: 'TO', value: ({ client }) => client, as: 'name' },
      { title: 'USED', value: (row) => row['last_used_at'], as: 'time' },
      { title: 'EXPIRES', value: (row) => row['expires_at'], as: 'time' },
      { title: 'RESOURCES', value: ({ resources }) => Object.keys((resources ?? {}) as object), as: 'name' },
    ],
  }),
  showCommand('grants', 'a grant', 'getGrant'),
  narrowCommand({
    noun: 'grants',
    summary:
      'Remove single rights from a grant. Tokens with a removed right are revoked. New tokens carry the remaining rights.',
    operation: 'narrowGrant',
    options: {
      openid: { value: 'SCOPE', description: 'OpenID scope to remove, such as email.', isRepeatable: true },
      scope: {
        value: 'SCOPES',
        description: "Scopes to remove at a resource: 'RESOURCE SCOPE SCOPE'.",
        isRepeatable: true,
      },
      detail: {
        value: 'DETAIL',
        description: "Authorization detail to remove, as `show --json` prints it: 'RESOURCE JSON'.",
        isRepeatable: true,
      },
    },
    taken: (call) => {
      const [resources, details] = [resourceScopes(call, 'scope'), resourceDetails(call, 'detail')];
      return {
        ...lists(call, { openid: 'openid_scopes' }),
        ...(Object.keys(resources).length === 0 ? {} : { resources }),
        ...(Object.keys(details).length === 0 ? {} : { details }),
      };
    },
  }),
  deleteCommand({
    noun: 'grants',
    verb: 'revoke',
    summary: 'Revoke a grant, its tokens, and all tokens exchanged from them.',
    operation: 'revokeGrant',
    warning: 'All tokens of the grant end at once. The person has to consent again.',
    done: 'revoked',
  }),
];
