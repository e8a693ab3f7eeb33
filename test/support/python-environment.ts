/** Environments of Python with packages from a registry. One pip serves all: to install it again takes longer than most packages. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from './made-once.ts';

const run = promisify(execFile);

/**
 * For pip: Python compiles a module when it imports it, and programs here import few. This holds for what pip installs to build a wheel,
 * too. The option is a negation, and pip reads the value as that of `compile`.
 */
export const WITHOUT_COMPILING = { PIP_NO_COMPILE: 'no' } as const;

/** Of the Python that runs here: another version does not find the packages of an environment. */
const pip = async (...parameters: readonly string[]): Promise<void> => {
  const { stdout } = await run('python3', ['--version']);
  const folder = await madeOnce('pip', stdout.trim().replaceAll(' ', '-'), (making) =>
    run('python3', ['-m', 'venv', making]),
  );
  const env = { ...process.env, ...WITHOUT_COMPILING };
  await run(join(folder, 'bin/python'), ['-m', 'pip', '--disable-pip-version-check', ...parameters], { env });
};

/** Builds the wheel of the sources in a folder into another one. */
export const buildWheel = (source: string, into: string): Promise<void> =>
  pip('wheel', '--quiet', '--no-deps', '--wheel-dir', into, source);

/** Installs what these parameters of `pip install` name. */
export const installInto = (python: string, parameters: readonly string[]): Promise<void> =>
  pip('--python', python, 'install', '--quiet', ...parameters);

/** Makes an environment in a folder, with what these parameters of `pip install` name. Resolves to its interpreter. */
export const pythonEnvironment = async (folder: string, parameters: readonly string[]): Promise<string> => {
  await run('python3', ['-m', 'venv', '--without-pip', folder]);
  const python = join(folder, 'bin/python');
  await installInto(python, parameters);
  return python;
};
