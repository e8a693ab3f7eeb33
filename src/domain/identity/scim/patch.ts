/**
 * Changes by PATCH (RFC 7644 §3.5.2) of the attributes of a user or agent: add, replace and remove, with and without a path, and the
 * forms that Entra ID and Okta send. Pure: the caller stores the result.
 */
import { type Attribute, isEnterpriseSchema, type ResourceSchema, USER_RESOURCE } from './attributes.ts';
import { type Filter, fits, type PatchPath, readPath } from './filter.ts';
import { type Operation, readOperations } from './patch-operations.ts';
import { scimRefusal } from './scim-refusals.ts';
import { extensionOf, isObject, readValue, type Values, withExtension, without } from './values.ts';

/**
 * The resource after a PATCH request. Throws 'invalid_field' or 'invalid_request' when an operation cannot be done; then none
 * is (§3.5.2: a PATCH is atomic).
 */
export const patched = (user: Values, body: Values, resource: ResourceSchema = USER_RESOURCE): Values => {
  let next = user;
  for (const operation of readOperations(body)) next = apply(next, { ...operation, resource });
  return next;
};

/** An operation on a resource of this type. */
type Step = Operation & { readonly resource: ResourceSchema };

const isExtension = (name: string, { resource }: Step): boolean =>
  resource.extension !== undefined && isEnterpriseSchema(name);

const apply = (user: Values, operation: Step): Values => {
  const { kind, path, value, number } = operation;
  if (path !== undefined && path !== '')
    return isExtension(path, operation) ? ofExtension(user, operation) : at(user, path, operation);
  if (kind === 'remove') throw scimRefusal('scim_path_missing', { params: { number } });
  if (!isObject(value)) throw scimRefusal('scim_operation_unknown', { params: { number } });
  return eachMember(user, value, operation);
};

/** Attributes of a value without a path. Entra ID and Okta also name paths there, such as `name.givenName`. */
const eachMember = (user: Values, value: Values, operation: Step): Values => {
  let next = user;
  for (const [name, one] of Object.entries(value)) {
    if (isExtension(name, operation)) next = ofExtension(next, { ...operation, value: one });
    else {
      const found = readPath(name, operation.resource);
      // As in a PUT: what the schemas do not have and what only the server sets is ignored.
      if (found && found.attribute.mutability !== 'readOnly') next = changed(next, found, { ...operation, value: one });
    }
  }
  return next;
};

/** The extension as a whole: its URN as the path, or as a member of the value. */
const ofExtension = (user: Values, operation: Step): Values => {
  const { kind, value, number, path } = operation;
  if (kind === 'remove') return withExtension(user, {});
  if (!isObject(value)) throw scimRefusal('scim_operation_unknown', { params: { number } });
  const before = kind === 'replace' && path !== undefined ? withExtension(user, {}) : user;
  const named = Object.entries(value).map(([name, one]) => [`${ENTERPRISE_PREFIX}${name}`, one]);
  return eachMember(before, Object.fromEntries(named) as Values, operation);
};

const ENTERPRISE_PREFIX = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:';

const at = (user: Values, path: string, operation: Step): Values => {
  // Ignored in every form of a change, as `/ServiceProviderConfig` says.
  if (path.toLowerCase() === 'password') return user;
  const found = readPath(path, operation.resource);
  if (!found) throw scimRefusal('scim_path_unknown', { params: { number: operation.number } });
  if (found.attribute.mutability === 'readOnly') {
    throw scimRefusal('scim_attribute_fixed', { params: { name: found.attribute.name } });
  }
  return changed(user, found, operation);
};

const changed = (user: Values, path: PatchPath, operation: Operation): Values => {
  const container = path.isEnterprise ? extensionOf(user) : user;
  const { name } = path.attribute;
  const value = nextValue(path, container[name], operation);
  const next = value === undefined ? without(container, name) : { ...container, [name]: value };
  return path.isEnterprise ? withExtension(user, next) : next;
};

const nextValue = (path: PatchPath, before: unknown, operation: Operation): unknown => {
  const { attribute, sub, filter } = path;
  if (attribute.multiValued) {
    const list: readonly unknown[] = Array.isArray(before) ? before : [];
    if (filter) return checkedList(attribute, ofFitting(path, filter, list, operation));
    if (sub) return checkedList(attribute, list.map((one) => withSub(one, sub, operation)).filter(isFilled));
    return ofList(attribute, list, operation);
  }
  if (filter) {
    return isObject(before) && fits(before, filter) ? ofSingle(path, before, operation) : unmatched(operation, before);
  }
  return ofSingle(path, before, operation);
};

