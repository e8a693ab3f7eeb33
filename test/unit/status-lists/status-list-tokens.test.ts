/** Which list a verifier gets under which name, and how often it is signed. */
import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { compression } from '../../../adapters/node/compression.ts';
import { listAddresses } from '../../../src/domain/authority/status-lists/list-addresses.ts';
import { statusListTokens } from '../../../src/domain/authority/status-lists/status-list-tokens.ts';

const ISSUER = 'https://id.example.com';
const LIST = { server: 'rs_a', window: 3_000_000, since: 0, number: 0 };

/** Master keys, of which the first is in use. */
const keyring = (...keys: readonly [string, ...string[]]) => {
  const digestWith = (key: string, values: readonly string[]): string =>
    createHmac('sha256', key).update(values.join('|')).digest('base64url');
  return {
    digest: (...values: readonly string[]) => digestWith(keys[0], values),
    digests: (...values: readonly string[]) => keys.map((key) => digestWith(key, values)),
  };
};

const signedBy = (keys: ReturnType<typeof keyring>) => {
  const signed: Readonly<Record<string, unknown>>[] = [];
  let failures = 0;
  const tokens = statusListTokens({
    lists: {
      read: async () => ({ compressed: async () => Buffer.from('x'), version: '0', asOf: 1_800_000_000 }),
      listsOf: async () => [LIST],
    },
    addresses: listAddresses(ISSUER, keys),
    async sign(_typ, claims): Promise<string> {
      if (failures > 0) {
        failures -= 1;
        throw new Error('no key');
      }
      signed.push(claims);
      return JSON.stringify(claims);
    },
    issuer: ISSUER,
    compression,
  });
  const fail = (times: number): void => {
    failures = times;
  };
  return { tokens, signed, fail };
};

const nameOf = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1);

test('a list is about the URI in the token, also one from before a change of the master key (§5.1)', async () => {
  const before = listAddresses(ISSUER, keyring('old')).uriOf(LIST);
  const { tokens } = signedBy(keyring('new', 'old'));
  const [now = ''] = await tokens.urisOf(LIST.server);
  expect(now).not.toBe(before);
  for (const uri of [before, now]) {
    expect(JSON.parse((await tokens.read(nameOf(uri))).token)).toMatchObject({ sub: uri });
  }
});

test('readers at the same time share one signature, and a failed one is not kept', async () => {
  const { tokens, signed, fail } = signedBy(keyring('a'));
  const [uri = ''] = await tokens.urisOf(LIST.server);
  const read = () => tokens.read(nameOf(uri));
  fail(1);
  await expect(read()).rejects.toThrow('no key');
  const all = await Promise.all([read(), read(), read()]);
  expect([new Set(all.map(({ tag }) => tag)).size, signed.length]).toEqual([1, 1]);
});
