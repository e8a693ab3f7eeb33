import type { Collection, Cursor, Versioned } from '../ports/document-store.ts';
import type { AuditEvent } from './audit-event.ts';
import { type AuditRecord, indexMembers } from './audit-record.ts';
import type { Archived } from './beginning.ts';
import type { IndexReader } from './event-search.ts';
import { mismatchesOfPage } from './record-check.ts';
import { type Conditions, meets, SEARCHED_MEMBERS } from './search-terms.ts';

/** Filters of events; all conditions apply together. */
export type AuditFilters = {
  readonly outcome?: AuditEvent['outcome'] | undefined;
  /** An id that the event refers to in any role: one of `AUDIT_IDS`. */
  readonly id?: string | undefined;
  readonly type?: string;
  readonly subject?: string;
  readonly agent?: string;
  readonly caller?: string;
  readonly txn?: string;
  readonly delegation?: string;
  readonly tokenId?: string;
  /** Identifier of the API that the event is about. */
  readonly resource?: string;
  /** Words in the texts of the event (search-terms.ts); all must occur. */
  readonly words?: readonly string[];
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

/** A recorded event for readers: its place, and the event with those personal values that were not erased. */
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
  /** Mismatches of the stored record with its digest, as `mismatchesOf` names them; absent when there are none. */
  readonly mismatches?: readonly string[];
};

export type AuditPage = {
  readonly entries: readonly AuditEntry[];
  readonly next?: Cursor;
  /** Events that meet the filters may be in an archive only. */
  readonly archived?: Archived;
};

const CONDITIONS = ['type', 'subject', 'agent', 'caller', 'txn', 'delegation', 'tokenId'] as const;

/** Members that hold an id, each with an index. */
const AUDIT_IDS = [
  'subject',
  'agent',
  'caller',
  'txn',
  'delegation',
  'tokenId',
  'decision',
  'denial',
  'approval',
  'target',
] as const satisfies readonly (keyof AuditRecord)[];

type Where = Readonly<Record<string, string | true>>;

/**
 * Maximum number of records read for one page where an index does not cover all conditions. A page may then be shorter
 * than requested.
 */
const MOST_READ = 2_000;
const AT_A_TIME = 200;

/**
 * One page by time. `next` is absent on the last page. Conditions that one index of the records covers are a query to the
 * store. Every other combination goes to the search index, except with the id of one transaction, delegation, token,
 * decision, denial or approval, which few events have. Then, and while the search index is behind, the reads are limited: a page may be
 * shorter than requested and still have a next one.
 */
export const listEvents = async (
  records: Collection<AuditRecord>,
  filters: AuditFilters,
  index?: IndexReader,
): Promise<AuditPage> => {
  const { limit = 100, direction = 'descending', fromMillis, toMillis } = filters;
  if (index && (await isForSearch(records, filters))) {
    const { after } = filters;
    const conditions = conditionsOf(filters);
    const result = await index.search({ conditions, direction, fromMillis, toMillis, after, limit });
    if (result) return pageOf(records, result.found, result.isMore ? result.found.at(-1) : undefined);
  }
  const { sources, fits } = planOf(filters);
  const find = (where: Where, after: Cursor | undefined, most: number) =>
    records.find({
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
      order: { by: 'at', direction },
      ...(after ? { after } : {}),
      limit: most,
    });

  const [only] = sources;
  if (only && sources.length === 1 && fits === undefined) {
    const found = await find(only, filters.after, limit);
    return pageOf(records, found, found.length === limit ? found.at(-1) : undefined);
  }

  const before = ({ document: one }: Stored, { document: other }: Stored): number =>
    (one.at - other.at || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)) * (direction === 'ascending' ? 1 : -1);
  const found: Stored[] = [];
  let after = filters.after;
  for (let read = 0; read < MOST_READ; ) {
    const parts = await Promise.all(sources.map((where) => find(where, after, AT_A_TIME)));
    read += parts.reduce((sum, part) => sum + part.length, 0);
    // The page is complete up to the end of the part that was cut off first.
    const end = parts.flatMap((part) => (part.length === AT_A_TIME ? part.slice(-1) : [])).sort(before)[0];
    const auditRecords = [...new Map(parts.flat().map((record) => [record.document.id, record])).values()].sort(before);
    for (const record of auditRecords) {
      if (end && before(record, end) > 0) break;
      if (fits?.(record.document) === false) continue;
      if (found.length === limit) return pageOf(records, found, found.at(-1));
      found.push(record);
    }
    if (!end) return pageOf(records, found, undefined);
    after = { value: end.document.at, id: end.document.id };
  }
  return { ...(await pageOf(records, found, undefined)), ...(after ? { next: after } : {}) };
};

