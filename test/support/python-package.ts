/** The Python package of this repository as its users have it: built as a wheel, and installed in an environment without the sources. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { madeOnce } from './made-once.ts';
import { buildWheel, pythonEnvironment } from './python-environment.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'python');
/** Versions of other packages, which the tests of the package pin. */
const PINNED = join(SOURCE, 'requirements-test.txt');

export type PythonPackage = {
  /** The interpreter that has the package. */
  readonly python: string;
  /** File name of the wheel. */
  readonly wheel: string;
};

/** `more`: other packages, in the versions that the tests of the package pin. Needs a registry where this was not installed yet. */
export const installPythonPackage = async (more: readonly string[] = []): Promise<PythonPackage> => {
  const folder = await madeOnce('python-package', [digest(), ...more].join('-'), async (making) => {
    // A copy: building writes beside the source.
    const source = join(making, 'source');
    cpSync(SOURCE, source, { recursive: true });
    await buildWheel(source, making);
    await rm(source, { recursive: true });
    await pythonEnvironment(making, ['--constraint', PINNED, join(making, wheelIn(making)), ...more]);
  });
  return { python: join(folder, 'bin/python'), wheel: wheelIn(folder) };
};

const wheelIn = (folder: string): string => readdirSync(folder).find((name) => name.endsWith('.whl')) ?? 'no wheel';

/** Of what the package consists of. */
const digest = (): string => {
  const files = readdirSync(join(SOURCE, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:py|typed)$/.test(name))
    .map((name) => join('src', name));
  const hash = createHash('sha256');
  for (const name of ['pyproject.toml', 'README.md', 'requirements-test.txt', ...files.sort()]) {
    hash.update(`${name}\n`).update(readFileSync(join(SOURCE, name)));
  }
  return hash.digest('hex').slice(0, 16);
};
