import { isIP } from 'node:net';
import type { FetchReason, InternalPurpose } from '../../src/domain/ports/trusted-fetch.ts';
import { isPublicAddress } from './address-rules.ts';

/** The address of a document. */
export type Place = {
  /** As the URL parser writes it: punycode, lower case, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** The `Host` of the request. */
  readonly authority: string;
  /**
   * The configuration names this host and port for this purpose: any address, and any resolver of the machine, is
   * allowed.
   */
  readonly isNamed: boolean;
};

/** Hosts, or `host:port`, by the purpose they are opened for. */
export type InternalHosts = Readonly<Partial<Record<InternalPurpose, readonly string[]>>>;

const MAXIMUM_URL = 2048;

/**
 * Parses URLs as `placeOf` does, with the internal hosts of one purpose. A host that is listed, but not for this
 * purpose, is 'address_not_allowed' at any address.
 */
export const internalPlaces = (hosts: InternalHosts) => {
  const setOf = (names: readonly string[]): ReadonlySet<string> => new Set(names.map((name) => name.toLowerCase()));
  const none = setOf([]);
  const all = setOf(Object.values(hosts).flat());
  const listed = new Map(Object.entries(hosts).map(([purpose, names]) => [purpose, setOf(names)]));

  return (url: string, purpose?: InternalPurpose): Place | FetchReason => {
    const own = (purpose && listed.get(purpose)) ?? none;
    const anywhere = placeOf(url, all);
    const isOfOthers = typeof anywhere !== 'string' && anywhere.isNamed && !own.has(anywhere.authority);
    return isOfOthers ? 'address_not_allowed' : placeOf(url, own);
  };
};

/**
 * Parses a URL strictly: a URL that two parsers could read differently is refused before its name is resolved.
 * `named` holds hosts, or `host:port` for a port other than 443, in lower case.
 */
export const placeOf = (url: string, named: ReadonlySet<string>): Place | FetchReason => {
  if (typeof url !== 'string' || url.length > MAXIMUM_URL || !/^https:\/\/[!-~]+$/.test(url)) return 'url_not_allowed';
  if (/[\\#<>"^`{|}]/.test(url)) return 'url_not_allowed';
  const [, written = '', rest = ''] = /^https:\/\/([^/?]*)(.*)$/.exec(url) ?? [];
  if (!URL.canParse(url) || /[@%]/.test(written)) return 'url_not_allowed';
  const parsed = new URL(url);
  const { host: authority, hostname, username, password } = parsed;
  // The parser has removed dot segments and read numbers as addresses: a URL it changed was written to be misread.
  const path = `${parsed.pathname}${parsed.search}`;
  if (
    username ||
    password ||
    written.toLowerCase() !== authority ||
    path !== (rest.startsWith('/') ? rest : `/${rest}`)
  ) {
    return 'url_not_allowed';
  }
  if (/%2e|%2f|%5c|%00/i.test(parsed.pathname)) return 'url_not_allowed';
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = parsed.port === '' ? 443 : Number(parsed.port);
  const isNamed = named.has(authority);
  if (host.endsWith('.') || (port !== 443 && !isNamed)) return 'url_not_allowed';
  if (!isNamed && isIP(host) !== 0 && !isPublicAddress(host)) return 'address_not_allowed';
  if (!isNamed && isIP(host) === 0 && !isPublicName(host)) return 'address_not_allowed';
  return { host, port, path, authority, isNamed };
};

/** Names that mean this machine or this network by definition (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const PRIVATE_ENDS = ['localhost', 'local', 'localdomain', 'internal', 'intranet', 'home.arpa', 'onion', 'alt'];

const isPublicName = (host: string): boolean =>
  host.includes('.') &&
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/.test(host) &&
  !PRIVATE_ENDS.some((end) => host === end || host.endsWith(`.${end}`));
