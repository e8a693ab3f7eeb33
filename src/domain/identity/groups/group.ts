import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** Accounts that own agents together: each of them may do what an owner does. */
export type Group = {
  /** `grp_…` */
  readonly id: string;
  /** Unique, as written. */
  readonly name: string;
  /** Ids of accounts, at least two. */
  readonly members: readonly string[];
  /**
   * Accounts that are no longer members, with the time each last left, newest first; at most 448. They may still hold
   * keys of its agents (`membersSince`).
   */
  readonly formerMembers?: readonly { readonly account: string; readonly leftAt: number }[];
  /** Before this second, more accounts left than are recorded. */
  readonly leftUnknownUntil?: number;
  /** The second from which each member is an owner, for those who were not there from the beginning. */
  readonly joinedAt?: Readonly<Record<string, number>>;
  /** Agents that it accepted before this second have no owner, since no member from that time was left. */
  readonly answersFrom?: number;
  /** The look-alike key of its name (display-names/skeleton.ts): no two groups have names that look alike. */
  readonly nameKey?: string;
  /**
   * Its name in the form in which usernames are compared (owner-names.ts). Absent: a group from before this was
   * stored.
   */
  readonly foldedName?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const GROUPS = {
  name: 'groups',
  holds: 'one group of accounts that own agents together',
  prefixes: ['grp'],
  events: ['group'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'agents and the audit log name it as an owner' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['name'], unique: true },
    { fields: ['nameKey'], unique: true },
    { fields: ['foldedName'], unique: true },
    { fields: ['createdAt'] },
    { fields: ['members', 'createdAt'] },
  ],
  lists: ['members'],
  members: ['name', 'members', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export const isGroupId = (owner: string): boolean => owner.startsWith('grp_');
