import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, promises, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WritePriority } from '../../src/domain/ports/write-priority.ts';

const MEBIBYTE = 1024 * 1024;
/** Share of the volume, unless a size is given. */
const SHARE = 1 / 16;
const [SMALLEST, LARGEST] = [2 * MEBIBYTE, 64 * MEBIBYTE];
const CHUNK = MEBIBYTE;

export type ReserveOptions = {
  /** Path of the file that reserves the space. */
  readonly file: string;
  /** Absent: a sixteenth of the volume, 2 to 64 MiB. */
  readonly bytes?: number | undefined;
  /** The share of the volume that must be free before unauthenticated callers may write again, in percent. */
  readonly resumePercent: number;
  /** For tests. */
  readonly statfs?: (path: string) => { readonly bsize: number; readonly blocks: number; readonly bavail: number };
};

/** `sweep`: removes what has expired, and may use all of it. */
export type Purpose = WritePriority | 'sweep';

export interface VolumeReserve {
  /** Bytes of the volume, as of the start. */
  readonly size: number;

  /** Bytes of the reserve at full size. */
  readonly full: number;

  /** Bytes that must be free before unauthenticated callers may write again. */
  readonly resume: number;

  /** Bytes of the volume and of its free space, now. */
  volume(): { readonly size: number; readonly free: number };

  /**
   * Bytes that one transaction may insert, and that may wait for a checkpoint: what a checkpoint needs fits into
   * the reserve.
   */
  readonly slice: number;

  /** Whether the reserve is released, as of the last look. */
  isReleased(): boolean;

  /** Bytes that are reserved now: none while the reserve is released, or while there was no room for it yet. */
  kept(): number;

  /** Looks again: another process may have released or restored it. */
  look(): boolean;

  /** Whether less is free than the next write may take: an eighth of the reserve. */
  isLow(): boolean;

  /** Releases the reserve. Returns whether this call did. */
  release(): boolean;

  /** Whether a write for this purpose fits. The last quarter of the reserve is for sweeping, which frees space. */
  admits(purpose: Purpose, free: number): boolean;

  /**
   * Creates the file where there is room for it, and once in the life of a process replaces one of another size.
   * Returns whether this call did; one process at a time creates it.
   */
  restore(): Promise<boolean>;
}

/**
 * A file that reserves space on the volume of a database. The server releases it when the volume is full, and creates it
 * again when the named share is free. In between it decides whose writes fit. The file itself is the state, so that processes
 * on the volume agree and a restart changes nothing. Full size: the reserve is held. Empty: it was released. Absent: it was
 * never created.
 */
export const volumeReserve = ({ file, bytes, resumePercent, statfs = statfsSync }: ReserveOptions): VolumeReserve => {
  const folder = dirname(file);
  const volume = (): { readonly size: number; readonly free: number } => {
    const { bsize, blocks, bavail } = statfs(folder);
    return { size: blocks * bsize, free: bavail * bsize };
  };
  const { size } = volume();
  const full = bytes ?? Math.min(LARGEST, Math.max(SMALLEST, Math.floor(size * SHARE)));
  const resume = Math.ceil((size * resumePercent) / 100);
  /** Less free space than this counts as none: the next write does not fit. */
  const low = Math.floor(full / 8);

  /** Bytes that the file reserves; undefined where there is no file. */
  const kept = (): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;
  const state = (): 'held' | 'released' | 'absent' => {
    const bytesKept = kept();
    if (bytesKept === undefined) return 'absent';
    return bytesKept > 0 ? 'held' : 'released';
  };
  let isReleased = state() === 'released';
  let isMaking = false;
  /** Whether this process has checked the size of an existing file: the setting or the volume may have changed. */
  let isSized = false;
  const staged = `${file}.making`;
  // Left by a process that ended half way; a process that is writing it starts again.
  rmSync(staged, { force: true });

  return {
    size,
    full,
    resume,
    volume,
    slice: Math.max(256 * 1024, Math.min(LARGEST, Math.floor(size * SHARE)) / 4),

    isReleased: (): boolean => isReleased,

    kept: (): number => kept() ?? 0,

    look(): boolean {
      isReleased = isReleased && state() === 'absent' ? isReleased : state() === 'released';
      return isReleased;
    },

    isLow: (): boolean => volume().free < low,

    release(): boolean {
      const was = state();
      isReleased = true;
      if (was === 'released') return false;
      try {
        const handle = openSync(file, 'a', 0o600);
        try {
          ftruncateSync(handle, 0);
          fsyncSync(handle);
        } finally {
          closeSync(handle);
        }
      } catch {
        // Not even an empty file can be written: this process knows the state, and the next start detects it.
      }
      return true;
    },

    admits(purpose: Purpose, free: number): boolean {
      if (!isReleased || purpose === 'sweep') return true;
      if (purpose === 'essential') return free >= full / 4;
      return purpose === 'authenticated' && free >= full;
    },

    async restore(): Promise<boolean> {
      const now = state();
      if (isMaking || (now === 'held' && (isSized || kept() === full))) return false;
      if (volume().free < (now === 'released' || isReleased ? Math.max(resume, full) : 2 * full)) return false;
      isMaking = true;
      isSized = true;
      try {
        const handle = await promises.open(staged, 'wx', 0o600);
        try {
          // Random bytes, which no file system can compress.
          const chunk = randomBytes(CHUNK);
          for (let at = 0; at < full; at += CHUNK) await handle.write(chunk, 0, Math.min(CHUNK, full - at), at);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await promises.rename(staged, file);
        isReleased = false;
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EEXIST') await promises.rm(staged, { force: true });
        return false;
      } finally {
        isMaking = false;
      }
    },
  };
};
