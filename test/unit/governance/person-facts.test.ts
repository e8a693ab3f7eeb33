/** What counts about a person, and in how many ways they are unlike themselves. */
import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import {
  type PersonEvent,
  type PersonFacts,
  personEventOf,
  waysOf,
  withAct,
} from '../../../src/domain/governance/responses/person-facts.ts';

const DAY = 86_400;
const NOON = 20_000 * DAY + DAY / 2;
const factsOf = (events: readonly Omit<PersonEvent, 'stream' | 'sequence'>[]): PersonFacts =>
  events.reduce<PersonFacts | undefined>(
    (facts, one, index) => withAct('acc_ada', facts, { ...one, stream: 's', sequence: index + 1 }),
    undefined,
  ) as PersonFacts;
const signIn = (at: number, network = 'home') => ({ at, act: 'sign-in' as const, network });
const before = [signIn(NOON - 20 * DAY), signIn(NOON - DAY)];
const several = (act: PersonEvent['act'], count: number, at = NOON) =>
  Array.from({ length: count }, (_, index) => ({ at: at + index, act, network: 'home' }));

describe('ways in which a person is unlike themselves', () => {
  test.each([
    ['what they always do', 0, [signIn(NOON)]],
    ['a network that is new for them', 1, [signIn(NOON, 'hotel')]],
    ['another second factor', 1, several('factor', 1)],
    ['four keys within an hour', 1, several('credential', 4)],
    ['three keys within an hour', 0, several('credential', 3)],
    ['a new network, and four approvals', 2, [signIn(NOON, 'hotel'), ...several('approval', 4)]],
    ['all of them', 3, [signIn(NOON, 'hotel'), ...several('factor', 1), ...several('agent', 4)]],
  ])('%s: %s', (_, ways, acts) => {
    expect(waysOf(factsOf([...before, ...acts]), NOON + 10)).toBe(ways);
    // An hour later, and in the first week of a person, there are none.
    expect(waysOf(factsOf([...before, ...acts]), NOON + 3700)).toBe(0);
    expect(waysOf(factsOf([signIn(NOON - DAY), ...acts]), NOON + 10)).toBe(0);
  });

  test('who often adds many keys does what they always do', () => {
    const acts = [...before, ...several('credential', 3, NOON - 2 * DAY), ...several('credential', 5)];
    expect(waysOf(factsOf(acts), NOON + 10)).toBe(0);
  });

  test('a record that is read again counts once', () => {
    const facts = factsOf([...before, ...several('credential', 4)]);
    expect(withAct('acc_ada', facts, { at: NOON, act: 'credential', stream: 's', sequence: 4 })).toBe(facts);
  });
});

test.each<readonly [string, Partial<AuditEvent>, boolean]>([
  ['a sign-in', { type: 'session.started', outcome: 'granted', caller: 'acc_ada' }, true],
  ['a refused one, which strangers cause', { type: 'session.refused', outcome: 'refused', caller: 'acc_ada' }, false],
  ['a refused act', { type: 'approval.approved', outcome: 'refused', caller: 'acc_ada' }, false],
  ['an act of a client', { type: 'credential.added', outcome: 'done', caller: 'cli_1' }, false],
  ['an act of the server', { type: 'agent.updated', outcome: 'done', caller: 'system' }, false],
])('of %s', (_, event, counts) => {
  const record = { stream: 's', sequence: 1, at: NOON * 1000, event: event as AuditEvent };
  const found = personEventOf(record, '192.0.2.1', (account, network) => `${account} ${network}`);
  expect(found !== undefined).toBe(counts);
});
