import { describe, expect, test } from '@jest/globals';
import type { PasskeyFactor } from '../../../src/domain/identity/factors/factor.ts';
import {
  checkedAssertion,
  claimedBy,
  type RelyingParty,
  relyingParty,
} from '../../../src/domain/identity/factors/webauthn.ts';
import { base64, type Lie, PRESENT, softwarePasskey } from '../../support/software-passkey.ts';

const PARTY: RelyingParty = { id: 'id.example.com', name: 'Behalf', origin: 'https://id.example.com' };
const CHALLENGE = 'c2l4dGVlbiBieXRlcyBvciBtb3Jl';

const KEY = softwarePasskey();
const PASSKEY: PasskeyFactor = { ...KEY.passkey, id: 'fac_1', name: 'Laptop', createdAt: 0 };

const assertion = (lie: Lie = {}): string =>
  KEY.assertion({ origin: PARTY.origin, party: PARTY.id, challenge: CHALLENGE }, lie);

describe('passkeys', () => {
  test('a signature for this origin, challenge and party is accepted', async () => {
    expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, assertion(), true)).toEqual({
      counter: expect.any(Number),
      isVerified: true,
    });
    expect(await checkedAssertion(PARTY, CHALLENGE, PASSKEY, assertion({ flags: PRESENT }), false)).toEqual({
      counter: expect.any(Number),
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
    ['no user verification', { flags: PRESENT }],
    ['no user presence', { flags: 0b100 }],
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
