/** A child process that is there and does nothing. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const WITHIN_MILLISECONDS = 2000;

/** SIGSTOP, and back when every thread really stands still: the signal alone lets some finish what they are at. */
export const stopProcess = (child: ChildProcess): void => {
  child.kill('SIGSTOP');
  const end = performance.now() + WITHIN_MILLISECONDS;
  while (!isStopped(child.pid) && performance.now() < end);
};

/** Where there is no /proc the signal has to do. */
const isStopped = (pid: number | undefined): boolean => {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'T';
    });
  } catch {
    return true;
  }
};
