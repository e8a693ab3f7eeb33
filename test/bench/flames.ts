/**
 * `npm run bench -- --flames`: where the time of the hot cases goes. Profiles our server on SQLite while it answers one case, writes a
 * flame graph of each, and the microseconds of each part of the work. Bare oidc-provider runs in the same turns, for the ratio.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { startBare } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import { type BenchCase, CASES } from './cases.ts';
import { type Profiler, profilerAt } from './cpu-profile.ts';
import { flameGraph, hottestOf, microsByPart } from './flame-graph.ts';
import { CONNECTIONS, threadMicrosOf } from './load.ts';
import type { BenchOptions } from './options.ts';
import { PARTS } from './profile-parts.ts';
import { type Lengths, measureWindow, warmUp } from './rounds.ts';
import { withBoth } from './slices.ts';
import { cpuOf, rounded, table } from './statistics.ts';
import type { Subject } from './subject.ts';

const FLAMES: Readonly<Record<string, string>> = {
  'client credentials, secret, opaque': 'client-credentials-secret',
  'client credentials, JWT': 'client-credentials',
  'client credentials, JWT, by workload token': 'workload-token',
  'introspection, opaque': 'introspection',
  'refresh, JWT': 'refresh',
  'exchange, opaque to JWT': 'exchange',
};

const FOLDER = 'docs/pictures/flames';
export const PROFILES = 'docs/results/profiles.json';
const HOTTEST = 15;

export type Profiled = {
  readonly case: string;
  readonly flame: string;
  /** CPU of one request in microseconds, without a profiler: all threads, the main thread, and bare oidc-provider. */
  readonly micros: number;
  readonly mainMicros: number;
  readonly bareMicros: number;
  readonly ratio: number;
  /** Of the main thread, by the shares of the profile. */
  readonly parts: readonly { readonly part: string; readonly percent: number; readonly micros: number }[];
  readonly hottest: readonly { readonly where: string; readonly percent: number }[];
};

const profiled = async (
  one: BenchCase,
  { bare, behalf }: { readonly bare: Subject; readonly behalf: Subject },
  profiler: Profiler,
  lengths: Lengths,
  root: string,
): Promise<Profiled> => {
  const against = CASES.find(({ name }) => name === one.against) as BenchCase;
  const bareRate = await warmUp(against, bare, lengths);
  const rate = await warmUp(one, behalf, lengths);
  const bareMeasured = await measureWindow(against, bare, lengths, bareRate);
  const before = await threadMicrosOf(behalf.pid);
  const measured = await measureWindow(one, behalf, lengths, rate);
  const mainMicros = ((await threadMicrosOf(behalf.pid)) - before) / measured.steps;
  await profiler.start();
  await measureWindow(one, behalf, lengths, rate);
  const profile = await profiler.stop();
  const flame = `${FLAMES[one.name]}.svg`;
  await writeFile(join(root, FOLDER, flame), flameGraph(profile, one.name, root));
  const byPart = microsByPart(profile);
  const all = [...byPart.values()].reduce((sum, micros) => sum + micros, 0);
  return {
    case: one.name,
    flame,
    micros: cpuOf(measured),
    mainMicros: Math.round(mainMicros),
    bareMicros: cpuOf(bareMeasured),
    ratio: rounded(cpuOf(measured) / cpuOf(bareMeasured)),
    parts: PARTS.map((part) => {
      const share = (byPart.get(part) ?? 0) / all;
      return { part, percent: rounded(100 * share, 1), micros: Math.round(share * mainMicros) };
    }),
    hottest: hottestOf(profile, root, HOTTEST),
  };
};

/** Writes the flame graphs below `root`. Each case takes about five times `seconds` for each of the two servers. */
export const flames = async (
  { seconds, cases }: BenchOptions,
  core: number | undefined,
  root: string,
): Promise<readonly Profiled[]> => {
  await mkdir(join(root, FOLDER), { recursive: true });
  const lengths: Lengths = { seconds, warmUpSeconds: 2 * seconds, isQuick: false, connections: CONNECTIONS };
  const port = await freePort();
  const starts = {
    bare: () => startBare(core, false),
    behalf: () => startBehalf(core, { debuggerPort: port }),
  };
  return withBoth(starts, async (both) => {
    const profiler = await profilerAt(port);
    try {
      const found: Profiled[] = [];
      for (const one of CASES.filter(({ name }) => name in FLAMES && cases.includes(name))) {
        process.stderr.write(`profile: ${one.name}\n`);
        found.push(await profiled(one, both, profiler, lengths, root));
      }
      return found;
    } finally {
      profiler.close();
    }
  });
};

export const flamesTable = (found: readonly Profiled[]): string =>
  table(
    ['µs of one request', ...found.map((one) => one.case)],
    [
      ...PARTS.map((part) => [part, ...found.map((one) => one.parts.find((each) => each.part === part)?.micros)]),
      ['other threads', ...found.map(({ micros, mainMicros }) => micros - mainMicros)],
      ['all', ...found.map(({ micros }) => micros)],
      ['bare', ...found.map(({ bareMicros }) => bareMicros)],
      ['× bare', ...found.map(({ ratio }) => ratio)],
    ],
  );
