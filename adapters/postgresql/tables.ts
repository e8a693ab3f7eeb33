import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { type CollectionRules, indexSignature } from '../../src/domain/ports/store-rules.ts';
import type { PostgresqlConnection } from './connection.ts';
import type { Statement } from './statement.ts';

// A table for each collection. Names are checked by `collectionRules`, so quoting them is enough.
export const tableOf = (collection: string): string => `"c_${collection}"`;

/** The key of a member, as the indexes have it. Fields are of `collectionRules` too. */
export const fieldOf = (field: string): string => `((fields->>'${field}') COLLATE "C")`;

/** The name of the write that stored a row, under a name that no member has. */
export const WRITE_NAME = "(fields->>'!write')";

export const listOf = (list: string): string => `(fields->'${list}')`;

type Index = { readonly name: string; readonly isUnique: boolean; readonly sql: string };

const indexOf = (rules: CollectionRules, index: CollectionRules['indexes'][number]): Index => {
  const isUnique = index.unique === true;
  const [first = ''] = index.fields;
  const isList = rules.lists.includes(first);
  // An index of a list serves every order, so several declarations are one.
  const signature = isList ? `${first}[]` : indexSignature(index, rules.lists);
  // Names have at most 63 characters. One of another definition has another name.
  const digest = createHash('sha256').update(signature).digest('hex').slice(0, 10);
  const columns = index.fields.map(fieldOf);
  // With the id at the end, pages in the order of an index, ties by id, are one walk. Rows without the first field are left out:
  // they cost nothing, and no query that names the field can match them.
  const sql = isList
    ? `USING gin (${listOf(first)})`
    : `(${(isUnique ? columns : [...columns, 'id']).join(', ')}) WHERE ${columns[0]} IS NOT NULL`;
  return { name: `i_${rules.name}_${digest}`, isUnique, sql };
};

type Held = { readonly isValid: boolean; readonly isUnique: boolean };

/** By name. Empty: there is no table. */
const heldIndexes = async (query: Statement, rules: CollectionRules): Promise<ReadonlyMap<string, Held>> => {
  const { rows } = await query(
    `SELECT c.relname, i.indisvalid, i.indisunique FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = to_regclass($1)`,
    [tableOf(rules.name)],
  );
  return new Map(
    rows.map((row) => [
      String(row['relname']),
      { isValid: row['indisvalid'] === true, isUnique: row['indisunique'] === true },
    ]),
  );
};

const PAUSE_MILLISECONDS = 50;
const MOST_PAUSES = 72_000;

/**
 * Creates the table of a collection, or its missing indexes while others read and write. Indexes that are no longer declared stay: an older
 * version of Behalf may be running beside this one. Throws StoreUnavailable when an index cannot be made.
 */
export const ensureTable = async (connection: PostgresqlConnection, rules: CollectionRules): Promise<void> => {
  const wanted = [
    ...new Map(rules.indexes.map((index) => indexOf(rules, index)).map((one) => [one.name, one])).values(),
  ];
  const lacking = (held: ReadonlyMap<string, Held>): readonly Index[] =>
    wanted.filter(({ name, isUnique }) => {
      const found = held.get(name);
      return !found?.isValid || found.isUnique !== isUnique;
    });
  const before = await heldIndexes(connection.query, rules);
  if (before.size > 0 && lacking(before).length === 0) return;

  await connection.defining(async (query) => {
    const lock = [`behalf collection ${rules.name}`];
    await locked(query, lock);
    const held = await heldIndexes(query, rules);
    if (held.size === 0) await query(creationOf(rules, wanted));
    else {
      for (const { name, isUnique, sql } of lacking(held)) {
        // One that a stopped process left half-made.
        if (held.has(name)) await query(`DROP INDEX CONCURRENTLY "${name}"`);
        await query(`CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY "${name}" ON ${tableOf(rules.name)} ${sql}`);
      }
    }
    await query('SELECT pg_advisory_unlock(hashtextextended(current_schema() || $1, 0))', lock);
  });
};

/**
 * Asks again and again, because a statement that waits for the lock would be waited for by CREATE INDEX CONCURRENTLY of
 * the process that has it.
 */
const locked = async (query: Statement, lock: readonly string[]): Promise<void> => {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses += 1) {
    const { rows } = await query(
      'SELECT pg_try_advisory_lock(hashtextextended(current_schema() || $1, 0)) AS got',
      lock,
    );
    if (rows[0]?.['got'] === true) return;
    await delay(PAUSE_MILLISECONDS);
  }
  throw new StoreUnavailable('another process has been making indexes for an hour');
};

/** Statements that are sent together are one transaction. */
const creationOf = (rules: CollectionRules, indexes: readonly Index[]): string =>
  [
    `CREATE TABLE ${tableOf(rules.name)} (id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, body text NOT NULL, fields jsonb NOT NULL)`,
    ...indexes.map(
      ({ name, isUnique, sql }) =>
        `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX "${name}" ON ${tableOf(rules.name)} ${sql}`,
    ),
  ].join(';\n');
