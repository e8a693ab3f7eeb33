import { describe, expect, test } from '@jest/globals';
import {
  CREDENTIAL_CHANGES,
  DELIVERY_METHODS,
  RISK_LEVELS,
  SECURITY_EVENTS,
  SET_ERRORS,
  SET_TYPE,
  STREAM_STATUSES,
  securityEventOf,
} from '../../../src/domain/signals/security-events.ts';
import { subjectIdentifierOf } from '../../../src/domain/signals/subject-identifiers.ts';

const PERSON = { format: 'iss_sub', iss: 'https://idp.example', sub: 'u-17' };

describe('subject identifiers', () => {
  test.each([
    ['account (RFC 9493 §3.2.1)', { format: 'account', uri: 'acct:ada@example.com' }],
    ['email (§3.2.2)', { format: 'email', email: 'ada@example.com' }],
    ['iss_sub (§3.2.3)', PERSON],
    ['opaque (§3.2.4)', { format: 'opaque', id: '11112222' }],
    ['phone_number (§3.2.5)', { format: 'phone_number', phone_number: '+12065550100' }],
    ['did (§3.2.6)', { format: 'did', url: 'did:example:123456' }],
    ['uri (§3.2.7)', { format: 'uri', uri: 'urn:uuid:4e851e98' }],
    ['aliases (§3.2.8)', { format: 'aliases', identifiers: [PERSON, { format: 'opaque', id: '1' }] }],
    ['jwt_id (SSF 1.0 §3.5.1)', { format: 'jwt_id', iss: 'https://idp.example', jti: 'B70BA622' }],
    ['complex (SSF 1.0 §3.3)', { format: 'complex', user: PERSON, tenant: { format: 'opaque', id: 't-1' } }],
  ])('reads %s', (_, subject) => {
    expect(subjectIdentifierOf(subject)).toEqual(subject);
  });

  test.each([
    ['nothing', undefined],
    ['a list', [PERSON]],
    ['a text', 'ada@example.com'],
    ['no format', { email: 'ada@example.com' }],
    ['an unknown format', { format: 'ldap', dn: 'cn=ada' }],
    ['the name of an inherited member as format', { format: 'constructor' }],
    ['a missing member', { format: 'iss_sub', iss: 'https://idp.example' }],
    ['an empty member', { format: 'email', email: '' }],
    ['a member that is no text', { format: 'opaque', id: 7 }],
    ['a member of another format', { format: 'email', email: 'ada@example.com', sub: 'u-17' }],
    ['a complex subject without members', { format: 'complex' }],
    ['a complex subject with an unknown member', { format: 'complex', user: PERSON, planet: PERSON }],
    ['a complex subject in a complex one', { format: 'complex', user: { format: 'complex', user: PERSON } }],
    ['aliases in aliases', { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [PERSON] }] }],
    ['no aliases', { format: 'aliases', identifiers: [] }],
    ['too many aliases', { format: 'aliases', identifiers: Array.from({ length: 17 }, () => PERSON) }],
    ['a long member', { format: 'opaque', id: 'x'.repeat(2049) }],
  ])('refuses %s', (_, subject) => {
    expect(subjectIdentifierOf(subject)).toBeUndefined();
  });
});

test('an event is found by its URI, and no other', () => {
  for (const [name, uri] of Object.entries(SECURITY_EVENTS)) expect(securityEventOf(uri)).toBe(name);
  expect(new Set(Object.values(SECURITY_EVENTS)).size).toBe(Object.keys(SECURITY_EVENTS).length);
  expect(securityEventOf('https://schemas.openid.net/secevent/caep/event-type/session-established')).toBeUndefined();
});

test('values are those of the specifications', () => {
  expect(CREDENTIAL_CHANGES).toEqual(['create', 'revoke', 'update', 'delete']);
  expect(RISK_LEVELS).toEqual(['LOW', 'MEDIUM', 'HIGH']);
  expect(STREAM_STATUSES).toEqual(['enabled', 'paused', 'disabled']);
  expect(DELIVERY_METHODS).toEqual({ push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' });
  expect(SET_TYPE).toBe('secevent+jwt');
  expect(SET_ERRORS).toContain('invalid_state');
});
