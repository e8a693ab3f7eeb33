/**
 * A store out of which texts come as an attacker would have them stored. What was written stays as it is; what is
 * read says something else wherever a document holds a text, so that no check on the way in is between a test and a page.
 */
import type { Collection, Document, DocumentStore, Json, Versioned } from '../../src/domain/ports/document-store.ts';

/** Where a text stands: the collection, then members; `[]` is any place of a list, `*` a member whose name is a fact of its own. */
export type Place = string;

export const poisonedDocuments = () => {
  let poison: ((place: Place, text: string) => string) | undefined;
  const places = new Map<Place, string>();
  let isLooking = true;

  const turned = (value: Json, place: Place): Json => {
    if (typeof value === 'string') {
      if (!places.has(place)) places.set(place, value);
      return poison ? poison(place, value) : value;
    }
    if (Array.isArray(value)) return value.map((one) => turned(one as Json, `${place}[]`));
    if (value === null || typeof value !== 'object') return value;
    const members = Object.entries(value as Readonly<Record<string, Json>>);
    return Object.fromEntries(members.map(([name, one]) => [name, turned(one, `${place}.${memberOf(name)}`)]));
  };

  const read = <T extends Document>(name: string, found: Versioned<T>): Versioned<T> =>
    poison || isLooking
      ? { ...found, document: turned(found.document as unknown as Json, name) as unknown as T }
      : found;

  return {
    /** Every place where a text was seen, with one of them. Looking ends where `with` is first called. */
    places: places as ReadonlyMap<Place, string>,

    /** What is read from now on; undefined: what was written. */
    with(next: typeof poison): void {
      poison = next;
      isLooking = false;
    },

    between: (store: DocumentStore): DocumentStore => ({
      ...store,
      collection<T extends Document>(declaration: Parameters<DocumentStore['collection']>[0]): Collection<T> {
        const { name } = declaration;
        const collection = store.collection<T>(declaration);
        return {
          ...collection,
          get: async (id) => {
            const found = await collection.get(id);
            return found && read(name, found);
          },
          getMany: async (ids) => (await collection.getMany(ids)).map((found) => read(name, found)),
          find: async (query) => (await collection.find(query)).map((found) => read(name, found)),
        };
      },
    }),
  };
};

/** A name that is no word of ours is a fact: a resource, an account, a scope. */
const memberOf = (name: string): string =>
  /^[a-z][A-Za-z0-9_]*$/.test(name) && !/_[a-z2-7]{20,}$/.test(name) ? name : '*';
