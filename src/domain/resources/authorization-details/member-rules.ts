/** Decides whether one value is inside another, by rule. A value without exactly one reading is never inside. */
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import { type DetailType, isList, type JsonValue } from '../../vocabulary/detail-type.ts';

type Rule = DetailType['members'][string]['rule'];

type IsInside = (asked: JsonValue, held: JsonValue) => boolean;

/** Caches results for values that never change, since each is compared with very many others. */
const forms = new WeakMap<object, string | undefined>();

const formOf = (value: object): string | undefined => {
  if (!forms.has(value)) forms.set(value, canonicalJson(value));
  return forms.get(value);
};

/** Same JSON value, in any order of members (RFC 8785). */
export const isEqual: IsInside = (asked, held) =>
  asked === held ||
  (typeof asked === 'object' &&
    typeof held === 'object' &&
    asked !== null &&
    held !== null &&
    formOf(asked) === formOf(held));

const numbers =
  (isInside: (asked: number, held: number) => boolean): IsInside =>
  (asked, held) =>
    typeof asked === 'number' &&
    typeof held === 'number' &&
    Number.isFinite(asked) &&
    Number.isFinite(held) &&
    isInside(asked, held);

const times =
  (isInside: (asked: number, held: number) => boolean): IsInside =>
  (asked, held) => {
    const [one, other] = [timeOf(asked), timeOf(held)];
    return one !== undefined && one.form === other?.form && isInside(one.at, other.at);
  };

/** To the millisecond. A finer time would be truncated, and the original could be later. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d))?$/;

const timeOf = (value: JsonValue): { readonly form: 'date' | 'time'; readonly at: number } | undefined => {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const form = value.length === 10 ? 'date' : 'time';
  const day = value.slice(0, 10);
  const [at, midnight] = [Date.parse(value), Date.parse(day)];
  if (!Number.isFinite(at) || !Number.isFinite(midnight)) return undefined;
  // Some parsers read 30 February as a day in March.
  return new Date(midnight).toISOString().startsWith(day) ? { form, at } : undefined;
};

/** A full date, or a date and time with offset (RFC 3339 §5.6), to the millisecond. */
export const isTime = (value: JsonValue, form: 'date' | 'time'): boolean => timeOf(value)?.form === form;

const SCHEME = /^[a-z][a-z0-9+.-]{0,31}:\/\/[^/]+/;
/** Characters that a parser may decode, cut at, or treat as a separator; and invisible characters. */
const TRICKS = /[%\\?#;]|[\p{C}\p{Z}]/u;

/**
 * A path, or a URL with one, that has a single reading. It has no `.` or `..`, no empty segment, no encoding, no
 * parameter, and no letter that another Unicode form turns into a separator.
 */
export const isPlainPath = (value: JsonValue): value is string => {
  if (typeof value !== 'string' || value === '' || TRICKS.test(value.replaceAll(' ', '_'))) return false;
  if (value.normalize('NFKC') !== value) return false;
  const path = value.replace(SCHEME, '');
  const segments = path.split('/');
  const inner = segments.slice(segments[0] === '' ? 1 : 0, segments.at(-1) === '' ? -1 : undefined);
  return inner.every((segment) => segment !== '' && segment.trim() === segment && !/^\.+$/.test(segment));
};

const isBelow: IsInside = (asked, held) => {
  if (typeof asked !== 'string' || typeof held !== 'string') return false;
  // The cheap check comes first, since most compared values have nothing in common.
  if (asked !== held && !asked.startsWith(held.endsWith('/') ? held : `${held}/`)) return false;
  return isPlainPath(asked) && isPlainPath(held) && SCHEME.exec(asked)?.[0] === SCHEME.exec(held)?.[0];
};

/** An empty list is inside an empty list only, since many parsers read it as "all". */
const everyOne =
  (isIn: (each: JsonValue, held: readonly JsonValue[]) => boolean): IsInside =>
  (asked, held) =>
    isList(asked) && isList(held) && (asked.length > 0 || held.length === 0) && asked.every((each) => isIn(each, held));

const isSubset = everyOne((each, held) => typeof each !== 'object' && held.includes(each));
const areBelow = everyOne((each, held) => held.some((one) => isBelow(each, one)));

/** Whether `asked` is inside `held`; an equal value always is. */
export const isInside = (rule: Rule, asked: JsonValue, held: JsonValue): boolean =>
  isEqual(asked, held) || INSIDE[rule](asked, held);

const INSIDE: Readonly<Record<Rule, IsInside>> = {
  max: numbers((asked, held) => asked <= held),
  min: numbers((asked, held) => asked >= held),
  subset: isSubset,
  prefix: (asked, held) => (isList(asked) ? areBelow(asked, held) : isBelow(asked, held)),
  equal: isEqual,
  before: times((asked, held) => asked <= held),
  after: times((asked, held) => asked >= held),
};
