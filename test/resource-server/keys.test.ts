/** Keys of the issuer: when they are fetched, and what happens when they cannot be. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LogEntry, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { ask, handClock, headerOf, seen } from './asking.ts';
import { type Issuer, newPair, RESOURCE, startIssuer } from './issuer.ts';

const UNREACHABLE = '503 temporarily_unavailable server_unreachable';

let issuer: Issuer;
let clock: ReturnType<typeof handClock>;
let logged: LogEntry[];
const newServer = (more: object = {}) =>
  resourceServer({
    issuer: issuer.url,
    resource: RESOURCE,
    clock: clock.now,
    log: (entry) => logged.push(entry),
    ...more,
  });

beforeEach(async () => {
  issuer = await startIssuer();
  clock = handClock();
  logged = [];
});
afterEach(() => issuer.close());

test('fetches them once for many tokens, also for many at the same time', async () => {
  const server = newServer();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.token()));
  const decisions = await Promise.all(tokens.map((token) => ask(server, token)));
  expect(decisions.every(({ granted }) => granted)).toBe(true);
  expect([issuer.asked('/jwks'), issuer.asked('/.well-known/openid-configuration')]).toEqual([1, 1]);
});

test('fetches them again for an unknown key, at most once in 30 seconds', async () => {
  const server = newServer();
  await ask(server, await issuer.token());
  const next = await newPair('ES256', 'es-2');
  issuer.state.keys = [...issuer.state.keys, next.jwk];
  const byNext = await issuer.token({}, {}, next);
  expect(seen(await ask(server, byNext))).toBe('401 invalid_token key_unknown');
  clock.forward(30);
  expect(seen(await ask(server, byNext))).toBe('granted');
  const stranger = await newPair('ES256', 'stranger');
  for (let count = 0; count < 50; count += 1) {
    expect(seen(await ask(server, await issuer.token({}, {}, stranger)))).toBe('401 invalid_token key_unknown');
  }
  expect(issuer.asked('/jwks')).toBe(2);
});

test('no longer accepts a removed key, nor a cached token signed by it', async () => {
  const server = newServer();
  const token = await issuer.token({ exp: clock.now() + 3600 });
  expect(seen(await ask(server, token))).toBe('granted');
  issuer.state.keys = [issuer.rsa.jwk];
  clock.forward(299);
  expect(seen(await ask(server, token))).toBe('granted');
  clock.forward(1);
  expect(seen(await ask(server, token))).toBe('401 invalid_token key_unknown');
  // The keys are fresh again, and what was remembered under the former ones is forgotten.
  expect(seen(await ask(server, token))).toBe('401 invalid_token key_unknown');
});

test('does not cache a token whose key is removed while it is verified', async () => {
  for (let round = 0; round < 20; round += 1) {
    let keys = [issuer.key.jwk];
    const server = newServer({ jwksUri: `${issuer.url}/jwks`, fetch: async () => Response.json({ keys }) });
    const token = await issuer.token({ exp: clock.now() + 3600 });
    const stranger = await issuer.token({}, {}, await newPair('ES256', 'stranger'));
    await ask(server, await issuer.token());
    keys = [issuer.rsa.jwk];
    clock.forward(30);
    // The unknown key of the one has the keys fetched again.
    await Promise.all([ask(server, token), ask(server, stranger)]);
    expect(seen(await ask(server, token))).toBe('401 invalid_token key_unknown');
  }
});

describe('while the server is down', () => {
  test('without keys it answers 503 with Retry-After, and no challenge', async () => {
    issuer.state.isDown = true;
    const decision = await ask(newServer(), await issuer.token());
    expect(seen(decision)).toBe(UNREACHABLE);
    expect(headerOf(decision, 'retry-after')).toEqual(['5']);
    expect(headerOf(decision, 'www-authenticate')).toEqual([]);
    expect(logged).toEqual([
      expect.objectContaining({
        event: 'server_unreachable',
        reason: 'server_unreachable',
        detail: expect.stringContaining('status 500'),
      }),
    ]);
  });

  test('keys that were fetched are used on, for a day', async () => {
    const server = newServer();
    await ask(server, await issuer.token());
    issuer.state.isDown = true;
    clock.forward(3600);
    expect(seen(await ask(server, await issuer.token({ iat: clock.now(), exp: clock.now() + 60 })))).toBe('granted');
    clock.forward(24 * 3600);
    expect(seen(await ask(server, await issuer.token({ iat: clock.now(), exp: clock.now() + 60 })))).toBe(UNREACHABLE);
  });

  test('an unknown key is not called wrong', async () => {
    const server = newServer();
    await ask(server, await issuer.token());
    const next = await newPair('ES256', 'es-2');
    issuer.state.isDown = true;
    clock.forward(31);
    expect(seen(await ask(server, await issuer.token({}, {}, next)))).toBe(UNREACHABLE);
  });

  test('it is asked once a second at most, and used again once it answers', async () => {
    issuer.state.isDown = true;
    const server = newServer();
    const token = await issuer.token();
    for (let count = 0; count < 10; count += 1) expect(seen(await ask(server, token))).toBe(UNREACHABLE);
    expect(issuer.requests).toHaveLength(1);
    issuer.state.isDown = false;
    clock.forward(1);
    expect(seen(await ask(server, token))).toBe('granted');
  });

  test('a server that does not answer in time is down', async () => {
    const never = () =>
      new Promise<Response>((_, reject) => {
        reject(new DOMException('The operation timed out.', 'TimeoutError'));
      });
    const decision = await ask(newServer({ fetch: never }), await issuer.token());
    expect(seen(decision)).toBe(UNREACHABLE);
  });
});

describe('answers that are not used', () => {
  const answering = (path: string, answer: Response | object) => async (url: string, init: RequestInit) => {
    if (!url.endsWith(path)) return fetch(url, init);
    return answer instanceof Response ? answer : Response.json(answer);
  };

  test.each([
    ['metadata of another issuer', '/openid-configuration', { issuer: 'https://attacker.example' }, 'issuer_other'],
    ['a list in place of metadata', '/openid-configuration', [], 'server_unreachable'],
    ['keys at an http address', '/openid-configuration', 'http', 'endpoint_missing'],
    ['no keys', '/jwks', { keys: [] }, 'keys_unusable'],
    ['too many keys', '/jwks', { keys: Array.from({ length: 101 }, () => ({})) }, 'keys_unusable'],
    ['a document that is too large', '/jwks', { keys: [], note: 'x'.repeat(600_000) }, 'server_unreachable'],
  ])('%s', async (_, path, answer, reason) => {
    const body = answer === 'http' ? { issuer: issuer.url, jwks_uri: 'http://id.example.com/jwks' } : answer;
    const server = newServer({ fetch: answering(path, body as object) });
    expect(seen(await ask(server, await issuer.token()))).toBe(`503 temporarily_unavailable ${reason}`);
  });

  test('a redirect is not followed', async () => {
    const inits: RequestInit[] = [];
    const server = newServer({
      fetch: (url: string, init: RequestInit) => {
        inits.push(init);
        return fetch(url, init);
      },
    });
    await ask(server, await issuer.token());
    expect(inits.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
  });

  test.each([301, 302, 303, 307, 308])(
    'an answer with status %i is refused, even with keys in its content',
    async (status) => {
      const headers = { location: 'https://attacker.example/jwks', 'content-type': 'application/json' };
      const server = newServer({
        fetch: async (url: string, init: RequestInit) => {
          const answer = await fetch(url, init);
          return url.endsWith('/jwks') ? new Response(await answer.text(), { status, headers }) : answer;
        },
      });
      expect(seen(await ask(server, await issuer.token()))).toBe('503 temporarily_unavailable server_unreachable');
    },
  );
});

test('a token that expires is refused at once, also a remembered one; clocks may differ by five seconds', async () => {
  const server = newServer();
  const token = await issuer.token({ exp: clock.now() + 60 });
  expect(seen(await ask(server, token))).toBe('granted');
  clock.forward(64);
  expect(seen(await ask(server, token))).toBe('granted');
  clock.forward(1);
  expect(seen(await ask(server, token))).toBe('401 invalid_token token_expired');
});

test('what a handler is given cannot be changed for the next request', async () => {
  const server = newServer();
  const token = await issuer.token({ act: { sub: 'agt_1' } });
  const first = await ask(server, token);
  if (!first.granted) throw new Error('refused');
  expect(() => first.access.scopes.push('admin')).toThrow(TypeError);
  expect(() => Object.assign(first.access.claims['act'] as object, { sub: 'agt_2' })).toThrow(TypeError);
});

test('no log entry has a token', async () => {
  const server = newServer();
  const token = await issuer.token({ aud: 'https://other.example.com' });
  await ask(server, token);
  expect(logged).toHaveLength(1);
  expect(JSON.stringify(logged)).not.toContain(token.slice(-20));
});
