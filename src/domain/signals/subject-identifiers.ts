/** Subject identifiers of security events (RFC 9493), and complex subjects (SSF 1.0 §3.3). */

/** Simple identifiers, by their format. */
export type SimpleSubject =
  | { readonly format: 'account'; readonly uri: string }
  | { readonly format: 'email'; readonly email: string }
  | { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string }
  | { readonly format: 'opaque'; readonly id: string }
  | { readonly format: 'phone_number'; readonly phone_number: string }
  | { readonly format: 'did'; readonly url: string }
  | { readonly format: 'uri'; readonly uri: string }
  | { readonly format: 'jwt_id'; readonly iss: string; readonly jti: string }
  | { readonly format: 'saml_assertion_id'; readonly issuer: string; readonly assertion_id: string };

/** Members that a complex subject may have. `agent` is of this server (SSF 1.0 §3.3 permits additional names). */
export const COMPLEX_MEMBERS = [
  'user',
  'device',
  'session',
  'application',
  'agent',
  'tenant',
  'org_unit',
  'group',
] as const;
export type ComplexMember = (typeof COMPLEX_MEMBERS)[number];

/** All members together identify one subject. */
export type ComplexSubject = { readonly format: 'complex' } & {
  readonly [Member in ComplexMember]?: SimpleSubject;
};

/** Several identifiers of one subject (RFC 9493 §3.2.8): none of them is complex or holds aliases. */
export type Aliases = { readonly format: 'aliases'; readonly identifiers: readonly SimpleSubject[] };

export type SubjectIdentifier = SimpleSubject | Aliases | ComplexSubject;

/** The members of each simple format, all of them non-empty strings. */
const MEMBERS = {
  account: ['uri'],
  email: ['email'],
  iss_sub: ['iss', 'sub'],
  opaque: ['id'],
  phone_number: ['phone_number'],
  did: ['url'],
  uri: ['uri'],
  jwt_id: ['iss', 'jti'],
  saml_assertion_id: ['issuer', 'assertion_id'],
} as const satisfies Record<SimpleSubject['format'], readonly string[]>;

/** Most characters of a member, and most identifiers of one subject. */
const MOST_LENGTH = 2048;
const MOST_ALIASES = 16;

type Members = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnly = (value: Members, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => name === 'format' || names.includes(name));

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= MOST_LENGTH && value.isWellFormed();

const simpleOf = (value: unknown): SimpleSubject | undefined => {
  if (!isObject(value) || typeof value['format'] !== 'string' || !Object.hasOwn(MEMBERS, value['format']))
    return undefined;
  const names: readonly string[] = MEMBERS[value['format'] as SimpleSubject['format']];
  return hasOnly(value, names) && names.every((name) => isText(value[name])) ? (value as SimpleSubject) : undefined;
};

const aliasesOf = (value: Members): Aliases | undefined => {
  const given = value['identifiers'];
  if (!hasOnly(value, ['identifiers']) || !Array.isArray(given)) return undefined;
  if (given.length === 0 || given.length > MOST_ALIASES) return undefined;
  return given.every((one) => simpleOf(one) !== undefined) ? (value as Aliases) : undefined;
};

const complexOf = (value: Members): ComplexSubject | undefined => {
  const names = Object.keys(value).filter((name) => name !== 'format');
  if (names.length === 0 || !hasOnly(value, COMPLEX_MEMBERS)) return undefined;
  return names.every((name) => simpleOf(value[name]) !== undefined) ? (value as ComplexSubject) : undefined;
};

/**
 * A subject identifier that this server understands whole. Undefined for an unknown format, for a missing, empty or
 * additional member, and for a complex subject with an unknown member: to ignore it would widen the subject.
 */
export const subjectIdentifierOf = (value: unknown): SubjectIdentifier | undefined => {
  if (!isObject(value)) return undefined;
  if (value['format'] === 'complex') return complexOf(value);
  return value['format'] === 'aliases' ? aliasesOf(value) : simpleOf(value);
};
