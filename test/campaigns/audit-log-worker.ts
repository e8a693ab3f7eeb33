/** A thread of the campaign `audit-log`: makes changes of the export, and says what the verifier finds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Finding } from '../../src/domain/audit/findings.ts';
import { openExport } from './audit-log-export.ts';
import { type Mutation, newMutation } from './audit-log-mutations.ts';
import { rangesOf } from './audit-log-ranges.ts';
import type { Block, BlockResult, ThreadData } from './audit-log-threads.ts';
import { rememberedLines, verifyWhole } from './audit-log-whole.ts';
import { seededRandom } from './campaign.ts';

/** Of the numbers of changes: two runs with neighbouring seeds share none. */
const PRIME = 15_485_863;
/** The first number of a change on the whole export. */
const FIRST_WHOLE = 10_000_000;

const { facts, seed } = workerData as ThreadData;
const from = openExport(facts);
const { first, find } = await rangesOf(from);

const check = rememberedLines();

const findOnWhole = async ({ edits }: Mutation): Promise<Finding | undefined> => {
  const verdict = await verifyWhole(from, edits, check);
  return verdict.ok ? undefined : verdict.finding;
};

const checked = async (block: Block): Promise<BlockResult> => {
  const findings: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const unfound: string[] = [];
  for (let number = block.from; number < block.to; number += 1) {
    const random = seededRandom(seed * PRIME + (block.isWhole ? FIRST_WHOLE : 0) + number);
    const mutation = newMutation({ from, random, first }, block.isWhole);
    const finding = await (block.isWhole ? findOnWhole(mutation) : find(mutation));
    kinds[mutation.kind] = (kinds[mutation.kind] ?? 0) + 1;
    if (finding) findings[finding] = (findings[finding] ?? 0) + 1;
    else unfound.push(`change ${number}: ${JSON.stringify(mutation).slice(0, 2000)}`);
  }
  return { findings, kinds, unfound };
};

parentPort?.on('message', (block: Block) => {
  checked(block).then(
    (result) => parentPort?.postMessage(result),
    (error: unknown) => {
      // A rejection would be lost here.
      setImmediate(() => {
        throw error;
      });
    },
  );
});
parentPort?.postMessage('ready');
