/** Which code requests need a code challenge (RFC 9700 §2.1.1). */
import { expect, test } from '@jest/globals';
import { pkceRequired } from '../../../src/provider/endpoints/pkce-required.ts';

test.each<[object | undefined, unknown, boolean]>([
  [{ scope: 'openid email', nonce: 'n' }, true, false],
  [{ scope: 'openid', nonce: 'n' }, undefined, true],
  [{ scope: 'openid', nonce: 'n' }, 'true', true],
  [{ scope: 'openid', nonce: '' }, true, true],
  [{ scope: 'openid', nonce: ['n'] }, true, true],
  [{ scope: 'openid' }, true, true],
  [{ scope: 'openids', nonce: 'n' }, true, true],
  [{ nonce: 'n' }, true, true],
  [undefined, true, true],
])('with %j, of a client for which the rule was lifted (%s), it is required: %s', (params, lifted, isRequired) => {
  expect(pkceRequired({ oidc: { params } } as never, { behalf_pkce_optional: lifted })).toBe(isRequired);
});
