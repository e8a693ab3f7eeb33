import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../src/domain/approvals/action.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { refuseVote } from '../../../src/domain/approvals/voting.ts';
import { MULTI_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import type { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { action, START, strong, weak } from './fakes.ts';

const approval = {
  state: 'pending',
  action: action(),
  digest: digestOf(action()),
  approvers: ['acc_anna', 'acc_bob'],
  votes: [{ account: 'acc_bob', at: START, assurance: strong(START) }],
  requires: { quorum: 2, acr: MULTI_FACTOR, isProvenAnew: true },
  number: '42',
  expiresAt: START + 600,
} as unknown as Approval;

const vote = { account: 'acc_anna', seen: approval.digest, assurance: strong(START), number: '42' };

type Case = {
  readonly vote?: Partial<typeof vote> | { readonly number: undefined };
  readonly of?: Partial<Approval>;
  readonly at?: number;
};

/** The error, or undefined for a vote that counts. */
const refusal = ({ vote: over = {}, of = {}, at = 0 }: Case): DomainError | undefined => {
  try {
    refuseVote({ ...approval, ...of }, { ...vote, ...over } as typeof vote, START + at);
    return undefined;
  } catch (error) {
    return error as DomainError;
  }
};

describe('an approval that counts', () => {
  test.each<[string, Case]>([
    ['of who is asked, saw it, and proved it', {}],
    ['with blanks around the number', { vote: { number: ' 42 ' } }],
    ['with a proof of two minutes ago', { vote: { assurance: strong(START - 120) } }],
    ['in the last second', { at: 599, vote: { assurance: strong(START + 599) } }],
    [
      'with an old proof, where it need not be new',
      { of: { requires: { quorum: 2, isProvenAnew: false } }, vote: { assurance: strong(START - 9999) } },
    ],
    [
      'by one factor, where that is enough',
      { of: { requires: { quorum: 2, isProvenAnew: true } }, vote: { assurance: weak(START) } },
    ],
    ['without a number, where none is shown', { of: { number: undefined } as never, vote: { number: undefined } }],
  ])('%s', (_, given) => {
    expect(refusal(given)).toBeUndefined();
  });
});

describe('an approval that does not', () => {
  test.each<[string, Case, string]>([
    ['AP-21 at the second it expires', { at: 600, vote: { assurance: strong(START + 600) } }, 'conflict'],
    ['AP-02 when it is approved', { of: { state: 'approved', redeemBy: START + 300 } }, 'conflict'],
    ['AP-02 when it is denied', { of: { state: 'denied' } }, 'conflict'],
    ['AP-02 when it is cancelled', { of: { state: 'cancelled' } }, 'conflict'],
    ['AP-02 when its token is there', { of: { state: 'redeemed' } }, 'conflict'],
    ['of who has agreed already', { vote: { account: 'acc_bob' } }, 'conflict'],
    ['AP-01 to something else', { vote: { seen: digestOf(action({ policy: 8 })) } }, 'precondition_failed'],
    ['AP-14 by one factor', { vote: { assurance: weak(START) } }, 'insufficient_user_authentication'],
    [
      'AP-14 of an unknown authentication class',
      { vote: { assurance: { ...strong(START), acr: 'urn:other' } } },
      'insufficient_user_authentication',
    ],
    [
      'AP-14 with a proof of 121 seconds ago',
      { vote: { assurance: strong(START - 121) } },
      'insufficient_user_authentication',
    ],
    ['AP-06 with another number', { vote: { number: '43' } }, 'invalid_field'],
    ['AP-06 with no number', { vote: { number: undefined } }, 'invalid_field'],
  ])('%s', (_, given, code) => {
    expect(refusal(given)?.code).toBe(code);
  });

  test('reports a wrong number only to an approver who could have approved otherwise', () => {
    expect(refusal({ vote: { number: '43', assurance: weak(START) } })?.code).toBe('insufficient_user_authentication');
    expect(refusal({ vote: { number: '43' } })?.field).toBe('/number');
  });
});
