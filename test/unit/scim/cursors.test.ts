import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';
import { scimCursors } from '../../../src/http/scim/cursors.ts';

test('a cursor is valid for the time that the configuration states, and for one directory (RFC 9865 §2.1)', () => {
  const clock = { seconds: 1_800_000_000, now: () => clock.seconds };
  const cursors = scimCursors(masterKey(randomBytes(32)), clock);
  const place = { type: 'User', directory: 'dir_1', filter: undefined, count: 10 } as const;
  const cursor = cursors.seal(place, { id: 'acc_1', value: 5 });
  const reasonOf = (at: typeof place | (Omit<typeof place, 'directory'> & { directory: string })): unknown => {
    try {
      cursors.open(at, cursor);
      return undefined;
    } catch (error) {
      return isDomainError(error) ? error.reason : error;
    }
  };
  clock.seconds += 3600;
  expect(cursors.open(place, cursor)).toEqual({ id: 'acc_1', value: 5 });
  expect(reasonOf({ ...place, directory: 'dir_2' })).toBe('scim_cursor_wrong');
  clock.seconds += 1;
  expect(reasonOf(place)).toBe('scim_cursor_expired');
});
