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

/** Nothing but changes, so that memory answers most requests. */
const CALM = { changesPerSecond: 3, faultsPerSecond: 0, slowShare: 0, lostShare: 0, hasBursts: false };
/** The same with bursts, in which nodes leave the common mark, and come back to it. */
const BURSTS = { ...CALM, mode: 'common', hasBursts: true } as const;

const historyOf = (seed: number) =>
  runHistory({ seed, seconds: SECONDS, skewSeconds: SKEW_SECONDS, conditions: { hasBursts: false } });

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

  test('however far the clocks of nodes are apart', async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const { found } = await runHistory({ seed, seconds: SECONDS, skewSeconds: 120, conditions: CALM });
      expect({ seed, found }).toEqual({ seed, found: [] });
    }
  });

  test('while nodes leave the common mark in a burst of changes, and rely on it again', async () => {
    const { found, modeChanges, fromMemory } = await runHistory({
      ...{ seed: 1, seconds: SECONDS, skewSeconds: SKEW_SECONDS, conditions: BURSTS },
    });
    expect(found).toEqual([]);
    expect(modeChanges).toBeGreaterThanOrEqual(3);
    expect(fromMemory).toBeGreaterThan(100);
  });

  test('the same seed gives the same history', async () => {
    expect(await historyOf(4)).toEqual(await historyOf(4));
  });

  test.each([10, 1000])('memory answers at %d changes a second', async (changesPerSecond) => {
    const region = { roundTripMilliseconds: 2, commitMilliseconds: 2 };
    const point = await measurePoint({ ...region, changesPerSecond }, 1, 400);
    expect(point.stale).toBe(0);
    expect(point.fromMemory).toBeGreaterThan(0.95);
    expect(isAsExpected(point)).toBe(true);
    expect(point.marksPerRequest < 2).toBe(changesPerSecond === 10);
  });
});

describe('the simulation finds code that', () => {
  const MARKS = 'adapters/mongodb/change-marks.ts';
  const STORED = 'adapters/mongodb/stored-marks.ts';
  const STATES = 'adapters/mongodb/mark-states.ts';
  const READS = 'adapters/mongodb/read-cache.ts';
  const CACHE = 'adapters/mongodb/collection-cache.ts';
  const MARK_FIRST = `const at = (await marks.of([marked(id)]))?.[0];
    const entry = cached(at, id);
    if (entry) return entry.found as Versioned<T> | undefined;
    const readAt = elapsed();
    const answer = await read();`;
  const READ_FIRST = `const readAt = elapsed();
    const answer = await read();
    const at = (await marks.of([marked(id)]))?.[0];
    const entry = cached(at, id);
    if (entry) return entry.found as Versioned<T> | undefined;`;
  /** Writes that come late, with few others that would empty the memory. */
  const SLOW = { changesPerSecond: 1, faultsPerSecond: 0, slowShare: 0.03, lostShare: 0, hasBursts: false };
  const BUSY = { ...CALM, changesPerSecond: 60 };
  const FAULTY = { changesPerSecond: 3, faultsPerSecond: 0.2, hasBursts: false };
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
    [
      'skips the mark',
      READS,
      '(changed.length > 0 ? marks.change(changed, work, isUnknownOutcome) : work())',
      'work()',
    ],
    [
      'does not announce a change in the common mark',
      MARKS,
      'isInCommon = await common.begin(changes)',
      'isInCommon = false',
    ],
    [
      'does not announce a change in its partition',
      MARKS,
      'else await stored.begin(_id, changes)',
      '',
      { mode: 'partitions', hasBursts: false },
    ],
    [
      'does not announce a change in its partition while the common mark shows it',
      MARKS,
      'else await stored.begin(_id, changes)',
      '',
      BURSTS,
    ],
    [
      'ends a change before it is written',
      MARKS,
      'const result = await write();',
      'endAll(); const result = await write();',
    ],
    [
      'ends a change whose outcome is unknown',
      MARKS,
      'if (!isWritten && !isUnknownOutcome(error)) void endAll();',
      'void endAll(); if (!isWritten && !isUnknownOutcome(error)) void endAll();',
      SLOW,
    ],
    ['reads before the mark', CACHE, MARK_FIRST, READ_FIRST],
    [
      'keeps what changed after it was read',
      STATES,
      '!mark.recent.some((change, index) => index > at && isOf(change, hash))',
      'true',
    ],
    [
      'keeps what is read while a change is open',
      STATES,
      'mark.open.some((change) => isOf(change, hash)) ? undefined : ',
      '',
    ],
    ['forgets changes that no longer fit into a mark', STATES, 'return (at >= 0 || holdsAll) &&', 'return', BUSY],
    ['gives up a change of another process at once', STORED, '> GIVEN_UP_AFTER_SECONDS', '> 1', SLOW],
    ['reads the mark of a former primary', STORED, "{ readConcern: { level: 'linearizable' } } as const", '{}', FAULTY],
  ])('%s', async (_, path, before, after, conditions = { hasBursts: false }) => {
    expect(await firstStale(await mutant(path, before, after), conditions)).toBeDefined();
  });
});
