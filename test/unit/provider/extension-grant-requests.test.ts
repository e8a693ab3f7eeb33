/** What the grant of an extension gets of a token request, and the tokens that it mints. */
import { describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import type { TokenRequest } from '../../../src/extensions/extension.ts';
import { extensionGrantHandler } from '../../../src/provider/grants/extension-grants.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { unitOf } from '../../../src/provider/seam/token-request-unit.ts';
import { begunRequest } from './begun-request.ts';

const NOW = 1_800_000_000;
const ISSUER = 'https://id.example';
const ENDPOINT = `${ISSUER}/token`;
const SHOWN = 'thumbprint of the certificate';
const SERVER = { identifier: 'https://mail.example', accessTokenFormat: 'opaque', accessTokenTtlSeconds: 600 };
const TOKEN = {
  resourceServer: SERVER,
  subject: 'acc_anna',
  chain: { sub: 'agt_a', iss: ISSUER },
  scope: ['read', 'send'],
  notAfter: NOW + 100,
  delegation: 'dlg_1',
  txn: 'txn_1',
  decision: { id: 'dec_1' },
};
const ASSERTION = {
  ...{ subject: 'acc_anna', resource: SERVER.identifier, audience: 'https://other.example', scope: ['read'] },
  ...{ notAfter: NOW + 100, lifetimeSeconds: 300, typ: 'oauth-id-jag+jwt', issuedTokenType: 'urn:jag', claims: {} },
};

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = await exportJWK(publicKey);

const provider = new Provider(ISSUER, {
  adapter: class {} as never,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256' }] },
  features: {
    devInteractions: { enabled: false },
    dPoP: { enabled: true },
    mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: (ctx) => ctx.get('certificate') },
  },
});
/** Ids of proofs that were used. */
const used = new Set<string>();
const saved: Record<string, unknown>[] = [];
class AccessToken {
  tokenType = 'Bearer';
  expiration = 0;
  bound: Record<string, unknown> = {};
  constructor(members: Record<string, unknown>) {
    this.expiration = Number(members['expiresIn']);
    saved.push({ ...members, bound: this.bound });
  }
  setThumbprint(kind: string, value: unknown): void {
    this.bound[kind] = value;
  }
  save = async () => 'handle';
}
Object.defineProperty(provider, 'AccessToken', { value: AccessToken });
Object.defineProperty(provider, 'ReplayDetection', {
  value: {
    unique: async (client: string, jti: string) => !used.has(`${client} ${jti}`) && !!used.add(`${client} ${jti}`),
  },
});

const jkt = await calculateJwkThumbprint(jwk);
let proofs = 0;
const proofOf = (): Promise<string> => {
  proofs += 1;
  return new SignJWT({ htm: 'POST', htu: ENDPOINT, jti: `proof ${proofs}` })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(privateKey);
};

type Given = {
  readonly dpop?: string;
  readonly certificate?: string;
  readonly client?: object;
  readonly params?: object;
  readonly instance?: { readonly id: string };
};

/** Runs a grant as a request of an agent. `prepared`: what becomes of the claims and facts of its tokens. */
const asked = async <R>(
  { dpop, certificate, client = {}, params, instance }: Given,
  handle: (request: TokenRequest) => Promise<R>,
) => {
  const prepared: Record<string, unknown>[] = [];
  const asks: unknown[] = [];
  const req = begunRequest();
  if (certificate !== undefined) {
    const shown = () => ({ thumbprint: SHOWN }) as never;
    beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: shown, arrivedAt: 0 });
  }
  const headers: Readonly<Record<string, string | undefined>> = { DPoP: dpop, certificate };
  const ctx = {
    ...{ req, res: {}, method: 'POST', body: undefined as unknown },
    get: (name: string) => headers[name] ?? '',
    set: () => undefined,
    assert(isTrue: unknown, error: Error) {
      if (!isTrue) throw error;
    },
    oidc: {
      ...{ provider, route: 'token', params, entities: {}, urlFor: () => ENDPOINT },
      client: { clientId: 'agt_a', behalf_kind: 'agent', ...client },
    },
  };
  await extensionGrantHandler(
    provider,
    { grantType: 'urn:grant', parameters: [], repeatable: [], handle } as never,
    {
      clock: { now: () => NOW },
      identifiers: { newId: (prefix: string) => `${prefix}_1` },
      consumptions: { stateOf: async (id: string) => (id === 'once:gone' ? 'used' : 'unused') },
      instances: {
        of: async (_: unknown, ...given: unknown[]) => {
          asks.push(['instance', ...given]);
          return instance;
        },
        checkHolder: async (_: unknown, ...given: unknown[]) => void asks.push(['holder', ...given]),
      },
      families: { mint: async (_: unknown, __: unknown, family: object) => family },
      claims: {
        prepare: (_: unknown, more: Record<string, unknown>) => void prepared.push(more),
        forAssertion: async (...given: unknown[]) => void prepared.push({ assertion: given }),
      },
      signatures: { sign: async (typ: string, claims: object) => JSON.stringify({ typ, ...claims }) },
    } as never,
  )(ctx as never);
  return { answer: ctx.body as R, prepared, asks, unit: unitOf(ctx as never) };
};

