/** The package reads Token Status Lists: what it accepts, what it refuses, and when it says that it cannot know. */
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import type { Options } from '../../packages/resource-server/src/options.ts';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { statusAt, statusListOf } from '../../packages/resource-server/src/status-list/status-list.ts';
import { runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { ask, seen } from './asking.ts';
import { type Claims, type Issuer, newPair, now, type Pair, RESOURCE, startIssuer } from './issuer.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const bytesWith = (ended: readonly number[], length = 16): Buffer => {
  const bytes = Buffer.alloc(length / 8);
  for (const index of ended) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
};

type Spoiled = { readonly claims?: Claims; readonly header?: Claims; readonly text?: string; readonly by?: Pair };

/** A list that a test writes, and an API that reads it. */
const newWorld = (options: Partial<Options> = {}) => {
  const time = { monotonic: 1000, wall: now() };
  const uri = `${issuer.url}/status-lists/one`;
  const state = {
    ended: [] as number[],
    status: 200,
    claims: {} as Claims,
    header: {} as Claims,
    by: issuer.key as Pair,
    /** Whether the server never answers. */
    hangs: false,
    /** Instead of a list. */
    text: undefined as string | undefined,
  };
  let fetches = 0;
  const list = async (): Promise<Response> => {
    fetches += 1;
    if (state.hangs) return new Promise(() => undefined);
    const claims = {
      iss: issuer.url,
      sub: uri,
      iat: time.wall,
      exp: time.wall + 30,
      ttl: 5,
      status_list: { bits: 1, lst: deflateSync(bytesWith(state.ended)).toString('base64url') },
      ...state.claims,
    };
    const token = await new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', typ: 'statuslist+jwt', kid: 'es-1', ...state.header })
      .sign(state.by.privateKey);
    return new Response(state.text ?? token, { status: state.status });
  };
  const server = resourceServer({
    issuer: issuer.url,
    resource: RESOURCE,
    statusList: true,
    clock: () => time.wall,
    monotonic: () => time.monotonic,
    fetch: (url, init) => (url === uri ? list() : fetch(url, init)),
    ...options,
  });
  return {
    state,
    uri,
    fetches: () => fetches,
    pass(seconds: number): void {
      time.monotonic += seconds;
      time.wall += seconds;
    },
    setBack(seconds: number): void {
      time.wall -= seconds;
    },
    async asked(claims: Claims = { status: { status_list: { idx: 3, uri } } }): Promise<string> {
      return seen(await ask(server, await issuer.token(claims)));
    },
  };
};

const ENDED = '401 invalid_token token_ended';
const UNKNOWN = '503 temporarily_unavailable server_unreachable';
const PAUSED = '503 temporarily_unavailable status_list_unusable';

describe('a token', () => {
  test('is accepted while its bit is 0, and refused when it is 1 (draft-ietf-oauth-status-list §8.3)', async () => {
    const world = newWorld();
    world.state.ended = [2, 4];
    expect(await world.asked()).toBe('granted');
    world.state.ended = [3];
    world.pass(5);
    expect(await world.asked()).toBe(ENDED);
    expect(world.fetches()).toBe(2);
  });

  test.each<[string, object, string]>([
    ['with an index beyond the list', { idx: 16 }, 'status_unknown'],
    ['with a negative index', { idx: -1 }, 'claim_malformed'],
    ['with an index that is no whole number', { idx: 1.5 }, 'claim_malformed'],
    ['with an index that is a text', { idx: '3' }, 'claim_malformed'],
    ['with a list at another origin', { uri: 'https://other.example.com/1' }, 'claim_malformed'],
    ['with a list that is no URL', { uri: 'x' }, 'claim_malformed'],
  ])('%s is refused', async (_title, changed, why) => {
    const world = newWorld();
    const status_list = { idx: 3, uri: world.uri, ...changed };
    expect(await world.asked({ status: { status_list } })).toBe(`401 invalid_token ${why}`);
  });

  test('without the claim is refused', async () => {
    const world = newWorld();
    expect(await world.asked({})).toBe('401 invalid_token status_missing');
    expect(await world.asked({ status: null })).toBe('401 invalid_token claim_malformed');
    expect(await world.asked({ status: {} })).toBe('401 invalid_token claim_malformed');
  });

  test('without the claim is introspected where that is set up', async () => {
    const world = newWorld({ introspection: { clientId: 'rs_1', clientSecret: 'secret' } });
    issuer.state.introspected = { active: true, ...issuer.claims() };
    expect(await world.asked({})).toBe('granted');
    issuer.state.introspected = { active: false };
    expect(await world.asked({})).toMatch(/^401 invalid_token/);
    expect(world.fetches()).toBe(0);
  });
});

