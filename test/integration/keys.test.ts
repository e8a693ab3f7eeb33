/** Rotation of the signing keys as resource servers see it (KY-01, KY-04): over HTTP, with time moved by the test. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

/** Short, because the server waits for the moment of the change in real time. */
const PREPUBLISH_SECONDS = 1;
const RETIRE_SECONDS = 3600;

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      BEHALF__KEYS__PREPUBLISHSECONDS: String(PREPUBLISH_SECONDS),
      BEHALF__KEYS__RETIRESECONDS: String(RETIRE_SECONDS),
    },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

type Listed = { readonly id: string; readonly kty: string; readonly state: string; readonly signs_from: number };

const published = async (): Promise<JSONWebKeySet> => (await fetch(scene.calls.endpoints.jwks)).json() as never;
const kidsOf = ({ keys }: JSONWebKeySet): readonly string[] => keys.map(({ kid }) => String(kid));
const listed = async (): Promise<readonly Listed[]> =>
  (await scene.management.call('GET', '/keys')).body['items'] as readonly Listed[];
const rotate = async (): Promise<readonly Listed[]> => {
  const answer = await scene.management.call('POST', '/keys/rotations');
  expect(answer.status).toBe(200);
  return answer.body['items'] as readonly Listed[];
};
const newToken = async (): Promise<string> => {
  const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  return String((await scene.calls.token(scene.keyed(scene.agent), asked)).body['access_token']);
};
const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);
const verify = (token: string, keys: JSONWebKeySet) =>
  jwtVerify(token, createLocalJWKSet(keys), { issuer: server.issuer, currentDate: new Date(Date.now()) });
const isActive = async (token: string) => (await scene.calls.introspect(scene.jwt.credential, token)).body['active'];

test('KY-01 a new key is published before it signs, the old one after, and no token fails on the way', async () => {
  const first = await published();
  const old = await newToken();
  expect(kidsOf(first)).toContain(kidOf(old));
  // What a resource server that caches the set for an hour holds.
  const cachedBefore = first;

  const after = await rotate();
  const cached = await published();
  const fresh = after.filter(({ id }) => !kidsOf(first).includes(id));
  expect(fresh.map(({ kty }) => kty).sort()).toEqual(['EC', 'OKP', 'RSA']);
  expect(new Set(fresh.map(({ state }) => state))).toEqual(new Set(['published']));
  expect(kidsOf(cached)).toEqual(expect.arrayContaining([...kidsOf(first), ...fresh.map(({ id }) => id)]));
  // Those that sign come first: who takes the first that fits takes the right one.
  expect(kidsOf(cached).slice(0, kidsOf(first).length).sort()).toEqual([...kidsOf(first)].sort());
  expect((await server.events('keys.rotated')).length).toBe(1);

  // Still the old one signs, for those whose cache is older than the rotation.
  const between = await newToken();
  expect(kidOf(between)).toBe(kidOf(old));
  await verify(between, cachedBefore);

  advance(PREPUBLISH_SECONDS * 1000);
  await until(async () => kidOf(await newToken()) !== kidOf(old));
  const next = await newToken();
  expect(fresh.map(({ id }) => id)).toContain(kidOf(next));
  await verify(next, cached);
  const now = await published();
  expect(kidsOf(now).slice(0, fresh.length).sort()).toEqual(fresh.map(({ id }) => id).sort());
  expect((await listed()).filter(({ id }) => kidsOf(first).includes(id)).map(({ state }) => state)).toEqual([
    'retired',
    'retired',
    'retired',
  ]);

  // Until it expires a token of the retired key is good, offline and here.
  advance(590_000);
  for (const token of [old, between]) {
    await verify(token, await published());
    expect(await isActive(token)).toBe(true);
  }
  advance(20_000);
  await expect(verify(old, await published())).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  expect(await isActive(old)).toBe(false);
});

test('KY-01 a retired key leaves the set when nothing it signed can live', async () => {
  const before = await listed();
  const retired = before.filter(({ state }) => state === 'retired').map(({ id }) => id);
  expect(retired).toHaveLength(3);
  advance((RETIRE_SECONDS + 1) * 1000);
  const after = await rotate();
  expect(after.filter(({ id }) => retired.includes(id))).toEqual([]);
  expect(kidsOf(await published()).filter((kid) => retired.includes(kid))).toEqual([]);
});

const revoke = async (kid: string, body: object = { reason: 'left on a lost machine' }) => {
  const answer = await scene.management.call('POST', `/keys/${kid}/revoke`, body);
  // Its own token may have been signed with that key.
  scene.management.signInAgain();
  return answer;
};
/** Until the newest keys sign, so that none waits. */
const settled = async (): Promise<void> => {
  advance((PREPUBLISH_SECONDS + 1) * 1000);
  const newest = (await listed()).find(({ kty, state }) => kty === 'EC' && state === 'active')?.id;
  await until(async () => kidOf(await newToken()) === newest);
};
/** What an exchange is answered says whether the token counts. */
const exchange = (token: string) => scene.calls.exchange(scene.keyed(scene.agent), token, scene.jwt.identifier);

