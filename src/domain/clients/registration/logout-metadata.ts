import type { NewClient } from '../clients/client-input.ts';
import type { ClientMetadata } from './client-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

/**
 * The URL at which the client receives logout tokens. A client that registers itself is not reviewed, so the URL must
 * be on a host of its redirect URIs.
 */
export const logoutOf = (
  { backchannelLogoutUri: url, backchannelLogoutSessionRequired }: ClientMetadata,
  redirectUris: readonly string[],
): Pick<NewClient, 'backchannelLogoutUri' | 'backchannelLogoutSessionRequired'> => {
  if (url === undefined) return {};
  if (!redirectUris.some((uri) => URL.parse(uri)?.host === URL.parse(url)?.host)) {
    throw registrationRefusal('logout_uri_on_other_host', { field: '/backchannel_logout_uri' });
  }
  return {
    backchannelLogoutUri: url,
    ...(backchannelLogoutSessionRequired === undefined ? {} : { backchannelLogoutSessionRequired }),
  };
};
