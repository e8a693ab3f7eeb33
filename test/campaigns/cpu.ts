/** Processor time of a campaign and of all that it started: on a busy machine it says more than the time that passed. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc, which counts in hundredths of a second. */
const TICKS = 100;

const childrenOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );

/** Of a process, of those that it waited for, and of those that still run. */
const ticksOf = (pid: number): number => {
  try {
    const [, fields = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const own = fields
      .split(' ')
      .slice(11, 15)
      .reduce((sum, field) => sum + Number(field), 0);
    return childrenOf(pid).reduce((sum, child) => sum + ticksOf(child), own);
  } catch {
    // It has ended meanwhile, or this is no Linux.
    return 0;
  }
};

/** Seconds, user and system. */
export const cpuSeconds = (): number => Math.round(ticksOf(process.pid) / TICKS);

/** Of this process alone, user and system, in microseconds. */
export const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What one call of `cpuMicros` takes: on some machines as much as what lies between two of them. */
export const microsOfReading = (): number => {
  const times = 2000;
  const before = cpuMicros();
  for (let time = 1; time < times; time += 1) cpuMicros();
  return (cpuMicros() - before) / times;
};
