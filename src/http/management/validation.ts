import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import { fieldRefusal } from '../../domain/vocabulary/field-refusals.ts';
import { pointerStep } from '../../domain/vocabulary/json-pointer.ts';
import { type FieldError, fieldError, invalidFields } from '../problem.ts';
import type { JsonObject } from './json-body.ts';
import { managementRefusal } from './management-refusals.ts';
import type { Io, Route, RouteDeclaration } from './route.ts';
import { componentsOf, type NamedSchema, named } from './schema.ts';

/** Members that callers know from RFC 7591 or from our answers, with the reason why this API does not accept them. */
type RefusedReason =
  | 'server_sends_own_keys'
  | 'secret_is_made_here'
  | 'pair_is_proposed'
  | 'state_has_routes'
  | 'id_is_made_here'
  | 'member_not_settable';

const REFUSED_MEMBERS: Readonly<Record<string, RefusedReason>> = {
  jwks_uri: 'server_sends_own_keys',
  client_secret: 'secret_is_made_here',
  delegates_to: 'pair_is_proposed',
  state: 'state_has_routes',
  id: 'id_is_made_here',
  created_at: 'member_not_settable',
  updated_at: 'member_not_settable',
};
const SHOWN_ERRORS = 20;

// A schema is compiled once and used seldom: to optimise its code takes longer than the code.
const OPTIONS = { allErrors: true, strict: true, allowUnionTypes: true, code: { optimize: false } } as const;

const bodies = new Ajv2020({ ...OPTIONS, keywords: ['components'] });
/** Accepts the empty body of a route without one. */
const EMPTY_BODY = named('EmptyBody', {});
const NO_QUERY = {};
/** Converts query values, which are text: `limit=10` to a number, `live=true` to a boolean. */
const queries = new Ajv2020({ ...OPTIONS, coerceTypes: true });

/** Compiled checks by the schema or the parameters that they are of: all servers of a process have the same. */
const compiled = new WeakMap<object, ValidateFunction>();

const compiledOnce = (of: object, compile: () => ValidateFunction): ValidateFunction => {
  const check = compiled.get(of) ?? compile();
  compiled.set(of, check);
  return check;
};

/** `T`: the type of the schema's values. */
const checkOf =
  <T>({ name, schema }: NamedSchema<unknown>) =>
  (body: JsonObject): T => {
    const check = compiledOnce(schema, () =>
      bodies.compile({
        $ref: `#/components/schemas/${name}`,
        components: { schemas: componentsOf([{ name, schema }]) },
      }),
    );
    if (!check(body)) throw refusal(check, (pointer) => ({ pointer }));
    return body as T;
  };

/** Checks a body and gives it its type. Compiles at the first call. Throws 'invalid_field' and names every member at fault. */
export const bodyCheck = <T>(schema: NamedSchema<T>): ((body: JsonObject) => T) => checkOf<T>(schema);

/** Checks the input of one route. Each method throws DomainError 'invalid_field' and names every member at fault. */
export interface InputChecks<T extends Io> {
  /** The body with its type. Without a schema, and for lines, the handler reads no body. */
  body(body: JsonObject): T['body'];

  /** The parameters with their types. `given`: their text in the address. */
  query(given: JsonObject): T['query'] & { readonly cursor?: string };
}

/** Checks for one route, compiled at its first call. */
export const inputChecks = <T extends Io>(route: Route<T>): InputChecks<T> => {
  const integers = Object.entries(route.query ?? {}).filter(([, schema]) => schema['type'] === 'integer');
  const declared = route.query ?? NO_QUERY;

  return {
    body: checkOf<T['body']>(route.body === undefined || route.lines ? EMPTY_BODY : route.body),
    query(given: JsonObject): T['query'] & { readonly cursor?: string } {
      const checkQuery = compiledOnce(declared, () =>
        queries.compile({ type: 'object', additionalProperties: false, properties: withoutDefaults(declared) }),
      );
      // ajv accepts `1e999` as a whole number, and then applies no maximum to a value that is not finite.
      const odd = integers.map(([parameter]) => parameter).filter((parameter) => !isWhole(given[parameter]));
      if (odd.length > 0) {
        throw invalidFields(odd.map((parameter) => fieldError({ parameter }, fieldRefusal('number_not_whole'))));
      }
      const query = { ...given };
      if (!checkQuery(query)) throw refusal(checkQuery, (pointer) => ({ parameter: pointer.slice(1) }));
      return query as T['query'];
    },
  };
};

