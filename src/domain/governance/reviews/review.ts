/**
 * Access reviews: which delegations a person should keep, narrow, transfer or end. Owns reviews and their items (this file), the
 * walk that makes items (review-walk.ts), the registry (review-registry.ts), decisions (review-decisions.ts), and what follows
 * the time (review-jobs.ts).
 *
 * An item is about one delegation that a person gave. Re-delegations below it follow it. Nothing here gives authority, except an undo.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { FindingKind } from '../finding.ts';

/**
 * `preparing`: the server makes the items. `open`: reviewers decide; after `dueAt` the server applies the default. `completed`:
 * every item is decided. `cancelled`: open items stay as they are.
 */
export const REVIEW_STATES = ['preparing', 'open', 'completed', 'cancelled'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** `manager`: the manager of the agent's owner, as a directory names them. Without one: the group of the review, else operators. */
export const REVIEWER_RULES = ['operators', 'manager', 'group'] as const;
export type ReviewerRule = (typeof REVIEWER_RULES)[number];

/** What the server does about items that are not decided in time. */
export const REVIEW_DEFAULTS = ['keep', 'end'] as const;
export type ReviewDefault = (typeof REVIEW_DEFAULTS)[number];

/** Which delegations a review is about: those that fit all members. */
export type ReviewSelection = {
  /** Account or group that owns the agent. */
  readonly owner?: string;
  /** Account for which the agent acts. */
  readonly person?: string;
  readonly agent?: string;
  /** Resource indicator. */
  readonly resource?: string;
  readonly environment?: Environment;
  /** The least risk of the riskiest scope. A scope that no resource server declares fits every risk. */
  readonly risk?: Risk;
  /** Days since the person gave it. */
  readonly olderThanDays?: number;
  /** Days since the last token, or since the person gave it. */
  readonly unusedForDays?: number;
};

/** Ends that were allowed to defaults: how many, and when the first and the last of them. At most 13 entries. */
export type TakenEnds = readonly { readonly from: number; readonly at: number; readonly count: number }[];

export type Review = ReviewSelection & {
  /** `rvw_…` */
  readonly id: string;
  readonly name: string;
  readonly state: ReviewState;
  readonly reviewers: ReviewerRule;
  /** Group of the rule `group`, or that decides where the rule `manager` finds no manager. */
  readonly group?: string;
  /** Whether owners may decide about their own agents. */
  readonly ownerDecides: boolean;
  readonly default: ReviewDefault;
  /** Days from the creation to `dueAt`. */
  readonly dueInDays: number;
  /** From when on the default applies to open items. */
  readonly dueAt: number;
  /** When administrators hear of items that are not decided. Absent: they did. */
  readonly escalateAt?: number;
  readonly escalatedAt?: number;
  /** The server begins the next review so many days after this one. */
  readonly repeatDays?: number;
  /** When it begins the next one. Absent: it has, or there is none. */
  readonly nextAt?: number;
  /** Items that were made. */
  readonly items: number;
  /** Delegations that were read. */
  readonly read: number;
  /** Up to where the walk has read, while the items are made. */
  readonly place?: { readonly value: number; readonly id: string };
  /** An administrator allowed the default `end` for more than MOST_ENDED_SHARE of the items in an hour. */
  readonly isConfirmed?: true;
  /** How many delegations its default may have ended within the last hour. */
  readonly taken?: TakenEnds;
  readonly completedAt?: number;
  /** Lock of the process that works at it. */
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
};

/** Share of a review's items that its default ends within an hour; at least one. All reviews together: see review-allowance.ts. */
export const MOST_ENDED_SHARE = 0.05;
/** Reviews that are prepared or open at a time. */
export const MOST_OPEN_REVIEWS = 100;
/** Limits and usual values of the settings, in days. */
export const DUE_DAYS = { least: 1, most: 90, usual: 14 } as const;
export const REPEAT_DAYS = { least: 7, most: 366 } as const;
/** A scope is unused when no token carried it for so many days. */
export const UNUSED_DAYS = 90;
/** How long a review and its items are kept after the review was due. The audit log has all decisions. */
export const KEPT_SECONDS = 400 * 86_400;

export const REVIEWS = {
  name: 'reviews',
  holds: 'one access review: which delegations it is about, who decides, and until when',
  prefixes: ['rvw'],
  events: ['review'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'it was due 400 days ago' },
  transfer: 'neither',
  indexes: [
    { fields: ['createdAt'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['state', 'dueAt'] },
    { fields: ['escalateAt'] },
    { fields: ['nextAt'] },
  ],
  expiresAt: 'expiresAt',
  members: ['name', 'state', 'reviewers', 'default', 'dueAt', 'items', 'createdAt'],
} as const satisfies OwnedCollection;

/** `transfer`: the agent is offered to another owner, who accepts it. */
export const ITEM_DECISIONS = ['keep', 'narrow', 'transfer', 'end'] as const;
export type ItemDecision = (typeof ITEM_DECISIONS)[number];

/**
 * `offered`: the agent was offered to another owner, who has not accepted it. `transferred`: they have. `over`: the delegation
 * ended before a decision. `undone`: a person undid the end.
 */
export const ITEM_STATES = ['open', 'kept', 'narrowed', 'offered', 'transferred', 'ended', 'over', 'undone'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

export const STATE_AFTER = {
  keep: 'kept',
  narrow: 'narrowed',
  transfer: 'offered',
  end: 'ended',
} as const satisfies Record<ItemDecision, ItemState>;

/** What became of the last offer of an item. `withdrawn`: also one that was declined, or replaced by another one. */
export const OFFER_STATES = ['offered', 'accepted', 'withdrawn', 'lapsed'] as const;
/** An offer of a review ends after so many days. */
export const OFFER_DAYS = 14;

export type ReviewItem = {
  /** Derived from review and delegation: any number of processes make one. */
  readonly id: string;
  readonly review: string;
  readonly delegation: string;
  /** Account on whose behalf the agent acts. */
  readonly subject: string;
  readonly agent: string;
  /** Name and owner of the agent when the item was made. */
  readonly agentName: string;
  readonly owner: string;
  readonly environment: Environment;
  readonly resource: string;
  readonly scope: readonly string[];
  /** Of the riskiest scope. Absent: no resource server declares the scopes. */
  readonly risk?: Risk;
  /** When the person gave it. */
  readonly givenAt: number;
  readonly endsAt: number;
  /** When a token came from it last. Absent: not known. */
  readonly lastUsedAt?: number;
  /** Scopes that no token carried since `unusedFrom`. */
  readonly unusedScopes: readonly string[];
  /** At most UNUSED_DAYS before the item was made; later where the server has watched for less time. */
  readonly unusedFrom: number;
  /** Kinds of open findings about the agent. */
  readonly findings: readonly FindingKind[];
  /** The owner of the agent is gone. */
  readonly isOwnerGone?: true;
  /** Account or group that decides. Absent: operators. They can decide in any case. */
  readonly reviewer?: string;
  /** Who handed it to this reviewer. */
  readonly assignedBy?: string;
  readonly state: ItemState;
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  readonly reason?: string;
  /** The server decided by the default of the review. */
  readonly isDefault?: true;
  /** Scopes that the decision removed. */
  readonly removed?: readonly string[];
  /** Account or group to which the agent was offered. */
  readonly newOwner?: string;
  /** Where the offer to `newOwner` stands. An item with one that is withdrawn or lapsed is open again. */
  readonly offer?: (typeof OFFER_STATES)[number];
  /** Present while the effect of the decision may not be stored. */
  readonly unfinishedAt?: number;
  /** The decision ended the delegation. Absent: someone else had ended it first. */
  readonly isEnd?: true;
  readonly undoneBy?: string;
  /** When an undo came to nothing, because something else was decided before it took effect. The end stands. */
  readonly undoRefusedAt?: number;
  /** The delegation that an undo made. */
  readonly newDelegation?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
};

export const REVIEW_ITEMS = {
  name: 'review_items',
  holds: 'one delegation in an access review, and what was decided about it',
  prefixes: ['rvi'],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'its review was due 400 days ago' },
  transfer: 'neither',
  indexes: [
    { fields: ['createdAt'] },
    { fields: ['review', 'createdAt'] },
    { fields: ['review', 'state', 'createdAt'] },
    { fields: ['reviewer', 'state', 'createdAt'] },
    { fields: ['review', 'decidedAt'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['unfinishedAt'] },
  ],
  expiresAt: 'expiresAt',
  members: ['review', 'delegation', 'subject', 'agent', 'state', 'createdAt'],
} as const satisfies OwnedCollection;
