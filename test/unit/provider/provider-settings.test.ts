/** Lifetimes, claims and pages that we set at oidc-provider. */
import { describe, expect, test } from '@jest/globals';
import { settings } from '../../../src/provider/provider-settings.ts';

const NOW = 1_800_000_000;
const IDENTITY_ALGORITHM = 'ES256';

const scene = () => {
  const shown: unknown[] = [];
  const made = settings(
    {
      configuration: {
        issuer: 'https://id.example/tenant/',
        tokens: {
          ...{ accessTokenTtlSeconds: 600, refreshTokenTtlSeconds: 9000, authorizationCodeTtlSeconds: 60 },
          ...{ deviceCodeTtlSeconds: 300, idTokenTtlSeconds: 3600 },
        },
        sessions: { ttlSeconds: 1, interactionTtlSeconds: 1 },
        clientAuthentication: { clockToleranceSeconds: 5 },
        approvals: { ttlSeconds: 1 },
        delegation: { maxDurationSeconds: 1 },
        dpop: { requireNonce: true },
      },
      clock: { now: () => NOW },
      masterKey: { derivedOfAll: () => [Buffer.alloc(32)], derive: () => Buffer.alloc(32) },
      pages: { error: async (...given: unknown[]) => void shown.push(given.slice(1)) },
      details: {},
      reachableBy: async () => [],
      statuses: {
        of: async (...given: readonly unknown[]) => {
          if (given[0] === 'full') throw new Error('full');
          return given;
        },
      },
      accounts: {
        get: async (id: string) =>
          id === 'acc_none'
            ? undefined
            : { document: { id, username: id, state: id === 'acc_off' ? 'disabled' : 'active', groups: [] } },
      },
      groupsOf: async () => [],
    } as never,
    [{ kid: 'k1' }],
  );
  return { made, shown };
};

type Ttl = (ctx: unknown, token?: object) => number;

describe('how long tokens live', () => {
  const ttl = scene().made.ttl as unknown as Readonly<Record<string, Ttl>>;
  const access = (exp?: number, client?: number, server?: number): number | undefined =>
    ttl['AccessToken']?.(
      { oidc: { entities: { Grant: { exp } }, client: { behalf_max_token_seconds: client } } },
      server === undefined ? {} : { resourceServer: { accessTokenTTL: server } },
    );

  test.each<[string, number | undefined, number]>([
    ['as is configured', access(), 600],
    ['as the API says', access(undefined, undefined, 900), 900],
    ['as the client may at most', access(undefined, 60, 900), 60],
    ['as the client may without a limit', access(undefined, 0, 900), 900],
    ['as long as the grant', access(NOW + 40, 60, 900), 40],
    ['no longer than usual with a longer grant', access(NOW + 4000), 600],
    ['a second with a grant that ends now', access(NOW), 1],
  ])('an access token lives %s', (_, seconds, expected) => {
    expect(seconds).toBe(expected);
  });

  test('tokens of clients for themselves have no grant', () => {
    expect(ttl['ClientCredentials']?.({ oidc: { entities: {}, client: {} } }, {})).toBe(600);
    expect(ttl['ClientCredentials']?.(undefined, { resourceServer: { accessTokenTTL: 30 } })).toBe(30);
  });

  test('a refresh token lives as long as the grant at most', () => {
    const refresh = (exp?: number) => ttl['RefreshToken']?.({ oidc: { entities: { Grant: { exp } } } });
    expect([refresh(), refresh(NOW + 50), refresh(NOW + 90_000)]).toEqual([9000, 50, 9000]);
    expect(ttl['RefreshToken']?.({ oidc: { entities: {} } })).toBe(9000);
  });
});

describe('a JWT', () => {
  const customized = async (token: object): Promise<object> => {
    const parts = { payload: { sub: 'acc_anna' } };
    await scene().made.formats?.customizers?.jwt?.(undefined as never, token as never, parts as never);
    return parts.payload;
  };
  const server = (statusListOf?: string, sign: object | undefined = { alg: IDENTITY_ALGORITHM }) => ({
    resourceServer: { jwt: { sign, ...(statusListOf === undefined ? {} : { statusListOf }) } },
  });

  test('has its details, and a place in a list of statuses where its API has lists', async () => {
    const details = [{ type: 'payment' }];
    expect(await customized({})).toEqual({ sub: 'acc_anna' });
    expect(await customized({ extra: { authorization_details: details }, ...server() })).toEqual({
      ...{ sub: 'acc_anna', authorization_details: details },
    });
    const payload = { sub: 'acc_anna', status: ['rs_mail', expect.anything(), IDENTITY_ALGORITHM, [{ kid: 'k1' }]] };
    expect(await customized(server('rs_mail'))).toEqual(payload);
    expect(await customized({ resourceServer: { jwt: { statusListOf: 'rs_mail' } } })).toEqual({ sub: 'acc_anna' });
  });

  test('is not issued when its place cannot be stored', async () => {
    await expect(customized(server('full'))).rejects.toThrow();
  });
});

test('only an active account is the subject of a token', async () => {
  const found = async (id: string) =>
    (await scene().made.findAccount?.(undefined as never, id, { grantId: 'grt_1' } as never))?.accountId;
  expect([await found('acc_anna'), await found('acc_off'), await found('acc_none')]).toEqual([
    'acc_anna',
    undefined,
    undefined,
  ]);
});

test('a browser may send requests of a client from the origins of that client', () => {
  const allows = (behalf_cors_origins: unknown): unknown =>
    scene().made.clientBasedCORS?.(undefined as never, 'https://app.example', { behalf_cors_origins } as never);
  expect(allows(['https://other.example', 'https://app.example'])).toBe(true);
  for (const origins of [undefined, [], ['https://other.example'], 'https://app.example']) {
    expect(allows(origins)).toBe(false);
  }
});

test('programs get errors as JSON, and people as a page', async () => {
  const { made, shown } = scene();
  const out = { error: 'invalid_request' };
  const error = new Error('why');
  const answered = async (route: string | undefined) => {
    const ctx = { oidc: { route }, body: undefined };
    await made.renderError?.(ctx as never, out as never, error);
    return ctx.body;
  };
  expect([await answered('token'), await answered('userinfo'), await answered('jwks')]).toEqual([out, out, out]);
  expect(shown).toEqual([]);
  expect([await answered('authorization'), await answered(undefined)]).toEqual([undefined, undefined]);
  expect(shown).toEqual([
    [out, error],
    [out, error],
  ]);
  await made.renderError?.({} as never, out as never, error);
  expect(shown).toHaveLength(3);
});

test('the page of an interaction is below the path of the issuer, without a second slash', async () => {
  const url = scene().made.interactions?.url;
  expect(await url?.({} as never, { uid: 'abc' } as never)).toBe('/tenant/interaction/abc');
});

test('a client gets a refresh token where it may use one, also without the scope offline_access', async () => {
  const { issueRefreshToken } = scene().made;
  const issued = async (may: boolean) =>
    issueRefreshToken?.(
      undefined as never,
      { grantTypeAllowed: (type: string) => may && type === 'refresh_token' } as never,
      undefined as never,
    );
  expect([await issued(true), await issued(false)]).toEqual([true, false]);
});
