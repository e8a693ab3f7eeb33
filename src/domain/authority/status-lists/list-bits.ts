import { randomBytes } from 'node:crypto';
import type { Compression } from '../../ports/compression.ts';
import { LIST_LENGTH } from './status-list.ts';

/** The statuses of one list, a bit for each index: 1 for an ended token (§4.1, §7.1). */
export interface ListBits {
  has(index: number): boolean;
  set(index: number): void;
  /** Differs for different statuses in this process. */
  version(): string;
  /** The bytes in the ZLIB format. */
  compressed(): Promise<Buffer>;
}

/** Ended tokens of a list that are held as numbers. All bits take 128 KiB. */
const MOST_FEW = 1000;

const setBit = (bytes: Uint8Array, index: number): void => {
  bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
};

const bytesOf = (indexes: Iterable<number>): Uint8Array => {
  const bytes = new Uint8Array(LIST_LENGTH / 8);
  for (const index of indexes) setBit(bytes, index);
  return bytes;
};

export const listBits = ({ deflated }: Pick<Compression, 'deflated'>): ListBits => {
  const few = new Set<number>();
  /** Allocated when more tokens have ended than `few` takes. */
  let many: Uint8Array | undefined;
  let version = 0;
  const instance = randomBytes(6).toString('base64url');

  return {
    has: (index) => (many ? ((many[index >> 3] ?? 0) & (1 << (index & 7))) !== 0 : few.has(index)),
    set(index): void {
      version += 1;
      if (many) setBit(many, index);
      else few.add(index);
      if (few.size <= MOST_FEW) return;
      many = bytesOf(few);
      few.clear();
    },
    // No bits: the same for each list that has none.
    version: () => (version === 0 ? '0' : `${instance}.${version}`),
    compressed: () => deflated(many ? Uint8Array.from(many) : bytesOf(few)),
  };
};

/** The compressed statuses of a list of which every token has ended. */
export const allEnded = ({ deflated }: Pick<Compression, 'deflated'>): Promise<Buffer> =>
  deflated(new Uint8Array(LIST_LENGTH / 8).fill(255));
