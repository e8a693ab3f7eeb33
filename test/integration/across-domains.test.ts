/**
 * Cross App Access between two whole servers: one where the user signs in, and one of another organisation that trusts
 * it. Both legs by clients of others: openid-client, and the MCP SDK.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  exchangeJwtAuthGrant,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import { type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { ID_JAG, JWT_BEARER } from '../support/foreign-issuer.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { mcpServer } from '../support/mcp-server.ts';
import {
  type Answer,
  type Credential,
  discover,
  EXCHANGE,
  oauthCalls,
  type Parameters,
} from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

const TICKETS = 'https://tickets.example.com';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const REFRESH_TOKEN = 'urn:ietf:params:oauth:token-type:refresh_token';
const insecure = { execute: [client.allowInsecureRequests] };
const SECRET_APP = { token_endpoint_auth_method: 'client_secret_basic' };

let home: RunningServer;
let tool: RunningServer;
let scene: Scene;
let there: Management;
let mcp: Awaited<ReturnType<typeof mcpServer>>;
let tickets: Credential;
let notes: Credential;
/** The same software, as each of the two servers knows it. */
let agentHere: Identity;
let agentThere: Identity;
let appHere: { readonly id: string; readonly secret: string };
let appThere: { readonly id: string; readonly secret: string };
let accountThere: string;
let peerHere: string;

const post = async (management: Management, path: string, body: object): Promise<{ readonly id: string }> => {
  const answer = await management.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body as { readonly id: string };
};

const newResourceServer = async (identifier: string): Promise<Credential> => {
  const made = await there.createResourceServer({
    identifier,
    name: 'Of another organisation',
    scopes: [
      { name: 'notes.read', description: 'Read notes', risk: 'low' },
      { name: 'notes.write', description: 'Write notes', risk: 'low' },
    ],
    introspection_auth_method: 'client_secret_basic',
  });
  return { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
};

const newAgent = async (management: Management, owner: string, more: object): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await management.createAgent({
    name: 'Notekeeper',
    owner,
    purpose: 'Keeps notes',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    ...more,
  });
  return { clientId: made.id, key };
};

beforeAll(async () => {
  [home, tool] = await Promise.all([runServer(), runServer()]);
  scene = await makeScene(home);
  there = await managementFromKeyFile(tool.administratorKeyFile);
  const toolCalls = oauthCalls(await discover(tool.issuer));
  mcp = await mcpServer(tool.issuer, async (token) => (await toolCalls.introspect(notes, token)).body);
  tickets = await newResourceServer(TICKETS);
  notes = await newResourceServer(mcp.url);
  accountThere = (await there.createAccount({ username: 'lovelace', name: 'Ada Lovelace' })).id;

  agentHere = await newAgent(scene.management, scene.accountId, {
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
  });
  agentThere = await newAgent(there, accountThere, { grant_types: [JWT_BEARER] });
  const app = await scene.management.createClient({
    // As the MCP SDK identifies itself to the one who vouches.
    token_endpoint_auth_method: 'client_secret_post',
    name: 'Desk of two servers',
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  const appAtTool = await there.createClient({ ...SECRET_APP, name: 'Desk', grant_types: [JWT_BEARER] });
  appHere = { id: app.id, secret: String(app['client_secret']) };
  appThere = { id: appAtTool.id, secret: String(appAtTool['client_secret']) };

  const scopes = ['notes.read', 'notes.write'].map((name) => ({ name, description: name, risk: 'low' }));
  peerHere = (
    await post(scene.management, '/peers', {
      name: 'The tool',
      issuer: tool.issuer,
      outbound: {
        clients: { [agentHere.clientId]: agentThere.clientId, [appHere.id]: appThere.id },
        resources: [TICKETS, mcp.url].map((identifier) => ({ identifier, scopes })),
      },
    })
  ).id;
  const jwks = await (await fetch(scene.calls.endpoints.jwks)).json();
  const { id: peer } = await post(there, '/peers', {
    name: 'Home',
    issuer: home.issuer,
    jwks,
    inbound: {
      clients: [agentThere.clientId, appThere.id],
      resources: { [TICKETS]: ['notes.read'], [mcp.url]: ['notes.read'] },
    },
  });
  await post(there, '/account-links', { peer, subject: scene.accountId, account: accountThere });
});
afterAll(async () => {
  await mcp?.close();
  await Promise.all([home?.close(), tool?.close()]);
});

const configured = ({ clientId, key }: Identity, issuer: string) =>
  client.discovery(
    new URL(issuer),
    clientId,
    undefined,
    client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid as string }),
    insecure,
  );

