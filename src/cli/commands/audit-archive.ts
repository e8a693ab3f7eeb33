/** `behalf audit archive`, and the check of an archive without the server. */
import { type ArchiveVerdict, verifyArchive } from '../../domain/audit/archive/verify-archive.ts';
import type { ArchiveResult } from '../../domain/audit/archive/write-archive.ts';
import { FINDINGS, faultOf } from '../../domain/audit/findings.ts';
import { archivePlace } from '../archive-place.ts';
import { type Call, type Command, EXIT } from '../command.ts';
import { momentOf } from '../moment.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, jsonText, printable } from '../table.ts';
import { policyOf, verifiersOf } from './transparency-log.ts';

const factsOf = ({ origin, bundles, records, checkpoint }: ArchiveVerdict) => ({
  ...{ origin, bundles, records, size: checkpoint.size },
});

/** Says what was found, and names it. */
const failed = (call: Call, error: unknown): number => {
  const { fault, finding } = faultOf(error);
  if (call.isSet('json')) call.terminal.out(jsonText({ ok: false, problem: fault, finding }));
  else call.terminal.err(`Not verified. ${printable(fault)}.\n${finding}: ${FINDINGS[finding]}\n`);
  return EXIT.failed;
};

export const auditArchive: Command = {
  words: ['audit', 'archive'],
  operands: [],
  summary: 'Copy closed tiles of the transparency log, with their records, into an archive that verifies on its own.',
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
    personal: { description: 'Include personal values that were not erased. Without it, the archive has commitments.' },
    json: { description: 'Print JSON instead of text.' },
    ...SETTINGS,
  },
  notes:
    'Reads the store itself, while a server runs or not, and removes nothing from it. Each file is read back and verified against the signed root. Interrupt it at any time, and run it again. For S3, set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and for another service AWS_ENDPOINT_URL.',
  run: async (call) => {
    const configuration = settings(call);
    const before = momentOf('before', call.required('before'));
    const to = call.required('to');
    let result: ArchiveResult | undefined;
    try {
      await withProgress(call.terminal, async (show) => {
        // Loaded on demand: this module loads the drivers of both stores.
        const { archiveAuditLog } = await import('../../compose/archive.ts');
        const onProgress = show('Archiving', 'bundles');
        const files = archivePlace(call, to, { isNew: true });
        result = await archiveAuditLog(configuration, { files, before, personal: call.isSet('personal'), onProgress });
        return [];
      });
    } catch (error) {
      return failed(call, error);
    }
    const { added = 0, verdict } = result ?? {};
    if (call.isSet('json')) call.terminal.out(jsonText({ ok: true, added, ...(verdict ? factsOf(verdict) : {}) }));
    else if (!verdict)
      call.terminal.err('No bundle of 256 entries is wholly from before that time. Nothing was written.\n');
    else {
      call.terminal.out(details([['added', counted(added)], ...rowsOf(verdict)]));
      call.terminal.err(
        `Next: behalf audit verify --archive ${printable(to)} --key KEY, with the key of \`behalf audit log\`\n`,
      );
    }
    return EXIT.done;
  },
};

const counted = (bundles: number): string => `${bundles} ${bundles === 1 ? 'bundle' : 'bundles'}`;

const rowsOf = ({ origin, bundles, records, checkpoint }: ArchiveVerdict): readonly (readonly [string, unknown])[] => [
  ['verified', `${records} records in ${counted(bundles)}, in the tree of ${checkpoint.size} entries`],
  ['log', origin],
];

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
    return failed(call, error);
  }
};
