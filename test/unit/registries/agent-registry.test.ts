import { describe, expect, test } from '@jest/globals';
import { nextState } from '../../../src/domain/clients/agents/agent-lifecycle.ts';
import { API, BY, newAgent, publicKey, refusalOf, registryWorld } from './registry-world.ts';

const at = (pointer: string) => ({ code: 'invalid_field', field: pointer });

describe('registering an agent', () => {
  test('fills in the defaults and records the event before the agent exists', async () => {
    const { agents, events } = registryWorld();
    const { document, version } = await agents.create(newAgent(), BY);
    expect(document).toMatchObject({
      state: 'active',
      grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange', 'urn:openid:params:grant-type:ciba'],
      redirectUris: [],
      resourceServers: [],
      dpopBoundAccessTokens: false,
    });
    expect(document.id).toMatch(/^agt_/);
    expect(document).not.toHaveProperty('authority');
    expect(version).toBe(1);
    expect(events).toEqual([
      {
        type: 'agent.created',
        outcome: 'done',
        caller: BY.caller,
        request: BY.request,
        agent: document.id,
        owner: document.owner,
        target: { kind: 'agent', id: document.id },
      },
    ]);
  });

  test('makes no agent when the audit log cannot be written (invariant 5)', async () => {
    const world = registryWorld();
    world.breakAudit();
    expect(await refusalOf(() => world.agents.create(newAgent(), BY))).toMatchObject({ code: 'unavailable' });
    expect((await world.agents.list()).items).toEqual([]);
  });

  test('adds authorization_code and refresh_token when it has redirect URIs', async () => {
    const { agents } = registryWorld();
    const { document } = await agents.create(newAgent({ redirectUris: ['https://agent.example/cb'] }), BY);
    expect(document.grantTypes).toEqual([
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:openid:params:grant-type:ciba',
    ]);
  });

  test.each([
    [{ name: '' }, '/name'],
    [{ name: ' Booker' }, '/name'],
    [{ name: 'a'.repeat(101) }, '/name'],
    [{ name: 'Boo\u202Eker' }, '/name'],
    [{ name: 'Boo\u200Bker' }, '/name'],
    [{ name: 'Boo\u0007ker' }, '/name'],
    [{ name: 'Boo\u2028ker' }, '/name'],
    [{ name: 'Boo\u3164ker' }, '/name'],
    [{ name: 'Cafe\u0301' }, '/name'],
    [{ purpose: '' }, '/purpose'],
    [{ purpose: 'a'.repeat(501) }, '/purpose'],
    [{ purpose: 'two\nlines' }, '/purpose'],
    [{ owner: 'acc_nobody' }, '/owner'],
    [{ jwks: { keys: [] } }, '/jwks/keys'],
    [{ redirectUris: ['http://agent.example'] }, '/redirect_uris/0'],
    [{ grantTypes: [] }, '/grant_types'],
    [{ grantTypes: ['implicit'] }, '/grant_types/0'],
    [{ grantTypes: ['client_credentials', 'client_credentials'] }, '/grant_types/1'],
    [{ grantTypes: ['authorization_code'] }, '/redirect_uris'],
    [{ grantTypes: ['client_credentials'], redirectUris: ['https://a.example'] }, '/redirect_uris'],
    [{ grantTypes: ['refresh_token'] }, '/grant_types'],
    [{ resourceServers: ['rs_nobody'] }, '/resource_servers/0'],
    [{ authority: { 'https://unknown.example': ['*'] } }, '/authority/https:~1~1unknown.example'],
    [{ authority: { [API]: ['trips:cancel'] } }, '/authority/https:~1~1api.example~1v1/0'],
    [{ authority: { [API]: ['*', 'trips:read'] } }, '/authority/https:~1~1api.example~1v1/0'],
  ])('refuses %j and names %s', async (change, pointer) => {
    const world = registryWorld();
    await world.createApi();
    const before = world.events.length;
    expect(await refusalOf(() => world.agents.create(newAgent(change), BY))).toEqual(at(pointer));
    expect(world.events).toHaveLength(before);
  });

  test('accepts an authority over declared scopes and registered resource servers', async () => {
    const world = registryWorld();
    const api = await world.createApi();
    const authority = { [API]: ['trips:read'] };
    const resourceServers = [api.document.id];
    expect((await world.agents.create(newAgent({ authority, resourceServers }), BY)).document).toMatchObject({
      authority,
      resourceServers,
    });
  });
});

