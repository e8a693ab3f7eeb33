/**
 * Draws mutations over the guards of the decision path by a seed, runs the related tests against each, and prints which
 * survive. The repository stays as it is: mutations are made in a copy in a temporary folder.
 *
 * The last line of stdout is JSON: `{"mutations","killed","survived","unusable","seed","elapsedSeconds"}`. Exit code 1: one
 * survived.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepResult } from '../campaigns/results.ts';
import { drawn, mutationsAt } from './draw.ts';
import type { Mutation } from './operators.ts';
import { measureReach, readReach } from './reach.ts';
import { relatedTests, testFiles } from './related-tests.ts';
import { startTrials } from './trial.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['adapters', 'config', 'docs', 'src', 'test', 'views', 'package.json', 'tsconfig.json'];

const HELP = `npm run mutations -- [--seed N] [--count N] [--from K] [--tests N] [--path PREFIX] [--operator TEXT]
                        [--list] [--record]
       npm run mutations -- --at FILE:LINE [--at FILE:LINE …] [--tests N] [--list]
       npm run mutations -- --reach PREFIX

  --seed      decides which guards are mutated (default 1)
  --count     how many mutations (default 60)
  --from      leave out those before the K-th (default 1)
  --tests     how many tests run for each mutation, the nearest ones (default 40)
  --path      only files whose path begins so
  --operator  only operators whose name contains this, as "limit" or "audit event"
  --at        all mutations of this line, in place of a seed's
  --reach     measure which guards each test reaches, for test files whose path begins so, and keep it in .tmp/mutations:
              of a file that is measured, a run chooses only tests that reach the line
  --list      print the mutations that would be made, and run nothing
  --record    keep the figures in docs/results/mutations.json: one entry for each slice of a seed
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '60' },
    from: { type: 'string', default: '1' },
    tests: { type: 'string', default: '40' },
    path: { type: 'string', default: '' },
    operator: { type: 'string', default: '' },
    at: { type: 'string', multiple: true, default: [] },
    reach: { type: 'string' },
    list: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const numbers = () => {
  const of = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN);
  return { seed: of(values.seed), count: of(values.count), from: of(values.from), tests: of(values.tests) };
};

const copyOfRepository = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'behalf-mutations-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  // `.tmp` holds the stand-in for MongoDB, once it is built.
  for (const name of ['node_modules', '.tmp']) {
    if (existsSync(join(ROOT, name))) symlinkSync(join(ROOT, name), join(copy, name));
  }
  return copy;
};

const shown = ({ path, line, operator, before, after }: Mutation): string =>
  `${path}:${line}  ${operator}\n    - ${before.trim()}\n    + ${after.trim()}`;

/** Resumes where it was interrupted: what is measured stays, until the test file changes. */
const measure = async (prefix: string): Promise<number> => {
  const copy = copyOfRepository();
  try {
    const files = testFiles().filter((path) => path.startsWith(prefix));
    await measureReach(copy, files, (file, left, fault) => {
      process.stderr.write(`${file}, ${left} left${fault === undefined ? '' : `; fails: ${fault}`}\n`);
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return 0;
};

const main = async (): Promise<number> => {
  if (values.reach !== undefined) return measure(values.reach);
  const { seed, count, from, tests: most } = numbers();
  if ([seed, count, from, most].includes(Number.NaN)) {
    process.stderr.write(`--seed, --count, --from and --tests are whole numbers above 0.\n\n${HELP}`);
    return 2;
  }
  const all =
    values.at.length > 0
      ? values.at.flatMap(mutationsAt)
      : drawn(seed, count, { prefix: values.path, operator: values.operator });
  const mutations = all.slice(from - 1);
  if (values.list) {
    process.stdout.write(`${mutations.map(shown).join('\n')}\n`);
    return 0;
  }
  const begin = Date.now();
  const related = relatedTests(readReach());
  const copy = copyOfRepository();
  const trials = startTrials(copy);
  const survived: Mutation[] = [];
  try {
    for (const [index, mutation] of mutations.entries()) {
      const killer = await trials.killerOf(mutation, related.testsFor(mutation, most));
      if (!killer) survived.push(mutation);
      const verdict = killer ? `killed by ${killer}` : 'SURVIVED';
      process.stderr.write(`${from + index}/${all.length} ${shown(mutation)}\n    ${verdict}\n`);
    }
  } finally {
    await trials.end();
    rmSync(copy, { recursive: true, force: true });
  }
  const elapsedSeconds = Math.round((Date.now() - begin) / 1000);
  const killed = mutations.length - survived.length;
  const result = {
    mutations: mutations.length,
    killed,
    survived,
    unusable: [...trials.unusable],
    seed,
    elapsedSeconds,
  };
  const which = [`seed ${seed}`, values.path, values.operator, `${from} to ${all.length}`].filter(
    (text) => text !== '',
  );
  if (values.record) keepResult('mutations', which.join(', '), result, 'mutations');
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return survived.length === 0 ? 0 : 1;
};

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();
