/** A detail in the words of its type, for people. Words and values stay apart, so that no value can pass for a word. */
import { type Detail, type DetailType, isList, isObject, type JsonValue, memberAt } from './detail-type.ts';

export type DescribedDetail = {
  readonly type: string;
  /** What details of the type are about. */
  readonly about: string;
  readonly risk: DetailType['risk'];
  /** The sentence in its order: what the resource server says, and what the request says. */
  readonly sentence: readonly DetailPart[];
  /** Members that the sentence does not tell. */
  readonly more: readonly { readonly member: string; readonly value: string }[];
};

/** `value` undefined: the detail does not name the member, and is not limited by it. */
export type DetailPart = { readonly text: string } | { readonly member: string; readonly value: string | undefined };

const PLACEHOLDER = /\{([\w.-]{1,200})\}/g;

export const placeholdersOf = (template: string): readonly string[] =>
  [...template.matchAll(PLACEHOLDER)].map(([, path = '']) => path);

const MAXIMUM_VALUE = 300;
/** Characters that show nothing, reorder what stands beside them, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** One line; a character that is not seen is shown as one that is, and what is cut off says so. */
const shown = (value: JsonValue): string => {
  const text = isList(value)
    ? value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  const line = [...text.replaceAll(UNSEEN, '\ufffd')];
  return line.length > MAXIMUM_VALUE ? `${line.slice(0, MAXIMUM_VALUE).join('')}…` : line.join('');
};

export const describedDetail = (type: DetailType, detail: Detail): DescribedDetail => {
  const told = placeholdersOf(type.display);
  const sentence: DetailPart[] = [];
  let end = 0;
  for (const match of type.display.matchAll(PLACEHOLDER)) {
    const [whole, path = ''] = match;
    if (match.index > end) sentence.push({ text: type.display.slice(end, match.index) });
    const value = memberAt(detail, path);
    sentence.push({ member: path, value: value === undefined ? undefined : shown(value) });
    end = match.index + whole.length;
  }
  if (end < type.display.length) sentence.push({ text: type.display.slice(end) });
  const { type: _, ...members } = detail;
  return {
    type: type.type,
    about: type.description,
    risk: type.risk,
    sentence,
    more: leavesOf(members)
      .filter(({ path }) => !told.includes(path))
      .map(({ path, value }) => ({ member: path, value: shown(value) })),
  };
};

/** Every value that is no object, with its path. */
const leavesOf = (value: JsonValue, path = ''): readonly { readonly path: string; readonly value: JsonValue }[] =>
  isObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([name, part]) => leavesOf(part, path === '' ? name : `${path}.${name}`))
    : path === ''
      ? []
      : [{ path, value }];
