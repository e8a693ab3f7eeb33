/**
 * Caches oidc-provider's client objects. Without it, oidc-provider hashes all metadata at each look-up, and validates it anew
 * for a client that is not among its last hundred. Here an object is created once for each state of a registration, and lives
 * as long as that state is cached.
 */
import type Provider from 'oidc-provider';
import { asProtocol } from '../seam/oauth-errors.ts';
import type { ClientKeysByUrl } from './client-keys-by-url.ts';
import type { ProviderClients } from './client-metadata.ts';
import type { PresentedCredentials } from './presented-credentials.ts';

type Client = InstanceType<Provider['Client']>;

export const clientObjects = (
  provider: Provider,
  clients: Pick<ProviderClients, 'find' | 'agentOf'>,
  keys: Pick<ClientKeysByUrl, 'install'>,
  presented: Pick<PresentedCredentials, 'clientIdOf' | 'replace'>,
): void => {
  const made = new WeakMap<object, Client>();
  const models = provider.Client as unknown as {
    new (metadata: object): Client;
    find(id: unknown): Promise<Client | undefined>;
  };
  models.find = (given) =>
    asProtocol(async () => {
      const id = await presented.clientIdOf(given);
      const metadata = typeof id === 'string' ? await clients.find(id) : undefined;
      if (!metadata) return undefined;
      const client = made.get(metadata) ?? new models(metadata);
      if (!made.has(metadata)) {
        keys.install(client, clients.agentOf(metadata));
        made.set(metadata, client);
      }
      presented.replace(client.clientId);
      return client;
    });
};
