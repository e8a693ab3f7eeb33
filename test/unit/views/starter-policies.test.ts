import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { STARTER_REASONS } from '../../../views/words/starter-policies.ts';

test('each reason of the starter policies has a German text, and no other text does', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../adapters/cedar/starter.cedar'), 'utf8');
  const reasons = [...source.matchAll(/^@reason\("(.*)"\)$/gm)].map(([, reason]) => reason);
  expect(reasons.length).toBeGreaterThan(5);
  expect(Object.keys(STARTER_REASONS).toSorted()).toEqual(reasons.toSorted());
});
