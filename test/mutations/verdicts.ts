/**
 * What a run has found so far, kept after each mutation in `.tmp/mutations/runs`, so that a stopped run can be resumed. A kill
 * holds as long as the mutated file and the test that killed it stay as they are. A survivor is tried again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textOf } from './draw.ts';
import type { Mutation } from './operators.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.tmp/mutations/runs');

type Kept = { readonly mutation: Mutation; readonly killer?: string; readonly hash: string };

export type Verdicts = {
  /** `file › title` of the test that killed it in an earlier run, if that still holds. */
  killerOf(mutation: Mutation): string | undefined;
  keep(mutation: Mutation, killer: string | undefined): void;
};

const hashOf = ({ path }: Mutation, killer: string | undefined): string => {
  const test = killer?.split(' › ')[0];
  return createHash('sha256')
    .update(textOf(path))
    .update(test === undefined ? '' : textOf(test))
    .digest('hex');
};

const isSame = (one: Mutation, other: Mutation): boolean =>
  one.path === other.path && one.line === other.line && one.after === other.after;

/** `name`: of the run, as `seed 1`. A run that does not resume forgets what was kept under its name. */
export const verdictsOf = (name: string, resumes: boolean): Verdicts => {
  const file = join(FOLDER, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`);
  let kept = resumes && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Kept[]) : [];
  return {
    killerOf(mutation) {
      const found = kept.find((one) => isSame(one.mutation, mutation));
      if (found?.killer === undefined || !existsSync(join(ROOT, found.killer.split(' › ')[0] ?? ''))) return undefined;
      return found.hash === hashOf(mutation, found.killer) ? found.killer : undefined;
    },
    keep(mutation, killer) {
      const now = { mutation, ...(killer === undefined ? {} : { killer }), hash: hashOf(mutation, killer) };
      kept = [...kept.filter((one) => !isSame(one.mutation, mutation)), now];
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(kept, undefined, 1));
    },
  };
};
