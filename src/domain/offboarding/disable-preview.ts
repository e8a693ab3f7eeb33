import type { StandingApproval } from '../approvals/standing-approval.ts';
import type { StandingApprovals } from '../approvals/standing-approvals.ts';
import type { Delegation } from '../authority/delegation/delegation.ts';
import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { Offboarding } from '../clients/agents/offboarding.ts';
import type { AccountRole } from '../identity/accounts/account.ts';
import type { AccountRegistry } from '../identity/accounts/account-registry.ts';
import type { Group } from '../identity/groups/group.ts';
import type { Session } from '../identity/sessions/session.ts';
import type { SessionRegistry } from '../identity/sessions/session-registry.ts';

/** Maximum number of listed documents of one kind. */
export const MOST = 100;

/** The first documents of a kind. `more`: there are further ones. */
export type Some<T> = { readonly items: readonly T[]; readonly more: boolean };

/** What disabling an account would end or suspend. */
export type DisablePreview = {
  readonly account: string;
  /** A disabled account holds no roles; they return when it is enabled. */
  readonly roles: readonly AccountRole[];
  readonly sessions: Some<Session>;
  /** Agents that would have no owner: they become orphaned. */
  readonly agents: Some<Agent>;
  /** Groups without an active member left. */
  readonly groups: Some<Group>;
  /** Delegations of agents for the account. Agents get no token for it while it is disabled. */
  readonly delegations: Some<Delegation>;
  /** Standing approvals that the account gave. */
  readonly standingApprovals: Some<StandingApproval>;
};

export const NONE = { items: [], more: false } as const;

/** The first of the items that were found. `hasMore`: the store has more of them. */
export const some = <T>(found: readonly T[], hasMore = false): Some<T> => ({
  items: found.slice(0, MOST),
  more: hasMore || found.length > MOST,
});

/**
 * Shows what disabling an account would end or block. Calls the code that does it: the offboarding, and the registries
 * of documents that depend on an account. An account that is disabled already loses nothing. Throws 'not_found' and
 * 'conflict' as disabling does.
 */
export type PreviewDisable = (id: string) => Promise<DisablePreview>;

export const disablePreview =
  ({
    accounts,
    offboarding,
    sessions,
    delegations,
    standing,
  }: {
    readonly accounts: Pick<AccountRegistry, 'checkDisable'>;
    readonly offboarding: Pick<Offboarding, 'ifLeft'>;
    readonly sessions: Pick<SessionRegistry, 'ofAccount'>;
    readonly delegations: Pick<DelegationRegistry, 'list'>;
    readonly standing: Pick<StandingApprovals, 'ofAccount'>;
  }): PreviewDisable =>
  async (id): Promise<DisablePreview> => {
    const { state, roles } = await accounts.checkDisable(id);
    if (state === 'disabled') {
      return {
        ...{ account: id, roles: [], sessions: NONE, agents: NONE },
        ...{ groups: NONE, delegations: NONE, standingApprovals: NONE },
      };
    }
    const [left, signedIn, live, given] = await Promise.all([
      offboarding.ifLeft([id], MOST + 1),
      sessions.ofAccount(id),
      delegations.list({ subject: id, live: true, limit: MOST }),
      standing.ofAccount(id),
    ]);
    return {
      account: id,
      roles,
      sessions: some(signedIn),
      agents: some(left.agents),
      groups: some(left.groups),
      delegations: some(live.items, live.next !== undefined),
      standingApprovals: some(given),
    };
  };
