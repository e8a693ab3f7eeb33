/**
 * Every resource of the management API. Derived from this table, so that they agree: the router (router.ts), the checks
 * (validation.ts), the OpenAPI document (openapi.ts), the console's calls (src/http/console/console-calls.ts) and the policy
 * questions. A resource declares its schemas, routes and handlers itself, in resources/.
 */
import type { Handler } from './resource.ts';
import { absences } from './resources/absences.ts';
import { accounts } from './resources/accounts/accounts.ts';
import { agentSecrets } from './resources/agent-secrets.ts';
import { agents } from './resources/agents/agents.ts';
import { approvals } from './resources/approvals/approvals.ts';
import { audit } from './resources/audit.ts';
import { auditSinks } from './resources/audit-sinks.ts';
import { blueprints } from './resources/blueprints.ts';
import { budgets } from './resources/budgets.ts';
import { clients } from './resources/clients/clients.ts';
import { credentials } from './resources/credentials.ts';
import { deadLetters } from './resources/dead-letters.ts';
import { delegations } from './resources/delegations.ts';
import { directories } from './resources/directories.ts';
import { directoryPreview } from './resources/directory-preview.ts';
import { directorySecrets } from './resources/directory-secrets.ts';
import { findings } from './resources/findings.ts';
import { grants } from './resources/grants.ts';
import { groups } from './resources/groups.ts';
import { initialAccessTokens } from './resources/initial-access-tokens.ts';
import { instances } from './resources/instances.ts';
import { inventories } from './resources/inventories.ts';
import { keys } from './resources/keys.ts';
import { kills } from './resources/kills.ts';
import { legalHolds } from './resources/legal-holds.ts';
import { mcpServers } from './resources/mcp-servers.ts';
import { me } from './resources/me.ts';
import { owners } from './resources/owners.ts';
import { peers } from './resources/peers.ts';
import { policySets } from './resources/policies/policy-sets.ts';
import { provisioningTargets } from './resources/provisioning-targets.ts';
import { pushKeys } from './resources/push-keys.ts';
import { resourceServers } from './resources/resource-servers.ts';
import { responseRules } from './resources/response-rules.ts';
import { responses } from './resources/responses.ts';
import { reviewEvidence } from './resources/review-evidence.ts';
import { reviewItems } from './resources/review-items.ts';
import { reviews } from './resources/reviews.ts';
import { server } from './resources/server.ts';
import { sessions } from './resources/sessions.ts';
import { signals } from './resources/signal-receivers.ts';
import { successorRules } from './resources/successor-rules.ts';
import { transactionEvidence } from './resources/transaction-evidence.ts';
import { transactions } from './resources/transactions.ts';
import { trustedIssuers } from './resources/trusted-issuers.ts';
import { trustedTransmitters } from './resources/trusted-transmitters.ts';
import { upstreams } from './resources/upstreams.ts';
import { webhooks } from './resources/webhooks.ts';
import type { IoOf, Route, RouteDeclaration } from './route.ts';

/** In the order of the OpenAPI document. */
const RESOURCES = [
  me,
  accounts,
  sessions,
  groups,
  owners,
  upstreams,
  directories,
  trustedTransmitters,
  directoryPreview,
  directorySecrets,
  successorRules,
  provisioningTargets,
  agents,
  findings,
  reviews,
  reviewItems,
  reviewEvidence,
  inventories,
  responseRules,
  responses,
  agentSecrets,
  credentials,
  instances,
  blueprints,
  trustedIssuers,
  peers,
  budgets,
  policySets,
  grants,
  delegations,
  transactions,
  transactionEvidence,
  approvals,
  absences,
  clients,
  initialAccessTokens,
  resourceServers,
  mcpServers,
  webhooks,
  deadLetters,
  auditSinks,
  signals,
  kills,
  audit,
  legalHolds,
  keys,
  pushKeys,
  server,
] as const;

type Every = (typeof RESOURCES)[number];
type AllOf<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer T) => void ? T : never;
type AllRoutes = AllOf<Every['routes']>;

export type OperationId = keyof AllRoutes & string;
/** The input and output types of each operation. */
export type Operations = { readonly [Id in OperationId]: IoOf<AllRoutes[Id]> };
export type OperationHandlers = { readonly [Id in OperationId]: Handler<Operations[Id]> };

type Dependencies = AllOf<Parameters<Every['handlers']>[0]>;
/** Registries and services for the handlers of all resources. */
export type ResourceDependencies = Omit<Dependencies, 'routes'>;

const ROUTES: { readonly [Id in OperationId]: Route<Operations[Id]> } = Object.assign(
  {},
  ...RESOURCES.map(({ routes }) => routes),
);

export const routeOf = <Id extends OperationId>(operation: Id): Route<Operations[Id]> => ROUTES[operation];

export const routeEntries = (): readonly (readonly [OperationId, RouteDeclaration])[] =>
  Object.entries(ROUTES) as [OperationId, RouteDeclaration][];

/** The handlers of all operations. */
export const operationHandlers = (dependencies: ResourceDependencies): OperationHandlers => {
  const all = { ...dependencies, routes: new Map<string, RouteDeclaration>(routeEntries()) };
  return Object.assign({}, ...RESOURCES.map(({ handlers }) => handlers(all)));
};
