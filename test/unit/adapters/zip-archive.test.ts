/** Evidence that is verified here is what any other program finds in the archive: nothing is beside the files, and each has one name. */
import { describe, expect, test } from '@jest/globals';
import { readZip } from '../../../adapters/node/zip-archive.ts';
import { zipOf } from '../../../src/http/management/zip.ts';

const FILES = { 'README.txt': 'Read this.\n', 'items.ndjson': '{"id":"itm_1"}\n'.repeat(40), 'policies/1.cedar': '' };
const END_LENGTH = 22;

const archive = async (): Promise<Buffer> => {
  const files = async function* () {
    for (const [name, text] of Object.entries(FILES)) {
      const content = async function* () {
        yield text;
      };
      yield { name, content: content() };
    }
  };
  const parts: Buffer[] = [];
  for await (const part of zipOf(files())) parts.push(part);
  return Buffer.concat(parts);
};

/** A copy with other bytes. `at`: offsets of the second file, items.ndjson, and of the directory and its second entry. */
const changed = async (change: (bytes: Buffer, at: { local: number; directory: number; entry: number }) => Buffer) => {
  const bytes = await archive();
  const directory = bytes.readUInt32LE(bytes.length - 6);
  const entry = bytes.indexOf('items.ndjson', directory) - 46;
  return change(bytes, { local: bytes.readUInt32LE(entry + 42), directory, entry });
};

/** With `more` bytes at a place, and the offsets after it moved. */
const widened = (bytes: Buffer, place: number, more: Buffer): Buffer => {
  const directory = bytes.readUInt32LE(bytes.length - 6);
  const next = Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);
  const moved = (value: number) => (value >= place ? value + more.length : value);
  next.writeUInt32LE(moved(directory), next.length - 6);
  for (let at = bytes.indexOf('PK\x01\x02', directory, 'latin1'); at !== -1; ) {
    const to = moved(at);
    next.writeUInt32LE(moved(bytes.readUInt32LE(at + 42)), to + 42);
    at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1');
  }
  return next;
};

const texts = (bytes: Buffer) => Object.fromEntries([...readZip(bytes)].map(([name, file]) => [name, String(file)]));

test('an archive of this server gives its files, and so does one of the library of Python, without descriptors', async () => {
  expect(texts(await archive())).toEqual(FILES);
  const ofPython =
    'UEsDBBQAAAAAAAAAgV0L+UNWBgAAAAYAAAAHAAAAYS9iLnR4dHN0b3JlZFBLAwQUAAAACAAAAIFdKA5V6AoAAAAIAAAABQAAAGMudHh0S0lNy0ksSU0BAFBLAQIUAxQAAAAAAAAAgV0L+UNWBgAAAAYAAAAHAAAAAAAAAAAAAACAAQAAAABhL2IudHh0UEsBAhQDFAAAAAgAAACBXSgOVegKAAAACAAAAAUAAAAAAAAAAAAAAIABKwAAAGMudHh0UEsFBgAAAAACAAIAaAAAAFgAAAAAAA==';
  expect(texts(Buffer.from(ofPython, 'base64'))).toEqual({ 'a/b.txt': 'stored', 'c.txt': 'deflated' });
});

describe('an archive in which another program may find something else is refused', () => {
  test.each<readonly [string, Parameters<typeof changed>[0], string]>([
    [
      'another name before the content',
      (bytes, { local }) => {
        bytes.write('items.NDJSON', local + 30);
        return bytes;
      },
      'items.ndjson has another name before its content',
    ],
    [
      'another packing before the content',
      (bytes, { local }) => {
        bytes.writeUInt16LE(0, local + 8);
        return bytes;
      },
      'items.ndjson is described in two ways',
    ],
    [
      'another size before the content',
      (bytes, { local }) => {
        bytes.writeUInt32LE(7, local + 22);
        return bytes;
      },
      'items.ndjson is described in two ways',
    ],
    [
      'another size after the content',
      (bytes, { local, entry }) => {
        const packed = bytes.readUInt32LE(entry + 20);
        bytes.writeUInt32LE(7, local + 30 + 'items.ndjson'.length + packed + 12);
        return bytes;
      },
      'items.ndjson is described in two ways',
    ],
    ['bytes before the first file', (bytes) => widened(bytes, 0, Buffer.from('#!/bin/sh\n')), 'other bytes are before'],
    [
      'bytes between two files',
      (bytes, { local }) => widened(bytes, local, Buffer.from('hidden')),
      'other bytes are before items.ndjson',
    ],
    [
      'bytes between the files and the directory',
      (bytes, { directory }) => widened(bytes, directory, Buffer.from('hidden')),
      'other bytes are before its directory',
    ],
    [
      'bytes after the directory',
      (bytes) => widened(bytes, bytes.length - END_LENGTH, Buffer.from('hidden')),
      'its directory does not end at its end',
    ],
    [
      'fewer files in the number at its end than in the directory',
      (bytes) => {
        bytes.writeUInt16LE(2, bytes.length - END_LENGTH + 10);
        return bytes;
      },
      'its end does not describe it',
    ],
    [
      'bytes behind the packed content',
      (bytes, { local, entry }) => {
        const packed = bytes.readUInt32LE(entry + 20);
        const place = local + 30 + 'items.ndjson'.length + packed;
        const next = widened(bytes, place, Buffer.from('hidden'));
        next.writeUInt32LE(packed + 6, entry + 6 + 20);
        next.writeUInt32LE(packed + 6, place + 6 + 8);
        return next;
      },
      'items.ndjson has other bytes behind its content',
    ],
    [
      'a symbolic link',
      (bytes, { entry }) => {
        bytes.writeUInt32LE((0o120777 << 16) >>> 0, entry + 38);
        return bytes;
      },
      'items.ndjson is no regular file',
    ],
    [
      'an extra field, which could carry another name (APPNOTE 4.6.9)',
      (bytes, { local }) => {
        bytes.writeUInt16LE(4, local + 28);
        return widened(bytes, local + 30 + 'items.ndjson'.length, Buffer.from('75700000', 'hex'));
      },
      'items.ndjson has fields that',
    ],
    [
      'an encrypted file',
      (bytes, { local, entry }) => {
        bytes.writeUInt16LE(0x0009, entry + 8);
        bytes.writeUInt16LE(0x0009, local + 6);
        return bytes;
      },
      'items.ndjson is packed in another way',
    ],
  ])('%s', async (_, change, said) => {
    const bytes = await changed(change);
    expect(() => readZip(bytes)).toThrow(said);
  });
});
