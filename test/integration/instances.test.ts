/**
 * Instances of an agent over HTTP: each proves a key of its own and has refresh tokens of its own, and the end
 * of one of them leaves its siblings alone. The clock stands still.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Copy, instancesOf } from '../support/instances.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let instances: ReturnType<typeof instancesOf>;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__AGENTS__MAXINSTANCES: '3',
    },
  });
  scene = await makeScene(server);
  instances = instancesOf(scene);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

let agents = 0;
/** An agent that a person has authorized, and two copies with a share of that each. */
const family = async () => {
  agents += 1;
  const agent = await scene.newAgent(`Copied ${agents}`);
  const parent = await instances.authorize(agent);
  const [one, two] = [await instances.started(agent), await instances.started(agent)];
  const shares = { one: await share(one, parent), two: await share(two, parent) };
  return { agent, parent, one, two, ...{ shareOne: shares.one, shareTwo: shares.two } };
};
const share = async (copy: Copy, parent: Answer['body']): Promise<string> => {
  const answer = await instances.share(copy.identity, String(parent['access_token']));
  expect([answer.status, answer.text]).toMatchObject([200, expect.anything()]);
  return String(answer.body['access_token']);
};
const good = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, body, text } = await answer;
  expect([status, text]).toEqual([200, text]);
  return body;
};
const refreshed = (who: Identity, token: unknown): Promise<Answer['body']> =>
  good(instances.refresh(who, String(token)));
const refused = async (answer: Promise<Answer>, error: string): Promise<void> => {
  const { status, body } = await answer;
  expect([status, body['error']]).toEqual([error === 'invalid_client' ? 401 : 400, error]);
};
const latest = async (type: Parameters<RunningServer['events']>[0]) => (await server.events(type)).at(-1);

describe('what an instance gets', () => {
  test('a refresh token of its own, whose tokens name the instance (RFC 8693 §2.2.1)', async () => {
    const { agent, parent, one, shareOne } = await family();
    expect(await latest('instance.started')).toMatchObject({ agent: agent.clientId, outcome: 'done' });
    const answer = await refreshed(one.identity, shareOne);
    const claims = decodeJwt(String(answer['access_token']));
    expect(claims).toMatchObject({ instance: one.id, sub: scene.accountId, act: { sub: agent.clientId } });
    expect(claims['grant_id']).not.toBe(decodeJwt(String(parent['access_token']))['grant_id']);
    expect(claims['delegation']).toBe(decodeJwt(String(parent['access_token']))['delegation']);
    expect(await instances.introspect(answer['access_token'])).toMatchObject({ active: true, instance: one.id });
    expect(await latest('token.issued')).toMatchObject({ agent: agent.clientId, instance: one.id });
  });

  test('says in its answer that no access token was issued', async () => {
    const { parent, one } = await family();
    const answer = await instances.share(one.identity, String(parent['access_token']));
    expect(answer.body).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      token_type: 'N_A',
      instance: one.id,
    });
    expect(await latest('token.issued')).toMatchObject({ instance: one.id, token: { format: 'opaque' } });
  });

  test('tokens for itself that name it too, and end with it', async () => {
    const { agent, one } = await family();
    const own = await good(
      scene.calls.token(scene.keyed(one.identity), {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
      }),
    );
    expect(await instances.introspect(own['access_token'])).toMatchObject({ active: true, instance: one.id });
    expect((await instances.end(agent, one.id)).status).toBe(204);
    expect(await instances.introspect(own['access_token'])).toEqual({ active: false });
  });

  test('with DPoP nothing needs to be started first: the first use of a key does', async () => {
    agents += 1;
    const agent = await scene.newAgent(`Copied ${agents}`);
    const parent = await instances.authorize(agent);
    const key = await newKeyPair();
    const answer = await instances.share(agent, String(parent['access_token']), {}, key);
    expect(answer.status).toBe(200);
    expect(await latest('instance.started')).toMatchObject({ agent: agent.clientId, caller: agent.clientId });
    const value = String(answer.body['access_token']);
    await refused(instances.refresh(agent, value, {}, await newKeyPair()), 'invalid_grant');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'instance_not_proven' } });
    const next = await good(instances.refresh(agent, value, {}, key));
    expect(decodeJwt(String(next['access_token']))).toMatchObject({ instance: answer.body['instance'] });
    expect((await instances.list(agent)).body['items']).toMatchObject([{ id: answer.body['instance'] }]);
  });
});

