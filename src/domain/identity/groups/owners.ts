import type { Found } from '../../ports/document-store.ts';
import type { Account } from '../accounts/account.ts';
import { type Group, isGroupId } from './group.ts';
import { membersSince } from './membership.ts';

type Answered = { readonly owner: string; readonly acceptedAt?: number; readonly createdAt: number };

/** Resolves an owner, which is an account or a group, to accounts. Reads the registries on each call. */
export interface Owners {
  /**
   * Since when the owner has had an active account without a gap. Undefined: it has none, or there is no such owner.
   * `leaving`: accounts that are treated as disabled.
   */
  answersFrom(owner: string, leaving?: readonly string[]): Promise<number | undefined>;
  /** Whether there is an active account with this id, or a group with an active member. */
  isActive(owner: string): Promise<boolean>;
  /** Whether an account is the owner, or a member of it. Does not check whether the account is active. */
  answersFor(owner: string, account: string): Promise<boolean>;
  /** The accounts behind an owner at `since` or later: itself, or members of the group; see `membersSince`. */
  accountsSince(owner: string, since: number): Promise<readonly string[] | undefined>;
  /** Since when an account has been a member of an owner without a gap; 0: from the beginning. */
  memberSince(owner: string, account: string): Promise<number>;
  /**
   * Whether the owner has an active account now, and has had one since it accepted the agent. `leaving`: as for
   * `answersFrom`.
   */
  answerFor(answered: Answered, leaving?: readonly string[]): Promise<boolean>;
}

export const ownersOf = ({
  accounts,
  groups,
}: {
  readonly accounts: {
    get(id: string): Found<Account>;
    getMany(ids: readonly string[]): Promise<readonly Account[]>;
  };
  readonly groups: { get(id: string): Found<Group> };
}): Owners => {
  const answersFrom = async (owner: string, leaving: readonly string[] = []): Promise<number | undefined> => {
    if (leaving.includes(owner)) return undefined;
    if (!isGroupId(owner)) {
      const account = (await accounts.get(owner))?.document;
      // Set when an account is disabled: enabling it again restores nothing that it owned (LC-06).
      return account?.state === 'active' ? (account.tokensValidFrom ?? 0) : undefined;
    }
    const group = (await groups.get(owner))?.document;
    if (!group) return undefined;
    const members = await accounts.getMany(group.members);
    return members.some(({ id, state }) => !leaving.includes(id) && state === 'active')
      ? (group.answersFrom ?? 0)
      : undefined;
  };

  return {
    answersFrom,

    isActive: async (owner): Promise<boolean> => (await answersFrom(owner)) !== undefined,

    async answersFor(owner, account): Promise<boolean> {
      if (!isGroupId(owner)) return owner === account;
      return (await groups.get(owner))?.document.members.includes(account) ?? false;
    },

    async accountsSince(owner, since): Promise<readonly string[] | undefined> {
      if (!isGroupId(owner)) return [owner];
      const group = (await groups.get(owner))?.document;
      return group ? membersSince(group, since) : [];
    },

    async memberSince(owner, account): Promise<number> {
      const group = isGroupId(owner) ? (await groups.get(owner))?.document : undefined;
      if (!group) return 0;
      const { tokensValidFrom = 0 } = (await accounts.get(account))?.document ?? {};
      return Math.max(group.answersFrom ?? 0, group.joinedAt?.[account] ?? 0, tokensValidFrom);
    },

    async answerFor({ owner, acceptedAt, createdAt }, leaving): Promise<boolean> {
      const from = await answersFrom(owner, leaving);
      return from !== undefined && (acceptedAt ?? createdAt) >= from;
    },
  };
};

/** Maximum number of groups of one account that are examined to list its agents. */
const MOST_GROUPS = 50;

/** The owners whose agents an account owns: itself and its groups. */
export const partiesOf = async (
  groups: { ofAccount(account: string): Promise<readonly Pick<Group, 'id'>[]> },
  account: string,
): Promise<readonly string[]> => [
  account,
  ...(await groups.ofAccount(account)).slice(0, MOST_GROUPS).map(({ id }) => id),
];
