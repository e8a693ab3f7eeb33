/**
 * B10, SF-01: a host inside is reached for the purpose it is opened for, and by URLs that operators and administrators
 * enter. A person without a role enters URLs of public hosts only, with any lists.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Answer, answerOf } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const CIBA = 'urn:openid:params:grant-type:ciba';

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let keysOrigin: string;
let hooksOrigin: string;
/** What came to hosts inside. */
let arrived: string[] = [];
let served: readonly KeyPair[] = [];
let ownerToken: string;

beforeAll(async () => {
  authority = await localAuthority();
  const host = () =>
    authority.serve((request, response) => {
      arrived.push(`${request.method} ${request.url}`);
      const body = JSON.stringify({ keys: served.map(({ publicJwk }) => publicJwk) });
      response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(body);
    });
  const [keys, hooks] = [await host(), await host()];
  keysOrigin = keys.origin;
  hooksOrigin = hooks.origin;
  server = await runServer({
    environment: {
      ...internalHosts({ clientKeys: keys.host, approvalPings: keys.host, webhooks: hooks.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  scene = await makeScene(server);
  ownerToken = await tokenOfOwner();
}, 60_000);
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});
beforeEach(() => {
  arrived = [];
  served = [];
});

/** Of the person of the scene, who has no role, for the management API. */
const tokenOfOwner = async (): Promise<string> => {
  const resource = `${server.issuer}/api/v1`;
  const scope = 'openid agents:read agents:write';
  const request = scene.authorizationRequest(scene.app, { scope, resource });
  const left = await scene.walk(request.url);
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(left),
    redirect_uri: String(request.parameters['redirect_uri']),
    code_verifier: request.verifier,
    resource,
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return String(answer.body['access_token']);
};

const asOwner = async (method: string, path: string, body?: object, etag?: string): Promise<Answer> =>
  answerOf(
    await fetch(`${server.issuer}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ownerToken}`,
        'content-type': 'application/json',
        ...(etag === undefined ? {} : { 'if-match': etag }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );

let number = 0;
const newAgent = (more: object): object => {
  number += 1;
  const grant_types = ['client_credentials', CIBA];
  return { name: `Agent ${number}`, purpose: 'Tries', environment: 'test', grant_types, ...more };
};
const authorityAt = () => ({ [scene.jwt.identifier]: ['read'] });

const byOperator = async (more: object): Promise<Answer> => {
  const made = await scene.management.call(
    'POST',
    '/agents',
    newAgent({ owner: scene.accountId, authority: authorityAt(), ...more }),
  );
  if (made.status === 201) await scene.management.acceptAs(scene.accountId, String(made.body['id']));
  return made;
};

const ask = (identity: Identity): Promise<Answer> =>
  scene.calls.token(scene.keyed(identity), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    scope: 'read',
  });

const refusedAt = (answer: Answer, pointer: string, list: string): void => {
  expect(answer.status).toBe(400);
  expect(answer.body['errors']).toEqual([
    {
      pointer,
      detail: `This host is not public. An operator or administrator can enter it, where egress.internalHosts.${list} names it.`,
    },
  ]);
  expect(arrived).toEqual([]);
};

describe('a person without a role', () => {
  test.each(['clientKeys', 'webhooks'])('SF-01 registers no agent whose keys are at a host of %s', async (list) => {
    const origin = list === 'clientKeys' ? keysOrigin : hooksOrigin;
    const url = `${origin}/any/path?of=theirs`;
    refusedAt(await asOwner('POST', '/agents', newAgent({ jwks_uri: url })), '/jwks_uri', 'clientKeys');
    const [event] = (await server.events('management.refused')).slice(-1);
    expect(event).toMatchObject({ caller: scene.accountId, note: 'createAgent', error: 'invalid_field' });
  });

  test('SF-01 enters no host inside as ping endpoint, in a change, as a credential, or with many at once', async () => {
    const { publicJwk } = await newKeyPair();
    const jwks = { keys: [publicJwk] };
    const ping = { backchannel_client_notification_endpoint: `${keysOrigin}/admin/delete` };
    const at = '/backchannel_client_notification_endpoint';
    refusedAt(await asOwner('POST', '/agents', newAgent({ jwks, ...ping })), at, 'approvalPings');

    const made = await asOwner('POST', '/agents', newAgent({ jwks }));
    expect(made.status).toBe(201);
    const path = `/agents/${made.body['id']}`;
    const etag = String(made.headers.get('etag'));
    refusedAt(await asOwner('PATCH', path, { jwks_uri: `${keysOrigin}/x` }, etag), '/jwks_uri', 'clientKeys');
    refusedAt(await asOwner('PATCH', path, ping, etag), at, 'approvalPings');
    const credential = { kind: 'jwks_uri', jwks_uri: `${keysOrigin}/x` };
    refusedAt(await asOwner('POST', `${path}/credentials`, credential), '/jwks_uri', 'clientKeys');
    const withCredential = newAgent({ credentials: [credential] });
    refusedAt(await asOwner('POST', '/agents', withCredential), '/credentials/0/jwks_uri', 'clientKeys');
  });

  test('SF-01 does not turn the URL of an operator to another path; what the operator entered goes on', async () => {
    const key = await newKeyPair();
    const made = await byOperator({ jwks_uri: `${keysOrigin}/agents/one.json` });
    expect(made.status).toBe(201);
    const path = `/agents/${made.body['id']}`;
    const read = await asOwner('GET', path);
    const change = { jwks_uri: `${keysOrigin}/internal/admin` };
    refusedAt(await asOwner('PATCH', path, change, String(read.headers.get('etag'))), '/jwks_uri', 'clientKeys');

    const named = await asOwner('PATCH', path, { purpose: 'Goes on' }, String(read.headers.get('etag')));
    expect(named.status).toBe(200);
    served = [key];
    expect((await ask({ ...scene.agent, clientId: String(made.body['id']), key })).status).toBe(200);
    expect(arrived).toEqual(['GET /agents/one.json']);
  });
});

describe('an operator', () => {
  test('SF-01 enters a host for the purpose it is opened for', async () => {
    const key = await newKeyPair();
    const made = await byOperator({
      jwks_uri: `${keysOrigin}/agents/two.json`,
      backchannel_client_notification_endpoint: `${keysOrigin}/pings`,
    });
    expect(made.status).toBe(201);
    served = [key];
    expect((await ask({ ...scene.agent, clientId: String(made.body['id']), key })).status).toBe(200);
    const added = await scene.management.call('POST', `/agents/${made.body['id']}/credentials`, {
      kind: 'jwks_uri',
      jwks_uri: `${keysOrigin}/agents/three.json`,
    });
    expect(added.status).toBe(200);
  });

  test.each([
    ['/agents', '/jwks_uri', 'clientKeys', () => newAgent({ jwks_uri: `${hooksOrigin}/keys`, owner: scene.accountId })],
    [
      '/clients',
      '/backchannel_logout_uri',
      'appLogout',
      () => ({
        name: 'An app',
        redirect_uris: ['https://app.example.com/callback'],
        backchannel_logout_uri: `${keysOrigin}/logout`,
      }),
    ],
  ])('SF-01 does not at %s enter one that is opened for something else', async (path, pointer, list, body) => {
    refusedAt(await scene.management.call('POST', path, body()), pointer, list);
  });

  test('SF-01 makes no webhook and no trusted issuer at a host that is opened for keys of agents', async () => {
    const hook = { name: 'Hook', url: `${keysOrigin}/hook`, kinds: ['agent.expired'] };
    const webhook = await scene.management.call('POST', '/webhooks', hook);
    expect([webhook.status, webhook.text]).toEqual([400, expect.stringContaining('egress.internalHosts.webhooks')]);
    const issuer = await scene.management.call('POST', '/trusted-issuers', {
      name: 'Inside',
      template: 'generic',
      issuer: keysOrigin,
    });
    expect([issuer.status, issuer.text]).toEqual([400, expect.stringContaining('egress.internalHosts.trustedIssuers')]);
    expect(arrived).toEqual([]);
  });
});

test('SF-01 software that registers itself enters no host inside (RFC 7591)', async () => {
  const token = await scene.management.call('POST', '/initial-access-tokens', { owner: scene.accountId });
  const answer = await answerOf(
    await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token.body['initial_access_token']}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        client_name: 'Self-made',
        redirect_uris: ['https://app.example.com/callback'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${keysOrigin}/any/path`,
      }),
    }),
  );
  expect([answer.status, answer.body]).toEqual([
    400,
    {
      error: 'invalid_client_metadata',
      error_description: expect.stringMatching(
        /^jwks_uri: This host is not public\..*egress\.internalHosts\.clientKeys/,
      ),
    },
  ]);
  expect(arrived).toEqual([]);
});

test('SF-01 a URL that no user with a role entered is refused when it is fetched, too, and nothing arrives', async () => {
  const key = await newKeyPair();
  const made = await byOperator({ jwks_uri: `${keysOrigin}/agents/four.json` });
  const id = String(made.body['id']);
  served = [key];
  // As an agent from before its host was opened: its URL stands there, and not who entered it.
  const agents = server.behalf.services.documents.collection<Agent>(AGENTS);
  const found = await agents.get(id);
  if (!found) throw new Error('the agent is not there');
  const { operatorUrls, ...before } = found.document;
  expect(operatorUrls).toEqual([`${keysOrigin}/agents/four.json`]);
  await agents.replace(before, found.version);

  const answer = await ask({ ...scene.agent, clientId: id, key });
  expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
  expect(arrived).toEqual([]);

  // An operator enters it once more.
  const read = await scene.management.call('GET', `/agents/${id}`);
  const again = { jwks_uri: `${keysOrigin}/agents/four.json` };
  const etag = { 'if-match': String(read.headers.get('etag')) };
  expect((await scene.management.call('PATCH', `/agents/${id}`, again, etag)).status).toBe(200);
  expect((await ask({ ...scene.agent, clientId: id, key })).status).toBe(200);
});
