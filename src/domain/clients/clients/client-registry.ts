/**
 * The registry of clients that are not agents: existing software that signs users in, and back ends. Owns the
 * collection CLIENTS and its rules. Does not decide who may call it (src/http/management). Does not authenticate
 * clients (src/provider does, with what it reads here).
 */

import type { AuditLog } from '../../audit/audit-event.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { certificateFor } from '../../platform/certificates/certificate-rule.ts';
import { checkName, checkText } from '../../platform/display-names/display-text.ts';
import { type NameVerification, verification } from '../../platform/display-names/verification.ts';
import { checkSameKey, type VerifiedNames } from '../../platform/display-names/verified-names.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import {
  type By,
  type Page,
  type Permits,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import { operatorUrlsOf } from '../../platform/remote-keys/operator-urls.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { checkAuthority, type ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import { checkOrigins, checkRedirectUris } from '../../vocabulary/web-address.ts';
import { CLIENTS, type Client, MOST_FORMER_OWNERS } from './client.ts';
import type { ClientChange, ClientQuery, CreatedClient, NewClient } from './client-input.ts';
import { type ClientReader, clientReader, isUnexpired } from './client-reader.ts';
import { clientRefusal } from './client-refusals.ts';
import { checkAuthentication, checkLogoutUri, logoutOf, usesKeys, usesSecret } from './client-rules.ts';
import { checkExceptions, markedException } from './exceptions.ts';
import { checkForClients, checkGrantTypes, GRANT_TYPES } from './grant-types.ts';
import { checkKeySource, type KeyUrlCheck, keySourceOf } from './key-source.ts';
import type { OwnAddresses } from './own-addresses.ts';
import { liftOfSecurity, suspendedForSecurity } from './security-suspension.ts';
import { checkVouched, namesCredentials, setBy } from './vouched-credentials.ts';

type Dependencies = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  /** A keyed digest, stored in place of a secret (decision D14). */
  readonly digestSecret: (secret: string) => string;
  /** Whether there is an active account with this id. */
  readonly accountExists: (id: string) => Promise<boolean>;
  readonly owners: Pick<Owners, 'answersFor' | 'accountsSince'>;
  readonly resourceServers: ResourceServerLookup;
  /** Without it, no client can be registered with a URL of keys. */
  readonly checkKeyUrl?: KeyUrlCheck;
  /** Addresses of this server, which no client may use. Default: none. */
  readonly addresses?: OwnAddresses;
  /** Without it, no name can be verified. */
  readonly names?: VerifiedNames;
  readonly permits?: Permits<Client> | undefined;
};

type Origin = {
  readonly before?: Client;
  /** The members that the caller sent. */
  readonly entered?: Pick<ClientChange, 'jwksUri' | 'backchannelLogoutUri'>;
  /** Whether the caller was an operator or administrator. */
  readonly isByRole?: boolean | undefined;
};

/** The registry of clients that are not agents. Every change is validated, audited and then written. */
export interface ClientRegistry extends ClientReader, NameVerification<Client> {
  /** One page of clients, newest first. */
  list(query?: ClientQuery): Promise<Page<Client>>;
  /**
   * Registers a client. Defaults: a web app with authorization_code, refresh_token and client_secret_basic. Throws
   * 'invalid_field'.
   */
  create(input: NewClient, by: By): Promise<CreatedClient>;
  /**
   * Changes a client. Throws 'not_found', 'precondition_failed' unless `expected` is the stored version, and
   * 'invalid_field'. Throws 'conflict' once the client is retired, or as `checkVouched` does.
   */
  update(id: string, expected: number, change: ClientChange, by: By): Promise<Versioned<Client>>;
  /**
   * Disables a client: nothing it holds works until it is enabled again. Idempotent. Throws 'conflict' once the client
   * is retired. `security`: id of the finding that disables it. Only an operator who does not own the client lifts that.
   */
  disable(id: string, by: By, more?: { readonly security?: string }): Promise<Versioned<Client>>;
  /**
   * Enables a client again. Idempotent. Throws 'conflict' once the client is retired, and 'forbidden' when it was disabled for
   * security and the caller may not lift that.
   */
  enable(id: string, by: By): Promise<Versioned<Client>>;
  /** Retires a client for good: nothing it holds ever works again. Idempotent. */
  retire(id: string, by: By): Promise<Versioned<Client>>;
  /**
   * Makes the account the owner of a client that registered itself. The client then no longer expires. Throws
   * 'not_found', 'invalid_field', and 'conflict' when the client has an owner or did not register itself.
   */
  adopt(id: string, owner: string, by: By): Promise<Versioned<Client>>;
  /** Replaces the secret; the old one ends at once. Throws 'conflict' when the client has no secret. */
  rotateSecret(id: string, by: By): Promise<CreatedClient & { readonly secret: string }>;
}

