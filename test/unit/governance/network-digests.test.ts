import { expect, test } from '@jest/globals';
import { networkDigests } from '../../../src/domain/governance/network-digests.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';

const KEY = masterKey(Buffer.alloc(32, 1));
const NETWORK = '192.0.2.0/24';

test('a network has one digest for each client, and another one under another key, however often it is asked', () => {
  const digestOf = networkDigests(KEY);
  const expected = KEY.digest('client_network', 'agt_1', NETWORK).slice(0, 22);
  const asked = () => [digestOf('agt_1', NETWORK), digestOf('agt_2', NETWORK), digestOf('agt_1', '2001:db8::/48')];
  const first = asked();
  expect(first[0]).toBe(expected);
  expect(new Set(first).size).toBe(3);
  expect(asked()).toEqual(first);
  expect(networkDigests(masterKey(Buffer.alloc(32, 2)))('agt_1', NETWORK)).not.toBe(expected);
});

test('what was dropped from memory has the same digest again', () => {
  const digestOf = networkDigests(KEY);
  const first = digestOf('agt_0', NETWORK);
  for (let index = 1; index <= 2_100; index += 1) digestOf(`agt_${index}`, NETWORK);
  expect(digestOf('agt_0', NETWORK)).toBe(first);
});
