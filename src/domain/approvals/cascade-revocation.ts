/**
 * Revokes an agent's rights for people and administrators: ends or narrows delegations, narrows consents, and ends
 * sign-ins. Ends standing approvals for the same rights first. Otherwise the next CIBA request would get the right
 * again without asking an approver.
 */

import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Cursor } from '../ports/document-store.ts';
import type { Grant } from '../ports/grants.ts';
import { detailsWithout } from '../resources/authorization-details/narrowed-details.ts';
import type { StandingApprovals } from './standing-approvals.ts';

type Standing = Pick<StandingApprovals, 'endAbout'>;

export type CascadeRevocation = Pick<
  DelegationRegistry,
  'recordConsent' | 'narrow' | 'revoke' | 'revokeAllOf' | 'revokeAllVia'
>;

export const cascadeRevocation = (
  delegations: CascadeRevocation & Pick<DelegationRegistry, 'get' | 'list'>,
  standing: Standing,
): CascadeRevocation => ({
  /**
   * Also ends standing approvals for a right that the page showed and the person did not allow, whether or not the
   * agent held it.
   */
  async recordConsent(consent) {
    const { subject, actor: agent, resource, asked, scope, askedDetails, details, by, request } = consent;
    const scopes = asked.filter((name) => !scope.includes(name));
    const detailTypes = detailsWithout(askedDetails, details).map(({ type }) => type);
    if (scopes.length + detailTypes.length > 0) {
      await standing.endAbout({ subject, agent, resource, scopes, detailTypes }, by, request);
    }
    return delegations.recordConsent(consent);
  },

  async narrow(id, without, by, request) {
    const delegation = await delegations.get(id);
    if (delegation?.parent === null && delegation.state !== 'revoked') {
      const { subject, actor: agent, resource } = delegation;
      const detailTypes = without.details?.map(({ type }) => type) ?? [];
      await standing.endAbout({ subject, agent, resource, scopes: without.scope, detailTypes }, by, request);
    }
    return delegations.narrow(id, without, by, request);
  },

  async revoke(id, by, request) {
    const delegation = await delegations.get(id);
    if (delegation && delegation.state !== 'revoked') {
      const { subject, actor: agent, resource } = delegation;
      await standing.endAbout({ subject, agent, resource }, by, request);
    }
    return delegations.revoke(id, by, request);
  },

  async revokeAllOf(subject, actor, by, request) {
    await standing.endAbout({ subject, agent: actor }, by, request);
    return delegations.revokeAllOf(subject, actor, by, request);
  },

  async revokeAllVia(subject, via, by, request) {
    let after: Cursor | undefined;
    do {
      const page = await delegations.list({ subject, via, after, limit: 200 });
      for (const { state, actor: agent, resource } of page.items) {
        if (state !== 'revoked') await standing.endAbout({ subject, agent, resource }, by, request);
      }
      after = page.next;
    } while (after);
    return delegations.revokeAllVia(subject, via, by, request);
  },
});

/**
 * Ends what depends on a sign-in that is about to end. For an app: what agents may do when it calls them (decision 21).
 * For an agent: the standing approvals for the rights in its grant. Skips an instance grant, since the agent still
 * holds the whole grant.
 */
export const endOfSignIn =
  (standing: Standing, delegations: Pick<CascadeRevocation, 'revokeAllVia'>) =>
  async ({ account, clientId, resources, details, parent }: Grant, by: string, request?: string): Promise<void> => {
    if (!clientId.startsWith('agt_')) {
      await delegations.revokeAllVia(account, clientId, by, request);
      return;
    }
    if (parent !== undefined) return;
    for (const resource of new Set([...Object.keys(resources), ...Object.keys(details ?? {})])) {
      const detailTypes = details?.[resource]?.map(({ type }) => type) ?? [];
      const about = { subject: account, agent: clientId, resource, scopes: resources[resource] ?? [], detailTypes };
      await standing.endAbout(about, by, request);
    }
  };
