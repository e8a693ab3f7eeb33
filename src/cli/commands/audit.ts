/** `behalf audit …`: reads the audit log and exports it. `audit-verify.ts` verifies it. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, CommandError, EXIT } from '../command.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { MOMENT_EXAMPLES, momentOf } from '../moment.ts';
import { listCommand, showCommand } from '../object-commands.ts';
import { escapedJson, printable } from '../table.ts';
import { auditArchive } from './audit-archive.ts';
import { auditCheck } from './audit-check.ts';
import { auditVerify } from './audit-verify.ts';
import { transparencyLogCommands } from './transparency-log.ts';

const eventOf = (entry: Json): Json => (entry['event'] ?? entry) as Json;

/** What a resource server states that it did: the caller of the event states it, and this server has not seen it. */
const statementIn = ({ type, inputs }: Json): string | undefined => {
  if (type !== 'report.stated') return undefined;
  const { tool, route, outcome } = inputs as Json;
  return `states ${String(tool ?? route)}: ${String(outcome)}`;
};

/** Where the events are that no page has. */
const archivedIn = ({ archived }: Json): string | undefined => {
  const { before, places } = (archived ?? {}) as { readonly before?: number; readonly places?: readonly string[] };
  return before === undefined
    ? undefined
    : `Events from before ${timeText(before / 1000)} may be in an archive only: ${printable((places ?? []).join(', '))}`;
};

const list = listCommand({
  noun: 'audit',
  note: archivedIn,
  plural: 'audit events, newest first',
  operation: 'listAuditEvents',
  isWatched: true,
  nothing: 'There are no such events.',
  filters: {
    type: { value: 'TYPE', description: 'Only events of this type, for example token.refused.' },
    outcome: { value: 'OUTCOME', description: 'Only events with this outcome: granted, refused or done.' },
    id: { value: 'ID', description: 'Only events that contain this id, of any kind.' },
    subject: { value: 'ACCOUNT', description: 'Only events on behalf of this account.' },
    agent: { value: 'AGENT', description: 'Only events in which this agent acted.' },
    actor: {
      value: 'PARTY',
      description: 'Only events caused by this account, agent or client: its name or id.',
      parameter: 'caller',
    },
    txn: { value: 'ID', description: 'Only events of this transaction.' },
    delegation: { value: 'ID', description: 'Only events under this delegation.' },
    token: { value: 'ID', description: 'Only events about this token (its jti).', parameter: 'token_id' },
    resource: { value: 'API', description: 'Only events about the API with this identifier.' },
    text: {
      value: 'WORDS',
      description: 'Only events with all of these words: in type, error, reason, note, scopes, API, tool.',
    },
    since: { value: 'TIME', description: `Only events from this time on: ${MOMENT_EXAMPLES}.`, parameter: 'from' },
    until: { value: 'TIME', description: 'Only events up to this time, in the same forms.', parameter: 'to' },
  },
  meaning: (name, value) => (name === 'since' || name === 'until' ? String(momentOf(name, value)) : value),
  columns: [
    { title: 'TIME', value: ({ at }) => (typeof at === 'number' ? at / 1000 : at), as: 'time' },
    { title: 'TYPE', value: (entry) => eventOf(entry)['type'] },
    { title: 'OUTCOME', value: (entry) => eventOf(entry)['outcome'] },
    {
      title: 'CHANGED',
      value: ({ mismatches }) => (Array.isArray(mismatches) ? `in the database: ${mismatches.join(', ')}` : ''),
      isRare: true,
    },
    { title: 'CALLER', value: (entry) => eventOf(entry)['caller'], as: 'name' },
    { title: 'SUBJECT', value: (entry) => eventOf(entry)['subject'], as: 'name' },
    {
      title: 'ABOUT',
      value: (entry) =>
        eventOf(entry)['error'] ??
        statementIn(eventOf(entry)) ??
        (eventOf(entry)['target'] as Json | undefined)?.['id'] ??
        eventOf(entry)['resource'],
      as: 'name',
    },
  ],
});

const show = showCommand('audit', 'an audit event', 'getAuditEvent');

const exportAuditLog = managementCommand({
  words: ['audit', 'export'],
  operands: [],
  summary: 'Export the whole audit log as NDJSON with a signed head.',
  role: 'administrator',
  options: {
    to: { value: 'FILE', description: 'File to create. It must not exist. Default: standard output.' },
    personal: {
      description:
        'Include addresses and usernames that were not erased. Without it, the export contains commitments instead.',
    },
    redact: {
      value: 'MEMBERS',
      description:
        'Members of events to leave out, separated by commas, for example inputs,subject. The export still verifies.',
    },
  },
  run: async (call) => {
    const stream = Readable.fromWeb(
      await call.api.stream('exportAudit', {
        query: { personal: call.isSet('personal') ? 'true' : undefined, redact: call.text('redact') },
      }),
    );
    const to = call.text('to');
    if (to === undefined) {
      const isTerminal = call.terminal.columns !== undefined;
      for await (const chunk of stream.setEncoding('utf8')) {
        call.terminal.out(isTerminal ? escapedJson(String(chunk)) : String(chunk));
      }
      return EXIT.done;
    }
    try {
      await pipeline(stream, createWriteStream(to, { mode: 0o600, flags: 'wx', flush: true }));
    } catch (error) {
      const isThere = (error as { readonly code?: unknown }).code === 'EEXIST';
      throw new CommandError(
        isThere ? `${to} exists already.` : `The export to ${to} failed: ${(error as Error).message}.`,
        {
          hint: 'Name a file that does not exist, in a folder with room.',
          cause: error,
        },
      );
    }
    call.terminal.err(`${printable(to)} is written. Next: behalf audit verify ${printable(to)}\n`);
    return EXIT.done;
  },
});

const erase = managementCommand({
  words: ['audit', 'erase'],
  operands: ['EVENT'],
  summary: 'Erase a personal value of an event. The audit log and earlier exports still verify.',
  warning: 'An erased value cannot be brought back.',
  role: 'administrator',
  options: {
    value: {
      value: 'NAME',
      description: 'source (an address), username, details, message, reported or invoker. Default: source.',
    },
  },
  run: async (call) => {
    const [event = ''] = call.operands;
    const value = call.text('value') ?? 'source';
    await call.api.run('eraseAuditValue', { body: { event, value } });
    call.terminal.err(`The ${printable(value)} of ${printable(event)} is erased.\n`);
    return EXIT.done;
  },
});

export const auditCommands: readonly Command[] = [
  list,
  show,
  exportAuditLog,
  ...transparencyLogCommands,
  auditVerify,
  auditArchive,
  auditCheck,
  erase,
];
