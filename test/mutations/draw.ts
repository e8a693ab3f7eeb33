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

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

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
 * Mutations that parse and can change an answer, at most one for each line, so that no guard is tried twice. Only of files
 * whose path begins with `prefix`, by operators whose name contains `operator`.
 */
export const drawn = (
  seed: number,
  count: number,
  { prefix, operator }: { readonly prefix: string; readonly operator: string },
): readonly Mutation[] => {
  const random = seededRandom(seed);
  const all = guards().filter((one) => one.path.startsWith(prefix) && one.operator.includes(operator));
  const found = new Map<string, Mutation>();
  for (let left = all.length * 4; left > 0 && found.size < count && all.length > 0; left -= 1) {
    const mutation = all[random.integer(all.length)];
    if (mutation === undefined || found.has(`${mutation.path}:${mutation.line}`)) continue;
    if (isEquivalent(mutation) || !parses(mutated(mutation))) continue;
    found.set(`${mutation.path}:${mutation.line}`, mutation);
  }
  return [...found.values()];
};

/** Every mutation of one line, `FILE:LINE`. */
export const mutationsAt = (place: string): readonly Mutation[] =>
  guards().filter(
    (mutation) => `${mutation.path}:${mutation.line}` === place && !isEquivalent(mutation) && parses(mutated(mutation)),
  );

const parses = (code: string): boolean => {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch {
    return false;
  }
};
