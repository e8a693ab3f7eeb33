import type { ScopeDeclaration } from '../../domain/resources/resource-servers/resource-server.ts';
import { routeEntries } from './resource-table.ts';

/** Scopes of the management API's own resource server, sorted by name. The resources declare them. */
export const MANAGEMENT_SCOPES: readonly ScopeDeclaration[] = [
  ...new Map(routeEntries().flatMap(([, { scope }]) => (scope === undefined ? [] : [[scope.name, scope] as const]))),
]
  .map(([, scope]) => scope)
  .sort((one, other) => (one.name < other.name ? -1 : 1));
