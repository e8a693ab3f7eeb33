/**
 * The Merkle tree of RFC 9162 §2.1 (the same as RFC 6962 §2.1) with SHA-256: hashes, roots, proofs and their verification.
 * Sizes and indexes are safe integers.
 */
import { hash } from 'node:crypto';

/** 32 bytes. */
export type TreeHash = Buffer;

/** Reads the hash of the complete subtree with 2^`level` leaves whose first leaf is `index` · 2^`level`. */
export type SubtreeReader = (level: number, index: number) => Promise<TreeHash>;

/** Length of a hash in bytes. */
export const HASH_LENGTH = 32;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
/** The bytes of an inner node, filled anew for each: a new buffer for each costs more than its digest. */
const node = Buffer.concat([NODE], 1 + 2 * HASH_LENGTH);

/** The root of a tree without leaves. */
const EMPTY_ROOT: TreeHash = hash('sha256', '', 'buffer');

export const leafHash = (entry: string | Uint8Array): TreeHash =>
  hash('sha256', typeof entry === 'string' ? `\0${entry}` : Buffer.concat([LEAF, entry]), 'buffer');

const nodeHash = (left: TreeHash, right: TreeHash): TreeHash => {
  // A proof of others may have hashes of any length. Cut to the right one they would pass as another hash.
  if (left.length !== HASH_LENGTH || right.length !== HASH_LENGTH) {
    return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
  }
  node.set(left, 1);
  node.set(right, 1 + HASH_LENGTH);
  return hash('sha256', node, 'buffer');
};

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/**
 * The roots of the complete subtrees that a tree consists of, largest first, after further leaves. `size` is the number of
 * leaves before them.
 */
export const withLeaves = (
  peaks: readonly TreeHash[],
  size: number,
  leaves: readonly TreeHash[],
): readonly TreeHash[] => {
  const next = [...peaks];
  for (const [at, leaf] of leaves.entries()) {
    let root = leaf;
    for (let rest = size + at; isOdd(rest); rest = half(rest)) root = nodeHash(next.pop() ?? EMPTY_ROOT, root);
    next.push(root);
  }
  return next;
};

export const withLeaf = (peaks: readonly TreeHash[], size: number, leaf: TreeHash): readonly TreeHash[] =>
  withLeaves(peaks, size, [leaf]);

/** The root of a tree that consists of these complete subtrees, largest first. */
export const rootOfPeaks = (peaks: readonly TreeHash[]): TreeHash =>
  peaks.length === 0 ? EMPTY_ROOT : peaks.reduceRight((right, left) => nodeHash(left, right));

/** The root of the complete tree over these hashes; their number is a power of two. */
export const rootOfRow = (row: readonly TreeHash[]): TreeHash => {
  let level = row;
  while (level.length > 1) {
    const next: TreeHash[] = [];
    for (let at = 0; at + 1 < level.length; at += 2) {
      next.push(nodeHash(level[at] as TreeHash, level[at + 1] as TreeHash));
    }
    level = next;
  }
  return level[0] ?? EMPTY_ROOT;
};

/** The largest power of two below `count`, which is at least 2. */
const split = (count: number): number => {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
};

/** The hash over the leaves from `begin` to before `end`. */
const rangeHash = async (read: SubtreeReader, begin: number, end: number): Promise<TreeHash> => {
  const count = end - begin;
  const level = Math.round(Math.log2(count));
  if (2 ** level === count) return read(level, begin / count);
  const middle = begin + split(count);
  return nodeHash(await rangeHash(read, begin, middle), await rangeHash(read, middle, end));
};

/** The root of the tree of the first `size` leaves. */
export const rootAt = async (read: SubtreeReader, size: number): Promise<TreeHash> =>
  size === 0 ? EMPTY_ROOT : rangeHash(read, 0, size);

/** The inclusion proof of the leaf `index` in the tree of the first `size` leaves (RFC 9162 §2.1.3.1). */
export const inclusionProof = async (
  read: SubtreeReader,
  index: number,
  size: number,
): Promise<readonly TreeHash[]> => {
  const proof: TreeHash[] = [];
  for (let begin = 0, end = size; end - begin > 1; ) {
    const middle = begin + split(end - begin);
    if (index < middle) {
      proof.push(await rangeHash(read, middle, end));
      end = middle;
    } else {
      proof.push(await rangeHash(read, begin, middle));
      begin = middle;
    }
  }
  return proof.reverse();
};

/** The consistency proof between the trees of the first `first` and `second` leaves (RFC 9162 §2.1.4.1). */
export const consistencyProof = async (
  read: SubtreeReader,
  first: number,
  second: number,
): Promise<readonly TreeHash[]> => {
  if (first === 0 || first === second) return [];
  const proof: TreeHash[] = [];
  let begin = 0;
  let end = second;
  while (end !== first) {
    const middle = begin + split(end - begin);
    if (first <= middle) {
      proof.push(await rangeHash(read, middle, end));
      end = middle;
    } else {
      proof.push(await rangeHash(read, begin, middle));
      begin = middle;
    }
  }
  // The verifier knows the root of the first tree, so it needs this hash only where it is another one.
  if (begin > 0) proof.push(await rangeHash(read, begin, end));
  return proof.reverse();
};

/** The root that an inclusion proof gives; undefined for a proof of another length (RFC 9162 §2.1.3.2). */
export const rootOfInclusion = (
  leaf: TreeHash,
  index: number,
  size: number,
  proof: readonly TreeHash[],
): TreeHash | undefined => {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  let [place, last, root] = [index, size - 1, leaf];
  for (const other of proof) {
    if (last === 0) return undefined;
    if (isOdd(place) || place === last) {
      root = nodeHash(other, root);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else root = nodeHash(root, other);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? root : undefined;
};

/** Whether a consistency proof connects two trees (RFC 9162 §2.1.4.2). */
export const isConsistent = (
  first: { readonly size: number; readonly root: TreeHash },
  second: { readonly size: number; readonly root: TreeHash },
  proof: readonly TreeHash[],
): boolean => {
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return proof.length === 0 && first.root.equals(EMPTY_ROOT);
  const isPower = 2 ** Math.round(Math.log2(first.size)) === first.size;
  const [start, ...rest] = isPower ? [first.root, ...proof] : proof;
  if (!start) return false;
  let [place, last] = [first.size - 1, second.size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let [before, after] = [start, start];
  for (const other of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      before = nodeHash(other, before);
      after = nodeHash(other, after);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else after = nodeHash(after, other);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && before.equals(first.root) && after.equals(second.root);
};
