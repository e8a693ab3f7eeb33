import type { Account } from '../accounts/account.ts';
import type { Group } from './group.ts';

type Membership = Pick<Group, 'members' | 'formerMembers' | 'leftUnknownUntil' | 'joinedAt'>;

/** Maximum number of former members. With the current members it is the maximum that one approval stores. */
const MOST_FORMER = 448;

/** The group with other members, and a record of who joined and left. `now`: epoch seconds. */
export const withMembers = <T extends Membership>(group: T, members: readonly string[], now: number): T => {
  const { formerMembers: before = [], leftUnknownUntil, joinedAt: joinedBefore = {}, ...rest } = group;
  const joined = members.flatMap((account) => {
    // From the next second on: consents of this second were given to the members before the change.
    const at = group.members.includes(account) ? joinedBefore[account] : now + 1;
    return at === undefined ? [] : [[account, at] as const];
  });
  const leaving = group.members.filter((account) => !members.includes(account));
  const all = [
    ...leaving.map((account) => ({ account, leftAt: now })),
    ...before.filter(({ account }) => !members.includes(account) && !leaving.includes(account)),
  ];
  const [kept, [forgotten]] = [all.slice(0, MOST_FORMER), all.slice(MOST_FORMER)];
  const unknownUntil = forgotten?.leftAt ?? leftUnknownUntil;
  return {
    ...rest,
    members,
    ...(joined.length > 0 ? { joinedAt: Object.fromEntries(joined) } : {}),
    ...(kept.length > 0 ? { formerMembers: kept } : {}),
    ...(unknownUntil === undefined ? {} : { leftUnknownUntil: unknownUntil }),
  } as unknown as T;
};

/**
 * The accounts that are members, or were members at `since` (epoch seconds) or later. Undefined: so many have left
 * since that not all are known.
 */
export const membersSince = (
  { members, formerMembers = [], leftUnknownUntil }: Membership,
  since: number,
): readonly string[] | undefined => {
  if (leftUnknownUntil !== undefined && leftUnknownUntil >= since) return undefined;
  return [...members, ...formerMembers.filter(({ leftAt }) => leftAt >= since).map(({ account }) => account)];
};

/**
 * Since when, without a gap, the group has had a member who is still in it; 0: from the beginning. Earlier consents
 * were given to accounts that have all left. Infinity: no active account is in it. `accounts`: its members.
 */
export const heldSince = (
  { members, joinedAt = {}, answersFrom = 0 }: Pick<Group, 'members' | 'joinedAt' | 'answersFrom'>,
  accounts: ReadonlyMap<string, Pick<Account, 'state' | 'tokensValidFrom'>>,
): number => {
  const since = members.flatMap((id) => {
    const account = accounts.get(id);
    // An account that was disabled returns as a new member.
    return account?.state === 'active' ? [Math.max(joinedAt[id] ?? 0, account.tokensValidFrom ?? 0)] : [];
  });
  return Math.max(answersFrom, Math.min(Number.POSITIVE_INFINITY, ...since));
};
