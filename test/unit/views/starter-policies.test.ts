import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { starterReason } from '../../../views/words/starter-policies.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '../../../adapters/cedar/starter.cedar'), 'utf8');
const POLICIES = [...SOURCE.matchAll(/^@id\("(.*)"\)\n@reason\("(.*)"\)$/gm)].map(([, id = '', reason = '']) => ({
  ...{ id, reason },
}));

test('each reason of the starter policies has a German text', () => {
  expect(POLICIES.length).toBe([...SOURCE.matchAll(/^@id\(/gm)].length);
  expect(POLICIES.length).toBeGreaterThan(5);
  for (const { id, reason } of POLICIES) {
    expect([id, starterReason(id, reason)?.in('en')]).toEqual([id, reason]);
    expect([id, starterReason(id, reason)?.in('de')]).not.toEqual([id, reason]);
  }
});

test('a policy of another id, or with a reason of its own, keeps its reason', () => {
  const [{ id, reason } = { id: '', reason: '' }] = POLICIES;
  for (const [other, text] of [
    [id, `${reason} Not on Sundays.`],
    ['my-policy', reason],
    ['constructor', reason],
  ] as const)
    expect([other, starterReason(other, text)]).toEqual([other, undefined]);
});
