/** Several processes on a volume that is really full. Mounting one takes root; without it these tests are skipped by name. */
import { execFileSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';
import { until } from '../support/until.ts';

const volume = smallVolume(64);
const onSmallVolume = volume.isMounted ? test : test.skip;
const ENVIRONMENT = { BEHALF__DATA__RESERVE_MEBIBYTES: '', BEHALF__LOG__LEVEL: 'warn' };
const passwordFile = join(tmpdir(), `behalf-password-${process.pid}`);

let server: ServerProcess;
beforeAll(async () => {
  if (!volume.isMounted) return;
  writeFileSync(passwordFile, 'another battery staple horse', { mode: 0o600 });
  server = await startServer({ environment: ENVIRONMENT, dataFolder: volume.folder, workers: 2 });
}, 120_000);
afterAll(async () => {
  await server?.remove();
  volume.remove();
  rmSync(passwordFile, { force: true });
});

const readiness = async (port = server.operationsPort): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { status: answer.status, text: await answer.text() };
};
/** Each worker serves, and is well. */
const isReady = async (): Promise<boolean> => {
  const { status, text } = await readiness();
  return status === 200 && !text.includes('reasons');
};
const isHeld = (): boolean => (statSync(join(volume.folder, 'reserve'), { throwIfNoEntry: false })?.size ?? 0) > 0;
/** No byte is left, not even of what the reserve gave back. Answers what makes room. */
const fillWhole = async (): Promise<() => void> => {
  const makeRoom = volume.fill();
  await until(async () => !isHeld(), { what: 'the release' });
  volume.fill();
  expect(volume.free()).toBe(0);
  return makeRoom;
};
const workers = (): readonly number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number);
/** Every process that serves has been unable to show itself for as long as makes a node silent. */
const areSilent = async (): Promise<boolean> => {
  const database = new DatabaseSync(join(volume.folder, 'behalf.db'), { readOnly: true });
  try {
    const rows = database.prepare('SELECT body FROM c_nodes').all();
    return rows.every(({ body }) => Number(JSON.parse(String(body)).expiresAt) * 1000 < Date.now());
  } finally {
    database.close();
  }
};

describe('FT-06 several processes on a full volume', () => {
  onSmallVolume(
    'a worker that ends without a byte of room is started again, and all recover by themselves',
    async () => {
      await until(isReady, { what: 'the start' });
      const makeRoom = await fillWhole();
      const [first = 0] = workers();
      try {
        process.kill(first, 'SIGKILL');
        await until(async () => (await readiness()).text.includes('is being started'));
        // The other one answers what needs no room.
        expect((await fetch(`${server.issuer}/.well-known/openid-configuration`)).status).toBe(200);
      } finally {
        makeRoom();
      }
      await until(async () => isHeld() && (await isReady()), { what: 'the recovery', seconds: 60 });
      expect(workers()).not.toContain(first);
    },
    180_000,
  );

  onSmallVolume(
    'a process that starts when there is room again takes no name of one that lives, so that both are ready',
    async () => {
      await until(async () => isHeld() && (await isReady()));
      const makeRoom = await fillWhole();
      const operationsPort = await freePort();
      const starting = startServer({
        environment: { ...ENVIRONMENT, BEHALF__OPERATIONS__PORT: String(operationsPort) },
        dataFolder: volume.folder,
      });
      try {
        await until(async () => (await readiness(operationsPort).catch(() => undefined))?.status === 503);
        await until(areSilent, { what: 'the silence' });
      } finally {
        makeRoom();
      }
      const other = await starting;
      try {
        await until(async () => (await readiness(operationsPort)).status === 200, { what: 'the start of the other' });
        await until(isReady, { what: 'the recovery', seconds: 60 });
      } finally {
        await other.stop();
      }
    },
    180_000,
  );

  onSmallVolume(
    'commands on the database file are served from the reserve, with the server stopped',
    async () => {
      await until(isHeld);
      await server.stop();
      const makeRoom = volume.fill();
      const reset = (): ReturnType<typeof runCli> =>
        runCli(['accounts', 'reset-password', 'admin', '--password-file', passwordFile], server.environment);
      try {
        expect(volume.free()).toBe(0);
        expect(await reset()).toMatchObject({ code: 0, stderr: expect.stringMatching(/password of admin is set/) });
        expect(isHeld()).toBe(false);
        volume.fill();
        expect(await reset()).toMatchObject({ code: 1 });
      } finally {
        makeRoom();
      }
      await server.restart();
      await until(async () => isHeld() && (await isReady()), { what: 'the recovery', seconds: 60 });
    },
    180_000,
  );
});
