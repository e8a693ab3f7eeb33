import { expect, test } from '@jest/globals';
import { CIBA, EXTENSION_GRANT_TYPES, JWT_BEARER } from '../../../src/domain/clients/clients/grant-types.ts';
import { registerExtensionGrants } from '../../../src/provider/grants/extension-grants.ts';

const OTHERS = EXTENSION_GRANT_TYPES.filter((grantType) => grantType !== CIBA);

/** Grant types that oidc-provider gets when the extensions handle these. */
const registered = (handled: readonly string[]): readonly string[] => {
  const all: string[] = [];
  const provider = { registerGrantType: (grantType: string) => void all.push(grantType) };
  const grants = handled.map((grantType) => ({ grantType, parameters: [], repeatable: [] }));
  registerExtensionGrants(provider as never, [{ name: 'all', grants }] as never, {} as never);
  return all;
};

test('the grants of extensions are those that are declared for them', () => {
  expect(registered(EXTENSION_GRANT_TYPES)).toEqual(EXTENSION_GRANT_TYPES);
});

test.each([
  ['one is missing', OTHERS],
  ['one is handled twice', [...OTHERS, CIBA, CIBA]],
  ['one is handled twice in place of another', [...OTHERS, JWT_BEARER]],
  ['one is not declared', [...OTHERS, 'refresh_token']],
])('the server does not start when %s', (_, handled) => {
  expect(() => registered(handled)).toThrow('extensions handle');
});
