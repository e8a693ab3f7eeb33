/** Values of a user: reading what a directory sends into the attributes of the table. */
import {
  type Attribute,
  ENTERPRISE_SCHEMA,
  isEnterpriseSchema,
  type ResourceSchema,
  subTable,
  type Table,
  USER_RESOURCE,
} from './attributes.ts';
import { scimRefusal } from './scim-refusals.ts';

/** Values by the names of the table, as JSON. Attributes of the extension are below its URN. */
export type Values = { readonly [name: string]: unknown };

/** Maximum number of values of one attribute. */
const MOST_VALUES = 100;

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
]);

/** Entra ID sends booleans as `"True"` and `"False"`. */
const booleanOf = (given: unknown): boolean | undefined => {
  if (typeof given !== 'string') return BOOLEANS.get(given);
  const lower = given.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
};

const checkRequired = ({ name, subAttributes = [] }: Attribute, read: Values): void => {
  const missing = subAttributes.find((sub) => sub.required && read[sub.name] === undefined);
  if (missing) throw scimRefusal('scim_attribute_missing', { params: { name: `${name}.${missing.name}` } });
};

const singleValue = (attribute: Attribute, given: unknown): unknown => {
  const wrong = () => scimRefusal('scim_value_wrong', { params: { name: attribute.name, type: attribute.type } });
  if (attribute.type === 'complex') {
    // Entra ID sends `manager`, and some directories values of lists, as the bare value.
    const object = typeof given === 'string' && subTable(attribute).has('value') ? { value: given } : given;
    if (!isObject(object)) throw wrong();
    const read = readInto(subTable(attribute), object);
    checkRequired(attribute, read);
    return Object.keys(read).length === 0 ? undefined : read;
  }
  if (attribute.type === 'boolean') {
    const value = booleanOf(given);
    if (value === undefined) throw wrong();
    return value;
  }
  // Stores keep half a character each in another way, and cannot index it.
  if (typeof given !== 'string' || !given.isWellFormed()) throw wrong();
  return given;
};

/**
 * The value in the form in which it is stored. Undefined: no value (RFC 7643 §2.5: null and an empty list are none). Throws
 * 'invalid_field' for a value of another type.
 */
export const readValue = (attribute: Attribute, given: unknown): unknown => {
  if (given === null || given === undefined) return undefined;
  if (!attribute.multiValued) return singleValue(attribute, given);
  const list = Array.isArray(given) ? given : [given];
  const { mostValues: most = MOST_VALUES } = attribute;
  if (list.length > most) throw scimRefusal('scim_values_exceeded', { params: { name: attribute.name, most } });
  const values = list.flatMap((one) => {
    const value = one === null ? undefined : singleValue(attribute, one);
    return value === undefined ? [] : [value];
  });
  if (values.filter((one) => isObject(one) && one['primary'] === true).length > 1) {
    throw scimRefusal('scim_primary_repeated', { params: { name: attribute.name } });
  }
  return values.length === 0 ? undefined : values;
};

/** Reads the members that the table names. Ignores other members, and those that only the server sets. */
const readInto = (table: Table, given: Values): Values => {
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(given)) {
    const attribute = table.get(name.toLowerCase());
    if (!attribute || attribute.mutability === 'readOnly') continue;
    const stored = readValue(attribute, value);
    if (stored !== undefined) read.push([attribute.name, stored]);
  }
  return Object.fromEntries(read);
};

/** Throws 'invalid_request' for a body without the schema. */
export const checkSchema = ({ schemas }: Values, urn: string): void => {
  const isUrn = (one: unknown): boolean => typeof one === 'string' && one.toLowerCase() === urn.toLowerCase();
  const isMeant = Array.isArray(schemas) && schemas.some(isUrn);
  if (!isMeant) throw scimRefusal('scim_message_wrong', { params: { schema: urn } });
};

/**
 * The attributes of a resource in a POST or PUT. Ignores `password`, other attributes that the schemas do not have, and
 * further extensions (RFC 7644 §3.3). Throws 'invalid_field', and 'invalid_request' for a body of another type.
 */
export const readResource = (body: Values, resource: ResourceSchema): Values => {
  checkSchema(body, resource.urn);
  if (!resource.extension) return readInto(resource.core, body);
  const extension = Object.entries(body).find(([name]) => isEnterpriseSchema(name))?.[1];
  if (extension !== undefined && extension !== null && !isObject(extension)) {
    throw scimRefusal('scim_value_wrong', { params: { name: ENTERPRISE_SCHEMA, type: 'complex' } });
  }
  const enterprise = isObject(extension) ? readInto(resource.extension.table, extension) : {};
  return withExtension(readInto(resource.core, body), enterprise);
};

export const readUser = (body: Values): Values => readResource(body, USER_RESOURCE);

/** The user with these attributes of the extension; without any, it has no extension. */
export const withExtension = ({ [ENTERPRISE_SCHEMA]: _, ...core }: Values, enterprise: Values): Values =>
  Object.keys(enterprise).length === 0 ? core : { ...core, [ENTERPRISE_SCHEMA]: enterprise };

export const extensionOf = (user: Values): Values => {
  const extension = user[ENTERPRISE_SCHEMA];
  return isObject(extension) ? extension : {};
};

/** The object without one member. */
export const without = (values: Values, name: string): Values =>
  Object.fromEntries(Object.entries(values).filter(([one]) => one !== name));

/** `dateTime` (RFC 7643 §2.3.5). */
export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
