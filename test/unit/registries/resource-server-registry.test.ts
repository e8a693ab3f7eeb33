import { describe, expect, test } from '@jest/globals';
import { API, API_SCOPES, BY, ISSUER, publicKey, refusalOf, registryWorld } from './registry-world.ts';

const at = (pointer: string) => ({ code: 'invalid_field', field: pointer });
const valid = { identifier: API, name: 'Trips', scopes: API_SCOPES };
const scope = (name: string, description = 'Something') => ({ name, description, risk: 'low' }) as const;

describe('registering a resource server', () => {
  test('fills in the defaults and is found by its exact identifier', async () => {
    const { resourceServers } = registryWorld();
    const { document } = await resourceServers.create(valid, BY);
    expect(document).toMatchObject({
      accessTokenFormat: 'jwt',
      accessTokenSigningAlg: 'ES256',
      accessTokenTtlSeconds: 300,
      introspectionAuthMethod: 'none',
      state: 'active',
    });
    expect((await resourceServers.findByIdentifier(API))?.document.id).toBe(document.id);
    expect(await resourceServers.findByIdentifier(`${API}/`)).toBeUndefined();
  });

  test('shows an introspection secret once', async () => {
    const { resourceServers, digestSecret } = registryWorld();
    const made = await resourceServers.create({ ...valid, introspectionAuthMethod: 'client_secret_basic' }, BY);
    expect(made.document.secretHash).toBe(digestSecret(made.secret ?? ''));
    const rotated = await resourceServers.rotateSecret(made.document.id, BY);
    expect(rotated.document.secretHash).toBe(digestSecret(rotated.secret));
    expect(rotated.secret).not.toBe(made.secret);
  });

  test('refuses an identifier that is taken, also in a race', async () => {
    const { resourceServers, events } = registryWorld();
    const results = await Promise.all([1, 2, 3].map(() => refusalOf(() => resourceServers.create(valid, BY))));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results).toContainEqual({ code: 'conflict', field: '/identifier' });
    expect(events[0]).toMatchObject({ type: 'resource_server.created', resource: API });
  });

  test.each([
    [{ identifier: ISSUER }, '/identifier'],
    [{ identifier: `${ISSUER}/` }, '/identifier'],
    [{ identifier: `${ISSUER}/api/v1` }, '/identifier'],
    [{ identifier: 'http://api.example' }, '/identifier'],
    [{ name: '' }, '/name'],
    [{ scopes: [] }, '/scopes'],
    [{ scopes: Array.from({ length: 201 }, (_, index) => scope(`s${index}`)) }, '/scopes'],
    [{ scopes: [scope('a b')] }, '/scopes/0/name'],
    [{ scopes: [scope('a"b')] }, '/scopes/0/name'],
    [{ scopes: [scope('*')] }, '/scopes/0/name'],
    [{ scopes: [scope('openid')] }, '/scopes/0/name'],
    [{ scopes: [scope('a'), scope('a')] }, '/scopes/1/name'],
    [{ scopes: [scope('a', 'x'.repeat(201))] }, '/scopes/0/description'],
    [{ accessTokenTtlSeconds: 29 }, '/access_token_ttl_seconds'],
    [{ accessTokenTtlSeconds: 3601 }, '/access_token_ttl_seconds'],
    [{ introspectionAuthMethod: 'private_key_jwt' }, '/jwks'],
    [{ jwks: { keys: [publicKey()] } }, '/jwks'],
  ] as const)('refuses %j and names %s', async (change, pointer) => {
    const { resourceServers, events } = registryWorld();
    expect(await refusalOf(() => resourceServers.create({ ...valid, ...change }, BY))).toEqual(at(pointer));
    expect(events).toEqual([]);
  });
});

describe('the management API as a resource server', () => {
  test('is made once by nodes that start together, kept up to date, and closed to changes', async () => {
    const { resourceServers } = registryWorld();
    const made = await Promise.all(
      [1, 2, 3].map(() => resourceServers.ensureManagementApi([scope('agents:read')], BY)),
    );
    expect(new Set(made.map(({ document }) => document.id)).size).toBe(1);
    const more = await resourceServers.ensureManagementApi([scope('agents:read'), scope('agents:write')], BY);
    expect(more.document.scopes).toHaveLength(2);
    expect(more.document.identifier).toBe(`${ISSUER}/api/v1`);
    const { id } = more.document;
    expect(await refusalOf(() => resourceServers.disable(id, BY))).toMatchObject({ code: 'conflict' });
    expect(await refusalOf(() => resourceServers.update(id, more.version, { name: 'X' }, BY))).toMatchObject({
      code: 'conflict',
    });
  });
});
