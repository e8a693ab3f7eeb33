/**
 * Records who set the credentials and redirect URIs of a client, and decides whether others may rely on them. A role,
 * an owner of a client with a role, and `skip_consent` let the client act for an account or for users. They give power
 * to the holder of a key or the receiver of a code. The account that makes such a setting vouches for the credentials.
 * It must not unknowingly take over credentials that another account set before. Called by the registry of clients.
 */

import type { By } from '../../platform/registries/registered-documents.ts';
import type { Client, CredentialsSet } from './client.ts';
import { clientRefusal } from './client-refusals.ts';
import { usesKeys } from './client-rules.ts';

/** `at`: epoch seconds. */
export const setBy = ({ caller, isAdministrator }: By, at: number): CredentialsSet => ({
  caller,
  at,
  ...(isAdministrator || caller === 'system' ? { isAdministrator: true } : {}),
});

/**
 * Whether a change names the credentials of the client, even unchanged ones. Keys prove nothing with a method other
 * than `private_key_jwt`: a caller who sends them does not vouch for the secret.
 */
export const namesCredentials = (
  change: { readonly jwks?: unknown; readonly jwksUri?: unknown; readonly certificate?: unknown },
  client: Pick<Client, 'tokenEndpointAuthMethod'>,
): boolean => {
  const hasKeys = change.jwks !== undefined || change.jwksUri !== undefined;
  return (hasKeys && usesKeys(client)) || change.certificate !== undefined;
};

/**
 * Throws 'conflict' where a client may act for more than before and neither the caller nor an administrator set its
 * credentials. Treats credentials of unknown origin in the same way. Without consent the same applies to redirect URIs:
 * they receive the codes of every user who signs in. Public clients have no credentials.
 */
export const checkVouched = (next: Client, before: Client, by: By): void => {
  const field = standsForMore(next, before);
  if (field === undefined || by.caller === 'system') return;
  const isVouched = (set: CredentialsSet | undefined): boolean =>
    set !== undefined && (set.isAdministrator === true || set.caller === by.caller);
  if (next.tokenEndpointAuthMethod !== 'none' && !isVouched(next.credentialsSetBy)) {
    throw clientRefusal('credentials_set_by_other', { field, params: setterOf(next.credentialsSetBy) });
  }
  const isConsentSkipped = next.skipConsent && !before.skipConsent;
  if (isConsentSkipped && next.redirectUris.length > 0 && !isVouched(next.redirectUrisSetBy)) {
    throw clientRefusal('redirect_uris_set_by_other', { field, params: setterOf(next.redirectUrisSetBy) });
  }
};

const setterOf = (set: CredentialsSet | undefined): { readonly setter: string } => ({
  setter: set?.caller ?? 'an account that is not recorded',
});

const standsForMore = (next: Client, before: Client): string | undefined => {
  if (next.roles.some((role) => !before.roles.includes(role))) return '/roles';
  if (next.skipConsent && !before.skipConsent) return '/skip_consent';
  return next.roles.length > 0 && next.owner !== undefined && next.owner !== before.owner ? '/owner' : undefined;
};
