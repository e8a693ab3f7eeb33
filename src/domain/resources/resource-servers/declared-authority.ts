import type { Versioned } from '../../ports/document-store.ts';
import { refuseField } from '../../vocabulary/errors.ts';
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { ResourceServer } from './resource-server.ts';

const MAXIMUM_RESOURCES = 50;

/** What the checks below need from the registry of resource servers. */
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
  if (entries.length > MAXIMUM_RESOURCES) refuseField(field, `At most ${MAXIMUM_RESOURCES} resources can be named.`);
  for (const [identifier, scopes] of entries) {
    const at = `${field}/${pointerStep(identifier)}`;
    const found = await lookup.findByIdentifier(identifier);
    if (!found) return refuseField(at, 'No resource server has this identifier.');
    const declared = found.document.scopes.map(({ name }) => name);
    for (const [index, scope] of scopes.entries()) {
      if (scope === '*' && scopes.length > 1) refuseField(`${at}/${index}`, '"*" means all scopes and stands alone.');
      if (scope !== '*' && !declared.includes(scope)) {
        refuseField(`${at}/${index}`, 'The resource server does not declare this scope.');
      }
      if (scopes.indexOf(scope) !== index) refuseField(`${at}/${index}`, 'This scope is there twice.');
    }
  }
  return authority;
};
