import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { compression } from '../../../adapters/node/compression.ts';
import { allEnded, listBits } from '../../../src/domain/authority/status-lists/list-bits.ts';
import { LIST_LENGTH, listId, listOf, windowsAt } from '../../../src/domain/authority/status-lists/status-list.ts';

describe('the bits of a list', () => {
  test('stand from the least significant bit of each byte on (draft-ietf-oauth-status-list §4.1)', async () => {
    const bits = listBits(compression);
    // The first example of the draft: the bytes 0xB9 and 0xA3.
    for (const index of [0, 3, 4, 5, 7, 8, 9, 13, 15]) bits.set(index);
    const bytes = inflateSync(await bits.compressed());
    expect([bytes.length, bytes[0], bytes[1], bytes[2]]).toEqual([LIST_LENGTH / 8, 0xb9, 0xa3, 0]);
    expect([0, 1, 15, 16].map(bits.has)).toEqual([true, false, true, false]);
  });

  test('stay set, with few ended tokens and with many', async () => {
    const bits = listBits(compression);
    const seen = new Set<string>();
    for (let count = 0; count < 1500; count += 1) {
      bits.set(count * 7);
      seen.add(bits.version());
      expect([count, bits.has(0), bits.has(count * 7), bits.has(count * 7 + 1)]).toEqual([count, true, true, false]);
    }
    expect(seen.size).toBe(1500);
    expect(listBits(compression).version()).not.toBe(bits.version());
    const bytes = inflateSync(await bits.compressed());
    expect(Array.from({ length: 21 }, (_, index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1).join('')).toBe(
      '100000010000001000000'.slice(0, 21),
    );
  });

  test('are in the ZLIB format, also for a list without ended tokens and for one of ended tokens only', async () => {
    const empty = inflateSync(await listBits(compression).compressed());
    expect([empty.length, empty.every((byte) => byte === 0)]).toEqual([LIST_LENGTH / 8, true]);
    const full = inflateSync(await allEnded(compression));
    expect([full.length, full.every((byte) => byte === 255)]).toEqual([LIST_LENGTH / 8, true]);
  });

  test('of 1,000,000 tokens at 0.1 % take at most 64 KiB with gzip', async () => {
    // Where each index is used, 1,000,000 tokens fill one list. Random indexes spread over two at most.
    const lists = [listBits(compression), listBits(compression)];
    let seed = 1;
    for (let ended = 0; ended < 1000; ended += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      lists[ended % 2]?.set(seed % LIST_LENGTH);
    }
    let size = 0;
    for (const list of lists) {
      const text = (await list.compressed()).toString('base64url');
      size += (await compression.gzipped(text)).length;
    }
    expect(size).toBeLessThanOrEqual(65_536);
    expect(size).toBeLessThanOrEqual(10_240);
  });
});

describe('the id of a list', () => {
  test('is read back, and nothing else is', () => {
    const list = { server: 'rs_abc', window: 3_000_000, since: 0, number: 63 };
    expect(listOf(listId(list))).toEqual(list);
    for (const other of [
      '',
      'rs_abc',
      'rs_abc/1/0/64',
      'rs_abc/01/0/0',
      'rs_abc/1/0/0/1',
      'RS_abc/1/0/0',
      'rs_abc/-1/0/0',
    ]) {
      expect([other, listOf(other)]).toEqual([other, undefined]);
    }
  });

  test('has windows back to the oldest token that can be unexpired', () => {
    const second = 6_000_000;
    expect(windowsAt(second)).toEqual([10_000, 9999, 9998, 9997, 9996, 9995, 9994, 9993]);
    expect(windowsAt(second + 599)[0]).toBe(10_001);
  });
});
