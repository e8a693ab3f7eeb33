import { expect, test } from '@jest/globals';
import { titlesIn } from '../support/test-titles.ts';

const SOURCE = `
describe('V1 outer', () => {
  test("plain 'quoted'", () => {});
  describe.each(['a', 'b)'] as const)('each %s', (kind) => {
    test.each<[string, () => void]>([
      ['OT-01', () => {}],
    ])('%s works', async () => {});
  });
  test('it\\'s escaped', () => {});
});
test.each(CASES)('late %s', () => {});
test(computed, () => {});
const real = isThere ? test : test.skip;
real('by name', () => {});
`;

test('finds titles with the groups around them and the cases of their tables', () => {
  expect(titlesIn('x.test.ts', SOURCE).map(({ groups, title }) => [...groups, title])).toEqual([
    ['V1 outer', "plain 'quoted'"],
    ['V1 outer', 'each %s', '%s works'],
    ['V1 outer', "it's escaped"],
    ['late %s'],
    ['by name'],
  ]);
  expect(titlesIn('x.test.ts', SOURCE)[1]?.cases).toContain('OT-01');
});
