import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainPath } from '../../../src/domain/resources/authorization-details/member-rules.ts';
import {
  commonDetails,
  narrowedDetail,
  narrowedDetails,
} from '../../../src/domain/resources/authorization-details/narrowed-details.ts';
import type { Detail, DetailType, JsonValue } from '../../../src/domain/vocabulary/detail-type.ts';

const TYPE: DetailType = {
  type: 'work',
  description: 'Work',
  risk: 'low',
  display: 'Work',
  schema: { type: 'object' },
  amount: 'amount',
  members: {
    amount: { rule: 'max' },
    least: { rule: 'min', absent: 'unlimited' },
    actions: { rule: 'subset' },
    path: { rule: 'prefix' },
    paths: { rule: 'prefix', absent: 'unlimited' },
    until: { rule: 'before', absent: 'unlimited' },
    from: { rule: 'after' },
    'limits.rows': { rule: 'max', absent: 'unlimited' },
    'limits.kinds': { rule: 'subset' },
  },
};
const OTHER: DetailType = { ...TYPE, type: 'other', members: {}, amount: undefined as never };
const TYPES = [TYPE, OTHER];

const number = fc.constantFrom(0, 1, 2, 3, 5, 1.5);
const action = fc.constantFrom('read', 'rеad', 'READ', 'write', '*', '');
const path = fc.constantFrom('/a', '/a/', '/a/b', '/a/b/c', '/ab', '/', '/a/../b', '/a%2fb', '/a//b', '/a/.', 'a', '');
const time = fc.constantFrom(
  '2026-01-01',
  '2026-06-30',
  '2026-02-30',
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+02:00',
  'x',
);
/** Values of the right kind mostly, and of the wrong one. */
const odd = fc.constantFrom<JsonValue>('1', null, true, [], {}, 7, '/a');
const mostly = (good: fc.Arbitrary<JsonValue>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: odd });

const detail: fc.Arbitrary<Detail> = fc
  .record(
    {
      amount: mostly(number),
      least: mostly(number),
      actions: mostly(fc.array(action, { maxLength: 3 })),
      path: mostly(path),
      paths: mostly(fc.array(path, { maxLength: 3 })),
      until: mostly(time),
      from: mostly(time),
      limits: mostly(
        fc.record({ rows: number, kinds: fc.array(action, { maxLength: 2 }), note: action }, { requiredKeys: [] }),
      ),
      note: mostly(fc.constantFrom<JsonValue>('a', 'b', { x: 1, y: 2 }, { y: 2, x: 1 })),
    },
    { requiredKeys: [] },
  )
  .chain((members) =>
    fc.constantFrom('work', 'work', 'work', 'other', 'unknown').map((type) => ({ type, ...members })),
  );
const list = fc.array(detail, { maxLength: 5 });

/** A narrower spelling of a detail, most of the time. */
const childOf = (parent: Detail): fc.Arbitrary<Detail> =>
  detail.chain((one) =>
    fc.subarray(Object.keys(one).filter((name) => name !== 'type')).map((names) => ({
      ...Object.fromEntries(Object.entries(parent).filter(([name]) => name === 'type' || name.length % 2 === 0)),
      ...Object.fromEntries(names.slice(0, 2).map((name) => [name, one[name] ?? null])),
      type: parent.type,
    })),
  );

/** What a detail permits, told apart by an independent reading: may it do this? */
type Act = {
  readonly amount: number;
  readonly least: number;
  readonly action: string;
  readonly path: string;
  readonly day: string;
};
const permits = (held: Detail, act: Act): boolean => {
  const segments = (text: string) => text.split('/').filter((one) => one !== '');
  const below = (root: JsonValue) =>
    typeof root === 'string' && segments(root).every((one, index) => segments(act.path)[index] === one);
  const { amount, least, actions, path: root, until } = held;
  return (
    (amount === undefined || (typeof amount === 'number' && act.amount <= amount)) &&
    (least === undefined || (typeof least === 'number' && act.least >= least)) &&
    (actions === undefined || (Array.isArray(actions) && actions.includes(act.action))) &&
    (root === undefined || below(root)) &&
    (typeof until !== 'string' || until.length !== 10 || act.day <= until)
  );
};
const acts: fc.Arbitrary<Act> = fc.record({
  amount: number,
  least: number,
  action,
  path: fc.constantFrom('/a', '/a/b', '/a/b/c', '/ab', '/z'),
  day: fc.constantFrom('2025-12-31', '2026-01-01', '2026-03-01', '2026-12-31'),
});

