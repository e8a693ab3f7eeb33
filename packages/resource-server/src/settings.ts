import { checkMembers, within } from './checked-members.ts';
import { type Clock, monotonicClock, systemClock } from './clock.ts';
import { ConfigurationError } from './configuration-error.ts';
import { checkedDetailTypes, type DetailType } from './detail-rules.ts';
import { type Fetch, platformFetch } from './http-client.ts';
import { isSafeUrl } from './issuer-metadata.ts';
import type { Credential, LogEntry, Options } from './options.ts';
import { type ReportSettings, reportSettingsOf } from './reports/report-settings.ts';
import { type FeedSettings, feedSettingsOf } from './revocation-feed/feed-settings.ts';
import { type EventSettings, eventSettingsOf } from './security-events/event-settings.ts';
import { memoryUsedOnce, type UsedOnce } from './used-once.ts';

/** Checked options with all defaults. */
export type Settings = {
  readonly issuer: string;
  readonly resource: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly scopes: readonly string[];
  readonly name: string | undefined;
  readonly algorithms: string[];
  readonly clockTolerance: number;
  readonly maxTokenLength: number;
  readonly maxActors: number;
  readonly detailTypes: ReadonlyMap<string, DetailType>;
  readonly jwksUri: string | undefined;
  readonly introspection: Options['introspection'];
  readonly revocationFeed: FeedSettings | undefined;
  readonly securityEvents: EventSettings | undefined;
  readonly statusList: boolean;
  readonly stepUp: boolean;
  readonly reports: ReportSettings | undefined;
  readonly dpop: {
    readonly isRequired: boolean;
    readonly algorithms: string[];
    readonly maxAge: number;
    readonly nonces: boolean;
    readonly nonceSecret: Uint8Array | undefined;
  };
  readonly usedOnce: UsedOnce;
  readonly cachedTokens: number;
  readonly timeout: number;
  readonly log: (entry: LogEntry) => void;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly monotonic: Clock;
};

/** Symmetric algorithms and `none` are left out: a public key must never be a secret (RFC 8725 §2.1). */
const ASYMMETRIC: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];

const MEMBERS = {
  issuer: true,
  resource: true,
  baseUrl: true,
  scopes: true,
  name: true,
  algorithms: true,
  clockTolerance: true,
  maxTokenLength: true,
  maxActors: true,
  detailTypes: true,
  jwksUri: true,
  introspection: true,
  revocationFeed: true,
  securityEvents: true,
  statusList: true,
  stepUp: true,
  reports: true,
  dpop: true,
  usedOnce: true,
  cachedTokens: true,
  timeout: true,
  log: true,
  fetch: true,
  clock: true,
  monotonic: true,
} as const satisfies Readonly<Record<keyof Options, true>>;

const DPOP_MEMBERS = {
  use: true,
  algorithms: true,
  maxAge: true,
  nonces: true,
  nonceSecret: true,
} as const satisfies Readonly<Record<keyof NonNullable<Options['dpop']>, true>>;

const INTROSPECTION_MEMBERS = ['clientId', 'clientSecret', 'privateKey', 'tokens', 'endpoint'];

const USED_ONCE_KEYS = 100_000;

const algorithmsIn = (value: readonly string[] | undefined, member: string, usual: readonly string[]): string[] => {
  const given = value ?? usual;
  if (Array.isArray(given) && given.length > 0 && given.every((one) => ASYMMETRIC.includes(one))) return [...given];
  throw new ConfigurationError(member, `give a list with some of ${ASYMMETRIC.join(', ')}`);
};

const checkUrl = (value: unknown, member: string): void => {
  if (value === undefined || isSafeUrl(value)) return;
  throw new ConfigurationError(member, 'give a URL with https, or with http on loopback');
};

