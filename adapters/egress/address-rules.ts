/**
 * The guarded fetch: every request of this server to a URL that others chose goes through this folder. No other code
 * may open such a connection (test/architecture/forbidden-calls.test.ts).
 * Owns what may be reached (here and in url-rules.ts), how a connection is made (dialing.ts) and which responses are
 * accepted (document-exchange.ts). Owns how much is fetched (budgets.ts) and how long it is cached
 * (trusted-fetch.ts). Does not own what a document means, or who may name one. Created once, by
 * src/compose/services.ts.
 */
import { BlockList, isIP } from 'node:net';

/**
 * IANA special-purpose registry, RFC 6890 and its updates; multicast, reserved; and special cloud addresses that
 * look public.
 */
const FORBIDDEN_IPV4 = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by carriers; Alibaba's metadata at 100.100.100.200
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's wire server
  ['169.254.0.0', 16], // link-local; metadata at 169.254.169.254
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocol assignments; Oracle's metadata at 192.0.0.192
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const;

/**
 * In IPv6 only allocated global unicast can be public: mapped addresses, NAT64, ULA, link-local and multicast are
 * outside it.
 */
const GLOBAL_UNICAST = ['2000::', 3] as const;
const FORBIDDEN_IPV6 = [
  ['2001::', 23], // IETF protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address of any kind inside
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
] as const;

const listOf = (ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, family);
  return list;
};

const forbidden4 = listOf(FORBIDDEN_IPV4, 'ipv4');
const forbidden6 = listOf(FORBIDDEN_IPV6, 'ipv6');
const global6 = listOf([GLOBAL_UNICAST], 'ipv6');

/**
 * Whether an address, as a resolver or the URL parser writes it, is public unicast. False for input that is no
 * address.
 */
export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !forbidden4.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && global6.check(address, 'ipv6') && !forbidden6.check(address, 'ipv6');
    default:
      return false;
  }
};

/** One of each kind. */
const MUST_BE_REFUSED = [
  '127.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '168.63.129.16',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '198.19.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '::7f00:1',
  '64:ff9b::a00:1',
  '64:ff9b:1::1',
  '2001:0:a00:1::',
  '2001:db8::1',
  '2002:a00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '',
  'localhost',
] as const;
const MUST_BE_ALLOWED = ['1.1.1.1', '93.184.215.14', '2606:4700::1111', '2a00:1450:4001::1'] as const;

/**
 * Throws when the rules do not separate forbidden addresses from public ones. Then nothing may be fetched, and the
 * server does not start.
 */
export const proveAddressRules = (rule: (address: string) => boolean): void => {
  const passed = MUST_BE_REFUSED.find((address) => rule(address));
  const held = MUST_BE_ALLOWED.find((address) => !rule(address));
  if (passed === undefined && held === undefined) return;
  throw new Error(`the guard of outgoing requests does not work: it judges ${JSON.stringify(passed ?? held)} wrongly`);
};
