import { describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../../src/domain/authority/decision/routes.ts';
import {
  CIBA,
  checkForClients,
  checkForPublicClients,
  DECLARED_GRANT_TYPES,
  DEVICE_CODE,
  DOCUMENT_GRANT_TYPES,
  EXTENSION_GRANT_TYPES,
  GRANT_TYPE_NAMES,
  JWT_BEARER,
  PROVIDER_ROUTES,
  routesWith,
  SIGN_IN_GRANT_TYPES,
  TOKEN_EXCHANGE,
} from '../../../src/domain/clients/clients/grant-types.ts';

const declared = GRANT_TYPE_NAMES.map((name) => DECLARED_GRANT_TYPES[name]);

const refusalOf = (check: () => void): unknown => {
  try {
    check();
  } catch (error) {
    const { code, field } = error as { readonly code?: string; readonly field?: string };
    return { code, field };
  }
  return undefined;
};

describe('the table of grant types', () => {
  test('names each grant type once, and its routes stand in the route table', () => {
    const types = declared.map(({ grantType }) => grantType);
    expect(new Set(types).size).toBe(types.length);
    const routes = declared.flatMap((each) => Object.keys(each.routes));
    expect(new Set(routes).size).toBe(routes.length);
    expect(routes.filter((route) => !ROUTES.some((known) => known === route))).toEqual([]);
  });

  test('oidc-provider handles four, each on one route, and extensions the others', () => {
    expect(Object.fromEntries(PROVIDER_ROUTES)).toEqual({
      authorization_code: 'authorization_code',
      refresh_token: 'refresh_token',
      client_credentials: 'client_credentials',
      [DEVICE_CODE]: 'device_code',
    });
    expect(EXTENSION_GRANT_TYPES).toEqual([TOKEN_EXCHANGE, JWT_BEARER, CIBA]);
  });

  test('on the routes of assertions another server asks the person', () => {
    expect(routesWith('elsewhere')).toEqual(['id_jag', 'jwt_bearer']);
    expect(routesWith('of_grant')).toEqual(['authorization_code', 'refresh_token', 'device_code']);
    expect(routesWith('none')).toEqual(['client_credentials']);
  });

  test('a refresh token follows a sign-in of a person only', () => {
    expect(SIGN_IN_GRANT_TYPES).toEqual(['authorization_code', DEVICE_CODE]);
  });

  test('a metadata document names grant types that ask a person only', () => {
    expect(DOCUMENT_GRANT_TYPES).toEqual(['authorization_code', 'refresh_token', DEVICE_CODE]);
  });
});

describe('registration', () => {
  test.each(['client_credentials', TOKEN_EXCHANGE, JWT_BEARER])('refuses %s to a public client', (grantType) => {
    expect(refusalOf(() => checkForPublicClients(['authorization_code', grantType]))).toEqual({
      code: 'invalid_field',
      field: '/grant_types',
    });
  });

  test('lets a public client have what a person signs in for', () => {
    expect(refusalOf(() => checkForPublicClients(DOCUMENT_GRANT_TYPES))).toBeUndefined();
  });

  test('refuses CIBA to a client that is not an agent, unless it had it before', () => {
    const asked = ['authorization_code', CIBA];
    expect(refusalOf(() => checkForClients(asked))).toEqual({ code: 'invalid_field', field: '/grant_types/1' });
    expect(refusalOf(() => checkForClients(asked, [CIBA]))).toBeUndefined();
    expect(refusalOf(() => checkForClients([TOKEN_EXCHANGE, JWT_BEARER]))).toBeUndefined();
  });

  test('a grant type that clients may not have says why', () => {
    expect(
      declared.filter(({ registrants, notForClients }) => registrants.includes('client') !== !notForClients),
    ).toEqual([]);
  });
});
