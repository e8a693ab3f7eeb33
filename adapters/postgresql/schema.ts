import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { Statement } from './statement.ts';

/** Format of the stored data; any other is refused. */
const FORMAT = 1;

/** Whether the schema held no format. Also the first write, so that a user without the rights is detected at start. */
export const prepareSchema = async (query: Statement, schema: string): Promise<boolean> => {
  await query('BEGIN');
  // Several processes may start at once, and IF NOT EXISTS does not wait for the other.
  await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`behalf ${schema}`]);
  const { rows: schemas } = await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (schemas.length === 0) await query(`CREATE SCHEMA "${schema}"`);
  await query('CREATE TABLE IF NOT EXISTS behalf_format (name text PRIMARY KEY, version integer NOT NULL)');
  const { rows } = await query("SELECT version FROM behalf_format WHERE name = 'format'");
  const held = rows[0]?.['version'];
  if (held !== undefined && held !== FORMAT) {
    throw new StoreUnavailable(`the database was written by another version of Behalf (format ${String(held)})`);
  }
  if (held === undefined) await query("INSERT INTO behalf_format VALUES ('format', $1)", [FORMAT]);
  await query('COMMIT');
  return held === undefined;
};
