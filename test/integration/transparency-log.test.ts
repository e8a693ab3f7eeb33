/** The transparency log over HTTP, the management API and the command line, against the whole server. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isConsistent, leafHash, rootOfInclusion } from '../../src/domain/audit/transparency-log/merkle-tree.ts';
import { noteVerifier, openCheckpoint } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let management: Management;
let folder: string;
let verifierKey: string;
/** Path of the log below the issuer, with a slash at its end. */
let tiles: string;

const at = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${server.issuer}${path}`, init);
const checkpointNow = async () => {
  const note = await (await at('/log/checkpoint')).text();
  const checkpoint = openCheckpoint(note, noteVerifier(verifierKey));
  if (!checkpoint) throw new Error(`no checkpoint: ${note}`);
  return { ...checkpoint, note };
};
const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer });
const lastEvent = async (): Promise<{ readonly id: string; readonly hash: string }> => {
  const { body } = await management.call('GET', '/audit/events?type=account.created&limit=1');
  return (body['items'] as { readonly id: string; readonly hash: string }[])[0] as never;
};

beforeAll(async () => {
  server = await runServer({ path: '/id' });
  management = await managementFromKeyFile(join(server.dataFolder, 'administrator.json'));
  folder = await mkdtemp(join(tmpdir(), 'behalf-log-'));
  const { body } = await management.call('GET', '/audit/log');
  verifierKey = String(body['verifier_key']);
  tiles = new URL(`http://${body['origin']}/`).pathname.slice('/id'.length);
  await management.call('POST', '/accounts', { username: 'ada2', name: 'Ada' });
}, 60_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a record is in a signed checkpoint soon, and the API proves it with at most 3 KB', async () => {
  const event = await lastEvent();
  let proven: Record<string, unknown> = {};
  await until(async () => {
    const answer = await management.call('GET', `/audit/events/${event.id}/proof`);
    if (answer.status === 503) expect(answer.body['reason']).toBe('event_not_logged');
    proven = answer.body;
    return answer.status === 200;
  });
  const { index, entry, proof, checkpoint } = proven;
  expect(JSON.stringify(proven).length).toBeLessThan(3072);
  expect(JSON.parse(String(entry))).toEqual({
    stream: event.id.split(':')[0],
    sequence: expect.any(Number),
    hash: event.hash,
  });
  const { size = 0, root } = openCheckpoint(String(checkpoint), noteVerifier(verifierKey)) ?? {};
  const hashes = (proof as string[]).map((one) => Buffer.from(one, 'base64'));
  expect(rootOfInclusion(leafHash(String(entry)), Number(index), size, hashes)).toEqual(root);
});

test('two checkpoints are consistent, and sizes that the log does not have are refused', async () => {
  const first = await checkpointNow();
  await management.call('POST', '/accounts', { username: 'grace2', name: 'Grace' });
  let second = first;
  await until(async () => {
    second = await checkpointNow();
    return second.size > first.size;
  });
  const answer = await management.call('GET', `/audit/log/consistency?from=${first.size}&to=${second.size}`);
  const proof = (answer.body['proof'] as string[]).map((one) => Buffer.from(one, 'base64'));
  expect(isConsistent(first, second, proof)).toBe(true);
  for (const query of ['from=5&to=4', 'to=999999999999999', `from=${second.size + 10_000}`]) {
    const refused = await management.call('GET', `/audit/log/consistency?${query}`);
    expect([refused.status, refused.body['reason']]).toEqual([400, 'log_size_unknown']);
  }
});

test('an event that does not exist has no proof, and a token without audit:read gets none', async () => {
  const none = await management.call('GET', '/audit/events/nod_x:0000000000000001/proof');
  expect([none.status, none.body['reason']]).toEqual([404, 'document_not_found']);
  const bare = await at(`/api/v1/audit/events/${(await lastEvent()).id}/proof`);
  expect(bare.status).toBe(401);
});

