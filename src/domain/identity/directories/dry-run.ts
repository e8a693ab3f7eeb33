/**
 * The dry run of a directory: its requests are checked and answered as if they were done, and nothing is written but one entry
 * for each user and group. The entries are the report, and what later requests of the dry run read. Decision 46 says why.
 */
import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type Cursor,
  countDocuments,
  type DocumentStore,
  everyDocument,
  upsert,
  type Versioned,
} from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { RefusalParams } from '../../vocabulary/refusals.ts';
import type { Values } from '../scim/values.ts';
import type { Directory } from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';

/** Entries read at a time, and most bytes of those that one list reads: a group may have thousands of members. */
const AT_ONCE = 100;
const MOST_LISTED_BYTES = 33_554_432;
/** Most entries of one dry run, and how long one stays after the last request about it. */
export const MOST_DRY_RUN_ENTRIES = 10_000;
const DRY_RUN_SECONDS = 7 * 86_400;

/**
 * What a request would do. `link`: it finds an account that an administrator gave to the directory, and changes nothing.
 * `conflict`: another account has the username or address. `refuse`: another refusal.
 */
export const DRY_RUN_OUTCOMES = ['create', 'link', 'change', 'deactivate', 'conflict', 'refuse'] as const;
export type DryRunOutcome = (typeof DRY_RUN_OUTCOMES)[number];

export type DryRunKind = 'user' | 'group';

/** One user or group in a dry run. One with `conflict` or `refuse` is no resource that requests find. */
export type DryRunEntry = {
  /** `dry_…`, or the id of the account that exists. */
  readonly id: string;
  readonly directory: string;
  readonly kind: DryRunKind;
  readonly outcome: DryRunOutcome;
  /** Username or displayName, in the form in which names are compared. */
  readonly foldedName: string;
  readonly externalId?: string;
  /** Of the address, in the form in which addresses are compared. */
  readonly emailKey?: string;
  /** The attributes as they would be. Of a group `members` are ids. */
  readonly values: Values;
  /** Names of the attributes that would change on an account that exists. */
  readonly changed?: readonly string[];
  /** Why it is a conflict or refused. */
  readonly reason?: string;
  readonly detail?: string;
  readonly params?: RefusalParams;
  /** The directory deleted it in the dry run. */
  readonly isGone?: true;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
};

export const DIRECTORY_DRY_RUNS = {
  name: 'directory_dry_runs',
  holds: 'what the dry run of a directory would do with one user or group',
  prefixes: ['dry'],
  events: [],
  consistency: 'majority',
  cached: false,
  expiresAt: 'expiresAt',
  retention: { removedBy: 'sweeper', once: 'no request was about it for 7 days; or an administrator ends the dry run' },
  transfer: 'neither',
  indexes: [
    { fields: ['directory', 'kind', 'foldedName'] },
    { fields: ['directory', 'kind', 'externalId'] },
    { fields: ['directory', 'emailKey'] },
    { fields: ['directory', 'kind', 'createdAt'] },
    { fields: ['directory', 'outcome', 'createdAt'] },
    { fields: ['createdAt'] },
  ],
  members: ['directory', 'kind', 'outcome', 'foldedName', 'values', 'createdAt', 'expiresAt'],
} as const satisfies OwnedCollection;

/** What is stored of a request; times are set when it is stored. */
export type NewDryRunEntry = Omit<DryRunEntry, 'directory' | 'createdAt' | 'updatedAt' | 'expiresAt'>;

/** Entries with which requests of the dry run go on, and the report. Methods but `page` and `counts` leave refused ones out. */
export interface DryRunEntries {
  get(directory: Pick<Directory, 'id'>, kind: DryRunKind, id: string): Promise<Versioned<DryRunEntry> | undefined>;
  /** The account that exists, where the directory deleted it in the dry run. */
  gone(directory: Pick<Directory, 'id'>, id: string): Promise<DryRunEntry | undefined>;
  /** A group by its id alone: the ids of dry runs are unique. */
  groupCalled(id: string): Promise<DryRunEntry | undefined>;
  /** Those of this name, external id or address. */
  having(
    directory: Pick<Directory, 'id'>,
    which:
      | { readonly kind: DryRunKind; readonly foldedName: string }
      | { readonly kind: DryRunKind; readonly externalId: string }
      | { readonly emailKey: string },
  ): Promise<readonly Versioned<DryRunEntry>[]>;
  /** All of a kind, oldest first. Throws 'invalid_field' where it would read more than 32 MiB. */
  all(directory: Pick<Directory, 'id'>, kind: DryRunKind): Promise<readonly Versioned<DryRunEntry>[]>;
  /** Stores an entry. Throws 'forbidden' for one too many. */
  put(directory: Pick<Directory, 'id'>, entry: NewDryRunEntry): Promise<Versioned<DryRunEntry>>;
  drop(id: string): Promise<void>;
  counts(directory: Pick<Directory, 'id'>): Promise<Readonly<Record<DryRunOutcome, number>>>;
  /** Newest first. */
  page(
    directory: Pick<Directory, 'id'>,
    query: { readonly outcome?: DryRunOutcome; readonly limit: number; readonly after?: Cursor },
  ): Promise<{ readonly items: readonly DryRunEntry[]; readonly next?: Cursor }>;
  clear(directory: Pick<Directory, 'id'>): Promise<void>;
}

