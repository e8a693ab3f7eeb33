/**
 * Headers of a request for the upstream: those of the client, without any that could speak for the connection, another address or another
 * user; then those that the gateway sets.
 */
import type { Access } from '../../../packages/resource-server/src/resource-server.ts';
import type { Identity } from '../configuration/configuration.ts';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A flat list without the headers of this name, in lower case. */
export const withoutHeader = (flat: readonly string[], name: string): readonly string[] =>
  flat.filter((_, index) => flat[index - (index % 2)]?.toLowerCase() !== name);

/** Header lines of Node, in pairs. */
export const requestHeadersOf = (rawHeaders: readonly string[]): HeaderList => {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([String(rawHeaders[index]), String(rawHeaders[index + 1])]);
  }
  return pairs;
};

/** They end at this hop (RFC 9110 §7.6.1), or the gateway sets them. */
const HOP = [
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy',
  'proxy-*',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];

/** They say who or where the client is, or which address or method it means. Only a proxy may send them. */
const CLAIMS = [
  'authorization',
  'cf-*',
  'client-ip',
  'dpop',
  'fastly-client-ip',
  'forwarded',
  'front-end-https',
  'impersonate-*',
  'remote-*',
  'ssl-*',
  'tailscale-*',
  'true-client-ip',
  'x-accel-*',
  'x-account*',
  'x-amzn-*',
  'x-anonymous-consumer',
  'x-auth*',
  'x-behalf-*',
  'x-client-*',
  'x-cluster-client-ip',
  'x-consumer-*',
  'x-credential-*',
  'x-email*',
  'x-envoy-*',
  'x-forwarded*',
  'x-goog-*',
  'x-group*',
  'x-host',
  'x-http-method*',
  'x-jwt-*',
  'x-method-override',
  'x-ms-client-principal*',
  'x-org*',
  'x-original-*',
  'x-originating-ip',
  'x-pomerium-*',
  'x-proxy*',
  'x-real-ip',
  'x-remote*',
  'x-rewrite-*',
  'x-role*',
  'x-scope*',
  'x-sendfile*',
  'x-ssl-*',
  'x-subject*',
  'x-tenant*',
  'x-url-*',
  'x-user*',
  'x-webauth-*',
];

export const REMOVED: readonly string[] = [...HOP, ...CLAIMS];

export interface HeaderFilter {
  /** Whether a header of a client, in lower case, is removed. */
  removes(name: string): boolean;
}

/** A `*` at the end of a name stands for any continuation. */
export const headerFilter = (more: readonly string[], { cookies }: { readonly cookies: boolean }): HeaderFilter => {
  const names = [...REMOVED, ...(cookies ? [] : ['cookie']), ...more].map((name) => name.toLowerCase());
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const known = new Map<string, boolean>();
  const decide = (name: string): boolean =>
    // Behind CGI, X_User, X.User and X-User are the same variable.
    /[^a-z0-9-]/.test(name) || exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return {
    removes(name) {
      const before = known.get(name);
      if (before !== undefined) return before;
      const removed = decide(name);
      // Clients choose names: only so many are remembered.
      if (known.size < 1000) known.set(name, removed);
      return removed;
    },
  };
};

/** Header lines of Node behind `first`, without removed ones. Flat, as Node takes them. */
export const passedHeaders = (
  first: readonly string[],
  rawHeaders: readonly string[],
  filter: HeaderFilter,
): string[] => {
  const passed = [...first];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]);
    if (filter.removes(name.toLowerCase())) continue;
    passed.push(name, String(rawHeaders[index + 1]));
  }
  return passed;
};

/** Header lines, flat, with the values of one header changed. `name` in lower case. */
export const changedHeader = (flat: readonly string[], name: string, change: (value: string) => string): string[] =>
  flat.map((text, index) => (index % 2 === 1 && flat[index - 1]?.toLowerCase() === name ? change(text) : text));

/** Headers of an answer that end at this hop. */
const OF_ANSWERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Names that the Connection headers of an answer list. */
const namedIn = (rawHeaders: readonly string[]): readonly string[] => {
  const named: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]);
    if (name.length !== 'connection'.length || name.toLowerCase() !== 'connection') continue;
    const options = String(rawHeaders[index + 1]);
    if (options !== 'keep-alive' && options !== 'close') {
      named.push(...options.split(',').map((one) => one.trim().toLowerCase()));
    }
  }
  return named;
};

/** Content-Length of header lines, flat; undefined without one: the end of the answer is not known. */
export const lengthIn = (flat: readonly string[]): number | undefined => {
  for (let index = 0; index < flat.length; index += 2) {
    const name = String(flat[index]);
    if (name.length === 'content-length'.length && name.toLowerCase() === 'content-length')
      return Number(flat[index + 1]);
  }
  return undefined;
};

/** Header lines of an answer of the upstream, for the client. Reads them as they came: Node has not made an object of them yet. */
export const answeredHeaders = (rawHeaders: readonly string[]): string[] => {
  const named = namedIn(rawHeaders);
  const passed: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const lower = String(rawHeaders[index]).toLowerCase();
    if (OF_ANSWERS.has(lower) || named.includes(lower)) continue;
    passed.push(String(rawHeaders[index]), String(rawHeaders[index + 1]));
  }
  return passed;
};

const OF_ACCESS: Readonly<Record<Identity, (access: Access) => string | undefined>> = {
  subject: ({ subject }) => subject,
  actor: ({ actor }) => actor,
  client: ({ clientId }) => clientId,
  scopes: ({ scopes }) => scopes.join(' '),
  transaction: ({ txn }) => txn,
};

/** A value that a header can carry. A token of the server has no other. */
const isHeaderValue = (value: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);

/** Headers that tell the upstream about the token of a request. */
export const identityHeaders = (
  names: Readonly<Record<string, Identity>>,
): ((access: Access | undefined) => HeaderList) => {
  const members = Object.entries(names).map(([name, member]) => [name, OF_ACCESS[member]] as const);
  return (access) => {
    const headers: [name: string, value: string][] = [];
    if (!access) return headers;
    for (const [name, read] of members) {
      const value = read(access);
      if (value !== undefined && isHeaderValue(value)) headers.push([name, value]);
    }
    return headers;
  };
};
