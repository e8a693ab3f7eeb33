/** Clients and agents that register themselves (RFC 7591), over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import {
  agentMetadata,
  clientMetadata,
  REDIRECT,
  type RegistrationWorld,
  registrationWorld,
  text,
} from '../support/registration-world.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let world: RegistrationWorld;

beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(async () => {
  await world?.close();
});

test('discovery names the endpoint (RFC 7591 §3)', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const { body } = await world.send('GET', `/.well-known/${name}`);
    expect(body['registration_endpoint']).toBe(`${world.closed.issuer}/reg`);
  }
});

describe('with an initial access token', () => {
  test('DR-04 an agent is pending, and works once its owner has accepted it', async () => {
    const key = await newKeyPair();
    const made = await world.registeredAgent({
      jwks: { keys: [key.publicJwk] },
      agent_blueprint: world.blueprint,
      agent_owner: world.owner.id,
      software_id: 'travel',
      software_version: '1.2',
    });
    expect(made).toMatchObject({
      client_id: expect.stringMatching(/^agt_/),
      client_name: 'Travel agent',
      token_endpoint_auth_method: 'private_key_jwt',
      agent_owner: world.owner.id,
      agent_blueprint: world.blueprint,
      agent_purpose: 'Books trains',
      agent_environment: 'test',
      agent_state: 'pending',
      software_id: 'travel',
      registration_client_uri: `${world.closed.issuer}/reg/${text(made, 'client_id')}`,
    });
    expect(made).not.toHaveProperty('client_secret');
    const identity: Identity = { clientId: text(made, 'client_id'), key };
    const ask = () =>
      world.scene.calls.token(world.scene.keyed(identity), {
        grant_type: 'client_credentials',
        resource: world.scene.jwt.identifier,
      });
    expect(await ask()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const { call } = world.scene.management;
    const agent = (await call('GET', `/agents/${identity.clientId}`)).body;
    expect(Number(agent['accept_by']) - Number(agent['created_at'])).toBe(86_400);
    await world.accept(identity.clientId);
    // Known now, and without any right of its own: registration gives none.
    expect((await ask()).body['error']).not.toBe('invalid_client');
    const admitted = (await world.events(world.closed, 'registration.admitted')).at(-1);
    expect(admitted).toMatchObject({
      caller: expect.stringMatching(/^iat_/),
      owner: world.owner.id,
      inputs: { way: 'token' },
    });
  });

  test('DR-04 what gives rights is not heard from a registration', async () => {
    const greedy = {
      owner: 'acc_mallory',
      tenant: 'other',
      roles: ['administrator'],
      trusted: true,
      first_party: true,
      noManage: true,
      skip_consent: true,
      authority: { [world.scene.jwt.identifier]: ['*'] },
      resource_servers: [world.scene.jwt.id],
      cors_origins: ['https://evil.example'],
      client_id: 'app_chosen',
      client_secret: 'chosen by me',
      state: 'active',
      agent_state: 'active',
      behalf_kind: 'resource_server',
      ['__proto__']: { polluted: true },
    };
    const agent = await world.registeredAgent(greedy);
    const client = await world.registeredClient(greedy);
    const { call } = world.scene.management;
    const storedAgent = (await call('GET', `/agents/${text(agent, 'client_id')}`)).body;
    expect(storedAgent).toMatchObject({ owner: world.owner.id, state: 'pending', resource_servers: [] });
    expect(storedAgent).not.toHaveProperty('authority');
    const storedClient = (await call('GET', `/clients/${text(client, 'client_id')}`)).body;
    expect(storedClient).toMatchObject({ owner: world.owner.id, roles: [], skip_consent: false, cors_origins: [] });
    expect(storedClient).not.toHaveProperty('authority');
    expect(client['client_secret']).not.toBe('chosen by me');
    for (const name of Object.keys(greedy).filter((known) => !known.startsWith('client_') && known !== 'agent_state')) {
      expect(Object.hasOwn(client, name)).toBe(false);
    }
  });

  test('SF-11 a logo is not kept: no answer and no page holds it', async () => {
    const made = await world.registeredClient({ logo_uri: 'https://new.example.com/logo.svg' });
    expect(made).not.toHaveProperty('logo_uri');
    const { body } = await world.scene.management.call('GET', `/clients/${text(made, 'client_id')}`);
    expect(JSON.stringify(body)).not.toMatch(/logo_|logo\.svg/);
  });

  test.each([
    ['https://elsewhere.example.net/logout', 'host'],
    [`${new URL(REDIRECT).origin}:8443/logout`, 'port'],
    [`${new URL(REDIRECT).origin.replace('https:', 'http:')}/logout`, 'https'],
  ])('SF-02 a client has requests sent to its own host only: %s', async (uri) => {
    const token = await world.newToken({});
    const { answer, isRecorded, last } = await world.refusals(world.closed, () =>
      world.send('POST', '/reg', {
        token: text(token, 'initial_access_token'),
        body: clientMetadata({ backchannel_logout_uri: uri }),
      }),
    );
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ inputs: { member: '/backchannel_logout_uri' } });
  });

  test('DR-02 ids are ours and never an address', async () => {
    const { client_id: id } = await world.registeredClient({ client_id: 'https://app.example/client.json' });
    expect(id).toMatch(/^app_[a-z2-7]{26}$/);
  });

  test('a client that is not an agent gets a secret, stored as a digest, and authenticates with it (RFC 7591 §3.2.1)', async () => {
    const made = await world.registeredClient({ grant_types: ['authorization_code', 'client_credentials'] });
    expect(made).toMatchObject({ client_id: expect.stringMatching(/^app_/), client_secret_expires_at: 0 });
    const answer = await world.scene.calls.token(
      { kind: 'basic', clientId: text(made, 'client_id'), secret: text(made, 'client_secret') },
      { grant_type: 'client_credentials', resource: world.scene.jwt.identifier },
    );
    expect(answer.body['error']).not.toBe('invalid_client');
    const stored = await world.closed.behalf.services.clients.get(text(made, 'client_id'));
    expect(JSON.stringify(stored)).not.toContain(text(made, 'client_secret'));
  });

  test.each([
    ['agent_owner', { agent_owner: 'acc_other' }, 'invalid_client_metadata'],
    ['agent_blueprint', { agent_blueprint: 'bpt_other' }, 'invalid_client_metadata'],
    ['agent_purpose', { agent_purpose: undefined }, 'invalid_client_metadata'],
    ['agent_environment', { agent_environment: 'moon' }, 'invalid_client_metadata'],
    ['client_name', { client_name: '\u202Eevil' }, 'invalid_client_metadata'],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'client_secret_basic' }, 'invalid_client_metadata'],
    ['jwks', { jwks: undefined }, 'invalid_client_metadata'],
    ['jwks_uri', { jwks_uri: 'https://new.example.com/jwks' }, 'invalid_client_metadata'],
    [
      'redirect_uris/0',
      { redirect_uris: ['javascript:alert(1)'], grant_types: ['authorization_code'] },
      'invalid_redirect_uri',
    ],
    ['grant_types/0', { grant_types: ['password'] }, 'invalid_client_metadata'],
    ['response_types/0', { response_types: ['token'] }, 'invalid_client_metadata'],
    ['software_statement', { software_statement: 'no jwt' }, 'invalid_software_statement'],
  ])('DR-10 refuses an agent and names %s', async (member, change, error) => {
    const token = await world.newToken({ blueprint: world.blueprint });
    const body = await agentMetadata(change);
    const { answer, isRecorded, last } = await world.refusals(world.closed, () =>
      world.send('POST', '/reg', { token: text(token, 'initial_access_token'), body }),
    );
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ caller: token['id'], owner: world.owner.id, error, inputs: { action: 'register' } });
    // What was refused took no use.
    const kept = await world.scene.management.call('GET', `/initial-access-tokens/${token['id']}`);
    expect(kept.body).toMatchObject({ used: 0, state: 'active' });
  });

  test('a token for clients registers no agent', async () => {
    const answer = await world.send('POST', '/reg', { token: await world.tokenText(), body: await agentMetadata() });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(/^agent_purpose: /);
  });

  test('DR-05 of N uses no more than N are had, however many ask at once', async () => {
    const token = await world.newToken({ uses: 3 });
    const value = text(token, 'initial_access_token');
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => world.send('POST', '/reg', { token: value, body: clientMetadata() })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(3);
    for (const answer of answers.filter((one) => !made.includes(one))) {
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    }
    const clients = (await world.scene.management.call('GET', `/clients?owner=${world.owner.id}&limit=200`)).body;
    const ids = (clients as { items: { id: string }[] }).items.map(({ id }) => id);
    expect(made.filter(({ body }) => ids.includes(text(body, 'client_id')))).toHaveLength(3);
    const stored = await world.scene.management.call('GET', `/initial-access-tokens/${token['id']}`);
    expect(stored.body).toMatchObject({ uses: 3, used: 3, state: 'used' });
  });

  test('a token is a digest at rest, shown once, and worth nothing once revoked', async () => {
    const token = await world.newToken();
    const value = text(token, 'initial_access_token');
    const { call } = world.scene.management;
    const stored = await call('GET', `/initial-access-tokens/${token['id']}`);
    expect(stored.text).not.toContain(value);
    expect(JSON.stringify(await world.closed.events())).not.toContain(value);
    expect((await call('POST', `/initial-access-tokens/${token['id']}/revoke`)).body).toMatchObject({
      state: 'revoked',
    });
    expect((await world.events(world.closed, 'registration.token_revoked')).at(-1)?.target?.id).toBe(token['id']);
    const { answer, counted } = await world.refusals(world.closed, () =>
      world.send('POST', '/reg', { token: value, body: clientMetadata() }),
    );
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(counted.some(({ error }) => error === 'invalid_token')).toBe(true);
  });

  test('a token ends by itself, and with its owner', async () => {
    const ended = await world.tokenText({ expires_in: 60 });
    const { management } = world.scene;
    const leaver = await management.createAccount({ username: 'leo', name: 'Leo', password: 'another pass phrase' });
    const orphan = await world.tokenText({ owner: leaver.id });
    await management.call('POST', `/accounts/${leaver.id}/disable`);
    expect(await world.send('POST', '/reg', { token: orphan, body: clientMetadata() })).toMatchObject({ status: 401 });
    stopClock();
    try {
      advance(61_000);
      expect(await world.send('POST', '/reg', { token: ended, body: clientMetadata() })).toMatchObject({ status: 401 });
    } finally {
      startClock();
    }
  });

  test('an owner makes tokens for its own agents only', async () => {
    const { call } = world.scene.management;
    const refused = await call('POST', '/initial-access-tokens', { owner: 'acc_nobody', blueprint: world.blueprint });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/owner' }] } });
    const deprecated = await call('POST', '/initial-access-tokens', { owner: world.owner.id, blueprint: 'bpt_none' });
    expect(deprecated).toMatchObject({ status: 400, body: { errors: [{ pointer: '/blueprint' }] } });
  });

  test('nothing is registered for an owner whose agents are stopped', async () => {
    const { call, createAccount } = world.scene.management;
    const stopped = await createAccount({ username: 'sam', name: 'Sam', password: 'another pass phrase' });
    const token = await world.tokenText({ owner: stopped.id, blueprint: world.blueprint });
    const kill = await call('POST', '/kills', { scope: 'owner', id: stopped.id, reason: 'Test' });
    expect(await world.send('POST', '/reg', { token, body: await agentMetadata() })).toMatchObject({ status: 401 });
    await call('POST', `/kills/${text(kill.body, 'id')}/lift`);
    expect(await world.send('POST', '/reg', { token, body: await agentMetadata() })).toMatchObject({ status: 201 });
  });
});

describe('without anything', () => {
  test('registration is closed unless it was opened (RFC 7591 §3)', async () => {
    const { answer, counted } = await world.refusals(world.closed, () =>
      world.send('POST', '/reg', { body: clientMetadata() }),
    );
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="${world.closed.issuer}/reg"`);
    expect(counted.some(({ error }) => error === 'invalid_token')).toBe(true);
  });

  test('an open server registers public clients, which end unless an owner adopts them', async () => {
    const answer = await world.send('POST', '/reg', { server: world.open, body: clientMetadata() });
    expect(answer).toMatchObject({ status: 201, body: { token_endpoint_auth_method: 'none' } });
    expect(answer.body).not.toHaveProperty('client_secret');
    const { clients } = world.open.behalf.services;
    const stored = (await clients.get(text(answer.body, 'client_id')))?.document;
    expect(stored).not.toHaveProperty('owner');
    expect(Number(stored?.expiresAt) - Number(stored?.createdAt)).toBe(30 * 86_400);
    stopClock();
    try {
      advance(31 * 86_400_000);
      expect(await clients.get(text(answer.body, 'client_id'))).toBeUndefined();
    } finally {
      startClock();
    }
  });

  test.each([
    ['agent_blueprint', { agent_blueprint: 'bpt_any' }],
    ['agent_owner', { agent_owner: 'acc_any' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'private_key_jwt' }],
  ])('DR-04 an open server makes no agent, and no client with keys: %s', async (member, more) => {
    const { answer, counted } = await world.refusals(world.open, () =>
      world.send('POST', '/reg', { server: world.open, body: clientMetadata(more) }),
    );
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
    expect(counted.some(({ error }) => error === 'invalid_client_metadata')).toBe(true);
  });

  test.each(['client_secret_basic', 'client_secret_post'])(
    'DR-04 an open server gives no secret: a client that asks for %s becomes a public one (RFC 7591 §3.2.1)',
    async (method) => {
      const body = clientMetadata({ token_endpoint_auth_method: method });
      const answer = await world.send('POST', '/reg', { server: world.open, body });
      expect(answer).toMatchObject({ status: 201, body: { token_endpoint_auth_method: 'none' } });
      expect(answer.body).not.toHaveProperty('client_secret');
      const id = text(answer.body, 'client_id');
      const stored = (await world.open.behalf.services.clients.get(id))?.document;
      expect(stored).toMatchObject({ tokenEndpointAuthMethod: 'none' });
      const [created] = (await world.open.events('client.created')).filter(({ target }) => target?.id === id);
      expect(created).toBeDefined();
    },
  );

  test('an open server leaves out redirect URIs of a scheme that is no domain name in reverse (RFC 8252 §7.1)', async () => {
    const own = 'cursor://anysphere.cursor-mcp/oauth/callback';
    const kept = ['http://localhost:8787/callback', 'com.example.app:/callback'];
    const send = (redirect_uris: readonly string[]) =>
      world.send('POST', '/reg', { server: world.open, body: clientMetadata({ redirect_uris }) });
    expect(await send([own, ...kept])).toMatchObject({ status: 201, body: { redirect_uris: kept } });
    // An address without its scheme is a mistake, not a scheme of its own.
    for (const refused of [[own], ['javascript:alert(1)', ...kept], ['localhost:3000/callback', ...kept]]) {
      expect(await send(refused)).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } });
    }
  });

  test('an open server takes for a replacement what it took for the registration (RFC 7592 §2.2)', async () => {
    const own = 'cursor://anysphere.cursor-mcp/oauth/callback';
    const asked = clientMetadata({
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [own, 'com.example.app:/callback'],
      post_logout_redirect_uris: [own, 'com.example.app:/left'],
    });
    const made = await world.send('POST', '/reg', { server: world.open, body: asked });
    const registered = {
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/callback'],
      post_logout_redirect_uris: ['com.example.app:/left'],
    };
    expect(made).toMatchObject({ status: 201, body: registered });
    const replaced = await world.manage('PUT', made.body, { ...asked, client_id: made.body['client_id'] });
    expect(replaced).toMatchObject({ status: 200, body: registered });
  });

  test.each([
    ['text/plain', '{}'],
    ['application/json', '[]'],
    ['application/json', 'null'],
    ['application/json', '{"client_name":"a","client_name":"b"}'],
    ['application/json', '{'],
    ['application/json', `{"client_name":"${'a'.repeat(70_000)}"}`],
  ])('DR-08 refuses a body that is %s %.20s', async (type, body) => {
    expect(await world.send('POST', '/reg', { server: world.open, type, body })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_metadata' },
    });
  });

  test('other methods are answered with the allowed ones', async () => {
    const answer = await world.send('GET', '/reg');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });
});
