/**
 * The management API below `/api/v1`: the routes of route-table.ts and their handlers. Owns the wiring; serve-call.ts owns the
 * order of a call, and the domain owns validity. Mounted by src/http/app.ts.
 */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { BudgetRegistry } from '../../domain/authority/budgets/budget-registry.ts';
import type { ServerUse } from '../../domain/authority/decision/server-use.ts';
import type { PolicyRegistry } from '../../domain/authority/policy/policy-registry.ts';
import type { PolicyTrials } from '../../domain/authority/policy/policy-simulations.ts';
import type { AgentFindings } from '../../domain/clients/agents/agent-findings.ts';
import type { AgentRegistry } from '../../domain/clients/agents/agent-registry.ts';
import type { Offboarding } from '../../domain/clients/agents/offboarding.ts';
import type { SecretExceptions } from '../../domain/clients/agents/secret-exceptions.ts';
import type { ClientFindings } from '../../domain/clients/clients/client-findings.ts';
import type { ClientRegistry } from '../../domain/clients/clients/client-registry.ts';
import type { SelfChosen } from '../../domain/clients/clients/self-chosen.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { DynamicRegistration } from '../../domain/clients/registration/dynamic-registration.ts';
import type { InitialAccessTokens } from '../../domain/clients/registration/initial-access-tokens.ts';
import type { RepeatableRegistration } from '../../domain/clients/registration/repeatable-registration.ts';
import type { FactorRegistry } from '../../domain/identity/factors/factor-registry.ts';
import type { GroupRegistry } from '../../domain/identity/groups/group-registry.ts';
import type { OwnerNames } from '../../domain/identity/groups/owner-names.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { PreviewDisable } from '../../domain/offboarding/disable-preview.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { ResourceServerRegistry } from '../../domain/resources/resource-servers/resource-server-registry.ts';
import { httpProblem, type ProblemLog, sendProblem } from '../problem.ts';
import { type AbsencesHere, absenceHandlers } from './absences.ts';
import { type Accounts, accountHandlers } from './accounts.ts';
import { agentSecretHandlers } from './agent-secrets.ts';
import { agentHandlers } from './agents.ts';
import { type ApprovalsRead, approvalHandlers } from './approvals.ts';
import { type AuditReader, auditHandlers } from './audit.ts';
import { type Blueprints, blueprintHandlers } from './blueprints.ts';
import { budgetHandlers } from './budgets.ts';
import type { Handlers } from './call.ts';
import { clientHandlers } from './clients.ts';
import { type Credentials, credentialHandlers } from './credentials.ts';
import { type Delegations, delegationHandlers } from './delegations.ts';
import { findingHandlers } from './findings.ts';
import { type GrantDependencies, grantHandlers } from './grants.ts';
import { groupHandlers } from './groups.ts';
import { initialAccessTokenHandlers } from './initial-access-tokens.ts';
import { instanceHandlers } from './instances.ts';
import { type Keys, keyHandlers } from './keys.ts';
import { type Kills, killHandlers } from './kills.ts';
import { openApiDocument } from './openapi.ts';
import { ownerNameHandlers } from './owner-names.ts';
import { type Peers, peerHandlers } from './peers.ts';
import { policyHandlers } from './policies.ts';
import { policyCheck } from './policy-check.ts';
import { policyTrialHandlers } from './policy-simulations.ts';
import { pushKeyHandlers } from './push-keys.ts';
import { resourceServerHandlers } from './resource-servers.ts';
import { type OperationId, routeEntries } from './route-table.ts';
import { type CallDependencies, serveCall } from './serve-call.ts';
import { type Sessions, sessionHandlers } from './sessions.ts';
import { type WorkloadIdentityDependencies, workloadIdentityHandlers } from './trusted-issuers.ts';
import { type Upstreams, upstreamHandlers } from './upstreams.ts';
import { type NotificationServices, webhookHandlers } from './webhooks.ts';

export type ManagementDependencies = Omit<CallDependencies, 'lookup' | 'checkPolicy'> & {
  readonly serverUse: Pick<ServerUse, 'administer'>;
  readonly accounts: Accounts;
  readonly factors: Pick<FactorRegistry, 'list' | 'removeAll'>;
  readonly previewDisable: PreviewDisable;
  readonly sessions: Sessions;
  readonly agents: AgentRegistry;
  readonly findings: AgentFindings;
  readonly clientFindings: ClientFindings;
  readonly blueprints: Blueprints;
  readonly policies: PolicyRegistry;
  readonly approvals: ApprovalsRead;
  readonly absences: AbsencesHere;
  readonly clock: Pick<Clock, 'now'>;
  readonly budgets: BudgetRegistry;
  readonly policyTrials: PolicyTrials;
  readonly groups: GroupRegistry;
  readonly ownerNames: Pick<OwnerNames, 'find'>;
  readonly instances: InstanceRegistry;
  readonly registration: RepeatableRegistration;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly offboarding: Pick<Offboarding, 'membersLeft'>;
  readonly clients: ClientRegistry;
  readonly initialAccessTokens: InitialAccessTokens;
  readonly selfRegistration: Pick<DynamicRegistration, 'adopt' | 'isSelfRegistered'>;
  readonly selfChosen: SelfChosen;
  readonly resourceServers: ResourceServerRegistry;
  readonly grants: GrantDependencies;
  readonly delegations: Delegations;
  readonly kills: Kills;
  readonly auditReader: AuditReader;
  readonly keys: Keys;
  readonly pushKeys: Parameters<typeof pushKeyHandlers>[0];
  readonly secrets: SecretExceptions;
  readonly credentials: Credentials;
  readonly workloadIdentity: WorkloadIdentityDependencies;
  readonly peers: Peers;
  readonly notifications: NotificationServices;
  readonly upstreams: Upstreams;
};

