import { expect, test } from '@jest/globals';
import { ID_PREFIXES } from '../../../src/domain/ports/identifiers.ts';
import { loggedPath } from '../../../src/http/logged-path.ts';

const RANDOM = 'abcdefghijklmnopqrstuvwxyz';

test.each(ID_PREFIXES)('an id that begins with %s_ stays in the log', (prefix) => {
  expect(loggedPath(`/api/v1/things/${prefix}_${RANDOM}/end?reason=x`)).toBe(`/api/v1/things/${prefix}_${RANDOM}/end`);
});

test.each([
  ['a handle', 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE'],
  ['an id with more behind it', `agt_${RANDOM}abc`],
  ['a prefix of no id', `lse_${RANDOM}`],
  ['a handle with the look of an id', `agt_${RANDOM.toUpperCase()}`],
])('AZ-14 %s does not', (_, segment) => {
  expect(loggedPath(`/delegations/requests/${segment}`)).toBe('/delegations/requests/:handle');
});

test('a path ends after 200 characters', () => {
  expect(loggedPath(`/a${'/b'.repeat(200)}`)).toHaveLength(200);
});
