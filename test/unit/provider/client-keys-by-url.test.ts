/** From where the keys of a client come. */
import { describe, expect, test } from '@jest/globals';
import { clientKeysByUrl } from '../../../src/provider/client-authentication/client-keys-by-url.ts';
import { during, requestAt } from './provider-models.ts';

const KEYS = { keys: [{ kty: 'EC', kid: 'one' }] };
const REGISTERED = { selectForVerify: () => ['a registered key'] };

/** A client to which the key source was installed, and the URLs from which keys were fetched. */
const installed = (
  metadata: object,
  answer: () => Promise<object> = async () => KEYS,
  { agent, keysOf }: { readonly agent?: never; readonly keysOf?: (agent: object, stores: object) => object } = {},
) => {
  const fetched: unknown[] = [];
  let made = 0;
  const find = async (question: object) => {
    fetched.push(question);
    return answer();
  };
  class Client {
    asymmetricKeyStore: object;
    constructor({ jwks }: { readonly jwks: typeof KEYS }) {
      made += 1;
      this.asymmetricKeyStore = { selectForVerify: () => jwks.keys };
    }
  }
  const client = { clientId: 'app_1', asymmetricKeyStore: REGISTERED, ...metadata };
  clientKeysByUrl({ Client } as never, { find, again: find } as never, { keysOf } as never).install(
    client as never,
    agent,
  );
  return { client, fetched, made: () => made };
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

describe('keys at a URL', () => {
  const URL_OF_KEYS = 'https://app.example/keys';
  const assertion = (header: object): string => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.c2ln`;
  type Store = { refresh(): Promise<void>; fresh(): boolean; selectForVerify(options?: object): unknown };
  const storeOf = (client: { readonly asymmetricKeyStore: object }) => client.asymmetricKeyStore as Store;

  test('are asked for by the key id of the assertion, and counted for the network of an unregistered client', async () => {
    const request = (header: object) => requestAt('token', { params: { client_assertion: assertion(header) } });
    const question = async (metadata: object, header: object) => {
      const { client, fetched } = installed({ jwksUri: URL_OF_KEYS, ...metadata });
      await during(request(header), () => storeOf(client).refresh());
      return fetched[0];
    };
    const of = { url: URL_OF_KEYS };
    expect(await question({}, { alg: 'ES256', kid: 'one' })).toEqual({ ...of, internal: undefined, kid: 'one' });
    expect(await question({}, { alg: 'ES256', kid: 7 })).toEqual({ ...of, internal: undefined });
    expect(await question({ behalf_keys_by_operator: true }, { alg: 'ES256' })).toEqual({
      ...of,
      internal: 'clientKeys',
    });
    expect(await question({ clientId: 'https://app.example' }, { alg: 'ES256' })).toMatchObject({
      ...{ internal: 'clientMetadata', source: expect.any(String) },
    });
    const { client, fetched } = installed({ jwksUri: URL_OF_KEYS, clientId: 'https://app.example' });
    await during(undefined, () => storeOf(client).refresh());
    expect(fetched).toEqual([{ ...of, internal: 'clientMetadata' }]);
  });

  test('are fetched twice for one verification, and once where the first time fails', async () => {
    const { client, fetched } = installed({ jwksUri: URL_OF_KEYS });
    const store = storeOf(client);
    expect(store.fresh()).toBe(false);
    await store.refresh();
    expect(store.fresh()).toBe(false);
    await store.refresh();
    expect([store.fresh(), fetched.length]).toEqual([true, 2]);
    const failing = installed({ jwksUri: URL_OF_KEYS }, () => Promise.reject(new Error('no answer')));
    const other = storeOf(failing.client);
    await expect(other.refresh()).rejects.toThrow();
    expect([other.fresh(), other.selectForVerify()]).toEqual([true, []]);
  });

  test('of an agent are those of its credentials, from addresses of the operator where the operator named them', async () => {
    const asked: unknown[] = [];
    const ofAgent = { id: 'agt_a', urlsByOperator: [] } as never;
    const { client, fetched, made } = installed({ clientId: 'agt_a' }, undefined, {
      agent: ofAgent,
      keysOf: (agent: object, stores: object) => {
        asked.push(agent);
        return stores;
      },
    });
    const stores = client.asymmetricKeyStore as unknown as {
      of(keys: object): object;
      at(url: string, kid: string | undefined, again: boolean): Promise<unknown>;
    };
    expect(asked).toEqual([ofAgent]);
    expect(stores.of(KEYS)).toBe(stores.of(KEYS));
    expect(stores.of({ ...KEYS })).not.toBe(stores.of(KEYS));
    expect(made()).toBe(2);
    expect(await stores.at(URL_OF_KEYS, undefined, false)).toBe(KEYS);
    await stores.at(URL_OF_KEYS, 'one', true);
    expect(fetched).toEqual([
      { url: URL_OF_KEYS, internal: undefined },
      { url: URL_OF_KEYS, internal: undefined, kid: 'one' },
    ]);
  });
});
