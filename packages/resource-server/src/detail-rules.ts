import type { AuthorizationDetail } from './access.ts';
import { canonicalJson } from './canonical-json.ts';
import { ConfigurationError } from './configuration-error.ts';

/** How a member of a call must relate to the same member of the token. */
export type Rule = 'max' | 'min' | 'subset' | 'prefix' | 'equal' | 'before' | 'after';

/** A type of authorization details, with the rules that are registered at the authorization server. */
export type DetailType = {
  readonly type: string;
  /** `equal` is the rule of every member that is not named here. */
  readonly members?: Readonly<Record<string, Rule | { readonly rule: Rule; readonly absent?: 'unlimited' }>>;
};

/** Characters that a parser may decode, cut at, or treat as a separator; control and format characters. */
const TRICKS = /[%\\?#;]|[\p{C}\p{Z}]/u;
const ORIGIN = /^[a-z][a-z0-9+.-]{0,31}:\/\/[^/]+/;

/** A path with a single reading: no `.` or `..`, no empty segment, no encoding, no space at an end of a segment. */
const isPlainPath = (value: string): boolean => {
  if (value === '' || TRICKS.test(value.replaceAll(' ', '_')) || value.normalize('NFKC') !== value) return false;
  const segments = value.replace(ORIGIN, '').split('/');
  const inner = segments.slice(segments[0] === '' ? 1 : 0, segments.at(-1) === '' ? -1 : undefined);
  return inner.every((segment) => segment !== '' && segment.trim() === segment && !/^\.+$/.test(segment));
};

const isBelow = (asked: unknown, held: unknown): boolean =>
  typeof asked === 'string' &&
  typeof held === 'string' &&
  asked.startsWith(held.endsWith('/') ? held : `${held}/`) &&
  isPlainPath(asked) &&
  isPlainPath(held) &&
  ORIGIN.exec(asked)?.[0] === ORIGIN.exec(held)?.[0];

const isEqual = (asked: unknown, held: unknown): boolean => {
  try {
    return canonicalJson(asked) === canonicalJson(held);
  } catch {
    return false;
  }
};

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A full date, or a date and time with offset (RFC 3339 §5.6). A time finer than milliseconds would be cut. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d))?$/;

const timeOf = (value: unknown): { readonly isDate: boolean; readonly at: number } | undefined => {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const day = value.slice(0, 10);
  const [at, midnight] = [Date.parse(value), Date.parse(day)];
  if (!Number.isFinite(at) || !Number.isFinite(midnight)) return undefined;
  // Some parsers read 30 February as a day in March.
  return new Date(midnight).toISOString().startsWith(day) ? { isDate: value === day, at } : undefined;
};

/** A date compares with a date only. */
const areTimes =
  (isIn: (asked: number, held: number) => boolean) =>
  (asked: unknown, held: unknown): boolean => {
    const [one, other] = [timeOf(asked), timeOf(held)];
    return one !== undefined && one.isDate === other?.isDate && isIn(one.at, other.at);
  };

/** An empty list is inside an empty list only, since many readers take it for all. */
const everyOne = (asked: unknown, held: unknown, isIn: (one: unknown, held: readonly unknown[]) => boolean): boolean =>
  Array.isArray(asked) && Array.isArray(held) && asked.length > 0 && asked.every((one) => isIn(one, held));

const INSIDE: Readonly<Record<Rule, (asked: unknown, held: unknown) => boolean>> = {
  max: (asked, held) => isNumber(asked) && isNumber(held) && asked <= held,
  min: (asked, held) => isNumber(asked) && isNumber(held) && asked >= held,
  subset: (asked, held) => everyOne(asked, held, (one, all) => typeof one !== 'object' && all.includes(one)),
  prefix: (asked, held) =>
    Array.isArray(asked)
      ? everyOne(asked, held, (one, all) => all.some((each) => isEqual(one, each) || isBelow(one, each)))
      : isBelow(asked, held),
  equal: () => false,
  before: areTimes((asked, held) => asked <= held),
  after: areTimes((asked, held) => asked >= held),
};

const ruleOf = (type: DetailType | undefined, member: string) => {
  const declared = type?.members && Object.hasOwn(type.members, member) ? type.members[member] : undefined;
  return typeof declared === 'string' ? { rule: declared } : (declared ?? { rule: 'equal' as const });
};

/**
 * Whether the detail of a call is inside a detail of the token, member by member. The call must state each member that the token
 * states. A member that the token does not state is refused, unless its rule says `"absent": "unlimited"`.
 */
const isInside = (asked: AuthorizationDetail, held: AuthorizationDetail, type: DetailType | undefined): boolean => {
  if (asked.type !== held.type) return false;
  const members = new Set([...Object.keys(asked), ...Object.keys(held)]);
  return [...members].every((member) => {
    const { rule, absent } = ruleOf(type, member) as { rule: Rule; absent?: 'unlimited' };
    if (!Object.hasOwn(held, member)) return absent === 'unlimited';
    if (!Object.hasOwn(asked, member)) return false;
    return isEqual(asked[member], held[member]) || INSIDE[rule](asked[member], held[member]);
  });
};

/**
 * Whether each detail of a call is inside a detail of the token of its own. Two payments of 60 are therefore not inside one of 100.
 */
export const areInside = (
  asked: readonly AuthorizationDetail[],
  held: readonly AuthorizationDetail[],
  types: ReadonlyMap<string, DetailType>,
): boolean => {
  const left = [...held];
  return asked.every((detail) => {
    const index = left.findIndex((one) => isInside(detail, one, types.get(detail.type)));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
};

/** Checks the option `detailTypes`. Throws ConfigurationError. */
export const checkedDetailTypes = (types: readonly DetailType[] = []): ReadonlyMap<string, DetailType> => {
  const isKnown = (rule: unknown): boolean => typeof rule === 'string' && Object.hasOwn(INSIDE, rule);
  if (!Array.isArray(types)) throw new ConfigurationError('detailTypes', 'give a list of types');
  for (const [index, one] of (types as readonly Partial<DetailType>[]).entries()) {
    const member = `detailTypes[${index}]`;
    if (typeof one?.type !== 'string' || one.type === '') throw new ConfigurationError(`${member}.type`, 'give a text');
    for (const [name, declared] of Object.entries(one.members ?? {})) {
      if (isKnown(declared) || (typeof declared === 'object' && isKnown(declared?.rule))) continue;
      const rules = Object.keys(INSIDE).join(', ');
      throw new ConfigurationError(`${member}.members.${name}`, `give one of the rules ${rules}`);
    }
  }
  return new Map((types as readonly DetailType[]).map((type) => [type.type, type]));
};