const signIn = async (identity = agentHere, scope = 'openid email offline_access read') => {
  const form = await scene.newCode(scene.jwt.identifier, scope, identity);
  const answer = await scene.calls.token(scene.keyed(identity), form);
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
  return {
    idToken: String(answer.body['id_token']),
    refreshToken: String(answer.body['refresh_token']),
    ...answer.body,
  };
};

const ask = (form: Parameters, dpop?: KeyPair, by = agentHere): Promise<Answer> =>
  scene.calls.token(
    scene.keyed(by),
    {
      grant_type: EXCHANGE,
      requested_token_type: ID_JAG,
      audience: tool.issuer,
      resource: TICKETS,
      subject_token_type: ID_TOKEN,
      ...form,
    },
    dpop ? { dpop } : {},
  );

const reasonOf = ({ body }: Answer): unknown => (body['denial'] as { readonly reason?: string } | undefined)?.reason;

describe('Cross App Access of two servers (ID-JAG)', () => {
  test('openid-client: a sign-in here becomes a token there, which names both organisations', async () => {
    const { idToken } = await signIn();
    const here = await configured(agentHere, home.issuer);
    const first = await client.genericGrantRequest(here, EXCHANGE, {
      requested_token_type: ID_JAG,
      audience: tool.issuer,
      resource: TICKETS,
      scope: 'notes.read',
      subject_token: idToken,
      subject_token_type: ID_TOKEN,
    });
    expect(first).toMatchObject({ issued_token_type: ID_JAG, token_type: 'n_a', expires_in: 300, scope: 'notes.read' });
    expect(first.refresh_token).toBeUndefined();
    expect(decodeProtectedHeader(first.access_token)).toMatchObject({ typ: 'oauth-id-jag+jwt', alg: 'ES256' });
    const jag = decodeJwt(first.access_token);
    expect(jag).toMatchObject({
      iss: home.issuer,
      sub: scene.accountId,
      aud: tool.issuer,
      client_id: agentThere.clientId,
      resource: TICKETS,
      scope: 'notes.read',
      amr: ['pwd'],
      act: { sub: agentHere.clientId, iss: home.issuer, sub_profile: 'ai_agent' },
    });
    expect(Number(jag.exp) - Number(jag.iat)).toBe(300);

    const second = await client.genericGrantRequest(await configured(agentThere, tool.issuer), JWT_BEARER, {
      assertion: first.access_token,
    });
    expect(second.refresh_token).toBeUndefined();
    expect(decodeJwt(second.access_token)).toMatchObject({
      iss: tool.issuer,
      sub: accountThere,
      aud: TICKETS,
      scope: 'notes.read',
      act: { sub: agentThere.clientId, iss: tool.issuer, act: { sub: agentHere.clientId, iss: home.issuer } },
    });

    const [issued] = (await home.events('token.issued')).slice(-1);
    expect(issued).toMatchObject({
      caller: agentHere.clientId,
      subject: scene.accountId,
      resource: TICKETS,
      scopeGiven: ['notes.read'],
      inputs: { peer: peerHere },
      token: { id: jag.jti },
    });
    expect(issued?.decision).toMatch(/^dec_/);
  });

  /** What the app of the MCP SDK has of a sign-in here. */
  const idTokenOfApp = async (): Promise<string> => {
    const request = scene.authorizationRequest(
      { clientId: appHere.id, key: agentHere.key },
      { scope: 'openid email', resource: [] },
    );
    const tokens = await scene.calls.token(
      { kind: 'public', clientId: appHere.id },
      {
        client_secret: appHere.secret,
        grant_type: 'authorization_code',
        code: scene.codeFrom(await scene.walk(request.url)),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.verifier,
      },
    );
    return String(tokens.body['id_token']);
  };

  test('the MCP SDK: given the address of an MCP server of another organisation, it gets its token without a page', async () => {
    const idToken = await idTokenOfApp();
    const asked: object[] = [];
    const provider = new CrossAppAccessProvider({
      clientId: appThere.id,
      clientSecret: appThere.secret,
      expectedIssuer: tool.issuer,
      assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
        asked.push({ authorizationServerUrl, resourceUrl, scope });
        const { jwtAuthGrant, expiresIn } = await discoverAndRequestJwtAuthGrant({
          idpUrl: home.issuer,
          audience: authorizationServerUrl,
          resource: resourceUrl,
          idToken,
          clientId: appHere.id,
          clientSecret: appHere.secret,
          ...(scope === undefined ? {} : { scope }),
          fetchFn,
        });
        expect(expiresIn).toBe(300);
        expect(decodeJwt(jwtAuthGrant)).not.toHaveProperty('act');
        return jwtAuthGrant;
      },
    });
    const program = new Client({ name: 'Desk', version: '1.0.0' });
    await program.connect(new StreamableHTTPClientTransport(new URL(mcp.url), { authProvider: provider }));
    const answer = await program.callTool({ name: 'whose', arguments: {} });
    expect(answer.content).toEqual([{ type: 'text', text: accountThere }]);
    await program.close();

    // From its address alone: who gives tokens for it, and what it is called there.
    expect(asked).toEqual([{ authorizationServerUrl: tool.issuer, resourceUrl: mcp.url, scope: 'notes.read' }]);
    const [vouched] = (await home.events('token.issued')).slice(-1);
    expect(vouched).toMatchObject({
      caller: appHere.id,
      subject: scene.accountId,
      resource: mcp.url,
      inputs: { peer: peerHere },
    });
    const [given] = (await tool.events('token.issued')).slice(-1);
    expect(given).toMatchObject({
      caller: appThere.id,
      subject: accountThere,
      resource: mcp.url,
      scopeGiven: ['notes.read'],
    });
  });

  test('the MCP SDK: each leg by itself; an assertion is accepted once', async () => {
    const idToken = await idTokenOfApp();
    const ask = (more: object = {}) =>
      requestJwtAuthorizationGrant({
        tokenEndpoint: scene.calls.endpoints.token,
        audience: tool.issuer,
        resource: mcp.url,
        idToken,
        clientId: appHere.id,
        clientSecret: appHere.secret,
        ...more,
      });
    const { jwtAuthGrant, scope } = await ask({ scope: 'notes.read notes.write' });
    expect(scope).toBe('notes.read notes.write');
    const { token: tokenEndpoint } = await discover(tool.issuer);
    const leg = { tokenEndpoint, jwtAuthGrant, clientId: appThere.id, clientSecret: appThere.secret };
    const given = await exchangeJwtAuthGrant(leg);
    expect(given).toMatchObject({ token_type: 'Bearer', scope: 'notes.read' });
    expect(decodeJwt(given.access_token)).toMatchObject({ iss: tool.issuer, sub: accountThere, aud: mcp.url });
    await expect(exchangeJwtAuthGrant(leg)).rejects.toThrow(/JWT grant exchange failed: invalid_grant/);
    await expect(ask({ audience: 'https://as.other.example' })).rejects.toThrow(
      /Token exchange failed: invalid_target/,
    );
    await expect(ask({ clientSecret: 'wrong' })).rejects.toThrow(/Token exchange failed: invalid_client/);
    await expect(ask({ idToken: 'x' })).rejects.toThrow(/Token exchange failed: invalid_request/);
  });

  test('a refresh token of the client says the same, and is not used up by it (ID-JAG §4.3)', async () => {
    const { refreshToken } = await signIn();
    const form = { subject_token: refreshToken, subject_token_type: REFRESH_TOKEN, scope: 'notes.read' };
    expect((await ask(form)).body).toMatchObject({ issued_token_type: ID_JAG, token_type: 'N_A' });
    const refreshed = await scene.calls.token(scene.keyed(agentHere), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: scene.jwt.identifier,
    });
    expect(refreshed.status).toBe(200);
    // It was rotated: now it is none.
    expect(reasonOf(await ask(form))).toBe('subject_token_not_live');
  });

  test('JB-07 a proof binds the assertion, and the assertion the token', async () => {
    const { idToken } = await signIn();
    const key = await newKeyPair();
    const jag = await ask({ subject_token: idToken }, key);
    const cnf = { jkt: await calculateJwkThumbprint(key.publicJwk) };
    expect(decodeJwt(String(jag.body['access_token']))).toMatchObject({ cnf });
    const toolCalls = oauthCalls(await discover(tool.issuer));
    const redeem = (assertion: unknown, dpop?: typeof key) =>
      toolCalls.token(
        { kind: 'key', identity: agentThere },
        { grant_type: JWT_BEARER, assertion: String(assertion) },
        dpop ? { dpop } : {},
      );
    expect(reasonOf(await redeem(jag.body['access_token']))).toBe('assertion_proof_missing');
    const given = await redeem(jag.body['access_token'], key);
    expect(given.body).toMatchObject({ token_type: 'DPoP' });
    expect((await toolCalls.introspect(tickets, String(given.body['access_token']))).body).toMatchObject({ cnf });
  });

  test('JB-08 good at that one server only, and no access token here', async () => {
    const { idToken } = await signIn();
    const jag = String((await ask({ subject_token: idToken })).body['access_token']);
    const again = await ask({ subject_token: jag });
    expect(reasonOf(again)).toBe('subject_token_not_live');
    const own = await scene.calls.token(scene.keyed(agentHere), { grant_type: JWT_BEARER, assertion: jag });
    expect(own.body['error']).toBe('unauthorized_client');
    const live = await scene.calls.introspect(scene.jwt.credential, jag);
    expect(live.body).toEqual({ active: false });
  });
});

