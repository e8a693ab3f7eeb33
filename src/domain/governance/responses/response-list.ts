import { type Page, type PageQuery, placeIn } from '../../platform/registries/registered-documents.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { RESPONSES, type Response, type ResponseState } from './response.ts';

const NEWEST_FIRST = { by: 'createdAt', direction: 'descending' } as const;
/** Most open responses that are counted. */
const MOST_COUNTED = 100;

export type ResponseQuery = Omit<PageQuery, 'order'> & {
  readonly state?: ResponseState;
  readonly rule?: string;
  readonly agent?: string;
  /** Only about agents that these accounts and groups owned when the rule acted. */
  readonly owners?: readonly string[];
};

/** Reads what response rules did. */
export interface ResponseList {
  get(id: string): Promise<Versioned<Response> | undefined>;
  /** Newest first. With several filters a page may be shorter than asked for, and have a next one. */
  list(query: ResponseQuery): Promise<Page<Response>>;
  /** How many responses suspend or restrict an agent, at most MOST_COUNTED. */
  countOpen(): Promise<number>;
}

export const responseList = ({ documents }: { readonly documents: DocumentStore }): ResponseList => {
  const collection = documents.collection<Response>(RESPONSES);

  /** One index serves one filter; the others apply to what it finds. */
  const sources = ({ state, rule, agent, owners }: ResponseQuery): readonly Readonly<Record<string, string>>[] => {
    if (agent !== undefined) return [{ agent }];
    if (owners) return owners.map((owner) => ({ owner }));
    if (rule !== undefined) return [{ rule }];
    return [state === undefined ? {} : { state }];
  };

  const fits =
    ({ state, rule, owners }: ResponseQuery) =>
    ({ document }: Versioned<Response>): boolean =>
      (state === undefined || document.state === state) &&
      (rule === undefined || document.rule === rule) &&
      (!owners || owners.includes(document.owner));

  return {
    get: (id) => collection.get(id),

    async list(query) {
      const { limit = 50, after } = query;
      const found = await Promise.all(
        sources(query).map((where) =>
          collection.find({ where, order: NEWEST_FIRST, limit: limit + 1, ...(after ? { after } : {}) }),
        ),
      );
      const all = found
        .flat()
        .sort((a, b) => b.document.createdAt - a.document.createdAt || (a.document.id < b.document.id ? 1 : -1));
      const page = all.slice(0, limit);
      const last = page.at(-1)?.document;
      const items = page.filter(fits(query));
      return all.length > limit && last ? { items, next: placeIn(last, NEWEST_FIRST) } : { items };
    },

    countOpen: async () =>
      (await collection.find({ where: { state: 'open' }, order: NEWEST_FIRST, limit: MOST_COUNTED })).length,
  };
};
