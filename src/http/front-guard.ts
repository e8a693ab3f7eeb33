/**
 * Checks every request before oidc-provider and the pages. Owns the accepted form of requests. Ensures that no later code
 * learns a host, scheme or address from the request: those come from the configuration (invariant 7; findings V7, V8;
 * decision D20).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { ClientCertificate } from '../domain/platform/certificates/client-certificate.ts';
import type { NetworkLimit } from '../domain/platform/rate-limits/request-limits.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import { type CertificateSource, certificateSource } from './client-certificates.ts';
import { STRICT_TRANSPORT } from './middleware/security-headers.ts';

export type GuardedRequest = {
  readonly id: string;
  readonly source: string;
  readonly arrivedAt: number;
  /** The certificate with which the sender may authenticate (RFC 8705). */
  readonly certificate: () => ClientCertificate | undefined;
};

export type FrontGuard = {
  /** Returns the facts of an admitted request. Otherwise sends the refusal itself and returns undefined. */
  admit(request: IncomingMessage, response: ServerResponse): GuardedRequest | undefined;
};

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?)(?::(\d{1,5}))?$/i;
const MAX_TARGET = 8192;
const OWN_COOKIE = /^(?:__(?:Host|Secure)-)?behalf_/i;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export const frontGuard = (deps: {
  readonly issuer: string;
  readonly trustedProxies: readonly string[];
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly limit: NetworkLimit;
  /** Default: certificates of the connection only, without any trusted authority. */
  readonly certificates?: CertificateSource;
  /** Called for each refusal (decision D18). */
  readonly refused: (source: string, error: string) => void;
}): FrontGuard => {
  const { issuer, clock, identifiers, limit } = deps;
  const certificates = deps.certificates ?? certificateSource({ clock });
  const { host, protocol, pathname } = new URL(issuer);
  const basePath = pathname.replace(/\/$/, '');
  const proxies = blockListOf(deps.trustedProxies);
  const isHttps = protocol === 'https:';

  const answer = (response: ServerResponse, status: number, description: string, retryAfter?: number): undefined => {
    // The server does not read the body after this.
    const { headers } = response.req;
    const isSending = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    const body = JSON.stringify({ error: errorOf(status), error_description: description });
    response.writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(status === 400 || isSending ? { Connection: 'close' } : {}),
    });
    response.end(body);
    return undefined;
  };

  const isFromProxy = (request: IncomingMessage): boolean =>
    deps.trustedProxies.length > 0 && isTrusted(proxies, plainAddress(request.socket.remoteAddress ?? ''));

  /** The peer address, or the nearest forwarded address that is no configured proxy. */
  const sourceOf = (request: IncomingMessage): string => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    if (!isFromProxy(request)) return peer;
    const hops = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((hop) => plainAddress(hop.trim()))
      .reverse();
    for (const hop of hops.slice(0, 10)) {
      if (isIP(hop) === 0) return peer;
      if (!isTrusted(proxies, hop)) return hop;
    }
    return peer;
  };

  return {
    admit(request, response) {
      const arrivedAt = clock.nowMillis();
      const source = sourceOf(request);
      const id = identifiers.newId('req');
      setBaseline(response, id, isHttps);

      const refuse = (status: number, description: string, retryAfter?: number): undefined => {
        deps.refused(source, errorOf(status));
        return answer(response, status, description, retryAfter);
      };
      const usedUp = limit.take(source);
      if (usedUp !== undefined) return refuse(429, `too many requests from ${usedUp}`, limit.retryAfterSeconds());
      if (!METHODS.has(request.method ?? '')) return refuse(405, 'this method is not used here');
      const target = request.url ?? '';
      const malformed = faultOf(target, request.headers.host);
      if (malformed) return refuse(malformed.status, malformed.description);

      const path = withinIssuer(target, basePath);
      if (path === undefined) return answer(response, 404, 'there is nothing at this path');

      for (const name of Object.keys(request.headers)) {
        if (
          name.startsWith('x-forwarded-') ||
          name === 'forwarded' ||
          name === 'x-real-ip' ||
          name === 'x-http-method-override'
        ) {
          delete request.headers[name];
        }
      }
      const certificate = certificates.take(request, isFromProxy(request));
      request.headers.cookie = ownCookiesOnce(request.headers.cookie);
      request.headers.host = host;
      request.headers['x-forwarded-host'] = host;
      request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      request.headers['x-forwarded-for'] = source;
      request.url = path;
      return { id, source, arrivedAt, certificate };
    },
  };
};

