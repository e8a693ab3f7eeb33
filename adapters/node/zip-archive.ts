/** Reads ZIP archives (PKWARE APPNOTE 6.3.10): stored or deflated files, without ZIP64, encryption or several volumes. */
import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
const [STORED, DEFLATED] = [0, 8];
/** Most files, and most bytes of all of them. */
const MOST_FILES = 10_000;
const MOST_BYTES = 2 ** 31 - 1;
/** A part of a path between slashes. */
const PART = /^[\w-][\w.-]*$/;

const fail = (problem: string): never => {
  throw new TypeError(problem);
};

/** Where the directory is, and how many files it has. */
const directoryOf = (archive: Buffer): { readonly at: number; readonly files: number } => {
  // Without a comment, as our own writer leaves it. A comment could hide another end.
  const end = archive.length - END_LENGTH;
  if (end < 0 || archive.readUInt32LE(end) !== END) return fail('it has no directory at its end');
  const files = archive.readUInt16LE(end + 10);
  if (files > MOST_FILES) fail(`it has more than ${MOST_FILES} files`);
  return { at: archive.readUInt32LE(end + 16), files };
};

/** The content of the file whose entry in the directory begins at `at`, with at most `most` bytes. */
const contentOf = (archive: Buffer, at: number, name: string, most: number): Buffer => {
  const [method, crc] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 16)];
  const [packed, size, local] = [20, 24, 42].map((offset) => archive.readUInt32LE(at + offset)) as [
    number,
    number,
    number,
  ];
  if (archive.readUInt32LE(local) !== LOCAL) fail(`${name} is not where the directory says`);
  const begin = local + LOCAL_LENGTH + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(begin, begin + packed);
  if (size > most || bytes.length !== packed) return fail(`${name} is too large, or cut off`);
  const content =
    method === STORED
      ? bytes
      : method === DEFLATED
        ? inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) })
        : fail(`${name} is packed in another way`);
  if (content.length !== size || crc32(content) !== crc) fail(`${name} does not give its checksum`);
  return content;
};

/** The files of an archive, at most 10,000 and 2 GiB. Throws TypeError or RangeError when it is none, or not whole. */
export const readZip = (archive: Buffer): ReadonlyMap<string, Buffer> => {
  const files = new Map<string, Buffer>();
  const directory = directoryOf(archive);
  let [at, left] = [directory.at, MOST_BYTES];
  for (let number = 0; number < directory.files; number += 1) {
    if (archive.readUInt32LE(at) !== CENTRAL) fail('its directory is damaged');
    const length = archive.readUInt16LE(at + 28);
    const name = archive.toString('latin1', at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + length);
    if (!name.split('/').every((part) => PART.test(part)) || files.has(name))
      fail('a name is there twice, or no path of a file');
    const content = contentOf(archive, at, name, left);
    files.set(name, content);
    left -= content.length;
    at += CENTRAL_LENGTH + length + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
};
