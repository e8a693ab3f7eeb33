import type { CollectionDeclaration } from './document-store.ts';
import { type CollectionRules, collectionRules } from './store-rules.ts';

export interface DeclaredCollections<K> {
  /** Makes it once. Throws TypeError when a name was declared differently before. */
  declared(declaration: CollectionDeclaration): K;
  get(name: string): K | undefined;
  all(): readonly K[];
  /** Names of those whose documents expire. */
  expiring(): readonly string[];
}

/** What one store keeps of each collection that was declared so far. */
export const declaredCollections = <K extends { readonly rules: CollectionRules }>(
  make: (rules: CollectionRules) => K,
): DeclaredCollections<K> => {
  const kept = new Map<string, K>();
  return {
    declared(declaration) {
      const rules = collectionRules(declaration);
      const known = kept.get(rules.name) ?? make(rules);
      if (known.rules.signature !== rules.signature) {
        throw new TypeError(`collection ${rules.name} was declared differently before`);
      }
      kept.set(rules.name, known);
      return known;
    },
    get: (name) => kept.get(name),
    all: () => [...kept.values()],
    expiring: () => [...kept.values()].flatMap(({ rules }) => (rules.expiresAt === undefined ? [] : [rules.name])),
  };
};
