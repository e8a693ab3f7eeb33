/** `behalf trusted-transmitters …`: systems elsewhere whose security events have effects here, and what they sent. */
import { SIGNAL_STATES } from '../../domain/signals/receiver/transmitter.ts';
import { type Command, EXIT } from '../command.ts';
import { resumeHeld } from '../held-accounts.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { listCommand, OLD_SECRET_ENDS, showCommand, updateCommand } from '../object-commands.ts';
import { printable } from '../table.ts';
import { ISSUER, MEMBERS, members, NAME, UPSTREAM } from './transmitter-options.ts';

const NOUN = 'trusted-transmitters';
/** Commands that decide which systems may end what people have. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;

const authorizationOf = (body: Json): string =>
  `Give this value to the transmitter, for the header Authorization. It is shown only once:\n${printable(String(body['authorization']))}\n`;

const create = managementCommand({
  words: [NOUN, 'create'],
  operands: [],
  summary: 'Trust a transmitter of security events. Prints its authorization once.',
  ...OPENS,
  options: {
    name: { ...NAME, isRequired: true },
    issuer: { ...ISSUER, isRequired: true },
    upstream: { ...UPSTREAM, isRequired: true },
    ...MEMBERS,
  },
  notes:
    'Its push endpoint is <issuer>/signals/events; one with --poll-url is polled instead. docs/how-to/receive-signals.md has the whole way.',
  run: async (call) => {
    const { body } = await call.api.run('createTrustedTransmitter', { body: members(call) });
    const isPolled = body['delivery'] === 'poll';
    const next = isPolled ? 'The server polls it now: behalf trusted-transmitters activity\n' : authorizationOf(body);
    call.print.object(body, `The transmitter is ${printable(String(body['id']))}.\n${next}`);
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: [NOUN, 'rotate-secret'],
  operands: ['TRANSMITTER'],
  summary: 'Replace the secret of a transmitter. The former one is invalid at once.',
  warning: OLD_SECRET_ENDS,
  ...OPENS,
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('rotateTransmitterSecret', { id });
    call.print.object(body, authorizationOf(body));
    return EXIT.done;
  },
});

const verify = managementCommand({
  words: [NOUN, 'expect-verification'],
  operands: ['TRANSMITTER'],
  summary: 'Create the state with which to request a verification event from a transmitter.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('expectTransmitterVerification', { id });
    const text = `Request a verification event there, with this state: ${printable(String(body['verification_state']))}\n`;
    call.print.object(body, text);
    return EXIT.done;
  },
});

const state = (verb: 'disable' | 'enable', summary: string): Command =>
  managementCommand({
    words: [NOUN, verb],
    operands: ['TRANSMITTER'],
    summary,
    ...OPENS,
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      const operation = verb === 'disable' ? 'disableTrustedTransmitter' : 'enableTrustedTransmitter';
      const { body } = await call.api.run(operation, { id });
      call.print.object(body, `${printable(id)} is ${printable(String(body['state']))}.\n`);
      return EXIT.done;
    },
  });

const resume = managementCommand({
  words: [NOUN, 'resume'],
  operands: ['TRANSMITTER'],
  summary: 'Resume the effects of a transmitter, and apply its held signals, oldest first.',
  ...OPENS,
  options: {
    allow: {
      value: 'N',
      description:
        'How many accounts pass within a day: the held ones first, and others beyond them. Default: those that the command lists.',
    },
  },
  notes: 'Look at the held signals first: behalf trusted-transmitters signals TRANSMITTER --state held',
  run: async (call) => {
    const [id = ''] = call.operands;
    const { run } = call.api;
    const { body } = await resumeHeld(
      call,
      () => run('getTransmitterActivity', { id }),
      (allowed) => run('resumeTransmitter', { id, body: { allowed } }),
    );
    call.print.object(body, `${printable(String(body['allowed']))} accounts pass.\n`);
    return EXIT.done;
  },
});

const discard = managementCommand({
  words: [NOUN, 'discard-signal'],
  operands: ['SIGNAL'],
  summary: 'Discard a held signal. It has no effect.',
  warning: 'A discarded signal can no longer end or change anything here.',
  ...OPENS,
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('discardSignal', { id });
    call.print.object(body, `${printable(id)} is discarded.\n`);
    return EXIT.done;
  },
});

const signals = managementCommand({
  words: [NOUN, 'signals'],
  operands: ['TRANSMITTER'],
  summary: 'List the signals that a transmitter sent, newest first.',
  role: 'operator',
  options: { state: { value: 'STATE', description: `Only those in this state: ${SIGNAL_STATES.join(', ')}.` } },
  run: async (call) => {
    const [id = ''] = call.operands;
    const given = call.text('state');
    const query = given === undefined ? {} : { state: given };
    const rows: Json[] = [];
    for await (const item of call.api.items('listSignals', { id, query: { ...query, limit: '200' } })) {
      rows.push(item);
      if (rows.length === MOST_SHOWN) break;
    }
    await call.print.list(
      rows,
      [
        { title: 'ID', value: (row) => row['id'] },
        { title: 'STATE', value: (row) => row['state'] },
        { title: 'EVENT', value: (row) => row['event'] ?? 'unknown' },
        { title: 'ACCOUNT', value: (row) => row['account'] ?? '', as: 'name' },
        { title: 'EFFECTS', value: (row) => (row['effects'] as readonly string[]).join(', ') },
        { title: 'WHY', value: (row) => row['why'] ?? '' },
      ],
      'There is none.',
    );
    if (rows.length === MOST_SHOWN) call.terminal.err(`These are the first ${MOST_SHOWN}; there may be more.\n`);
    return EXIT.done;
  },
});
const MOST_SHOWN = 1000;

export const transmitterCommands: readonly Command[] = [
  create,
  listCommand({
    noun: NOUN,
    plural: 'trusted transmitters, newest first',
    operation: 'listTrustedTransmitters',
    nothing: 'There is none. Add one: behalf trusted-transmitters create --name NAME --issuer URL --upstream UPSTREAM',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: (row) => row['state'] },
      { title: 'DELIVERY', value: (row) => row['delivery'] },
      { title: 'UPSTREAM', value: (row) => row['upstream'] },
      { title: 'ISSUER', value: (row) => printable(String(row['issuer'])) },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  showCommand(NOUN, 'a trusted transmitter', 'getTrustedTransmitter'),
  {
    ...showCommand(
      NOUN,
      'the last contact of a trusted transmitter, its polls, and a pause of its effects',
      'getTransmitterActivity',
    ),
    words: [NOUN, 'activity'],
  },
  updateCommand({
    noun: NOUN,
    singular: 'a trusted transmitter',
    operation: 'updateTrustedTransmitter',
    ...OPENS,
    options: { name: NAME, issuer: ISSUER, upstream: UPSTREAM, ...MEMBERS },
    changes: async (call) => members(call),
  }),
  state('disable', 'Disable a trusted transmitter. The server refuses what it sends; what its events did stays.'),
  state('enable', 'Enable a trusted transmitter again.'),
  rotate,
  verify,
  signals,
  resume,
  discard,
];
