import { getDomain } from 'tldts';

/**
 * The domain of a URL that its holder registered, such as `example.co.uk`, by the public suffix list; of an address the
 * host. Who has it has any number of hosts below it, so budgets count by it. Hosts that a provider gives out, such as
 * those below `github.io`, share the domain of the provider: one of them costs nothing.
 */
export const webDomain = (url: string): string => {
  const { hostname } = new URL(url);
  return getDomain(hostname) ?? hostname;
};

/** The same, with each host that a provider of the list's private part gives out as a domain of its own. */
export const holderDomain = (url: string): string => {
  const { hostname } = new URL(url);
  return getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
};
