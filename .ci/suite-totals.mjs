// Reads the JSON of Jest. `failed FILE`: prints the test files that failed, one a line.
// `totals FILE [AGAIN]`: prints "passed failed skipped", on stderr what failed, was unsteady or was skipped. AGAIN is
// of a second run of the files that failed, and need not exist. A test that passed in one of both has passed; when it
// failed in the other, it is named as unsteady.
// `failures FILE [AGAIN]`: prints what `totals` counts as failed, `file › test` a line.
// `slowest FILE`: prints the 20 test files that took most CPU, their own and that of the processes that they started, and last that of all.
// Beside it the seconds of each. Of a run that kept no CPU (test/support/cpu-time.ts), it prints those that took longest.
// `titles FILE`: prints every test, `file › title` a line and in order, so that two runs can be compared.
// `contracts FILE`: says whether the contract suite of every store ran; exits 1 when one did not.
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const [what, file, again] = process.argv.slice(2);
const filesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).testResults;
const STORES = ['memory', 'sqlite', 'mongodb', 'postgresql', 'redis'];

const pathOf = (one) => relative('', one.name);
const failsIn = (one) => one.assertionResults.filter(({ status }) => status === 'failed');
/** Failed as a whole: it could not be loaded, or what comes before or after its tests failed. It counts as one test. */
const isBroken = (one) => one.status === 'failed' && failsIn(one).length === 0;

/** What counts of a file, given a second run of it, if there was one that got as far as its tests. */
const counted = (first, second) => {
  if (!second?.assertionResults.length) return { isFailed: isBroken(first), tests: first.assertionResults };
  return {
    isFailed: isBroken(first) && isBroken(second),
    isUnsteady: isBroken(first) !== isBroken(second),
    // The same file has the same tests in the same order; two of them may have the same name.
    tests: second.assertionResults.map((test, index) => {
      const before = first.assertionResults[index];
      const both = before?.fullName === test.fullName ? [before.status, test.status] : [];
      const isUnsteady = both.includes('passed') && both.includes('failed');
      return isUnsteady ? { ...test, status: 'passed', isUnsteady } : test;
    }),
  };
};

const secondRuns = () => new Map(again && existsSync(again) ? filesIn(again).map((one) => [one.name, one]) : []);

const failures = () => {
  const seconds = secondRuns();
  for (const one of filesIn(file)) {
    const { tests, isFailed } = counted(one, seconds.get(one.name));
    if (isFailed) console.log(`${pathOf(one)} › the file as a whole`);
    for (const test of tests) if (test.status === 'failed') console.log(`${pathOf(one)} › ${test.fullName}`);
  }
};

const totals = () => {
  const seconds = secondRuns();
  let [passed, failed, skipped] = [0, 0, 0];
  for (const one of filesIn(file)) {
    const { tests, isFailed, isUnsteady } = counted(one, seconds.get(one.name));
    if (isUnsteady) console.error(`unsteady: ${pathOf(one)} › the file as a whole`);
    if (isFailed) failed += 1;
    for (const test of tests) {
      if (test.isUnsteady) console.error(`unsteady: ${pathOf(one)} › ${test.fullName}`);
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failed += 1;
      else {
        skipped += 1;
        console.error(`skipped: ${test.fullName}`);
      }
    }
    if (one.status === 'failed') console.error(`${pathOf(one)}\n${one.message.slice(0, 3000)}`);
  }
  console.log(passed, failed, skipped);
};

const contracts = () => {
  let missing = 0;
  for (const store of STORES) {
    const ran = filesIn(file)
      .filter(({ name }) => name.includes('/test/contract/') && basename(name).startsWith(store))
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed').length;
    console.log(`${store}: ${ran} contract tests passed`);
    if (ran === 0) missing += 1;
  }
  process.exitCode = missing === 0 ? 0 : 1;
};

/** Seconds of CPU by test file, as test/support/cpu-time.ts keeps them. */
const cpuByFile = () => {
  const path = `${file}.cpu`;
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseFloat(line)]));
};

const slowest = () => {
  const cpu = cpuByFile();
  const all = filesIn(file).map((one) => {
    const seconds = (one.endTime - one.startTime) / 1000;
    return { path: pathOf(one), seconds, cpu: cpu.get(pathOf(one)) ?? 0 };
  });
  all.sort((one, other) => other.cpu - one.cpu || other.seconds - one.seconds);
  const ofCpu = (one) => (cpu.size === 0 ? '' : `${one.cpu.toFixed(1).padStart(7)} s of CPU in `);
  const line = (one) => console.log(`${ofCpu(one)}${one.seconds.toFixed(1).padStart(7)} s  ${one.path}`);
  for (const one of all.slice(0, 20)) line(one);
  const sum = (of) => all.reduce((total, one) => total + of(one), 0);
  line({ path: `all ${all.length} files`, seconds: sum(({ seconds }) => seconds), cpu: sum((one) => one.cpu) });
};

const titles = () => {
  const found = filesIn(file).flatMap((one) =>
    one.assertionResults.map(({ fullName }) => `${pathOf(one)} › ${fullName}`),
  );
  for (const line of found.sort()) console.log(line);
};

if (what === 'totals') totals();
else if (what === 'failures') failures();
else if (what === 'slowest') slowest();
else if (what === 'titles') titles();
else if (what === 'contracts') contracts();
else for (const one of filesIn(file)) if (one.status === 'failed') console.log(pathOf(one));
