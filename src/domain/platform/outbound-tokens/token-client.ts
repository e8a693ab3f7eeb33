/**
 * This server as a client of other authorization servers, which issue the short access tokens that it sends elsewhere (RFC 6749 §4.4,
 * decision 54). Owns the settings of such a client, with its sealed secret (this file), and the tokens that it holds (held-tokens.ts).
 * Does not decide where tokens are sent: polled transmitters and provisioning targets do.
 */
import type { TokenParty } from '../../ports/client-tokens.ts';
import type { InternalPurpose, TrustedFetch } from '../../ports/trusted-fetch.ts';
import { type MasterKey, openedOrNothing, sealedAnew } from '../crypto/master-key.ts';
import { checkText } from '../display-names/display-text.ts';
import { checkReachable } from '../remote-keys/operator-urls.ts';
import { tokenClientRefusal } from './token-client-refusals.ts';

/** How this server authenticates at a token endpoint. */
export const TOKEN_AUTHENTICATIONS = ['private_key_jwt', 'client_secret_basic'] as const;
export type TokenAuthentication = (typeof TOKEN_AUTHENTICATIONS)[number];

/** The client that this server is at an authorization server. */
export type TokenClient = {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly authentication: TokenAuthentication;
  /** `aud` of assertions with `private_key_jwt`. Absent: the token endpoint. */
  readonly audience?: string;
  readonly scope?: string;
  /** RFC 8707. */
  readonly resource?: string;
  /** The secret, or an empty text with `private_key_jwt`, sealed with the master key and bound to all of the above but scope and resource. */
  readonly sealed: string;
};

/** An absent member stays as it is. */
export type TokenClientInput = {
  /** Null: a static token is sent. */
  readonly tokenEndpoint?: string | null | undefined;
  readonly clientId?: string | undefined;
  /** Default `private_key_jwt`. */
  readonly authentication?: TokenAuthentication | undefined;
  /** With `client_secret_basic`. */
  readonly secret?: string | undefined;
  /** Null: the token endpoint. */
  readonly audience?: string | null | undefined;
  readonly scope?: string | null | undefined;
  readonly resource?: string | null | undefined;
};

/** Where tokens of a client are sent, and how refusals name its settings. */
export type TokenClientUse = {
  /** Prefix of the sealing context. No two uses have the same one. */
  readonly kind: string;
  /** The list of internal hosts that applies. */
  readonly purpose: InternalPurpose;
  /** JSON pointers of the members. */
  readonly fields: Readonly<Record<keyof TokenClientInput, string>>;
};

export type TokenClientDeps = {
  readonly masterKey: Pick<MasterKey, 'seal'>;
  readonly checkUrl: TrustedFetch['check'];
  /** Our own issuer, which is no client elsewhere. */
  readonly issuer: string;
};

/** The object to which a client belongs, and the URL that its tokens are sent to. */
export type TokenPlace = { readonly id: string; readonly url: string };

const SECRET = /^[\x21-\x7e]{1,1024}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

type Bound = Pick<TokenClient, 'tokenEndpoint' | 'clientId' | 'authentication' | 'audience'>;

/**
 * The sealing context. An editor of the store who changes the URL, the endpoint, the client or the audience gets neither the
 * secret, nor an assertion of ours, nor an access token.
 */
const contextOf = (
  { kind }: TokenClientUse,
  { id, url }: TokenPlace,
  { tokenEndpoint, clientId, authentication, audience = '' }: Bound,
): string => `${kind}/${JSON.stringify([id, url, tokenEndpoint, clientId, authentication, audience])}`;

/** What was stored: the client, and the URL that it is bound to. */
export type TokenClientBefore = { readonly url?: string | undefined; readonly client?: TokenClient | undefined };

/**
 * The client after a change; undefined: there is no token endpoint. Throws 'invalid_field'. Another URL, token endpoint or client needs
 * the secret in the same change.
 */
