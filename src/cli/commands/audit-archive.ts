/** `behalf audit archive`, and the check of an archive without the server. */
import { resolve } from 'node:path';
import type { Archiving, Removal } from '../../domain/audit/archive/remove-archived.ts';
import { type ArchiveVerdict, verifyArchive } from '../../domain/audit/archive/verify-archive.ts';
import type { Beginning } from '../../domain/audit/beginning.ts';
import { broken, FINDINGS, faultOf } from '../../domain/audit/findings.ts';
import { WIDTH } from '../../domain/audit/transparency-log/log-documents.ts';
import { noteVerifier } from '../../domain/audit/transparency-log/signed-note.ts';
import type { WitnessPolicy } from '../../domain/audit/transparency-log/witness-policy.ts';
import { archivePlace } from '../archive-place.ts';
import { type Call, type Command, EXIT, usageError } from '../command.ts';
import { counted } from '../counted.ts';
import { momentOf } from '../moment.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, jsonText, printable } from '../table.ts';
import { policyOf, verifiersOf } from './transparency-log.ts';

const factsOf = ({ origin, bundles, records, checkpoint }: ArchiveVerdict) => ({
  ...{ origin, bundles, records, size: checkpoint.size },
});

/** Says what a verification found, and names it. Throws an error that is no Fault. */
export const notVerified = (call: Call, error: unknown): number => {
  const { fault, finding } = faultOf(error);
  if (call.isSet('json')) call.terminal.out(jsonText({ ok: false, problem: fault, finding }));
  else call.terminal.err(`Not verified. ${printable(fault)}.\n${finding}: ${FINDINGS[finding]}\n`);
  return EXIT.failed;
};

export const auditArchive: Command = {
  words: ['audit', 'archive'],
  operands: [],
  summary:
    'Copy closed tiles of the transparency log, with their records, into an archive that verifies on its own. With --remove, move them.',
  options: {
    before: {
      value: 'TIME',
      description:
        'Only records from before this time: 2026-01-01, 2026-01-01T08:00:00Z, or a span back from now: 90d.',
      isRequired: true,
    },
    to: {
      value: 'PLACE',
      description: 'Folder of the archive, or s3://BUCKET/PREFIX. The command creates it, or continues it.',
      isRequired: true,
    },
    remove: {
      description:
        'Then remove the archived records from the store. At least three days old; up to the first that a legal hold or an audit sink still needs.',
    },
    'skip-sinks': {
      description: 'With --remove: remove also what an audit sink has not acknowledged. The sink does not receive it.',
    },
    personal: { description: 'Include personal values that were not erased. Without it, the archive has commitments.' },
    json: { description: 'Print JSON instead of text.' },
    ...SETTINGS,
  },
  notes:
    'Works on the store itself, while a server runs or not. Each file is read back and verified against the signed root, before anything is removed. Without --personal, removed records leave their personal values nowhere. Interrupt it at any time, and run it again. For S3, set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and for another service AWS_ENDPOINT_URL.',
  run: async (call) => {
    const configuration = settings(call);
    const before = momentOf('before', call.required('before'));
    const to = call.required('to');
    if (call.isSet('skip-sinks') && !call.isSet('remove')) throw usageError('--skip-sinks needs --remove.');
    const remove = call.isSet('remove') ? { place: placeOf(to), skipsSinks: call.isSet('skip-sinks') } : undefined;
    let result: Archiving | undefined;
    try {
      await withProgress(call.terminal, async (show) => {
        // Loaded on demand: this module loads the drivers of both stores.
        const { archiveAuditLog } = await import('../../compose/archive.ts');
        const onProgress = show('Archiving', 'bundles');
        const files = archivePlace(call, to, { isNew: true });
        const personal = call.isSet('personal');
        result = await archiveAuditLog(configuration, { files, before, personal, remove, onProgress });
        return [];
      });
    } catch (error) {
      return notVerified(call, error);
    }
    const { added = 0, verdict, removal } = result ?? {};
    if (call.isSet('json')) {
      const removed = removal ? { removal } : {};
      call.terminal.out(jsonText({ ok: true, added, ...(verdict ? factsOf(verdict) : {}), ...removed }));
    } else if (!verdict)
      call.terminal.err('No bundle of 256 entries is wholly from before that time. Nothing was written.\n');
    else {
      call.terminal.out(details([['added', counted(added, 'bundle')], ...rowsOf(verdict), ...removalRows(removal)]));
      if (removal?.kept) call.terminal.err(`${keptText(removal.kept)}\n`);
      call.terminal.err(
        `Next: behalf audit verify --archive ${printable(to)} --key KEY, with the key of \`behalf audit log\`\n`,
      );
    }
    return EXIT.done;
  },
};

/** An absolute path, or the address in S3: the statement of the store keeps it. */
const placeOf = (to: string): string => (to.startsWith('s3:') ? to : resolve(to));

const removalRows = (removal: Removal | undefined): readonly (readonly [string, unknown])[] =>
  removal ? [['removed', `${removal.removed} records; the first ${removal.size} are in the archive only`]] : [];

const keptText = ({ by, id, record }: NonNullable<Removal['kept']>): string =>
  by === 'hold'
    ? `The legal hold ${id} keeps record ${record} in the store, and all later ones: behalf legal-holds get ${id}`
    : `The audit sink ${id} has not acknowledged record ${record}, which stays in the store with all later ones. Repair the sink, or remove with --skip-sinks.`;

export const archiveText = ({ records, bundles }: ArchiveVerdict): string =>
  `${records} records in ${counted(bundles, 'bundle')}, with all that were removed from the store`;

const rowsOf = ({ origin, bundles, records, checkpoint }: ArchiveVerdict): readonly (readonly [string, unknown])[] => [
  ['verified', `${records} records in ${counted(bundles, 'bundle')}, in the tree of ${checkpoint.size} entries`],
  ['log', origin],
];

/**
 * Whether the archive has what was removed from the store: the statement of the store names the tree of it. Throws a Fault, or a
 * usage error when nothing was removed.
 */
export const checkArchiveOf = async (
  call: Call,
  beginning: Beginning | undefined,
  policy: WitnessPolicy | undefined,
): Promise<ArchiveVerdict> => {
  if (!beginning) throw usageError('Nothing was removed from this store. Verify the archive alone, with --key.');
  const { log } = beginning;
  const files = archivePlace(call, call.required('archive'), { isNew: false });
  const verdict = await verifyArchive(files, { verifiers: [noteVerifier(log.verifierKey)], policy });
  const bundles = log.size / WIDTH;
  if (verdict.bundles < bundles) {
    broken(
      'archive_incomplete',
      `the archive has ${verdict.bundles} bundles, and ${bundles} were removed from the store`,
    );
  }
  if (verdict.roots[bundles - 1]?.toString('base64') !== log.root) {
    broken('archive_altered', 'the archive has other records than those that were removed from the store');
  }
  return verdict;
};

/** `behalf audit verify --archive`: needs neither server nor network. */
export const verifyArchiveAt = async (call: Call): Promise<number> => {
  const policy = policyOf(call.text('policy'));
  const verifiers = verifiersOf(call.text('key'), policy);
  try {
    const verdict = await verifyArchive(archivePlace(call, call.required('archive'), { isNew: false }), {
      verifiers,
      policy,
    });
    if (call.isSet('json')) call.terminal.out(jsonText({ ok: true, ...factsOf(verdict) }));
    else call.terminal.out(details([...rowsOf(verdict)]));
    return EXIT.done;
  } catch (error) {
    return notVerified(call, error);
  }
};
