import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { isAsExpected, measurePoint } from '../../simulation/curve.ts';
import { type Conditions, runHistory } from '../../simulation/history.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SECONDS = 15;
/** What the server accepts between two nodes. */
const SKEW_SECONDS = 4;
const MOST_HISTORIES = 100;

const historyOf = (seed: number) => runHistory({ seed, seconds: SECONDS, skewSeconds: SKEW_SECONDS });

/** The seed of the first history with a stale answer. */
const firstStale = async (run: typeof runHistory, conditions: Partial<Conditions>): Promise<number | undefined> => {
  for (let seed = 1; seed <= MOST_HISTORIES; seed += 1) {
    const { stale } = await run({ seed, seconds: SECONDS, skewSeconds: SKEW_SECONDS, conditions });
    if (stale > 0) return seed;
  }
  return undefined;
};

describe('over a simulated network', () => {
  test('no answer is from before an acknowledged change, and memory answers some', async () => {
    let [fromMemory, changes, unavailable] = [0, 0, 0];
    for (let seed = 1; seed <= 8; seed += 1) {
      const counts = await historyOf(seed);
      expect({ seed, found: counts.found }).toEqual({ seed, found: [] });
      fromMemory += counts.fromMemory;
      changes += counts.changes;
      unavailable += counts.unavailable;
    }
    expect(fromMemory).toBeGreaterThan(500);
    expect(changes).toBeGreaterThan(100);
    expect(unavailable).toBeGreaterThan(100);
  });

  test('the same seed gives the same history', async () => {
    expect(await historyOf(4)).toEqual(await historyOf(4));
  });

  test('memory may be used as often as arithmetic says', async () => {
    const region = { roundTripMilliseconds: 2, commitMilliseconds: 2 };
    const point = await measurePoint({ ...region, changesPerSecond: 100 }, 1, 2000);
    expect(point.stale).toBe(0);
    expect(point.expected).toBeCloseTo(0.449, 3);
    expect(isAsExpected(point)).toBe(true);
  });
});

describe('the simulation finds code that', () => {
  const MARKS = 'adapters/mongodb/change-marks.ts';
  const READS = 'adapters/mongodb/remembered-reads.ts';
  const MARK_FIRST = `const at = await current();
        const entry = known(at, key);
        if (entry) return entry.found as Versioned<T> | undefined;
        const readAt = elapsed();
        const answer = await read();`;
  const READ_FIRST = `const readAt = elapsed();
        const answer = await read();
        const at = await current();
        const entry = known(at, key);
        if (entry) return entry.found as Versioned<T> | undefined;`;
  /** Writes that come late, with few others that would empty the memory. */
  const SLOW = { changesPerSecond: 1, faultsPerSecond: 0, slowShare: 0.03, lostShare: 0 };
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  /** The simulation over a copy of the adapter in which one text has another in its place. */
  const mutant = async (path: string, before: string, after: string): Promise<typeof runHistory> => {
    const copy = mkdtempSync(join(tmpdir(), 'behalf-simulation-'));
    copies.push(copy);
    for (const folder of ['adapters', 'test']) mkdirSync(join(copy, folder));
    for (const folder of ['adapters/mongodb', 'test/simulation']) {
      cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
    }
    for (const folder of ['src', 'test/campaigns', 'node_modules', 'package.json']) {
      symlinkSync(join(ROOT, folder), join(copy, folder));
    }
    const text = readFileSync(join(copy, path), 'utf8');
    expect(text.split(before)).toHaveLength(2);
    writeFileSync(join(copy, path), text.replace(before, after));
    const { runHistory: run } = await import(join(copy, 'test/simulation/history.ts'));
    return run;
  };

  test.each<readonly [string, string, string, string, Partial<Conditions>?]>([
    ['skips the mark', READS, '(isChange ? marks.change(work, isUnknownOutcome) : work())', 'work()'],
    ['ends a change before it is written', MARKS, 'return await write();', 'await end(name); return await write();'],
    ['ends a change whose outcome is unknown', MARKS, 'isOver = !isUnknownOutcome(error);', 'isOver = true;', SLOW],
    ['reads before the mark', READS, MARK_FIRST, READ_FIRST],
    [
      'keeps what was read under another mark',
      READS,
      'if (found !== undefined && found !== state) clear(found);',
      'state = found ?? state;',
    ],
    [
      'uses memory while a change is open',
      MARKS,
      'return undefined;\n    },\n\n    async prepare',
      'return found.state;\n    },\n\n    async prepare',
    ],
    ['gives up a change of another process at once', MARKS, '> GIVEN_UP_AFTER_SECONDS', '> 1'],
    ['reads the mark of a former primary', MARKS, ", { readConcern: { level: 'linearizable' } }", ''],
  ])('%s', async (_, path, before, after, conditions = {}) => {
    expect(await firstStale(await mutant(path, before, after), conditions)).toBeDefined();
  });
});
