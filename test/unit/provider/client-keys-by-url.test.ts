/** From where the keys of a client come. */
import { expect, test } from '@jest/globals';
import { clientKeysByUrl } from '../../../src/provider/client-authentication/client-keys-by-url.ts';

const KEYS = { keys: [{ kty: 'EC', kid: 'one' }] };
const REGISTERED = { selectForVerify: () => ['a registered key'] };

/** A client to which the key source was installed, and the URLs from which keys were fetched. */
const installed = (metadata: object) => {
  const fetched: unknown[] = [];
  const find = async (question: object) => {
    fetched.push(question);
    return KEYS;
  };
  class Client {
    asymmetricKeyStore: object;
    constructor({ jwks }: { readonly jwks: typeof KEYS }) {
      this.asymmetricKeyStore = { selectForVerify: () => jwks.keys };
    }
  }
  const client = { clientId: 'app_1', asymmetricKeyStore: REGISTERED, ...metadata };
  clientKeysByUrl({ Client } as never, { find, again: find } as never, {} as never).install(client as never, undefined);
  return { client, fetched };
};

test('a client with registered keys keeps them, and no key is fetched for it', () => {
  const { client, fetched } = installed({});
  expect(client.asymmetricKeyStore).toBe(REGISTERED);
  expect(fetched).toEqual([]);
});

test('for a client with `jwks_uri`, each verification begins without a key and fetches from there', async () => {
  const { client, fetched } = installed({ jwksUri: 'https://app.example/keys' });
  const store = client.asymmetricKeyStore as typeof REGISTERED & { refresh(): Promise<void> };
  expect(store.selectForVerify()).toEqual([]);
  await store.refresh();
  expect(store.selectForVerify()).toEqual(KEYS.keys);
  expect(fetched).toEqual([{ url: 'https://app.example/keys', internal: undefined }]);
});
