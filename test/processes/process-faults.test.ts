/** A server of its own process whose disk is full or read-only, which is killed, stopped for a while, or told to end. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { faultWorld } from '../faults/attempts.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + 20_000;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error('it did not come to hold within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};
const readiness = async (server: ServerProcess): Promise<number> =>
  (await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`)).status;

const mount = (...parameters: readonly string[]): boolean => {
  try {
    execFileSync('mount', parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
/** Small enough to be filled in a moment. Takes root; where there is none the tests are skipped by name. */
const volume = smallVolume(48);
const { folder } = volume;
const onSmallDisk = volume.isMounted ? test : test.skip;

let server: ServerProcess;
let scene: Scene;
beforeAll(async () => {
  server = await startServer({ environment: WITHOUT_LIMITS, dataFolder: folder });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.remove();
  volume.remove();
});

const own = () =>
  scene.calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier });

describe('FT-06 FT-07 a full disk', () => {
  onSmallDisk(
    'everything that writes is put off, nothing breaks, and it works again by itself',
    async () => {
      const world = await faultWorld(scene);
      const attempts = await world.prepare();
      const makeRoom = volume.fill();
      try {
        // What fits into pages that are there, and what the server frees, may still be written; then nothing does.
        let refusals = 0;
        await until(async () => {
          volume.fill();
          refusals = (await own()).status === 503 ? refusals + 1 : 0;
          return refusals === 5;
        });
        const seen = await Promise.all(
          Object.entries(attempts).map(async ([endpoint, attempt]) => [endpoint, (await attempt()).outcome] as const),
        );
        expect(seen.filter(([, outcome]) => !['works', 'refused', '503'].includes(outcome))).toEqual([]);
        expect(Object.fromEntries(seen)).toMatchObject({ assertion: '503', exchange: '503', jwks: 'works' });
        expect(server.isRunning).toBe(true);
      } finally {
        makeRoom();
      }
      await until(async () => (await own()).status === 200);
      await until(async () => (await readiness(server)) === 200);
      const again = await world.prepare();
      const outcomes = await Promise.all(Object.values(again).map(async (attempt) => (await attempt()).outcome));
      expect(new Set(outcomes)).toEqual(new Set(['works']));
    },
    60_000,
  );

  onSmallDisk(
    'killed while the disk is full, it starts when there is room, and knows what was used',
    async () => {
      const code = await scene.newCode(scene.jwt.identifier);
      const { app } = scene;
      expect((await scene.calls.token(scene.keyed(app), code)).status).toBe(200);
      const makeRoom = volume.fill();
      await own();
      await server.kill();
      makeRoom();
      await server.restart();
      expect((await scene.calls.token(scene.keyed(app), code)).body['error']).toBe('invalid_grant');
      expect((await own()).status).toBe(200);
    },
    60_000,
  );
});

test('FT-01 FT-06 killed in the middle of a write: the log’s torn end is dropped, and nothing that was answered', async () => {
  const { app, calls, keyed, jwt } = scene;
  const tokens = await scene.newTokens(jwt.identifier);
  const refresh = {
    grant_type: 'refresh_token',
    refresh_token: String(tokens['refresh_token']),
    resource: jwt.identifier,
  };
  const refreshed = await calls.token(keyed(app), refresh);
  const writing = Array.from({ length: 20 }, () => own().catch(() => undefined));
  await server.kill();
  await Promise.all(writing);
  appendFileSync(join(folder, 'behalf.db-wal'), Buffer.alloc(1500, 0x5a));
  await server.restart();
  const active = await calls.introspect(jwt.credential, String(refreshed.body['access_token']));
  expect(active.body['active']).toBe(true);
  expect((await calls.token(keyed(app), refresh)).body['error']).toBe('invalid_grant');
}, 40_000);

