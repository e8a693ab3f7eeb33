/** SCIM filters and paths of every shape (MG-06): good ones, near misses, and those that ask for time or for what is private. */
import type { Random } from './campaign.ts';

const NAMES = [
  ...['userName', 'emails', 'emails.value', 'emails.type', 'name.familyName', 'title', 'active', 'externalId', 'id'],
  ...['meta.lastModified', 'meta.created', 'groups', 'groups.value', 'members.value', 'displayName', 'agentUserName'],
  ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'USERNAME'],
] as const;
/** What no directory may reach, or what there is not. */
const OTHER_NAMES = [
  ...[
    'password',
    'passwordHash',
    'roles',
    'tokensValidFrom',
    'entitlements',
    '__proto__',
    'constructor',
    '$where',
    '_id',
    'userName.x',
  ],
] as const;
const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'EQ', 'Co'] as const;
const OTHER_OPERATORS = ['regex', '$ne', '=='] as const;
const VALUES = ['"ada"', '"ada@example.com"', '"work"', '"a"', '"2026-01-01T00:00:00Z"', '"(a+)+$"', '"$gt"'] as const;
const OTHER_VALUES = [
  ...['""', 'true', 'false', 'null', '1', '-1.5e3', '1e400'],
  ...['"\\"', '"\\u0000"', '"\\ud800"', '"\u202e"', "'ada'", '{"$gt":""}', '"a%00b"', '"; drop'],
] as const;
const JOINTS = [' and ', ' or ', ' AND ', '  or  '] as const;
const OTHER_JOINTS = [' and not ', ' xor ', ','] as const;
const BOMBS = ['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '.*.*.*.*=.*', '(?:a|a)*b'] as const;

/** Mostly a good one. */
const either = (random: Random, good: readonly string[], other: readonly string[]): string =>
  random.pick(random.chance(0.06) ? other : good);
const operator = (random: Random): string => either(random, OPERATORS, OTHER_OPERATORS);
const value = (random: Random): string => either(random, VALUES, OTHER_VALUES);

const term = (random: Random): string => {
  const name = either(random, NAMES, OTHER_NAMES);
  const kind = random.integer(8);
  if (kind === 0) return `${name} pr`;
  if (kind === 1) return `not (${name} ${operator(random)} ${value(random)})`;
  if (kind === 2) return `emails[type ${operator(random)} ${value(random)} and value pr]`;
  if (kind === 3) return `(${name} ${operator(random)} ${value(random)})`;
  return `${name} ${operator(random)} ${value(random)}`;
};

const usual = (random: Random): string => {
  let text = term(random);
  for (let more = random.integer(6); more > 0; more -= 1) text += either(random, JOINTS, OTHER_JOINTS) + term(random);
  return text;
};

/** A character changed, cut off, doubled, or one put in. */
const mangled = (text: string, random: Random): string => {
  const at = random.integer(text.length);
  return random.pick([
    text.slice(0, at),
    text.slice(at),
    `${text.slice(0, at)}${random.pick(['"', '(', ')', '[', ']', '\\', '\u0000', '%', ' ', '.', '💥'])}${text.slice(at)}`,
    text + text,
  ]);
};

/** Long, deep or wide: up to 1 MB, 1,000 levels and 10,000 terms. */
const heavy = (random: Random): string => {
  const size = random.pick([50, 1000, 4096, 10_000]);
  return random.pick([
    () => `${'('.repeat(size)}title pr${')'.repeat(size)}`,
    () => `${'not ('.repeat(size)}title pr${')'.repeat(size)}`,
    () => `emails[${'type eq "work" and '.repeat(size)}value pr]`,
    () => Array.from({ length: size }, () => term(random)).join(' or '),
    () => `userName co "${random.pick(BOMBS).repeat(size / 10)}"`,
    () => `userName sw "${'a'.repeat(random.pick([4000, 100_000, 1_000_000]))}!"`,
    () => `${'emails['.repeat(size)}value pr${']'.repeat(size)}`,
    () => `userName${'.x'.repeat(size)} eq 1`,
    () => `userName eq ${'9'.repeat(size)}`,
    () => '\\'.repeat(size),
  ])();
};

/** Most are usual, a fifth is mangled, and one of fifty is heavy. */
export const anyFilter = (random: Random): string => {
  if (random.chance(0.02)) return heavy(random);
  const text = usual(random);
  return random.chance(0.2) ? mangled(text, random) : text;
};

/** Paths of PATCH operations. */
export const anyPath = (random: Random): string => {
  const name = either(random, NAMES, OTHER_NAMES);
  const path = random.chance(0.5)
    ? `${name.split('.')[0]}[${usual(random)}]${random.pick(['', '.value', '.x'])}`
    : name;
  return random.chance(0.2) ? mangled(path, random) : path;
};
