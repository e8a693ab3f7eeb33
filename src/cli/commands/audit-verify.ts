/** `behalf audit verify`: verifies an export, a part of it, a proof, or the database, without the server. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { ArchiveVerdict } from '../../domain/audit/archive/verify-archive.ts';
import { type Archived, archivedOf } from '../../domain/audit/beginning.ts';
import { linesOf } from '../../domain/audit/export-lines.ts';
import { FINDINGS, type Finding, faultOf, type Warning } from '../../domain/audit/findings.ts';
import { checkLines } from '../../domain/audit/line-check.ts';
import { readTrustedHeads, type TrustedHeads } from '../../domain/audit/signed-heads.ts';
import { openStatement } from '../../domain/audit/transparency-log/log-statement.ts';
import { type Verdict, type VerifyOptions, verifyChunks } from '../../domain/audit/verify-export.ts';
import { type Part, type PartVerdict, verifyPart } from '../../domain/audit/verify-part.ts';
import type { StoreVerdict } from '../../domain/audit/verify-store.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { counted } from '../counted.ts';
import { timeText } from '../look.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, jsonText, printable } from '../table.ts';
import { verifyThreads } from '../verify-thread-pool.ts';
import { archiveText, checkArchiveOf, verifyArchiveAt } from './audit-archive.ts';
import { verifyEvidenceAt } from './audit-evidence.ts';
import { numberOf, partOf } from './audit-part.ts';
import { cosignersText, policyOf, textOf, verifyProofFile } from './transparency-log.ts';

/** Bytes from which an export is worth the start of threads. */
const LARGE = 8 << 20;
const CHUNK = 1 << 20;

export const auditVerify: Command = {
  words: ['audit', 'verify'],
  operands: ['[FILE]'],
  summary: 'Verify an export, or with --store the database itself, without the server. Print where verification fails.',
  options: {
    stream: { value: 'STREAM', description: 'Only this range of a stream of the export, with --from and --to.' },
    from: { value: 'NUMBER', description: 'With --stream: the first sequence.' },
    to: { value: 'NUMBER', description: 'With --stream: the last sequence. Default: --from.' },
    txn: { value: 'ID', description: 'Only the records of this transaction that the export has.' },
    threads: { value: 'NUMBER', description: 'Threads for a large export. Default: one for each core, at most 8.' },
    store: {
      description:
        'Verify the log in the database of this machine’s settings, including the members that searches use and personal values. A server may run.',
    },
    proof: {
      value: 'FILE',
      description: 'Verify a proof written by `behalf audit prove`, with the verifier key of the log as --key.',
    },
    archive: {
      value: 'PLACE',
      description:
        'Folder or s3://BUCKET/PREFIX. Verify an archive written by `behalf audit archive`, with the verifier key of the log as --key. With --store: verify both, and that the archive has all that was removed from the store.',
    },
    evidence: {
      value: 'FILE',
      description: 'Verify an archive written by `behalf reviews evidence`, with the verifier key of the log as --key.',
    },
    record: {
      value: 'FILE',
      description:
        'With --proof: an export that has the event. Its record must have the digest that the proof names, and its personal values must match their commitments.',
    },
    key: {
      value: 'KEY',
      description:
        'Thumbprint of the key that must have signed the export. Without it, the author of the file may have signed it. With --proof, --archive and --evidence: the verifier key.',
    },
    checkpoint: {
      value: 'FILE',
      description:
        'With --store: a trusted checkpoint of the transparency log, which was kept outside. The log must still contain its tree.',
    },
    policy: {
      value: 'FILE',
      description:
        'A policy (C2SP tlog-policy). Its quorum of witnesses must have cosigned the checkpoint of the transparency log. With --proof, --archive and --evidence, its lines of logs replace --key.',
    },
    'trusted-heads': {
      value: 'FILE',
      description: 'Earlier export, its last line, or signed heads that the log must still contain.',
    },
    json: { description: 'Print JSON instead of text.' },
    ...SETTINGS,
  },
  notes:
    'Exit code 0 when everything verifies, 1 when it does not. A clock that was set back is named, and breaks nothing.',
  run: async (call) => {
    const source = sourceOf(call);
    if (source === '--archive') return verifyArchiveAt(call);
    if (source === '--proof') return verifyProofFile(call);
    if (source === '--evidence') return verifyEvidenceAt(call);
    const [key, trustedHeadsFile] = [call.text('key'), call.text('trusted-heads')];
    const trustedHeads = trustedHeadsFile === undefined ? undefined : trustedHeadsOf(trustedHeadsFile);
    if (source === '--store') return verifyHere(call, key, trustedHeads);
    const [file = ''] = call.operands;
    const part = partOf(call);
    if (part && call.text('policy') !== undefined) {
      throw usageError('--policy verifies a whole export. For one event, use --proof with --policy.');
    }
    const policy = policyOf(call.text('policy'));
    if (policy?.logs.length === 0) throw usageError('To verify an export, the policy needs a line with the log.');
    const named = { ...(key === undefined ? {} : { key }), ...(trustedHeads === undefined ? {} : { trustedHeads }) };
    const options = { ...named, openLog: (value: unknown) => openStatement(value, policy) };
    const verdict = await (part ? verifyPartOf(file, part, options) : verifyWhole(call, file, options)).catch(
      (error: unknown) => {
        throw new CommandError(`${file} cannot be read.`, {
          hint: 'Give a file written by `behalf audit export --to FILE`.',
          cause: error,
        });
      },
    );
    if (call.isSet('json')) call.terminal.out(jsonText(verdict));
    else if (!verdict.ok) tellFailed(call, [verdict.problem], [verdict.finding]);
    else {
      call.terminal.out(
        details([['verified', 'read' in verdict ? partText(verdict) : wholeText(verdict)], ...rowsOf(verdict)]),
      );
      tellWarnings(call, verdict.warnings);
      // Written with =, because a key may begin with -.
      if (key === undefined) call.terminal.err(`Keep that key and give it next time: --key=${verdict.key}\n`);
    }
    return verdict.ok ? EXIT.done : EXIT.failed;
  },
};

