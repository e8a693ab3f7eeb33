/** The smallest range of an export that holds a change, and what the verifier finds there. */
import { CHECKPOINT_STREAM } from '../../src/domain/audit/audit-record.ts';
import { exportOpening, type OpenedExport } from '../../src/domain/audit/export-opening.ts';
import type { Fault, Finding } from '../../src/domain/audit/findings.ts';
import { type Part, partCheck } from '../../src/domain/audit/verify-part.ts';
import type { LargeExport } from './audit-log-export.ts';
import { type Edit, type Mutation, placeOf } from './audit-log-mutations.ts';

export interface Ranges {
  /** The number of lines before the first record of a node. */
  readonly first: number;
  /** The finding on the smallest ranges that hold the change; undefined when none finds it. */
  find(mutation: Mutation): Promise<Finding | undefined>;
  /** The same over unchanged lines, which nothing is wrong with. */
  clean(line: number): Promise<Finding | undefined>;
}

/** The number of lines before the first record of a node. */
const firstRecord = (from: LargeExport): number => {
  let line = 1;
  while (placeOf(from.text(line))?.stream === CHECKPOINT_STREAM) line += 1;
  return line;
};

const opened = async (lines: Iterable<string>, key: string): Promise<OpenedExport> => {
  const opening = exportOpening({ key });
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (!(await opening.read(text, number)))
      throw { finding: 'unreadable', fault: 'no checkpoint', place: undefined } satisfies Fault;
  }
  return opening.opened();
};

/** The finding that an error is. Throws any other error. */
const findingOf = (error: unknown): Finding => {
  const { finding } = error as Partial<Fault>;
  if (finding === undefined) throw error;
  return finding;
};

export const rangesOf = async (from: LargeExport): Promise<Ranges> => {
  const first = firstRecord(from);
  const prefix = Array.from({ length: first }, (_, line) => from.text(line));
  const original = await opened(prefix, from.key);
  const head = from.text(from.lines - 1);
  const named = new Map<string, readonly number[]>();
  const namedOf = (stream: string): readonly number[] => {
    const known = named.get(stream) ?? [...original.chain.named(stream).keys()].sort((one, other) => one - other);
    named.set(stream, known);
    return known;
  };

  /** One line behind the next record that a checkpoint names, from the one in `line` on. */
  const windowEnd = (line: number): number => {
    const place = placeOf(from.text(line));
    if (!place) return from.lines - 1;
    const target = namedOf(place.stream).find((sequence) => sequence >= place.sequence) ?? place.sequence;
    return Math.min(line + target - place.sequence + 2, from.lines - 1);
  };

  /** The lines around an edit, up to where its range ends, with the edit. */
  function* windowOf({ at, remove, insert }: Edit): Generator<string> {
    if (at - 1 >= first) yield from.text(at - 1);
    yield* insert;
    const next = at + remove;
    const end = next >= from.lines - 1 ? from.lines - 1 : windowEnd(next);
    for (let line = next; line < end; line += 1) yield from.text(line);
  }

  const check = async (
    of: OpenedExport,
    part: Part,
    lines: Iterable<string>,
    last: readonly string[],
  ): Promise<Finding | undefined> => {
    try {
      const reading = partCheck(of, part);
      for (const text of lines) await reading.read(text);
      for (const text of last) await reading.read(text);
      reading.end();
      return undefined;
    } catch (error) {
      return findingOf(error);
    }
  };

  /** The range of one record: that at a line, or the nearest before it. */
  const rangeAt = (line: number): Part => {
    const place = placeOf(from.text(Math.max(Math.min(line, from.lines - 2), first)));
    if (!place) throw new Error(`line ${line} has no place`);
    return { stream: place.stream, from: place.sequence, to: place.sequence };
  };

  return {
    first,
    async find({ edits, line }) {
      const shared = edits.filter(({ at }) => at < first);
      if (shared.length > 0) {
        const lines = prefix.flatMap((text, at) => {
          const edit = shared.find((one) => at >= one.at && at < one.at + one.remove);
          return edit ? (edit.at === at ? edit.insert : []) : [text];
        });
        try {
          const none = { at: first, remove: 0, insert: [] };
          return await check(await opened(lines, from.key), rangeAt(line), windowOf(none), [head]);
        } catch (error) {
          return findingOf(error);
        }
      }
      const ofHead = edits.find(({ at, remove }) => at + remove >= from.lines);
      for (const edit of edits) {
        const isOfHead = edit === ofHead && edit.at === from.lines - 1;
        const lines = isOfHead ? windowOf({ at: edit.at, remove: 0, insert: [] }) : windowOf(edit);
        const found = await check(original, rangeAt(edit.at), lines, ofHead ? (isOfHead ? edit.insert : []) : [head]);
        if (found) return found;
      }
      // A record between the last one of a stream and the first of the next: the range is its own, at both places.
      const [edit] = edits;
      if (!edit) return undefined;
      const own = [...windowOf({ at: line, remove: 0, insert: [] })].slice(1);
      const both = edit.at <= line ? [...edit.insert, ...own] : [...own, ...edit.insert];
      return check(original, rangeAt(line), both, [head]);
    },
    clean: (line) => check(original, rangeAt(line), windowOf({ at: line, remove: 0, insert: [] }), [head]),
  };
};
