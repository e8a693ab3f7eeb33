import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { PasskeyFactor } from '../../../src/domain/factors/factor.ts';
import { checkedAssertion, claimedBy, type RelyingParty, relyingParty } from '../../../src/domain/factors/webauthn.ts';

const PARTY: RelyingParty = { id: 'id.example.com', name: 'Behalf', origin: 'https://id.example.com' };
const CHALLENGE = 'c2l4dGVlbiBieXRlcyBvciBtb3Jl';

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
const base64 = (data: Buffer | string): string => Buffer.from(data).toString('base64url');

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
/** COSE: EC2, ES256, P-256, x, y (RFC 9053 §7.1.1). */
const COSE = Buffer.concat([
  Buffer.from('a5010203262001215820', 'hex'),
  Buffer.from(x, 'base64url'),
  Buffer.from('225820', 'hex'),
  Buffer.from(y, 'base64url'),
]);

const PASSKEY: PasskeyFactor = {
  id: 'fac_1',
  kind: 'passkey',
  name: 'Laptop',
  createdAt: 0,
  credential: base64('a credential id'),
  publicKey: base64(COSE),
  counter: 0,
  transports: [],
  isSynced: false,
};

type Lie = {
  readonly origin?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly party?: string;
  readonly flags?: number;
  readonly rawId?: string;
  readonly isTampered?: boolean;
};

/** What a browser sends for a signature; each lie makes one part of it another. */
const assertion = (lie: Lie = {}): string => {
  const clientData = JSON.stringify({
    type: lie.type ?? 'webauthn.get',
    challenge: lie.challenge ?? CHALLENGE,
    origin: lie.origin ?? PARTY.origin,
    crossOrigin: false,
  });
  const authenticatorData = Buffer.concat([
    sha256(lie.party ?? PARTY.id),
    Buffer.from([lie.flags ?? 0b101]),
    Buffer.from([0, 0, 0, 7]),
  ]);
  const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
  if (lie.isTampered) signature[signature.length - 1] = Number(signature.at(-1)) ^ 1;
  return JSON.stringify({
    id: PASSKEY.credential,
    rawId: lie.rawId ?? PASSKEY.credential,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64(clientData),
      authenticatorData: base64(authenticatorData),
      signature: base64(signature),
    },
  });
};

describe('passkeys', () => {
  test('a signature for this origin, challenge and party is good', async () => {
    expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, assertion(), true)).toEqual({
      counter: 7,
      isVerified: true,
    });
    expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, assertion({ flags: 1 }), false)).toEqual({
      counter: 7,
      isVerified: false,
    });
  });

  test.each<readonly [string, Lie]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'https://id.example.com:8443' }],
    ['another scheme', { origin: 'http://id.example.com' }],
    ['a host that ends like ours', { origin: 'https://evil-id.example.com' }],
    ['a host that begins like ours', { origin: 'https://id.example.com.evil.example' }],
    ['the registrable domain as party', { party: 'example.com' }],
    ['another party', { party: 'evil.example' }],
    ['another challenge', { challenge: base64('another challenge') }],
    ['a registration', { type: 'webauthn.create' }],
    ['nobody verified', { flags: 1 }],
    ['nobody present', { flags: 0b100 }],
    ['another rawId', { rawId: base64('another id') }],
    ['a signature of something else', { isTampered: true }],
  ])('LG-05 %s is refused', async (_, lie) => {
    expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, assertion(lie), true)).toBeUndefined();
  });

  test('LG-05 nonsense is refused without a word', async () => {
    for (const text of ['', '{', 'null', '[]', '1', '{"id":{}}', '{"id":"a","response":null}', 'x'.repeat(20_000)]) {
      expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, text, true)).toBeUndefined();
    }
    expect(claimedBy('null')).toBeUndefined();
    expect(claimedBy('{"id":{}}')).toBeUndefined();
    expect(claimedBy(`{"id":"a","response":{"userHandle":"${base64('acc_../../x')}"}}`)).toEqual({ id: 'a' });
  });

  test.each([
    ['https://id.example.com', 'id.example.com', 'https://id.example.com'],
    ['https://id.example.com:8443/id', 'id.example.com', 'https://id.example.com:8443'],
    ['http://localhost:3000', 'localhost', 'http://localhost:3000'],
    ['http://id.example.com', undefined, undefined],
    ['https://192.0.2.1', undefined, undefined],
    ['https://[2001:db8::1]', undefined, undefined],
  ])('the party of %s comes from it alone (invariant 7)', (issuer, id, origin) => {
    const party = relyingParty(issuer);
    expect([party?.id, party?.origin]).toEqual([id, origin]);
  });
});
