/** `behalf audit log` and `behalf audit prove`, and the check of a proof without the server. */
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { asRecord, checkValues, linesOf, parseLine } from '../../domain/audit/export-lines.ts';
import type { Fault } from '../../domain/audit/findings.ts';
import { hashOf } from '../../domain/audit/record-digest.ts';
import { type LogEntry, parseEntry } from '../../domain/audit/transparency-log/log-entry.ts';
import { proofText, verifyProof } from '../../domain/audit/transparency-log/log-proof.ts';
import { type NoteVerifier, noteVerifier } from '../../domain/audit/transparency-log/signed-note.ts';
import {
  judged,
  type PolicyVerdict,
  parsePolicy,
  type WitnessPolicy,
} from '../../domain/audit/transparency-log/witness-policy.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { details, jsonText, printable } from '../table.ts';

/** A text of several lines for a terminal. */
const lines = (text: unknown): string => String(text).split('\n').map(printable).join('\n');

const log = managementCommand({
  words: ['audit', 'log'],
  operands: [],
  summary: 'Show the transparency log: its size, its checkpoint and the key that verifies it.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('getTransparencyLog', {});
    const { origin, size, verifier_key: key, checkpoint, witnesses, is_quorum: isQuorum } = body;
    const text = details([
      ['origin', origin],
      ['entries', size],
      ['verifier key', key],
      ...(witnesses as readonly Json[]).map(
        (witness) => [`witness ${printable(String(witness['name']))}`, witnessText(witness)] as const,
      ),
      [
        'quorum',
        (witnesses as readonly Json[]).length === 0
          ? undefined
          : isQuorum
            ? 'yes'
            : 'no: too few cosigned the last checkpoint',
      ],
    ]);
    const shown =
      checkpoint === undefined ? 'no checkpoint has the cosignatures that it needs yet\n' : lines(checkpoint);
    call.print.object(body, `${text}\n${shown}`);
    return EXIT.done;
  },
});

/** What a witness did last. */
const witnessText = ({ size, at, problem, verifier_key: key }: Json): string => {
  const cosigned = at === undefined ? 'has cosigned nothing' : `cosigned ${size} entries, ${timeText(Number(at))}`;
  return `${cosigned}${problem === undefined ? '' : `, then failed: ${problem}`}, verifier key ${key}`;
};

const prove = managementCommand({
  words: ['audit', 'prove'],
  operands: ['EVENT'],
  summary: 'Write a proof that the transparency log has an event. It verifies without the server.',
  role: 'operator',
  options: { to: { value: 'FILE', description: 'File to create. It must not exist. Default: standard output.' } },
  run: async (call) => {
    const [event = ''] = call.operands;
    const { body } = await call.api.run('proveAuditEvent', { id: event });
    const text = proofOf(body);
    const to = call.text('to');
    if (to === undefined) {
      call.print.object(body, lines(text));
      return EXIT.done;
    }
    try {
      writeFileSync(to, text, { mode: 0o600, flag: 'wx', flush: true });
    } catch (cause) {
      throw new CommandError(`${to} cannot be written.`, { hint: 'Name a file that does not exist.', cause });
    }
    if (call.isSet('json')) call.terminal.out(jsonText(body));
    call.terminal.err(
      `${printable(to)} is written. Next: behalf audit verify --proof ${printable(to)} --key KEY, with the key of \`behalf audit log\`\n`,
    );
    return EXIT.done;
  },
});

/** The file of a proof (C2SP tlog-proof), from the answer of the API. */
const proofOf = ({ index, entry, proof, checkpoint }: Json): string => {
  const read = parseEntry(String(entry));
  if (!read || !Array.isArray(proof)) throw new CommandError('The server answered with no proof.', {});
  const hashes = proof.map((one) => Buffer.from(String(one), 'base64'));
  return proofText({ index: Number(index), entry: read, proof: hashes, checkpoint: String(checkpoint) });
};