describe('to whom, for whom and for what (TX-11, TX-15)', () => {
  test.each<readonly [string, Parameters, string, string]>([
    ['a server we do not know', { audience: 'https://as.other.example' }, 'invalid_target', 'peer_unknown'],
    ['the peer with a slash', { audience: 'SLASH' }, 'invalid_target', 'peer_unknown'],
    ['ourselves', { audience: 'SELF' }, 'invalid_target', 'peer_unknown'],
    ['no audience', { audience: undefined }, 'invalid_target', 'target_missing'],
    ['two audiences', { audience: ['https://a.example', 'https://b.example'] }, 'invalid_target', 'target_ambiguous'],
    ['no resource, where there are several', { resource: undefined }, 'invalid_target', 'target_missing'],
    [
      'a resource that is not behind it',
      { resource: 'https://calendar.example.com' },
      'invalid_target',
      'target_unknown',
    ],
    ['a scope outside the assertion', { scope: 'notes.delete' }, 'invalid_scope', 'scope_not_available'],
    [
      'an access token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
      'invalid_request',
      'token_type_unsupported',
    ],
    [
      'authorization details',
      { authorization_details: '[{"type":"ticket"}]' },
      'invalid_authorization_details',
      'details_malformed',
    ],
    ['no proof of a sign-in', { subject_token: 'x' }, 'invalid_request', 'subject_token_not_live'],
  ])('%s', async (_, form, error, reason) => {
    const { idToken } = await signIn();
    const meant: Readonly<Record<string, string>> = { SELF: home.issuer, SLASH: `${tool.issuer}/` };
    const audience =
      typeof form['audience'] === 'string' ? { audience: meant[form['audience']] ?? form['audience'] } : {};
    const answer = await ask({ subject_token: idToken, ...form, ...audience });
    expect({ error: answer.body['error'], reason: reasonOf(answer) }).toEqual({ error, reason });
  });

  test('an agent the peer does not know; and the ID token of another client', async () => {
    const { idToken } = await signIn(scene.agent);
    expect(reasonOf(await ask({ subject_token: idToken }, undefined, scene.agent))).toBe('peer_unknown');
    expect(reasonOf(await ask({ subject_token: idToken }))).toBe('subject_token_not_live');
  });

  test('rights of the agent at the resource behind the peer count, and what the person may do', async () => {
    const { idToken } = await signIn();
    const agent = await scene.management.call('GET', `/agents/${agentHere.clientId}`);
    const authority = { authority: { [TICKETS]: ['notes.write'], [scene.jwt.identifier]: ['*'] } };
    const changed = await scene.management.call('PATCH', `/agents/${agentHere.clientId}`, authority, {
      'if-match': String(agent.headers.get('etag')),
    });
    expect(changed.status).toBe(200);
    expect((await ask({ subject_token: idToken })).body['scope']).toBe('notes.write');
    const undone = { authority: null };
    const etag = { 'if-match': String(changed.headers.get('etag')) };
    expect((await scene.management.call('PATCH', `/agents/${agentHere.clientId}`, undone, etag)).status).toBe(200);
    expect((await ask({ subject_token: idToken })).body['scope']).toBe('notes.read notes.write');
  });

  test('nothing once the user has revoked what they allowed the agent, or the peer is disabled', async () => {
    const { idToken } = await signIn();
    await scene.management.call('POST', `/peers/${peerHere}/disable`);
    expect(reasonOf(await ask({ subject_token: idToken }))).toBe('peer_unknown');
    await scene.management.call('POST', `/peers/${peerHere}/enable`);
    expect((await ask({ subject_token: idToken })).status).toBe(200);
    const grants = home.behalf.services.documents.collection<GrantRecord>(GRANTS);
    for (const { document } of await grants.find({ where: { account: scene.accountId }, limit: 1000 })) {
      if (document.clientId === agentHere.clientId) await grants.take(document.id);
    }
    expect(reasonOf(await ask({ subject_token: idToken }))).toBe('subject_token_not_live');
  });
});
