/** Which attribute of a user is which member of an account. */
import type { Account } from '../accounts/account.ts';
import { type AccountChanges, checkedEmail, checkedName, checkedUsername } from '../accounts/account-fields.ts';
import { emailKey } from '../accounts/email-key.ts';
import { foldedName } from '../accounts/username.ts';
import { scimRefusal } from '../scim/scim-refusals.ts';
import { isObject, type Values } from '../scim/values.ts';
import type { Directory, DirectoryAccount } from './directory.ts';

/** Bytes of the attributes of one user as JSON. */
const MOST_BYTES = 16_384;

/** The attributes that a directory can write, as they are now. Username and state are those of the account. */
export const writtenOf = (
  { externalId, attributes }: Pick<DirectoryAccount, 'externalId' | 'attributes'>,
  { username, state }: Pick<Account, 'username' | 'state'>,
): Values => ({
  ...(externalId === undefined ? {} : { externalId }),
  userName: username,
  ...attributes,
  active: state === 'active',
});

/** What is stored beside the account. Throws 'invalid_field' when it is too large. */
export const keptOf = (values: Values): Pick<DirectoryAccount, 'externalId' | 'attributes'> => {
  const { externalId, userName: _, active: __, ...attributes } = values;
  if (Buffer.byteLength(JSON.stringify(values)) > MOST_BYTES) {
    throw scimRefusal('scim_user_too_large', { params: { most: MOST_BYTES } });
  }
  return { ...(typeof externalId === 'string' ? { externalId } : {}), attributes };
};

export const usernameOf = ({ userName }: Values): string => {
  if (typeof userName !== 'string' || userName === '') {
    throw scimRefusal('scim_attribute_missing', { params: { name: 'userName' } });
  }
  return userName;
};

/** A user is active unless the directory says otherwise. */
export const isActive = ({ active }: Values): boolean => active !== false;

const textIn = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** displayName, else name.formatted, else given and family name, else the username. */
export const nameOf = (values: Values): string => {
  const name = isObject(values['name']) ? values['name'] : {};
  const both = [textIn(name['givenName']), textIn(name['familyName'])].filter((part) => part !== '').join(' ');
  const names = [textIn(values['displayName']), textIn(name['formatted']), both, usernameOf(values)];
  return names.find((one) => one !== '') ?? '';
};

/** The primary address, else the one of type work, else the first. */
export const emailOf = ({ emails }: Values): string | undefined => {
  const all = (Array.isArray(emails) ? emails : []).filter(isObject).filter(({ value }) => textIn(value) !== '');
  const chosen =
    all.find(({ primary }) => primary === true) ??
    all.find(({ type }) => textIn(type).toLowerCase() === 'work') ??
    all[0];
  return chosen && textIn(chosen['value']);
};

type Change = {
  readonly before: Values;
  readonly next: Values;
  readonly account: Account;
  /** An earlier change was cut off: what the directory says now applies, also where it did not change. */
  readonly isAll: boolean;
};

/**
 * What of the account changes: what the directory changed. A value that was changed here stays otherwise. Throws
 * 'invalid_field' for a value that an account cannot have.
 */
export const accountChanges = (
  { verifiesEmails }: Pick<Directory, 'verifiesEmails'>,
  { before, next, account, isAll }: Change,
): AccountChanges => {
  const [username, name, email] = [usernameOf(next), nameOf(next), emailOf(next)];
  const isOtherName = name !== (isAll ? account.name : nameOf(before));
  const isOtherEmail = email !== (isAll ? account.email : emailOf(before));
  const address = email === undefined ? { email: null } : { email: checkedEmail(email), emailVerified: verifiesEmails };
  return {
    ...(foldedName(username) === account.username ? {} : { username: checkedUsername(username) }),
    ...(isOtherName ? { name: checkedName(name) } : {}),
    ...(isOtherEmail ? address : {}),
  };
};

/** The address that an account gets, unless it has it already in another form. */
export const newAddress = ({ email: own }: Account, { email }: AccountChanges): string | undefined =>
  email && (own === undefined || emailKey(own) !== emailKey(email)) ? email : undefined;

/** Names of the attributes that differ. */
export const changedNames = (before: Values, after: Values): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();

/** What an attribute of a user becomes here. `kept`: stored for the directory alone. */
export const ATTRIBUTE_USES = ['username', 'name', 'email', 'state', 'kept'] as const;
type AttributeUse = (typeof ATTRIBUTE_USES)[number];

export type MappedAttribute = {
  /** As SCIM writes it: `emails[type eq "work"].value`. */
  readonly attribute: string;
  readonly use: AttributeUse;
  /** What the account has from it; of a `kept` one its value as JSON, cut. */
  readonly example: string;
  /** Number of the users that have it. */
  readonly count: number;
};

const LONGEST_EXAMPLE = 120;

/** Which attribute of these users is which member of an account, with the first value as the example; most used first. */
export const mappingOf = (users: readonly Values[]): readonly MappedAttribute[] => {
  const found = new Map<string, MappedAttribute>();
  const add = (attribute: string, use: AttributeUse, example: string): void => {
    const before = found.get(`${attribute} ${use}`);
    const count = (before?.count ?? 0) + 1;
    found.set(`${attribute} ${use}`, {
      attribute,
      use,
      example: before?.example ?? example.slice(0, LONGEST_EXAMPLE),
      count,
    });
  };
  for (const values of users) {
    if (typeof values['userName'] !== 'string' || values['userName'] === '') continue;
    add('userName', 'username', foldedName(values['userName']));
    add(nameSource(values), 'name', nameOf(values));
    const email = emailSource(values);
    if (email !== undefined) add(email, 'email', emailOf(values) ?? '');
    if (values['active'] !== undefined) add('active', 'state', isActive(values) ? 'active' : 'disabled');
    for (const [attribute, value] of Object.entries(values)) {
      if (!OF_ACCOUNT.has(attribute)) add(attribute, 'kept', typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return [...found.values()].toSorted(
    (one, other) => ATTRIBUTE_USES.indexOf(one.use) - ATTRIBUTE_USES.indexOf(other.use) || other.count - one.count,
  );
};

const OF_ACCOUNT: ReadonlySet<string> = new Set(['userName', 'active', 'displayName', 'name', 'emails']);

/** The attribute from which `nameOf` takes the name. */
const nameSource = (values: Values): string => {
  const name = isObject(values['name']) ? values['name'] : {};
  if (textIn(values['displayName']) !== '') return 'displayName';
  if (textIn(name['formatted']) !== '') return 'name.formatted';
  return textIn(name['givenName']) + textIn(name['familyName']) === '' ? 'userName' : 'name.givenName, name.familyName';
};

/** The attribute from which `emailOf` takes the address. */
const emailSource = ({ emails }: Values): string | undefined => {
  const all = (Array.isArray(emails) ? emails : []).filter(isObject).filter(({ value }) => textIn(value) !== '');
  if (all.length === 0) return undefined;
  if (all.some(({ primary }) => primary === true)) return 'emails[primary eq true].value';
  return all.some(({ type }) => textIn(type).toLowerCase() === 'work')
    ? 'emails[type eq "work"].value'
    : 'emails.value';
};
