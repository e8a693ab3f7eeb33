import { describe, expect, test } from '@jest/globals';
import { browserHint } from '../../../src/domain/identity/sessions/browser-hint.ts';
import { keptSource } from '../../../src/domain/identity/sessions/kept-source.ts';

describe('what a browser claims to be', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36',
      'Chrome',
      'Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 Edg/127.0.0.0',
      'Edge',
      'Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    ['Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0', 'Firefox', 'Android'],
  ])('%s', (header, family, system) => {
    expect(browserHint(header)).toEqual({ family, system });
  });

  test.each([[undefined], [''], ['curl/8.5.0'], ['<script>alert(1)</script>'], [`${' '.repeat(400)}Firefox/1`]])(
    'nothing of it is kept for %p',
    (header) => {
      expect(browserHint(header)).toBeUndefined();
    },
  );
});

describe('what is kept of an address', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:7:9::1', '2001:db8:7::/48'],
    ['2001:DB8:7:9:1:2:3:4', '2001:db8:7::/48'],
    ['unknown', undefined],
    ['<b>1.2.3.4</b>', undefined],
  ])('of %s the network is %s', (address, network) => {
    expect(keptSource(address, 'network')).toBe(network);
  });

  test('all of it, or nothing, where the configuration says so', () => {
    expect(keptSource('203.0.113.77', 'address')).toBe('203.0.113.77');
    expect(keptSource('203.0.113.77', 'none')).toBeUndefined();
  });
});
