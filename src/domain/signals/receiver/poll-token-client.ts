/** The client of this server at the token endpoint of a polled transmitter: its settings, and its secret. */
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import type { TokenParty } from '../../ports/client-tokens.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { PollAuthentication, PollTokenClient, Transmitter } from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';

export type PollTokenInput = {
  /** Null: the static token is sent. */
  readonly pollTokenEndpoint?: string | null;
  readonly pollClientId?: string;
  /** Default `private_key_jwt`. */
  readonly pollClientAuthentication?: PollAuthentication;
  /** With `client_secret_basic`. */
  readonly pollClientSecret?: string;
  /** Null: the token endpoint. */
  readonly pollClientAudience?: string | null;
  readonly pollScope?: string | null;
  readonly pollResource?: string | null;
};

export type PollTokenDeps = {
  readonly masterKey: Pick<MasterKey, 'seal'>;
  readonly checkUrl: TrustedFetch['check'];
  /** Our own issuer, which is no client elsewhere. */
  readonly issuer: string;
};

/** The transmitter to which a client belongs, and the URL that its tokens are sent to. */
type Place = { readonly id: string; readonly pollUrl: string };

const SECRET = /^[\x21-\x7e]{1,1024}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

type Bound = Pick<PollTokenClient, 'tokenEndpoint' | 'clientId' | 'authentication' | 'audience'>;

/**
 * The sealing context. An editor of the store who changes the poll URL, the endpoint, the client or the audience gets neither the
 * secret, nor an assertion of ours, nor an access token.
 */
const contextOf = ({ id, pollUrl }: Place, { tokenEndpoint, clientId, authentication, audience = '' }: Bound): string =>
  `trusted-transmitter-client/${JSON.stringify([id, pollUrl, tokenEndpoint, clientId, authentication, audience])}`;

/** The client after a change; undefined: there is no token endpoint. Throws 'invalid_field'. */
export const pollTokenClient = (
  deps: PollTokenDeps,
  place: Place,
  given: PollTokenInput,
  before: { readonly pollUrl?: string; readonly pollTokenClient?: PollTokenClient },
): PollTokenClient | undefined => {
  const was = before.pollTokenClient;
  const { pollTokenEndpoint: endpoint = was?.tokenEndpoint, ...others } = given;
  if (endpoint === undefined || endpoint === null) {
    if (Object.values(others).some((member) => member !== undefined && member !== null))
      throw transmitterRefusal('transmitter_poll_endpoint_missing', { field: '/poll_token_endpoint' });
    return undefined;
  }
  if (endpoint !== was?.tokenEndpoint)
    checkReachable(endpoint, '/poll_token_endpoint', deps.checkUrl, { purpose: 'upstreamProviders', isByRole: true });
  const { pollClientId: clientId = was?.clientId, pollClientSecret: secret } = given;
  if (clientId === undefined)
    throw transmitterRefusal('transmitter_poll_client_id_missing', { field: '/poll_client_id' });
  checkText(clientId, '/poll_client_id', 512);
  if (clientId === deps.issuer)
    throw transmitterRefusal('transmitter_poll_client_is_issuer', { field: '/poll_client_id' });
  const authentication = given.pollClientAuthentication ?? was?.authentication ?? 'private_key_jwt';
  const next = { tokenEndpoint: endpoint, clientId, authentication, ...optionsOf(given, was, authentication) };
  const context = contextOf(place, next);
  const isSame = was !== undefined && contextOf({ ...place, pollUrl: before.pollUrl ?? '' }, was) === context;
  checkSecret(authentication, secret, isSame);
  const isKept = isSame && secret === undefined;
  return { ...next, sealed: isKept ? was.sealed : deps.masterKey.seal(context, secret ?? '') };
};

const checkSecret = (authentication: PollAuthentication, secret: string | undefined, isSame: boolean): void => {
  const at = { field: '/poll_client_secret' };
  if (authentication === 'private_key_jwt') {
    if (secret !== undefined) throw transmitterRefusal('transmitter_poll_secret_unused', at);
    return;
  }
  if (secret === undefined && !isSame) throw transmitterRefusal('transmitter_poll_secret_missing', at);
  if (secret !== undefined && !SECRET.test(secret)) throw transmitterRefusal('transmitter_poll_secret_malformed', at);
};

/** An absent member stays, null removes it. */
const chosen = (given: string | null | undefined, before: string | undefined): string | undefined =>
  given === undefined ? before : (given ?? undefined);

const optionsOf = (
  { pollClientAudience, pollScope, pollResource }: PollTokenInput,
  was: PollTokenClient | undefined,
  authentication: PollAuthentication,
): Pick<PollTokenClient, 'audience' | 'scope' | 'resource'> => {
  const isSigned = authentication === 'private_key_jwt';
  if (!isSigned && typeof pollClientAudience === 'string')
    throw transmitterRefusal('transmitter_poll_audience_unused', { field: '/poll_client_audience' });
  const audience = isSigned ? chosen(pollClientAudience, was?.audience) : undefined;
  if (audience !== undefined) checkText(audience, '/poll_client_audience', 512);
  const scope = chosen(pollScope, was?.scope);
  if (scope !== undefined && (scope.length > 1000 || !scope.split(' ').every((one) => SCOPE.test(one))))
    throw transmitterRefusal('transmitter_poll_scope_malformed', { field: '/poll_scope' });
  const resource = chosen(pollResource, was?.resource);
  if (resource !== undefined && (resource.length > 512 || resource.includes('#') || !URL.canParse(resource)))
    throw transmitterRefusal('transmitter_poll_resource_malformed', { field: '/poll_resource' });
  return {
    ...(audience === undefined ? {} : { audience }),
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  };
};

/** The client in the form of the port. Undefined: there is none, or it cannot be read. */
export const tokenPartyOf = (
  masterKey: Pick<MasterKey, 'open'>,
  { id, pollUrl, pollTokenClient: client }: Transmitter,
): TokenParty | undefined => {
  if (pollUrl === undefined || client === undefined) return undefined;
  const { tokenEndpoint, clientId, authentication: method, audience = tokenEndpoint, scope, resource } = client;
  const secret = openedOrNothing(masterKey, contextOf({ id, pollUrl }, client), client.sealed);
  if (secret === undefined) return undefined;
  return {
    ...{ tokenEndpoint, clientId },
    authentication: method === 'private_key_jwt' ? { method, audience } : { method, secret },
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  };
};

/** The client with its secret sealed anew. Undefined: nothing has to change, or it cannot be read. */
export const clientSealedAnew = (
  masterKey: MasterKey,
  { id, pollUrl, pollTokenClient: client }: Transmitter,
): PollTokenClient | undefined => {
  if (pollUrl === undefined || client === undefined) return undefined;
  const context = contextOf({ id, pollUrl }, client);
  if (!masterKey.isSealedWithOther(context, client.sealed)) return undefined;
  const secret = openedOrNothing(masterKey, context, client.sealed);
  return secret === undefined ? undefined : { ...client, sealed: masterKey.seal(context, secret) };
};
