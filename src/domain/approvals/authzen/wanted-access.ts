/** Reads what a question of a resource server is about. */
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { WantedAccess } from './access-approvals.ts';
import type { Entity, Resource } from './access-question.ts';

const USE = 'use';

/** Whether the entity is the resource server that asks. */
export const isItself = (server: ResourceServer, { type, id }: Entity): boolean =>
  type === 'resource_server' && (id === server.identifier || id === server.id);

/** The requested access; undefined where the resource does not belong to the resource server that asks. */
export const wantedOf = (
  server: ResourceServer,
  { type, id, detail }: Resource,
  action: string,
): WantedAccess | undefined => {
  if (isItself(server, { type, id })) return { scope: action };
  if (type === 'scope' && (action === USE || action === id)) return { scope: id };
  return detail && action === USE ? { detail } : undefined;
};
