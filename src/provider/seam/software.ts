import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { requestState } from './request-state.ts';

/** Header fields whose values the program that sends a request determines, and not the request. */
const FIELDS = ['accept', 'accept-encoding', 'accept-language', 'content-type', 'dpop', 'sec-fetch-mode'] as const;
const MOST_CHARACTERS = 200;
/** `name/12.3.4`: the digits behind the first are of updates. */
const PRODUCT = /([A-Za-z][\w.-]*)(?:\/v?(\d+)[\w.+-]*)?/g;
const MOST_PRODUCTS = 4;
/** Characters of the digest: 96 bits. */
const DIGEST = 16;
/** Lifetimes are usually multiples of five seconds, and a second longer or shorter by chance, because a builder reads the clock twice. */
const LIFETIME_STEP = 10;
/** So that no step begins within two seconds of such a multiple. */
const EARLIER = 2;

/** Products with their main versions. A comment in parentheses often names a host. */
const productsOf = (userAgent: string): string => {
  const text = userAgent.slice(0, MOST_CHARACTERS).replace(/\([^)]*\)?/g, ' ');
  return [...text.matchAll(PRODUCT)]
    .slice(0, MOST_PRODUCTS)
    .map(([, name, version = '']) => `${name}/${version}`)
    .join(' ');
};

/** So long, an id of a larger alphabet has no hex digits alone by chance. */
const LONG_HEX = /^(?=.*[a-f])[\da-f]{20,}$/;

/** How ids are made, by what does not vary with chance: the ids of many programs differ in length, and short ones in their characters. */
const shapeOfId = (id: string): string => {
  if (/^[\da-f]{8}-[\da-f]{4}-(\d)[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/.test(id)) return `uuid ${id[14]}`;
  return LONG_HEX.test(id) ? 'hex' : 'text';
};

/**
 * How an assertion is built: the members of its header and claims in their order, its type, algorithm, lifetime and kind of id. Of a valid
 * assertion (RFC 7523), so that nothing here is longer than the bounds of its checks.
 */
export const assertionShape = (
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
): string => {
  const lifetime = Math.floor((Number(claims['exp']) - Number(claims['iat']) + EARLIER) / LIFETIME_STEP);
  const audience = Array.isArray(claims['aud']) ? 'list' : 'text';
  return [
    ...[Object.keys(header).join(), Object.keys(claims).join(), header['typ'], header['alg'], audience, lifetime],
    shapeOfId(String(claims['jti'])),
  ].join(' ');
};

/**
 * A digest that tells apart the programs that ask for tokens, for the events of agents: the same program gives the same one, also after an
 * update within its main version. Sixteen characters. Of an app of people it would tell apart their browsers: do not record it there.
 */
const softwareOf = (req: IncomingMessage): string => {
  const fields = FIELDS.map((name) => {
    const value = req.headers[name];
    // A proof is another one each time.
    return value === undefined ? '-' : name === 'dpop' ? 'proof' : String(value).slice(0, MOST_CHARACTERS);
  });
  const parts = [productsOf(req.headers['user-agent'] ?? ''), ...fields, requestState(req).assertionShape ?? ''];
  return hash('sha256', parts.join('\n'), 'base64url').slice(0, DIGEST);
};

/** The same for the event of a token, where the client is an agent. */
export const softwareIn = ({
  req,
  oidc,
}: {
  readonly req: IncomingMessage;
  readonly oidc: { readonly client?: { readonly clientId: string } | undefined };
}): { readonly software?: string } => (oidc.client?.clientId.startsWith('agt_') ? { software: softwareOf(req) } : {});
