/**
 * Directories: systems that create, change and disable accounts here over SCIM (RFC 7643, 7644). Owns which client a directory
 * authenticates as, which accounts are its own, and how many of them it may deactivate in a short time. The language of SCIM
 * is in identity/scim. Called by src/http/scim and by the management API.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** Most deactivations that are counted within ten minutes. No setting raises it. */
export const MOST_COUNTED = 10_000;

/** A directory that provisions accounts here. */
export type Directory = {
  /** `dir_…` */
  readonly id: string;
  readonly name: string;
  /** The OAuth client that it authenticates as. Each client belongs to one directory. */
  readonly client: string;
  /** Whether addresses from it are verified. */
  readonly verifiesEmails: boolean;
  /**
   * It may deactivate or rename so many accounts in ten minutes, or so many percent of its accounts, whichever is more, and
   * never more than 10,000. At one more, both pause.
   */
  readonly mostDeactivations: number;
  readonly mostDeactivationsPercent: number;
  /** It may have so many accounts. Absent: 100,000. */
  readonly mostAccounts?: number;
  /** Name of a group there to name of a group here: the only groups that it gives. Absent: none. */
  readonly groups?: Readonly<Record<string, string>>;
  /** The blueprint of the agents that it creates. Absent: it creates none. */
  readonly agentBlueprint?: string;
  /** Since when its requests are checked only (dry-run.ts). Absent: they are done. */
  readonly dryRunFrom?: number;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const DIRECTORIES = {
  name: 'directories',
  holds: 'one directory that provisions accounts over SCIM',
  prefixes: ['dir'],
  events: ['directory'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'its accounts and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['client'], unique: true }, { fields: ['createdAt'] }],
  members: ['name', 'client', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** An account of a directory: what the directory says about it. */
export type DirectoryAccount = {
  /** Id of the account. */
  readonly id: string;
  readonly directory: string;
  readonly externalId?: string;
  /** Attributes of a User without `id`, `meta`, `userName` and `active`. */
  readonly attributes: { readonly [name: string]: unknown };
  /**
   * Since when a creation or a change of the account is under way. It stays after a crash: the next change then writes all that
   * the directory says, and a record without an account is removed.
   */
  readonly changingFrom?: number;
  /** An administrator gave it to the directory, which has not changed it since. */
  readonly isAssigned?: true;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const DIRECTORY_ACCOUNTS = {
  name: 'directory_accounts',
  holds: 'one account of a directory, with the attributes that the directory sent',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'registry',
    once: 'the directory deletes the user, an administrator takes the account from it, or its creation failed',
  },
  transfer: 'gives authority',
  indexes: [{ fields: ['directory', 'createdAt'] }, { fields: ['directory', 'externalId'] }, { fields: ['createdAt'] }],
  members: ['directory', 'attributes', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

type Deactivation = { readonly account: string; readonly at: number };

/** What a directory did lately, and the pause of its deactivations. */
export type DirectoryActivity = {
  /** Id of the directory. */
  readonly id: string;
  readonly lastContactAt?: number;
  /** Deactivations of the last ten minutes; a change of username counts as one. */
  readonly deactivations: readonly Deactivation[];
  /** How many accounts the directory had at `countedAt`. The percentage applies to it. */
  readonly accountCount?: number;
  readonly countedAt?: number;
  /** Since when deactivations are paused. */
  readonly pausedAt?: number;
  /** Accounts whose deactivation was refused in this pause, oldest first. */
  readonly held: readonly string[];
  /** More were refused than `held` lists. */
  readonly isMoreHeld?: true;
  /** Accounts of the last pause that an administrator let pass, and how many others, until `allowedUntil`. */
  readonly allowedAccounts?: readonly string[];
  readonly allowed?: number;
  readonly allowedUntil?: number;
};

export const DIRECTORY_ACTIVITY = {
  name: 'directory_activity',
  holds: 'the last contact of one directory, and its recent deactivations',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a pause lasts until an administrator ends it' },
  transfer: 'removes authority',
  indexes: [],
  members: ['deactivations', 'held'],
} as const satisfies OwnedCollection;

/** The versions of a resource that a caller accepts (`If-Match`, RFC 7644 §3.14). Undefined: it accepts each. */
export type Versions = readonly string[] | undefined;
