import type { Group } from './group.ts';

type Membership = Pick<Group, 'members' | 'formerMembers' | 'leftUnknownUntil'>;

/** With the members of now as many as one approval keeps. */
const MOST_FORMER = 448;

/** The group with other members, and with those who left it noted. `now`: epoch seconds. */
export const withMembers = <T extends Membership>(group: T, members: readonly string[], now: number): T => {
  const { formerMembers: before = [], leftUnknownUntil, ...rest } = group;
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
    ...(kept.length > 0 ? { formerMembers: kept } : {}),
    ...(unknownUntil === undefined ? {} : { leftUnknownUntil: unknownUntil }),
  } as unknown as T;
};

/**
 * Who is a member, or was one at `since` (epoch seconds) or later. Undefined: so many left since that not all of them are
 * known.
 */
export const membersSince = (
  { members, formerMembers = [], leftUnknownUntil }: Membership,
  since: number,
): readonly string[] | undefined => {
  if (leftUnknownUntil !== undefined && leftUnknownUntil >= since) return undefined;
  return [...members, ...formerMembers.filter(({ leftAt }) => leftAt >= since).map(({ account }) => account)];
};
