/** What a token says about its sign-in, and what a request may demand of a sign-in (RFC 9470). */
import { expect, test } from '@jest/globals';
import { MULTI_FACTOR, REACHABLE, UPSTREAM_SESSION } from '../../../src/domain/vocabulary/assurance.ts';
import {
  acrCheck,
  ageCheck,
  assuranceClaims,
  assuranceFrom,
  assuranceOf,
} from '../../../src/provider/requests/step-up.ts';

const SIGN_IN = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: 1_800_000_000 };

test('the assurance is that of the code, refresh token or device code; without a sign-in there is none', () => {
  const of = (entities: object) => assuranceOf({ oidc: { entities } } as never);
  for (const kind of ['AuthorizationCode', 'RefreshToken', 'DeviceCode'])
    expect(of({ [kind]: SIGN_IN })).toEqual(SIGN_IN);
  expect(of({ AuthorizationCode: { authTime: 5 } })).toEqual({ amr: [], authTime: 5 });
  expect([of({}), of({ RefreshToken: { acr: MULTI_FACTOR } })]).toEqual([undefined, undefined]);
});

test('claims say the class, the methods and the time, and leave out what is not known (RFC 9470 §6.2)', () => {
  const { acr, amr, authTime } = SIGN_IN;
  expect(assuranceClaims(SIGN_IN)).toEqual({ acr, amr, auth_time: authTime });
  expect(assuranceClaims({ amr: [], authTime })).toEqual({ auth_time: authTime });
  expect(assuranceClaims(undefined)).toEqual({});
  for (const one of [SIGN_IN, { amr: [], authTime }]) expect(assuranceFrom(assuranceClaims(one))).toEqual(one);
});

test('claims without a time are no assurance; members of another type are left out', () => {
  expect([assuranceFrom({}), assuranceFrom({ acr: 'x', auth_time: '5' })]).toEqual([undefined, undefined]);
  expect(assuranceFrom({ acr: 7, amr: ['pwd', 7], auth_time: 5 })).toEqual({ amr: ['pwd'], authTime: 5 });
  expect(assuranceFrom({ amr: 'pwd', auth_time: 5 })).toEqual({ amr: [], authTime: 5 });
});

type Asked = { readonly acr?: string; readonly values?: unknown; readonly account?: string; readonly again?: boolean };
/** Whether the check asks for a sign-in, with the accounts whose classes it reads. */
const checked = async (
  { acr = 'none', values, account, again = false }: Asked,
  reachable: readonly string[] = REACHABLE,
) => {
  const read: string[] = [];
  const { check } = acrCheck(async (id) => {
    read.push(id);
    return reachable;
  }) as unknown as { check: (ctx: object) => Promise<boolean> };
  const session = account === undefined ? undefined : { accountId: account };
  const oidc = { acr, params: { acr_values: values }, session, promptPending: () => again };
  const isAsked = await check({ oidc }).catch(({ error }: { error: unknown }) => error);
  return { isAsked, read };
};

test('a request that accepts any class, or one that the sign-in reaches, asks for none', async () => {
  for (const asked of [{}, { values: '' }, { values: 7 }, { values: `other ${MULTI_FACTOR}`, acr: MULTI_FACTOR }]) {
    expect(await checked({ ...asked, account: 'acc_anna' })).toEqual({ isAsked: false, read: [] });
  }
});

test('a class that a sign-in can reach asks for one; of a known account only with a factor that it has', async () => {
  expect(await checked({ values: MULTI_FACTOR })).toEqual({ isAsked: true, read: [] });
  expect(await checked({ values: MULTI_FACTOR, account: 'acc_anna' })).toEqual({ isAsked: true, read: ['acc_anna'] });
  const none = { isAsked: 'unmet_authentication_requirements', read: ['acc_anna'] };
  expect(await checked({ values: MULTI_FACTOR, account: 'acc_anna' }, [])).toEqual(none);
});

test('of several classes that are accepted, one that a sign-in can reach is enough to ask for it', async () => {
  for (const values of [`urn:unknown ${MULTI_FACTOR}`, `${MULTI_FACTOR} urn:unknown`]) {
    expect(await checked({ values, account: 'acc_anna' })).toEqual({ isAsked: true, read: ['acc_anna'] });
  }
});

test('with prompt=login another account may sign in, so that its factors are not read', async () => {
  const again = { values: MULTI_FACTOR, account: 'acc_anna', again: true };
  expect(await checked(again, [])).toEqual({ isAsked: true, read: [] });
});

test('a class that no sign-in reaches is refused at once (RFC 9470 §5)', async () => {
  expect(await checked({ values: 'urn:unknown' })).toEqual({ isAsked: 'unmet_authentication_requirements', read: [] });
});

test.each<[string, object, boolean]>([
  ['is of unknown age', {}, true],
  ['is proven here as well', { session: { accountId: 'acc_anna', amr: [UPSTREAM_SESSION, 'otp'] } }, false],
  ['has no methods', { session: { accountId: 'acc_anna' } }, false],
  ['is of no account', { session: { amr: [UPSTREAM_SESSION] } }, false],
  ['is none', { session: undefined }, false],
  ['was just finished', { result: { login: {} } }, false],
  ['just led to a consent', { result: { consent: {} } }, true],
  ['may have any age', { params: {} }, false],
  ['is asked for without parameters', { params: undefined }, false],
])(
  'with max_age a sign-in that %s is asked for again: or not (OpenID Connect Core §3.1.2.1)',
  async (_, oidc, isAsked) => {
    const { check } = ageCheck() as unknown as { check: (ctx: object) => boolean };
    const whole = { params: { max_age: 60 }, session: { accountId: 'acc_anna', amr: [UPSTREAM_SESSION] }, ...oidc };
    expect(await check({ oidc: whole })).toBe(isAsked);
  },
);
