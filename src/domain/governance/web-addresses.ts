/** Addresses of apps of other systems. */

/** Most addresses of one app. */
const MOST_URLS = 20;
/** Most characters of an address. */
const MOST_CHARACTERS = 500;

/**
 * Origin and path of web addresses, sorted. A query, user name or password could be a secret and is cut off. Leaves out
 * templates, other schemes and what is no URL.
 */
export const webAddresses = (urls: Iterable<string>): readonly string[] => {
  const addresses = [...urls].flatMap((text) => {
    const url = text.includes('{') ? undefined : URL.parse(text);
    if (!url || !/^https?:$/.test(url.protocol)) return [];
    const address = `${url.origin}${url.pathname}`;
    return address.length <= MOST_CHARACTERS ? [address] : [];
  });
  return [...new Set(addresses)].sort().slice(0, MOST_URLS);
};
