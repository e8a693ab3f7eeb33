/**
 * Fields of forms about registered objects. Each kind of field reads what a browser sent into a member of the management API,
 * and writes a member as text. Checks of a value stay with the API.
 */
import type { Html, HtmlValue, Phrase } from '../../../views/html.ts';
import type { Option } from '../../../views/partials/controls.ts';
import type { FormLook } from '../../../views/partials/object-form.ts';
import { rightsLines, rightsText } from '../../../views/rights-text.ts';
import { durationPhrase } from '../../../views/time-text.ts';
import { objectWords as words } from '../../../views/words/console-objects.ts';
import { dayOf } from '../middleware/form-body.ts';
import { keysOf, linesOf, typedJson } from './agent-form.ts';
import { consoleRefusal } from './console-refusals.ts';

/** What a browser sent for one field: no text, one, or several. */
export type Given = readonly string[];

export type FieldKind = {
  readonly look: FormLook;
  /** Default hint. */
  readonly hint?: HtmlValue;
  /** The member of the API; undefined: the user left the field empty. Throws 'invalid_field' at `field`. */
  readonly read: (given: Given, field: string) => unknown;
  readonly write: (member: unknown) => Given;
  /** What a change sends for an emptied field; default: null. */
  readonly emptied?: unknown;
  /**
   * The text, or each of several, is a name that the page resolves to an id. A function chooses the kind by the values of the
   * form; undefined: the text is an id.
   */
  readonly names?: NamedKind | ((values: ReadonlyMap<string, Given>) => NamedKind | undefined);
  /** The page offers the objects of the named kind as a list. */
  readonly isList?: true;
  /** The field reads and writes pairs of a name and a text. The member of the API is an object of the texts by id. */
  readonly isPairs?: true;
};

/** Of a field with `isPairs`. */
export type NamePair = readonly [name: string, text: string];

/**
 * Kinds of objects that a form names. `owner`: an account or a group. `party`: an agent or a client. `resource`: an API, by its
 * identifier. `subject`: an agent, an account or a group. `actor`: an agent or an account. `population`: the people of a group
 * or of a directory.
 */
export type NamedKind =
  | 'agent'
  | 'client'
  | 'party'
  | 'account'
  | 'group'
  | 'owner'
  | 'subject'
  | 'actor'
  | 'blueprint'
  | 'resource'
  | 'upstream'
  | 'directory'
  | 'population';

export type FieldSpec = {
  /** Member of the API's body, and name of the form field. */
  readonly name: string;
  /**
   * The member of the body that holds the field's member. A change sends that member as a whole; what the form does not show
   * of it stays.
   */
  readonly within?: string;
  readonly label: Phrase;
  readonly kind: FieldKind;
  readonly hint?: HtmlValue;
  readonly optional?: true;
  /** What the number counts, beside the field. */
  readonly unit?: Html;
  /** The unit in the form that changes this object. */
  readonly unitOf?: (object: Readonly<Record<string, unknown>>) => Html;
  /** Absent: in both forms. */
  readonly only?: 'new' | 'change';
  /** Whether the form that changes this object has the field; default: it has. */
  readonly fits?: (object: Readonly<Record<string, unknown>>) => boolean;
};

const textOf = (given: Given): string | undefined => {
  const text = (given[0] ?? '').trim();
  return text === '' ? undefined : text;
};

const shownText = (member: unknown): Given => (member === undefined || member === null ? [] : [String(member)]);

export const lineField = (maxLength: number): FieldKind => ({
  look: { kind: 'line', maxLength },
  read: textOf,
  write: shownText,
});

/** Text of some lines. */
export const textField = (rows: number, maxLength: number): FieldKind => ({
  look: { kind: 'area', rows, maxLength },
  read: textOf,
  write: shownText,
});

/** A day in UTC, which the API takes as its first or its last second. */
export const dayField = (at: 'begins' | 'ends'): FieldKind => ({
  look: { kind: 'line', maxLength: 10, isDay: true },
  read: (given, field) => {
    const text = textOf(given);
    const day = text === undefined ? undefined : dayOf(text);
    if (text !== undefined && day === undefined) throw consoleRefusal('day_malformed', { field });
    return day === undefined || at === 'begins' ? day : day + DAY - 1;
  },
  write: (member) => (typeof member === 'number' ? [new Date(member * 1000).toISOString().slice(0, 10)] : []),
});

const DAY = 86_400;

/** A password: the page never shows it. */
export const secretField = (maxLength: number): FieldKind => ({
  look: { kind: 'line', maxLength, isSecret: true },
  read: ([text = '']) => (text === '' ? undefined : text),
  write: () => [],
});

/** A list of texts, one on each line. */
export const linesField = (rows: number, maxLength: number): FieldKind => ({
  look: { kind: 'area', rows, maxLength, isCode: true },
  hint: words.linesHint,
  emptied: [],
  read: ([text = '']) => {
    const lines = linesOf(text);
    return lines.length === 0 ? undefined : lines;
  },
  write: (member) => (Array.isArray(member) && member.length > 0 ? [member.join('\n')] : []),
});

export const choiceField = (options: readonly Option[]): FieldKind => ({
  look: { kind: 'choice', options },
  read: textOf,
  write: shownText,
});

