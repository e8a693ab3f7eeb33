import { setTimeout as delay } from 'node:timers/promises';
import { isUnknownOutcome, type PostgresqlConnection } from './connection.ts';
import type { StoredRow } from './stored-row.ts';
import { tableOf, WRITE_NAME } from './tables.ts';

const FIRST_PAUSE_MILLISECONDS = 20;

/**
 * Runs one statement that stores rows, by collection. When its outcome is unknown, asks on other connections whether one of them is
 * stored, for one deadline: the server may still be waiting for its disk. Found, and at a standby if the server waits for one: all are
 * stored, so it returns `whenStored`. Not found: it still may happen, so the error propagates.
 */
export const readBack = async <R>(
  connection: Pick<PostgresqlConnection, 'query' | 'beat' | 'confirmation' | 'deadlineMilliseconds'>,
  work: () => Promise<R>,
  stored: ReadonlyMap<string, readonly StoredRow[]>,
  whenStored: R,
): Promise<R> => {
  try {
    return await work();
  } catch (error) {
    if (!isUnknownOutcome(error)) throw error;
    const parts = [...stored.keys()].map(
      (collection, at) =>
        `SELECT 1 FROM ${tableOf(collection)} WHERE id = ANY ($${2 * at + 1}::text[]) AND ${WRITE_NAME} = ANY ($${2 * at + 2}::text[])`,
    );
    const values = [...stored.values()].flatMap((rows) => [rows.map(({ id }) => id), rows.map(({ write }) => write)]);
    const isThere = async (): Promise<boolean> => {
      const epoch = connection.confirmation.epoch();
      const { rows } = await connection.query(`${parts.join(' UNION ALL ')} LIMIT 1`, values);
      // A server that ends a session ends its wait for a standby, and what it has committed can be read.
      return rows.length > 0 && (await connection.beat()) && connection.confirmation.epoch() === epoch;
    };
    if (await comesTrue(isThere, connection.deadlineMilliseconds)) return whenStored;
    throw error;
  }
};

/** Asks again after pauses that double. False after `milliseconds`, also while an answer is missing. */
const comesTrue = async (ask: () => Promise<boolean>, milliseconds: number): Promise<boolean> => {
  const ending = new AbortController();
  const { signal } = ending;
  const late = delay(milliseconds, false, { signal }).catch(() => false);
  const asked = async (): Promise<boolean> => {
    for (let pause = FIRST_PAUSE_MILLISECONDS; !signal.aborted; pause *= 2) {
      if (await ask().catch(() => false)) return true;
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
    return false;
  };
  try {
    return await Promise.race([asked(), late]);
  } finally {
    ending.abort();
  }
};
