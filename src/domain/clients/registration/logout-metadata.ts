import { refuseField } from '../../vocabulary/errors.ts';
import type { NewClient } from '../clients/client-input.ts';
import type { ClientMetadata } from './client-metadata.ts';

/**
 * Where the client receives logout tokens. A client that registers itself is not reviewed: it may have this
 * server send only to hosts of its redirect URIs.
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
