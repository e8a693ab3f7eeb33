/** `behalf push-keys …`: the keys by which browsers recognise push messages of this server. */
import { type Command, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import type { Column } from '../table.ts';

const NONE = 'There are none yet. The server creates the first one when a user opens the page of notifications.';

const COLUMNS: readonly Column<Json>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'MADE', value: (key) => key['created_at'], as: 'time' },
  { title: 'PUBLIC KEY', value: (key) => key['public_key'] },
];

const keysOf = (body: Json): readonly Json[] => (Array.isArray(body['items']) ? (body['items'] as Json[]) : []);

const list = managementCommand({
  words: ['push-keys', 'list'],
  operands: [],
  summary: 'List the web push keys. New browsers get the first one.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('listPushKeys');
    await call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: ['push-keys', 'rotate'],
  operands: [],
  summary:
    'Create a new web push key for new browsers. Other browsers keep their key until push is turned on again there.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('rotatePushKey');
    await call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

const revoke = managementCommand({
  words: ['push-keys', 'revoke'],
  operands: ['ID'],
  summary: 'Revoke a compromised web push key and every browser registration that uses it.',
  role: 'administrator',
  warning: 'Every browser that uses this key gets no push message until its user turns push on again.',
  options: { reason: { value: 'TEXT', description: 'Reason. It is stored permanently.', isRequired: true } },
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('revokePushKey', { id, body: { reason: call.required('reason') } });
    await call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

export const pushKeyCommands: readonly Command[] = [list, rotate, revoke];
