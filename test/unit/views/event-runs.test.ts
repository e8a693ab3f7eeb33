import { expect, test } from '@jest/globals';
import { runsOf } from '../../../views/event-runs.ts';
import { phrase } from '../../../views/html.ts';

const named = (text: string) => phrase({ en: text, de: text });
const event = (at: number, what: string, who?: string) => ({ at, what: named(what), who });

test('events that follow each other and are equal are one run; another one between ends it', () => {
  const events = [event(5, 'issued', 'a'), event(4, 'issued', 'a'), event(3, 'issued', 'b'), event(2, 'issued', 'a')];
  const runs = runsOf(events, ({ what, who }) => [what, who]);
  expect(runs.map((run) => run.map(({ at }) => at))).toEqual([[5, 4], [3], [2]]);
});

test('an absent fact equals no text, not even an empty one', () => {
  const runs = runsOf([event(3, 'issued'), event(2, 'issued', ''), event(1, 'issued', 'null')], ({ who }) => [who]);
  expect(runs).toHaveLength(3);
});

test('our own text is not the same as an equal text of another party', () => {
  const runs = runsOf([{ who: named('This server') }, { who: 'This server' }], ({ who }) => [who]);
  expect(runs).toHaveLength(2);
});

test('nothing is no run', () => {
  expect(runsOf([], () => [])).toEqual([]);
});
