/**
 * Which guards each test reaches, measured once and kept in `.tmp/mutations`, one file for each test file. A guard is known
 * by its file and text, so that what was measured holds when lines move. A test file that changes is measured again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lines } from './coverage.ts';
import { guardLines, textOf } from './draw.ts';
import type { Answer } from './host.ts';
import { startHost } from './host-process.ts';
import type { Mutation } from './operators.ts';

const ROOT = join(import.meta.dirname, '../..');
const KEPT = join(ROOT, '.tmp/mutations');
/** In bytes; each run of a test file leaves its modules in the process. */
const MOST_MEMORY = 2 * 2 ** 30;

/** Of one test file: the guards of each test by its title, and those that what is done for all its tests reaches. */
type Kept = {
  readonly hash: string;
  readonly guards: readonly string[];
  /** Places in `guards`. */
  readonly tests: readonly { readonly title: string; readonly reached: readonly number[] }[];
  readonly ofFile: readonly number[];
};

/** What is known of one guard and one measured test file. */
export type Reaching = {
  /** Whether what is done for all tests of the file reaches it. */
  readonly isOfFile: boolean;
  /** Titles of tests that reach it, with how many guards each reaches. */
  readonly tests: ReadonlyMap<string, number>;
};

export type Reach = {
  /** Undefined for a test file that is not measured, or has changed since. */
  of(file: string, mutation: Mutation): Reaching | undefined;
};

/** A test can only notice that a branch is skipped if it takes the branch, unless the condition itself has an effect. */
const placeWanted = ({ path, line, operator, before }: Mutation): string =>
  operator.startsWith('skip ') && !before.includes('await ') ? `${path}:${line}!` : `${path}:${line}`;

/** Of a place as `coverage.ts` writes it. */
const nameOf = (names: ReadonlyMap<string, string>, place: string): string =>
  place.endsWith('!') ? `${names.get(place.slice(0, -1))}!` : (names.get(place) ?? place);

/** Guards that are numbered by line, as names that hold when lines move: their text, and how many there are before it. */
const guardNames = (watched: readonly Lines[]): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const { path, lines } of watched) {
    const all = textOf(path).split('\n');
    const seen = new Map<string, number>();
    for (const line of lines) {
      const code = all[line - 1]?.trim() ?? '';
      const before = seen.get(code) ?? 0;
      seen.set(code, before + 1);
      names.set(`${path}:${line}`, `${path} ${before} ${code}`);
    }
  }
  return names;
};

const hashOf = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, file)))
    .digest('hex');
const placeOf = (file: string): string => join(KEPT, `${file.replaceAll('/', '+')}.json`);

const keptOf = (file: string): Kept | undefined => {
  if (!existsSync(placeOf(file))) return undefined;
  const kept = JSON.parse(readFileSync(placeOf(file), 'utf8')) as Kept;
  return kept.hash === hashOf(file) ? kept : undefined;
};

export const readReach = (): Reach => {
  const names = guardNames(guardLines());
  const known = new Map<string, Kept | undefined>();
  return {
    of(file, mutation) {
      if (!known.has(file)) known.set(file, keptOf(file));
      const kept = known.get(file);
      if (!kept) return undefined;
      const at = kept.guards.indexOf(nameOf(names, placeWanted(mutation)));
      const reaching = kept.tests.filter(({ reached }) => reached.includes(at));
      return {
        isOfFile: kept.ofFile.includes(at),
        tests: new Map(reaching.map(({ title, reached }) => [title, reached.length])),
      };
    },
  };
};

/** Measures those test files that are not known yet, one at a time, in `copy`. */
export const measureReach = async (
  copy: string,
  files: readonly string[],
  onFile: (file: string, left: number, fault: string | undefined) => void,
): Promise<void> => {
  mkdirSync(KEPT, { recursive: true });
  const watched = guardLines();
  const names = guardNames(watched);
  const missing = files.filter((file) => keptOf(file) === undefined);
  let host: Awaited<ReturnType<typeof startHost>> | undefined;
  for (const [index, file] of missing.entries()) {
    host ??= await startHost(copy, file, true);
    const answer = await host.ask({ kind: 'reach', file, watched });
    // A file whose tests do not end is not measured, and its tests are chosen by their text.
    if (answer?.reached) writeFileSync(placeOf(file), JSON.stringify(keptFrom(hashOf(file), answer.reached, names)));
    if (!answer || (answer.memory ?? 0) > MOST_MEMORY) {
      await host.end();
      host = undefined;
    }
    const fault = answer ? answer.failed?.fullName : 'its tests do not end';
    onFile(file, missing.length - index - 1, fault);
  }
  await host?.end();
};

const keptFrom = (hash: string, reached: NonNullable<Answer['reached']>, names: ReadonlyMap<string, string>): Kept => {
  const guards = [...new Set(reached.flatMap((each) => each.guards))];
  const places = new Map(guards.map((guard, place) => [guard, place]));
  const placesOf = (each: readonly string[]): readonly number[] => each.map((guard) => places.get(guard) ?? -1);
  return {
    hash,
    guards: guards.map((guard) => nameOf(names, guard)),
    tests: reached.flatMap(({ title, guards: own }) =>
      title === undefined ? [] : [{ title, reached: placesOf(own) }],
    ),
    ofFile: reached.flatMap(({ title, guards: own }) => (title === undefined ? placesOf(own) : [])),
  };
};
