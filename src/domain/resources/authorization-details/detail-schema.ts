/**
 * Schemas of detail types: a subset of JSON Schema 2020-12 in which every check takes time in proportion to the value.
 * It has no references, alternatives or patterns, so that the schema directly shows the allowed content of a detail.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Detail, isList, isObject, type JsonSchema, type JsonValue } from '../../vocabulary/detail-type.ts';
import { detailTypeRefusal } from './detail-type-refusals.ts';
import { isPlainPath, isTime } from './member-rules.ts';

const MAXIMUM_LENGTH = 8192;
const MAXIMUM_DEPTH = 16;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const ANNOTATIONS = ['title', 'description', 'examples'];
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems', 'uniqueItems'],
  string: ['minLength', 'maxLength', 'format', 'enum', 'const'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'enum', 'const'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'enum', 'const'],
  boolean: ['enum', 'const'],
};

/** `path`: a path with exactly one reading, as the rule `prefix` requires. */
const FORMATS = {
  date: (value: string): boolean => isTime(value, 'date'),
  'date-time': (value: string): boolean => isTime(value, 'time'),
  path: isPlainPath,
} as const;

const NAME = /^[A-Za-z_][\w-]{0,63}$/;
/** Names that every object inherits, and that careless code would read. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/** Checks a schema. Throws 'invalid_field' below `field` for any other schema than those above. */
export const checkDetailSchema = (schema: JsonSchema, field: string): void => {
  if (JSON.stringify(schema).length > MAXIMUM_LENGTH) {
    throw detailTypeRefusal('schema_too_long', { field, params: { most: MAXIMUM_LENGTH } });
  }
  const { $schema, ...rest } = schema;
  if ($schema !== undefined && $schema !== DIALECT) {
    throw detailTypeRefusal('schema_dialect_unknown', { field: `${field}/$schema`, params: { dialect: DIALECT } });
  }
  if (rest['type'] !== 'object') throw detailTypeRefusal('schema_detail_not_object', { field: `${field}/type` });
  if (isObject(rest['properties']) && Object.hasOwn(rest['properties'], 'type')) {
    throw detailTypeRefusal('schema_declares_type', { field: `${field}/properties/type` });
  }
  checkPart(rest, field, 1);
  try {
    compiled(schema);
  } catch {
    throw detailTypeRefusal('schema_invalid', { field });
  }
};

const checkPart = (schema: JsonValue | undefined, field: string, depth: number): undefined => {
  if (!isObject(schema)) throw detailTypeRefusal('schema_not_object', { field });
  if (depth > MAXIMUM_DEPTH) throw detailTypeRefusal('schema_too_deep', { field, params: { most: MAXIMUM_DEPTH } });
  const type = schema['type'];
  const keywords = typeof type === 'string' && Object.hasOwn(OF_TYPE, type) ? OF_TYPE[type] : undefined;
  if (!keywords) {
    throw detailTypeRefusal('schema_type_unknown', {
      field: `${field}/type`,
      params: { types: Object.keys(OF_TYPE).join(', ') },
    });
  }
  const other = Object.keys(schema).find((each) => each !== 'type' && ![...keywords, ...ANNOTATIONS].includes(each));
  if (other !== undefined) {
    throw detailTypeRefusal('schema_keyword_unsupported', {
      field: `${field}/${other.slice(0, 64)}`,
      params: { type: String(type) },
    });
  }
  if (schema['format'] !== undefined && !Object.hasOwn(FORMATS, String(schema['format']))) {
    throw detailTypeRefusal('schema_format_unknown', {
      field: `${field}/format`,
      params: { formats: Object.keys(FORMATS).join(', ') },
    });
  }
  if (type === 'array') checkPart(schema['items'], `${field}/items`, depth + 1);
  const { properties = {}, additionalProperties = false } = schema;
  if (!isObject(properties)) throw detailTypeRefusal('schema_properties_not_object', { field: `${field}/properties` });
  for (const [name, part] of Object.entries(properties)) {
    if (!NAME.test(name) || RESERVED.includes(name)) {
      throw detailTypeRefusal('schema_member_name_malformed', { field: `${field}/properties` });
    }
    checkPart(part, `${field}/properties/${name}`, depth + 1);
  }
  const { required = [] } = schema;
  if (isList(required) && required.some((name) => !Object.hasOwn(properties, String(name)))) {
    throw detailTypeRefusal('schema_required_undeclared', { field: `${field}/required` });
  }
  if (typeof additionalProperties !== 'boolean') {
    checkPart(additionalProperties, `${field}/additionalProperties`, depth + 1);
  }
};

/** Objects accept the members they declare, and others where the schema allows them. */
const closed = (schema: JsonValue): JsonValue => {
  if (!isObject(schema)) return schema;
  const parts = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
    if (keyword === 'items' || keyword === 'additionalProperties') return [keyword, closed(value)];
    if (keyword === 'properties' && isObject(value)) {
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]))];
    }
    return [keyword, value];
  });
  const isOpen = schema['type'] !== 'object' || schema['additionalProperties'] !== undefined;
  return Object.fromEntries(isOpen ? parts : [...parts, ['additionalProperties', false]]);
};

const ajv = new Ajv2020({ strict: true, strictRequired: true, ownProperties: true, formats: FORMATS });

/** Compiled schemas, by their text. Drops the oldest first. */
const made = new Map<string, ValidateFunction>();
const KEPT = 200;

const compiled = (schema: JsonSchema): ValidateFunction => {
  const text = JSON.stringify(schema);
  const known = made.get(text);
  if (known) return known;
  const whole = closed(schema) as JsonSchema;
  const check = ajv.compile(whole);
  // Otherwise Ajv keeps the schema forever.
  ajv.removeSchema(whole);
  made.set(text, check);
  for (const oldest of made.keys()) {
    if (made.size <= KEPT) break;
    made.delete(oldest);
  }
  return check;
};

const checks = new WeakMap<JsonSchema, ValidateFunction>();

/** JSON pointer to the place where a detail violates the schema of its type. Undefined: the detail is valid. */
export const violation = (schema: JsonSchema, { type: _, ...members }: Detail): string | undefined => {
  const check = checks.get(schema) ?? compiled(schema);
  checks.set(schema, check);
  if (check(members)) return undefined;
  const error = check.errors?.[0];
  const { missingProperty, additionalProperty } = (error?.params ?? {}) as Readonly<Record<string, unknown>>;
  const below = missingProperty ?? additionalProperty;
  return `${error?.instancePath ?? ''}${below === undefined ? '' : `/${String(below).slice(0, 64)}`}`;
};
