/**
 * `npm run bench -- --gate`: whether a few cases still cost what was recorded, as a multiple of bare oidc-provider. A case fails that
 * is more than a fifth above its recorded ratio twice. Takes about a minute on an idle machine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBare } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import { type BenchCase, CASES } from './cases.ts';
import { CONNECTIONS } from './load.ts';
import { DEFAULT_OUT as WHOLE } from './options.ts';
import { RATIOS, type Ratios } from './ratios.ts';
import type { Lengths } from './rounds.ts';
import { ratioOf, slicesOf, withBoth } from './slices.ts';
import { median, rounded, table } from './statistics.ts';

/** A read, the token with the fewest facts behind it, and the one with the most. */
const GATED = ['introspection, opaque', 'client credentials, JWT', 'exchange, opaque to JWT'];
const SLICES = 5;
const ALLOWED = 1.2;
const LENGTHS: Lengths = { seconds: 0.6, warmUpSeconds: 2.4, isQuick: false, connections: CONNECTIONS };

export type Gated = {
  readonly case: string;
  readonly recorded: number;
  /** Of the first attempt, and of the second if there was one. */
  readonly ratios: readonly number[];
  readonly isPassed: boolean;
};

type Recorded = { readonly cases: readonly { readonly case: string; readonly ratio: number }[] };

/**
 * The larger of the median of the recorded runs and the ratio of the last whole bench: processors differ in what a signature costs beside
 * the rest, and the two are often of different machines. Throws if neither has the case.
 */
export const recordedRatio = (root: string, name: string): number => {
  const of = (recorded: Recorded | undefined): readonly number[] =>
    (recorded?.cases ?? []).filter((one) => one.case === name).map(({ ratio }) => ratio);
  const ofRuns = (fileOf<Ratios>(root, RATIOS)?.runs ?? []).flatMap(of);
  const found = [...(ofRuns.length > 0 ? [median(ofRuns)] : []), ...of(fileOf<Recorded>(root, WHOLE))];
  if (found.length === 0) throw new Error(`there is no recorded ratio of ${name}: run npm run bench -- --ratios`);
  return Math.max(...found);
};

const fileOf = <T>(root: string, file: string): T | undefined =>
  existsSync(join(root, file)) ? (JSON.parse(readFileSync(join(root, file), 'utf8')) as T) : undefined;

/** The verdict about one case. `measure`: its ratio now. */
export const gated = async (name: string, recorded: number, measure: () => Promise<number>): Promise<Gated> => {
  const ratios: number[] = [];
  const isGood = (): boolean => ratios.some((ratio) => ratio <= rounded(recorded * ALLOWED));
  for (let attempt = 0; attempt < 2 && !isGood(); attempt += 1) ratios.push(rounded(await measure()));
  return { case: name, recorded, ratios, isPassed: isGood() };
};

export const gate = async (root: string, core: number | undefined): Promise<readonly Gated[]> => {
  const cases = GATED.map((name) => CASES.find((one) => one.name === name) as BenchCase);
  const starts = {
    bare: () => startBare(core, true),
    behalf: () => startBehalf(core, { isQuick: true, connections: CONNECTIONS }),
  };
  const recorded = new Map(GATED.map((name) => [name, recordedRatio(root, name)]));
  return withBoth(starts, async (both) => {
    const found: Gated[] = [];
    for (const one of cases) {
      const measure = async () => median((await slicesOf(one, both, LENGTHS, SLICES)).pairs.map(ratioOf));
      found.push(await gated(one.name, Number(recorded.get(one.name)), measure));
    }
    return found;
  });
};

export const gateTable = (found: readonly Gated[]): string =>
  table(
    ['case', '× bare recorded', 'at most', '× bare now', 'again', ''],
    found.map((one) => [
      one.case,
      one.recorded,
      rounded(one.recorded * ALLOWED),
      ...[one.ratios[0], one.ratios[1]],
      one.isPassed ? 'passed' : 'FAILED',
    ]),
  );
