/** Directories: systems that provision accounts over SCIM. Called by services.ts. */
import { setImmediate as turn } from 'node:timers/promises';
import { type DirectoryAgents, directoryAgents } from '../domain/clients/directory-agents/directory-agents.ts';
import { accountLimit } from '../domain/identity/directories/account-limit.ts';
import { type DeactivationBrake, deactivationBrake } from '../domain/identity/directories/deactivation-brake.ts';
import { type DirectoryAccounts, directoryAccounts } from '../domain/identity/directories/directory-accounts.ts';
import { type DirectoryGroups, directoryGroups } from '../domain/identity/directories/directory-groups.ts';
import { directoryMemberships } from '../domain/identity/directories/directory-memberships.ts';
import { type DirectoryRegistry, directoryRegistry } from '../domain/identity/directories/directory-registry.ts';
import { type DirectorySecrets, directorySecrets } from '../domain/identity/directories/directory-secrets.ts';
import { type DirectoryUsers, directoryUsers } from '../domain/identity/directories/directory-users.ts';
import { dryRunEntries } from '../domain/identity/directories/dry-run.ts';
import { dryRunGroups } from '../domain/identity/directories/dry-run-groups.ts';
import { type DirectoryDryRuns, directoryDryRuns } from '../domain/identity/directories/dry-run-service.ts';
import { groupsByMode, usersByMode } from '../domain/identity/directories/dry-run-switch.ts';
import { dryRunUsers } from '../domain/identity/directories/dry-run-users.ts';
import { groupChanges } from '../domain/identity/directories/group-changes.ts';
import type { Foundations } from './foundations.ts';
import type { OffboardingServices } from './offboarding.ts';
import type { UpstreamServices } from './upstream.ts';

export interface DirectoryServices {
  readonly directories: DirectoryRegistry;
  readonly directoryUsers: DirectoryUsers;
  readonly directoryGroups: DirectoryGroups;
  readonly directoryAgents: DirectoryAgents;
  readonly directorySecrets: DirectorySecrets;
  readonly directoryDryRuns: DirectoryDryRuns;
  readonly deactivationBrake: DeactivationBrake;
  readonly directoryAccounts: DirectoryAccounts;
}

export const directoryServices = (
  base: Foundations,
  {
    accounts,
    agents,
    blueprints,
    clients,
    links,
  }: Pick<OffboardingServices, 'accounts' | 'agents'> & {
    readonly blueprints: Parameters<typeof directoryAgents>[0]['blueprints'];
    readonly clients: Parameters<typeof directoryRegistry>[0]['clients'];
    readonly links: UpstreamServices['upstreamLinks'];
  },
): DirectoryServices => {
  const { documents, clock, identifiers, audit, masterKey } = base;
  const changes = groupChanges({ documents, clock });
  const memberships = directoryMemberships({ documents, changes });
  const parts = { documents, clock, identifiers, audit, accounts, memberships, changes };
  const brake = deactivationBrake(parts);
  const pause = () => turn();
  const users = directoryUsers({
    ...{ ...parts, brake, limit: accountLimit(parts), pause },
    endLinks: async (account, by) => {
      for (const { id } of await links.ofAccount(account)) await links.remove(id, by);
    },
  });
  const entries = dryRunEntries(parts);
  const dryUsers = dryRunUsers({ ...parts, entries, users });
  return {
    directories: directoryRegistry({ ...parts, clients, blueprints }),
    directoryUsers: usersByMode(users, dryUsers),
    directoryGroups: groupsByMode(directoryGroups(parts), dryRunGroups({ ...parts, entries, users: dryUsers })),
    directoryDryRuns: directoryDryRuns({ ...parts, entries }),
    directoryAgents: directoryAgents({ ...parts, agents, blueprints, brake, pause }),
    directorySecrets: directorySecrets({
      ...parts,
      digestSecret: (secret) => masterKey.digest('directory_secret', secret),
    }),
    deactivationBrake: brake,
    directoryAccounts: directoryAccounts({ documents }),
  };
};
