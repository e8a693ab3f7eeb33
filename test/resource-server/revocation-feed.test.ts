/** The package reads the revocation feed: when it accepts offline, when it asks, and when it says that it cannot know. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Options } from '../../packages/resource-server/src/options.ts';
import { type ResourceServer, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { endSet } from '../../packages/resource-server/src/revocation-feed/end-set.ts';
import { digestOf } from '../support/revocation-reader.ts';
import { runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { type Issuer, now, RESOURCE, startIssuer } from './issuer.ts';

const KEY = Buffer.alloc(32, 3).toString('base64url');
const SETTLE = 30;
const SCOPES = { scopes: ['notes.read'] };

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const introspections = (): number => issuer.asked('/token/introspection');

/** A feed that a test writes, and an API that reads it. */
const newWorld = (options: Partial<Options> = {}) => {
  const time = { monotonic: 1000, wall: now() };
  const requests: { readonly cursor: string | undefined; readonly authorization: string | undefined }[] = [];
  let out: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isRefusing = false;
  const refused: AbortSignal[] = [];
  let count = 0;
  const headersOf = (init: RequestInit): Record<string, string> => init.headers as Record<string, string>;
  const feed = (init: RequestInit): Response => {
    const { authorization, 'last-event-id': cursor } = headersOf(init);
    requests.push({ cursor, authorization });
    if (isRefusing && init.signal) refused.push(init.signal);
    if (isRefusing) return new Response('Too many streams are open here. Try again later.', { status: 503 });
    return new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          out = controller;
          init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
        },
      }),
    );
  };
  const server: ResourceServer = resourceServer({
    issuer: issuer.url,
    resource: RESOURCE,
    introspection: { clientId: 'rs_1', clientSecret: 'secret' },
    revocationFeed: true,
    clock: () => time.wall,
    monotonic: () => time.monotonic,
    fetch: async (url, init) => {
      if (url.endsWith('/access/v1/revocations')) return feed(init);
      if (!url.endsWith('/.well-known/authzen-configuration')) return fetch(url, init);
      return Response.json({
        policy_decision_point: issuer.url,
        revocation_feed_endpoint: `${issuer.url}/access/v1/revocations`,
      });
    },
    ...options,
  });
  const connected = (number = requests.length): Promise<void> =>
    until(() => requests.length > number || out !== undefined);

  const send = async (message: Record<string, unknown>): Promise<void> => {
    count += 1;
    const text = JSON.stringify({ cursor: `c${count}`, as_of: 0, time: time.wall * 1000, ...message });
    out?.enqueue(new TextEncoder().encode(`id: c${count}\ndata: ${text}\n\n`));
    // One turn of the event loop for each step of the reader.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const start = (more: Record<string, unknown> = {}) => ({
    digest_key: KEY,
    resumed: false,
    settle_seconds: SETTLE,
    retain_seconds: 3660,
    risks: { 'notes.read': 'low', 'notes.write': 'medium', 'notes.delete': 'critical' },
    ...more,
  });
  /** Status of a request, and whether the server was asked. */
  const use = async (token: string, requirement: object = SCOPES) => {
    const before = introspections();
    const headers = [['authorization', `Bearer ${token}`]] as const;
    const decision = await server.check({ method: 'GET', target: '/api/notes', headers }, requirement);
    const status = decision.granted ? 200 : decision.answer.status;
    return [status, introspections() > before ? 'asked' : 'offline'] as const;
  };
  return {
    server,
    time,
    requests,
    send,
    start,
    use,
    refused,
    /** From now on the server answers 503 in place of a feed. */
    refuse(): void {
      isRefusing = true;
    },
    endConnection: () => {
      const ended = out;
      out = undefined;
      ended?.close();
    },
    /** Everything has settled: no end names a token of now. */
    async settled(token: string): Promise<void> {
      await use(token);
      await connected();
      await send({ start: start(), all: true });
      time.monotonic += SETTLE + 1;
      await send({ as_of: (SETTLE + 1) * 1000 });
      await use(token);
    },
    ends: (...ids: string[]) => ids.map((id) => digestOf(KEY, id)),
    pass(seconds: number): void {
      time.monotonic += seconds;
      time.wall += seconds;
    },
  };
};

