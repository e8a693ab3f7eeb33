import { refuseField } from './errors.ts';
import { fieldRefusal } from './field-refusals.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];
/** Schemes that a browser runs or reads itself, so that the app does not get the response (AZ-04). */
const SCRIPT_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:', 'filesystem:'];
const MAXIMUM_LENGTH = 2000;
const MAXIMUM_COUNT = 20;

/**
 * Redirect URIs as given, after checking that exact comparison is enough to be safe: absolute, already
 * normalised, without fragment and credentials; https, or http on loopback, or for native apps a
 * private-use scheme with a dot (RFC 8252 §7.1, §7.3; RFC 9700 §4.1). Throws 'invalid_field' at `field`/index.
 */
export const checkRedirectUris = (
  uris: readonly string[],
  applicationType: 'web' | 'native',
  field = '/redirect_uris',
): readonly string[] => eachOnce(uris, field, (uri, at) => checkRedirectUri(uri, applicationType, at));

/** Origins for CORS, as a browser sends them in `Origin` (RFC 6454 §6.2): https, or http on loopback. */
export const checkOrigins = (origins: readonly string[], field = '/cors_origins'): readonly string[] =>
  eachOnce(origins, field, (origin, at) => {
    const url = parse(origin, at);
    checkTransport(url, at);
    if (url.origin !== origin)
      refuseField(at, 'An origin is scheme, host and port only, such as "https://app.example".');
  });

/**
 * Origins of a client's pages, if none are registered: an app that receives the code at a redirect URI may redeem it from
 * that origin.
 */
export const originsOf = (redirectUris: readonly string[]): readonly string[] => [
  ...new Set(redirectUris.flatMap((uri) => (/^https?:/.test(uri) ? (URL.parse(uri)?.origin ?? []) : []))),
];

/** A resource indicator (RFC 8707 §2): absolute https URI without fragment, http only on loopback. Compared exactly. */
export const checkResourceIdentifier = (identifier: string, field = '/identifier'): string => {
  if (identifier.length > 512) refuseField(field, 'An identifier has at most 512 characters.');
  const url = parse(identifier, field);
  checkNormalised(identifier, url, field);
  checkTransport(url, field);
  return identifier;
};

/**
 * Whether a redirect URI names its host by `localhost`, which another program may be listening on under a
 * changed name resolution. Good in development only; the literal loopback address is the safe form (RFC 8252 §8.3).
 */
export const isLocalhostRedirect = (uri: string): boolean => /^http:\/\/localhost(?::\d+)?(?:\/|\?|$)/.test(uri);

const checkRedirectUri = (uri: string, applicationType: 'web' | 'native', field: string): void => {
  const url = parse(uri, field);
  if (SCRIPT_SCHEMES.includes(url.protocol))
    refuseField(field, `The scheme "${url.protocol}" cannot be redirected to.`);
  checkNormalised(uri, url, field);
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    checkTransport(url, field);
    if (applicationType === 'native' && url.protocol === 'https:' && LOOPBACK_HOSTS.includes(url.hostname)) {
      refuseField(field, 'On loopback a native app uses http (RFC 8252 §7.3).');
    }
    return;
  }
  if (applicationType !== 'native') refuseField(field, 'A web app redirects to https, or to http on loopback.');
  if (!url.protocol.includes('.')) {
    refuseField(field, 'A private-use scheme is a domain name in reverse, such as "com.example.app:" (RFC 8252 §7.1).');
  }
};

const parse = (value: string, field: string): URL => {
  if (value.length > MAXIMUM_LENGTH) refuseField(field, `A URI has at most ${MAXIMUM_LENGTH} characters.`);
  const url = URL.parse(value);
  if (!url) throw fieldRefusal('uri_not_absolute', { field });
  if (value.includes('#')) throw fieldRefusal('uri_has_fragment', { field });
  if (url.username !== '' || url.password !== '' || /^[^/]*:\/\/[^/?]*@/.test(value)) {
    refuseField(field, 'A URI here holds no user name or password.');
  }
  if (url.hostname.includes('*')) throw fieldRefusal('uri_has_wildcard', { field });
  return url;
};

/** Refuses a second spelling of an address: exact comparison would not recognize it as the same place. */
const checkNormalised = (value: string, url: URL, field: string): void => {
  const isBareOrigin = value === url.origin;
  if (url.href !== value && !isBareOrigin) refuseField(field, `Write this URI in its normal form: ${url.href}`);
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
