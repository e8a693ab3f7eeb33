/** `behalf audit archive` and `behalf audit verify --archive`, beside a running server on SQLite. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

/** Entries of a bundle. */
const WIDTH = 256;
const LATER = '2099-01-01';
const RECORDS = 'records/000.ndjson';

let server: RunningServer;
let management: Management;
let folder: string;
let verifierKey: string;

const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer });
const verify = (place: string, ...more: string[]) =>
  behalf('audit', 'verify', '--archive', place, '--key', verifierKey, ...more);
const entries = async (): Promise<number> => Number((await management.call('GET', '/audit/log')).body['size']);

/** Makes the records of one bundle, and waits until the transparency log has them. Each read is an event. */
const fill = async (): Promise<void> => {
  for (let left = WIDTH - (await entries()); left > 0; left -= 32) {
    const reads = Array.from({ length: 32 }, () => management.call('GET', '/audit/events?limit=1'));
    expect((await Promise.all(reads)).map(({ status }) => status)).toEqual(reads.map(() => 200));
  }
  await until(async () => (await entries()) >= WIDTH);
};

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  management = await managementFromKeyFile(server.administratorKeyFile);
  folder = await mkdtemp(join(tmpdir(), 'behalf-archive-'));
  verifierKey = String((await management.call('GET', '/audit/log')).body['verifier_key']);
}, 60_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('an archive holds closed bundles, continues where it was, and verifies with the key of the log alone', async () => {
  const place = join(folder, 'archive');
  const early = await behalf('audit', 'archive', '--before', LATER, '--to', place);
  expect([early.code, early.err]).toEqual([0, expect.stringContaining('Nothing was written')]);
  expect(await readdir(place)).toEqual([]);
  const none = await verify(place);
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('archive.json of the archive is missing')]);

  await fill();
  const past = await behalf('audit', 'archive', '--before', '2020-01-01', '--to', place);
  expect([past.code, past.err]).toEqual([0, expect.stringContaining('Nothing was written')]);
  // The server closes a bundle with the batch after its last entry.
  let first = past;
  await until(async () => {
    first = await behalf('audit', 'archive', '--before', LATER, '--to', place);
    return first.out !== '' || first.code !== 0;
  });
  expect([first.code, first.err]).toEqual([0, expect.stringContaining('Archiving: 100 %, 1 of 1 bundles')]);
  expect(first.out).toMatch(/^added +1 bundle$/m);
  expect(first.out).toMatch(/^verified +256 records in 1 bundle, in the tree of \d+ entries$/m);
  expect((await server.events('audit.archived')).at(-1)).toMatchObject({
    outcome: 'done',
    caller: 'system',
    inputs: { before: Date.parse(LATER) / 1000, personal: false },
  });
  const verified = await verify(place);
  expect([verified.code, verified.err, verified.out]).toEqual([0, '', expect.stringContaining('256 records')]);

  const kept = await readFile(join(place, RECORDS));
  const again = await behalf('audit', 'archive', '--before', LATER, '--to', place, '--json');
  expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { ok: true, added: 0, bundles: 1, records: WIDTH }]);
  expect((await readFile(join(place, RECORDS))).equals(kept)).toBe(true);
  expect(JSON.parse((await verify(place, '--json')).out)).toMatchObject({ ok: true, bundles: 1, records: WIDTH });
  // The archive takes nothing from the store.
  const stored = await behalf('audit', 'verify', '--store');
  expect([stored.code, stored.err]).toEqual([0, '']);
}, 120_000);

test('an archive that was changed does not verify, and the file is named', async () => {
  const place = join(folder, 'archive');
  const changed = join(folder, 'changed');
  await cp(place, changed, { recursive: true });
  const file = join(changed, RECORDS);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"outcome":"done"', '"outcome":"gone"'));
  const altered = await verify(changed);
  expect([altered.code, altered.err]).toEqual([1, expect.stringMatching(/records\/000\.ndjson .*was altered/)]);
  expect(altered.err).toContain('archive_altered');
  await rm(file);
  const missing = await verify(changed);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining(`${RECORDS} of the archive is missing`)]);
  // Nor is it continued.
  const more = await behalf('audit', 'archive', '--before', LATER, '--to', changed);
  expect([more.code, more.err]).toEqual([1, expect.stringContaining(RECORDS)]);
  const unpinned = await behalf('audit', 'verify', '--archive', place);
  expect([unpinned.code, unpinned.err]).toEqual([2, expect.stringContaining('need --key')]);
}, 60_000);