type World = ReturnType<typeof newWorld>;
const worlds: World[] = [];
const world = (options?: Partial<Options>): World => {
  const made = newWorld(options);
  worlds.push(made);
  return made;
};
const activeToken = async (changes: Record<string, unknown> = {}): Promise<string> => {
  const claims = issuer.claims(changes);
  issuer.state.introspected = { active: true, ...claims };
  return issuer.token(claims);
};
beforeEach(() => {
  issuer.state.isDown = false;
});
afterEach(() => {
  for (const { server } of worlds.splice(0)) server.close();
});

describe('a JWT', () => {
  test('is introspected until the feed is heard, and 503 if that fails: never accepted', async () => {
    const { use } = world();
    const token = await activeToken();
    expect(await use(token)).toEqual([200, 'asked']);
    issuer.state.isDown = true;
    expect(await use(token)).toEqual([503, 'asked']);
  });

  test('is accepted offline once it is known that no end names it', async () => {
    const { use, settled } = world();
    const token = await activeToken();
    await settled(token);
    expect(await use(token)).toEqual([200, 'offline']);
  });

  test.each<[string, (claims: Record<string, unknown>) => string]>([
    ['jti', ({ jti }) => `token:${jti}`],
    ['grant', () => 'grant:grt_1'],
    ['delegation', () => 'delegation:dlg_1'],
    ['client', () => 'party:agt_planner'],
    ['earlier actor', () => 'party:agt_secretary'],
    ['person', () => 'subject:acc_ada'],
    ['instance', () => 'instance:ins_1'],
    ['approval', () => 'approval:apv_1'],
    ['account link', () => 'account_link:lnk_1'],
    ['key', () => 'key:es-1'],
  ])('whose %s is named is introspected, and refused if it has ended', async (_, idOf) => {
    const { use, settled, send, ends } = world();
    const more = {
      jti: crypto.randomUUID(),
      grant_id: 'grt_1',
      delegation: 'dlg_1',
      instance: 'ins_1',
      account_link: 'lnk_1',
      act: { sub: 'agt_planner', act: { sub: 'agt_secretary' } },
      approval: { id: 'apv_1', digest: 'x' },
    };
    const token = await activeToken(more);
    // A token of an approval is not used here: only whether it is asked about counts.
    await settled(token);
    const before = introspections();
    await send({ ends: ends('token:another', idOf(more)), as_of: 31_000 });
    issuer.state.introspected = { active: false };
    const [status] = await use(token);
    expect([status, introspections() - before]).toEqual([401, 1]);
  });

  test('that another end names stays offline', async () => {
    const { use, settled, send, ends } = world();
    const token = await activeToken();
    await settled(token);
    await send({ ends: ends('token:another', 'subject:acc_bob', 'party:agt_other'), as_of: 31_000 });
    expect(await use(token)).toEqual([200, 'offline']);
  });

  test('that is named and still active is introspected until its change must have come, then offline again', async () => {
    const { use, settled, send, ends, pass } = world();
    const token = await activeToken();
    await settled(token);
    await send({ ends: ends('subject:acc_ada'), as_of: 31_000 });
    expect(await use(token)).toEqual([200, 'asked']);
    pass(SETTLE - 5);
    await send({ as_of: 56_000 });
    expect(await use(token)).toEqual([200, 'asked']);
    pass(7);
    await send({ as_of: 63_000 });
    expect(await use(token)).toEqual([200, 'asked']);
    expect(await use(token)).toEqual([200, 'offline']);
  });

  test('that was issued well after an end is not asked about', async () => {
    const { use, settled, send, ends, pass, time } = world();
    await settled(await activeToken());
    const ended = time.wall;
    await send({ ends: ends('subject:acc_ada'), as_of: 31_000 });
    pass(60);
    await send({ as_of: 91_000 });
    expect(await use(await activeToken({ iat: ended + SETTLE + 6 }))).toEqual([200, 'offline']);
    expect(await use(await activeToken({ iat: ended + SETTLE + 5 }))).toEqual([200, 'asked']);
  });
});

