import { expect, test } from '@jest/globals';
import { deadLetterWords, failureText } from '../../../views/words/console-dead-letters.ts';

test('a failure has words by its code, and a text of a mail server has none', () => {
  expect(failureText('timed_out')).toBe(deadLetterWords.failures.timed_out);
  for (const text of ['constructor', '__proto__', '550 no such mailbox', '']) expect(failureText(text)).toBeUndefined();
});
