import { expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import {
  handleDigest,
  handleDigests,
  handleDigestsIn,
  isHandle,
  newHandle,
} from '../../../src/provider/seam/token-handles.ts';
import { begunRequest } from './begun-request.ts';

const KEY = masterKey(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
const BEARER = 'x'.repeat(43);
const NOW = Date.UTC(2026, 11, 1);

test('later tokens sort after earlier ones, and so do their digests', () => {
  const handles = [0, 1, 31, 32, 1000, 86_400_000, 10 * 365 * 86_400_000].map((later) =>
    newHandle(BEARER, NOW + later),
  );
  expect([...handles].reverse().sort()).toEqual(handles);
  const digests = handles.map((handle) => handleDigest(KEY, 'AccessToken', handle));
  expect([...digests].reverse().sort()).toEqual(digests);
});

test('the digest covers the time, too, under each master key', () => {
  const handle = newHandle(BEARER, NOW);
  const time = handle.slice(0, 9);
  expect(handle).toBe(`${time}${BEARER}`);
  expect(handleDigests(KEY, 'AccessToken', handle)).toEqual(
    KEY.digests('AccessToken', handle).map((digest) => `${time}${digest}`),
  );
  expect(handleDigests(KEY, 'AccessToken', handle)[0]).toBe(handleDigest(KEY, 'AccessToken', handle));
});

test('a token of before has no time, and neither has its digest', () => {
  expect(handleDigest(KEY, 'RefreshToken', BEARER)).toBe(KEY.digest('RefreshToken', BEARER));
  expect(isHandle(BEARER)).toBe(true);
});

test('no other text has the form of a token', () => {
  expect(isHandle(newHandle(BEARER, NOW))).toBe(true);
  const others = [
    '',
    'x'.repeat(42),
    'x'.repeat(44),
    `AAAAAAAAA${BEARER}`,
    `${newHandle(BEARER, NOW)}x`,
    `${BEARER}\n`,
  ];
  for (const text of others) expect(isHandle(text)).toBe(false);
  for (const text of others) expect(handleDigest(KEY, 'AccessToken', text)).toBe(KEY.digest('AccessToken', text));
});

test('a request computes the digests of a token once, and another request computes its own', () => {
  const handle = newHandle(BEARER, NOW);
  const computed: string[] = [];
  const key = {
    digests: (kind: string, ...values: readonly string[]) => {
      computed.push([kind, ...values].join(' '));
      return KEY.digests(kind, ...values);
    },
  };
  const request = begunRequest();
  for (const where of [request, { req: request }]) {
    expect(handleDigestsIn(where, key, 'RefreshToken', handle)).toEqual(handleDigests(KEY, 'RefreshToken', handle));
  }
  // Of another kind, the same text has other digests.
  expect(handleDigestsIn(request, key, 'AccessToken', handle)).toEqual(handleDigests(KEY, 'AccessToken', handle));
  handleDigestsIn(begunRequest(), key, 'RefreshToken', handle);
  expect(computed).toEqual([`RefreshToken ${handle}`, `AccessToken ${handle}`, `RefreshToken ${handle}`]);
});
