/**
 * Suspensions for security: by the quarantine of a finding, or by a response rule. The owner of the agent may be the one whose
 * software or account was taken over, so only others lift them.
 */
import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Agent } from './agent.ts';

/** The suspended agent with its mark, if there is a cause. The first mark stays: the owner of its time may not lift it later. */
export const suspendedForSecurity = (agent: Agent, cause: string | undefined, at: number): Agent =>
  agent.securitySuspension || cause === undefined
    ? agent
    : { ...agent, securitySuspension: { at, cause, owner: agent.owner } };

type Lifting = Pick<Agent, 'securitySuspension' | 'owner' | 'formerOwners'>;

/**
 * Whether the caller may resume the agent as far as security is concerned. Only a caller with a role may lift a suspension for
 * security. Refuses accounts that own it, own it together with others, or have since the suspension. If these are unknown, refuses everyone.
 */
export type MayLift = (agent: Lifting, by: Pick<By, 'caller' | 'account' | 'isByRole'>) => Promise<boolean>;

export const liftOfSecurity =
  (owners: Pick<Owners, 'answersFor' | 'accountsSince'>): MayLift =>
  async ({ securitySuspension, owner, formerOwners = [] }, { caller, account = caller, isByRole }) => {
    if (!securitySuspension) return true;
    if (!isByRole || formerOwners.includes(account)) return false;
    if (account === owner || (await owners.answersFor(owner, account))) return false;
    const accounts = await owners.accountsSince(securitySuspension.owner, securitySuspension.at);
    return accounts !== undefined && !accounts.includes(account);
  };
