import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fileKillLatch } from '../../../adapters/node/kill-latch.ts';
import type { LatchedKill } from '../../../src/domain/ports/kill-latch.ts';
import { smallVolume } from '../../support/small-volume.ts';

const killOf = (number: number, reason = 'a test'): LatchedKill['kill'] => ({
  id: `kil_${String(number)
    .padStart(26, 'a')
    .replace(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] ?? 'z')}`,
  scope: 'agent',
  target: 'agt_x',
  key: 'agent:agt_x',
  reason,
  by: 'system',
  state: 'standing',
  signatures: [],
  createdAt: 1,
});
const latchedOf = (number: number, missing: LatchedKill['missing'] = ['audit', 'store']): LatchedKill => ({
  kill: killOf(number),
  missing,
});

describe('decision D24 the latch on the data volume', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'behalf-latch-')), 'kills');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const file = () => join(folder, 'latch');

  test('holds the newest record of each kill, for every process on the volume', async () => {
    const [one, other] = [fileKillLatch(folder), fileKillLatch(folder)];
    expect(await other.read()).toEqual([]);
    await one.prepare?.();
    await one.write(latchedOf(1));
    await other.write(latchedOf(2));
    await one.write(latchedOf(1, []));
    expect(await other.read()).toEqual([latchedOf(2), latchedOf(1, [])]);
    await other.remove(killOf(2).id);
    await other.remove(killOf(2).id);
    expect(await one.read()).toEqual([latchedOf(1, [])]);
  });

  test('is allocated ahead, private, and grows before it is used up', async () => {
    const latch = fileKillLatch(folder);
    await latch.prepare?.();
    const size = statSync(file()).size;
    expect(size).toBe(512 * 1024);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    for (let number = 0; number < 100; number += 1) await latch.write(latchedOf(number));
    expect((await latch.read()).length).toBe(100);
    expect(statSync(file()).size).toBe(2 * size);
  });

  test('takes no record that a crash cut off: the one from before counts', async () => {
    const latch = fileKillLatch(folder);
    await latch.write(latchedOf(1));
    const before = readFileSync(file());
    await latch.write(latchedOf(1, ['store']));
    // The second slot was half written, and the first not cleared yet.
    const handle = openSync(file(), 'r+');
    writeSync(handle, before.subarray(0, 8192), 0, 8192, 0);
    writeSync(handle, Buffer.alloc(8000, ' '), 0, 8000, 8192 + 120);
    closeSync(handle);
    expect(await latch.read()).toEqual([latchedOf(1)]);
    await latch.write(latchedOf(1, []));
    expect(await latch.read()).toEqual([latchedOf(1, [])]);
  });

  test('of two whole records of one kill, the newer counts', async () => {
    const latch = fileKillLatch(folder);
    await latch.write(latchedOf(1));
    const before = readFileSync(file());
    await latch.write(latchedOf(1, []));
    const handle = openSync(file(), 'r+');
    writeSync(handle, before.subarray(0, 8192), 0, 8192, 0);
    closeSync(handle);
    expect(await latch.read()).toEqual([latchedOf(1, [])]);
    await latch.remove(killOf(1).id);
    expect(await latch.read()).toEqual([]);
  });

  test('takes over the files of the time before slots', async () => {
    const latch = fileKillLatch(folder);
    await latch.prepare?.();
    const { kill } = latchedOf(3);
    writeFileSync(join(folder, `${kill.id}.json`), JSON.stringify(latchedOf(3)), { mode: 0o600 });
    await latch.prepare?.();
    expect(await latch.read()).toEqual([latchedOf(3)]);
    expect(() => statSync(join(folder, `${kill.id}.json`))).toThrow();
  });

  test('refuses a file that others may read, and a record that fits into no slot', async () => {
    const latch = fileKillLatch(folder);
    await latch.prepare?.();
    const long = { ...latchedOf(1), kill: killOf(1, 'x'.repeat(9000)) };
    await expect(latch.write(long)).rejects.toThrow('at most 8192 bytes');
    rmSync(file());
    writeFileSync(file(), ' '.repeat(8192), { mode: 0o644 });
    await expect(latch.read()).rejects.toThrow('may be read or changed by others');
  });
});

describe.each(['tmpfs', 'ext4'] as const)('LC-11 on a volume of %s that is really full', (kind) => {
  const volume = smallVolume(16, kind);
  const onVolume = volume.isMounted ? test : test.skip;
  afterEach(() => volume.remove());

  onVolume('kills are written, changed and removed without a block more', async () => {
    const folder = join(volume.folder, 'kills');
    await fileKillLatch(folder).prepare?.();
    volume.fill();
    expect(() => writeFileSync(join(volume.folder, 'one-more'), 'x'.repeat(4096))).toThrow('ENOSPC');
    const latch = fileKillLatch(folder);
    for (let number = 0; number < 64; number += 1) await latch.write(latchedOf(number));
    for (let number = 0; number < 64; number += 1) await latch.write(latchedOf(number, []));
    await expect(latch.write(latchedOf(65))).rejects.toThrow('no free slot');
    expect((await latch.read()).length).toBe(64);
    for (let number = 0; number < 63; number += 1) await latch.remove(killOf(number).id);
    await latch.write(latchedOf(65));
    expect((await latch.read()).map(({ kill }) => kill.id)).toEqual([killOf(63).id, killOf(65).id]);
  });
});
