/**
 * A synchronous standby that is promoted in the middle of load, over real servers: nothing acknowledged is lost, what was used stays
 * used, and what was revoked stays revoked. Two nodes reach PostgreSQL at one address, behind which the primary changes.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientAssertion } from '../support/agent-keys.ts';
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import {
  type Answer,
  answerOf,
  authentication,
  type Credential,
  formOf,
  type Parameters,
} from '../support/oauth-calls.ts';
import { type PostgresqlServer, startPostgresql } from '../support/postgresql-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

let primary: PostgresqlServer;
let standby: PostgresqlServer;
let address: FaultProxy;
let nodes: readonly [ServerProcess, ServerProcess];
let scene: Scene;
const removals: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  primary = await startPostgresql();
  removals.push(primary.remove);
  address = await faultProxy(primary.port);
  removals.push(address.close);
  const environment = {
    ...WITHOUT_LIMITS,
    BEHALF__KEYS__MASTERKEY: randomBytes(32).toString('base64url'),
    BEHALF__STORES__DEADLINEMILLISECONDS: '3000',
    BEHALF_POSTGRESQL_URL: primary.url('behalf').replace(`:${primary.port}/`, `:${address.port}/`),
  };
  const first = await startServer({ environment });
  removals.push(first.remove);
  const second = await startServer({ environment: { ...environment, BEHALF_ISSUER: first.issuer } });
  removals.push(second.remove);
  nodes = [first, second];
  scene = await makeScene(first);
}, 600_000);
afterAll(async () => {
  for (const remove of removals.reverse()) await remove();
}, 120_000);

const newStandby = async (): Promise<void> => {
  standby = await startPostgresql({ standbyOf: primary });
  removals.push(standby.remove);
  await primary.set({ synchronous_standby_names: '*' });
  const isSynchronous = async () =>
    (await primary.ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length === 1;
  await until(isSynchronous, { what: 'the standby', seconds: 60 });
};

const PAUSE_MILLISECONDS = 50;

/** From now on the address leads to it. */
const promote = async (): Promise<void> => {
  await standby.ask('SELECT pg_promote()');
  address.leadTo(standby.port);
  [primary, standby] = [standby, primary];
};

const post = async (at: number, endpoint: string, credential: Credential, parameters: Parameters): Promise<Answer> => {
  const url = new URL(endpoint);
  const { headers, parameters: proofs } = await authentication(credential, scene.issuer);
  url.port = String(nodes[at % 2]?.port);
  return answerOf(await fetch(url, { method: 'POST', headers, body: formOf({ ...proofs, ...parameters }) }));
};
const isActive = async (at: number, token: string): Promise<unknown> => {
  const { introspection } = scene.calls.endpoints;
  const { status, body } = await post(at, introspection, scene.opaque.credential, { token });
  return status === 200 ? body['active'] : status;
};
const oneUse = async (): Promise<Credential> => ({
  kind: 'assertion',
  clientId: scene.agent.clientId,
  assertion: await clientAssertion(scene.agent, scene.issuer),
});
const ask = (at: number, credential: Credential): Promise<Answer> =>
  post(at, scene.calls.endpoints.token, credential, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    scope: 'read',
  });

type Acknowledged = {
  /** Opaque tokens of people, which are records of the store. */
  readonly live: string[];
  readonly revoked: string[];
  readonly usedCodes: Parameters[];
  readonly usedAssertions: Credential[];
  readonly strange: string[];
};

