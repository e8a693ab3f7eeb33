/** The Merkle tree against the vectors of Certificate Transparency (RFC 6962 §2.1), and against a model of the definitions. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  leafHash,
  rootAt,
  rootOfInclusion,
  rootOfPeaks,
  rootOfRow,
  type TreeHash,
  withLeaf,
} from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';

/** The leaves of the reference tests of Certificate Transparency. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => Buffer.from(hex, 'hex'),
);

const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH of RFC 6962 §2.1, as it is written there. */
const model = (leaves: readonly Buffer[]): Buffer => {
  const sha = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0] as Buffer);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.of(1), model(leaves.slice(0, k)), model(leaves.slice(k)));
};

const reader = (leaves: readonly Buffer[]) => async (level: number, index: number) =>
  rootOfRow(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level).map((leaf) => leafHash(leaf)));

const many = Array.from({ length: 70 }, (_, at) => Buffer.from(`entry ${at}`));

test('roots of 0 to 8 leaves are those of the vectors (RFC 6962 §2.1)', async () => {
  let peaks: readonly TreeHash[] = [];
  const grown = [rootOfPeaks(peaks)];
  for (const [size, leaf] of LEAVES.entries()) {
    peaks = withLeaf(peaks, size, leafHash(leaf));
    grown.push(rootOfPeaks(peaks));
  }
  expect(grown.map((root) => root.toString('hex'))).toEqual(ROOTS);
  const read = await Promise.all(ROOTS.map((_, size) => rootAt(reader(LEAVES), size)));
  expect(read.map((root) => root.toString('hex'))).toEqual(ROOTS);
});

test('the hash of a text is that of its bytes, and a hash of another length in a proof is not cut', () => {
  for (const text of ['', 'entry', 'Grüße', '\u{1F600}']) expect(leafHash(text)).toEqual(leafHash(Buffer.from(text)));
  const sha = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  const leaf = leafHash('entry');
  for (const length of [0, 31, 32, 33, 64]) {
    const other = Buffer.alloc(length, 7);
    expect(rootOfInclusion(leaf, 0, 2, [other])).toEqual(sha(Buffer.of(1), leaf, other));
    expect(rootOfInclusion(leaf, 1, 2, [other])).toEqual(sha(Buffer.of(1), other, leaf));
  }
});

test('inclusion and consistency proofs are those of the vectors (RFC 6962 §2.1.1, §2.1.2)', async () => {
  const hex = (hashes: readonly Buffer[]): readonly string[] => hashes.map((one) => one.toString('hex'));
  expect(hex(await inclusionProof(reader(LEAVES), 0, 1))).toEqual([]);
  expect(hex(await inclusionProof(reader(LEAVES), 0, 8))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(hex(await inclusionProof(reader(LEAVES), 5, 8))).toEqual([
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  expect(hex(await consistencyProof(reader(LEAVES), 1, 1))).toEqual([]);
  expect(hex(await consistencyProof(reader(LEAVES), 1, 8))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(hex(await consistencyProof(reader(LEAVES), 6, 8))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

describe('over every size up to 70', () => {
  const sizes = Array.from({ length: many.length + 1 }, (_, size) => size);

  test('an inclusion proof leads to the root, and no other index, size or hash does (RFC 9162 §2.1.3.2)', async () => {
    for (const size of sizes.slice(1)) {
      const root = model(many.slice(0, size));
      for (const index of [0, Math.floor(size / 2), size - 1]) {
        const leaf = leafHash(many[index] as Buffer);
        const proof = await inclusionProof(reader(many), index, size);
        expect(rootOfInclusion(leaf, index, size, proof)).toEqual(root);
        expect(rootOfInclusion(leafHash('another'), index, size, proof)).not.toEqual(root);
        expect(rootOfInclusion(leaf, index, size, [...proof, leaf])).toBeUndefined();
        if (size > 1) expect(rootOfInclusion(leaf, (index + 1) % size, size, proof)).not.toEqual(root);
        if (size > 1) expect(rootOfInclusion(leaf, index, size, proof.slice(1))).not.toEqual(root);
      }
      expect(rootOfInclusion(leafHash('x'), size, size, [])).toBeUndefined();
    }
  });

  test('a consistency proof connects two sizes, and no others (RFC 9162 §2.1.4.2)', async () => {
    for (const second of sizes) {
      const after = { size: second, root: model(many.slice(0, second)) };
      for (const first of sizes.slice(0, second + 1)) {
        const before = { size: first, root: model(many.slice(0, first)) };
        const proof = await consistencyProof(reader(many), first, second);
        expect(isConsistent(before, after, proof)).toBe(true);
        if (first === 0) continue;
        expect(isConsistent({ size: first, root: leafHash('another') }, after, proof)).toBe(false);
        expect(isConsistent(before, { size: second, root: leafHash('another') }, proof)).toBe(false);
        expect(isConsistent(before, after, [...proof, before.root])).toBe(false);
      }
    }
    expect(
      isConsistent({ size: 2, root: model(many.slice(0, 2)) }, { size: 1, root: model(many.slice(0, 1)) }, []),
    ).toBe(false);
  });
});
