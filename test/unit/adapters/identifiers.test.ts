import { expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';

test('an id says what it names and holds 26 characters of base 32', () => {
  for (let at = 0; at < 1000; at += 1) expect(randomIdentifiers.newId('agt')).toMatch(/^agt_[a-z2-7]{26}$/);
});

test('ids made for every token sort by the millisecond in which they were made', async () => {
  const before = randomIdentifiers.newId('txn');
  expect(before).toMatch(/^txn_[a-z2-7]{26}$/);
  const began = Date.now();
  while (Date.now() === began) await new Promise((resolve) => setImmediate(resolve));
  const after = randomIdentifiers.newId('txn');
  expect([after, before].sort()).toEqual([before, after]);
  for (const prefix of ['tok', 'dec'] as const) {
    expect(randomIdentifiers.newId(prefix).slice(4, 9)).toBe(after.slice(4, 9));
  }
});

test('a secret holds 256 bits, URL-safe', () => {
  for (let at = 0; at < 1000; at += 1) expect(randomIdentifiers.newSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('none is given twice, over many refills of the pool', () => {
  const made = Array.from({ length: 5000 }, (_, at) =>
    at % 2 === 0 ? randomIdentifiers.newId('dlg') : randomIdentifiers.newSecret(),
  );
  expect(new Set(made).size).toBe(made.length);
});

test('every character of an id takes every value', () => {
  const seen = Array.from({ length: 26 }, () => new Set<string>());
  for (let at = 0; at < 2000; at += 1)
    [...randomIdentifiers.newId('agt').slice(4)].forEach((each, place) => void seen[place]?.add(each));
  expect(seen.map((each) => each.size)).toEqual(Array.from({ length: 26 }, () => 32));
});
