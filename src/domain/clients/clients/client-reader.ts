/**
 * Reads clients. Needs only the store and the time, so that everything that reads clients can be created before the registry
 * that changes them (client-registry.ts).
 */
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { CLIENTS, type Client } from './client.ts';
import { BUILT_IN_CLIENT } from './command-line-client.ts';

export interface ClientReader {
  /** Reads one client. Treats an expired client as absent, whether or not the sweeper has removed it. The
   * client of the command line is built in. */
  get(id: string): Promise<Versioned<Client> | undefined>;
}

export const clientReader = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): ClientReader => {
  const clients = documents.collection<Client>(CLIENTS);
  return {
    async get(id) {
      if (id === BUILT_IN_CLIENT.document.id) return BUILT_IN_CLIENT;
      const found = await clients.get(id);
      return found && isUnexpired(found.document, clock.now()) ? found : undefined;
    },
  };
};

/** Whether a client exists and has not expired at this second. */
export const isUnexpired = ({ expiresAt }: Client, now: number): boolean => expiresAt === undefined || expiresAt > now;
