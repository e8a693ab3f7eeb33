import { sourceNetwork } from '../limits/source-network.ts';

/** How much is kept of the address somebody signs in from, to be shown to them. */
export const SOURCES = ['network', 'address', 'none'] as const;
export type KeptSource = (typeof SOURCES)[number];

const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/;
/** Bits of an IPv6 address that a provider of access has, rather than one subscriber. */
const GROUPS_KEPT = 3;

/** As much of an address as is kept: of a network a /24, or a /48 of IPv6. Anything else than an address is nothing. */
export const keptSource = (address: string, kept: KeptSource): string | undefined => {
  const [, front] = IPV4.exec(address) ?? [];
  if (kept === 'none' || (front === undefined && !address.includes(':'))) return undefined;
  if (kept === 'address') return address.slice(0, 64);
  if (front !== undefined) return `${front}.0/24`;
  const groups = sourceNetwork(address).split(':').slice(0, GROUPS_KEPT);
  return `${groups.join(':')}::/48`;
};
