import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CLIENT_ASSERTION_TYPE,
  clientAssertion,
  type Identity,
  type KeyPair,
  newKeyPair,
} from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, answerOf, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const INVALID_CLIENT = { status: 401, error: 'invalid_client' };
const now = (): number => Math.floor(Date.now() / 1000);
const call = (method: string, path: string, body?: object): Promise<Answer> =>
  scene.management.call(method, path, body);

const asks = async (identity: Identity): Promise<Answer> =>
  post(scene.calls.endpoints.token, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: await clientAssertion(identity, server.issuer),
  });

type Credential = Readonly<Record<string, unknown>> & { readonly id: string };
const credentialsOf = async (agent: string): Promise<readonly Credential[]> =>
  (await call('GET', `/agents/${agent}/credentials`)).body['items'] as never;

/** What the agent sends itself: no access token. */
const rotates = async (
  path: string,
  identity: Identity,
  keys: readonly KeyPair[],
  more: { readonly overlap?: number; readonly assertion?: string } = {},
): Promise<Answer> =>
  answerOf(
    await fetch(`${server.issuer}/api/v1${path}/rotation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_assertion: more.assertion ?? (await clientAssertion(identity, server.issuer)),
        jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
        ...(more.overlap === undefined ? {} : { overlap_seconds: more.overlap }),
      }),
    }),
  );

test('an agent has several keys at once, each of which is stopped alone', async () => {
  const agent = await scene.newAgent('Several');
  const second = { clientId: agent.clientId, key: await newKeyPair() };
  await audit.refused(() => asks(second), INVALID_CLIENT);
  const added = await call('POST', `/agents/${agent.clientId}/credentials`, {
    kind: 'jwks',
    name: 'Second',
    jwks: { keys: [second.key.publicJwk] },
  });
  expect(added).toMatchObject({ status: 200, body: { kind: 'jwks', name: 'Second', state: 'active' } });
  await audit.issued(() => asks(agent));
  await audit.issued(() => asks(second));
  const [registered, other] = await credentialsOf(agent.clientId);
  expect(registered).toMatchObject({
    id: `crd_${agent.clientId.slice(4)}`,
    kind: 'jwks',
    last_used_at: expect.any(Number),
  });
  expect(other).toMatchObject({ id: added.body['id'], last_used_at: expect.any(Number) });

  // The keys of the registration are a credential like any other.
  expect((await call('POST', `/agents/${agent.clientId}/credentials/${registered?.id}/suspend`)).status).toBe(200);
  await audit.refused(() => asks(agent), INVALID_CLIENT);
  await audit.issued(() => asks(second));
  expect((await call('POST', `/agents/${agent.clientId}/credentials/${registered?.id}/resume`)).status).toBe(200);
  await audit.issued(() => asks(agent));
  expect((await call('POST', `/agents/${agent.clientId}/credentials/${registered?.id}/removal`)).status).toBe(200);
  await audit.refused(() => asks(agent), INVALID_CLIENT);
  await audit.issued(() => asks(second));
  expect((await credentialsOf(agent.clientId)).map(({ id }) => id)).toEqual([added.body['id']]);
  const events = (await server.events()).filter(({ target }) => target?.kind === 'credential');
  expect(events.map(({ type, agent: of }) => [type, of])).toEqual(
    ['credential.added', 'credential.suspended', 'credential.resumed', 'credential.removed'].map((type) => [
      type,
      agent.clientId,
    ]),
  );
});

test('CA-11 a kid says which key of an agent is meant: two of the same, and none, are refused', async () => {
  const agent = await scene.newAgent('Kids');
  const add = async (jwk: object) =>
    call('POST', `/agents/${agent.clientId}/credentials`, { kind: 'jwks', jwks: { keys: [jwk] } });
  const { publicJwk } = await newKeyPair();
  const { kid: _, ...nameless } = publicJwk;
  expect((await add({ ...publicJwk, kid: agent.key.kid })).status).toBe(400);
  expect((await add(nameless)).status).toBe(400);
  expect((await add((await newKeyPair()).privateJwk)).status).toBe(400);
  expect((await add(publicJwk)).status).toBe(200);
});

test('a credential that has come to its end proves nothing', async () => {
  const agent = await scene.newAgent('Ending');
  const second = { clientId: agent.clientId, key: await newKeyPair() };
  const body = { kind: 'jwks', jwks: { keys: [second.key.publicJwk] } };
  expect((await call('POST', `/agents/${agent.clientId}/credentials`, { ...body, expires_at: now() - 1 })).status).toBe(
    400,
  );
  expect(
    (await call('POST', `/agents/${agent.clientId}/credentials`, { ...body, expires_at: now() + 3600 })).status,
  ).toBe(200);
  await audit.issued(() => asks(second));
});

test('what does not exist, and what is not of this agent, is not found', async () => {
  const [one, other] = [await scene.newAgent('One'), await scene.newAgent('Other')];
  for (const path of [
    `/agents/${one.clientId}/credentials/crd_none`,
    `/agents/${one.clientId}/credentials/crd_${other.clientId.slice(4)}`,
    `/agents/agt_none/credentials/crd_none`,
  ]) {
    expect((await call('POST', `${path}/suspend`)).status).toBe(404);
    expect((await call('POST', `${path}/removal`)).status).toBe(404);
  }
});

describe('an agent changes its own keys, with proof of the old one', () => {
  const pathOf = ({ clientId }: Identity): string => `/agents/${clientId}/credentials/crd_${clientId.slice(4)}`;

  test('the old key ends at once, or after the overlap it asks for', async () => {
    const agent = await scene.newAgent('Rotating');
    const next = { clientId: agent.clientId, key: await newKeyPair() };
    const answer = await rotates(pathOf(agent), agent, [next.key]);
    expect(answer).toMatchObject({ status: 200, body: { kind: 'jwks', state: 'active' } });
    await audit.issued(() => asks(next));
    await audit.refused(() => asks(agent), INVALID_CLIENT);
    const last = { clientId: agent.clientId, key: await newKeyPair() };
    const path = `/agents/${agent.clientId}/credentials/${answer.body['id']}`;
    expect((await rotates(path, next, [last.key], { overlap: 60 })).status).toBe(200);
    await audit.issued(() => asks(next));
    await audit.issued(() => asks(last));
    expect(await credentialsOf(agent.clientId)).toHaveLength(2);
    const events = await server.events('credential.rotated');
    expect(events.at(-1)).toMatchObject({ agent: agent.clientId, caller: agent.clientId, owner: scene.accountId });
  });

  test('another key, another agent, another credential and a used assertion are refused; the owner is notified why', async () => {
    const [agent, other] = [await scene.newAgent('Careful'), await scene.newAgent('Nosy')];
    const stranger = { clientId: agent.clientId, key: { ...(await newKeyPair()), kid: agent.key.kid } };
    const next = await newKeyPair();
    const refused = async (identity: Identity, assertion?: string): Promise<void> => {
      const answer = await rotates(pathOf(agent), identity, [next], assertion === undefined ? {} : { assertion });
      expect(answer.status).toBe(401);
      expect(answer.text).not.toMatch(/signature|audience|replay/i);
    };
    await refused(stranger);
    await refused(other);
    await refused(agent, await clientAssertion(agent, 'https://elsewhere.example'));
    const used = await clientAssertion(agent, server.issuer);
    await audit.issued(() =>
      post(scene.calls.endpoints.token, {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion: used,
      }),
    );
    await refused(agent, used);
    const told = (await server.events('client.authentication_refused')).filter((one) => one.agent === agent.clientId);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ note }) => note?.startsWith('key rotation: '))).toBe(true);
    await audit.issued(() => asks(agent));
  });

  test('a suspended agent changes nothing, and bad keys are refused after the proof', async () => {
    const agent = await scene.newAgent('Strict');
    const bad = await rotates(pathOf(agent), agent, []);
    expect(bad.status).toBe(400);
    expect((await call('POST', `/agents/${agent.clientId}/suspend`)).status).toBe(200);
    expect((await rotates(pathOf(agent), agent, [await newKeyPair()])).status).toBe(401);
  });
});
