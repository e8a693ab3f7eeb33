import { describe, expect, test } from '@jest/globals';
import { isPublicAddress, proveAddressRules } from '../../../adapters/egress/address-rules.ts';
import { placeOf } from '../../../adapters/egress/url-rules.ts';

const FORBIDDEN = {
  loopback: ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:1'],
  'this host': ['0.0.0.0', '0.255.255.255', '::', '::ffff:0:0'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'shared by carriers': ['100.64.0.0', '100.127.255.255', '100.100.100.200'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  metadata: ['169.254.169.254', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'],
  'unique local and site-local': ['fc00::', 'fdff:ffff::1', 'fec0::1'],
  'IPv4 in IPv6': ['::ffff:10.0.0.1', '::ffff:0:10.0.0.1', '::10.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::808:808'],
  'local NAT64': ['64:ff9b:1::1', '64:ff9b:1:ffff::a00:1'],
  '6to4 and its relays': ['2002:a00:1::', '2002:808:808::', '192.88.99.1'],
  'Teredo and other assignments': ['2001::1', '2001:0:4136:e378::', '2001:2::1', '2001:10::1', '2001:20::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  benchmarks: ['198.18.0.0', '198.19.255.255'],
  'protocol assignments': [
    '192.0.0.1',
    '192.0.0.255',
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '2620:4f:8000::1',
  ],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255'],
  'never handed out': ['4000::1', '5f00::1', '8000::1', '100::1', '200::1', 'e000::1'],
  'no address': ['', 'localhost', '1', '1.1', '0x7f000001', '2130706433', '017700000001', '1.1.1.1 ', '1.1.1.01'],
} as const;

describe('addresses', () => {
  test.each(Object.entries(FORBIDDEN))('SF-01 none is public that is %s', (_kind, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('SF-01 the neighbours of forbidden ranges are public', () => {
    const public4 = ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'];
    const more4 = ['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0'];
    const rest4 = [
      '192.167.255.255',
      '192.169.0.0',
      '198.17.255.255',
      '198.20.0.0',
      '223.255.255.255',
      '168.63.129.17',
    ];
    const public6 = ['2001:200::1', '2003::1', '2606:4700::1111', '2a00:1450:4001::1', '2620:4f:8001::1', '3ffe::1'];
    const all = [...public4, ...more4, ...rest4, ...public6];
    expect(all.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test('SF-06 rules that let a forbidden address pass, or hold all, are no guard', () => {
    expect(() => proveAddressRules(isPublicAddress)).not.toThrow();
    expect(() => proveAddressRules(() => true)).toThrow('guard');
    expect(() => proveAddressRules(() => false)).toThrow('guard');
    expect(() => proveAddressRules((address) => address !== '::1' && isPublicAddress(`${address}`))).not.toThrow();
    expect(() => proveAddressRules((address) => address === 'fd00:ec2::254' || isPublicAddress(address))).toThrow(
      'fd00',
    );
  });
});

/** Names that no repository should hold as addresses. */
const inside = (...labels: readonly string[]): string => `https://${labels.join('.')}/`;

describe('URLs', () => {
  const named: ReadonlySet<string> = new Set(['keys.corp.internal', 'localhost:8443', '[fd00::1]:8443']);
  const of = (url: string) => placeOf(url, named);

  test.each([
    ['https://keys.example.com/jwks.json', { host: 'keys.example.com', port: 443, path: '/jwks.json', isNamed: false }],
    ['https://example.com', { host: 'example.com', path: '/' }],
    ['https://example.com/a?b=c&d=%20', { path: '/a?b=c&d=%20' }],
    ['https://xn--bcher-kva.example/', { host: 'xn--bcher-kva.example' }],
    ['https://1.1.1.1/', { host: '1.1.1.1', isNamed: false }],
    ['https://[2606:4700::1111]/', { host: '2606:4700::1111', authority: '[2606:4700::1111]' }],
    [inside('keys', 'corp', 'internal'), { isNamed: true }],
    ['https://localhost:8443/x', { host: 'localhost', port: 8443, authority: 'localhost:8443', isNamed: true }],
    ['https://[fd00::1]:8443/', { host: 'fd00::1', port: 8443, isNamed: true }],
  ])('accepts %s', (url, place) => {
    expect(of(url)).toMatchObject(place);
  });

  test.each([
    'http://example.com/',
    'ftp://example.com/',
    'https:example.com',
    'https:/example.com/',
    'https:///example.com/',
    'HTTPS:\\\\example.com',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://@example.com/',
    'https://example.com:8443/',
    'https://example.com:443/',
    'https://example.com:/',
    'https://localhost:8444/',
    'https://example.com/#keys',
    'https://example.com/a/../b',
    'https://example.com/./b',
    'https://example.com/%2e%2e/b',
    'https://example.com/a%2fb',
    'https://example.com/a\\b',
    'https://example.com\\@evil.example/',
    'https://exam\tple.com/',
    'https://example.com/\n',
    ' https://example.com/',
    'https://example.com/ a',
    'https://exämple.com/',
    'https://example.com/ä',
    'https://example%2ecom/',
    'https://example.com./',
    'https://localhost./',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fe80::1%25eth0]/',
    'https://example。com/',
    'https://①②⑦.0.0.1/',
    `https://example.com/${'a'.repeat(2048)}`,
    'https://',
    '',
  ])('SF-09 refuses %j by its spelling', (url) => {
    expect(of(url)).toBe('url_not_allowed');
  });

  test.each([
    'https://127.0.0.1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2002:a00:1::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://localhost/',
    'https://a.localhost/',
    inside('metadata', 'google', 'internal'),
    inside('printer', 'local'),
    inside('router', 'home', 'arpa'),
    'https://intranet/',
    inside('other', 'corp', 'internal'),
  ])('SF-01 refuses %s before any host is asked', (url) => {
    expect(of(url)).toBe('address_not_allowed');
  });
});
