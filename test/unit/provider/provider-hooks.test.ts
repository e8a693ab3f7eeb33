/** Where we change steps of oidc-provider, or answer its questions. */
import { describe, expect, test } from '@jest/globals';
import { TOKEN_EXCHANGE } from '../../../src/domain/clients/clients/grant-types.ts';
import { clientCertificates } from '../../../src/provider/client-authentication/client-certificates.ts';
import { clientObjects } from '../../../src/provider/client-authentication/client-objects.ts';
import { compositionIn } from '../../../src/provider/client-authentication/composition-claim.ts';
import { refreshTokensRememberProof } from '../../../src/provider/client-authentication/refresh-proof.ts';
import { refuseOtherGrantTypes } from '../../../src/provider/endpoints/denials.ts';
import { exactLocalhost } from '../../../src/provider/endpoints/redirect-targets.ts';
import { toldByUs } from '../../../src/provider/interactions/app-sign-out.ts';
import { cookieSignatures } from '../../../src/provider/interactions/cookie-signatures.ts';
import { introspection } from '../../../src/provider/own-handlers/introspection.ts';
import { tokenGrants } from '../../../src/provider/own-handlers/token-grants.ts';
import { checkSomethingIsAsked } from '../../../src/provider/requests/default-scopes.ts';
import { providerFetch } from '../../../src/provider/seam/guarded-fetch.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';
import { newHandle } from '../../../src/provider/seam/token-handles.ts';
import { statusClaims } from '../../../src/provider/tokens/status-claims.ts';
import { boundToAttestedKeys, tokenIds } from '../../../src/provider/tokens/token-models.ts';
import { during, requestAt } from './provider-models.ts';

const NOW = 1_800_000_000;

describe('documents that oidc-provider fetches', () => {
  const fetching = (freshUntil = NOW + 60) => {
    const asked: object[] = [];
    const fetch = providerFetch({
      clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
      trustedFetch: {
        async get(request: object) {
          asked.push(request);
          return { body: Buffer.from('{}'), mediaType: 'application/json', freshUntil };
        },
      } as never,
    });
    return { fetch, asked };
  };

  test('are fetched for the sender of the request, or for none, and say how long they are fresh', async () => {
    const { fetch, asked } = fetching();
    const of = { url: 'https://app.example/client', purpose: 'client_metadata', internal: 'clientMetadata' };
    const response = await during(requestAt('token'), async () => fetch('https://app.example/client', {}));
    await during(undefined, async () => fetch('https://app.example/client', undefined as never));
    expect(asked).toEqual([{ ...of, source: '192.0.2.1' }, of]);
    expect(response.headers.get('cache-control')).toBe('max-age=60');
    expect((await fetching(NOW - 5).fetch('https://a.example', {})).headers.get('cache-control')).toBe('max-age=0');
  });

  test('are never sent anything', async () => {
    const { fetch, asked } = fetching();
    await expect(fetch('https://app.example', { method: 'POST' })).rejects.toThrow('may only GET');
    expect(asked).toEqual([]);
  });
});

describe('the token endpoint of our own handlers', () => {
  const JAG = 'urn:ietf:params:oauth:token-type:id-jag';
  const JWT = 'urn:ietf:params:oauth:token-type:jwt';
  const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
  const grants = [
    { grantType: TOKEN_EXCHANGE, parameters: ['subject_token', 'authorization_details'], repeatable: [] },
    { grantType: 'urn:other', parameters: ['assertion'], repeatable: [] },
  ];
  const handlers = tokenGrants({} as never, { extensions: [{ grants }, {}], authority: {} } as never);

  test('serves client credentials, refresh tokens and token exchange, without authorization details', () => {
    expect(handlers.map(({ parameters }) => parameters)).toEqual([
      ['grant_type', 'scope', 'resource'],
      ['grant_type', 'refresh_token', 'scope', 'resource'],
      ['grant_type', 'subject_token'],
    ]);
  });

  test.each<[Readonly<Record<string, string>>, readonly number[]]>([
    [{ grant_type: 'client_credentials' }, [0]],
    [{ grant_type: 'refresh_token', scope: 'read send' }, [1]],
    [{ grant_type: TOKEN_EXCHANGE, requested_token_type: JWT }, [2]],
    [{ grant_type: TOKEN_EXCHANGE, requested_token_type: ACCESS_TOKEN, scope: 'read' }, [2]],
    [{ grant_type: TOKEN_EXCHANGE, requested_token_type: JAG }, []],
    [{ grant_type: 'client_credentials', scope: ' read' }, []],
    [{ grant_type: 'client_credentials', scope: 'read ' }, []],
    [{ grant_type: 'client_credentials', scope: 'read  send' }, []],
    [{ grant_type: 'client_credentials', scope: 'read "send"' }, []],
    [{ grant_type: 'authorization_code' }, []],
    [{}, []],
  ])('takes %j by the handlers %j', (form, taking) => {
    expect(handlers.flatMap(({ takes }, at) => (takes(form) ? [at] : []))).toEqual(taking);
  });

  test('refuses a client that is not registered for the grant', async () => {
    for (const client of [undefined, { grantTypeAllowed: (type: string) => type !== 'client_credentials' }]) {
      const answer = handlers[0]?.answer({ oidc: { client } } as never);
      await expect(answer).rejects.toMatchObject({ error: 'invalid_request' });
    }
  });

  test('introspects a token that is sent, for the client that asks', async () => {
    const described: unknown[] = [];
    const handler = introspection({ describe: async (...given: unknown[]) => described.push(given) } as never);
    expect([handler.takes({ token: 'a' }), handler.takes({ token_type_hint: 'a' })]).toEqual([true, false]);
    const context = requestAt('introspection', { client: { clientId: 'rs_mail' } });
    await handler.answer(context as never);
    requestState(context.req).withheldToken = 'handle';
    await handler.answer(context as never);
    expect(described).toEqual([
      ['rs_mail', ''],
      ['rs_mail', 'handle'],
    ]);
  });
});

