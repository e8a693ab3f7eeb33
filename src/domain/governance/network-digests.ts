import type { MasterKey } from '../platform/crypto/master-key.ts';

/** Networks of clients; the oldest is dropped first. */
const MOST_KNOWN = 2_000;

/**
 * Keyed digests of networks, another one for each client. Remembers the last ones: the reader of the audit log asks for each token, and a
 * client sends nearly all requests from the same network.
 */
export const networkDigests = (key: Pick<MasterKey, 'digest'>): ((client: string, network: string) => string) => {
  const known = new Map<string, string>();
  return (client, network) => {
    // A network has no space in it.
    const pair = `${network} ${client}`;
    const before = known.get(pair);
    if (before !== undefined) return before;
    const digest = key.digest('client_network', client, network).slice(0, 22);
    if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
    known.set(pair, digest);
    return digest;
  };
};
