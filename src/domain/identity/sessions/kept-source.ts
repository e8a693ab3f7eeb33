import { coarseNetwork, UNKNOWN_NETWORK } from '../../vocabulary/client-network.ts';

/** How much of the sign-in address a session stores, to show it to the user. */
export const SOURCES = ['network', 'address', 'none'] as const;
export type KeptSource = (typeof SOURCES)[number];

/**
 * The part of an address that is stored: of a network the /24, or the /48 of IPv6. Undefined for input that is no
 * address.
 */
export const keptSource = (address: string, kept: KeptSource): string | undefined => {
  const network = coarseNetwork(address);
  if (kept === 'none' || network === UNKNOWN_NETWORK) return undefined;
  return kept === 'address' ? address.slice(0, 64) : network;
};
