import type { MongoClient, ServerHeartbeatStartedEvent } from 'mongodb';

/** The driver's pause between two heartbeats, and the longest a server may take to answer an awaited one. */
const HEARTBEAT_MILLISECONDS = 10_000;

/**
 * Restarts the driver when it waits for an event that cannot come. A command written to a socket that was reset a
 * moment before waits for its `drain` forever, regardless of timeouts (mongodb 7.9, `Connection.writeCommand`). If
 * the monitor sent that command, the server stays unknown for good. Any other command keeps its place in the pool.
 */
export const stuckDriver = (client: Pick<MongoClient, 'on' | 'close' | 'connect'>, deadlineMilliseconds: number) => {
  /** By address: when a pending heartbeat should have ended. */
  const heartbeats = new Map<string, number>();
  /** When a running call should have ended, by all its timeouts taken together. */
  const calls = new Map<Promise<unknown>, number>();
  let restarting: Promise<void> | undefined;

  const after = (milliseconds: number): number => performance.now() + milliseconds;
  client.on('serverHeartbeatStarted', ({ connectionId, awaited }: ServerHeartbeatStartedEvent) => {
    heartbeats.set(connectionId, after(4 * deadlineMilliseconds + (awaited ? HEARTBEAT_MILLISECONDS : 0)));
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => void heartbeats.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => void heartbeats.delete(connectionId));
  client.on('serverClosed', ({ address }) => void heartbeats.delete(address));

  const restart = async (): Promise<void> => {
    heartbeats.clear();
    calls.clear();
    await client.close();
    // If it is unreachable, the next call tries again.
    await client.connect().catch(() => undefined);
  };
  const look = (): void => {
    const now = performance.now();
    const isStuck = [...heartbeats.values(), ...calls.values()].some((end) => end < now);
    if (!isStuck || restarting) return;
    restarting = restart()
      .catch(() => undefined)
      .finally(() => {
        restarting = undefined;
      });
  };
  const timer = setInterval(look, deadlineMilliseconds).unref();

  return {
    /** Watches a running call. */
    watch(call: Promise<unknown>): void {
      calls.set(call, after(10 * deadlineMilliseconds));
      const end = (): void => void calls.delete(call);
      call.then(end, end);
    },
    /** Running calls that may still end. */
    underWay: (): readonly Promise<unknown>[] => [...calls.keys()],
    /** Idempotent. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await restarting;
    },
  };
};
