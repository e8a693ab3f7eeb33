/** Writes deterministic CBOR (RFC 8949 §4.2.1): of the types that COSE messages consist of. */

/** Numbers are whole ones. Keys of maps are integers, as labels of COSE are. */
export type Cbor = number | string | Uint8Array | null | CborTag | readonly Cbor[] | ReadonlyMap<number, Cbor>;

/** A value with a tag (RFC 8949 §3.4). */
export type CborTag = { readonly tag: number; readonly value: Cbor };

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const NULL = Buffer.of(0xf6);

/** The shortest form of a head, as the determinism of RFC 8949 §4.2.1 demands. */
const head = (major: number, argument: number): Buffer => {
  const first = major << 5;
  if (argument < 24) return Buffer.of(first | argument);
  if (argument < 2 ** 8) return Buffer.of(first | 24, argument);
  const size = argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(size + 1);
  bytes[0] = first | (size === 2 ? 25 : size === 4 ? 26 : 27);
  if (size === 8) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, size);
  return bytes;
};

/** The bytes of a value. Throws TypeError for a number that is not a safe integer. */
export const cborBytes = (value: Cbor): Buffer => {
  if (value === null) return NULL;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('not a whole number');
    return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(TEXT, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(BYTES, value.length), value]);
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]: [number, Cbor]) => [cborBytes(key), cborBytes(one)] as const);
    const sorted = entries.sort(([one], [other]) => Buffer.compare(one, other)).flat();
    return Buffer.concat([head(MAP, entries.length), ...sorted]);
  }
  if (isArray(value)) return Buffer.concat([head(ARRAY, value.length), ...value.map(cborBytes)]);
  const { tag, value: tagged } = value as CborTag;
  return Buffer.concat([head(TAG, tag), cborBytes(tagged)]);
};

const isArray = (value: Cbor): value is readonly Cbor[] => Array.isArray(value);