describe('siblings', () => {
  test('a replay ends the family of that instance, and no other (decision D9)', async () => {
    const { agent, parent, one, two, shareOne, shareTwo } = await family();
    const first = await refreshed(one.identity, shareOne);
    const other = await refreshed(two.identity, shareTwo);
    await refused(instances.refresh(one.identity, shareOne), 'invalid_grant');
    expect(await latest('instance.replayed')).toMatchObject({ instance: one.id, agent: agent.clientId });
    expect(await instances.introspect(first['access_token'])).toEqual({ active: false });
    await refused(instances.refresh(one.identity, String(first['refresh_token'])), 'invalid_grant');
    expect(await instances.introspect(other['access_token'])).toMatchObject({ active: true });
    await refreshed(two.identity, other['refresh_token']);
    expect(await instances.introspect(parent['access_token'])).toMatchObject({ active: true });
    // It proves its key still, and gets another share.
    await refreshed(one.identity, await share(one, parent));
  });

  test('a replay in the own family of the agent leaves its instances alone', async () => {
    const { agent, parent, one, shareOne } = await family();
    await refreshed(agent, parent['refresh_token']);
    await refused(instances.refresh(agent, String(parent['refresh_token'])), 'invalid_grant');
    expect(await latest('token.replayed')).toMatchObject({ caller: agent.clientId });
    expect(await instances.introspect(parent['access_token'])).toEqual({ active: false });
    await refreshed(one.identity, shareOne);
  });

  test('an instance that revokes its refresh token (RFC 7009) ends its own family', async () => {
    const { one, two, shareOne, shareTwo } = await family();
    const { status } = await scene.calls.revoke(scene.keyed(one.identity), shareOne);
    expect(status).toBe(200);
    await refused(instances.refresh(one.identity, shareOne), 'invalid_grant');
    await refreshed(two.identity, shareTwo);
  });

  test('one that is ended loses all it has, its key with it, and its siblings go on', async () => {
    const { agent, parent, one, two, shareOne, shareTwo } = await family();
    const held = await refreshed(one.identity, shareOne);
    expect((await instances.end(agent, one.id)).status).toBe(204);
    expect(await latest('instance.ended')).toMatchObject({ target: { kind: 'instance', id: one.id } });
    expect(await instances.introspect(held['access_token'])).toEqual({ active: false });
    await refused(instances.refresh(one.identity, String(held['refresh_token'])), 'invalid_client');
    expect((await instances.start(agent, one.identity.key)).status).toBe(409);
    await refused(instances.share(agent, String(parent['access_token']), {}, one.identity.key), 'access_denied');
    await refreshed(two.identity, shareTwo);
  });

  test('a sibling, or the agent itself, cannot use a refresh token that is not its own, and does not use it up', async () => {
    const { agent, one, two, shareOne } = await family();
    await refused(instances.refresh(two.identity, shareOne), 'invalid_grant');
    await refused(instances.refresh(agent, shareOne), 'invalid_grant');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'instance_not_proven' } });
    await refreshed(one.identity, shareOne);
  });

  test('no instance grant comes from the token of a sibling', async () => {
    const { one, two, shareOne } = await family();
    const held = await refreshed(one.identity, shareOne);
    await refused(instances.share(two.identity, String(held['access_token'])), 'invalid_grant');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'authorization_of_other_instance' } });
    const again = await good(instances.share(one.identity, String(held['access_token'])));
    await refused(instances.refresh(one.identity, String(held['refresh_token'])), 'invalid_grant');
    await refreshed(one.identity, again['access_token']);
  });
});

describe('what ends all of them', () => {
  test('the end of the authorization by the person, also when its own tokens were over before', async () => {
    const { agent, parent, one, shareOne } = await family();
    await scene.calls.revoke(scene.keyed(agent), String(parent['refresh_token']));
    const held = await refreshed(one.identity, shareOne);
    expect(await instances.introspect(held['access_token'])).toMatchObject({ active: true });
    const rows = await scene.management.call('GET', `/delegations?actor=${agent.clientId}&live=true`);
    for (const { id } of rows.body['items'] as { id: string }[]) {
      expect((await scene.management.call('POST', `/delegations/${id}/revoke`)).status).toBe(200);
    }
    expect(await instances.introspect(held['access_token'])).toEqual({ active: false });
    await refused(instances.refresh(one.identity, String(held['refresh_token'])), 'invalid_grant');
  });

  test.each(['suspend', 'retire', 'kill'])('what ends the agent: %s', async (how) => {
    const { agent, one, two, shareOne, shareTwo } = await family();
    const tokens = [await refreshed(one.identity, shareOne), await refreshed(two.identity, shareTwo)];
    const { status } =
      how === 'kill'
        ? await scene.management.call('POST', '/kills', { scope: 'agent', id: agent.clientId, reason: 'a test' })
        : await scene.management.call('POST', `/agents/${agent.clientId}/${how}`);
    expect(status).toBeLessThan(300);
    for (const [index, copy] of [one, two].entries()) {
      expect(await instances.introspect(tokens[index]?.['access_token'])).toEqual({ active: false });
      await refused(instances.refresh(copy.identity, String(tokens[index]?.['refresh_token'])), 'invalid_client');
    }
  });
});

