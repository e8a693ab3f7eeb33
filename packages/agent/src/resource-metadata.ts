/** Finds out for which API a request needs a token (RFC 9728). */
import { AgentStop } from './agent-stop.ts';
import type { Challenge } from './challenges.ts';
import { abortable, timeLimited } from './clock.ts';
import { ownDenial } from './denial.ts';
import { type Fetch, guardedFetch, smallJson } from './http-client.ts';
import { isSafeUrl } from './safe-url.ts';
import type { Settings } from './settings.ts';

/** An API, and the scopes that its challenge named. */
export type Api = { readonly resource: string; readonly scopes: readonly string[] | undefined };

export interface ResourceMetadata {
  /** The API at a URL, as far as it is known. Scopes of a challenge are known for its URL alone. */
  known(url: URL): Api | undefined;
  /** Whether a challenge names metadata of another API than this one. */
  isOther(resource: string, challenges: readonly Challenge[]): boolean;
  /**
   * The API that the metadata of a challenge name; undefined if no challenge names metadata. Rejects with AgentStop if they are
   * of another API, or the API takes no tokens of the issuer; with TimeoutError if they have not arrived after the time limit.
   */
  find(url: URL, challenges: readonly Challenge[], signal: AbortSignal): Promise<Api | undefined>;
}

const MOST_KNOWN = 100;
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

const withoutSlashAtEnd = (path: string): string => path.replace(/\/+$/, '');

/** Whether a URL is at the API of this identifier. Otherwise an API could get a token for another one (RFC 9728 §3.3). */
const isAt = (url: URL, resource: string): boolean => {
  if (!isSafeUrl(resource)) return false;
  const { origin, pathname } = new URL(resource);
  const base = withoutSlashAtEnd(pathname);
  return url.origin === origin && (url.pathname === base || url.pathname.startsWith(`${base}/`));
};

/** Whether an address is where the API of this identifier has its metadata (RFC 9728 §3.1). A slash at the end changes nothing. */
const isAddressOf = (resource: string, address: string): boolean => {
  if (!URL.canParse(resource) || !URL.canParse(address)) return false;
  const [api, given] = [new URL(resource), new URL(address)];
  const path = withoutSlashAtEnd(`${WELL_KNOWN}${api.pathname}`);
  return given.origin === api.origin && withoutSlashAtEnd(given.pathname) === path && given.search === api.search;
};

const parameterIn = (challenges: readonly Challenge[], name: string): string | undefined =>
  challenges.map(({ parameters }) => parameters[name]).find(Boolean);

const stop = (reason: 'other_server' | 'unsafe_remedy', said: string): AgentStop =>
  new AgentStop(reason, { denial: ownDenial('resource_metadata', said), steps: [] });

export const resourceMetadata = ({ issuer, timeout, fetch }: Settings): ResourceMetadata => {
  const fetchIt: Fetch = guardedFetch(fetch);
  /** APIs whose challenges named no scopes, by identifier. */
  const apis = new Map<string, Api>();
  /** Those that named scopes, by the URL that was asked for: another URL of the same API may need others. */
  const scoped = new Map<string, Api>();

  const remember = (all: Map<string, Api>, key: string, api: Api): void => {
    all.delete(key);
    all.set(key, api);
    const [oldest] = all.keys();
    if (all.size > MOST_KNOWN && oldest !== undefined) all.delete(oldest);
  };

  return {
    known(url) {
      const exact = scoped.get(`${url.origin}${url.pathname}`);
      if (exact) return exact;
      const all = [...apis.values()].filter(({ resource }) => isAt(url, resource));
      return all.sort((one, other) => other.resource.length - one.resource.length)[0];
    },
    isOther(resource, challenges) {
      const address = parameterIn(challenges, 'resource_metadata');
      return address !== undefined && !isAddressOf(resource, address);
    },
    async find(url, challenges, signal) {
      const address = parameterIn(challenges, 'resource_metadata');
      if (address === undefined) return undefined;
      if (!isSafeUrl(address) || new URL(address).origin !== url.origin) {
        throw stop('unsafe_remedy', `${url.origin} names metadata at another origin.`);
      }
      const limited = timeLimited(signal, timeout);
      const request = fetchIt(address, { headers: { accept: 'application/json' }, signal: limited });
      const response = await abortable(request, limited);
      const body: unknown = response.status === 200 ? await smallJson(response, limited) : undefined;
      const { resource, authorization_servers: servers } = (body ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof resource !== 'string' || !isAt(url, resource) || !isAddressOf(resource, address)) {
        throw stop('unsafe_remedy', `The metadata at ${address} are not those of ${url.origin}${url.pathname}.`);
      }
      if (!Array.isArray(servers) || !servers.includes(issuer)) {
        throw stop('other_server', `${resource} takes no tokens of ${issuer}.`);
      }
      const scopes = parameterIn(challenges, 'scope')?.split(' ').filter(Boolean);
      const api = { resource, scopes };
      if (scopes) remember(scoped, `${url.origin}${url.pathname}`, api);
      else remember(apis, resource, api);
      return api;
    },
  };
};
