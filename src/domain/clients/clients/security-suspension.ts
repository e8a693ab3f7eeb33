/**
 * Suspensions for security: by the quarantine of a finding, or by a response rule. The owner of an agent or client may be the one whose
 * software or account was taken over, so only others lift them. Called by the registries of agents and clients.
 */
import type { Owners } from '../../identity/groups/owners.ts';
import { type By, partiesBehind } from '../../platform/registries/registered-documents.ts';

/** A suspension. */
export type Suspension = {
  /** Epoch seconds. */
  readonly at: number;
  /** The owner at that time, an account or group. Absent: a client that had none. */
  readonly owner?: string;
};

/** A suspension for security. */
export type SecuritySuspension = Suspension & {
  /** Id of the finding or response that suspended it. */
  readonly cause: string;
};

/** What an agent and a client have in common here. */
type Suspendable = {
  readonly owner?: string;
  readonly formerOwners?: readonly string[];
  readonly securitySuspension?: SecuritySuspension;
};

/** The agent or client with its mark, if there is a cause. The first mark stays: the owner of its time may not lift it later. */
export const suspendedForSecurity = <T extends Suspendable>(one: T, cause: string | undefined, at: number): T => {
  if (one.securitySuspension || cause === undefined) return one;
  const { owner } = one;
  return { ...one, securitySuspension: { at, cause, ...(owner === undefined ? {} : { owner }) } };
};

type Lifter = Pick<By, 'caller' | 'account' | 'formerAccounts' | 'isByRole'>;
type OwnersOfSuspended = Pick<Owners, 'answersFor' | 'accountsSince'>;

/**
 * Whether the caller acts by a role, and has no part in the agent or client: refuses accounts that own it, own it together with others,
 * have since the suspension, or owned it before. If these are unknown, refuses everyone.
 */
export type IsIndependent = (one: Suspendable, by: Lifter, suspension: Suspension) => Promise<boolean>;

export const independenceOf =
  (owners: OwnersOfSuspended): IsIndependent =>
  async ({ owner, formerOwners = [] }, by, suspension) => {
    const parties = partiesBehind(by);
    if (!by.isByRole || parties.some((party) => formerOwners.includes(party))) return false;
    for (const party of parties) if (owner !== undefined && (await owners.answersFor(owner, party))) return false;
    if (suspension.owner === undefined) return true;
    const accounts = await owners.accountsSince(suspension.owner, suspension.at);
    return accounts !== undefined && !parties.some((party) => accounts.includes(party));
  };

/** Whether the caller may end the suspension as far as security is concerned: only an independent caller lifts one for security. */
export type MayLift = (one: Suspendable, by: Lifter) => Promise<boolean>;

export const liftOfSecurity = (owners: OwnersOfSuspended): MayLift => {
  const isIndependent = independenceOf(owners);
  return async (one, by) => !one.securitySuspension || isIndependent(one, by, one.securitySuspension);
};
