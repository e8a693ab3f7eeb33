/** In which second an absence covers a decision. */
import { expect, test } from '@jest/globals';
import { isWithin, stateOfAbsence } from '../../../src/domain/approvals/absence.ts';

const OPEN = { state: 'open', from: 10, until: 20 } as const;

test.each([
  [9, 'planned'],
  [10, 'current'],
  [19, 'current'],
  [20, 'over'],
])('in second %s it is %s', (at, state) => {
  expect([stateOfAbsence(OPEN, at), isWithin(OPEN, at)]).toEqual([state, state === 'current']);
  const ended = { ...OPEN, state: 'ended' } as const;
  expect([stateOfAbsence(ended, at), isWithin(ended, at)]).toEqual(['ended', false]);
});