describe('the endpoints of tlog-tiles', () => {
  test('serve checkpoint, tiles and entries without a token, with the caching that the specification asks for', async () => {
    const checkpoint = await at('/log/checkpoint');
    expect(checkpoint.status).toBe(200);
    expect(checkpoint.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(checkpoint.headers.get('cache-control')).toBe('public, max-age=1');
    const ofLog = await at(`${tiles}checkpoint`);
    expect([ofLog.status, ofLog.headers.get('cache-control')]).toEqual([200, 'public, max-age=1']);
    expect((await ofLog.text()).split('\n')[0]).toBe(noteVerifier(verifierKey).name);
    const { size } = await checkpointNow();
    expect(size).toBeLessThan(256);
    for (const kind of ['0', 'entries']) {
      const tile = await at(`${tiles}tile/${kind}/000.p/${size}`);
      expect(tile.status).toBe(200);
      expect(tile.headers.get('content-type')).toBe('application/octet-stream');
      expect(tile.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(tile.headers.get('access-control-allow-origin')).toBe('*');
      const bytes = Buffer.from(await tile.arrayBuffer());
      if (kind === '0') expect(bytes).toHaveLength(size * 32);
      else expect(bytes.readUInt16BE(0)).toBeGreaterThan(80);
    }
  });

  test('have nothing beyond the log, and nothing at a path of another form', async () => {
    for (const path of [
      ...['0/000', '0/000.p/255', '0/000.p/256', '0/000.p/0', '0/000.p/01', '0/001.p/1', '1/000.p/1', '64/000.p/1'],
      ...['00/000.p/1', '-1/000.p/1', '0/x000/000.p/1', '0/0.p/1', '0/1000.p/1', '0/x999/x999/x999/x999/999.p/1'],
      ...['0/x999/x999/x999/x999/x999/999.p/1', 'entries/999.p/1', 'entries/000', 'data/000.p/1', '63/999.p/1', '0/'],
      ...['0/000.p', '0/000.p/1/', '0/000.p/1%20', '0/%2e%2e/000', 'entries/000.p/1e1', '0/٣٣٣.p/1', 'x'.repeat(4000)],
    ]) {
      const answer = await at(`${tiles}tile/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    const other = `/log/log_${'a'.repeat(26)}`;
    for (const path of [
      ...['/log/', '/log/checkpoint/', '/log/Checkpoint', '/log/nod_x/checkpoint', `${tiles}checkpoint/`],
      // Another log, and addresses without a log.
      ...[`${other}/checkpoint`, `${other}/tile/0/000.p/1`, `${other}/tile/entries/000.p/1`, '/log/tile/0/000.p/1'],
    ]) {
      expect([path, (await at(path)).status]).toEqual([path, 404]);
    }
  });

  test('answer HEAD and OPTIONS, ignore Range, and refuse other methods', async () => {
    for (const path of ['/log/checkpoint', `${tiles}checkpoint`, `${tiles}tile/0/000.p/1`]) {
      const head = await at(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect((await at(path, { method: 'OPTIONS' })).headers.get('allow')).toBe('HEAD, GET');
      expect((await at(path, { headers: { range: 'bytes=0-3' } })).status).toBe(200);
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const refused = await at(path, { method });
        expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, 'HEAD, GET']);
      }
    }
  });

  test('answer 503 while the store fails', async () => {
    server.faults.failingReads = new Set(['transparency_logs']);
    try {
      for (const path of ['/log/checkpoint', `${tiles}checkpoint`, `${tiles}tile/0/000.p/1`]) {
        const answer = await at(path);
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
      }
    } finally {
      server.faults.failingReads = new Set();
    }
  });
});

describe('the command line', () => {
  test('shows the key, writes a proof and verifies it without the server', async () => {
    const shown = await behalf('audit', 'log', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ verifier_key: verifierKey });
    expect((await behalf('audit', 'log')).out).toContain(verifierKey);

    const { id, hash } = await lastEvent();
    const file = join(folder, 'event.tlog-proof');
    const wrote = await behalf('audit', 'prove', id, '--to', file);
    expect([wrote.code, wrote.err]).toEqual([0, expect.stringContaining('is written')]);
    expect((await behalf('audit', 'prove', id, '--to', file)).code).toBe(1);
    expect((await behalf('audit', 'prove', id)).out).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);

    const verified = await cliHere(['audit', 'verify', '--proof', file, '--key', verifierKey, '--json'], {});
    expect([verified.code, JSON.parse(verified.out)]).toEqual([
      0,
      { ok: true, index: expect.any(Number), size: expect.any(Number), entry: expect.objectContaining({ hash }) },
    ]);

    // The header of a whole export can name the digest, too.
    const isRecord = (line: string): boolean => line.includes(hash) && !line.startsWith('{"behalf_audit"');
    const exported = join(folder, 'audit.ndjson');
    expect((await behalf('audit', 'export', '--to', exported)).code).toBe(0);
    const withRecord = (record: string) =>
      cliHere(['audit', 'verify', '--proof', file, '--key', verifierKey, '--record', record], {});
    expect((await withRecord(exported)).code).toBe(0);
    const personal = join(folder, 'personal.ndjson');
    expect((await behalf('audit', 'export', '--personal', '--to', personal)).code).toBe(0);
    const partly = join(folder, 'partly.ndjson');
    const redact = ['--redact', 'inputs,caller,personal,request'];
    expect((await behalf('audit', 'export', ...redact, '--to', partly)).code).toBe(0);
    const part = (await readFile(partly, 'utf8')).split('\n').find(isRecord) as string;
    expect(Object.keys(JSON.parse(part).event)).not.toContain('caller');
    await writeFile(join(folder, 'part.ndjson'), part);
    expect((await withRecord(join(folder, 'part.ndjson'))).code).toBe(0);
    expect((await cliHere(['audit', 'verify', partly], {})).code).toBe(0);
    const unknown = await behalf('audit', 'export', '--redact', 'colour', '--to', join(folder, 'none.ndjson'));
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('no member colour')]);
    const { stream, sequence } = JSON.parse(part) as { readonly stream: string; readonly sequence: number };
    const ofRange = await cliHere(
      ['audit', 'verify', exported, '--stream', stream, '--from', String(sequence), '--json'],
      {},
    );
    expect([ofRange.code, JSON.parse(ofRange.out)]).toEqual([0, expect.objectContaining({ ok: true, records: 1 })]);
    const open = (await readFile(personal, 'utf8')).split('\n').find(isRecord) as string;
    const swapped = open.replace(/"value":"[^"]*"/, '"value":"192.0.2.99"');
    expect(swapped).not.toBe(open);
    const line = (await readFile(exported, 'utf8')).split('\n').find(isRecord) as string;
    for (const [text, problem] of [
      [line.replace('"outcome":"done"', '"outcome":"refused"'), 'was changed'],
      [part.replace('"outcome":"done"', '"outcome":"refused"'), 'was changed'],
      [line.replace(/\}$/, ',"zone":1}'), 'not a record of the audit log'],
      [swapped, 'does not give its commitment'],
      ['not an export', 'not JSON'],
      ['{"behalf_audit":1}', 'does not have record'],
    ] as const) {
      const other = join(folder, 'other.ndjson');
      await writeFile(other, text);
      const refused = await withRecord(other);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(problem)]);
    }
  });

  test('refuses a changed proof, another key, and options that do not go together', async () => {
    const file = join(folder, 'changed.tlog-proof');
    const { out } = await behalf('audit', 'prove', (await lastEvent()).id);
    await writeFile(file, out.replace(/index \d+/, 'index 0'));
    const changed = await cliHere(['audit', 'verify', '--proof', file, '--key', verifierKey], {});
    expect([changed.code, changed.err]).toEqual([1, expect.stringContaining('does not lead to the root')]);
    for (const [argv, code] of [
      [['--proof', file], 2],
      [['--proof', file, '--key', 'no key'], 1],
      [['--proof', join(folder, 'none'), '--key', verifierKey], 1],
      [['--proof', file, '--key', verifierKey, '--store'], 2],
      [['--proof', file, '--key', verifierKey, '--checkpoint', file], 2],
      [['--proof', file, '--key', verifierKey, '--trusted-heads', file], 2],
      [['--record', file, 'x.ndjson'], 2],
      [['--checkpoint', file, 'x.ndjson'], 2],
    ] as const) {
      expect([argv, (await cliHere(['audit', 'verify', ...argv], {})).code]).toEqual([argv, code]);
    }
  });
});
