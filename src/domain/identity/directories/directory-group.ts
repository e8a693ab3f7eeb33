/** Groups of a directory and their members. Each membership is one document, so that a change of one member writes one. */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** A group as its directory has it. The allow-list of the directory says to which group here it maps. */
export type DirectoryGroup = {
  /** `dgr_…` */
  readonly id: string;
  readonly directory: string;
  readonly displayName: string;
  /** Its name in the form in which names are compared. Unique in a directory. */
  readonly foldedName: string;
  readonly externalId?: string;
  readonly memberCount: number;
  /** Since when a change of members is under way. It stays after a crash: then `memberCount` is not known. */
  readonly changingFrom?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const DIRECTORY_GROUPS = {
  name: 'directory_groups',
  holds: 'one group of a directory',
  prefixes: ['dgr'],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the directory deletes the group' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['directory', 'foldedName'], unique: true },
    { fields: ['directory', 'createdAt'] },
    { fields: ['directory', 'externalId'] },
    { fields: ['createdAt'] },
  ],
  members: ['directory', 'displayName', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** An account is in a group of its directory. */
export type DirectoryMembership = {
  /** Ids of group and account with a colon between them. */
  readonly id: string;
  readonly group: string;
  readonly account: string;
};

export const membershipId = (group: string, account: string): string => `${group}:${account}`;

export const DIRECTORY_MEMBERSHIPS = {
  name: 'directory_memberships',
  holds: 'one account in one group of its directory',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'registry',
    once: 'the directory removes the member, the user or the group, or an administrator takes the account from it',
  },
  transfer: 'gives authority',
  indexes: [{ fields: ['group'] }, { fields: ['account'] }],
  members: ['group', 'account'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
