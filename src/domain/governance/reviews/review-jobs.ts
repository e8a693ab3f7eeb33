/**
 * What follows the time in access reviews: makes items, completes decisions that a process did not, tells administrators of open items, applies defaults, and
 * begins reviews that repeat. One process at a time works at a review, under a lock with an end.
 */
import { type AuditEvent, type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { isLockedByOther } from '../../notifications/delivery-runs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { MOST_OPEN_REVIEWS, REVIEWS, type Review } from './review.ts';
import type { ReviewAllowance } from './review-allowance.ts';
import type { ReviewDecisions } from './review-decisions.ts';
import { aboutReview, type ReviewItems } from './review-items.ts';
import type { ReviewOffers } from './review-offers.ts';
import type { ReviewRegistry } from './review-registry.ts';
import type { ReviewWalk } from './review-walk.ts';

/** Each page extends it. After a crash another process goes on when it is over; swaps decide if two work at once. */
const LOCK_SECONDS = 10;
/** Pages of delegations of one poll. */
const MOST_PAGES = 60;
/** Items that one poll decides by default. */
const MOST_DECIDED = 200;
/** Reviews of one kind that one poll works at. */
const MOST_REVIEWS = 20;
const MOST_UNFINISHED = 100;
/** Time for the call itself to complete its decision. */
const GRACE_SECONDS = 10;
/** How soon a process sees that a review is due, or a decision unfinished: five questions to the store, on each node. */
const LATER_SECONDS = 10;
const OLDEST_FIRST = { by: 'createdAt', direction: 'ascending' } as const;

export interface ReviewJobs {
  /** Does what is due, for a bounded time. Called at short intervals, one call at a time. Throws StoreUnavailable. */
  poll(): Promise<void>;
  /** Completes a review whose items are all decided. Idempotent. */
  completeIfDecided(review: string): Promise<void>;
}

export const reviewJobs = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly node: string;
  readonly items: ReviewItems;
  readonly walk: ReviewWalk;
  readonly decisions: () => Pick<ReviewDecisions, 'decideByDefault' | 'finish'>;
  readonly registry: Pick<ReviewRegistry, 'repeat'>;
  readonly allowance: ReviewAllowance;
  readonly offers: ReviewOffers;
  readonly pause: () => Promise<void>;
}): ReviewJobs => {
  const { documents, audit, clock, node, walk, registry, allowance, pause } = deps;
  const reviews = documents.collection<Review>(REVIEWS);
  const items = deps.items.collection;
  let laterAt = 0;

  const stored = async (next: Review, version: number): Promise<Versioned<Review> | undefined> =>
    (await reviews.replace(next, version)) ? { document: next, version: version + 1 } : undefined;

  /** Takes or extends the lock. Undefined: another process works at it, or it changed. */
  const locked = async ({ document, version }: Versioned<Review>): Promise<Versioned<Review> | undefined> => {
    if (isLockedByOther(document, node, clock)) return undefined;
    return stored({ ...document, lockedBy: node, lockedUntil: clock.now() + LOCK_SECONDS }, version);
  };

  /** The event, then the swap. If another change was faster, a second event says so. */
  const recorded = async (
    type: Extract<AuditEvent['type'], `review.${string}`>,
    next: Review,
    version: number,
    inputs: AuditEvent['inputs'] = {},
  ): Promise<boolean> => {
    const event = { ...aboutReview(next.id, { caller: 'system' }), type, outcome: 'done', inputs } as const;
    await audit.append(event);
    const isStored = (await stored({ ...next, updatedAt: clock.now() }, version)) !== undefined;
    if (!isStored) await audit.append({ ...event, ...OVER_FIRST });
    return isStored;
  };

  const unlocked = ({ lockedBy: _, lockedUntil: __, ...review }: Review): Review => review;

  const prepare = async (found: Versioned<Review>): Promise<void> => {
    let held = await locked(found);
    for (let pages = 0; held && pages < MOST_PAGES; pages += 1) {
      const { progress, isDone } = await walk.step(held.document, clock.now());
      const next = { ...held.document, ...progress, updatedAt: clock.now(), lockedUntil: clock.now() + LOCK_SECONDS };
      if (isDone) return opened(next, held.version);
      held = await stored(next, held.version);
      await pause();
    }
  };

  /** From now on reviewers decide. */
  const opened = async (next: Review, version: number): Promise<void> => {
    const { place: _, ...review } = unlocked(next);
    const inputs = { items: review.items, read: review.read, dueAt: review.dueAt, default: review.default };
    const isOpen = await recorded('review.opened', { ...review, state: 'open' }, version, inputs);
    if (isOpen) await jobs.completeIfDecided(review.id);
  };

  const escalate = async ({ document, version }: Versioned<Review>): Promise<void> => {
    const { escalateAt: _, ...review } = document;
    const isOpen = review.state === 'open' && (await isLeft(review.id));
    const next = isOpen ? { ...review, escalatedAt: clock.now() } : review;
    if (!isOpen) return void (await stored(next, version));
    await recorded('review.escalated', next, version, { dueAt: review.dueAt, default: review.default });
  };

  const isAny = async (review: string, state: 'open' | 'offered'): Promise<boolean> =>
    (await items.find({ where: { review, state }, order: OLDEST_FIRST, limit: 1 })).length > 0;
  const isLeft = (review: string): Promise<boolean> => isAny(review, 'open');

  /** Whether the effect of a decision is not stored yet. Where it cannot be, the item is open again. */
  const isUnfinished = async (review: string): Promise<boolean> => {
    const order = { by: 'unfinishedAt', direction: 'ascending' } as const;
    return (
      (await items.find({ where: { review }, range: { field: 'unfinishedAt', gte: 0 }, order, limit: 1 })).length > 0
    );
  };

  /** `together`: how many items all reviews end in an hour. */
  const applyDefault = async (found: Versioned<Review>, together: number): Promise<void> => {
    const { id } = found.document;
    if (!(await isLeft(id))) return jobs.completeIfDecided(id);
    const wanted = await allowance.left(found.document, MOST_DECIDED, together);
    const mine = wanted > 0 ? await locked(found) : undefined;
    if (!mine) return;
    const { granted, counted } = await allowance.take(mine.document, wanted, together);
    if (granted === 0) return;
    // A crash before they are decided costs some of them an hour.
    const held = counted === mine.document ? mine : await stored(counted, mine.version);
    if (!held) return;
    const due = await items.find({ where: { review: id, state: 'open' }, order: OLDEST_FIRST, limit: granted });
    for (const item of due) {
      await deps.decisions().decideByDefault(item, held.document);
      await pause();
    }
    await jobs.completeIfDecided(id);
  };

  const due = (field: 'escalateAt' | 'nextAt' | 'dueAt', where: Readonly<Record<string, string>> = {}) =>
    reviews.find({
      ...{ where, range: { field, lte: clock.now() }, order: { by: field, direction: 'ascending' } },
      // All that are open: one whose hour is used up must not hold up the others.
      limit: field === 'dueAt' ? MOST_OPEN_REVIEWS : MOST_REVIEWS,
    });

  const finishDecisions = async (failures: unknown[]): Promise<void> => {
    const unfinished = await items.find({
      range: { field: 'unfinishedAt', lte: clock.now() - GRACE_SECONDS },
      ...{ order: { by: 'unfinishedAt', direction: 'ascending' }, limit: MOST_UNFINISHED },
    });
    for (const { document } of unfinished) {
      await deps
        .decisions()
        .finish(document)
        .catch((error: unknown) => failures.push(error));
    }
  };

  const jobs: ReviewJobs = {
    async poll() {
      const failures: unknown[] = [];
      /** A review that fails, such as over a damaged document, must not hold up the others. */
      const each = async (
        reading: Promise<readonly Versioned<Review>[]>,
        work: (review: Versioned<Review>) => Promise<void>,
      ): Promise<void> => {
        for (const review of await reading) await work(review).catch((error: unknown) => failures.push(error));
      };
      await each(reviews.find({ where: { state: 'preparing' }, order: OLDEST_FIRST, limit: MOST_REVIEWS }), prepare);
      if (clock.now() >= laterAt) {
        laterAt = clock.now() + LATER_SECONDS;
        await finishDecisions(failures);
        await deps.offers.settle().catch((error: unknown) => failures.push(error));
        await each(due('escalateAt'), escalate);
        const past = await due('dueAt', { state: 'open' });
        const together = allowance.together(past.map(({ document }) => document));
        await each(Promise.resolve(past), (review) => applyDefault(review, together));
        await each(due('nextAt'), registry.repeat);
      }
      if (failures.length > 0) throw failures[0];
    },

    async completeIfDecided(id) {
      const found = await reviews.get(id);
      if (found?.document.state !== 'open' || (await isLeft(id)) || (await isUnfinished(id))) return;
      // An offer may be withdrawn, and its item is open again.
      if (await isAny(id, 'offered')) return;
      const { escalateAt: _, ...review } = unlocked(found.document);
      const next = { ...review, state: 'completed', completedAt: clock.now() } as const;
      await recorded('review.completed', next, found.version, { items: review.items });
    },
  };

  return jobs;
};
