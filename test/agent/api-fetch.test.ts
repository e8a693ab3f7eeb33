/** `agent.fetch` at an API that the package for APIs protects, with tokens of a running server; and hostile challenges. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import type { Agent, Options } from '../../packages/agent/src/agent.ts';
import { challengesIn } from '../../packages/agent/src/challenges.ts';
import { protect } from '../../packages/resource-server/src/fetch.ts';
import {
  type Options as ApiOptions,
  type Requirement,
  resourceServer,
} from '../../packages/resource-server/src/resource-server.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { advance } from '../support/stopped-clock.ts';
import { type BehalfWorld, behalfWorld } from './behalf-world.ts';

let own: BehalfWorld;
beforeAll(async () => {
  own = await behalfWorld();
});
afterAll(() => own?.close());

type Seen = { readonly method: string; readonly authorization: string | null; readonly body: string };

/** The API with this identifier, which answers who calls; and a `fetch` that reaches it. */
const api = (resource: string, requirement: Requirement, more: Partial<ApiOptions> = {}) => {
  const seen: Seen[] = [];
  const guard = resourceServer({ issuer: own.server.issuer, resource, ...more });
  const handle = protect(
    guard,
    async (request, { subject, actor, scopes }) =>
      Response.json({ subject, actor, scopes, body: await request.text() }),
    requirement,
  );
  const { origin } = new URL(resource);
  const reach: NonNullable<Options['fetch']> = async (url, init) => {
    if (new URL(url).origin !== origin) return fetch(url, init);
    const request = new Request(url, init);
    const body = await request.clone().text();
    seen.push({ method: request.method, authorization: request.headers.get('authorization'), body });
    return handle(request);
  };
  return { seen, reach };
};

/** An agent with authority of its own at the calendar. */
const registered = async (): Promise<Identity> => {
  const key = await newKeyPair();
  const { jwt } = own.world;
  const made = await own.world.management.createAgent({
    ...{ name: 'Caller', owner: own.world.accountId, purpose: 'Calls', environment: 'test' },
    ...{ jwks: { keys: [key.publicJwk] }, grant_types: ['client_credentials'] },
    authority: { [jwt.identifier]: ['read', 'write'] },
  });
  return { clientId: made.id, key };
};

const ownAgent = async (reach: NonNullable<Options['fetch']>, more: Partial<Options> = {}): Promise<Agent> =>
  own.agentOf(await registered(), { fetch: reach, ...more });

