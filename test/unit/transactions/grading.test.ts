/** Grades of the tokens of a transaction. Over HTTP: test/integration/transaction-receipts.test.ts. */
import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { stepBook, type TimedEvent } from '../../../src/domain/authority/transactions/grading.ts';

/** The steps of these events. */
const gradedSteps = (events: readonly TimedEvent[], endedAt: number, ends = {}) => {
  const book = stepBook(2);
  for (const event of events) book.add(event);
  return book.steps(endedAt, new Map(Object.entries(ends)));
};

const START = 1_800_000_000;
const token = { id: 'tok_1', format: 'jwt', expiresAt: START + 600 } as const;
const issued = (more: Partial<AuditEvent> = {}) => ({
  at: START * 1000,
  event: { type: 'token.issued', outcome: 'granted', agent: 'agt_a', token, ...more } as const,
});
const stated = (seconds: number, outcome = 'done') => ({
  at: START * 1000,
  event: { type: 'report.stated', outcome: 'done', token, inputs: { time: START + seconds, outcome } } as const,
});

test.each([
  ['unreported', 'no report', [issued()]],
  ['confirmed', 'a report within its life', [issued(), stated(10)]],
  ['confirmed', 'several reports', [issued(), stated(10), stated(20)]],
  ['confirmed', 'a call that failed', [issued(), stated(10, 'failed')]],
  ['confirmed', 'a call that the API refused after its end', [issued(), stated(1000, 'refused')]],
  ['confirmed', 'a clock that is a minute ahead', [issued(), stated(360)]],
  ['contradicted', 'a call before it was issued', [issued(), stated(-61)]],
  [
    'contradicted',
    'a second call with the token of an approval',
    [issued({ approval: 'apv_1' }), stated(1), stated(2)],
  ],
  ['unauthorized', 'a call after the close', [issued(), stated(10), stated(361)]],
  ['unauthorized', 'a call without a time', [issued(), stated(Number.NaN)]],
])('%s: %s', (grade, _, events) => {
  expect(gradedSteps(events, START + 300)).toMatchObject([{ token: 'tok_1', agent: 'agt_a', grade }]);
});

test('a call after the expiry of the token is unauthorized, also while the transaction is open', () => {
  expect(gradedSteps([issued(), stated(661)], START + 3600)).toMatchObject([{ grade: 'unauthorized' }]);
});

test('a token that was announced and never issued is no step', () => {
  const refused = { at: START * 1000, event: { type: 'token.refused', outcome: 'refused', token } as const };
  expect(gradedSteps([issued(), refused], START + 300)).toEqual([]);
});

test('a call after an event ended the token is unauthorized, and the step says what ended it', () => {
  const ends = { tok_1: { at: (START + 100) * 1000 + 900, by: 'delegation.revoked' } };
  expect(gradedSteps([issued(), stated(161)], START + 300, ends)).toMatchObject([
    { grade: 'unauthorized', ended_at: START + 100, ended_by: 'delegation.revoked' },
  ]);
  expect(gradedSteps([issued(), stated(160)], START + 300, ends)).toMatchObject([{ grade: 'confirmed' }]);
});

test('more calls than the uses of a token contradict it', () => {
  const limited = issued({ token: { ...token, maxUses: 2 } });
  expect(gradedSteps([limited, stated(1), stated(2)], START + 300)).toMatchObject([
    { grade: 'confirmed', max_uses: 2 },
  ]);
  const calls = [stated(1), stated(2), stated(3)];
  expect(gradedSteps([limited, ...calls], START + 300)).toMatchObject([{ grade: 'contradicted' }]);
  expect(gradedSteps([limited, stated(1), stated(2), stated(3, 'refused')], START + 300)).toMatchObject([
    { grade: 'confirmed', reports: 3 },
  ]);
});

test('keeps the first tokens, and says that there are more', () => {
  const book = stepBook(2);
  for (const id of ['a', 'b', 'c']) book.add(issued({ token: { ...token, id } }));
  expect([book.steps(START).map((step) => step.token), book.isTruncated()]).toEqual([['a', 'b'], true]);
});