describe('its life', () => {
  test('is short, and prolonged by use', async () => {
    const { agent, one, two, shareOne } = await family();
    advance(2_000_000);
    const first = await refreshed(one.identity, shareOne);
    expect(await latest('instance.renewed')).toMatchObject({ instance: one.id });
    advance(2_000_000);
    const second = await refreshed(one.identity, first['refresh_token']);
    const items = (await instances.list(agent)).body['items'] as { id: string; state: string }[];
    expect(items.find(({ id }) => id === one.id)).toMatchObject({ state: 'active' });
    expect(items.find(({ id }) => id === two.id)).toMatchObject({ state: 'expired' });
    advance(3_601_000);
    await refused(instances.refresh(one.identity, String(second['refresh_token'])), 'invalid_client');
    expect(await instances.introspect(second['access_token'])).toEqual({ active: false });
  });

  test('one that was over comes back with its key, as a new run', async () => {
    const { agent, one } = await family();
    advance(3_601_000);
    const again = await instances.start(agent, one.identity.key);
    expect([again.status, again.body['id'], again.body['state']]).toEqual([201, one.id, 'active']);
  });
});

describe('how many', () => {
  test('no more than configured, also when many start at once; one that is ended makes room', async () => {
    agents += 1;
    const agent = await scene.newAgent(`Copied ${agents}`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => instances.start(agent)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
    expect(await latest('management.refused')).toMatchObject({ error: 'conflict', note: 'startInstance' });
    const [first] = answers.filter(({ status }) => status === 201);
    await instances.end(agent, String(first?.copy.id));
    expect((await instances.start(agent)).status).toBe(201);
    expect((await instances.start(agent)).status).toBe(409);
  });

  test('a blueprint that allows fewer counts at once, also for those that run', async () => {
    const { agent, one, two, shareOne, shareTwo } = await family();
    const made = await scene.management.call('POST', '/blueprints', {
      name: `Few copies ${agents}`,
      purpose: 'Tests',
      ceilings: { max_instances: 1 },
    });
    const id = String(made.body['id']);
    const match = (answer: Answer) => ({ 'if-match': String(answer.headers.get('etag')) });
    await scene.management.call('POST', `/blueprints/${id}/activate`, {}, match(made));
    const read = await scene.management.call('GET', `/agents/${agent.clientId}`);
    await scene.management.call('PATCH', `/agents/${agent.clientId}`, { blueprint: id }, match(read));
    await refreshed(one.identity, shareOne);
    await refused(instances.refresh(two.identity, shareTwo), 'invalid_client');
    const items = (await instances.list(agent)).body['items'] as { id: string; state: string }[];
    expect(items.map(({ state }) => state).sort()).toEqual(['active', 'over_limit']);
    expect((await instances.start(agent)).status).toBe(409);
  });
});

describe('who may start and end them', () => {
  test('the agent itself, with a token for this API, and not those of another', async () => {
    const { agent, one } = await family();
    const other = await scene.newAgent('Stranger');
    const api = `${scene.issuer}/api/v1`;
    const read = await scene.management.call('GET', `/agents/${agent.clientId}`);
    const authority = { ...(read.body['authority'] as object), [api]: ['instances:read', 'instances:write'] };
    for (const who of [agent, other]) {
      const etag = String((await scene.management.call('GET', `/agents/${who.clientId}`)).headers.get('etag'));
      await scene.management.call('PATCH', `/agents/${who.clientId}`, { authority }, { 'if-match': etag });
    }
    const key = await newKeyPair();
    const path = `/agents/${agent.clientId}/instances`;
    const started = await scene.management.call('POST', path, { jwk: key.publicJwk, name: 'Copy 7' }, {}, agent);
    expect([started.status, started.body]).toMatchObject([201, { name: 'Copy 7', started_by: agent.clientId }]);
    expect(started.headers.get('location')).toBe(`${api}${path}/${started.body['id']}`);
    expect((await scene.management.call('DELETE', `${path}/${one.id}`, undefined, {}, agent)).status).toBe(204);
    const refusal = await scene.management.call('POST', path, { jwk: key.publicJwk }, {}, other);
    expect(refusal.status).toBe(403);
    expect(await latest('management.refused')).toMatchObject({ caller: other.clientId, error: 'forbidden' });
    expect((await scene.management.call('GET', '/agents', undefined, {}, agent)).status).toBe(403);
  });

  test('refuses a key of the agent itself, and an invalid one', async () => {
    const { agent } = await family();
    expect((await instances.start(agent, agent.key)).status).toBe(400);
    const path = `/agents/${agent.clientId}/instances`;
    expect((await scene.management.call('POST', path, { jwk: { kty: 'oct', k: 'AAAA' } })).status).toBe(400);
    expect(await latest('management.refused')).toMatchObject({ error: 'invalid_field' });
  });
});

describe('a request for a refresh token', () => {
  test('is refused without the key of an instance, for another agent’s token, and with a target', async () => {
    const { agent, parent, one } = await family();
    const token = String(parent['access_token']);
    await refused(instances.share(agent, token), 'invalid_request');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'instance_not_proven' } });
    await refused(instances.share(one.identity, token, { resource: scene.jwt.identifier }), 'invalid_request');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'token_type_unsupported' } });
    const app = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    await refused(instances.share(one.identity, app), 'invalid_request');
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'authorization_not_own' } });
    const other = await family();
    await refused(instances.share(other.one.identity, token), 'invalid_request');
    expect(await latest('token.refused')).toMatchObject({ denial: { layer: 'subject_token' } });
  });
});
