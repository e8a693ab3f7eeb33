/**
 * The document port over PostgreSQL 15 or newer. Owns all communication with PostgreSQL. Tested by
 * test/contract/postgresql.test.ts.
 *
 * This file: the pool, the checks of each connection, and deadlines.
 */
import { type Client, Pool, type PoolClient, type QueryResult } from 'pg';
import { isDocumentConflict, isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { postgresqlAddress } from './address.ts';
import { codeOf, isGivenUp, isOfStatement, unavailable } from './failures.ts';
import { assertFit, assertFitAtStart } from './fitness.ts';
import { givenUp } from './given-up.ts';
import { runningCalls } from './running-calls.ts';
import { type Turns, turns } from './turns.ts';

export type PostgresqlOptions = {
  /** See `postgresqlAddress`. */
  readonly url: string;
  /** Longest wait for one statement, for a new connection, and for the turn to use one. Default 1,000. */
  readonly deadlineMilliseconds?: number;
  /**
   * Most connections in use at once. Default 10. As many again may wait for a server that does not answer. Messages have two more:
   * one that listens, and one that sends, and for a moment each minute a third, which listens from then on.
   */
  readonly connections?: number;
};

/** Runs one statement on the connection of a call; prepared once for each connection. */
export type Statement = (text: string, values?: readonly unknown[]) => Promise<QueryResult>;

/** Format of the stored data; any other is refused. */
const FORMAT = 1;
/** The build of an index on a large collection takes this long at most. */
const PREPARING_MILLISECONDS = 3_600_000;
/** So each is judged anew, and none stays for long at a server that is no longer the primary. */
export const LIFETIME_SECONDS = 60;
/** One that listens, the one that follows it, and one that sends. */
const FOR_MESSAGES = 3;
const READS = /^\s*SELECT\b/i;

type Handling = {
  /** Whether the connection may be used again after this error. */
  readonly keepsAfter: (error: unknown) => boolean;
  readonly isWrite?: boolean;
  /** Longest wait for its turn, instead of the deadline. */
  readonly patience?: number;
  /** Whose turns it takes, instead of those of the calls. */
  readonly lane?: Turns;
};

export interface PostgresqlConnection {
  /** Longest wait for one statement. */
  readonly deadlineMilliseconds: number;

  /** Whether the schema held nothing of ours when this process connected. */
  readonly isNew: boolean;

  /**
   * Runs one statement. Throws StoreUnavailable on any failure but a conflict, after four deadlines at most: for its turn, a new
   * connection, its check and the statement. Refused while the server is unsuitable, which costs one more. A write is also refused while many
   * before it have no answer.
   */
  readonly query: Statement;

  /**
   * Runs `work` on one connection. When it throws, the connection is closed, which ends its transaction. Throws as
   * `query`.
   */
  together<R>(work: (query: Statement) => Promise<R>): Promise<R>;

  /** The same for definitions of tables and indexes, which may take an hour. Its statements are not prepared. */
  defining<R>(work: (query: Statement) => Promise<R>): Promise<R>;

  /** `query` of a message, one at a time, in turns of its own: calls that wait for the server do not keep it back. */
  readonly send: Statement;

  /** A connection to keep, beside those of calls. Its user releases it before `close`. Throws StoreUnavailable. */
  hold(): Promise<PoolClient>;

  /** Throws StoreUnavailable when the server of a held connection is unsuitable now, or says nothing. */
  judge(client: PoolClient): Promise<void>;

  /** Why PostgreSQL is unavailable now, or undefined. */
  check(): Promise<string | undefined>;

  /** Runs a call of the port, for which `close` waits. Throws StoreUnavailable after `close`. */
  call<R>(work: () => Promise<R>): Promise<R>;

  /** Throws StoreUnavailable after `close`. */
  assertOpen(): void;

  /** Idempotent. Waits for running calls, four deadlines at most. */
  close(): Promise<void>;
}

/** Connects and checks the server. Throws StoreUnavailable with the reason when it is unreachable or unsuitable. */
export const connectPostgresql = async (options: PostgresqlOptions): Promise<PostgresqlConnection> => {
  const { deadlineMilliseconds = 1000, connections = 10 } = options;
  const { schema, ...address } = postgresqlAddress(options.url);
  const pool = new Pool({
    ...address,
    application_name: 'behalf',
    // Half of them for calls, and half for those whose caller has given up.
    max: 2 * connections + FOR_MESSAGES,
    keepAlive: true,
    connectionTimeoutMillis: deadlineMilliseconds,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    query_timeout: deadlineMilliseconds,
    // The server ends a statement that its caller has given up, and its locks. Not a commit: that waits for the disk or a standby without a limit.
    statement_timeout: deadlineMilliseconds,
    lock_timeout: deadlineMilliseconds,
    idle_in_transaction_session_timeout: 4 * deadlineMilliseconds,
    options: `-c search_path="${schema}" -c default_transaction_isolation=read\\ committed -c client_min_messages=warning`,
    onConnect: (client) => {
      // Of a connection in use; its call gets the error too. Without a listener it would end the process.
      client.on('error', () => undefined);
      return noted(assertFitAtStart(client));
    },
  });
  // Of connections that no call uses. The next call gets another one, or the error.
  pool.on('error', () => undefined);
  const names = new Map<string, string>();
  const calls = runningCalls();
  const turn = turns(connections);
  const sending = turns(1);
  const mostGivenUp = Math.ceil(connections / 2);
  let closing: Promise<void> | undefined;
  /** Whether the last check refused the server. */
  let isUnfit = false;

  const noted = async (check: Promise<void>): Promise<void> => {
    try {
      await check;
      isUnfit = false;
    } catch (error) {
      isUnfit ||= isStoreUnavailable(error);
      throw error;
    }
  };
  const unanswered = givenUp((session) =>
    run(
      async (client) =>
        (await prepared(client)('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [session])).rows.length > 0,
      { keepsAfter: isOfStatement },
    ).catch(() => false),
  );

  const assertOpen = (): void => {
    if (closing) throw new StoreUnavailable('the store is closed');
  };
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `behalf_${names.size}`;
    names.set(text, name);
    return name;
  };
  const prepared =
    (client: Client): Statement =>
    (text, values = []) =>
      client.query({ name: nameOf(text), text, values });

  const attempt = async <R>(work: (client: PoolClient) => Promise<R>, handling: Handling) => {
    const { keepsAfter, isWrite, patience, lane = turn } = handling;
    if (!(await lane.take(patience ?? deadlineMilliseconds))) {
      throw new StoreUnavailable(`all ${connections} connections to PostgreSQL are in use`);
    }
    let client: PoolClient | undefined;
    try {
      if (isWrite && unanswered.size() >= mostGivenUp) {
        throw new StoreUnavailable(
          `PostgreSQL has not answered ${unanswered.size()} statements, so no write is begun: look at its disk, and at the standbys that synchronous_standby_names lists`,
        );
      }
      client = await pool.connect();
      if (isUnfit) await noted(assertFit(client));
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      if (client && isGivenUp(error) && !closing) unanswered.add(client);
      else client?.release(!keepsAfter(error));
      if (isStoreUnavailable(error) || isDocumentConflict(error)) throw error;
      throw unavailable(error, client === undefined ? StoreUnavailable : Unanswered);
    } finally {
      lane.give();
    }
  };
  const run = <R>(work: (client: PoolClient) => Promise<R>, handling: Handling): Promise<R> =>
    calls.track(attempt(work, handling));
  const defining = <R>(work: (query: Statement) => Promise<R>): Promise<R> =>
    run(
      async (client) => {
        const unprepared: Statement = (text, values) =>
          client.query({ text, query_timeout: PREPARING_MILLISECONDS, ...(values ? { values } : {}) });
        await unprepared(
          'SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0',
        );
        const result = await work(unprepared);
        await unprepared('RESET statement_timeout; RESET lock_timeout; RESET idle_in_transaction_session_timeout');
        return result;
      },
      { keepsAfter: () => false, patience: PREPARING_MILLISECONDS },
    );
  const close = (): Promise<void> => {
    closing ??= (async () => {
      const ended = async (): Promise<void> => {
        await calls.settled(4 * deadlineMilliseconds);
        unanswered.end();
        await pool.end();
      };
      const ending = runningCalls();
      void ending.track(ended());
      await ending.settled(4 * deadlineMilliseconds);
    })();
    return closing;
  };

  try {
    const isNew = await defining((query) => prepareSchema(query, schema));
    return {
      deadlineMilliseconds,
      isNew,
      query: (text, values) =>
        run((client) => prepared(client)(text, values), { keepsAfter: isOfStatement, isWrite: !READS.test(text) }),
      together: (work) => run((client) => work(prepared(client)), { keepsAfter: () => false, isWrite: true }),
      defining,
      send: (text, values) =>
        run((client) => prepared(client)(text, values), { keepsAfter: isOfStatement, lane: sending }),
      async hold() {
        assertOpen();
        return pool.connect().catch((error: unknown) => {
          throw isStoreUnavailable(error) ? error : unavailable(error);
        });
      },
      judge: (client) =>
        noted(assertFit(client)).catch((error: unknown) => {
          throw isStoreUnavailable(error) ? error : unavailable(error);
        }),
      async call(work) {
        assertOpen();
        return calls.track(work());
      },
      async check() {
        try {
          assertOpen();
          await run((client) => noted(assertFit(client)), { keepsAfter: isOfStatement });
          return undefined;
        } catch (error) {
          return (error as Error).message;
        }
      },
      assertOpen,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Whether the schema held no format. Also the first write, so that a user without the rights is detected at start. */
const prepareSchema = async (query: Statement, schema: string): Promise<boolean> => {
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

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';

const isOfState = (error: unknown, state: string): boolean =>
  codeOf(isStoreUnavailable(error) ? error.cause : error) === state;

export const isDuplicate = (error: unknown): boolean => isOfState(error, UNIQUE_VIOLATION);

/** The server ended the statement so that another writer goes on. Nothing of it is stored. */
export const isDeadlock = (error: unknown): boolean => isOfState(error, DEADLOCK);

/** A statement was sent, and its connection ended or said nothing. */
class Unanswered extends StoreUnavailable {}

/** 08: the connection broke. 40003: the server does not know. 57P: the server ended the connection. */
const UNKNOWN = /^(?:08|40003|57P)/;

/** Whether a failed write may still have happened. */
export const isUnknownOutcome = (error: unknown): boolean =>
  error instanceof Unanswered && UNKNOWN.test(codeOf(error.cause) ?? '08');
