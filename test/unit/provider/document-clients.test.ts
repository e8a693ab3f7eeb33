/** Which version of a client that is a metadata document a request is about. */
import { expect, test } from '@jest/globals';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { documentClients } from '../../../src/provider/storage/document-clients.ts';
import { during, requestAt } from './provider-models.ts';

const ID = 'https://app.example/client';

const scene = (grant?: object, thrown?: Error) => {
  const did: unknown[] = [];
  const clients = documentClients(
    {
      async current(id: string, asking: object) {
        did.push(asking);
        if (thrown) throw thrown;
        return { id, which: 'current' };
      },
      get: async (id: string) => (id === ID ? { document: { id, which: 'last' }, version: 1 } : undefined),
      version: async (id: string, version: string) => ({ id, which: version }),
    } as never,
    {
      async find() {
        did.push('grant');
        return grant;
      },
    } as never,
  );
  const find = (route: string | undefined, id = ID) =>
    during(route === undefined ? undefined : requestAt(route), () => clients.find(id));
  return { find, did };
};

test.each(['authorization', 'pushed_authorization_request', 'device_authorization'])(
  'where an authorization begins, at %s, it is the current document',
  async (route) => {
    const { find, did } = scene({ clientId: ID, payload: { clientVersion: 'old' } });
    expect(await find(route)).toMatchObject({ which: 'current' });
    expect(did).toEqual([expect.objectContaining({ request: 'req_1' })]);
  },
);

test('with a credential of a grant it is the version of the grant, and none where that names none', async () => {
  const { find } = scene({ clientId: ID, payload: { clientVersion: 'old' } });
  expect(await find('token')).toMatchObject({ which: 'old' });
  expect(await scene({ clientId: ID, payload: {} }).find('token')).toBeUndefined();
});

test('elsewhere it is the last one seen', async () => {
  expect(await scene({ clientId: 'https://other.example', payload: {} }).find('token')).toMatchObject({
    which: 'last',
  });
  expect(await scene().find('token')).toMatchObject({ which: 'last' });
  const grant = { clientId: ID, payload: { clientVersion: 'old' } };
  for (const route of [undefined, 'resume', 'end_session']) {
    const { find, did } = scene(grant);
    expect([await find(route), did]).toEqual([expect.objectContaining({ which: 'last' }), []]);
  }
  expect(await scene().find(undefined, 'https://unknown.example')).toBeUndefined();
});

const denial = { id: 'dny_1', layer: 'client', reason: 'client_killed' } as never;

test.each<[string, DomainError, object]>([
  [
    'a field that is wrong',
    new DomainError('invalid_field', 'is wrong', { field: '/jwks' }),
    { error: 'invalid_client', error_description: 'client metadata document: jwks: is wrong' },
  ],
  [
    'a document that is wrong',
    new DomainError('invalid_request', 'is wrong'),
    { error: 'invalid_client', error_description: 'client metadata document: is wrong' },
  ],
  ['a client that is refused', new DomainError('forbidden', 'no', { denial }), { error: 'unauthorized_client' }],
  ['a store that fails', new DomainError('unavailable', 'later'), { code: 'unavailable' }],
])('%s is told to the client', async (_, thrown, error) => {
  await expect(scene(undefined, thrown).find('authorization')).rejects.toMatchObject(error);
  const other = new TypeError('fault');
  await expect(scene(undefined, other).find('authorization')).rejects.toBe(other);
});
