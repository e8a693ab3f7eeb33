import type { Text } from '../../../views/html.ts';
import type { WaitingAgent } from '../../../views/pages/console-model.ts';
import type { AgentRow } from '../../../views/partials/agent-rows.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import type { ApprovalService } from '../../domain/approvals/approval-service.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import type { OutcomeCounts } from '../../domain/audit/outcome-counts.ts';
import type { ActivePolicies } from '../../domain/authority/decision/authorize.ts';
import type { ServerUse } from '../../domain/authority/decision/server-use.ts';
import type { PolicyRegistry } from '../../domain/authority/policy/policy-registry.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../domain/clients/agents/agent-registry.ts';
import type { CredentialUses } from '../../domain/clients/agents/credential-last-used.ts';
import type { BlueprintRegistry } from '../../domain/clients/blueprints/blueprint-registry.ts';
import type { FindingRegistry } from '../../domain/governance/finding-registry.ts';
import type { FreshFactor } from '../../domain/identity/accounts/fresh-factor.ts';
import type { DirectoryAccounts } from '../../domain/identity/directories/directory-accounts.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import type { GroupRegistry } from '../../domain/identity/groups/group-registry.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { ResourceServerRegistry } from '../../domain/resources/resource-servers/resource-server-registry.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import type { OperationHandlers } from '../management/resource-table.ts';

type StoredDocument<T> = Promise<Versioned<T> | undefined>;

/** `agents` are in their effective state, `registered` as stored in the registry. */
export type ConsoleDeps = PeopleDeps & {
  readonly serverUse: Pick<ServerUse, 'administer'>;
  readonly requireFreshFactor: FreshFactor;
  /** Whether this server is for development only (http issuer). */
  readonly isDevelopment: boolean;
  /** The handlers of the management API. */
  readonly handlers: OperationHandlers;
  readonly clock: Pick<Clock, 'now'>;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  /** Approvals of all accounts, for figures. */
  readonly allApprovals: Pick<ApprovalService, 'list' | 'waiting'>;
  readonly outcomes: Pick<OutcomeCounts, 'of'>;
  readonly credentialUses: Pick<CredentialUses, 'lastUses'>;
  readonly registered: AgentRegistry;
  readonly findings: Pick<FindingRegistry, 'aboutEach' | 'count'>;
  readonly owners: Pick<Owners, 'answersFor' | 'answerFor' | 'accountsSince'>;
  readonly groups: Pick<GroupRegistry, 'ofAccount' | 'getMany'>;
  readonly blueprints: Pick<BlueprintRegistry, 'get' | 'list'>;
  readonly activePolicies: { current(): Promise<ActivePolicies | undefined> };
  readonly policies: Pick<PolicyRegistry, 'gaps'>;
  /** Which directory an account belongs to, and how many each has. */
  readonly directoryAccounts: DirectoryAccounts;
  /** Whether decisions evaluate policies at all. */
  readonly isPolicyEnforced: boolean;
  readonly resourceServers: PeopleDeps['resourceServers'] & {
    get(id: string): StoredDocument<ResourceServer>;
    list: ResourceServerRegistry['list'];
  };
};

export type Names = (id: string) => string;

/** Names of accounts, groups, agents, clients and resource servers. For an object that no longer exists: its id. */
export const partyNames = async (
  deps: Pick<ConsoleDeps, 'accounts' | 'groups' | 'agents' | 'clients' | 'resourceServers'>,
  ids: readonly (string | undefined)[],
): Promise<Names> => {
  const all = [...new Set(ids.filter((id) => id !== undefined))];
  const names = new Map<string, string>();
  for (let from = 0; from < all.length; from += 1000) {
    const some = all.slice(from, from + 1000);
    const named = await Promise.all([
      deps.accounts.getMany(some.filter((id) => id.startsWith('acc_'))),
      deps.groups.getMany(some.filter(isGroupId)),
    ]);
    for (const { id, name } of named.flat()) names.set(id, name);
  }
  for (const id of all.filter((one) => /^(agt|app)_/.test(one))) {
    const found = await namesOf(deps, id);
    if (found) names.set(id, found.name);
  }
  for (const id of all.filter((one) => one.startsWith('rs_'))) {
    const found = await deps.resourceServers.get(id);
    if (found) names.set(id, found.document.name);
  }
  return (id) => names.get(id) ?? id;
};