const minted = async (given: Given, token: object = {}) => {
  const result = await asked(given, (request) => request.mint({ ...TOKEN, ...token } as never));
  return { ...result, members: saved.at(-1) };
};

describe('an access token of an extension', () => {
  test('lives as long as what it rests on, and as tokens of the API at most', async () => {
    const until = async (notAfter: number) => (await minted({}, { notAfter })).answer['expires_in'];
    expect([await until(NOW + 100), await until(NOW + 9000), await until(NOW + 1)]).toEqual([100, 600, 1]);
    await expect(until(NOW)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('names its holder, grant, transaction and decision, and nothing that it has not', async () => {
    const { answer, members, prepared } = await minted({});
    expect(answer).toEqual({ access_token: 'handle', token_type: 'Bearer', expires_in: 100, scope: 'read send' });
    expect(members).toMatchObject({ accountId: 'acc_anna', exp: NOW + 100, gty: 'urn:grant', bound: {} });
    expect(members).not.toHaveProperty('grantId');
    expect(prepared[0]?.['claims']).toEqual({
      act: TOKEN.chain,
      delegation: 'dlg_1',
      txn: 'txn_1',
      decision: 'dec_1',
    });
    expect(prepared[0]?.['facts']).toEqual({
      chain: TOKEN.chain,
      delegation: 'dlg_1',
      txn: 'txn_1',
      decision: 'dec_1',
    });
    expect(prepared[0]).not.toHaveProperty('parent');
  });

  test('names a grant, an instance, an approval and details that it has', async () => {
    const details = [{ type: 'payment', amount: 5 }];
    const more = { grant: 'grt_1', approval: { id: 'apr_1' }, parent: 'tok_1', details, issuedTokenType: 'urn:token' };
    const { answer, members, prepared, asks } = await minted({ instance: { id: 'ins_1' } }, more);
    expect(answer).toMatchObject({ issued_token_type: 'urn:token', authorization_details: details });
    expect(members).toMatchObject({ grantId: 'grt_1' });
    expect(prepared[0]).toMatchObject({
      claims: { instance: 'ins_1', grant_id: 'grt_1', approval: { id: 'apr_1' }, authorization_details: details },
      facts: { instance: 'ins_1', approval: 'apr_1' },
      parent: 'tok_1',
    });
    expect(asks).toContainEqual(['holder', 'grt_1', { id: 'ins_1' }]);
    expect((await minted({})).asks).toEqual([['instance', 'agt_a', undefined]]);
  });

  test('of a JWT holds no more details than fit (RFC 9396 §9)', async () => {
    const details = [{ type: 'payment', note: 'x'.repeat(40_000) }];
    const jwt = { ...SERVER, accessTokenFormat: 'jwt', accessTokenSigningAlg: 'ES256' };
    await expect(minted({}, { details, resourceServer: jwt })).rejects.toMatchObject({ error: expect.any(String) });
    expect((await minted({}, { details })).answer['authorization_details']).toEqual(details);
  });
});

describe('a proof of possession', () => {
  test('binds the token to its key, and is good for one token (RFC 9449 §11.1)', async () => {
    const dpop = await proofOf();
    const { members, asks } = await minted({ dpop });
    expect(members?.['bound']).toEqual({ jkt });
    expect(asks).toEqual([['instance', 'agt_a', jkt]]);
    await expect(minted({ dpop })).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('is demanded of a client whose tokens are bound to a key or to a certificate', async () => {
    const ofKey = { client: { dpopBoundAccessTokens: true } };
    const ofCertificate = { client: { tlsClientCertificateBoundAccessTokens: true } };
    for (const given of [ofKey, ofCertificate]) {
      await expect(minted(given)).rejects.toMatchObject({ error: 'invalid_request' });
    }
    expect((await minted({ ...ofKey, dpop: await proofOf() })).members?.['bound']).toEqual({ jkt });
    const { members } = await minted({ ...ofCertificate, certificate: 'pem' });
    expect(members?.['bound']).toEqual({ x5t: 'pem' });
  });

  test('of a key and of a certificate at once is refused', async () => {
    const both = { dpop: await proofOf(), certificate: 'pem', client: { tlsClientCertificateBoundAccessTokens: true } };
    await expect(minted(both)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  test('is shown to the grant: a certificate only of a client whose tokens are bound to it', async () => {
    const shown = async (given: Given) =>
      (await asked(given, async ({ dpopThumbprint, certificateThumbprint }) => [dpopThumbprint, certificateThumbprint]))
        .answer;
    const bound = { tlsClientCertificateBoundAccessTokens: true };
    expect(await shown({})).toEqual([undefined, undefined]);
    expect(await shown({ dpop: await proofOf() })).toEqual([jkt, undefined]);
    expect(await shown({ certificate: 'pem' })).toEqual([undefined, undefined]);
    expect(await shown({ certificate: 'pem', client: bound })).toEqual([undefined, SHOWN]);
  });

  test('binds a family of an instance, of which it is used up as well', async () => {
    const dpop = await proofOf();
    const family = { subject: 'acc_anna' } as never;
    expect((await asked({ dpop }, (request) => request.mintFamily(family))).answer).toBe(family);
    expect((await asked({}, (request) => request.mintFamily(family))).answer).toBe(family);
    await expect(asked({ dpop }, (request) => request.mintFamily(family))).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    });
  });
});

describe('a token for another server', () => {
  const signed = async (given: Given, more: object = {}) => {
    const result = await asked(given, (request) => request.mintAssertion({ ...ASSERTION, ...more } as never));
    return { ...result, claims: JSON.parse(String(result.answer['access_token'])) as Record<string, unknown> };
  };

  test('lives as long as what it rests on, and as is asked for at most', async () => {
    const until = async (notAfter: number) => (await signed({}, { notAfter })).answer['expires_in'];
    expect([await until(NOW + 100), await until(NOW + 9000), await until(NOW + 1)]).toEqual([100, 300, 1]);
    await expect(until(NOW)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('is bound to the key of the proof or to the certificate, and to neither without one', async () => {
    const dpop = await proofOf();
    const bound = { certificate: 'pem', client: { tlsClientCertificateBoundAccessTokens: true } };
    expect((await signed({ dpop })).claims['cnf']).toEqual({ jkt });
    expect((await signed(bound)).claims['cnf']).toEqual({ 'x5t#S256': SHOWN });
    expect((await signed({})).claims).not.toHaveProperty('cnf');
    await expect(signed({ dpop })).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('names its actors and its grant where it has them', async () => {
    const { claims, prepared } = await signed({}, { chain: TOKEN.chain, grant: 'grt_1' });
    expect(claims).toMatchObject({ act: TOKEN.chain, aud: ASSERTION.audience, sub: 'acc_anna', iat: NOW });
    expect(prepared[0]).toMatchObject({ assertion: [{}, { grantId: 'grt_1' }, { chain: TOKEN.chain }, undefined] });
    const plain = await signed({});
    expect(plain.claims).not.toHaveProperty('act');
    expect(plain.prepared[0]).toEqual({
      assertion: [expect.anything(), expect.not.objectContaining({ grantId: expect.anything() }), {}, undefined],
    });
  });
});

describe('a grant', () => {
  test('reads parameters that are there once, several times, or not at all', async () => {
    const params = { one: 'a', several: ['a', 'b'] };
    const values = async (given: Given) =>
      (await asked(given, async (request) => ['one', 'several', 'none'].map((name) => request.values(name)))).answer;
    expect(await values({ params })).toEqual([['a'], ['a', 'b'], []]);
    expect(await values({})).toEqual([[], [], []]);
  });

  test('sees who asks', async () => {
    const who = async (client: object) =>
      (await asked({ client }, async ({ id, clientId, isAgent, source }) => [id, clientId, isAgent, source])).answer;
    expect(await who({})).toEqual(['req_1', 'agt_a', true, '192.0.2.1']);
    expect(await who({ behalf_kind: 'client' })).toEqual(['req_1', 'agt_a', false, '192.0.2.1']);
  });

  test('learns whether a name is used up, and uses names up with the token', async () => {
    const swap = { swap: true } as never;
    const { answer, unit } = await asked({}, async (request) => {
      request.useOnce('fresh', NOW + 5);
      request.claim(swap);
      return [await request.isUsed('fresh'), await request.isUsed('gone')];
    });
    expect(answer).toEqual([false, true]);
    expect(unit.consumptions).toEqual([{ id: 'once:fresh', expiresAt: NOW + 5 }]);
    expect(unit.claims).toEqual([swap]);
  });
});
