/** Token Status Lists: who has them, what they say, how they are served, and when they say nothing. What ends a token: liveness.test.ts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { STATUS_LIST_ENTRIES, type StatusListEntry } from '../../src/domain/authority/status-lists/status-list.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../src/domain/platform/epochs/epoch.ts';
import { basic } from '../support/authzen-client.ts';
import { memoryNodes } from '../support/memory-nodes.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { answerOf } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type ResourceServerFacts, type Scene } from '../support/scene.ts';
import { readList, referenceOf, statusOf } from '../support/status-lists.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let scene: Scene;

const change = async (to: Scene, { id }: ResourceServerFacts, members: object): Promise<Answer> => {
  const path = `/resource-servers/${id}`;
  const etag = String((await to.management.call('GET', path)).headers.get('etag'));
  return to.management.call('PATCH', path, members, { 'if-match': etag });
};

const newToken = async (by: Scene = scene, identity = by.agent): Promise<string> => {
  const asked = { grant_type: 'client_credentials', resource: by.jwt.identifier, scope: 'read' };
  const { body, text } = await by.calls.token(by.keyed(identity), asked);
  if (typeof body['access_token'] !== 'string') throw new Error(text);
  return body['access_token'];
};
const entries = async (): Promise<number> =>
  (await server.behalf.services.documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES).find({ limit: 1000 }))
    .length;
const kill = async (scope: string, id?: string, by = scene): Promise<string> => {
  const { body, status, text } = await by.management.call('POST', '/kills', { scope, id, reason: 'a test' });
  if (status >= 300) throw new Error(text);
  return String(body['id']);
};
const get = (uri: string, headers: Record<string, string> = {}): Promise<Response> => fetch(uri, { headers });

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  expect((await change(scene, scene.jwt, { status_list: true })).status).toBe(200);
});
afterEach(() => {
  server.faults.failingReads = new Set();
  server.faults.failingWrites = new Set();
});
afterAll(() => server?.close());

describe('a token', () => {
  test('names its list and a random index of its own (draft-ietf-oauth-status-list §6.2)', async () => {
    const found = await Promise.all(Array.from({ length: 20 }, () => newToken()));
    const references = found.map(referenceOf);
    expect(new Set(references.map(({ uri }) => uri)).size).toBeLessThanOrEqual(2);
    expect(new Set(references.map(({ idx }) => idx)).size).toBe(20);
    const sorted = references.map(({ idx }) => idx).toSorted((one, other) => one - other);
    expect(references.map(({ idx }) => idx)).not.toEqual(sorted);
    for (const { idx } of references) expect(idx >= 0 && idx < 1_048_576).toBe(true);
  });

  test('of a resource server without the setting has no claim, and costs no write', async () => {
    const off = await makeScene(await other());
    const token = await newToken(off);
    expect(decodeJwt(token)['status']).toBeUndefined();
    const documents = started?.behalf.services.documents;
    const kept = await documents?.collection<StatusListEntry>(STATUS_LIST_ENTRIES).find({ limit: 1 });
    expect(kept).toEqual([]);
  });

  test('is not issued when its index cannot be stored: 503, and no list says it is valid', async () => {
    const before = await entries();
    server.faults.failingWrites = new Set(['status_list_entries']);
    const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
    const answer = await scene.calls.token(scene.keyed(scene.agent), asked);
    expect([answer.status, answer.body['access_token']]).toEqual([503, undefined]);
    expect(await entries()).toBe(before);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ caller: scene.agent.clientId });
  });
});

describe('a list', () => {
  test('is a signed JWT of its own type, about its own URI, for half a minute (§5.1)', async () => {
    const { idx, uri } = referenceOf(await newToken());
    const { response, claims, bytes, statusOf: status } = await readList(uri);
    expect(response.headers.get('content-type')).toBe('application/statuslist+jwt');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(claims).toMatchObject({ iss: server.issuer, sub: uri, ttl: 5 });
    const { iat = 0, exp = 0 } = claims;
    expect(exp - iat).toBe(30);
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(10);
    expect([bytes.length, status(idx)]).toEqual([131_072, 0]);
  });

  test('is sent once: its ETag answers the next request, until a token ends', async () => {
    const token = await newToken();
    const { uri } = referenceOf(token);
    const fresh = String((await get(uri)).headers.get('etag'));
    const again = await get(uri, { 'if-none-match': fresh });
    expect([again.status, await again.text()]).toEqual([304, '']);
    // Weak comparison (RFC 9110 §13.1.2).
    for (const tag of [fresh.replace('W/', ''), `"other", ${fresh}`, '*']) {
      expect([tag, (await get(uri, { 'if-none-match': tag })).status]).toEqual([tag, 304]);
    }
    await scene.calls.revoke(scene.keyed(scene.agent), token);
    await until(async () => (await get(uri, { 'if-none-match': fresh })).status === 200, { what: 'the end' });
    expect(await statusOf(token)).toBe(1);
  });

  test('is compressed for a client that accepts it, with the same content', async () => {
    const { uri } = referenceOf(await newToken());
    const packed = await get(uri, { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    const plain = await get(uri, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await packed.text()).split('.')).toHaveLength(3);
  });

  test.each<[string, (uri: string) => string, Record<string, string>, number]>([
    ['of another digest', (uri) => `${uri.slice(0, -4)}${uri.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`, {}, 404],
    ['of another resource server', (uri) => uri.replace(/rs_[a-z0-9]+/, 'rs_other'), {}, 404],
    ['of another number', (uri) => uri.replace(/\.0\.([\w-]{22})$/, '.1.$1'), {}, 404],
    ['without a digest', (uri) => uri.slice(0, uri.lastIndexOf('.')), {}, 404],
    ['of no name', (uri) => `${uri.slice(0, uri.lastIndexOf('/'))}/x`, {}, 404],
    ['of an earlier time, which this server has not (§8.4)', (uri) => `${uri}?time=1700000000`, {}, 501],
    ['in CWT format', (uri) => uri, { accept: 'application/statuslist+cwt' }, 406],
  ])('%s is refused', async (_title, changed, headers, status) => {
    const { uri } = referenceOf(await newToken());
    const answer = await answerOf(await get(changed(uri), headers));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('is refused, with 503, while the store cannot be read, and comes back with all ends', async () => {
    const token = await newToken();
    expect(await statusOf(token)).toBe(0);
    server.faults.failingReads = new Set(['audit_records']);
    const { uri } = referenceOf(token);
    await until(async () => (await get(uri)).status === 503, { what: '503' });
    const refused = await answerOf(await get(uri));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    await scene.calls.revoke(scene.keyed(scene.agent), token);
    server.faults.failingReads = new Set();
    expect(await statusOf(token)).toBe(1);
  });
});

describe('the aggregation (§9)', () => {
  test('is named in the metadata, and lists to a resource server its own lists only', async () => {
    const { uri } = referenceOf(await newToken());
    const { body } = await answerOf(await get(`${server.issuer}/.well-known/openid-configuration`));
    const endpoint = String(body['status_list_aggregation_endpoint']);
    expect(endpoint).toBe(`${server.issuer}/status-lists`);
    const listed = async ({ credential }: ResourceServerFacts) => {
      const { clientId, secret } = credential as { clientId: string; secret: string };
      return (await answerOf(await get(endpoint, { authorization: basic(clientId, secret) }))).body['status_lists'];
    };
    expect(await listed(scene.jwt)).toContain(uri);
    expect(await listed(scene.opaque)).toEqual([]);
  });

  test('is refused without the credential of a resource server', async () => {
    const answer = await answerOf(
      await get(`${server.issuer}/status-lists`, { authorization: basic(scene.jwt.id, 'x') }),
    );
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')]);
    await server.settled();
    expect((await server.events('client.authentication_refused')).at(-1)).toMatchObject({
      target: { id: scene.jwt.id },
    });
  });
});

describe('a kill reaches the list', () => {
  test.each<[string, string, (token: string) => string | undefined]>([
    ['of the agent', 'agent', () => undefined],
    ['of the token', 'token', (token) => String(decodeJwt(token).jti)],
    ['of the owner', 'owner', () => scene.accountId],
  ])('%s, and a lift gives no token back', async (_title, scope, targetOf) => {
    const agent = await scene.newAgent('Of a kill');
    const [token, kept] = [await newToken(scene, agent), await newToken()];
    expect([await statusOf(token), await statusOf(kept)]).toEqual([0, 0]);
    const id = await kill(scope, targetOf(token) ?? agent.clientId);
    await until(async () => (await statusOf(token)) === 1, { what: 'the kill' });
    if (scope === 'agent' || scope === 'token') expect(await statusOf(kept)).toBe(0);
    if (scope === 'token') return;
    const lift = await scene.management.call('POST', `/kills/${id}/lift`);
    expect([scope, lift.status]).toEqual([scope, 200]);
    expect(await statusOf(token)).toBe(1);
  });

  test('of everything that only this process has latched', async () => {
    let token = '';
    // A lifted kill still ends the tokens of its own second.
    const isFresh = async () => {
      token = await newToken();
      return (await statusOf(token)) === 0;
    };
    await until(isFresh, { what: 'a token of a later second' });
    const { latched } = server.behalf.services;
    const facts = { id: 'kil_1', scope: 'all', target: 'all', key: 'all', reason: 'a test', by: 'system' } as const;
    latched.add({ ...facts, state: 'standing', signatures: [], createdAt: 0 });
    try {
      expect(await statusOf(token)).toBe(1);
    } finally {
      latched.remove('kil_1');
    }
  });
});

test('a kill of everything sets each status at once', async () => {
  const killed = await runServer();
  try {
    const world = await makeScene(killed);
    await change(world, world.jwt, { status_list: true });
    const token = await newToken(world);
    expect(await statusOf(token)).toBe(0);
    await kill('all', undefined, world);
    const { bytes } = await readList(referenceOf(token).uri);
    expect(bytes.every((byte) => byte === 255)).toBe(true);
  } finally {
    await killed.close();
  }
});

test('D24 after a raised epoch, as after a restore, a list ends all its tokens, also those whose index is lost', async () => {
  const started = await runServer();
  try {
    const world = await makeScene(started);
    await change(world, world.jwt, { status_list: true });
    const [known, lost] = [await newToken(world), await newToken(world)];
    const documents = started.behalf.services.documents;
    const kept = documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES);
    expect([await statusOf(known), await statusOf(lost)]).toEqual([0, 0]);
    const found = await kept.find({
      where: { dependsOn: `token:${decodeJwt(lost).jti}` },
      order: { by: 'kind', direction: 'ascending' },
      limit: 1,
    });
    await kept.take(String(found[0]?.document.id));
    await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', Math.floor(Date.now() / 1000) - 1);
    const anew = await newToken(world);
    expect([await statusOf(known), await statusOf(lost), await statusOf(anew)]).toEqual([1, 1, 0]);
    expect(referenceOf(anew).uri).not.toBe(referenceOf(known).uri);
  } finally {
    await started.close();
  }
});

test('a token that was revoked stays ended for a verifier whose clock is behind, also at a node that begins after its expiry', async () => {
  const started = await runServer();
  stopClock();
  try {
    const world = await makeScene(started);
    await change(world, world.jwt, { status_list: true });
    const [revoked, kept] = [await newToken(world), await newToken(world)];
    await world.calls.revoke(world.keyed(world.agent), revoked);
    advance((Number(decodeJwt(revoked).exp) + 50) * 1000 - Date.now());
    expect([await statusOf(revoked), await statusOf(kept)]).toEqual([1, 0]);
  } finally {
    startClock();
    await started.close();
  }
});

test('nodes give no index twice, and say the same about each token', async () => {
  const nodes = await memoryNodes(2);
  try {
    const world = await makeScene(nodes);
    await change(world, world.jwt, { status_list: true });
    const tokens = await Promise.all(Array.from({ length: 10 }, () => newToken(world)));
    expect(new Set(tokens.map((token) => `${referenceOf(token).uri} ${referenceOf(token).idx}`)).size).toBe(10);
    const origins = nodes.nodes.map(({ port }) => `http://localhost:${port}`);
    for (const origin of origins) for (const token of tokens) expect(await statusOf(token, { origin })).toBe(0);
    const [ended] = tokens as [string];
    await world.calls.revoke(world.keyed(world.agent), ended);
    for (const origin of origins) {
      await until(async () => (await statusOf(ended, { origin })) === 1, { what: `the end at ${origin}` });
      expect(await Promise.all(tokens.map((token) => statusOf(token, { origin })))).toEqual(
        tokens.map((token) => (token === ended ? 1 : 0)),
      );
    }
  } finally {
    await nodes.close();
  }
});

test('the setting is refused for opaque tokens, and the format for a server with the setting', async () => {
  for (const [to, members] of [
    [scene.opaque, { status_list: true }],
    [scene.jwt, { access_token_format: 'opaque' }],
  ] as const) {
    const { status, body } = await change(scene, to, members);
    expect([status, body['reason']]).toEqual([400, 'status_list_of_opaque']);
  }
  const read = await scene.management.call('GET', `/resource-servers/${scene.jwt.id}`);
  expect(read.body['status_list']).toBe(true);
  expect((await server.events('resource_server.updated')).at(-1)).toMatchObject({ target: { id: scene.jwt.id } });
});

let started: RunningServer | undefined;
afterAll(() => started?.close());
const other = async (): Promise<RunningServer> => {
  started = await runServer();
  return started;
};