/** Names of APIs by identifier. For an unknown one: the identifier. */
export const resourceNames = async (
  { resourceServers }: Pick<PeopleDeps, 'resourceServers'>,
  identifiers: readonly string[],
): Promise<Names> => {
  const names = new Map<string, string>();
  for (const identifier of new Set(identifiers)) {
    const found = await resourceServers.findByIdentifier(identifier);
    if (found) names.set(identifier, found.document.name);
  }
  return (identifier) => names.get(identifier) ?? identifier;
};

/** The actor of an event: a name, or the server itself. */
export const doerName = (names: Names, id: string): Text => (id === 'system' ? agentFactWords.thisServer : names(id));

/** The tool or route in the report of a resource server: a statement, which this server has not seen. */
export const statementIn = ({ type, inputs = {} }: Pick<AuditEvent, 'type' | 'inputs'>): string | undefined => {
  if (type !== 'report.stated') return undefined;
  const { tool, route, outcome } = inputs;
  return `${String(tool ?? route)}: ${String(outcome)}`;
};

export const transactionHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/transactions/${encodeURIComponent(id)}`;

/** Page of one event of the audit log. */
export const eventHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/audit/events/${encodeURIComponent(id)}`;

/** Page of results of the search. `text`: what is searched for. */
export const searchHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, text?: string): string =>
  `${basePath}/console/search${text === undefined ? '' : `?q=${encodeURIComponent(text)}`}`;

/** Encodes `id`, which may come from an address and goes into a header. */
export const personHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/people/${encodeURIComponent(id)}`;

export const directoryHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/directories/${encodeURIComponent(id)}`;

export const groupHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/groups/${id}`;

export const clientHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/clients/${id}`;

export const serverHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/resource-servers/${id}`;

export const blueprintHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/blueprints/${id}`;

/** Encodes `id`. */
export const findingHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/findings/${encodeURIComponent(id)}`;

/** Encodes `id`. */
export const reviewHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/reviews/${encodeURIComponent(id)}`;

/** Encodes `id`. */
export const reviewItemHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/review-items/${encodeURIComponent(id)}`;

export const agentHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/agents/${id}`;

/** `now`: the agent in its effective state, if known. */
export const agentRow = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  agent: Agent,
  { now, names, lastUsedAt }: { now: Agent | undefined; names: Names; lastUsedAt: number | undefined },
): AgentRow => ({
  id: agent.id,
  name: agent.name,
  ownerName: names(agent.owner),
  purpose: agent.purpose,
  environment: agent.environment,
  state: agent.state,
  href: agentHref(deps, agent.id),
  ...(agent.verifiedAt === undefined ? {} : { isVerified: true as const }),
  isStopped: agent.state === 'active' && now !== undefined && now.state !== 'active',
  ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
});

/** The model of an agent that waits for the viewer's acceptance. */
export const waitingAgent = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { document: agent, version }: Versioned<Agent>,
  { asked, names }: { readonly asked: string; readonly names: Names },
): WaitingAgent => {
  const href = agentHref(deps, agent.id);
  const isOffered = agent.transferTo === asked;
  return {
    agent: agentRow(deps, agent, { now: undefined, names, lastUsedAt: undefined }),
    href,
    kind: isOffered ? 'offered' : agent.state === 'orphaned' ? 'frozen' : 'registered',
    ...(isGroupId(asked) ? { forGroup: names(asked) } : {}),
    ...(!isOffered && agent.acceptBy !== undefined ? { until: agent.acceptBy } : {}),
    acceptAction: `${href}/accept`,
    version,
    declineAction: `${href}/decline`,
  };
};
