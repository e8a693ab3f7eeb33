/** Writes ZIP archives (PKWARE APPNOTE 6.3.10) as a stream, with DEFLATE and data descriptors. No ZIP64: less than 4 GiB. */
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** `name`: a relative path in ASCII. The content is read once, when the archive reaches the file. */
export type ZipFile = { readonly name: string; readonly content: AsyncIterable<string | Buffer> };

const LOCAL = 0x0403_4b50;
const DESCRIPTOR = 0x0807_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const VERSION = 20;
/** Sizes and checksum come after the content. */
const FLAGS = 0x0008;
const DEFLATE = 8;
/** 1 January 1980, the first date of the format: an archive says nothing of the clock of its writer. */
const DATE = 0x0021;
const REGULAR_FILE = 0o100600 * 2 ** 16;

type Written = {
  readonly name: Buffer;
  readonly at: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
};

const fields = (...given: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer => {
  const buffer = Buffer.alloc(given.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of given) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
};

const localHeader = (name: Buffer): Buffer =>
  Buffer.concat([
    fields([4, LOCAL], [2, VERSION], [2, FLAGS], [2, DEFLATE], [2, 0], [2, DATE]),
    fields([4, 0], [4, 0], [4, 0], [2, name.length], [2, 0]),
    name,
  ]);

const centralHeader = ({ name, at, crc, packed, size }: Written): Buffer =>
  Buffer.concat([
    fields([4, CENTRAL], [2, 3 * 256 + VERSION], [2, VERSION], [2, FLAGS], [2, DEFLATE], [2, 0], [2, DATE]),
    fields(
      [4, crc],
      [4, packed],
      [4, size],
      [2, name.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, REGULAR_FILE],
      [4, at],
    ),
    name,
  ]);

/** The bytes of an archive of these files, in their order. Holds no file in memory. Throws RangeError at 4 GiB. */
export const zipOf = async function* (files: AsyncIterable<ZipFile>): AsyncGenerator<Buffer, void, undefined> {
  const written: Written[] = [];
  let at = 0;
  const counted = (bytes: Buffer): Buffer => {
    at += bytes.length;
    return bytes;
  };
  for await (const file of files) {
    const name = Buffer.from(file.name, 'ascii');
    const begin = at;
    yield counted(localHeader(name));
    const start = at;
    let [crc, size] = [0, 0];
    const plain = async function* () {
      for await (const chunk of file.content) {
        const bytes = Buffer.from(chunk);
        crc = crc32(bytes, crc);
        size += bytes.length;
        yield bytes;
      }
    };
    const source = Readable.from(plain());
    const deflate = createDeflateRaw();
    source.once('error', (error) => deflate.destroy(error));
    try {
      for await (const chunk of source.pipe(deflate)) yield counted(chunk as Buffer);
    } finally {
      source.destroy();
    }
    const packed = at - start;
    yield counted(fields([4, DESCRIPTOR], [4, crc], [4, packed], [4, size]));
    written.push({ name, at: begin, crc, packed, size });
  }
  const first = at;
  for (const one of written) yield counted(centralHeader(one));
  yield fields([4, END], [2, 0], [2, 0], [2, written.length], [2, written.length], [4, at - first], [4, first], [2, 0]);
};