/** Headers of every response. Pages set a narrower policy of their own, and public documents may be cached. */
const setBaseline = (response: ServerResponse, id: string, isHttps: boolean): void => {
  response.setHeader('X-Request-Id', id);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  // oidc-provider adds the digest of its own form_post script to `script-src` when it needs one.
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  if (isHttps) response.setHeader('Strict-Transport-Security', STRICT_TRANSPORT);
};

const ERRORS: Readonly<Record<number, string>> = { 404: 'not_found', 429: 'temporarily_unavailable' };
const errorOf = (status: number): string => ERRORS[status] ?? 'invalid_request';

const faultOf = (
  target: string,
  host: string | undefined,
): { readonly status: number; readonly description: string } | undefined => {
  if (!target.startsWith('/') || target.startsWith('//')) {
    return { status: 400, description: 'the request target must be a path' };
  }
  if (target.length > MAX_TARGET) return { status: 414, description: 'the request target is too long' };
  if (!isDecodable(target)) {
    return { status: 400, description: 'the request target is not valid percent-encoded UTF-8' };
  }
  return isHost(host) ? undefined : { status: 400, description: 'the Host header is not valid' };
};

/** A path in which nothing is encoded, and no query. */
const PLAIN = /^\/[\w/.~-]*$/;

const isDecodable = (target: string): boolean => {
  if (PLAIN.test(target)) return true;
  const [path] = target.split('?', 1);
  try {
    return !decodeURIComponent(String(path)).includes('\0') && URL.canParse(target, 'http://localhost');
  } catch {
    return false;
  }
};

const isHost = (value: string | undefined): boolean => {
  const match = HOST.exec(value ?? '');
  return match !== null && Number(match[1] ?? 0) <= 65_535;
};

/**
 * The Cookie header without duplicates of our cookies. A browser sends a second one when a sub-domain or a neighbour set it,
 * and the server cannot know which of them is ours (WB-04).
 */
const ownCookiesOnce = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined;
  const pairs = header.split(';').map((pair) => pair.trim());
  const nameOf = (pair: string): string => pair.slice(0, Math.max(0, pair.indexOf('='))).trim();
  const own = pairs.map(nameOf).filter((name) => OWN_COOKIE.test(name));
  const twice = own.filter((name, index) => own.indexOf(name) !== index);
  return twice.length === 0 ? header : pairs.filter((pair) => !twice.includes(nameOf(pair))).join('; ');
};

/** RFC 8414 §3.1, AuthZEN Authorization API 1.0 §9.2, SSF 1.0 §7.2.1. */
const WELL_KNOWN = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/authzen-configuration',
  '/.well-known/ssf-configuration',
];

/** The path below the issuer's path, or undefined. These specifications put the issuer's path behind the well-known one. */
const withinIssuer = (target: string, basePath: string): string | undefined => {
  if (basePath === '') return target;
  const [path = '', query] = target.split('?', 2);
  const wellKnown = WELL_KNOWN.find((known) => path === `${known}${basePath}`);
  if (wellKnown !== undefined) return query === undefined ? wellKnown : `${wellKnown}?${query}`;
  if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined;
  return target.slice(basePath.length) || '/';
};

/** An IPv4 address in IPv6 form is the same address. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const blockListOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
};

const isTrusted = (list: BlockList, address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
};
