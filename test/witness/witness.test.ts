/** The witness over HTTP, by the rules of C2SP tlog-witness, and against a log that lies to it. */
import { chmod, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cosignatureVerifier } from '../../src/domain/audit/transparency-log/cosignature.ts';
import { leafHash } from '../../src/domain/audit/transparency-log/merkle-tree.ts';
import { checkpointText, noteVerifier } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { loadWitnessConfiguration } from '../../src/witness/configuration.ts';
import { originHash } from '../../src/witness/state.ts';
import { type WitnessServer, witnessServer } from '../../src/witness/witness-server.ts';
import { signingLog } from './signing-log.ts';

const ORIGIN = 'id.example.com/log/log_a';
const NAME = 'witness.example.com/w1';
const log = signingLog(ORIGIN);
const otherView = signingLog(ORIGIN, (index) => (index < 5 ? `entry ${index}` : `other ${index}`), log.key);
const second = signingLog('other.example.com/log');
let now = 1_800_000_000;
let folder: string;
let url: string;
let server: WitnessServer;
let events: Record<string, unknown>[];

const start = async (): Promise<WitnessServer> => {
  events = [];
  const logs = new Map([log, second].map(({ origin, verifierKey }) => [origin, [noteVerifier(verifierKey)]] as const));
  const listen = { host: '127.0.0.1', port: 0 };
  const started = witnessServer(
    { name: NAME, folder, listen, logs },
    { clock: { now: () => now }, log: (event) => void events.push(event) },
  );
  url = `http://127.0.0.1:${await started.listen()}`;
  return started;
};
const post = async (body: string | Uint8Array) => {
  const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: body as string });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};
