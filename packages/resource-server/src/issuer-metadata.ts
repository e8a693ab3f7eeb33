import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import { unavailable } from './refusal.ts';

/** Endpoints that this package needs. */
export type Endpoint =
  | 'jwks_uri'
  | 'introspection_endpoint'
  | 'access_evaluation_endpoint'
  | 'access_evaluations_endpoint'
  | 'access_request_endpoint'
  | 'approval_use_endpoint'
  | 'revocation_feed_endpoint'
  | 'report_endpoint'
  | 'step_up_endpoint';

export interface IssuerMetadata {
  /** URL of an endpoint of the server. Throws Refusal (503) if the metadata cannot be fetched, or does not name it. */
  endpoint(name: Endpoint): Promise<string>;
}

/** Where each endpoint is named. */
const DOCUMENTS = {
  jwks_uri: '/.well-known/openid-configuration',
  introspection_endpoint: '/.well-known/openid-configuration',
  access_evaluation_endpoint: '/.well-known/authzen-configuration',
  access_evaluations_endpoint: '/.well-known/authzen-configuration',
  access_request_endpoint: '/.well-known/authzen-configuration',
  approval_use_endpoint: '/.well-known/authzen-configuration',
  revocation_feed_endpoint: '/.well-known/authzen-configuration',
  report_endpoint: '/.well-known/authzen-configuration',
  step_up_endpoint: '/.well-known/authzen-configuration',
} as const satisfies Readonly<Record<Endpoint, string>>;

/** OpenID Connect Discovery appends its path to the issuer; AuthZEN puts its own in front of the issuer's path (§9.1). */
const urlOf = (issuer: string, path: string): string => {
  const { origin, pathname } = new URL(issuer);
  const own = pathname.replace(/\/$/, '');
  return path === DOCUMENTS.approval_use_endpoint ? `${origin}${path}${own}` : `${origin}${own}${path}`;
};

/** After this time the metadata are fetched again. */
const FRESH_SECONDS = 3600;
/** A failed fetch is not repeated sooner. */
const PAUSE_SECONDS = 1;

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/** Whether a URL is one that an issuer may have or name: https, or http on loopback for development. */
export const isSafeUrl = (value: unknown): value is string => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
};

type Fetched = { readonly body: Readonly<Record<string, unknown>>; readonly at: number };

/** Metadata of the issuer, fetched when they are first needed. `known` has endpoints of the options, which are not fetched. */
export const issuerMetadata = (
  issuer: string,
  known: Partial<Readonly<Record<Endpoint, string>>>,
  http: HttpClient,
  clock: Clock,
): IssuerMetadata => {
  const fetched = new Map<string, Fetched>();
  const underWay = new Map<string, Promise<Fetched>>();
  const failedAt = new Map<string, number>();

  const load = async (path: string): Promise<Fetched> => {
    const url = urlOf(issuer, path);
    const { body } = await http.json(url);
    const named = body['issuer'] ?? body['policy_decision_point'];
    if (named !== issuer) throw unavailable('issuer_other', `${url} names the issuer ${JSON.stringify(named)}`);
    const result = { body, at: clock() };
    fetched.set(path, result);
    return result;
  };

  const document = async (path: string): Promise<Fetched> => {
    const cached = fetched.get(path);
    if (cached && clock() - cached.at < FRESH_SECONDS) return cached;
    const failed = failedAt.get(path);
    const isPaused = failed !== undefined && clock() - failed < PAUSE_SECONDS;
    if (isPaused && !cached) throw unavailable('server_unreachable', `the metadata of ${issuer} could not be fetched`);
    if (isPaused && cached) return cached;
    const loading = underWay.get(path) ?? load(path).finally(() => underWay.delete(path));
    underWay.set(path, loading);
    try {
      return await loading;
    } catch (error) {
      failedAt.set(path, clock());
      // Endpoints rarely move; what they answer is checked in any case.
      if (cached) return cached;
      throw error;
    }
  };

  return {
    async endpoint(name) {
      const given = known[name];
      if (given !== undefined) return given;
      const { body } = await document(DOCUMENTS[name]);
      const url = body[name];
      if (!isSafeUrl(url)) throw unavailable('endpoint_missing', `the metadata of ${issuer} have no usable ${name}`);
      return url;
    },
  };
};
