/** Items of reviews in the store: each change is one event, then one swap. */
import { type AuditEvent, type AuditEventType, type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import { REVIEW_ITEMS, type Review, type ReviewItem } from './review.ts';

type ItemEvent = Extract<AuditEventType, `review.item_${string}`>;
type Expected = number | undefined;

export interface ReviewItems {
  readonly collection: Collection<ReviewItem>;
  /** Throws 'not_found', and 'precondition_failed' when the stored version is another. */
  found(id: string, expected: Expected): Promise<Versioned<ReviewItem>>;
  /** Appends the event, then swaps. Throws 'precondition_failed' when another change was faster: a second event says so. */
  swap(
    held: Versioned<ReviewItem>,
    type: ItemEvent,
    by: By,
    next: ReviewItem,
    inputs?: AuditEvent['inputs'],
  ): Promise<Versioned<ReviewItem>>;
  /** Notes that the effect of the decision is stored. */
  finished(id: string, change: Partial<ReviewItem>): Promise<Versioned<ReviewItem>>;
}

export const reviewItems = ({
  documents,
  audit,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): ReviewItems => {
  const collection = documents.collection<ReviewItem>(REVIEW_ITEMS);
  const changed = () => documentRefusal('object_changed', { params: { kind: 'review item' } });
  const missing = () => documentRefusal('document_not_found', { params: { kind: 'review item' } });

  return {
    collection,

    async found(id, expected) {
      const held = await collection.get(id);
      if (!held) throw missing();
      if (expected !== undefined && held.version !== expected) throw changed();
      return held;
    },

    async swap({ document, version }, type, by, change, inputs = {}) {
      const next = { ...change, updatedAt: clock.now() };
      const event: AuditEvent = {
        ...aboutReview(document.review, by),
        ...{ type, outcome: 'done', subject: document.subject, agent: document.agent },
        ...{ delegation: document.delegation, resource: document.resource, owner: document.owner },
        inputs: { item: document.id, ...inputs },
      };
      await audit.append(event);
      if (await collection.replace(next, version)) return { document: next, version: version + 1 };
      await audit.append({ ...event, ...OVER_FIRST });
      throw changed();
    },

    async finished(id, change) {
      const stored = await update(collection, id, ({ unfinishedAt, ...rest }): ReviewItem | undefined =>
        unfinishedAt === undefined ? undefined : { ...rest, ...change },
      );
      if (!stored) throw missing();
      return stored;
    },
  };
};

/** Members of every event about a review. */
export const aboutReview = (review: Review['id'], { caller, request, source }: By) =>
  ({
    ...{ caller, target: { kind: 'review', id: review } },
    ...(request === undefined ? {} : { request }),
    ...(source === undefined ? {} : { personal: { source } }),
  }) satisfies Partial<AuditEvent>;

/** The item before its decision: open again. What became of an offer stays. */
export const undecided = (item: ReviewItem): ReviewItem => {
  const {
    decidedBy: _,
    decidedAt: __,
    reason: ___,
    removed: ____,
    unfinishedAt: _____,
    isDefault: ______,
    ...rest
  } = item;
  return { ...rest, state: 'open' };
};