export const clientRegistry = (dependencies: Dependencies): ClientRegistry => {
  const { documents, clock, identifiers, audit, digestSecret, accountExists, resourceServers } = dependencies;
  const { checkKeyUrl, names } = dependencies;
  const mayLift = liftOfSecurity(dependencies.owners);
  const collection = documents.collection<Client>(CLIENTS);
  const documentsOf = registeredDocuments<Client>({
    collection,
    kind: 'client',
    audit,
    clock,
    facts: ({ owner }) => (owner === undefined ? {} : { owner }),
    permits: dependencies.permits,
    derived: ['credentialsSetBy', 'redirectUrisSetBy', 'hasException', 'formerOwners'],
  });

  /** Does not check again what is unchanged since `before`: it may have become unknown since. */
  const checked = async (client: Client, { before, entered = {}, isByRole = false }: Origin): Promise<Client> => {
    if (client.name !== before?.name) {
      checkName(client.name, '/name');
      if (before && client.verifiedAt !== undefined) checkSameKey(before.name, client.name);
      await names?.check(client);
    }
    if (client.purpose !== undefined && client.purpose !== before?.purpose) checkText(client.purpose, '/purpose', 500);
    checkRedirectUris(client.redirectUris, client.applicationType);
    checkRedirectUris(client.postLogoutRedirectUris, client.applicationType, '/post_logout_redirect_uris');
    checkOrigins(client.corsOrigins);
    checkLogoutUri(client, before, checkKeyUrl, isByRole);
    checkNotOurs(client, before);
    checkGrantTypes(client.grantTypes, GRANT_TYPES, client.redirectUris);
    checkForClients(client.grantTypes, before?.grantTypes);
    checkAuthentication(client);
    checkExceptions(client);
    if (client.owner !== undefined && client.owner !== before?.owner && !(await accountExists(client.owner))) {
      throw clientRefusal('owner_not_active_account', { field: '/owner' });
    }
    if (client.authority !== undefined && client.authority !== before?.authority) {
      await checkAuthority(client.authority, resourceServers);
    }
    const reach = { purpose: 'clientKeys', isByRole } as const;
    const hasKeys = client.jwks !== undefined || client.jwksUri !== undefined;
    const keys = usesKeys(client) || hasKeys ? checkKeySource(client, before, checkKeyUrl, { reach }) : {};
    const { operatorUrls: _, ...rest } = { ...client, ...keys };
    const urls = isByRole ? [entered.jwksUri, entered.backchannelLogoutUri] : [];
    return markedException({ ...rest, ...operatorUrlsOf([rest.jwksUri, rest.backchannelLogoutUri], before, urls) });
  };

  const checkNotOurs = (client: Client, before?: Client): void => {
    const { addresses } = dependencies;
    if (client.redirectUris !== before?.redirectUris)
      addresses?.refuseEachServed(client.redirectUris, '/redirect_uris');
    if (client.postLogoutRedirectUris !== before?.postLogoutRedirectUris) {
      addresses?.refuseEachServed(client.postLogoutRedirectUris, '/post_logout_redirect_uris');
    }
    if (client.backchannelLogoutUri !== before?.backchannelLogoutUri) {
      addresses?.refuseServed(client.backchannelLogoutUri, '/backchannel_logout_uri');
    }
    if (client.jwksUri !== before?.jwksUri) addresses?.refuseServed(client.jwksUri, '/jwks_uri');
  };

  const notRetired = (client: Client): Client => {
    if (client.state === 'retired') throw clientRefusal('client_retired');
    return client;
  };

  return {
    ...clientReader({ documents, clock }),

    list: ({ owner, withException, ...query } = {}): Promise<Page<Client>> =>
      documentsOf.list({ owner, hasException: withException || undefined }, query),

    async create(input, by): Promise<CreatedClient> {
      const now = clock.now();
      const tokenEndpointAuthMethod = input.tokenEndpointAuthMethod ?? 'client_secret_basic';
      const secret = usesSecret({ tokenEndpointAuthMethod }) ? identifiers.newSecret() : undefined;
      const client = await checked(
        {
          id: identifiers.newId('app'),
          name: input.name,
          ...(input.owner === undefined ? {} : { owner: input.owner }),
          ...(input.purpose === undefined ? {} : { purpose: input.purpose }),
          applicationType: input.applicationType ?? 'web',
          tokenEndpointAuthMethod,
          ...(secret === undefined ? {} : { secretHash: digestSecret(secret) }),
          ...keySourceOf(input),
          ...certificateFor(tokenEndpointAuthMethod, input.certificate, undefined, now),
          grantTypes: input.grantTypes ?? ['authorization_code', 'refresh_token'],
          redirectUris: input.redirectUris ?? [],
          postLogoutRedirectUris: input.postLogoutRedirectUris ?? [],
          ...logoutOf(input),
          corsOrigins: input.corsOrigins ?? [],
          skipConsent: input.skipConsent ?? false,
          dpopBoundAccessTokens: input.dpopBoundAccessTokens ?? false,
          ...(input.certificateBoundAccessTokens ? { certificateBoundAccessTokens: true } : {}),
          ...(input.requirePkce === false ? { requirePkce: false } : {}),
          ...(input.legacyAssertionAudience ? { legacyAssertionAudience: true } : {}),
          ...(input.requirePushedAuthorizationRequests ? { requirePushedAuthorizationRequests: true } : {}),
          idTokenSignedResponseAlg: input.idTokenSignedResponseAlg ?? 'RS256',
          ...(input.authority === undefined ? {} : { authority: input.authority }),
          roles: input.roles ?? [],
          credentialsSetBy: setBy(by, now),
          redirectUrisSetBy: setBy(by, now),
          state: 'active',
          ...(input.expiresAt === undefined ? {} : { expiresAt: input.expiresAt }),
          createdAt: now,
          updatedAt: now,
        },
        { entered: input, isByRole: by.isByRole },
      );
      const stored = await documentsOf.insert(client, 'client.created', by);
      return { ...stored, ...(secret === undefined ? {} : { secret }) };
    },

    update: (id, expected, change, by): Promise<Versioned<Client>> =>
      documentsOf.change(id, expected, 'client.updated', by, (client) => {
        const { authority = client.authority, certificate, backchannelLogoutUri, ...others } = change;
        const { authority: _, jwks: _keys, jwksUri: _url, ...kept } = { ...notRetired(client), ...others };
        const { backchannelLogoutUri: former, backchannelLogoutSessionRequired, ...withoutLogout } = kept;
        const logoutUri = backchannelLogoutUri === undefined ? former : (backchannelLogoutUri ?? undefined);
        const rest = {
          ...withoutLogout,
          ...logoutOf({ backchannelLogoutUri: logoutUri, backchannelLogoutSessionRequired }),
          ...keySourceOf(change, client),
          ...certificateFor(client.tokenEndpointAuthMethod, certificate, client.certificate, clock.now()),
        };
        const set = {
          ...(namesCredentials(change, client) ? { credentialsSetBy: setBy(by, clock.now()) } : {}),
          ...(change.redirectUris === undefined ? {} : { redirectUrisSetBy: setBy(by, clock.now()) }),
          ...formerOwnersOf(client, change.owner),
        };
        const next = { ...rest, ...(authority === null || authority === undefined ? {} : { authority }), ...set };
        checkVouched(next, client, by);
        return checked(next, { before: client, entered: change, isByRole: by.isByRole });
      }),

    disable: (id, by, { security } = {}): Promise<Versioned<Client>> => {
      const about = security === undefined ? {} : { inputs: { cause: security } };
      const disabled = (client: Client): Client =>
        suspendedForSecurity({ ...notRetired(client), state: 'disabled' }, security, clock.now());
      return documentsOf.change(id, undefined, 'client.disabled', by, disabled, about);
    },

    enable: (id, by): Promise<Versioned<Client>> =>
      documentsOf.change(id, undefined, 'client.enabled', by, async (client) => {
        const { securitySuspension: _, ...rest } = notRetired(client);
        if (!(await mayLift(client, by))) throw clientRefusal('client_suspended_for_security');
        return { ...rest, state: 'active' };
      }),

    retire: (id, by): Promise<Versioned<Client>> =>
      documentsOf.change(id, undefined, 'client.retired', by, (client) => ({ ...client, state: 'retired' })),

    async adopt(id, owner, by): Promise<Versioned<Client>> {
      if (!(await accountExists(owner))) throw clientRefusal('owner_not_active_account', { field: '/owner' });
      return documentsOf.change(id, undefined, 'client.adopted', by, (client) => {
        const { expiresAt, ...kept } = notRetired(client);
        if (!isUnexpired(client, clock.now())) {
          throw documentRefusal('document_not_found', { params: { kind: 'client' } });
        }
        if (client.owner === owner) return client;
        if (client.owner !== undefined || expiresAt === undefined) {
          throw clientRefusal('client_not_adoptable');
        }
        const adopted = { ...kept, owner };
        checkVouched(adopted, client, by);
        return adopted;
      });
    },

    ...verification({ kind: 'client', documentsOf, names, clock }),

    async rotateSecret(id, by): Promise<CreatedClient & { readonly secret: string }> {
      const secret = identifiers.newSecret();
      const stored = await documentsOf.change(id, undefined, 'client.secret_rotated', by, (client) => {
        if (!usesSecret(client)) throw clientRefusal('client_without_secret');
        return { ...client, secretHash: digestSecret(secret), credentialsSetBy: setBy(by, clock.now()) };
      });
      return { ...stored, secret };
    },
  };
};

/** A former owner may still hold the credentials, so the client changes its owner only while there is room to record each of them. */
const formerOwnersOf = (
  { owner, formerOwners = [] }: Client,
  next: string | undefined,
): Pick<Client, 'formerOwners'> => {
  if (owner === undefined || next === undefined || next === owner) return {};
  const all = [...new Set([...formerOwners, owner])];
  if (all.length > MOST_FORMER_OWNERS) {
    throw clientRefusal('client_owners_too_many', { field: '/owner', params: { most: MOST_FORMER_OWNERS } });
  }
  return { formerOwners: all };
};
