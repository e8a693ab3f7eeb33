/**
 * Blueprints over HTTP: what they allow, that a tightening counts at once for everything that is above it, and that a
 * loosening never gives back what an agent had narrowed itself. The clock stands still.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily, USES, type Use } from '../support/token-family.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  scene.management.call(method, path, body, headers);
const etagOf = async (path: string): Promise<Record<string, string>> => ({
  'if-match': String((await call('GET', path)).headers.get('etag')),
});
const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, text, body } = await answer;
  expect({ status: status < 300 ? 'done' : status, text }).toMatchObject({ status: 'done' });
  return body;
};

let names = 0;
const draft = async (ceilings: object): Promise<string> => {
  names += 1;
  return String(
    (await ok(call('POST', '/blueprints', { name: `Blueprint ${names}`, purpose: 'Tests', ceilings })))['id'],
  );
};
const activate = async (id: string): Promise<Answer['body']> =>
  ok(call('POST', `/blueprints/${id}/activate`, {}, await etagOf(`/blueprints/${id}`)));
const tighten = async (id: string, ceilings: object): Promise<void> => {
  await ok(call('PATCH', `/blueprints/${id}`, { ceilings }, await etagOf(`/blueprints/${id}`)));
  await activate(id);
};
const blueprint = async (ceilings: object = {}): Promise<string> => {
  const id = await draft(ceilings);
  await activate(id);
  return id;
};
/** Puts an agent under a blueprint, without its checks. */
const put = async (agent: string, members: Partial<Agent>): Promise<void> => {
  const agents = server.behalf.services.documents.collection<Agent>(AGENTS);
  await update(agents, agent, (found) => ({ ...found, ...members }));
};

const uses = (...beginnings: string[]): readonly Use[] =>
  USES.filter((use) => beginnings.some((beginning) => use.startsWith(beginning)));
const without = (...dead: readonly (readonly Use[])[]): readonly Use[] =>
  USES.filter((use) => !dead.flat().includes(use));
const endsBehind = async (agent: string): Promise<unknown> => {
  const events = await server.events('token.refused');
  const mine = events.filter(({ caller, inputs }) => caller === agent && inputs?.['subjectToken'] !== undefined);
  return (mine.at(-1)?.inputs?.['subjectToken'] as { end?: string } | undefined)?.end;
};

