/** The largest parameters that an endpoint for unauthenticated callers reads (invariant 9). */
import { expect, test } from '@jest/globals';
import { BOUNDED_ROUTES, checkParameters } from '../../../src/provider/endpoints/parameter-bounds.ts';

const check = (route: string, parameters: object, clientId?: string) => () =>
  checkParameters({ oidc: { route, client: clientId && { clientId } } } as never, parameters as never);
const refused = (error: string, text: string) =>
  expect.objectContaining({ error, error_description: expect.stringContaining(text) });

test.each(Object.keys(BOUNDED_ROUTES))('at %s each parameter has its own limit, in bytes', (route) => {
  check(route, { nonce: 'x'.repeat(1024), display: 'ö'.repeat(16), other: 'x'.repeat(1024), state: undefined })();
  expect(check(route, { display: 'ö'.repeat(17) })).toThrow(
    refused('invalid_request', 'display is longer than 32 bytes') as never,
  );
  expect(check(route, { other: 'x'.repeat(1025) })).toThrow(
    refused('invalid_request', 'other is longer than 1024 bytes') as never,
  );
});

test('a resource may be repeated, up to a number; each value has the limit (RFC 8707 §2)', () => {
  check('authorization', { resource: Array(16).fill('https://api.example') })();
  expect(check('authorization', { resource: Array(17).fill('a') })).toThrow('invalid_request');
  expect(check('authorization', { resource: ['a', 'x'.repeat(1025)] })).toThrow('invalid_request');
});

test('other endpoints read what an authenticated client sends', () => {
  check('token', { code: 'x'.repeat(5000), resource: Array(50).fill('a') })();
});

test('no party pushes a request in the name of our own pages (RFC 9126)', () => {
  expect(check('pushed_authorization_request', {}, 'account-pages')).toThrow('unauthorized_client');
  check('pushed_authorization_request', {}, 'cli_app')();
  check('pushed_authorization_request', {})();
  check('authorization', {}, 'account-pages')();
});