test('a JWT gets an id of ours, and an opaque token the handle of oidc-provider behind its time', () => {
  const model = (format?: string) =>
    class {
      format: string | undefined;
      generateTokenId(): string {
        // As oidc-provider does: this call determines the format.
        this.format = format;
        return 'handle';
      }
    };
  const idOf = (format?: string): string => {
    const provider = { AccessToken: model(format), ClientCredentials: model(format), RefreshToken: model() };
    const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };
    tokenIds(provider as never, { identifiers: { newId: (prefix: string) => `${prefix}_1` } as never, clock });
    expect(new provider.RefreshToken().generateTokenId()).toBe(newHandle('handle', NOW * 1000));
    expect(new provider.ClientCredentials().generateTokenId()).toBe(new provider.AccessToken().generateTokenId());
    return new provider.AccessToken().generateTokenId();
  };
  const timed = newHandle('handle', NOW * 1000);
  expect(timed).toMatch(/^[a-z2-7]{9}handle$/);
  expect([idOf('jwt'), idOf('opaque'), idOf()]).toEqual(['tok_1', timed, timed]);
});

describe('what is bound to an attested key', () => {
  const models = (attested: string | undefined, pushed: object | undefined) => {
    const model = () =>
      class {
        attestationJkt?: string;
        static find = async () => pushed;
        async save(): Promise<string> {
          return this.attestationJkt ?? 'not bound';
        }
      };
    const provider = {
      ...{ PushedAuthorizationRequest: model(), AuthorizationCode: model() },
      ...{ DeviceCode: model(), RefreshToken: model() },
    };
    boundToAttestedKeys(provider as never, { attestedKeyIn: () => attested });
    return provider;
  };

  test('has the key of the request that stores it, and keeps one that it has', async () => {
    const { RefreshToken, DeviceCode } = models('key', undefined);
    const at = requestAt('token');
    expect(await during(at, async () => new RefreshToken().save())).toBe('key');
    expect(await during(at, async () => Object.assign(new DeviceCode(), { attestationJkt: 'own' }).save())).toBe('own');
    expect(await during(undefined, async () => new RefreshToken().save())).toBe('not bound');
  });

  test('has the key of the pushed request when a person answered in between', async () => {
    const { PushedAuthorizationRequest, AuthorizationCode } = models(undefined, { attestationJkt: 'pushed' });
    const at = requestAt('authorization');
    const save = () => during(at, async () => new AuthorizationCode().save());
    expect(await save()).toBe('not bound');
    await during(at, PushedAuthorizationRequest.find);
    expect(await save()).toBe('pushed');
    expect(await during(undefined, PushedAuthorizationRequest.find)).toEqual({ attestationJkt: 'pushed' });
    for (const found of [undefined, {}]) {
      const other = models(undefined, found);
      const unbound = requestAt('authorization');
      await during(unbound, other.PushedAuthorizationRequest.find);
      expect(await during(unbound, async () => new other.AuthorizationCode().save())).toBe('not bound');
    }
  });
});

