/** Verifies changes of an export on several threads: each change has chance of its own, so that their number changes nothing. */
import { Worker } from 'node:worker_threads';
import type { ExportFacts, LargeExport } from './audit-log-export.ts';
import type { CampaignRun } from './campaign.ts';

/** Changes between two messages of a thread: those on the whole export take seconds each. */
const [BLOCK, WHOLE_BLOCK] = [50, 1];

export type ThreadData = { readonly facts: ExportFacts; readonly seed: number };
/** Changes from `from` on, before `to`. */
export type Block = { readonly from: number; readonly to: number; readonly isWhole: boolean };
/** `unfound`: changes that the verifier did not find. */
export type BlockResult = {
  readonly findings: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  readonly unfound: readonly string[];
};

const addTo = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
};

/** So many changes, each on the smallest range that holds it, or with `isWhole` on the whole export. `done`: fewer when the time is over. */
export const changesOnThreads = async (
  run: CampaignRun,
  log: LargeExport,
  how: { readonly trials: number; readonly threads: number; readonly isWhole?: true },
) => {
  const { trials, isWhole = false } = how;
  const { file, bytes, key, lines, offsets } = log;
  const workerData: ThreadData = { facts: { file, bytes, key, lines, offsets }, seed: run.options.seed };
  const findings: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const where = isWhole ? 'the whole export' : 'their ranges';
  let [next, done] = [0, 0];
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('audit-log-worker.ts', import.meta.url), { workerData });
      let underWay = 0;
      const goOn = (): void => {
        if (next >= trials || run.isOver()) {
          void worker.terminate().then(() => resolve(), reject);
          return;
        }
        const block: Block = { from: next, to: Math.min(next + (isWhole ? WHOLE_BLOCK : BLOCK), trials), isWhole };
        next = block.to;
        underWay = block.to - block.from;
        worker.postMessage(block);
      };
      worker.on('error', reject);
      worker.on('message', (result: BlockResult | 'ready') => {
        if (result !== 'ready') {
          done += underWay;
          addTo(findings, result.findings);
          addTo(kinds, result.kinds);
          for (const one of result.unfound) run.violation(`not found on ${where}: ${one}`);
          run.progress(`${done} of ${trials} changes on ${where}`);
        }
        goOn();
      });
    });
  await Promise.all(Array.from({ length: Math.min(how.threads, trials) }, thread));
  return { done, findings, kinds };
};
