import { type Broadcast, TOPICS, type Topic } from '../../src/domain/ports/broadcast.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { redisAddress } from './addresses.ts';
import { type RedisTls, redisConnection } from './connection.ts';

export type RedisBroadcastOptions = {
  /** See `redisAddress`. */
  readonly url: string;
  /** Prefix of every channel; installations that share a Redis have different ones. */
  readonly prefix?: string;
  readonly deadlineMilliseconds?: number;
  readonly tls?: RedisTls;
};

/** Without pings, a connection that only listens would not notice that the server is gone. */
const PING_EVERY_MILLISECONDS = 2000;

/**
 * Publish and subscribe of Redis, on its own connection, which reconnects and resubscribes by itself. Throws
 * StoreUnavailable with the reason when it is not available at start: an ACL user needs the channels besides the
 * keys.
 */
export const redisBroadcast = async (options: RedisBroadcastOptions): Promise<Broadcast> => {
  const { prefix = 'behalf:', deadlineMilliseconds = 1000 } = options;
  const address = redisAddress(options.url);
  const { client, run, close } = redisConnection(address, deadlineMilliseconds, options.tls);
  const channelOf = (topic: Topic): string => `${prefix}${topic}`;
  const handlers = new Map<string, ((message: string) => void)[]>(TOPICS.map((topic) => [channelOf(topic), []]));
  client.on('message', (channel: string, message: string) => {
    for (const handler of handlers.get(channel) ?? []) handler(message);
  });

  try {
    // With RESP3 the same connection still accepts commands; after a break the driver subscribes again.
    await run(() => client.subscribe(...handlers.keys()), { isRepeatable: true });
  } catch (error) {
    await close();
    const { cause } = error as { cause?: unknown };
    if (!/^NOPERM/.test(String((cause as Error | undefined)?.message))) throw error;
    throw new StoreUnavailable(
      `the Redis user may not use the channels ${prefix}*: give it &${prefix}* +publish +subscribe`,
      { cause },
    );
  }
  const pinging = setInterval(() => {
    run(() => client.ping()).catch(() => undefined);
  }, PING_EVERY_MILLISECONDS).unref();

  return {
    async publish(topic, message) {
      try {
        await run(() => client.publish(channelOf(topic), message), { isRepeatable: true });
        return true;
      } catch {
        return false;
      }
    },
    subscribe(topic, handler) {
      handlers.get(channelOf(topic))?.push(handler);
    },
    async close() {
      clearInterval(pinging);
      await close();
    },
  };
};
