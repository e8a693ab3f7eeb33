/** `behalf audit-sinks …`: systems and files that receive every audit event. */
import { type Command, EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { listCommand, showCommand } from '../object-commands.ts';
import { readSecretText, requirePrivate } from '../secret-file.ts';
import { details, printable } from '../table.ts';

const KINDS = ['otlp', 'webhook', 'syslog', 'file'] as const;

const AUTHORIZATION = {
  'authorization-file': {
    value: 'FILE',
    description: 'File with the value of the header Authorization for an otlp sink; - for standard input.',
  },
} as const;

const targetOf = ({ operands }: ManagementCall) => ({ id: operands[0] ?? '' });

const authorization = (call: ManagementCall): Json => {
  const file = call.text('authorization-file');
  if (file === undefined) return {};
  const secret = readSecretText(file);
  requirePrivate(secret, file);
  return { authorization: secret.text.trim() };
};

const personal = (call: ManagementCall): Json => {
  if (call.isSet('personal') && call.isSet('no-personal')) throw usageError('Give --personal or --no-personal.');
  if (call.isSet('personal')) return { is_personal: true };
  return call.isSet('no-personal') ? { is_personal: false } : {};
};

const kindOf = (call: ManagementCall): string => {
  const [kind = ''] = call.operands;
  if (KINDS.some((one) => one === kind)) return kind;
  throw usageError(`The kind of a sink is one of: ${KINDS.join(', ')}.`);
};

const shownWithSecret = (call: ManagementCall, body: Json): void =>
  call.print.object(
    body,
    details([
      ['id', body['id']],
      ['file', body['file']],
      ['secret', body['secret'] && `${String(body['secret'])} (shown once)`],
    ]),
  );

const create = managementCommand({
  words: ['audit-sinks', 'create'],
  operands: ['KIND', '[ADDRESS]'],
  summary: 'Register a sink: otlp, webhook, syslog or file. The server delivers to it at once.',
  role: 'administrator',
  isProvenHere: true,
  options: {
    name: { value: 'NAME', description: 'Name to show. Default: the address, or `file`.' },
    format: { value: 'FORMAT', description: 'event, ocsf or cef. Default: cef for syslog, else event; otlp has none.' },
    'from-beginning': { description: 'Begin with the first event that the log holds. Default: from now on.' },
    personal: { description: 'Send the personal values of events, too.' },
    ...AUTHORIZATION,
  },
  notes:
    'ADDRESS: for otlp and webhook an https URL, for syslog HOST:PORT. Name internal hosts in egress.internalHosts.auditSinks.\nTry it: behalf audit-sinks test NAME',
  run: async (call) => {
    const kind = kindOf(call);
    const [, address] = call.operands;
    const { body } = await call.api.run('createAuditSink', {
      body: {
        name: call.text('name') ?? address ?? kind,
        kind,
        ...(address === undefined ? {} : { address }),
        ...texts(call, { format: 'format' }),
        ...(call.isSet('from-beginning') ? { from: 'beginning' } : {}),
        ...personal(call),
        ...authorization(call),
      },
    });
    shownWithSecret(call, body);
    return EXIT.done;
  },
});

const update = managementCommand({
  words: ['audit-sinks', 'update'],
  operands: ['AUDIT_SINK'],
  summary: 'Change a sink. Options left out change nothing.',
  role: 'administrator',
  isProvenHere: true,
  options: {
    name: { value: 'NAME', description: 'Name to show.' },
    address: { value: 'ADDRESS', description: 'Where the sink is.' },
    personal: { description: 'Send the personal values of events, too.' },
    'no-personal': { description: 'Send no personal values.' },
    ...AUTHORIZATION,
  },
  run: async (call) => {
    const changed = { ...texts(call, { name: 'name', address: 'address' }), ...personal(call), ...authorization(call) };
    const members = Object.keys(changed);
    if (members.length === 0)
      throw usageError('Nothing to change was given.', 'See `behalf audit-sinks update --help`.');
    const { body } = await call.api.change('updateAuditSink', targetOf(call), changed);
    call.print.object(body, `${printable(call.typed[0] ?? '')} was changed: ${members.join(', ')}.\n`);
    return EXIT.done;
  },
});

const test = managementCommand({
  words: ['audit-sinks', 'test'],
  operands: ['AUDIT_SINK'],
  summary: 'Send a sink a test event, and print whether it acknowledged it.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('testAuditSink', targetOf(call));
    const isSent = body['sent'] === true;
    const status = body['failure_status'] === undefined ? '' : ` (status ${printable(String(body['failure_status']))})`;
    const failure = printable(String(body['failure'] ?? 'it refused the event'));
    call.print.object(body, isSent ? 'It got there.\n' : `It did not get there: ${failure}${status}.\n`);
    return isSent ? EXIT.done : EXIT.failed;
  },
});

