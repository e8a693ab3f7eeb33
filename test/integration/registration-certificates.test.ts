/** Agents and clients that register themselves with a name in their certificate (RFC 8705 §2.1.2). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Body, type RegistrationWorld, registrationWorld, sendable, text } from '../support/registration-world.ts';

let world: RegistrationWorld;
beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(() => world?.close());

const TLS: Body = {
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_san_dns: 'booker.example.com',
  tls_client_certificate_bound_access_tokens: true,
};
const agentBody = (more: Body = {}): Body => ({
  client_name: 'Travel agent',
  agent_purpose: 'Books trains',
  agent_environment: 'test',
  grant_types: ['client_credentials'],
  ...TLS,
  ...more,
});
const registerAgent = async (more: Body = {}) =>
  world.send('POST', '/reg', {
    token: await world.tokenText({ blueprint: world.blueprint }),
    body: agentBody(more),
  });

describe('an agent', () => {
  test('DR-06 comes with its certificate, shows it, and stays as it is when that is put back', async () => {
    const answer = await registerAgent();
    expect(answer).toMatchObject({ status: 201, body: TLS });
    const id = text(answer.body, 'client_id');
    const { call } = world.scene.management;
    const before = (await call('GET', `/agents/${id}`)).body;
    expect(before).toMatchObject({ certificate_bound_access_tokens: true, state: 'pending' });
    const credentials = (await call('GET', `/agents/${id}/credentials`)).body['items'];
    expect(credentials).toMatchObject([{ kind: 'mtls', san_dns: 'booker.example.com', state: 'active' }]);

    const read = await world.manage('GET', answer.body);
    expect(read).toMatchObject({ status: 200, body: TLS });
    const put = await world.manage('PUT', read.body, sendable(read.body));
    expect(put).toMatchObject({ status: 200, body: TLS });
    const { updated_at: _, ...after } = (await call('GET', `/agents/${id}`)).body;
    expect({ ...before, ...after }).toEqual(before);
  });

  test('DR-10 gets no other way of proof, no other name and no looser binding by a replacement', async () => {
    let { body } = await registerAgent();
    for (const [more, member] of [
      [{ token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method'],
      [{ token_endpoint_auth_method: 'private_key_jwt' }, 'token_endpoint_auth_method'],
      [{ jwks: { keys: [(await newKeyPair()).publicJwk] } }, 'jwks'],
      [{ tls_client_auth_san_dns: 'evil.example.com' }, 'tls_client_auth_san_dns'],
      [
        { tls_client_auth_san_dns: undefined, tls_client_auth_san_uri: 'https://evil.example.com/a' },
        'tls_client_auth_san_uri',
      ],
      [{ tls_client_certificate_bound_access_tokens: false }, 'tls_client_certificate_bound_access_tokens'],
    ] as const) {
      const refused = await world.manage('PUT', body, { ...sendable(body), ...more });
      expect(refused.status).toBe(400);
      expect(text(refused.body, 'error_description')).toMatch(new RegExp(`^${member}`));
    }
    const read = await world.manage('GET', body);
    body = read.body;
    expect(body).toMatchObject(TLS);
  });
});

describe('a client', () => {
  test('DR-06 comes with its certificate and may change its name', async () => {
    const made = await world.registeredClient(TLS);
    expect(made).toMatchObject(TLS);
    expect(made).not.toHaveProperty('client_secret');
    const { call } = world.scene.management;
    const stored = await call('GET', `/clients/${text(made, 'client_id')}`);
    expect(stored.body).toMatchObject({ certificate: { san_dns: 'booker.example.com' } });
    const put = await world.manage('PUT', made, sendable(made));
    expect(put).toMatchObject({ status: 200, body: TLS });
    const { tls_client_auth_san_dns: _, ...others } = sendable(put.body);
    const changed = await world.manage('PUT', put.body, {
      ...others,
      tls_client_auth_subject_dn: 'CN=booker,O=Example',
    });
    expect(changed.body).toMatchObject({ tls_client_auth_subject_dn: 'CN=booker,O=Example' });
    expect(changed.body).not.toHaveProperty('tls_client_auth_san_dns');
    // Left out, it stays.
    const { tls_client_auth_subject_dn: __, ...less } = sendable(changed.body);
    expect((await world.manage('PUT', changed.body, less)).body).toMatchObject({
      tls_client_auth_subject_dn: 'CN=booker,O=Example',
    });
  });

  test.each([
    ['no name', { tls_client_auth_san_dns: undefined }, 'tls_client_auth_subject_dn'],
    ['two names', { tls_client_auth_san_ip: '192.0.2.7' }, 'tls_client_auth_san_ip'],
    ['a pattern', { tls_client_auth_san_dns: '*.example.com' }, 'tls_client_auth_san_dns'],
    ['a name that is no text', { tls_client_auth_san_dns: 7 }, 'tls_client_auth_san_dns'],
    ['a name without the method', { token_endpoint_auth_method: undefined }, 'tls_client_auth_san_dns'],
    ['a certificate by itself', { token_endpoint_auth_method: 'self_signed_tls_client_auth' }, 'token_endpoint_auth_m'],
    ['a binding that is no flag', { tls_client_certificate_bound_access_tokens: 'yes' }, 'tls_client_certificate'],
    ['two bindings', { dpop_bound_access_tokens: true }, 'tls_client_certificate_bound_access_tokens'],
  ])('DR-10 is refused with %s, as an agent is', async (_what, more, member) => {
    const client = await world.send('POST', '/reg', {
      token: await world.tokenText(),
      body: { client_name: 'Wiki', redirect_uris: ['https://new.example.com/cb'], ...TLS, ...more },
    });
    for (const { status, body } of [client, await registerAgent(more)]) {
      expect([status, text(body, 'error_description')]).toEqual([400, expect.stringMatching(new RegExp(`^${member}`))]);
    }
  });
});
