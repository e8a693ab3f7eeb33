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

const SAYS_WORKERS = /^(?:--maxWorkers|-w|--runInBand|-i)(?:=|$)/;

/**
 * Options of Jest for a suite whose files wait for servers and browsers for much of their time: on two cores four of them leave little
 * unused, and three a fifth. Options that say a number of workers stay as they are.
 */
export const fourAtATime = (options: readonly string[]): readonly string[] =>
  options.some((one) => SAYS_WORKERS.test(one)) ? options : ['--maxWorkers=4', ...options];
