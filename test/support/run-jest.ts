/** Runs Jest as the scripts of package.json do: its test files are modules. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(import.meta.dirname, '../..');
const JEST = fileURLToPath(import.meta.resolve('jest/bin/jest'));
const OPTIONS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', JEST];

/** Exits with the code of Jest. `environment`: added to that of this process. */
export const runJest = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): void => {
  const running = spawn(process.execPath, [...OPTIONS, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  running.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
};
