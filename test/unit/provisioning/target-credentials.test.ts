/** The credentials of this server at a target: bound to its URL, also for an editor of the store. */
import { describe, expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { heldTokens } from '../../../src/domain/platform/outbound-tokens/held-tokens.ts';
import type { TokenParty } from '../../../src/domain/ports/client-tokens.ts';
import type { ProvisioningTarget } from '../../../src/domain/provisioning/provisioning-target.ts';
import {
  type TargetCredentialInput,
  targetCredentials,
  targetSealedAnew,
  targetTokens,
  withoutCredentials,
} from '../../../src/domain/provisioning/target-credentials.ts';
import { targetFailureOf } from '../../../src/domain/provisioning/target-failures.ts';
import { standingClock } from '../../support/standing-clock.ts';

const KEY = Buffer.alloc(32, 7);
const CLIENT = { tokenEndpoint: 'https://login.example/token', tokenClientId: 'behalf' };
const SECRET = { ...CLIENT, tokenClientAuthentication: 'client_secret_basic', tokenClientSecret: 's3cret' } as const;

const made = (given: TargetCredentialInput, before?: ProvisioningTarget, url = 'https://one.example/scim') => {
  const deps = { masterKey: masterKey(KEY), checkUrl: () => undefined, issuer: 'https://id.example' };
  const place = { id: 'ptg_1', url };
  const stored = targetCredentials(deps, place, withoutCredentials(given).credentials, before);
  return { ...place, ...stored } as ProvisioningTarget;
};

/** What the server would send for this target, and what it asks token endpoints. */
const sending = (key = masterKey(KEY)) => {
  const clock = standingClock();
  const asked: TokenParty[] = [];
  const endpoints = {
    request: async (party: TokenParty) => {
      asked.push(party);
      return { token: `short-${asked.length}`, expiresInSeconds: 300 };
    },
  };
  const tokens = targetTokens({ masterKey: key, clock, held: heldTokens({ clock, endpoints, most: 8 }) });
  const tokenOf = async (target: ProvisioningTarget): Promise<string> => {
    try {
      return (await tokens.tokenOf(target)).token;
    } catch (error) {
      return String(targetFailureOf(error)?.failure);
    }
  };
  return { clock, asked, tokens, tokenOf };
};

describe('an editor of the store', () => {
  test.each<[string, TargetCredentialInput, object]>([
    ['moves a token to another URL', { token: 'static' }, { url: 'https://evil.example/scim' }],
    ['moves a client to another URL', SECRET, { url: 'https://evil.example/scim' }],
    ['moves a client with own keys to another URL', CLIENT, { url: 'https://evil.example/scim' }],
  ])('%s: nothing is sent there', async (_, given, edit) => {
    const { tokenOf, asked } = sending();
    expect(await tokenOf({ ...made(given), ...edit })).toBe('token_unreadable');
    expect(asked).toEqual([]);
  });

  test.each<[string, object]>([
    ['endpoint', { tokenEndpoint: 'https://evil.example/token' }],
    ['client', { clientId: 'https://id.example' }],
    ['audience', { audience: 'https://victim.example' }],
    ['method', { authentication: 'client_secret_basic' }],
  ])('changes the %s of a client: it gets no assertion and no secret', async (_, edit) => {
    const { tokenOf, asked } = sending();
    const target = made(CLIENT);
    const tokenClient = { ...target.tokenClient, ...edit } as NonNullable<ProvisioningTarget['tokenClient']>;
    expect(await tokenOf({ ...target, tokenClient })).toBe('token_unreadable');
    expect(asked).toEqual([]);
  });
});

test('a token is held until shortly before its end, and not after it was refused', async () => {
  const { tokenOf, tokens, clock } = sending();
  const target = made(SECRET);
  expect([await tokenOf(target), await tokenOf(target)]).toEqual(['short-1', 'short-1']);
  clock.move(271);
  expect(await tokenOf(target)).toBe('short-2');
  tokens.forget(target);
  expect(await tokenOf(target)).toBe('short-3');
  // With other settings it is another token.
  expect(await tokenOf(made({ ...SECRET, tokenScope: 'scim' }))).toBe('short-4');
});

test('credentials are read with a new master key, and without the old one after they were sealed anew', async () => {
  const [both, next] = [masterKey(Buffer.alloc(32, 8), KEY), masterKey(Buffer.alloc(32, 8))];
  for (const [given, sent] of [
    [{ token: 'static' }, 'static'],
    [SECRET, 'short-1'],
  ] as const) {
    const target = made(given);
    expect(await sending(both).tokenOf(target)).toBe(sent);
    expect(await sending(next).tokenOf(target)).toBe('token_unreadable');
    const again = targetSealedAnew(both, target);
    expect(await sending(next).tokenOf(again ?? target)).toBe(sent);
    expect(targetSealedAnew(both, again ?? target)).toBeUndefined();
  }
});

test('a change keeps what it leaves out, and null returns to a token', async () => {
  const client = made(SECRET);
  expect(made({ tokenScope: 'scim' }, client).tokenClient).toMatchObject({ clientId: 'behalf', scope: 'scim' });
  expect(() => made({ tokenClientId: 'other' }, client)).toThrow(
    expect.objectContaining({ reason: 'token_client_secret_missing', field: '/token_client_secret' }),
  );
  expect(() => made({ tokenEndpoint: null }, client)).toThrow(
    expect.objectContaining({ reason: 'target_token_missing', field: '/token' }),
  );
  expect(made({ token: 'static' }, client)).not.toHaveProperty('tokenClient');
  expect(made({}, made({ token: 'static' })).sealed).toBeDefined();
});
