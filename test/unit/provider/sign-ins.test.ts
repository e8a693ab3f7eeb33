/** ID tokens and refresh tokens of ours as proofs of a sign-in (RFC 8693 §3). */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import {
  CONSUMPTIONS,
  type Consumption,
  type GrantRecord,
  PROVIDER_RECORDS,
  type ProviderRecord,
} from '../../../src/provider/seam/records.ts';
import { signIns } from '../../../src/provider/tokens/sign-ins.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const KEY = masterKey(Buffer.alloc(32, 7));
const GRANT = {
  ...{ id: 'grt_1', account: 'acc_anna', clientId: 'app_a', createdAt: START - 60, expiresAt: START + 900 },
  payload: { exp: START + 800, openid: { scope: 'openid email' } },
} as unknown as GrantRecord;
const CLAIMS = {
  ...{ aud: 'app_a', sub: 'acc_anna', grant_id: 'grt_1', iat: START - 30, exp: START + 30 },
  ...{ acr: 'urn:behalf:acr:password', amr: ['pwd'], auth_time: START - 40 },
};
const TOKEN = 'r'.repeat(43);
const RECORD = `RefreshToken:${KEY.digest('RefreshToken', TOKEN)}`;
const PAYLOAD = {
  ...{ clientId: 'app_a', accountId: 'acc_anna', grantId: 'grt_1', iat: START - 30, exp: START + 1 },
  ...{ acr: 'urn:behalf:acr:password', amr: ['pwd'], authTime: START - 40 },
};

const scene = async (
  over: { readonly claims?: object | null; readonly grant?: object | null; readonly payload?: object } = {},
) => {
  const documents = memoryDocumentStore('refused');
  await documents.collection<ProviderRecord>(PROVIDER_RECORDS).insert({
    ...{ id: RECORD, model: 'RefreshToken', expiresAt: START + 900 },
    payload: { ...PAYLOAD, ...over.payload },
  } as never);
  const types: unknown[] = [];
  const service = signIns({
    documents,
    clock: standingClock(),
    masterKey: KEY,
    tokens: {
      signed: async (_: string, expected: unknown) => {
        types.push(expected);
        return over.claims === null ? undefined : { ...CLAIMS, ...over.claims };
      },
    } as never,
    liveness: {
      grantHeldLive: async (id: string) =>
        id === 'grt_1' && over.grant !== null ? ({ ...GRANT, ...over.grant } as never) : undefined,
    },
  });
  return { service, documents, types };
};
const ofIdToken = async (over: Parameters<typeof scene>[0] = {}, client = 'app_a') =>
  (await scene(over)).service.ofIdToken('token', client);
const ofRefreshToken = async (over: Parameters<typeof scene>[0] = {}, token = TOKEN, client = 'app_a') =>
  (await scene(over)).service.ofRefreshToken(token, client);

const SIGN_IN = {
  ...{ id: expect.any(String), subject: 'acc_anna', clientId: 'app_a', grant: 'grt_1' },
  ...{ openidScopes: ['openid', 'email'], issuedAt: START - 30, assurance: expect.objectContaining({ amr: ['pwd'] }) },
};

describe('an ID token', () => {
  test('proves the sign-in of its grant, no longer than that grant', async () => {
    expect(await ofIdToken()).toEqual({ ...SIGN_IN, expiresAt: START + 30 });
    expect(await ofIdToken({ claims: { exp: START + 999 } })).toMatchObject({ expiresAt: START + 800 });
    const { types, service } = await scene();
    await service.ofIdToken('token', 'app_a');
    expect(types).toEqual([new Set([undefined, 'jwt'])]);
  });

  test('of an instance says so, and scopes that the person refused are none of it', async () => {
    const payload = { exp: START + 800, openid: { scope: 'openid email' }, rejected: { openid: { scope: 'email' } } };
    expect(await ofIdToken({ grant: { instance: 'ins_1', payload } })).toMatchObject({
      ...{ instance: 'ins_1', openidScopes: ['openid'] },
    });
  });

  test.each<[string, Parameters<typeof scene>[0], string?]>([
    ['with another signature or type', { claims: null }],
    ['for another client', { claims: { aud: 'app_b' } }],
    ['presented by another client', {}, 'app_b'],
    ['that is a token of another kind: client_id', { claims: { client_id: 'app_a' } }],
    ['that is a token of another kind: scope', { claims: { scope: 'openid' } }],
    ['that is a token of another kind: act', { claims: { act: { sub: 'agt_a' } } }],
    ['that is a token of another kind: token_use', { claims: { token_use: 'x' } }],
    ['without a grant', { claims: { grant_id: undefined } }],
    ['whose grant is no text', { claims: { grant_id: 7 } }],
    ['of an ended grant', { grant: null }],
    ['whose grant is of another client', { grant: { clientId: 'app_b' } }],
    ['whose grant is of another person', { grant: { account: 'acc_ben' } }],
    ['whose grant has no OpenID scope', { grant: { payload: { exp: START + 800, openid: { scope: 'email' } } } }],
    ['whose grant has no scope', { grant: { payload: { exp: START + 800 } } }],
  ])('%s proves nothing', async (...[, over, client]) => {
    expect(await ofIdToken(over, client)).toBeUndefined();
  });
});

describe('a refresh token', () => {
  test('proves the sign-in of its grant, and says to which key it is bound', async () => {
    expect(await ofRefreshToken()).toEqual({ ...SIGN_IN, expiresAt: START + 1 });
    const bound = { jkt: 'key', 'x5t#S256': 'certificate', proof: 'dpop' };
    expect(await ofRefreshToken({ payload: bound })).toMatchObject({ jkt: 'key', x5t: 'certificate', proof: 'dpop' });
    expect(await ofRefreshToken({ payload: { proof: 'certificate' } })).toMatchObject({ proof: 'certificate' });
    const other = await ofRefreshToken({ payload: { jkt: 7, 'x5t#S256': 7, proof: 'none' } });
    for (const name of ['jkt', 'x5t', 'proof', 'instance']) expect(other).not.toHaveProperty(name);
  });

  test.each<[string, Parameters<typeof scene>[0], string?, string?]>([
    ['of another shape', {}, 'r'.repeat(42)],
    ['that is not stored', {}, 's'.repeat(43)],
    ['of another client', { payload: { clientId: 'app_b' } }],
    ['presented by another client', {}, TOKEN, 'app_b'],
    ['that is over', { payload: { exp: START } }],
    ['that is marked as used', { payload: { consumed: START } }],
    ['of an ended grant', { grant: null }],
    ['whose grant is of another client', { grant: { clientId: 'app_b' } }],
    ['whose grant is of another person', { grant: { account: 'acc_ben' } }],
  ])('%s proves nothing', async (...[, over, token, client]) => {
    expect(await ofRefreshToken(over, token, client)).toBeUndefined();
  });

  test('that was used, and one whose record cannot be read, prove nothing', async () => {
    const { service, documents } = await scene();
    await documents
      .collection<Consumption>(CONSUMPTIONS)
      .insert({ id: RECORD, usedAt: START, expiresAt: START + 900 } as never);
    expect(await service.ofRefreshToken(TOKEN, 'app_a')).toBeUndefined();
    const sealed = await scene();
    const records = sealed.documents.collection<ProviderRecord>(PROVIDER_RECORDS);
    const { payload: _, ...rest } = { ...(await records.get(RECORD))?.document } as { payload?: unknown };
    await records.replace(rest as never, 1);
    expect(await sealed.service.ofRefreshToken(TOKEN, 'app_a')).toBeUndefined();
  });
});
