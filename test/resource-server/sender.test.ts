/** Sender constraint: nonces of DPoP, remembered proofs, and client certificates. */
import { createHash, X509Certificate } from 'node:crypto';
import { createServer, request as sendRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requireToken } from '../../packages/resource-server/src/express.ts';
import { type Options, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { memoryUsedOnce } from '../../packages/resource-server/src/used-once.ts';
import { localAuthority } from '../support/local-authority.ts';
import { ask, handClock, headerOf, seen } from './asking.ts';
import { type Issuer, newPair, type Pair, RESOURCE, startIssuer } from './issuer.ts';
import { jktOf, proofOf } from './proofs.ts';

let issuer: Issuer;
let key: Pair;
let token: string;
const clock = handClock();

beforeAll(async () => {
  issuer = await startIssuer();
  key = await newPair();
  token = await issuer.token({ cnf: { jkt: await jktOf(key) }, exp: clock.now() + 3600 });
});
afterAll(() => issuer.close());

const newServer = (more: Partial<Options> = {}) =>
  resourceServer({ issuer: issuer.url, resource: RESOURCE, clock: clock.now, ...more });
const proof = (changes: object = {}) => proofOf(token, key, { iat: clock.now(), ...changes });
const present = async (server: ReturnType<typeof newServer>, changes: object = {}) =>
  ask(server, token, {}, { scheme: 'DPoP', proof: await proof(changes) });

describe('nonces of this API (RFC 9449 §9)', () => {
  test('a proof without one is refused with one, and accepted with it', async () => {
    const server = newServer({ dpop: { nonces: true } });
    const refused = await present(server);
    expect(seen(refused)).toBe('401 use_dpop_nonce nonce_missing');
    expect(headerOf(refused, 'www-authenticate')[1]).toMatch(/^DPoP error="use_dpop_nonce", /);
    const [nonce] = headerOf(refused, 'dpop-nonce');
    const granted = await present(server, { nonce });
    expect([seen(granted), headerOf(granted, 'dpop-nonce')]).toEqual(['granted', [nonce]]);
  });

  test('one is valid for two to four minutes; a forged one never is', async () => {
    const server = newServer({ dpop: { nonces: true } });
    const [nonce] = headerOf(await present(server), 'dpop-nonce');
    clock.forward(120);
    expect(seen(await present(server, { nonce }))).toBe('granted');
    clock.forward(120);
    expect(seen(await present(server, { nonce }))).toBe('401 use_dpop_nonce nonce_missing');
    for (const forged of ['', 'x', `${nonce}x`, 1, null, [nonce]]) {
      expect(seen(await present(server, { nonce: forged }))).toBe('401 use_dpop_nonce nonce_missing');
    }
  });

  test('processes with one secret accept the nonces of each other, others do not', async () => {
    const nonceSecret = crypto.getRandomValues(new Uint8Array(32));
    const [one, other, stranger] = [{ nonceSecret }, { nonceSecret }, {}].map((more) =>
      newServer({ dpop: { nonces: true, ...more } }),
    ) as [ReturnType<typeof newServer>, ReturnType<typeof newServer>, ReturnType<typeof newServer>];
    const [nonce] = headerOf(await present(one), 'dpop-nonce');
    expect(seen(await present(other, { nonce }))).toBe('granted');
    expect(seen(await present(stranger, { nonce }))).toBe('401 use_dpop_nonce nonce_missing');
  });
});

test('dpop required: an unbound token is refused, and only DPoP is offered', async () => {
  const server = newServer({ dpop: { use: 'required' } });
  const decision = await ask(server, await issuer.token({ exp: clock.now() + 60 }));
  expect(seen(decision)).toBe('401 invalid_token token_unbound');
  expect(headerOf(decision, 'www-authenticate')).toEqual([expect.stringMatching(/^DPoP error="invalid_token"/)]);
  expect(server.metadata.document).toMatchObject({ dpop_bound_access_tokens_required: true });
  expect(seen(await present(server))).toBe('granted');
});

test('senderConstrained: a route refuses an unbound token', async () => {
  const unbound = await issuer.token({ exp: clock.now() + 60 });
  expect(seen(await ask(newServer(), unbound, { senderConstrained: true }))).toBe('401 invalid_token token_unbound');
});

test('the address in a proof may be written in other ways (RFC 3986 §6.2.2), and has no query', async () => {
  const server = newServer();
  for (const htu of ['HTTPS://NOTES.example.com:443/api/notes', 'https://notes.example.com/api/./notes'])
    expect(seen(await present(server, { htu }))).toBe('granted');
  const decision = await ask(server, token, {}, { scheme: 'DPoP', proof: await proof(), target: '/api/notes?page=2' });
  expect(seen(decision)).toBe('granted');
});

test('baseUrl is the address before a proxy, not the Host header', async () => {
  const server = newServer({ baseUrl: 'https://api.example.com/v1' });
  expect(seen(await present(server))).toBe('401 invalid_dpop_proof proof_address');
  expect(seen(await present(server, { htu: 'https://api.example.com/v1/api/notes' }))).toBe('granted');
});

describe('proofs that were used', () => {
  test('are remembered as long as they would be accepted', async () => {
    const server = newServer();
    const used = await proof({ iat: clock.now() + 5 });
    const again = () => ask(server, token, {}, { scheme: 'DPoP', proof: used });
    expect(seen(await again())).toBe('granted');
    for (const seconds of [0, 60, 9]) {
      clock.forward(seconds);
      expect(seen(await again())).toBe('401 invalid_dpop_proof proof_used');
    }
    clock.forward(2);
    expect(seen(await again())).toBe('401 invalid_dpop_proof proof_time');
  });

  test('a full store refuses, and forgets nothing that could be used again', async () => {
    const server = newServer({ usedOnce: memoryUsedOnce(2, clock.now) });
    const first = await proof();
    expect(seen(await ask(server, token, {}, { scheme: 'DPoP', proof: first }))).toBe('granted');
    expect(seen(await present(server))).toBe('granted');
    expect(seen(await present(server))).toBe('503 temporarily_unavailable used_once_unavailable');
    expect(seen(await ask(server, token, {}, { scheme: 'DPoP', proof: first }))).toBe(
      '401 invalid_dpop_proof proof_used',
    );
    clock.forward(100);
    expect(seen(await present(server))).toBe('granted');
  });

  test('a store of the API that fails refuses with 503', async () => {
    const usedOnce = { use: () => Promise.reject(new Error('no connection')) };
    expect(seen(await present(newServer({ usedOnce })))).toBe('503 temporarily_unavailable used_once_unavailable');
  });
});

describe('client certificates (RFC 8705 §3)', () => {
  const thumbprint = (pem: string): string =>
    createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');

  test('a token is accepted with its certificate only, over TLS, in DER and in PEM', async () => {
    const authority = await localAuthority();
    try {
      const [own, other, ofServer] = await Promise.all(
        ['DNS:client', 'DNS:other', 'IP:127.0.0.1'].map((name) => authority.certificateFor(name)),
      );
      if (!own || !other || !ofServer) throw new Error('no certificates');
      const bound = await issuer.token({ cnf: { 'x5t#S256': thumbprint(own.cert) }, exp: clock.now() + 60 });
      const server = newServer();
      const guard = requireToken(server);
      const listener = createServer(
        { ...ofServer, requestCert: true, rejectUnauthorized: false },
        (request, response) => {
          guard(request, response, () => response.end('in'));
        },
      );
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
      const { port } = listener.address() as AddressInfo;
      const statusWith = (certificate: object): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const headers = { authorization: `Bearer ${bound}` };
          const options = { port, host: '127.0.0.1', agent: false, rejectUnauthorized: false, headers, ...certificate };
          sendRequest(options, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
            .once('error', reject)
            .end();
        });
      expect([await statusWith(own), await statusWith(other), await statusWith({})]).toEqual([200, 401, 401]);
      await new Promise<void>((resolve) => listener.close(() => resolve()));
      expect(seen(await ask(server, bound, {}, { certificate: own.cert }))).toBe('granted');
      for (const certificate of [other.cert, 'x', '', new Uint8Array()]) {
        expect(seen(await ask(server, bound, {}, { certificate }))).toBe('401 invalid_token certificate_other');
      }
    } finally {
      await authority.remove();
    }
  });
});
