/** The revocation feed: who reads what, from where, and what ends a reader. What names a token: liveness.test.ts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { basic } from '../support/authzen-client.ts';
import { memoryNodes } from '../support/memory-nodes.ts';
import { type Answer, answerOf } from '../support/oauth-calls.ts';
import { type FeedMessage, names, revocationReader } from '../support/revocation-reader.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

type Reader = ReturnType<typeof revocationReader>;
type Stream = Awaited<ReturnType<Reader['stream']>>;

let server: RunningServer;
let scene: Scene;
let reader: Reader;
const open: Stream[] = [];

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  reader = revocationReader(server.issuer, scene.jwt.credential);
});
afterEach(async () => {
  server.faults.failingReads = new Set();
  for (const stream of open.splice(0)) await stream.close();
});
afterAll(() => server?.close());

const connected = async (cursor?: string, by = reader): Promise<Stream> => {
  const stream = await by.stream(cursor);
  open.push(stream);
  await until(() => stream.messages.length > 0, { what: 'the first message' });
  return stream;
};

const newToken = async (): Promise<string> => {
  const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
  const answer = await scene.calls.token(scene.keyed(scene.agent), asked);
  return String(answer.body['access_token']);
};
const revoke = (token: string): Promise<Answer> => scene.calls.revoke(scene.keyed(scene.agent), token);

const lastOf = (type: AuditEventType) => server.events(type).then((events) => events.at(-1));

const keyOf = ({ start }: FeedMessage): string => String(start?.digest_key);

describe('a reader', () => {
  test('starts anew without a cursor, and gets its key, the risks of its scopes and how long to ask', async () => {
    const message = await reader.read();
    expect(message).toEqual({
      start: {
        digest_key: expect.stringMatching(/^[\w-]{43}$/),
        resumed: false,
        settle_seconds: 30,
        retain_seconds: 3660,
        risks: { read: 'low', write: 'medium', delete: 'high' },
      },
      all: true,
      cursor: expect.stringMatching(/^[\w-]+$/),
      as_of: expect.any(Number),
      time: expect.any(Number),
    });
  });

  test('of a stream gets the end of a token, and nothing that names another token', async () => {
    const [ended, other] = [await newToken(), await newToken()];
    const stream = await connected((await reader.read()).cursor);
    const [first] = stream.messages;
    await revoke(ended);
    await until(() => stream.messages.some((one) => names(one, keyOf(first as FeedMessage), ended)));
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.messages.filter((one) => names(one, keyOf(first as FeedMessage), other))).toEqual([]);
  });

  test('of a stream gets every half second the time up to which it is complete, by the clock of the stream', async () => {
    const stream = await connected();
    await until(() => stream.messages.length >= 4, { what: 'heartbeats' });
    const [, ...beats] = stream.messages.slice(0, 4);
    expect(beats.map(({ ends, all }) => [ends, all])).toEqual(beats.map(() => [undefined, undefined]));
    const times = stream.messages.slice(0, 4).map(({ as_of }) => as_of);
    expect(times.toSorted((one, other) => one - other)).toEqual(times);
    expect(times.at(-1)).toBeGreaterThan(1000);
  });

  test('resumes after its cursor without a gap', async () => {
    const tokens = [await newToken(), await newToken(), await newToken()];
    const { start, cursor } = await reader.read();
    for (const token of tokens) await revoke(token);
    const [polled, stream] = [await reader.read({ after: cursor }), await connected(cursor)];
    for (const message of [polled, stream.messages[0] as FeedMessage]) {
      expect(message).toMatchObject({ start: { ...start, resumed: true } });
      expect(message.all).toBeUndefined();
      expect(tokens.map((token) => names(message, String(start?.digest_key), token))).toEqual([true, true, true]);
    }
    const after = await reader.read({ after: polled.cursor });
    expect(after).not.toHaveProperty('ends');
  });

  test('that polls waits for the next end', async () => {
    const token = await newToken();
    const { start, cursor } = await reader.read();
    const waiting = reader.read({ after: cursor, wait: '4' });
    await revoke(token);
    expect(names(await waiting, String(start?.digest_key), token)).toBe(true);
  });

  test('learns of a kill that the store does not hold yet', async () => {
    const token = await newToken();
    const { start, cursor } = await reader.read();
    const stream = await connected(cursor);
    const { latched } = server.behalf.services;
    const target = scene.agent.clientId;
    const kill = {
      id: 'kil_1',
      scope: 'agent',
      target,
      key: `agent:${target}`,
      reason: 'a test',
      by: 'system',
    } as const;
    // Each turn again: the volume does not hold it, so the poll for kills of other processes removes it.
    const latch = () => latched.add({ ...kill, state: 'standing', signatures: [], createdAt: 0 });
    try {
      await until(() => {
        latch();
        return stream.messages.some((one) => names(one, String(start?.digest_key), token));
      });
      await until(async () => {
        latch();
        return names(await reader.read({ after: cursor }), String(start?.digest_key), token);
      });
    } finally {
      latched.remove('kil_1');
    }
  });
});

describe('what a reader may not know', () => {
  test('the ids of tokens that it has not met: each resource server has a key of its own', async () => {
    const token = await newToken();
    const other = revocationReader(server.issuer, scene.opaque.credential);
    const mine = await reader.read();
    const theirs = await other.read();
    expect(keyOf(theirs)).not.toBe(keyOf(mine));
    await revoke(token);
    const heard = await other.read({ after: theirs.cursor });
    expect(names(heard, keyOf(mine), token)).toBe(false);
    expect(JSON.stringify(heard)).not.toContain(String(decodeJwt(token).jti));
  });

  test.each<[string, (cursor: string) => Promise<string>]>([
    [
      'another resource server',
      async () => (await revocationReader(server.issuer, scene.opaque.credential).read()).cursor,
    ],
    ['a forger', async (cursor) => `${cursor.slice(0, -4)}${cursor.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`],
    ['no server', async () => 'x'.repeat(200)],
  ])('the place of a cursor of %s: it starts anew', async (_, made) => {
    const { cursor } = await reader.read();
    expect(await reader.read({ after: await made(cursor) })).toMatchObject({ start: { resumed: false }, all: true });
  });

  test('the feed without its credential', async () => {
    const [wrong, agent] = [basic(scene.jwt.id, 'not the secret'), basic(scene.agent.clientId, 'x')];
    for (const authorization of [wrong, agent, undefined]) {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const answer = await answerOf(await fetch(`${server.issuer}/access/v1/revocations`, { headers }));
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')]);
    }
    await server.settled();
    expect(await lastOf('client.authentication_refused')).toMatchObject({ target: { id: scene.jwt.id } });
  });
});

describe('the server', () => {
  test('refuses a ninth stream of a resource server, and no other one', async () => {
    for (let count = 0; count < 8; count += 1) await connected();
    const refused = await reader.poll();
    expect([refused.status, refused.headers.get('retry-after'), refused.text]).toEqual([
      429,
      '5',
      'This resource server has 8 streams open here. Close one, or poll with wait=0.',
    ]);
    expect(await lastOf('decision.refused')).toMatchObject({ caller: scene.jwt.id, error: 'too_many_requests' });
    await connected(undefined, revocationReader(server.issuer, scene.opaque.credential));
    await open.shift()?.close();
    await until(async () => (await reader.poll()).status === 200, { what: 'a free stream' });
  });

  test('ends a stream when it cannot read the store, rather than send heartbeats', async () => {
    const stream = await connected();
    server.faults.failingReads = new Set(['audit_records']);
    await stream.ended;
    expect((await reader.poll()).status).toBe(503);
    server.faults.failingReads = new Set();
    expect(await reader.read({ after: stream.messages.at(-1)?.cursor ?? '' })).toMatchObject({
      start: { resumed: true },
    });
  });

  test('ends the streams of a resource server that changed, which then authenticates anew', async () => {
    const made = await scene.management.createResourceServer({
      identifier: 'https://changing.example.com',
      name: 'Changing',
      scopes: [{ name: 'read', description: 'See', risk: 'low' }],
      introspection_auth_method: 'client_secret_basic',
    });
    const secret = String(made['client_secret']);
    const its = revocationReader(server.issuer, { kind: 'basic', clientId: made.id, secret });
    const stream = await connected(undefined, its);
    await scene.management.call('POST', `/resource-servers/${made.id}/disable`);
    await stream.ended;
    expect(stream.messages.slice(1).some(({ all }) => all)).toBe(true);
    expect((await its.poll()).status).toBe(401);
  });

  test('refuses another method, and a wait that is no number of seconds up to 4', async () => {
    const headers = { authorization: basic(scene.jwt.id, 'x') };
    const posted = await answerOf(await fetch(`${server.issuer}/access/v1/revocations`, { method: 'POST', headers }));
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    for (const wait of ['5', '-1', '1.5', 'x']) {
      expect([wait, (await reader.poll({ wait })).status]).toEqual([wait, 400]);
    }
    expect(await lastOf('decision.refused')).toMatchObject({ caller: scene.jwt.id, error: 'invalid_field' });
  });

  test('ends all streams when it stops, and opens no further one', async () => {
    const stopping = await runServer();
    const world = await makeScene(stopping);
    const its = revocationReader(stopping.issuer, world.jwt.credential);
    const stream = await connected(undefined, its);
    stopping.behalf.endStreams();
    await stream.ended;
    expect((await its.poll()).status).toBe(503);
    await stopping.close();
  });
});

test('a reader at one node gets what another node records, and resumes at any of them', async () => {
  const nodes = await memoryNodes(2);
  try {
    const [first, second] = nodes.nodes;
    const world = await makeScene(nodes);
    const at = (port: number): Reader => revocationReader(`http://localhost:${port}`, world.jwt.credential);
    const stream = await at(second.port).stream((await at(first.port).read()).cursor);
    open.push(stream);
    await until(() => stream.messages.length > 0);
    const { start } = stream.messages[0] as FeedMessage;
    expect(start?.resumed).toBe(true);
    const answer = await world.calls.token(world.keyed(world.agent), {
      grant_type: 'client_credentials',
      resource: world.jwt.identifier,
    });
    const token = String(answer.body['access_token']);
    await world.calls.revoke(world.keyed(world.agent), token);
    await until(() => stream.messages.some((one) => names(one, String(start?.digest_key), token)));
    await stream.close();
  } finally {
    await nodes.close();
  }
});
