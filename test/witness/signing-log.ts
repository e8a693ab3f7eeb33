/** A log that signs any tree, also what no honest log signs. */
import { generateKeyPairSync } from 'node:crypto';
import { consistencyProof, leafHash, rootAt, rootOfRow } from '../../src/domain/audit/transparency-log/merkle-tree.ts';
import { checkpointText, noteSigner } from '../../src/domain/audit/transparency-log/signed-note.ts';

/** `entries` decide its tree: two with the same key and other entries show two views of one log. */
export const signingLog = (
  origin: string,
  entries: (index: number) => string = (index) => `entry ${index}`,
  key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
) => {
  const signs = noteSigner(origin, key);
  const subtree = async (level: number, index: number) =>
    rootOfRow(Array.from({ length: 2 ** level }, (_, at) => leafHash(entries(index * 2 ** level + at))));
  const checkpoint = async (size: number): Promise<string> =>
    signs.sign(checkpointText({ origin, size, root: await rootAt(subtree, size) }));
  return {
    key,
    origin,
    verifierKey: signs.verifierKey,
    sign: signs.sign,
    checkpoint,
    /** The body of add-checkpoint from one size to another. */
    async request(old: number, size: number): Promise<string> {
      const proof = await consistencyProof(subtree, old, size);
      return `old ${old}\n${proof.map((one) => `${one.toString('base64')}\n`).join('')}\n${await checkpoint(size)}`;
    },
  };
};