const isResource = ({ outcome, isGone }: DryRunEntry): boolean =>
  outcome !== 'conflict' && outcome !== 'refuse' && isGone === undefined;

export const dryRunEntries = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): DryRunEntries => {
  const entries: Collection<DryRunEntry> = documents.collection<DryRunEntry>(DIRECTORY_DRY_RUNS);
  const isLive = ({ document }: Versioned<DryRunEntry>): boolean => document.expiresAt > clock.now();

  /** Counted again at the bound only, so that an entry costs one read less. */
  const rooms = new Map<string, number>();
  const takeRoom = async (directory: string): Promise<void> => {
    const known = rooms.get(directory) ?? 0;
    const left = known > 0 ? known : MOST_DRY_RUN_ENTRIES - (await countDocuments(entries, { where: { directory } }));
    if (left <= 0) {
      throw directoryRefusal('directory_dry_run_full', { params: { most: MOST_DRY_RUN_ENTRIES } });
    }
    // Nodes count for themselves: each looks again after some entries.
    rooms.set(directory, Math.min(left, 200) - 1);
  };

  return {
    async get(directory, kind, id) {
      const found = await entries.get(id);
      const isOwn = found?.document.directory === directory.id && found.document.kind === kind;
      return isOwn && isLive(found) && isResource(found.document) ? found : undefined;
    },

    async gone(directory, id) {
      const found = await entries.get(id);
      return found?.document.directory === directory.id && isLive(found) && found.document.isGone
        ? found.document
        : undefined;
    },

    async groupCalled(id) {
      const found = await entries.get(id);
      return found && found.document.kind === 'group' && isLive(found) ? found.document : undefined;
    },

    async having(directory, which) {
      const found = await entries.find({ where: { directory: directory.id, ...which }, limit: 100 });
      return found.filter((one) => isLive(one) && isResource(one.document));
    },

    async all(directory, kind) {
      const found: Versioned<DryRunEntry>[] = [];
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      let bytes = 0;
      for (let after: Cursor | undefined; ; ) {
        const where = { directory: directory.id, kind };
        const page = await entries.find({ where, order, limit: AT_ONCE, ...(after ? { after } : {}) });
        bytes += page.reduce((sum, { document }) => sum + JSON.stringify(document.values).length, 0);
        if (bytes > MOST_LISTED_BYTES) {
          throw directoryRefusal('directory_list_too_long', { params: { most: MOST_DRY_RUN_ENTRIES } });
        }
        found.push(...page.filter((one) => isLive(one) && isResource(one.document)));
        const last = page.at(-1)?.document;
        if (page.length < AT_ONCE || !last) return found;
        after = { id: last.id, value: last.createdAt };
      }
    },

    async put(directory, entry) {
      const now = clock.now();
      if (!(await entries.get(entry.id))) await takeRoom(directory.id);
      await upsert(entries, entry.id, (before) => ({
        ...entry,
        directory: directory.id,
        ...{ createdAt: before?.createdAt ?? now, updatedAt: now, expiresAt: now + DRY_RUN_SECONDS },
      }));
      const stored = await entries.get(entry.id);
      if (!stored) throw directoryRefusal('directory_user_changed');
      return stored;
    },

    async drop(id) {
      await entries.take(id);
    },

    async counts(directory) {
      const of = (outcome: DryRunOutcome) => countDocuments(entries, { where: { directory: directory.id, outcome } });
      const counted = await Promise.all(DRY_RUN_OUTCOMES.map(async (outcome) => [outcome, await of(outcome)] as const));
      return Object.fromEntries(counted) as Record<DryRunOutcome, number>;
    },

    async page(directory, { outcome, limit, after }) {
      const where = { directory: directory.id, ...(outcome === undefined ? {} : { outcome }) };
      const order = { by: 'createdAt', direction: 'descending' } as const;
      const found = await entries.find({ where, order, limit: limit + 1, ...(after ? { after } : {}) });
      const items = found.slice(0, limit).map(({ document }) => document);
      const last = items.at(-1);
      return found.length > limit && last ? { items, next: { id: last.id, value: last.createdAt } } : { items };
    },

    async clear(directory) {
      rooms.delete(directory.id);
      const ids: string[] = [];
      for await (const { id } of everyDocument(entries, { where: { directory: directory.id }, limit: AT_ONCE }))
        ids.push(id);
      for (const id of ids) await entries.take(id);
    },
  };
};
