import { readsAsId } from '../../platform/display-names/id-form.ts';
import { nameRefusal } from '../../platform/display-names/name-refusals.ts';
import { raise } from '../../vocabulary/refusals.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { AccountRole } from './account.ts';
import { accountRefusal } from './account-refusals.ts';
import { LANGUAGES, type Language } from './language.ts';
import { normaliseUsername } from './username.ts';

export type NewAccount = {
  readonly username: string;
  readonly name: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly language?: Language;
  readonly groups?: readonly string[];
  readonly roles?: readonly AccountRole[];
  readonly entitlements?: ScopesByResource;
  readonly password?: string;
};

/** Members to change; `null` removes a member. Only a directory changes usernames. */
export type AccountChanges = {
  readonly username?: string;
  readonly name?: string;
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly language?: Language | null;
  readonly groups?: readonly string[];
  readonly roles?: readonly AccountRole[];
  readonly entitlements?: ScopesByResource | null;
};

const ROLES: readonly AccountRole[] = ['administrator', 'operator', 'auditor', 'break_glass'];
// Control, format (including bidirectional overrides) and unassigned characters are never allowed in a shown text.
// The two joiners are allowed: some scripts need them.
const UNSHOWABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

export const checkedUsername = (typed: string): string => {
  const username = normaliseUsername(typed);
  if (username === undefined) throw accountRefusal('username_malformed', { field: '/username' });
  if (readsAsId(username)) throw nameRefusal('name_reads_as_id', { field: '/username' });
  return username;
};

export const checkedName = (typed: string): string => {
  const name = typed.trim().normalize('NFC');
  if (name.length < 1 || name.length > 200 || UNSHOWABLE.test(name)) {
    throw accountRefusal('person_name_malformed', { field: '/name' });
  }
  return name;
};

export const checkedEmail = (typed: string): string => {
  const email = typed.trim();
  if (email.length > 254 || !/^[^\s@<>"(),:;\\]+@[^\s@<>"(),:;\\]+$/u.test(email) || UNSHOWABLE.test(email)) {
    throw accountRefusal('email_malformed', { field: '/email' });
  }
  return email;
};

export const checkedLanguage = (language: string): Language =>
  LANGUAGES.find((one) => one === language) ??
  raise(accountRefusal('language_unknown', { field: '/language', params: { languages: LANGUAGES.join(' or ') } }));

export const checkedGroups = (groups: readonly string[]): readonly string[] => {
  if (groups.length > 200) throw accountRefusal('account_groups_exceeded', { field: '/groups' });
  if (groups.some((group) => group.length < 1 || group.length > 200 || UNSHOWABLE.test(group))) {
    throw accountRefusal('group_label_malformed', { field: '/groups' });
  }
  if (groups.some(readsAsGroupId)) throw accountRefusal('group_label_reads_as_id', { field: '/groups' });
  return [...new Set(groups)].sort();
};

/** Whether a free-text name could be taken for the id of a group that owns agents. */
export const readsAsGroupId = (name: string): boolean => readsAsId(name, ['grp']);

export const checkedRoles = (roles: readonly string[]): readonly AccountRole[] => {
  const known = roles.filter((role): role is AccountRole => (ROLES as readonly string[]).includes(role));
  if (known.length !== roles.length) {
    throw accountRefusal('roles_unknown', { field: '/roles', params: { roles: ROLES.join(', ') } });
  }
  return ROLES.filter((role) => known.includes(role));
};

export const checkedEntitlements = (entitlements: ScopesByResource): ScopesByResource => {
  const entries = Object.entries(entitlements);
  if (entries.length > 200) throw accountRefusal('entitlements_exceeded', { field: '/entitlements' });
  for (const [resource, scopes] of entries) {
    if (!URL.canParse(resource) || resource.length > 2000) {
      throw accountRefusal('entitlement_not_uri', { field: '/entitlements' });
    }
    if (scopes.length > 500 || scopes.some((scope) => !SCOPE_TOKEN.test(scope))) {
      throw accountRefusal('entitlement_scopes_wrong', { field: '/entitlements' });
    }
  }
  return Object.fromEntries(entries.map(([resource, scopes]) => [resource, [...new Set(scopes)].sort()]));
};
