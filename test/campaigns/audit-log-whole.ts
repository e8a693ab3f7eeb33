/** Verifies a whole export with a change, without writing the changed file. */
import { createReadStream } from 'node:fs';
import { checkLines } from '../../src/domain/audit/line-check.ts';
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

/** As `behalf audit verify` does, up to the first finding. By default on this thread. */
export const verifyWhole = (
  from: LargeExport,
  edits: readonly Edit[],
  check: CheckLines = checkLines,
  ahead = 1,
): Promise<Verdict> => verifyChunks(changed(from, edits), { key: from.key }, check, ahead);
