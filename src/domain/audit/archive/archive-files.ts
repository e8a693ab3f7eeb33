/** The files of an archive of the audit log: where each stands, and what its head says. */
import type { TreeHash } from '../transparency-log/merkle-tree.ts';

/** What an archive has. Written last: what it does not name does not count. */
export type ArchiveHead = {
  readonly behalf_archive: 1;
  /** Origin of the transparency log. */
  readonly origin: string;
  /** Number of bundles, from the first one, each with 256 entries. */
  readonly bundles: number;
  /** A signed checkpoint of the log that contains them. */
  readonly checkpoint: string;
  /** That it does: the consistency proof from the entries of the bundles, base64. */
  readonly proof: readonly string[];
};

export const HEAD = 'archive.json';

/** The index of a tile in groups of three digits (C2SP tlog-tiles). */
const groups = (index: number): string => {
  const digits = String(index).padStart(Math.ceil(Math.max(1, String(index).length) / 3) * 3, '0');
  const parts = digits.match(/\d{3}/g) ?? [];
  return parts.map((part, at) => (at === parts.length - 1 ? part : `x${part}`)).join('/');
};

/** An entry bundle and a tile as tlog-tiles names them; the records of a bundle beside them. */
export const bundleFile = (index: number): string => `tile/entries/${groups(index)}`;
export const tileFile = (level: number, index: number): string => `tile/${level}/${groups(index)}`;
export const recordsFile = (index: number): string => `records/${groups(index)}.ndjson`;

export const headText = (head: ArchiveHead): string => `${JSON.stringify(head, undefined, 2)}\n`;

/** Reads a head. Undefined for any other text. */
export const parseHead = (text: string): ArchiveHead | undefined => {
  try {
    const head = JSON.parse(text) as ArchiveHead;
    const { behalf_archive: version, origin, bundles, checkpoint, proof } = head;
    const isHead =
      version === 1 &&
      typeof origin === 'string' &&
      Number.isSafeInteger(bundles) &&
      bundles > 0 &&
      typeof checkpoint === 'string' &&
      Array.isArray(proof) &&
      proof.every((one) => typeof one === 'string');
    return isHead ? head : undefined;
  } catch {
    return undefined;
  }
};

export const proofOf = ({ proof }: ArchiveHead): readonly TreeHash[] => proof.map((one) => Buffer.from(one, 'base64'));
