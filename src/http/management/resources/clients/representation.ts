import type { Client, CredentialsSet } from '../../../../domain/clients/clients/client.ts';
import { certificateOf } from '../../certificates.ts';
import { deliveryOf, securitySuspensionOf, warningsOf } from '../../registered-parties.ts';
import { show } from '../../wire-names.ts';

const MEMBERS = [
  'id',
  'name',
  'owner',
  'purpose',
  'applicationType',
  'tokenEndpointAuthMethod',
  'jwks',
  'jwksUri',
  'grantTypes',
  'redirectUris',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'backchannelLogoutSessionRequired',
  'corsOrigins',
  'skipConsent',
  'dpopBoundAccessTokens',
  'certificateBoundAccessTokens',
  'requirePushedAuthorizationRequests',
  'idTokenSignedResponseAlg',
  'authority',
  'roles',
  'state',
  'verifiedAt',
  'expiresAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Client)[];

export const showClient = (client: Client) => ({
  ...show(client, MEMBERS),
  ...certificateOf(client),
  ...deliveryOf(client),
  ...securitySuspensionOf(client),
  ...setMember('credentials_set_by', client.credentialsSetBy),
  ...setMember('redirect_uris_set_by', client.redirectUrisSetBy),
  require_pkce: client.requirePkce ?? true,
  legacy_assertion_audience: client.legacyAssertionAudience ?? false,
  ...warningsOf(client.redirectUris),
});

const setMember = <N extends string>(name: N, set: CredentialsSet | undefined) =>
  (set === undefined ? {} : { [name]: { caller: set.caller, at: set.at } }) as {
    readonly [member in N]?: CredentialsSet;
  };
