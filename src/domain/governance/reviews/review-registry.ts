/** The registry of access reviews and their items. Owns REVIEWS and REVIEW_ITEMS, together with the files beside it. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import {
  type By,
  type Page,
  type PageQuery,
  placeIn,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { type Identifiers, idMadeOf } from '../../ports/identifiers.ts';
import {
  DUE_DAYS,
  ITEM_STATES,
  type ItemState,
  KEPT_SECONDS,
  MOST_OPEN_REVIEWS,
  REVIEWS,
  type Review,
  type ReviewItem,
  type ReviewSelection,
  type ReviewState,
} from './review.ts';
import type { ReviewItems } from './review-items.ts';
import { reviewRefusal } from './review-refusals.ts';

const DAY = 86_400;
/** Administrators hear of open items when this share of the time is left. */
const ESCALATED_SHARE = 0.25;
/** Most items of a state that are counted. */
export const MOST_COUNTED = 1000;
const OLDEST_FIRST = { by: 'createdAt', direction: 'ascending' } as const;

export type NewReview = ReviewSelection &
  Pick<Review, 'name'> &
  Partial<Pick<Review, 'reviewers' | 'group' | 'ownerDecides' | 'default' | 'dueInDays' | 'repeatDays'>>;

export type ItemQuery = Omit<PageQuery, 'order'> & {
  readonly review?: string;
  readonly state?: ItemState;
  /** Only items that one of these accounts and groups decides. Needs `state`. */
  readonly reviewers?: readonly string[];
};

/** Items by state, each counted up to MOST_COUNTED. */
export type ItemCounts = Readonly<Record<ItemState, number>>;

export interface ReviewRegistry {
  get(id: string): Promise<Versioned<Review> | undefined>;
  /** Newest first. */
  list(query: PageQuery & { readonly state?: ReviewState }): Promise<Page<Review>>;
  /**
   * Begins a review; the server makes its items in the background. Throws 'invalid_field' for a group that does not exist or is missing, and
   * 'conflict' when too many are open.
   */
  create(given: NewReview, by: By): Promise<Versioned<Review>>;
  /** Open items stay as they are; what was decided stays decided. Throws 'not_found' and 'conflict'. */
  cancel(id: string, by: By): Promise<Versioned<Review>>;
  /** Lets the default `end` apply to all open items at once when the review is due. Throws 'precondition_failed' and 'conflict'. */
  confirmDefault(id: string, expected: number | undefined, by: By): Promise<Versioned<Review>>;
  /** Begins the next review of one that repeats. Idempotent. */
  repeat(review: Versioned<Review>): Promise<void>;
  getItem(id: string): Promise<Versioned<ReviewItem> | undefined>;
  /** In the order in which they were made. With `reviewers`, items of cancelled reviews are left out: a page may be shorter. */
  listItems(query: ItemQuery): Promise<Page<ReviewItem>>;
  count(review: string): Promise<ItemCounts>;
}

