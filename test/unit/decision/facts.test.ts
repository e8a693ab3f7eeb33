/** Whose authority a decision counts: whether a person is asked, and whether a party acts for itself. */
import { expect, test } from '@jest/globals';
import { ALLOWED_ELSEWHERE, actsForItself, isForPersonToAllow } from '../../../src/domain/authority/decision/facts.ts';

const subject = { kind: 'account' } as never;

test('a person decides at an authorization request, even before they are known (RFC 6749 §4.1)', () => {
  for (const one of [undefined, subject]) {
    const facts = { route: 'authorization_request', subject: one } as const;
    expect([isForPersonToAllow(facts), actsForItself(facts)]).toEqual([true, false]);
  }
});

test('a person decides about an exchange of their token, and none does without a person (RFC 8693 §2.1)', () => {
  const facts = { route: 'token_exchange', subject } as const;
  expect([isForPersonToAllow(facts), actsForItself(facts)]).toEqual([true, false]);
  const alone = { route: 'token_exchange', subject: undefined } as const;
  expect([isForPersonToAllow(alone), actsForItself(alone)]).toEqual([false, true]);
});

test('a person is not asked again where the route says that they were not asked here', () => {
  expect(isForPersonToAllow({ route: 'token_exchange', subject, isUnasked: true })).toBe(false);
  expect(ALLOWED_ELSEWHERE.length).toBeGreaterThan(0);
  for (const route of ALLOWED_ELSEWHERE)
    expect([route, isForPersonToAllow({ route, subject })]).toEqual([route, false]);
});

test('a client that acts for itself has its own authority (RFC 6749 §4.4)', () => {
  expect(actsForItself({ route: 'client_credentials', subject })).toBe(true);
});
