/** When a token that lived once has ended, as against expired. */
import { expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { PROVIDER_RECORDS, type ProviderRecord } from '../../../src/provider/seam/records.ts';
import { issuedTokens } from '../../../src/provider/tokens/issued-tokens.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const world = () => {
  const clock = standingClock();
  const documents = memoryDocumentStore('refused');
  let ended: string | undefined;
  const tokens = issuedTokens({
    ...{ documents, clock, masterKey: undefined, issuer: 'https://id.example' },
    liveness: { endOf: async () => ended },
  } as never);
  return {
    clock,
    tokens,
    records: documents.collection<ProviderRecord>(PROVIDER_RECORDS),
    endWhatItDependsOn: () => {
      ended = 'delegation';
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

test('a JWT whose key is withdrawn while it is verified is none, then and later', async () => {
  const { tokens } = world();
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const token = await new SignJWT({ client_id: 'app_1' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
    .setIssuer('https://id.example')
    .setSubject('acc_1')
    .setAudience('https://api.example')
    .setJti('tok_1')
    .setIssuedAt(START)
    .setExpirationTime(START + 60)
    .sign(privateKey);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  tokens.useKeys({ keys: [jwk] });
  expect((await tokens.genuine(token))?.id).toBe('tok_1');
  tokens.useKeys({ keys: [jwk] });
  const underWay = tokens.genuine(token);
  tokens.useKeys({ keys: [] });
  expect([await underWay, await tokens.genuine(token)]).toEqual([undefined, undefined]);
});
