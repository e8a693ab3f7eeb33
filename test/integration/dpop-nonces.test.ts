/** DP-03 and DP-07: nonces of the server in DPoP proofs (RFC 9449 §8), and clocks that go differently. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DpopRequest, dpopProof, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let key: KeyPair;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__DPOP__REQUIRENONCE: 'true' } });
  scene = await makeScene(server);
  audit = auditWatch(server);
  key = await newKeyPair();
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const ask = async (more: Partial<DpopRequest> = {}, at = scene): Promise<Answer> =>
  at.calls.token(
    at.keyed(at.agent),
    { grant_type: 'client_credentials', resource: at.jwt.identifier },
    { headers: { dpop: await dpopProof(key, { method: 'POST', url: at.calls.endpoints.token, ...more }) } },
  );

/** The nonce of a refusal that asks for one. */
const nonceOf = (answer: Answer): string => {
  expect([answer.status, answer.body['error']]).toEqual([400, 'use_dpop_nonce']);
  const nonce = answer.headers.get('dpop-nonce');
  expect(nonce).toMatch(/^[\w-]{20,}$/);
  return String(nonce);
};

describe('DP-03 a nonce of the server (RFC 9449 §8)', () => {
  test('DP-03 is asked for, and with it the same request is granted', async () => {
    const { result, events } = await audit.during(() => ask());
    const nonce = nonceOf(result);
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', error: 'use_dpop_nonce' });
    const { answer } = await audit.issued(() => ask({ nonce }));
    expect(answer.body['token_type']).toBe('DPoP');
  });

  test('DP-03 that is forged, stale, or of another server is refused with a fresh one', async () => {
    const nonce = nonceOf(await ask());
    const other = await runServer({ environment: { BEHALF__DPOP__REQUIRENONCE: 'true' } });
    const foreign = nonceOf(await ask({}, await makeScene(other)));
    await other.close();
    for (const wrong of ['', 'x', `${nonce}x`, nonce.slice(0, -1), nonce.split('').reverse().join(''), foreign]) {
      const fresh = nonceOf(await ask({ nonce: wrong }));
      expect(fresh).not.toBe(wrong);
    }
    advance(3_600_000);
    const { result } = await audit.during(() => ask({ nonce }));
    nonceOf(result);
  });

  test('DP-03 does not let the same proof work twice', async () => {
    const nonce = nonceOf(await ask());
    const jti = 'one-and-the-same';
    await audit.issued(() => ask({ nonce, claims: { jti } }));
    const { result, events } = await audit.during(() => ask({ nonce, claims: { jti } }));
    expect([result.status, result.body['error']]).toEqual([400, 'invalid_grant']);
    expect(events.at(-1)).toMatchObject({ type: 'token.refused' });
  });

  test('DP-03 does not excuse a proof of an hour ago or ahead', async () => {
    for (const iat of [now() - 3600, now() + 3600]) {
      const nonce = nonceOf(await ask());
      const { result } = await audit.during(() => ask({ nonce, claims: { iat } }));
      expect([iat, result.status, result.body['error']]).toEqual([iat, 400, 'invalid_dpop_proof']);
    }
  });
});

describe('DP-07 clocks that go differently', () => {
  test.each([1, -1, 5, -5, 30, -30, 299, -299])('DP-07 a proof dated %i s from now is taken', async (seconds) => {
    const nonce = nonceOf(await ask());
    expect((await ask({ nonce, claims: { iat: now() + seconds } })).status).toBe(200);
  });

  test.each([400, -400, 86_400])('DP-07 a proof dated %i s from now is not', async (seconds) => {
    const nonce = nonceOf(await ask());
    const { result } = await audit.during(() => ask({ nonce, claims: { iat: now() + seconds } }));
    expect([result.status, result.body['error']]).toEqual([400, 'invalid_dpop_proof']);
  });
});
