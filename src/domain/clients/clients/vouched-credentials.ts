/**
 * Records who set the credentials and redirect URIs of a client, and decides whether others may rely on them. A role,
 * an owner of a client with a role, and `skip_consent` let the client act for an account or for users. They give power
 * to the holder of a key or the receiver of a code. The account that makes such a setting vouches for the credentials.
 * It must not unknowingly take over credentials that another account set before. Called by the registry of clients.
 */

import type { By } from '../../platform/registries/registered-documents.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import type { Client, CredentialsSet } from './client.ts';
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
    const others = 'Send jwks, jwks_uri or certificate in the same call, or rotate the secret first.';
    refuse('credentials', next.credentialsSetBy, others, field);
  }
  const isConsentSkipped = next.skipConsent && !before.skipConsent;
  if (isConsentSkipped && next.redirectUris.length > 0 && !isVouched(next.redirectUrisSetBy)) {
    refuse('redirect URIs', next.redirectUrisSetBy, 'Read them, and send redirect_uris in the same call.', field);
  }
};

const refuse = (what: string, set: CredentialsSet | undefined, remedy: string, field: string): never => {
  const whose = set?.caller ?? 'an account that is not recorded';
  throw new DomainError('conflict', `The ${what} of this client were set by ${whose}. ${remedy}`, { field });
};

const standsForMore = (next: Client, before: Client): string | undefined => {
  if (next.roles.some((role) => !before.roles.includes(role))) return '/roles';
  if (next.skipConsent && !before.skipConsent) return '/skip_consent';
  return next.roles.length > 0 && next.owner !== undefined && next.owner !== before.owner ? '/owner' : undefined;
};
