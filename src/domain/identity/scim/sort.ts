/** Order of a list of users or groups (RFC 7644 §3.4.2.3). */
import {
  type Attribute,
  type AttributePath,
  findAttribute,
  type ResourceSchema,
  subTable,
  USER_RESOURCE,
} from './attributes.ts';
import { valuesAt } from './filter.ts';
import { scimRefusal } from './scim-refusals.ts';
import { isObject, type Values } from './values.ts';

/** Throws 'invalid_field' for a name of no attribute, and of a complex one without a value. */
export const sortPath = (name: string, resource: ResourceSchema = USER_RESOURCE): AttributePath => {
  const path = findAttribute(name, resource);
  if (!path || path.attribute.isDerived || !comparedAttribute(path)) throw scimRefusal('scim_sort_attribute_unknown');
  return path;
};

const comparedAttribute = ({ attribute, sub }: AttributePath): Attribute | undefined =>
  sub ?? (attribute.type === 'complex' ? subTable(attribute).get('value') : attribute);

/** Of a list the primary value, else the first. */
const keyOf = (user: Values, path: AttributePath): string | undefined => {
  const { attribute, sub } = path;
  const values = valuesAt(user, { isEnterprise: path.isEnterprise, attribute });
  const chosen = values.find((one) => isObject(one) && one['primary'] === true) ?? values[0];
  const compared = comparedAttribute(path);
  const value = isObject(chosen) ? chosen[sub?.name ?? 'value'] : chosen;
  if (value === undefined || !compared) return undefined;
  return compared.caseExact ? String(value) : String(value).toLowerCase();
};

/** Users without a value come last in an ascending order, and first in a descending one. */
export const sorted = <T>(
  users: readonly T[],
  valuesOf: (user: T) => Values,
  path: AttributePath,
  isDescending: boolean,
): readonly T[] => {
  const keyed = users.map((user) => ({ user, key: keyOf(valuesOf(user), path) }));
  const compare = (one: string | undefined, other: string | undefined): number => {
    if (one === other) return 0;
    if (one === undefined) return 1;
    if (other === undefined) return -1;
    return one < other ? -1 : 1;
  };
  const ordered = keyed.sort((one, other) => compare(one.key, other.key)).map(({ user }) => user);
  return isDescending ? ordered.reverse() : ordered;
};
