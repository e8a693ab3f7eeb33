import type { PoolClient } from 'pg';

export interface GivenUp {
  /** How many there are. */
  size(): number;
  add(client: PoolClient): void;
  /** Closes all. */
  end(): void;
}

const ASK_EVERY_MILLISECONDS = 30_000;

/**
 * Connections whose caller has stopped waiting. The server may go on with the statement, such as a commit that waits for a standby, and
 * notices a closed connection only when it is done. So each keeps its place in the pool until the server has answered or closed it, or, asked every 30
 * seconds, has it no more. `isServed`: whether the server still has the session of this number; false also without an answer.
 */
export const givenUp = (isServed: (session: number) => Promise<boolean>): GivenUp => {
  const ends = new Set<() => void>();
  return {
    size: () => ends.size,
    add(client) {
      const end = (): void => {
        if (!ends.delete(end)) return;
        clearInterval(timer);
        client.release(true);
      };
      const ask = async (): Promise<void> => {
        if (!(await isServed(client.processID ?? 0))) end();
      };
      const timer = setInterval(() => void ask(), ASK_EVERY_MILLISECONDS);
      timer.unref();
      ends.add(end);
      // The server is ready for another statement.
      client.on('drain', end);
      client.on('end', end);
    },
    end() {
      for (const end of [...ends]) end();
    },
  };
};
