/** One heartbeat: what confirms that a standby still follows the server. heartbeats.ts sends them in time. */
import type { PoolClient } from 'pg';
import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { type CheckedPool, LIFETIME_SECONDS } from './checked-pool.ts';
import { type Beat, CONFIRMED_MILLISECONDS } from './confirmation.ts';
import { codeOf, isGivenUp, isWithheld, unavailable } from './failures.ts';
import { IS_SYNCHRONOUS } from './fitness.ts';
import type { GivenUp } from './given-up.ts';

/** A standby that is gone leaves so many without an answer, and those under way. Another one may find the server that was promoted. */
export const MOST_UNANSWERED_BEATS = 2;
/** So one that is late keeps back no other. */
export const MOST_BEATS = 3;
const ASK_SYNCHRONOUS = `SELECT ${IS_SYNCHRONOUS} AS synchronous`;
/** Written to the log of the server and to no table. It is a commit, which waits for a standby like every other. */
const HEARTBEAT = `${ASK_SYNCHRONOUS}, pg_logical_emit_message(true, 'behalf', '')`;
const WITHHELD =
  'PostgreSQL keeps heartbeats from the user: grant it EXECUTE on pg_logical_emit_message(boolean, text, text)';

export interface Heartbeat {
  /**
   * Whether what the server had committed before is durable: a standby has it, or the server needs none. Throws StoreUnavailable without
   * an answer.
   */
  beat(): Promise<boolean>;
  /** Closes the connections that it keeps. */
  release(): void;
  /** The same, and keeps none from then on: a heartbeat under way closes its own when it is over. */
  end(): void;
}

/**
 * Keeps connections of its own: while many calls wait for connections, a heartbeat must not. `named`: a text with the name of its prepared
 * statement. `unanswered`: where connections go that do not answer.
 */
export const heartbeat = (
  pool: CheckedPool,
  named: (text: string) => { readonly name: string; readonly text: string },
  unanswered: GivenUp,
): Heartbeat => {
  const { confirmation } = pool;
  const kept: { readonly client: PoolClient; readonly until: number }[] = [];
  let isEnded = false;

  const send = async (client: PoolClient): Promise<boolean> => {
    const epoch = pool.epochOf(client);
    const isCutShort = pool.cutShort(client);
    const ask = async (text: string, more = {}): Promise<{ readonly sent: Beat; readonly isSynchronous: boolean }> => {
      const sent = confirmation.beat();
      const { rows } = await client.query({ ...named(text), ...more });
      const isSynchronous = rows[0]?.['synchronous'] === true;
      confirmation.answered(sent, epoch, isSynchronous);
      return { sent, isSynchronous };
    };
    // A server without a standby has nothing to write.
    if (!confirmation.isSynchronous() && !(await ask(ASK_SYNCHRONOUS)).isSynchronous) return true;
    const { sent, isSynchronous } = await ask(HEARTBEAT, { query_timeout: CONFIRMED_MILLISECONDS });
    if (isCutShort()) return false;
    if (isSynchronous) confirmation.confirmed(sent, epoch);
    return true;
  };
  const failed = (error: unknown): StoreUnavailable => {
    const refusal = isWithheld(error) ? new StoreUnavailable(WITHHELD) : unavailable(error);
    const failure = isStoreUnavailable(error) ? error : refusal;
    const isExplained = failure.cause === undefined || codeOf(error) !== undefined;
    confirmation.failed(isExplained ? failure.message : undefined);
    return failure;
  };
  const connection = async () => {
    const found = kept.pop();
    if (found) return found;
    const client = await pool.connect();
    return { client, until: confirmation.beat().monotonic + 1000 * LIFETIME_SECONDS };
  };

  const release = (): void => {
    for (const { client } of kept.splice(0)) client.release(true);
  };

  return {
    async beat() {
      if (unanswered.size() >= MOST_UNANSWERED_BEATS) {
        throw new StoreUnavailable(`PostgreSQL has not answered ${unanswered.size()} heartbeats`);
      }
      let client: PoolClient | undefined;
      try {
        const used = await connection();
        client = used.client;
        const isDurable = await send(client);
        if (!isEnded && pool.isCurrent(client) && confirmation.beat().monotonic < used.until) kept.push(used);
        else client.release(true);
        return isDurable;
      } catch (error) {
        // Any other statement ends at the server with its connection.
        const isWaiting = confirmation.isSynchronous() && isGivenUp(error);
        if (client && isWaiting && !isEnded) unanswered.add(client);
        else client?.release(true);
        throw failed(error);
      }
    },
    release,
    end() {
      isEnded = true;
      release();
    },
  };
};
