/** Stock clients register themselves and connect, given an address and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UnauthorizedError } from '@modelcontextprotocol/client';
import * as client from 'openid-client';
import { newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { mcpServer } from '../support/mcp-server.ts';
import type { Credential } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const LOOPBACK = 'http://127.0.0.1:7591/callback';
const insecure = { execute: [client.allowInsecureRequests] };

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__REGISTRATION__OPEN: 'true' } });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
});

const signIn = (url: URL): Promise<URL> =>
  walkAuthorization(newBrowser(server.issuer), url.href, { person: scene.person });

describe('openid-client', () => {
  test('registers and signs a user in, from the issuer alone (RFC 7591)', async () => {
    const configuration = await client.dynamicClientRegistration(
      new URL(server.issuer),
      { client_name: 'Told nothing', redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none' },
      client.None(),
      insecure,
    );
    const { client_id: id } = configuration.clientMetadata();
    expect(id).toMatch(/^app_/);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const left = await signIn(
      client.buildAuthorizationUrl(configuration, {
        redirect_uri: LOOPBACK,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      }),
    );
    const tokens = await client.authorizationCodeGrant(configuration, left, {
      pkceCodeVerifier,
      idTokenExpected: true,
    });
    expect(tokens.claims()).toMatchObject({ iss: server.issuer, aud: id, sub: scene.accountId });
  });

  test('registers an agent with an initial access token, which connects once it is accepted', async () => {
    const { call } = scene.management;
    const drafted = await call('POST', '/blueprints', { name: 'Carriers', purpose: 'Carries', ceilings: {} });
    const etag = { 'if-match': String(drafted.headers.get('etag')) };
    const blueprint = String(drafted.body['id']);
    await call('POST', `/blueprints/${blueprint}/activate`, {}, etag);
    const [administrator] = (await call('GET', '/accounts?username=admin')).body['items'] as { id: string }[];
    const token = await call('POST', '/initial-access-tokens', { owner: administrator?.id, blueprint });
    const key = await newKeyPair();
    const configuration = await client.dynamicClientRegistration(
      new URL(server.issuer),
      {
        client_name: 'Carrier',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        jwks: { keys: [key.publicJwk] } as unknown as client.ClientMetadata['jwks'] & { keys: client.JWK[] },
        agent_purpose: 'Carries things',
        agent_environment: 'test',
      },
      client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid as string }),
      { ...insecure, initialAccessToken: String(token.body['initial_access_token']) },
    );
    const id = configuration.clientMetadata().client_id;
    const connect = () => client.clientCredentialsGrant(configuration, { resource: scene.jwt.identifier });
    await expect(connect()).rejects.toMatchObject({ error: 'invalid_client' });
    expect((await call('POST', `/agents/${id}/acceptance`)).status).toBe(200);
    const agent = await call('GET', `/agents/${id}`);
    const authority = { authority: { [scene.jwt.identifier]: ['read'] } };
    await call('PATCH', `/agents/${id}`, authority, { 'if-match': String(agent.headers.get('etag')) });
    expect((await connect()).access_token).toMatch(/^ey/);
  });
});

describe('the MCP SDK', () => {
  test('registers and connects from the address of an MCP server alone', async () => {
    let credential: Credential | undefined;
    const notes = await mcpServer(server.issuer, async (token) =>
      credential ? (await scene.calls.introspect(credential, token)).body : {},
    );
    try {
      const made = await scene.management.createResourceServer({
        identifier: notes.url,
        name: 'Notes',
        scopes: [{ name: 'notes.read', description: 'See your notes', risk: 'low' }],
        access_token_format: 'jwt',
        introspection_auth_method: 'client_secret_basic',
      });
      credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };

      const { kept, connect, cameBack } = mcpProgram(notes.url, {
        redirectUrl: LOOPBACK,
        clientMetadata: {
          client_name: 'An MCP client',
          redirect_uris: [LOOPBACK],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
      });
      await expect(connect()).rejects.toBeInstanceOf(UnauthorizedError);
      expect(kept.information).toMatchObject({ client_id: expect.stringMatching(/^app_/) });

      const left = await signIn(kept.asked as URL);
      await cameBack(left);
      expect(kept.tokens).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });

      const program = await connect();
      expect(await program.callTool({ name: 'whose' })).toMatchObject({
        content: [{ type: 'text', text: scene.accountId }],
      });
      await program.close();
    } finally {
      await notes.close();
    }
  });
});
