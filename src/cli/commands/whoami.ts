/** `behalf whoami`: which server a command would use, and as whom. */
import type { Command } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { details } from '../table.ts';

export const whoamiCommands: readonly Command[] = [
  managementCommand({
    words: ['whoami'],
    operands: [],
    summary: 'Show the server, and the account or client with which commands call it.',
    role: 'operator',
    options: {},
    notes:
      'Without --context and --key-file it shows the usual choice. A command that needs an administrator uses the administrator’s key file of the same data folder.',
    run: async (call) => {
      const { body } = await call.api.run('getMe');
      const { kind, id, name, roles, scope } = body;
      call.print.object(
        { server: call.api.issuer, ...body },
        details([
          ['server', call.api.issuer],
          [String(kind), `${String(name)} (${String(id)})`],
          ['roles', roles],
          ['scopes', scope],
        ]),
      );
      return undefined;
    },
  }),
];
