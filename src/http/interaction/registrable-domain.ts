import { domainToUnicode } from 'node:url';
import { getDomain } from 'tldts';

/**
 * The part of a host that a party can buy or get, by the public suffix list including its private part: `a.github.io` is one.
 * Undefined for an address, and for a name without such a part.
 */
export const registrableDomain = (host: string): string | undefined =>
  getDomain(host, { allowPrivateDomains: true, extractHostname: true }) ?? undefined;

/** Host of a URL in ASCII with its registrable domain, and in Unicode where that differs, as pages show the requester. */
export const siteFacts = (
  url: string,
): { readonly host: string; readonly registrableDomain?: string; readonly inLetters?: string } => {
  const { host, hostname } = new URL(url);
  const domain = registrableDomain(hostname);
  // With a port, the domain is not the end of the displayed host.
  const inLetters = domainToUnicode(hostname);
  const letters = inLetters === hostname || inLetters === '' ? {} : { inLetters };
  return { host, ...letters, ...(domain === undefined || host !== hostname ? {} : { registrableDomain: domain }) };
};
