import type { AuditLog } from '../audit/audit-event.ts';
import { DELIVERIES, type DeadLetter, type Delivery, TARGET_KINDS } from '../platform/outbox/delivery.ts';
import { GIVE_UP_SECONDS, type Outbox } from '../platform/outbox/outbox.ts';
import { documentRefusal } from '../platform/registries/document-refusals.ts';
import type { By, Page, PageQuery } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type Cursor, type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
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
  /**
   * Puts all of them back, or those for one recipient: the newest 500, each with its own audit event. `kept`: mails whose
   * link has expired. `more`: there are others; the same call goes on with them.
   */
  retryAll(
    asked: { readonly to?: string },
    by: By,
  ): Promise<{ readonly retried: number; readonly kept: number; readonly more: boolean }>;
}

/** Dead letters that one call puts back. */
const MOST_AT_ONCE = 500;
/** Dead letters that one call reads, to find those for one recipient. */
const MOST_READ = 10_000;
const PAGE = 200;

export const deadLetters = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'wake'>;
}): DeadLetters => {
  const { documents, audit, clock, outbox } = deps;
  const deliveries = documents.collection<Delivery>(DELIVERIES);
  const missing = (): DomainError => documentRefusal('document_not_found', { params: { kind: 'dead letter' } });

  const pageOf = (limit: number, after: Cursor | undefined): Promise<readonly Versioned<Delivery>[]> =>
    deliveries.find({
      where: { state: 'dead' },
      order: { by: 'createdAt', direction: 'descending' },
      limit,
      ...(after ? { after } : {}),
    });

  /** Puts one back into the outbox, after its audit event. Returns whether this call did it. */
  const putBack = async ({ id, channel, to, kind, queue }: DeadLetter, by: By): Promise<boolean> => {
    await audit.append({
      type: 'notification.retried',
      outcome: 'done',
      caller: by.caller,
      target: { kind: TARGET_KINDS[channel], id: to },
      inputs: { message: id, kind },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });
    const now = clock.now();
    const again = ({ forgetAt: _, ...dead }: Delivery): Delivery | undefined =>
      dead.state === 'dead'
        ? { ...dead, state: 'waiting', attempts: 0, dueAt: now, giveUpAt: now + GIVE_UP_SECONDS }
        : undefined;
    if ((await update(deliveries, id, again)) === undefined) return false;
    await outbox.wake(queue);
    return true;
  };

  return {
    async list({ limit = 50, after }): Promise<Page<DeadLetter>> {
      const found = await pageOf(limit + 1, after);
      const items = found.slice(0, limit).filter(isDeadLetter);
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },

    async retry(id, by): Promise<void> {
      const found = (await deliveries.get(id))?.document;
      if (found?.state !== 'dead') throw missing();
      if (found.isSealed) throw notificationRefusal('mail_link_over');
      if (!(await putBack(found, by))) throw missing();
    },

    async retryAll({ to }, by) {
      let [retried, kept, read] = [0, 0, 0];
      let after: Cursor | undefined;
      for (;;) {
        const found = await pageOf(PAGE, after);
        for (const { document } of found.filter(isDeadLetter)) {
          if (to !== undefined && document.to !== to) continue;
          if (retried >= MOST_AT_ONCE) return { retried, kept, more: true };
          if (document.isSealed) kept += 1;
          else if (await putBack(document, by)) retried += 1;
        }
        read += found.length;
        const last = found.at(-1)?.document;
        if (found.length < PAGE || last === undefined) return { retried, kept, more: false };
        if (read >= MOST_READ) return { retried, kept, more: true };
        after = { value: last.createdAt, id: last.id };
      }
    },
  };
};
