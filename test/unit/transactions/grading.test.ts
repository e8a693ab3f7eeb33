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
  ['confirmed', 'a clock that is a minute behind', [issued(), stated(-60)]],
  ['contradicted', 'a call before it was issued', [issued(), stated(-61)]],
  ['contradicted', 'one of several calls before it was issued', [issued(), stated(-61), stated(10)]],
  ['unauthorized', 'one of several calls after the close', [issued(), stated(361), stated(10)]],
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

test('an end that comes with the expiry or the end of the transaction, or later, is no early end', () => {
  const endedAt = (seconds: number) =>
    gradedSteps([issued()], START + 300, { tok_1: { at: (START + seconds) * 1000, by: 'kill.ordered' } })[0];
  expect(endedAt(299)).toMatchObject({ ended_at: START + 299 });
  expect(endedAt(300)).not.toHaveProperty('ended_at');
  const late = { tok_1: { at: (START + 600) * 1000, by: 'kill.ordered' } };
  expect(gradedSteps([issued()], START + 900, late)[0]).not.toHaveProperty('ended_at');
});

test('a step has the facts of its event, and no member for what the event does not have', () => {
  const facts = { resource: 'https://mail.example', scopeGiven: ['read'], approval: 'apv_1', caller: 'app_1' };
  expect(gradedSteps([issued(facts)], START)).toMatchObject([
    { agent: 'agt_a', resource: facts.resource, scope: ['read'], approval: 'apv_1', max_uses: 1 },
  ]);
  const { agent: _, ...event } = issued({ caller: 'app_1' }).event as AuditEvent;
  expect(gradedSteps([{ at: START * 1000, event }], START)).toMatchObject([{ agent: 'app_1' }]);
  const [bare] = gradedSteps([{ at: START * 1000, event: { ...event, caller: undefined } as never }], START);
  for (const name of ['agent', 'resource', 'approval', 'max_uses']) expect(bare).not.toHaveProperty(name);
  expect(bare).toMatchObject({ scope: [], reports: 0 });
});

test('the parties of a token are its agent, its caller and the actors of its chain, each once', () => {
  const partiesOf = (more: Partial<AuditEvent>) => {
    const book = stepBook(1);
    book.add(issued(more));
    return book.tokens()[0]?.parties;
  };
  expect(partiesOf({})).toEqual(['agt_a']);
  expect(partiesOf({ caller: 'app_1', chain: { sub: 'agt_a', act: { sub: 'agt_b' } } as never })).toEqual([
    'agt_a',
    'app_1',
    'agt_b',
  ]);
});

test('a report of a token that has no room is left out; one that comes before its token is counted', () => {
  const book = stepBook(1);
  book.add(stated(10));
  book.add(issued());
  book.add({ ...stated(10), event: { ...stated(10).event, token: { ...token, id: 'tok_2' } } });
  book.add(issued({ token: { ...token, id: 'tok_2' } }));
  expect(book.steps(START + 300)).toMatchObject([{ token: 'tok_1', reports: 1 }]);
});

test('keeps the first tokens, and says that there are more', () => {
  const book = stepBook(2);
  for (const id of ['a', 'b', 'c']) book.add(issued({ token: { ...token, id } }));
  expect([book.steps(START).map((step) => step.token), book.isTruncated()]).toEqual([['a', 'b'], true]);
});
