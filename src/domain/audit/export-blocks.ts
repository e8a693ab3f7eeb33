import { broken } from './findings.ts';

/** Whole lines of an export, with their line ends. A line that may be the signed head is a block of its own. */
export type Block = { readonly bytes: Uint8Array; readonly isHead: boolean };

/** Bytes of a block. */
const SIZE = 1 << 20;
/** Bytes of the longest line: an event has at most 128 Ki characters. */
const MOST = 8 << 20;
const LINE_END = 10;
const HEAD = Buffer.from('{"head":');
const NEXT_HEAD = Buffer.from('\n{"head":');

/** Cuts an export, which arrives in chunks of any size, into blocks. Throws a Fault at a line of more than 8 MiB. */
export async function* blocksOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Block, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    parts.push(bytes);
    length += bytes.length;
    if (length < SIZE) continue;
    const all = Buffer.concat(parts);
    const end = all.lastIndexOf(LINE_END) + 1;
    if (all.length - end > MOST) broken('unreadable', 'this line is longer than any of an export');
    yield* cutAtHeads(all.subarray(0, end));
    parts = [all.subarray(end)];
    length = all.length - end;
  }
  yield* cutAtHeads(Buffer.concat(parts));
}

function* cutAtHeads(bytes: Buffer): Generator<Block, void, undefined> {
  for (let from = 0; from < bytes.length; ) {
    const rest = bytes.subarray(from);
    const isHead = rest.subarray(0, HEAD.length).equals(HEAD);
    const found = rest.indexOf(isHead ? LINE_END : NEXT_HEAD);
    const end = found === -1 ? rest.length : found + 1;
    yield { bytes: rest.subarray(0, end), isHead };
    from += end;
  }
}