/** A checkbox. */
export const flagField: FieldKind = {
  look: { kind: 'flag' },
  emptied: false,
  read: ([text]) => (text === 'yes' ? true : undefined),
  write: (member) => (member === true ? ['yes'] : []),
};

/** A checkbox for a member that has one of two values; it is absent where it was never checked. */
export const checkedField = (checked: string, unchecked: string): FieldKind => ({
  look: { kind: 'flag' },
  emptied: unchecked,
  read: ([text]) => (text === 'yes' ? checked : undefined),
  write: (member) => (member === checked ? ['yes'] : []),
});

/** Some of several options. */
export const manyField = (options: readonly Option[]): FieldKind => ({
  look: { kind: 'many', options },
  emptied: [],
  read: (given) => (given.length === 0 ? undefined : given),
  write: (member) => (Array.isArray(member) ? member.map(String) : []),
});

const wholeNumber: Pick<FieldKind, 'read' | 'write'> = {
  read: (given, field) => {
    const text = textOf(given);
    if (text === undefined) return undefined;
    if (!/^\d{1,16}$/.test(text)) throw consoleRefusal('number_malformed', { field });
    return Number(text);
  },
  write: (member) => (typeof member === 'number' ? [String(member)] : []),
};

/** A whole number. `hint`: its unit. */
export const numberField = (hint?: HtmlValue): FieldKind => ({
  look: { kind: 'line', maxLength: 16, isNumber: true },
  hint,
  ...wholeNumber,
});

/**
 * A time as a number and a unit, which the API counts in seconds. The hint names the bounds and the default of the API. A
 * field without a unit is in seconds.
 */
export const timeField = ({
  least,
  most,
  usual,
  note,
}: {
  readonly least: number;
  readonly most: number;
  /** What an empty field stands for. */
  readonly usual?: number;
  readonly note?: Phrase;
}): FieldKind => ({
  look: { kind: 'time', isShort: least < 60 },
  hint: words.timeHint({
    range: words.timeRange(durationPhrase(least), durationPhrase(most)),
    ...(usual === undefined ? {} : { usual: durationPhrase(usual) }),
    ...(note === undefined ? {} : { note }),
  }),
  read: ([text = '', unit = ''], field) => {
    const count = wholeNumber.read([text], field);
    return typeof count === 'number' ? count * (SECONDS_IN.get(unit) ?? 1) : undefined;
  },
  write: (member) => {
    if (typeof member !== 'number') return [];
    const [unit, seconds] = [...SECONDS_IN].find(([, size]) => member > 0 && member % size === 0) ?? ['seconds', 1];
    return [String(member / seconds), unit];
  },
});

/** The largest first. */
const SECONDS_IN: ReadonlyMap<string, number> = new Map([
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
]);

/** One of some durations, in seconds. */
export const durationField = (seconds: readonly number[]): FieldKind => ({
  look: { kind: 'choice', options: seconds.map((one) => ({ value: String(one), text: durationPhrase(one) })) },
  ...wholeNumber,
});

const pretty = (member: unknown): Given => (member === undefined ? [] : [JSON.stringify(member, undefined, 2)]);

/** JSON as text. */
export const jsonField = (rows: number, maxLength: number): FieldKind => ({
  look: { kind: 'area', rows, maxLength, isCode: true },
  read: (given, field) => {
    const text = textOf(given);
    if (text === undefined) return undefined;
    try {
      return typedJson(text);
    } catch {
      throw consoleRefusal('typed_json_malformed', { field });
    }
  },
  write: pretty,
});

/** A JSON Web Key Set, or one key. */
export const keysField: FieldKind = {
  look: { kind: 'area', rows: 6, maxLength: 12_000, isCode: true },
  read: (given) => {
    const text = textOf(given);
    return text === undefined ? undefined : keysOf(text);
  },
  write: pretty,
};

/** Scopes by resource: on each line the identifier of an API, then its scopes. */
export const rightsField: FieldKind = {
  look: { kind: 'rights', apis: [] },
  read: ([text = ''], field) => {
    const lines = rightsLines(text);
    if (lines.length === 0) return undefined;
    const rights = new Map<string, readonly string[]>();
    for (const { resource, scopes } of lines) {
      if (rights.has(resource)) throw consoleRefusal('rights_malformed', { field });
      rights.set(resource, [...new Set(scopes)]);
    }
    return Object.fromEntries(rights);
  },
  write: (member) => {
    const entries = Object.entries((member ?? {}) as Readonly<Record<string, readonly string[]>>);
    return entries.length === 0 ? [] : [rightsText(entries.map(([resource, scopes]) => ({ resource, scopes })))];
  },
};

/** The name or id of an object. The page replaces it with the id before the call. */
export const namedField = (names: NamedKind): FieldKind => ({
  look: { kind: 'line', maxLength: 200 },
  hint: names === 'owner' ? words.ownerHint : names === 'account' ? words.accountHint : words.nameOrId,
  names,
  read: textOf,
  write: shownText,
});

/** Names or ids of objects, one on each line. */
export const namesField = (names: NamedKind, rows: number): FieldKind => ({
  ...linesField(rows, 12_000),
  hint: words.namesHint,
  names,
});
