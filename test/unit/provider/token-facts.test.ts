/** What follows from the claims of a token alone. */
import { describe, expect, test } from '@jest/globals';
import type { GrantRecord } from '../../../src/provider/seam/records.ts';
import {
  grantTypesBehind,
  isAboveCeilings,
  isNarrowed,
  partyOf,
  type TokenFacts,
} from '../../../src/provider/tokens/token-facts.ts';
import { exampleType } from '../../support/detail-types.ts';
import { MAIL, resourceServer } from '../token-exchange/fakes.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const CIBA = 'urn:openid:params:grant-type:ciba';
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const TOKEN: TokenFacts = { clientId: 'app_1', subject: 'acc_anna', scope: ['read'], issuedAt: 100, expiresAt: 400 };
const chain = (...[first, ...others]: readonly string[]): NonNullable<TokenFacts['chain']> =>
  ({ sub: first, ...(others.length === 0 ? {} : { act: chain(...others) }) }) as never;
const grantOf = (clientId: string) => ({ clientId }) as GrantRecord;

describe('the grant types behind a token', () => {
  const behind = (token: Partial<TokenFacts>, grant?: GrantRecord) =>
    Object.fromEntries(grantTypesBehind({ ...TOKEN, ...token }, grant));
  const signIn = expect.arrayContaining(['authorization_code']);

  test('of a client for itself', () => {
    const { subject: _, ...own } = TOKEN;
    expect(Object.fromEntries(grantTypesBehind(own, grantOf('app_1')))).toEqual({ app_1: ['client_credentials'] });
  });

  test('of an assertion of a peer', () => {
    expect(behind({ origin: { link: 'lnk_1' } })).toEqual({ app_1: [BEARER] });
  });

  test('of a person at an app', () => {
    expect(behind({}, grantOf('app_1'))).toEqual({ app_1: signIn });
    expect(behind({})).toEqual({});
  });

  test('of agents behind an app: each exchanged', () => {
    expect(behind({ clientId: 'agt_b', chain: chain('agt_b', 'agt_a') }, grantOf('app_1'))).toEqual({
      ...{ agt_b: [EXCHANGE], agt_a: [EXCHANGE], app_1: signIn },
    });
  });

  test('of an agent that the person signed in to: it exchanged nothing, the next ones did', () => {
    expect(behind({ clientId: 'agt_b', chain: chain('agt_b', 'agt_a') }, grantOf('agt_a'))).toEqual({
      ...{ agt_b: [EXCHANGE], agt_a: signIn },
    });
    expect(behind({ clientId: 'agt_b', chain: chain('agt_b', 'agt_a') })).toEqual({ agt_b: [EXCHANGE] });
  });

  test('of an approval: its caller may have fetched it instead', () => {
    const approval = { id: 'apv_1', digest: 'd' } as never;
    const token = { clientId: 'agt_b', chain: chain('agt_b', 'agt_a'), approval };
    expect(behind(token, grantOf('app_1'))).toMatchObject({ agt_b: [EXCHANGE, CIBA], agt_a: [EXCHANGE] });
  });
});

describe('a token is above the ceilings of a party', () => {
  const isAbove = (ceilings: object | undefined, token: Partial<TokenFacts> = {}, id = 'app_1') =>
    isAboveCeilings({ ...TOKEN, ...token }, id, { grantTypes: [], ...(ceilings ? { ceilings } : {}) } as never);

  test('that lives longer than it may now, and not one that lives as long', () => {
    expect(isAbove({ maxAccessTokenSeconds: 299 })).toBe(true);
    expect(isAbove({ maxAccessTokenSeconds: 300 })).toBe(false);
    expect(isAbove({ maxAccessTokenSeconds: 1 }, { expiresAt: undefined })).toBe(false);
    expect(isAbove(undefined)).toBe(false);
  });

  test('of the party itself without a key, where tokens have to be bound', () => {
    const bound = { senderConstraint: 'dpop' };
    expect(isAbove(bound)).toBe(true);
    expect(isAbove(bound, { jkt: 'k' })).toBe(false);
    expect(isAbove(bound, {}, 'agt_other')).toBe(false);
    expect(isAbove({})).toBe(false);
  });
});

describe('a token is narrowed', () => {
  const PAYMENT = exampleType('payment');
  const server = resourceServer('rs_mail', MAIL, ['read', 'send'], { detailTypes: [PAYMENT] });
  const payment = (amount: number) => ({ type: PAYMENT.type, amount, currency: 'EUR' });

  test('when the grant lost one of its scopes', () => {
    expect(isNarrowed({ ...TOKEN, scope: ['read', 'send'] }, ['read'], [], server)).toBe(true);
    expect(isNarrowed({ ...TOKEN, scope: ['read'] }, ['read', 'send'], [], server)).toBe(false);
  });

  test('when the grant lost one of its details, or a part of it', () => {
    const token = { ...TOKEN, details: [payment(10)] };
    expect(isNarrowed(token, ['read'], [payment(10)], server)).toBe(false);
    expect(isNarrowed(token, ['read'], [payment(9)], server)).toBe(true);
    expect(isNarrowed(token, ['read'], [], server)).toBe(true);
  });

  test('not by a detail whose type is no longer declared, which the resource server refuses', () => {
    const { detailTypes: _, ...bare } = server;
    expect(isNarrowed({ ...TOKEN, details: [payment(10)] }, ['read'], [], bare)).toBe(false);
  });
});

test('a party with an environment is an agent, any other a client', () => {
  expect(partyOf('agt_a', { grantTypes: [], environment: 'test', owner: 'acc_o' }, TOKEN)).toMatchObject({
    ...{ kind: 'agent', id: 'agt_a', environment: 'test', owner: 'acc_o' },
  });
  expect(partyOf('agt_a', { grantTypes: [], environment: 'test' }, TOKEN)).toMatchObject({ owner: '' });
  expect(partyOf('app_1', { grantTypes: [] }, TOKEN)).toMatchObject({ kind: 'client', id: 'app_1', isDocument: false });
  expect(partyOf('https://app.example/client', { grantTypes: [] }, TOKEN)).toMatchObject({ isDocument: true });
});

test('the holder of a token had the composition that the token names, and only with an attestation it is proven', () => {
  const agent = { grantTypes: [], environment: 'test', composition: { digest: 'stored' } } as never;
  const of = (id: string, grade: 'declared' | 'attested') =>
    partyOf(id, agent, { clientId: 'agt_a', composition: { digest: 'shown', grade } });
  expect(of('agt_a', 'declared')).toMatchObject({ composition: { digest: 'shown' } });
  expect(of('agt_a', 'declared')).not.toMatchObject({ composition: { isProven: true } });
  expect(of('agt_a', 'attested')).toMatchObject({ composition: { digest: 'shown', isProven: true } });
  expect(of('agt_b', 'attested')).toMatchObject({ composition: { digest: 'stored' } });
});