describe('changing an agent', () => {
  test('writes only on the version that was read, and names what changed', async () => {
    const world = registryWorld();
    const { document } = await world.agents.create(newAgent(), BY);
    world.tick(60);
    const changed = await world.agents.update(document.id, 1, { name: 'Booker', jwks: { keys: [publicKey()] } }, BY);
    expect(changed).toMatchObject({ version: 2, document: { name: 'Booker', updatedAt: document.updatedAt + 60 } });
    expect(world.events.at(-1)).toMatchObject({ type: 'agent.updated', changed: ['jwks', 'name'] });
    expect(await refusalOf(() => world.agents.update(document.id, 1, { name: 'Late' }, BY))).toMatchObject({
      code: 'precondition_failed',
    });
    expect(await refusalOf(() => world.agents.update('agt_nobody', 1, { name: 'X' }, BY))).toMatchObject({
      code: 'not_found',
    });
  });

  test('of two changes to one version exactly one is made', async () => {
    const { agents } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    const results = await Promise.all(
      ['One', 'Two'].map((name) => refusalOf(() => agents.update(document.id, 1, { name }, BY))),
    );
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect((await agents.get(document.id))?.version).toBe(2);
  });

  test('records and writes nothing when nothing changes', async () => {
    const { agents, events } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    expect((await agents.update(document.id, 1, { name: document.name }, BY)).version).toBe(1);
    expect(events).toHaveLength(1);
  });

  test('takes the authority away with null', async () => {
    const world = registryWorld();
    await world.createApi();
    const { document } = await world.agents.create(newAgent({ authority: { [API]: ['*'] } }), BY);
    const { document: after } = await world.agents.update(document.id, 1, { authority: null }, BY);
    expect(after).not.toHaveProperty('authority');
  });

  test('does not ask again for an owner that has gone, but for a new one', async () => {
    const { agents, accounts } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    accounts.delete(document.owner);
    expect(await refusalOf(() => agents.update(document.id, 1, { name: 'Still here' }, BY))).toBe('accepted');
    expect(await refusalOf(() => agents.update(document.id, 2, { owner: 'acc_nobody' }, BY))).toEqual(at('/owner'));
  });
});

describe('the life of an agent', () => {
  const STATES = ['active', 'suspended', 'retired'] as const;
  const EXPECTED = {
    suspend: ['suspended', 'suspended', 'conflict'],
    resume: ['active', 'active', 'conflict'],
    retire: ['retired', 'retired', 'retired'],
  } as const;

  test.each(Object.entries(EXPECTED))('%s leads from each state to %j', async (step, outcomes) => {
    for (const [index, state] of STATES.entries()) {
      const refusal = await refusalOf(() => nextState(state, step as keyof typeof EXPECTED));
      const outcome = refusal === 'accepted' ? nextState(state, step as keyof typeof EXPECTED) : refusal.code;
      expect([state, outcome]).toEqual([state, outcomes[index]]);
    }
  });

  test('suspends, resumes and retires with one event each, and repeating is no event', async () => {
    const { agents, events } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    await agents.suspend(document.id, BY);
    await agents.suspend(document.id, BY);
    await agents.resume(document.id, BY);
    await agents.retire(document.id, BY);
    await agents.retire(document.id, BY);
    expect(events.map(({ type }) => type)).toEqual([
      'agent.created',
      'agent.suspended',
      'agent.resumed',
      'agent.retired',
    ]);
    expect(events[1]).toMatchObject({ changed: ['state'], agent: document.id });
  });

  test('a retired agent is final', async () => {
    const { agents } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    await agents.retire(document.id, BY);
    expect(await refusalOf(() => agents.resume(document.id, BY))).toMatchObject({ code: 'conflict' });
    expect(await refusalOf(() => agents.update(document.id, 2, { name: 'Back' }, BY))).toMatchObject({
      code: 'conflict',
    });
    expect((await agents.get(document.id))?.document.state).toBe('retired');
  });

  test('parallel transitions leave one event for each change of state', async () => {
    const { agents } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    await Promise.all(Array.from({ length: 8 }, () => agents.suspend(document.id, BY)));
    expect(await agents.get(document.id)).toMatchObject({ version: 2, document: { state: 'suspended' } });
  });
});

describe('lists of agents', () => {
  test('walk newest first by owner and state, page by page', async () => {
    const { agents, tick } = registryWorld();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push((await agents.create(newAgent({ owner: index === 2 ? 'acc_other' : 'acc_owner' }), BY)).document.id);
      tick();
    }
    const [first = '', second = '', , fourth = '', fifth = ''] = ids;
    await agents.suspend(second, BY);
    const page = await agents.list({ owner: 'acc_owner', limit: 3 });
    expect(page.items.map(({ document }) => document.id)).toEqual([fifth, fourth, second]);
    const rest = await agents.list({ owner: 'acc_owner', limit: 3, ...(page.next ? { after: page.next } : {}) });
    expect(rest.items.map(({ document }) => document.id)).toEqual([first]);
    expect(rest.next).toBeUndefined();
    const suspended = await agents.list({ owner: 'acc_owner', state: 'suspended' });
    expect(suspended.items.map(({ document }) => document.id)).toEqual([second]);
  });
});
