/** Verifies a whole export with a change, without writing the changed file. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CheckedLine, checkLines } from '../../src/domain/audit/line-check.ts';
import { type CheckLines, type Verdict, verifyChunks } from '../../src/domain/audit/verify-export.ts';
import type { LargeExport } from './audit-log-export.ts';
import type { Edit } from './audit-log-mutations.ts';

const CHUNK = 1 << 20;

async function* changed(from: LargeExport, edits: readonly Edit[]): AsyncGenerator<Uint8Array | string> {
  let line = 0;
  const copy = async function* (end: number): AsyncGenerator<Uint8Array> {
    const [start, stop] = [from.offset(line), from.offset(end)];
    if (stop > start) yield* createReadStream(from.file, { start, end: stop - 1, highWaterMark: CHUNK });
  };
  for (const { at, remove, insert } of edits) {
    yield* copy(at);
    for (const text of insert) yield `${text}\n`;
    line = at + remove;
  }
  yield* copy(from.lines);
}

const LINE_END = 10;
/** A group of lines ends with a line whose length is a multiple of this: so an edit moves no end but those next to it. */
const ENDS_GROUP = 64;

function* groupsOf(bytes: Uint8Array): Generator<Uint8Array> {
  let begin = 0;
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_END, from);
    const end = found === -1 ? bytes.length : found + 1;
    if ((end - from) % ENDS_GROUP === 0 || end === bytes.length) {
      yield bytes.subarray(begin, end);
      begin = end;
    }
    from = end;
  }
}

/**
 * Checks lines on this thread, and remembers by its SHA-256 what a group of lines is: the check of a line depends on its bytes only, and
 * two exports of this campaign differ in few lines. Links, checkpoints and heads are verified anew each time. Memory grows with the lines.
 */
export const rememberedLines = (): CheckLines => {
  const known = new Map<string, readonly CheckedLine[]>();
  return (bytes) => {
    const checked: CheckedLine[] = [];
    for (const group of groupsOf(bytes)) {
      const name = hash('sha256', group, 'base64url');
      const before = known.get(name);
      const lines = before ?? checkLines(group);
      if (before === undefined) known.set(name, lines);
      for (const line of lines) checked.push(line);
    }
    return checked;
  };
};

/** As `behalf audit verify` does, up to the first finding. By default on this thread. */
export const verifyWhole = (
  from: LargeExport,
  edits: readonly Edit[],
  check: CheckLines = checkLines,
  ahead = 1,
): Promise<Verdict> => verifyChunks(changed(from, edits), { key: from.key }, check, ahead);
