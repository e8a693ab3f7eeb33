import { describe, expect, test } from '@jest/globals';
import { BY, publicKey, refusalOf, registryWorld } from './registry-world.ts';

const REDIRECTS = { redirectUris: ['https://app.example/cb'] };
const at = (pointer: string) => ({ code: 'invalid_field', field: pointer });

describe('registering a client', () => {
  test('shows the secret once and stores a digest only (decision D14)', async () => {
    const { clients, digestSecret, events } = registryWorld();
    const { document, secret = '' } = await clients.create({ name: 'Wiki', ...REDIRECTS }, BY);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(document).toMatchObject({
      secretHash: digestSecret(secret),
      tokenEndpointAuthMethod: 'client_secret_basic',
      grantTypes: ['authorization_code', 'refresh_token'],
      skipConsent: false,
      roles: [],
      state: 'active',
    });
    expect(JSON.stringify([await clients.get(document.id), events])).not.toContain(secret);
  });

  test.each(['private_key_jwt', 'none'] as const)('makes no secret for %s', async (tokenEndpointAuthMethod) => {
    const { clients } = registryWorld();
    const keys = tokenEndpointAuthMethod === 'none' ? {} : { jwks: { keys: [publicKey()] } };
    const made = await clients.create({ name: 'Wiki', tokenEndpointAuthMethod, ...REDIRECTS, ...keys }, BY);
    expect(made).not.toHaveProperty('secret');
    expect(made.document).not.toHaveProperty('secretHash');
    expect(await refusalOf(() => clients.rotateSecret(made.document.id, BY))).toMatchObject({ code: 'conflict' });
  });

  test.each([
    [{}, '/redirect_uris'],
    [{ ...REDIRECTS, name: '\u202Ewiki' }, '/name'],
    [{ ...REDIRECTS, owner: 'acc_nobody' }, '/owner'],
    [{ ...REDIRECTS, tokenEndpointAuthMethod: 'private_key_jwt' }, '/jwks'],
    [{ ...REDIRECTS, jwks: { keys: [] } }, '/jwks/keys'],
    [{ ...REDIRECTS, tokenEndpointAuthMethod: 'none', jwksUri: 'https://app.example/keys' }, '/jwks_uri'],
    [{ tokenEndpointAuthMethod: 'none', grantTypes: ['client_credentials'] }, '/grant_types'],
    [
      { tokenEndpointAuthMethod: 'none', grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange'] },
      '/grant_types',
    ],
    [{ grantTypes: ['password'] }, '/grant_types/0'],
    [{ ...REDIRECTS, roles: ['operator'] }, '/roles'],
    [{ ...REDIRECTS, corsOrigins: ['https://app.example/'] }, '/cors_origins/0'],
    [{ ...REDIRECTS, postLogoutRedirectUris: ['javascript:1'] }, '/post_logout_redirect_uris/0'],
    // Without a way out nothing is sent anywhere.
    [{ ...REDIRECTS, backchannelLogoutUri: 'https://app.example.com/out' }, '/backchannel_logout_uri'],
    [{ ...REDIRECTS, authority: { 'https://unknown.example': ['a'] } }, '/authority/https:~1~1unknown.example'],
    [{ tokenEndpointAuthMethod: 'none', redirectUris: ['http://127.0.0.1/cb'], skipConsent: true }, '/skip_consent'],
  ] as const)('refuses %j and names %s', async (change, pointer) => {
    const { clients, events } = registryWorld();
    expect(await refusalOf(() => clients.create({ name: 'Wiki', ...change }, BY))).toEqual(at(pointer));
    expect(events).toEqual([]);
  });
});

describe('changing a client', () => {
  test('rotates the secret: the digest is another at once, and the event does not name it', async () => {
    const { clients, digestSecret, events } = registryWorld();
    const made = await clients.create({ name: 'Wiki', ...REDIRECTS }, BY);
    const { secret, document, version } = await clients.rotateSecret(made.document.id, BY);
    expect(secret).not.toBe(made.secret);
    expect(document.secretHash).toBe(digestSecret(secret));
    expect(version).toBe(2);
    expect(events.at(-1)).toMatchObject({ type: 'client.secret_rotated', changed: ['client_secret'] });
    expect(JSON.stringify(events)).not.toContain(digestSecret(secret));
  });

  test('disables and enables', async () => {
    const { clients, events } = registryWorld();
    const { document } = await clients.create({ name: 'Wiki', ...REDIRECTS }, BY);
    expect((await clients.disable(document.id, BY)).document.state).toBe('disabled');
    expect((await clients.enable(document.id, BY)).document.state).toBe('active');
    expect(events.map(({ type }) => type)).toEqual(['client.created', 'client.disabled', 'client.enabled']);
  });

  test('checks the whole client again', async () => {
    const { clients } = registryWorld();
    const { document } = await clients.create({ name: 'Wiki', ...REDIRECTS }, BY);
    expect(await refusalOf(() => clients.update(document.id, 1, { redirectUris: [] }, BY))).toEqual(
      at('/redirect_uris'),
    );
    expect(await refusalOf(() => clients.update(document.id, 2, { name: 'X' }, BY))).toMatchObject({
      code: 'precondition_failed',
    });
  });
});
