import type { Collection, Cursor } from '../ports/document-store.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditRecord } from './audit-record.ts';

/** Which events: all conditions hold at once. Each names one index member. */
export type AuditFilters = {
  readonly type?: string;
  readonly subject?: string;
  readonly agent?: string;
  readonly caller?: string;
  readonly txn?: string;
  readonly delegation?: string;
  readonly tokenId?: string;
  /** Milliseconds since the epoch, both ends inclusive. */
  readonly fromMillis?: number;
  readonly toMillis?: number;
  /** By time, then by record id. Default: newest first. */
  readonly direction?: 'ascending' | 'descending';
  /** `next` of the page before. */
  readonly after?: Cursor;
  /** 1..1000, default 100. */
  readonly limit?: number;
};

/** A recorded event to be read: its place, and the event with those personal values that were not erased. */
export type AuditEntry = {
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly hash: string;
  readonly event: AuditEvent;
  /** Names of personal values that were erased; absent when none was. */
  readonly erased?: readonly string[];
};

export type AuditPage = { readonly entries: readonly AuditEntry[]; readonly next?: Cursor };

const CONDITIONS = ['type', 'subject', 'agent', 'caller', 'txn', 'delegation', 'tokenId'] as const;

/** One page by time. `next` is absent on the last page. */
export const listEvents = async (records: Collection<AuditRecord>, filters: AuditFilters): Promise<AuditPage> => {
  const limit = filters.limit ?? 100;
  const where: Record<string, string> = {};
  for (const name of CONDITIONS) {
    const value = filters[name];
    if (value !== undefined) where[name] = value;
  }
  const { fromMillis, toMillis } = filters;
  const found = await records.find({
    where,
    ...(fromMillis === undefined && toMillis === undefined
      ? {}
      : {
          range: {
            field: 'at',
            ...(fromMillis === undefined ? {} : { gte: fromMillis }),
            ...(toMillis === undefined ? {} : { lte: toMillis }),
          },
        }),
    order: { by: 'at', direction: filters.direction ?? 'descending' },
    ...(filters.after ? { after: filters.after } : {}),
    limit,
  });
  const end = found.at(-1)?.document;
  return {
    entries: found.map(({ document }) => entryOf(document)),
    ...(end && found.length === limit ? { next: { value: end.at, id: end.id } } : {}),
  };
};

const entryOf = (record: AuditRecord): AuditEntry => {
  const { personal, ...event } = record.event;
  const names = Object.keys(personal ?? {});
  const kept = Object.entries(record.erasable ?? {}).map(([name, { value }]) => [name, value]);
  const erased = names.filter((name) => !Object.hasOwn(record.erasable ?? {}, name));
  return {
    id: record.id,
    stream: record.stream,
    sequence: record.sequence,
    at: record.at,
    hash: record.hash,
    event: kept.length > 0 ? { ...event, personal: Object.fromEntries(kept) } : event,
    ...(erased.length > 0 ? { erased } : {}),
  };
};
