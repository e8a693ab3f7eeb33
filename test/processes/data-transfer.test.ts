/**
 * All data from SQLite to MongoDB and Redis and back: what lived lives on, what was over stays over, what was used
 * stays used, and one audit log goes on through all of it.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { runCli } from '../../src/cli/main.ts';
import { TRANSFERRED } from '../../src/compose/collections.ts';
import { placeLines } from '../../src/domain/platform/data-transfer/copy.ts';
import { importMarks } from '../../src/domain/platform/data-transfer/import-mark.ts';
import { clientAssertion } from '../support/agent-keys.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { newTokenFamily, type TokenFamily, type Use } from '../support/token-family.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-moving-'));
const at = (name: string): string => join(folder, name);
const toMongodb = at('to-mongodb.ndjson');
const toSqlite = at('to-sqlite.ndjson');

let mongodb: MongodbServer;
let redis: RedisServer;
let server: ServerProcess;
let scene: Scene;
let family: TokenFamily;
let before: readonly Use[];

beforeAll(async () => {
  [mongodb, redis, server] = await Promise.all([
    startMongodb(),
    startRedis(),
    // All clocks here are one: the wait after a move is shorter so.
    startServer({
      environment: {
        ...WITHOUT_LIMITS,
        BEHALF__CLIENTAUTHENTICATION__CLOCKTOLERANCESECONDS: '0',
        BEHALF__AUDIT__CHECKPOINTSECONDS: '2',
      },
    }),
  ]);
  scene = await makeScene(server);
  family = await newTokenFamily(scene);
}, 300_000);
afterAll(async () => {
  await server?.remove();
  await Promise.all([mongodb?.remove(), redis?.remove()]);
  rmSync(folder, { recursive: true });
});

/** Settings of the next server and the next command. */
const settings = (): Record<string, string | undefined> => server.environment;
const onServers = (database: string) => ({
  BEHALF_MONGODB_URL: mongodb.url(database),
  BEHALF_REDIS_URL: redis.url,
  BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
});

const behalf = async (argv: readonly string[], environment: Record<string, string | undefined> = {}) => {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
  };
  const code = await runCli(argv, terminal, { ...settings(), ...environment });
  return { code, ...written };
};

/** A data folder with the files of `from` but no database. */
const newDataFolder = (from: string): string => {
  const made = mkdtempSync(join(folder, 'data-'));
  for (const name of ['master.key', 'node.json', 'trusted-heads.json', 'operator.json', 'administrator.json']) {
    copyFileSync(join(from, name), join(made, name));
  }
  return made;
};

const linesIn = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
async function* each(lines: readonly string[]) {
  yield* lines;
}

const refresh = (token: string): Promise<Answer> =>
  scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'refresh_token',
    refresh_token: token,
    resource: scene.jwt.identifier,
  });
const isActive = async (token: string): Promise<unknown> =>
  (await scene.calls.introspect(scene.jwt.credential, token)).body['active'];

const kill = (id: string) => ({ scope: 'agent', id, reason: 'a test of restoring' });

/** Every document of a database, as mongodump has them; `putBack` is mongorestore --drop. */
const dumpOf = async (database: string): Promise<ReadonlyMap<string, readonly object[]>> => {
  const client = new MongoClient(mongodb.url(database));
  const held = new Map<string, readonly object[]>();
  for (const { name } of await client.db().listCollections().toArray()) {
    if (!name.startsWith('system.')) held.set(name, await client.db().collection(name).find().toArray());
  }
  await client.close();
  return held;
};
const putBack = async (database: string, held: ReadonlyMap<string, readonly object[]>): Promise<void> => {
  const client = new MongoClient(mongodb.url(database));
  for (const { name } of await client.db().listCollections().toArray()) {
    if (!name.startsWith('system.')) await client.db().collection(name).deleteMany({});
  }
  for (const [name, documents] of held) {
    if (documents.length > 0)
      await client
        .db()
        .collection(name)
        .insertMany([...documents]);
  }
  await client.close();
};

