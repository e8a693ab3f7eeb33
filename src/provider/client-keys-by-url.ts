/**
 * Keys of clients and agents that serve them at `jwks_uri`. The engine would fetch them itself, keep them as
 * long as the one who serves them says, and know no new key before that; here `keys-by-url.ts` does it.
 */
import { decodeProtectedHeader } from 'jose';
import Provider from 'oidc-provider';
import type { JsonWebKeySet } from '../domain/clients/client.ts';
import { type KeysByUrl, whyNoKeys } from '../domain/clients/keys-by-url.ts';
import { factsOf } from './request-facts.ts';

type Client = InstanceType<Provider['Client']>;

/** The part of the engine's key store that verifying a signature uses. */
type KeyStore = {
  selectForVerify(options: object): readonly object[];
  getKeyObject(key: object, isPublic: boolean): unknown;
};

export type ClientKeysByUrl = ReturnType<typeof clientKeysByUrl>;

export const clientKeysByUrl = (provider: Provider, keysByUrl: KeysByUrl) => {
  const stores = new WeakMap<JsonWebKeySet, KeyStore>();
  const models = provider.Client as unknown as { new (metadata: object): { readonly asymmetricKeyStore: KeyStore } };

  /** A key store of the engine over these keys. */
  const storeOf = (jwks: JsonWebKeySet): KeyStore => {
    const known = stores.get(jwks);
    if (known) return known;
    const method = { token_endpoint_auth_method: 'private_key_jwt', redirect_uris: [], response_types: [] };
    const { asymmetricKeyStore } = new models({ client_id: 'keys', ...method, grant_types: [], jwks });
    stores.set(jwks, asymmetricKeyStore);
    return asymmetricKeyStore;
  };

  /**
   * For one verification: knows no key until asked to refresh; the second refresh, after no key has fitted, fetches
   * anew; then it is at its end. The engine refreshes as long as a store is not fresh.
   */
  const storeAt = (url: string, isCounted: boolean): object => {
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
        const source = isCounted && context ? factsOf(context.req).source : undefined;
        const question = { url, ...(kid === undefined ? {} : { kid }), ...(source === undefined ? {} : { source }) };
        try {
          const keys = refreshed === 1 ? await keysByUrl.find(question) : await keysByUrl.again(question);
          found = storeOf(keys);
        } catch (error) {
          refreshed = 2;
          // Its message goes into the trail, for the owner; the caller hears invalid_client.
          throw new Error(whyNoKeys(error), { cause: error });
        }
      },
    };
  };

  return {
    /** Gives a client with `jwks_uri` this way of finding its keys. */
    install(client: Client): void {
      const { jwksUri, clientId } = client;
      if (jwksUri === undefined) return;
      // The URLs of those who are registered are known; any number of them may come from behind one address.
      const isCounted = clientId.startsWith('https:');
      Object.defineProperty(client, 'asymmetricKeyStore', { get: () => storeAt(jwksUri, isCounted) });
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
