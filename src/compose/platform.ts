/** The rooms platform and audit, beyond the foundations: budgets of anonymous requests, keys of others, the outbox. */
import type { Configuration } from '../../config/configuration.ts';
import { type AnonymousEvents, anonymousEvents } from '../domain/audit/anonymous-events.ts';
import { type Outbox, outbox } from '../domain/platform/outbox/outbox.ts';
import { type OpenRecords, openRecords } from '../domain/platform/rate-limits/open-records.ts';
import { type KeysByUrl, keysByUrl } from '../domain/platform/remote-keys/keys-by-url.ts';
import { type Backups, newBackups } from '../domain/platform/server-state/backups.ts';
import type { Foundations } from './foundations.ts';
import { backupFilesIn } from './stores.ts';

export interface PlatformServices {
  /** Events that unauthenticated requests cause, within one daily budget for all of them. */
  readonly anonymous: AnonymousEvents;
  /** Requests that wait for a user, within the budgets of the networks that sent them. */
  readonly open: OpenRecords;
  /** Keys that other servers publish at a URL. */
  readonly keysByUrl: KeysByUrl;
  /** Backups that this server makes. */
  readonly backups: Backups;
  /** Messages that wait for the delivery worker. */
  readonly outbox: Outbox;
}

export const platformServices = (
  configuration: Configuration,
  { clock, documents, ephemeral, audit, metrics, trustedFetch, opened, nodes, folder, log }: Foundations,
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
  backups: newBackups({
    files:
      folder !== undefined && opened.room !== undefined && configuration.stores.document === 'sqlite'
        ? backupFilesIn(folder)
        : undefined,
    store: configuration.stores.document,
    audit,
    clock,
    onFailed: (name, error) => log.error({ event: 'backup.failed', name, err: error }, 'a backup failed'),
  }),
  outbox: outbox({ documents, clock }),
});
