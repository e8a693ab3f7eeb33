/** DR-09: what software may say of itself that no administrator has verified. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { selfChosen } from '../../src/domain/clients/clients/self-chosen.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import {
  agentMetadata,
  clientMetadata,
  REDIRECT,
  type RegistrationWorld,
  registrationWorld,
  sendable,
  text,
} from '../support/registration-world.ts';

const NAMES = [
  'Behalf Security ✅ Official',
  'Behalf',
  'BEHALF',
  'behalf-login',
  'My Behalf',
  'BehalfSecurity',
  'mybehalfapp',
  'B e h a l f',
  'B.e.h.a.l.f Support',
  'Beha1f',
  'Ｂｅｈａｌｆ',
  'Αcme Corporation'.replace('Α', 'A'),
  'ACME-CORPORATION Portal',
  'Acme  Corp oration',
  'AcmeCorporation',
  'Wiki ✅',
  'Wiki ✔',
  'Wiki ✓',
  'Wiki √',
  '🔒 Wiki',
  '🛡 Wiki',
  'Wiki ™',
  'Wiki Official',
  'OFFICIAL Wiki',
  '0fficial Wiki',
  'Wiki (Verified)',
  'V e r i f i e d Wiki',
  'Wiki VerifiedApp',
  'Wiki security-team',
  'SecurityTeam',
  'Offizielles Wiki',
  'Geprüfte App',
  // Marks and strokes on letters, small capitals and signs that are read as letters.
  ...['Béhalf', 'Behạlf Security', 'Beħalf', 'Öfficial Wiki', 'Ácme Corporation', 'Aplicación Oficial'],
  ...['ʙᴇʜᴀʟꜰ', 'ʙehalf Security', 'ᴀᴄᴍᴇ Corporation', 'Wiki ᴠᴇʀɪꜰɪᴇᴅ', 'Verifiɘd Wiki'],
  ...['Beha|f', 'ßehalf', 'Beh@lf', 'My8ehalfApp', 'Beh4lf', 'Verif|ed Wiki', 'Off|ic|al| Wiki', 'Offic!al Wiki'],
  ...['Wiki ∨', 'Wiki ˅', 'Wiki ※', '⊤rusted Wiki', 'Trus†ed Wiki'],
];
const HIDDEN = ['Wi\u200bki', 'Wiki\u202e', 'Wi\u0000ki', 'Off\u2060icial', 'Offic\u0456al'];
const GOOD = [
  'Wiki',
  'Unofficial Wiki',
  'Officials of Wales',
  'Entrusted',
  'Acme',
  'Müller & Söhne',
  'Behavioural lab',
  '東京の天気',
  ...['C++ helper', 'Rock & Roll!', 'Mail | Calendar', 'O’Reilly', 'Café – Zürich', 'A × B', '100% Wiki', 'Half a bee'],
];

let world: RegistrationWorld;
const RESERVED = { BEHALF__REGISTRATION__RESERVEDNAMES: JSON.stringify(['Acme Corporation']) };

beforeAll(async () => {
  world = await registrationWorld(RESERVED);
});
afterAll(() => world?.close());

describe('DR-09 a client that registers itself', () => {
  test.each([...NAMES, ...HIDDEN])('is not called %j', async (name) => {
    const answer = await world.send('POST', '/reg', {
      server: world.open,
      body: clientMetadata({ client_name: name }),
    });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_client_metadata']);
    expect(String(answer.body['error_description'])).toMatch(/^client_name: /);
  });

  test.each(GOOD)('may be called %j, and is shown so', async (name) => {
    const answer = await world.send('POST', '/reg', {
      server: world.open,
      body: clientMetadata({ client_name: name }),
    });
    expect([answer.status, answer.body['client_name']]).toEqual([201, name]);
  });

  test('does not take such a name later either (RFC 7592 §2.2), and keeps what an operator called it', async () => {
    const made = await world.registeredClient();
    const renamed = await world.manage('PUT', made, { ...sendable(made), client_name: 'Acme Corporation ✅' });
    expect([renamed.status, renamed.body['error']]).toEqual([400, 'invalid_client_metadata']);
    expect((await world.events(world.closed, 'registration.refused')).at(-1)).toMatchObject({
      caller: made['client_id'],
      inputs: { action: 'replace', member: '/client_name' },
    });
    const { call } = world.scene.management;
    const path = `/clients/${text(made, 'client_id')}`;
    const etag = { 'if-match': String((await call('GET', path)).headers.get('etag')) };
    expect((await call('PATCH', path, { name: 'Acme Corporation wiki' }, etag)).status).toBe(200);
    const kept = { ...sendable(made), client_name: 'Acme Corporation wiki' };
    expect((await world.manage('PUT', made, kept)).status).toBe(200);
  });

  test('nor an agent with an initial access token', async () => {
    const token = await world.tokenText({ blueprint: world.blueprint });
    const body = await agentMetadata({ client_name: 'Behalf Verified' });
    expect((await world.send('POST', '/reg', { token, body })).body['error']).toBe('invalid_client_metadata');
    expect((await world.events(world.closed, 'registration.refused')).at(-1)).toMatchObject({
      error: 'invalid_client_metadata',
    });
  });

  test('takes no address of this server for its own', async () => {
    const { issuer } = world.open;
    const send = (more: object) =>
      world.send('POST', '/reg', { server: world.open, body: clientMetadata({ ...more }) });
    for (const uri of [issuer, `${issuer}/`, `${issuer}/account`, `${issuer}/account?x=1`]) {
      const answer = await send({ redirect_uris: [REDIRECT, uri], application_type: 'native' });
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_redirect_uri']);
      expect(String(answer.body['error_description'])).toMatch(
        /^redirect_uris\/1: This host is the one of this server/,
      );
    }
    expect((await send({ post_logout_redirect_uris: [`${issuer}/account`], application_type: 'native' })).status).toBe(
      400,
    );
    // All names of loopback are this machine.
    const { port } = new URL(issuer);
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect((await send({ redirect_uris: [`http://${host}:${port}/account`] })).status).toBe(400);
    }
    // On loopback another port is another program.
    expect((await send({ redirect_uris: ['http://localhost:6274/callback'] })).status).toBe(201);
  });
});

describe('DR-09 in production', () => {
  const { addresses } = selfChosen({ issuer: 'https://id.example.com/tenant', reserved: [] });

  test.each([
    'https://id.example.com/',
    'https://id.example.com/tenant/account',
    'https://id.example.com:8443/cb',
    'http://id.example.com/cb',
    'https://ID.example.com/cb',
    'https://id.example.com./cb',
    'https://id%2Eexample.com/cb',
    'https://id。example.com/cb',
    'https://id.example.com../cb',
    'com.example.app://ID.Example.COM/cb',
  ])('nothing on the host of the issuer is a client’s own: %s', (uri) => {
    expect(() => addresses.refuseHost(uri, '/redirect_uris/0')).toThrow('This host is the one of this server');
  });

  test('an address of IPv4 is the same one in IPv6', () => {
    const plain = selfChosen({ issuer: 'https://192.0.2.1', reserved: [] }).addresses;
    for (const uri of ['https://[::ffff:192.0.2.1]/cb', 'https://[::ffff:c000:201]:8443/cb', 'https://0xc0000201/cb']) {
      expect(() => plain.refuseHost(uri, '/redirect_uris/0')).toThrow('This host is the one of this server');
    }
  });

  test.each(['https://app.example.com/cb', 'https://id.example.com.evil.example/cb', 'com.example.id:/cb'])(
    'another host is: %s',
    (uri) => {
      expect(() => addresses.refuseHost(uri, '/redirect_uris/0')).not.toThrow();
    },
  );

  test('what is registered by role may be beside the server, and not inside it', () => {
    expect(() => addresses.refuseServed('https://id.example.com/wiki/cb', '/redirect_uris/0')).not.toThrow();
    expect(() => addresses.refuseServed('https://id.example.com/tenants', '/redirect_uris/0')).not.toThrow();
    for (const uri of [
      'https://id.example.com/tenant',
      'https://id.example.com/tenant/cb',
      'https://id.example.com.:443/tenant/',
    ]) {
      expect(() => addresses.refuseServed(uri, '/redirect_uris/0')).toThrow('one of this server');
    }
  });
});

describe('DR-09 over the management API', () => {
  let api: Awaited<ReturnType<typeof composeManagementApi>>;
  beforeAll(async () => {
    api = await composeManagementApi();
  });
  const keys = async () => ({ jwks: { keys: [(await newKeyPair()).publicJwk] } });

  test('a person without a role calls no agent so, alone, in bulk or later; an operator may', async () => {
    const body = { ...api.newAgent(), name: 'Acme Verified ✅' };
    const refused = await api.call(api.owner, 'post', '/agents', body);
    expect(refused.body.errors).toMatchObject([{ pointer: '/name' }]);
    expect(api.refusals()).toMatchObject([{ caller: api.owner.account.id, error: 'invalid_field' }]);
    const lines = await api.http
      .post('/api/v1/agents/bulk')
      .set({
        authorization: `Bearer ${api.owner.token}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': 'k1',
      })
      .buffer(true)
      .parse((response, done) => {
        let all = '';
        response.on('data', (chunk: Buffer) => {
          all += String(chunk);
        });
        response.on('end', () => done(null, all));
      })
      .send(`${JSON.stringify({ ...api.newAgent(), name: 'Behalf agent' })}\n`);
    expect(String(lines.body)).toContain('"status":400');
    const made = await api.call(api.owner, 'post', '/agents', api.newAgent());
    const renamed = await api.call(
      api.owner,
      'patch',
      `/agents/${made.body.id}`,
      { name: 'Official' },
      {
        'if-match': String(made.headers['etag']),
      },
    );
    expect(renamed.status).toBe(400);
    expect((await api.call(api.operator, 'post', '/agents', { ...body, owner: api.operator.account.id })).status).toBe(
      201,
    );
  });

  test('no client registers an address that this server answers', async () => {
    const inside = 'https://id.example.com/account';
    const client = { name: 'Portal', redirect_uris: [inside] };
    const refused = await api.call(api.admin, 'post', '/clients', client);
    expect(refused.body.errors).toMatchObject([{ pointer: '/redirect_uris/0' }]);
    const agent = { ...api.newAgent(), ...(await keys()), redirect_uris: [inside] };
    expect((await api.call(api.admin, 'post', '/agents', agent)).status).toBe(400);
    expect(
      (await api.call(api.owner, 'post', '/agents', { ...agent, redirect_uris: ['https://id.example.com:8443/cb'] }))
        .status,
    ).toBe(400);
    const pinged = { ...api.newAgent(), backchannel_client_notification_endpoint: 'https://id.example.com/other' };
    expect((await api.call(api.owner, 'post', '/agents', pinged)).body.errors).toMatchObject([
      { pointer: '/backchannel_client_notification_endpoint', detail: expect.stringContaining('This host is the one') },
    ]);
    const made = await api.call(api.admin, 'post', '/clients', {
      ...client,
      redirect_uris: ['https://app.example/cb'],
    });
    const at = `/clients/${made.body.id}`;
    for (const change of [{ redirect_uris: [inside] }, { post_logout_redirect_uris: [inside] }]) {
      const answer = await api.call(api.admin, 'patch', at, change, { 'if-match': String(made.headers['etag']) });
      expect(answer.status).toBe(400);
    }
  });
});
