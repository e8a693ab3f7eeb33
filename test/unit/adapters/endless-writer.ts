/** A process for tests to kill: writes documents without end and prints each id once its write has resolved. */
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';

const [file = '', name = 'r'] = process.argv.slice(2);
const items = sqliteDocumentStore(openSqlite({ file })).collection<{ id: string; owner: string; sequence: number }>({
  name: 'items',
  indexes: [{ fields: ['owner'] }],
});

for (let round = 0; ; round += 1) {
  const batch = Array.from({ length: 8 }, (_, at) => ({
    id: `${name}${round}-${at}`,
    owner: 'writer',
    sequence: round,
  }));
  await items.insertMany(batch);
  process.stdout.write(`${batch.map((each) => each.id).join('\n')}\n`);
}
