/**
 * Every route of the management API as data: what it takes, what it answers, which scope and roles it needs. The router
 * (router.ts), the checks (validation.ts) and the OpenAPI document (openapi.ts) are made from it, so that they cannot
 * disagree. The routes are in routes/, by subject; the handler of a route is in the file named after its noun.
 */
import { AGENT_ROUTES } from './routes/agents.ts';
import { AUTHORITY_ROUTES } from './routes/authority.ts';
import { CLIENT_ROUTES } from './routes/clients.ts';
import { NOTIFICATION_ROUTES } from './routes/notifications.ts';
import { OPERATION_ROUTES } from './routes/operations.ts';
import { PEOPLE_ROUTES } from './routes/people.ts';
import type { RouteDeclaration } from './routes/route.ts';
import { WORKLOAD_IDENTITY_ROUTES } from './routes/workload-identity.ts';

const ROUTES = {
  ...PEOPLE_ROUTES,
  ...AGENT_ROUTES,
  ...WORKLOAD_IDENTITY_ROUTES,
  ...AUTHORITY_ROUTES,
  ...CLIENT_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...OPERATION_ROUTES,
} satisfies Readonly<Record<string, RouteDeclaration>>;

export type OperationId = keyof typeof ROUTES;

export const routeEntries = (): readonly (readonly [OperationId, RouteDeclaration])[] =>
  Object.entries(ROUTES) as [OperationId, RouteDeclaration][];
