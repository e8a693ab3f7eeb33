/** A response rule over the API: drafted, replayed, activated by an administrator, suspending an agent within seconds, and lifted. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// A rule acts within some seconds, on a machine that others work on.
jest.setTimeout(90_000);

type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
});

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  scene.management.call(method, path, body, headers);
const DENIALS = { name: 'Denials', when: [{ fact: 'denials_10_minutes', at_least: 6 }], act: 'suspend' };
const versioned = async (path: string) => {
  const { headers } = await call('GET', path);
  return { 'if-match': String(headers.get('etag')) };
};
/** A rule that acts. */
const activeRule = async (more: object = {}): Promise<string> => {
  const { body } = await call('POST', '/response-rules', { ...DENIALS, ...more });
  const path = `/response-rules/${body['id']}`;
  await call('POST', `${path}/replay`, {});
  const answer = await call('POST', `${path}/activate`, undefined, await versioned(path));
  expect([answer.status, answer.body['state']]).toEqual([200, 'active']);
  return String(body['id']);
};
const responsesOf = async (agent: string): Promise<readonly Json[]> =>
  (await call('GET', `/responses?agent=${agent}`)).body['items'] as readonly Json[];

describe('a response rule', () => {
  test('suspends an agent that asks beyond its rights again and again; its owner cannot lift that, another operator can', async () => {
    const rule = await activeRule();
    const identity = await scene.newAgent('Curious', scene.accountId, ['read']);
    const credential = { kind: 'key', identity } as const;
    const asked = (scope: string) =>
      scene.calls.token(credential, { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope });
    expect((await asked('read')).status).toBe(200);
    const stranger = await scene.newAgent('Stranger');
    const forged = { kind: 'key', identity: { clientId: identity.clientId, key: stranger.key } } as const;
    for (let count = 0; count < 8; count += 1)
      expect((await scene.calls.token(forged, { grant_type: 'client_credentials' })).status).toBe(401);
    for (let count = 0; count < 6; count += 1) expect((await asked('write')).status).toBe(400);
    await until(async () => (await responsesOf(identity.clientId)).some(({ state }) => state === 'open'), {
      ...{ what: 'an open response', seconds: 60 },
    });
    expect((await asked('read')).status).toBe(401);
    const [response] = await responsesOf(identity.clientId);
    expect(response).toMatchObject({
      ...{ rule, rule_name: 'Denials', agent_name: 'Curious', act: 'suspend', braked: false },
      values: { denials_10_minutes: 6 },
      bounds: { denials_10_minutes: 6 },
    });
    const [evidence] = (response?.['evidence'] ?? []) as readonly string[];
    expect((await call('GET', `/audit/events/${encodeURIComponent(String(evidence))}`)).status).toBe(200);
    expect((await server.events('response.acted')).map(({ agent }) => agent)).toEqual([identity.clientId]);

    const ofOwner = await scene.management.newScript(scene.accountId);
    const path = `/responses/${response?.['id']}/lift`;
    const refused = await scene.management.call('POST', path, undefined, {}, ofOwner);
    expect([refused.status, refused.body['reason']]).toEqual([403, 'agent_suspended_for_security']);
    expect(await server.events('response.lifted')).toEqual([]);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ note: 'liftResponse' });
    const lifted = await call('POST', path);
    expect([lifted.status, lifted.body['state']]).toEqual([200, 'lifted']);
    expect((await asked('read')).status).toBe(200);
    expect(await server.events('response.lifted')).toMatchObject([{ agent: identity.clientId, outcome: 'done' }]);
    expect((await call('POST', path)).body['reason']).toBe('response_not_open');
    await call('DELETE', `/response-rules/${rule}`);
  });

  test('narrows an agent within seconds: it stays active, its token from before is over, and an operator lifts that', async () => {
    const rule = await activeRule({ name: 'Narrow', act: 'narrow', hours: 2 });
    const identity = await scene.newAgent('Narrowed', scene.accountId, ['read']);
    const credential = { kind: 'key', identity } as const;
    const asked = (scope: string) =>
      scene.calls.token(credential, { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope });
    const before = String((await asked('read')).body['access_token']);
    const isActive = async () => (await scene.calls.introspect(scene.jwt.credential, before)).body['active'];
    expect(await isActive()).toBe(true);
    for (let count = 0; count < 6; count += 1) expect((await asked('write')).status).toBe(400);
    await until(async () => (await responsesOf(identity.clientId)).some(({ state }) => state === 'open'), {
      ...{ what: 'an open response', seconds: 60 },
    });
    const [response] = await responsesOf(identity.clientId);
    expect(response).toMatchObject({
      ...{ rule, act: 'narrow', already: false, past: { resources: [], people: 0 } },
      until: expect.any(Number),
    });
    expect(Number(response?.['until']) - Number(response?.['created_at'])).toBe(2 * 3600);
    // An agent of less than an hour did nothing before.
    const refused = await asked('read');
    expect([refused.status, refused.body['error'], refused.body['denial']]).toMatchObject([
      ...[400, 'access_denied'],
      { layer: 'response', reason: 'narrowed_by_response' },
    ]);
    expect(await isActive()).toBe(false);
    expect((await server.events('agent.suspended')).filter(({ agent }) => agent === identity.clientId)).toEqual([]);
    expect((await call('POST', `/responses/${response?.['id']}/lift`)).status).toBe(200);
    expect((await asked('read')).status).toBe(200);
    await call('DELETE', `/response-rules/${rule}`);
  });

  test('knows the program of an agent from the events of its tokens, and no program of an app', async () => {
    const identity = await scene.newAgent('Program', scene.accountId, ['read']);
    const parameters = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
    for (let count = 0; count < 2; count += 1)
      expect((await scene.calls.token({ kind: 'key', identity }, parameters)).status).toBe(200);
    const issued = (await server.events('token.issued')).map(({ caller, inputs }) => [caller, inputs?.['software']]);
    const own = issued.filter(([caller]) => caller === identity.clientId);
    expect(own).toEqual([own[0], own[0]]);
    expect(own[0]?.[1]).toMatch(/^[\w-]{16}$/);
    const ofApps = issued.filter(([caller]) => !String(caller).startsWith('agt_'));
    expect(ofApps.length).toBeGreaterThan(0);
    expect(ofApps.every(([, software]) => software === undefined)).toBe(true);
  });

  test('is activated only in the version with the replay, and by an administrator', async () => {
    const made = await call('POST', '/response-rules', DENIALS);
    expect([made.status, made.body]).toMatchObject([201, { state: 'draft', when: DENIALS.when, act: 'suspend' }]);
    const path = `/response-rules/${made.body['id']}`;
    const draft = await versioned(path);
    const early = await call('POST', `${path}/activate`, undefined, draft);
    expect([early.status, early.body['reason']]).toEqual([409, 'response_rule_not_replayed']);
    const replayed = await call('POST', `${path}/replay`, { days: 7 });
    expect([replayed.status, replayed.body['replay']]).toMatchObject([
      200,
      { agents_acted_on: expect.any(Number), agents_seen: expect.any(Number), cut: false, archived: false },
    ]);
    expect((await call('POST', `${path}/activate`, undefined, draft)).status).toBe(412);
    expect((await call('POST', `${path}/activate`)).status).toBe(428);
    const operator = await scene.management.newScript(scene.accountId);
    const now = await versioned(path);
    const refused = await scene.management.call('POST', `${path}/activate`, undefined, now, operator);
    expect([refused.status, refused.body['reason']]).toEqual([403, 'role_missing']);
    expect(await server.events('response_rule.activated')).not.toContainEqual(
      expect.objectContaining({ target: { kind: 'response rule', id: made.body['id'] } }),
    );
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });

  test.each([
    ['/when/0/fact', { when: [{ fact: 'unknown', at_least: 1 }] }],
    ['/when/0/at_least', { when: [{ fact: 'tokens_hour', at_least: 0 }] }],
    ['/when', { when: [] }],
    ['/act', { act: 'retire' }],
    ['/hours', { act: 'narrow', hours: 169 }],
    ['/hours', { act: 'suspend', hours: 2 }],
    ['/when/1/fact', { when: [...DENIALS.when, ...DENIALS.when] }],
  ])('with a wrong %s is refused', async (pointer, more) => {
    const answer = await call('POST', '/response-rules', { ...DENIALS, ...more });
    expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer }]]);
  });
});
