import type { AuditLog } from '../audit/audit-event.ts';
import { DELIVERIES, type DeadLetter, type Delivery, TARGET_KINDS } from '../platform/outbox/delivery.ts';
import { GIVE_UP_SECONDS, type Outbox } from '../platform/outbox/outbox.ts';
import { documentRefusal } from '../platform/registries/document-refusals.ts';
import type { By, Page, PageQuery } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import { notificationRefusal } from './notification-refusals.ts';

const isDeadLetter = (found: Versioned<Delivery>): found is Versioned<DeadLetter> => found.document.state === 'dead';

/** Deliveries that were given up: kept for 30 days, and retried at the request of an operator. */
export interface DeadLetters {
  /** One page of dead letters, newest first. */
  list(query: PageQuery): Promise<Page<DeadLetter>>;
  /**
   * Puts a dead letter back into the outbox, with the same id, for as long as a new message. Throws 'not_found', and
   * 'conflict' for a mail whose link has expired.
   */
  retry(id: string, by: By): Promise<void>;
}

export const deadLetters = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'wake'>;
}): DeadLetters => {
  const { documents, audit, clock, outbox } = deps;
  const deliveries = documents.collection<Delivery>(DELIVERIES);
  const missing = (): DomainError => documentRefusal('document_not_found', { params: { kind: 'dead letter' } });

  return {
    async list({ limit = 50, after }): Promise<Page<DeadLetter>> {
      const found = await deliveries.find({
        where: { state: 'dead' },
        order: { by: 'createdAt', direction: 'descending' },
        limit: limit + 1,
        ...(after ? { after } : {}),
      });
      const items = found.slice(0, limit).filter(isDeadLetter);
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },

    async retry(id, by): Promise<void> {
      const found = (await deliveries.get(id))?.document;
      if (found?.state !== 'dead') throw missing();
      if (found.isSealed) throw notificationRefusal('mail_link_over');
      await audit.append({
        type: 'notification.retried',
        outcome: 'done',
        caller: by.caller,
        target: { kind: TARGET_KINDS[found.channel], id: found.to },
        inputs: { message: id, kind: found.kind },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      });
      const now = clock.now();
      const again = ({ forgetAt: _, ...dead }: Delivery): Delivery | undefined =>
        dead.state === 'dead'
          ? { ...dead, state: 'waiting', attempts: 0, dueAt: now, giveUpAt: now + GIVE_UP_SECONDS }
          : undefined;
      if ((await update(deliveries, id, again)) === undefined) throw missing();
      await outbox.wake(found.queue);
    },
  };
};
