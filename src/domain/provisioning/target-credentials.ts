/** How this server authenticates at a target: a bearer token that lasts, or a client that gets short ones. Both are bound to the URL. */
import { type MasterKey, openedOrNothing, sealedAnew } from '../platform/crypto/master-key.ts';
import type { HeldToken, HeldTokens } from '../platform/outbound-tokens/held-tokens.ts';
import {
  type TokenAuthentication,
  type TokenClientDeps,
  type TokenClientInput,
  type TokenClientUse,
  tokenClientAfter,
  tokenClientSealedAnew,
  tokenPartyOf,
} from '../platform/outbound-tokens/token-client.ts';
import { isNoToken } from '../ports/client-tokens.ts';
import type { Clock } from '../ports/clock.ts';
import { retryAfterOf } from '../ports/retry-after.ts';
import type { ProvisioningTarget } from './provisioning-target.ts';
import { targetError } from './target-failures.ts';
import { provisioningRefusal } from './target-refusals.ts';

export type TargetCredentialInput = {
  /** The bearer token. It takes the place of a client. */
  readonly token?: string;
  /** Null: the bearer token is sent. */
  readonly tokenEndpoint?: string | null;
  readonly tokenClientId?: string;
  /** Default `private_key_jwt`. */
  readonly tokenClientAuthentication?: TokenAuthentication;
  /** With `client_secret_basic`. */
  readonly tokenClientSecret?: string;
  /** Null: the token endpoint. */
  readonly tokenClientAudience?: string | null;
  readonly tokenScope?: string | null;
  readonly tokenResource?: string | null;
};

type Credentials = { readonly token: string | undefined; readonly client: TokenClientInput };

/** The members about credentials, and the others. */
export const withoutCredentials = <T extends TargetCredentialInput>({
  token,
  tokenEndpoint,
  tokenClientId,
  tokenClientAuthentication,
  tokenClientSecret,
  tokenClientAudience,
  tokenScope,
  tokenResource,
  ...settings
}: T): { readonly settings: Omit<T, keyof TargetCredentialInput>; readonly credentials: Credentials } => ({
  settings,
  credentials: {
    token,
    client: {
      ...{ tokenEndpoint, clientId: tokenClientId, authentication: tokenClientAuthentication },
      ...{ secret: tokenClientSecret, audience: tokenClientAudience, scope: tokenScope, resource: tokenResource },
    },
  },
});

const USE: TokenClientUse = {
  kind: 'provisioning-target-client',
  purpose: 'provisioningTargets',
  fields: {
    ...{ tokenEndpoint: '/token_endpoint', clientId: '/token_client_id' },
    ...{ authentication: '/token_client_authentication', secret: '/token_client_secret' },
    ...{ audience: '/token_client_audience', scope: '/token_scope', resource: '/token_resource' },
  },
};

const TOKEN = /^[\x21-\x7e]{1,4096}$/;

type Place = Pick<ProvisioningTarget, 'id' | 'url'>;

/** The sealing context of the token. An editor of the store who changes the URL cannot send the token there. */
const contextOf = ({ id, url }: Place): string => `provisioning-target/${id} ${url}`;

/** The credentials after a change. Throws 'invalid_field'. Another URL needs its token, or the secret of its client, in the same change. */
export const targetCredentials = (
  deps: TokenClientDeps,
  { id, url }: Place,
  { token, client }: Credentials,
  before?: ProvisioningTarget,
): Pick<ProvisioningTarget, 'sealed' | 'tokenClient'> => {
  const at = { field: '/token' };
  if (token !== undefined && typeof client.tokenEndpoint === 'string')
    throw provisioningRefusal('target_credentials_both', at);
  const was = token === undefined ? before?.tokenClient : undefined;
  const next = tokenClientAfter(deps, USE, { id, url }, client, { url: before?.url, client: was });
  if (next) return { tokenClient: next };
  if (token !== undefined) {
    if (!TOKEN.test(token)) throw provisioningRefusal('target_token_malformed', at);
    return { sealed: deps.masterKey.seal(contextOf({ id, url }), token) };
  }
  const kept = before?.url === url ? before.sealed : undefined;
  if (kept === undefined) throw provisioningRefusal('target_token_missing', at);
  return { sealed: kept };
};

/** The target with its credentials sealed anew. Undefined: nothing has to change, or they cannot be read. */
export const targetSealedAnew = (masterKey: MasterKey, target: ProvisioningTarget): ProvisioningTarget | undefined => {
  const { id, url, sealed, tokenClient: client } = target;
  if (client) {
    const tokenClient = tokenClientSealedAnew(masterKey, USE, { id, url }, client);
    return tokenClient && { ...target, tokenClient };
  }
  const again = sealed && sealedAnew(masterKey, contextOf(target), sealed);
  return again === undefined ? undefined : { ...target, sealed: again };
};

export interface TargetTokens {
  /** The token of now. Requests one if none is held. Throws a `targetError` where there is none. */
  tokenOf(target: ProvisioningTarget): Promise<HeldToken>;
  /** Forgets a held token: the target refused it. */
  forget(target: ProvisioningTarget): void;
}

export const targetTokens = (deps: {
  readonly masterKey: Pick<MasterKey, 'open'>;
  readonly clock: Clock;
  readonly held: HeldTokens;
}): TargetTokens => {
  const { masterKey, clock, held } = deps;
  return {
    async tokenOf(target) {
      const { id, url, sealed = '', tokenClient: client } = target;
      if (!client) {
        const token = openedOrNothing(masterKey, contextOf(target), sealed);
        if (token === undefined) throw targetError({ failure: 'token_unreadable' });
        return { token, isHeld: false };
      }
      const party = tokenPartyOf(masterKey, USE, { id, url }, client);
      if (!party) throw targetError({ failure: 'token_unreadable' });
      // Each request has its own time limit.
      const answer = await held.tokenOf(id, { party, url }, new AbortController().signal);
      if (!isNoToken(answer)) return answer;
      const { why, status, detail, retryAfter } = answer;
      const retryAfterSeconds = retryAfterOf(retryAfter, clock.now());
      throw targetError({
        failure: `token_${why}`,
        ...(status === undefined ? {} : { status }),
        ...(detail === undefined ? {} : { detail }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
    },

    forget: ({ id }) => held.forget(id),
  };
};
