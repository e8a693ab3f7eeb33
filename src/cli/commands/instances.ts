/** `behalf agents instances …`: instances of an agent. */
import { type Command, EXIT, usageError } from '../command.ts';
import { publicKeyOf } from '../key-pair.ts';
import { timeText } from '../look.ts';
import { managementCommand } from '../management-command.ts';
import { details, printable } from '../table.ts';

export const instanceCommands: readonly Command[] = [
  managementCommand({
    words: ['agents', 'instances', 'list'],
    operands: ['AGENT'],
    summary: 'List the instances of an agent, newest first.',
    role: 'operator',
    options: {
      all: { description: 'Include ended instances, which stay listed for a month.' },
      limit: { value: 'N', description: 'Show at most N. Default 100.' },
    },
    run: async (call) => {
      const limit = call.integer('limit', 1, 100_000) ?? 100;
      const rows: Record<string, unknown>[] = [];
      for await (const item of call.api.items('listInstances', { id: call.operands[0] ?? '' })) {
        if (rows.length >= limit) break;
        if (call.isSet('all') || item['state'] === 'active') rows.push(item);
      }
      await call.print.list(
        rows,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'STATE', value: ({ state }) => state },
          { title: 'STARTED', value: ({ created_at }) => created_at, as: 'time' },
          { title: 'LAST USE', value: ({ last_used_at }) => last_used_at, as: 'time' },
          { title: 'UNTIL', value: ({ expires_at }) => expires_at, as: 'time' },
          { title: 'STARTED BY', value: ({ started_by: by }) => by, as: 'name' },
          { title: 'NAME', value: ({ name }) => name },
        ],
        'No copy of this agent is running.',
      );
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'instances', 'start'],
    operands: ['AGENT'],
    summary: 'Start an instance of an agent with its own key.',
    role: 'administrator',
    options: {
      key: {
        value: 'FILE',
        description: 'Key of the instance as a JWK. The command creates the file if it does not exist.',
        isRequired: true,
      },
      name: { value: 'NAME', description: 'Name to show.' },
    },
    notes: 'The private key stays in the file (mode 0600) and is never sent.',
    run: async (call) => {
      const file = call.required('key');
      const { jwk } = await publicKeyOf(file);
      const name = call.text('name');
      const { body } = await call.api.run('startInstance', {
        id: call.operands[0] ?? '',
        body: { jwk, ...(name === undefined ? {} : { name }) },
      });
      call.print.object(
        { ...body, key_file: file },
        `${details([
          ['id', body['id']],
          ['agent', body['agent']],
          ['kid', body['thumbprint']],
          ['until', `${timeText(body['expires_at'])}, unless it is used`],
          ['key', file],
        ])}\nIt signs client assertions as ${printable(String(body['agent']))} with that key and that kid.\n`,
      );
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'instances', 'end'],
    operands: ['AGENT', 'INSTANCE...'],
    summary: 'End instances of an agent, with their refresh tokens. Other instances are not affected.',
    warning: 'Their refresh tokens end, and their keys are refused from now on. A new instance needs a new key.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const [id = '', ...ids] = call.operands;
      if (ids.length === 0) throw usageError('Name an instance, as `behalf agents instances list` shows them.');
      for (const instance of ids) await call.api.run('endInstance', { id, instance });
      call.print.object({ ended: ids }, ids.map((id) => `${printable(id)} is ended.\n`).join(''));
      return EXIT.done;
    },
  }),
];