test('a client object is made once for each state of a registration, with the keys of its agent', async () => {
  let metadata: { readonly client_id: string } | undefined = { client_id: 'agt_a' };
  const done: unknown[] = [];
  class Client {
    readonly clientId: string;
    constructor({ client_id }: { readonly client_id: string }) {
      this.clientId = client_id;
    }
    static find: (id: unknown) => Promise<Client | undefined>;
  }
  clientObjects(
    { Client } as never,
    { find: async () => metadata, agentOf: () => 'agent' } as never,
    { install: (client: Client, agent: unknown) => void done.push([client.clientId, agent]) } as never,
    { clientIdOf: async (id: unknown) => id, replace: (id: string) => void done.push(id) } as never,
  );
  const first = await Client.find('agt_a');
  expect(await Client.find('agt_a')).toBe(first);
  expect(done).toEqual([['agt_a', 'agent'], 'agt_a', 'agt_a']);
  metadata = { client_id: 'agt_a' };
  expect(await Client.find('agt_a')).not.toBe(first);
  expect(await Client.find(undefined)).toBeUndefined();
  metadata = undefined;
  expect(await Client.find('agt_a')).toBeUndefined();
});

test.each<[string, object, object | undefined]>([
  ['dpop', { entities: { AccessToken: { jkt: 'k' } } }, undefined],
  ['certificate', { entities: { AccessToken: { 'x5t#S256': 'k' } } }, undefined],
  ['no proof', { entities: { AccessToken: {} } }, { DPoP: 'proof' }],
  ['dpop', {}, { DPoP: 'proof' }],
  ['certificate', { client: { tlsClientCertificateBoundAccessTokens: true } }, undefined],
  ['no proof', { client: { tlsClientCertificateBoundAccessTokens: false } }, undefined],
  ['no proof', { params: { grant_type: 'authorization_code' } }, { DPoP: 'proof' }],
])('a refresh token remembers %s from a request with %j', async (proof, oidc, headers = {}) => {
  class RefreshToken {
    static readonly IN_PAYLOAD: readonly string[] = [];
    proof?: string;
    async save(): Promise<string> {
      return this.proof ?? 'no proof';
    }
  }
  refreshTokensRememberProof({ RefreshToken } as never);
  const get = (name: string): string => (headers as Record<string, string>)[name] ?? '';
  const context = { ...requestAt('token', { params: { grant_type: 'refresh_token' }, ...oidc }), get };
  expect(await during(context, async () => new RefreshToken().save())).toBe(proof);
});

test('a composition is an object of known members, and a digest of its own stands alone', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(compositionIn({})).toBeUndefined();
  for (const composition of [null, [], 'x', 5]) {
    expect(compositionIn({ composition })).toBe('composition must be an object');
  }
  for (const composition of [{ other: 'x' }, { toString: 'x' }, { tools: 'x' }, { tools: ['a', 5] }, { model: 5 }]) {
    expect(compositionIn({ composition })).toMatch(/^composition: \w+ is unknown or malformed$/);
  }
  for (const tool_digests of [[], 'x', { a: 5, b: digest }]) {
    expect(compositionIn({ composition: { tool_digests } })).toMatch('tool_digests is unknown or malformed');
  }
  const whole = compositionIn({ composition: { model: 'm', tools: ['a', 'b'] } }) as { readonly digest: string };
  expect(compositionIn({ composition: { model: 'm', tools: ['a', 'b'], digest: whole.digest } })).toEqual(whole);
  expect(compositionIn({ composition: { model: 'm', digest: whole.digest } })).toMatch('not that of its members');
  const alone = compositionIn({ composition: { digest: whole.digest } });
  expect(alone).toEqual({ digest: whole.digest });
  expect(compositionIn({ composition: { digest: 'x' } })).toMatch(/^composition: /);
});

test('a client that is not registered for a grant type is told so at the token endpoint alone (RFC 6749 §5.2)', async () => {
  class Client {
    grantTypeAllowed(type: string): boolean {
      return type === 'refresh_token';
    }
  }
  refuseOtherGrantTypes({ Client } as never);
  const asked = (route: string, grant_type: string, type = 'client_credentials') =>
    during(requestAt(route, { params: { grant_type } }), async () => new Client().grantTypeAllowed(type));
  await expect(asked('token', 'client_credentials')).rejects.toMatchObject({ error: 'unauthorized_client' });
  expect(await asked('token', 'refresh_token', 'refresh_token')).toBe(true);
  expect(await asked('token', 'authorization_code')).toBe(false);
  expect(await asked('authorization', 'client_credentials')).toBe(false);
  expect(await during(undefined, async () => new Client().grantTypeAllowed('client_credentials'))).toBe(false);
});

test('localhost is compared with its port, and any other address as oidc-provider does (RFC 8252 §8.3)', () => {
  class Client {
    redirectUris?: readonly string[] = ['http://localhost:1/a', 'http://127.0.0.1/a'];
    postLogoutRedirectUris?: readonly string[];
    redirectUriAllowed(_: string): boolean {
      return true;
    }
    postLogoutRedirectUriAllowed(_: string): boolean {
      return true;
    }
  }
  exactLocalhost({ Client } as never);
  const client = new Client();
  const allowed = ['http://localhost:1/a', 'http://localhost:2/a', 'http://127.0.0.1:5/a', 'app:/a'].map((uri) =>
    client.redirectUriAllowed(uri),
  );
  expect(allowed).toEqual([true, false, true, true]);
  expect(client.postLogoutRedirectUriAllowed('http://localhost:1/a')).toBe(true);
  client.postLogoutRedirectUris = [];
  expect(client.postLogoutRedirectUriAllowed('http://localhost:1/a')).toBe(false);
});

