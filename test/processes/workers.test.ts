/** Several processes on one data set, as they are run: a supervisor with three workers over SQLite. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { sendAtOnce, type WireRequest } from '../campaigns/volley.ts';
import { authentication, formOf, type Parameters } from '../support/oauth-calls.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';

const WORKERS = 3;
const PARALLEL = 64;

// Processes start here, some of them many times, beside other load of the machine.
jest.setTimeout(120_000);

let server: ServerProcess;
let scene: Scene;

beforeAll(async () => {
  server = await startServer({ workers: WORKERS, environment: { ...WITHOUT_LIMITS, BEHALF__LOG__LEVEL: 'error' } });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.remove();
});

const operations = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(`http://127.0.0.1:${server.operationsPort}${path}`);
  return { status: response.status, text: await response.text() };
};

/** Process ids of the workers that live now. */
const workers = (): readonly number[] =>
  // ps fails where there is none.
  spawnSync('ps', ['--ppid', String(server.pid), '-o', 'pid='])
    .stdout.toString()
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);

const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > end) throw new Error(`never: ${what}\n${server.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const allServe = (): Promise<void> =>
  until('all workers serve', async () => (await operations('/readyz')).text === '{"status":"ready"}\n');

const nodeNames = (): readonly string[] =>
  readdirSync(server.dataFolder)
    .filter((name) => /^node(?:-\d+)?\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(server.dataFolder, name), 'utf8')).node);

const ready = async (parameters: Parameters): Promise<WireRequest> => {
  const proof = await authentication(scene.keyed(scene.app), scene.issuer);
  return {
    url: scene.calls.endpoints.token,
    headers: {},
    body: String(formOf({ ...proof.parameters, ...parameters })),
  };
};

test('it says once where it serves, and makes one administrator and one client of each role', async () => {
  await allServe();
  expect(server.log().match(/Behalf serves at/g)).toHaveLength(1);
  expect(workers()).toHaveLength(WORKERS);
  const [accounts, clients] = await Promise.all([
    scene.management.call('GET', '/accounts?limit=100'),
    scene.management.call('GET', '/clients?limit=100'),
  ]);
  const named = (items: unknown, name: RegExp) =>
    (items as readonly { readonly name: string }[])
      .filter((one) => name.test(one.name))
      .map(({ name: found }) => found);
  expect(named(accounts.body['items'], /^Administrator$/)).toHaveLength(1);
  expect(named(clients.body['items'], /^Management /).sort()).toEqual([
    'Management administrator',
    'Management operator',
  ]);
});

test.each(['code', 'refresh token'])(
  'OT-01 OT-04 of 64 uses of a %s over three workers one wins, and what it won lives (decision D9)',
  async (kind) => {
    const { jwt, calls } = scene;
    for (let round = 0; round < 3; round += 1) {
      const parameters =
        kind === 'code'
          ? await scene.newCode(jwt.identifier)
          : {
              grant_type: 'refresh_token',
              refresh_token: String((await scene.newTokens(jwt.identifier))['refresh_token']),
              resource: jwt.identifier,
            };
      const requests = await Promise.all(Array.from({ length: PARALLEL }, () => ready(parameters)));
      const answers = await sendAtOnce(requests);
      const winners = answers.filter(({ status }) => status === 200);
      const losers = answers.filter(({ status }) => status !== 200);
      expect(winners).toHaveLength(1);
      expect(new Set(losers.map(({ status, body }) => `${status} ${body['error']}`))).toEqual(
        new Set(['400 invalid_grant']),
      );
      const [winner] = winners;
      const seen = await calls.introspect(jwt.credential, String(winner?.body['access_token']));
      expect(seen.body['active']).toBe(true);
      const again = await calls.token(scene.keyed(scene.app), {
        grant_type: 'refresh_token',
        refresh_token: String(winner?.body['refresh_token']),
        resource: jwt.identifier,
      });
      expect(again.status).toBe(200);
    }
  },
);

test('LC-01 what one worker ends has ended on all of them', async () => {
  const { jwt, calls } = scene;
  const tokens = await scene.newTokens(jwt.identifier);
  const token = String(tokens['access_token']);
  // Each of these is a connection of its own, so each worker has seen the token.
  const ask = async (): Promise<readonly unknown[]> => {
    const proof = await authentication(jwt.credential, scene.issuer);
    const request = {
      url: calls.endpoints.introspection,
      headers: proof.headers,
      body: String(formOf({ ...proof.parameters, token })),
    };
    const answers = await sendAtOnce(Array.from({ length: 3 * WORKERS }, () => request));
    return [...new Set(answers.map(({ body }) => body['active']))];
  };
  expect(await ask()).toEqual([true]);
  expect((await calls.revoke(scene.keyed(scene.app), String(tokens['refresh_token']))).status).toBe(200);
  expect(await ask()).toEqual([false]);
});

test('KY-01 keys rotated on one worker are published by all, without a restart', async () => {
  const kids = async (): Promise<readonly string[]> => {
    const response = await fetch(scene.calls.endpoints.jwks, { headers: { connection: 'close' } });
    return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid).sort();
  };
  const before = await kids();
  expect((await scene.management.call('POST', '/keys/rotations', {})).status).toBeLessThan(300);
  await until('every worker publishes the new keys', async () => {
    const sets = await Promise.all(Array.from({ length: 3 * WORKERS }, kids));
    return new Set(sets.map(String)).size === 1 && Number(sets[0]?.length) > before.length;
  });
  expect((await kids()).filter((kid) => before.includes(kid))).toEqual(before);
});

test('metrics are those of all workers, with the time of each call to the stores', async () => {
  const { text } = await operations('/metrics');
  const count = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  expect(
    count(/^behalf_http_requests_total\{surface="token",method="POST",status="400"\} (\d+)$/m),
  ).toBeGreaterThanOrEqual(6 * (PARALLEL - 1));
  expect(
    count(/^behalf_store_duration_seconds_count\{collection="several",operation="commit"\} (\d+)$/m),
  ).toBeGreaterThan(5);
  expect(text).toContain('behalf_supervisor_process_cpu_seconds_total');
  expect(text).not.toMatch(/nod_|agt_|app_|acc_|tok_/);
});

test('a worker that is killed is started again under its name, and no request waits', async () => {
  const names = nodeNames();
  const [victim] = workers();
  process.kill(Number(victim), 'SIGKILL');
  await until('it is missed', async () => (await operations('/readyz')).text.includes('being started'));
  expect((await operations('/readyz')).status).toBe(200);
  await scene.newTokens(scene.jwt.identifier);
  await allServe();
  expect(workers()).not.toContain(victim);
  expect(workers()).toHaveLength(WORKERS);
  expect(nodeNames()).toEqual(names);
});

test('FT-12 SIGUSR2 replaces every worker while the others answer: no request is lost', async () => {
  const before = workers();
  process.kill(server.pid, 'SIGUSR2');
  let asked = 0;
  await until('all workers are others', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 4 }, () =>
        scene.calls.token(
          scene.keyed(scene.agent),
          { grant_type: 'client_credentials', resource: scene.jwt.identifier },
          { headers: { connection: 'close' } },
        ),
      ),
    );
    asked += tokens.length;
    expect(tokens.map(({ status }) => status)).toEqual(tokens.map(() => 200));
    const now = workers();
    return now.length === WORKERS && now.every((pid) => !before.includes(pid));
  });
  expect(asked).toBeGreaterThan(0);
  await allServe();
});

test('FT-12 SIGTERM drains all of them; each node has a stream that it closed, and the audit log verifies', async () => {
  const answer = await scene.calls.token(scene.keyed(scene.agent), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
  });
  const id = decodeJwt(String(answer.body['access_token'])).jti;
  const [stopping, last] = [server.stop(), workers()];
  expect(await stopping).toBe(0);
  for (const pid of last) expect(() => process.kill(pid, 0)).toThrow();

  await server.restart();
  await allServe();
  const names = nodeNames();
  expect(names).toHaveLength(WORKERS);
  const file = join(server.dataFolder, 'audit.ndjson');
  const env = { ...server.environment };
  expect((await runCli(['audit', 'export', '--to', file], env)).code).toBe(0);
  expect(await runCli(['audit', 'verify', file], env)).toMatchObject({ code: 0 });
  const records = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event"'))
    .map(
      (line) =>
        JSON.parse(line) as {
          stream: string;
          event: { type: string; token?: { id: string }; inputs?: { after?: string } };
        },
    );
  const streams = new Set(records.map(({ stream }) => stream));
  expect([...streams].filter((stream) => stream.startsWith('nod_')).sort()).toEqual([...names].sort());
  expect(records.filter(({ event }) => event.type === 'token.issued' && event.token?.id === id)).toHaveLength(1);
  // One was killed; all other starts follow a stop in good order.
  const starts = records.filter(({ event }) => event.type === 'node.started').map(({ event }) => event.inputs?.after);
  expect(starts.filter((after) => after === 'crash')).toHaveLength(1);
});

test('an unavailable address ends the command with its reason, before a worker starts', async () => {
  const refused = startServer({ workers: 2, environment: { ...WITHOUT_LIMITS, BEHALF__LISTEN__HOST: '203.0.113.1' } });
  await expect(refused).rejects.toThrow(/203\.0\.113\.1:\d+ is no address of this machine/);
});

test.each([
  [['--workers', '0'], {}],
  [['--workers', '99'], {}],
  [['--workers=two'], {}],
  [['--workers'], {}],
  [['--workers', '2'], { BEHALF__STORES__DOCUMENT: 'memory', BEHALF__STORES__EPHEMERAL: 'memory' }],
])('%s is refused as a wrong setting (%j)', async (options, environment) => {
  const { code, stderr } = await runCli(['serve', ...options], { ...server.environment, ...environment });
  expect([code, stderr.includes('--workers')]).toEqual([
    options.length === 1 && options[0] === '--workers' ? 2 : 78,
    true,
  ]);
});
