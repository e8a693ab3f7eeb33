/** When a token that lived once has ended, as against expired. */
import { describe, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { PROVIDER_RECORDS, type ProviderRecord } from '../../../src/provider/seam/records.ts';
import { issuedTokens } from '../../../src/provider/tokens/issued-tokens.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const world = () => {
  const clock = standingClock();
  const documents = memoryDocumentStore('refused');
  let ended: string | undefined;
  let facts: object | undefined;
  const tokens = issuedTokens({
    ...{
      documents,
      clock,
      masterKey: { digests: (_: string, token: string) => [`old ${token}`, token] },
      issuer: 'https://id.example',
    },
    liveness: { endOf: async () => ended, standing: async () => facts },
  } as never);
  return {
    clock,
    tokens,
    records: documents.collection<ProviderRecord>(PROVIDER_RECORDS),
    endWhatItDependsOn: () => {
      ended = 'delegation';
    },
    known: (more: object) => {
      facts = more;
    },
  };
};

const OPAQUE = { id: 'digest', format: 'opaque', expiresAt: START + 60 } as never;

test('an opaque token without a record was ended until it expires, and is expired from then on', async () => {
  const { clock, tokens } = world();
  clock.move(59);
  expect(await tokens.isEnded(OPAQUE)).toBe(true);
  clock.move(1);
  expect(await tokens.isEnded(OPAQUE)).toBe(false);
});

test('an opaque token with a record has ended only with what it depends on', async () => {
  const { tokens, records, endWhatItDependsOn } = world();
  await records.insert({ id: 'AccessToken:digest', payload: {} } as never);
  expect(await tokens.isEnded(OPAQUE)).toBe(false);
  endWhatItDependsOn();
  expect(await tokens.isEnded(OPAQUE)).toBe(true);
});

test('a JWT has ended once it is revoked by its id (RFC 7009 §2)', async () => {
  const { tokens } = world();
  const token = { id: 'tok_1', format: 'jwt', expiresAt: START + 60 } as never;
  expect(await tokens.isEnded(token)).toBe(false);
  await tokens.endById('tok_1');
  expect(await tokens.isEnded(token)).toBe(true);
});

const { privateKey, publicKey } = await generateKeyPair('ES256');
const JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };

/** A JWT of app_1 for acc_1. `type`: of its header. */
const jwtOf = (claims: object = {}, type = 'at+jwt'): Promise<string> =>
  new SignJWT({ client_id: 'app_1', ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: type, kid: 'k1' })
    .setIssuer('https://id.example')
    .setSubject('acc_1')
    .setAudience('https://api.example')
    .setJti('tok_1')
    .setIssuedAt(START)
    .setExpirationTime(START + 60)
    .sign(privateKey);

test('a JWT whose key is withdrawn while it is verified is none, then and later', async () => {
  const { tokens } = world();
  const token = await jwtOf();
  tokens.useKeys({ keys: [JWK] });
  expect((await tokens.genuine(token))?.id).toBe('tok_1');
  tokens.useKeys({ keys: [JWK] });
  const underWay = tokens.genuine(token);
  tokens.useKeys({ keys: [] });
  expect([await underWay, await tokens.genuine(token)]).toEqual([undefined, undefined]);
});

test('the signature of a JWT is verified once, and its expiry each time', async () => {
  const { tokens, clock } = world();
  tokens.useKeys({ keys: [JWK] });
  const token = await jwtOf();
  const verify = jest.spyOn(crypto.subtle, 'verify');
  expect([(await tokens.find(token))?.id, (await tokens.find(token))?.id]).toEqual(['tok_1', 'tok_1']);
  expect(verify).toHaveBeenCalledTimes(1);
  clock.move(59);
  expect((await tokens.find(token))?.id).toBe('tok_1');
  clock.move(1);
  expect(await tokens.find(token)).toBeUndefined();
});