test('an app is told that it was signed out, except where the session ends as a whole', async () => {
  const told: object[] = [];
  class Client {
    clientId = 'app_a';
    backchannelLogout = undefined as unknown as (account: string, sid: string) => Promise<void>;
  }
  toldByUs({ Client } as never, async (where) => void told.push(where));
  const signOut = (oidc: object) =>
    during(requestAt('end_session', oidc), () => Client.prototype.backchannelLogout.call(new Client(), 'acc_a', 'sid'));
  await signOut({ session: { uid: 'uid' }, params: { logout: 'yes' } });
  await signOut({});
  expect(told).toEqual([]);
  await signOut({ session: { uid: 'uid' }, params: undefined });
  expect(told).toEqual([{ session: expect.any(String), account: 'acc_a', client: 'app_a', sid: 'sid' }]);
});

test('cookies need a key', () => {
  expect(() => cookieSignatures([])).toThrow('cookies need a key');
});

test('a client without a certificate, or with another one, is refused; one with the right one is remembered', () => {
  const remembered: string[] = [];
  const matching = clientCertificates({
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    proofs: { remember: (_: unknown, id: string) => void remembered.push(id) } as never,
  });
  const context = requestAt('token', { client: { clientId: 'app_a' } });
  const matches = () => matching.certificateSubjectMatches(context as never, 'dn', '{"thumbprints":[]}');
  expect(matches).toThrow(expect.objectContaining({ error: 'invalid_client' }));
  expect(matching.getCertificate(context as never)).toBeUndefined();
  expect(remembered).toEqual([]);
  const x509 = { validFrom: 'Jan  1 00:00:00 2020 GMT', validTo: 'Jan  1 00:00:00 2100 GMT' };
  const shown = (oidc: object, thumbprint: string) => {
    const it = requestAt('token', oidc);
    const certificate = () => ({ x509, thumbprint, isVouched: false }) as never;
    beginRequest(it.req, { id: 'req_1', source: '192.0.2.1', certificate, arrivedAt: 0 });
    return () => matching.certificateSubjectMatches(it as never, 'dn', '{"thumbprints":["own"]}');
  };
  expect(shown({ client: { clientId: 'app_a' } }, 'other')).toThrow(
    expect.objectContaining({ error: 'invalid_client' }),
  );
  expect([shown({}, 'own')(), remembered]).toEqual([true, []]);
  expect([shown({ client: { clientId: 'app_a' } }, 'own')(), remembered]).toEqual([true, ['app_a']]);
});

test.each<[object | undefined, boolean]>([
  [{ scope: 'openid' }, true],
  [{ resource: 'https://mail.example' }, true],
  [{ resource: ['https://mail.example'] }, true],
  [{ authorization_details: '[]' }, true],
  [{ resource: [] }, false],
  [{ resource: '', scope: '' }, false],
  [undefined, false],
])('a request with %j asks for something: %j', (params, isAsked) => {
  const check = () => checkSomethingIsAsked({ oidc: { params } } as never);
  if (isAsked) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ error: 'invalid_scope' }));
});

test('a place in a list of statuses names the key that signs the token', async () => {
  const claimed: unknown[] = [];
  const claims = statusClaims({
    indexes: {
      async claim(server: string, token: { readonly key?: string }) {
        claimed.push([server, token.key]);
        return { list: 'stl_1', index: 7 };
      },
    } as never,
    addresses: { uriOf: (list: string) => `https://id.example/${list}` } as never,
  });
  const keys = [
    { kty: 'RSA', kid: 'rsa' },
    { kty: 'EC', kid: 'ec' },
    { kty: 'OKP', kid: 'okp' },
  ];
  const token = { sub: 'acc_a', client_id: 'app_a', jti: 'tok_1', aud: 'x', iat: NOW, exp: NOW + 5 };
  for (const algorithm of ['ES256', 'Ed25519', 'EdDSA', 'RS256', 'PS256']) {
    expect(await claims.of('rs_mail', token, algorithm, keys)).toEqual({
      status_list: { idx: 7, uri: 'https://id.example/stl_1' },
    });
  }
  expect(claimed).toEqual(['ec', 'okp', 'okp', 'rsa', 'rsa'].map((kid) => ['rs_mail', kid]));
});