/** After a move, assertions from before it and some seconds on are refused: they might have been used at the source. */
const untilWarm = async (): Promise<void> => {
  const end = performance.now() + 30_000;
  const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  while ((await scene.calls.token(scene.keyed(scene.agent), form)).status !== 200) {
    if (performance.now() > end) throw new Error('no assertion is accepted');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const exportAuditLog = async (name: string, ...trustedHeads: string[]): Promise<void> => {
  expect(await behalf(['audit', 'export', '--to', at(name)])).toMatchObject({ code: 0 });
  const verified = await behalf([
    'audit',
    'verify',
    at(name),
    ...trustedHeads.flatMap((file) => ['--trusted-heads', at(file)]),
  ]);
  expect(verified).toMatchObject({ code: 0 });
};

/** What must be as it was, wherever the data is now. */
const over = {
  code: {} as Record<string, string>,
  usedRefresh: '',
  otherUsedRefresh: '',
  liveRefresh: '',
  revoked: '',
  endedRefresh: '',
  assertion: '',
  killed: { clientId: '', credential: undefined as Credential | undefined },
};

const makeWorld = async (): Promise<void> => {
  const { calls, keyed, app, jwt, management } = scene;
  over.code = await scene.newCode(jwt.identifier);
  const first = await calls.token(keyed(app), over.code);
  over.usedRefresh = String(first.body['refresh_token']);
  const second = await refresh(over.usedRefresh);
  over.liveRefresh = String(second.body['refresh_token']);

  over.otherUsedRefresh = String((await scene.newTokens(jwt.identifier))['refresh_token']);
  expect((await refresh(over.otherUsedRefresh)).status).toBe(200);

  const other = await scene.newTokens(jwt.identifier);
  over.revoked = String(other['access_token']);
  await calls.revoke(keyed(app), over.revoked);
  const ended = await scene.newTokens(jwt.identifier);
  over.endedRefresh = String(ended['refresh_token']);
  await calls.revoke(keyed(app), over.endedRefresh);

  const killed = await scene.newAgent('Killed');
  over.killed = { clientId: killed.clientId, credential: keyed(killed) };
  const kill = await management.call('POST', '/kills', { scope: 'agent', id: killed.clientId, reason: 'a test' });
  expect(kill.status).toBeLessThan(300);

  over.assertion = await clientAssertion(scene.agent, scene.issuer);
  const credential: Credential = { kind: 'assertion', clientId: scene.agent.clientId, assertion: over.assertion };
  const form = { grant_type: 'client_credentials', resource: jwt.identifier };
  expect((await calls.token(credential, form)).status).toBe(200);
};

const expectWorld = async (): Promise<void> => {
  const { calls, app, agent, jwt } = scene;
  const form = { grant_type: 'client_credentials', resource: jwt.identifier };
  const credential: Credential = { kind: 'assertion', clientId: agent.clientId, assertion: over.assertion };
  // CA-05: used at the source, which is all that is known of it.
  expect((await calls.token(credential, form)).body['error']).toBe('invalid_client');
  await untilWarm();
  expect(await family.survey()).toEqual(before);
  expect(await isActive(over.revoked)).toBe(false);
  expect((await refresh(over.endedRefresh)).body['error']).toBe('invalid_grant');
  expect((await calls.token(over.killed.credential as Credential, form)).status).not.toBe(200);
  // The live one works once; so the family of the used one was not touched yet.
  const refreshed = await refresh(over.liveRefresh);
  expect(refreshed.status).toBe(200);
  const next = String(refreshed.body['refresh_token']);

  // The person is still signed in, and can sign in anew.
  const tokens = await scene.newTokens(jwt.identifier);
  expect(await isActive(String(tokens['access_token']))).toBe(true);
  const asked = scene.authorizationRequest(app, { scope: 'openid', resource: jwt.identifier });
  const walked = await walkAuthorization(newBrowser(scene.issuer), asked.url, { person: scene.person });
  expect(walked.searchParams.get('code')).toBeTruthy();
  expect((await refresh(next)).status).toBe(200);
};

describe('from SQLite to MongoDB', () => {
  test('an export while serving is whole and private, and says that tokens end with it (D24)', async () => {
    await makeWorld();
    before = await family.survey();
    expect(before.length).toBeGreaterThan(15);
    await exportAuditLog('trail-1.ndjson');
    const file = at('served.ndjson');
    const made = await behalf(['export', '--to', file]);
    expect(made).toMatchObject({ code: 0, out: '', err: expect.stringContaining('ends every token') });
    expect(made.err).toMatch(/Reading: 100 %, ([\d,]+) of \1 documents\n/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await behalf(['export', '--to', file])).err).toContain('exists already');
    expect(existsSync(`${file}.snapshot`)).toBe(false);
    expect((await behalf(['import', '--from', file])).err).toContain('stop the server');
  });

  test('the export of a stopped server has a header, every collection, counts and a checksum', async () => {
    expect(await server.stop()).toBe(0);
    expect(await behalf(['export', '--to', toMongodb])).toMatchObject({ code: 0 });
    const lines = linesIn(toMongodb);
    const header = JSON.parse(lines[0] as string);
    const trailer = JSON.parse(lines.at(-1) as string);
    expect(header).toMatchObject({ behalf_data: 2, issuer: scene.issuer, source: 'sqlite' });
    expect(header.notice).toContain('sealed secrets');
    expect(Object.keys(trailer.collections)).toEqual(TRANSFERRED.map(({ name }) => name));
    expect(trailer).toMatchObject({ served: false, lines: lines.length - 1, collections: header.collections });
    for (const name of ['accounts', 'grants', 'delegations', 'provider_records', 'consumptions', 'revoked_tokens']) {
      expect(trailer.collections[name]).toBeGreaterThan(0);
    }
  });

  test('a file that was changed, cut off, of another key or another issuer is refused before anything is written', async () => {
    Object.assign(settings(), onServers('refused'));
    const text = readFileSync(toMongodb, 'utf8');
    const lines = linesIn(toMongodb);
    const variants: Record<string, string> = {
      'changed or damaged': text.replace('"username":"ada"', '"username":"eve"'),
      'cut off': `${lines.slice(0, -1).join('\n')}\n`,
      'last line of the file was changed': text.replace('"served":false', '"served":null'),
      'goes on behind its end': `${text}{"collection":"accounts","document":{"id":"acc_x"}}\n`,
      'no file of': `${lines.slice(1).join('\n')}\n`,
      'another version': text.replace('"behalf_data":2', '"behalf_data":3'),
      'before collections and ids got the names they have': text.replace('"behalf_data":2', '"behalf_data":1'),
    };
    for (const [problem, variant] of Object.entries(variants)) {
      expect(variant).not.toBe(text);
      writeFileSync(at('variant.ndjson'), variant);
      expect(await behalf(['import', '--from', at('variant.ndjson')])).toMatchObject({
        code: 1,
        err: expect.stringContaining(problem),
      });
    }
    const key = await behalf(['import', '--from', toMongodb], {
      BEHALF__KEYS__MASTERKEY: Buffer.alloc(32, 7).toString('base64url'),
    });
    expect(key).toMatchObject({ code: 1, err: expect.stringContaining('another master key') });
    const issuer = await behalf(['import', '--from', toMongodb], { BEHALF_ISSUER: 'http://localhost:1' });
    expect(issuer).toMatchObject({ code: 1, err: expect.stringContaining('issuer') });
    const keyless = await behalf(['import', '--from', toMongodb], { BEHALF_DATA: mkdtempSync(join(folder, 'empty-')) });
    expect(keyless).toMatchObject({ code: 1, err: expect.stringContaining('no master key') });
    const store = await mongodbDocumentStore({ url: mongodb.url('refused'), allowStandalone: true });
    for (const declaration of TRANSFERRED) expect(await store.collection(declaration).find({ limit: 1 })).toEqual([]);
    await store.close();
  });

  test('an interrupted import is not served from, is not begun anew, and goes on where it ended', async () => {
    Object.assign(settings(), onServers('behalf'));
    const lines = linesIn(toMongodb);
    const id = JSON.parse(lines.at(-1) as string).sha256;
    const store = await mongodbDocumentStore({ url: mongodb.url('behalf'), allowStandalone: true });
    await importMarks(store).begin(id);
    const some = lines.slice(1, Math.floor(lines.length / 2));
    await placeLines(each(some), { documents: store, collections: TRANSFERRED, total: 0, onProgress: () => undefined });

    await expect(server.restart()).rejects.toThrow('has not ended');
    expect(await behalf(['import', '--from', toMongodb])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--resume'),
    });
    expect((await behalf(['import', '--from', at('served.ndjson'), '--resume'])).err).toContain('Another file');
    expect((await behalf(['export', '--to', at('half.ndjson')])).err).toContain('has not ended');

    const accounts = store.collection<{ id: string; name: string }>(
      TRANSFERRED.find(({ name }) => name === 'accounts') as never,
    );
    const [account] = await accounts.find({ limit: 1 });
    const { document } = account as NonNullable<typeof account>;
    await accounts.replace({ ...document, name: 'Another name' }, 1);
    expect(await behalf(['import', '--from', toMongodb, '--resume'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`accounts: another document is in the place of ${document.id}`),
    });
    expect((await accounts.get(document.id))?.document.name).toBe('Another name');
    await accounts.replace(document, 2);

    await accounts.insert({ ...document, id: 'acc_stranger', username: 'stranger' } as never);
    expect((await behalf(['import', '--from', toMongodb, '--resume'])).err).toContain('are from the file');
    await accounts.take('acc_stranger');
    await store.close();

    const resumed = await behalf(['import', '--from', toMongodb, '--resume']);
    expect(resumed).toMatchObject({ code: 0, err: expect.stringMatching(/0 documents were written, \d+ were there/) });
    expect(resumed.err).toMatch(/the audit log verifies \(\d+ records\)\.\nTokens and sessions go on\./);
    expect((await behalf(['import', '--from', toMongodb, '--resume'])).err).toContain('nothing was done');
  });

  test('on MongoDB and Redis everything goes on as it was, and the audit log verifies across the move', async () => {
    await server.restart();
    await expectWorld();
    expect((await refresh(over.otherUsedRefresh)).body['error']).toBe('invalid_grant');
    const redeemed = await scene.calls.token(scene.keyed(scene.app), over.code);
    expect(redeemed.body['error']).toBe('invalid_grant');
    await exportAuditLog('trail-2.ndjson', 'trail-1.ndjson');
    expect((await behalf(['audit', 'list', '--type', 'store.imported', '--json'])).out).toContain('"source": "sqlite"');
    expect((await behalf(['import', '--from', at('served.ndjson')])).err).toContain('never overwrites');
  });
});

