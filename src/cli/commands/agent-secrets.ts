/** `behalf agents secrets create` and `rotate`: exceptions from the rule that agents have no secrets. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { type Command, EXIT } from '../command.ts';
import { timeText } from '../look.ts';
import { type ManagementCall, managementCommand, secretText } from '../management-command.ts';
import { OLD_SECRET_ENDS } from '../object-commands.ts';
import { details } from '../table.ts';

const show = (call: ManagementCall, body: Readonly<Record<string, unknown>>): number => {
  call.print.object(
    body,
    details([
      ['id', body['id']],
      ['agent', body['agent']],
      ['ends', timeText(body['expires_at'])],
      ['secret', secretText(body)],
    ]),
  );
  return EXIT.done;
};

export const secretCommands: readonly Command[] = [
  managementCommand({
    words: ['agents', 'secrets', 'create'],
    operands: ['AGENT'],
    summary: 'Allow an agent a secret, as an exception with an expiry.',
    role: 'administrator',
    options: {
      reason: { value: 'TEXT', description: 'Why the agent needs a secret.', isRequired: true },
      days: { value: 'NUMBER', description: 'Lifetime of the secret in days, 1 to 90.', isRequired: true },
    },
    notes: 'Such agents are listed by: behalf agents list --with-secret',
    run: async (call) => {
      const { body } = await call.api.run('allowAgentSecret', {
        id: call.operands[0] ?? '',
        body: {
          reason: call.required('reason'),
          expires_at: systemClock.now() + (call.integer('days', 1, 90) ?? 1) * 86_400,
        },
      });
      return show(call, body);
    },
  }),
  managementCommand({
    words: ['agents', 'secrets', 'rotate'],
    operands: ['AGENT'],
    summary: 'Rotate the secret of an agent.',
    warning: OLD_SECRET_ENDS,
    endsNothing: (call) => (call.integer('overlap', 0, 86_400) ?? 0) > 0,
    role: 'administrator',
    options: {
      overlap: {
        value: 'SECONDS',
        description: 'How long the old secret stays valid beside the new one, at most a day. Default: 0.',
      },
    },
    notes:
      'The expiry of the exception stays the same. With --overlap the old secret stays valid for a while, and the command does not ask.',
    run: async (call) => {
      const { body } = await call.api.run('rotateAgentSecret', {
        id: call.operands[0] ?? '',
        body: { overlap_seconds: call.integer('overlap', 0, 86_400) ?? 0 },
      });
      return show(call, body);
    },
  }),
];
