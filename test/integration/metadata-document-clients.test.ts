/** Stock clients connect by the URL of their metadata document, registered nowhere. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UnauthorizedError } from '@modelcontextprotocol/client';
import * as client from 'openid-client';
import { type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { mcpServer } from '../support/mcp-server.ts';
import type { Credential } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const LOOPBACK = 'http://127.0.0.1:7591/callback';
const insecure = { execute: [client.allowInsecureRequests] };

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let key: KeyPair;
let origin: string;
const documents = new Map<string, object>();

beforeAll(async () => {
  authority = await localAuthority();
  key = await newKeyPair();
  const site = await authority.serve((request, response) => {
    const document = documents.get(String(request.url));
    if (!document) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  origin = site.origin;
  server = await runServer({
    environment: {
      ...internalHosts({ clientMetadata: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__CLIENTIDMETADATA__HOSTS: site.host,
    },
  });
  scene = await makeScene(server);
}, 240_000);
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const publish = (path: string, members: object): string => {
  const id = `${origin}${path}`;
  documents.set(path, {
    client_id: id,
    redirect_uris: [LOOPBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...members,
  });
  return id;
};

const signIn = (url: URL): Promise<URL> =>
  walkAuthorization(newBrowser(server.issuer), url.href, { person: scene.person });

describe('openid-client', () => {
  test.each(['none', 'private_key_jwt'] as const)('signs a user in, refreshes and revokes with %s', async (method) => {
    const id = publish(`/openid-client/${method}.json`, {
      client_name: 'Told nothing',
      token_endpoint_auth_method: method,
      ...(method === 'none' ? {} : { jwks: { keys: [key.publicJwk] } }),
    });
    const configuration = await client.discovery(
      new URL(server.issuer),
      id,
      undefined,
      method === 'none' ? client.None() : client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid as string }),
      insecure,
    );
    expect(configuration.serverMetadata()['client_id_metadata_document_supported']).toBe(true);
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
    const again = await client.refreshTokenGrant(configuration, String(tokens.refresh_token));
    await client.tokenRevocation(configuration, String(again.refresh_token));
    await expect(client.refreshTokenGrant(configuration, String(again.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('the MCP SDK', () => {
  test('connects from the address of an MCP server and the URL of its document alone', async () => {
    const clientMetadataUrl = publish('/mcp/client.json', {
      client_name: 'An MCP client',
      token_endpoint_auth_method: 'none',
    });
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
        clientMetadataUrl,
        clientMetadata: { client_name: 'An MCP client', redirect_uris: [LOOPBACK] },
      });
      await expect(connect()).rejects.toBeInstanceOf(UnauthorizedError);
      expect(kept.information).toMatchObject({ client_id: clientMetadataUrl });

      const left = await signIn(kept.asked as URL);
      await cameBack(left);
      const program = await connect();
      expect(await program.callTool({ name: 'whose' })).toMatchObject({
        content: [{ type: 'text', text: scene.accountId }],
      });
      await program.close();
      expect(await server.events('client.created')).not.toContainEqual(
        expect.objectContaining({ target: { kind: 'client', id: clientMetadataUrl } }),
      );
    } finally {
      await notes.close();
    }
  });
});