describe('a list', () => {
  test('is fetched once for many tokens, and again after its ttl', async () => {
    const world = newWorld();
    await Promise.all(Array.from({ length: 10 }, () => world.asked()));
    expect(world.fetches()).toBe(1);
    world.pass(4.9);
    await world.asked();
    expect(world.fetches()).toBe(1);
    world.pass(0.2);
    await world.asked();
    expect(world.fetches()).toBe(2);
  });

  test('is used until its exp while no newer one can be fetched, and then no token is accepted', async () => {
    const world = newWorld();
    expect(await world.asked()).toBe('granted');
    world.state.status = 503;
    world.pass(29);
    expect(await world.asked()).toBe('granted');
    world.pass(1);
    expect(await world.asked()).toBe(UNKNOWN);
  });

  test('is used without the time limit of a fetch while the server does not answer', async () => {
    const world = newWorld({ timeout: 30 });
    expect(await world.asked()).toBe('granted');
    world.state.hangs = true;
    world.pass(5);
    const began = performance.now();
    expect(await world.asked()).toBe('granted');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('is fetched again when a fetch takes longer than its limit', async () => {
    const world = newWorld();
    expect(await world.asked()).toBe('granted');
    world.state.hangs = true;
    world.pass(5);
    expect(await world.asked()).toBe('granted');
    world.state.hangs = false;
    world.state.ended = [3];
    world.pass(6);
    expect(await world.asked()).toBe(ENDED);
  });

  test('of an earlier iat does not replace a later one that is valid: an ended token stays ended', async () => {
    const world = newWorld();
    world.state.ended = [3];
    expect(await world.asked()).toBe(ENDED);
    world.pass(5);
    world.state.ended = [];
    world.state.claims = { iat: now() - 15, exp: now() + 15 };
    expect(await world.asked()).toBe(ENDED);
    expect(world.fetches()).toBe(2);
  });

  test('is used no longer after the clock was set back', async () => {
    const world = newWorld();
    expect(await world.asked()).toBe('granted');
    world.state.status = 503;
    world.pass(30);
    world.setBack(25);
    expect(await world.asked()).toBe(UNKNOWN);
  });

  test('that cannot be fetched is not asked for again within a second', async () => {
    const world = newWorld();
    world.state.status = 404;
    expect(await world.asked()).toBe(UNKNOWN);
    for (let count = 0; count < 5; count += 1) expect(await world.asked()).toBe(PAUSED);
    expect(world.fetches()).toBe(1);
    world.state.status = 200;
    world.pass(1);
    expect(await world.asked()).toBe('granted');
  });

  test.each<[string, Spoiled | (() => Promise<Spoiled>)]>([
    ['of another URI', { claims: { sub: 'https://id.example.com/status-lists/two' } }],
    ['of another issuer', { claims: { iss: 'https://other.example.com' } }],
    ['that has expired', { claims: { iat: now() - 100, exp: now() - 60 } }],
    ['that expired a second ago', { claims: { iat: now() - 31, exp: now() - 1 } }],
    ['of a later time', { claims: { iat: now() + 60, exp: now() + 90 } }],
    ['without exp', { claims: { exp: undefined } }],
    ['without iat', { claims: { iat: undefined } }],
    ['with a ttl of 0', { claims: { ttl: 0 } }],
    ['of another type', { header: { typ: 'at+jwt' } }],
    ['without statuses', { claims: { status_list: undefined } }],
    ['of 3 bits', { claims: { status_list: { bits: 3, lst: 'eNpjAAAAAQAB' } } }],
    ['that is not compressed', { claims: { status_list: { bits: 1, lst: 'AAAA' } } }],
    ['that is no JWT', { text: 'a page' }],
    ['of a key that the issuer does not have', async () => ({ by: await newPair('ES256', 'es-1') })],
    [
      'that inflates beyond the bound',
      { claims: { status_list: { bits: 1, lst: deflateSync(Buffer.alloc(5 * 1024 * 1024)).toString('base64url') } } },
    ],
  ])('%s is no list: 503', async (_title, spoil) => {
    const world = newWorld();
    Object.assign(world.state, typeof spoil === 'function' ? await spoil() : spoil);
    expect(await world.asked()).toBe(PAUSED);
  });

  test('has the bits of the examples of the draft (§4.1)', async () => {
    const of = (bits: number, hex: string) =>
      statusListOf({ bits, lst: Buffer.from(hex, 'hex').toString('base64url') });
    const one = await of(1, '78dadbb918000217015d');
    expect(Array.from({ length: 17 }, (_, index) => statusAt(one, index))).toEqual([
      ...[1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1],
      undefined,
    ]);
    const two = await of(2, '78da3be9f2130003df0207');
    expect(Array.from({ length: 12 }, (_, index) => statusAt(two, index))).toEqual([
      1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3,
    ]);
  });
});

test.each<[Partial<Options>, string]>([
  [{ statusList: 'yes' as never }, 'statusList: give true or false'],
  [
    { revocationFeed: true, introspection: { clientId: 'rs_1', clientSecret: 'secret' } },
    'statusList: leave it out: the option revocationFeed hears of each end sooner',
  ],
])('the option %j is refused', (options, why) => {
  expect(() => newWorld(options)).toThrow(why);
});

test('an API learns of a revocation at this server, without a credential', async () => {
  const server = await runServer();
  try {
    const { calls, keyed, agent, jwt, management } = await makeScene(server);
    const path = `/resource-servers/${jwt.id}`;
    const etag = String((await management.call('GET', path)).headers.get('etag'));
    await management.call('PATCH', path, { status_list: true }, { 'if-match': etag });
    const time = { passed: 0 };
    const api = resourceServer({
      issuer: server.issuer,
      resource: jwt.identifier,
      statusList: true,
      monotonic: () => performance.now() / 1000 + time.passed,
    });
    const { body } = await calls.token(keyed(agent), {
      grant_type: 'client_credentials',
      resource: jwt.identifier,
      scope: 'read',
    });
    const token = String(body['access_token']);
    expect(seen(await ask(api, token))).toBe('granted');
    await calls.revoke(keyed(agent), token);
    await until(async () => {
      time.passed += 5;
      return seen(await ask(api, token)) === ENDED;
    });
  } finally {
    await server.close();
  }
});
