import type { Document } from './document-store.ts';
import { type CollectionRules, type FieldValue, fieldValue } from './store-rules.ts';

/**
 * The member `misindexed` of a document that was read: fields whose value in the index differs from the document. `isHeld`
 * compares one of them; a value that no index can hold is a difference.
 */
export const indexComparison = (
  rules: CollectionRules,
  document: Document,
  id: string,
  isHeld: (field: string, value: FieldValue | undefined) => boolean,
): { readonly misindexed?: readonly string[] } => {
  const misindexed = rules.fields.filter((field) => {
    try {
      return !isHeld(field, fieldValue(document, field));
    } catch {
      return true;
    }
  });
  if (document.id !== id) misindexed.push('id');
  return misindexed.length > 0 ? { misindexed } : {};
};
