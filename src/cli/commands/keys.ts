/** `behalf keys …`: the keys tokens are signed with. */
import { type Command, EXIT } from '../command.ts';
import { listCommand, managementCommand, timeText } from '../management-commands.ts';
import { details } from '../table.ts';

const rotate = managementCommand({
  words: ['keys', 'rotate'],
  operands: [],
  summary: 'Make new signing keys; old ones stay published until their tokens have ended.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.post('/keys/rotations');
    const items = Array.isArray(body['items']) ? body['items'] : Array.isArray(body['keys']) ? body['keys'] : [body];
    const rows = (items as Record<string, unknown>[]).map(
      (key) =>
        [
          String(key['alg'] ?? 'key'),
          `${String(key['kid'] ?? key['id'])}, signs from ${String(timeText(key['signs_from']) ?? 'now')}`,
        ] as const,
    );
    call.print.object(body, `${details(rows)}Next: behalf keys list\n`);
    return EXIT.done;
  },
});

export const keyCommands: readonly Command[] = [
  listCommand({
    noun: 'keys',
    plural: 'signing keys',
    path: '/keys',
    nothing: 'There are no signing keys.',
    columns: [
      { title: 'KID', value: ({ kid, id }) => kid ?? id },
      { title: 'ALG', value: ({ alg }) => alg },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'SIGNS FROM', value: (key) => timeText(key['signs_from']) },
      { title: 'PUBLISHED UNTIL', value: (key) => timeText(key['published_until']) },
    ],
  }),
  rotate,
];
