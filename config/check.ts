/** Checks values against the schema and describes each violation in a sentence. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Problem } from './problem.ts';
import { CONFIGURATION_SCHEMA, schemaAt } from './schema.ts';

// Used once in a process: to optimise the code of the check takes longer than the check. The schema is part of the program: a
// test checks it against its meta-schema, so that no start has to compile that as well.
const ajv = new Ajv2020({ allErrors: true, strict: true, validateSchema: false, code: { optimize: false } });
for (const keyword of ['unit', 'secret', 'derivedDefault']) ajv.addKeyword({ keyword });
/** By the name of a section. Compiled at first use: to compile all takes longer than most commands do. */
const validators = new Map<string, ValidateFunction>();

/**
 * Every value that violates the schema; never holds the value itself. `names` are the sections, such as `listen`, of which a value is no
 * default: defaults fit the schema (a test holds it), so no other section is checked.
 */
export const schemaProblems = (values: Values, names: ReadonlySet<string>): readonly Problem[] =>
  [...names].some((name) => !Object.hasOwn(SECTIONS, name))
    ? problemsIn('', CONFIGURATION_SCHEMA, values)
    : Object.entries(SECTIONS).flatMap(([name, schema]) =>
        names.has(name) && values[name] !== undefined ? problemsIn(`/${name}`, schema, values[name]) : [],
      );

type Values = Readonly<Record<string, unknown>>;

const SECTIONS: Readonly<Record<string, object>> = CONFIGURATION_SCHEMA.properties ?? {};

const problemsIn = (pointer: string, schema: object, value: unknown): readonly Problem[] => {
  const validate = validators.get(pointer) ?? ajv.compile(schema);
  validators.set(pointer, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) =>
    problemOf({ ...error, instancePath: `${pointer}${error.instancePath}` }),
  );
};

const problemOf = ({ instancePath, keyword, params, message }: ErrorObject): Problem => {
  const schema = schemaAt(instancePath.slice(1).split('/'));
  const { limit, type, missingProperty, allowedValues } = params as {
    readonly limit?: number;
    readonly type?: string;
    readonly missingProperty?: string;
    readonly allowedValues?: readonly string[];
  };
  const unit = schema?.unit && schema.unit !== 'port' ? ` ${schema.unit}` : '';
  switch (keyword) {
    case 'type':
      return { pointer: instancePath, message: `This must be ${TYPES[type ?? ''] ?? type}.`, ...exampleOf(schema) };
    case 'minimum':
      return { pointer: instancePath, message: `This must be at least ${limit}${unit}.`, ...exampleOf(schema) };
    case 'maximum':
      return { pointer: instancePath, message: `This must be at most ${limit}${unit}.`, ...exampleOf(schema) };
    case 'enum':
      return {
        pointer: instancePath,
        message: `This must be one of ${allowedValues?.join(', ')}.`,
        ...exampleOf(schema),
      };
    case 'required':
      return {
        pointer: `${instancePath}/${missingProperty}`,
        message: 'This is missing.',
        suggestion: 'Give it, or leave the whole section out.',
      };
    case 'pattern':
      return schema?.secret
        ? {
            pointer: instancePath,
            message: 'This must be 32 bytes in base64url: 43 characters out of A-Z, a-z, 0-9, - and _.',
          }
        : { pointer: instancePath, message: `This must match ${schema?.pattern}.` };
    case 'minLength':
      return { pointer: instancePath, message: 'This must not be empty.' };
    case 'maxLength':
      return { pointer: instancePath, message: `This must have at most ${limit} characters.` };
    default:
      return { pointer: instancePath, message: `This ${message}.` };
  }
};

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
};

const exampleOf = (schema: { readonly default?: unknown } | undefined): { readonly suggestion?: string } =>
  schema?.default === undefined ? {} : { suggestion: `The default is ${JSON.stringify(schema.default)}.` };
