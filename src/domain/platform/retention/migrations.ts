import type { CollectionDeclaration } from '../../ports/document-store.ts';

/** Marks of changes that were made once to the documents of this store. They stay with it: data from elsewhere may be older. */
export const MIGRATIONS = { name: 'migrations', indexes: [] } as const satisfies CollectionDeclaration;
