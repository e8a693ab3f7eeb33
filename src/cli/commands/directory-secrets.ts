/** `behalf directories secrets …`: static bearer secrets of directories, as exceptions with an end. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { type Command, EXIT } from '../command.ts';
import { timeText } from '../look.ts';
import { type ManagementCall, managementCommand, secretText } from '../management-command.ts';
import { findAccount } from '../named-owners.ts';
import { OLD_SECRET_ENDS } from '../object-commands.ts';
import { details, printable } from '../table.ts';

const OPENS = { role: 'administrator', isProvenHere: true } as const;

const show = (call: ManagementCall, body: Readonly<Record<string, unknown>>): number => {
  call.print.object(
    body,
    details([
      ['id', body['id']],
      ['directory', body['directory']],
      ['owner', body['owner']],
      ['ends', timeText(body['expires_at'])],
      ['secret', secretText(body)],
    ]),
  );
  return EXIT.done;
};

export const directorySecretCommands: readonly Command[] = [
  managementCommand({
    words: ['directories', 'secrets', 'create'],
    operands: ['DIRECTORY'],
    summary: 'Allow a directory a static bearer secret, as an exception with an end.',
    ...OPENS,
    options: {
      reason: { value: 'TEXT', description: 'Why the directory needs it.', isRequired: true },
      days: { value: 'NUMBER', description: 'Lifetime of the secret in days, 1 to 90.', isRequired: true },
      owner: { value: 'ACCOUNT', description: 'Who answers for it. Default: you.' },
    },
    notes: 'Prefer access tokens by client_credentials where the directory can request them.',
    run: async (call) => {
      const owner = call.text('owner');
      const { body } = await call.api.run('allowDirectorySecret', {
        id: call.operands[0] ?? '',
        body: {
          reason: call.required('reason'),
          expires_at: systemClock.now() + (call.integer('days', 1, 90) ?? 1) * 86_400,
          ...(owner === undefined ? {} : { owner: await findAccount(call.api, owner) }),
        },
      });
      return show(call, body);
    },
  }),
  managementCommand({
    words: ['directories', 'secrets', 'rotate'],
    operands: ['DIRECTORY'],
    summary: 'Rotate the secret of a directory. Its end stays the same.',
    warning: OLD_SECRET_ENDS,
    endsNothing: (call) => (call.integer('overlap', 0, 604_800) ?? 0) > 0,
    notes: 'With --overlap the old secret stays valid for a while, and the command does not ask.',
    ...OPENS,
    options: {
      overlap: {
        value: 'SECONDS',
        description: 'How long the old secret stays valid beside the new one, at most a week. Default: 0.',
      },
    },
    run: async (call) => {
      const { body } = await call.api.run('rotateDirectorySecret', {
        id: call.operands[0] ?? '',
        body: { overlap_seconds: call.integer('overlap', 0, 604_800) ?? 0 },
      });
      return show(call, body);
    },
  }),
  managementCommand({
    words: ['directories', 'secrets', 'list'],
    operands: ['DIRECTORY'],
    summary: 'List the secrets of a directory, with those that ended in the last 30 days.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run('listDirectorySecrets', { id: call.operands[0] ?? '' });
      const items = body['items'] as readonly Readonly<Record<string, unknown>>[];
      const lines = items.map(
        (one) =>
          `${printable(String(one['id']))}  ${printable(String(one['state']))}, ends ${timeText(one['expires_at'])}, owner ${printable(String(one['owner']))}: ${printable(String(one['reason']))}\n`,
      );
      call.print.object(body, lines.length === 0 ? 'There is none.\n' : lines.join(''));
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['directories', 'secrets', 'revoke'],
    operands: ['DIRECTORY'],
    summary: 'End the secrets of a directory at once.',
    warning: 'The directory can change nothing here until it has a new secret.',
    role: 'administrator',
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      await call.api.run('revokeDirectorySecret', { id });
      call.print.object({ directory: id }, `${printable(id)} has no secret any more.\n`);
      return EXIT.done;
    },
  }),
];
