/** Rules about single members of a client, checked by the registry of clients (client-registry.ts). */

import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import type { Client } from './client.ts';
import { clientRefusal } from './client-refusals.ts';
import { checkForPublicClients } from './grant-types.ts';
import type { KeyUrlCheck } from './key-source.ts';

type Logout = {
  readonly backchannelLogoutUri?: string | undefined;
  readonly backchannelLogoutSessionRequired?: boolean | undefined;
};

/** Without a logout address, a required session has no effect. */
export const logoutOf = ({
  backchannelLogoutUri,
  backchannelLogoutSessionRequired = false,
}: Logout): Pick<Client, 'backchannelLogoutUri' | 'backchannelLogoutSessionRequired'> =>
  backchannelLogoutUri === undefined ? {} : { backchannelLogoutUri, backchannelLogoutSessionRequired };

/** Checks it like a URL of keys: registration refuses a URL that this server could never send to. */
export const checkLogoutUri = (
  { backchannelLogoutUri: url, redirectUris }: Client,
  before: Client | undefined,
  checkUrl: KeyUrlCheck | undefined,
  isByRole: boolean,
): void => {
  if (url === undefined || url === before?.backchannelLogoutUri) return;
  const field = '/backchannel_logout_uri';
  if (redirectUris.length === 0) throw clientRefusal('logout_without_redirect_uri', { field });
  checkReachable(url, field, checkUrl, { purpose: 'appLogout', isByRole });
};

export const usesSecret = ({ tokenEndpointAuthMethod: method }: Pick<Client, 'tokenEndpointAuthMethod'>): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

export const usesKeys = ({ tokenEndpointAuthMethod }: Pick<Client, 'tokenEndpointAuthMethod'>): boolean =>
  tokenEndpointAuthMethod === 'private_key_jwt';

export const checkAuthentication = (client: Client): void => {
  const { tokenEndpointAuthMethod: method, grantTypes, roles, skipConsent, redirectUris } = client;
  if (client.certificateBoundAccessTokens && client.dpopBoundAccessTokens) {
    throw clientRefusal('tokens_bound_twice', { field: '/certificate_bound_access_tokens' });
  }
  const actsForItself = grantTypes.includes('client_credentials');
  if (method === 'none') checkForPublicClients(grantTypes);
  if (roles.length > 0 && !actsForItself) {
    throw clientRefusal('client_roles_unused', { field: '/roles' });
  }
  // Any program may receive on loopback or under a private scheme. Without a consent page no user would notice
  // (RFC 8252 §8.6).
  if (skipConsent && method === 'none' && redirectUris.some((uri) => !uri.startsWith('https:'))) {
    throw clientRefusal('consent_not_skippable', { field: '/skip_consent' });
  }
};
