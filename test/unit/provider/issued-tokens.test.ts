/** When a token that lived once has ended, as against expired. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { PROVIDER_RECORDS, type ProviderRecord } from '../../../src/provider/seam/records.ts';
import { issuedTokens } from '../../../src/provider/tokens/issued-tokens.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const world = () => {
  const clock = standingClock();
  const documents = memoryDocumentStore();
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