const stored = async (origin = ORIGIN) => {
  const answer = await fetch(`${url}/${originHash(origin)}/checkpoint`);
  return { status: answer.status, text: await answer.text() };
};
const cosignedBy = (note: string) => cosignatureVerifier(server.verifierKey).read(note);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-witness-'));
  server = await start();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('add-checkpoint', () => {
  test('cosigns a log that grows, and serves what it cosigned last', async () => {
    expect((await stored()).status).toBe(404);
    for (const [old, size] of [
      [0, 5],
      [5, 5],
      [5, 8],
      [8, 300],
    ] as const) {
      now += 1;
      const answer = await post(await log.request(old, size));
      expect([answer.status, answer.type]).toEqual([200, 'text/plain; charset=utf-8']);
      const cosigned = (await log.checkpoint(size)) + answer.text;
      expect(cosignedBy(cosigned)).toMatchObject({ state: 'cosigned', at: now });
      expect(await stored()).toEqual({ status: 200, text: cosigned });
    }
  });

  test('keeps a state for each log', async () => {
    expect((await post(await log.request(0, 5))).status).toBe(200);
    expect((await post(await second.request(0, 3))).status).toBe(200);
    expect((await post(await log.request(5, 6))).status).toBe(200);
    expect((await post(await second.request(3, 4))).status).toBe(200);
  });

  test('keeps only the signature of the log beside its own', async () => {
    const foreign = signingLog('foreign.example').sign(
      checkpointText({ origin: ORIGIN, size: 5, root: leafHash('x') }),
    );
    const answer = await post(`${await log.request(0, 5)}${foreign.split('\n').at(-2)}\n`);
    expect(answer.status).toBe(200);
    expect((await stored()).text).toBe((await log.checkpoint(5)) + answer.text);
  });

  test('answers 409 with the size that it knows, also to one who knows no size', async () => {
    await post(await log.request(0, 8));
    for (const body of [await log.request(0, 8), await log.request(5, 8), await log.request(9, 12)]) {
      expect(await post(body)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '8\n' });
    }
  });

  test('an empty tree comes before the first entry', async () => {
    expect((await post(await log.request(0, 0))).status).toBe(200);
    const wrong = log.sign(checkpointText({ origin: ORIGIN, size: 0, root: leafHash('x') }));
    expect((await post(`old 0\n\n${wrong}`)).status).toBe(422);
    expect((await post(await log.request(0, 3))).status).toBe(200);
  });

  test.each([
    ['an unknown log', 404, () => signingLog('unknown.example').request(0, 5)],
    ['another key of the log', 403, () => signingLog(ORIGIN).request(0, 5)],
    ['a changed checkpoint', 403, async () => (await log.request(0, 5)).replace('\n5\n', '\n6\n')],
    ['an old size above the size', 400, async () => (await log.request(5, 5)).replace('old 5', 'old 6')],
    ['a proof from size zero', 422, async () => (await log.request(0, 5)).replace('old 0\n', `old 0\n${HASH}\n`)],
    ['a size with a zero in front', 400, async () => (await log.request(0, 5)).replace('old 0', 'old 00')],
    ['no old size', 400, async () => (await log.request(0, 5)).replace('old 0\n', '')],
    ['a short hash', 400, async () => (await log.request(0, 5)).replace('old 0\n', 'old 0\nAAAA\n')],
    ['64 hashes', 400, async () => (await log.request(0, 5)).replace('old 0\n', `old 0\n${`${HASH}\n`.repeat(64)}`)],
    ['no checkpoint', 400, async () => 'old 0\n\n'],
    ['nothing', 400, async () => ''],
    ['a very long body', 413, async () => 'x'.repeat(80_000)],
  ])('refuses %s with %s and cosigns nothing', async (_, status, body) => {
    expect((await post(await body())).status).toBe(status);
    expect((await stored()).status).toBe(404);
  });

  test('refuses bytes that are not UTF-8, other methods and other paths', async () => {
    expect((await post(Buffer.of(0xff, 0xfe))).status).toBe(413);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
    expect((await fetch(`${url}/x/checkpoint`)).status).toBe(404);
    expect(await (await fetch(`${url}/`)).text()).toBe(`${server.verifierKey}\n`);
  });

  test('of many at once cosigns one order: no size comes back', async () => {
    await post(await log.request(0, 5));
    const bodies = await Promise.all(Array.from({ length: 20 }, (_, at) => log.request(5, 6 + at)));
    const answers = await Promise.all(bodies.map(post));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  test('a clock that is set back dates no later tree before an earlier one', async () => {
    now = 1_800_000_100;
    await post(await log.request(0, 5));
    now = 1_700_000_000;
    await post(await log.request(5, 6));
    expect(cosignedBy((await stored()).text)).toMatchObject({ at: 1_800_000_100 });
  });
});

const HASH = leafHash('x').toString('base64');

describe('witness lied to', () => {
  beforeEach(async () => {
    expect((await post(await log.request(0, 8))).status).toBe(200);
  });

  test('two views of one size: refuses, names it, and keeps both checkpoints as evidence', async () => {
    expect((await post(await otherView.request(8, 8))).status).toBe(422);
    const [name = ''] = await readdir(join(folder, 'evidence'));
    const evidence = await readFile(join(folder, 'evidence', name), 'utf8');
    expect(evidence).toContain(await log.checkpoint(8));
    expect(evidence).toContain(await otherView.checkpoint(8));
    expect(events).toContainEqual({ event: 'split_view', origin: ORIGIN, size: 8, evidence: 'kept' });
    // Also from one who pretends to know no size, and only once.
    expect((await post(await otherView.request(0, 8))).status).toBe(409);
    expect(events).toContainEqual({ event: 'split_view', origin: ORIGIN, size: 8, evidence: 'kept before' });
    expect(await readdir(join(folder, 'evidence'))).toHaveLength(1);
  });

  test('another view of a larger size: the proof does not verify', async () => {
    expect((await post(await otherView.request(8, 20))).status).toBe(422);
    expect(cosignedBy((await stored()).text).state).toBe('cosigned');
    expect((await stored()).text).toContain(await log.checkpoint(8));
  });

  test('an older state: 409, and the newer one stays', async () => {
    expect(await post(await log.request(0, 5))).toMatchObject({ status: 409, text: '8\n' });
    expect(await post(await log.request(5, 5))).toMatchObject({ status: 409, text: '8\n' });
    expect((await post((await log.request(5, 5)).replace('old 5', 'old 8'))).status).toBe(400);
    expect((await stored()).text).toContain('\n8\n');
  });
});

describe('its own state', () => {
  beforeEach(async () => {
    await post(await log.request(0, 8));
  });

  test('is there after a restart, with the same key', async () => {
    const { verifierKey } = server;
    await server.close();
    server = await start();
    expect(server.verifierKey).toBe(verifierKey);
    expect(await post(await log.request(0, 9))).toMatchObject({ status: 409, text: '8\n' });
    expect((await post(await log.request(8, 9))).status).toBe(200);
  });

  test('that was lost stops the start: the witness would cosign another history', async () => {
    await server.close();
    await unlink(join(folder, 'checkpoints', originHash(ORIGIN)));
    await expect(start()).rejects.toThrow(`is missing, the state of ${ORIGIN}`);
  });

  test('that was lost stops the start also after a kill between the two files of a first checkpoint', async () => {
    await server.close();
    await unlink(join(folder, 'origins.json'));
    server = await start();
    expect((await post(await log.request(8, 9))).status).toBe(200);
    await server.close();
    await unlink(join(folder, 'checkpoints', originHash(ORIGIN)));
    await expect(start()).rejects.toThrow(`is missing, the state of ${ORIGIN}`);
  });

  test('without its key stops the start', async () => {
    await server.close();
    await unlink(join(folder, 'key.json'));
    await expect(start()).rejects.toThrow('Put back its key');
  });

  test('that was changed is not used: 503, and nothing is cosigned', async () => {
    const file = join(folder, 'checkpoints', originHash(ORIGIN));
    await writeFile(file, (await readFile(file, 'utf8')).replace('\n8\n', '\n5\n'));
    expect((await post(await log.request(5, 9))).status).toBe(503);
    expect((await stored()).status).toBe(503);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'failed', problem: expect.stringContaining('damaged') }),
    );
  });

  test('that others can read is not used', async () => {
    await chmod(join(folder, 'checkpoints', originHash(ORIGIN)), 0o644);
    expect((await post(await log.request(8, 9))).status).toBe(503);
  });
});

