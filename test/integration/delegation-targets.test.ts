/** Pairs of a resource server over the management API: who proposes, who accepts, and who does neither. */
import { describe, expect, test } from '@jest/globals';
import { acceptedTargets } from '../../src/domain/resources/resource-servers/delegation-targets.ts';
import { ALL_SCOPES, composeManagementApi } from '../support/composed-management-api.ts';
import { newPublicKey } from '../support/composed-people-pages.ts';
import { ISSUER } from '../support/composed-services.ts';

const MCP = 'https://notes.example/mcp';
const API = 'https://api.example';
const PAIR = { resource: API, scope: 'trips:read' };
const SCOPES = [
  { name: 'trips:read', description: 'See trips', risk: 'low' },
  { name: 'trips:book', description: 'Book trips', risk: 'high' },
];
const problem = (code: string, pointer?: string) => ({
  type: `urn:behalf:problem:${code}`,
  ...(pointer === undefined ? {} : { errors: [{ pointer }] }),
});

type Caller = { readonly token: string };

const world = async () => {
  const made = await composeManagementApi();
  const { call, admin, audit, clock, resourceServers } = made;
  const register = async (identifier: string, name: string): Promise<string> =>
    (await call(admin, 'post', '/resource-servers', { identifier, name, scopes: SCOPES })).body.id;
  const mcp = await register(MCP, 'Notes');
  const api = await register(API, 'Trips');
  const act =
    (verb: string) =>
    (by: Caller, pair: object = PAIR, headers: Readonly<Record<string, string>> = {}) =>
      call(by, 'post', `/resource-servers/${mcp}/${verb}`, pair, headers);
  const second = await made.accounts.create(
    { username: 'second', name: 'Second', roles: ['operator'], password: 'correct horse' },
    { caller: 'system' },
  );
  const other = { account: second.document, token: made.token({ subject: second.document.id }) };
  clock.move(1);
  audit.events.length = 0;
  return {
    ...{ ...made, mcp, api, other },
    propose: act('propose-delegation'),
    accept: act('accept-delegation'),
    withdraw: act('withdraw-delegation'),
    targets: async () => acceptedTargets((await resourceServers.get(mcp))?.document ?? {}),
    types: () => audit.events.map(({ type }) => type).filter((type) => type.startsWith('resource_server.')),
  };
};

/** With a pair that the operator proposed a second ago. */
const proposed = async () => {
  const made = await world();
  expect((await made.propose(made.operator)).status).toBe(200);
  made.clock.move(1);
  made.audit.events.length = 0;
  return made;
};

/** The answer is 403, an event says so, and no pair takes effect. */
const refusedTo = async (made: Awaited<ReturnType<typeof proposed>>, by: Caller, caller: string): Promise<void> => {
  const answer = await made.accept(by);
  expect([answer.status, answer.body]).toMatchObject([403, problem('forbidden')]);
  expect(made.refusals().at(-1)).toMatchObject({ caller, error: 'forbidden', note: 'acceptDelegation' });
  expect(await made.targets()).toEqual([]);
  expect(made.types()).toEqual([]);
};

