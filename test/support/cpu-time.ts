/** CPU time of tests, which other work on the machine hardly changes: `node .ci/suite-totals.mjs slowest` shows it beside the time. */
import { appendFileSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Of a field of /proc. */
const TICKS_A_SECOND = 100;

/**
 * Seconds of CPU, user and system, of this process and of the processes that it started and that have ended. Where there is no /proc:
 * of this process alone.
 */
export const cpuSeconds = (): number => {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    // The name of the program, in parentheses, may hold spaces. Behind it utime is the 12th field, then stime, cutime, cstime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS_A_SECOND;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
};

/** Where a run keeps the CPU of its test files: beside the JSON of Jest, one file a line, `SECONDS PATH`. */
export const cpuFileOf = (outputFile: string): string => `${outputFile}.cpu`;

/** Appends the line of a test file that has ended. Workers of a run may do so at the same time. */
export const keepCpu = (outputFile: string, path: string, seconds: number): void =>
  appendFileSync(cpuFileOf(outputFile), `${seconds.toFixed(2)} ${relative(ROOT, path)}\n`);