const action = (
  verb: string,
  operation: 'pauseAuditSink' | 'resumeAuditSink',
  summary: string,
  done: string,
): Command =>
  managementCommand({
    words: ['audit-sinks', verb],
    operands: ['AUDIT_SINK'],
    summary,
    role: 'administrator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run(operation, targetOf(call));
      call.print.object(body, `${printable(call.typed[0] ?? '')} is ${done}.\n`);
      return EXIT.done;
    },
  });

const skip = managementCommand({
  words: ['audit-sinks', 'skip'],
  operands: ['AUDIT_SINK'],
  summary: 'Skip the next event of a sink that refuses it with status 400, 413 or 422. The audit log records which.',
  warning: 'The sink never receives the event that it refuses now.',
  role: 'administrator',
  isProvenHere: true,
  options: {},
  run: async (call) => {
    const { body: sink } = await call.api.run('getAuditSink', targetOf(call));
    // Absent: the server says that there is nothing to skip.
    const event = typeof sink['refused_event'] === 'string' ? sink['refused_event'] : 'none';
    const { body } = await call.api.run('skipAuditEvent', { ...targetOf(call), body: { event } });
    call.print.object(body, `The sink does not receive ${printable(String(body['event']))}.\n`);
    return EXIT.done;
  },
});

const rotate = managementCommand({
  words: ['audit-sinks', 'rotate-secret'],
  operands: ['AUDIT_SINK'],
  summary: 'Rotate the secret of a webhook. The server signs with the new secret at once.',
  warning: 'The server never signs with the old secret again. The receiver fails until it has the new one.',
  role: 'administrator',
  isProvenHere: true,
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('rotateAuditSinkSecret', targetOf(call));
    shownWithSecret(call, body);
    return EXIT.done;
  },
});

const remove = managementCommand({
  words: ['audit-sinks', 'delete'],
  operands: ['AUDIT_SINK'],
  summary: 'Delete a sink.',
  warning:
    'The sink gets no further event, and its place in the audit log is lost. To stop it for a while: audit-sinks pause.',
  role: 'administrator',
  isProvenHere: true,
  options: {},
  run: async (call) => {
    await call.api.run('removeAuditSink', targetOf(call));
    call.print.object({}, `${printable(call.typed[0] ?? '')} is removed.\n`);
    return EXIT.done;
  },
});

export const auditSinkCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'audit-sinks',
    plural: 'sinks of the audit log, newest first',
    operation: 'listAuditSinks',
    nothing: 'There are no sinks. Make one: behalf audit-sinks create otlp https://collector.example.com/v1/logs',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'STATE', value: ({ state, failing_since: since }) => (since === undefined ? state : 'failing') },
      { title: 'BACKLOG', value: ({ backlog }) => backlog },
      { title: 'LAST DELIVERY', value: ({ last_delivered_at }) => last_delivered_at, as: 'time' },
      { title: 'LAST FAILURE', value: ({ last_failure: why }) => why },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('audit-sinks', 'a sink, its backlog and its last attempts', 'getAuditSink'),
  update,
  test,
  action('pause', 'pauseAuditSink', 'Pause a sink. Its backlog waits in the audit log.', 'paused'),
  action('resume', 'resumeAuditSink', 'Resume a paused sink, or try a failing one again at once.', 'active'),
  skip,
  rotate,
  remove,
];
