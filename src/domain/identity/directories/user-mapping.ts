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
