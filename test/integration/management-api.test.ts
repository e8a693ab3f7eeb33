import { describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { newPublicKey } from '../support/composed-people-pages.ts';
import { ISSUER } from '../support/composed-services.ts';

const API = 'https://api.example';
const SCOPES = [{ name: 'trips:read', description: 'See trips', risk: 'low' }];
const type = (code: string) => `urn:behalf:problem:${code}`;

describe('agents', () => {
  test('are created, read, changed with If-Match, suspended, resumed and retired', async () => {
    const { call, owner, newAgent, audit } = await composeManagementApi();
    const made = await call(owner, 'post', '/agents', newAgent());
    expect(made.status).toBe(201);
    expect(made.headers).toMatchObject({
      etag: '"1"',
      'cache-control': 'no-store',
      location: `${ISSUER}/api/v1/agents/${made.body.id}`,
    });
    expect(made.body).toMatchObject({ owner: owner.account.id, state: 'active', resource_servers: [] });
    const path = `/agents/${made.body.id}`;
    expect((await call(owner, 'get', path)).body).toEqual(made.body);

    expect((await call(owner, 'patch', path, { name: 'Two' })).status).toBe(428);
    const changed = await call(owner, 'patch', path, { id: made.body.id, name: 'Two' }, { 'if-match': '"1"' });
    expect([changed.status, changed.headers['etag'], changed.body.name]).toEqual([200, '"2"', 'Two']);
    const stale = await call(owner, 'patch', path, { name: 'Three' }, { 'if-match': '"1"' });
    expect([stale.status, stale.body.type]).toEqual([412, type('precondition_failed')]);

    for (const [action, state] of [
      ['suspend', 'suspended'],
      ['resume', 'active'],
      ['retire', 'retired'],
    ]) {
      expect((await call(owner, 'post', `${path}/${action}`)).body.state).toBe(state);
    }
    const late = await call(owner, 'post', `${path}/resume`);
    expect([late.status, late.body.type]).toEqual([409, type('conflict')]);
    const permitted = 'management.permitted';
    expect(audit.events.map((event) => event.type)).toEqual([
      'agent.created',
      'management.refused',
      ...[permitted, 'agent.updated'],
      ...[permitted, 'management.refused'],
      ...[permitted, 'agent.suspended'],
      ...[permitted, 'agent.resumed'],
      ...[permitted, 'agent.retired'],
      ...[permitted, 'management.refused'],
    ]);
    expect(audit.events[0]).toMatchObject({
      caller: owner.account.id,
      request: 'req_test',
      target: { kind: 'agent', id: made.body.id },
      personal: { source: '192.0.2.1' },
    });
    expect(audit.events.at(-1)).toMatchObject({ error: 'conflict', target: { kind: 'agent', id: made.body.id } });
  });

  test('MG-02 an id in the body that is not the one of the path is refused', async () => {
    const { call, owner, newAgent } = await composeManagementApi();
    const { body } = await call(owner, 'post', '/agents', newAgent());
    const other = await call(owner, 'patch', `/agents/${body.id}`, { id: 'agt_other' }, { 'if-match': '"1"' });
    expect([other.status, other.body.errors]).toMatchObject([400, [{ pointer: '/id' }]]);
    const created = await call(owner, 'post', '/agents', newAgent({ id: 'agt_mine' }));
    expect([created.status, created.body.errors]).toMatchObject([400, [{ pointer: '/id' }]]);
  });

  test('a refusal names every member at fault', async () => {
    const { call, owner, newAgent } = await composeManagementApi();
    const { name: _, ...nameless } = newAgent({
      environment: 'moon',
      redirect_uris: 'https://agent.example',
      created_at: 1,
      'a/b~c': 1,
    }) as { name: string };
    const answer = await call(owner, 'post', '/agents', nameless);
    expect([answer.status, answer.body.type]).toEqual([400, type('invalid_field')]);
    const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    expect(pointers).toEqual(['/a~1b~0c', '/created_at', '/environment', '/name', '/redirect_uris']);
    expect(JSON.stringify(answer.body.errors)).toContain('This member cannot be set');
  });

  test('rules of the domain are named by pointer too', async () => {
    const { call, owner, newAgent } = await composeManagementApi();
    const answer = await call(owner, 'post', '/agents', newAgent({ redirect_uris: ['javascript:alert(1)'] }));
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, '/redirect_uris/0']);
    const secret = { keys: [{ ...newPublicKey(), d: 'AQAB' }] };
    const keys = await call(owner, 'post', '/agents', newAgent({ jwks: secret }));
    expect([keys.status, keys.body.errors[0].pointer]).toEqual([400, '/jwks/keys/0']);
    expect(keys.text).not.toContain('AQAB');
  });

  test('a redirect URI on localhost is accepted with a warning', async () => {
    const { call, owner, newAgent } = await composeManagementApi();
    const answer = await call(owner, 'post', '/agents', newAgent({ redirect_uris: ['http://localhost:3001/cb'] }));
    expect(answer.status).toBe(201);
    expect(answer.body.warnings[0]).toContain('127.0.0.1');
  });

  test('MG-07 pages follow each other by a cursor that no client can make, change, or use elsewhere', async () => {
    const { call, admin, owner, newAgent, clock } = await composeManagementApi();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push((await call(owner, 'post', '/agents', newAgent())).body.id);
      clock.move(1);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await call(owner, 'get', `/agents?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.next;
    } while (cursor);
    expect(seen).toEqual(ids.reverse());

    const { next } = (await call(owner, 'get', '/agents?limit=2')).body;
    expect(Buffer.from(next, 'base64url').toString('latin1')).not.toContain(ids[1]);
    const flipped = `${next[0] === 'A' ? 'B' : 'A'}${next.slice(1)}`;
    const refused = [
      await call(owner, 'get', `/agents?cursor=${flipped}`),
      await call(owner, 'get', '/agents?cursor=x'),
      await call(owner, 'get', `/agents?cursor=${Buffer.from('{"id":"agt_a"}').toString('base64url')}`),
      await call(owner, 'get', `/delegations?cursor=${next}`),
      await call(admin, 'get', `/agents?cursor=${next}`),
    ];
    for (const { status, body } of refused) {
      expect([status, body.errors]).toMatchObject([400, [{ parameter: 'cursor' }]]);
    }
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1e999', 'limit'],
    ['limit=Infinity', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['state=gone', 'state'],
    ['owner[$ne]=x', 'owner[$ne]'],
    ['__proto__=x', '__proto__'],
    ['access_token=x', 'access_token'],
  ])('refuses the query %s and names the parameter', async (query, parameter) => {
    const { call, admin } = await composeManagementApi();
    const answer = await call(admin, 'get', `/agents?${query}`);
    expect([answer.status, answer.body.errors]).toMatchObject([400, [{ parameter }]]);
  });
});

describe('bodies', () => {
  const post = async (
    body: string | Buffer,
    contentType = 'application/json',
    headers: Record<string, string> = {},
  ) => {
    const { http, owner } = await composeManagementApi();
    return http
      .post('/api/v1/agents')
      .set({ authorization: `Bearer ${owner.token}`, 'content-type': contentType, ...headers })
      .send(body.toString());
  };

  test.each([
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"x"', 400],
    ['{"name":"a","name":"b"}', 400],
    ['{"name":"a","n\\u0061me":"b"}', 400],
    [`{"jwks":${'['.repeat(40)}${']'.repeat(40)}}`, 400],
    [`{"jwks":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400],
  ])('refuses %.40j', async (body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  test('are application/json, plain, and at most 64 KiB', async () => {
    expect((await post('name=a', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post('{}', 'application/json', { 'content-encoding': 'gzip' })).status).toBe(415);
    const large = await post(JSON.stringify({ name: 'a'.repeat(65_536) }));
    expect([large.status, large.body.type]).toEqual([413, type('payload_too_large')]);
    const larger = await post(JSON.stringify({ name: 'a'.repeat(200_000) }));
    expect(larger.status).toBe(413);
  });

  test('IN-03 members named __proto__ or constructor change nothing and are refused', async () => {
    const { http, owner } = await composeManagementApi();
    const answer = await http
      .post('/api/v1/agents')
      .set({ authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' })
      .send('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(answer.status).toBe(400);
    const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/__proto__', '/constructor']));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('clients and resource servers', () => {
  test('show a secret once and never a digest', async () => {
    const { call, operator, audit } = await composeManagementApi();
    const made = await call(operator, 'post', '/clients', {
      name: 'Wiki',
      redirect_uris: ['https://wiki.example/cb'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect([made.status, made.body.owner]).toEqual([201, operator.account.id]);
    const server = await call(operator, 'post', '/resource-servers', {
      identifier: API,
      name: 'Trips',
      scopes: SCOPES,
      introspection_auth_method: 'client_secret_basic',
    });
    expect(server.status).toBe(201);
    const rotated = await call(operator, 'post', `/clients/${made.body.id}/rotate-secret`);
    const secrets = [made.body.client_secret, server.body.client_secret, rotated.body.client_secret];
    expect(new Set(secrets).size).toBe(3);
    const later = [
      await call(operator, 'get', `/clients/${made.body.id}`),
      await call(operator, 'get', '/clients'),
      await call(operator, 'get', `/resource-servers/${server.body.id}`),
      await call(operator, 'post', `/resource-servers/${server.body.id}/disable`),
    ].map(({ text }) => text);
    for (const text of [...later, JSON.stringify(audit.events)]) {
      expect(text).not.toMatch(/secret_hash|secretHash/);
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  test('an identifier that is taken is a conflict, and can be searched for', async () => {
    const { call, operator } = await composeManagementApi();
    const server = { identifier: API, name: 'Trips', scopes: SCOPES };
    await call(operator, 'post', '/resource-servers', server);
    const again = await call(operator, 'post', '/resource-servers', server);
    expect([again.status, again.body.errors]).toMatchObject([409, [{ pointer: '/identifier' }]]);
    const found = await call(operator, 'get', `/resource-servers?identifier=${encodeURIComponent(API)}`);
    expect(found.body.items).toHaveLength(1);
    const agent = await call(operator, 'get', '/resource-servers?identifier=https://other.example');
    expect(agent.body).toEqual({ items: [] });
  });
});

describe('accounts', () => {
  test('are created, found, changed and given passwords; hashes stay inside', async () => {
    const { call, admin, fresh, audit } = await composeManagementApi();
    const made = await call(fresh, 'post', '/accounts', {
      username: 'Ada',
      name: 'Ada Byron',
      email: 'ada@example.com',
      roles: ['auditor'],
      password: 'correct horse battery',
    });
    expect([made.status, made.body]).toMatchObject([201, { username: 'ada', roles: ['auditor'], state: 'active' }]);
    const path = `/accounts/${made.body.id}`;
    expect((await call(admin, 'get', '/accounts?username=ADA')).body.items).toEqual([made.body]);
    const changed = await call(admin, 'patch', path, { email: null, groups: ['staff'] }, { 'if-match': '"1"' });
    expect([changed.status, changed.body.groups]).toEqual([200, ['staff']]);
    expect(changed.body).not.toHaveProperty('email');
    const weak = await call(fresh, 'post', `${path}/password`, { password: 'x' });
    expect([weak.status, weak.body.errors]).toMatchObject([400, [{ pointer: '/password' }]]);
    const set = await call(fresh, 'post', `${path}/password`, { password: 'another horse battery' });
    expect([set.status, set.text]).toEqual([204, '']);
    const disabled = await call(admin, 'post', `${path}/disable`);
    expect(disabled.body.state).toBe('disabled');
    for (const { text } of [made, changed, disabled]) expect(text).not.toMatch(/argon2|password/i);
    expect(JSON.stringify(audit.events)).not.toMatch(/ada@example|argon2|horse/);
  });

  test('a username that is taken is a conflict', async () => {
    const { call, admin } = await composeManagementApi();
    const answer = await call(admin, 'post', '/accounts', { username: 'owner', name: 'X' });
    expect([answer.status, answer.body.errors]).toMatchObject([409, [{ pointer: '/username' }]]);
  });
});

describe('lists that are looked through', () => {
  test('have what begins with the words that are asked for, in the state that is asked for', async () => {
    const { call, admin } = await composeManagementApi();
    const make = async (path: string, body: object): Promise<string> =>
      (await call(admin, 'post', path, body)).body.id as string;
    const ada = await make('/accounts', { username: 'ada', name: 'Ada Byron', email: 'ada@works.example' });
    const adam = await make('/accounts', { username: 'adam', name: 'Adam Smith' });
    const group = await make('/groups', { name: 'Platform team', members: [ada, adam] });
    const wiki = await make('/clients', { name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] });
    const trips = await make('/resource-servers', { identifier: API, name: 'Travel', scopes: SCOPES });
    await call(admin, 'post', `/accounts/${adam}/disable`);
    const ids = async (path: string): Promise<readonly string[]> =>
      ((await call(admin, 'get', path)).body.items as { id: string }[]).map(({ id }) => id);
    expect([...(await ids('/accounts?search=ADA'))].sort()).toEqual([ada, adam].sort());
    expect(await ids('/accounts?search=byron%20ada')).toEqual([ada]);
    expect(await ids('/accounts?search=works.example')).toEqual([ada]);
    expect(await ids('/accounts?search=dam')).toEqual([]);
    expect(await ids('/accounts?search=ada&state=disabled')).toEqual([adam]);
    expect(await ids(`/accounts?search=${adam}`)).toEqual([adam]);
    expect(await ids('/groups?search=plat')).toEqual([group]);
    expect(await ids('/clients?search=wiki.example')).toEqual([wiki]);
    expect(await ids('/clients?search=wiki&state=disabled')).toEqual([]);
    expect(await ids('/resource-servers?search=trips')).toEqual([trips]);
    expect((await call(admin, 'get', '/accounts?state=gone')).status).toBe(400);
  });

  test('MG-07 go on from page to page until all are there, each once', async () => {
    const { call, admin } = await composeManagementApi();
    for (let made = 0; made < 5; made += 1) {
      await call(admin, 'post', '/accounts', { username: `ada${made}`, name: 'Ada' });
      await call(admin, 'post', '/accounts', { username: `bob${made}`, name: 'Bob' });
    }
    const seen: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const { body } = await call(admin, 'get', `/accounts?search=ada&limit=2${cursor}`);
      seen.push(...(body.items as { username: string }[]).map(({ username }) => username));
      next = body['next'] as string | undefined;
    }
    expect([...seen].sort()).toEqual(['ada0', 'ada1', 'ada2', 'ada3', 'ada4']);
  });
});

describe('second factors of an account', () => {
  test('are listed for who reads accounts, without what proves them', async () => {
    const { call, admin, auditor, owner, factors, clock } = await composeManagementApi();
    const path = `/accounts/${owner.account.id}/factors`;
    expect((await call(auditor, 'get', path)).body).toEqual({ items: [] });
    const assurance = { amr: ['pwd'], authTime: clock.now() };
    await factors.add(
      { kind: 'totp', name: 'Work phone', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', lastStep: 1 },
      { account: owner.account.id, assurance, by: { caller: owner.account.id } },
    );
    const listed = await call(admin, 'get', path);
    expect(listed.body.items).toMatchObject([{ kind: 'totp', name: 'Work phone' }, { kind: 'recovery' }]);
    expect(listed.text).not.toMatch(/secret|GEZDGNB|"codes"/i);
    expect((await call(owner, 'get', path)).status).toBe(403);
    expect((await call(admin, 'get', '/accounts/acc_nobody/factors')).status).toBe(404);
  });
});

describe('delegations', () => {
  const withRow = async () => {
    const world = await composeManagementApi();
    const { body: agent } = await world.call(world.owner, 'post', '/agents', world.newAgent());
    const row = await world.delegations.recordConsent({
      subject: world.stranger.account.id,
      actor: agent.id,
      resource: API,
      asked: ['trips:read'],
      scope: ['trips:read'],
      expiresAt: world.clock.now() + 3600,
      delegableTo: { agents: [], depth: 0 },
      by: world.stranger.account.id,
    });
    return { ...world, agent, row };
  };

  test('are seen and ended by the user, by the owner of the agent and by role, and by no other user', async () => {
    const { call, person, stranger, owner, auditor, operator, agent, row, audit } = await withRow();
    const outsider = await person('outsider');
    const id = row?.id ?? '';
    expect((await call(stranger, 'get', '/delegations')).body.items).toMatchObject([
      { id, live: true, delegable_to: { depth: 0 } },
    ]);
    expect((await call(owner, 'get', `/delegations?actor=${agent.id}`)).body.items).toHaveLength(1);
    expect((await call(owner, 'get', '/delegations')).body.items).toEqual([]);
    expect((await call(auditor, 'get', `/delegations?subject=${stranger.account.id}`)).body.items).toHaveLength(1);
    expect((await call(outsider, 'get', `/delegations?actor=${agent.id}`)).body).toEqual({ items: [] });
    expect((await call(outsider, 'get', `/delegations?subject=${stranger.account.id}`)).body).toEqual({ items: [] });
    expect((await call(outsider, 'get', `/delegations/${id}`)).status).toBe(404);
    expect((await call(outsider, 'post', `/delegations/${id}/revoke`)).status).toBe(404);
    const ended = await call(operator, 'post', `/delegations/${id}/revoke`);
    expect([ended.status, ended.body]).toMatchObject([
      200,
      { state: 'revoked', live: false, revoked_by: operator.account.id },
    ]);
    expect(ended.body).not.toHaveProperty('slot');
    expect(audit.of('delegation.revoked')).toMatchObject([{ caller: operator.account.id, delegation: id }]);
    expect((await call(stranger, 'get', '/delegations?live=true')).body.items).toEqual([]);
    expect((await call(owner, 'post', `/delegations/${id}/revoke`)).body.state).toBe('revoked');
  });

  test('are narrowed by users who may end them; only of what they hold, and never of all (MG-01)', async () => {
    const { call, person, stranger, owner, auditor, agent, audit, delegations, clock } = await withRow();
    const outsider = await person('outsider');
    const more = { subject: stranger.account.id, actor: agent.id, resource: API, by: stranger.account.id } as const;
    const row = await delegations.recordConsent({
      ...{ ...more, asked: ['a', 'b', 'c'], scope: ['a', 'b', 'c'] },
      ...{ expiresAt: clock.now() + 3600, delegableTo: { agents: [agent.id], depth: 1 } },
    });
    if (!row) throw new Error('no row');
    const hop = await delegations
      .derive({
        ...{ parent: row, actor: agent.id, resource: API, scope: ['a'] },
        ...{ expiresAt: row.expiresAt, delegableTo: { agents: [], depth: 0 } },
      })
      .catch(() => undefined);
    const path = `/delegations/${row.id}/narrow`;
    for (const by of [outsider, auditor]) expect((await call(by, 'post', path, { scope: ['a'] })).status).toBe(404);
    expect((await call(stranger, 'post', path, {})).status).toBe(400);
    const refused = await call(stranger, 'post', path, { scope: ['a', 'x'] });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/scope/1']);
    expect((await call(stranger, 'post', path, { scope: row.scope })).status).toBe(409);
    if (hop) expect((await call(stranger, 'post', `/delegations/${hop.id}/narrow`, { scope: ['a'] })).status).toBe(409);
    expect(audit.of('management.refused').at(-1)).toMatchObject({ caller: stranger.account.id, error: 'conflict' });
    expect(audit.of('delegation.narrowed')).toEqual([]);
    expect((await call(stranger, 'post', path, { scope: ['a'] })).body).toMatchObject({
      live: true,
      scope: expect.not.arrayContaining(['a']),
    });
    expect((await call(owner, 'post', path, { scope: ['b'] })).body.scope).not.toContain('b');
    expect(audit.of('delegation.narrowed').map(({ caller, delegation }) => [caller, delegation])).toEqual([
      [stranger.account.id, row.id],
      [owner.account.id, row.id],
    ]);
    await call(owner, 'post', `/delegations/${row.id}/revoke`);
    expect((await call(owner, 'post', path, { scope: ['c'] })).status).toBe(409);
  });
});

describe('audit and keys', () => {
  test('reading and exporting are events, written first', async () => {
    const { call, auditor, audit } = await composeManagementApi();
    const read = await call(auditor, 'get', '/audit/events?from=1&type=agent.created');
    expect(read.status).toBe(200);
    const exported = await call(auditor, 'get', '/audit/export');
    expect([exported.status, exported.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    const lines = exported.text.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ behalf_audit: 2, issuer: ISSUER });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ head: expect.anything() });
    expect(exported.text).toContain('"account.created"');
    // No personal value, nor the salt of one.
    expect(exported.text).not.toContain('"erasable"');
    expect(audit.events).toMatchObject([
      { type: 'audit.read', caller: auditor.account.id, inputs: { filters: { from: 1, type: 'agent.created' } } },
      { type: 'audit.exported', caller: auditor.account.id },
    ]);
  });

  test('keys are listed, and rotated by an administrator with a fresh second factor', async () => {
    const { call, admin, fresh, audit, keyChanges } = await composeManagementApi();
    const statesOf = ({ body }: { readonly body: { readonly items: readonly { readonly state: string }[] } }) =>
      body.items.map(({ state }) => state).sort();
    const before = await call(admin, 'get', '/keys');
    expect(new Set(statesOf(before))).toEqual(new Set(['active']));
    const refused = await call(admin, 'post', '/keys/rotations');
    expect([refused.status, audit.of('keys.rotated')]).toEqual([401, []]);
    expect(audit.of('management.refused')).toMatchObject([{ error: 'insufficient_user_authentication' }]);
    const rotated = await call(fresh, 'post', '/keys/rotations');
    expect(rotated.status).toBe(200);
    const published = rotated.body.items.filter(({ state }: { readonly state: string }) => state === 'published');
    expect(published.map(({ kty }: { readonly kty: string }) => kty).sort()).toEqual(['EC', 'OKP', 'RSA']);
    expect(statesOf(rotated).filter((state) => state === 'active')).toEqual(statesOf(before));
    expect(audit.of('keys.rotated')).toMatchObject([{ caller: admin.account.id, request: 'req_test' }]);
    expect(keyChanges.count).toBe(1);
  });
});

describe('what is no route, and what fails', () => {
  test('MG-09 other spellings of a path are other paths; other methods are named', async () => {
    const { http, call, admin } = await composeManagementApi();
    for (const path of [
      '/api/v1/agents/',
      '/api/v1/AGENTS',
      '/api/v1//agents',
      '/api/v1/agents%2fagt_x',
      '/api/v1/nope',
    ]) {
      const answer = await http.get(path).set('authorization', `Bearer ${admin.token}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    const answer = await call(admin, 'delete', '/agents');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, GET']);
    expect(answer.body.type).toBe(type('method_not_allowed'));
  });

  test('a store or audit log that fails gives 503 with Retry-After and changes nothing', async () => {
    const { call, owner, newAgent, agents, audit, breakList, failures } = await composeManagementApi();
    breakList(new StoreUnavailable('down'));
    const down = await call(owner, 'get', '/agents');
    expect([down.status, down.headers['retry-after'], down.body.type]).toEqual([503, '5', type('unavailable')]);
    audit.state.failing = true;
    const unrecorded = await call(owner, 'post', '/agents', newAgent());
    expect([unrecorded.status, unrecorded.headers['retry-after']]).toEqual([503, '5']);
    expect((await agents.list()).items).toEqual([]);
    expect((await call(owner, 'get', '/agents/agt_absent')).status).toBe(503);
    expect(failures.length).toBeGreaterThan(0);
  });

  test('an unknown error gives the request id only, and goes to the log', async () => {
    const { call, owner, breakList, failures } = await composeManagementApi();
    const bug = new TypeError('secret detail');
    breakList(bug);
    const answer = await call(owner, 'get', '/agents');
    expect([answer.status, answer.body]).toEqual([
      500,
      {
        type: type('server_error'),
        title: 'Something failed here',
        status: 500,
        instance: 'urn:behalf:request:req_test',
      },
    ]);
    expect(failures).toEqual([bug]);
  });
});