describe('without news', () => {
  test.each([
    ['notes.delete', 2],
    ['notes.write', 10],
    ['notes.read', 30],
    ['unknown', 2],
  ])('a token is introspected for %s after %d seconds, or 503', async (scope, seconds) => {
    const { use, settled, pass } = world();
    const token = await activeToken({ scope: 'notes.read notes.write notes.delete unknown' });
    await settled(token);
    pass(seconds);
    expect(await use(token, { scopes: [scope] })).toEqual([200, 'offline']);
    pass(0.1);
    expect(await use(token, { scopes: [scope] })).toEqual([200, 'asked']);
    issuer.state.isDown = true;
    expect(await use(token, { scopes: [scope] })).toEqual([503, 'asked']);
  });

  test('a clock that is set back does not hide it', async () => {
    const { use, settled, time } = world();
    const token = await activeToken({ iat: now() - 100 });
    await settled(token);
    time.monotonic += 31;
    time.wall -= 60;
    expect(await use(token)).toEqual([200, 'asked']);
    issuer.state.isDown = true;
    expect((await use(token))[0]).toBe(503);
  });

  test('messages that were delayed on the way do not count as news', async () => {
    const { use, settled, send, pass } = world();
    const token = await activeToken();
    await settled(token);
    pass(40);
    await send({ as_of: 31_500 });
    expect(await use(token)).toEqual([200, 'asked']);
    await send({ as_of: 71_000 });
    expect(await use(token)).toEqual([200, 'offline']);
  });
});

describe('the reader', () => {
  test('closes the connection of an answer that is not a feed', async () => {
    const { use, refuse, refused } = world();
    refuse();
    await use(await activeToken());
    await until(() => refused[0]?.aborted === true);
  });

  test('authenticates, connects again after an end, and resumes with its last cursor', async () => {
    const { use, settled, requests, endConnection, send, start, ends } = world();
    const token = await activeToken();
    await settled(token);
    endConnection();
    await until(() => requests.length === 2);
    expect(requests.map(({ cursor }) => cursor)).toEqual([undefined, 'c2']);
    expect(requests[0]?.authorization).toBe(`Basic ${btoa('rs_1:secret')}`);
    await send({ start: start({ resumed: true }), ends: ends('token:another') });
    expect(await use(token)).toEqual([200, 'offline']);
  });

  test('asks about all earlier tokens, if it could not resume', async () => {
    const { use, settled, requests, endConnection, send, start } = world();
    const token = await activeToken();
    await settled(token);
    endConnection();
    await until(() => requests.length === 2);
    await send({ start: start(), all: true });
    expect(await use(token)).toEqual([200, 'asked']);
  });

  test('starts anew after a message that it does not understand, which may hold an end', async () => {
    const { settled, requests, send } = world();
    await settled(await activeToken());
    await send({ ends: ['short'] });
    await until(() => requests.length === 2);
    expect(requests[1]?.cursor).toBeUndefined();
  });

  test('asks about all tokens when more ends come than it may remember', async () => {
    const { use, settled, send, ends } = world({ revocationFeed: { mostEnds: 1000 } });
    const token = await activeToken();
    await settled(token);
    const many = Array.from({ length: 1000 }, (_, at) => `token:${at}`);
    await send({ ends: ends(...many), as_of: 31_000 });
    expect(await use(token)).toEqual([200, 'offline']);
    await send({ ends: ends('token:one more'), as_of: 31_000 });
    expect(await use(token)).toEqual([200, 'asked']);
  });

  test('stops when it is closed, and every token is introspected from then on', async () => {
    const { use, settled, server, requests } = world();
    const token = await activeToken();
    await settled(token);
    server.close();
    expect(await use(token)).toEqual([200, 'asked']);
    expect(requests).toHaveLength(1);
  });

  test('that is closed a second time stays closed, and calls back no watch again', async () => {
    const { settled, server, requests } = world();
    const token = await activeToken();
    await settled(token);
    const access = await server.verifyBearer(token, SCOPES);
    const reasons: string[] = [];
    server.watch(access, SCOPES, ({ facts }) => void reasons.push(facts.reason));
    await server.close();
    await Promise.all([server.close(), server.close()]);
    expect([reasons, requests.length]).toEqual([['feed_closed'], 1]);
  });
});

