/** A client that acts for itself and names no resource: a token that is good somewhere, or a refusal (RFC 6749 §4.4, §5.1). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as openid from 'openid-client';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const backEnd = async (authority: Readonly<Record<string, readonly string[]>>): Promise<openid.Configuration> => {
  const made = await scene.management.createClient({
    name: 'Back end',
    grant_types: ['client_credentials'],
    authority,
  });
  const secret = openid.ClientSecretBasic(String(made['client_secret']));
  return openid.discovery(new URL(server.issuer), made.id, undefined, secret, {
    execute: [openid.allowInsecureRequests],
  });
};

describe('with authority at one resource', () => {
  test('openid-client gets a token for it, and learns that its scope is less than requested (§5.1)', async () => {
    const configuration = await backEnd({ [scene.jwt.identifier]: ['read'] });
    const tokens = await openid.clientCredentialsGrant(configuration, { scope: 'read write' });
    expect(tokens.scope).toBe('read');
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: scene.jwt.identifier, scope: 'read' });
    const looked = await scene.calls.introspect(scene.jwt.credential, tokens.access_token);
    expect(looked.body).toMatchObject({ active: true, scope: 'read' });
    expect((await server.events('token.issued')).at(-1)).toMatchObject({
      caller: configuration.clientMetadata().client_id,
      resource: scene.jwt.identifier,
      scopeAsked: ['read', 'write'],
      scopeGiven: ['read'],
    });
  });

  test('without scope it gets all it has there', async () => {
    const configuration = await backEnd({ [scene.opaque.identifier]: ['read', 'write'], [scene.jwt.identifier]: [] });
    const tokens = await openid.clientCredentialsGrant(configuration);
    expect(tokens.scope).toBe('read write');
    const looked = await scene.calls.introspect(scene.opaque.credential, tokens.access_token);
    expect(looked.body).toMatchObject({ active: true, aud: scene.opaque.identifier });
  });

  test('a scope it does not have there is refused, not given as nothing', async () => {
    const configuration = await backEnd({ [scene.jwt.identifier]: ['read'] });
    await expect(openid.clientCredentialsGrant(configuration, { scope: 'delete' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
  });
});

test.each<[string, () => Readonly<Record<string, readonly string[]>>, RegExp]>([
  ['several', () => ({ [scene.jwt.identifier]: ['read'], [scene.opaque.identifier]: ['read'] }), /at 2 of them/],
  ['none', () => ({}), /no authority of its own/],
])('with authority at %s it has to name one (RFC 8707 §2)', async (_several, authority, text) => {
  const configuration = await backEnd(authority());
  const refused = openid.clientCredentialsGrant(configuration, { scope: 'read' });
  await expect(refused).rejects.toMatchObject({
    status: 400,
    error: 'invalid_target',
    error_description: expect.stringMatching(text),
  });
  expect((await server.events('token.refused')).at(-1)).toMatchObject({
    caller: configuration.clientMetadata().client_id,
    error: 'invalid_target',
    denial: { layer: 'request', reason: 'target_missing' },
  });
});
