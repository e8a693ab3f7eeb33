import { expect, test } from '@jest/globals';
import { counted } from '../../../src/cli/counted.ts';

test.each([
  [0, '0 streams'],
  [1, '1 stream'],
  [2, '2 streams'],
])('%s is %s', (count, text) => {
  expect(counted(count, 'stream')).toBe(text);
});