const CONDITIONS_OF_FEW = ['txn', 'delegation', 'tokenId'] as const;
const ROLES_OF_FEW = ['txn', 'delegation', 'tokenId', 'decision', 'denial', 'approval'] as const;

const conditionsOf = (filters: AuditFilters): Conditions => ({
  ...Object.fromEntries([...SEARCHED_MEMBERS, 'id'].map((name) => [name, filters[name as keyof AuditFilters]])),
  ...(filters.words ? { words: filters.words } : {}),
});

/** Whether no single index of the records answers the query. */
const isForSearch = async (records: Collection<AuditRecord>, filters: AuditFilters): Promise<boolean> => {
  const { id, outcome, resource, words = [] } = filters;
  if (CONDITIONS_OF_FEW.some((name) => filters[name] !== undefined)) return false;
  const given = CONDITIONS.filter((name) => filters[name] !== undefined).length;
  const others = given + (outcome === undefined ? 0 : 1) + (resource === undefined ? 0 : 1) + words.length;
  if (id === undefined) return others > 1 || resource !== undefined || words.length > 0 || isCommon(outcome);
  if (others === 0) return false;
  const ofFew = await Promise.all(ROLES_OF_FEW.map((name) => records.find({ where: { [name]: id }, limit: 1 })));
  return ofFew.every((found) => found.length === 0);
};

const isCommon = (outcome: AuditFilters['outcome']): boolean => outcome !== undefined && outcome !== 'refused';

/** The indexed queries to the store, and the conditions to check record by record. */
const planOf = (
  filters: AuditFilters,
): { readonly sources: readonly Where[]; readonly fits?: (record: AuditRecord) => boolean } => {
  const { id, outcome, resource, words } = filters;
  const given = CONDITIONS.flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const others: Conditions = {
    ...(outcome === undefined ? {} : { outcome }),
    ...(resource === undefined ? {} : { resource }),
    ...(words === undefined ? {} : { words }),
  };
  const hasOthers = ({ event }: AuditRecord): boolean => meets(event, others);
  if (id !== undefined) {
    return {
      sources: AUDIT_IDS.map((name) => ({ [name]: id })),
      // Checks the event, not its copies for the indexes.
      fits: (record) => {
        const members = indexMembers(record.event);
        return hasOthers(record) && given.every(([name, value]) => members[name] === value);
      },
    };
  }
  if (outcome === 'refused' && given.length === 0 && !resource && !words) return { sources: [{ isRefused: true }] };
  const sources = [Object.fromEntries(given)];
  return Object.keys(others).length === 0 ? { sources } : { sources, fits: hasOthers };
};

type Stored = Versioned<AuditRecord>;

const pageOf = async (
  records: Collection<AuditRecord>,
  found: readonly Stored[],
  end: Stored | undefined,
): Promise<AuditPage> => {
  const mismatches = await mismatchesOfPage(records, found);
  return {
    entries: found.map(({ document }, at) => entryOf(document, mismatches[at] ?? [])),
    ...(end ? { next: { value: end.document.at, id: end.document.id } } : {}),
  };
};

/** One event by the id of its record; undefined when there is none. */
export const readEvent = async (records: Collection<AuditRecord>, id: string): Promise<AuditEntry | undefined> => {
  const found = await records.get(id);
  if (!found) return undefined;
  const [mismatches = []] = await mismatchesOfPage(records, [found]);
  return entryOf(found.document, mismatches);
};

/** A record for readers, with those personal values that were not erased. */
export const entryOf = (
  record: Pick<AuditRecord, 'id' | 'stream' | 'sequence' | 'at' | 'hash' | 'event' | 'erasable'>,
  mismatches: readonly string[] = [],
): AuditEntry => {
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
    ...(mismatches.length > 0 ? { mismatches } : {}),
  };
};
