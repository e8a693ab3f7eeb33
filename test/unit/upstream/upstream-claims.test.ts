import { describe, expect, test } from '@jest/globals';
import { groupsOfLink } from '../../../src/domain/identity/upstream/linked-groups.ts';
import { ownGroups, upstreamPerson } from '../../../src/domain/identity/upstream/upstream-claims.ts';
import {
  domainOf,
  type UpstreamProvider,
  USUAL_CLAIMS,
} from '../../../src/domain/identity/upstream/upstream-provider.ts';

const provider = (more: Partial<UpstreamProvider> = {}): UpstreamProvider => ({
  id: 'upi_1',
  name: 'Works',
  issuer: 'https://idp.example.com',
  clientId: 'here',
  authentication: 'private_key_jwt',
  scopes: ['openid'],
  domains: ['works.example'],
  button: true,
  claims: USUAL_CLAIMS,
  groups: { staff: 'Staff', 'staff-night': 'Staff', board: 'Board' },
  create: 'never',
  multiFactor: { acr: [], amr: [] },
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
  ...more,
});

const person = (claims: object, more: Partial<UpstreamProvider> = {}) =>
  upstreamPerson(provider(more), { subject: 's', claims: { sub: 's', ...claims }, idToken: 'x' });

describe('what claims mean', () => {
  test.each<[object, Partial<UpstreamProvider>, object]>([
    [{ preferred_username: ' Ada ' }, {}, { username: 'ada', label: 'Ada' }],
    [{ email: 'Ada@Works.example' }, {}, { username: 'ada@works.example', email: 'Ada@Works.example' }],
    [{ upn: 'ada' }, { claims: { ...USUAL_CLAIMS, username: 'upn' } }, { username: 'ada' }],
    [{ a: { b: 'ada' } }, { claims: { ...USUAL_CLAIMS, username: 'a.b' } }, { username: 'ada' }],
    [{ 'a.b': 'ada', a: { b: 'eve' } }, { claims: { ...USUAL_CLAIMS, username: 'a.b' } }, { username: 'ada' }],
    [{ preferred_username: 'a d a' }, {}, { label: 'a d a' }],
    [{ preferred_username: 7, name: ['x'], email: {} }, {}, { label: 's', emailVerified: false }],
    [{ auth_time: 7 }, {}, { authTime: 7 }],
    [{ auth_time: '7' }, {}, { label: 's' }],
  ])('%j', (claims, more, expected) => {
    const found = person(claims, more);
    expect(found).toMatchObject(expected);
    if (!('username' in expected)) expect(found).not.toHaveProperty('username');
    if (!('authTime' in expected)) expect(found).not.toHaveProperty('authTime');
  });

  test.each([
    ['ada@works.example', true, true],
    ['ada@works.example', 'true', false],
    ['ada@other.example', true, false],
    ['ada@works.example.evil.example', true, false],
    ['ada@sub.works.example', true, false],
  ])('the address %s, verified there: %p, is so here: %p', (email, verified, expected) => {
    expect(person({ email, email_verified: verified }).emailVerified).toBe(expected);
  });

  test.each<[unknown, readonly string[]]>([
    [
      ['staff', 'staff-night', 'golf'],
      ['staff', 'staff-night'],
    ],
    ['board', ['board']],
    [['__proto__', 'constructor', 7, null], []],
    [undefined, []],
    [{ staff: true }, []],
  ])('of the groups %j those count that are mapped: %j', (groups, expected) => {
    expect(person({ groups }).claimed).toEqual(expected);
  });

  test('nothing there is a second factor here, but for what is said', () => {
    const claims = { acr: 'urn:mfa', amr: ['pwd', 'mfa'] };
    expect(person(claims).isMultiFactor).toBe(false);
    expect(person(claims, { multiFactor: { acr: ['urn:mfa'], amr: [] } }).isMultiFactor).toBe(true);
    expect(person(claims, { multiFactor: { acr: [], amr: ['mfa'] } }).isMultiFactor).toBe(true);
    expect(person({ amr: 'mfa' }, { multiFactor: { acr: [], amr: ['mfa'] } }).isMultiFactor).toBe(false);
  });
});

test('an account has no groups of its own that its provider speaks of, all others stay', () => {
  expect(ownGroups(provider(), ['Board', 'Choir'])).toEqual(['Choir']);
  expect(ownGroups(provider({ groups: {} }), ['Board', 'Choir'])).toEqual(['Board', 'Choir']);
});

describe('groups of a link', () => {
  const of = (link: Parameters<typeof groupsOfLink>[0], more: Partial<UpstreamProvider> = {}) =>
    groupsOfLink(link, provider(more));

  test('are those of its last claim, by the present mapping', () => {
    const link = { claimed: ['staff', 'gone'], claimedAt: 100 };
    expect(of(link)).toEqual(['Staff']);
    expect(of(link, { groups: { gone: 'Alumni' } })).toEqual(['Alumni']);
    expect(of({})).toEqual([]);
  });

  test('are none while the provider is disabled, and no earlier ones when it is enabled again', () => {
    const link = { claimed: ['staff'], claimedAt: 100 };
    expect(of(link, { state: 'disabled' })).toEqual([]);
    expect(of(link, { claimsFrom: 101 })).toEqual([]);
    expect(of(link, { claimsFrom: 100 })).toEqual(['Staff']);
  });
});

test.each<[string, string | undefined]>([
  ['ada@works.example', 'works.example'],
  [' Ada@Works.EXAMPLE ', 'works.example'],
  ['ada@Bücher.example', 'xn--bcher-kva.example'],
  ['ada', undefined],
  ['ada@localhost', undefined],
  ['a@b@works.example', undefined],
  ['@works.example', undefined],
  ['ada@works.example.', undefined],
])('the domain of %p is %p', (typed, expected) => {
  expect(domainOf(typed)).toBe(expected);
});
