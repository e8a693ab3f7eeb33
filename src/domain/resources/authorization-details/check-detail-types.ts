import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type DetailType,
  isObject,
  type JsonSchema,
  type JsonValue,
  MEMBER_RULES,
  type MemberRule,
} from '../../vocabulary/detail-type.ts';
import { checkDetailSchema } from './detail-schema.ts';
import { detailTypeRefusal } from './detail-type-refusals.ts';
import { displayRefusal } from './display-refusals.ts';
import { type Formatter, type Placeholder, parseTemplate, placeholdersOf } from './display-template.ts';
import { currencyDigits } from './value-format.ts';

const MAXIMUM_DETAIL_TYPES = 20;
const TYPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/**
 * Checks that types are consistent: each rule, the amount and each placeholder name a member of the right kind.
 * Throws 'invalid_field'.
 */
export const checkDetailTypes = (types: readonly DetailType[], field = '/detail_types'): void => {
  if (types.length > MAXIMUM_DETAIL_TYPES) {
    throw detailTypeRefusal('detail_types_exceeded', { field, params: { most: MAXIMUM_DETAIL_TYPES } });
  }
  const names = new Set<string>();
  for (const [index, type] of types.entries()) {
    const at = `${field}/${index}`;
    if (!TYPE.test(type.type)) {
      throw detailTypeRefusal('detail_type_name_malformed', { field: `${at}/type` });
    }
    if (names.has(type.type)) throw detailTypeRefusal('detail_type_repeated', { field: `${at}/type` });
    names.add(type.type);
    checkText(type.description, `${at}/description`, 200);
    checkDetailSchema(type.schema, `${at}/schema`);
    for (const [path, rule] of Object.entries(type.members)) checkRule(type, path, rule, `${at}/members/${path}`);
    checkAmount(type, `${at}/amount`);
    checkText(type.display, `${at}/display`, 300);
    checkDisplay(type, `${at}/display`);
  }
};

/** The schema of the member at a path. */
const partAt = (schema: JsonSchema, path: string): JsonSchema | undefined =>
  path.split('.').reduce<JsonSchema | undefined>((at, name) => {
    const properties = at?.['properties'];
    const part = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isObject(part) ? part : undefined;
  }, schema);

const NUMBERS: readonly JsonValue[] = ['number', 'integer'];
const SCALARS: readonly JsonValue[] = [...NUMBERS, 'string', 'boolean'];

type Fits = (part: JsonSchema, items: JsonSchema) => boolean;

const isNumber: Fits = ({ type = '' }) => NUMBERS.includes(type);
const isTime: Fits = ({ type, format = '' }) => type === 'string' && ['date', 'date-time'].includes(String(format));

const FITS: Readonly<Record<MemberRule['rule'], readonly [Fits, string]>> = {
  max: [isNumber, 'a number'],
  min: [isNumber, 'a number'],
  subset: [({ type }, { type: item = '' }) => type === 'array' && SCALARS.includes(item), 'a list of single values'],
  prefix: [
    ({ type }, { type: item }) => type === 'string' || (type === 'array' && item === 'string'),
    'a string or a list of strings',
  ],
  equal: [() => true, 'anything'],
  before: [isTime, 'a string of the format date or date-time'],
  after: [isTime, 'a string of the format date or date-time'],
};

/**
 * Checks that the sentence can be parsed and each formatter fits the kind of its member. Refusals name the position in
 * the sentence.
 */
const checkDisplay = ({ schema, display }: DetailType, field: string): void => {
  const template = parseTemplate(display, field);
  if (template.problem !== undefined) throw template.problem;
  for (const placeholder of placeholdersOf(template)) {
    const { path, other } = placeholder;
    const at = placeholder.at + 1;
    for (const one of other === undefined ? [path] : [path, other]) {
      if (partAt(schema, one)) continue;
      throw displayRefusal('display_member_undeclared', { field, params: { at, member: one.slice(0, 100) } });
    }
    checkFormatter(schema, placeholder, field);
  }
};

const checkFormatter = (schema: JsonSchema, placeholder: Placeholder, field: string): void => {
  const { path, formatter, other } = placeholder;
  const at = placeholder.at + 1;
  if (formatter === undefined) return;
  const part = partAt(schema, path) ?? {};
  const [fits, what] = FORMATTER_FITS[formatter];
  if (!fits(part, {})) {
    throw displayRefusal('display_formatter_misfit', { field, params: { at, formatter, kind: what, member: path } });
  }
  const currency = other === undefined ? undefined : partAt(schema, other);
  if (other === undefined || currency === undefined) return;
  if (currency['type'] !== 'string') {
    throw displayRefusal('display_currency_not_text', { field, params: { at, member: other } });
  }
  const codes = [currency['const'], currency['enum']].flat().filter((code) => code !== undefined);
  const unknown = codes.find((code) => typeof code !== 'string' || currencyDigits(code) === undefined);
  if (unknown === undefined) return;
  throw displayRefusal('display_currency_unknown', {
    field,
    params: { at, value: JSON.stringify(unknown).slice(0, 40) },
  });
};

const FORMATTER_FITS: Readonly<Record<Formatter, readonly [Fits, string]>> = {
  money: [({ type }) => type === 'integer', 'a whole number in the smallest unit of the currency'],
  date: [isTime, 'a string of the format date or date-time'],
  iban: [({ type, format }) => type === 'string' && format === undefined, 'a string'],
};

const checkRule = (
  { schema, members }: DetailType,
  path: string,
  { rule, absent }: MemberRule,
  field: string,
): undefined => {
  const part = partAt(schema, path);
  if (!part) throw detailTypeRefusal('rule_member_undeclared', { field });
  if (!MEMBER_RULES.includes(rule)) {
    throw detailTypeRefusal('rule_unknown', { field: `${field}/rule`, params: { rules: MEMBER_RULES.join(', ') } });
  }
  if (absent !== undefined && absent !== 'unlimited') {
    throw detailTypeRefusal('rule_absent_wrong', { field: `${field}/absent` });
  }
  const [fits, what] = FITS[rule];
  const items = part['items'];
  if (!fits(part, isObject(items) ? items : {})) {
    throw detailTypeRefusal('rule_misfit', { field: `${field}/rule`, params: { rule, kind: what } });
  }
  const above = Object.keys(members).find((other) => path.startsWith(`${other}.`));
  if (above !== undefined) throw detailTypeRefusal('rule_covered', { field, params: { member: above } });
};

const checkAmount = ({ schema, members, amount }: DetailType, field: string): undefined => {
  if (amount === undefined) return undefined;
  const part = partAt(schema, amount);
  const isCount = part?.['type'] === 'integer' && Number(part['minimum'] ?? -1) >= 0 && members[amount]?.rule === 'max';
  if (!isCount) throw detailTypeRefusal('amount_not_counted', { field });
};