test('KY-01 what a revoked key signed is refused at once; another signs, and the rest goes on', async () => {
  await settled();
  const token = await newToken();
  const persons = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
  const opaque = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
  await scene.consentToAgent(scene.agent, persons, scene.jwt.identifier);
  const exchanged = await exchange(persons);
  expect(exchanged.status).toBe(200);
  const delegated = String(exchanged.body['access_token']);
  expect([kidOf(persons), kidOf(delegated)]).toEqual([kidOf(token), kidOf(token)]);
  const before = await published();

  const answer = await revoke(kidOf(token));
  expect(answer.status).toBe(200);
  const told = (answer.body['items'] as readonly Listed[]).find(({ id }) => id === kidOf(token));
  expect(told).toMatchObject({ state: 'revoked', revoked_at: expect.any(Number) });
  expect(await server.events('keys.revoked')).toMatchObject([
    { outcome: 'done', target: { kind: 'key', id: kidOf(token) }, inputs: { reason: 'left on a lost machine' } },
  ]);

  const after = await published();
  expect(kidsOf(after)).not.toContain(kidOf(token));
  // Only the family of the key has another one; those of the others stay.
  expect(kidsOf(after).filter((kid) => !kidsOf(before).includes(kid))).toHaveLength(1);
  await expect(verify(token, after)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  expect(await isActive(token)).toBe(false);
  expect(await isActive(delegated)).toBe(false);
  for (const subject of [persons, delegated]) {
    const refusals = (await server.events('token.refused')).length;
    const refused = await exchange(subject);
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_request']);
    expect((await server.events('token.refused')).length).toBe(refusals + 1);
  }

  // What other keys signed, or none, is untouched.
  expect((await scene.calls.introspect(scene.opaque.credential, opaque)).body['active']).toBe(true);
  const next = await newToken();
  expect(kidOf(next)).not.toBe(kidOf(token));
  await verify(next, after);
  expect(await isActive(next)).toBe(true);

  // Once more changes nothing; what is no key is not there.
  expect((await revoke(kidOf(token))).status).toBe(200);
  expect(kidOf(await newToken())).toBe(kidOf(next));
  expect((await revoke('key_aaaaaaaaaaaaaaaaaaaaaaaaaa')).status).toBe(404);
  expect((await revoke(kidOf(next), {})).status).toBe(400);
});

test('KY-01 a key that is revoked before it signs never does; one that waits takes over at once', async () => {
  await settled();
  const signing = kidOf(await newToken());
  const waiting = (await rotate()).find(({ kty, state }) => kty === 'EC' && state === 'published')?.id as string;
  expect((await revoke(waiting)).status).toBe(200);
  advance((PREPUBLISH_SECONDS + 1) * 1000);
  expect(kidOf(await newToken())).toBe(signing);
  expect(kidsOf(await published())).not.toContain(waiting);

  const second = (await rotate()).find(({ kty, state }) => kty === 'EC' && state === 'published')?.id as string;
  expect((await revoke(signing)).status).toBe(200);
  const token = await newToken();
  expect(kidOf(token)).toBe(second);
  expect(await isActive(token)).toBe(true);
});

test('KY-01 a node that has not heard of it yet refuses its tokens too', async () => {
  const token = await newToken();
  const { keys, audit } = server.behalf.services;
  // As by another node: this one looks for other keys once a second.
  await keys.revoke(kidOf(token), 'left on a lost machine', audit, 'another node');
  expect(await isActive(token)).toBe(false);
  scene.management.signInAgain();
  await until(async () => !kidsOf(await published()).includes(kidOf(token)));
  scene.management.signInAgain();
  expect(await isActive(await newToken())).toBe(true);
});

test('KY-01 a revocation that cannot be written does not take effect (503)', async () => {
  const token = await newToken();
  for (const failing of ['audit_records', 'signing_keys']) {
    await scene.management.accessToken();
    server.faults.failingWrites = new Set([failing]);
    expect((await revoke(kidOf(token))).status).toBe(503);
    server.faults.failingWrites = new Set();
    expect(await isActive(token)).toBe(true);
  }
  // Half done it counts already: the key is gone, and what is new works.
  await scene.management.accessToken();
  server.faults.failingWrites = new Set(['epochs']);
  expect((await revoke(kidOf(token))).status).toBe(503);
  server.faults.failingWrites = new Set();
  expect(await isActive(token)).toBe(false);
  expect(await isActive(await newToken())).toBe(true);
  expect((await revoke(kidOf(token))).status).toBe(200);
  expect(await isActive(await newToken())).toBe(true);
});

test('KY-01 the set holds public parts only', async () => {
  for (const key of (await published()).keys) {
    expect(Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(member))).toEqual([]);
    expect(key).toMatchObject({ kid: expect.stringMatching(/^key_[a-z2-7]{26}$/), use: 'sig' });
  }
});

test('KY-04 no key id comes twice, however often keys are made', async () => {
  const seen = new Set<string>(kidsOf(await published()));
  for (let turn = 0; turn < 4; turn += 1) {
    const known = seen.size;
    await rotate();
    for (const kid of kidsOf(await published())) seen.add(kid);
    expect(seen.size).toBe(known + 3);
  }
});
