/** The entries of the transparency log: which record of which stream has which digest, and nothing else. */
import { isStreamName } from '../signed-heads.ts';

/** `hash`: the digest of the record as the record carries it, base64url. */
export type LogEntry = { readonly stream: string; readonly sequence: number; readonly hash: string };

/** Consecutive records of one stream. */
export type Run = { readonly stream: string; readonly first: number; readonly hashes: readonly string[] };

/** The text that the tree hashes: RFC 8785 JSON. */
export const entryText = ({ stream, sequence, hash }: LogEntry): string =>
  `{"hash":${JSON.stringify(hash)},"sequence":${sequence},"stream":${JSON.stringify(stream)}}`;

/** Reads the text of an entry. Undefined for any other text. */
export const parseEntry = (text: string): LogEntry | undefined => {
  try {
    const { stream, sequence, hash } = JSON.parse(text) as LogEntry;
    const isEntry = isStreamName(stream) && Number.isSafeInteger(sequence) && typeof hash === 'string';
    return isEntry && entryText({ stream, sequence, hash }) === text ? { stream, sequence, hash } : undefined;
  } catch {
    return undefined;
  }
};

export const entriesOf = (runs: readonly Run[]): readonly LogEntry[] =>
  runs.flatMap(({ stream, first, hashes }) => hashes.map((hash, at) => ({ stream, sequence: first + at, hash })));

/** Joins neighbours of one stream. */
export const runsOf = (entries: readonly LogEntry[]): readonly Run[] => {
  const runs: { stream: string; first: number; hashes: string[] }[] = [];
  for (const { stream, sequence, hash } of entries) {
    const last = runs.at(-1);
    if (last?.stream === stream && last.first + last.hashes.length === sequence) last.hashes.push(hash);
    else runs.push({ stream, first: sequence, hashes: [hash] });
  }
  return runs;
};

/** An entry bundle: each entry behind its length of two bytes (C2SP tlog-tiles, “Log entries”). */
export const bundleBytes = (entries: readonly LogEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap((entry) => {
      const bytes = Buffer.from(entryText(entry));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
