/**
 * Decides who may give an agent credentials, and addresses that receive its codes and pings. The holder of a
 * credential acts for every user who consented to the agent. A new credential is therefore a decision of the
 * owner, not of the role operator. Called by every registry that writes one: keys, secrets, workload rules,
 * certificates, attesters, instances, redirect URIs.
 */

import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Agent } from './agent.ts';
import { agentRefusal } from './agent-refusals.ts';

export const credentialRights =
  (owners: Pick<Owners, 'answersFor'>) =>
  /**
   * Throws 'forbidden' unless the caller is the owner (for a group: a member), an administrator, the agent itself or
   * the server. Throws 'conflict' while the agent is orphaned: its next owner would take over a key that no owner
   * chose. For a pending agent, the owner is the account or group that is asked to accept it.
   */
  async ({ id, owner, state }: Pick<Agent, 'id' | 'owner' | 'state'>, by: By): Promise<void> => {
    const isItself = by.caller === id || by.caller === 'system';
    if (!isItself && !by.isAdministrator && !(await owners.answersFor(owner, by.account ?? by.caller))) {
      throw agentRefusal('credentials_are_for_owner');
    }
    if (state === 'orphaned') {
      throw agentRefusal('credentials_need_owner');
    }
  };

/** Whether a change of an agent needs these rights: it adds keys or addresses, or binds tokens less. */
export const needsCredentialRights = (next: Agent, before: Agent): boolean =>
  hasOtherKeys(next, before) || hasOtherAddresses(next, before) || isLessBound(next, before);

/** Whether keys were added. Removed keys do not matter. */
const hasOtherKeys = ({ jwks, jwksUri }: Agent, before: Agent): boolean =>
  (jwks !== undefined && JSON.stringify(jwks) !== JSON.stringify(before.jwks)) ||
  (jwksUri !== undefined && jwksUri !== before.jwksUri);

/** Whether codes or pings may go to new addresses. */
const hasOtherAddresses = (next: Agent, before: Agent): boolean =>
  next.redirectUris.some((uri) => !before.redirectUris.includes(uri)) ||
  (next.backchannelClientNotificationEndpoint !== undefined &&
    next.backchannelClientNotificationEndpoint !== before.backchannelClientNotificationEndpoint);

/** Whether a stolen token of the agent works without the agent's key. */
const isLessBound = (next: Agent, before: Agent): boolean =>
  (before.dpopBoundAccessTokens && !next.dpopBoundAccessTokens) ||
  (before.certificateBoundAccessTokens === true && !next.certificateBoundAccessTokens);
