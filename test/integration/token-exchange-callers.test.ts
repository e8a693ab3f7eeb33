/** RFC 8693 over HTTP: which callers may exchange a token, and that none gains rights of others by it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditWatch } from '../support/audit-watch.ts';
import { exchangeWorld, tokenOf } from '../support/exchange-world.ts';
import { ACCESS_TOKEN_TYPE, type Credential, EXCHANGE, formOf, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { Scene } from '../support/scene.ts';
import type { TokenFamily } from '../support/token-family.ts';

const world = exchangeWorld();
const { keyed, ofApp, refused, breakFamily } = world;

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let family: TokenFamily;

beforeAll(async () => {
  ({ server, scene, audit } = await world.start());
});
afterAll(world.close);
beforeEach(async () => {
  family = await world.wholeFamily();
});

describe('TX-07 no client gains rights by an exchange', () => {
  test('a token of an administrator gives an agent nothing here, neither by exchange nor as it is', async () => {
    const { management } = scene;
    const read = await management.call('GET', `/accounts/${family.accountId}`);
    const made = await management.call(
      'PATCH',
      `/accounts/${family.accountId}`,
      { roles: ['administrator'] },
      { 'if-match': String(read.headers.get('etag')) },
    );
    expect(made.status).toBe(200);
    breakFamily();
    for (const target of [`${server.issuer}/api/v1`, server.issuer]) {
      await refused(() => ofApp({ resource: target }), {
        error: 'invalid_target',
        layer: 'resource_server',
        reason: 'target_not_for_agents',
      });
    }
    await refused(() => ofApp({ subject_token: family.tokens.appApi }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    });
    const used = await fetch(`${server.issuer}/api/v1/me`, {
      headers: { authorization: `Bearer ${tokenOf(await ofApp())}` },
    });
    expect(used.status).toBe(401);
  });
  test('an agent that a person signs in to at this very server gets no token for it (decision D22)', async () => {
    const { result, events } = await audit.during(() =>
      family
        .authorize(family.agent, 'openid agents:read', [family.api.identifier])
        .catch((error: Error) => error.message),
    );
    expect(result).toContain('"error":"invalid_grant"');
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', denial: { layer: 'delegation' } });
  });
});

describe('TX-14 TX-15 only an authenticated agent that is registered for it', () => {
  test('no anonymous caller, no public client, and no agent that only names itself', async () => {
    const form = {
      grant_type: EXCHANGE,
      subject_token: family.tokens.appCalendar,
      subject_token_type: ACCESS_TOKEN_TYPE,
      resource: family.calendar.identifier,
    };
    const url = scene.calls.endpoints.token;
    await audit.refused(() => post(url, form), { status: 400, error: 'invalid_request' });
    await audit.refused(() => post(url, { ...form, client_id: family.agent.clientId }), {
      status: 401,
      error: 'invalid_client',
    });
    const open = await scene.management.createClient({
      name: 'Browser app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://open.example.com/callback'],
    });
    await audit.refused(() => post(url, { ...form, client_id: open.id }), {
      status: 400,
      error: 'unauthorized_client',
    });
  });
  test('an app, a resource server, and an agent without the grant type', async () => {
    const plain = await family.newAgent('Plain', family.ownerId, { grant_types: ['authorization_code'] });
    for (const caller of [keyed(family.app), family.calendar.credential, keyed(plain)]) {
      const { answer } = await refused(
        () => scene.calls.exchange(caller, family.tokens.appCalendar, family.calendar.identifier),
        { error: 'unauthorized_client', layer: 'client', reason: 'grant_type_not_registered' },
      );
      expect(answer.body['access_token']).toBeUndefined();
    }
  });
  test('the client of our own pages gets no token, though any signed-in user can ask for its codes', async () => {
    const pkce = newPkce();
    const redirect_uri = `${server.issuer}/account/signed-in`;
    const asked = await family.browser.request(
      `${scene.calls.endpoints.authorization}?${formOf({
        client_id: 'account-pages',
        response_type: 'code',
        redirect_uri,
        scope: 'openid',
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
      })}`,
    );
    const code = new URL(String(asked.headers.get('location'))).searchParams.get('code') ?? '';
    await refused(
      () =>
        scene.calls.token(
          { kind: 'public', clientId: 'account-pages' },
          { grant_type: 'authorization_code', code, code_verifier: pkce.verifier, redirect_uri },
        ),
      { error: 'unauthorized_client', layer: 'client', reason: 'no_tokens_for_our_pages' },
    );
  });
  test('an app that is registered for it, which is for assertions to other servers, exchanges no token', async () => {
    const app = await scene.management.createClient({
      name: 'Would-be agent',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [EXCHANGE],
    });
    const credential: Credential = { kind: 'basic', clientId: app.id, secret: String(app['client_secret']) };
    await refused(() => scene.calls.exchange(credential, family.tokens.appCalendar, family.calendar.identifier), {
      error: 'unauthorized_client',
      layer: 'client',
      reason: 'caller_not_an_agent',
    });
  });
});