describe('an open stream', () => {
  const watched = async (of: World) => {
    const token = await activeToken();
    await of.settled(token);
    const access = await of.server.verifyBearer(token, SCOPES);
    const reasons: string[] = [];
    of.server.watch(access, SCOPES, ({ facts }) => void reasons.push(facts.reason));
    return { reasons };
  };

  test('is closed when its token has ended', async () => {
    const one = world();
    const { reasons } = await watched(one);
    await one.send({ ends: one.ends('token:another'), as_of: 31_000 });
    expect(reasons).toEqual([]);
    issuer.state.introspected = { active: false };
    await one.send({ ends: one.ends('subject:acc_ada'), as_of: 31_000 });
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['token_inactive']);
  });

  test('is closed when that cannot be known any more', async () => {
    const one = world();
    const { reasons } = await watched(one);
    issuer.state.isDown = true;
    one.pass(31);
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['server_unreachable']);
  });

  test('is closed when the reader is closed, and when it is opened after that', async () => {
    const one = world();
    const { reasons } = await watched(one);
    const access = await one.server.verifyBearer(await activeToken(), SCOPES);
    one.server.close();
    one.server.watch(access, SCOPES, ({ facts }) => void reasons.push(facts.reason));
    await until(() => reasons.length === 2);
    expect(reasons).toEqual(['feed_closed', 'feed_closed']);
  });

  test('is closed when its token has expired', async () => {
    const one = world();
    const { reasons } = await watched(one);
    one.time.wall += 301;
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['token_expired']);
  });
});

test('remembers 1,000,000 ends in at most 64 MiB, and each of them', () => {
  const set = endSet(1_000_000);
  const digest = new Uint8Array(8);
  const view = new DataView(digest.buffer);
  const at = (number: number): Uint8Array => {
    view.setUint32(0, number);
    view.setUint32(4, Math.imul(number, 2_654_435_761));
    return digest;
  };
  for (let number = 0; number < 1_000_000; number += 1) set.add(at(number), { heardAt: number / 1000, time: 1 });
  expect([set.size, set.bytes <= 64 * 1024 * 1024]).toEqual([1_000_000, true]);
  expect(set.add(at(1_000_000), { heardAt: 1, time: 1 })).toBe(false);
  let missing = 0;
  for (let number = 0; number < 1_000_000; number += 1) if (!set.get(at(number))) missing += 1;
  expect([missing, set.get(at(1_000_000))]).toEqual([0, undefined]);
  set.forget(500);
  expect([set.size, set.get(at(499_000)), set.get(at(500_001))?.heardAt]).toEqual([500_999, undefined, 501]);
});

test.each<[string, Options['revocationFeed'], Options['introspection']]>([
  ['revocationFeed', true, undefined],
  ['revocationFeed.mostEnds', { mostEnds: 1 }, { clientId: 'rs_1', clientSecret: 'x' }],
  ['revocationFeed.maxStaleness.low', { maxStaleness: { low: 0 } }, { clientId: 'rs_1', clientSecret: 'x' }],
  ['revocationFeed.stale', { stale: 1 } as never, { clientId: 'rs_1', clientSecret: 'x' }],
])('refuses options and names %s', (member, revocationFeed, introspection) => {
  const options = { issuer: issuer.url, resource: RESOURCE, ...(introspection ? { introspection } : {}) };
  expect(() => resourceServer({ ...options, ...(revocationFeed === undefined ? {} : { revocationFeed }) })).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', member }),
  );
});

test('over a real server: a token that its client revokes is refused at once, and is offline again after a false hit', async () => {
  const server = await runServer();
  const scene = await makeScene(server);
  const { credential } = scene.jwt;
  if (credential.kind !== 'basic') throw new TypeError('a secret is needed');
  const api = resourceServer({
    issuer: server.issuer,
    resource: scene.jwt.identifier,
    introspection: { clientId: credential.clientId, clientSecret: credential.secret },
    revocationFeed: true,
  });
  try {
    const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
    const answer = await scene.calls.token(scene.keyed(scene.agent), asked);
    const token = String(answer.body['access_token']);
    const access = await api.verifyBearer(token, { scopes: ['read'] });
    const reasons: string[] = [];
    api.watch(access, { scopes: ['read'] }, ({ facts }) => void reasons.push(facts.reason));
    await scene.calls.revoke(scene.keyed(scene.agent), token);
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['token_inactive']);
    await expect(api.verifyBearer(token, { scopes: ['read'] })).rejects.toMatchObject({ code: 'invalid_token' });
  } finally {
    api.close();
    await server.close();
  }
});
