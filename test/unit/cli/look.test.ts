/** How values look to people: relative times, colours, and tables as wide as the terminal. */
import { describe, expect, test } from '@jest/globals';
import { CommandError } from '../../../src/cli/command.ts';
import { bothTimes, lookOn, relativeText } from '../../../src/cli/look.ts';
import { objectNames } from '../../../src/cli/object-names.ts';
import { readable } from '../../../src/cli/readable.ts';
import { type Column, table } from '../../../src/cli/table.ts';

const NOW = 1_790_000_000;

describe('a time', () => {
  test.each([
    [0, 'now'],
    [-1, '1 s ago'],
    [-59, '59 s ago'],
    [-60, '1 min ago'],
    [540, 'in 9 min'],
    [-7199, '119 min ago'],
    [-7200, '2 h ago'],
    [3 * 86_400, 'in 3 d'],
    [-31 * 86_400, '2026-08-21'],
  ])('%i seconds away reads %s', (distance, text) => {
    expect(relativeText(NOW + distance, NOW)).toBe(text);
  });

  test('is exact without a terminal and with --utc, and has both forms in details on a terminal', () => {
    expect(lookOn({}, { now: NOW, isExact: false })).toEqual({});
    expect(lookOn({ columns: 80 }, { now: NOW, isExact: true })).toEqual({ width: 80 });
    expect(bothTimes(NOW - 60, {})).toBe('2026-09-21 14:12:20Z');
    expect(bothTimes(NOW - 60, { now: NOW })).toBe('2026-09-21 14:12:20Z (1 min ago)');
    expect(bothTimes('never', { now: NOW })).toBe('never');
  });

  test.each(['last_failure_at', 'failing_since', 'silent_until'])('is read in the member %s', (name) => {
    expect(readable({ [name]: NOW - 60 })).toEqual([[name, '2026-09-21 14:12:20Z']]);
  });
});

type Row = { readonly id: string; readonly state: string; readonly name: string; readonly why?: string };

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'WHY', value: ({ why }) => why, isRare: true },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'LAST', value: ({ name }) => name },
];
const ROW: Row = { id: 'agt_0123456789', state: 'suspended', name: 'a name of many letters' };

describe('a table on a terminal', () => {
  test('cuts the widest cells, never ids and states, and leaves out a rare column without values', () => {
    const lines = table(COLUMNS, [ROW], { width: 55 }).trimEnd().split('\n');
    expect(lines).toEqual([
      'ID              STATE      NAME           LAST',
      'agt_0123456789  suspended  a name of ma…  a name of ma…',
    ]);
    expect(table(COLUMNS, [{ ...ROW, why: 'x' }])).toContain('WHY');
  });

  test.each([10, 20, 30, 40])('is no wider than %i columns', (width) => {
    for (const line of table(COLUMNS, [ROW], { width }).trimEnd().split('\n')) {
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  test('IN-05 colors states and titles only, so that a name cannot choose a color', () => {
    const text = table(
      COLUMNS,
      [
        { ...ROW, name: '\u001b[31mred' },
        { ...ROW, state: 'critical' },
      ],
      { hasColors: true },
    );
    expect(text).toContain('\u001b[31msuspended\u001b[0m');
    expect(text).toContain('\u001b[1;31mcritical\u001b[0m');
    expect(text).toContain('\\u{1b}[31mred');
    expect(table(COLUMNS, [ROW])).not.toContain('\u001b');
  });
});

describe('names in place of ids', () => {
  const id = (prefix: string, letter: string): string => `${prefix}_${letter.repeat(26)}`;
  const apiOf = (names: Readonly<Record<string, string | number>>) => {
    const asked: string[] = [];
    return {
      asked,
      api: {
        run: async (_: string, given: unknown) => {
          const { id: of } = given as { readonly id: string };
          asked.push(of);
          const name = names[of];
          if (typeof name === 'number') throw new CommandError('no', { status: name });
          return { body: { name, username: name }, etag: undefined };
        },
        items: async function* () {},
      } as unknown as Parameters<typeof objectNames>[0],
    };
  };

  test('are looked up once; what is no id, and what cannot be read, stays as it is', async () => {
    const [agent, gone] = [id('agt', 'a'), id('acc', 'b')];
    const { api, asked } = apiOf({ [agent]: 'Planner', [gone]: 404 });
    const namesOf = objectNames(api);
    expect(Object.fromEntries(await namesOf([agent, gone, agent, 'account-pages']))).toEqual({ [agent]: 'Planner' });
    await namesOf([agent, gone]);
    expect(asked).toEqual([agent, gone]);
  });

  test('an upstream has its name', async () => {
    const upstream = id('upi', 'a');
    expect((await objectNames(apiOf({ [upstream]: 'Company' }).api)([upstream])).get(upstream)).toBe('Company');
  });

  test('two objects of one name keep their ids beside it', async () => {
    const [one, other] = [id('agt', 'a'), id('agt', 'b')];
    const names = await objectNames(apiOf({ [one]: 'Twin', [other]: 'Twin' }).api)([one, other]);
    expect([names.get(one), names.get(other)]).toEqual([`Twin (${one})`, `Twin (${other})`]);
  });

  test('a refusal ends the look-ups of that kind, because each refusal is an audit event', async () => {
    const ids = Array.from('cdefghijklmnopqrstuvwxyz', (letter) => id('acc', letter));
    const { api, asked } = apiOf(Object.fromEntries(ids.map((one) => [one, 403])));
    expect((await objectNames(api)(ids)).size).toBe(0);
    expect(asked.length).toBeLessThanOrEqual(8);
  });
});
