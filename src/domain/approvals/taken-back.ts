/**
 * Delegations as people and administrators take them back. What was approved in advance about the same thing ends first:
 * otherwise the next request by CIBA would get the right again, and nobody would be asked.
 */
import type { DelegationRegister } from '../delegation/delegation-register.ts';
import type { StandingApprovals } from './standing-approvals.ts';

export type TakenBack = Pick<DelegationRegister, 'narrow' | 'revoke' | 'revokeAllOf'>;

export const takenBack = (
  delegations: TakenBack & Pick<DelegationRegister, 'get'>,
  standing: Pick<StandingApprovals, 'endAbout'>,
): TakenBack => ({
  async narrow(id, without, by, request) {
    const row = await delegations.get(id);
    if (row?.parent === null && row.state === 'active') {
      const { subject, actor: agent, resource } = row;
      await standing.endAbout({ subject, agent, resource, scopes: without }, by, request);
    }
    return delegations.narrow(id, without, by, request);
  },

  async revoke(id, by, request) {
    const row = await delegations.get(id);
    if (row?.state === 'active') {
      const { subject, actor: agent, resource } = row;
      await standing.endAbout({ subject, agent, resource }, by, request);
    }
    return delegations.revoke(id, by, request);
  },

  async revokeAllOf(subject, actor, by, request) {
    await standing.endAbout({ subject, agent: actor }, by, request);
    return delegations.revokeAllOf(subject, actor, by, request);
  },
});
