/** What `npm run test:servers` leaves out of its files: tests with a mark, and further cases of a table. */
import { afterEach, expect, test } from '@jest/globals';
import { describeOfAnyStore, fewOnServers, testOfAnyStore } from '../support/any-store.ts';
import { LEAVES_OUT } from '../support/run-jest.ts';
import { titlesIn } from '../support/test-titles.ts';

afterEach(() => {
  delete process.env[LEAVES_OUT];
});

const ran: string[] = [];
testOfAnyStore('a test with a mark runs', () => void ran.push('test'));
describeOfAnyStore('a group with a mark', () => {
  testOfAnyStore.each(['first', 'second'])('has the cases of a table: %s', (one) => void ran.push(one));
});
test('each of them ran', () => {
  expect(ran).toEqual(['test', 'first', 'second']);
});

test('a run that leaves such tests out declares none of them', () => {
  process.env[LEAVES_OUT] = 'yes';
  // Within a test Jest fails it for each test or group that is declared.
  testOfAnyStore('a test', () => undefined);
  testOfAnyStore.each([1])('a test of a table', () => undefined);
  describeOfAnyStore('a group', () => undefined);
  expect(process.env[LEAVES_OUT]).toBe('yes');
});

test('of a table such a run takes the first cases', () => {
  expect(fewOnServers([1, 2, 3], 2)).toEqual([1, 2, 3]);
  process.env[LEAVES_OUT] = 'yes';
  expect(fewOnServers([1, 2, 3], 2)).toEqual([1, 2]);
});

test('the id of a test with a mark is found in its source', () => {
  const source = "describeOfAnyStore('bodies', () => {\n  testOfAnyStore('MG-09 other paths', async () => {});\n});\n";
  expect(titlesIn('a.test.ts', source)).toMatchObject([{ groups: ['bodies'], title: 'MG-09 other paths' }]);
});
