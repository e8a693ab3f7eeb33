/** Which mutations a seed gives. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { deliveredFiles } from '../architecture/source-files.ts';
import { seededRandom } from '../campaigns/campaign.ts';
import type { Lines } from './coverage.ts';
import { isEquivalent, type Mutation, mutationsOf } from './operators.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Where a wrong guard gives away authority. */
const GUARDED = ['src/domain/authority/', 'src/domain/approvals/', 'src/provider/', 'src/extensions/'];

/** Of those drawn, some do not compile. */
const DRAWN_FOR_EACH = 3;

/** Those of them that the compiler accepts. */
type Compilable = (mutations: readonly Mutation[]) => ReadonlySet<Mutation>;

/** Of each file as it was first read, since a run takes long, and a developer goes on meanwhile. */
const texts = new Map<string, string>();

export const textOf = (path: string): string => {
  const text = texts.get(path) ?? readFileSync(join(ROOT, path), 'utf8');
  texts.set(path, text);
  return text;
};

/** The text of its file with the mutation. */
export const mutated = ({ path, line, after }: Mutation): string =>
  textOf(path)
    .split('\n')
    .with(line - 1, after)
    .join('\n');

/** Every guard that could be mutated. */
const guards = (): readonly Mutation[] =>
  deliveredFiles()
    .filter(({ path }) => GUARDED.some((folder) => path.startsWith(folder)))
    .flatMap(({ path, text }) => mutationsOf(path, text));

/** The lines of all guards, file by file. */
export const guardLines = (): readonly Lines[] =>
  deliveredFiles()
    .filter(({ path }) => GUARDED.some((folder) => path.startsWith(folder)))
    .map(({ path, text }) => ({ path, lines: [...new Set(mutationsOf(path, text).map(({ line }) => line))] }));

/**
 * Mutations that compile and can change an answer, at most one for each line, so that no guard is tried twice. Only of files
 * whose path begins with one of `prefixes`, if there are any, by operators whose name contains `operator`.
 */
export const drawn = (
  seed: number,
  count: number,
  { prefixes, operator }: { readonly prefixes: readonly string[]; readonly operator: string },
  compilable: Compilable,
): readonly Mutation[] => {
  const random = seededRandom(seed);
  const all = guards().filter(
    ({ path, operator: name }) =>
      (prefixes.length === 0 || prefixes.some((one) => path.startsWith(one))) && name.includes(operator),
  );
  const found = new Map<string, Mutation>();
  for (let left = all.length * 4; left > 0 && found.size < count * DRAWN_FOR_EACH && all.length > 0; left -= 1) {
    const mutation = all[random.integer(all.length)];
    if (mutation === undefined || found.has(`${mutation.path}:${mutation.line}`)) continue;
    if (isEquivalent(mutation) || !parses(mutated(mutation))) continue;
    found.set(`${mutation.path}:${mutation.line}`, mutation);
  }
  const candidates = [...found.values()];
  const compiled = compilable(candidates);
  return candidates.filter((one) => compiled.has(one)).slice(0, count);
};

/** Every mutation of these lines, `FILE:LINE`, and of these whole files, by operators whose name contains `operator`. */
export const mutationsAt = (
  places: readonly string[],
  operator: string,
  compilable: Compilable,
): readonly Mutation[] => {
  const isAt = ({ path, line }: Mutation): boolean => places.includes(path) || places.includes(`${path}:${line}`);
  const all = guards().filter(
    (mutation) =>
      isAt(mutation) && mutation.operator.includes(operator) && !isEquivalent(mutation) && parses(mutated(mutation)),
  );
  const compiled = compilable(all);
  return all.filter((one) => compiled.has(one));
};

const parses = (code: string): boolean => {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch {
    return false;
  }
};
