/** `behalf audit …`: reads the audit log, exports it, and verifies it without the server. */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { linesOf } from '../../domain/audit/export-lines.ts';
import { readTrustedHeads, type TrustedHeads } from '../../domain/audit/signed-heads.ts';
import { verifyExport } from '../../domain/audit/verify-export.ts';
import type { StoreVerdict } from '../../domain/audit/verify-store.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { MOMENT_EXAMPLES, momentOf } from '../moment.ts';
import { listCommand, showCommand } from '../object-commands.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, escapedJson, jsonText, printable } from '../table.ts';
import { ONE_SOURCE, textOf, transparencyLogCommands, verifyProofFile } from './transparency-log.ts';

const eventOf = (entry: Json): Json => (entry['event'] ?? entry) as Json;

/** What a resource server states that it did: the caller of the event states it, and this server has not seen it. */
const statementIn = ({ type, inputs }: Json): string | undefined => {
  if (type !== 'report.stated') return undefined;
  const { tool, route, outcome } = inputs as Json;
  return `states ${String(tool ?? route)}: ${String(outcome)}`;
};

const list = listCommand({
  noun: 'audit',
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

const verify: Command = {
  words: ['audit', 'verify'],
  operands: ['[FILE]'],
  summary: 'Verify an export, or with --store the database itself, without the server. Print where verification fails.',
  options: {
    store: {
      description:
        'Verify the log in the database of this machine’s settings, including the members that searches use and personal values. A server may run.',
    },
    proof: {
      value: 'FILE',
      description: 'Verify a proof written by `behalf audit prove`, with the verifier key of the log as --key.',
    },
    record: {
      value: 'FILE',
      description:
        'With --proof: an export that has the event. Its record must have the digest that the proof names, and its personal values must match their commitments.',
    },
    key: {
      value: 'KEY',
      description:
        'Thumbprint of the key that must have signed the export. Without it, the author of the file may have signed it. With --proof: the verifier key.',
    },
    checkpoint: {
      value: 'FILE',
      description:
        'With --store: a trusted checkpoint of the transparency log, which was kept outside. The log must still contain its tree.',
    },
    'trusted-heads': {
      value: 'FILE',
      description: 'Earlier export, signed head or list of heads that the log must still contain.',
    },
    json: { description: 'Print JSON instead of text.' },
    ...SETTINGS,
  },
  notes: 'Exit code 0 when everything verifies, 1 when it does not.',
  run: async (call) => {
    const [file] = call.operands;
    if (call.text('proof') !== undefined) return verifyProofFile(call);
    if (call.text('record') !== undefined) throw usageError('--record needs --proof.');
    if (call.text('checkpoint') !== undefined && !call.isSet('store')) throw usageError('--checkpoint needs --store.');
    const [key, trustedHeadsFile] = [call.text('key'), call.text('trusted-heads')];
    const trustedHeads = trustedHeadsFile === undefined ? undefined : trustedHeadsOf(trustedHeadsFile);
    if (call.isSet('store') === (file !== undefined)) throw usageError(ONE_SOURCE);
    if (file === undefined) return verifyHere(call, key, trustedHeads);
    const verdict = await verifyExport(linesOf(createReadStream(file)), {
      ...(key === undefined ? {} : { key }),
      ...(trustedHeads === undefined ? {} : { trustedHeads }),
    }).catch((error: unknown) => {
      throw new CommandError(`${file} cannot be read.`, {
        hint: 'Give a file written by `behalf audit export --to FILE`.',
        cause: error,
      });
    });
    if (call.isSet('json')) call.terminal.out(jsonText(verdict));
    else if (verdict.ok) {
      call.terminal.out(
        details([
          ['verified', `${verdict.records} records in ${verdict.streams} streams, ${verdict.checkpoints} checkpoints`],
          ['issuer', verdict.issuer],
          ['exported at', timeText(verdict.exportedAt / 1000)],
          ['signed with', verdict.key],
        ]),
      );
      // Written with =, because a key may begin with -.
      if (key === undefined) call.terminal.err(`Keep that key and give it next time: --key=${verdict.key}\n`);
    } else call.terminal.err(`Not verified. ${printable(verdict.problem)}\n`);
    return verdict.ok ? EXIT.done : EXIT.failed;
  },
};

const verifyHere = async (
  call: Call,
  key: string | undefined,
  trustedHeads: TrustedHeads | undefined,
): Promise<number> => {
  const configuration = settings(call);
  const checkpoint = call.text('checkpoint');
  const keptCheckpoint = checkpoint === undefined ? undefined : textOf(checkpoint);
  let outcome: StoreVerdict | undefined;
  await withProgress(call.terminal, async () => {
    // Loaded on demand: this module loads the drivers of both stores.
    const { verifyThisStore } = await import('../../compose/verify-store.ts');
    outcome = await verifyThisStore(configuration, {
      ...(trustedHeads === undefined ? {} : { trustedHeads }),
      keptCheckpoint,
    });
    return [];
  });
  return told(call, pinned(outcome, key));
};

/** The same verdict, unless another key than the one that the caller named signed the audit log. */
const pinned = (verdict: StoreVerdict | undefined, key: string | undefined): StoreVerdict | undefined =>
  verdict?.ok && key !== undefined && verdict.key !== key
    ? {
        ok: false,
        problems: [`the log is signed with key ${verdict.key}, not with the pinned key ${key}.`],
        mismatches: [],
      }
    : verdict;

const told = (call: Call, verdict: StoreVerdict | undefined): number => {
  if (call.isSet('json')) call.terminal.out(jsonText(verdict));
  else if (verdict?.ok) {
    call.terminal.out(
      details([
        ['verified', `${verdict.records} records in ${verdict.streams} streams, ${verdict.checkpoints} checkpoints`],
        ['signed with', verdict.key],
        ['transparency log', verdict.log && `${verdict.log.entries} entries, verifier key ${verdict.log.verifierKey}`],
      ]),
    );
  } else {
    for (const problem of verdict?.problems ?? []) call.terminal.err(`Not verified. ${printable(problem)}\n`);
  }
  return verdict?.ok ? EXIT.done : EXIT.failed;
};

const trustedHeadsOf = (file: string) => {
  try {
    return readTrustedHeads(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file} holds no trusted heads.`, {
      hint: 'Give an earlier export, its last line, or a list of heads.',
      cause: error,
    });
  }
};

const erase = managementCommand({
  words: ['audit', 'erase'],
  operands: ['EVENT'],
  summary: 'Erase a personal value of an event. The audit log and earlier exports still verify.',
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
  verify,
  erase,
];
