/** What is made of several measurements of the same thing, and a table to read. */
import type { Measured } from './load.ts';

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Median over the rounds of a figure divided by the other's in the same round. Undefined without any. */
export const ratioOf = (
  values: readonly Measured[] | undefined,
  others: readonly Measured[] | undefined,
  of: (measured: Measured) => number,
): number | undefined => {
  const ratios = (values ?? []).flatMap((value, index) => {
    const other = others?.[index];
    return other ? [of(value) / of(other)] : [];
  });
  return ratios.length === 0 ? undefined : rounded(median(ratios));
};

export const cpuOf = ({ cpuMicros }: Measured): number => cpuMicros;
export const throughputOf = ({ steps, seconds }: Measured): number => steps / seconds;

/** Columns side by side, the first to the left and all others to the right. */
export const table = (head: readonly string[], lines: readonly (readonly unknown[])[]): string => {
  const all = [head, ...lines.map((line) => line.map((cell) => (cell === undefined ? '–' : String(cell))))];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
};
