import { fieldRefusal } from './field-refusals.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];
/** Schemes that a browser executes or reads itself, so that the app does not get the response (AZ-04). */
const SCRIPT_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:', 'filesystem:'];
const MAXIMUM_LENGTH = 2000;
const MAXIMUM_COUNT = 20;

/**
 * Checks that exact comparison of redirect URIs is safe, and returns them as given. They must be absolute, already
 * normalised, and without fragment and credentials. They use https, or http on loopback. Native apps may also use a
 * private-use scheme with a dot (RFC 8252 §7.1, §7.3; RFC 9700 §4.1). Throws 'invalid_field' at `field`/index.
 */
export const checkRedirectUris = (
  uris: readonly string[],
  applicationType: 'web' | 'native',
  field = '/redirect_uris',
): readonly string[] => eachOnce(uris, field, (uri, at) => checkRedirectUri(uri, applicationType, at));

/** Checks origins for CORS, as a browser sends them in `Origin` (RFC 6454 §6.2): https, or http on loopback. */
export const checkOrigins = (origins: readonly string[], field = '/cors_origins'): readonly string[] =>
  eachOnce(origins, field, (origin, at) => {
    const url = parse(origin, at);
    checkTransport(url, at);
    if (url.origin !== origin) throw fieldRefusal('origin_malformed', { field: at });
  });

/**
 * Origins of a client's pages, if none are registered. An app that receives the code at a redirect URI may redeem it
 * from that origin.
 */
export const originsOf = (redirectUris: readonly string[]): readonly string[] => [
  ...new Set(redirectUris.flatMap((uri) => (/^https?:/.test(uri) ? (URL.parse(uri)?.origin ?? []) : []))),
];

/** A resource indicator (RFC 8707 §2): absolute https URI without fragment, http only on loopback. Compared exactly. */
export const checkResourceIdentifier = (identifier: string, field = '/identifier'): string => {
  if (identifier.length > 512) throw fieldRefusal('identifier_too_long', { field });
  const url = parse(identifier, field);
  checkNormalised(identifier, url, field);
  checkTransport(url, field);
  return identifier;
};

/**
 * Whether a redirect URI uses the host name `localhost`. Under a changed name resolution another program may be
 * listening on it. Acceptable in development only; the literal loopback address is the safe form (RFC 8252 §8.3).
 */
export const isLocalhostRedirect = (uri: string): boolean => /^http:\/\/localhost(?::\d+)?(?:\/|\?|$)/.test(uri);

/**
 * Whether a redirect URI has a private-use scheme that is no domain name in reverse, such as `cursor://` (RFC 8252 §7.1). An
 * address without its scheme, such as `localhost:3000/callback`, has none.
 */
export const isOfBareScheme = (uri: string): boolean => {
  const { protocol = '' } = URL.parse(uri) ?? {};
  const isKnown = ['', 'https:', 'http:', 'localhost:', ...SCRIPT_SCHEMES].includes(protocol);
  return !isKnown && !protocol.includes('.') && uri.slice(protocol.length).startsWith('//');
};

const checkRedirectUri = (uri: string, applicationType: 'web' | 'native', field: string): void => {
  const url = parse(uri, field);
  if (SCRIPT_SCHEMES.includes(url.protocol))
    throw fieldRefusal('redirect_scheme_refused', { field, params: { scheme: url.protocol } });
  checkNormalised(uri, url, field);
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    checkTransport(url, field);
    if (applicationType === 'native' && url.protocol === 'https:' && LOOPBACK_HOSTS.includes(url.hostname)) {
      throw fieldRefusal('redirect_native_not_http', { field });
    }
    return;
  }
  if (applicationType !== 'native') throw fieldRefusal('redirect_web_not_https', { field });
  if (!url.protocol.includes('.')) {
    throw fieldRefusal('redirect_scheme_not_reversed', { field });
  }
};

const parse = (value: string, field: string): URL => {
  if (value.length > MAXIMUM_LENGTH) throw fieldRefusal('uri_too_long', { field, params: { most: MAXIMUM_LENGTH } });
  const url = URL.parse(value);
  if (!url) throw fieldRefusal('uri_not_absolute', { field });
  if (value.includes('#')) throw fieldRefusal('uri_has_fragment', { field });
  if (url.username !== '' || url.password !== '' || /^[^/]*:\/\/[^/?]*@/.test(value)) {
    throw fieldRefusal('uri_has_user', { field });
  }
  if (url.hostname.includes('*')) throw fieldRefusal('uri_has_wildcard', { field });
  return url;
};

/** Refuses a second spelling of an address, which exact comparison would treat as another address. */
const checkNormalised = (value: string, url: URL, field: string): void => {
  const isBareOrigin = value === url.origin;
  if (url.href !== value && !isBareOrigin) throw fieldRefusal('uri_not_normal', { field, params: { uri: url.href } });
};

const checkTransport = (url: URL, field: string): void => {
  const isLoopbackHttp = url.protocol === 'http:' && LOOPBACK_HOSTS.includes(url.hostname);
  if (url.protocol !== 'https:' && !isLoopbackHttp) {
    throw fieldRefusal('uri_not_https', { field });
  }
};

const eachOnce = (
  values: readonly string[],
  field: string,
  check: (value: string, field: string) => void,
): readonly string[] => {
  if (values.length > MAXIMUM_COUNT) throw fieldRefusal('list_too_long', { field, params: { most: MAXIMUM_COUNT } });
  for (const [index, value] of values.entries()) {
    check(value, `${field}/${index}`);
    if (values.indexOf(value) !== index) throw fieldRefusal('entry_repeated', { field: `${field}/${index}` });
  }
  return values;
};
