import type { Heads } from './audit-record.ts';
import type { Warning } from './findings.ts';
import type { Followed } from './line-check.ts';

/**
 * Finds clocks that were set back. Order is by sequence, so this breaks no log. It shows where times cannot be relied on.
 * Compares each record with the one before it, and with the checkpoints that were signed before it was written.
 */
export interface ClockCheck {
  /** A checkpoint of this time names these records. Call it for each checkpoint in their order, before the records. */
  signed(heads: Heads, at: number): void;
  /** The next record of a stream. */
  follow(record: Followed): void;
  /** At most 100. */
  warnings(): readonly Warning[];
}

/** Clocks are adjusted by less than a second at a time, and clocks of nodes differ by less than a minute. */
const ADJUSTED_MILLISECONDS = 1_000;
const APART_MILLISECONDS = 60_000;
const MOST_WARNINGS = 100;

export const clockCheck = (): ClockCheck => {
  /** Of each stream, in ascending order: records after `sequence` were written after `at`. */
  const signedAt = new Map<string, { readonly sequence: number; readonly at: number }[]>();
  const warnings: Warning[] = [];
  let newest: number | undefined;
  let last: Followed | undefined;
  /** The earliest plausible time of the next record of the stream, and how many entries of `signedAt` it has passed. */
  let floor: { at: number; passed: number } = { at: -Infinity, passed: 0 };

  const note = ({ stream, sequence }: Followed, behind: string): void => {
    if (warnings.length >= MOST_WARNINGS) return;
    const problem = `the clock was set back: record ${sequence} of stream ${stream} is ${behind}`;
    warnings.push({ finding: 'clock_set_back', stream, sequence, problem });
  };

  return {
    signed(heads, at): void {
      for (const { stream, sequence } of heads) {
        const known = signedAt.get(stream) ?? [{ sequence: 0, at: newest ?? -Infinity }];
        if ((known.at(-1)?.sequence ?? 0) < sequence) known.push({ sequence, at });
        signedAt.set(stream, known);
      }
      newest = at;
    },
    follow(record): void {
      const { stream, sequence, at } = record;
      const isNext = last?.stream === stream;
      if (!isNext) floor = { at: -Infinity, passed: 0 };
      const known = signedAt.get(stream) ?? [{ sequence: 0, at: newest ?? -Infinity }];
      for (let next = known[floor.passed]; next && next.sequence < sequence; next = known[floor.passed]) {
        floor = { at: Math.max(floor.at, next.at), passed: floor.passed + 1 };
      }
      const step = isNext && last ? last.at - at : 0;
      if (step > ADJUSTED_MILLISECONDS) note(record, `${step / 1000} seconds earlier than the record before it`);
      else if (floor.at - at > APART_MILLISECONDS) {
        // One warning for each time that the clock is behind, not for each record.
        const wasBehind = isNext && last !== undefined && floor.at - last.at > APART_MILLISECONDS;
        if (!wasBehind)
          note(record, `${(floor.at - at) / 1000} seconds earlier than a checkpoint that was signed before it`);
      }
      last = record;
    },
    warnings: () => warnings,
  };
};
