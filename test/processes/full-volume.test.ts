/** A server of its own process on a volume that is really full. Mounting one takes root; without it these tests are skipped by name. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { formOf } from '../support/oauth-calls.ts';
import { makeScene, REDIRECT_URI, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';
import { until } from '../support/until.ts';

const volume = smallVolume(64);
const onSmallVolume = volume.isMounted ? test : test.skip;

let server: ServerProcess;
let scene: Scene;
let publicClient: string;
beforeAll(async () => {
  if (!volume.isMounted) return;
  server = await startServer({
    // The reserve as it is where no setting names it.
    environment: { ...WITHOUT_LIMITS, BEHALF__DATA__RESERVE_MEBIBYTES: '' },
    dataFolder: volume.folder,
  });
  scene = await makeScene(server);
  const made = await scene.management.createClient({
    name: 'Public app',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    redirect_uris: [REDIRECT_URI],
  });
  publicClient = made.id;
}, 120_000);
afterAll(async () => {
  await server?.remove();
  volume.remove();
});

/** No byte is left, not even of what the reserve gave back. Answers what makes room. */
const fillWhole = async (): Promise<() => void> => {
  const makeRoom = volume.fill();
  await until(async () => !(await isHeld()), { what: 'the release' });
  volume.fill();
  expect(volume.free()).toBe(0);
  return makeRoom;
};
const isLive = async ({ calls, files, tokens }: TokenFamily): Promise<boolean> =>
  (await calls.introspect(files.credential, tokens.agentFiles)).body['active'] === true;

describe('LC-11 the kill switch on a volume without a free byte', () => {
  onSmallVolume(
    '`behalf kill … --local` is latched, counts within a second, and reaches store and audit log later',
    async () => {
      await until(isHeld);
      const [family, control] = [await newTokenFamily(scene), await newTokenFamily(scene)];
      const makeRoom = await fillWhole();
      try {
        const told = await runCli(
          ['kill', 'agent', family.agent.clientId, '--reason', 'the disk is full', '--local', '--yes'],
          server.environment,
        );
        expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/kil_[a-z2-7]{26}/) });
        await until(async () => !(await isLive(family)));
        expect(await isLive(control)).toBe(true);
      } finally {
        makeRoom();
      }
      const id = /kil_[a-z2-7]{26}/.exec(
        (await runCli(['kills', 'list', '--standing'], server.environment)).stdout,
      )?.[0];
      await until(async () => (await scene.management.call('GET', `/kills/${id}`)).body['state'] === 'standing');
      expect(await isLive(family)).toBe(false);
    },
    180_000,
  );

  onSmallVolume(
    'a data folder that no server prepared: the command says that nothing is stopped, and the way out',
    async () => {
      await until(isHeld, { what: 'the recovery' });
      const makeRoom = await fillWhole();
      const data = join(volume.folder, 'other');
      try {
        mkdirSync(data);
        const told = await runCli(['kill', 'all', '--reason', 'x', '--local', '--yes'], {
          ...process.env,
          BEHALF_DATA: data,
        });
        expect(told.code).toBe(1);
        expect(told.stderr).toMatch(/nothing is stopped/);
        expect(told.stderr).toMatch(/Free some megabytes/);
      } finally {
        makeRoom();
      }
      const now = await runCli(['kill', 'all', '--reason', 'x', '--local', '--yes'], {
        ...process.env,
        BEHALF_DATA: data,
      });
      expect(now.code).toBe(0);
      execFileSync('rm', ['-rf', data]);
    },
    180_000,
  );
});