describe('the management API', () => {
  test('a draft counts for nothing until it is activated, and a version never changes once it counted', async () => {
    const id = await draft({ grant_types: ['client_credentials'], max_access_token_seconds: 300 });
    expect(await ok(call('GET', `/blueprints/${id}`))).toMatchObject({
      state: 'draft',
      version: 0,
      ceilings: {},
      draft: { version: 1, ceilings: { max_access_token_seconds: 300 } },
    });
    expect(await activate(id)).toMatchObject({
      state: 'active',
      version: 1,
      ceilings: { max_access_token_seconds: 300 },
    });
    await ok(
      call(
        'PATCH',
        `/blueprints/${id}`,
        { ceilings: { max_access_token_seconds: 60 } },
        await etagOf(`/blueprints/${id}`),
      ),
    );
    const { items } = (await ok(call('GET', `/blueprints/${id}/versions`))) as { items: object[] };
    expect(items).toMatchObject([
      { version: 2, state: 'draft', ceilings: { max_access_token_seconds: 60 } },
      { version: 1, state: 'active', ceilings: { max_access_token_seconds: 300, grant_types: ['client_credentials'] } },
    ]);
    expect(await ok(call('GET', `/blueprints/${id}/diff`))).toEqual({
      from: 1,
      to: 2,
      changes: [
        { member: 'grant_types', before: ['client_credentials'], narrows: false },
        { member: 'max_access_token_seconds', before: 300, after: 60, narrows: true },
      ],
    });
    await activate(id);
    const later = (await ok(call('GET', `/blueprints/${id}/versions`))) as { items: object[] };
    expect(later.items).toMatchObject([
      { state: 'active' },
      { state: 'deprecated', ceilings: { max_access_token_seconds: 300 } },
    ]);
    const events = (await server.events())
      .filter(({ target, type }) => target?.id === id && type !== 'management.permitted')
      .map(({ type }) => type);
    expect(events).toEqual([
      'blueprint.created',
      'blueprint.drafted',
      'blueprint.activated',
      'blueprint.updated',
      'blueprint.drafted',
      'blueprint.activated',
    ]);
  });

  test('only what was read is activated, once, and only where there is a draft', async () => {
    const id = await draft({});
    const read = await etagOf(`/blueprints/${id}`);
    await ok(call('PATCH', `/blueprints/${id}`, { ceilings: { max_agents: 1 } }, read));
    expect((await call('POST', `/blueprints/${id}/activate`, {}, read)).status).toBe(412);
    expect((await call('POST', `/blueprints/${id}/activate`, {})).status).toBe(428);
    const now = await etagOf(`/blueprints/${id}`);
    const both = await Promise.all([1, 2].map(() => call('POST', `/blueprints/${id}/activate`, {}, now)));
    expect(both.map(({ status }) => [200, 412].includes(status))).toEqual([true, true]);
    expect(await ok(call('GET', `/blueprints/${id}`))).toMatchObject({ version: 1, ceilings: { max_agents: 1 } });
    expect((await call('POST', `/blueprints/${id}/activate`, {}, await etagOf(`/blueprints/${id}`))).status).toBe(409);
    expect((await call('GET', `/blueprints/${id}/preview`)).status).toBe(409);
  });

  test.each([
    [
      'an undeclared scope',
      { authority: { 'https://calendar.example.com': ['fly'] } },
      '/ceilings/authority/https:~1~1calendar.example.com/0',
    ],
    ['a life too short', { max_access_token_seconds: 5 }, '/ceilings/max_access_token_seconds'],
    ['a digest that is none', { compositions: ['sha256:abc'] }, '/ceilings/compositions/0'],
    ['a member there is not', { max_tokens: 5 }, '/ceilings/max_tokens'],
  ])('refuses %s, naming it', async (_, ceilings, pointer) => {
    const { status, body } = await call('POST', '/blueprints', { name: 'Wrong', purpose: 'Tests', ceilings });
    expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ pointer }] });
  });

  test('a name is taken once', async () => {
    const body = { name: 'Only one', purpose: 'Tests', ceilings: {} };
    await ok(call('POST', '/blueprints', body));
    expect((await call('POST', '/blueprints', body)).status).toBe(409);
    const other = await draft({});
    const renamed = await call(
      'PATCH',
      `/blueprints/${other}`,
      { name: body.name },
      await etagOf(`/blueprints/${other}`),
    );
    expect([renamed.status, renamed.body['errors']]).toEqual([409, [expect.objectContaining({ pointer: '/name' })]]);
    await server.settled();
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'conflict' });
    expect((await call('GET', `/blueprints/${other}`)).body['name']).not.toBe(body.name);
  });
});