const PREFIX = '/api/v1';

export const managementRouter = (dependencies: ManagementDependencies): Router => {
  const { issuer, accounts, agents, owners, clients, resourceServers, delegations, audit, log } = dependencies;
  const handlers: Handlers<OperationId> = {
    getMe: async ({ caller: { account: _, ...caller } }) => ({ body: { ...caller } }),
    ...accountHandlers(accounts, dependencies.factors, dependencies.requireFreshFactor, dependencies.previewDisable),
    ...sessionHandlers(dependencies.sessions, accounts, dependencies.clock),
    ...blueprintHandlers(dependencies.blueprints),
    ...policyHandlers(dependencies.policies),
    ...approvalHandlers(dependencies.approvals, agents, owners, dependencies.clock),
    ...absenceHandlers(dependencies.absences, dependencies.clock),
    ...budgetHandlers(dependencies.budgets),
    ...policyTrialHandlers(dependencies.policyTrials),
    ...agentHandlers(
      agents,
      owners,
      dependencies.blueprints,
      dependencies.ownerNames,
      dependencies.groups,
      dependencies.registration,
      audit,
      dependencies.selfChosen,
    ),
    ...findingHandlers(dependencies.findings, dependencies.clientFindings, dependencies.groups),
    ...agentSecretHandlers(dependencies.secrets, agents, owners),
    ...credentialHandlers(dependencies.credentials, agents, owners),
    ...workloadIdentityHandlers(dependencies.workloadIdentity),
    ...peerHandlers(dependencies.peers),
    ...upstreamHandlers(dependencies.upstreams),
    ...instanceHandlers(dependencies.instances, agents, owners),
    ...groupHandlers(dependencies.groups, dependencies.offboarding),
    ...ownerNameHandlers(dependencies.ownerNames),
    ...clientHandlers(clients, dependencies.selfRegistration, dependencies.requireFreshFactor),
    ...initialAccessTokenHandlers(dependencies.initialAccessTokens, owners),
    ...resourceServerHandlers(resourceServers),
    ...grantHandlers(dependencies.grants, agents, owners),
    ...delegationHandlers(delegations, agents, owners, dependencies.grants.uses),
    ...killHandlers(dependencies.kills, {
      accounts,
      agents,
      clients,
      delegations,
      groups: dependencies.groups,
      owners,
    }),
    ...auditHandlers(dependencies.auditReader, audit),
    ...keyHandlers(dependencies.keys),
    ...pushKeyHandlers(dependencies.pushKeys),
    ...webhookHandlers(dependencies.notifications),
  };
  const checkPolicy = policyCheck({ use: dependencies.serverUse, audit });
  const lookup = {
    account: async (id: string) => (await accounts.get(id))?.document,
    client: async (id: string) => (await clients.get(id))?.document,
  };

  // Exact paths only: another case or a slash at the end is another path (MG-09).
  const router = new Router({ prefix: PREFIX, sensitive: true, strict: true });
  const document = JSON.stringify(openApiDocument(issuer));
  router.get(
    '/openapi.json',
    answering(log, async (ctx) => {
      ctx.body = document;
      ctx.type = 'application/json';
    }),
  );
  for (const [operation, route] of routeEntries()) {
    const serve = serveCall(operation, route, handlers[operation], { ...dependencies, lookup, checkPolicy });
    router.register(route.path.replaceAll(/\{(\w+)\}/g, ':$1'), [route.method], answering(log, serve));
  }
  router.all(
    '/{*rest}',
    answering(log, async (ctx) => refuseUnknown(ctx)),
  );
  return router;
};

const answering = (log: ProblemLog, act: (ctx: Context) => Promise<void>) => async (ctx: Context) => {
  ctx.set('Cache-Control', 'no-store');
  try {
    await act(ctx);
  } catch (error) {
    sendProblem(ctx, error, log);
  }
};

const refuseUnknown = (ctx: Context): never => {
  const path = ctx.path.slice(PREFIX.length);
  const methods = routeEntries()
    .filter(([, route]) => patternOf(route.path).test(path))
    .map(([, route]) => route.method);
  if (methods.length === 0) throw httpProblem('unknown_path', 'See /api/v1/openapi.json for what there is.');
  ctx.set('Allow', methods.join(', '));
  throw httpProblem('method_not_allowed', `This path has ${methods.join(' and ')}.`);
};

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
