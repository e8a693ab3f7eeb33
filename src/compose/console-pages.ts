import { freshFactor } from '../domain/identity/accounts/fresh-factor.ts';
import type { ConsoleDeps } from '../http/console/console-deps.ts';
import type { PeopleDeps } from '../http/interaction/people-deps.ts';
import type { OperationHandlers } from '../http/management/resource-table.ts';
import type { Services } from './services.ts';

/**
 * The dependencies of `/console`: those of the other pages, and the handlers of the management API.
 */
export const consoleDeps = (
  made: Services,
  people: PeopleDeps & Pick<ConsoleDeps, 'accounts' | 'resourceServers'>,
  handlers: OperationHandlers,
): ConsoleDeps => {
  const { clock, identifiers, agents, owners, blueprints, groups, credentialUses } = made;
  const requireFreshFactor = freshFactor({ clock, identifiers });
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
    owners,
    groups,
    blueprints,
    credentialUses,
    activePolicies: made.activePolicy,
    policies: made.policies,
    isPolicyEnforced: made.isPolicyEnforced,
    serverUse: made.serverUse,
    directoryAccounts: made.directoryAccounts,
    requireFreshFactor,
    handlers,
  };
};
