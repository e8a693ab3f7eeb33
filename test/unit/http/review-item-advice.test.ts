/** What the page of an item of an access review suggests: only what use over long enough says. */
import { expect, test } from '@jest/globals';
import { adviceOn, longUnused } from '../../../src/http/console/review-item-rows.ts';

const DAY = 86_400;
const NOW = 1_790_000_000;

const suggested = (item: Partial<Parameters<typeof adviceOn>[0]>, days = 45): string | undefined =>
  adviceOn(
    {
      ...{ state: 'open', scope: ['read', 'write'], unused_scopes: [], unused_from: NOW - days * DAY },
      ...{ owner_gone: false, ...item },
    },
    NOW,
  ).advice;

test('suggests the end of what is not used at all, and fewer scopes where some are not used', () => {
  expect(suggested({ unused_scopes: ['read', 'write'] })).toBe('end');
  expect(suggested({ unused_scopes: ['read', 'write'], owner_gone: true })).toBe('end');
  expect(suggested({ unused_scopes: ['write'] })).toBe('narrow');
  expect(suggested({})).toBeUndefined();
});

test('suggests another owner where the owner left', () => {
  expect(suggested({ owner_gone: true })).toBe('transfer');
  expect(suggested({ unused_scopes: ['write'], owner_gone: true })).toBe('transfer');
});

test('suggests nothing by use that was watched for less than 30 days, nor of an item that is decided', () => {
  expect(suggested({ unused_scopes: ['read', 'write'] }, 29)).toBeUndefined();
  expect(suggested({ unused_scopes: ['write'] }, 29)).toBeUndefined();
  expect(suggested({ unused_scopes: ['write'], state: 'kept', owner_gone: true })).toBeUndefined();
  // Of a delegation of details only, no scope is unused.
  expect(suggested({ scope: [] })).toBeUndefined();
});

test.each([
  ['carried one of them', { changed: 1, more: false }],
  ['were not all read', { changed: 0, more: true }],
])('suggests nothing by use, and ticks nothing, where tokens below %s', (_, replay) => {
  const use = { unused_scopes: ['write'], unused_from: NOW - 45 * DAY };
  const without = { remove: ['write'], from: use.unused_from, tokens: 2 };
  expect(longUnused({ ...use, without_unused: { ...without, ...replay } }, NOW)).toEqual([]);
  expect(longUnused({ ...use, without_unused: { ...without, changed: 0, more: false } }, NOW)).toEqual(['write']);
  const item = { unused_scopes: ['read', 'write'], without_unused: { ...without, ...replay } };
  expect(suggested(item)).toBeUndefined();
  expect(suggested({ ...item, owner_gone: true })).toBe('transfer');
});
