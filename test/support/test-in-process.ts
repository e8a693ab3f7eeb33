/**
 * `npm run test:in-process [options of Jest]`: the tests that run in the processes of Jest alone. All of architecture and unit;
 * of contract, integration and the package for APIs the files that start no process and no server of a database, but for those
 * of `LONG`. `--list` prints the files.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startsProcesses } from './process-starts.ts';
import { ROOT, runJest } from './run-jest.ts';

const testsIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'test', folder, name))
    .sort();

/**
 * In one process too, and left to `npm test`, so that a check takes four minutes: each walks over a whole table of cases, tries random
 * ones or waits for deliveries, and takes 4 to 45 s. Of what they are about, the check has the unit tests and the shorter files.
 */
const LONG: readonly string[] = [
  'agent/random-denials',
  'contract/cedar-parts',
  'integration/access-requests',
  'integration/anonymous-storage',
  'integration/attested-clients',
  'integration/audit-archive',
  'integration/audit-retention',
  'integration/audit-sinks',
  'integration/authorization-details',
  'integration/blueprints',
  'integration/calls-of-apps',
  'integration/clock-and-growth',
  'integration/damaged-records',
  'integration/decision-cells',
  'integration/hand-over',
  'integration/input-handling',
  'integration/kill',
  'integration/liveness',
  'integration/management-access',
  'integration/metadata-documents',
  'integration/mutual-tls',
  'integration/notification-delivery',
  'integration/findings',
  'integration/responses',
  'integration/notifications',
  'integration/one-time-restarts',
  'integration/own-handlers',
  'integration/own-handlers-connections',
  'integration/policy-of-use',
  'integration/provisioning-targets',
  'integration/refresh-races',
  'integration/registration-fuzz',
  'integration/revocation-feed',
  'integration/scim-attacks',
  'integration/scim-groups',
  'integration/scim-users',
  'integration/separation-of-duties',
  'integration/sign-in-attacks',
  'integration/signals-poll-tokens',
  'integration/signals-polled',
  'integration/signals-push',
  'integration/signals-transmitter',
  'integration/sweeping',
  'integration/token-exchange-requests',
  'integration/transactions-of-several',
  'integration/wishes-of-servers',
  'integration/workload-identity',
].map((name) => join(ROOT, 'test', `${name}.test.ts`));

const missing = LONG.filter((path) => !existsSync(path));
if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}: mend the list`);

const files = [
  ...['architecture', 'unit'].flatMap(testsIn),
  ...['contract', 'integration', 'resource-server', 'agent']
    .flatMap(testsIn)
    .filter((path) => !startsProcesses(path) && !LONG.includes(path)),
].map((path) => relative(ROOT, path));

const given = process.argv.slice(2);
if (given.includes('--list')) process.stdout.write(`${files.join('\n')}\n`);
else await runJest(['--runTestsByPath', ...files, ...given]);
