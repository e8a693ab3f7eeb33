/**
 * Which mutations the compiler accepts. Types require many guards: without `if (token === undefined) return`, the next line
 * does not compile. No developer can hand in such a change, so it is no mutation, as in StrykerJS with its TypeScript checker.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutated } from './draw.ts';
import type { Mutation } from './operators.ts';

const SETTINGS = 'tsconfig.mutations.json';

/** Compiles each in a file of its own beside the module, all in one run of the compiler, and leaves `copy` as it was. */
export const compilable = (copy: string, mutations: readonly Mutation[]): ReadonlySet<Mutation> => {
  if (mutations.length === 0) return new Set();
  const files = new Map(mutations.map((one, index) => [one, one.path.replace(/\.ts$/, `.mutation-${index}.ts`)]));
  const settings = {
    extends: './tsconfig.json',
    compilerOptions: { incremental: false, tsBuildInfoFile: null },
    include: [...files.values()],
  };
  writeFileSync(join(copy, SETTINGS), JSON.stringify(settings));
  for (const [one, file] of files) writeFileSync(join(copy, file), opaque(one));
  try {
    const faulty = faultyFiles(copy);
    return new Set(mutations.filter((one) => !faulty.has(files.get(one) ?? '')));
  } finally {
    for (const file of files.values()) rmSync(join(copy, file));
  }
};

/** The compiler takes what is behind a literal `false` for unreachable, and its variables for `never`. */
const opaque = (mutation: Mutation): string =>
  mutated({ ...mutation, after: mutation.after.replace('if (false && (', 'if (Boolean(0) && (') });

const faultyFiles = (copy: string): ReadonlySet<string> => {
  const compiler = join(copy, 'node_modules/typescript/bin/tsc');
  const options = [compiler, '-p', SETTINGS, '--pretty', 'false'];
  const { status, stdout, error } = spawnSync(process.execPath, options, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const files = [...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error/gm)].map(([, path]) => String(path));
  if (error || (status !== 0 && files.length === 0)) throw new Error(`the compiler does not run: ${stdout}`);
  return new Set(files);
};
