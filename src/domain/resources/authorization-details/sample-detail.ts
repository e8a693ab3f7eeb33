import {
  type Detail,
  type DetailType,
  isList,
  isObject,
  type JsonSchema,
  type JsonValue,
} from '../../vocabulary/detail-type.ts';

/**
 * A sample detail of the type, to show how users would read it. Uses the examples of the schema; otherwise the
 * smallest valid values, with texts that name their member.
 */
export const sampleDetail = ({ type, schema }: Pick<DetailType, 'type' | 'schema'>): Detail => {
  const made = sample(schema, type);
  return { ...(isObject(made) ? made : {}), type };
};

const TEXTS: Readonly<Record<string, string>> = {
  date: '2030-01-31',
  'date-time': '2030-01-31T12:00:00Z',
  path: '/reports/2030',
};

const sample = (schema: JsonSchema, name: string): JsonValue => {
  const { examples, const: only, enum: allowed, type } = schema;
  if (isList(examples) && examples[0] !== undefined) return examples[0];
  if (only !== undefined) return only;
  if (isList(allowed) && allowed[0] !== undefined) return allowed[0];
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).map(([member, part]) => [
          member,
          sample(isObject(part) ? part : {}, member),
        ]),
      );
    case 'array': {
      const one = sample(isObject(schema['items']) ? schema['items'] : {}, name);
      const least = Math.max(1, numberOf(schema['minItems']) ?? 1);
      return Array.from({ length: schema['uniqueItems'] === true ? 1 : least }, () => one);
    }
    case 'string':
      return textOf(schema, name);
    case 'boolean':
      return true;
    default:
      return amountOf(schema);
  }
};

const textOf = ({ format, minLength, maxLength }: JsonSchema, name: string): string => {
  const text = (typeof format === 'string' && TEXTS[format]) || name.replaceAll('_', ' ');
  const padded = text.padEnd(numberOf(minLength) ?? 0, 'x');
  return padded.slice(0, numberOf(maxLength) ?? padded.length);
};

const amountOf = ({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonSchema): number => {
  const above = numberOf(exclusiveMinimum);
  const least = numberOf(minimum) ?? (above === undefined ? 1 : above + 1);
  const step = numberOf(multipleOf) ?? 1;
  const wanted = Math.max(Math.ceil(least / step) * step, Math.ceil(1 / step) * step);
  return Math.min(wanted, numberOf(maximum) ?? wanted);
};

const numberOf = (value: JsonValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
