import { describe, expect, test } from '@jest/globals';
import { assuranceOfVotes, shownStateAt, stateAt, type Vote } from '../../../src/domain/approvals/approval.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import { START } from './fakes.ts';

describe('AP-21 how an approval stands at a second', () => {
  const times = { expiresAt: 100, redeemBy: 200 };

  test.each([
    ['pending', 99, 'pending'],
    ['pending', 100, 'expired'],
    ['pending', 101, 'expired'],
    ['approved', 100, 'approved'],
    ['approved', 199, 'approved'],
    ['approved', 200, 'expired'],
    ['redeemed', 300, 'redeemed'],
    ['denied', 300, 'denied'],
    ['cancelled', 300, 'cancelled'],
  ] as const)('%s, at %i: %s', (state, now, expected) => {
    expect(stateAt({ state, ...times }, now)).toBe(expected);
  });

  test.each([
    ['pending', 100, 'expired'],
    ['approved', 199, 'approved'],
    ['approved', 200, 'unused'],
    ['redeemed', 300, 'redeemed'],
  ] as const)('for readers %s, at %i: %s', (state, now, expected) => {
    expect(shownStateAt({ state, ...times }, now)).toBe(expected);
  });

  test('an approved one without an expiry has expired', () => {
    expect(stateAt({ state: 'approved', expiresAt: 100 }, 1)).toBe('expired');
  });
});

describe('the authentication class of the approvers', () => {
  const vote = (over: Partial<Vote['assurance']> = {}, age = 0): Vote => ({
    account: 'acc_anna',
    at: START,
    assurance: { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: START - age, ...over },
  });

  test('no approver did: there is none', () => {
    expect(assuranceOfVotes([], START)).toBeUndefined();
  });

  test('as surely as the weakest of them, by what all of them used', () => {
    expect(assuranceOfVotes([vote(), vote()], START)).toEqual({
      acr: MULTI_FACTOR,
      amr: ['pwd', 'otp'],
      authTime: START,
    });
    const mixed = [vote({ amr: ['pwd', 'hwk'] }), vote({ acr: SINGLE_FACTOR, amr: ['pwd'] })];
    expect(assuranceOfVotes(mixed, START)).toMatchObject({ acr: SINGLE_FACTOR, amr: ['pwd'] });
    expect(assuranceOfVotes(mixed.toReversed(), START)).toMatchObject({ acr: SINGLE_FACTOR, amr: ['pwd'] });
  });

  test.each([['urn:other:acr:gold'], [undefined]])('one of class %s makes it none', (acr) => {
    const { acr: _, ...without } = vote().assurance;
    const unknown = { ...vote(), assurance: acr === undefined ? without : { ...without, acr } };
    expect(assuranceOfVotes([vote(), unknown], START)).not.toHaveProperty('acr');
  });

  test('as old as the oldest proof was when it was given, however long the approval lies since', () => {
    const votes = [vote({}, 20), vote({}, 90)];
    expect(assuranceOfVotes(votes, START)?.authTime).toBe(START - 90);
    expect(assuranceOfVotes(votes, START + 250)?.authTime).toBe(START + 250 - 90);
  });

  test('a proof dated ahead of its vote is no younger than none', () => {
    expect(assuranceOfVotes([vote({}, -30)], START + 5)?.authTime).toBe(START + 5);
  });
});
