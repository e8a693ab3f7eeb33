/** The process of `host.ts`: starts it in a copy of the repository, asks it, and ends it with all that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Question } from './host.ts';

/** Long, since a shared machine may leave this process little of its processors. */
const START_MILLISECONDS = 600_000;
/** Tests that a mutation keeps from ending decide within this time; a whole file may take longer. */
const QUESTION_MILLISECONDS = { mutate: 120_000, restore: 120_000, run: 120_000, reach: 600_000 } as const;

export type HostProcess = {
  /** Undefined if the process ended, or gave no answer in time: then it is of no use any more. */
  ask(question: Question): Promise<Answer | undefined>;
  end(): Promise<void>;
};

/**
 * `anyTest`: Jest starts no process without a test file; the host does not run it. `counts`: for questions about reach, since
 * functions from the cache of compiled code do not count how often they run.
 */
export const startHost = async (copy: string, anyTest: string, counts = false): Promise<HostProcess> => {
  const temporary = join(copy, '.tmp-of-host');
  mkdirSync(temporary, { recursive: true });
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const testRunner = join(copy, 'test/mutations/host.ts');
  const options = ['--runInBand', '--silent', '--testRunner', testRunner, '--runTestsByPath', anyTest];
  const running = spawn(process.execPath, [...jest, ...options], {
    cwd: copy,
    // A group of its own, in which the servers of its tests are too.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, TMPDIR: temporary, ...(counts ? { NODE_DISABLE_COMPILE_CACHE: '1' } : {}) },
  });
  const end = async (): Promise<void> => {
    if (running.pid !== undefined) endGroup(running.pid);
    if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
  };
  if ((await answerOf(running, START_MILLISECONDS)) === undefined) {
    await end();
    throw new Error('the process for the tests does not start');
  }
  return {
    end,
    async ask(question) {
      if (!running.connected) return undefined;
      const answer = answerOf(running, QUESTION_MILLISECONDS[question.kind]);
      running.send(question, () => undefined);
      return answer;
    },
  };
};

const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const answerOf = (running: ChildProcess, milliseconds: number): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const settle = (answer?: Answer): void => {
      clearTimeout(timer);
      running.off('message', take);
      running.off('exit', ended);
      resolve(answer);
    };
    const take = (message: unknown): void => settle(message as Answer);
    const ended = (): void => settle();
    const timer = setTimeout(ended, milliseconds);
    running.once('message', take);
    running.once('exit', ended);
  });