test('what was signed by us is read by its type, in any case, and only while it is not expired', async () => {
  const { tokens, clock } = world();
  tokens.useKeys({ keys: [JWK] });
  const types = new Set(['at+jwt', undefined]);
  expect(await tokens.signed(await jwtOf({ extra: 1 }, 'AT+JWT'), types)).toMatchObject({ sub: 'acc_1', extra: 1 });
  for (const token of [await jwtOf({}, 'dpop+jwt'), 'a.b.c', 'opaque', `${await jwtOf()}${'x'.repeat(40_000)}`]) {
    expect(await tokens.signed(token, types)).toBeUndefined();
  }
  clock.move(60);
  expect(await tokens.signed(await jwtOf(), types)).toBeUndefined();
});

describe('an opaque token', () => {
  const HANDLE = 'A'.repeat(43);
  const record = (payload: object | undefined, digest = HANDLE, model = 'AccessToken') =>
    ({ id: `${model}:${digest}`, ...(payload ? { payload } : {}) }) as never;
  const payload = { clientId: 'app_1', accountId: 'acc_1', aud: 'https://api.example', scope: 'read send' };
  const live = { ...payload, iat: START, exp: START + 60 };

  test('is found by the digest of its handle, under either master key, with what its record says', async () => {
    for (const digest of [HANDLE, `old ${HANDLE}`]) {
      const { tokens, records } = world();
      const extra = {
        act: { sub: 'agt_a', iss: 'https://id.example' },
        delegation: 'dlg_1',
        txn: 'txn_1',
        max_uses: 2,
      };
      await records.insert(record({ ...live, grantId: 'grt_1', jkt: 'key', extra }, digest));
      expect(await tokens.find(HANDLE)).toMatchObject({
        ...{ id: digest, format: 'opaque', subject: 'acc_1', clientId: 'app_1', scope: ['read', 'send'] },
        ...{ delegation: 'dlg_1', txn: 'txn_1', maxUses: 2, grant: 'grt_1', jkt: 'key', expiresAt: START + 60 },
      });
    }
  });

  test('is none without a record, with one that cannot be read, or from its expiry on', async () => {
    const { tokens, records, clock } = world();
    expect(await tokens.find(HANDLE)).toBeUndefined();
    await records.insert(record(undefined, `old ${HANDLE}`));
    expect(await tokens.find(HANDLE)).toBeUndefined();
    await records.insert(record(live));
    clock.move(59);
    expect((await tokens.find(HANDLE))?.id).toBe(HANDLE);
    clock.move(1);
    expect(await tokens.find(HANDLE)).toBeUndefined();
  });

  test('ends with its id, and with what it depends on, and endOf says which', async () => {
    const { tokens, records, endWhatItDependsOn } = world();
    await records.insert(record(live));
    expect(await tokens.endOf(HANDLE)).toBeUndefined();
    expect(await tokens.endOf('A'.repeat(42))).toBeUndefined();
    endWhatItDependsOn();
    expect(await tokens.endOf(HANDLE)).toMatchObject({ token: { id: HANDLE }, end: 'delegation' });
    expect(await tokens.find(HANDLE)).toBeUndefined();
    expect((await tokens.genuine(HANDLE))?.id).toBe(HANDLE);
    await tokens.endById(HANDLE);
    expect(await tokens.genuine(HANDLE)).toBeUndefined();
  });

  test('stands with the facts of its decision, and not without them', async () => {
    const { tokens, records, known } = world();
    await records.insert(record(live));
    expect(await tokens.standing(HANDLE)).toBeUndefined();
    known({ scope: ['read'] });
    expect(await tokens.standing(HANDLE)).toMatchObject({ token: { id: HANDLE }, facts: { scope: ['read'] } });
    expect(await tokens.standing('A'.repeat(42))).toBeUndefined();
  });
});

test('a JWT that was revoked is not found, and endOf says so', async () => {
  const { tokens } = world();
  tokens.useKeys({ keys: [JWK] });
  const token = await jwtOf();
  expect(await tokens.endOf(token)).toBeUndefined();
  await tokens.end({ id: 'tok_1', expiresAt: START + 60 } as never);
  expect(await tokens.endOf(token)).toMatchObject({ token: { id: 'tok_1' }, end: 'revoked' });
  expect([await tokens.find(token), await tokens.genuine(token)]).toEqual([undefined, undefined]);
  expect(await tokens.find(`${token}${'x'.repeat(40_000)}`)).toBeUndefined();
});
