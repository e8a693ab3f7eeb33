import type { Clock } from '../../src/domain/ports/clock.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkStep, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import type { SqliteDatabase } from './database.ts';
import { sweepInChunks } from './sweeping.ts';

type Row = readonly [string | number];

/**
 * Values with a TTL in one table of the file. They survive a killed process, but a power failure may lose the last
 * of them. `value` is null on a claim, which can be neither read nor removed. Ends are milliseconds since the epoch.
 * Closing it closes the file when no other store uses it.
 */
export const sqliteEphemeralStore = (database: SqliteDatabase, clock: Clock): EphemeralStore => {
  const detach = database.attach();
  let isClosed = false;

  const setting = database.prepare(
    `INSERT INTO ephemeral (key, value, ends_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at`,
  );
  const getting = database.prepare('SELECT value FROM ephemeral WHERE key = ? AND ends_at > ? AND value IS NOT NULL');
  const taking = database.prepare(
    'DELETE FROM ephemeral WHERE key = ? AND ends_at > ? AND value IS NOT NULL RETURNING value',
  );
  const claiming = database.prepare(
    `INSERT INTO ephemeral (key, value, ends_at) VALUES (?1, NULL, ?3)
     ON CONFLICT (key) DO UPDATE SET value = NULL, ends_at = excluded.ends_at WHERE ends_at <= ?2`,
  );
  const counting = database.prepare(
    `INSERT INTO ephemeral (key, value, ends_at) VALUES (?1, ?4, ?3)
     ON CONFLICT (key) DO UPDATE SET
       value = CASE WHEN ends_at > ?2 THEN coalesce(value, 0) + ?4 ELSE ?4 END,
       ends_at = CASE WHEN ends_at > ?2 THEN ends_at ELSE excluded.ends_at END
     RETURNING value`,
  );
  const takingBack = database.prepare(
    'UPDATE ephemeral SET value = max(0, coalesce(value, 0) + ?3) WHERE key = ?1 AND ends_at > ?2 RETURNING value',
  );
  const sweeping = database.prepare(
    'DELETE FROM ephemeral WHERE rowid IN (SELECT rowid FROM ephemeral WHERE ends_at <= ? ORDER BY ends_at LIMIT ?)',
  );
  const countingExpired = database.prepare('SELECT count(*) FROM (SELECT 1 FROM ephemeral WHERE ends_at <= ? LIMIT ?)');

  const assertOpen = (): void => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
  };
  const expired = (now: number, most: number): number =>
    (database.read(() => countingExpired.get(now, most)) as unknown as readonly [number])[0];
  const endOf = (ttlSeconds: number, now: number): number => {
    checkTtl(ttlSeconds);
    return now + ttlSeconds * 1000;
  };

  return {
    async set(key, value, ttlSeconds) {
      assertOpen();
      checkKey(key);
      checkValue(value);
      const endsAt = endOf(ttlSeconds, clock.nowMillis());
      await database.write(() => setting.run(key, value, endsAt), 'buffered', { bytes: value.length });
    },
    async get(key) {
      assertOpen();
      if (!isPossibleKey(key)) return undefined;
      return text(database.read(() => getting.get(key, clock.nowMillis())));
    },
    async take(key) {
      assertOpen();
      if (!isPossibleKey(key)) return undefined;
      const now = clock.nowMillis();
      return text(await database.write(() => taking.get(key, now), 'buffered'));
    },
    async claim(key, ttlSeconds) {
      assertOpen();
      checkKey(key);
      const now = clock.nowMillis();
      const endsAt = endOf(ttlSeconds, now);
      return database.write(() => claiming.run(key, now, endsAt).changes === 1, 'buffered');
    },
    async count(key, windowSeconds, by = 1) {
      assertOpen();
      checkKey(key);
      checkStep(by);
      const now = clock.nowMillis();
      const endsAt = endOf(windowSeconds, now);
      if (by === 0) return Number(text(database.read(() => getting.get(key, now))) ?? 0);
      return database.write(() => {
        const row = by < 0 ? takingBack.get(key, now, by) : counting.get(key, now, endsAt, by);
        return Number((row as unknown as Row | undefined)?.[0] ?? 0);
      }, 'buffered');
    },
    async sweep(limit, milliseconds = Number.POSITIVE_INFINITY) {
      assertOpen();
      const now = clock.nowMillis();
      // Most look-ups find nothing, and should not request the write lock.
      if (expired(now, 1) === 0) return { removed: 0, isDone: true };
      const remove = (most: number): number => Number(sweeping.run(now, most).changes);
      return database.write(() => sweepInChunks(database, { limit, milliseconds }, remove), 'buffered', {
        purpose: 'sweep',
      });
    },
    async countExpired(most) {
      assertOpen();
      return expired(clock.nowMillis(), most);
    },
    async close() {
      isClosed = true;
      await detach();
    },
  };
};

const text = (row: unknown): string | undefined => (row === undefined ? undefined : String((row as Row)[0]));
