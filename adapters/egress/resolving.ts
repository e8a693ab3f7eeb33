import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { fetchFailed } from '../../src/domain/ports/trusted-fetch.ts';
import type { Place } from './url-rules.ts';

/** All addresses of a host name; rejects when there are none. */
export type Resolve = (place: Pick<Place, 'host' | 'isNamed'>, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Resolves names that others chose at the name servers directly. The resolver of the operating system would add
 * search domains, read /etc/hosts, and block one of the few threads that also hash passwords.
 */
export const resolveName: Resolve = async ({ host, isNamed }, signal) => {
  if (isIP(host) !== 0) return [host];
  if (isNamed) return (await dns.lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
  const resolver = new dns.Resolver({ timeout: 1000, tries: 2 });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const reasons = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'none'));
    throw fetchFailed('name_not_resolved', reasons.join(', '));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code ?? 'unknown');
