import { describe, expect, test } from '@jest/globals';
import { askedFacts, askedGrantType } from '../../../src/provider/requests/asked-facts.ts';

describe('parameters of a refused request in its audit event', () => {
  test.each([
    ['authorization_code', 'authorization_code'],
    ['urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['https://example.com/grants/device', 'https://example.com/grants/device'],
    ['', ''],
    ['client_credentials\nclient_secret=s3cret', 'client_credentials'],
    ['client_credentials;client_secret=s3cret', 'client_credentials'],
    ['client_credentials client_secret=s3cret', 'client_credentials'],
    ['x'.repeat(500), 'x'.repeat(128)],
  ])('a grant type is recorded as far as it has the syntax of one (RFC 6749 A.10): %j', (sent, recorded) => {
    expect(askedGrantType({ grant_type: sent })).toEqual({ grantType: recorded });
  });

  test('a request without a grant type has none in its event', () => {
    expect(askedGrantType({})).toEqual({});
    expect(askedGrantType({ grant_type: ['a', 'b'] })).toEqual({});
    expect(askedGrantType(undefined)).toEqual({});
  });

  test.each(['\n', '\r\n', '\0', '\t'])('scope and resource end at a control character: %j', (separator) => {
    const sent = {
      scope: `read write${separator}client_secret=s3cret`,
      resource: `urn:wiki${separator}client_secret=s3cret`,
    };
    expect(askedFacts(sent)).toEqual({ scopeAsked: ['read', 'write'], resource: 'urn:wiki' });
  });
});
