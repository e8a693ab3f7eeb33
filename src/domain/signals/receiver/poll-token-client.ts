/** The client of this server at the token endpoint of a polled transmitter. */
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import {
  tokenPartyOf as partyOf,
  type TokenAuthentication,
  type TokenClient,
  type TokenClientDeps,
  type TokenClientUse,
  tokenClientAfter,
  tokenClientSealedAnew,
} from '../../platform/outbound-tokens/token-client.ts';
import type { TokenParty } from '../../ports/client-tokens.ts';
import type { Transmitter } from './transmitter.ts';

export type PollTokenInput = {
  /** Null: the static token is sent. */
  readonly pollTokenEndpoint?: string | null;
  readonly pollClientId?: string;
  /** Default `private_key_jwt`. */
  readonly pollClientAuthentication?: TokenAuthentication;
  /** With `client_secret_basic`. */
  readonly pollClientSecret?: string;
  /** Null: the token endpoint. */
  readonly pollClientAudience?: string | null;
  readonly pollScope?: string | null;
  readonly pollResource?: string | null;
};

export type PollTokenDeps = TokenClientDeps;

const USE: TokenClientUse = {
  kind: 'trusted-transmitter-client',
  purpose: 'upstreamProviders',
  fields: {
    ...{ tokenEndpoint: '/poll_token_endpoint', clientId: '/poll_client_id' },
    ...{ authentication: '/poll_client_authentication', secret: '/poll_client_secret' },
    ...{ audience: '/poll_client_audience', scope: '/poll_scope', resource: '/poll_resource' },
  },
};

/** As `tokenClientAfter`. */
export const pollTokenClient = (
  deps: PollTokenDeps,
  { id, pollUrl: url }: { readonly id: string; readonly pollUrl: string },
  given: PollTokenInput,
  before: Pick<Transmitter, 'pollUrl' | 'pollTokenClient'>,
): TokenClient | undefined =>
  tokenClientAfter(
    deps,
    USE,
    { id, url },
    {
      ...{ tokenEndpoint: given.pollTokenEndpoint, clientId: given.pollClientId },
      ...{ authentication: given.pollClientAuthentication, secret: given.pollClientSecret },
      ...{ audience: given.pollClientAudience, scope: given.pollScope, resource: given.pollResource },
    },
    { url: before.pollUrl, client: before.pollTokenClient },
  );

/** The client in the form of the port. Undefined: there is none, or it cannot be read. */
export const tokenPartyOf = (
  masterKey: Pick<MasterKey, 'open'>,
  { id, pollUrl: url, pollTokenClient: client }: Transmitter,
): TokenParty | undefined =>
  url === undefined || client === undefined ? undefined : partyOf(masterKey, USE, { id, url }, client);

/** The client with its secret sealed anew. Undefined: nothing has to change, or it cannot be read. */
export const clientSealedAnew = (
  masterKey: MasterKey,
  { id, pollUrl: url, pollTokenClient: client }: Transmitter,
): TokenClient | undefined =>
  url === undefined || client === undefined ? undefined : tokenClientSealedAnew(masterKey, USE, { id, url }, client);
