/** A server process on stores that outlive it, for campaigns that kill the server and not the stores. */
import { startMongodb } from '../support/mongodb-server.ts';
import { startRedis } from '../support/redis-server.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../support/server-process.ts';

export const SERVER_STORES = ['sqlite', 'mongodb+redis'] as const;
export type ServerStores = (typeof SERVER_STORES)[number];

/** `name` says what stands behind it. */
export type ServerOn = { readonly name: string; readonly server: ServerProcess; remove(): Promise<void> };

export const startServerOn = async (
  stores: ServerStores,
  { environment, ...options }: ServerOptions = {},
): Promise<ServerOn> => {
  if (stores === 'sqlite') {
    const server = await startServer({ ...options, environment: { ...WITHOUT_LIMITS, ...environment } });
    return { name: stores, server, remove: server.remove };
  }
  const mongodb = await startMongodb();
  const redis = await startRedis([['maxmemory-policy', 'noeviction']]).catch(async (error: Error) => {
    await mongodb.remove();
    throw error;
  });
  const removeStores = async (): Promise<void> => {
    await mongodb.remove();
    await redis.remove();
  };
  try {
    const server = await startServer({
      ...options,
      environment: {
        ...WITHOUT_LIMITS,
        BEHALF_MONGODB_URL: mongodb.url('behalf_campaign'),
        BEHALF_REDIS_URL: redis.url,
        BEHALF__STORES__ALLOWSTANDALONE: String(mongodb.isStandalone),
        ...environment,
      },
    });
    const remove = async (): Promise<void> => {
      await server.remove();
      await removeStores();
    };
    return { name: `mongodb (${mongodb.kind}) + redis`, server, remove };
  } catch (error) {
    await removeStores();
    throw error;
  }
};
