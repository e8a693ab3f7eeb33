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

const HOSTILE: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/endless': (response) => {
    response.writeHead(200, JSON_TYPE);
    const more = (): void => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  '/bomb': (response) =>
    void response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10 * MiB))),
  '/stacked': (response) =>
    void response
      .writeHead(200, { ...JSON_TYPE, 'content-encoding': Array<string>(500).fill('gzip').join(',') })
      .end('{}'),
  '/promised': (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': String(500 * MiB) });
    response.write('{');
  },
  '/headers': (response) =>
    void response.writeHead(200, { ...JSON_TYPE, huge: 'x'.repeat(15_000), more: 'x'.repeat(15_000) }).end('{}'),
};

test('SF-04 bodies without an end, packed or with a false length take less than 8 MiB, however many come', async () => {
  const authority = await localAuthority();
  try {
    const answer = (path = ''): ((response: ServerResponse) => void) | undefined => HOSTILE[path];
    const site = await authority.serve(({ url }, response) => answer(url)?.(response), 'DNS:keys.example.com');
    const script = join(import.meta.dirname, '../support/fetching-process.ts');
    // A small nursery: what oidc-provider lets pile up before it looks is not what the documents cost.
    const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'];
    const options = [...flags, script, authority.caFile, String(site.port), '40'];
    const { stdout } = await run(process.execPath, [...options, ...Object.keys(HOSTILE)], { timeout: 240_000 });
    const { grown, reasons } = JSON.parse(stdout) as { readonly grown: number; readonly reasons: readonly string[] };
    expect(reasons).toEqual(['answer_not_valid', 'encoding_not_accepted', 'too_large']);
    expect(grown).toBeLessThan(8 * MiB);
  } finally {
    await authority.remove();
  }
}, 300_000);
