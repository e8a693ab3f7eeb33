/** Filters of SCIM: grammar, bounds, and what 10,000 random ones do (MG-06). */
import { describe, expect, test } from '@jest/globals';
import { FILTER_BOUNDS, fits, readFilter, readPath } from '../../../src/domain/identity/scim/filter.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';
import { seededRandom } from '../../campaigns/campaign.ts';
import { anyFilter, anyPath } from '../../campaigns/scim-filter-grammar.ts';

const ADA = {
  userName: 'ada@example.com',
  active: true,
  title: 'Analyst',
  emails: [
    { value: 'ada@example.com', type: 'work', primary: true },
    { value: 'ada@example.org', type: 'home' },
  ],
};

const reasonOf = (read: () => unknown): string | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return error.reason;
  }
};

describe('precedence (RFC 7644 §3.4.2.2)', () => {
  test.each([
    ['title eq "x" and title eq "y" or userName pr', true],
    ['userName pr or title eq "x" and title eq "y"', true],
    ['(userName pr or title eq "x") and title eq "y"', false],
    ['not (title eq "x") and active eq true', true],
    ['not (title eq "x" or active eq true)', false],
    ['NOT (title EQ "x") AND active Eq TRUE', true],
  ])('%s is %s', (filter, expected) => {
    expect(fits(ADA, readFilter(filter))).toBe(expected);
  });

  test('a username is found in each form in which it is taken: composed, of two characters, wide, in capitals', () => {
    const zoe = { userName: 'zo\u00eb' };
    for (const asked of ['zo\u00eb', 'zoe\u0308', 'ZOE\u0308', '\uff3ao\u00eb', ' zo\u00eb ']) {
      expect(fits(zoe, readFilter(`userName eq "${asked}"`))).toBe(true);
    }
    expect(fits(zoe, readFilter('userName eq "zoe"'))).toBe(false);
    expect(fits({ title: 'Zo\u00eb' }, readFilter('title eq "Zoe\u0308"'))).toBe(false);
  });

  test('one value of a list fits the whole filter in brackets', () => {
    expect(fits(ADA, readFilter('emails[type eq "home" and value ew ".org"]'))).toBe(true);
    expect(fits(ADA, readFilter('emails[type eq "home" and value ew ".com"]'))).toBe(false);
    expect(fits(ADA, readFilter('emails.type eq "home" and emails.value ew ".com"'))).toBe(true);
  });
});

test('MG-06 bounds: 1 MB, depth 1,000 and more terms than allowed are refused at once', () => {
  const deep = `${'('.repeat(1000)}title pr${')'.repeat(1000)}`;
  const long = `title eq "${'a'.repeat(1_000_000)}"`;
  const wide = Array.from({ length: FILTER_BOUNDS.terms + 1 }, () => 'title pr').join(' or ');
  for (const filter of [deep, long, wide]) expect(reasonOf(() => readFilter(filter))).toBe('scim_filter_too_large');
  const nested = `${'not ('.repeat(FILTER_BOUNDS.depth)}title pr${')'.repeat(FILTER_BOUNDS.depth)}`;
  expect(fits(ADA, readFilter(nested))).toBe(true);
});

/** Repeats exactly, so that a failure can be repeated. */
const numbers = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

const TOKENS = [
  ...['userName', 'emails', 'emails[', 'name.familyName', 'meta.created', '__proto__', 'constructor', 'password'],
  ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'active', '$where', '.value', '.'],
  ...['eq', 'ne', 'co', 'sw', 'ew', 'pr', 'gt', 'le', 'and', 'or', 'not', '(', ')', '[', ']', ' '],
  ...['"work"', '"', '\\', '"\\u0000"', '"a\\', 'true', 'null', '1', '-1e9', '"2020-01-01T00:00:00Z"', '\u0000', 'é'],
];

test('MG-06 10,000 random filters and paths are read or refused, and none fails otherwise', () => {
  const next = numbers(7);
  const others: string[] = [];
  let readCount = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const separator = next(5) === 0 ? '' : ' ';
    const parts = Array.from({ length: 1 + next(12) }, () => TOKENS[next(TOKENS.length)]);
    // Without them hardly any text is a filter.
    if (next(2) === 0) parts.unshift('active', 'eq', 'true', ...(next(2) === 0 ? ['or', 'userName', 'pr', 'and'] : []));
    const text = parts.slice(0, 3 + next(12)).join(separator);
    for (const read of [readFilter, readPath]) {
      const reason = reasonOf(() => read(text));
      const isOfFilter = reason?.startsWith('scim_filter_') || (read === readPath && reason === 'scim_path_malformed');
      if (reason !== undefined && !isOfFilter) others.push(`${text}: ${reason}`);
    }
    if (reasonOf(() => readFilter(text)) === undefined) {
      readCount += 1;
      fits(ADA, readFilter(text));
    }
  }
  expect(others).toEqual([]);
  expect(readCount).toBeGreaterThan(10);
  expect(({} as { work?: unknown }).work).toBeUndefined();
});

test('MG-06 5,000 filters and paths of the campaign, heavy ones among them, are read or refused', () => {
  const random = seededRandom(20);
  const others: string[] = [];
  let readCount = 0;
  for (let round = 0; round < 5000; round += 1) {
    const [text, read] = round % 5 === 0 ? [anyPath(random), readPath] : [anyFilter(random), readFilter];
    const reason = reasonOf(() => read(text));
    if (reason === undefined) readCount += 1;
    else if (!reason.startsWith('scim_filter_') && reason !== 'scim_path_malformed') others.push(`${text}: ${reason}`);
    if (reason === undefined && read === readFilter) fits(ADA, readFilter(text));
  }
  expect(others).toEqual([]);
  // A good part of them has to be filters, so that evaluation is tried too.
  expect(readCount).toBeGreaterThan(1000);
});
