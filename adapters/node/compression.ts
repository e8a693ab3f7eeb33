/** Compression of Node, off the main thread. */
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { Compression } from '../../src/domain/ports/compression.ts';

const deflateAsync = promisify(deflate);

export const compression: Compression = {
  deflated: (bytes) => deflateAsync(bytes, { level: 9 }),
  gzipped: promisify(gzip),
};