describe('and back to SQLite', () => {
  test('everything goes on again, and what was used at either place stays used', async () => {
    const fresh = await scene.newCode(scene.jwt.identifier);
    expect((await scene.calls.token(scene.keyed(scene.app), fresh)).status).toBe(200);
    over.liveRefresh = String((await scene.newTokens(scene.jwt.identifier))['refresh_token']);
    over.assertion = await clientAssertion(scene.agent, scene.issuer);
    const credential: Credential = { kind: 'assertion', clientId: scene.agent.clientId, assertion: over.assertion };
    const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(credential, form)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(await behalf(['export', '--to', toSqlite])).toMatchObject({ code: 0 });

    const next = newDataFolder(server.dataFolder);
    for (const name of Object.keys(onServers(''))) delete settings()[name];
    settings()['BEHALF_DATA'] = next;
    const imported = await behalf(['import', '--from', toSqlite]);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('Tokens and sessions go on') });
    await server.restart();
    await expectWorld();
    await exportAuditLog('trail-3.ndjson', 'trail-2.ndjson');
    // Codes live elsewhere and for a minute only; their use, and that of refresh tokens, is remembered where the rest is.
    for (const code of [over.code, fresh]) {
      expect((await scene.calls.token(scene.keyed(scene.app), code)).body['error']).toBe('invalid_grant');
    }
    const replayed = await refresh(over.usedRefresh);
    expect(replayed.body['error']).toBe('invalid_grant');
  });

  test('an import of what was exported while serving ends all tokens; accounts and agents stay (D24)', async () => {
    expect(await server.stop()).toBe(0);
    const next = newDataFolder(server.dataFolder);
    settings()['BEHALF_DATA'] = next;
    const imported = await behalf(['import', '--from', at('served.ndjson')]);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('are over') });
    await server.restart();
    await untilWarm();
    expect(await family.survey()).toEqual([]);
    scene.useBrowser(newBrowser(scene.issuer));
    expect(await isActive(String((await scene.newTokens(scene.jwt.identifier))['access_token']))).toBe(true);
    await exportAuditLog('trail-4.ndjson', 'trail-1.ndjson');
  });

  test('an older state of MongoDB is brought back with --end-tokens, and what was killed stays killed (D24)', async () => {
    expect(await server.stop()).toBe(0);
    Object.assign(settings(), onServers('behalf'));
    const older = at('older.ndjson');
    expect(await behalf(['export', '--to', older])).toMatchObject({ code: 0 });
    const next = newDataFolder(server.dataFolder);
    Object.assign(settings(), onServers('restored'), { BEHALF_DATA: next });
    const imported = await behalf(['import', '--from', older, '--end-tokens']);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('are over') });
    expect(readdirSync(next).filter((name) => name.startsWith('trusted-heads.json.before-'))).toHaveLength(1);
    await server.restart();
    await untilWarm();
    expect(await family.survey()).toEqual([]);
    const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(over.killed.credential as Credential, form)).status).not.toBe(200);
  });

  test('FT-14 a MongoDB put back by its own tools is not served from until behalf restore --in-place (D24)', async () => {
    const token = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    scene.management.signInAgain();
    const killed = await scene.newAgent('To be killed');
    const older = await dumpOf('restored');
    const agent = await scene.newAgent('Made after the dump');
    expect(await isActive(token)).toBe(true);
    const revoked = await scene.calls.revoke(scene.keyed(scene.app), token);
    expect([revoked.status, await isActive(token)]).toEqual([200, false]);
    expect((await scene.management.call('POST', '/kills', kill(killed.clientId))).status).toBe(201);
    const remembered = join(String(settings()['BEHALF_DATA']), 'trusted-heads.json');
    const known = (): string => (existsSync(remembered) ? readFileSync(remembered, 'utf8') : '');
    const seen = known();
    await until(async () => known() !== seen);

    // A server that runs holds it off.
    const served = await behalf(['restore', '--in-place']);
    expect(served).toMatchObject({ code: 1, err: expect.stringContaining('A server serves this store') });
    expect(await server.stop()).toBe(0);
    await putBack('restored', older);
    await expect(server.restart()).rejects.toThrow(/trusted heads|older|behind/i);

    const restored = await behalf(['restore', '--in-place']);
    expect(restored).toMatchObject({ code: 0, err: expect.stringContaining('are over') });
    await server.restart();
    await untilWarm();
    // Revoked after the dump, and dead by the epoch now; what was made after it is not there.
    expect(await isActive(token)).toBe(false);
    const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(scene.keyed(agent), form)).body).toMatchObject({ error: 'invalid_client' });
    // A kill stands on the data volume too, and comes back with that.
    expect((await scene.calls.token(scene.keyed(killed), form)).status).not.toBe(200);
    scene.useBrowser(newBrowser(scene.issuer));
    expect(await isActive(String((await scene.newTokens(scene.jwt.identifier))['access_token']))).toBe(true);
    scene.management.signInAgain();
    const { body } = await scene.management.call('GET', '/audit/events?type=store.restored');
    expect(body['items']).toMatchObject([{ event: { outcome: 'done', inputs: { store: 'mongodb' } } }]);
    await exportAuditLog('trail-5.ndjson');
  }, 120_000);

  test('FT-14 behalf backup and behalf restore do the same for MongoDB as for SQLite (D24)', async () => {
    const token = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    const backup = at('backup.ndjson');
    expect(await behalf(['backup', '--to', backup])).toMatchObject({ code: 0 });
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(await isActive(token)).toBe(true);
    const { body: recorded } = await scene.management.call('GET', '/audit/events?type=store.backed_up');
    expect(recorded['items']).toMatchObject([{ event: { outcome: 'done', target: { id: 'backup.ndjson' } } }]);
    expect((await scene.management.call('GET', '/server')).body).toMatchObject({ backed_up_at: expect.any(Number) });
    expect(await server.stop()).toBe(0);
    // Never over what is there.
    expect(await behalf(['restore', '--from', backup])).toMatchObject({ code: 1 });
    expect(await behalf(['restore'])).toMatchObject({ code: 2 });
    Object.assign(settings(), onServers('again'));
    expect(await behalf(['restore', '--in-place'])).toMatchObject({ code: 1, err: expect.stringContaining('no data') });
    Object.assign(settings(), onServers('again-2'));
    const restored = await behalf(['restore', '--from', backup]);
    expect(restored).toMatchObject({ code: 0, err: expect.stringContaining('are over') });
    await server.restart();
    await untilWarm();
    expect(await isActive(token)).toBe(false);
    scene.useBrowser(newBrowser(scene.issuer));
    expect(await isActive(String((await scene.newTokens(scene.jwt.identifier))['access_token']))).toBe(true);
  }, 120_000);
});