/** The options that apply to each source. With another one, the command would leave out a check that the caller asked for. */
const OPTIONS_OF = {
  FILE: ['key', 'trusted-heads', 'policy', 'stream', 'from', 'to', 'txn', 'threads'],
  '--store': ['key', 'trusted-heads', 'checkpoint', 'policy'],
  '--proof': ['key', 'policy', 'record'],
  '--archive': ['key', 'policy'],
  '--evidence': ['key', 'policy'],
} as const;
type Source = keyof typeof OPTIONS_OF;

/** What to verify. Throws a usage error unless the call names one source, with options that apply to it. */
const sourceOf = (call: Call): Source => {
  const named: Readonly<Record<Source, boolean>> = {
    FILE: call.operands.length > 0,
    '--store': call.isSet('store'),
    '--proof': call.text('proof') !== undefined,
    '--evidence': call.text('evidence') !== undefined,
    // With --store, the archive is verified beside it.
    '--archive': call.text('archive') !== undefined && !call.isSet('store'),
  };
  const [source, another] = (Object.keys(named) as Source[]).filter((one) => named[one]);
  if (!source || another)
    throw usageError('Specify exactly one of FILE, --store, --proof FILE, --archive PLACE or --evidence FILE.');
  const fitting: readonly string[] = OPTIONS_OF[source];
  for (const option of new Set(Object.values(OPTIONS_OF).flat())) {
    if (call.text(option) === undefined || fitting.includes(option)) continue;
    const others = Object.entries(OPTIONS_OF).filter(([, options]) => options.some((one) => one === option));
    throw usageError(`--${option} applies to ${others.map(([name]) => name).join(', ')}, not to ${source}.`);
  }
  return source;
};

type Whole = Extract<Verdict, { ok: true }>;
const wholeText = ({ records, streams, checkpoints }: Pick<Whole, 'records' | 'streams' | 'checkpoints'>): string =>
  `${counted(records, 'record')} in ${counted(streams, 'stream')}, ${counted(checkpoints, 'checkpoint')}`;

const partText = ({ records, read, namedBy }: Extract<PartVerdict, { ok: true }>): string => {
  const by = namedBy.length === 0 ? '' : `, named by ${namedBy.join(', ')}`;
  return `${records} records of the part; ${read} were read${by}. All other records were not read`;
};

const rowsOf = (verdict: Extract<Verdict | PartVerdict, { ok: true }>): [string, unknown][] => [
  ['issuer', verdict.issuer],
  ['exported at', timeText(verdict.exportedAt / 1000)],
  ['in an archive', verdict.archived && archivedText(verdict.archived)],
  ['left out', 'redacted' in verdict ? verdict.redacted?.join(', ') : undefined],
  ['signed with', verdict.key],
  ...('log' in verdict && verdict.log ? logRows(verdict.log) : []),
];

