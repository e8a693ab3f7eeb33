import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** Marks of migrations that ran on the documents of this store. They are not transferred: imported data may be older. */
export const MIGRATIONS = {
  name: 'migrations',
  holds: 'one migration that ran on this store',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a migration runs once' },
  transfer: { no: 'imported data may be older than the migration' },
  indexes: [],
} as const satisfies OwnedCollection;
