/** Provisioning targets: their registry, the client that calls them, and the delivery. Called by services.ts. */

import { setImmediate as turn } from 'node:timers/promises';
import { clientTokens } from '../../adapters/openid-client/client-tokens.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Agent } from '../domain/clients/agents/agent.ts';
import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import type { AccountReader } from '../domain/identity/accounts/account-reader.ts';
import { isGroupId } from '../domain/identity/groups/group.ts';
import type { PolledDelivery } from '../domain/notifications/delivery-runs.ts';
import { heldTokens } from '../domain/platform/outbound-tokens/held-tokens.ts';
import type { Found } from '../domain/ports/document-store.ts';
import { MOST_TARGETS } from '../domain/provisioning/provisioning-target.ts';
import { type Reconciler, reconciler } from '../domain/provisioning/reconciliation.ts';
import { scimClient } from '../domain/provisioning/scim-client.ts';
import { targetTokens } from '../domain/provisioning/target-credentials.ts';
import { targetDelivery } from '../domain/provisioning/target-delivery.ts';
import { targetPush } from '../domain/provisioning/target-push.ts';
import { targetQueue } from '../domain/provisioning/target-queue.ts';
import { type TargetRegistry, targetRegistry } from '../domain/provisioning/target-registry.ts';
import type { Foundations } from './foundations.ts';
import { signingKeyOf } from './upstream.ts';

export interface ProvisioningServices {
  readonly provisioningTargets: TargetRegistry;
  readonly provisioningReconciler: Reconciler;
  readonly provisioningDelivery: PolledDelivery;
}

export const provisioningServices = (
  { issuer }: Pick<Configuration, 'issuer'>,
  base: Foundations,
  {
    agents,
    accounts,
    groups,
  }: {
    readonly agents: Pick<AgentReader, 'list' | 'getMany'> & { get(id: string): Found<Agent> };
    readonly accounts: Pick<AccountReader, 'get' | 'getMany'>;
    readonly groups: { get(id: string): Found<{ readonly members: readonly string[] }> };
  },
): ProvisioningServices => {
  const { documents, clock, identifiers, audit, masterKey, trustedFetch, keys, log, state } = base;
  const noWayOut = async (): Promise<never> => {
    throw new Error('there is no way out');
  };
  const accountsOf = async (owner: string): Promise<readonly string[]> =>
    isGroupId(owner) ? ((await groups.get(owner))?.document.members ?? []) : [owner];
  const call = trustedFetch.call ?? noWayOut;
  const endpoints = clientTokens({
    ...{ call, internal: 'provisioningTargets' },
    signingKey: (kind) => signingKeyOf(keys, kind),
  });
  const client = scimClient({
    ...{ clock, call },
    tokens: targetTokens({ masterKey, clock, held: heldTokens({ clock, endpoints, most: MOST_TARGETS }) }),
  });
  const { push } = targetPush({ documents, clock, client, agents, accounts, accountsOf });
  return {
    provisioningTargets: targetRegistry({
      ...{ documents, audit, clock, identifiers, masterKey, client, issuer },
      checkUrl: trustedFetch.check,
    }),
    provisioningReconciler: reconciler({ documents, clock, client, agents, accounts, accountsOf }),
    provisioningDelivery: targetDelivery({
      ...{ documents, clock, audit, push, node: state.node },
      queue: targetQueue({ documents, agents, pause: () => turn() }),
      onError: (error) => log.error({ event: 'provisioning.error', err: error }, 'agents could not be pushed'),
    }),
  };
};
