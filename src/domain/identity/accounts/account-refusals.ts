import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: accounts. */
export const ACCOUNT_REFUSALS = {
  account_not_found: { code: 'not_found', text: 'There is no such account.' },
  email_malformed: { code: 'invalid_field', text: 'This is not an e-mail address.' },
  username_taken: { code: 'conflict', text: 'This username is taken.' },
  account_active: { code: 'conflict', text: 'This account is active. Disable it first.' },
  account_removed: {
    code: 'conflict',
    text: 'The directory of this account deleted it. It cannot be enabled again: create another account.',
  },
  last_administrator: { code: 'conflict', text: 'This is the last active administrator; make another one first.' },
  username_is_group_name: { code: 'conflict', text: 'A group has this name. Choose another username.' },
  person_name_malformed: { code: 'invalid_field', text: 'A name has 1 to 200 characters that can be shown.' },
  group_label_malformed: {
    code: 'invalid_field',
    text: 'The name of a group has 1 to 200 characters that can be shown.',
  },
  fresh_factor_needed: {
    code: 'insufficient_user_authentication',
    text: 'This needs an administrator who signed in with a second factor at most {minutes} minutes ago. A client that acts for itself proves that it is on the machine of this server (--local).',
  },
  language_unknown: { code: 'invalid_field', text: 'A language is {languages}.' },
  account_groups_exceeded: { code: 'invalid_field', text: 'An account is in at most 200 groups.' },
  roles_unknown: { code: 'invalid_field', text: 'Roles are {roles}.' },
  entitlements_exceeded: { code: 'invalid_field', text: 'Entitlements name at most 200 resources.' },
  entitlement_not_uri: { code: 'invalid_field', text: 'Entitlements are named by resource, an absolute URI.' },
  entitlement_scopes_wrong: { code: 'invalid_field', text: 'The entitlements at a resource are at most 500 scopes.' },
  username_malformed: { code: 'invalid_field', text: 'A username has 1 to 64 letters, digits and . _ - @ +' },
  group_label_reads_as_id: {
    code: 'invalid_field',
    text: 'The name of a group does not begin with grp_: that is how ids of groups begin.',
  },
} as const satisfies RefusalTable;

export const accountRefusal = refusalsOf(ACCOUNT_REFUSALS);
