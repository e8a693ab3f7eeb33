import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import type { EndedAmong } from '../../ports/issued-tokens.ts';
import { listId, MOST_LISTS, STATUS_LIST_ENTRIES, type StatusListEntry, windowsAt } from './status-list.ts';

/** Tokens that are read at once: a store in this process answers nothing else meanwhile. */
const PAGE = 250;

/** What a pass over tokens fills in. */
export type EndedIndexes = {
  /** Whether the end of this index is not known yet. Other indexes are not read. */
  isOpen(list: string, index: number): boolean;
  add(list: string, index: number): void;
};

/** Finds the ended tokens of status lists. Reads the store as it is; throws StoreUnavailable. */
export interface TokenStatuses {
  /** Adds the ended tokens of one list. Asks `goesOn` between pages: false ends the read early. */
  inList(list: string, ended: EndedIndexes, goesOn?: () => boolean): Promise<void>;
  /** Adds the ended tokens that depend on this, written `kind:id`. */
  dependingOn(what: string, ended: EndedIndexes): Promise<void>;
  /** Ids of the lists of a resource server with at least one token, in the windows of unexpired tokens. */
  listsOf(server: string, since: number): Promise<readonly string[]>;
}

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

  const read = async (
    where: Readonly<Record<string, string>>,
    ended: EndedIndexes,
    goesOn = (): boolean => true,
  ): Promise<void> => {
    const among = endedAmong();
    let page: StatusListEntry[] = [];
    const checkPage = async (): Promise<void> => {
      const found = await together(() => among(page.map(({ token }) => token)));
      for (const { list, id, token } of page) if (found.has(token.id)) ended.add(list, indexOf(id));
      page = [];
    };
    for await (const entry of everyDocument(entries, { where, limit: PAGE })) {
      if (entry.expiresAt <= clock.now() || !ended.isOpen(entry.list, indexOf(entry.id))) continue;
      page.push(entry);
      if (page.length < PAGE) continue;
      await checkPage();
      await pause();
      if (!goesOn()) return;
    }
    if (page.length > 0) await checkPage();
  };

  return {
    inList: (list, ended, goesOn) => read({ list }, ended, goesOn),

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
