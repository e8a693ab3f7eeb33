/**
 * `behalf audit archive --remove` and legal holds, beside a running server whose clock a test moves: on SQLite, and in
 * `npm run test:servers` on MongoDB.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, type RunOptions, runServer } from '../support/running-server.ts';
import { isOnServers } from '../support/shared-servers.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
/** Entries of a bundle. */
const WIDTH = 256;
/** What lasts: a command works on the store itself, beside the server. */
const DURABLE: RunOptions = isOnServers() ? {} : { stores: 'sqlite' };
/** Bundles to remove: over a network an event takes long. */
const BUNDLES = isOnServers() ? 1 : 2;
/** `runServer` continues on SQLite only. */
const continuing = isOnServers() ? test.skip : test;

let server: RunningServer;
let management: Management;
let folder: string;
let place: string;
let first: string;
/** Entries whose records were removed: the server may have written more than `fill` asked for. */
let archived = 0;

const behalf = (...argv: string[]) =>
  cliHere(argv, {
    ...{ BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer },
    ...server.part?.environment,
    ...(server.part ? { BEHALF__STORES__ALLOWSTANDALONE: String(server.part.isStandalone) } : {}),
  });
const archive = (...more: string[]) => behalf('audit', 'archive', '--before', '90d', '--to', place, ...more);
const entries = async (): Promise<number> => Number((await management.call('GET', '/audit/log')).body['size']);

/** Makes records until the transparency log has so many entries. Each read is an event. */
const fill = async (size: number): Promise<void> => {
  while ((await entries()) < size) {
    const reads = Array.from({ length: 32 }, () => management.call('GET', '/audit/events?limit=1'));
    expect((await Promise.all(reads)).map(({ status }) => status)).toEqual(reads.map(() => 200));
  }
};

beforeAll(async () => {
  stopClock();
  server = await runServer(DURABLE);
  management = await managementFromKeyFile(server.administratorKeyFile);
  folder = await mkdtemp(join(tmpdir(), 'behalf-retention-'));
  place = join(folder, 'archive');
  await fill(BUNDLES * WIDTH + 10);
  const page = await management.call('GET', '/audit/events?limit=200');
  const ids = (page.body['items'] as { readonly id: string }[]).map(({ id }) => id);
  // An early record of the node's stream, and not its first one.
  first = `${(ids.find((id) => id.startsWith('nod_')) ?? '').slice(0, -16)}0000000000000020`;
  advance(400 * DAY);
  management = await managementFromKeyFile(server.administratorKeyFile);
  // The server closes a bundle with the batch after its last entry.
  await fill(BUNDLES * WIDTH + 60);
}, 120_000);
afterAll(async () => {
  await server?.close();
  startClock();
  await rm(folder, { recursive: true, force: true });
});

test('records of the last three days are never removed', async () => {
  const early = await behalf('audit', 'archive', '--before', '2d', '--to', place, '--remove');
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('last three days')]);
  const alone = await archive('--skip-sinks');
  expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--skip-sinks needs --remove')]);
});

test('a legal hold keeps records until it is released; both are events with who and why, and it stays on record', async () => {
  const made = await behalf('legal-holds', 'create', '--reason', 'case 12', '--local', '--json');
  expect([made.code, made.err]).toEqual([0, '']);
  const { id } = JSON.parse(made.out) as { readonly id: string };
  const [created] = await server.events('legal_hold.created');
  expect(created).toMatchObject({ outcome: 'done', target: { kind: 'legal hold', id }, inputs: { reason: 'case 12' } });
  let kept = await archive('--remove');
  await until(async () => {
    if (!kept.err.includes('No bundle')) return true;
    // The server closes a bundle with the batch after its last entry.
    await management.call('GET', '/audit/events?limit=1');
    kept = await archive('--remove');
    return false;
  });
  expect([kept.code, kept.err]).toEqual([0, expect.stringContaining(`The legal hold ${id} keeps record`)]);
  expect(kept.out).toMatch(/^removed +0 records/m);
  expect(await server.events('audit.records_removed')).toEqual([]);

  const released = await behalf('legal-holds', 'release', id, '--reason', 'settled', '--local', '--yes');
  expect([released.code, released.out]).toEqual([0, `${id} is released.\n`]);
  const [ended] = await server.events('legal_hold.released');
  expect(ended).toMatchObject({ outcome: 'done', target: { id }, inputs: { reason: 'settled' } });
  const again = await behalf('legal-holds', 'release', id, '--reason', 'once more', '--local', '--yes');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('was released already')]);
  expect((await management.call('GET', `/legal-holds/${id}`)).body).toMatchObject({
    ...{ state: 'released', reason: 'case 12', release_reason: 'settled' },
  });
  const listed = await behalf('legal-holds', 'list');
  expect(listed.out).toMatch(new RegExp(`${id} +released +all`));
  const times = ['--from', '2026-02-01', '--to', '2026-01-01'];
  const reversed = await behalf('legal-holds', 'create', '--reason', 'x', ...times, '--local');
  expect([reversed.code, reversed.err]).toEqual([1, expect.stringContaining('ends after it begins')]);
  // From elsewhere an administrator needs a second factor.
  const remote = await behalf('legal-holds', 'create', '--reason', 'x');
  expect([remote.code, remote.err]).toEqual([1, expect.stringContaining('second factor')]);
  expect((await server.events('legal_hold.created')).length).toBe(1);
});

