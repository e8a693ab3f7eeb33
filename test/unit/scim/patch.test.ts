/** Changes by PATCH: random operations never reach anything but the attributes of the table (MG-06, IN-03). */
import { expect, test } from '@jest/globals';
import { ENTERPRISE_SCHEMA, USER_RESOURCE } from '../../../src/domain/identity/scim/attributes.ts';
import { patched } from '../../../src/domain/identity/scim/patch.ts';
import type { Values } from '../../../src/domain/identity/scim/values.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';

const ADA: Values = { userName: 'ada', active: true, emails: [{ value: 'ada@example.com', type: 'work' }] };

const change = (user: Values, ...operations: readonly object[]): Values =>
  patched(user, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations });

test('a change is whole or not at all (RFC 7644 §3.5.2)', () => {
  const before = structuredClone(ADA);
  expect(() => change(ADA, { op: 'add', path: 'title', value: 'T' }, { op: 'remove' })).toThrow(/needs a path/);
  expect(ADA).toEqual(before);
});

test('a list has at most 100 values, also by many operations', () => {
  const operations = Array.from({ length: 2 }, (_, part) => ({
    op: 'add',
    path: 'emails',
    value: Array.from({ length: 60 }, (_one, index) => ({ value: `${part}-${index}@example.com` })),
  }));
  expect(() => change(ADA, ...operations)).toThrow(/at most 100 values/);
});

test('the same value is not added twice', () => {
  const [one] = ADA['emails'] as readonly object[];
  expect(change(ADA, { op: 'add', path: 'emails', value: [one] })).toEqual(ADA);
});

test('the extension is replaced and removed as a whole by its URN', () => {
  const first = change(ADA, { op: 'add', value: { [ENTERPRISE_SCHEMA]: { department: 'D', division: 'V' } } });
  const second = change(first, { op: 'replace', path: ENTERPRISE_SCHEMA, value: { division: 'W' } });
  expect(second[ENTERPRISE_SCHEMA]).toEqual({ division: 'W' });
  expect(change(second, { op: 'remove', path: ENTERPRISE_SCHEMA })).toEqual(ADA);
});

const PATHS = [
  ...['title', 'name', 'name.givenName', 'emails', 'emails.value', 'emails[type eq "work"]', 'active', 'password'],
  ...[
    'emails[type eq "work"].value',
    'emails[primary eq true].value',
    ENTERPRISE_SCHEMA,
    `${ENTERPRISE_SCHEMA}:manager`,
  ],
  ...[
    '__proto__',
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'passwordHash',
    'roles',
    'id',
    'meta',
    'sessionsValidFrom',
  ],
  ...['', ' ', '[', 'emails[', 'emails[]', 'emails[type eq', '$ref', 'urn:x:y:z', undefined, 5],
];
const VALUES: readonly unknown[] = [
  ...[
    'x',
    true,
    'False',
    null,
    5,
    [],
    {},
    [null],
    ['x'],
    [{ value: 'y', primary: true }],
    { value: 'z', type: 'work' },
  ],
  ...[JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')],
  ...[{ 'name.familyName': 'F', '__proto__.polluted': 1 }, { [ENTERPRISE_SCHEMA]: { department: 'D' } }, undefined],
];

test('MG-06 20,000 random operations change attributes of the table, or are refused', () => {
  let state = 11;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const known = new Set([...[...USER_RESOURCE.core.values()].map(({ name }) => name), ENTERPRISE_SCHEMA]);
  const unknown: string[] = [];
  let changedCount = 0;
  let user = ADA;
  for (let round = 0; round < 20_000; round += 1) {
    const op = ['add', 'Replace', 'remove', 'move', '__proto__'][next(5)];
    try {
      user = change(user, { op, path: PATHS[next(PATHS.length)], value: VALUES[next(VALUES.length)] });
      changedCount += 1;
    } catch (error) {
      if (!isDomainError(error)) throw error;
    }
    unknown.push(...Object.keys(user).filter((name) => !known.has(name)));
  }
  expect(unknown).toEqual([]);
  expect(changedCount).toBeGreaterThan(1000);
  for (const name of ['id', 'meta', 'schemas']) expect(user).not.toHaveProperty(name);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
