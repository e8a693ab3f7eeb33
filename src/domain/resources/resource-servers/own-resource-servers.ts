/** The resource servers that are this server itself. No caller changes them. */
import type { By, RegisteredDocuments } from '../../platform/registries/registered-documents.ts';
import { isDocumentConflict, type Versioned } from '../../ports/document-store.ts';
import { managementApiOf } from '../../vocabulary/management-api.ts';
import { SCIM_SCOPE, scimApiOf } from '../../vocabulary/scim-api.ts';
import { SSF_SCOPES, ssfApiOf } from '../../vocabulary/ssf-api.ts';
import type { ResourceServer, ScopeDeclaration } from './resource-server.ts';

type Own = { readonly identifier: string; readonly name: string; readonly scopes: readonly ScopeDeclaration[] };

const SCIM_SCOPES: readonly ScopeDeclaration[] = [
  { name: SCIM_SCOPE, description: 'Create, change and disable the accounts of a directory', risk: 'critical' },
];

const SIGNAL_SCOPES: readonly ScopeDeclaration[] = [
  { name: SSF_SCOPES.read, description: 'Read the own streams of security events', risk: 'low' },
  { name: SSF_SCOPES.manage, description: 'Configure own streams of security events, and receive them', risk: 'high' },
];

export interface OwnResourceServers {
  /**
   * Registers the management API as a resource server with these scopes: created at first start, updated at later
   * ones. Idempotent; nodes that start at once agree on one.
   */
  ensureManagementApi(scopes: readonly ScopeDeclaration[], by: By): Promise<Versioned<ResourceServer>>;
  /** The same for the SCIM endpoints, with their one scope. */
  ensureScimApi(by: By): Promise<Versioned<ResourceServer>>;
  /** The same for the endpoints of Shared Signals. */
  ensureSsfApi(by: By): Promise<Versioned<ResourceServer>>;
}

export const ownResourceServers = (deps: {
  readonly documentsOf: Pick<RegisteredDocuments<ResourceServer>, 'change' | 'insert'>;
  readonly findByIdentifier: (identifier: string) => Promise<Versioned<ResourceServer> | undefined>;
  readonly build: (own: Own) => ResourceServer;
  readonly checked: (document: ResourceServer) => ResourceServer;
  readonly issuer: string;
}): OwnResourceServers => {
  const { documentsOf, findByIdentifier, build, checked, issuer } = deps;

  const ensure = async (own: Own, by: By): Promise<Versioned<ResourceServer>> => {
    const existing = await findByIdentifier(own.identifier);
    if (existing) {
      return documentsOf.change(existing.document.id, undefined, 'resource_server.updated', by, (document) =>
        checked({ ...document, scopes: own.scopes }),
      );
    }
    try {
      return await documentsOf.insert(build(own), 'resource_server.created', by);
    } catch (error) {
      const winner =
        isDocumentConflict(error) || isConflict(error) ? await findByIdentifier(own.identifier) : undefined;
      if (!winner) throw error;
      return winner;
    }
  };

  return {
    ensureManagementApi: (scopes, by): Promise<Versioned<ResourceServer>> =>
      ensure({ identifier: managementApiOf(issuer), name: 'Management API', scopes }, by),
    ensureScimApi: (by): Promise<Versioned<ResourceServer>> =>
      ensure({ identifier: scimApiOf(issuer), name: 'SCIM', scopes: SCIM_SCOPES }, by),
    ensureSsfApi: (by): Promise<Versioned<ResourceServer>> =>
      ensure({ identifier: ssfApiOf(issuer), name: 'Shared Signals', scopes: SIGNAL_SCOPES }, by),
  };
};

const isConflict = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === 'conflict';
