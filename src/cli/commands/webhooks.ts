/** `behalf webhooks …`: endpoints at which other systems receive events, and the failed deliveries. */
import type { Command, Option } from '../command.ts';
import { EXIT, usageError } from '../command.ts';
import { timeText } from '../look.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { lists, texts } from '../members.ts';
import { actionCommand, deleteCommand, listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { details, printable } from '../table.ts';

const CHANGEABLE = {
  kind: {
    value: 'KIND',
    description: 'Kind of notification to send: agent.suspended, factor.added, … (docs/how-to/notifications.md).',
    isRepeatable: true,
  },
  owner: { value: 'OWNER', description: 'Send only notifications about agents of this account or group.' },
  'resource-server': {
    value: 'API',
    description: 'Access requests of this resource server may name the URL as their callback.',
  },
} as const satisfies Record<string, Option>;

const targetOf = ({ operands }: ManagementCall) => ({ id: operands[0] ?? '' });

const secretShown = (call: ManagementCall, body: Readonly<Record<string, unknown>>): void => {
  const { id, secret, former_secret_until: until } = body;
  call.print.object(
    body,
    details([
      ['id', id],
      ['secret', `${String(secret)} (shown once)`],
      ...(until === undefined ? [] : [['former secret signs until', timeText(until)] as const]),
    ]),
  );
};

const create = managementCommand({
  words: ['webhooks', 'create'],
  operands: ['URL'],
  summary: 'Register an endpoint. Configure its secret there, then: behalf webhooks verify ID.',
  role: 'operator',
  options: { name: { value: 'NAME', description: 'Name to show. Default: the host of the URL.' }, ...CHANGEABLE },
  run: async (call) => {
    const [url = ''] = call.operands;
    const name = call.text('name') ?? (URL.canParse(url) ? new URL(url).host : 'Endpoint');
    const kinds = { kinds: call.texts('kind') };
    const { body } = await call.api.run('createWebhook', {
      body: {
        name,
        url,
        ...kinds,
        ...texts(call, { owner: 'owner', 'resource-server': 'resource_server' }),
      },
    });
    secretShown(call, body);
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: ['webhooks', 'rotate'],
  operands: ['WEBHOOK'],
  summary: 'Rotate the secret of an endpoint. For a day the server also signs messages with the previous secret.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('rotateWebhookSecret', targetOf(call));
    secretShown(call, body);
    return EXIT.done;
  },
});

const test = managementCommand({
  words: ['webhooks', 'test'],
  operands: ['WEBHOOK'],
  summary: 'Send an endpoint a test message, and print whether the delivery succeeded.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('testWebhook', targetOf(call));
    const isSent = body['sent'] === true;
    call.print.object(
      body,
      isSent ? 'It got there.\n' : `It did not get there: ${printable(String(body['failure']))}.\n`,
    );
    return isSent ? EXIT.done : EXIT.failed;
  },
});

const deadLetters = managementCommand({
  words: ['webhooks', 'dead-letters'],
  operands: [],
  summary: 'List dead letters: notifications by webhook or mail whose delivery was abandoned, newest first.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const rows: Readonly<Record<string, unknown>>[] = [];
    for await (const row of call.api.items('listDeadLetters', {}, 1000)) rows.push(row);
    await call.print.list(
      rows,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'FIRST TRIED', value: ({ created_at }) => created_at, as: 'time' },
        { title: 'TRIES', value: ({ attempts }) => attempts },
        { title: 'WHY', value: ({ failure }) => failure },
        { title: 'STATUS', value: ({ failure_status }) => failure_status },
        { title: 'KIND', value: ({ kind }) => kind },
        { title: 'TO', value: ({ to }) => to },
      ],
      'Nothing was given up.',
    );
    return EXIT.done;
  },
});

const retry = managementCommand({
  words: ['webhooks', 'retry'],
  operands: ['[MESSAGE]'],
  summary: 'Deliver a dead letter again, or all of them, each under its id.',
  role: 'operator',
  options: {
    all: { description: 'Every dead letter.' },
    to: { value: 'WEBHOOK', description: 'With --all: only those for this endpoint.' },
  },
  run: async (call) => {
    const [id] = call.operands;
    if (call.isSet('all') === (id !== undefined)) throw usageError('Give one message, or --all.');
    if (id !== undefined) {
      if (call.text('to') !== undefined) throw usageError('--to needs --all.');
      await call.api.run('retryDeadLetter', { id });
      call.print.object({}, `${printable(id)} is sent again.\n`);
      return EXIT.done;
    }
    const total = await retryAll(call);
    const kept = total.kept === 0 ? '' : ` ${total.kept} stay: the links of these mails have expired.`;
    call.print.object(total, `${total.retried} sent again.${kept}\n`);
    return EXIT.done;
  },
});

/** The same call until no dead letter is left that can be sent again. */
const retryAll = async (call: ManagementCall) => {
  let retried = 0;
  for (;;) {
    const { body } = await call.api.run('retryDeadLetters', { body: texts(call, { to: 'to' }) });
    retried += Number(body['retried']);
    if (body['more'] !== true || Number(body['retried']) === 0) return { retried, kept: Number(body['kept']) };
  }
};

export const webhookCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'webhooks',
    plural: 'endpoints of webhooks, newest first',
    operation: 'listWebhooks',
    nothing:
      'There are no endpoints. Make one: behalf webhooks create https://hooks.example.com/behalf --kind agent.suspended',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'LAST SUCCESS', value: ({ last_success_at }) => last_success_at, as: 'time' },
      { title: 'LAST FAILURE', value: ({ last_failure: why }) => why },
      { title: 'URL', value: ({ url }) => url },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('webhooks', 'an endpoint', 'getWebhook'),
  updateCommand({
    noun: 'webhooks',
    singular: 'an endpoint',
    operation: 'updateWebhook',
    options: {
      name: { value: 'NAME', description: 'Name to show.' },
      url: { value: 'URL', description: 'New URL. It has to be verified again.' },
      ...CHANGEABLE,
    },
    changes: async (call) => ({
      ...texts(call, { name: 'name', url: 'url', owner: 'owner', 'resource-server': 'resource_server' }),
      ...lists(call, { kind: 'kinds' }),
    }),
  }),
  actionCommand({
    noun: 'webhooks',
    verb: 'verify',
    summary: 'Send an endpoint a challenge that it has to return. Then it receives notifications.',
    operation: 'verifyWebhook',
    done: 'active',
  }),
  test,
  actionCommand({
    noun: 'webhooks',
    verb: 'stop',
    summary: 'Stop an endpoint. The server sends it nothing and stores nothing for it until it is verified again.',
    operation: 'stopWebhook',
    done: 'stopped',
  }),
  rotate,
  deleteCommand({
    noun: 'webhooks',
    summary: 'Delete an endpoint.',
    operation: 'removeWebhook',
    warning:
      'A deleted endpoint gets no further message, and its secret is gone. To stop it for a while: webhooks stop.',
  }),
  deadLetters,
  retry,
];
