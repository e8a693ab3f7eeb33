/** Line-by-line difference of two texts, for people to read; no decision depends on it. */

export type DiffLine = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string };

/** Upper limits for the search of the shortest difference: lines of the longer text, and differences. */
const MOST_DIFFERENCES = 2_000;

/** E. Myers, "An O(ND) Difference Algorithm" (1986). Texts with hardly a common line are shown one after the other. */
export const lineDiff = (before: string, after: string): readonly DiffLine[] => {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [
    ...a.slice(0, start).map(same),
    ...shortest(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
};

/** Lines shown around a difference. */
const CONTEXT = 3;

/** A line with its number in each text that has it, from 1. */
export type NumberedLine = DiffLine & { readonly before?: number; readonly after?: number };

/** The differences, each with a few lines around it; undefined stands for omitted lines. Empty for equal texts. */
export const differences = (before: string, after: string): readonly (NumberedLine | undefined)[] => {
  let [old, fresh] = [0, 0];
  const lines = lineDiff(before, after).map((line): NumberedLine => {
    if (line.kind !== 'added') old += 1;
    if (line.kind !== 'removed') fresh += 1;
    return {
      ...line,
      ...(line.kind === 'added' ? {} : { before: old }),
      ...(line.kind === 'removed' ? {} : { after: fresh }),
    };
  });
  const shown = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let near = Math.max(0, at - CONTEXT); near <= at + CONTEXT; near += 1) shown.add(near);
  }
  const last = lines.findLastIndex(({ kind }) => kind !== 'same');
  return lines.flatMap((line, at) => {
    if (shown.has(at)) return [line];
    return at < last && shown.has(at - 1) ? [undefined] : [];
  });
};

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/));

const shortest = (a: readonly string[], b: readonly string[]): readonly DiffLine[] => {
  const trail: (readonly number[])[] = [];
  const furthest: number[] = [];
  const offset = MOST_DIFFERENCES + 1;
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_DIFFERENCES); d += 1) {
    trail.push(furthest.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const [below = -1, above = -1] = [furthest[offset + k - 1], furthest[offset + k + 1]];
      let x = d === 0 ? 0 : k === -d || (k !== d && below < above) ? above : below + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest[offset + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trail);
    }
  }
  return [
    ...a.map((text): DiffLine => ({ kind: 'removed', text })),
    ...b.map((text): DiffLine => ({ kind: 'added', text })),
  ];
};

const walkBack = (a: readonly string[], b: readonly string[], trail: readonly (readonly number[])[]) => {
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const at = (k: number): number => trail[d]?.[k + d + 1] ?? -1;
    const k = x - y;
    const isDown = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const [fromX, fromY] = d === 0 ? [0, 0] : isDown ? [at(k + 1), at(k + 1) - k - 1] : [at(k - 1), at(k - 1) - k + 1];
    while (x > fromX + (d > 0 && !isDown ? 1 : 0) && y > fromY + (d > 0 && isDown ? 1 : 0)) {
      x -= 1;
      y -= 1;
      lines.push({ kind: 'same', text: a[x] ?? '' });
    }
    if (d === 0) break;
    if (isDown) lines.push({ kind: 'added', text: b[y - 1] ?? '' });
    else lines.push({ kind: 'removed', text: a[x - 1] ?? '' });
    [x, y] = [fromX, fromY];
  }
  return lines.reverse();
};
