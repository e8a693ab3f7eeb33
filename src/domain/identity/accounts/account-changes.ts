/** Changes of an account: pure functions on the stored document. */
import { type AccountRole, breakGlassSince, holdsRole } from './account.ts';
import {
  type AccountChanges,
  checkedEmail,
  checkedEntitlements,
  checkedGroups,
  checkedLanguage,
  checkedName,
  checkedRoles,
  checkedUsername,
} from './account-fields.ts';
import type { StoredAccount } from './account-reader.ts';
import { accountRefusal } from './account-refusals.ts';
import { emailKey } from './email-key.ts';

/** Ends all earlier sessions, including one that was kept before. */
export const withoutSessions = ({ keptSession: _, ...account }: StoredAccount, now: number): StoredAccount => ({
  ...account,
  // Never earlier: otherwise ended sessions would be valid again.
  sessionsValidFrom: Math.max(now + 1, account.sessionsValidFrom),
  updatedAt: now,
});

/**
 * `directory`: the one that disables it. Without it, an account that a directory disabled is one that others disabled from
 * then on. Undefined: nothing changes.
 */
export const disabledAt = (
  { disabledByDirectory, ...account }: StoredAccount,
  now: number,
  directory?: string,
): StoredAccount | undefined => {
  if (account.state === 'disabled') {
    return directory === undefined && disabledByDirectory !== undefined ? { ...account, updatedAt: now } : undefined;
  }
  const by = directory === undefined ? {} : { disabledByDirectory: directory };
  return { ...withoutSessions(account, now), ...by, state: 'disabled', tokensValidFrom: now + 1 };
};

/** Undefined: it is active already. Throws 'conflict' for a removed account. */
export const enabledAt = (
  { disabledByDirectory: _, ...account }: StoredAccount,
  now: number,
): StoredAccount | undefined => {
  if (account.removedAt !== undefined) throw accountRefusal('account_removed');
  return account.state === 'active' ? undefined : { ...account, state: 'active', updatedAt: now };
};

/**
 * Its id takes the place of the username: no other account can choose a name that reads as an id. Undefined: it is removed
 * already. Throws 'conflict' for an active account.
 */
export const removedAt = (account: StoredAccount, now: number): StoredAccount | undefined => {
  if (account.state === 'active') throw accountRefusal('account_active');
  if (account.removedAt !== undefined) return undefined;
  const { email: _, emailVerified: __, ...rest } = account;
  return { ...rest, username: account.id, removedAt: now, updatedAt: now };
};

export const withRoles = (account: StoredAccount, roles: readonly AccountRole[]): StoredAccount => {
  const { administrator: _, ...rest } = account;
  return { ...rest, roles, ...(roles.includes('administrator') ? { administrator: true } : {}) };
};

/** Adds the derived members: the key by which addresses are compared, and the times since which values hold. */
export const withDerived = (next: StoredAccount, before: StoredAccount | undefined, now: number): StoredAccount =>
  withKey(withAddressTime(withRoleTime(next, before, now), before, now));

const withKey = ({ emailKey: _, ...account }: StoredAccount): StoredAccount => ({
  ...account,
  ...(account.email === undefined ? {} : { emailKey: emailKey(account.email) }),
});

const withAddressTime = (next: StoredAccount, before: StoredAccount | undefined, now: number): StoredAccount => {
  const isSame =
    before !== undefined &&
    next.email === before.email &&
    (next.emailVerified === true) === (before.emailVerified === true);
  // Later than the previous time, even within a second: an address that returns is treated as a different one.
  return isSame ? next : { ...next, emailFrom: Math.max(now, (before?.emailFrom ?? 0) + 1) };
};

/**
 * Adds the time since which the account holds the role without a gap. A disabled account holds no role. No other
 * change affects it.
 */
const withRoleTime = (
  { breakGlassFrom: _, ...next }: StoredAccount,
  before: StoredAccount | undefined,
  now: number,
): StoredAccount => {
  if (!holdsRole(next, 'break_glass')) return next;
  const held = before?.state === 'active' && holdsRole(before, 'break_glass') ? breakGlassSince(before) : now;
  return { ...next, breakGlassFrom: held };
};

export const changed = (account: StoredAccount, changes: AccountChanges, now: number): StoredAccount => {
  const { email, emailVerified, language, entitlements, ...rest } = account;
  const nextEmail =
    changes.email === undefined ? email : changes.email === null ? undefined : checkedEmail(changes.email);
  // A new address is not verified, even if the old one was.
  const verified = changes.emailVerified ?? (nextEmail === email && emailVerified === true);
  const nextLanguage =
    changes.language === undefined
      ? language
      : changes.language === null
        ? undefined
        : checkedLanguage(changes.language);
  const nextEntitlements =
    changes.entitlements === undefined
      ? entitlements
      : changes.entitlements === null
        ? undefined
        : checkedEntitlements(changes.entitlements);
  return withRoles(
    {
      ...rest,
      ...(changes.username === undefined ? {} : { username: checkedUsername(changes.username) }),
      ...(changes.name === undefined ? {} : { name: checkedName(changes.name) }),
      ...(nextEmail === undefined ? {} : { email: nextEmail, emailVerified: verified }),
      ...(nextLanguage === undefined ? {} : { language: nextLanguage }),
      ...(changes.groups === undefined ? {} : { groups: checkedGroups(changes.groups) }),
      ...(nextEntitlements === undefined ? {} : { entitlements: nextEntitlements }),
      updatedAt: now,
    },
    changes.roles === undefined ? account.roles : checkedRoles(changes.roles),
  );
};
