/** A server process on stores that outlive it, for campaigns that kill the server. */
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../support/server-process.ts';
import { type ServerStores, type StartedStores, startStores } from './server-stores.ts';

/** `name` says what stands behind it. */
export type ServerOn = Pick<StartedStores, 'name' | 'database'> & {
  readonly server: ServerProcess;
  remove(): Promise<void>;
};

export const startServerOn = async (
  stores: ServerStores,
  { environment, ...options }: ServerOptions = {},
): Promise<ServerOn> => {
  const started = await startStores(stores);
  try {
    const server = await startServer({
      ...options,
      environment: { ...WITHOUT_LIMITS, ...started.environment, ...environment },
    });
    const { name, database } = started;
    const remove = async (): Promise<void> => {
      await server.remove();
      await started.remove();
    };
    return { name, server, remove, ...(database ? { database } : {}) };
  } catch (error) {
    await started.remove();
    throw error;
  }
};
