/** Runs Jest as the scripts of package.json do: its test files are modules. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(import.meta.dirname, '../..');
const JEST = fileURLToPath(import.meta.resolve('jest/bin/jest'));
const OPTIONS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', JEST];

/** Resolves with the code of Jest, with which this process then exits. `environment`: added to that of this process. */
export const runJest = async (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> => {
  const running = spawn(process.execPath, [...OPTIONS, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const [code] = await once(running, 'exit');
  process.exitCode = typeof code === 'number' ? code : 1;
  return process.exitCode;
};
