import { refuseField } from '../../vocabulary/errors.ts';
import type { NewClient } from '../clients/client-input.ts';
import type { ClientMetadata } from './client-metadata.ts';

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
    refuseField('/backchannel_logout_uri', 'This is on the host of a redirect URI of this client.');
  }
  return {
    backchannelLogoutUri: url,
    ...(backchannelLogoutSessionRequired === undefined ? {} : { backchannelLogoutSessionRequired }),
  };
};
