import { type Refusal, type Scheme, STATUS } from './refusal.ts';
import type { Settings } from './settings.ts';

/** An answer that a binding sends instead of the request's own. */
export type RefusalAnswer = {
  readonly status: number;
  /** A name can stand twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON. */
  readonly body: string;
};

const RETRY_SECONDS = 5;

/** A quoted string (RFC 9110 §5.6.4). Characters outside of RFC 6750 §3 are left out. */
const quoted = (value: string): string => `"${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`;

const challenge = (scheme: Scheme, parameters: Readonly<Record<string, string>>): string =>
  `${scheme} ${Object.entries(parameters)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ')}`;

/** What stands in each challenge: where a client finds the server, and the scopes to ask it for. */
export type Guidance = {
  readonly metadataUrl: string;
  /** Scopes that the request needs; empty where they depend on the token. */
  readonly scopes: readonly string[];
};

/**
 * The challenges of a refusal (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). The scheme that was used carries the error. A request
 * that the server could not check gets none. A client that needs a token learns the scopes to ask for, as MCP wants it.
 */
const challengesOf = (
  { code, facts }: Refusal,
  used: Scheme,
  { dpop }: Settings,
  { metadataUrl, scopes }: Guidance,
): readonly string[] => {
  const isAboutToken = code === undefined || code === 'invalid_token';
  const error = {
    ...(code === undefined ? {} : { error: code, error_description: facts.description }),
    ...facts.parameters,
  };
  const scheme = dpop.isRequired ? 'DPoP' : (facts.scheme ?? used);
  const schemes: readonly Scheme[] = dpop.isRequired ? ['DPoP'] : ['Bearer', 'DPoP'];
  return schemes.map((one) =>
    challenge(one, {
      ...(code === undefined || one === scheme ? error : {}),
      ...(one === 'DPoP' ? { algs: dpop.algorithms.join(' ') } : {}),
      resource_metadata: metadataUrl,
      ...(isAboutToken && scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    }),
  );
};

/** The answer for a refusal: status, challenges, and a body with the reason (denial profile). */
export const refusalAnswer = (
  refusal: Refusal,
  used: Scheme,
  settings: Settings,
  guidance: Guidance,
  nonce: string | undefined,
): RefusalAnswer => {
  const { code, facts } = refusal;
  const isUnavailable = code === 'temporarily_unavailable';
  const headers: (readonly [string, string])[] = [
    ['content-type', 'application/json'],
    ['cache-control', 'no-store'],
  ];
  if (isUnavailable) headers.push(['retry-after', String(RETRY_SECONDS)]);
  else for (const one of challengesOf(refusal, used, settings, guidance)) headers.push(['www-authenticate', one]);
  if (nonce !== undefined) headers.push(['dpop-nonce', nonce]);
  const until = Math.ceil(settings.clock()) + RETRY_SECONDS;
  const remedies = isUnavailable ? [{ kind: 'wait', until }] : facts.remedies;
  const body = {
    error: code ?? 'token_required',
    error_description: facts.description,
    denial: { layer: 'resource_server', reason: facts.reason, ...(remedies ? { remedies } : {}) },
  };
  return { status: code === undefined ? 401 : STATUS[code], headers, body: JSON.stringify(body) };
};
