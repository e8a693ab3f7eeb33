import { describe, expect, test } from '@jest/globals';
import {
  checkOrigins,
  checkRedirectUris,
  checkResourceIdentifier,
  isLocalhostRedirect,
} from '../../../src/domain/vocabulary/web-address.ts';
import { refusalOf } from './registry-world.ts';

const web = (uri: string) => refusalOf(() => checkRedirectUris([uri], 'web'));
const native = (uri: string) => refusalOf(() => checkRedirectUris([uri], 'native'));
const refused = { code: 'invalid_field', field: '/redirect_uris/0' };

describe('redirect URIs', () => {
  test.each([
    'https://app.example/cb',
    'https://app.example',
    'https://app.example/',
    'https://app.example:8443/cb?tenant=1',
    'http://127.0.0.1:3000/cb',
    'http://[::1]/cb',
    'http://localhost:3000/cb',
  ])('accepts %s for a web app and keeps it as given', (uri) => {
    expect(checkRedirectUris([uri], 'web')).toEqual([uri]);
  });

  test.each([
    ['https://app.example/cb#fragment'],
    ['https://app.example/cb#'],
    ['https://ann@app.example/cb'],
    ['https://@app.example/cb'],
    ['https://ann:pw@app.example/cb'],
    ['http://app.example/cb'],
    ['http://127.0.0.1.evil.example/cb'],
    ['http://localhost.evil.example/cb'],
    ['http://127.0.0.2/cb'],
    ['https://APP.example/cb'],
    ['https://app.example:443/cb'],
    ['https://app.example/a/../cb'],
    ['https://app.example/a/%2e%2e/cb'],
    ['https://app.example\\cb'],
    ['https:app.example/cb'],
    [' https://app.example/cb'],
    ['https://app.example/c\nb'],
    ['https://äpp.example/cb'],
    ['https://*.app.example/cb'],
    ['//app.example/cb'],
    ['/cb'],
    [''],
    ['com.example.app:/cb'],
    [`https://app.example/${'a'.repeat(2000)}`],
  ])('refuses %j for a web app (RFC 9700 §4.1)', async (uri) => {
    expect(await web(uri)).toEqual(refused);
  });

  test('AZ-03 accepts http for the literal loopback addresses and localhost only, and knows the weak one', async () => {
    expect(await native('http://127.0.0.1/cb')).toBe('accepted');
    expect(await native('http://[::1]:5000/cb')).toBe('accepted');
    expect(await native('http://0.0.0.0/cb')).toEqual(refused);
    expect(await native('https://127.0.0.1/cb')).toEqual(refused);
    expect(isLocalhostRedirect('http://localhost:3000/cb')).toBe(true);
    expect(isLocalhostRedirect('http://127.0.0.1:3000/cb')).toBe(false);
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,hi',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://app.example/1',
    'about:blank',
    'myapp:/cb',
    'myapp://cb',
  ])('AZ-04 refuses %j also for native apps', async (uri) => {
    expect(await native(uri)).toEqual(refused);
  });

  test('AZ-04 accepts private-use schemes with a dot for native apps', async () => {
    expect(await native('com.example.app:/cb')).toBe('accepted');
    expect(await native('com.example.app://cb')).toBe('accepted');
  });

  test('refuses the second of two equal entries, and more than 20', async () => {
    const uri = 'https://app.example/cb';
    expect(await refusalOf(() => checkRedirectUris([uri, uri], 'web'))).toEqual({
      ...refused,
      field: '/redirect_uris/1',
    });
    const many = Array.from({ length: 21 }, (_, index) => `${uri}${index}`);
    expect(await refusalOf(() => checkRedirectUris(many, 'web'))).toEqual({ ...refused, field: '/redirect_uris' });
  });
});

describe('origins and resource identifiers', () => {
  test.each(['https://app.example', 'https://app.example:8443', 'http://localhost:3000'])(
    'accepts the origin %s',
    (o) => {
      expect(checkOrigins([o])).toEqual([o]);
    },
  );

  test.each([
    'https://app.example/',
    'https://app.example/a',
    'http://app.example',
    '*',
    'null',
    'https://APP.example',
  ])('refuses %j as an origin', async (origin) => {
    expect(await refusalOf(() => checkOrigins([origin]))).toEqual({ code: 'invalid_field', field: '/cors_origins/0' });
  });

  test.each(['https://api.example', 'https://api.example/', 'https://api.example/v1', 'http://localhost:4000'])(
    'accepts the identifier %s as it is (RFC 8707 §2)',
    (identifier) => {
      expect(checkResourceIdentifier(identifier)).toBe(identifier);
    },
  );

  test.each([
    'http://api.example',
    'https://api.example/#a',
    'https://a@api.example',
    'urn:api',
    'api.example',
    'https://API.example',
    `https://api.example/${'a'.repeat(512)}`,
  ])('refuses %j as an identifier', async (identifier) => {
    expect(await refusalOf(() => checkResourceIdentifier(identifier))).toEqual({
      code: 'invalid_field',
      field: '/identifier',
    });
  });
});