describe('a request to an API', () => {
  test('finds the API and the scopes to ask for by the challenge, and the next one goes with the token (RFC 9728, RFC 6750 §3)', async () => {
    const { jwt } = own.world;
    const { seen, reach } = api(jwt.identifier, { scopes: ['read'] }, { scopes: ['read'] });
    const agent = await ownAgent(reach);
    for (const _ of [1, 2]) {
      const response = await agent.fetch(`${jwt.identifier}/notes`);
      expect([response.status, ((await response.json()) as { scopes: string[] }).scopes]).toEqual([200, ['read']]);
    }
    const sent = seen.filter(({ authorization }) => authorization !== null);
    expect([seen.length, sent.length, new Set(sent.map(({ authorization }) => authorization)).size]).toEqual([4, 2, 1]);
  });

  test('proves the DPoP key, with the nonce that the API asks for (RFC 9449 §9)', async () => {
    const { jwt } = own.world;
    const { reach } = api(jwt.identifier, { senderConstrained: true }, { dpop: { use: 'required', nonces: true } });
    const agent = await ownAgent(reach, { dpop: true });
    const request = { resource: jwt.identifier };
    const response = await agent.fetch(`${jwt.identifier}/notes?q=1`, {}, request);
    expect(response.status).toBe(200);
  });

  test('sends its body again after a refusal, and no credentials of the program', async () => {
    const { jwt } = own.world;
    const { seen, reach } = api(jwt.identifier, { scopes: ['read', 'write'] });
    const agent = await ownAgent(reach);
    const init = { method: 'POST', body: new URLSearchParams({ a: '1' }), headers: { Authorization: 'Bearer mine' } };
    const request = { resource: jwt.identifier, scopes: ['read'], moreScopes: ['write'] };
    const response = await agent.fetch(`${jwt.identifier}/notes`, init, request);
    expect(await response.json()).toMatchObject({ body: 'a=1', scopes: ['read', 'write'] });
    expect(seen.map(({ body }) => body)).toEqual(['a=1', 'a=1']);
    expect(seen.filter(({ authorization }) => authorization === 'Bearer mine')).toEqual([]);
  });

  test('sends a stream, and a form with files', async () => {
    const { jwt } = own.world;
    const { seen, reach } = api(jwt.identifier, { scopes: ['read'] });
    const agent = await ownAgent(reach);
    const request = { resource: jwt.identifier, scopes: ['read'] };
    const stream = new Blob(['from a stream']).stream();
    await agent.fetch(`${jwt.identifier}/notes`, { method: 'PUT', body: stream }, request);
    const form = new FormData();
    form.set('file', new Blob(['from a file']), 'note.txt');
    await agent.fetch(`${jwt.identifier}/notes`, { method: 'POST', body: form }, request);
    expect(seen.map(({ body }) => body)).toEqual(['from a stream', expect.stringContaining('from a file')]);
  });

  test('asks for no scope that the program did not allow: the refusal is its answer', async () => {
    const { jwt } = own.world;
    const { seen, reach } = api(jwt.identifier, { scopes: ['read', 'write'] });
    const agent = await ownAgent(reach);
    const response = await agent.fetch(`${jwt.identifier}/notes`, {}, { resource: jwt.identifier, scopes: ['read'] });
    expect([response.status, seen.length]).toEqual([403, 1]);
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  test('gets a new token for one that was revoked, once', async () => {
    const { jwt } = own.world;
    if (jwt.credential.kind !== 'basic') throw new Error('no secret');
    const { clientId, secret: clientSecret } = jwt.credential;
    const introspection = { clientId, clientSecret, tokens: 'every' } as const;
    const { seen, reach } = api(jwt.identifier, {}, { introspection });
    const identity = await registered();
    const agent = await own.agentOf(identity, { fetch: reach });
    const request = { resource: jwt.identifier };
    const token = await agent.ownToken(request);
    await own.world.calls.revoke(own.world.keyed(identity), token.accessToken);
    expect((await agent.fetch(`${jwt.identifier}/notes`, {}, request)).status).toBe(200);
    expect([seen.length, seen[0]?.authorization]).toEqual([2, `Bearer ${token.accessToken}`]);
  });

  test('on behalf of a person follows the step-up that the API asks for (RFC 9470 §3)', async () => {
    const identity: Identity = await own.world.newAgent('Stepping at the bank');
    const allowed = await own.world.allow(identity);
    const { reach, seen } = api(own.BANK, { scopes: ['balance'], maxAge: 60 });
    const asked: unknown[] = [];
    const agent = await own.agentOf(identity, {
      fetch: reach,
      hooks: {
        async onStepUp({ maxAge }) {
          asked.push(maxAge);
          own.world.useBrowser(newBrowser(own.server.issuer));
          const token = await own.world.allow(identity, undefined, { max_age: String(maxAge) });
          return { token, type: 'refresh_token' };
        },
      },
    });
    advance(120_000);
    const subject = { token: allowed, type: 'refresh_token' } as const;
    const response = await agent.fetch(`${own.BANK}/balance`, {}, { subject, resource: own.BANK, scopes: ['balance'] });
    expect([response.status, asked, seen.length]).toEqual([200, [60], 2]);
    expect(await response.json()).toMatchObject({ subject: own.world.accountId, actor: identity.clientId });
  });
});

test('a challenge that names scopes decides what the agent asks for, also later', async () => {
  const resource = 'https://scoped.example.com';
  const scopes: (string | null)[] = [];
  const challenge = `Bearer scope="notes.read", resource_metadata="${resource}/.well-known/oauth-protected-resource"`;
  const agent = await ownAgent(async (url, init) => {
    if (url.startsWith(`${resource}/.well-known/`))
      return Response.json({ resource, authorization_servers: [own.server.issuer] });
    if (url.startsWith(resource))
      return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
    if (url.endsWith('/token')) scopes.push(new URLSearchParams(String(init.body)).get('scope'));
    return fetch(url, init);
  });
  for (const _ of [1, 2]) {
    await expect(agent.fetch(`${resource}/notes`)).rejects.toMatchObject({ reason: 'refused' });
  }
  expect(scopes).toEqual(['notes.read', 'notes.read']);
});

test('is the fetch of a client of the MCP SDK, also for streams', async () => {
  const resource = own.world.jwt.identifier;
  const guard = resourceServer({ issuer: own.server.issuer, resource });
  const handler = createMcpHandler(() => {
    const notes = new McpServer({ name: 'notes', version: '1.0.0' });
    notes.registerTool('whose', { description: 'Says whose notes these are' }, async ({ http }) => ({
      content: [{ type: 'text' as const, text: String(http?.authInfo?.clientId) }],
    }));
    return notes;
  });
  const serve = protect(guard, (request, access) => handler.fetch(request, { authInfo: access }), { scopes: ['read'] });
  const identity = await registered();
  const agent = await own.agentOf(identity, {
    fetch: (url, init) => (url.startsWith(resource) ? serve(new Request(url, init)) : fetch(url, init)),
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${resource}/mcp`), { fetch: (url, init) => agent.fetch(url, init) }),
  );
  const { content } = await client.callTool({ name: 'whose' });
  await client.close();
  expect(content).toEqual([{ type: 'text', text: identity.clientId }]);
});

describe('a hostile API', () => {
  const URL_THERE = 'https://evil.example.com/mcp';
  const METADATA_THERE = 'https://evil.example.com/.well-known/oauth-protected-resource/mcp';
  const challenged = (metadata: string) => ({ 'www-authenticate': `Bearer resource_metadata="${metadata}"` });
  const outcomeAt = async (document: (url: string) => object, metadata = METADATA_THERE) => {
    const asked: string[] = [];
    const agent = await ownAgent(async (url, init) => {
      if (!url.startsWith('https://')) return fetch(url, init);
      asked.push(url);
      if (url === URL_THERE) return new Response(null, { status: 401, headers: challenged(metadata) });
      return Response.json(document(url));
    });
    return { outcome: await agent.fetch(URL_THERE).catch((error: unknown) => error), asked };
  };

  test.each<[string, () => object]>([
    ['of another API', () => ({ resource: own.world.jwt.identifier, authorization_servers: [own.server.issuer] })],
    ['of a path beside it', () => ({ resource: `${URL_THERE}-other`, authorization_servers: [own.server.issuer] })],
    ['that are none', () => ({})],
  ])('gets no token by metadata %s (RFC 9728 §3.3)', async (_what, document) => {
    const { outcome, asked } = await outcomeAt(document);
    expect(outcome).toMatchObject({ name: 'AgentStop', reason: 'unsafe_remedy' });
    expect(asked).toHaveLength(2);
  });

  test('gets no token by metadata at an address that is not well-known for that API (RFC 9728 §3.1)', async () => {
    const document = () => ({ resource: URL_THERE, authorization_servers: [own.server.issuer] });
    const { outcome, asked } = await outcomeAt(document, 'https://evil.example.com/uploads/mcp.json');
    expect(outcome).toMatchObject({ name: 'AgentStop', reason: 'unsafe_remedy' });
    expect(asked).toHaveLength(2);
  });

  test('is not asked for metadata at another origin', async () => {
    const { outcome, asked } = await outcomeAt(() => ({}), 'https://inside.example/meta');
    expect(outcome).toMatchObject({ reason: 'unsafe_remedy' });
    expect(asked).toEqual([URL_THERE]);
  });

  test('of another authorization server is a stop', async () => {
    const document = () => ({ resource: URL_THERE, authorization_servers: ['https://other.example'] });
    expect((await outcomeAt(document)).outcome).toMatchObject({ reason: 'other_server' });
  });

  test('that refuses each request is asked as often as there are kinds of challenges', async () => {
    let count = 0;
    const kinds = ['invalid_token', 'insufficient_scope', 'use_dpop_nonce', 'insufficient_user_authentication'];
    const { jwt } = own.world;
    const agent = await ownAgent(async (url, init) => {
      if (!url.startsWith('https://')) return fetch(url, init);
      count += 1;
      const error = kinds[count % kinds.length];
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': `Bearer error="${error}", scope="write"` },
      });
    });
    const request = { resource: jwt.identifier, scopes: ['read'], moreScopes: ['write'] };
    const response = await agent.fetch(`${jwt.identifier}/notes`, {}, request);
    expect(response.status).toBe(401);
    expect(count).toBeLessThanOrEqual(5);
  });

  test('over http elsewhere than on loopback is refused before a request', async () => {
    const agent = await ownAgent(() => Promise.reject(new Error('no request')));
    await expect(agent.fetch('http://notes.example.com/')).rejects.toMatchObject({ member: 'url' });
  });
});

describe('an API that is busy', () => {
  /** Answers in turn; how often it was asked, and with which token. */
  const busy = async (...answers: readonly Response[]) => {
    const seen: (string | null)[] = [];
    const agent = await ownAgent(async (url, init) => {
      if (!url.startsWith('https://')) return fetch(url, init);
      seen.push(new Headers(init.headers).get('authorization'));
      return answers[Math.min(seen.length, answers.length) - 1]?.clone() ?? Response.error();
    });
    const { identifier } = own.world.jwt;
    const send = (method: string) => agent.fetch(`${identifier}/notes`, { method }, { resource: identifier });
    return { seen, send };
  };
  const later = (layer?: string, status = 503) =>
    Response.json(layer ? { denial: { layer } } : {}, { status, headers: { 'retry-after': '7' } });

  test.each<[string, string, Response, number, number]>([
    ['a GET', 'GET', later(), 200, 2],
    ['a POST that was not let through', 'POST', later('resource_server'), 200, 2],
    ['a POST that may have had an effect', 'POST', later(), 503, 1],
    ['a POST beyond a limit', 'POST', later(undefined, 429), 200, 2],
    ['a GET without a time to wait', 'GET', new Response(null, { status: 503 }), 503, 1],
  ])('is asked again, or not: %s', async (_what, method, first, status, requests) => {
    const { seen, send } = await busy(first, new Response('done'));
    const before = Date.now();
    expect([(await send(method)).status, seen.length]).toEqual([status, requests]);
    expect(new Set(seen).size).toBe(1);
    expect(Date.now() - before >= 7000).toBe(requests > 1);
  });

  test('is waited for once', async () => {
    const { seen, send } = await busy(later());
    expect([(await send('GET')).status, seen.length]).toEqual([503, 2]);
  });
});

test('a step-up that does not help is asked for once', async () => {
  const identity = await own.world.newAgent('Twice');
  const allowed = await own.world.allow(identity);
  let asked = 0;
  const header = 'Bearer error="insufficient_user_authentication", max_age="1"';
  const agent = await own.agentOf(identity, {
    fetch: async (url, init) =>
      url.startsWith(own.BANK)
        ? new Response(null, { status: 401, headers: { 'www-authenticate': header } })
        : fetch(url, init),
    hooks: {
      onStepUp() {
        asked += 1;
        return { token: allowed, type: 'refresh_token' };
      },
    },
  });
  const subject = { token: allowed, type: 'refresh_token' } as const;
  const response = await agent.fetch(`${own.BANK}/balance`, {}, { subject, resource: own.BANK, scopes: ['balance'] });
  expect([response.status, asked]).toEqual([401, 1]);
});

describe('challenges (RFC 9110 §11.6.1)', () => {
  test.each<[string | null, unknown]>([
    [null, []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="a, b", error="x\\"y"', [['bearer', { realm: 'a, b', error: 'x"y' }]]],
    [
      'DPoP algs="ES256", Bearer error=invalid_token',
      [
        ['dpop', { algs: 'ES256' }],
        ['bearer', { error: 'invalid_token' }],
      ],
    ],
    ['Bearer error="a", error="b"', [['bearer', { error: 'a' }]]],
    ['Bearer error="open', [['bearer', {}]]],
    ['error="none"', []],
    ['Bearer __proto__="x"', [['bearer', expect.anything()]]],
  ])('%s', (header, expected) => {
    const read = challengesIn(header).map(({ scheme, parameters }) => [scheme, { ...parameters }]);
    expect(read).toEqual(expected);
  });
});
