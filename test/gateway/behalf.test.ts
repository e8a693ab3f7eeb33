/** A gateway with a running server: decisions, approvals, exchanges, reports and ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalsWorld, BANK } from '../support/approvals-world.ts';
import { basic } from '../support/authzen-client.ts';
import { type CallingWorld, callingWorld } from '../support/calling-world.ts';
import { rawRequest } from '../support/raw-request.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import { statusOf } from '../support/status-lists.ts';
import { until } from '../support/until.ts';
import { type RunningGateway, runGateway } from './gateway-world.ts';
import { type Recording, recordingUpstream } from './recording-upstream.ts';

let folder: string;
let upstream: Recording;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-gateway-'));
  upstream = await recordingUpstream();
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => upstream.reset());

const fileWith = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
};

const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;
const denialIn = (body: string): { reason: string; remedies?: readonly Record<string, unknown>[] } =>
  JSON.parse(body).denial ?? JSON.parse(body).error.data.denial;

describe('an API whose decisions the server makes', () => {
  let server: RunningServer;
  let world: ApprovalsWorld;
  let gateway: RunningGateway;
  let atOnce: RunningGateway;
  let forProxies: RunningGateway;
  let token: string;
  let agent: Identity;

  /** A call of the API needs an approval; the token itself does not. */
  const AT_THE_CALL =
    '@id("asked-at-the-call")\n@approval("required")\npermit (principal is Agent, action == Action::"act", resource)\nwhen { context.route == "access_evaluation" && resource.name == "balance" };';

  const withPolicies = async (change: (text: string) => string): Promise<void> => {
    const { body } = await world.management.call('GET', '/policy-sets/active');
    const drafted = await world.management.call('POST', '/policy-sets', { text: change(String(body['text'])) });
    const etag = { 'if-match': String(drafted.headers.get('etag')) };
    const path = `/policy-sets/${String(drafted.body['id'])}/activation`;
    const activated = await world.management.call('POST', path, {}, etag);
    if (activated.status !== 200) throw new Error(`${drafted.text} ${activated.text}`);
  };

  const tokenOf = async (identity: Identity, allowed: string): Promise<string> =>
    String((await world.want(identity, allowed, { scope: 'balance' })).body['access_token']);

  beforeAll(async () => {
    server = await runServer({
      environment: { BEHALF__APPROVALS__PERHOUR: '1000', BEHALF__APPROVALS__POLLINTERVALSECONDS: '1' },
    });
    world = await approvalsWorld(server);
    const { clientId, secret } = world.bank.credential;
    const settings = {
      issuer: server.issuer,
      resource: BANK,
      credential: { clientId, clientSecretFile: await fileWith('secret', secret) },
      tokens: { revocationFeed: true },
      upstream: { url: upstream.url },
      reports: true,
      routes: [
        { path: '/balance', methods: ['GET', 'POST'], scopes: ['balance'], authzen: true },
        {
          path: '/close',
          scopes: ['balance'],
          authzen: { action: 'close', resource: { type: 'resource_server', id: BANK } },
        },
        { path: '/events', scopes: ['balance'] },
      ],
      mcp: { path: '/mcp', tools: { balance: { scopes: ['balance'], authzen: true } } },
    };
    await world.management.call(
      'PATCH',
      `/resource-servers/${world.bank.id}`,
      { permissions: ['reports:write'] },
      {
        'if-match': String(
          (await world.management.call('GET', `/resource-servers/${world.bank.id}`)).headers.get('etag'),
        ),
      },
    );
    gateway = await runGateway({ ...settings, approvals: { waitSeconds: 30 } });
    atOnce = await runGateway({ ...settings, approvals: { waitSeconds: 0 } });
    forProxies = await runGateway({
      ...settings,
      mcp: undefined,
      decisions: { port: 0 },
      approvals: { waitSeconds: 0 },
    });
    agent = await world.newAgent('Cashier');
    token = await tokenOf(agent, await world.allow(agent));
  });
  afterAll(async () => {
    await gateway?.close();
    await atOnce?.close();
    await forProxies?.close();
    await server?.close();
  });

  const get = (target: string, by = gateway, own = token) => by.send({ target, headers: [bearer(own)] });
  const post = (body: string, by = gateway) =>
    by.send({ method: 'POST', target: '/balance', headers: [bearer(token), JSON_TYPE], body });

  test('passes what the server permits, and not what it denies', async () => {
    expect((await get('/balance')).status).toBe(200);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/balance']);
    const denied = await get('/close');
    expect(denied.status).toBe(403);
    expect(denied.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect(denialIn(denied.body).reason).toEqual(expect.any(String));
    expect(upstream.requests).toHaveLength(1);
    const decisions = await server.events('decision.made');
    expect(decisions.slice(-2).map(({ outcome }) => outcome)).toEqual(['granted', 'refused']);
  });

  describe('where a call needs an approval', () => {
    beforeAll(() => withPolicies((text) => `${text}\n${AT_THE_CALL}`));
    const openApproval = async () => {
      await until(async () => (await world.open(agent)).length > 0, { what: 'an approval' });
      const [approval] = await world.open(agent);
      if (!approval) throw new Error('no approval');
      return approval;
    };

    test('waits for people, and passes the same bytes once', async () => {
      const asked = post('{"a": 1}');
      const approval = await openApproval();
      expect(upstream.requests).toEqual([]);
      await world.approve(approval);
      const answer = await asked;
      expect([answer.status, upstream.requests.map(({ body }) => body)]).toEqual([200, ['{"a": 1}']]);
      expect((await server.events('approval.used')).at(-1)?.outcome).toBe('done');
    });

    test('answers at once that an approval is required; the same request passes after it, once, and no other does', async () => {
      const first = await post('{"a":2}', atOnce);
      expect([first.status, denialIn(first.body).reason]).toEqual([403, 'approval_required']);
      const [remedy] = denialIn(first.body).remedies ?? [];
      expect(remedy).toMatchObject({ kind: 'wait', url: `${server.issuer}/account/approvals` });
      const approval = await openApproval();
      const repeated = await post('{"a":2}', atOnce);
      expect(denialIn(repeated.body).reason).toBe('approval_required');
      expect(await world.open(agent)).toHaveLength(1);
      await world.approve(approval);
      // Other bytes are another action: people are asked about them anew.
      expect((await post('{"a":3}', atOnce)).status).toBe(403);
      await until(async () => (await post('{"a":2}', atOnce)).status === 200);
      expect(upstream.requests.map(({ body }) => body)).toEqual(['{"a":2}']);
      const again = await post('{"a":2}', atOnce);
      expect([again.status, denialIn(again.body).reason]).toEqual([403, 'approval_required']);
      for (const open of await world.open(agent)) await world.deny(open);
    });

    test('a denial of people is one for the request', async () => {
      const asked = post('{"a":4}');
      await world.deny(await openApproval());
      const answer = await asked;
      expect([answer.status, denialIn(answer.body).reason]).toEqual([403, 'approval_denied']);
      expect(upstream.requests).toEqual([]);
    });

    test('a proxy that only asks gets the denial, and no person is asked: the gateway does not see the content', async () => {
      for (const method of ['POST', 'GET']) {
        const answer = await rawRequest(Number(forProxies.decisionPort), {
          target: '/decision',
          headers: [bearer(token), ['X-Original-Method', method], ['X-Original-URI', '/balance']],
        });
        expect([method, answer.status, denialIn(answer.body)]).toEqual([
          method,
          403,
          expect.objectContaining({ reason: 'approval_required' }),
        ]);
      }
      expect(await world.open(agent)).toEqual([]);
    });

    test('a call of a tool gets the page in an error of MCP (URL elicitation), and passes with another id after it, once', async () => {
      const call = (id: number, params: object = {}) =>
        atOnce.send({
          method: 'POST',
          target: '/mcp',
          headers: [bearer(token), JSON_TYPE],
          body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'balance', ...params } }),
        });
      const answer = await call(7);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        id: 7,
        error: {
          code: -32042,
          data: {
            denial: { reason: 'approval_required' },
            elicitations: [{ mode: 'url', url: `${server.issuer}/account/approvals` }],
          },
        },
      });
      await world.approve(await openApproval());
      // Other arguments, or input that the server asked for, are another action.
      for (const other of [
        { arguments: { of: 'bob' } },
        { inputResponses: { a: { action: 'accept' } } },
        { inputResponses: ['a'] },
        { _meta: 'a' },
      ]) {
        expect(JSON.parse((await call(8, other)).body).error.code).toBe(-32042);
      }
      const page = { 'behalf-page': { action: 'accept' } };
      const more = { inputResponses: page, _meta: { progressToken: 9 } };
      await until(async () => (await call(9, more)).body === 'ok');
      expect(upstream.requests.map(({ body }) => JSON.parse(body).id)).toEqual([9]);
      expect(JSON.parse((await call(10)).body).error.code).toBe(-32042);
      // A person who denies three requests is asked no more.
      for (const open of await world.open(agent)) await world.approve(open);
    });

    test('a client of revision 2026-07-28 that opens pages is asked for it in a result', async () => {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } },
      };
      const answer = await atOnce.send({
        method: 'POST',
        target: '/mcp',
        headers: [bearer(token), JSON_TYPE],
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'balance', _meta } }),
      });
      expect(JSON.parse(answer.body)).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {
          resultType: 'input_required',
          inputRequests: {
            'behalf-page': {
              method: 'elicitation/create',
              params: { mode: 'url', url: `${server.issuer}/account/approvals`, message: expect.any(String) },
            },
          },
        },
      });
      for (const open of await world.open(agent)) await world.approve(open);
    });

    test.each([
      ['no object for its metadata', '"_meta":"b"', 200, -32042],
      [
        'capabilities that two parsers could read differently',
        '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{},"Elicitation":{}}}',
        200,
        -32042,
      ],
      ['a lone surrogate', '"arguments":{"of":"\\ud800"}', 400, -32001],
      ['content as deep as may be', `"arguments":{"of":${'['.repeat(61)}1${']'.repeat(61)}}`, 200, -32042],
    ])('a call with %s gets a refusal', async (_name, member, status, code) => {
      const answer = await atOnce.send({
        method: 'POST',
        target: '/mcp',
        headers: [bearer(token), JSON_TYPE],
        body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"balance",${member}}}`,
      });
      expect([answer.status, JSON.parse(answer.body).error?.code]).toEqual([status, code]);
      expect(upstream.requests).toEqual([]);
      for (const open of await world.open(agent)) await world.approve(open);
    });

    afterAll(() => withPolicies((text) => text.replace(AT_THE_CALL, '')));
  });

  test('reports what was done, and what was refused', async () => {
    await get('/balance');
    await get('/close');
    const states = async () =>
      (await server.events('report.stated')).map((event) => JSON.stringify(event)).filter((text) => text.includes('/'));
    await until(async () => {
      const all = (await states()).join('\n');
      return all.includes('"/balance"') && all.includes('"/close"');
    });
  });

  test('a token that is revoked is refused, and its open stream ends (revocation feed)', async () => {
    const identity = await world.newAgent('Streaming');
    const own = await tokenOf(identity, await world.allow(identity));
    upstream.state.answer = (_request, socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n',
      );
    };
    const answer = await fetch(`${gateway.url}/events`, { headers: { authorization: `Bearer ${own}` } });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('one');
    await world.calls.revoke(world.keyed(identity), own);
    await expect(reader.read()).rejects.toThrow();
    expect((await get('/events', gateway, own)).status).toBe(401);
    await until(() => gateway.log.some(({ reason }) => reason === 'token_ended'));
  });

  test('with the server gone, nothing passes that it would have to permit', async () => {
    const gone = await runGateway({
      issuer: 'http://127.0.0.1:9',
      resource: BANK,
      credential: { clientId: 'rs_1', clientSecretFile: join(folder, 'secret') },
      upstream: { url: upstream.url },
      routes: [{ path: '/balance', authzen: true, scopes: ['balance'] }],
    });
    const answer = await get('/balance', gone);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([503, 'temporarily_unavailable']);
    expect(upstream.requests).toEqual([]);
    await gone.close();
  });

  // Last: it ends the server.
  test('with the server killed, a known token is not enough where the server decides', async () => {
    await server.close();
    const answer = await get('/balance');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(upstream.requests).toEqual([]);
  });
});

test('without a connection to the server, an ended token is refused by its status list', async () => {
  const server = await runServer();
  const { calls, keyed, agent, jwt, management } = await makeScene(server);
  const path = `/resource-servers/${jwt.id}`;
  const etag = String((await management.call('GET', path)).headers.get('etag'));
  await management.call('PATCH', path, { status_list: true }, { 'if-match': etag });
  const gateway = await runGateway({
    issuer: server.issuer,
    resource: jwt.identifier,
    tokens: { statusList: true },
    upstream: { url: upstream.url },
    routes: [{ path: '/files', scopes: ['read'] }],
  });
  const newToken = async (): Promise<string> => {
    const wanted = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
    return String((await calls.token(keyed(agent), wanted)).body['access_token']);
  };
  try {
    const [ended, live] = [await newToken(), await newToken()];
    await calls.revoke(keyed(agent), ended);
    await until(async () => (await statusOf(ended)) === 1);
    const refused = await gateway.send({ target: '/files', headers: [bearer(ended)] });
    expect([refused.status, denialIn(refused.body).reason]).toEqual([401, 'token_ended']);
    expect((await gateway.send({ target: '/files', headers: [bearer(live)] })).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  } finally {
    await gateway.close();
    await server.close();
  }
});

describe('an upstream with an audience of its own', () => {
  let server: RunningServer;
  let world: CallingWorld;
  let gateway: RunningGateway;
  let agent: Identity;

  beforeAll(async () => {
    server = await runServer();
    world = await callingWorld(server);
    agent = await world.newAgent();
    const jwk = { ...(await exportJWK(agent.key.privateKey)), alg: agent.key.alg, kid: agent.key.kid };
    gateway = await runGateway({
      issuer: server.issuer,
      resource: world.mcp.identifier,
      upstream: { url: upstream.url, token: 'exchange' },
      exchange: {
        clientId: agent.clientId,
        privateKeyFile: await fileWith('agent.jwk', JSON.stringify(jwk)),
        resource: world.api.identifier,
        scopes: ['read'],
      },
      routes: [{ path: '/files', scopes: ['read'] }],
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await server?.close();
  });

  const introspected = async (token: string): Promise<Record<string, unknown>> => {
    const { clientId, secret } = world.api.credential;
    const answer = await fetch(`${server.issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: basic(clientId, secret) },
      body: new URLSearchParams({ token }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };

  test('gets a token for it on behalf of the person, after their consent (RFC 8693)', async () => {
    const own = await world.signIn(await world.newApp('Desk'));
    const get = () => gateway.send({ target: '/files', headers: [bearer(own)] });
    const refused = await get();
    expect(refused.status).toBe(403);
    const { reason, remedies = [] } = denialIn(refused.body);
    expect(reason).toBe('consent_missing');
    const page = remedies.find(({ kind }) => kind === 'consent');
    expect(String(page?.['url'])).toContain(server.issuer);
    expect(upstream.requests).toEqual([]);
    const shown = await world.openPage({ body: { denial: { remedies: [page] } } } as never);
    await world.decide(shown, 'allow');

    expect((await get()).status).toBe(200);
    const [given = ''] = upstream.values('authorization');
    expect(given).not.toContain(own);
    expect(await introspected(given.slice('Bearer '.length))).toMatchObject({
      active: true,
      aud: world.api.identifier,
      sub: expect.stringMatching(/^acc_/),
      scope: 'read',
      act: { sub: agent.clientId },
    });
  });

  test('equal requests share one exchange, and a 401 of the upstream ends the token', async () => {
    const own = await world.signIn(await world.newApp('Shared'));
    const headers = [bearer(own)];
    const refused = await gateway.send({ target: '/files', headers });
    const page = denialIn(refused.body).remedies?.find(({ kind }) => kind === 'consent');
    if (page) await world.decide(await world.openPage({ body: { denial: { remedies: [page] } } } as never), 'allow');
    const before = (await server.events('token.issued')).length;
    await Promise.all(Array.from({ length: 8 }, () => gateway.send({ target: '/files', headers })));
    expect(
      new Set(upstream.requests.map((one) => one.headers.find(([name]) => name === 'authorization')?.[1])).size,
    ).toBe(1);
    upstream.state.answer = 'HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n';
    expect((await gateway.send({ target: '/files', headers })).status).toBe(401);
    upstream.reset();
    await gateway.send({ target: '/files', headers });
    const tokens = upstream.requests.map((one) => one.headers.find(([name]) => name === 'authorization')?.[1]);
    expect(tokens).toHaveLength(1);
    expect((await server.events('token.issued')).length - before).toBeLessThanOrEqual(2);
  });
});
