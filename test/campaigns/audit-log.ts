/**
 * Whether `behalf audit verify` finds every change of an export. Each random change is verified on the smallest range that holds
 * it, and some on the whole export. Before that, the whole export verifies, with one thread and with more.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyThreads } from '../../src/cli/verify-thread-pool.ts';
import { checkLines } from '../../src/domain/audit/line-check.ts';
import type { CheckLines } from '../../src/domain/audit/verify-export.ts';
import { type LargeExport, largeExport } from './audit-log-export.ts';
import { rangesOf } from './audit-log-ranges.ts';
import { changesOnThreads } from './audit-log-threads.ts';
import { verifyWhole } from './audit-log-whole.ts';
import type { Campaign, CampaignRun } from './campaign.ts';

const DEFAULT_TRIALS = 2_000;
/** Events for each change, and their bounds. */
const EVENTS_PER_TRIAL = 10;
const LEAST_EVENTS = 20_000;
const MOST_EVENTS = 1_000_000;
/** One change of so many is verified on the whole export, too. */
const WHOLE_PART = 500;
/** A larger export is measured with more threads only. */
const EVENTS_ON_READER = 100_000;

const measured = async (run: CampaignRun, from: LargeExport, check: CheckLines, ahead: number, records: number) => {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  const verdict = await verifyWhole(from, [], check, ahead);
  if (!verdict.ok) run.violation(`an unchanged export does not verify: ${verdict.problem}`);
  const { user, system } = process.cpuUsage(before);
  return {
    recordsPerSecond: Math.round(records / ((performance.now() - begin) / 1000)),
    recordsPerCpuSecond: Math.round(records / ((user + system) / 1e6)),
  };
};

export const auditLog: Campaign = {
  name: 'audit-log',
  about:
    'changes an export at random: the verifier finds each on the smallest range that holds it (a trial is a change)',
  async run(run) {
    const trials = run.options.trials ?? DEFAULT_TRIALS;
    const events = run.options.tokens ?? Math.min(Math.max(trials * EVENTS_PER_TRIAL, LEAST_EVENTS), MOST_EVENTS);
    const folder = await mkdtemp(join(tmpdir(), 'behalf-audit-log-'));
    const from = await largeExport(folder, events, run);
    const cores = Math.max(2, availableParallelism());
    const pools = [verifyThreads(1), verifyThreads(cores)] as const;
    try {
      const { first, clean } = await rangesOf(from);
      const records = from.lines - 2;
      const speeds = {
        ...(events > EVENTS_ON_READER
          ? {}
          : { 'on the thread of the reader': await measured(run, from, checkLines, 1, records) }),
        'one more thread': await measured(run, from, pools[0].check, pools[0].ahead, records),
        [`${cores} more threads`]: await measured(run, from, pools[1].check, pools[1].ahead, records),
      };
      for (let n = 0; n < 200; n += 1) {
        const line = first + run.random.integer(from.lines - 1 - first);
        const wrong = await clean(line);
        if (wrong) run.violation(`an unchanged range at line ${line} does not verify: ${wrong}`);
      }

      const { done, findings, kinds } = await changesOnThreads(run, from, { trials, threads: cores });
      const wholes = Math.max(1, Math.round(trials / WHOLE_PART));
      const onWhole = await changesOnThreads(run, from, { trials: wholes, threads: cores, isWhole: true });
      const figures = {
        trials: done,
        records,
        megabytes: Math.round(from.bytes / 1e6),
        onWhole: onWhole.done,
        speeds,
        findings,
        kinds,
        whole: { findings: onWhole.findings, kinds: onWhole.kinds },
      };
      run.finished(`${events} events`, figures);
      return figures;
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
      from.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
