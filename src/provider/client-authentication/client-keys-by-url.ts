/**
 * The keys that verify assertions of clients and agents. oidc-provider would fetch a `jwks_uri` itself, keep the keys as long
 * as their server says, and learn no new key before that. Here `keys-by-url.ts` fetches them. For an agent,
 * presented-credentials.ts determines the valid keys of each request.
 */
import { decodeProtectedHeader } from 'jose';
import Provider from 'oidc-provider';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { type KeysByUrl, whyNoKeys } from '../../domain/platform/remote-keys/keys-by-url.ts';
import { isByOperator } from '../../domain/platform/remote-keys/operator-urls.ts';
import type { InternalPurpose } from '../../domain/ports/trusted-fetch.ts';
import { clientNetwork } from '../../domain/vocabulary/client-network.ts';
import type { JsonWebKeySet } from '../../domain/vocabulary/json-web-keys.ts';
import type { KeyStore } from '../seam/presented-credential.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { PresentedCredentials } from './presented-credentials.ts';

type Client = InstanceType<Provider['Client']>;

export interface ClientKeysByUrl {
  /** Sets the key source of a client: for an agent all its credentials, for a client with `jwks_uri` the keys served there. */
  install(client: Client, agent: Agent | undefined): void;
}

export const clientKeysByUrl = (
  provider: Provider,
  keysByUrl: KeysByUrl,
  presented: Pick<PresentedCredentials, 'keysOf'>,
): ClientKeysByUrl => {
  const stores = new WeakMap<JsonWebKeySet, KeyStore>();
  const models = provider.Client as unknown as { new (metadata: object): { readonly asymmetricKeyStore: KeyStore } };

  /** A key store of oidc-provider with these keys. */
  const storeOf = (jwks: JsonWebKeySet): KeyStore => {
    const known = stores.get(jwks);
    if (known) return known;
    const method = { token_endpoint_auth_method: 'private_key_jwt', redirect_uris: [], response_types: [] };
    const { asymmetricKeyStore } = new models({ client_id: 'keys', ...method, grant_types: [], jwks });
    stores.set(jwks, asymmetricKeyStore);
    return asymmetricKeyStore;
  };

  /**
   * A key store for one verification. It has no key until the first refresh. The second refresh, after no key matched,
   * fetches anew; there is no third. oidc-provider refreshes while a store is not fresh.
   */
  const storeAt = (url: string, isCounted: boolean, internal: InternalPurpose | undefined): object => {
    let found: KeyStore | undefined;
    let refreshed = 0;
    return {
      selectForVerify: (options: object) => found?.selectForVerify(options) ?? [],
      getKeyObject: (key: object, isPublic: boolean) => found?.getKeyObject(key, isPublic),
      fresh: () => refreshed === 2,
      async refresh() {
        refreshed += 1;
        const context = Provider.ctx;
        const kid = keyIdOf(context?.oidc.params?.['client_assertion']);
        const source = isCounted && context ? clientNetwork(factsOf(context.req).source) : undefined;
        const question = {
          url,
          internal,
          ...(kid === undefined ? {} : { kid }),
          ...(source === undefined ? {} : { source }),
        };
        try {
          const keys = refreshed === 1 ? await keysByUrl.find(question) : await keysByUrl.again(question);
          found = storeOf(keys);
        } catch (error) {
          refreshed = 2;
          // The message goes to the audit log, for the owner; the caller gets invalid_client.
          throw new Error(whyNoKeys(error), { cause: error });
        }
      },
    };
  };

  const storesOf = (agent: Agent) => ({
    of: storeOf,
    async at(url: string, kid: string | undefined, again: boolean): Promise<JsonWebKeySet> {
      const internal = isByOperator(agent, url) ? ('clientKeys' as const) : undefined;
      const question = { url, internal, ...(kid === undefined ? {} : { kid }) };
      try {
        return await (again ? keysByUrl.again(question) : keysByUrl.find(question));
      } catch (error) {
        throw new Error(whyNoKeys(error), { cause: error });
      }
    },
  });

  return {
    install(client: Client, agent: Agent | undefined): void {
      const { jwksUri, clientId } = client;
      if (agent) {
        Object.defineProperty(client, 'asymmetricKeyStore', { get: () => presented.keysOf(agent, storesOf(agent)) });
        return;
      }
      if (jwksUri === undefined) return;
      // Not counted for registered clients: their URLs are known, and any number of them may share one address.
      const isCounted = clientId.startsWith('https:');
      const internal = isCounted ? 'clientMetadata' : client['behalf_keys_by_operator'] ? 'clientKeys' : undefined;
      Object.defineProperty(client, 'asymmetricKeyStore', { get: () => storeAt(jwksUri, isCounted, internal) });
    },
  };
};

const keyIdOf = (assertion: unknown): string | undefined => {
  try {
    const { kid } = decodeProtectedHeader(String(assertion));
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
};