/** The text of a file that a command names. Throws CommandError when it cannot be read. */
export const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${file} cannot be read.`, { hint: 'Check its path and mode.', cause });
  }
};

/** The policy in a file, if a command names one. Throws CommandError when it is none. */
export const policyOf = (file: string | undefined): WitnessPolicy | undefined => {
  if (file === undefined) return undefined;
  try {
    return parsePolicy(textOf(file));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandError(`${file} is no policy: ${cause.message}.`, {
      hint: 'Write lines of C2SP tlog-policy: log, witness, group, quorum. See docs/how-to/witness.md.',
      cause,
    });
  }
};

/** The keys of the log: of --key, or of the policy. */
export const verifiersOf = (key: string | undefined, policy: WitnessPolicy | undefined): readonly NoteVerifier[] =>
  key === undefined && policy && policy.logs.length > 0 ? policy.logs : [verifierOf(key)];

const verifierOf = (key: string | undefined): NoteVerifier => {
  if (key === undefined) {
    throw usageError(
      '--proof, --archive and --evidence need --key with the verifier key of the log, or --policy with a line of the log.',
    );
  }
  try {
    return noteVerifier(key);
  } catch (cause) {
    throw new CommandError(`--key is no verifier key: ${(cause as Error).message}.`, {
      hint: 'Give the key that `behalf audit log` printed while you trusted the server.',
      cause,
    });
  }
};

/** Which witnesses cosigned, and when. */
export const cosignersText = (cosigned: PolicyVerdict['cosigned'] | undefined): string | undefined =>
  cosigned?.map(({ name, at }) => `${name}, ${timeText(at)}`).join('; ');

/** `behalf audit verify --proof`: needs neither server nor network. */
export const verifyProofFile = async (call: Call): Promise<number> => {
  const policy = policyOf(call.text('policy'));
  const record = call.text('record');
  const verdict = verifyProof(textOf(call.required('proof')), verifiersOf(call.text('key'), policy), policy);
  const problem = verdict.ok ? record && (await recordProblem(record, verdict.entry)) : verdict.problem;
  if (problem !== undefined || !verdict.ok) {
    if (call.isSet('json')) call.terminal.out(jsonText({ ok: false, problem }));
    else call.terminal.err(`Not verified. ${printable(String(problem))}\n`);
    return EXIT.failed;
  }
  const { entry, index, checkpoint, note } = verdict;
  const { size, origin } = checkpoint;
  const witnesses = policy && judged(note, policy).cosigned;
  if (call.isSet('json')) {
    call.terminal.out(jsonText({ ok: true, index, entry, size, ...(witnesses === undefined ? {} : { witnesses }) }));
  } else {
    call.terminal.out(
      details([
        ['verified', `record ${entry.sequence} of stream ${entry.stream} is entry ${index} of ${size}`],
        ['digest', entry.hash],
        ['log', origin],
        ['cosigned by', cosignersText(witnesses)],
      ]),
    );
    if (record === undefined) {
      call.terminal.err('Compare the digest with `hash` of the event, or give an export that has it: --record FILE\n');
    }
  }
  return EXIT.done;
};

/** Why an export does not hold the record of an entry; undefined when it does. */
const recordProblem = async (file: string, { stream, sequence, hash }: LogEntry): Promise<string | undefined> => {
  try {
    for await (const line of linesOf(createReadStream(file))) {
      const value = parseLine(line);
      if (value['stream'] !== stream || value['sequence'] !== sequence) continue;
      const record = asRecord(value);
      checkValues(record);
      if (record.hash === hash && hashOf(record) === hash) return undefined;
      return `The record in ${file} does not give the digest that the log has: it was changed.`;
    }
  } catch (cause) {
    if (!(cause instanceof Error)) return `${file} does not verify: ${(cause as Fault).fault}.`;
    throw new CommandError(`${file} cannot be read.`, { hint: 'Give a file written by `behalf audit export`.', cause });
  }
  return `${file} does not have record ${sequence} of stream ${stream}.`;
};

export const transparencyLogCommands: readonly Command[] = [log, prove];
