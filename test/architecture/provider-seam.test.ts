import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import * as internals from '../../src/provider/seam/internals.ts';

/**
 * What `src/provider` relies on in oidc-provider beyond its documentation. An upgrade that moves one of these fails
 * here, with its name, and not in a token. Who changes this file reads what oidc-provider changed first.
 */
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const provider = new Provider('http://localhost:3000', {
  adapter: () => ({ find: async () => undefined }) as never,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', kid: 'seam' }] as never },
  clients: [
    { client_id: 'app_seam', client_secret: 'not a secret', redirect_uris: ['http://localhost:4000/callback'] },
  ],
  features: {
    devInteractions: { enabled: false },
    attestClientAuth: {
      enabled: true,
      ack: 'draft-12',
      challengeSecret: Buffer.alloc(32),
      getAttestationSignaturePublicKey: async () => ({}),
    },
    dPoP: { enabled: true, nonceSecret: Buffer.alloc(32) },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
});

/** Those that src/provider compares `ctx.oidc.route` with. */
const ROUTES = [
  'authorization',
  'challenge',
  'code_verification',
  'device_authorization',
  'discovery',
  'end_session_confirm',
  'introspection',
  'jwks',
  'pushed_authorization_request',
  'revocation',
  'token',
];

type Callable = (...values: never[]) => unknown;
/** A function that may be an accessor, a static or missing: looked at without the types, which lag behind the code. */
const member = (owner: object, name: string): Callable => Reflect.get(owner, name) as Callable;

test('is version 9.13.3', () => {
  const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve('oidc-provider/package.json')), 'utf8')) as {
    version: string;
  };
  expect(version).toBe('9.13.3');
});

test('offers these functions inside, with as many parameters', () => {
  const { clientAuthentication, currentContext, grantHelpers, ...functions } = internals;
  expect(Object.fromEntries(Object.entries(functions).map(([name, value]) => [name, value.length]))).toEqual({
    checkDpopReplay: 4,
    checkDpopRequired: 3,
    checkMtlsCert: 2,
    clientCredentials: 3,
    refresh: 3,
    validateDpop: 3,
  });
  expect(clientAuthentication.map(({ name, length }) => [name, length])).toEqual([
    ['rejectClientAuthDupes', 2],
    ['setWWWAuthenticateHeader', 2],
    ['authenticateClient', 2],
  ]);
  expect(typeof currentContext.run).toBe('function');
  // Those that the client credentials grant takes from the second parameter.
  expect(Object.keys(grantHelpers)).toEqual(
    expect.arrayContaining([
      ...['applyAuthorizationDetails', 'buildTokenResponse', 'checkDpopRequired', 'checkMtlsCert'],
      ...['resolveRequestedResources', 'validateClientScope', 'validateDpop'],
    ]),
  );
});

describe('what is replaced at start', () => {
  test('ReplayDetection.unique(iss, jti, exp): one place for replay of proofs and assertions (V3, V4, V5)', () => {
    const unique = member(provider.ReplayDetection, 'unique');
    expect(unique).toHaveLength(3);
    expect(String(unique)).toMatch(/^async unique\(iss, jti, exp\)/);
  });

  test('OIDCContext.prototype.urlFor(name, options): the one place for URLs of an answer (V7)', () => {
    expect(member(provider.OIDCContext.prototype, 'urlFor')).toHaveLength(2);
    expect(member(provider, 'urlFor').call(provider, ...(['token'] as never[]))).toBe('http://localhost:3000/token');
  });

  test('OIDCContext.prototype.clientJwtAuthExpectedAudience(): audiences of a client assertion (V7)', () => {
    expect(member(provider.OIDCContext.prototype, 'clientJwtAuthExpectedAudience')).toHaveLength(0);
  });

  test('Client.prototype.grantTypeAllowed(type): asked at the token endpoint for the grant type of the request', async () => {
    expect(member(provider.Client.prototype, 'grantTypeAllowed')).toHaveLength(1);
    const client = await provider.Client.find('app_seam');
    expect(client?.grantTypeAllowed('authorization_code')).toBe(true);
    expect(client?.grantTypeAllowed('client_credentials')).toBe(false);
  });

  test('Client.prototype.compareClientSecret(actual): comparison of a client secret (V11)', async () => {
    const compare = member(provider.Client.prototype, 'compareClientSecret');
    expect(compare).toHaveLength(1);
    const client = await provider.Client.find('app_seam');
    expect(await client?.compareClientSecret('not a secret')).toBe(true);
    expect(await client?.compareClientSecret('something else')).toBe(false);
  });
});

