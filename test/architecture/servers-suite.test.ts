import { expect, test } from '@jest/globals';
import { tableFaults } from '../support/server-files.ts';

test('each HTTP test file runs on MongoDB and Redis as well, or a table says why no store changes its outcome', () => {
  expect(tableFaults()).toEqual([]);
});
