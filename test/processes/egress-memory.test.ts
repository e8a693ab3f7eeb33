/** What hostile documents cost in memory, measured in a process that does nothing but fetch them. */
import { execFile } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { localAuthority } from '../support/local-authority.ts';

const run = promisify(execFile);
const MiB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

type Documents = Readonly<Record<string, (response: ServerResponse) => void>>;

const packed = (bytes: number) => (response: ServerResponse) =>
  void response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(bytes)));
const promised = (bytes: number) => (response: ServerResponse) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': String(bytes) });
  response.write('{');
};
const headers = {
  '/stacked': (response) =>
    void response
      .writeHead(200, { ...JSON_TYPE, 'content-encoding': Array<string>(500).fill('gzip').join(',') })
      .end('{}'),
  '/headers': (response) =>
    void response.writeHead(200, { ...JSON_TYPE, huge: 'x'.repeat(15_000), more: 'x'.repeat(15_000) }).end('{}'),
} satisfies Documents;

const HOSTILE: Documents = {
  '/endless': (response) => {
    response.writeHead(200, JSON_TYPE);
    const more = (): void => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  '/bomb': packed(10 * MiB),
  '/promised': promised(500 * MiB),
  ...headers,
};

/** Refused for the same reasons, each a little more than the server takes. */
const SMALL: Documents = {
  '/longer': (response) => void response.writeHead(200, JSON_TYPE).end(' '.repeat(70_000)),
  '/packed': packed(70_000),
  '/longer-promised': promised(70_000),
  ...headers,
};

test('SF-04 bodies without an end, packed or with a false length take less than 8 MiB, however many come', async () => {
  const authority = await localAuthority();
  try {
    const documents: Documents = { ...SMALL, ...HOSTILE };
    const site = await authority.serve(({ url = '' }, response) => documents[url]?.(response), 'DNS:keys.example.com');
    const script = join(import.meta.dirname, '../support/fetching-process.ts');
    // What V8 lets pile up, and what it compiles, is not what the documents cost.
    const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', '--expose-gc', '--no-opt'];
    const paths = [SMALL, HOSTILE].map((some) => Object.keys(some).join(','));
    const options = [...flags, script, authority.caFile, String(site.port), '40', ...paths];
    const { stdout } = await run(process.execPath, options, { timeout: 240_000 });
    const { grown, reasons } = JSON.parse(stdout) as { readonly grown: number; readonly reasons: readonly string[] };
    expect(reasons).toEqual(['answer_not_valid', 'encoding_not_accepted', 'too_large']);
    expect(grown).toBeLessThan(8 * MiB);
  } finally {
    await authority.remove();
  }
}, 300_000);
