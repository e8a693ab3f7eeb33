/**
 * The registry of resource servers: the audiences of tokens and their scopes. Owns the collection RESOURCE_SERVERS and
 * its rules. Does not decide who may change it (src/http/management), nor what scope a token gets
 * (authority/decision/authorize.ts). The provider reads it for each token.
 */

import type { AuditLog } from '../../audit/audit-event.ts';
import { certificateFor, type NewCertificateRule } from '../../platform/certificates/certificate-rule.ts';
import { checkName, checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import { checkPublicKeys } from '../../platform/remote-keys/public-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { DetailType } from '../../vocabulary/detail-type.ts';
import { ENVIRONMENTS, type Environment } from '../../vocabulary/environment.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { managementApiOf } from '../../vocabulary/management-api.ts';
import { scimApiOf } from '../../vocabulary/scim-api.ts';
import { ssfApiOf } from '../../vocabulary/ssf-api.ts';
import { checkResourceIdentifier } from '../../vocabulary/web-address.ts';
import { checkDetailTypes } from '../authorization-details/check-detail-types.ts';
import { type DelegationProposals, delegationProposals } from './delegation-proposals.ts';
import type { DutyHolderOf } from './delegation-targets.ts';
import { type OwnResourceServers, ownResourceServers } from './own-resource-servers.ts';
import {
  RESOURCE_SERVER_PERMISSIONS,
  RESOURCE_SERVERS,
  type ResourceServer,
  type ResourceServerPermission,
  type ScopeDeclaration,
} from './resource-server.ts';
import { resourceServerRefusal } from './resource-server-refusals.ts';

export type NewResourceServer = {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeDeclaration[];
  readonly detailTypes?: readonly DetailType[];
  /** Default 'jwt'. */
  readonly accessTokenFormat?: ResourceServer['accessTokenFormat'];
  /** Default 'ES256'. */
  readonly accessTokenSigningAlg?: ResourceServer['accessTokenSigningAlg'];
  /** 30..3600, default 300. */
  readonly accessTokenTtlSeconds?: number;
  /** Default 'none'. Cannot be changed later. */
  readonly introspectionAuthMethod?: ResourceServer['introspectionAuthMethod'];
  readonly jwks?: JsonWebKeySet;
  readonly certificate?: NewCertificateRule;
  readonly environments?: readonly Environment[];
  /** Default false. For the format 'jwt' only. */
  readonly statusList?: boolean;
  /** Default: none. */
  readonly permissions?: readonly ResourceServerPermission[];
};

/** Members that a change may name. Pairs of `delegatesTo` have their own calls (delegation-proposals.ts). */
const CHANGEABLE = [
  'name',
  'scopes',
  'detailTypes',
  'environments',
  'permissions',
  'statusList',
  'accessTokenFormat',
  'accessTokenSigningAlg',
  'accessTokenTtlSeconds',
  'jwks',
] as const satisfies readonly (keyof NewResourceServer)[];

export type ResourceServerChange = Partial<Pick<NewResourceServer, (typeof CHANGEABLE)[number] | 'certificate'>>;

/** `secret` is not stored or logged; show it once. */
export type CreatedResourceServer = Versioned<ResourceServer> & { readonly secret?: string };

type Dependencies = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly digestSecret: (secret: string) => string;
  readonly issuer: string;
  /** For callers who propose and accept delegations. */
  readonly dutyHolderOf: DutyHolderOf;
};

/** Scopes with a meaning of their own in oidc-provider (OpenID Connect Core §5.4, §11). */
const OPENID_SCOPES = ['openid', 'offline_access', 'profile', 'email', 'address', 'phone', 'groups'];
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** The registry of resource servers. Every change is validated, audited and then written. */
export interface ResourceServerRegistry extends DelegationProposals, OwnResourceServers {
  /** Reads one resource server with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<ResourceServer> | undefined>;
  /** Compares exactly; also returns a disabled resource server. */
  findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined>;
  /** One page of resource servers, newest first. */
  list(query?: PageQuery): Promise<Page<ResourceServer>>;
  /** Creates a resource server. Throws 'invalid_field', and 'conflict' when the identifier is taken. */
  create(input: NewResourceServer, by: By): Promise<CreatedResourceServer>;
  /**
   * Changes a resource server. Throws 'not_found', 'precondition_failed' unless `expected` is the stored version,
   * 'invalid_field', 'conflict'.
   */
  update(id: string, expected: number, change: ResourceServerChange, by: By): Promise<Versioned<ResourceServer>>;
  /** Disables a resource server: no token is issued for it, and its introspection credential stops working. Idempotent. */
  disable(id: string, by: By): Promise<Versioned<ResourceServer>>;
  /** Enables a resource server: tokens are issued for it again. Tokens that have ended stay ended. Idempotent. */
  enable(id: string, by: By): Promise<Versioned<ResourceServer>>;
  /** Replaces the introspection secret; the old one ends at once. */
  rotateSecret(id: string, by: By): Promise<CreatedResourceServer & { readonly secret: string }>;
}

