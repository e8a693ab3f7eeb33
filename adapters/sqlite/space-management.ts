import type { DatabaseSync } from 'node:sqlite';
import type { Purpose, VolumeReserve } from './volume-reserve.ts';

/** Pages returned to the volume in one step, some 10 ms. */
const VACUUM_PAGES = 1000;
const STEPS = 10;

/** The space on the volume of a database, in bytes. */
export type Room = {
  readonly size: number;
  readonly free: number;
  /** How much must be free before unauthenticated callers may write again. */
  readonly resume: number;
  /** Bytes reserved for sweeping, kills and the audit log; 0 while the reserve is released. */
  readonly reserve: number;
  readonly isReleased: boolean;
};

export interface RoomKeeping {
  /** The volume is full: from now on only essential writes are accepted. */
  ranOut(): void;

  /** For the jobs of one transaction; undefined while there is room for all. */
  admission(): ((purpose: Purpose) => boolean) | undefined;

  /**
   * Call it every second. Releases the reserve when almost nothing is free, returns swept space to the volume, and restores
   * the reserve when there is room. Returns what this process has changed since the last call.
   */
  tend(): Promise<'released' | 'restored' | undefined>;

  /** The space now. */
  measure(): Room;
}

/**
 * Restores a database from a full volume. Deleting rows frees no byte of the volume, and even that needs room in the log. The
 * function therefore first copies the log into the file and truncates it. Then it returns free pages at the end of the file.
 */
export const roomKeeping = (connection: DatabaseSync, reserve: VolumeReserve): RoomKeeping => {
  const pageSize = numberOf(connection, 'page_size');
  let change: 'released' | 'restored' | undefined;

  /** Work that another process blocks waits for the next time. */
  const tried = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  };
  const cutLog = (): boolean => tried(() => connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  const release = (): void => {
    if (reserve.release()) change = 'released';
  };

  /** Returns free pages in steps whose own log fits into the free space. */
  const shrink = (): void => {
    for (let step = 0; step < STEPS; step += 1) {
      const unused = numberOf(connection, 'freelist_count');
      if (unused === 0) return;
      // A page that is moved, and the pages that point at it.
      const fitting = Math.floor(reserve.volume().free / pageSize / 4);
      const pages = Math.min(VACUUM_PAGES, unused, Math.max(8, fitting));
      if (!tried(() => connection.exec(`PRAGMA incremental_vacuum(${pages})`)) || !cutLog()) return;
    }
  };

  return {
    ranOut(): void {
      release();
      cutLog();
    },

    admission(): ((purpose: Purpose) => boolean) | undefined {
      if (!reserve.isReleased()) return undefined;
      const { free } = reserve.volume();
      return (purpose) => reserve.admits(purpose, free);
    },

    async tend(): Promise<'released' | 'restored' | undefined> {
      if (!reserve.look() && reserve.isLow()) release();
      if (reserve.isReleased()) {
        cutLog();
        shrink();
      } else if (reserve.volume().free < 2 * reserve.resume && numberOf(connection, 'freelist_count') > VACUUM_PAGES) {
        shrink();
      }
      const wasReleased = reserve.isReleased();
      if ((await reserve.restore()) && wasReleased) change = 'restored';
      const changed = change;
      change = undefined;
      return changed;
    },

    measure(): Room {
      const { size, free } = reserve.volume();
      const isReleased = reserve.isReleased();
      return { size, free, resume: reserve.resume, reserve: reserve.kept(), isReleased };
    },
  };
};

const numberOf = (connection: DatabaseSync, pragma: 'page_size' | 'freelist_count'): number =>
  Number(connection.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
