import { checkText } from '../clients/display-text.ts';
import { refuseField } from '../errors.ts';
import { placeholdersOf } from './described-detail.ts';
import { checkDetailSchema } from './detail-schema.ts';
import {
  type DetailType,
  isObject,
  type JsonSchema,
  type JsonValue,
  MEMBER_RULES,
  type MemberRule,
} from './detail-type.ts';

const MAXIMUM_DETAIL_TYPES = 20;
const TYPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/** Types that hold together: each rule, the amount and each placeholder name a member of the right kind. Throws 'invalid_field'. */
export const checkDetailTypes = (types: readonly DetailType[], field = '/detail_types'): void => {
  if (types.length > MAXIMUM_DETAIL_TYPES) {
    refuseField(field, `A resource server declares at most ${MAXIMUM_DETAIL_TYPES} types of details.`);
  }
  const names = new Set<string>();
  for (const [index, type] of types.entries()) {
    const at = `${field}/${index}`;
    if (!TYPE.test(type.type)) {
      refuseField(`${at}/type`, 'A type has 1 to 200 visible ASCII characters without quote and backslash.');
    }
    if (names.has(type.type)) refuseField(`${at}/type`, 'This type is declared twice.');
    names.add(type.type);
    checkText(type.description, `${at}/description`, 200);
    checkDetailSchema(type.schema, `${at}/schema`);
    for (const [path, rule] of Object.entries(type.members)) checkRule(type, path, rule, `${at}/members/${path}`);
    checkAmount(type, `${at}/amount`);
    checkText(type.display, `${at}/display`, 300);
    for (const path of placeholdersOf(type.display)) {
      if (!partAt(type.schema, path))
        refuseField(`${at}/display`, `The schema declares no member ${path.slice(0, 100)}.`);
    }
  }
};

/** The schema of what a path names. */
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

const checkRule = (
  { schema, members }: DetailType,
  path: string,
  { rule, absent }: MemberRule,
  field: string,
): undefined => {
  const part = partAt(schema, path);
  if (!part) return refuseField(field, 'The schema declares no such member.');
  if (!MEMBER_RULES.includes(rule)) return refuseField(`${field}/rule`, `A rule is one of ${MEMBER_RULES.join(', ')}.`);
  if (absent !== undefined && absent !== 'unlimited') refuseField(`${field}/absent`, 'The only value is "unlimited".');
  const [fits, what] = FITS[rule];
  const items = part['items'];
  if (!fits(part, isObject(items) ? items : {})) refuseField(`${field}/rule`, `The rule ${rule} is for ${what}.`);
  const above = Object.keys(members).find((other) => path.startsWith(`${other}.`));
  if (above !== undefined) refuseField(field, `The rule of ${above} covers this member.`);
};

const checkAmount = ({ schema, members, amount }: DetailType, field: string): undefined => {
  if (amount === undefined) return undefined;
  const part = partAt(schema, amount);
  const isCount = part?.['type'] === 'integer' && Number(part['minimum'] ?? -1) >= 0 && members[amount]?.rule === 'max';
  if (!isCount)
    return refuseField(field, 'An amount is a whole number, of 0 or more by its schema, under the rule max.');
};
