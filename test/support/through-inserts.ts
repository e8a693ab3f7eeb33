import type { DocumentStore, Insertion } from '../../src/domain/ports/document-store.ts';

/**
 * `commit` of a store, if it has one, with a look at each document that it inserts. `around` runs it. `before` may throw. `stored` gets what is
 * stored.
 */
export const throughInserts = (
  { commit }: Pick<DocumentStore, 'commit'>,
  around: <R>(commit: () => Promise<R>) => Promise<R>,
  before: (insertion: Insertion) => void,
  stored: (insertions: readonly Insertion[]) => void = () => undefined,
): Pick<DocumentStore, 'commit'> =>
  commit === undefined
    ? {}
    : {
        async commit(work, bytes) {
          let inserted: Insertion[] = [];
          const result = await around(() =>
            commit((insert) => {
              inserted = [];
              return work((insertion) => {
                before(insertion);
                insert(insertion);
                inserted.push(insertion);
              });
            }, bytes),
          );
          stored(inserted);
          return result;
        },
      };