describe('the configuration file', () => {
  let file: string;
  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'behalf-witness-file-')), 'witness.json');
  });
  afterAll(() => rm(join(file, '..'), { recursive: true }));
  const load = async (content: unknown) => {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return loadWitnessConfiguration(file);
  };
  const right = { name: NAME, folder: 'state', logs: [{ key: log.verifierKey }, { key: second.verifierKey }] };

  test('has defaults, and paths from its own folder', async () => {
    const loaded = await load(right);
    expect(loaded).toMatchObject({ listen: { host: '127.0.0.1', port: 3500 }, folder: join(file, '../state') });
    expect([...loaded.logs.keys()]).toEqual([ORIGIN, 'other.example.com/log']);
    const tls = { certificateFile: 'c.pem', keyFile: '/k.pem' };
    expect((await load({ ...right, listen: { tls } })).listen.tls).toEqual({
      certificateFile: join(file, '../c.pem'),
      keyFile: '/k.pem',
    });
  });

  test.each([
    ['/name', { ...right, name: 'a name' }],
    ['/name', { ...right, name: 5 }],
    ['/folder', { ...right, folder: '' }],
    ['/logs', { ...right, logs: [] }],
    ['/logs/0/key', { ...right, logs: [{ key: 'x' }] }],
    ['/logs/0/keys', { ...right, logs: [{ key: log.verifierKey, keys: [] }] }],
    ['/listen/port', { ...right, listen: { port: 70_000 } }],
    ['/listen/tls', { ...right, listen: { tls: { keyFile: 'k' } } }],
    ['/witnesses', { ...right, witnesses: [] }],
    ['/', 'no JSON'],
    ['/', '[]'],
  ])('reports %s', async (pointer, content) => {
    await expect(load(content)).rejects.toMatchObject({ code: 'configuration_invalid', exitCode: 78 });
    await expect(load(content)).rejects.toThrow(`  ${pointer} (${file})`);
  });
});
