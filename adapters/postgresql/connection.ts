/**
 * The document port over PostgreSQL 15 or newer. Owns all communication with PostgreSQL. Tested by
 * test/contract/postgresql.test.ts.
 *
 * This file: turns, deadlines, and connections without an answer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, PoolClient } from 'pg';
import { isDocumentConflict, isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { postgresqlAddress } from './address.ts';
import { checkedPool } from './checked-pool.ts';
import type { Confirmation, ConfirmationClocks } from './confirmation.ts';
import { codeOf, isGivenUp, isOfStatement, unavailable } from './failures.ts';
import { givenUp } from './given-up.ts';
import { heartbeat, MOST_BEATS, MOST_UNANSWERED_BEATS } from './heartbeat.ts';
import { runningCalls } from './running-calls.ts';
import { prepareSchema } from './schema.ts';
import type { Statement } from './statement.ts';
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
  /** Those of `confirmation`. Without them nothing is held. */
  readonly clocks?: ConfirmationClocks;
  /** Of a process that does not ask `confirmation` before it answers: each write takes until the end of a hold. */
  readonly waitsForHold?: boolean;
};

/** The build of an index on a large collection takes this long at most. */
const PREPARING_MILLISECONDS = 3_600_000;
/** One that listens, the one that follows it, and one that sends. */
const FOR_MESSAGES = 3;
const STANDING: ConfirmationClocks = { monotonic: () => 0, wall: () => 0 };
const CUT_SHORT =
  'PostgreSQL has committed a change that no standby confirms, because the wait for it was cancelled: try again when a standby is there';
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

  /** Sends one heartbeat, for `confirmation`. See `Heartbeat`. */
  beat(): Promise<boolean>;

  readonly confirmation: Confirmation;

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
  const { deadlineMilliseconds = 1000, connections = 10, clocks = STANDING, waitsForHold } = options;
  const address = postgresqlAddress(options.url);
  const pool = checkedPool({
    address,
    deadlineMilliseconds,
    // Half of those of calls are for the ones whose caller has given up.
    most: 2 * connections + FOR_MESSAGES + MOST_UNANSWERED_BEATS + MOST_BEATS,
    clocks,
    // They wait for a server that is no longer the primary.
    onPromotion() {
      unansweredBeats.end();
      beats.release();
    },
  });
  const { confirmation, isCurrent } = pool;
  const names = new Map<string, string>();
  const calls = runningCalls();
  const turn = turns(connections);
  const sending = turns(1);
  const mostGivenUp = Math.ceil(connections / 2);
  let closing: Promise<void> | undefined;
  const isServed = (session: number): Promise<boolean> =>
    run(
      async (client) =>
        (await prepared(client)('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [session])).rows.length > 0,
      { keepsAfter: isOfStatement },
    ).catch(() => false);
  const unanswered = givenUp(isServed);
  const unansweredBeats = givenUp(isServed);

  const assertOpen = (): void => {
    if (closing) throw new StoreUnavailable('the store is closed');
  };
  const named = (text: string) => {
    const name = names.get(text) ?? `behalf_${names.size}`;
    names.set(text, name);
    return { name, text };
  };
  const beats = heartbeat(pool, named, unansweredBeats);
  const prepared =
    (client: Client): Statement =>
    (text, values = []) =>
      client.query({ ...named(text), values });

  /** A standby that has a later commit has those before. */
  const assertAtStandby = async (): Promise<void> => {
    if (!(await beats.beat().catch(() => false))) throw new StoreUnavailable(CUT_SHORT);
  };
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
      await pool.judgeRefused(client);
      const isCutShort = pool.cutShort(client);
      const result = await work(client);
      if (isCutShort()) await assertAtStandby();
      if (!isCurrent(client)) throw new Unanswered('PostgreSQL was promoted while the server before was asked');
      if (isWrite && waitsForHold && confirmation.held() > 0) await delay(confirmation.held());
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
        unansweredBeats.end();
        beats.end();
        await pool.end();
      };
      const ending = runningCalls();
      void ending.track(ended());
      await ending.settled(4 * deadlineMilliseconds);
    })();
    return closing;
  };

  try {
    const isNew = await defining((query) => prepareSchema(query, address.schema));
    return {
      deadlineMilliseconds,
      isNew,
      query: (text, values) =>
        run((client) => prepared(client)(text, values), { keepsAfter: isOfStatement, isWrite: !READS.test(text) }),
      together: (work) => run((client) => work(prepared(client)), { keepsAfter: () => false, isWrite: true }),
      defining,
      send: (text, values) =>
        run((client) => prepared(client)(text, values), { keepsAfter: isOfStatement, lane: sending }),
      beat: () => calls.track(beats.beat()),
      confirmation,
      async hold() {
        assertOpen();
        return pool.connect().catch((error: unknown) => {
          throw isStoreUnavailable(error) ? error : unavailable(error);
        });
      },
      async judge(client) {
        if (!isCurrent(client)) throw new StoreUnavailable('PostgreSQL was promoted, and this is the server before');
        await pool.judge(client).catch((error: unknown) => {
          throw isStoreUnavailable(error) ? error : unavailable(error);
        });
      },
      async call(work) {
        assertOpen();
        return calls.track(work());
      },
      async check() {
        try {
          assertOpen();
          await run((client) => pool.judge(client), { keepsAfter: isOfStatement });
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