const ofSingle = ({ attribute, sub }: PatchPath, before: unknown, operation: Operation): unknown => {
  const { kind, value } = operation;
  if (sub) {
    const next = withSub(before ?? {}, sub, operation);
    return isFilled(next) ? next : undefined;
  }
  if (kind === 'remove') return undefined;
  const given = readValue(attribute, value);
  // §3.5.2.1 and §3.5.2.3: sub-attributes that the value does not name stay.
  return isObject(before) && isObject(given) ? { ...before, ...given } : given;
};

const isFilled = (value: unknown): boolean => !isObject(value) || Object.keys(value).length > 0;

const withSub = (before: unknown, sub: Attribute, { kind, value }: Operation): Values => {
  const object = isObject(before) ? before : {};
  const given = kind === 'remove' ? undefined : readValue(sub, value);
  return given === undefined ? without(object, sub.name) : { ...object, [sub.name]: given };
};

const ofList = (attribute: Attribute, list: readonly unknown[], { kind, value }: Operation): unknown => {
  if (kind === 'remove') {
    // Entra ID removes values of a list by naming them.
    const given = readValue(attribute, value);
    if (!Array.isArray(given)) return undefined;
    return listOrNothing(list.filter((one) => !given.some((other) => isSame(one, other))));
  }
  const given = readValue(attribute, value);
  const added: readonly unknown[] = Array.isArray(given) ? given : [];
  if (kind === 'replace') return listOrNothing(added);
  const isPrimaryGiven = added.some((one) => isObject(one) && one['primary'] === true);
  const kept = isPrimaryGiven ? list.map(withoutPrimary) : list;
  return checkedList(attribute, [...kept, ...added.filter((one) => !kept.some((other) => isEqual(one, other)))]);
};

const isSame = (one: unknown, other: unknown): boolean =>
  isObject(one) && isObject(other) && other['value'] !== undefined
    ? one['value'] === other['value']
    : isEqual(one, other);

/** Values of lists are texts, or objects of texts and booleans. */
const isEqual = (one: unknown, other: unknown): boolean => {
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};

const withoutPrimary = (one: unknown): unknown => (isObject(one) ? without(one, 'primary') : one);

/** The values that fit the filter are changed, the others stay. */
const ofFitting = (
  path: PatchPath,
  filter: Filter,
  list: readonly unknown[],
  operation: Operation,
): readonly unknown[] => {
  const { attribute, sub } = path;
  const isMeant = (one: unknown): boolean => isObject(one) && fits(one, filter);
  const { kind, value, number } = operation;
  if (kind === 'remove') {
    return sub
      ? list.map((one) => (isMeant(one) ? withSub(one, sub, operation) : one)).filter(isFilled)
      : list.filter((one) => !isMeant(one));
  }
  const isFound = list.some(isMeant);
  if (!isFound && kind === 'replace') throw scimRefusal('scim_target_missing', { params: { number } });
  const all = isFound ? list : [...list, valueFor(filter, number)];
  const read = sub ? undefined : readValue({ ...attribute, multiValued: false }, value);
  const isPrimaryGiven = sub?.name === 'primary' && readValue(sub, value) === true;
  return all.map((one, index) => {
    const isNew = !isFound && index === all.length - 1;
    if (!isNew && !isMeant(one)) return isPrimaryGiven ? withoutPrimary(one) : one;
    if (sub) return withSub(one, sub, operation);
    return isObject(one) && isObject(read) ? { ...one, ...read } : one;
  });
};

/** `add` to `emails[type eq "work"].value` where no value fits makes one that does, as Entra ID expects. */
const valueFor = (filter: Filter, number: number): Values => {
  const terms = filter.kind === 'and' ? filter.of : [filter];
  const entries = terms.map((term) => {
    if (term.kind !== 'compare' || term.operator !== 'eq')
      throw scimRefusal('scim_target_missing', { params: { number } });
    return [term.path.attribute.name, readValue(term.path.attribute, term.value)];
  });
  return Object.fromEntries(entries) as Values;
};

const unmatched = ({ kind, number }: Operation, before: unknown): unknown => {
  if (kind === 'remove') return before;
  throw scimRefusal('scim_target_missing', { params: { number } });
};

const listOrNothing = (list: readonly unknown[]): unknown => (list.length === 0 ? undefined : list);

/** Checks a list that an operation has composed as one that a directory sends. */
const checkedList = (attribute: Attribute, list: readonly unknown[]): unknown => readValue(attribute, list);
