// Reads the JSON of Jest. `totals`: prints "passed failed skipped", on stderr what failed or was skipped.
// `contracts`: says whether the contract suite of every store ran; exits 1 when one did not.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const [what, file] = process.argv.slice(2);
const results = JSON.parse(readFileSync(file, 'utf8'));
const STORES = ['memory', 'sqlite', 'mongodb', 'redis'];

if (what === 'totals') {
  // A file that does not even load has no tests to count: it counts as one that failed.
  const broken = results.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0);
  const skipped = results.numPendingTests + results.numTodoTests;
  console.log(results.numPassedTests, results.numFailedTests + broken.length, skipped);
  for (const one of results.testResults) {
    if (one.status === 'failed') console.error(`${one.name}\n${one.message.slice(0, 3000)}`);
    for (const test of one.assertionResults)
      if (test.status === 'pending' || test.status === 'todo') console.error(`skipped: ${test.fullName}`);
  }
} else {
  let missing = 0;
  for (const store of STORES) {
    const ran = results.testResults
      .filter(({ name }) => name.includes('/test/contract/') && basename(name).startsWith(store))
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed').length;
    console.log(`${store}: ${ran} contract tests passed`);
    if (ran === 0) missing += 1;
  }
  process.exitCode = missing === 0 ? 0 : 1;
}
