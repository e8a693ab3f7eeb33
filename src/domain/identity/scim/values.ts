/** Values of a user: reading what a directory sends into the attributes of the table. */
import {
  type Attribute,
  CORE_TABLE,
  ENTERPRISE_SCHEMA,
  ENTERPRISE_TABLE,
  isEnterpriseSchema,
  subTable,
  type Table,
  USER_SCHEMA,
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

const singleValue = (attribute: Attribute, given: unknown): unknown => {
  const wrong = () => scimRefusal('scim_value_wrong', { params: { name: attribute.name, type: attribute.type } });
  if (attribute.type === 'complex') {
    // Entra ID sends `manager`, and some directories values of lists, as the bare value.
    const object = typeof given === 'string' && subTable(attribute).has('value') ? { value: given } : given;
    if (!isObject(object)) throw wrong();
    const read = readInto(subTable(attribute), object);
    return Object.keys(read).length === 0 ? undefined : read;
  }
  if (attribute.type === 'boolean') {
    const value = booleanOf(given);
    if (value === undefined) throw wrong();
    return value;
  }
  if (typeof given !== 'string') throw wrong();
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
  if (list.length > MOST_VALUES) {
    throw scimRefusal('scim_values_exceeded', { params: { name: attribute.name, most: MOST_VALUES } });
  }
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

/**
 * The attributes of a user in a POST or PUT. Ignores `password`, other attributes that the schemas do not have, and further
 * extensions (RFC 7644 §3.3). Throws 'invalid_field', and 'invalid_request' for a body that is no User.
 */
export const readUser = (body: Values): Values => {
  const { schemas } = body;
  const isUser =
    Array.isArray(schemas) && schemas.some((one) => String(one).toLowerCase() === USER_SCHEMA.toLowerCase());
  if (!isUser) throw scimRefusal('scim_message_wrong', { params: { schema: USER_SCHEMA } });
  const extension = Object.entries(body).find(([name]) => isEnterpriseSchema(name))?.[1];
  if (extension !== undefined && extension !== null && !isObject(extension)) {
    throw scimRefusal('scim_value_wrong', { params: { name: ENTERPRISE_SCHEMA, type: 'complex' } });
  }
  const enterprise = isObject(extension) ? readInto(ENTERPRISE_TABLE, extension) : {};
  return withExtension(readInto(CORE_TABLE, body), enterprise);
};

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
