/** One pool for all stores of a process: each has a part, and the pool is closed with the last of them. */
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { connectPostgresql, type PostgresqlConnection, type PostgresqlOptions } from './connection.ts';
import { runningCalls } from './running-calls.ts';

/** A pool of its own, or a part of another store's. */
export type PostgresqlSource = PostgresqlOptions | { readonly connection: SharedConnection };

export interface SharedConnection extends PostgresqlConnection {
  /** Another part, which its user closes. Throws StoreUnavailable after `close`. */
  part(): SharedConnection;
}

/** Throws StoreUnavailable with the reason when the server is unreachable or unsuitable. */
export const connectionOf = async (source: PostgresqlSource): Promise<SharedConnection> =>
  'connection' in source ? source.connection : sharing(await connectPostgresql(source));

const sharing = (pool: PostgresqlConnection): SharedConnection => {
  let parts = 0;
  const part = (): SharedConnection => {
    parts += 1;
    const calls = runningCalls();
    let closing: Promise<void> | undefined;
    const assertOpen = (): void => {
      if (closing) throw new StoreUnavailable('the store is closed');
      pool.assertOpen();
    };
    const end = async (): Promise<void> => {
      await calls.settled(4 * pool.deadlineMilliseconds);
      parts -= 1;
      if (parts === 0) await pool.close();
    };
    return {
      ...pool,
      part() {
        assertOpen();
        return part();
      },
      assertOpen,
      async call(work) {
        assertOpen();
        return calls.track(pool.call(work));
      },
      check: () => (closing ? Promise.resolve('the store is closed') : pool.check()),
      close() {
        closing ??= end();
        return closing;
      },
    };
  };
  return part();
};
