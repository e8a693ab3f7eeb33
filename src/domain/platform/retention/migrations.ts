import type { CollectionDeclaration } from '../../ports/document-store.ts';

/** Marks of migrations that ran on the documents of this store. They stay with it: imported data may be older. */
export const MIGRATIONS = { name: 'migrations', indexes: [] } as const satisfies CollectionDeclaration;
