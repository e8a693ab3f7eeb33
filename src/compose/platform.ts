/** The rooms platform and audit, beyond the foundations: budgets of anonymous requests, keys of others, the outbox. */
import type { Configuration } from '../../config/configuration.ts';
import { type AnonymousEvents, anonymousEvents } from '../domain/audit/anonymous-events.ts';
import { type Outbox, outbox } from '../domain/platform/outbox/outbox.ts';
import { type OpenRecords, openRecords } from '../domain/platform/rate-limits/open-records.ts';
import { type KeysByUrl, keysByUrl } from '../domain/platform/remote-keys/keys-by-url.ts';
import type { Foundations } from './foundations.ts';

export interface PlatformServices {
  /** Events that unauthenticated requests cause, within one daily budget for all of them. */
  readonly anonymous: AnonymousEvents;
  /** Requests that wait for a user, within the budgets of the networks that sent them. */
  readonly open: OpenRecords;
  /** Keys that other servers publish at a URL. */
  readonly keysByUrl: KeysByUrl;
  /** Messages that wait for the delivery worker. */
  readonly outbox: Outbox;
}

export const platformServices = (
  configuration: Configuration,
  { clock, documents, ephemeral, audit, metrics, trustedFetch, opened, nodes }: Foundations,
): PlatformServices => ({
  anonymous: anonymousEvents({
    append: audit.append,
    clock,
    ephemeral,
    perDay: configuration.audit.anonymousEventsPerDay,
  }),
  open: openRecords({
    ephemeral,
    clock,
    limits: configuration.limits,
    room: opened.room,
    processes: nodes.count,
    onEvicted: (kind, count) => metrics.evicted.inc({ kind }, count),
  }),
  keysByUrl: keysByUrl(trustedFetch),
  outbox: outbox({ documents, clock }),
});
