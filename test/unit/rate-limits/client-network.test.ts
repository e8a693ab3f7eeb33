import { describe, expect, test } from '@jest/globals';
import { clientNetwork, clientNetworks, coarseNetwork } from '../../../src/domain/vocabulary/client-network.ts';

describe('RL-03 the networks of a client address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7/32', '192.0.2.0/24', '192.0.0.0/16'],
    ['::ffff:192.0.2.7', '192.0.2.7/32', '192.0.2.0/24', '192.0.0.0/16'],
    ['::FFFF:c000:207', '192.0.2.7/32', '192.0.2.0/24', '192.0.0.0/16'],
    ['64:ff9b::192.0.2.7', '192.0.2.7/32', '192.0.2.0/24', '192.0.0.0/16'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1:0::/56', '2001:db8:1::/48'],
    ['2001:DB8:1:abcd::ffff', '2001:db8:1:abcd::/64', '2001:db8:1:ab00::/56', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0::/48'],
    ['2001:0db8:0000::192.0.2.7', '2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0:0::/56', 'fe80:0:0::/48'],
    ['::1', '0:0:0:0::/64', '0:0:0:0::/56', '0:0:0::/48'],
    ['::', '0:0:0:0::/64', '0:0:0:0::/56', '0:0:0::/48'],
  ])('%s counts in %s, %s and %s', (address, narrow, middle, wide) => {
    expect(clientNetworks(address)).toEqual([narrow, middle, wide]);
    expect(clientNetwork(address)).toBe(narrow);
  });

  test.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:7:9::1', '2001:db8:7::/48'],
    ['nothing', 'unknown'],
  ])('coarsely %s is %s', (address, network) => {
    expect(coarseNetwork(address)).toBe(network);
  });

  test.each([
    '',
    'unknown',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::1',
    '::1.2.3.999',
    `::1%${'z'.repeat(200)}`,
  ])('%j is no address: one bucket at each level', (text) => {
    expect(new Set(clientNetworks(text))).toEqual(new Set(['unknown']));
  });
});
