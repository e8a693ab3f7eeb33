/**
 * Reads ZIP archives (PKWARE APPNOTE 6.3.10): stored or deflated files, without ZIP64, encryption, extra fields or several volumes.
 * Refuses an archive in which another program may find something else: each file is described once, in two equal ways, and no
 * byte is beside the files and their directory.
 */
import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const DESCRIPTOR = 0x0807_4b50;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
const DESCRIPTOR_LENGTH = 16;
const [STORED, DEFLATED] = [0, 8];
/** Flags: sizes and checksum come after the content; the name is UTF-8. Any other one means another way of packing. */
const [IS_DESCRIBED_AFTER, IS_UTF8] = [0x0008, 0x0800];
/** Type of a file in the mode of UNIX: none, or a regular one. */
const [FILE_TYPES, REGULAR_FILE] = [0o170000, 0o100000];
/** Most files, and most bytes of all of them. */
const MOST_FILES = 10_000;
const MOST_BYTES = 2 ** 31 - 1;
/** A part of a path between slashes. */
const PART = /^[\w-][\w.-]*$/;

const fail = (problem: string): never => {
  throw new TypeError(problem);
};

type Directory = { readonly at: number; readonly end: number; readonly files: number };

const directoryOf = (archive: Buffer): Directory => {
  // Without a comment, as our own writer leaves it. A comment could hide another end.
  const end = archive.length - END_LENGTH;
  if (end < 0 || archive.readUInt32LE(end) !== END) return fail('it has no directory at its end');
  const [here, files, comment] = [8, 10, 20].map((offset) => archive.readUInt16LE(end + offset)) as [
    number,
    number,
    number,
  ];
  if (archive.readUInt32LE(end + 4) !== 0 || here !== files || comment !== 0) fail('its end does not describe it');
  if (files > MOST_FILES) fail(`it has more than ${MOST_FILES} files`);
  const [length, at] = [archive.readUInt32LE(end + 12), archive.readUInt32LE(end + 16)];
  if (at + length !== end) fail('its directory does not end at its end');
  return { at, end, files };
};

/** A file as the directory describes it. `sums`: checksum, packed size and size. `next`: where the next entry begins. */
type Entry = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly sums: readonly [crc: number, packed: number, size: number];
  readonly local: number;
  readonly next: number;
};

const hasNumbers = (archive: Buffer, at: number, numbers: readonly number[]): boolean =>
  numbers.every((number, index) => archive.readUInt32LE(at + index * 4) === number);

const entryAt = (archive: Buffer, at: number): Entry => {
  if (archive.readUInt32LE(at) !== CENTRAL) fail('its directory is damaged');
  const length = archive.readUInt16LE(at + 28);
  const name = archive.toString('latin1', at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + length);
  if (!name.split('/').every((part) => PART.test(part))) fail('a name is no path of a file');
  const sums = [16, 20, 24].map((offset) => archive.readUInt32LE(at + offset)) as [number, number, number];
  // An extra field could carry another name, or other sizes (APPNOTE 4.5.3, 4.6.9). So could one before the content.
  if (archive.readUInt32LE(at + 30) !== 0) fail(`${name} has fields that other programs may read in another way`);
  const type = (archive.readUInt32LE(at + 38) >>> 16) & FILE_TYPES;
  if (type !== 0 && type !== REGULAR_FILE) fail(`${name} is no regular file`);
  return {
    ...{ name, sums, flags: archive.readUInt16LE(at + 8), method: archive.readUInt16LE(at + 10) },
    ...{ local: archive.readUInt32LE(at + 42), next: at + CENTRAL_LENGTH + length },
  };
};

/** Where the content begins, and where the file ends with all that belongs to it. Fails where it is described in another way. */
const boundsOf = (archive: Buffer, { name, flags, method, sums, local }: Entry) => {
  if (archive.readUInt32LE(local) !== LOCAL) fail(`${name} is not where the directory says`);
  if (archive.readUInt16LE(local + 28) !== 0) fail(`${name} has fields that other programs may read in another way`);
  const begin = local + LOCAL_LENGTH + archive.readUInt16LE(local + 26);
  if (archive.toString('latin1', local + LOCAL_LENGTH, begin) !== name) {
    fail(`${name} has another name before its content`);
  }
  const isDescribedAfter = (flags & IS_DESCRIBED_AFTER) !== 0;
  const end = begin + sums[1];
  const isSame =
    archive.readUInt16LE(local + 6) === flags &&
    archive.readUInt16LE(local + 8) === method &&
    hasNumbers(archive, local + 14, isDescribedAfter ? [0, 0, 0] : sums) &&
    (!isDescribedAfter || hasNumbers(archive, end, [DESCRIPTOR, ...sums]));
  if (!isSame) fail(`${name} is described in two ways`);
  return { begin, end: isDescribedAfter ? end + DESCRIPTOR_LENGTH : end };
};

/** The content of a file of at most `most` bytes, and where the file ends. */
const contentOf = (archive: Buffer, entry: Entry, most: number): { readonly content: Buffer; readonly end: number } => {
  const { name, flags, method, sums } = entry;
  const [crc, packed, size] = sums;
  const { begin, end } = boundsOf(archive, entry);
  const bytes = archive.subarray(begin, begin + packed);
  if (size > most || bytes.length !== packed) return fail(`${name} is too large, or cut off`);
  if ((flags & ~(IS_DESCRIBED_AFTER | IS_UTF8)) !== 0) fail(`${name} is packed in another way`);
  const content =
    method === STORED
      ? bytes
      : method === DEFLATED
        ? inflated(bytes, size, name)
        : fail(`${name} is packed in another way`);
  if (content.length !== size || crc32(content) !== crc) fail(`${name} does not give its checksum`);
  return { content, end };
};

const inflated = (bytes: Buffer, size: number, name: string): Buffer => {
  const options = { maxOutputLength: Math.max(size, 1), info: true };
  const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
    readonly buffer: Buffer;
    readonly engine: { readonly bytesWritten: number };
  };
  if (engine.bytesWritten !== bytes.length) fail(`${name} has other bytes behind its content`);
  return buffer;
};

/** The files of an archive, at most 10,000 and 2 GiB. Throws TypeError or RangeError when it is none, or not whole. */
export const readZip = (archive: Buffer): ReadonlyMap<string, Buffer> => {
  const files = new Map<string, Buffer>();
  const directory = directoryOf(archive);
  let [at, left, place] = [directory.at, MOST_BYTES, 0];
  for (let number = 0; number < directory.files; number += 1) {
    const entry = entryAt(archive, at);
    if (files.has(entry.name)) fail('a name is there twice');
    if (entry.local !== place) fail(`other bytes are before ${entry.name}`);
    const { content, end } = contentOf(archive, entry, left);
    files.set(entry.name, content);
    [at, left, place] = [entry.next, left - content.length, end];
  }
  if (place !== directory.at) fail('other bytes are before its directory');
  if (at !== directory.end) fail('its directory does not end at its end');
  return files;
};
