/** The first part of the room authority: kills, policies and the decision. Called by services.ts. */

import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type Authorize, authorizer, type GroupsOf } from '../domain/authority/decision/authorize.ts';
import { permitsBy, type ServerUse, serverUse } from '../domain/authority/decision/server-use.ts';
import {
  factsOfAgent,
  factsOfClient,
  type ServerUseCases,
  serverUseCases,
} from '../domain/authority/decision/server-use-cases.ts';
import { type ActivePolicies, newActivePolicy } from '../domain/authority/policy/active-policy.ts';
import { type PolicyRegistry, policyRegistry } from '../domain/authority/policy/policy-registry.ts';
import { type LatchedKills, latchedKills } from '../domain/authority/revocation/kill.ts';
import { revocation } from '../domain/authority/revocation/revocation.ts';
import type { Agent } from '../domain/clients/agents/agent.ts';
import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import type { Client } from '../domain/clients/clients/client.ts';
import type { ClientReader } from '../domain/clients/clients/client-reader.ts';
import { groupChanges } from '../domain/identity/directories/group-changes.ts';
import type { Permits } from '../domain/platform/registries/registered-documents.ts';
import type { PolicyEngine } from '../domain/ports/policy-engine.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import { type AccountSignals, accountSignals } from '../domain/signals/receiver/account-signals.ts';
import { managementApiOf } from '../domain/vocabulary/management-api.ts';
import { externalPoint } from './external-point.ts';
import type { Foundations, Overrides } from './foundations.ts';
import type { IdentityServices } from './identity.ts';
import type { ResourceServices } from './resources.ts';

export interface RevocationServices {
  /** What kills and changes of owner have ended. */
  readonly revocation: Revocation;
  /** Kills that the store does not hold yet. */
  readonly latched: LatchedKills;
}

export const revocationServices = ({ documents }: Pick<Foundations, 'documents'>): RevocationServices => {
  const latched = latchedKills();
  return { revocation: revocation({ documents, latched }), latched };
};

export interface PolicyServices {
  readonly policyEngine: PolicyEngine;
  readonly policies: PolicyRegistry;
  readonly activePolicy: ActivePolicies;
  readonly isPolicyEnforced: boolean;
  /** Finds the facts of a use of this server. */
  readonly useCases: ServerUseCases;
  /** Whether policies permit a use of this server: registering, changing, approving. */
  readonly serverUse: ServerUse;
  readonly permitsAgent: Permits<Agent>;
  readonly permitsClient: Permits<Client>;
  /** The decision about a token request. */
  readonly authorize: Authorize;
  /** The same without the external decision point. The search for what an approval requires makes many such calls. */
  readonly authorizeHere: Authorize;
  /** What trusted transmitters say about accounts. */
  readonly accountSignals: AccountSignals;
}

export const policyServices = (
  configuration: Configuration,
  overrides: Pick<Overrides, 'withoutLayer' | 'policyEngine'>,
  base: Foundations,
  deps: {
    readonly identity: IdentityServices;
    readonly resources: ResourceServices;
    readonly groupsOf: GroupsOf;
    readonly agents: AgentReader;
    readonly clients: ClientReader;
  },
): PolicyServices => {
  const { documents, clock, identifiers, audit, log, metrics, trustedFetch } = base;
  const { groupsOf } = deps;
  const policyEngine = overrides.policyEngine ?? cedarPolicyEngine();
  const activePolicy = newActivePolicy({ documents, engine: policyEngine });
  const isPolicyEnforced = configuration.policy.enforcement === 'on';
  if (!isPolicyEnforced) log.warn({ event: 'policy.off' }, 'no policy is asked: policy.enforcement is off');
  const managementApi = managementApiOf(configuration.issuer);
  const useCases = serverUseCases({
    clock,
    accounts: deps.identity.accountReader,
    clients: deps.clients,
    groupsOf,
    groups: deps.identity.groups,
    resourceServers: deps.resources.resourceServers,
    agents: deps.agents,
    owners: deps.identity.owners,
    managementApi,
  });
  const enforced = isPolicyEnforced ? activePolicy : undefined;
  const use = serverUse({ identifiers, policies: enforced, cases: useCases, managementApi });
  const signals = accountSignals({ documents, clock });
  const deciding = {
    ...{ identifiers, managementApi, groupsOf, policies: enforced, without: overrides.withoutLayer },
    signalsOf: signals.factsOf,
    isRegrouped: groupChanges({ documents, clock }).isSince,
  };
  return {
    accountSignals: signals,
    policyEngine,
    policies: policyRegistry({ documents, clock, identifiers, audit, engine: policyEngine }),
    activePolicy,
    isPolicyEnforced,
    useCases,
    serverUse: use,
    permitsAgent: permitsBy(use, factsOfAgent),
    permitsClient: permitsBy(use, factsOfClient),
    authorize: authorizer({ ...deciding, external: externalPoint(configuration, { trustedFetch, clock, metrics }) }),
    authorizeHere: authorizer(deciding),
  };
};
