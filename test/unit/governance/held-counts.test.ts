/** How many counts stay in memory, and when they are stored: with many agents, seldom for each event. */
import { describe, expect, test } from '@jest/globals';
import { isToStore, mostHeld, secondsOfReport } from '../../../src/domain/governance/held-counts.ts';

const MEBIBYTE = 1024 ** 2;

test('counts take at most half of the heap, for at least 2,000 and at most 50,000 agents', () => {
  expect([256, 1024, 4096, 65_536].map((size) => mostHeld(size * MEBIBYTE))).toEqual([2000, 4836, 19_346, 50_000]);
});

describe('counts are stored', () => {
  /** Writes for each event, of so many agents that are at work in turn. */
  const writesOfEvent = (agents: number, most: number): number => {
    let records = 0;
    while (!isToStore({ changed: Math.min(agents, records), records, seconds: 0 }, most)) records += 100;
    return Math.min(agents, records) / records;
  };

  test('after 30,000 records or a day with few agents, and after twenty records of each with many', () => {
    expect(isToStore({ changed: 10, records: 29_999, seconds: 86_399 }, 2000)).toBe(false);
    expect(isToStore({ changed: 10, records: 30_000, seconds: 0 }, 2000)).toBe(true);
    expect(isToStore({ changed: 10, records: 1, seconds: 86_400 }, 2000)).toBe(true);
    expect(writesOfEvent(1000, mostHeld(4096 * MEBIBYTE))).toBeLessThan(0.04);
    expect(writesOfEvent(19_000, mostHeld(4096 * MEBIBYTE))).toBeLessThanOrEqual(0.05);
  });

  test('when no more stay in memory, and after 400,000 records however many agents there are', () => {
    expect(isToStore({ changed: 2000, records: 2000, seconds: 0 }, 2000)).toBe(true);
    expect(isToStore({ changed: 40_000, records: 400_000, seconds: 0 }, 50_000)).toBe(true);
    expect(isToStore({ changed: 19_000, records: 379_999, seconds: 0 }, 50_000)).toBe(false);
  });
});

test('a report about something unknown has counts stored at once where few changed, and at most 2,000 documents a minute else', () => {
  expect([0, 20, 21, 2000, 20_000].map(secondsOfReport)).toEqual([0, 0, 60, 60, 600]);
});