describe('a tightening counts at once', () => {
  type Case = readonly [
    title: string,
    ceilings: (family: TokenFamily) => object,
    /** What no longer works; all else does. */
    dead: readonly Use[],
    end?: string,
  ];
  const ALL_OF_AGENT = uses('agent', 'sub-agent', 'sibling exchanged');
  const EXCHANGES = uses('app calendar exchange', 'app files exchange');
  const CASES: readonly Case[] = [
    ['nothing that matters here', () => ({ max_agents: 0, detail_types: [], max_access_token_seconds: 3600 }), []],
    [
      'a resource out of reach',
      ({ calendar }) => ({ authority: { [calendar.identifier]: ['*'] } }),
      [...uses('agent files', 'sub-agent files'), 'app files exchange'],
    ],
    [
      'a scope less: what carries it is over, what comes next carries the rest',
      ({ calendar, files }) => ({ authority: { [calendar.identifier]: ['read'], [files.identifier]: ['*'] } }),
      [...uses('agent calendar', 'sub-agent calendar'), 'sibling exchanged introspection', 'agent own introspection'],
      'authority_reduced',
    ],
    [
      'no token exchange',
      () => ({ grant_types: ['authorization_code', 'refresh_token'] }),
      [...ALL_OF_AGENT.filter((use) => !use.startsWith('agent own')), ...EXCHANGES],
    ],
    ['no refreshing', () => ({ grant_types: ['authorization_code', EXCHANGE] }), ['agent own refresh']],
    [
      'shorter lives',
      () => ({ max_access_token_seconds: 30 }),
      ALL_OF_AGENT.filter((use) => use !== 'agent own refresh'),
      'above_ceiling',
    ],
    ['no re-delegation', () => ({ max_delegation_depth: 0 }), uses('sub-agent')],
    ['another environment', () => ({ environments: ['production'] }), [...ALL_OF_AGENT, ...EXCHANGES]],
    ['another composition', () => ({ compositions: [`sha256:${'1'.repeat(64)}`] }), [...ALL_OF_AGENT, ...EXCHANGES]],
    ['another way to authenticate', () => ({ authentication_methods: ['mtls'] }), [...ALL_OF_AGENT, ...EXCHANGES]],
    [
      'bound tokens only',
      () => ({ sender_constraint: 'dpop' }),
      [
        ...uses('agent calendar', 'agent files', 'agent own', 'sibling exchanged'),
        ...EXCHANGES,
        'sub-agent calendar exchange',
        'sub-agent files exchange',
      ].filter((use) => !use.startsWith('sub-agent')) as readonly Use[],
    ],
    [
      'an approval for each scope there',
      ({ calendar }) => ({ approvals: { [calendar.identifier]: ['*'] } }),
      [
        ...uses('agent calendar', 'sub-agent calendar', 'agent own'),
        'sibling exchanged introspection',
        'app calendar exchange',
      ],
    ],
  ];
  const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

  test.each(CASES.map((one) => [one[0], one] as const))('%s', async (_, [, ceilings, dead, end]) => {
    const family = await newTokenFamily(scene);
    const id = await blueprint();
    await put(family.agent.clientId, { blueprint: id });
    expect(await family.survey()).toEqual(USES);
    await tighten(id, ceilings(family));
    expect(await family.survey()).toEqual(without(dead));
    if (end) expect(await endsBehind(family.agent.clientId)).toBe(end);
  });

  test.each([
    ['that is not there', 'bpt_aaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['that was never activated', undefined],
  ])('nothing works under a blueprint %s', async (_, known) => {
    const family = await newTokenFamily(scene);
    await put(family.agent.clientId, { blueprint: known ?? (await draft({})) });
    expect(await family.survey()).toEqual(without(ALL_OF_AGENT, EXCHANGES));
  });

  test('what is loosened comes back as far as the agent had not narrowed it itself', async () => {
    const family = await newTokenFamily(scene);
    const { calendar, agent } = family;
    const id = await blueprint();
    await put(agent.clientId, { blueprint: id, ceilings: { authority: { [calendar.identifier]: ['read'] } } });
    const scopeNow = async () =>
      (await family.exchange(agent, family.tokens.appCalendar, calendar.identifier)).body['scope'];
    expect(await scopeNow()).toBe('read');
    await tighten(id, { authority: { [calendar.identifier]: ['write'] } });
    const refused = await family.exchange(agent, family.tokens.appCalendar, calendar.identifier);
    expect(refused.body).toMatchObject({ error: 'invalid_scope', denial: { layer: 'blueprint' } });
    await tighten(id, {});
    expect(await scopeNow()).toBe('read');
  });
});

describe('what is made under ceilings stays below them', () => {
  test('tokens live no longer than the shortest limit of all whose hands they go through', async () => {
    const family = await newTokenFamily(scene);
    const { agent, subAgent, calendar } = family;
    await put(agent.clientId, { blueprint: await blueprint({ max_access_token_seconds: 45 }) });
    const first = await family.exchange(agent, family.tokens.appCalendar, calendar.identifier);
    expect(first.body['expires_in']).toBe(45);
    const second = await family.exchange(subAgent, String(first.body['access_token']), calendar.identifier);
    expect(second.body['expires_in']).toBe(45);
    const own = await family.refresh('own', calendar.identifier);
    expect(own.body['expires_in']).toBe(45);
    expect((await scene.calls.introspect(calendar.credential, String(own.body['access_token']))).body['active']).toBe(
      true,
    );
    const forUserInfo = await family.authorize(agent, 'openid', []);
    expect(forUserInfo.body['expires_in']).toBe(45);
  });

  test('what is refreshed ends with the longest time of a grant, and a consent with that of a delegation', async () => {
    const family = await newTokenFamily(scene);
    const { agent, calendar } = family;
    const limits = { max_grant_seconds: 3400, max_delegation_seconds: 1800 };
    await put(agent.clientId, { blueprint: await blueprint(limits) });
    const fresh = await family.authorize(family.app, 'openid offline_access read write', [calendar.identifier], {
      prompt: 'consent',
    });
    advance(1_700_000);
    const subject = String(
      (
        await scene.calls.token(scene.keyed(family.app), {
          grant_type: 'refresh_token',
          refresh_token: String(fresh.body['refresh_token']),
          resource: calendar.identifier,
        })
      ).body['access_token'],
    );
    const lasts = await family.exchange(agent, subject, calendar.identifier);
    expect(lasts.body['expires_in']).toBe(100);
    expect((await family.refresh('own', calendar.identifier)).status).toBe(200);
    advance(101_000);
    const refused = await family.exchange(agent, subject, calendar.identifier);
    expect(refused.body).toMatchObject({ error: 'consent_required' });
    expect((await family.refresh('own', calendar.identifier)).body).toMatchObject({ error: 'invalid_grant' });
    await family.consentTo(refused, { person: family.person });
    expect((await family.exchange(agent, subject, calendar.identifier)).status).toBe(200);
    advance(1_700_000);
    expect((await family.refresh('own', undefined)).body).toMatchObject({ error: 'invalid_grant' });
    scene.management.signInAgain();
  });

  test('an approval that cannot be asked for yet is a refusal that says so', async () => {
    const family = await newTokenFamily(scene);
    const { agent, calendar } = family;
    await put(agent.clientId, {
      blueprint: await blueprint({ approvals: { [calendar.identifier]: ['write'] } }),
      grantTypes: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      authority: { [calendar.identifier]: ['*'] },
    });
    const more = { scope: 'write' };
    const refused = await family.exchange(agent, family.tokens.appCalendar, calendar.identifier, more);
    expect(refused.body).toMatchObject({
      error: 'access_denied',
      denial: { layer: 'approval', reason: 'approval_required' },
    });
    const own = { grant_type: 'client_credentials', resource: calendar.identifier };
    expect((await scene.calls.token(scene.keyed(agent), { ...own, ...more })).body).toMatchObject({
      error: 'access_denied',
      denial: { reason: 'approval_required' },
    });
    expect((await scene.calls.token(scene.keyed(agent), own)).body['scope']).toBe('read');
  });

  test('a blueprint gives no agent rights of its own', async () => {
    const agent = await scene.newAgent('Without rights');
    const stored = await server.behalf.services.agents.get(agent.clientId);
    const { authority: _, ...found } = stored!.document;
    const id = await blueprint({ authority: { [scene.jwt.identifier]: ['*'] } });
    const agents = server.behalf.services.documents.collection<Agent>(AGENTS);
    await update(agents, agent.clientId, () => ({ ...found, blueprint: id }));
    const answer = await scene.calls.token(scene.keyed(agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    expect(answer.body).toMatchObject({ error: 'invalid_scope', denial: { layer: 'agent' } });
  });
});

describe('registering under a blueprint', () => {
  const newAgent = async (more: object) => ({
    name: 'Registered',
    owner: scene.accountId,
    purpose: 'Tests',
    environment: 'test',
    jwks: { keys: [(await newKeyPair()).publicJwk] },
    ...more,
  });
  const register = async (more: object): Promise<Answer> => call('POST', '/agents', await newAgent(more));

  test('what is not named is taken from it, and what is beyond it is refused, naming it', async () => {
    const { jwt } = scene;
    const id = await blueprint({
      grant_types: ['client_credentials'],
      environments: ['test'],
      authority: { [jwt.identifier]: ['read'] },
    });
    const made = await ok(register({ blueprint: id, ceilings: { max_access_token_seconds: 60 } }));
    expect(made).toMatchObject({ grant_types: ['client_credentials'], ceilings: { max_access_token_seconds: 60 } });
    expect(await ok(call('GET', `/agents/${made['id']}/effective`))).toMatchObject({
      stops: [],
      agent: { ceilings: { max_access_token_seconds: 60, environments: ['test'] } },
    });
    for (const [more, pointer] of [
      [{ environment: 'production' }, '/environment'],
      [{ grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] }, '/grant_types/0'],
      [{ authority: { [jwt.identifier]: ['read', 'write'] } }, '/authority/https:~1~1calendar.example.com'],
      [{ ceilings: { max_access_token_seconds: 1 } }, '/ceilings/max_access_token_seconds'],
      [{ blueprint: await draft({}) }, '/blueprint'],
      [{ blueprint: 'bpt_none' }, '/blueprint'],
    ] as const) {
      const { status, body } = await register({ blueprint: id, ...more });
      expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ pointer }] });
    }
    // What stands already is cut and not refused: other members can still be changed.
    await tighten(id, { grant_types: [], environments: [] });
    const path = `/agents/${made['id']}`;
    await ok(call('PATCH', path, { name: 'Renamed' }, await etagOf(path)));
    expect(await ok(call('GET', `${path}/effective`))).toMatchObject({ stops: ['environment_not_allowed'] });
  });

  test('of twelve at once it takes as many as its quota, and one more for each that is retired', async () => {
    const id = await blueprint({ max_agents: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => register({ blueprint: id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(9).fill(409)]);
    const { items } = (await ok(call('GET', `/agents?blueprint=${id}`))) as { items: { id: string }[] };
    expect(items.length).toBe(3);
    await ok(call('POST', `/agents/${items[0]?.id}/retire`));
    expect((await register({ blueprint: id })).status).toBe(201);
    const other = await ok(register({}));
    const path = `/agents/${other['id']}`;
    expect((await call('PATCH', path, { blueprint: id }, await etagOf(path))).status).toBe(409);
  });

  test('a deprecated one takes none, and goes on limiting and being tightened', async () => {
    const { jwt } = scene;
    const id = await blueprint();
    const agent = await scene.newAgent('Under an old one');
    await put(agent.clientId, { blueprint: id });
    await ok(call('POST', `/blueprints/${id}/deprecate`));
    expect((await register({ blueprint: id })).body['errors']).toMatchObject([{ pointer: '/blueprint' }]);
    const own = { grant_type: 'client_credentials', resource: jwt.identifier };
    expect((await scene.calls.token(scene.keyed(agent), own)).body['scope']).toBe('read write');
    await tighten(id, { authority: { [jwt.identifier]: ['read'] } });
    expect((await scene.calls.token(scene.keyed(agent), own)).body['scope']).toBe('read');
    expect(await ok(call('GET', `/blueprints/${id}`))).toMatchObject({ state: 'deprecated', version: 2 });
  });
});