describe('what is wrapped at start', () => {
  test('OIDCContext.prototype.entity(key, value): tells which client a request names, before any proof of it', () => {
    expect(member(provider.OIDCContext.prototype, 'entity')).toHaveLength(2);
  });

  test('OIDCContext.prototype.params: nothing until the parameters are read (V9)', () => {
    expect(Reflect.has(provider.OIDCContext.prototype, 'params')).toBe(false);
  });

  test('Session.prototype.persist() and save(ttl): a session that a failing device page begins (V9)', () => {
    expect(member(provider.Session.prototype, 'persist')).toHaveLength(0);
    expect(member(provider.Session.prototype, 'save')).toHaveLength(1);
  });

  test('save() of what may be bound to an attested key, and that key in what is stored', () => {
    const { RefreshToken, DeviceCode, PushedAuthorizationRequest, AuthorizationCode } = provider;
    for (const model of [RefreshToken, DeviceCode, PushedAuthorizationRequest, AuthorizationCode]) {
      expect(member(model.prototype, 'save')).toEqual(expect.any(Function));
      expect(Reflect.get(model, 'IN_PAYLOAD')).toEqual(expect.arrayContaining(['attestationJkt']));
    }
    expect(member(PushedAuthorizationRequest, 'find')).toEqual(expect.any(Function));
  });

  test('Client.prototype.redirectUriAllowed(value) and postLogoutRedirectUriAllowed(value): where answers go (AZ-03)', () => {
    expect(member(provider.Client.prototype, 'redirectUriAllowed')).toHaveLength(1);
    expect(member(provider.Client.prototype, 'postLogoutRedirectUriAllowed')).toHaveLength(1);
  });
});

describe('what is read', () => {
  test('Provider.ctx, outside a request', () => {
    expect(Reflect.getOwnPropertyDescriptor(Provider, 'ctx')?.get).toBeDefined();
    expect(Provider.ctx).toBeUndefined();
  });

  test('Provider.ctx, in a context that our own handlers set', () => {
    const context = {} as KoaContextWithOIDC;
    expect(internals.currentContext.run(context, () => Provider.ctx)).toBe(context);
  });

  test('Session.get(ctx), and these members of a stored session', () => {
    expect(member(provider.Session, 'get')).toHaveLength(1);
    expect(Reflect.get(provider.Session, 'IN_PAYLOAD')).toEqual(
      expect.arrayContaining(['uid', 'accountId', 'loginTs', 'transient', 'jti']),
    );
  });

  test('an interaction is kept under its uid, with what was asked and the session it belongs to', () => {
    expect(Reflect.get(provider.Interaction, 'IN_PAYLOAD')).toEqual(
      expect.arrayContaining(['session', 'params', 'prompt', 'result', 'returnTo', 'cid', 'deviceCode']),
    );
    // The types know this constructor without its arguments.
    const interaction = Reflect.construct(provider.Interaction, ['handle', {}]) as { uid: string; jti: string };
    expect(interaction.uid).toBe('handle');
    expect(interaction.jti).toBe('handle');
    expect(member(provider.Interaction, 'find')).toHaveLength(1);
    expect(member(provider.Session, 'find')).toHaveLength(1);
    expect(member(provider, 'createContext')).toHaveLength(2);
    expect(member(provider, 'interactionResult')).toHaveLength(3);
  });

  test('a grant takes the id it is given, and keeps what was allowed apart from what was refused', () => {
    const grant = new provider.Grant({ accountId: 'acc_a', clientId: 'app_seam', jti: 'grt_a' } as never);
    grant.addOIDCScope('openid');
    grant.addResourceScope('https://api.example.com', 'read write');
    grant.rejectResourceScope('https://api.example.com', 'write');
    expect(grant.jti).toBe('grt_a');
    expect(Reflect.get(grant, 'openid')).toEqual({ scope: 'openid' });
    expect(Reflect.get(grant, 'resources')).toEqual({ 'https://api.example.com': 'read write' });
    expect(Reflect.get(grant, 'rejected')).toEqual({ resources: { 'https://api.example.com': 'write' } });
    expect(grant.getResourceScope('https://api.example.com')).toBe('read');
  });

  test('an access token can be made by hand: client, audience, life and key', async () => {
    const client = await provider.Client.find('app_seam');
    const token = new provider.AccessToken({ accountId: 'acc_a', client, expiresIn: 60, scope: 'read' } as never);
    token.resourceServer = new provider.ResourceServer('https://api.example.com', {
      scope: 'read',
      audience: 'https://api.example.com',
      accessTokenFormat: 'opaque',
    });
    token.setThumbprint('jkt', 'thumbprint');
    expect(token.expiration).toBe(60);
    expect(token.tokenType).toBe('DPoP');
    expect(token.clientId).toBe('app_seam');
    expect(token.isSenderConstrained()).toBe(true);
    expect(member(token, 'save')).toBeDefined();
  });

  test('these names of routes, which say what a request is', () => {
    const url = (name: string): unknown => member(provider, 'urlFor').call(provider, ...([name] as never[]));
    expect(ROUTES.map((name) => [name, typeof url(name)])).toEqual(ROUTES.map((name) => [name, 'string']));
    expect(() => url('nothing')).toThrow('No route found');
  });

  test('these errors, with their codes and statuses', () => {
    const made = [
      new errors.InvalidGrant('x'),
      new errors.InvalidClientAuth('x'),
      new errors.InvalidTarget('x'),
      new errors.SlowDown(),
      new errors.InvalidRequestUri('x'),
      new errors.SessionNotFound('x'),
      new errors.UnsupportedTokenType(),
      new errors.CustomOIDCProviderError('consent_required', 'x'),
    ];
    expect(made.map(({ error, status }) => `${error} ${status}`)).toEqual([
      'invalid_grant 400',
      'invalid_client 401',
      'invalid_target 400',
      'slow_down 400',
      'invalid_request_uri 400',
      'invalid_request 400',
      'unsupported_token_type 400',
      'consent_required 400',
    ]);
  });
});