const operations = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`http://127.0.0.1:${server.operationsPort}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const figure = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await operations('/metrics')).text)?.[1]);
const isHeld = async (): Promise<boolean> => (await figure('behalf_volume_reserve_bytes')) > 0;
const FULL = {
  status: 503,
  body: {
    error: 'temporarily_unavailable',
    error_description: expect.stringMatching(/storage of this server is full/),
  },
};
const own = () =>
  scene.calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier });
/** A public client proves nothing, and its pushed request is stored. */
const stranger = () => {
  const { parameters } = scene.authorizationRequest({ ...scene.app, clientId: publicClient }, { scope: 'openid' });
  return fetch(scene.calls.endpoints.par, { method: 'POST', body: formOf(parameters) });
};
const eventsOf = async (type: string): Promise<readonly Record<string, unknown>[]> => {
  const { body } = await scene.management.call('GET', `/audit/events?type=${type}&limit=200`);
  return body['items'] as readonly Record<string, unknown>[];
};

describe('a full volume and its reserve', () => {
  onSmallVolume('takes a sixteenth of the volume at start', async () => {
    await until(isHeld, { what: 'the reserve' });
    expect(statSync(join(volume.folder, 'reserve'))).toMatchObject({ size: 4 * 1024 * 1024 });
    expect(await figure('behalf_volume_size_bytes')).toBe(64 * 1024 * 1024);
  });

  onSmallVolume(
    'is released: kills and the audit log go on, all else is refused with the way out, and it recovers by itself',
    async () => {
      const family = await newTokenFamily(scene);
      await until(isHeld);
      const before = (await eventsOf('volume.full')).length;
      const makeRoom = volume.fill();
      try {
        await until(async () => !(await isHeld()), { what: 'the release' });
        // Into what the reserve gave back, so that clients have no room either.
        volume.fill(1024 * 1024 * 3);
        const refused = await own();
        expect(refused).toMatchObject(FULL);
        expect(refused.headers.get('retry-after')).toBe('30');
        const page = await stranger();
        expect([page.status, page.headers.get('retry-after')]).toEqual([503, '30']);
        expect(await page.text()).toMatch(/storage of this server is full/);
        const ready = await operations('/readyz');
        expect(ready.status).toBe(503);
        expect(ready.text).toMatch(/is full .* MiB are free.*delete what else is on it, or enlarge it/);
        expect((await operations('/healthz')).status).toBe(200);
        expect(server.log()).toMatch(/volume\.full.*kill … --local/);

        // A token and the kill: both from the reserve, durable in store and audit log.
        const told = await runCli(
          ['kill', 'agent', family.agent.clientId, '--reason', 'the disk is full', '--yes', '--data', volume.folder],
          server.environment,
        );
        expect(told).toMatchObject({ code: 0, stderr: '' });
        expect(await isLive(family)).toBe(false);
        expect((await eventsOf('volume.full')).length).toBe(before + 1);
        expect(
          (await eventsOf('kill.ordered')).map(({ event }) => (event as { target?: unknown }).target),
        ).toContainEqual({
          kind: 'agent',
          id: family.agent.clientId,
        });
      } finally {
        makeRoom();
      }
      await until(isHeld, { what: 'the recovery' });
      expect((await own()).status).toBe(200);
      expect((await stranger()).status).toBe(201);
      expect((await operations('/readyz')).status).toBe(200);
      await until(async () => (await eventsOf('volume.recovered')).length >= before + 1);
      const exported = `${volume.folder}.ndjson`;
      writeFileSync(exported, await scene.management.exportAudit());
      expect(await runCli(['audit', 'verify', exported], server.environment)).toMatchObject({ code: 0 });
      rmSync(exported);
    },
    180_000,
  );

  onSmallVolume(
    'clients and browsers that signed in before write again as soon as more than the reserve is free, strangers when a fifth of the volume is',
    async () => {
      await until(isHeld);
      const known = newBrowser(server.issuer);
      await submitSignIn(known, await known.open(`${server.issuer}/account`), scene.person);
      const signIn = async (cookies: ReturnType<typeof known.jar.copy>): Promise<Page> => {
        const withoutSession = new Map([...cookies].filter(([name]) => !name.includes('behalf_session')));
        const browser = newBrowser(server.issuer, withoutSession);
        return submitSignIn(browser, await browser.open(`${server.issuer}/account`), scene.person);
      };
      const makeRoom = volume.fill();
      await until(async () => !(await isHeld()), { what: 'the release' });
      makeRoom();
      const makeMoreRoom = volume.fill(9 * 1024 * 1024);
      try {
        await until(async () => (await own()).status === 200);
        expect((await stranger()).status).toBe(503);
        expect(await signIn(new Map())).toMatchObject({ status: 503, url: expect.stringMatching(/\/interaction\//) });
        expect(await signIn(known.jar.copy())).toMatchObject({ status: 200, url: `${server.issuer}/account` });
        expect(await isHeld()).toBe(false);
      } finally {
        makeMoreRoom();
      }
      await until(isHeld, { what: 'the recovery' });
      expect((await stranger()).status).toBe(201);
    },
    180_000,
  );

  onSmallVolume(
    'a start on a full volume is served from the reserve; without a byte it waits in recovery mode, and starts when there is room',
    async () => {
      await until(isHeld);
      await server.stop();
      const makeRoom = volume.fill();
      try {
        await server.restart();
        expect((await operations('/readyz')).text).toMatch(/is full/);
        expect([200, 503]).toContain((await own()).status);
        await server.stop();
        volume.fill();
        const starting = server.restart();
        await until(async () => (await operations('/readyz').catch(() => undefined))?.status === 503);
        expect((await operations('/readyz')).text).toMatch(/delete what else is on it, or enlarge it/);
        expect((await operations('/healthz')).status).toBe(200);
        expect(await figure('behalf_volume_free_bytes')).toBeLessThan(1024 * 1024);
        const answer = await fetch(`${server.issuer}/.well-known/openid-configuration`);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
        expect(await answer.json()).toMatchObject(FULL.body);
        expect(server.log()).toMatch(/volume\.recovery/);
        makeRoom();
        await starting;
      } finally {
        makeRoom();
      }
      await until(isHeld, { what: 'the recovery' });
      expect((await own()).status).toBe(200);
    },
    180_000,
  );
});