export const resourceServerRegistry = (dependencies: Dependencies): ResourceServerRegistry => {
  const { documents, clock, identifiers, audit, digestSecret, issuer } = dependencies;
  const collection = documents.collection<ResourceServer>(RESOURCE_SERVERS);
  const managementApi = managementApiOf(issuer);
  const scimApi = scimApiOf(issuer);
  const ssfApi = ssfApiOf(issuer);
  const documentsOf = registeredDocuments<ResourceServer>({
    collection,
    kind: 'resource server',
    audit,
    clock,
    facts: ({ identifier }) => ({ resource: identifier }),
    taken: () => resourceServerRefusal('resource_identifier_taken', { field: '/identifier' }),
  });

  const findByIdentifier = async (identifier: string): Promise<Versioned<ResourceServer> | undefined> =>
    (await collection.find({ where: { identifier }, limit: 1 }))[0];

  const build = (input: NewResourceServer): { document: ResourceServer; secret?: string } => {
    const now = clock.now();
    const introspectionAuthMethod = input.introspectionAuthMethod ?? 'none';
    const secret = introspectionAuthMethod === 'client_secret_basic' ? identifiers.newSecret() : undefined;
    const document = checked({
      id: identifiers.newId('rs'),
      identifier: checkResourceIdentifier(input.identifier),
      name: input.name,
      scopes: input.scopes,
      ...(input.detailTypes === undefined ? {} : { detailTypes: input.detailTypes }),
      accessTokenFormat: input.accessTokenFormat ?? 'jwt',
      accessTokenSigningAlg: input.accessTokenSigningAlg ?? 'ES256',
      accessTokenTtlSeconds: input.accessTokenTtlSeconds ?? 300,
      introspectionAuthMethod,
      ...(input.environments === undefined ? {} : { environments: input.environments }),
      ...(input.permissions === undefined ? {} : { permissions: input.permissions }),
      ...(input.statusList === undefined ? {} : { statusList: input.statusList }),
      ...(input.jwks === undefined ? {} : { jwks: input.jwks }),
      ...certificateFor(introspectionAuthMethod, input.certificate, undefined, now),
      ...(secret === undefined ? {} : { secretHash: digestSecret(secret) }),
      state: 'active',
      createdAt: now,
      updatedAt: now,
    });
    return { document, ...(secret === undefined ? {} : { secret }) };
  };

  const refuseOwn = ({ identifier }: Pick<ResourceServer, 'identifier'>): void => {
    if (identifier === managementApi) throw resourceServerRefusal('management_api_fixed');
    if (identifier === scimApi) throw resourceServerRefusal('scim_api_fixed');
    if (identifier === ssfApi) throw resourceServerRefusal('ssf_api_fixed');
  };

  return {
    ...delegationProposals({
      dutyHolderOf: dependencies.dutyHolderOf,
      documentsOf,
      clock,
      findByIdentifier,
      refuseOwn,
      managementApi,
    }),

    ...ownResourceServers({ documentsOf, findByIdentifier, build: (own) => build(own).document, checked, issuer }),

    get: (id): Promise<Versioned<ResourceServer> | undefined> => collection.get(id),

    findByIdentifier,

    list: (query = {}): Promise<Page<ResourceServer>> => documentsOf.list({}, query),

    async create(input, by): Promise<CreatedResourceServer> {
      const own = [issuer, managementApi, scimApi, ssfApi];
      if (own.some((one) => input.identifier === one || input.identifier === `${one}/`)) {
        throw resourceServerRefusal('resource_identifier_is_own', {
          field: '/identifier',
        });
      }
      const { document, secret } = build(input);
      if (await findByIdentifier(document.identifier)) {
        throw resourceServerRefusal('resource_identifier_taken', {
          field: '/identifier',
        });
      }
      const stored = await documentsOf.insert(document, 'resource_server.created', by);
      return { ...stored, ...(secret === undefined ? {} : { secret }) };
    },

    update: (id, expected, change, by): Promise<Versioned<ResourceServer>> =>
      documentsOf.change(id, expected, 'resource_server.updated', by, (document) => {
        refuseOwn(document);
        const { introspectionAuthMethod: method, certificate: before } = document;
        const certificate = certificateFor(method, change.certificate, before, clock.now());
        return checked({ ...document, ...changeable(change), ...certificate }, document);
      }),

    disable: (id, by): Promise<Versioned<ResourceServer>> =>
      documentsOf.change(id, undefined, 'resource_server.disabled', by, (document) => {
        refuseOwn(document);
        return { ...document, state: 'disabled' };
      }),

    enable: (id, by): Promise<Versioned<ResourceServer>> =>
      documentsOf.change(id, undefined, 'resource_server.enabled', by, (document) => {
        refuseOwn(document);
        return { ...document, state: 'active' };
      }),

    async rotateSecret(id, by): Promise<CreatedResourceServer & { readonly secret: string }> {
      const secret = identifiers.newSecret();
      const stored = await documentsOf.change(id, undefined, 'resource_server.secret_rotated', by, (document) => {
        if (document.introspectionAuthMethod !== 'client_secret_basic') {
          throw resourceServerRefusal('resource_without_secret');
        }
        return { ...document, secretHash: digestSecret(secret) };
      });
      return { ...stored, secret };
    },
  };
};

