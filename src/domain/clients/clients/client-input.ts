/** Input and results of the registry of clients. */
import type { NewCertificateRule } from '../../platform/certificates/certificate-rule.ts';
import type { PageQuery } from '../../platform/registries/registered-documents.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { Client } from './client.ts';

export type NewClient = Pick<Client, 'name'> &
  Partial<
    Omit<
      Client,
      | 'id'
      | 'name'
      | 'secretHash'
      | 'certificate'
      | 'credentialsSetBy'
      | 'redirectUrisSetBy'
      | 'formerOwners'
      | 'securitySuspension'
      | 'operatorUrls'
      | 'hasException'
      | 'state'
      | 'verifiedAt'
      | 'createdAt'
      | 'updatedAt'
    >
  > & {
    readonly certificate?: NewCertificateRule;
  };

/**
 * The authentication method and the application type of a client cannot change. `authority: null` removes its
 * authority.
 */
export type ClientChange = Partial<
  Omit<NewClient, 'applicationType' | 'tokenEndpointAuthMethod' | 'authority' | 'backchannelLogoutUri' | 'expiresAt'>
> & {
  readonly authority?: ScopesByResource | null;
  /** `null`: it receives no more logout tokens. */
  readonly backchannelLogoutUri?: string | null;
};

export type ClientQuery = PageQuery & {
  readonly owner?: string;
  /** Lists only clients with an exception from a rule. */
  readonly withException?: boolean;
};

/** `secret` is not stored or logged; show it once. */
export type CreatedClient = Versioned<Client> & { readonly secret?: string };
