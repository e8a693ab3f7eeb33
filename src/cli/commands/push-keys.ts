/** `behalf push-keys …`: the keys by which browsers recognise messages of this server. */
import { type Command, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand, timeText } from '../management-commands.ts';
import type { Column } from '../table.ts';

const PATH = '/push-keys';
const NONE = 'There are none yet: the first one is made when somebody opens the page of notifications.';

const COLUMNS: readonly Column<Json>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'MADE', value: (key) => timeText(key['created_at']) },
  { title: 'PUBLIC KEY', value: (key) => key['public_key'] },
];

const keysOf = (body: Json): readonly Json[] => (Array.isArray(body['items']) ? (body['items'] as Json[]) : []);

const list = managementCommand({
  words: ['push-keys', 'list'],
  operands: [],
  summary: 'List the keys of messages in browsers; the first one is given to new ones.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.get(PATH);
    call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: ['push-keys', 'rotate'],
  operands: [],
  summary: 'Give new browsers a new key; those that have another keep it until they are turned on again.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.post(`${PATH}/rotations`);
    call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

const revoke = managementCommand({
  words: ['push-keys', 'revoke'],
  operands: ['ID'],
  summary: 'End a key that others may know, with every browser it was given to.',
  role: 'administrator',
  options: { reason: { value: 'TEXT', description: 'Why; kept for ever.', isRequired: true } },
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.post(`${PATH}/${encodeURIComponent(id)}/revoke`, {
      reason: call.required('reason'),
    });
    call.print.list(keysOf(body), COLUMNS, NONE);
    return EXIT.done;
  },
});

export const pushKeyCommands: readonly Command[] = [list, rotate, revoke];
