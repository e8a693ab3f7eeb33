import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Collection, CollectionDeclaration, Document, DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Metrics } from '../http/metrics.ts';

type Stores = { readonly documents: DocumentStore; readonly ephemeral: EphemeralStore };
type Series = (seconds: number) => void;

/**
 * The same stores; records the duration of each call in the metrics. Keys and ids are never labels. The collection of a commit is `several`.
 */
export const measuredStores = ({ documents, ephemeral }: Stores, { storing }: Pick<Metrics, 'storing'>): Stores => {
  const known = new Map<string, Collection<never>>();
  const timed = <A extends readonly unknown[], R>(
    collection: string,
    operation: string,
    call: (...given: A) => Promise<R>,
  ): ((...given: A) => Promise<R>) => noting(storing.series({ collection, operation }), call);

  const measured = <T extends Document>(name: string, collection: Collection<T>): Collection<T> => ({
    insert: timed(name, 'insert', collection.insert),
    insertMany: timed(name, 'insertMany', collection.insertMany),
    get: timed(name, 'get', collection.get),
    getMany: timed(name, 'getMany', collection.getMany),
    replace: timed(name, 'replace', collection.replace),
    take: timed(name, 'take', collection.take),
    find: timed(name, 'find', collection.find),
  });

  const { commit } = documents;
  const committed = storing.series({ collection: 'several', operation: 'commit' });

  return {
    documents: {
      ...documents,
      ...(commit ? { commit: (work, bytes) => noting(committed, () => commit(work, bytes))() } : {}),
      collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
        // Calls the store each time, because it refuses a declaration that contradicts an earlier one.
        const inner = documents.collection<T>(declaration);
        const made = known.get(declaration.name) ?? measured<T>(declaration.name, inner);
        known.set(declaration.name, made as Collection<never>);
        return made as Collection<T>;
      },
    },
    ephemeral: {
      ...ephemeral,
      set: timed('ephemeral', 'set', ephemeral.set),
      get: timed('ephemeral', 'get', ephemeral.get),
      take: timed('ephemeral', 'take', ephemeral.take),
      claim: timed('ephemeral', 'claim', ephemeral.claim),
      count: timed('ephemeral', 'count', ephemeral.count),
    },
  };
};

/** Returns the promise of the call itself, so that measuring delays no caller. */
const noting =
  <A extends readonly unknown[], R>(series: Series, call: (...given: A) => Promise<R>): ((...given: A) => Promise<R>) =>
  (...given) => {
    const from = stopwatch();
    const answer = call(...given);
    const note = (): void => series(stopwatch() - from);
    answer.then(note, note);
    return answer;
  };