describe('FT-06 what start refuses', () => {
  const started = async (dataFolder: string): Promise<string> => {
    const other = await startServer({ environment: WITHOUT_LIMITS, dataFolder }).catch((error: Error) => error.message);
    if (typeof other === 'string') return other;
    await other.remove();
    return 'started';
  };
  const copy = async (change: (copied: string) => void): Promise<string> => {
    const copied = mkdtempSync(join(tmpdir(), 'behalf-copied-'));
    try {
      execFileSync('cp', ['-a', `${folder}/.`, copied]);
      change(copied);
      return await started(copied);
    } finally {
      rmSync(copied, { recursive: true, force: true });
    }
  };

  test('a damaged file, and a file that is older than the audit log’s trusted heads beside it (decision D24)', async () => {
    await server.stop();
    const old = mkdtempSync(join(tmpdir(), 'behalf-old-'));
    execFileSync('cp', ['-a', `${folder}/.`, old]);
    await server.restart();
    expect((await own()).status).toBe(200);
    await server.stop();
    expect(
      await copy((copied) => {
        for (const name of ['behalf.db', 'behalf.db-wal', 'behalf.db-shm']) rmSync(join(copied, name), { force: true });
        execFileSync('cp', [join(old, 'behalf.db'), copied]);
      }),
    ).toMatch(/trusted heads|older/);
    expect(
      await copy((copied) => {
        rmSync(join(copied, 'behalf.db-wal'), { force: true });
        truncateSync(join(copied, 'behalf.db'), 4096 * 5);
      }),
    ).toMatch(/damaged/);
    rmSync(old, { recursive: true, force: true });
    await server.restart();
  }, 60_000);

  onSmallDisk('a folder that cannot be written, in words', async () => {
    const readOnly = mkdtempSync(join(tmpdir(), 'behalf-read-only-'));
    const isReadOnly = mount('--bind', readOnly, readOnly) && mount('-o', 'remount,ro,bind', readOnly);
    try {
      expect(isReadOnly).toBe(true);
      const told = await started(join(readOnly, 'data'));
      expect(told).toMatch(/read-only/);
      expect(told).not.toMatch(/\n\s+at /);
    } finally {
      execFileSync('umount', [readOnly]);
      rmSync(readOnly, { recursive: true, force: true });
    }
  });
});

test('FT-11 a node that was stopped for a while reads what ended meanwhile before it answers', async () => {
  const slept = await startServer({
    environment: { ...WITHOUT_LIMITS, BEHALF_ISSUER: server.issuer },
    dataFolder: folder,
  });
  try {
    const { calls, keyed, app, jwt, opaque } = scene;
    const tokens = [await scene.newTokens(jwt.identifier), await scene.newTokens(opaque.identifier)];
    const atSlept = async (token: string, { credential }: typeof jwt) => {
      if (credential.kind !== 'basic') throw new Error('expected a secret');
      const answer = await fetch(`http://127.0.0.1:${slept.port}/token/introspection`, {
        method: 'POST',
        headers: {
          host: new URL(server.issuer).host,
          authorization: `Basic ${Buffer.from(`${credential.clientId}:${credential.secret}`).toString('base64')}`,
        },
        body: new URLSearchParams({ token }),
      });
      return { status: answer.status, body: (await answer.json()) as { active?: boolean } };
    };
    const [first, second] = tokens.map((each) => String(each['access_token'])) as [string, string];
    expect((await atSlept(first, jwt)).body.active).toBe(true);
    expect((await atSlept(second, opaque)).body.active).toBe(true);
    process.kill(slept.pid, 'SIGSTOP');
    const waiting = [];
    try {
      for (const each of tokens) {
        expect((await calls.revoke(keyed(app), String(each['refresh_token']))).status).toBe(200);
      }
      waiting.push(atSlept(first, jwt), atSlept(second, opaque));
      await new Promise((resolve) => setTimeout(resolve, 2000));
    } finally {
      process.kill(slept.pid, 'SIGCONT');
    }
    for (const { status, body } of await Promise.all(waiting)) {
      expect(status === 503 || (status === 200 && body.active === false)).toBe(true);
    }
    expect((await atSlept(first, jwt)).body.active).not.toBe(true);
  } finally {
    await slept.kill();
  }
}, 60_000);

test('FT-12 SIGTERM: what is under way is answered once, and the process ends in good order', async () => {
  const { calls, app, keyed, jwt } = scene;
  const codes = await Promise.all(Array.from({ length: 3 }, () => scene.newCode(jwt.identifier)));
  const waiting = codes.map((code) => calls.token(keyed(app), code).catch(() => undefined));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await server.stop()).toBe(0);
  const answers = await Promise.all(waiting);
  await server.restart();
  for (const [index, answer] of answers.entries()) {
    const again = await calls.token(keyed(app), codes[index] ?? {});
    // Answered: used up. Not taken any more: as good as before.
    expect([answer?.status, again.status]).toEqual(answer === undefined ? [undefined, 200] : [200, 400]);
  }
}, 40_000);

test('FT-14 after a restore to T, what was issued after T is unknown and what was before has ended', async () => {
  const { calls, keyed, app, jwt } = scene;
  const before = await scene.newTokens(jwt.identifier);
  const backup = join(mkdtempSync(join(tmpdir(), 'behalf-backup-')), 'at-t.db');
  expect((await runCli(['backup', '--to', backup], server.environment)).code).toBe(0);
  const after = await scene.newTokens(jwt.identifier);
  await server.stop();
  expect((await runCli(['restore', '--from', backup], server.environment)).code).toBe(0);
  await server.restart();
  for (const tokens of [before, after]) {
    const { body } = await calls.introspect(jwt.credential, String(tokens['access_token']));
    expect(body['active']).toBe(false);
    const refreshed = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: jwt.identifier,
    });
    expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);
  }
}, 40_000);