describe('a resource server for agents of some environments', () => {
  test('gives agents of others nothing, and people all', async () => {
    const family = await newTokenFamily(scene);
    const { calendar } = family;
    const path = `/resource-servers/${calendar.id}`;
    await ok(call('PATCH', path, { environments: ['production'] }, await etagOf(path)));
    expect(await family.survey()).toEqual(
      without(uses('agent calendar', 'agent own', 'sub-agent calendar'), [
        'sibling exchanged introspection',
        'app calendar exchange',
      ]),
    );
    const refused = await family.exchange(family.agent, family.tokens.appCalendar, calendar.identifier);
    expect(refused.body).toMatchObject({ error: 'invalid_scope', denial: { layer: 'environment' } });
  });
});

describe('preview', () => {
  test('says which agents the draft would break, and how, page by page', async () => {
    const id = await blueprint({ environments: ['test', 'production'] });
    const { jwt } = scene;
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const { clientId } = await scene.newAgent(`Previewed ${index}`);
      await put(clientId, { blueprint: id, ...(index === 4 ? { environment: 'production' as const } : {}) });
      made.push(clientId);
    }
    await put(String(made[0]), { authority: {}, grantTypes: ['client_credentials'] });
    await put(String(made[1]), { state: 'retired' });
    const ceilings = {
      environments: ['test'],
      grant_types: ['client_credentials'],
      authority: { [jwt.identifier]: ['read'] },
    };
    await ok(call('PATCH', `/blueprints/${id}`, { ceilings }, await etagOf(`/blueprints/${id}`)));
    const items: { agent: string }[] = [];
    let next: unknown;
    do {
      const page = await ok(call('GET', `/blueprints/${id}/preview?limit=2${next ? `&cursor=${next}` : ''}`));
      items.push(...(page['items'] as typeof items));
      next = page['next'];
    } while (next);
    const of = (index: number) => items.find(({ agent }) => agent === made[index]);
    expect(items.map(({ agent }) => agent).sort()).toEqual([made[0], made[2], made[3], made[4]].sort());
    expect(of(0)).toMatchObject({ stops: [], grant_types: [], authority: {} });
    expect(of(2)).toMatchObject({
      stops: [],
      authority: { [jwt.identifier]: ['write'] },
      grant_types: expect.arrayContaining(['authorization_code', 'refresh_token']),
    });
    expect(of(4)).toMatchObject({ stops: ['environment_not_allowed'] });
    // Nothing has changed by looking.
    const own = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'write' };
    const third = { clientId: String(made[3]), key: await newKeyPair() };
    expect((await scene.calls.token(scene.keyed(third), own)).body['error']).toBe('invalid_client');
    expect(await ok(call('GET', `/blueprints/${id}`))).toMatchObject({ version: 1 });
  });
});
