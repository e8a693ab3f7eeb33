/** What `--record` keeps: docs/results/NAME.json, one entry for each configuration; the entries of others stay. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

type Kept = { readonly campaign: string; readonly results: Readonly<Record<string, unknown>> };

/** `script`: the one of package.json that gave the result. */
export const keepResult = (
  campaign: string,
  configuration: string,
  result: Readonly<Record<string, unknown>>,
  script = 'campaign',
): void => {
  const file = resolve(ROOT, `docs/results/${campaign}.json`);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Kept>) : {};
  const entry = {
    command: `npm run ${script} -- ${process.argv.slice(2).join(' ')}`,
    commit: commit(),
    // Campaigns move `Date`; this is the machine's.
    date: new Date(performance.timeOrigin + performance.now()).toISOString().slice(0, 10),
    machine: {
      cores: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `Linux ${release().replace(/-.*/, '')}, Node ${process.versions.node}`,
    },
    result,
  };
  const all: Kept = { campaign, results: { ...kept.results, [configuration]: entry } };
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
};

/** With a plus where the tree holds more than that commit. */
const commit = (): string => {
  const git = (...parameters: readonly string[]): string =>
    execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'adapters', 'config') ? '+' : '')
    );
  } catch {
    return 'unknown';
  }
};
