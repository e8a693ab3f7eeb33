/**
 * Maps a client address to the networks for limits and budgets. One IPv6 subscriber holds at least a /64, a home connection
 * often a /56, a site a /48 (RFC 6177). Counting single addresses would therefore limit nothing (RL-03).
 */

/**
 * Networks of one address in CIDR notation, narrowest first: IPv6 /64, /56, /48; IPv4 /32, /24, /16. Each lies within the
 * next one. Any input that is not an address is in `unknown` at all three levels.
 */
export type ClientNetworks = readonly [narrow: string, middle: string, wide: string];

/** The one network of all input that is not an address. */
export const UNKNOWN_NETWORK = 'unknown';

const UNKNOWN: ClientNetworks = [UNKNOWN_NETWORK, UNKNOWN_NETWORK, UNKNOWN_NETWORK];
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
/** Maximum length of an address with a zone (RFC 4007). Longer text is not an address. */
const MAXIMUM_LENGTH = 128;
const GROUPS = 8;

/**
 * The networks of `address`. IPv4-mapped (RFC 4291 §2.5.5.2) and NAT64 addresses (64:ff9b::/96, RFC 6052) give the networks
 * of the IPv4 address inside; a zone is ignored. Never throws.
 */
export const clientNetworks = (address: string): ClientNetworks => {
  if (address.length > MAXIMUM_LENGTH) return UNKNOWN;
  const octets = octetsOf(address);
  if (octets) return ofIpv4(octets);
  const groups = groupsOf(address);
  if (!groups) return UNKNOWN;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const isMapped = a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff;
  const isTranslated = a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0;
  if (isMapped || isTranslated) return ofIpv4([g >> 8, g & 255, h >> 8, h & 255]);
  const front = `${hex(a)}:${hex(b)}:${hex(c)}`;
  return [`${front}:${hex(d)}::/64`, `${front}:${hex(d & 0xff00)}::/56`, `${front}::/48`];
};

/** The smallest network of one subscriber: a /32 of IPv4, a /64 of IPv6. */
export const clientNetwork = (address: string): string => clientNetworks(address)[0];

/** The largest network of one site: IPv4 /24, IPv6 /48. For records and pages that must not identify a subscriber. */
export const coarseNetwork = (address: string): string => {
  const [, middle, wide] = clientNetworks(address);
  return wide.includes(':') ? wide : middle;
};

/** A network, and its limit as a multiple of one subscriber's limit. */
export type LimitedNetwork = { readonly network: string; readonly times: number };

const MIDDLE_TIMES = 4;
const WIDE_TIMES = 16;

/**
 * The networks to which a limit of one subscriber applies, narrowest first: IPv6 /64 once, /56 four times, /48 sixteen
 * times; IPv4 the address once, its /24 sixteen times.
 */
export const limitedNetworks = (address: string): readonly LimitedNetwork[] => {
  const [narrow, middle, wide] = clientNetworks(address);
  if (narrow === UNKNOWN_NETWORK) return [{ network: narrow, times: 1 }];
  if (!wide.includes(':'))
    return [
      { network: narrow, times: 1 },
      { network: middle, times: WIDE_TIMES },
    ];
  return [
    { network: narrow, times: 1 },
    { network: middle, times: MIDDLE_TIMES },
    { network: wide, times: WIDE_TIMES },
  ];
};

type Octets = readonly [number, number, number, number];

const ofIpv4 = ([a, b, c, d]: Octets): ClientNetworks => [
  `${a}.${b}.${c}.${d}/32`,
  `${a}.${b}.${c}.0/24`,
  `${a}.${b}.0.0/16`,
];

const octetsOf = (text: string): Octets | undefined => {
  const [, a, b, c, d] = IPV4.exec(text) ?? [];
  const octets: Octets = [Number(a), Number(b), Number(c), Number(d)];
  return octets.every((octet) => octet <= 255) ? octets : undefined;
};

/** The eight groups of an IPv6 address (RFC 4291 §2.2), or undefined. */
const groupsOf = (address: string): readonly number[] | undefined => {
  const [plain = ''] = address.split('%', 1);
  const [front, back, ...more] = plain.split('::').map(sideOf);
  const isCompressed = plain.includes('::');
  if (more.length > 0 || !front || (isCompressed && !back)) return undefined;
  if (!back) return front.length === GROUPS ? front : undefined;
  const missing = GROUPS - front.length - back.length;
  return missing < 1 ? undefined : [...front, ...Array<number>(missing).fill(0), ...back];
};

/** Groups of one side of `::`. The last 32 bits may be written as an IPv4 address. */
const sideOf = (text: string): readonly number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const octets = index === parts.length - 1 ? octetsOf(part) : undefined;
    if (octets) groups.push((octets[0] << 8) | octets[1], (octets[2] << 8) | octets[3]);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups.length > GROUPS ? undefined : groups;
};

const hex = (group: number): string => group.toString(16);
