import { LANGUAGES } from '../../../../domain/identity/accounts/language.ts';
import { DISABLE_OBSTACLES } from '../../../../domain/offboarding/disable-several.ts';
import { named, ref, type Schema } from '../../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  list,
  nullable,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
} from '../../schema-parts.ts';
import { ROLES, SCOPES_BY_RESOURCE } from '../../shared-schemas.ts';

const USERNAME = text('Name for sign-in. Cannot be changed.', 200);

const ACCOUNT_MEMBERS = {
  name: text('Name to show.', 200),
  groups: strings('Groups, for the `groups` claim.', 200, 200),
  roles: list(
    'Roles in this API, and `break_glass`. Only an administrator gives them.',
    4,
    oneOf('A role.', [...ROLES, 'break_glass']),
  ),
};

const EMAIL = text('E-mail address.', 254);

const EMAIL_VERIFIED = flag('Whether the address is verified.');

const LANGUAGE = oneOf('The person’s language for mails, and for pages that request no other language.', LANGUAGES);

const ENTITLEMENTS = {
  ...ref(SCOPES_BY_RESOURCE),
  description: "The person's own rights. Absent: consent alone limits them.",
};

const PASSWORD = text('A new password.', 1024, { writeOnly: true });

export const NEW_ACCOUNT = named(
  'NewAccount',
  input(
    {
      username: USERNAME,
      ...ACCOUNT_MEMBERS,
      email: EMAIL,
      email_verified: EMAIL_VERIFIED,
      language: LANGUAGE,
      entitlements: ENTITLEMENTS,
      password: PASSWORD,
    },
    ['username', 'name'],
  ),
);

export const ACCOUNT_CHANGE = named(
  'AccountChange',
  change({
    ...ACCOUNT_MEMBERS,
    email: nullable(EMAIL),
    email_verified: EMAIL_VERIFIED,
    language: nullable(LANGUAGE),
    entitlements: nullable(ENTITLEMENTS),
  }),
);

export const NEW_PASSWORD = named('NewPassword', input({ password: PASSWORD }, ['password']));

export const ACCOUNT = named(
  'Account',
  output(
    {
      ...identified('Begins with acc_.'),
      username: USERNAME,
      ...ACCOUNT_MEMBERS,
      email: EMAIL,
      email_verified: EMAIL_VERIFIED,
      language: LANGUAGE,
      entitlements: ENTITLEMENTS,
      state: oneOf('Whether it is active.', ['active', 'disabled']),
      ...RECORD,
    },
    ['email', 'email_verified', 'language', 'entitlements'],
  ),
);

export const ACCOUNT_PAGE = page(ACCOUNT);

export const ACCOUNT_FACTORS = named(
  'AccountFactors',
  output({
    items: arrayOf(
      output(
        {
          ...identified('Begins with fac_.'),
          kind: oneOf('Kind of factor.', ['totp', 'passkey', 'recovery']),
          name: string('Name that the person gave it.'),
          created_at: seconds('When it was added.'),
          last_used_at: seconds('When it was last used; absent: never.'),
          left: integer('Of recovery codes: how many are unused.'),
          copied: flag('The passkey may have been cloned. The server no longer accepts it.'),
        },
        ['last_used_at', 'left', 'copied'],
      ),
    ),
  }),
);

const some = <T>(description: string, item: Schema<T>) => ({
  ...output({ items: list(description, 100, item), more: flag('Whether more exist than are listed.') }),
  description,
});

const counted = (description: string) => ({
  ...output({ count: integer('How many, up to 100.'), more: flag('Whether more exist.') }),
  description,
});

const STOPPED_ROLES = list(
  'Roles that the account would not hold while it is disabled.',
  4,
  oneOf('A role.', ['administrator', 'operator', 'auditor', 'break_glass']),
);

const ORPHANED = some(
  'Agents that would have no owner: they become `orphaned`.',
  output({
    ...identified('Begins with agt_.'),
    name: text('Name.', 100),
    state: oneOf('Current state.', ['active', 'suspended']),
    owner: text('The account, or a group without another active member.', 64),
  }),
);

const WITHOUT_MEMBERS = some(
  'Groups that would have no active member.',
  output({ ...identified('Begins with grp_.'), name: text('Name.', 100) }),
);

export const DISABLE_PREVIEW = named(
  'DisablePreview',
  output({
    account: text('Id of the account.', 128),
    roles: STOPPED_ROLES,
    sessions: counted('Sessions that would end.'),
    agents: ORPHANED,
    groups: WITHOUT_MEMBERS,
    delegations: some(
      'Delegations on behalf of the account. No token is issued from them while the account is disabled.',
      output({
        ...identified('Begins with dlg_.'),
        actor: text('Agent that holds it.', 128),
        resource: text('Resource indicator.', 2048),
        scope: strings('Scopes that the delegation holds there.', 200, 128),
        expires_at: seconds('When it would expire otherwise.'),
      }),
    ),
    standing_approvals: some(
      'Standing approvals given by the account. They would end.',
      output({
        ...identified('Begins with sap_.'),
        agent: text('Agent.', 128),
        resource: text('Resource indicator.', 2048),
        scope: strings('Scopes that it approves there.', 200, 128),
        expires_at: seconds('When it would expire otherwise.'),
      }),
    ),
  }),
);

/** Most accounts of one preview. */
const MOST_ACCOUNTS = 100;

export const ACCOUNTS_TO_DISABLE = named(
  'AccountsToDisable',
  input(
    { accounts: strings('Ids of the accounts, in the order in which they would be disabled.', MOST_ACCOUNTS, 128) },
    ['accounts'],
  ),
);

export const SEVERAL_PREVIEW = named(
  'DisableSeveralPreview',
  output({
    accounts: list(
      'Each account once, in the order of the request.',
      MOST_ACCOUNTS,
      output(
        {
          account: text('Id of the account.', 128),
          username: text('Its username; absent: there is no such account.', 200),
          outcome: oneOf('What disabling it would do. `unchanged`: it is disabled already.', [
            'disables',
            'unchanged',
            'refused',
          ]),
          reason: oneOf('Why it would be refused.', DISABLE_OBSTACLES),
          roles: STOPPED_ROLES,
          sessions: counted('Sessions that would end.'),
          delegations: counted('Delegations on behalf of the account that would stop.'),
          standing_approvals: counted('Standing approvals given by the account that would end.'),
        },
        ['username', 'reason'],
      ),
    ),
    agents: ORPHANED,
    groups: WITHOUT_MEMBERS,
  }),
);
