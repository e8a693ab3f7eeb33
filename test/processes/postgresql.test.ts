/**
 * Servers as processes that share nothing but a PostgreSQL: chosen by one setting, without Redis, each with a data folder of its own.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientAssertion } from '../support/agent-keys.ts';
import {
  type Answer,
  answerOf,
  authentication,
  type Credential,
  formOf,
  type Parameters,
} from '../support/oauth-calls.ts';
import { type PostgresqlServer, startPostgresql } from '../support/postgresql-server.ts';
import { startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

let postgresql: PostgresqlServer;
let first: ServerProcess;
let second: ServerProcess;
let scene: Scene;
const files: string[] = [];

const settings = {
  ...WITHOUT_LIMITS,
  BEHALF__KEYS__MASTERKEY: randomBytes(32).toString('base64url'),
  // Other programs share the machine of the tests.
  BEHALF__STORES__DEADLINEMILLISECONDS: '5000',
  BEHALF__AUDIT__CHECKPOINTSECONDS: '2',
};

beforeAll(async () => {
  postgresql = await startPostgresql();
  const environment = { ...settings, BEHALF_POSTGRESQL_URL: postgresql.url('behalf') };
  first = await startServer({ environment });
  second = await startServer({ environment: { ...environment, BEHALF_ISSUER: first.issuer } });
  scene = await makeScene(first);
}, 600_000);
afterAll(async () => {
  await Promise.all([first?.remove(), second?.remove()]);
  await postgresql?.remove();
  for (const file of files) rmSync(file, { force: true });
});

type Node = Pick<ServerProcess, 'port' | 'operationsPort'>;

/** A call of one node, which has the address of the issuer behind a proxy. */
const post = async (node: Node, endpoint: string, credential: Credential, parameters: Parameters): Promise<Answer> => {
  const url = new URL(endpoint);
  const { headers, parameters: proofs } = await authentication(credential, scene.issuer);
  url.port = String(node.port);
  return answerOf(await fetch(url, { method: 'POST', headers, body: formOf({ ...proofs, ...parameters }) }));
};
const introspectAt = async (node: Node, token: unknown, { credential } = scene.jwt): Promise<unknown> =>
  (await post(node, scene.calls.endpoints.introspection, credential, { token: String(token) })).body['active'];
const ownTokenAt = (node: Node): Promise<Answer> =>
  post(node, scene.calls.endpoints.token, scene.keyed(scene.agent), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    scope: 'read',
  });
/** A node that is asked before it is ready answers 503, and so does one whose clients wait after a move. */
const serves = (node: Node): Promise<void> =>
  until(async () => (await ownTokenAt(node)).status === 200, { what: 'the node', seconds: 120 });
const operations = async ({ operationsPort }: Node, path: string) => {
  const response = await fetch(`http://127.0.0.1:${operationsPort}${path}`);
  return { status: response.status, text: await response.text() };
};
const command = (argv: readonly string[], environment: Record<string, string | undefined> = first.environment) =>
  runCli(argv, environment);
const newFile = (): string => {
  const file = join(tmpdir(), `behalf-${randomBytes(6).toString('hex')}.ndjson`);
  files.push(file);
  return file;
};