export const tokenClientAfter = (
  deps: TokenClientDeps,
  use: TokenClientUse,
  place: TokenPlace,
  given: TokenClientInput,
  { url, client: was }: TokenClientBefore,
): TokenClient | undefined => {
  const { fields, purpose } = use;
  const { tokenEndpoint: endpoint = was?.tokenEndpoint, ...others } = given;
  if (endpoint === undefined || endpoint === null) {
    if (Object.values(others).some((member) => member !== undefined && member !== null))
      throw tokenClientRefusal('token_endpoint_missing', { field: fields.tokenEndpoint });
    return undefined;
  }
  if (endpoint !== was?.tokenEndpoint)
    checkReachable(endpoint, fields.tokenEndpoint, deps.checkUrl, { purpose, isByRole: true });
  const { clientId = was?.clientId, secret } = given;
  if (clientId === undefined) throw tokenClientRefusal('token_client_id_missing', { field: fields.clientId });
  checkText(clientId, fields.clientId, 512);
  if (clientId === deps.issuer) throw tokenClientRefusal('token_client_is_issuer', { field: fields.clientId });
  const authentication = given.authentication ?? was?.authentication ?? 'private_key_jwt';
  const next = { tokenEndpoint: endpoint, clientId, authentication, ...optionsOf(use, given, was, authentication) };
  const context = contextOf(use, place, next);
  const isSame = was !== undefined && contextOf(use, { ...place, url: url ?? '' }, was) === context;
  checkSecret(use, authentication, secret, isSame);
  const isKept = isSame && secret === undefined;
  return { ...next, sealed: isKept ? was.sealed : deps.masterKey.seal(context, secret ?? '') };
};

const checkSecret = (
  { fields }: TokenClientUse,
  authentication: TokenAuthentication,
  secret: string | undefined,
  isSame: boolean,
): void => {
  const at = { field: fields.secret };
  if (authentication === 'private_key_jwt') {
    if (secret !== undefined) throw tokenClientRefusal('token_client_secret_unused', at);
    return;
  }
  if (secret === undefined && !isSame) throw tokenClientRefusal('token_client_secret_missing', at);
  if (secret !== undefined && !SECRET.test(secret)) throw tokenClientRefusal('token_client_secret_malformed', at);
};

/** An absent member stays, null removes it. */
const chosen = (given: string | null | undefined, before: string | undefined): string | undefined =>
  given === undefined ? before : (given ?? undefined);

const optionsOf = (
  { fields }: TokenClientUse,
  given: TokenClientInput,
  was: TokenClient | undefined,
  authentication: TokenAuthentication,
): Pick<TokenClient, 'audience' | 'scope' | 'resource'> => {
  const isSigned = authentication === 'private_key_jwt';
  if (!isSigned && typeof given.audience === 'string')
    throw tokenClientRefusal('token_client_audience_unused', { field: fields.audience });
  const audience = isSigned ? chosen(given.audience, was?.audience) : undefined;
  if (audience !== undefined) checkText(audience, fields.audience, 512);
  const scope = chosen(given.scope, was?.scope);
  if (scope !== undefined && (scope.length > 1000 || !scope.split(' ').every((one) => SCOPE.test(one))))
    throw tokenClientRefusal('token_client_scope_malformed', { field: fields.scope });
  const resource = chosen(given.resource, was?.resource);
  if (resource !== undefined && (resource.length > 512 || resource.includes('#') || !URL.canParse(resource)))
    throw tokenClientRefusal('token_client_resource_malformed', { field: fields.resource });
  return {
    ...(audience === undefined ? {} : { audience }),
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  };
};

/** The client in the form of the port. Undefined: it cannot be read. */
export const tokenPartyOf = (
  masterKey: Pick<MasterKey, 'open'>,
  use: TokenClientUse,
  place: TokenPlace,
  client: TokenClient,
): TokenParty | undefined => {
  const { tokenEndpoint, clientId, authentication: method, audience = tokenEndpoint, scope, resource } = client;
  const secret = openedOrNothing(masterKey, contextOf(use, place, client), client.sealed);
  if (secret === undefined) return undefined;
  return {
    ...{ tokenEndpoint, clientId },
    authentication: method === 'private_key_jwt' ? { method, audience } : { method, secret },
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  };
};

/** The client with its secret sealed anew. Undefined: nothing has to change, or it cannot be read. */
export const tokenClientSealedAnew = (
  masterKey: MasterKey,
  use: TokenClientUse,
  place: TokenPlace,
  client: TokenClient,
): TokenClient | undefined => {
  const sealed = sealedAnew(masterKey, contextOf(use, place, client), client.sealed);
  return sealed === undefined ? undefined : { ...client, sealed };
};
