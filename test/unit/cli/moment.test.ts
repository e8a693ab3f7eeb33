import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { momentOf } from '../../../src/cli/moment.ts';

const NOW = '2026-03-01T00:30:00Z';

beforeAll(() => {
  jest.useFakeTimers({ now: Date.parse(NOW) });
});
afterAll(() => {
  jest.useRealTimers();
});

describe('a time that an operator types', () => {
  test.each([
    ['90m', '2026-02-28T23:00:00Z'],
    ['1w', '2026-02-22T00:30:00Z'],
    ['today', '2026-03-01T00:00:00Z'],
    ['yesterday', '2026-02-28T00:00:00Z'],
    ['2026-02-03', '2026-02-03T00:00:00Z'],
    ['2026-02-03T12:00Z', '2026-02-03T12:00:00Z'],
    ['2026-02-03T12:00+01:00', '2026-02-03T11:00:00Z'],
  ])('%s is %s', (typed, moment) => {
    expect(momentOf('since', typed)).toBe(Date.parse(moment) / 1000);
  });

  test.each(['', 'tomorrow', '30', '30y', '2026-13-01', '1772323200'])('%j is refused, with examples', (typed) => {
    expect(() => momentOf('since', typed)).toThrow(
      expect.objectContaining({
        message: `--since ${typed} is no time.`,
        hint: expect.stringContaining('yesterday'),
        exitCode: 2,
      }),
    );
  });
});