describe('on PostgreSQL alone', () => {
  test('no data is in the data folder but keys and names', () => {
    for (const { dataFolder } of [first, second]) {
      expect(readdirSync(dataFolder).filter((name) => name.includes('.db'))).toEqual([]);
    }
  });

  test('a person consents, an app gets tokens and refreshes, an agent exchanges, and a revocation at one node ends all at the other', async () => {
    const { calls, keyed, app, agent, jwt, opaque } = scene;
    const tokens = await scene.newTokens(jwt.identifier);
    const refreshed = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: jwt.identifier,
    });
    expect(refreshed.status).toBe(200);
    const subject = String(refreshed.body['access_token']);
    await scene.consentToAgent(agent, subject, opaque.identifier);
    const exchanged = await calls.exchange(keyed(agent), subject, opaque.identifier);
    expect(exchanged.status).toBe(200);
    const acting = String(exchanged.body['access_token']);
    for (const node of [first, second]) {
      expect([await introspectAt(node, subject), await introspectAt(node, acting, opaque)]).toEqual([true, true]);
    }

    const { revocation } = calls.endpoints;
    const revoked = await post(first, revocation, keyed(app), { token: String(refreshed.body['refresh_token']) });
    expect(revoked.status).toBe(200);
    for (const node of [second, first]) {
      expect([await introspectAt(node, subject), await introspectAt(node, acting, opaque)]).toEqual([false, false]);
    }
    const { body } = await scene.management.call('GET', `/audit/events?type=token.revoked&id=${app.clientId}&limit=5`);
    expect(JSON.stringify(body)).toContain('"outcome":"done"');
  }, 120_000);

  test('OT-01 CA-05 of uses of one code or assertion at both nodes at once, exactly one wins', async () => {
    const { calls, keyed, app, agent, jwt } = scene;
    const code = await scene.newCode(jwt.identifier);
    const nodes = Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? first : second));
    const byCode = await Promise.all(nodes.map((node) => post(node, calls.endpoints.token, keyed(app), code)));
    const winners = byCode.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(await introspectAt(second, winners[0]?.body['access_token'])).toBe(true);

    const assertion = await clientAssertion(agent, scene.issuer);
    const credential: Credential = { kind: 'assertion', clientId: agent.clientId, assertion };
    const asked = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
    const byAssertion = await Promise.all(nodes.map((node) => post(node, calls.endpoints.token, credential, asked)));
    expect(byAssertion.filter(({ status }) => status === 200)).toHaveLength(1);
  }, 120_000);

  test('a kill at one node ends tokens at the other', async () => {
    const doomed = await scene.newAgent('Doomed');
    const parameters = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
    const token = await post(second, scene.calls.endpoints.token, scene.keyed(doomed), parameters);
    expect(await introspectAt(second, token.body['access_token'])).toBe(true);
    const reason = 'a test on two nodes';
    const killed = await scene.management.call('POST', '/kills', { scope: 'agent', id: doomed.clientId, reason });
    expect(killed.status).toBeLessThan(300);
    expect(await introspectAt(second, token.body['access_token'])).toBe(false);
  }, 120_000);

  test('what was written is there after kill -9 of a node', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    await first.kill();
    await first.restart();
    await serves(first);
    expect(await introspectAt(first, tokens['access_token'])).toBe(true);
  }, 300_000);

  test('metrics have the durations of the store and what has expired', async () => {
    const metrics = async () => (await operations(first, '/metrics')).text;
    expect(await metrics()).toContain('behalf_store_duration_seconds_count');
    // Each sweep writes it.
    await until(async () => /behalf_expired_rows\{.*\} \d/.test(await metrics()), { seconds: 60 });
  }, 120_000);

  test('FT-02 PostgreSQL down: nothing is granted or called active, readiness names it, and all acknowledged is there when it is back', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    await postgresql.kill();
    try {
      expect((await ownTokenAt(first)).status).toBe(503);
      const { introspection } = scene.calls.endpoints;
      const token = String(tokens['access_token']);
      expect((await post(second, introspection, scene.jwt.credential, { token })).status).toBe(503);
      const { status, text } = await operations(first, '/readyz');
      expect([status, Object.keys(JSON.parse(text).reasons)]).toEqual([503, expect.arrayContaining(['postgresql'])]);
      expect((await operations(first, '/healthz')).status).toBe(200);
    } finally {
      await postgresql.restart();
    }
    for (const node of [first, second]) {
      await until(async () => (await operations(node, '/readyz')).status === 200, { seconds: 60 });
      await serves(node);
      expect(await introspectAt(node, tokens['access_token'])).toBe(true);
    }
  }, 300_000);

  test('the command verifies the audit log in it', async () => {
    const verified = await command(['audit', 'verify', '--store']);
    expect([verified.code, verified.stderr]).toEqual([0, expect.any(String)]);
  }, 300_000);
});

describe('data of PostgreSQL', () => {
  const on = (stores: Record<string, string>): Record<string, string | undefined> => {
    const { BEHALF_POSTGRESQL_URL: _, ...others } = first.environment as Record<string, string | undefined>;
    return { ...others, ...stores };
  };
  /** In place of the first node, with its address and its data folder. */
  const startOn = (stores: Record<string, string>): Promise<ServerProcess> => {
    const ports = [first.port, first.operationsPort];
    return startServer({
      environment: { ...settings, ...stores },
      dataFolder: first.dataFolder,
      nextPort: async () => Number(ports.shift()),
    });
  };
  const done = async (argv: readonly string[], environment: Record<string, string | undefined>): Promise<void> => {
    const { code, stderr } = await command(argv, environment);
    if (code !== 0) throw new Error(`behalf ${argv.join(' ')}: ${code} ${stderr}`);
  };

  test('goes to SQLite and back beside Redis with its tokens; a backup in another schema ends them', async () => {
    const { access_token: token } = await scene.newTokens(scene.jwt.identifier);
    await Promise.all([first.stop(), second.stop()]);
    const toSqlite = newFile();
    await done(['export', '--to', toSqlite], on({ BEHALF_POSTGRESQL_URL: postgresql.url('behalf') }));
    expect(JSON.parse(readFileSync(toSqlite, 'utf8').split('\n')[0] ?? '')).toMatchObject({ source: 'postgresql' });
    await done(['import', '--from', toSqlite], on({}));
    const back = newFile();
    await done(['export', '--to', back], on({}));

    const redis = await startRedis([['maxmemory-policy', 'noeviction']]);
    const beside = { BEHALF_POSTGRESQL_URL: postgresql.url('moved'), BEHALF_REDIS_URL: redis.url };
    const backup = newFile();
    try {
      await done(['import', '--from', back], on(beside));
      const server = await startOn(beside);
      try {
        await serves(server);
        expect(await introspectAt(server, token)).toBe(true);
        await done(['backup', '--to', backup], on(beside));
        await redis.kill();
        expect((await ownTokenAt(server)).status).toBe(503);
        const { status, text } = await operations(server, '/readyz');
        expect([status, Object.keys(JSON.parse(text).reasons)]).toEqual([503, expect.arrayContaining(['redis'])]);
      } finally {
        await server.stop();
      }
    } finally {
      await redis.remove();
    }

    const restored = { BEHALF_POSTGRESQL_URL: postgresql.url('restored') };
    await done(['restore', '--from', backup], on(restored));
    const server = await startOn(restored);
    try {
      await serves(server);
      expect(await introspectAt(server, token)).toBe(false);
    } finally {
      await server.remove();
    }
  }, 900_000);
});
