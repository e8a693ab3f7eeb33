/**
 * Our server on SQLite beside bare oidc-provider in short slices that follow one another, so that a slow phase of the machine meets
 * both. The ratio of a case is the median over pairs of neighbours.
 */
import { DatabaseSync } from 'node:sqlite';
import type { RunningSubject } from './bare-subject.ts';
import type { BenchCase } from './cases.ts';
import type { Measured } from './load.ts';
import { type Lengths, measureWindow, warmUp } from './rounds.ts';
import { cpuOf, median, rounded, throughputOf } from './statistics.ts';
import type { Subject } from './subject.ts';

/** `warmUpRequests`: how many requests a warm-up has at least. Absent: as many as its time allows. */
export type SliceLengths = Lengths & { readonly warmUpRequests?: number };

export type Pair = { readonly bare: Measured; readonly behalf: Measured };

/** A round of one case. */
export type Sliced = {
  readonly pairs: readonly Pair[];
  /** Requests that our server answered, warm-up included, and what its database grew meanwhile. */
  readonly requests: number;
  readonly bytes: number;
};

/** Of one server before its first slice. On a busy machine the time of a warm-up has few. */
type WarmUp = { readonly perSecond: number; readonly requests: number };

/** Longest warm-up of one server, in seconds. */
const LONGEST_WARM_UP = 30;

/** Warms up for `warmUpSeconds`, and longer until the server has answered `warmUpRequests`. */
const warmed = async (one: BenchCase, subject: Subject, lengths: SliceLengths): Promise<WarmUp> => {
  const { warmUpSeconds, warmUpRequests = 0 } = lengths;
  let perSecond = await warmUp(one, subject, lengths);
  let requests = Math.round(perSecond * warmUpSeconds);
  for (let seconds = warmUpSeconds; requests < warmUpRequests && seconds < LONGEST_WARM_UP; seconds += warmUpSeconds) {
    const further = await measureWindow(one, subject, { ...lengths, seconds: warmUpSeconds }, perSecond);
    requests += further.steps;
    perSecond = throughputOf(further);
  }
  return { perSecond, requests };
};

/** Warms both up, then measures `count` slices of each in turns. */
export const slicesOf = async (
  one: BenchCase,
  { bare, behalf }: { readonly bare: Subject; readonly behalf: Subject },
  lengths: SliceLengths,
  count: number,
): Promise<Sliced> => {
  const bytes = databaseBytes(behalf);
  const { perSecond: bareRate } = await warmed(one, bare, lengths);
  const { perSecond: rate, requests: before } = await warmed(one, behalf, lengths);
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index += 1) {
    // Each second time the other begins.
    const first = index % 2 === 0 ? await measureWindow(one, bare, lengths, bareRate) : undefined;
    const own = await measureWindow(one, behalf, lengths, rate);
    pairs.push({ bare: first ?? (await measureWindow(one, bare, lengths, bareRate)), behalf: own });
  }
  const measured = pairs.reduce((sum, { behalf: { steps } }) => sum + steps, 0);
  return { pairs, requests: before + measured, bytes: databaseBytes(behalf) - bytes };
};

/** Pages of the database that are in use, those in its log included. */
const databaseBytes = ({ database }: Subject): number => {
  if (database === undefined) return 0;
  const file = new DatabaseSync(database, { readOnly: true });
  try {
    const number = (pragma: string): number => Number(Object.values(file.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
    return (number('page_count') - number('freelist_count')) * number('page_size');
  } finally {
    file.close();
  }
};

export const ratioOf = ({ bare, behalf }: Pair): number => cpuOf(behalf) / cpuOf(bare);

/** Both servers, started one after the other. */
export const withBoth = async <T>(
  starts: { readonly bare: () => Promise<RunningSubject>; readonly behalf: () => Promise<RunningSubject> },
  work: (both: { readonly bare: Subject; readonly behalf: Subject }) => Promise<T>,
): Promise<T> => {
  const bare = await starts.bare();
  try {
    const behalf = await starts.behalf();
    try {
      return await work({ bare: bare.subject, behalf: behalf.subject });
    } finally {
      await behalf.close();
    }
  } finally {
    await bare.close();
  }
};

/** What the slices of one case say. */
export const resultOf = (one: BenchCase, rounds: readonly Sliced[]) => {
  const pairs = rounds.flatMap((each) => each.pairs);
  const middle = (of: (pair: Pair) => number): number => median(pairs.map(of));
  const ratios = pairs.map(ratioOf).toSorted((a, b) => a - b);
  const ratio = rounded(median(ratios));
  const requests = rounds.reduce((sum, each) => sum + each.requests, 0);
  const bytes = rounds.reduce((sum, each) => sum + each.bytes, 0);
  return {
    case: one.name,
    /** Microseconds of CPU for one request. */
    bareMicros: middle(({ bare }) => cpuOf(bare)),
    behalfMicros: middle(({ behalf }) => cpuOf(behalf)),
    ratio,
    /** Half of the pairs are between these. */
    quartiles: [0.25, 0.75].map((share) => rounded(ratios[Math.floor(ratios.length * share)] ?? ratio)),
    ...one.bounds,
    ...(one.bounds ? { mustHolds: ratio <= one.bounds.must, aimHolds: ratio <= one.bounds.aim } : {}),
    perSecond: Math.round(middle(({ behalf }) => throughputOf(behalf))),
    p99Ms: middle(({ behalf }) => behalf.p99Ms),
    rssMb: Math.max(...pairs.map(({ behalf }) => behalf.rssMb)),
    /** Growth of the database for one request. */
    bytes: Math.round(bytes / Math.max(1, requests)),
    requests,
  };
};

export type CaseRatio = ReturnType<typeof resultOf>;
