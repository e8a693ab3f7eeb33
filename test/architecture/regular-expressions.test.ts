import { expect, test } from '@jest/globals';
import { checkedEmail, checkedName, checkedUsername } from '../../src/domain/identity/accounts/account-fields.ts';
import { normaliseUsername } from '../../src/domain/identity/accounts/username.ts';
import { checkText } from '../../src/domain/platform/display-names/display-text.ts';
import { checkPublicKeys } from '../../src/domain/platform/remote-keys/public-keys.ts';
import {
  checkOrigins,
  checkRedirectUris,
  checkResourceIdentifier,
  isLocalhostRedirect,
} from '../../src/domain/vocabulary/web-address.ts';
import { isLocalPath } from '../../src/http/interaction/page-answers.ts';
import { isDeceptiveName, plainText } from '../../views/agent-text.ts';
import { deliveredFiles } from './source-files.ts';

/** Regular expressions of all sources: an input must not be able to choose how long one runs. */
const LITERAL =
  /(?<=[=(,:;!&|?[]\s*|return\s+|=>\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/[dgimsuvy]*/g;
const CLASS = /\[(?:\\.|[^\]\\])*\]/g;
const ESCAPE = /\\./g;
/** A repeated group that repeats something itself: where both can match the same text, time grows without bound. */
const NESTED = /\((?:[^()]*(?:[*+]|\{\d+,\})[^()]*)\)(?:[*+]|\{\d+,\})/;

/** Each turn of the outer group begins with a backslash, which the inner one cannot match. */
const HARMLESS = ['"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"(\\s*:)?|[{}[\\]]', '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|-?\\d[\\d.eE+-]*'];

const expressions = deliveredFiles().flatMap(({ path, code }) =>
  [...code.matchAll(LITERAL)].map(([, source = '']) => ({ path, source })),
);

test('IN-04 no regular expression repeats a repetition', () => {
  expect(expressions.length).toBeGreaterThan(60);
  const nested = expressions
    .filter(({ source }) => NESTED.test(source.replaceAll(ESCAPE, 'e').replaceAll(CLASS, 'c')))
    .filter(({ source }) => !HARMLESS.includes(source));
  expect(nested).toEqual([]);
});

test('IN-04 the pattern above finds what it is for', () => {
  for (const source of ['(a+)+', '(?:[^x]*,)*', '^(\\w+\\s?)*$', '(a{1,})+']) {
    expect([source, NESTED.test(source.replaceAll(ESCAPE, 'e').replaceAll(CLASS, 'c'))]).toEqual([source, true]);
  }
});

const SIZE = 100_000;
const ADVERSARIES: readonly string[] = [
  'a'.repeat(SIZE),
  `${'a'.repeat(SIZE)}!`,
  '-'.repeat(SIZE),
  '.'.repeat(SIZE),
  'a.'.repeat(SIZE / 2),
  `http://${'a'.repeat(SIZE)}`,
  `http://${'a-'.repeat(SIZE / 2)}@`,
  `https://x/${'/..'.repeat(SIZE / 3)}`,
  `${':'.repeat(SIZE)}//`,
  `/${'\\'.repeat(SIZE)}`,
  `${'@'.repeat(SIZE)}.x`,
  `${'x@'.repeat(SIZE / 2)}x`,
  `[${':'.repeat(SIZE)}]`,
  ' '.repeat(SIZE),
  `${'\t'.repeat(SIZE)}x`,
  '\u0301'.repeat(SIZE),
  '\u202e'.repeat(SIZE),
  '%'.repeat(SIZE),
];

/** A validator that needs more than linear time does not come to an end within the time of a test. */
test.each<[string, (text: string) => unknown]>([
  ['redirect URIs', (text) => checkRedirectUris([text], 'native')],
  ['origins', (text) => checkOrigins([text])],
  ['resource identifiers', (text) => checkResourceIdentifier(text)],
  ['localhost', isLocalhostRedirect],
  ['local paths', isLocalPath],
  ['texts', (text) => checkText(text, '/name', 100)],
  ['keys', (text) => checkPublicKeys({ keys: [{ kty: 'EC', crv: 'P-256', x: text, y: text, kid: text }] })],
  ['usernames', checkedUsername],
  ['normal usernames', normaliseUsername],
  ['names', checkedName],
  ['addresses', checkedEmail],
  ['texts of agents', (text) => plainText(text, 80)],
  ['deceptive names', isDeceptiveName],
])('IN-04 100 KB of anything is refused or cut short: %s', (_what, check) => {
  for (const text of ADVERSARIES) {
    let result: unknown;
    try {
      result = check(text);
    } catch (error) {
      result = (error as { readonly code?: string }).code;
      expect(result).toBe('invalid_field');
    }
    if (typeof result === 'string') expect(result.length).toBeLessThan(1000);
  }
});
