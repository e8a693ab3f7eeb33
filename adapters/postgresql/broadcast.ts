import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { type Broadcast, TOPICS, type Topic } from '../../src/domain/ports/broadcast.ts';
import { connectPostgresql, type PostgresqlOptions } from './connection.ts';

/** Without questions, a connection that only listens would not notice that the server is gone. */
const ASK_EVERY_MILLISECONDS = 2000;
const RECONNECT_AFTER_MILLISECONDS = 200;

/**
 * LISTEN and NOTIFY of PostgreSQL, on a connection that is opened again after a break. Installations in other schemas hear nothing of
 * it. A message has less than 8,000 bytes; a longer one is not sent. Throws StoreUnavailable with the reason when the server is not
 * available at start, or unsuitable.
 */
export const postgresqlBroadcast = async (options: PostgresqlOptions): Promise<Broadcast> => {
  // One connection listens, and the others send.
  const connection = await connectPostgresql({ connections: 3, ...options });
  const handlers = new Map<string, ((message: string) => void)[]>(TOPICS.map((topic) => [topic, []]));
  const ending = new AbortController();
  let listening: PoolClient | undefined;

  const heard = (payload: string): void => {
    const at = payload.indexOf(' ');
    for (const handler of handlers.get(payload.slice(0, at)) ?? []) handler(payload.slice(at + 1));
  };
  const listen = async (): Promise<PoolClient> => {
    const client = await connection.hold();
    try {
      client.on('notification', ({ payload = '' }) => heard(payload));
      await client.query({ text: LISTEN });
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  const pause = (milliseconds: number): Promise<void> =>
    delay(milliseconds, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  /** Asks now and then, and listens again when there is no answer. Ends with `close`. */
  const keep = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        listening ??= await listen();
        await pause(ASK_EVERY_MILLISECONDS);
        await listening.query({ text: 'SELECT 1' });
      } catch {
        listening?.release(true);
        listening = undefined;
        await pause(RECONNECT_AFTER_MILLISECONDS);
      }
    }
    listening?.release(true);
    listening = undefined;
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
        await connection.call(() => connection.query(NOTIFY, [`${topic} ${message}`]));
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
