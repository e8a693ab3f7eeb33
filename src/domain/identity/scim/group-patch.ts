/**
 * Changes by PATCH of a group (RFC 7644 §3.5.2), in the forms that Entra ID, Okta, Google and authentik send. A change of
 * members names the members that it adds and removes, so that a large group is not read to add one.
 */
import { type Attribute, findAttribute, GROUP_RESOURCE } from './attributes.ts';
import { readPath } from './filter.ts';
import { idsIn } from './group-filter.ts';
import { type Operation, readOperations } from './patch-operations.ts';
import { scimRefusal } from './scim-refusals.ts';
import { isObject, readValue, type Values } from './values.ts';

/**
 * Also `bulk.maxOperations` of `/ServiceProviderConfig`: authentik sends an operation for each member, and takes that limit for
 * one of PATCH requests.
 */
export const MOST_GROUP_OPERATIONS = 1000;

/** `only`: these and no others. Ids of accounts. */
type MemberStep = { readonly kind: 'add' | 'remove' | 'only'; readonly accounts: readonly string[] };

/** What a request changes; what it leaves out stays. Null: the value is removed. */
export type GroupChange = {
  readonly displayName?: string;
  readonly externalId?: string | null;
  /** One after the other. */
  readonly members: readonly MemberStep[];
};

const attributeOf = (name: string): Attribute | undefined => findAttribute(name, GROUP_RESOURCE)?.attribute;

/** Throws 'invalid_field' for a member without a value, and for one that is no User. */
const memberIds = (given: unknown): readonly string[] => {
  const attribute = attributeOf('members');
  const read = attribute && readValue(attribute, given);
  return (Array.isArray(read) ? read.filter(isObject) : []).map(({ value, type }) => {
    if (typeof value !== 'string') throw new Error('a member was read without its value');
    if (type !== undefined && String(type).toLowerCase() !== 'user') {
      throw scimRefusal('scim_member_wrong', { params: { id: value.slice(0, 100) } });
    }
    return value;
  });
};

const STEPS = { add: 'add', replace: 'only', remove: 'remove' } as const;

/** Entra ID and Okta remove members by naming them in the value. Without a value all are removed. */
const memberStep = ({ kind, value }: Pick<Operation, 'kind' | 'value'>): MemberStep => {
  if (kind === 'remove' && (value === undefined || value === null)) return { kind: 'only', accounts: [] };
  return { kind: STEPS[kind], accounts: memberIds(value) };
};

const requiredText = (attribute: Attribute, value: unknown): string => {
  const read = readValue(attribute, value);
  if (typeof read === 'string') return read;
  throw scimRefusal('scim_attribute_missing', { params: { name: attribute.name } });
};

const ofAttribute = (change: GroupChange, attribute: Attribute, operation: Operation): GroupChange => {
  const { kind, value } = operation;
  switch (attribute.name) {
    case 'displayName':
      return { ...change, displayName: requiredText(attribute, kind === 'remove' ? undefined : value) };
    case 'externalId': {
      const read = kind === 'remove' ? undefined : readValue(attribute, value);
      return { ...change, externalId: typeof read === 'string' ? read : null };
    }
    case 'members':
      return { ...change, members: [...change.members, memberStep(operation)] };
    default:
      throw scimRefusal('scim_attribute_fixed', { params: { name: attribute.name } });
  }
};

const atPath = (change: GroupChange, text: string, operation: Operation): GroupChange => {
  const { kind, number } = operation;
  const path = readPath(text, GROUP_RESOURCE);
  if (!path || path.sub) throw scimRefusal('scim_path_unknown', { params: { number } });
  const { attribute, filter } = path;
  if (!filter) return ofAttribute(change, attribute, operation);
  // A member has no part that changes: its id says which it is.
  if (kind !== 'remove') throw scimRefusal('scim_attribute_fixed', { params: { name: attribute.name } });
  return { ...change, members: [...change.members, { kind: 'remove', accounts: idsIn(filter) }] };
};

/** Ignores what the schema does not have and what only the server sets, as in a PUT. Okta also sends `id`. */
const eachMember = (change: GroupChange, value: Values, operation: Operation): GroupChange => {
  let next = change;
  for (const [name, one] of Object.entries(value)) {
    const attribute = attributeOf(name);
    if (attribute && attribute.mutability !== 'readOnly') {
      next = ofAttribute(next, attribute, { ...operation, value: one });
    }
  }
  return next;
};

/** What a PATCH request changes. Throws 'invalid_field' or 'invalid_request' when one operation cannot be done. */
export const groupPatch = (body: Values): GroupChange => {
  let change: GroupChange = { members: [] };
  for (const operation of readOperations(body, MOST_GROUP_OPERATIONS)) {
    const { kind, path, value, number } = operation;
    if (path !== undefined && path !== '') {
      change = atPath(change, path, operation);
      continue;
    }
    if (kind === 'remove') throw scimRefusal('scim_path_missing', { params: { number } });
    if (!isObject(value)) throw scimRefusal('scim_operation_unknown', { params: { number } });
    change = eachMember(change, value, operation);
  }
  return change;
};

/** What a POST or PUT says. An attribute that it leaves out is removed. */
export const groupReplacement = ({ displayName, externalId, members }: Values): GroupChange => {
  const attribute = attributeOf('displayName');
  if (!attribute) throw new Error('the table has no displayName');
  return {
    displayName: requiredText(attribute, displayName),
    externalId: typeof externalId === 'string' ? externalId : null,
    members: [{ kind: 'only', accounts: memberIds(members) }],
  };
};
