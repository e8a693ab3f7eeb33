import { expect, test } from '@jest/globals';
import { clockSteps } from '../../../src/domain/platform/cluster/clock-steps.ts';

const world = () => {
  let wall = 1_000_000;
  let elapsed = 50;
  const steps: number[] = [];
  const clock = { now: () => Math.floor(wall), nowMillis: () => wall * 1000 };
  const watch = clockSteps({ clock, elapsed: () => elapsed, onStep: (seconds) => void steps.push(seconds) });
  return {
    steps,
    isSteady: watch.isSteady,
    pass(seconds: number): void {
      wall += seconds;
      elapsed += seconds;
    },
    set(seconds: number): void {
      wall += seconds;
    },
  };
};

test('time that passes is no step, after any pause between readings', () => {
  const { pass, isSteady, steps } = world();
  for (const seconds of [5, 5, 86_400, 0]) {
    pass(seconds);
    expect(isSteady()).toBe(true);
  }
  expect(steps).toEqual([]);
});

test('FT-10 a clock that is set ahead is reported once, and not trusted until it is right again', () => {
  const { pass, set, isSteady, steps } = world();
  set(86_400);
  for (let turn = 0; turn < 3; turn += 1) {
    pass(5);
    expect(isSteady()).toBe(false);
  }
  set(-86_400);
  pass(5);
  expect(isSteady()).toBe(true);
  expect(steps).toEqual([86_400]);
});

test('one that stays ahead is believed in the end, or nothing would ever be deleted again', () => {
  const { pass, set, isSteady, steps } = world();
  set(600);
  expect(isSteady()).toBe(false);
  pass(3_600);
  expect(isSteady()).toBe(true);
  pass(5);
  expect(isSteady()).toBe(true);
  expect(steps).toEqual([600]);
});

test('FT-10 one that is set back is reported; deleting later harms nothing', () => {
  const { set, pass, isSteady, steps } = world();
  set(-300);
  pass(5);
  expect(isSteady()).toBe(true);
  expect(steps).toEqual([-300]);
});
