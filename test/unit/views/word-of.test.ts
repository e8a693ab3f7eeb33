import { expect, test } from '@jest/globals';
import { wordOf } from '../../../views/words/word-of.ts';

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'unknown', ''])(
  'a text that the table does not hold has no word: %j',
  (text) => expect(wordOf({ email: 'E-mail' }, text)).toBeUndefined(),
);

test('a text that the table holds has its word', () => {
  expect(wordOf({ email: 'E-mail' }, 'email')).toBe('E-mail');
});
