/** `behalf signal-receivers …` and `behalf signal-streams …`: systems that receive security events (Shared Signals). */
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { details, printable, table } from '../table.ts';

/** Commands that decide what leaves the server. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;

const NAME = { value: 'NAME', description: 'Name to show.' } as const;
const CLIENT = {
  value: 'CLIENT',
  description: "Its client: grant type client_credentials, no role, authority '<issuer>/ssf/v1 ssf.manage'.",
} as const;

const MEMBERS = {
  contact: { value: 'TEXT', description: 'Person or team responsible for it.' },
  audience: { value: 'AUDIENCE', description: 'The aud of its events. Default: the id of the client.' },
  event: {
    value: 'EVENT',
    description: 'An event that it may request, such as session_revoked. Repeat for several. Default: all.',
    isRepeatable: true,
  },
  subject: {
    value: 'SUBJECT',
    description: 'An account or agent that it may hear of; "*" for all. Repeat for several. Default: none.',
    isRepeatable: true,
  },
  personal: { value: 'YES', description: 'Whether it may receive changed claims of people: yes or no (default).' },
} as const satisfies Record<string, Option>;

const members = (call: ManagementCall): Json => {
  const personal = call.text('personal');
  if (personal !== undefined && personal !== 'yes' && personal !== 'no') {
    throw usageError(`--personal '${personal}' is not yes or no.`);
  }
  const [events, subjects] = [call.texts('event'), call.texts('subject')];
  return {
    ...texts(call, { name: 'name', client: 'client', contact: 'contact', audience: 'audience' }),
    ...(events.length === 0 ? {} : { events }),
    ...(subjects.length === 0 ? {} : { subjects }),
    ...(personal === undefined ? {} : { is_personal: personal === 'yes' }),
  };
};

const create = managementCommand({
  words: ['signal-receivers', 'create'],
  operands: [],
  summary: 'Add a receiver of security events, whose client configures streams.',
  ...OPENS,
  options: { name: { ...NAME, isRequired: true }, client: { ...CLIENT, isRequired: true }, ...MEMBERS },
  notes: 'Create its client first. docs/how-to/shared-signals.md says what to enter at the receiver.',
  run: async (call) => {
    const { body } = await call.api.run('createSignalReceiver', { body: members(call) });
    call.print.object(body, `The receiver is ${printable(String(body['id']))}.\n`);
    return EXIT.done;
  },
});

const state = (verb: 'disable' | 'enable', summary: string): Command =>
  managementCommand({
    words: ['signal-receivers', verb],
    operands: ['RECEIVER'],
    summary,
    ...OPENS,
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      const operation = verb === 'disable' ? 'disableSignalReceiver' : 'enableSignalReceiver';
      const { body } = await call.api.run(operation, { id });
      call.print.object(body, `${printable(id)} is ${printable(String(body['state']))}.\n`);
      return EXIT.done;
    },
  });

const streams = managementCommand({
  words: ['signal-receivers', 'streams'],
  operands: ['RECEIVER'],
  summary: 'List the streams of a receiver, with what waits for it.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('listSignalStreams', { id });
    const rows = (body['items'] ?? []) as readonly Json[];
    const columns = [
      { title: 'ID', value: (row: Json) => row['id'] },
      { title: 'STATUS', value: (row: Json) => row['status'] },
      { title: 'METHOD', value: (row: Json) => row['method'] },
      { title: 'WAITING', value: (row: Json) => row['waiting'] },
      { title: 'OLDEST', value: (row: Json) => row['oldest_at'], as: 'time' as const },
      { title: 'FAILURE', value: (row: Json) => row['failing_since'] && row['last_failure'] },
    ];
    call.print.object(body, rows.length === 0 ? 'The receiver has no stream.\n' : table(columns, rows));
    return EXIT.done;
  },
});

const act = (
  verb: 'verify' | 'pause' | 'resume',
  summary: string,
  options: Readonly<Record<string, Option>> = {},
): Command =>
  managementCommand({
    words: ['signal-streams', verb],
    operands: ['ID'],
    summary,
    role: 'administrator',
    options,
    run: async (call) => {
      const [id = ''] = call.operands;
      const operations = {
        verify: 'verifySignalStream',
        pause: 'pauseSignalStream',
        resume: 'resumeSignalStream',
      } as const;
      const body = verb === 'pause' ? { body: texts(call, { reason: 'reason' }) } : {};
      const answer = await call.api.run(operations[verb], { id, ...body });
      call.print.object(
        answer.body,
        details([
          ['id', answer.body['id']],
          ['status', answer.body['status']],
          ['waiting', answer.body['waiting']],
        ]),
      );
      return EXIT.done;
    },
  });

const remove = managementCommand({
  words: ['signal-streams', 'delete'],
  operands: ['ID'],
  summary: 'Delete a stream. Its receiver gets no further event through it.',
  warning: 'The events that wait in the stream are lost, and its receiver has to create a new one.',
  ...OPENS,
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    await call.api.run('removeSignalStream', { id });
    call.print.object({ id }, `${printable(id)} is deleted.\n`);
    return EXIT.done;
  },
});

export const signalReceiverCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'signal-receivers',
    plural: 'receivers of security events, newest first',
    operation: 'listSignalReceivers',
    nothing: 'There is none. Add one: behalf signal-receivers create --name NAME --client CLIENT',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: (row) => row['state'] },
      { title: 'CLIENT', value: ({ client }) => client, as: 'name' },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  showCommand('signal-receivers', 'a receiver of security events', 'getSignalReceiver'),
  updateCommand({
    noun: 'signal-receivers',
    singular: 'a receiver of security events',
    operation: 'updateSignalReceiver',
    ...OPENS,
    options: { name: NAME, client: CLIENT, ...MEMBERS },
    changes: async (call) => members(call),
  }),
  state('disable', 'Disable a receiver. The server refuses its calls and sends it nothing.'),
  state('enable', 'Enable a receiver again. It receives what waited for it.'),
  streams,
];

export const signalStreamCommands: readonly Command[] = [
  showCommand('signal-streams', 'a stream, its backlog and its last attempts', 'getSignalStream'),
  act('verify', 'Send a verification event through a stream.'),
  act(
    'pause',
    'Pause a stream until an administrator resumes it. Its events wait in the log, and its receiver is told.',
    {
      reason: { value: 'TEXT', description: 'Why. The receiver is told.' },
    },
  ),
  act('resume', 'Resume a stream, or try a failing one again at once.'),
  remove,
];
