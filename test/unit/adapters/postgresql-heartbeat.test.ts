/** One heartbeat over a connection that the test answers. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckedPool } from '../../../adapters/postgresql/checked-pool.ts';
import { CONFIRMED_MILLISECONDS, type Confirmation, confirmation } from '../../../adapters/postgresql/confirmation.ts';
import { type Heartbeat, heartbeat } from '../../../adapters/postgresql/heartbeat.ts';

let now: number;
let known: Confirmation;
let beats: Heartbeat;
let isCutShort: boolean;
let released: unknown[];
let givenUp: number;
/** What the server does with each statement. */
let answer: (text: string) => Promise<unknown>;

beforeEach(() => {
  [now, isCutShort, released, givenUp] = [0, false, [], 0];
  answer = async () => ({ rows: [{ synchronous: true }] });
  known = confirmation({ monotonic: () => now, wall: () => now });
  known.saw({ system: '7', timeline: 1, isSynchronous: true });
  now += 10_000;
  const client = {
    query: ({ text }: { readonly text: string }) => answer(text),
    release: (isBroken: unknown) => released.push(isBroken),
  };
  const pool = {
    confirmation: known,
    connect: async () => client,
    epochOf: () => known.epoch(),
    isCurrent: () => true,
    cutShort: () => () => isCutShort,
  } as unknown as CheckedPool;
  const unanswered = {
    size: () => givenUp,
    add() {
      givenUp += 1;
    },
    end: () => undefined,
  };
  beats = heartbeat(pool, (text) => ({ name: text, text }), unanswered);
});

test('FT-03 counts from the moment before it was sent, however long its answer takes', async () => {
  answer = async () => {
    now += CONFIRMED_MILLISECONDS - 1;
    return { rows: [{ synchronous: true }] };
  };
  await beats.beat();
  expect(known.problem()).toBeUndefined();
  now += 1;
  expect(known.problem()).toContain('confirmed a heartbeat');
});

test('FT-03 does not count when its wait for a standby was cut short', async () => {
  answer = async () => {
    isCutShort = true;
    return { rows: [{ synchronous: true }] };
  };
  expect(await beats.beat()).toBe(false);
  expect(known.problem()).toContain('confirmed a heartbeat');
});

describe('one that fails', () => {
  const refusal = (code: string): Error => Object.assign(new Error('no'), { code, severity: 'ERROR' });

  test.each<readonly [string, Error, string]>([
    ['a user without the privilege', refusal('42501'), 'pg_logical_emit_message'],
    ['a server that takes no more connections', refusal('53300'), 'max_connections'],
    ['no answer', new Error('Query read timeout'), 'synchronous_standby_names'],
  ])('FT-03 is explained by what the server said: %s', async (_, error, expected) => {
    answer = async () => Promise.reject(error);
    await expect(beats.beat()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(known.problem()).toContain(expected);
  });

  test('keeps its connection only while the server may wait for a standby', async () => {
    const timeout = new Error('Query read timeout');
    answer = async () => Promise.reject(timeout);
    await expect(beats.beat()).rejects.toThrow('not in reach');
    expect([released, givenUp]).toEqual([[], 1]);
    known.answered(known.beat(), known.epoch(), false);
    await expect(beats.beat()).rejects.toThrow('not in reach');
    expect([released, givenUp]).toEqual([[true], 1]);
  });
});

describe('the end of the pool', () => {
  test('closes a connection that is kept, and the one of a heartbeat under way when that is over', async () => {
    await beats.beat();
    const held = Promise.withResolvers<unknown>();
    answer = () => held.promise;
    const underWay = beats.beat();
    beats.end();
    held.resolve({ rows: [{ synchronous: true }] });
    await underWay;
    expect(released).toEqual([true]);
  });

  test('closes the connection of a heartbeat under way that is not answered, too', async () => {
    const held = Promise.withResolvers<unknown>();
    answer = () => held.promise;
    const underWay = beats.beat();
    await new Promise(setImmediate);
    beats.end();
    held.reject(new Error('Query read timeout'));
    await expect(underWay).rejects.toThrow('not in reach');
    expect([released, givenUp]).toEqual([[true], 0]);
  });
});
