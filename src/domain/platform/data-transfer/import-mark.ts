import { type DocumentStore, StoreUnavailable, update } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { MovingRefused } from './data-file.ts';

/** Records that a file is being imported into this store, or was. `id`: SHA-256 of its lines. */
export type ImportMark = {
  readonly id: string;
  /** 'copied': all documents are stored and were compared. */
  readonly state: 'running' | 'copied' | 'done';
  /** Epoch second. */
  readonly finishedAt?: number;
};

export const IMPORTS = {
  name: 'imports',
  holds: 'one import into this store',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'nothing',
    because: 'after an import the server refuses earlier proofs, and a second import',
  },
  transfer: { no: 'it is about this store' },
  indexes: [],
} as const satisfies OwnedCollection;

/** Set before the first document, so that no process serves from part of the data, in which a revocation may be missing. */
export interface ImportMarks {
  /** The mark of this file, or undefined when none was imported and `isEmpty`. Throws MovingRefused otherwise. */
  find(
    id: string,
    options: { readonly resume: boolean; readonly isEmpty: () => Promise<boolean> },
  ): Promise<ImportMark | undefined>;
  /** Records that an import began. Throws DocumentConflict when one is stored. */
  begin(id: string): Promise<void>;
  /** Records the progress of the import. */
  advance(id: string, state: 'copied' | 'done', now: number): Promise<void>;
  /**
   * The second in which data was last imported into this store, if ever. Throws StoreUnavailable while an import has
   * not ended.
   */
  lastMove(): Promise<number | undefined>;
}

export const importMarks = (documents: DocumentStore): ImportMarks => {
  const marks = documents.collection<ImportMark>(IMPORTS);
  const all = async (): Promise<readonly ImportMark[]> =>
    (await marks.find({ limit: 1000 })).map(({ document }) => document);
  return {
    async find(id, options) {
      const known = await all();
      const mine = known.find((mark) => mark.id === id);
      if (known.some((mark) => mark.id !== id && mark.state !== 'done')) {
        throw new MovingRefused(
          'Another file was being imported into this store.',
          'Go on with that one, or take an empty store.',
        );
      }
      if (mine?.state === 'done' || (mine && options.resume)) return mine;
      if (mine) {
        throw new MovingRefused('An import of this file began here and did not end.', 'Go on with it: --resume');
      }
      if (await options.isEmpty()) return undefined;
      throw new MovingRefused(
        'The store holds data already, and an import never overwrites.',
        'Name another database, or another data folder.',
      );
    },
    begin: (id): Promise<void> => marks.insert({ id, state: 'running' }),
    async advance(id, state, now): Promise<void> {
      await update(marks, id, (mark) => ({ ...mark, state, ...(state === 'done' ? { finishedAt: now } : {}) }));
    },
    async lastMove(): Promise<number | undefined> {
      const known = await all();
      if (known.some(({ state }) => state !== 'done')) {
        throw new StoreUnavailable(
          'an import into this store has not ended: run `behalf import --from FILE --resume` first',
        );
      }
      return known.length === 0 ? undefined : Math.max(...known.map(({ finishedAt }) => finishedAt ?? 0));
    },
  };
};