const checked = (document: ResourceServer, before?: ResourceServer): ResourceServer => {
  if (document.name !== before?.name) checkName(document.name, '/name');
  checkScopes(document.scopes);
  if (document.detailTypes !== before?.detailTypes) checkDetailTypes(document.detailTypes ?? []);
  if (document.environments?.some((name) => !ENVIRONMENTS.includes(name))) {
    throw resourceServerRefusal('environment_unknown', {
      field: '/environments',
      params: { environments: ENVIRONMENTS.join(', ') },
    });
  }
  if (document.permissions?.some((name) => !RESOURCE_SERVER_PERMISSIONS.includes(name))) {
    throw resourceServerRefusal('resource_permission_unknown', {
      field: '/permissions',
      params: { permissions: RESOURCE_SERVER_PERMISSIONS.join(', ') },
    });
  }
  const { accessTokenTtlSeconds: ttl, introspectionAuthMethod, jwks } = document;
  if (!Number.isInteger(ttl) || ttl < 30 || ttl > 3600) {
    throw resourceServerRefusal('resource_token_lifetime_wrong', { field: '/access_token_ttl_seconds' });
  }
  if (document.statusList && document.accessTokenFormat !== 'jwt') {
    throw resourceServerRefusal('status_list_of_opaque', { field: '/status_list' });
  }
  if (introspectionAuthMethod === 'private_key_jwt') return { ...document, jwks: checkPublicKeys(jwks) };
  if (jwks !== undefined) throw resourceServerRefusal('resource_keys_unused', { field: '/jwks' });
  return document;
};

/** Checks declarations, so that users and policies can rely on them. Throws 'invalid_field' below `at`. */
export const checkScopes = (scopes: readonly ScopeDeclaration[], at = '/scopes'): void => {
  if (scopes.length < 1 || scopes.length > 200) throw resourceServerRefusal('scopes_count_wrong', { field: at });
  const names = new Set<string>();
  for (const [index, { name, description }] of scopes.entries()) {
    const field = `${at}/${index}`;
    if (!SCOPE_TOKEN.test(name)) {
      throw resourceServerRefusal('scope_name_malformed', { field: `${field}/name` });
    }
    if (name === '*') throw resourceServerRefusal('scope_name_is_star', { field: `${field}/name` });
    if (OPENID_SCOPES.includes(name)) throw resourceServerRefusal('scope_name_of_openid', { field: `${field}/name` });
    if (names.has(name)) throw resourceServerRefusal('scope_declared_twice', { field: `${field}/name` });
    names.add(name);
    checkText(description, `${field}/description`, 200);
  }
};

const changeable = (change: ResourceServerChange): Omit<ResourceServerChange, 'certificate'> =>
  Object.fromEntries(CHANGEABLE.filter((name) => name in change).map((name) => [name, change[name]]));
