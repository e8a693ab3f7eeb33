import { describe, expect, test } from '@jest/globals';
import { isDeceptiveName, plainText } from '../../../views/agent-text.ts';

describe('text that another party chose', () => {
  test.each([
    ['a right-to-left override', 'Pay\u202Ereyap', 'Payreyap'],
    ['zero-width characters', 'Cal\u200Bend\u2060ar\uFEFF', 'Calendar'],
    ['blank letters', 'Cal\u3164endar\u115F', 'Calendar'],
    ['control characters and line breaks', 'one\u0000\r\n\n  two\u2028three', 'one two three'],
    ['a flood of combining marks', `Z${'\u0301'.repeat(50)}o`, 'Ź\u0301\u0301o'],
    ['a lone surrogate', 'a\uD800b', 'ab'],
    ['Tag characters', 'hi\u{E0041}\u{E0042}', 'hi'],
  ])('DR-09 loses %s', (_, text, shown) => {
    expect(plainText(text, 60)).toBe(shown);
  });

  test('DR-09 is cut by characters, not in the middle of one', () => {
    expect(plainText('🙂'.repeat(80), 60)).toBe(`${'🙂'.repeat(60)}…`);
    expect(plainText('A'.repeat(60), 60)).toBe('A'.repeat(60));
  });

  test.each(['Pаyments', 'Calendаr', 'Αlpha planner', 'Pay\u202Ement', 'Pay\u200Bments', `a${'\u0301'.repeat(4)}`])(
    'DR-09 %j counts as deceptive',
    (name) => {
      expect(isDeceptiveName(name)).toBe(true);
    },
  );

  test.each(['Travel planner', 'Reiseplanung für Ältere', '旅行プランナー', 'Планировщик', 'می‌خواهم', 'Family 👨‍👩‍👧'])(
    '%j does not',
    (name) => {
      expect(isDeceptiveName(name)).toBe(false);
    },
  );
});