const checkIssuer = (issuer: unknown): void => {
  if (issuer === undefined) throw new ConfigurationError('issuer', 'give the URL of the authorization server');
  checkUrl(issuer, 'issuer');
  if (/[?#]/.test(String(issuer))) throw new ConfigurationError('issuer', 'remove the query and the fragment');
};

const checkResource = (resource: unknown): void => {
  if (typeof resource === 'string' && URL.canParse(resource) && !resource.includes('#')) return;
  throw new ConfigurationError('resource', 'give the identifier of this API, an absolute URI without a fragment');
};

const baseUrlOf = ({ baseUrl, resource }: Options): string => {
  const given = baseUrl ?? new URL(resource).origin;
  if (!isSafeUrl(given) || /[?#]/.test(given)) {
    throw new ConfigurationError(
      'baseUrl',
      'give the public URL of this API, with https, or with http on loopback; it has no query and no fragment',
    );
  }
  return given.replace(/\/+$/, '');
};

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const scopesIn = (scopes: readonly string[] | undefined): readonly string[] => {
  if (scopes === undefined) return [];
  if (Array.isArray(scopes) && scopes.every((one) => typeof one === 'string' && SCOPE.test(one))) return [...scopes];
  throw new ConfigurationError('scopes', 'give a list of scopes, each without spaces (RFC 6749 §3.3)');
};

const checkCredential = (introspection: Options['introspection']): void => {
  if (introspection === undefined) return;
  checkMembers(introspection, INTROSPECTION_MEMBERS, 'introspection');
  const { clientId, tokens, endpoint, clientSecret, privateKey } = introspection as Partial<
    Credential & { clientSecret: string; privateKey: object }
  > & { tokens?: string; endpoint?: string };
  const member = (name: string): string => `introspection.${name}`;
  if (typeof clientId !== 'string' || clientId === '') {
    throw new ConfigurationError(member('clientId'), 'give the id of this resource server at the authorization server');
  }
  if ((clientSecret === undefined) === (privateKey === undefined)) {
    throw new ConfigurationError(member('privateKey'), 'give either privateKey or clientSecret');
  }
  if (clientSecret !== undefined && (typeof clientSecret !== 'string' || clientSecret === '')) {
    throw new ConfigurationError(member('clientSecret'), 'give a text');
  }
  if (privateKey !== undefined) checkPrivateKey(privateKey);
  if (tokens !== undefined && tokens !== 'opaque' && tokens !== 'every') {
    throw new ConfigurationError(member('tokens'), "give 'opaque' or 'every'");
  }
  checkUrl(endpoint, member('endpoint'));
};

const checkPrivateKey = (key: { readonly kty?: unknown; readonly alg?: unknown; readonly d?: unknown }): void => {
  const remedy = 'give a private JSON Web Key with alg';
  if (typeof key.d !== 'string' || key.kty === 'oct') throw new ConfigurationError('introspection.privateKey', remedy);
  if (!ASYMMETRIC.includes(String(key.alg))) throw new ConfigurationError('introspection.privateKey.alg', remedy);
};

const dpopOf = (dpop: Options['dpop'] = {}): Settings['dpop'] => {
  checkMembers(dpop, Object.keys(DPOP_MEMBERS), 'dpop');
  const { use = 'supported', nonces = false, nonceSecret } = dpop;
  if (use !== 'supported' && use !== 'required') {
    throw new ConfigurationError('dpop.use', "give 'supported' or 'required'");
  }
  if (typeof nonces !== 'boolean') throw new ConfigurationError('dpop.nonces', 'give true or false');
  if (nonceSecret !== undefined && (!(nonceSecret instanceof Uint8Array) || nonceSecret.byteLength < 32)) {
    throw new ConfigurationError('dpop.nonceSecret', 'give at least 32 random bytes');
  }
  if (nonceSecret !== undefined && !nonces) {
    throw new ConfigurationError('dpop.nonceSecret', 'set dpop.nonces to true, or leave the secret out');
  }
  return {
    isRequired: use === 'required',
    algorithms: algorithmsIn(dpop.algorithms, 'dpop.algorithms', ['ES256', 'EdDSA', 'Ed25519']),
    maxAge: within(dpop.maxAge, 'dpop.maxAge', [1, 300, 60]),
    nonces,
    nonceSecret,
  };
};

const stepUpIn = ({ stepUp = false, introspection }: Options): boolean => {
  if (typeof stepUp !== 'boolean') throw new ConfigurationError('stepUp', 'give true or false');
  if (stepUp && !introspection)
    throw new ConfigurationError('stepUp', 'set the option introspection: the server is asked');
  return stepUp;
};

const statusListIn = ({ statusList = false, revocationFeed = false }: Options): boolean => {
  if (typeof statusList !== 'boolean') throw new ConfigurationError('statusList', 'give true or false');
  if (statusList && revocationFeed !== false) {
    throw new ConfigurationError('statusList', 'leave it out: the option revocationFeed hears of each end sooner');
  }
  return statusList;
};

const checkFunctions = (options: Options): void => {
  for (const member of ['log', 'fetch', 'clock', 'monotonic'] as const) {
    if (options[member] !== undefined && typeof options[member] !== 'function') {
      throw new ConfigurationError(member, 'give a function');
    }
  }
  if (options.usedOnce !== undefined && typeof options.usedOnce?.use !== 'function') {
    throw new ConfigurationError('usedOnce', 'give an object with the method use');
  }
};

/** Checks all options. Throws ConfigurationError naming the first member that is wrong. */
export const settingsOf = (options: Options): Settings => {
  checkMembers(options, Object.keys(MEMBERS), '');
  checkIssuer(options.issuer);
  checkResource(options.resource);
  checkUrl(options.jwksUri, 'jwksUri');
  checkCredential(options.introspection);
  checkFunctions(options);
  if (options.name !== undefined && typeof options.name !== 'string') {
    throw new ConfigurationError('name', 'give a text');
  }
  const clock = options.clock ?? systemClock;
  return {
    issuer: options.issuer,
    resource: options.resource,
    baseUrl: baseUrlOf(options),
    scopes: scopesIn(options.scopes),
    name: options.name,
    algorithms: algorithmsIn(options.algorithms, 'algorithms', ['ES256']),
    clockTolerance: within(options.clockTolerance, 'clockTolerance', [0, 60, 5]),
    maxTokenLength: within(options.maxTokenLength, 'maxTokenLength', [512, 65_536, 8192]),
    maxActors: within(options.maxActors, 'maxActors', [1, 64, 16]),
    detailTypes: checkedDetailTypes(options.detailTypes),
    jwksUri: options.jwksUri,
    introspection: options.introspection,
    revocationFeed: feedSettingsOf(options),
    securityEvents: eventSettingsOf(options),
    statusList: statusListIn(options),
    stepUp: stepUpIn(options),
    reports: reportSettingsOf(options),
    dpop: dpopOf(options.dpop),
    usedOnce: options.usedOnce ?? memoryUsedOnce(USED_ONCE_KEYS, clock),
    cachedTokens: within(options.cachedTokens, 'cachedTokens', [0, 1_000_000, 10_000]),
    timeout: within(options.timeout, 'timeout', [1, 30, 5]),
    log: options.log ?? (() => undefined),
    fetch: options.fetch ?? platformFetch,
    clock,
    monotonic: options.monotonic ?? monotonicClock,
  };
};