const logRows = ({ origin, size, uncovered, cosigned }: NonNullable<Whole['log']>): [string, unknown][] => [
  ['transparency log', `${size} entries of ${origin}; ${uncovered} records of the export are newer`],
  ['cosigned by', cosignersText(cosigned)],
];

const verifyPartOf = (file: string, part: Part, options: VerifyOptions): Promise<PartVerdict> =>
  verifyPart(linesOf(createReadStream(file, { highWaterMark: CHUNK })), part, options);

const verifyWhole = async (call: Call, file: string, options: VerifyOptions): Promise<Verdict> => {
  const asked = call.text('threads');
  const count = asked === undefined ? undefined : numberOf('threads', asked);
  const chunks = createReadStream(file, { highWaterMark: CHUNK });
  const isLarge = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LARGE;
  if (count === 1 || (count === undefined && !isLarge)) return verifyChunks(chunks, options, checkLines);
  const threads = verifyThreads(count);
  try {
    return await verifyChunks(chunks, options, threads.check, threads.ahead);
  } finally {
    await threads.close();
  }
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
      policy: policyOf(call.text('policy')),
    });
    return [];
  });
  const verdict = pinned(outcome, key);
  return reported(call, call.text('archive') === undefined ? verdict : await withArchive(call, verdict));
};

type WithArchive = StoreVerdict & { readonly archive?: ArchiveVerdict };

/** The verdict of the store together with its archive. */
const withArchive = async (call: Call, verdict: StoreVerdict | undefined): Promise<WithArchive | undefined> => {
  if (!verdict?.ok) return verdict;
  try {
    const archive = await checkArchiveOf(call, verdict.beginning, policyOf(call.text('policy')));
    return { ...verdict, archive };
  } catch (error) {
    const { fault, finding } = faultOf(error);
    return { ok: false, findings: [finding], problems: [`${fault}.`], mismatches: [] };
  }
};

/** The same verdict, unless another key than the one that the caller named signed the audit log. */
const pinned = (verdict: StoreVerdict | undefined, key: string | undefined): StoreVerdict | undefined =>
  verdict?.ok && key !== undefined && verdict.key !== key
    ? {
        ok: false,
        findings: ['key_replaced'],
        problems: [`the log is signed with key ${verdict.key}, not with the pinned key ${key}.`],
        mismatches: [],
      }
    : verdict;

const reported = (call: Call, verdict: WithArchive | undefined): number => {
  if (call.isSet('json')) call.terminal.out(jsonText(factsOf(verdict)));
  else if (verdict?.ok) {
    call.terminal.out(
      details([
        ['verified', wholeText(verdict)],
        ['signed with', verdict.key],
        ['in the archive', verdict.beginning && archivedText(archivedOf(verdict.beginning))],
        ['archive', verdict.archive && archiveText(verdict.archive)],
        ['transparency log', verdict.log && `${verdict.log.entries} entries, verifier key ${verdict.log.verifierKey}`],
      ]),
    );
    tellWarnings(call, verdict.warnings);
  } else tellFailed(call, verdict?.problems ?? [], verdict?.findings ?? []);
  return verdict?.ok ? EXIT.done : EXIT.failed;
};

/** What JSON has of a verdict: of the archive its figures only. */
const factsOf = (verdict: WithArchive | undefined) => {
  if (!verdict?.archive) return verdict;
  const { bundles, records, origin } = verdict.archive;
  return { ...verdict, archive: { bundles, records, origin } };
};

const archivedText = ({ before, places }: Archived): string =>
  `records from before ${timeText(before / 1000)}: ${places.join(', ')}`;

const tellFailed = (call: Call, problems: readonly string[], findings: readonly Finding[]): void => {
  for (const problem of problems) call.terminal.err(`Not verified. ${printable(problem)}\n`);
  for (const finding of new Set(findings)) call.terminal.err(`${finding}: ${FINDINGS[finding]}\n`);
};

const tellWarnings = (call: Call, warnings: readonly Warning[] = []): void => {
  for (const { problem, finding } of warnings) call.terminal.err(`${finding}: ${printable(problem)}\n`);
};

const trustedHeadsOf = (file: string): TrustedHeads => {
  try {
    return readTrustedHeads(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file} holds no signed heads.`, {
      hint: 'Give an earlier export, its last line, or the file trusted-heads.json of a node.',
      cause: error,
    });
  }
};
