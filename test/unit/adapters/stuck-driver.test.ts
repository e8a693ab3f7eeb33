import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { stuckDriver } from '../../../adapters/mongodb/stuck-driver.ts';

const DEADLINE = 1000;

/** A driver that says what a test wants it to say, and how often it was begun anew. */
const fakeClient = () => {
  const events = new EventEmitter();
  const began = { close: 0, connect: 0 };
  const client = {
    on: (name: string, listener: (event: unknown) => void) => events.on(name, listener),
    close: async () => {
      began.close += 1;
    },
    connect: async () => {
      began.connect += 1;
    },
  } as unknown as Parameters<typeof stuckDriver>[0];
  return { client, began, emit: (name: string, event: object) => events.emit(name, event) };
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('FT-09 a heartbeat that has no outcome makes the driver begin anew, once', async () => {
  const { client, began, emit } = fakeClient();
  const driver = stuckDriver(client, DEADLINE);
  emit('serverHeartbeatStarted', { connectionId: 'a', awaited: false });
  await jest.advanceTimersByTimeAsync(4 * DEADLINE);
  expect(began).toEqual({ close: 0, connect: 0 });
  await jest.advanceTimersByTimeAsync(2 * DEADLINE);
  expect(began).toEqual({ close: 1, connect: 1 });
  await jest.advanceTimersByTimeAsync(60 * DEADLINE);
  expect(began).toEqual({ close: 1, connect: 1 });
  await driver.stop();
});

test.each(['serverHeartbeatSucceeded', 'serverHeartbeatFailed'])('FT-09 %s is an outcome', async (outcome) => {
  const { client, began, emit } = fakeClient();
  const driver = stuckDriver(client, DEADLINE);
  emit('serverHeartbeatStarted', { connectionId: 'a', awaited: false });
  emit(outcome, { connectionId: 'a' });
  await jest.advanceTimersByTimeAsync(60 * DEADLINE);
  expect(began).toEqual({ close: 0, connect: 0 });
  await driver.stop();
});

test('FT-09 a server may take its time over an awaited heartbeat', async () => {
  const { client, began, emit } = fakeClient();
  const driver = stuckDriver(client, DEADLINE);
  emit('serverHeartbeatStarted', { connectionId: 'a', awaited: true });
  await jest.advanceTimersByTimeAsync(14 * DEADLINE);
  expect(began.close).toBe(0);
  await jest.advanceTimersByTimeAsync(2 * DEADLINE);
  expect(began.close).toBe(1);
  await driver.stop();
});

test('FT-09 a call that outlives all its timeouts makes the driver begin anew, and closing does not wait for it', async () => {
  const { client, began } = fakeClient();
  const driver = stuckDriver(client, DEADLINE);
  driver.watch(new Promise(() => undefined));
  const ended = Promise.resolve();
  driver.watch(ended);
  await ended;
  expect(driver.underWay()).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(12 * DEADLINE);
  expect(began).toEqual({ close: 1, connect: 1 });
  expect(driver.underWay()).toHaveLength(0);
  await driver.stop();
});
