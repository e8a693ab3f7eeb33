import { type Clock, systemClock } from './clock.ts';
import { type CompositionSource, checkComposition } from './composition.ts';
import { ConfigurationError, checkMembers } from './configuration-error.ts';
import { type Credential, checkCredential } from './credential.ts';
import { type Bounds, checkHooks, type Hooks } from './hooks.ts';
import { type Fetch, platformFetch } from './http-client.ts';
import { type AgentKey, newKey } from './keys.ts';
import type { Options } from './options.ts';
import type { PingReceiver } from './pings.ts';
import { isSafeUrl } from './safe-url.ts';

/** Checked options with all defaults. */
export type Settings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly credential: Credential;
  readonly composition: CompositionSource | undefined;
  readonly dpopKey: AgentKey | undefined;
  readonly timeout: number;
  readonly cachedTokens: number;
  readonly hooks: Hooks;
  readonly bounds: Bounds;
  readonly pings: PingReceiver | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
};

const MEMBERS = {
  issuer: true,
  clientId: true,
  credential: true,
  composition: true,
  dpop: true,
  timeout: true,
  cachedTokens: true,
  hooks: true,
  bounds: true,
  pings: true,
  fetch: true,
  clock: true,
} as const satisfies Readonly<Record<keyof Options, true>>;

/** A whole number within bounds; `usual` without one. Throws ConfigurationError. */
const within = (value: unknown, member: string, [from, to, usual]: readonly [number, number, number]): number => {
  const given = value ?? usual;
  if (typeof given === 'number' && Number.isInteger(given) && given >= from && given <= to) return given;
  throw new ConfigurationError(member, `give a whole number from ${from} to ${to}`);
};

const checkIssuer = (issuer: unknown): void => {
  if (isSafeUrl(issuer) && !/[?#]/.test(issuer)) return;
  throw new ConfigurationError(
    'issuer',
    'give the URL of the authorization server: https, or http on loopback, without query',
  );
};

const boundsOf = (bounds: Options['bounds'] = {}): Bounds => {
  checkMembers(bounds, ['steps', 'seconds', 'requests'], 'bounds');
  return {
    steps: within(bounds.steps, 'bounds.steps', [0, 32, 8]),
    seconds: within(bounds.seconds, 'bounds.seconds', [1, 86_400, 900]),
    requests: within(bounds.requests, 'bounds.requests', [1, 10_000, 300]),
  };
};

/** Only an assertion of the agent's own can have a composition. */
const checkSource = ({ composition, credential }: Options): void => {
  if (composition === undefined) return;
  if (!('key' in credential)) throw new ConfigurationError('composition', 'give it with credential.key');
  if (typeof composition !== 'function') checkComposition(composition);
};

/** Checks all options, and makes the DPoP key. Rejects with ConfigurationError naming the first member that is wrong. */
export const settingsOf = async (options: Options): Promise<Settings> => {
  checkMembers(options, Object.keys(MEMBERS), 'options');
  const { issuer, clientId, credential, dpop } = options;
  checkIssuer(issuer);
  if (typeof clientId !== 'string' || clientId === '')
    throw new ConfigurationError('clientId', 'give the id of the agent');
  checkCredential(credential);
  checkSource(options);
  if (dpop !== undefined && dpop !== true && typeof dpop?.privateKey !== 'object') {
    throw new ConfigurationError('dpop', 'give true, or what keyFile or newKey answers');
  }
  if (options.fetch !== undefined && typeof options.fetch !== 'function') {
    throw new ConfigurationError('fetch', 'give a function');
  }
  if (options.pings !== undefined && typeof options.pings?.arrived !== 'function') {
    throw new ConfigurationError('pings', 'give what pingReceiver answers');
  }
  checkHooks(options.hooks, 'hooks');
  return {
    issuer,
    clientId,
    credential,
    composition: options.composition,
    dpopKey: dpop === true ? await newKey() : dpop,
    timeout: within(options.timeout, 'timeout', [1, 60, 10]),
    cachedTokens: within(options.cachedTokens, 'cachedTokens', [0, 100_000, 1000]),
    hooks: options.hooks ?? {},
    bounds: boundsOf(options.bounds),
    pings: options.pings,
    fetch: options.fetch ?? platformFetch,
    clock: options.clock ?? systemClock,
  };
};
