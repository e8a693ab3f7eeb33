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
import { compilable } from './compiled.ts';
import { drawn, mutationsAt } from './draw.ts';
import type { Mutation } from './operators.ts';
import { measureReach, readReach } from './reach.ts';
import { type RelatedTests, relatedTests, type Selection, testFiles } from './related-tests.ts';
import { startTrials } from './trial.ts';
import { verdictsOf } from './verdicts.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['adapters', 'config', 'docs', 'src', 'test', 'views', 'package.json', 'tsconfig.json'];

const HELP = `npm run mutations -- [--seed N] [--count N] [--from K] [--tests N] [--seconds N] [--path PREFIX]
                        [--operator TEXT] [--resume] [--list] [--record]
       npm run mutations -- --at FILE:LINE [--at FILE:LINE …] [--only PREFIX] [--tests N] [--seconds N] [--list]
       npm run mutations -- --file FILE [--file FILE …] [--operator TEXT] [--only PREFIX] [--seconds N] [--list]
       npm run mutations -- --reach PREFIX

  --seed      decides which guards are mutated (default 1)
  --count     how many mutations (default 60)
  --from      leave out those before the K-th (default 1)
  --tests     how many tests run at a time, the nearest first, until one fails or all have run (default 40)
  --seconds   after how many seconds of processor time no further test file begins, and the mutation has survived
              (default 90)
  --path      only files whose path begins so; several are possible
  --operator  only operators whose name contains this, as "limit" or "audit event"
  --at        all mutations of this line, in place of a seed's
  --file      all mutations of this file, in place of a seed's
  --only      only tests whose path begins so, as "test/unit"
  --reach     measure which guards each test reaches, for test files whose path begins so, and keep it in .tmp/mutations:
              of a file that is measured, a run chooses only tests that reach the line
  --resume    take kills that the same run found before, as long as the mutated file and the test are unchanged
  --list      print the mutations that would be made, with how many tests may notice each, and run nothing
  --record    keep the figures in docs/results/mutations.json: one entry for each slice of a seed
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '60' },
    from: { type: 'string', default: '1' },
    tests: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '90' },
    path: { type: 'string', multiple: true, default: [] },
    operator: { type: 'string', default: '' },
    at: { type: 'string', multiple: true, default: [] },
    file: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
    reach: { type: 'string' },
    resume: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const numbers = () => {
  const of = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN);
  return {
    seed: of(values.seed),
    count: of(values.count),
    from: of(values.from),
    tests: of(values.tests),
    seconds: of(values.seconds),
  };
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
  const chosen = numbers();
  if (Object.values(chosen).includes(Number.NaN)) {
    process.stderr.write(`--seed, --count, --from, --tests and --seconds are whole numbers above 0.\n\n${HELP}`);
    return 2;
  }
  const copy = copyOfRepository();
  try {
    const places = [...values.at, ...values.file];
    const isAccepted = (mutations: readonly Mutation[]) => compilable(copy, mutations);
    const all =
      places.length > 0
        ? mutationsAt(places, values.operator, isAccepted)
        : drawn(chosen.seed, chosen.count, { prefixes: values.path, operator: values.operator }, isAccepted);
    const mutations = all.slice(chosen.from - 1);
    const related = relatedTests(readReach());
    if (!values.list) return await tryAll(copy, mutations, related, all.length);
    for (const one of mutations) process.stdout.write(`${shown(one)}\n    ${testsOf(related, one)} tests\n`);
    return 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const isMeant = ({ file }: Selection): boolean => file.startsWith(values.only);

const testsOf = (related: RelatedTests, mutation: Mutation): number =>
  related
    .testsFor(mutation, Number.MAX_SAFE_INTEGER)
    .flatMap((each) => each.filter(isMeant).flatMap(({ titles }) => titles ?? [''])).length;

const tryAll = async (
  copy: string,
  mutations: readonly Mutation[],
  related: RelatedTests,
  most: number,
): Promise<number> => {
  const { seed, from, tests: ofBatch, seconds } = numbers();
  const begin = performance.now();
  const places = [...values.at, ...values.file];
  const which = [`seed ${seed}`, ...values.path, values.operator, ...places, values.only].filter((text) => text !== '');
  const verdicts = verdictsOf(which.join(' '), values.resume);
  const trials = startTrials(copy);
  const survived: Mutation[] = [];
  try {
    for (const [index, mutation] of mutations.entries()) {
      const known = verdicts.killerOf(mutation);
      const tests = related.testsFor(mutation, ofBatch).flat().filter(isMeant);
      const trial = known === undefined ? await trials.trialOf(mutation, tests, seconds) : undefined;
      const killer = known ?? trial?.killer;
      verdicts.keep(mutation, killer);
      if (killer === undefined) survived.push(mutation);
      const verdict = killer === undefined ? `SURVIVED ${trial?.ran} of ${trial?.files} runs` : `killed by ${killer}`;
      process.stderr.write(`${from + index}/${most} ${shown(mutation)}\n    ${verdict}\n`);
    }
  } finally {
    await trials.end();
  }
  const result = {
    mutations: mutations.length,
    killed: mutations.length - survived.length,
    survived,
    unusable: [...trials.unusable],
    seed,
    elapsedSeconds: Math.round((performance.now() - begin) / 1000),
  };
  if (values.record) keepResult('mutations', [...which, `${from} to ${most}`].join(', '), result, 'mutations');
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return survived.length === 0 ? 0 : 1;
};

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();
