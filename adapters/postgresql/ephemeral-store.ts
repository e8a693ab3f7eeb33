import type { QueryResult } from 'pg';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkStep, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import { isWithheld } from './failures.ts';
import { SYSTEM, TIMELINE } from './fitness.ts';
import { connectionOf, type PostgresqlSource } from './shared-connection.ts';
import type { Statement } from './statement.ts';
import { keyOf } from './stored-row.ts';

export type PostgresqlEphemeralStore = EphemeralStore & {
  /** Second of the last loss that was noticed. */
  coldSince(): number | undefined;
  /** Why PostgreSQL is unavailable now, or undefined. */
  check(): Promise<string | undefined>;
};

const SET = `INSERT INTO behalf_ephemeral AS held (key, value, ends_at) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, number = NULL, ends_at = excluded.ends_at`;
const LIVE = 'key = $1 AND ends_at > $2';
/**
 * Where the claims are, by what a server lets its user see. `server`: the cluster, its timeline, which each promotion of a standby
 * changes, and the table, which a restored dump changes. `table`: the table alone.
 */
const ORIGINS = {
  server: `format('%s %s %s', ${SYSTEM}, ${TIMELINE}, 'behalf_ephemeral'::regclass::oid)`,
  table: `format('%s', 'behalf_ephemeral'::regclass::oid)`,
} as const;
type OriginKind = keyof typeof ORIGINS;

const statementsOf = (kind: OriginKind) => {
  const coldSince = `SELECT cold_since FROM behalf_ephemeral_origin WHERE kind = '${kind}' AND origin = ${ORIGINS[kind]}`;
  return {
    coldSince,
    claim: `WITH claimed AS (INSERT INTO behalf_ephemeral AS held (key, ends_at) VALUES ($1, $3)
        ON CONFLICT (key) DO UPDATE SET value = NULL, number = NULL, ends_at = excluded.ends_at WHERE held.ends_at <= $2
        RETURNING 1)
      SELECT (SELECT count(*) FROM claimed)::int AS claimed, (${coldSince}) AS cold_since`,
    /** Of several nodes at once the first decides. */
    move: `INSERT INTO behalf_ephemeral_origin AS held (kind, origin, cold_since) VALUES ('${kind}', ${ORIGINS[kind]}, $1)
      ON CONFLICT (kind) DO UPDATE SET origin = excluded.origin, cold_since = excluded.cold_since
      WHERE held.origin <> excluded.origin`,
  };
};
const LOSS = 'PostgreSQL was promoted or restored, or what was used had been kept elsewhere before';
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
 * Values with a TTL in one table, as durable as documents: a crash of the server forgets no claim. A standby that was promoted, or
 * a restored dump, may have forgotten some: the store is then cold (decision D13). A data folder that was put back and started without
 * recovery is not noticed. A claim has neither `value` nor
 * `number`, so it can be neither read nor removed. Ends are milliseconds since the epoch by the clock of the node, which nodes must share. Throws
 * StoreUnavailable with the reason when the server is unsuitable.
 */
export const postgresqlEphemeralStore = async (
  options: PostgresqlSource & {
    readonly clock: Pick<Clock, 'nowMillis'>;
    /** Called on each node that learns that claims may have been lost, with the reason; not for a loss from before its start. */
    readonly onLoss?: (reason: string) => void;
  },
): Promise<PostgresqlEphemeralStore> => {
  const { clock, onLoss } = options;
  const connection = await connectionOf(options);
  let coldSince: number | undefined;
  let statements = statementsOf('server');
  /** What the row of this origin says. Without one, claims were made elsewhere, and some may not be here. */
  const learn = async (since: unknown, isStart = false): Promise<void> => {
    const isMoved = since === null || since === undefined;
    const found = isMoved ? Math.floor(clock.nowMillis() / 1000) : Number(since);
    if (found > (coldSince ?? 0)) {
      coldSince = found;
      if (isMoved || !isStart) onLoss?.(LOSS);
    }
    if (isMoved) await connection.query(statements.move, [found]);
  };
  try {
    statements = statementsOf(await connection.defining(prepare));
    await learn((await connection.query(statements.coldSince)).rows[0]?.['cold_since'], true);
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
      const endsAt = endOf(ttlSeconds, now);
      return connection.call(async () => {
        const { rows } = await connection.query(statements.claim, [keyOf(key), now, endsAt]);
        await learn(rows[0]?.['cold_since']);
        return rows[0]?.['claimed'] === 1;
      });
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
    coldSince: () => coldSince,
    check: connection.check,
    close: connection.close,
  };
};

/** Makes the tables. Resolves with what the server lets this user see of the origin. */
const prepare = async (query: Statement): Promise<OriginKind> => {
  await query('BEGIN');
  // Several processes may start at once, and IF NOT EXISTS does not wait for the other.
  await query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ephemeral', 0))");
  const { rows } = await query(
    `SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND (tablename LIKE 'c\\_%' OR tablename LIKE 'behalf\\_ephemeral%') LIMIT 1`,
  );
  await query(
    'CREATE TABLE IF NOT EXISTS behalf_ephemeral (key text COLLATE "C" PRIMARY KEY, value bytea, number bigint, ends_at bigint NOT NULL)',
  );
  await query('CREATE INDEX IF NOT EXISTS behalf_ephemeral_ends_at ON behalf_ephemeral (ends_at)');
  await query(
    'CREATE TABLE IF NOT EXISTS behalf_ephemeral_origin (kind text PRIMARY KEY, origin text NOT NULL, cold_since bigint NOT NULL)',
  );
  const kind = await visibleOrigin(query);
  // Otherwise the claims of this installation were elsewhere, or one of the tables was dropped.
  if (rows.length === 0) await query(statementsOf(kind).move, [0]);
  await query('COMMIT');
  return kind;
};

const visibleOrigin = async (query: Statement): Promise<OriginKind> => {
  await query('SAVEPOINT origin');
  try {
    await query(`SELECT ${ORIGINS.server}`);
    return 'server';
  } catch (error) {
    if (!isWithheld(error)) throw error;
    await query('ROLLBACK TO SAVEPOINT origin');
    return 'table';
  }
};

const textOf = ({ rows }: QueryResult): string | undefined =>
  (rows[0]?.['value'] as Buffer | undefined)?.toString('utf8');
