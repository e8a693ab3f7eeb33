import type { StandingApprovals } from '../approvals/standing-approvals.ts';
import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { Offboarding } from '../clients/agents/offboarding.ts';
import type { Account, AccountRole } from '../identity/accounts/account.ts';
import type { AccountRegistry } from '../identity/accounts/account-registry.ts';
import type { Group } from '../identity/groups/group.ts';
import type { SessionRegistry } from '../identity/sessions/session-registry.ts';
import { isDomainError } from '../vocabulary/errors.ts';
import { MOST, type Some, some } from './disable-preview.ts';

/** Why an account cannot be disabled with the others. */
export const DISABLE_OBSTACLES = ['not_found', 'last_administrator', 'administrator_only'] as const;
export type DisableObstacle = (typeof DISABLE_OBSTACLES)[number];

/** At most 100 are counted. `more`: there are further ones. */
export type Count = { readonly count: number; readonly more: boolean };

/** What ends or stops with one account of several. Empty unless `outcome` is 'disables'. */
export type AccountForecast = {
  readonly account: string;
  /** Absent: there is no such account. */
  readonly username?: string;
  /** 'unchanged': it is disabled already. */
  readonly outcome: 'disables' | 'unchanged' | 'refused';
  readonly obstacle?: DisableObstacle;
  readonly roles: readonly AccountRole[];
  readonly sessions: Count;
  readonly delegations: Count;
  readonly standingApprovals: Count;
};

export type SeveralPreview = {
  /** In the order in which they were given, each once. */
  readonly accounts: readonly AccountForecast[];
  /** Agents that would have no owner once all of them are disabled. */
  readonly agents: Some<Agent>;
  /** Groups without an active member left. */
  readonly groups: Some<Group>;
};

/**
 * Shows what disabling several accounts one after the other would end or stop. Agents and groups are those of all accounts
 * together: a group that two of them share loses its last member only with the second. `permitted`: whether the caller may
 * disable the account. Changes nothing. Store errors propagate.
 */
export type PreviewSeveral = (
  ids: readonly string[],
  permitted: (account: Account) => boolean,
) => Promise<SeveralPreview>;

const ZERO: Count = { count: 0, more: false };
const EMPTY = { roles: [], sessions: ZERO, delegations: ZERO, standingApprovals: ZERO } as const;

const counted = ({ items, more }: Some<unknown>): Count => ({ count: items.length, more });

export const severalPreview = ({
  accounts,
  offboarding,
  sessions,
  delegations,
  standing,
}: {
  readonly accounts: Pick<AccountRegistry, 'checkDisable' | 'get'>;
  readonly offboarding: Pick<Offboarding, 'ifLeft'>;
  readonly sessions: Pick<SessionRegistry, 'ofAccount'>;
  readonly delegations: Pick<DelegationRegistry, 'list'>;
  readonly standing: Pick<StandingApprovals, 'ofAccount'>;
}): PreviewSeveral => {
  const held = async (id: string): Promise<Omit<AccountForecast, 'account' | 'outcome' | 'roles'>> => {
    const [signedIn, live, given] = await Promise.all([
      sessions.ofAccount(id),
      delegations.list({ subject: id, live: true, limit: MOST }),
      standing.ofAccount(id),
    ]);
    return {
      sessions: counted(some(signedIn)),
      delegations: counted(some(live.items, live.next !== undefined)),
      standingApprovals: counted(some(given)),
    };
  };

  /** `leaving`: the accounts before it that would be disabled by then. */
  const obstacleOf = async (
    account: Account,
    leaving: readonly string[],
    permitted: (account: Account) => boolean,
  ): Promise<DisableObstacle | undefined> => {
    if (!permitted(account)) return 'administrator_only';
    try {
      await accounts.checkDisable(account.id, leaving);
      return undefined;
    } catch (error) {
      if (!isDomainError(error) || error.reason !== 'last_administrator') throw error;
      return 'last_administrator';
    }
  };

  const forecast = async (
    id: string,
    leaving: readonly string[],
    permitted: (account: Account) => boolean,
  ): Promise<AccountForecast> => {
    const account = (await accounts.get(id))?.document;
    if (!account) return { account: id, outcome: 'refused', obstacle: 'not_found', ...EMPTY };
    const { username, roles } = account;
    const obstacle = await obstacleOf(account, leaving, permitted);
    if (obstacle !== undefined) return { account: id, username, outcome: 'refused', obstacle, ...EMPTY };
    if (account.state === 'disabled') return { account: id, username, outcome: 'unchanged', ...EMPTY };
    return { account: id, username, outcome: 'disables', roles, ...(await held(id)) };
  };

  return async (ids, permitted) => {
    const forecasts: AccountForecast[] = [];
    const leaving: string[] = [];
    for (const id of new Set(ids)) {
      const one = await forecast(id, leaving, permitted);
      if (one.outcome === 'disables') leaving.push(id);
      forecasts.push(one);
    }
    const left = await offboarding.ifLeft(leaving, MOST + 1);
    return { accounts: forecasts, agents: some(left.agents), groups: some(left.groups) };
  };
};