describe('authorization details', () => {
  test('TX-02 SC-02 a child permits nothing that its parent does not (RFC 9396 §12)', () => {
    let inside = 0;
    fc.assert(
      fc.property(
        detail.chain((parent) => fc.tuple(fc.constant(parent), childOf(parent))),
        fc.array(acts, { minLength: 1, maxLength: 20 }),
        ([parent, asked], doings) => {
          const child = narrowedDetail(TYPE, asked, parent);
          if (!child) return;
          inside += 1;
          for (const act of doings)
            if (permits(child, act))
              expect([parent, child, act, permits(parent, act)]).toEqual([parent, child, act, true]);
          for (const name of Object.keys(parent)) expect(Object.keys(child)).toContain(name);
        },
      ),
      { numRuns: 5000 },
    );
    expect(inside).toBeGreaterThan(200);
  });

  test('TX-02 narrowed again it is the same, and what is refused once is refused again', () => {
    fc.assert(
      fc.property(list, list, (asked, held) => {
        const { details } = narrowedDetails(TYPES, asked, held);
        expect(narrowedDetails(TYPES, details, held)).toEqual({ details, refused: [] });
      }),
      { numRuns: 5000 },
    );
  });

  test('TX-02 a child of a child is a child', () => {
    let inside = 0;
    fc.assert(
      fc.property(
        detail.chain((a) => childOf(a).chain((b) => childOf(b).map((c) => [a, b, c] as const))),
        ([a, b, c]) => {
          const child = narrowedDetail(TYPE, b, a);
          const grandchild = child && narrowedDetail(TYPE, c, child);
          if (!grandchild) return;
          inside += 1;
          expect(narrowedDetail(TYPE, grandchild, a)).toEqual(grandchild);
        },
      ),
      { numRuns: 5000 },
    );
    expect(inside).toBeGreaterThan(50);
  });

  test('TX-02 children of one parent share its amount, however it is split', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 8 }), (amounts) => {
        const asked = amounts.map((amount, index) => ({ type: 'work', amount, note: `n${index}` }));
        const types = [
          { ...TYPE, members: { amount: { rule: 'max' }, note: { rule: 'equal', absent: 'unlimited' } } } as const,
        ];
        const { details } = narrowedDetails(types, asked, [{ type: 'work', amount: 100 }]);
        expect(details.reduce((sum, each) => sum + Number(each['amount']), 0)).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('SC-02 what is asked for just as it is held is that one, though another one held is around it', () => {
    const around: Detail = { type: 'work', amount: 5, actions: ['read'], limits: { rows: 9 } };
    const same: Detail = { type: 'work', limits: { rows: 7 } };
    for (const held of [
      [around, same],
      [same, around],
    ]) {
      expect(narrowedDetails(TYPES, [same], held)).toEqual({ details: [same], refused: [] });
      expect(commonDetails(TYPES, held, held)).toEqual(held);
    }
  });

  const held: Detail = {
    type: 'work',
    amount: 5,
    actions: ['read', 'write'],
    path: '/a/b',
    limits: { kinds: ['x'] },
    note: { x: 1, y: [1] },
  };
  const cases: readonly (readonly [string, Readonly<Record<string, JsonValue>>, boolean])[] = [
    ['an absent member', {}, true],
    ['a smaller number', { amount: 4 }, true],
    ['a larger number', { amount: 6 }, false],
    ['a number as text', { amount: '4' }, false],
    ['a number that is none', { amount: Number.NaN }, false],
    ['a part of a list', { actions: ['write'] }, true],
    ['an empty list, which many a reader takes for all', { actions: [] }, false],
    ['another letter that looks the same', { actions: ['rеad'] }, false],
    ['a list in place of a value', { path: ['/a/b'] }, false],
    ['the path itself', { path: '/a/b' }, true],
    ['a path below', { path: '/a/b/c' }, true],
    ['a path that only begins alike', { path: '/a/bc' }, false],
    ['a path that climbs', { path: '/a/b/../c' }, false],
    ['an encoded separator', { path: '/a/b%2f..%2fc' }, false],
    ['a path parameter', { path: '/a/b/..;/c' }, false],
    ['a backslash', { path: '/a/b\\..\\c' }, false],
    ['a full-width dot', { path: '/a/b/．．/c' }, false],
    ['a query', { path: '/a/b?x=/../..' }, false],
    ['a line end', { path: '/a/b\n/x' }, false],
    ['the same object in another order', { note: { y: [1], x: 1 } }, true],
    ['a list in another order', { note: { x: 1, y: [1, 2] } }, false],
    ['a member that the parent does not have', { from: '2026-01-01' }, false],
    ['a member that a parent without does not limit', { until: '2026-01-01' }, true],
    ['a part of an object', { limits: {} }, true],
    ['a member of an object that a parent without does not limit', { limits: { rows: 3 } }, true],
    ['a member of an object that the parent does not have', { limits: { other: 3 } }, false],
    ['an object in place of a number', { amount: { valueOf: 1 } }, false],
    ['a name of every object', { constructor: 'x' }, false],
  ];
  test.each(cases)('SC-02 %s', (_, members, isInside) => {
    const asked = { type: 'work', ...members } as Detail;
    expect(narrowedDetails(TYPES, [asked], [held]).refused).toEqual(isInside ? [] : [asked]);
  });

  const times: readonly (readonly [string, string, boolean])[] = [
    ['2026-01-01', '2026-01-01', true],
    ['2026-01-02', '2026-01-01', false],
    ['2026-02-30', '2026-06-01', false],
    ['2025-02-29', '2026-06-01', false],
    ['0001-01-00', '2026-06-01', false],
    ['2024-02-29', '2026-06-01', true],
    ['2026-01-01T00:00:00Z', '2026-01-02', false],
    ['2026-01-01T00:00:00+02:00', '2025-12-31T22:00:00Z', true],
    ['2026-01-01T00:00:00-02:00', '2026-01-01T00:00:00Z', false],
    ['2026-01-01T00:00:00', '2026-01-02T00:00:00Z', false],
    ['2026-01-01T00:00:00.0001Z', '2026-01-01T00:00:00.000Z', false],
  ];
  test.each(times)('SC-02 %s before %s: %s', (asked, parent, isInside) => {
    const narrowed = narrowedDetail(TYPE, { type: 'work', until: asked }, { type: 'work', until: parent });
    expect(narrowed !== undefined).toBe(isInside);
  });

  const urls: readonly (readonly [string, string, boolean])[] = [
    ['https://files.example/a/b', 'https://files.example/a', true],
    ['https://files.example.evil.example/a', 'https://files.example', false],
    ['https://files.example.evil.example/a', 'https://files.example', false],
    ['https://files.example/a', 'https:', false],
    ['/a', '/', true],
    ['a', '/', false],
  ];
  test.each(urls)('SC-02 %s below %s: %s', (asked, parent, isInside) => {
    const narrowed = narrowedDetail(TYPE, { type: 'work', path: asked }, { type: 'work', path: parent });
    expect(narrowed !== undefined).toBe(isInside);
  });

  test('a path with one reading', () => {
    expect(
      ['/', '/a b/c.txt', 'a/b/', 'https://x/y', '/a/.hidden', '/v1..2'].filter((one) => !isPlainPath(one)),
    ).toEqual([]);
    expect(['', '.', '..', '/a/...', '/a/ /b', '//a', 'a\u200bb', '/a/b;v=1'].filter(isPlainPath)).toEqual([]);
  });
});
