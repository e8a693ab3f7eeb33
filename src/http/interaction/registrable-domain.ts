import { domainToUnicode } from 'node:url';
import { getDomain } from 'tldts';
import { keptByText } from '../../domain/vocabulary/kept-by-text.ts';

/**
 * The part of a host that a party can buy or get, by the public suffix list including its private part: `a.github.io` is one.
 * Undefined for an address, and for a name without such a part.
 */
export const registrableDomain = (host: string): string | undefined =>
  getDomain(host, { allowPrivateDomains: true, extractHostname: true }) ?? undefined;

/** Host of a URL in ASCII with its registrable domain, and in Unicode where that differs, as pages show the requester. */
export const siteFacts = (url: string): SiteFacts => keptFacts(url);

type SiteFacts = { readonly host: string; readonly registrableDomain?: string; readonly inLetters?: string };

const newFacts = (url: string): SiteFacts => {
  const { host, hostname } = new URL(url);
  const domain = registrableDomain(hostname);
  // With a port, the domain is not the end of the displayed host.
  const inLetters = domainToUnicode(hostname);
  const letters = inLetters === hostname || inLetters === '' ? {} : { inLetters };
  return { host, ...letters, ...(domain === undefined || host !== hostname ? {} : { registrableDomain: domain }) };
};

/** Redirect URIs and metadata documents of clients: few, and shown often. */
const keptFacts = keptByText(newFacts, 1_000);
