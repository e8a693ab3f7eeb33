import { expect, test } from '@jest/globals';
import {
  CIBA,
  EXTENSION_GRANT_TYPES,
  JWT_BEARER,
  TOKEN_EXCHANGE,
} from '../../../src/domain/clients/clients/grant-types.ts';
import { registerExtensionGrants } from '../../../src/provider/grants/extension-grants.ts';

/** Grant types that oidc-provider gets when the extensions handle these. */
const registered = (handled: readonly string[]): readonly string[] => {
  const all: string[] = [];
  const provider = { registerGrantType: (grantType: string) => void all.push(grantType) };
  const grants = handled.map((grantType) => ({ grantType, parameters: [], repeatable: [] }));
  registerExtensionGrants(provider as never, [{ name: 'all', grants }] as never, {} as never);
  return all;
};

test('the grants of extensions are those that are declared for them', () => {
  expect(registered(EXTENSION_GRANT_TYPES)).toEqual([TOKEN_EXCHANGE, JWT_BEARER, CIBA]);
});

test.each([
  ['one is missing', [TOKEN_EXCHANGE, JWT_BEARER]],
  ['one is handled twice', [TOKEN_EXCHANGE, JWT_BEARER, CIBA, CIBA]],
  ['one is handled twice in place of another', [TOKEN_EXCHANGE, JWT_BEARER, JWT_BEARER]],
  ['one is not declared', [TOKEN_EXCHANGE, JWT_BEARER, 'refresh_token']],
])('the server does not start when %s', (_, handled) => {
  expect(() => registered(handled)).toThrow('extensions handle');
});