describe('a pair of a resource server', () => {
  test('is proposed by one operator, accepted by another, withdrawn by any, and shown with who did what', async () => {
    const { call, propose, accept, withdraw, targets, mcp, operator, other, admin, clock, types, audit } =
      await world();
    const made = await propose(operator);
    const waiting = { ...PAIR, proposed_by: operator.account.id, proposed_at: clock.now() };
    expect([made.status, made.body.delegates_to]).toEqual([200, [waiting]]);
    expect(made.headers['etag']).toBe('"2"');
    clock.move(60);
    const taken = await accept(other);
    expect([taken.status, taken.body.delegates_to]).toEqual([
      200,
      [{ ...waiting, accepted_by: other.account.id, accepted_at: clock.now() }],
    ]);
    expect((await call(admin, 'get', `/resource-servers/${mcp}`)).body.delegates_to).toEqual(taken.body.delegates_to);
    expect(await targets()).toEqual([PAIR]);
    const left = await withdraw(admin);
    expect([left.status, left.body.delegates_to]).toEqual([200, undefined]);
    expect(await targets()).toEqual([]);
    expect(types()).toEqual([
      'resource_server.delegation_proposed',
      'resource_server.delegation_accepted',
      'resource_server.delegation_withdrawn',
    ]);
    expect(audit.of('resource_server.delegation_accepted')[0]).toMatchObject({
      caller: other.account.id,
      target: { kind: 'resource server', id: mcp },
      inputs: { target: API, scope: 'trips:read', proposedBy: operator.account.id },
      request: 'req_test',
    });
  });

  test.each([
    [{ resource: 'https://unknown.example', scope: 'trips:read' }, 400, problem('invalid_field', '/resource')],
    [{ resource: MCP, scope: 'trips:read' }, 400, problem('invalid_field', '/resource')],
    [{ resource: API, scope: 'trips:sell' }, 400, problem('invalid_field', '/scope')],
    [{ resource: API, scope: '*' }, 400, problem('invalid_field', '/scope')],
    [{ resource: API }, 400, problem('invalid_field', '/scope')],
    [{ ...PAIR, acceptedBy: 'acc_x' }, 400, problem('invalid_field', '/acceptedBy')],
    [{ ...PAIR, accepted_by: 'acc_x' }, 400, problem('invalid_field', '/accepted_by')],
    [{ ...PAIR, proposed_by: 'acc_x' }, 400, problem('invalid_field', '/proposed_by')],
  ] as const)('is refused as %j, and the answer names the field', async (pair, status, body) => {
    const { propose, operator, mcp, resourceServers, types } = await world();
    const answer = await propose(operator, pair);
    expect([answer.status, answer.body]).toMatchObject([status, body]);
    expect((await resourceServers.get(mcp))?.version).toBe(1);
    expect(types()).toEqual([]);
  });

  test('is refused a second time, and by an old version', async () => {
    const { propose, accept, withdraw, operator, other } = await proposed();
    const again = await propose(other);
    expect([again.status, again.body]).toMatchObject([409, problem('conflict', '/scope')]);
    const old = { 'if-match': '"1"' };
    expect((await propose(operator, { ...PAIR, scope: 'trips:book' }, old)).status).toBe(412);
    for (const act of [accept, withdraw]) expect((await act(other, PAIR, old)).status).toBe(412);
    expect((await accept(other, PAIR, { 'if-match': '"2"' })).status).toBe(200);
  });

  test('that waits is found by a list of its own, until it is accepted', async () => {
    const { call, accept, other, admin, mcp } = await proposed();
    const ids = async (query: string): Promise<readonly string[]> =>
      (await call(admin, 'get', `/resource-servers?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('awaiting=true')).toEqual([mcp]);
    expect(await ids('awaiting=true&search=zebra')).toEqual([]);
    expect(await ids('awaiting=false')).not.toContain(mcp);
    await accept(other);
    expect(await ids('awaiting=true')).toEqual([]);
    expect(await ids('awaiting=false')).toContain(mcp);
  });

  test('that is not there is not found', async () => {
    const { accept, withdraw, other } = await world();
    for (const act of [accept, withdraw]) expect((await act(other)).status).toBe(404);
  });
});

describe('AP-03 the proposer does not accept a pair', () => {
  test('in this session or another', async () => {
    const made = await proposed();
    const { operator, token } = made;
    await refusedTo(made, operator, operator.account.id);
    await refusedTo(
      made,
      { token: token({ subject: operator.account.id, clientId: 'app_other' }) },
      operator.account.id,
    );
  });

  test('by an operator client that they make, before or after', async () => {
    const made = await world();
    const { call, operator, clock, token, propose } = made;
    const client = async (): Promise<string> => {
      const { body, status } = await call(operator, 'post', '/clients', {
        name: 'Operations',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [newPublicKey()] },
        grant_types: ['client_credentials'],
        roles: ['operator'],
      });
      expect(status).toBe(201);
      return body.id;
    };
    const before = await client();
    clock.move(1);
    await propose(operator);
    clock.move(1);
    const after = await client();
    made.audit.events.length = 0;
    for (const clientId of [before, after]) await refusedTo(made, { token: token({ clientId }) }, clientId);
  });

  test('by a client or an account that an administrator made for another person with their own key', async () => {
    const made = await world();
    const { call, admin, other, clock, token, propose } = made;
    const { body } = await call(admin, 'post', '/clients', {
      name: 'Operations',
      owner: other.account.id,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [newPublicKey()] },
      grant_types: ['client_credentials'],
      roles: ['operator'],
    });
    clock.move(1);
    await propose(admin);
    clock.move(1);
    const late = await made.accounts.create(
      { username: 'late', name: 'Late', roles: ['operator'], password: 'correct horse' },
      { caller: admin.account.id },
    );
    made.audit.events.length = 0;
    await refusedTo(made, { token: token({ clientId: body.id }) }, body.id);
    await refusedTo(made, { token: token({ subject: late.document.id }) }, late.document.id);
  });

  test('by an account that they took over after the proposal', async () => {
    const made = await proposed();
    const { accounts, other, token, clock } = made;
    await accounts.setPassword(other.account.id, 'another horse', { caller: 'acc_x' });
    clock.move(5);
    await refusedTo(made, { token: token({ subject: other.account.id }) }, other.account.id);
  });
});

describe('AP-03 a pair is accepted by an operator or administrator only', () => {
  test('not by an auditor, an owner of the agent, an agent, a stranger, or a client without a role', async () => {
    const made = await proposed();
    const { call, auditor, owner, stranger, admin, agents, newAgent, token, mcp } = made;
    const { body: agent } = await call(admin, 'post', '/agents', newAgent({ resource_servers: [mcp] }));
    await agents.update(agent.id, 1, { owner: owner.account.id }, { caller: admin.account.id });
    await agents.accept(agent.id, { caller: owner.account.id, account: owner.account.id });
    const { body: client } = await call(admin, 'post', '/clients', {
      name: 'Self-made',
      redirect_uris: ['https://self.example/cb'],
    });
    made.audit.events.length = 0;
    for (const { account, token: its } of [auditor, owner, stranger]) await refusedTo(made, { token: its }, account.id);
    await refusedTo(made, { token: token({ clientId: agent.id }) }, agent.id);
    await refusedTo(made, { token: token({ clientId: client.id }) }, client.id);
    await refusedTo(made, { token: token({ clientId: mcp }) }, mcp);
    // Nor do they propose or withdraw.
    for (const by of [auditor, owner, stranger, { token: token({ clientId: agent.id }) }]) {
      expect((await made.propose(by, { ...PAIR, scope: 'trips:book' })).status).toBe(403);
      expect((await made.withdraw(by)).status).toBe(403);
    }
  });

  test('not with a token that names an actor, nor without the scope resource-servers:write', async () => {
    const made = await proposed();
    const { other, token } = made;
    const subject = other.account.id;
    const chain = { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' } as const;
    await refusedTo(made, { token: token({ subject, clientId: 'agt_a', chain }) }, 'agt_a');
    const scope = ALL_SCOPES.filter((name) => name !== 'resource-servers:write');
    await refusedTo(made, { token: token({ subject, scope }) }, subject);
  });
});

describe('a pair comes by no other way', () => {
  const smuggled = [{ ...PAIR, proposed_by: 'acc_a', proposed_at: 1, accepted_by: 'acc_b', accepted_at: 2 }];

  test('than the calls made for it: neither with a new resource server nor with a change', async () => {
    const { call, admin, mcp, targets } = await world();
    for (const name of ['delegates_to', 'delegatesTo']) {
      const body = { identifier: 'https://new.example', name: 'New', scopes: SCOPES, [name]: smuggled };
      const made = await call(admin, 'post', '/resource-servers', body);
      expect([made.status, made.body]).toMatchObject([400, problem('invalid_field', `/${name}`)]);
      const changed = await call(
        admin,
        'patch',
        `/resource-servers/${mcp}`,
        { name: 'Notes', [name]: smuggled },
        { 'if-match': '"1"' },
      );
      expect([changed.status, changed.body]).toMatchObject([400, problem('invalid_field', `/${name}`)]);
    }
    expect((await call(admin, 'put', `/resource-servers/${mcp}`, { delegates_to: smuggled })).status).toBe(405);
    expect(await targets()).toEqual([]);
  });

  test('and the whole resource server, read and sent back, changes none', async () => {
    const { call, accept, other, admin, mcp, targets } = await proposed();
    const { body, headers } = await call(admin, 'get', `/resource-servers/${mcp}`);
    const whole = { ...body, delegates_to: [{ ...body.delegates_to[0], accepted_by: 'acc_b', accepted_at: 2 }] };
    const match = { 'if-match': String(headers['etag']) };
    expect((await call(admin, 'patch', `/resource-servers/${mcp}`, whole, match)).status).toBe(400);
    expect(await targets()).toEqual([]);
    await accept(other);
    const { headers: now } = await call(admin, 'get', `/resource-servers/${mcp}`);
    const renamed = await call(
      admin,
      'patch',
      `/resource-servers/${mcp}`,
      { name: 'Notes 2' },
      {
        'if-match': String(now['etag']),
      },
    );
    expect(renamed.status).toBe(200);
    expect(await targets()).toEqual([PAIR]);
  });

  test('nor with a new agent, its blueprint or a client that registers', async () => {
    const { call, admin, newAgent } = await world();
    const agent = await call(admin, 'post', '/agents', newAgent({ delegates_to: smuggled }));
    const client = await call(admin, 'post', '/clients', {
      name: 'Client',
      redirect_uris: ['https://c.example/cb'],
      delegates_to: smuggled,
    });
    const ceilings = { delegates_to: smuggled };
    const blueprint = await call(admin, 'post', '/blueprints', { name: 'Blue', purpose: 'Print', ceilings });
    for (const answer of [agent, client, blueprint]) expect(answer.status).toBe(400);
  });
});
