import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Broadcast, TOPICS, type Topic } from '../../src/domain/ports/broadcast.ts';
import { LIFETIME_SECONDS } from './checked-pool.ts';
import { connectionOf, type PostgresqlSource } from './shared-connection.ts';

/** Without questions, a connection that only listens would not notice that the server is gone, or has become unsuitable. */
const JUDGE_EVERY_MILLISECONDS = 2000;
/** Then it is as old as others get. */
const MOST_JUDGED = (1000 * LIFETIME_SECONDS) / JUDGE_EVERY_MILLISECONDS;
const RECONNECT_AFTER_MILLISECONDS = 200;

/**
 * LISTEN and NOTIFY of PostgreSQL, on a connection that is opened again after a break, and when the server has become unsuitable: what is
 * sent in that moment is missed. Each minute another connection follows it, as with those of calls. Both listen until the first has
 * handed over all that it heard, so nothing is missed then, and a message may be heard twice. Installations in other schemas hear nothing
 * of it. A message has less than 8,000 bytes; a longer one is not sent. Throws StoreUnavailable with the reason when the server is not
 * available at start, or unsuitable. `judgeEveryMilliseconds`: how often the connection is checked; it is followed after 30 checks.
 */
export const postgresqlBroadcast = async (
  source: PostgresqlSource,
  { judgeEveryMilliseconds = JUDGE_EVERY_MILLISECONDS } = {},
): Promise<Broadcast> => {
  const connection = await connectionOf(source);
  const handlers = new Map<string, ((message: string) => void)[]>(TOPICS.map((topic) => [topic, []]));
  const ending = new AbortController();
  let listening: PoolClient | undefined;
  let judged = 0;

  const heard = (payload: string): void => {
    const at = payload.indexOf(' ');
    for (const handler of handlers.get(payload.slice(0, at)) ?? []) handler(payload.slice(at + 1));
  };
  const listen = async (): Promise<PoolClient> => {
    const client = await connection.hold();
    try {
      client.on('notification', ({ payload = '' }) => heard(payload));
      await client.query({ text: LISTEN });
      judged = 0;
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  const pause = (milliseconds: number): Promise<void> =>
    delay(milliseconds, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  const end = (): void => {
    listening?.release(true);
    listening = undefined;
  };
  /**
   * The last judgement of the connection before brings what was sent to it alone. Without a next one it goes on, and is followed after its
   * next judgement.
   */
  const follow = async (before: PoolClient): Promise<void> => {
    const next = await listen().catch(() => undefined);
    if (!next) return;
    // It ends in any case, and the next one was judged when it was opened.
    await connection.judge(before).catch(() => undefined);
    end();
    listening = next;
  };
  /** Listens again when the server does not answer, or may not be the one to hear. Ends with `close`. */
  const keep = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        listening ??= await listen();
        await pause(judgeEveryMilliseconds);
        await connection.judge(listening);
        judged += 1;
        if (judged >= MOST_JUDGED) await follow(listening);
      } catch {
        end();
        await pause(RECONNECT_AFTER_MILLISECONDS);
      }
    }
    end();
  };
  try {
    listening = await listen();
  } catch (error) {
    await connection.close();
    throw error;
  }
  const kept = keep();

  return {
    async publish(topic: Topic, message: string) {
      try {
        await connection.call(() => connection.send(NOTIFY, [`${topic} ${message}`]));
        return true;
      } catch {
        return false;
      }
    },
    subscribe(topic, handler) {
      handlers.get(topic)?.push(handler);
    },
    async close() {
      ending.abort();
      for (const topic of TOPICS) handlers.set(topic, []);
      await kept;
      await connection.close();
    },
  };
};

/** The channel has the name of the schema. */
const LISTEN = `DO $$ BEGIN EXECUTE format('LISTEN %I', 'behalf ' || current_schema()); END $$`;
const NOTIFY = "SELECT pg_notify('behalf ' || current_schema(), $1)";
