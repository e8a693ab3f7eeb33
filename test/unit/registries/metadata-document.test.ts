import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentPolicy } from '../../../src/domain/clients/clients/document-policy.ts';
import {
  checkDocumentId,
  readMetadataDocument,
  siteOf,
} from '../../../src/domain/clients/clients/metadata-document.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';
import { registrableDomain, siteFacts } from '../../../src/http/interaction/registrable-domain.ts';

const ID = 'https://app.example.com/client.json';
const METADATA = { client_id: ID, client_name: 'Notebook', redirect_uris: ['https://app.example.com/cb'] };

const readAs = (document: unknown) =>
  readMetadataDocument(ID, Buffer.from(JSON.stringify(document)), { now: 1000, checkKeyUrl: () => undefined });

describe('a metadata document', () => {
  test('without more than it needs is a public client that asks people', () => {
    const { documentVersion, ...client } = readAs(METADATA);
    expect(documentVersion).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(client).toEqual({
      id: ID,
      name: 'Notebook',
      applicationType: 'web',
      tokenEndpointAuthMethod: 'none',
      grantTypes: ['authorization_code'],
      redirectUris: METADATA.redirect_uris,
      postLogoutRedirectUris: [],
      corsOrigins: ['https://app.example.com'],
      skipConsent: false,
      dpopBoundAccessTokens: false,
      idTokenSignedResponseAlg: 'RS256',
      roles: [],
      state: 'active',
      createdAt: 1000,
      updatedAt: 1000,
    });
  });

  test('is for many servers: what this one does not offer is passed over', () => {
    const { grantTypes, idTokenSignedResponseAlg, applicationType, name } = readAs({
      client_id: ID,
      redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'],
      grant_types: ['refresh_token', 'authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      response_types: ['code', 'id_token'],
      id_token_signed_response_alg: 'ES512',
      jwks: 'not used without a method that uses keys',
      token_endpoint_auth_method: 'none',
      logo_uri: 'https://app.example.com/logo.svg',
    });
    expect({ grantTypes, idTokenSignedResponseAlg, applicationType, name }).toEqual({
      grantTypes: ['authorization_code', 'refresh_token'],
      idTokenSignedResponseAlg: 'RS256',
      applicationType: 'native',
      name: 'app.example.com',
    });
  });

  test('DR-01 has another version as soon as anything that is read differs, and only then', () => {
    const { documentVersion } = readAs(METADATA);
    expect(readAs({ logo_uri: 'https://x.example/', ...METADATA }).documentVersion).toBe(documentVersion);
    for (const changed of [
      { client_name: 'Other' },
      { redirect_uris: ['https://app.example.com/other'] },
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example.com/keys' },
      { grant_types: ['authorization_code', 'refresh_token'] },
      { application_type: 'native' },
      { dpop_bound_access_tokens: true },
    ]) {
      expect([changed, readAs({ ...METADATA, ...changed }).documentVersion]).not.toEqual([changed, documentVersion]);
    }
  });

  test('DR-08 any document gives a client or a DomainError', () => {
    const member = fc.constantFrom(
      ...['redirect_uris', 'grant_types', 'response_types', 'client_name', 'jwks', 'jwks_uri', 'application_type'],
      ...['token_endpoint_auth_method', 'dpop_bound_access_tokens', 'id_token_signed_response_alg', 'client_id'],
    );
    const value = fc.oneof(fc.jsonValue(), fc.constant(['none']), fc.constant('private_key_jwt'), fc.webUrl());
    fc.assert(
      fc.property(fc.dictionary(member, value), (members) => {
        try {
          readAs({ ...METADATA, ...members });
        } catch (error) {
          if (!isDomainError(error) || !['invalid_field', 'invalid_request'].includes(error.code)) throw error;
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

test.each([
  ['https://app.example.com/client.json', true],
  ['https://app.example.com/', true],
  ['https://app.example.com:8443/a/b', true],
  ['https://app.example.com', false],
  ['http://app.example.com/client.json', false],
  ['https://app.example.com/client.json?x', false],
  ['https://app.example.com/client.json#x', false],
  ['https://a@app.example.com/client.json', false],
  ['https://app.example.com/a/../client.json', false],
  ['https://app.example.com/a/%2E%2e/client.json', false],
  ['https://app.example.com:443/client.json', false],
  ['HTTPS://app.example.com/client.json', false],
  ['https://app.example.com/\u0430', false],
])('DR-02 one document has one spelling: %s', (id, isGood) => {
  const check = () => checkDocumentId(id);
  if (isGood) expect(check).not.toThrow();
  else expect(check).toThrow('https, in its normal form');
});

describe('whose documents are accepted', () => {
  const usual = { isEnabled: true, hosts: [], internalHosts: [], isDevelopment: false };
  const inside = 'idp.example.internal:8443';

  test('of every public host, or of those that are listed', () => {
    expect(documentPolicy(usual).isAccepted(ID)).toBe(true);
    const listed = documentPolicy({ ...usual, hosts: ['App.example.com'] });
    expect([listed.isAccepted(ID), listed.isAccepted('https://other.example.com/a')]).toEqual([true, false]);
    expect(documentPolicy({ ...usual, isEnabled: false }).isAccepted(ID)).toBe(false);
  });

  test('SF-01 an internal host that was opened for another purpose is not open to a client_id', () => {
    const url = `https://${inside}/secrets`;
    const closed = documentPolicy({ ...usual, internalHosts: [inside] });
    expect([closed.isAccepted(url), closed.mayFetch(url)]).toEqual([false, false]);
    const open = documentPolicy({ ...usual, internalHosts: [inside], hosts: [inside] });
    expect([open.isAccepted(url), open.mayFetch(url)]).toEqual([true, true]);
    expect(open.mayFetch('https://app.example.com/keys')).toBe(true);
  });

  test.each(['localhost:8443', '127.0.0.1:8443', '[::1]:8443', 'a.localhost'])(
    'SF-01 nothing on this machine in production, with any list of hosts: %s',
    (host) => {
      const settings = { ...usual, hosts: [host], internalHosts: [host] };
      expect(documentPolicy(settings).isAccepted(`https://${host}/a`)).toBe(false);
      expect(documentPolicy({ ...settings, isDevelopment: true }).isAccepted(`https://${host}/a`)).toBe(true);
    },
  );
});

test('DR-09 the registrable domain of a host, as pages show it', () => {
  expect(registrableDomain('login.bank.co.uk')).toBe('bank.co.uk');
  expect(registrableDomain('ada.github.io')).toBe('ada.github.io');
  expect(registrableDomain('192.0.2.1')).toBeUndefined();
  expect(registrableDomain('localhost')).toBeUndefined();
  expect(siteFacts('https://bank.example.com.evil.example/client.json')).toEqual({
    host: 'bank.example.com.evil.example',
    registrableDomain: 'evil.example',
  });
  expect(siteFacts('https://a.example.com:8443/x')).toEqual({ host: 'a.example.com:8443' });
  expect(siteOf(ID)).toBe('https://app.example.com');
});
