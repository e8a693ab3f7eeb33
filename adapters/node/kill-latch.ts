import { createHash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { KillLatch, LatchedKill } from '../../src/domain/ports/kill-latch.ts';
import { fileLock } from './file-lock.ts';
import { assertPrivate, createPrivateFile, readPrivateFile } from './key-files.ts';

/** A kill with the longest members takes half of it. */
const SLOT_BYTES = 8192;
/** Slots that are added at a time: half a megabyte. */
const SLOTS = 64;
/** With fewer free slots, more are added. */
const FEWEST_FREE = 16;
/** The head of a slot: a digest of what follows, and the length of the record in bytes. */
const HEAD = /^([0-9a-f]{64}) (\d{1,4})\n/;
const HEAD_BYTES = 80;
/** Kills from before there were slots: one file each. */
const FORMER_FILE = /^kil_[a-z2-7]{26}\.json$/;

type Slot = { readonly at: number; readonly record?: { readonly sequence: number; readonly latched: LatchedKill } };

/**
 * Stores kills in `folder`/latch, a file of preallocated slots. Adding a kill overwrites a slot in place, which
 * needs no new block on a full volume. A record is valid when its digest matches, so that one cut off by a crash is
 * not. A newer record of the same kill goes to another slot before the former one is cleared.
 */
export const fileKillLatch = (folder: string): KillLatch => {
  const path = join(folder, 'latch');
  const locked = fileLock(join(folder, 'latch.lock'));

  /** Undefined where there is no file. */
  const opened = (): number | undefined => {
    try {
      const handle = openSync(path, 'r+');
      assertPrivate(handle, path);
      return handle;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  };
  const withSlots = <T>(work: (handle: number, slots: readonly Slot[]) => T): T | undefined => {
    const handle = opened();
    if (handle === undefined) return undefined;
    try {
      return work(handle, slotsOf(handle));
    } finally {
      closeSync(handle);
    }
  };

  const allocate = (): void => {
    if (withSlots(() => true) === undefined) createPrivateFile(path, NEW_SLOTS);
    withSlots((handle, slots) => {
      if (slots.filter(({ record }) => !record).length < FEWEST_FREE) grow(handle, slots.length);
    });
  };

  const put = (latched: LatchedKill): void => {
    const isPut = withSlots((handle, slots) => {
      const sequence = 1 + Math.max(0, ...slots.map(({ record }) => record?.sequence ?? 0));
      const former = slots.filter(({ record }) => record?.latched.kill.id === latched.kill.id);
      // Without a free slot the former one is overwritten: only then could a crash at this moment lose it.
      const slot = slots.find(({ record }) => !record) ?? former[0];
      if (!slot) throw Object.assign(new Error(`${path} has no free slot, and its volume no room`), { code: 'ENOSPC' });
      overwrite(handle, slot.at, recordBytes({ sequence, latched }));
      clear(
        handle,
        former.filter(({ at }) => at !== slot.at),
      );
      return true;
    });
    if (!isPut) throw Object.assign(new Error(`${path} is not there`), { code: 'ENOENT' });
  };

  const prepare = (): void => {
    allocate();
    for (const name of readdirSync(folder).filter((one) => FORMER_FILE.test(one))) {
      const text = readPrivateFile(join(folder, name));
      if (text !== undefined) put(JSON.parse(text) as LatchedKill);
      rmSync(join(folder, name), { force: true });
    }
  };

  return {
    async prepare() {
      locked(prepare);
    },
    async read() {
      // Nothing was latched here, and reading creates no file.
      const handle = opened();
      if (handle === undefined) return [];
      closeSync(handle);
      return locked(() => withSlots((_, slots) => newest(slots)) ?? []);
    },
    async write(latched) {
      locked(() => {
        // Allocates more slots now if there is room; otherwise the existing ones remain.
        tried(prepare);
        put(latched);
      });
    },
    async remove(id) {
      locked(() =>
        withSlots((handle, slots) =>
          clear(
            handle,
            slots.filter(({ record }) => record?.latched.kill.id === id),
          ),
        ),
      );
    },
  };
};

/** Of two records of one kill, a crash between writing and clearing left the older one. */
const newest = (slots: readonly Slot[]): readonly LatchedKill[] => {
  const found = new Map<string, { readonly sequence: number; readonly latched: LatchedKill }>();
  for (const { record } of slots) {
    if (!record) continue;
    const { id } = record.latched.kill;
    if ((found.get(id)?.sequence ?? -1) < record.sequence) found.set(id, record);
  }
  return [...found.values()].sort((a, b) => a.sequence - b.sequence).map(({ latched }) => latched);
};

const slotsOf = (handle: number): readonly Slot[] => {
  const bytes = Buffer.alloc(fstatSync(handle).size);
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(handle, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  // Bytes after the last whole slot were cut off while a slot was added.
  return Array.from({ length: Math.floor(bytes.length / SLOT_BYTES) }, (_, index) => {
    const at = index * SLOT_BYTES;
    const record = recordIn(bytes.subarray(at, at + SLOT_BYTES));
    return record ? { at, record } : { at };
  });
};

const recordIn = (slot: Buffer): Slot['record'] => {
  const head = HEAD.exec(slot.toString('latin1', 0, HEAD_BYTES));
  if (!head) return undefined;
  const [text, digest, length] = head;
  const body = slot.subarray(text.length, text.length + Number(length));
  return digestOf(body) === digest ? (JSON.parse(body.toString()) as Slot['record']) : undefined;
};

/** Throws RangeError when it does not fit into a slot. */
const recordBytes = (record: NonNullable<Slot['record']>): Buffer => {
  const body = Buffer.from(JSON.stringify(record));
  const text = Buffer.concat([Buffer.from(`${digestOf(body)} ${body.length}\n`), body]);
  if (text.length >= SLOT_BYTES) throw new RangeError(`a kill takes at most ${SLOT_BYTES} bytes in the latch`);
  const slot = Buffer.from(FREE);
  text.copy(slot);
  return slot;
};

const FREE = Buffer.alloc(SLOT_BYTES, ' ');
FREE[SLOT_BYTES - 1] = 0x0a;

const NEW_SLOTS = FREE.toString().repeat(SLOTS);

const clear = (handle: number, slots: readonly Slot[]): void => {
  for (const { at } of slots) overwrite(handle, at, FREE);
};

const overwrite = (handle: number, at: number, bytes: Buffer): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(handle, bytes, written, bytes.length - written, at + written);
  fdatasyncSync(handle);
};

/** Adds all of the new slots or none. */
const grow = (handle: number, count: number): void => {
  try {
    overwrite(handle, count * SLOT_BYTES, Buffer.from(NEW_SLOTS));
  } catch (error) {
    ftruncateSync(handle, count * SLOT_BYTES);
    throw error;
  }
};

const tried = (work: () => void): void => {
  try {
    work();
  } catch {
    // Retried with the next kill.
  }
};

const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
