/** What a browser keeps comes back as it was sealed: to the process that sealed it, and to every other one. */
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { browserState } from '../../../src/provider/interactions/browser-state.ts';

const scene = () => {
  const time = { now: 1000 };
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const opened: string[] = [];
  const key = masterKey(Buffer.alloc(32, 1));
  const watched = {
    seal: key.seal,
    open: (context: string, sealed: string) => {
      opened.push(context);
      return key.open(context, sealed);
    },
  };
  const state = browserState({ masterKey: watched, clock, isHttps: true });
  /** The value of the cookie in which the state is. */
  const keep = (context: string, payload: object, seconds = 60): string => {
    const set: string[] = [];
    const res = Object.assign(new EventEmitter(), { appendHeader: (_: string, value: string) => set.push(value) });
    const isKept = state.keep({ res } as never, { name: 'asked', path: '/' }, context, payload as never, seconds);
    expect(isKept).toBe(true);
    return String(set[0]?.split(';')[0]?.slice('asked='.length));
  };
  return { time, opened, state, keep, other: browserState({ masterKey: watched, clock, isHttps: true }) };
};

test('its own process takes it without opening it, another process opens it', () => {
  const { opened, state, other, keep } = scene();
  const value = keep('Interaction asked uid', { uid: 'uid', at: [1, 2] });
  expect(state.opened(value, 'Interaction asked uid')).toEqual({ uid: 'uid', at: [1, 2] });
  expect(opened).toEqual([]);
  expect(other.opened(value, 'Interaction asked uid')).toEqual({ uid: 'uid', at: [1, 2] });
  expect(opened).toEqual(['Interaction asked uid']);
});

test('what one request changes is not seen by the next', () => {
  const { state, keep } = scene();
  const value = keep('of a prompt', { params: { scope: 'read' } });
  Object.assign(state.opened(value, 'of a prompt')?.['params'] as object, { scope: 'write' });
  expect(state.opened(value, 'of a prompt')).toEqual({ params: { scope: 'read' } });
});

test('its own process finds it neither at its end, nor in another context, nor changed', () => {
  const { time, state, keep } = scene();
  const value = keep('of a prompt', { uid: 'uid' }, 60);
  expect(state.opened(value, 'of its answer')).toBeUndefined();
  expect(
    state.opened(
      value.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')),
      'of a prompt',
    ),
  ).toBeUndefined();
  expect(state.opened(value.slice(0, -4), 'of a prompt')).toBeUndefined();
  time.now += 59;
  expect(state.opened(value, 'of a prompt')).toBeDefined();
  time.now += 1;
  expect(state.opened(value, 'of a prompt')).toBeUndefined();
});

test('the process keeps the last five hundred, and opens those before', () => {
  const { opened, state, keep } = scene();
  const values = Array.from({ length: 501 }, (_, at) => keep('of a prompt', { at }));
  expect(values.map((value) => state.opened(value, 'of a prompt')?.['at'])).toEqual(values.map((_, at) => at));
  expect(opened).toHaveLength(1);
});
