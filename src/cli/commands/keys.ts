/** `behalf keys …`: the keys that sign tokens. */
import { type Command, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import type { Column } from '../table.ts';

const COLUMNS: readonly Column<Json>[] = [
  { title: 'KID', value: ({ id }) => id },
  { title: 'KTY', value: ({ kty }) => kty },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'SIGNS FROM', value: (key) => key['signs_from'], as: 'time' },
  { title: 'SIGNS UNTIL', value: (key) => key['signs_until'], as: 'time' },
];

const list = managementCommand({
  words: ['keys', 'list'],
  operands: [],
  summary: 'List signing keys.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('listKeys');
    await call.print.list(keysOf(body), COLUMNS, 'There are no signing keys.');
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: ['keys', 'rotate'],
  operands: [],
  summary: 'Rotate the signing keys. Old keys stay published until their tokens have expired.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('rotateKeys');
    await call.print.list(keysOf(body), COLUMNS, 'There are no signing keys.');
    return EXIT.done;
  },
});

const revoke = managementCommand({
  words: ['keys', 'revoke'],
  operands: ['KID'],
  summary: 'Revoke a compromised signing key and everything it signed. Another key starts signing at once.',
  role: 'administrator',
  warning: 'Every token that this key signed ends at once. The key is never used again.',
  options: { reason: { value: 'TEXT', description: 'Reason. It is stored permanently.', isRequired: true } },
  notes:
    'Every node refuses its tokens at once. Verifiers that work offline refuse them after they fetch the key set again: have their caches emptied.',
  run: async (call) => {
    const [kid = ''] = call.operands;
    const { body } = await call.api.run('revokeKey', { id: kid, body: { reason: call.required('reason') } });
    await call.print.list(keysOf(body), COLUMNS, 'There are no signing keys.');
    return EXIT.done;
  },
});

const keysOf = (body: Json): readonly Json[] => (Array.isArray(body['items']) ? (body['items'] as Json[]) : []);

export const keyCommands: readonly Command[] = [list, rotate, revoke];
