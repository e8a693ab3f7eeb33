import { blueprintPreview } from '../domain/clients/agents/blueprint-preview.ts';
import type { DynamicRegistration } from '../domain/clients/registration/dynamic-registration.ts';
import { repeatableRegistration } from '../domain/clients/registration/repeatable-registration.ts';
import { freshFactor } from '../domain/identity/accounts/fresh-factor.ts';
import { DomainError } from '../domain/vocabulary/errors.ts';
import type { ConsoleDeps } from '../http/console/console-deps.ts';
import type { PeopleDeps } from '../http/interaction/people-deps.ts';
import { accountHandlers } from '../http/management/accounts.ts';
import { agentHandlers } from '../http/management/agents.ts';
import { approvalHandlers } from '../http/management/approvals.ts';
import { auditHandlers } from '../http/management/audit.ts';
import { blueprintHandlers } from '../http/management/blueprints.ts';
import { clientHandlers } from '../http/management/clients.ts';
import { credentialHandlers } from '../http/management/credentials.ts';
import { delegationHandlers } from '../http/management/delegations.ts';
import { groupHandlers } from '../http/management/groups.ts';
import { instanceHandlers } from '../http/management/instances.ts';
import { policyHandlers } from '../http/management/policies.ts';
import { policyTrialHandlers } from '../http/management/policy-simulations.ts';
import { resourceServerHandlers } from '../http/management/resource-servers.ts';
import { sessionHandlers } from '../http/management/sessions.ts';
import { upstreamHandlers } from '../http/management/upstreams.ts';
import type { Services } from './services.ts';

/** The agent itself rotates its keys, over the API. */
const refuseProof = (): never => {
  throw new DomainError('unauthenticated', 'An agent proves itself over the API.');
};

/**
 * The dependencies of `/console`: those of the other pages, and the handlers of the management API over the registries
 * themselves.
 */
export const consoleDeps = (
  made: Services,
  people: PeopleDeps & Pick<ConsoleDeps, 'accounts' | 'resourceServers'>,
  registering: { readonly selfRegistration: Pick<DynamicRegistration, 'adopt' | 'isSelfRegistered'> },
): ConsoleDeps => {
  const { documents, clock, identifiers, agents, owners, blueprints, accounts, groups, audit, credentialUses } = made;
  const requireFreshFactor = freshFactor({ clock, identifiers });
  const registration = repeatableRegistration({ documents, clock, identifiers, agents });
  return {
    ...people,
    // Any https issuer is production (decision D19).
    isDevelopment: people.issuer.startsWith('http:'),
    clock,
    identifiers,
    allApprovals: made.approvals.service,
    outcomes: made.outcomes,
    registered: agents,
    findings: made.findings,
    clientFindings: made.clientFindings,
    owners,
    groups,
    blueprints,
    credentialUses,
    activePolicies: made.activePolicy,
    policies: made.policies,
    isPolicyEnforced: made.isPolicyEnforced,
    serverUse: made.serverUse,
    requireFreshFactor,
    handlers: {
      ...approvalHandlers(made.approvals.service, agents, owners, clock),
      ...policyHandlers(made.policies),
      ...policyTrialHandlers(made.policyTrials),
      ...upstreamHandlers({
        ...made.upstreams,
        links: made.upstreamLinks,
        issuer: people.issuer,
      }),
      ...agentHandlers(agents, owners, blueprints, made.ownerNames, groups, registration, audit, made.selfChosen),
      ...accountHandlers(accounts, made.factors, requireFreshFactor, made.previewDisable),
      ...groupHandlers(groups, made.offboarding),
      ...delegationHandlers(made.delegations, agents, owners, made.grantUses),
      ...auditHandlers(audit, audit),
      ...blueprintHandlers({ ...blueprints, preview: blueprintPreview({ documents }) }),
      ...sessionHandlers(made.sessions, accounts, clock),
      ...clientHandlers(made.clients, registering.selfRegistration, requireFreshFactor),
      ...resourceServerHandlers(made.resourceServers),
      ...instanceHandlers(made.instances, agents, owners),
      ...credentialHandlers(
        { ...made.credentials, lastUses: credentialUses.lastUses, provenBy: async () => refuseProof() },
        agents,
        owners,
      ),
    },
  };
};
