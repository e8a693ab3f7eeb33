/** Client id and secret of HTTP Basic authentication (RFC 6749 §2.3.1). */
import { expect, test } from '@jest/globals';
import { basicOf } from '../../../src/provider/client-authentication/other-proofs.ts';

const header = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

test('both parts are percent-decoded, with a plus as a blank; the first colon separates them', () => {
  expect(basicOf(header('agt_1:a%3Ab+c:d'))).toEqual({ clientId: 'agt_1', value: 'a:b c:d' });
  expect(basicOf(header('a:b').replace('Basic', 'bAsIc'))).toEqual({ clientId: 'a', value: 'b' });
});

test('a secret may be empty only where the caller permits it', () => {
  expect(basicOf(header('agt_1:'))).toBeUndefined();
  expect(basicOf(header('agt_1:'), true)).toEqual({ clientId: 'agt_1', value: '' });
});

test.each([
  ['no client id', header(':secret')],
  ['no colon', header('agt_1')],
  ['a client id with half a percent code', header('%:x')],
  ['a broken percent code', header('agt_1:%zz')],
  ['a secret with a line end', header('agt_1:a%0Ab')],
  ['a secret that is no ASCII', header('agt_1:%C3%A4')],
  ['another scheme', `Bearer ${Buffer.from('a:b').toString('base64')}`],
  ['two blanks', `Basic  ${Buffer.from('a:b').toString('base64')}`],
  ['no base64', 'Basic a:b'],
])('a header with %s names no client', (_, text) => {
  expect(basicOf(text)).toBeUndefined();
  expect(basicOf(text, true)).toBeUndefined();
});
