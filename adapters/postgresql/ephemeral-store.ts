import type { QueryResult } from 'pg';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkStep, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import { connectPostgresql, type PostgresqlConnection, type PostgresqlOptions } from './connection.ts';
import { keyOf } from './stored-row.ts';

export type PostgresqlEphemeralStore = EphemeralStore & {
  /** Why PostgreSQL is unavailable now, or undefined. */
  check(): Promise<string | undefined>;
};

const SET = `INSERT INTO behalf_ephemeral AS held (key, value, ends_at) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, number = NULL, ends_at = excluded.ends_at`;
const LIVE = 'key = $1 AND ends_at > $2';
const CLAIM = `INSERT INTO behalf_ephemeral AS held (key, ends_at) VALUES ($1, $3)
  ON CONFLICT (key) DO UPDATE SET value = NULL, number = NULL, ends_at = excluded.ends_at WHERE held.ends_at <= $2`;
const COUNT = `INSERT INTO behalf_ephemeral AS held (key, number, ends_at) VALUES ($1, $4, $3)
  ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN held.ends_at > $2 THEN coalesce(held.number, 0) + $4 ELSE $4 END,
    ends_at = CASE WHEN held.ends_at > $2 THEN held.ends_at ELSE excluded.ends_at END
  RETURNING number`;
const SUBTRACT = `UPDATE behalf_ephemeral SET number = greatest(0, coalesce(number, 0) + $3) WHERE ${LIVE} RETURNING number`;
const SWEEP = `WITH gone AS MATERIALIZED
    (SELECT key FROM behalf_ephemeral WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  DELETE FROM behalf_ephemeral WHERE key IN (SELECT key FROM gone)`;

/**
 * Values with a TTL in one table, as durable as documents: a crash of the server forgets no claim. A claim has neither `value` nor
 * `number`, so it can be neither read nor removed. Ends are milliseconds since the epoch by the clock of the node, which nodes must share. Throws
 * StoreUnavailable with the reason when the server is unsuitable.
 */
export const postgresqlEphemeralStore = async (
  options: PostgresqlOptions & { readonly clock: Pick<Clock, 'nowMillis'> },
): Promise<PostgresqlEphemeralStore> => {
  const { clock } = options;
  const connection = await connectPostgresql(options);
  try {
    await connection.defining(prepare);
  } catch (error) {
    await connection.close();
    throw error;
  }

  const ask = (text: string, values: readonly unknown[]): Promise<QueryResult> =>
    connection.call(() => connection.query(text, values));
  const endOf = (ttlSeconds: number, now: number): number => {
    checkTtl(ttlSeconds);
    return now + ttlSeconds * 1000;
  };

  return {
    async set(key, value, ttlSeconds) {
      checkKey(key);
      checkValue(value);
      // As bytes, because PostgreSQL's texts have no U+0000.
      await ask(SET, [keyOf(key), Buffer.from(value), endOf(ttlSeconds, clock.nowMillis())]);
    },
    async get(key) {
      if (!isPossibleKey(key)) return undefined;
      const sql = `SELECT value FROM behalf_ephemeral WHERE ${LIVE} AND value IS NOT NULL`;
      return textOf(await ask(sql, [keyOf(key), clock.nowMillis()]));
    },
    async take(key) {
      if (!isPossibleKey(key)) return undefined;
      const sql = `DELETE FROM behalf_ephemeral WHERE ${LIVE} AND value IS NOT NULL RETURNING value`;
      return textOf(await ask(sql, [keyOf(key), clock.nowMillis()]));
    },
    async claim(key, ttlSeconds) {
      checkKey(key);
      const now = clock.nowMillis();
      return (await ask(CLAIM, [keyOf(key), now, endOf(ttlSeconds, now)])).rowCount === 1;
    },
    async count(key, windowSeconds, by = 1) {
      checkKey(key);
      checkStep(by);
      const now = clock.nowMillis();
      const endsAt = endOf(windowSeconds, now);
      const name = keyOf(key);
      const { rows } =
        by > 0
          ? await ask(COUNT, [name, now, endsAt, by])
          : by < 0
            ? await ask(SUBTRACT, [name, now, by])
            : await ask(`SELECT number FROM behalf_ephemeral WHERE ${LIVE}`, [name, now]);
      return Number(rows[0]?.['number'] ?? 0);
    },
    /** Several nodes may do so at once: each skips what another one is removing. */
    async sweep(limit) {
      const removed = (await ask(SWEEP, [clock.nowMillis(), limit])).rowCount ?? 0;
      return { removed, isDone: removed < limit };
    },
    async countExpired(most) {
      const sql =
        'SELECT count(*)::int AS number FROM (SELECT 1 FROM behalf_ephemeral WHERE ends_at <= $1 LIMIT $2) AS expired';
      return Number((await ask(sql, [clock.nowMillis(), most])).rows[0]?.['number']);
    },
    check: connection.check,
    close: connection.close,
  };
};

const prepare: Parameters<PostgresqlConnection['defining']>[0] = async (query) => {
  await query('BEGIN');
  // Several processes may start at once, and IF NOT EXISTS does not wait for the other.
  await query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ephemeral', 0))");
  await query(
    'CREATE TABLE IF NOT EXISTS behalf_ephemeral (key text COLLATE "C" PRIMARY KEY, value bytea, number bigint, ends_at bigint NOT NULL)',
  );
  await query('CREATE INDEX IF NOT EXISTS behalf_ephemeral_ends_at ON behalf_ephemeral (ends_at)');
  await query('COMMIT');
};

const textOf = ({ rows }: QueryResult): string | undefined =>
  (rows[0]?.['value'] as Buffer | undefined)?.toString('utf8');