/** Absent, or decimal digits only. */
const isWhole = (text: unknown): boolean => text === undefined || (typeof text === 'string' && /^\d{1,15}$/.test(text));

/** A default in a schema is documentation only; the handlers apply it. */
const withoutDefaults = (properties: NonNullable<RouteDeclaration['query']>) =>
  Object.fromEntries(Object.entries(properties).map(([name, { default: _, ...schema }]) => [name, schema]));

const refusal = (
  check: ValidateFunction,
  place: (pointer: string) => Pick<FieldError, 'pointer' | 'parameter'>,
): DomainError => {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const error of check.errors ?? []) {
    const described = describe(error);
    if (!described || seen.has(described.pointer)) continue;
    seen.add(described.pointer);
    errors.push(fieldError(place(described.pointer), described.refusal));
    if (errors.length === SHOWN_ERRORS) break;
  }
  return invalidFields(errors);
};

type Described = { readonly pointer: string; readonly refusal: DomainError };

const describe = ({ instancePath: pointer, keyword, params }: ErrorObject): Described | undefined => {
  const parameter = (name: string): unknown => Reflect.get(params, name);
  const limit = Number(parameter('limit'));
  const below = (member: unknown): string => `${pointer}/${namedStep(String(member))}`;
  switch (keyword) {
    case 'required':
      return { pointer: below(parameter('missingProperty')), refusal: fieldRefusal('member_missing') };
    case 'additionalProperties': {
      const name = String(parameter('additionalProperty'));
      const reason = Object.hasOwn(REFUSED_MEMBERS, name) ? REFUSED_MEMBERS[name] : undefined;
      const refusal = reason === undefined ? fieldRefusal('member_unknown') : managementRefusal(reason);
      return { pointer: below(name), refusal };
    }
    case 'enum': {
      const allowed = [parameter('allowedValues')].flat().join(', ');
      return { pointer, refusal: fieldRefusal('value_not_listed', { params: { allowed } }) };
    }
    case 'type': {
      const types = [parameter('type')].flat().join(' or ');
      return { pointer, refusal: fieldRefusal('type_wrong', { params: { types } }) };
    }
    case 'minLength':
      return { pointer, refusal: fieldRefusal('text_empty') };
    case 'maxLength':
      return { pointer, refusal: fieldRefusal('text_too_long', { params: { most: limit } }) };
    case 'minItems':
      return { pointer, refusal: fieldRefusal('list_too_short', { params: { least: limit } }) };
    case 'maxItems':
    case 'maxProperties':
      return { pointer, refusal: fieldRefusal('list_too_long', { params: { most: limit } }) };
    case 'minimum':
      return { pointer, refusal: fieldRefusal('number_too_small', { params: { least: limit } }) };
    case 'maximum':
      return { pointer, refusal: fieldRefusal('number_too_large', { params: { most: limit } }) };
    case 'minProperties':
      return { pointer, refusal: fieldRefusal('change_empty') };
    // The alternatives themselves report the error.
    case 'anyOf':
      return undefined;
    default:
      return { pointer, refusal: fieldRefusal('value_invalid') };
  }
};

/** Cuts long names; the rest is enough to recognise one. */
const namedStep = (member: string): string => pointerStep(member.length > 64 ? `${member.slice(0, 64)}…` : member);
