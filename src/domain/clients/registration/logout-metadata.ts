import { refuseField } from '../../vocabulary/errors.ts';
import type { NewClient } from '../clients/client-registry.ts';
import type { ClientMetadata } from './client-metadata.ts';

/**
 * Where it hears that sessions are over. Nobody has looked at a client that registers itself: it may have this server
 * send to no host but those it sends people to.
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
