import { expect, test } from '@jest/globals';
import { surfaceOf } from '../../../src/http/surfaces.ts';

test.each([
  ['/token', 'token'],
  ['/id/token', 'token'],
  ['/token/introspection', 'introspection'],
  ['/reg', 'registration'],
  ['/id/reg/app_1', 'registration'],
  ['/access/v1/revocations?after=1', 'live'],
  ['/.well-known/openid-configuration', 'discovery'],
  ['/favicon.ico', 'other'],
])('%s counts as %s', (target, surface) => {
  expect(surfaceOf(target)).toBe(surface);
});

test.each([
  ['/auth?redirect_uri=https://app.example/token', 'authorization'],
  ['/auth?client_id=a&resource=https://id.example/api/v1', 'authorization'],
  ['/console/agents?q=/token', 'pages'],
])('the query of %s changes nothing', (target, surface) => {
  expect(surfaceOf(target)).toBe(surface);
});
