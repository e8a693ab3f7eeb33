import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import type { EndedAmong } from '../../ports/issued-tokens.ts';
import { listId, MOST_LISTS, STATUS_LIST_ENTRIES, type StatusListEntry, windowsAt } from './status-list.ts';
import { afterKind, kindIn } from './token-kind.ts';

/** Tokens that are read at once: a store in this process answers nothing else meanwhile. */
const PAGE = 250;
/** The same, where one token of a kind speaks for the newer ones. */
const SMALLEST_PAGE = 8;

/** What a pass over tokens fills in. */
export type EndedIndexes = {
  /** Whether the end of this index is not known yet. Other indexes are not read. */
  isOpen(list: string, index: number): boolean;
  add(list: string, index: number): void;
};

/**
 * Finds the ended tokens of status lists. Reads the store as it is; throws StoreUnavailable. Where a token of a kind is live, the
 * newer ones of the kind are not read, so that their own revocations must be looked up by `token:id`; `all` reads them too.
 */
export interface TokenStatuses {
  /** Adds the ended tokens of one list. Asks `goesOn` between pages: false ends the read early. */
  inList(list: string, ended: EndedIndexes, options?: ReadOptions): Promise<void>;
  /** Adds the ended tokens that depend on this, written `kind:id`. */
  dependingOn(what: string, ended: EndedIndexes): Promise<void>;
  /** Ids of the lists of a resource server with at least one token, in the windows of unexpired tokens. */
  listsOf(server: string, since: number): Promise<readonly string[]>;
}

export type ReadOptions = { readonly all?: boolean; readonly goesOn?: () => boolean };

export const tokenStatuses = ({
  documents,
  clock,
  endedAmong,
  pause,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly endedAmong: () => EndedAmong;
  /** Between two pages: lets requests, and the log, run. */
  readonly pause: () => Promise<void>;
}): TokenStatuses => {
  const entries = documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES);
  /** The reads about one page may share their answers, as those of one request. */
  const together = <R>(work: () => R): R => (documents.asOneRequest ? documents.asOneRequest(work) : work());

  /** Adds the ended ones of a page. Returns the kinds of those that are live. */
  const readPage = async (
    page: readonly StatusListEntry[],
    among: EndedAmong,
    ended: EndedIndexes,
  ): Promise<ReadonlySet<string>> => {
    const open = page.filter(({ expiresAt, list, id }) => expiresAt > clock.now() && ended.isOpen(list, indexOf(id)));
    if (open.length === 0) return new Set();
    const found = await together(() => among(open.map(({ token, kind }) => ({ token, kind: kindIn(kind) }))));
    for (const { list, id, token } of open) if (found.has(token.id)) ended.add(list, indexOf(id));
    return new Set(open.flatMap(({ kind, token }) => (found.has(token.id) ? [] : [kindIn(kind)])));
  };

  const read = async (
    where: Readonly<Record<string, string>>,
    ended: EndedIndexes,
    { all = false, goesOn = (): boolean => true }: ReadOptions = {},
  ): Promise<void> => {
    const among = endedAmong();
    const order = { by: 'kind', direction: 'ascending' } as const;
    let limit = all ? PAGE : SMALLEST_PAGE;
    let unpaused = 0;
    for (let after: Cursor | undefined; ; ) {
      const found = await entries.find({ where, order, limit, ...(after ? { after } : {}) });
      const page = found.map(({ document }) => document);
      const live = await readPage(page, among, ended);
      const last = page.at(-1);
      if (page.length < limit || !last) return;
      const skips = !all && live.has(kindIn(last.kind));
      after = skips ? { value: afterKind(last.kind), id: '' } : { value: last.kind, id: last.id };
      // As many as hold about twice as many kinds, when most of a page were of few.
      limit = skips ? Math.min(Math.max(live.size * 2, SMALLEST_PAGE), PAGE) : PAGE;
      unpaused += page.length;
      if (unpaused < PAGE) continue;
      unpaused = 0;
      await pause();
      if (!goesOn()) return;
    }
  };

  return {
    inList: (list, ended, options) => read({ list }, ended, options),

    dependingOn: (what, ended) => read({ dependsOn: what }, ended),

    async listsOf(server, since): Promise<readonly string[]> {
      const lists: string[] = [];
      for (const window of windowsAt(clock.now())) {
        for (let number = 0; number < MOST_LISTS; number += 1) {
          const list = listId({ server, window, since, number });
          if ((await entries.find({ where: { list }, limit: 1 })).length === 0) break;
          lists.push(list);
        }
      }
      return lists;
    },
  };
};

const indexOf = (id: string): number => Number(id.slice(id.lastIndexOf('/') + 1));