test('archived records leave the store, which says where they are; their proofs and what is left verify', async () => {
  let run = await archive('--remove', '--json');
  await until(async () => {
    run = await archive('--remove', '--json');
    if (run.code === 0) archived = (JSON.parse(run.out) as { removal?: { size: number } }).removal?.size ?? 0;
    return run.code !== 0 || archived >= BUNDLES * WIDTH;
  });
  expect([run.code, run.err]).toEqual([0, expect.not.stringContaining('Not verified')]);
  const removals = await server.events('audit.records_removed');
  expect(removals.at(-1)).toMatchObject({ outcome: 'done', caller: 'system', inputs: { size: archived, place } });

  const gone = await management.call('GET', `/audit/events/${first}`);
  expect([gone.status, gone.body['detail']]).toEqual([404, expect.stringContaining(place)]);
  const why = await management.call('GET', `/policy/decisions/${first}`);
  expect([why.status, why.body['detail']]).toEqual([404, expect.stringContaining(place)]);
  const erased = await management.call('POST', '/audit/erasures', { event: first, value: 'source' });
  expect([erased.status, erased.body['detail']]).toEqual([404, expect.stringContaining(place)]);
  expect((await management.call('GET', '/audit/events?limit=1')).body['archived']).toMatchObject({ places: [place] });
  const listed = await behalf('audit', 'list', '--limit', '1');
  expect(listed.err).toContain(`may be in an archive only: ${place}`);

  const stream = first.slice(0, -17);
  const verifierKey = String((await management.call('GET', '/audit/log')).body['verifier_key']);
  const proof = join(folder, 'event.tlog-proof');
  const proven = await behalf('audit', 'prove', first, '--to', proof);
  expect([proven.code, proven.err]).toEqual([0, expect.anything()]);
  const checked = await behalf('audit', 'verify', '--proof', proof, '--key', verifierKey);
  expect([checked.code, checked.out]).toEqual([0, expect.stringContaining(stream)]);

  const file = join(folder, 'export.ndjson');
  expect((await behalf('audit', 'export', '--to', file)).code).toBe(0);
  const exported = await behalf('audit', 'verify', file);
  expect([exported.code, exported.out]).toEqual([0, expect.stringContaining(place)]);
  const part = await behalf('audit', 'verify', file, '--stream', stream, '--from', '20');
  expect([part.code, part.err]).toEqual([1, expect.stringContaining(`in the archive ${place}`)]);

  const both = await behalf('audit', 'verify', '--store', '--archive', place);
  expect([both.code, both.err, both.out]).toEqual([
    0,
    '',
    expect.stringMatching(
      new RegExp(
        `^archive +${archived} records in ${archived / WIDTH} bundles?, with all that were removed from the store$`,
        'm',
      ),
    ),
  ]);
}, 120_000);

test('an archive that was altered after the removal is found by what the store says of it', async () => {
  const changed = join(folder, 'changed');
  await cp(place, changed, { recursive: true });
  const records = join(changed, 'records/000.ndjson');
  await writeFile(records, (await readFile(records, 'utf8')).replace('"outcome":"done"', '"outcome":"gone"'));
  const altered = await behalf('audit', 'verify', '--store', '--archive', changed, '--json');
  expect([altered.code, JSON.parse(altered.out)]).toEqual([
    1,
    expect.objectContaining({ ok: false, findings: ['archive_altered'] }),
  ]);
  // One bundle less, with a head that another archive of the same log had.
  const head = JSON.parse(await readFile(join(changed, 'archive.json'), 'utf8')) as { bundles: number };
  expect(head.bundles).toBe(archived / WIDTH);
  await rm(join(changed, `tile/0/${String(head.bundles - 1).padStart(3, '0')}`));
  const shorter = await behalf('audit', 'verify', '--store', '--archive', changed);
  expect([shorter.code, shorter.err]).toEqual([1, expect.stringContaining('archive')]);
});

continuing(
  'the server starts on what is left, and continues its streams',
  async () => {
    await server.close({ keepData: true });
    server = await runServer({ stores: 'sqlite', after: server });
    management = await managementFromKeyFile(server.administratorKeyFile);
    await fill((await entries()) + 40);
    const stored = await behalf('audit', 'verify', '--store', '--archive', place);
    expect([stored.code, stored.err]).toEqual([0, '']);
    expect((await server.events('audit.mismatch_found')).length).toBe(0);
  },
  60_000,
);
