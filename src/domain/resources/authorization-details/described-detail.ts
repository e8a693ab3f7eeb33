/**
 * Describes a detail to users in the text of its type. Text and values stay separate, so that no value can look like
 * text.
 */
import {
  type Detail,
  type DetailType,
  isList,
  isObject,
  type JsonValue,
  memberAt,
} from '../../vocabulary/detail-type.ts';
import { type Clause, parseTemplate } from './display-template.ts';
import { type ValueFormat, valueFormat } from './value-format.ts';

export type DescribedDetail = {
  readonly type: string;
  /** The subject of details of this type. */
  readonly about: string;
  readonly risk: DetailType['risk'];
  /** The sentence in order: the text of the resource server, and the values of the request. */
  readonly sentence: readonly DetailPart[];
  /** Members that the sentence does not mention. */
  readonly more: readonly { readonly member: string; readonly value: string }[];
};

/**
 * `value` undefined: the detail does not name the member, which then sets no limit. `format`: how the value is shown;
 * absent: unchanged.
 */
export type DetailPart =
  | { readonly text: string }
  | { readonly member: string; readonly value: string | undefined; readonly format?: ValueFormat };

const MAXIMUM_VALUE = 300;
/** Characters that are invisible, reorder adjacent text, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** One line. An invisible character is shown as a visible one, and truncated text is marked. */
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
  const told = new Set<string>();
  const sentence: DetailPart[] = [];
  const hasAll = ({ parts }: Clause): boolean =>
    parts.every((part) => 'text' in part || memberAt(detail, part.path) !== undefined);
  for (const clause of parseTemplate(type.display).clauses) {
    // Lists members of an omitted clause among the other members.
    if (clause.isOptional && !hasAll(clause)) continue;
    for (const part of clause.parts) {
      if ('text' in part) {
        sentence.push(part);
        continue;
      }
      const { path, formatter, other } = part;
      const value = memberAt(detail, path);
      told.add(path);
      if (value === undefined) {
        sentence.push({ member: path, value });
        continue;
      }
      const format = valueFormat(formatter, value, other === undefined ? undefined : memberAt(detail, other));
      // Only where the currency is shown with the amount. Otherwise it is listed among the other members.
      if (format?.kind === 'money' && other !== undefined) told.add(other);
      sentence.push({ member: path, value: shown(value), ...(format === undefined ? {} : { format }) });
    }
  }
  const { type: _, ...members } = detail;
  return {
    type: type.type,
    about: type.description,
    risk: type.risk,
    sentence,
    more: leavesOf(members)
      .filter(({ path }) => !told.has(path))
      .map(({ path, value }) => ({ member: path, value: shown(value) })),
  };
};

/** Every value that is not an object, with its path. */
const leavesOf = (value: JsonValue, path = ''): readonly { readonly path: string; readonly value: JsonValue }[] =>
  isObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([name, part]) => leavesOf(part, path === '' ? name : `${path}.${name}`))
    : path === ''
      ? []
      : [{ path, value }];
