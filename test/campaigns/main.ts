/** `npm run campaign -- NAME [--trials N] [--seconds N] [--seed N] [--stores NAMES] [--rate N] [--tokens N] [--agents N] [--redis-down] [--record [--beside]]`. See docs/how-to/campaigns.md. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agents } from './agents.ts';
import { approvals } from './approvals.ts';
import { auditLog } from './audit-log.ts';
import { type Campaign, seededRandom } from './campaign.ts';
import { ceilings } from './ceilings.ts';
import { cpuSeconds } from './cpu.ts';
import { crash } from './crash.ts';
import { derivations } from './derivations.ts';
import { diskFull } from './disk-full.ts';
import { drifts } from './drifts.ts';
import { edge } from './edge.ts';
import { faults } from './faults.ts';
import { firstSync } from './first-sync.ts';
import { fuzz } from './fuzz.ts';
import { handlers } from './handlers.ts';
import { injection } from './injection.ts';
import { killTree } from './kill-tree.ts';
import { grants } from './leases.ts';
import { metadata } from './metadata.ts';
import { offboarding } from './offboarding.ts';
import { organisation } from './organisation.ts';
import { partition } from './partition.ts';
import { races } from './races.ts';
import { replay } from './replay.ts';
import { keepResult } from './results.ts';
import { reviews } from './reviews.ts';
import { revocation } from './revocation.ts';
import { rolling } from './rolling.ts';
import { scimFilters } from './scim-filters.ts';
import { signals } from './signals.ts';
import { soak } from './soak.ts';
import { spam } from './spam.ts';
import { transactions } from './transactions.ts';

const CAMPAIGNS: readonly Campaign[] = [
  races,
  crash,
  faults,
  fuzz,
  scimFilters,
  firstSync,
  handlers,
  rolling,
  revocation,
  partition,
  edge,
  signals,
  killTree,
  ceilings,
  grants,
  derivations,
  approvals,
  agents,
  metadata,
  spam,
  injection,
  replay,
  auditLog,
  soak,
  diskFull,
  transactions,
  offboarding,
  reviews,
  organisation,
  drifts,
];

/** Exit code when nothing was violated but bounds on time; `.ci/run` then runs the campaign once more. */
const ONLY_LATE = 3;

const usage = (): string =>
  [
    'npm run campaign -- NAME [--trials N] [--seconds N] [--seed N] [--stores NAME,…] [--rate N] [--tokens N] [--agents N] [--redis-down] [--record [--beside]]',
    ...CAMPAIGNS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`),
  ].join('\n');

/** The arguments, or what is wrong with them. */
const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        trials: { type: 'string' },
        /** What trials are in `crash`. */
        kills: { type: 'string' },
        /** The same in `revocation` and `kill-tree`. */
        runs: { type: 'string' },
        /** The same in `first-sync`. */
        users: { type: 'string' },
        tokens: { type: 'string' },
        agents: { type: 'string' },
        'redis-down': { type: 'boolean' },
        stores: { type: 'string' },
        rate: { type: 'string' },
        record: { type: 'boolean' },
        beside: { type: 'boolean' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return (error as Error).message;
  }
};

const wholeNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
};

const main = async (): Promise<number> => {
  // Servers that are killed and start again: Node strips and compiles each module once.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
  const given = readArguments();
  if (typeof given === 'string') {
    console.error(`${given}\n\n${usage()}`);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help) {
    console.log(usage());
    return 0;
  }
  const campaign = CAMPAIGNS.find(({ name }) => name === positionals[0]);
  if (!campaign || positionals.length !== 1) {
    console.error(usage());
    return 2;
  }
  const seed = wholeNumber('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 32);
  const seconds = wholeNumber('seconds', values.seconds);
  const begin = performance.now();
  let shownAt = 0;
  let violations = 0;
  let late = 0;
  let earlier = { violations: 0, late: 0, cpu: 0, at: begin };

  let isAskedToEnd = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The first one begins no more trials and keeps the figures. The second one ends the process at once.
    process.on(signal, () => {
      if (isAskedToEnd) process.exit(1);
      isAskedToEnd = true;
      process.stderr.write(`\n${signal}: ends after the trials that have begun\n`);
    });
  }

  const say = (what: string, text: string): void => {
    if (violations + late <= 20) process.stderr.write(`\n${what} (seed ${seed}) ${text}\n`);
  };

  const result = await campaign.run({
    options: {
      trials: wholeNumber('trials', values.trials ?? values.runs ?? values.kills ?? values.users),
      seconds,
      stores: values.stores?.split(','),
      rate: wholeNumber('rate', values.rate),
      tokens: wholeNumber('tokens', values.tokens),
      agents: wholeNumber('agents', values.agents),
      isRedisDown: values['redis-down'] ?? false,
      seed,
    },
    random: seededRandom(seed),
    progress(text) {
      const now = performance.now();
      if (now - shownAt < (process.stderr.isTTY ? 200 : 5000)) return;
      shownAt = now;
      const line = `${campaign.name}: ${text}, ${violations} violations, ${late} late, ${Math.round((now - begin) / 1000)} s`;
      process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    violation(text) {
      violations += 1;
      say('VIOLATION', text);
    },
    late(text) {
      late += 1;
      say('LATE', text);
    },
    finished(configuration, figures) {
      const now = performance.now();
      const cpu = cpuSeconds();
      const part = {
        seed,
        violations: violations - earlier.violations,
        late: late - earlier.late,
        elapsedSeconds: Math.round((now - earlier.at) / 100) / 10,
        cpuSeconds: cpu - earlier.cpu,
        ...figures,
      };
      earlier = { violations, late, cpu, at: now };
      if (values.record)
        keepResult(campaign.name, values.beside ? `${configuration}, seed ${seed}` : configuration, part);
    },
    isOver: () => isAskedToEnd || (seconds !== undefined && performance.now() - begin > seconds * 1000),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const { trials, ...figures } = result;
  const elapsedSeconds = Math.round((performance.now() - begin) / 100) / 10;
  console.log(JSON.stringify({ campaign: campaign.name, seed, trials, violations, late, elapsedSeconds, ...figures }));
  if (violations > 0) return 1;
  return late > 0 ? ONLY_LATE : 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
