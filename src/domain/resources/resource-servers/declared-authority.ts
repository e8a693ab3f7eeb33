import type { Versioned } from '../../ports/document-store.ts';
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { ResourceServer } from './resource-server.ts';
import { resourceServerRefusal } from './resource-server-refusals.ts';

const MAXIMUM_RESOURCES = 50;

/** The part of the registry of resource servers that the checks below use. */
export type ResourceServerLookup = {
  get(id: string): Promise<Versioned<ResourceServer> | undefined>;
  findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined>;
};

/**
 * Checks that an authority names only registered resources and scopes they declare, or `*` alone for all of one
 * (decision D4). Throws 'invalid_field' below `field`.
 */
export const checkAuthority = async (
  authority: ScopesByResource,
  lookup: Pick<ResourceServerLookup, 'findByIdentifier'>,
  field = '/authority',
): Promise<ScopesByResource> => {
  const entries = Object.entries(authority);
  if (entries.length > MAXIMUM_RESOURCES) {
    throw resourceServerRefusal('authority_resources_exceeded', { field, params: { most: MAXIMUM_RESOURCES } });
  }
  for (const [identifier, scopes] of entries) {
    const at = `${field}/${pointerStep(identifier)}`;
    const found = await lookup.findByIdentifier(identifier);
    if (!found) throw resourceServerRefusal('resource_unknown', { field: at });
    const declared = found.document.scopes.map(({ name }) => name);
    for (const [index, scope] of scopes.entries()) {
      if (scope === '*' && scopes.length > 1) {
        throw resourceServerRefusal('scope_star_not_alone', { field: `${at}/${index}` });
      }
      if (scope !== '*' && !declared.includes(scope)) {
        throw resourceServerRefusal('scope_undeclared', { field: `${at}/${index}` });
      }
      if (scopes.indexOf(scope) !== index) throw resourceServerRefusal('scope_repeated', { field: `${at}/${index}` });
    }
  }
  return authority;
};