/** Redeems codes and assertions at both nodes, and revokes every second token, until told to end. */
const startLoad = (codes: readonly Parameters[]) => {
  const seen: Acknowledged = { live: [], revoked: [], usedCodes: [], usedAssertions: [], strange: [] };
  const left = [...codes];
  let isOver = false;
  /**
   * Sends until it is answered otherwise than by 503, as while there is no primary, or by 401: after a failover, proofs from before it are
   * refused (decision D13). `isInDoubt`: one attempt may have happened without its answer.
   */
  const patiently = async (send: () => Promise<Answer>): Promise<{ answer: Answer; isInDoubt: boolean }> => {
    for (let isInDoubt = false; ; ) {
      const answer = await send();
      if (answer.status !== 503 && answer.status !== 401) return { answer, isInDoubt };
      isInDoubt ||= answer.status === 503;
      await delay(PAUSE_MILLISECONDS);
    }
  };
  const { token, revocation } = scene.calls.endpoints;
  const app = scene.keyed(scene.app);
  const person = async (at: number): Promise<void> => {
    for (let code = left.pop(); code; code = left.pop()) {
      const redeemed = code;
      const { answer, isInDoubt } = await patiently(() => post(at, token, app, redeemed));
      if (answer.status === 400 && isInDoubt) continue;
      if (answer.status !== 200) seen.strange.push(`code: ${answer.status} ${answer.text}`);
      seen.usedCodes.push(redeemed);
      const opaque = String(answer.body['access_token']);
      if (seen.live.length <= seen.revoked.length) seen.live.push(opaque);
      else {
        const { status, text } = (await patiently(() => post(at, revocation, app, { token: opaque }))).answer;
        if (status === 200) seen.revoked.push(opaque);
        else seen.strange.push(`revocation: ${status} ${text}`);
      }
    }
  };
  const agent = async (at: number): Promise<void> => {
    while (!isOver) {
      const credential = await oneUse();
      const { status, text } = await ask(at, credential);
      if (status === 200) seen.usedAssertions.push(credential);
      else if (status !== 503 && status !== 401) seen.strange.push(`assertion: ${status} ${text}`);
    }
  };
  const workers = Promise.all([person(0), person(1), person(2), agent(0), agent(1)]);
  return {
    seen,
    isEmpty: () => left.length === 0,
    async stop(): Promise<Acknowledged> {
      isOver = true;
      await workers;
      return seen;
    },
  };
};

const serves = (at: number): Promise<void> =>
  until(async () => (await ask(at, scene.keyed(scene.agent))).status === 200, { what: 'a node', seconds: 120 });

describe.each([
  ['was killed', (): Promise<void> => primary.kill()],
  ['is cut off and goes on', async (): Promise<void> => undefined],
] as const)('FT-03 a synchronous standby is promoted under load, whose primary %s', (_what, lose) => {
  test('nothing acknowledged is lost, what was used stays used, and what was revoked or killed stays so, at both nodes', async () => {
    await newStandby();
    const doomed = await scene.newAgent('Doomed');
    const ofDoomed = await scene.calls.token(scene.keyed(doomed), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
      scope: 'read',
    });
    const codes: Parameters[] = [];
    while (codes.length < 24) codes.push(await scene.newCode(scene.opaque.identifier));
    const load = startLoad(codes);
    const { seen } = load;
    await until(() => seen.revoked.length > 2 && seen.usedAssertions.length > 2, { what: 'the load', seconds: 60 });
    const kill = { scope: 'agent', id: doomed.clientId, reason: 'a failover' };
    expect((await scene.management.call('POST', '/kills', kill)).status).toBeLessThan(300);
    const before = { tokens: seen.live.length + seen.revoked.length };
    await lose();
    await promote();
    await Promise.all([serves(0), serves(1)]);
    await until(load.isEmpty, { what: 'the codes', seconds: 120 });
    const { live, revoked, usedCodes, usedAssertions, strange } = await load.stop();

    expect(strange).toEqual([]);
    expect(live.length + revoked.length).toBeGreaterThan(before.tokens);
    for (const at of [0, 1]) {
      expect(await Promise.all(live.map((token) => isActive(at, token)))).toEqual(live.map(() => true));
      expect(await Promise.all(revoked.map((token) => isActive(at, token)))).toEqual(revoked.map(() => false));
      const { introspection } = scene.calls.endpoints;
      const token = String(ofDoomed.body['access_token']);
      expect((await post(at, introspection, scene.jwt.credential, { token })).body['active']).toBe(false);
      expect([401, 400]).toContain((await ask(at, scene.keyed(doomed))).status);
    }
    for (const [at, credential] of usedAssertions.entries()) expect((await ask(at, credential)).status).toBe(401);
    for (const [at, code] of usedCodes.entries()) {
      const again = await post(at, scene.calls.endpoints.token, scene.keyed(scene.app), code);
      expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    }
    for (const node of nodes) expect(node.log()).toContain('replay_protection.cold');
    const verified = await runCli(['audit', 'verify', '--store'], nodes[0].environment);
    expect([verified.code, verified.stderr]).toEqual([0, expect.any(String)]);
  }, 600_000);
});
