/** The Python package of this repository as its users have it: built as a wheel, and installed in an environment of its own. */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

export type PythonPackage = {
  /** The interpreter that has the package. */
  readonly python: string;
  /** File name of the wheel. */
  readonly wheel: string;
  remove(): Promise<void>;
};

/** `more`: other packages, in the versions that the tests of the package pin. Needs a registry. */
export const installPythonPackage = async (more: readonly string[] = []): Promise<PythonPackage> => {
  const environment = await mkdtemp(join(tmpdir(), 'behalf-python-kit-'));
  const remove = (): Promise<void> => rm(environment, { recursive: true, force: true });
  try {
    const pip = join(environment, 'bin/pip');
    await run('python3', ['-m', 'venv', environment]);
    // A copy: building writes beside the source.
    const source = join(environment, 'source');
    cpSync(join(ROOT, 'python'), source, { recursive: true });
    await run(pip, ['wheel', '--quiet', '--no-deps', '--wheel-dir', environment, source]);
    const wheel = (await readdir(environment)).find((name) => name.endsWith('.whl')) ?? 'no wheel';
    const pinned = join(ROOT, 'python/requirements-test.txt');
    await run(pip, ['install', '--quiet', '--constraint', pinned, join(environment, wheel), ...more]);
    return { python: join(environment, 'bin/python'), wheel, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