export const reviewRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly items: ReviewItems;
  readonly owners: Pick<Owners, 'isActive'>;
}): ReviewRegistry => {
  const { documents, audit, clock, identifiers, owners } = deps;
  const collection = documents.collection<Review>(REVIEWS);
  const items = deps.items.collection;
  const documentsOf = registeredDocuments<Review>({
    ...{ collection, kind: 'review', audit, clock },
    derived: ['lockedBy', 'lockedUntil', 'expiresAt'],
  });

  const openReviews = async (): Promise<number> => {
    const open = await Promise.all(
      (['preparing', 'open'] as const).map((state) => collection.find({ where: { state }, limit: MOST_OPEN_REVIEWS })),
    );
    return open.flat().length;
  };

  const find = async ({ review, state, reviewers, limit = 50, after }: ItemQuery) => {
    const one = (where: Readonly<Record<string, string>>) =>
      items.find({ where, order: OLDEST_FIRST, limit: limit + 1, ...(after ? { after } : {}) });
    const of = review === undefined ? {} : { review };
    if (!reviewers) return one({ ...of, ...(state === undefined ? {} : { state }) });
    const wanted = state ?? 'open';
    const all = (await Promise.all(reviewers.map((reviewer) => one({ ...of, reviewer, state: wanted })))).flat();
    return all.sort(
      ({ document: a }, { document: b }) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    );
  };

  /** Without items of reviews that ended: no one decides about them any more. */
  const ofOpenReviews = async (page: readonly Versioned<ReviewItem>[]) => {
    const found = await collection.getMany([...new Set(page.map(({ document }) => document.review))]);
    const ended = new Set(found.flatMap(({ document: { id, state } }) => (state === 'cancelled' ? [id] : [])));
    return page.filter(({ document: { review } }) => !ended.has(review));
  };

  return {
    get: (id) => collection.get(id),

    list: ({ state, ...query }) => documentsOf.list({ state }, query),

    async create(given, by) {
      const { reviewers = 'operators', group, ownerDecides = false, dueInDays = DUE_DAYS.usual, repeatDays } = given;
      const isThere = group !== undefined && isGroupId(group) && (await owners.isActive(group));
      if (group === undefined ? reviewers === 'group' : !isThere)
        throw reviewRefusal('review_group_missing', { field: '/group' });
      if ((await openReviews()) >= MOST_OPEN_REVIEWS)
        throw reviewRefusal('reviews_exceeded', { params: { most: MOST_OPEN_REVIEWS } });
      const review = newReview(
        identifiers.newId('rvw'),
        { ...given, ownerDecides, reviewers, dueInDays },
        by,
        clock.now(),
      );
      return documentsOf.insert({ ...review, ...repeating(repeatDays, clock.now()) }, 'review.created', by);
    },

    cancel: (id, by) =>
      documentsOf.change(id, undefined, 'review.cancelled', by, ({ nextAt: _, escalateAt: __, ...review }) => {
        const { state } = review;
        if (state === 'completed' || state === 'cancelled') throw reviewRefusal('review_over', { params: { state } });
        return { ...review, state: 'cancelled', completedAt: clock.now() };
      }),

    confirmDefault: (id, expected, by) =>
      documentsOf.change(id, expected, 'review.default_confirmed', by, (review) => {
        const { state } = review;
        if (state !== 'open') throw reviewRefusal('review_not_open', { params: { state } });
        if (review.default !== 'end') throw reviewRefusal('review_default_keeps');
        return { ...review, isConfirmed: true };
      }),

    async repeat({ document, version }) {
      const { id, repeatDays, createdBy, createdAt: _, ...settings } = document;
      if (repeatDays === undefined || document.nextAt === undefined) return;
      const next = idMadeOf('rvw', `${id}\nnext`);
      const { nextAt, ...rest } = document;
      if (!(await collection.get(next))) {
        const by: By = { caller: 'system' };
        const made = newReview(next, settings, { caller: createdBy }, clock.now());
        await documentsOf.insert({ ...made, ...repeating(repeatDays, clock.now()) }, 'review.created', by);
      }
      await collection.replace(rest, version);
    },

    getItem: (id) => items.get(id),

    async listItems(query) {
      const { limit = 50 } = query;
      const walked = await find(query);
      const page = walked.slice(0, limit);
      const last = page.at(-1)?.document;
      const shown = query.reviewers ? await ofOpenReviews(page) : page;
      return walked.length > limit && last ? { items: shown, next: placeIn(last, OLDEST_FIRST) } : { items: shown };
    },

    async count(review) {
      const counts = await Promise.all(
        ITEM_STATES.map(async (state) => {
          const found = await items.find({ where: { review, state }, order: OLDEST_FIRST, limit: MOST_COUNTED });
          return [state, found.length] as const;
        }),
      );
      return Object.fromEntries(counts) as ItemCounts;
    },
  };
};

type Settings = Required<Pick<Review, 'reviewers' | 'ownerDecides' | 'dueInDays'>> & NewReview;

const newReview = (id: string, given: Settings, { caller }: By, now: number): Review => {
  const { owner, person, agent, resource, environment, risk, olderThanDays, unusedForDays } = given;
  const { name, reviewers, group, ownerDecides, default: usual = 'keep', dueInDays } = given;
  const dueAt = now + dueInDays * DAY;
  return {
    ...{ id, name, state: 'preparing', reviewers, ownerDecides, default: usual, dueInDays, dueAt },
    ...present({ owner, person, agent, resource, environment, risk, olderThanDays, unusedForDays, group }),
    escalateAt: dueAt - Math.floor(dueInDays * DAY * ESCALATED_SHARE),
    ...{ items: 0, read: 0, createdBy: caller, createdAt: now, updatedAt: now, expiresAt: dueAt + KEPT_SECONDS },
  };
};

const repeating = (repeatDays: number | undefined, now: number): Pick<Review, 'repeatDays' | 'nextAt'> =>
  repeatDays === undefined ? {} : { repeatDays, nextAt: now + repeatDays * DAY };

/** Only the members that have a value. */
const present = <T extends object>(members: T): { readonly [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: NonNullable<T[K]>;
  };
