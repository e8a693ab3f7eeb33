import { clientRefusal } from './client-refusals.ts';

const LOOPBACK = 'localhost';

/**
 * The canonical form of a host: without trailing dots, IPv4 without its IPv6 mapping, and one form for all of loopback.
 */
const hostOf = ({ hostname }: URL): string => {
  const host = hostname.toLowerCase().replace(/\.+$/, '');
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(host) ?? [];
  const plain =
    high === undefined || low === undefined ? host : ipv4Of(Number.parseInt(high, 16), Number.parseInt(low, 16));
  const isLoopback =
    plain === LOOPBACK || plain.endsWith(`.${LOOPBACK}`) || plain === '[::1]' || /^127(?:\.\d+){3}$/.test(plain);
  return isLoopback ? LOOPBACK : plain;
};

const ipv4Of = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');

/** Addresses of this server, which no client may use as its own. `issuer`: ours. */
export interface OwnAddresses {
  /** Throws 'invalid_field' for an address at which this server responds. For registrations by role. */
  refuseServed(uri: string | undefined, field: string): void;
  /**
   * Throws 'invalid_field' for every address on its host, with any scheme, port and path. For registrations without
   * review.
   */
  refuseHost(uri: string | undefined, field: string): void;
  /** Applies `refuseServed` to each address of a list; the error names its index. */
  refuseEachServed(uris: readonly string[], field: string): void;
  /** Applies `refuseHost` to each address of a list; the error names its index. */
  refuseEachOnHost(uris: readonly string[], field: string): void;
}

export const ownAddresses = (issuer: string): OwnAddresses => {
  const own = new URL(issuer);
  const base = own.pathname.replace(/\/$/, '');
  const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

  const isServedHere = (url: URL): boolean =>
    /^https?:$/.test(url.protocol) &&
    hostOf(url) === hostOf(own) &&
    portOf(url) === portOf(own) &&
    (url.pathname === base || url.pathname.startsWith(`${base}/`));

  /** Cookies do not separate ports and schemes of a host. On loopback the ports are different programs. */
  const isOnOurHost = (url: URL): boolean =>
    hostOf(url) === hostOf(own) && (hostOf(own) !== LOOPBACK || portOf(url) === portOf(own));

  const refusing =
    (is: (url: URL) => boolean, reason: 'address_served_here' | 'address_on_own_host') =>
    (uri: string | undefined, field: string): void => {
      const url = uri === undefined ? undefined : URL.parse(uri);
      if (url && is(url)) throw clientRefusal(reason, { field });
    };
  const refuseServed = refusing(isServedHere, 'address_served_here');
  const refuseHost = refusing(isOnOurHost, 'address_on_own_host');

  return {
    refuseServed,
    refuseHost,
    refuseEachServed: (uris, field): void => {
      for (const [index, uri] of uris.entries()) refuseServed(uri, `${field}/${index}`);
    },
    refuseEachOnHost: (uris, field): void => {
      for (const [index, uri] of uris.entries()) refuseHost(uri, `${field}/${index}`);
    },
  };
};
