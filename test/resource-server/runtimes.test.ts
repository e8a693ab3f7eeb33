/** The packed package on Bun and on workerd: what it verifies, asks and refuses there. Node runs the other tests of this folder. */
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { onBun, onWorkerd, type Running } from '../support/other-runtimes.ts';
import { installPacked, type PackedPackage } from '../support/packed-package.ts';
import { digestOf } from '../support/revocation-reader.ts';
import { until } from '../support/until.ts';
import { type Issuer, newPair, now, RESOURCE, startIssuer, TARGET } from './issuer.ts';
import { jktOf, proofOf } from './proofs.ts';

const KEY = Buffer.alloc(32, 5).toString('base64url');

let issuer: Issuer;
let folder: PackedPackage;
const apis = new Map<string, Running>();

beforeAll(async () => {
  issuer = await startIssuer();
  folder = await installPacked('resource-server', ['jose']);
  const programs = folder.at('runtimes');
  await cp(resolve(import.meta.dirname, 'runtimes'), programs, { recursive: true });
  const settings = { ISSUER: issuer.url, RESOURCE, API_ID: 'rs_1', API_SECRET: 'secret' };
  apis.set('Bun', await onBun(join(programs, 'bun.js'), settings));
  apis.set('workerd', await onWorkerd(join(programs, 'worker.js'), settings, ['ApiWithFeed']));
}, 240_000);

beforeEach(() => {
  Object.assign(issuer.state, { isDown: false, redirectTo: undefined, introspected: { active: false } });
});

afterAll(async () => {
  for (const one of apis.values()) await one.close();
  await issuer.close();
  await folder?.remove();
});

describe.each(['Bun', 'workerd'])('on %s', (runtime) => {
  const send = async (api: string, headers: Readonly<Record<string, string>>, path = TARGET) => {
    const response = await fetch(`${apis.get(runtime)?.url}${path}`, { headers: { 'x-api': api, ...headers } });
    const text = await response.text();
    // Of a runtime that fails, not of the API.
    if (!text.startsWith('{')) throw new Error(`${response.status} ${text}\n${apis.get(runtime)?.log()}`);
    const body = JSON.parse(text) as { readonly denial?: { readonly reason: string } };
    return { response, body, seen: [response.status, body.denial?.reason] };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const introspections = (): number => issuer.asked('/token/introspection');

  test('accepts a JWT, and refuses one that has expired, is of another API, or was changed', async () => {
    const good = await send('plain', bearer(await issuer.token()));
    expect([good.response.status, good.body]).toEqual([200, { subject: 'acc_ada', actor: 'agt_planner' }]);
    for (const [token, status, reason] of [
      [await issuer.token({ exp: now() - 60 }), 401, 'token_expired'],
      [await issuer.token({ aud: 'https://other.example.com' }), 401, 'audience_other'],
      [await issuer.token({ scope: 'other' }), 403, 'scope_missing'],
      [`${(await issuer.token()).slice(0, -8)}AAAAAAAA`, 401, 'signature_wrong'],
    ] as const) {
      expect((await send('plain', bearer(token))).seen).toEqual([status, reason]);
    }
  });

  test('answers a request without a token with the challenge, whose metadata it serves (RFC 9728 §5)', async () => {
    const { response } = await send('plain', {});
    const metadata = 'https://notes.example.com/.well-known/oauth-protected-resource/api';
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining(`Bearer resource_metadata="${metadata}"`),
    ]);
    const { body } = await send('plain', {}, new URL(metadata).pathname);
    expect(body).toMatchObject({ resource: RESOURCE, authorization_servers: [issuer.url] });
  });

  test('accepts a DPoP proof with its nonce, once (RFC 9449 §7 and §9)', async () => {
    const key = await newPair();
    const token = await issuer.token({ cnf: { jkt: await jktOf(key) } });
    const use = (proof: string) => send('nonces', { authorization: `DPoP ${token}`, dpop: proof });
    const asked = await use(await proofOf(token, key));
    const nonce = String(asked.response.headers.get('dpop-nonce'));
    expect([asked.response.status, asked.response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('use_dpop_nonce'),
    ]);
    const proof = await proofOf(token, key, { nonce });
    expect((await use(proof)).seen).toEqual([200, undefined]);
    expect((await use(proof)).seen).toEqual([401, 'proof_used']);
    expect((await send('nonces', bearer(token))).seen).toEqual([401, 'bound_as_bearer']);
  });

  test('introspects an opaque token, and answers 503 when the server does not', async () => {
    const before = introspections();
    issuer.state.introspected = { active: true, ...issuer.claims() };
    expect((await send('plain', bearer('opaque'))).seen).toEqual([200, undefined]);
    issuer.state.introspected = { active: false };
    expect((await send('plain', bearer('opaque'))).seen).toEqual([401, 'token_inactive']);
    expect(introspections()).toBe(before + 2);
    issuer.state.isDown = true;
    expect((await send('plain', bearer('opaque'))).seen).toEqual([503, 'server_unreachable']);
  });

  test('follows no redirect of the server with its credential', async () => {
    issuer.state.redirectTo = `${issuer.url}/elsewhere`;
    issuer.state.introspected = { active: true, ...issuer.claims() };
    expect((await send('plain', bearer('opaque'))).seen).toEqual([503, 'server_unreachable']);
    expect(issuer.asked('/elsewhere')).toBe(0);
  });

  test('learns from the revocation feed that a token has ended, and accepts it offline until then', async () => {
    const claims = issuer.claims();
    const token = await issuer.token(claims);
    issuer.state.introspected = { active: true, ...claims };
    const use = async () => {
      const before = introspections();
      const { seen } = await send('feed', bearer(token));
      return [...seen, introspections() - before];
    };
    const feeds = issuer.feeds.length;
    expect(await use()).toEqual([200, undefined, 1]);
    await until(async () => issuer.feeds.length > feeds);
    const start = {
      ...{ digest_key: KEY, resumed: false, settle_seconds: 0, retain_seconds: 3660, risks: { 'notes.read': 'low' } },
    };
    issuer.tell({ start, all: true });
    await until(async () => (await use())[2] === 0);
    issuer.state.introspected = { active: false };
    expect(await use()).toEqual([200, undefined, 0]);
    issuer.tell({ ends: [digestOf(KEY, `token:${claims['jti']}`)] });
    await until(async () => (await use())[0] === 401);
    expect(await use()).toEqual([401, 'token_inactive', 1]);
  });
});
