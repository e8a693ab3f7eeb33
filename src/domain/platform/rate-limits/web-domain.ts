import { getDomain } from 'tldts';

/**
 * The registrable domain of a URL, such as `example.co.uk`, by the public suffix list; for an address the host. Its
 * holder controls any number of hosts below it, so budgets count by domain. Hosts that a provider gives out, such as
 * those below `github.io`, share the domain of the provider, since a new host costs nothing.
 */
export const webDomain = (url: string): string => {
  const { hostname } = new URL(url);
  return getDomain(hostname) ?? hostname;
};

/** The same, with each host that a provider of the list's private part gives out as its own domain. */
export const holderDomain = (url: string): string => {
  const { hostname } = new URL(url);
  return getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
};
