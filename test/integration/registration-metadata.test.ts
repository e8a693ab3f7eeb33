/** Metadata that stock software registers with beside what it needs: kept, shown or kept out, never a refusal (RFC 7591). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as openid from 'openid-client';
import { clientAssertion, newKeyPair } from '../support/agent-keys.ts';
import { DEVICE_CODE, post } from '../support/oauth-calls.ts';
import {
  type Body,
  clientMetadata,
  REDIRECT,
  type RegistrationWorld,
  registrationWorld,
  sendable,
  text,
} from '../support/registration-world.ts';

let world: RegistrationWorld;

beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(async () => {
  await world?.close();
});

const keys = async () => ({ keys: [(await newKeyPair()).publicJwk] });
const ADDRESS = 'https://new.example.com/jwks';

describe('keys beside another method than private_key_jwt (§2)', () => {
  const CERTIFICATE = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'new.example.com' };

  test.each<[string, Body]>([
    ['client_secret_basic', {}],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }],
    ['none', { token_endpoint_auth_method: 'none' }],
    ['tls_client_auth', CERTIFICATE],
  ])('%s: are kept and shown, also by management', async (_method, more) => {
    for (const source of [{ jwks: await keys() }, { jwks_uri: ADDRESS }]) {
      const made = await world.registeredClient({ ...more, ...source });
      expect(made).toMatchObject(source);
      const stored = await world.scene.management.call('GET', `/clients/${text(made, 'client_id')}`);
      expect(stored.body).toMatchObject(source);
      const replaced = await world.manage('PUT', made, { ...sendable(made), client_name: 'Renamed' });
      expect(replaced).toMatchObject({ status: 200, body: { client_name: 'Renamed', ...source } });
    }
  });

  test('prove nothing: the client authenticates with its secret alone', async () => {
    const key = await newKeyPair();
    const made = await world.registeredClient({
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [],
      grant_types: ['client_credentials'],
    });
    const id = text(made, 'client_id');
    const path = `/clients/${id}`;
    const { call } = world.scene.management;
    const { headers } = await call('GET', path);
    const { identifier } = world.scene.jwt;
    await call('PATCH', path, { authority: { [identifier]: ['read'] } }, { 'if-match': String(headers.get('etag')) });
    const configuration = await openid.discovery(
      new URL(world.closed.issuer),
      id,
      undefined,
      openid.ClientSecretBasic(text(made, 'client_secret')),
      { execute: [openid.allowInsecureRequests] },
    );
    expect((await openid.clientCredentialsGrant(configuration, { resource: identifier })).access_token).toMatch(/^ey/);
    const byKey = await post(world.scene.calls.endpoints.token, {
      grant_type: 'client_credentials',
      resource: identifier,
      client_id: id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion({ clientId: id, key }, world.closed.issuer),
    });
    expect(byKey).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('are public keys that we know, from one place', async () => {
    const secret = { kty: 'oct', k: 'AAAA' };
    for (const [member, source] of [
      ['jwks/keys/0', { jwks: { keys: [secret] } }],
      ['jwks_uri', { jwks: await keys(), jwks_uri: ADDRESS }],
      ['jwks_uri', { jwks_uri: 'http://localhost/jwks' }],
    ] as const) {
      const { answer, last } = await world.refusals(world.closed, async () =>
        world.send('POST', '/reg', { token: await world.tokenText(), body: clientMetadata(source) }),
      );
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
      expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
      expect(last).toMatchObject({ inputs: { member: `/${member}` } });
    }
  });

  test('D22 a caller that sends them does not take over a secret that another set', async () => {
    const { management } = world.scene;
    const made = await management.call(
      'POST',
      '/clients',
      { name: 'Secret', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'] },
      {},
      world.owner.script,
    );
    const path = `/clients/${made.body['id']}`;
    const { headers } = await management.call('GET', path);
    const change = { roles: ['operator'], jwks: await keys() };
    const refused = await management.call('PATCH', path, change, { 'if-match': String(headers.get('etag')) });
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:behalf:problem:conflict' } });
    const read = await management.call('GET', path);
    expect(read.body).toMatchObject({ roles: [], credentials_set_by: { caller: world.owner.script.clientId } });
  });
});

describe('scope (§2)', () => {
  test('is in the answer as it was sent, and in that of each request to manage it', async () => {
    const scope = 'openid offline_access notes:read';
    const made = await world.registeredClient({ scope });
    expect(made['scope']).toBe(scope);
    const read = await world.manage('GET', made);
    expect(read.body['scope']).toBe(scope);
    const replaced = await world.manage('PUT', read.body, { ...sendable(read.body), scope: 'openid' });
    expect(replaced.body['scope']).toBe('openid');
    const { scope: _, ...without } = sendable(replaced.body);
    const left = await world.manage('PUT', replaced.body, without);
    expect(left.status).toBe(200);
    expect(left.body).not.toHaveProperty('scope');
    expect((await world.manage('GET', left.body)).body).not.toHaveProperty('scope');
  });

  test('a replacement that is refused leaves it as it was', async () => {
    const made = await world.registeredClient({ scope: 'openid' });
    const elsewhere = { scope: 'openid email', redirect_uris: ['https://elsewhere.example.net/cb'] };
    expect((await world.manage('PUT', made, { ...sendable(made), ...elsewhere })).status).toBe(400);
    expect((await world.manage('GET', made)).body['scope']).toBe('openid');
  });

  test.each([[7], ['two  spaces'], ['"quoted"'], ['line\nfeed']])('%j is refused by name', async (scope) => {
    const body = clientMetadata({ scope });
    const answer = await world.send('POST', '/reg', { token: await world.tokenText(), body });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(/^scope: /);
  });
});

describe('redirect URIs without the code flow', () => {
  test('are kept out, with the response type, and the answer shows it (§3.2.1)', async () => {
    const made = await world.registeredClient({
      redirect_uris: [REDIRECT, 'http://localhost:4242'],
      grant_types: [DEVICE_CODE, 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'openid',
    });
    expect(made).toMatchObject({ redirect_uris: [], response_types: [], grant_types: [DEVICE_CODE, 'refresh_token'] });
    const { call } = world.scene.management;
    const stored = await call('GET', `/clients/${text(made, 'client_id')}`);
    expect(stored.body).toMatchObject({ redirect_uris: [], cors_origins: [] });
    const asked = await world.scene.calls.device(
      { kind: 'public', clientId: text(made, 'client_id') },
      { scope: 'openid' },
    );
    expect(asked).toMatchObject({ status: 200, body: { user_code: expect.any(String) } });
    for (const more of [{}, { grant_types: undefined }]) {
      const replacement = { ...sendable(made), redirect_uris: [REDIRECT], ...more };
      const { body, status } = await world.manage('PUT', made, replacement);
      expect({ status, uris: body['redirect_uris'] }).toEqual({ status: 200, uris: [] });
      Object.assign(made, body);
    }
  });

  test('the code flow without one is still refused', async () => {
    const answer = await world.send('POST', '/reg', {
      token: await world.tokenText(),
      body: clientMetadata({ redirect_uris: [] }),
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } });
  });
});
