import { describe, expect, test } from '@jest/globals';
import { routeEntries } from '../../src/http/management/resource-table.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { ALL_SCOPES, composeManagementApi } from '../support/composed-management-api.ts';
import { ISSUER } from '../support/composed-services.ts';

const METHODS = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;
const PROBLEM = /^application\/problem\+json/;
const problem = (code: string) => ({ type: `urn:behalf:problem:${code}`, instance: 'urn:behalf:request:req_test' });

/** All but those whose body proves who calls. */
const tokenRoutes = () => routeEntries().filter(([, route]) => route.isProvenByBody !== true);

describe('who may call the management API', () => {
  test('MG-01 only the rotation of its own key by an agent goes without a token, and discloses nothing to strangers', async () => {
    const { http } = await composeManagementApi();
    expect(routeEntries().flatMap(([operation, route]) => (route.isProvenByBody ? [operation] : []))).toEqual([
      'rotateCredential',
    ]);
    const answer = await http
      .post('/api/v1/agents/agt_x/credentials/crd_x/rotation')
      .send({ client_assertion: 'x', jwks: { keys: [(await newKeyPair()).publicJwk] } });
    expect([answer.status, answer.body]).toMatchObject([404, problem('not_found')]);
  });

  test('MG-01 every route of the table refuses calls without a token and with a bad one', async () => {
    const { http, audit } = await composeManagementApi();
    for (const [, route] of tokenRoutes()) {
      const path = `/api/v1${route.path.replace('{id}', 'agt_x')}`;
      const bare = await http[METHODS[route.method]](path);
      expect([route.path, bare.status, bare.body]).toMatchObject([route.path, 401, problem('unauthenticated')]);
      expect(bare.headers['content-type']).toMatch(PROBLEM);
      expect(bare.headers['www-authenticate']).toBe(`Bearer realm="${ISSUER}/api/v1"`);
      const bad = await http[METHODS[route.method]](path).set('authorization', 'Bearer nonsense');
      expect(bad.status).toBe(401);
      expect(bad.headers['www-authenticate']).toContain('error="invalid_token"');
    }
    expect(audit.events).toEqual([]);
  });

  test('MG-01 every route refuses a token without its scope, and records it', async () => {
    const { call, token, admin, refusals } = await composeManagementApi();
    for (const [operation, route] of routeEntries()) {
      if (route.scope === undefined) continue;
      const scope = ALL_SCOPES.filter((name) => name !== route.scope?.name);
      const caller = { token: token({ subject: admin.account.id, scope }) };
      const answer = await call(caller, METHODS[route.method], route.path.replace('{id}', 'agt_x'));
      expect([operation, answer.status]).toEqual([operation, 403]);
      expect(answer.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${route.scope.name}"`);
      expect(refusals().at(-1)).toMatchObject({
        outcome: 'refused',
        caller: admin.account.id,
        error: 'forbidden',
        note: operation,
        request: 'req_test',
      });
    }
  });

  test('MG-01 every route refuses a token with an actor, for any scope (decision D22)', async () => {
    const { call, token, admin, refusals } = await composeManagementApi();
    const chain = { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' } as const;
    const agent = { token: token({ subject: admin.account.id, clientId: 'agt_a', chain }) };
    for (const [operation, route] of tokenRoutes()) {
      const answer = await call(agent, METHODS[route.method], route.path.replace('{id}', 'agt_x'));
      expect([operation, answer.status]).toEqual([operation, 403]);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/);
      expect(refusals().at(-1)).toMatchObject({ caller: 'agt_a', note: operation });
    }
  });

  test('refuses tokens for another audience, for none, and of agents that act for themselves', async () => {
    const { call, token, tokens, admin } = await composeManagementApi();
    const subject = admin.account.id;
    const other = { token: token({ subject, audience: 'https://api.example' }) };
    expect((await call(other, 'get', '/me')).status).toBe(401);
    const { audience: _, ...withoutAudience } = tokens.get(admin.token) ?? { audience: '' };
    tokens.set('userinfo', withoutAudience as never);
    expect((await call({ token: 'userinfo' }, 'get', '/me')).status).toBe(401);
    const agent = { token: token({ clientId: 'agt_a' }) };
    expect((await call(agent, 'get', '/agents')).status).toBe(403);
  });

  test.each([
    ['Basic YTpi', 401],
    ['Bearer', 401],
    ['Bearer a b', 401],
    ['Bearer ä', 401],
    [`Bearer ${'a'.repeat(9000)}`, 401],
  ])('refuses the credentials %j', async (authorization, status) => {
    const { http } = await composeManagementApi();
    const answer = await http.get('/api/v1/me').set('authorization', Buffer.from(authorization).toString('latin1'));
    expect([answer.status, answer.body]).toMatchObject([status, problem('unauthenticated')]);
  });

  test('DP-04 a token bound to a key is refused as Bearer, without a proof and with the proof of another key', async () => {
    const { http, token, admin, proof } = await composeManagementApi();
    const bound = token({ subject: admin.account.id, jkt: 'thumb' });
    const send = (scheme: string, value = bound) => http.get('/api/v1/me').set('authorization', `${scheme} ${value}`);
    const bearer = await send('Bearer');
    expect(bearer.status).toBe(401);
    expect(bearer.headers['www-authenticate']).toMatch(/^DPoP .*error="invalid_token".*algs=/);
    const missing = await send('DPoP');
    expect(missing.status).toBe(401);
    expect(missing.headers['www-authenticate']).toContain('error="invalid_dpop_proof"');
    proof.thumbprint = 'other';
    expect((await send('DPoP')).status).toBe(401);
    proof.thumbprint = 'thumb';
    expect((await send('DPoP')).status).toBe(200);
    expect((await send('dpop')).status).toBe(200);
    expect((await send('DPoP', token({ subject: admin.account.id }))).status).toBe(401);
  });

  test('a client that acts for itself has the roles it was registered with', async () => {
    const { call, clients, token } = await composeManagementApi();
    const { document } = await clients.create(
      { name: 'Script', grantTypes: ['client_credentials'], roles: ['auditor'] },
      { caller: 'system' },
    );
    const script = { token: token({ clientId: document.id }) };
    expect((await call(script, 'get', '/me')).body).toMatchObject({
      kind: 'client',
      id: document.id,
      roles: ['auditor'],
    });
    expect((await call(script, 'get', '/accounts')).status).toBe(200);
    const refused = await call(script, 'post', '/accounts', { username: 'x', name: 'X' });
    expect([refused.status, refused.body]).toMatchObject([403, problem('forbidden')]);
  });
});

describe('roles (decision D22)', () => {
  test('an auditor reads everything and changes nothing, but for what was found of an emergency (decision 16)', async () => {
    const { call, auditor } = await composeManagementApi();
    const ASKING: readonly string[] = [
      'testWorkloadIdentity',
      'validatePolicies',
      'simulatePolicies',
      'simulateApprovers',
      'replayPolicies',
      'previewDisableAccounts',
    ];
    for (const [operation, route] of tokenRoutes()) {
      const answer = await call(auditor, METHODS[route.method], route.path.replace('{id}', 'agt_x'));
      // What a token would be taken for, or a text, is asked with a body, and changes nothing either.
      const isAsking = ASKING.includes(operation);
      const isReading = route.method === 'GET' || isAsking || operation === 'reviewApproval';
      if (isReading) expect([operation, answer.status === 403]).toEqual([operation, false]);
      else if (!route.own) expect([operation, answer.status]).toEqual([operation, 403]);
    }
  });

  test('an account without a role reaches its own agents and delegations only', async () => {
    const { call, owner } = await composeManagementApi();
    for (const [operation, route] of routeEntries()) {
      const answer = await call(owner, METHODS[route.method], route.path.replace('{id}', 'agt_x'));
      const isOpen = route.own === true || (route.roles.length === 0 && !route.agents);
      expect([operation, answer.status === 403]).toEqual([operation, !isOpen]);
    }
  });

  test('MG-01 an object of another owner is answered exactly like one that does not exist', async () => {
    const { call, owner, stranger, newAgent, refusals } = await composeManagementApi();
    const { body: agent } = await call(owner, 'post', '/agents', newAgent());
    const headers = { 'if-match': '"1"' };
    for (const [method, suffix, body] of [
      ['get', '', undefined],
      ['patch', '', { name: 'Mine' }],
      ['post', '/suspend', undefined],
      ['post', '/resume', undefined],
      ['post', '/retire', undefined],
    ] as const) {
      const theirs = await call(stranger, method, `/agents/${agent.id}${suffix}`, body, headers);
      const absent = await call(stranger, method, `/agents/agt_absent${suffix}`, body, headers);
      expect(theirs.status).toBe(404);
      expect([theirs.status, theirs.body, theirs.headers['content-type']]).toEqual([
        absent.status,
        absent.body,
        absent.headers['content-type'],
      ]);
      expect(refusals().at(-1)).toMatchObject({ caller: stranger.account.id, error: 'not_found' });
    }
    expect((await call(stranger, 'get', '/agents')).body).toEqual({ items: [] });
    expect((await call(stranger, 'get', `/agents?owner=${owner.account.id}`)).body).toEqual({ items: [] });
    expect((await call(owner, 'get', '/agents')).body.items).toHaveLength(1);
  });

  test('DR-04 an owner lets agents register in its own name, and sees no token of others', async () => {
    const { call, admin, owner, stranger } = await composeManagementApi();
    const { body: drafted } = await call(admin, 'post', '/blueprints', { name: 'B', purpose: 'Tests', ceilings: {} });
    await call(admin, 'post', `/blueprints/${drafted.id}/activate`, {}, { 'if-match': '"1"' });
    const PATH = '/initial-access-tokens';
    const made = await call(owner, 'post', PATH, { blueprint: drafted.id });
    expect([made.status, made.body]).toMatchObject([201, { owner: owner.account.id, state: 'active', uses: 1 }]);
    for (const [body, pointer] of [
      [{}, '/blueprint'],
      [{ blueprint: drafted.id, owner: stranger.account.id }, '/owner'],
    ] as const) {
      const refused = await call(owner, 'post', PATH, body);
      expect([refused.status, refused.body.errors]).toMatchObject([403, [{ pointer }]]);
    }
    expect((await call(stranger, 'get', `${PATH}/${made.body.id}`)).status).toBe(404);
    expect((await call(stranger, 'post', `${PATH}/${made.body.id}/revoke`)).status).toBe(404);
    expect((await call(stranger, 'get', `${PATH}?owner=${owner.account.id}`)).body.items).toEqual([]);
    expect((await call(owner, 'get', PATH)).body.items).toMatchObject([{ id: made.body.id }]);
    expect((await call(owner, 'post', `${PATH}/${made.body.id}/revoke`)).body).toMatchObject({ state: 'revoked' });
  });

  test('an owner cannot give an agent rights, or give the agent away', async () => {
    const { call, owner, stranger, newAgent } = await composeManagementApi();
    for (const [member, pointer] of [
      [{ authority: {} }, '/authority'],
      [{ resource_servers: [] }, '/resource_servers'],
      [{ owner: stranger.account.id }, '/owner'],
    ] as const) {
      const made = await call(owner, 'post', '/agents', newAgent(member));
      expect([made.status, made.body.errors]).toMatchObject([403, [{ pointer }]]);
    }
    const { body: agent } = await call(owner, 'post', '/agents', newAgent());
    const headers = { 'if-match': '"1"' };
    const given = await call(owner, 'patch', `/agents/${agent.id}`, { authority: null }, headers);
    expect(given.status).toBe(403);
  });

  test('an owner does not move an agent to another environment, an operator does (segments)', async () => {
    const { call, owner, operator, newAgent, refusals } = await composeManagementApi();
    const { body: agent } = await call(owner, 'post', '/agents', newAgent({ environment: 'development' }));
    const path = `/agents/${agent.id}`;
    const headers = { 'if-match': '"1"' };
    const refused = await call(owner, 'patch', path, { environment: 'production' }, headers);
    expect([refused.status, refused.body.errors]).toMatchObject([403, [{ pointer: '/environment' }]]);
    expect(refusals().at(-1)).toMatchObject({ caller: owner.account.id, error: 'forbidden', note: 'updateAgent' });
    const same = await call(owner, 'patch', path, { environment: 'development', purpose: 'Another one' }, headers);
    expect([same.status, same.body.environment]).toEqual([200, 'development']);
    const moved = await call(operator, 'patch', path, { environment: 'production' }, { 'if-match': '"2"' });
    expect([moved.status, moved.body.environment]).toEqual([200, 'production']);
  });

  test('an operator makes no account an administrator, their own included', async () => {
    const { call, operator, admin, owner, clients } = await composeManagementApi();
    const powerful = await clients.create(
      { name: 'Admin script', grantTypes: ['client_credentials'], roles: ['administrator'] },
      { caller: 'system' },
    );
    const change = { 'if-match': '"1"' };
    const refused = [
      await call(operator, 'post', '/accounts', { username: 'eve', name: 'Eve', roles: ['administrator'] }),
      await call(operator, 'post', '/accounts', { username: 'eve', name: 'Eve', password: 'correct horse' }),
      await call(operator, 'patch', `/accounts/${operator.account.id}`, { roles: ['administrator'] }, change),
      await call(operator, 'patch', `/accounts/${admin.account.id}`, { name: 'Mine' }, change),
      await call(operator, 'post', `/accounts/${admin.account.id}/disable`),
      await call(operator, 'post', `/accounts/${owner.account.id}/password`, { password: 'correct horse 2' }),
      await call(operator, 'post', `/accounts/${owner.account.id}/remove-factors`),
      await call(operator, 'post', '/clients', {
        name: 'Mine',
        grant_types: ['client_credentials'],
        roles: ['administrator'],
      }),
      await call(operator, 'post', `/clients/${powerful.document.id}/rotate-secret`),
      await call(operator, 'patch', `/clients/${powerful.document.id}`, { name: 'Mine' }, change),
      await call(operator, 'get', '/keys'),
      await call(operator, 'post', '/keys/rotations'),
      await call(operator, 'post', '/keys/key_1/revoke', { reason: 'a test' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    const allowed = [
      await call(operator, 'post', '/accounts', { username: 'ann', name: 'Ann', groups: ['staff'] }),
      await call(operator, 'post', `/accounts/${owner.account.id}/disable`),
      await call(operator, 'post', `/accounts/${owner.account.id}/enable`),
    ];
    expect(allowed.map(({ status }) => status)).toEqual([201, 200, 200]);
  });

  test('a person revokes and rotates signing keys with a fresh second factor only (RFC 9470)', async () => {
    const { call, admin, fresh, refusals, audit } = await composeManagementApi();
    for (const [path, body] of [
      ['/keys/key_1/revoke', { reason: 'a test' }],
      ['/keys/rotations', undefined],
    ] as const) {
      const answer = await call(admin, 'post', path, body);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication');
      expect(refusals().at(-1)).toMatchObject({
        caller: admin.account.id,
        error: 'insufficient_user_authentication',
      });
    }
    expect(audit.events.filter(({ type }) => type.startsWith('keys.'))).toEqual([]);
    // With one, the call looks for the key.
    expect((await call(fresh, 'post', '/keys/key_1/revoke', { reason: 'a test' })).status).toBe(404);
  });
});
