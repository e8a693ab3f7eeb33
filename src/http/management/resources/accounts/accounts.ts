import type { Account } from '../../../../domain/identity/accounts/account.ts';
import type { AccountRegistry } from '../../../../domain/identity/accounts/account-registry.ts';
import type { FreshFactor } from '../../../../domain/identity/accounts/fresh-factor.ts';
import type { FactorRegistry } from '../../../../domain/identity/factors/factor-registry.ts';
import type { DisablePreview, PreviewDisable } from '../../../../domain/offboarding/disable-preview.ts';
import type { PreviewSeveral, SeveralPreview } from '../../../../domain/offboarding/disable-several.ts';
import type { Versioned } from '../../../../domain/ports/document-store.ts';
import { canonicalDigest } from '../../../../domain/vocabulary/canonical-digest.ts';
import { type Call, existing, objectAnswer, orderOf, pageAnswer, sameVersion, searchedPage } from '../../call.ts';
import { requireAdministrator } from '../../permissions.ts';
import { type Handlers, resource } from '../../resource.ts';
import {
  about,
  givenId,
  type IoOf,
  ORDER,
  PAGE,
  READERS,
  READS,
  route,
  SEARCH,
  SPEAKS_FOR_PEOPLE,
  scopes,
  stateFilter,
} from '../../route.ts';
import { oneOf } from '../../schema-parts.ts';
import { toWire } from '../../wire-names.ts';
import { showAccount } from './representation.ts';
import {
  ACCOUNT,
  ACCOUNT_CHANGE,
  ACCOUNT_FACTORS,
  ACCOUNT_PAGE,
  ACCOUNTS_TO_DISABLE,
  DISABLE_PREVIEW,
  NEW_ACCOUNT,
  NEW_PASSWORD,
  SEVERAL_PREVIEW,
} from './schemas.ts';

export const ACCOUNT_SCOPES = scopes('accounts', {
  read: ['See the accounts of this server', 'medium'],
  write: ['Create, change and disable accounts', 'critical'],
});

const make = about('accounts', ACCOUNT_SCOPES);

const routes = {
  createAccount: make.create('/accounts', NEW_ACCOUNT, ACCOUNT, 'Create an account'),
  listAccounts: make.read('/accounts', ACCOUNT_PAGE, 'List accounts, newest first unless `sort` says otherwise', {
    query: {
      ...PAGE,
      username: givenId('Only the account with this username.'),
      search: SEARCH,
      state: stateFilter(['active', 'disabled']),
      sort: { ...oneOf('Sort key.', ['created', 'username']), default: 'created' },
      order: ORDER,
    },
  }),
  getAccount: make.read('/accounts/{id}', ACCOUNT, 'Read an account'),
  updateAccount: make.change('/accounts/{id}', ACCOUNT_CHANGE, ACCOUNT, 'Change members of an account'),
  previewDisableAccount: make.read(
    '/accounts/{id}/disable-preview',
    DISABLE_PREVIEW,
    'Preview what disabling an account would end or stop, and which agents would be orphaned. Returns 409 where disabling would be refused',
  ),
  previewDisableAccounts: make.create(
    '/accounts/disable-preview',
    ACCOUNTS_TO_DISABLE,
    SEVERAL_PREVIEW,
    'Preview what disabling several accounts, one call each, would end or stop: for each account, and together',
    { scope: ACCOUNT_SCOPES.read, policy: READS, roles: READERS, status: 200 },
  ),
  disableAccount: make.act('/accounts/{id}/disable', ACCOUNT, 'Disable an account. Its sessions and tokens end'),
  enableAccount: make.act('/accounts/{id}/enable', ACCOUNT, 'Enable an account again'),
  setAccountPassword: route({
    method: 'POST',
    path: '/accounts/{id}/password',
    tag: 'accounts',
    summary: 'Set a password. All sessions of the account end',
    scope: ACCOUNT_SCOPES.write,
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: NEW_PASSWORD,
    status: 204,
  }),
  listAccountFactors: make.read('/accounts/{id}/factors', ACCOUNT_FACTORS, 'List the second factors of an account'),
  removeAccountFactors: make.act(
    '/accounts/{id}/remove-factors',
    ACCOUNT,
    'Remove all second factors of an account whose user lost them. Afterwards the password is enough',
    SPEAKS_FOR_PEOPLE,
  ),
};

/** The functions of the account registry for this API. */
export type Accounts = Pick<
  AccountRegistry,
  'create' | 'get' | 'findByUsername' | 'list' | 'update' | 'disable' | 'enable' | 'setPassword' | 'endSessions'
>;

type Creating = IoOf<(typeof routes)['createAccount']>;
type Previewing = IoOf<(typeof routes)['previewDisableAccounts']>;
type Changing = IoOf<(typeof routes)['updateAccount']>;

type Dependencies = {
  readonly accounts: Accounts;
  readonly factors: Pick<FactorRegistry, 'list' | 'removeAll'>;
  readonly requireFreshFactor: FreshFactor;
  readonly previewDisable: PreviewDisable;
  readonly previewSeveral: PreviewSeveral;
};

/**
 * Operators manage accounts, but not what would make them administrators: roles, passwords, second factors, and the accounts
 * of administrators (decision D22). A second factor is also required for a call that makes an account an administrator's or
 * lets others sign in to it. Otherwise a session without a second factor could make itself an administrator.
 */
const handlers = ({
  accounts,
  factors,
  requireFreshFactor,
  previewDisable,
  previewSeveral,
}: Dependencies): Handlers<typeof routes> => {
  const changeable = async ({ id, caller }: Call): Promise<Versioned<Account>> => {
    const found = existing(await accounts.get(id));
    if (!mayChange(caller, found.document)) requireAdministrator(caller, 'changes the account of an administrator');
    return found;
  };
  const mayGiveRoles = ({ caller, by }: Call): void => {
    requireAdministrator(caller, 'gives roles', '/roles');
    requireFreshFactor(by);
  };
  const mayVerifyAddress = ({ caller, by }: Call): void => {
    requireAdministrator(caller, 'says that an address is verified', '/email_verified');
    requireFreshFactor(by);
  };
  /** Policies and decisions use groups and entitlements, so an operator may not change their own. */
  const checkOwnRights = ({ id, caller, body }: Call<Changing>, account: Account): void => {
    if (id !== caller.account) return;
    for (const member of ['groups', 'entitlements'] as const) {
      const isSame = canonicalDigest(body[member] ?? null) === canonicalDigest(account[member] ?? null);
      if (!Object.hasOwn(body, member) || isSame) continue;
      requireAdministrator(caller, `changes the ${member} of the own account`, `/${member}`);
    }
  };
  const checkPrivileged = (call: Call<Creating>): void => {
    const { body, caller } = call;
    if (body.roles && body.roles.length > 0) mayGiveRoles(call);
    if (body.password !== undefined) requireAdministrator(caller, 'sets passwords', '/password');
  };

  return {
    async createAccount(call) {
      checkPrivileged(call);
      return objectAnswer(await accounts.create(call.body, call.by), showAccount);
    },

    async listAccounts(call) {
      if (call.query.username === undefined) {
        const textsOf = ({ username, name, email }: Account) => [username, name, email];
        return pageAnswer(
          await searchedPage(call, accounts.list, textsOf, {
            order: orderOf(call.query, { created: 'createdAt', username: 'username' }),
          }),
          showAccount,
        );
      }
      const found = await accounts.findByUsername(call.query.username);
      return pageAnswer({ items: found ? [found] : [] }, showAccount);
    },

    getAccount: async ({ id }) => objectAnswer(existing(await accounts.get(id)), showAccount),

    async updateAccount(call) {
      const { document } = sameVersion(await changeable(call), call);
      const { roles } = call.body;
      const isOtherRoles = roles !== undefined && [...roles].sort().join() !== [...document.roles].sort().join();
      if (isOtherRoles) mayGiveRoles(call);
      checkOwnRights(call, document);
      // A user with the verified address can set the password.
      if (call.body.emailVerified === true && !isVerifiedAlready(document, call.body)) {
        mayVerifyAddress(call);
      }
      return objectAnswer(await accounts.update(call.id, call.version, call.body, call.by), showAccount);
    },

    previewDisableAccount: async ({ id }) => ({ body: showDisablePreview(await previewDisable(id)) }),

    async previewDisableAccounts({ body, caller }: Call<Previewing>) {
      return { body: showSeveral(await previewSeveral(body.accounts, (account) => mayChange(caller, account))) };
    },

    async disableAccount(call) {
      await changeable(call);
      return objectAnswer(await accounts.disable(call.id, call.by), showAccount);
    },

    async enableAccount(call) {
      await changeable(call);
      return objectAnswer(await accounts.enable(call.id, call.by), showAccount);
    },

    async setAccountPassword({ id, body, by }) {
      existing(await accounts.get(id));
      await accounts.setPassword(id, body.password, by);
      return {};
    },

    async listAccountFactors({ id }) {
      existing(await accounts.get(id));
      const items = (await factors.list(id)).map(({ isCopied, ...facts }) =>
        toWire({ ...facts, ...(isCopied ? { copied: true } : {}) }),
      );
      return { body: { items } };
    },

    async removeAccountFactors({ id, by }) {
      const found = existing(await accounts.get(id));
      // Sessions that used the removed factors must sign in again, without them.
      await accounts.endSessions(id, by);
      await factors.removeAll(id, by);
      return objectAnswer(found, showAccount);
    },
  };
};

const mayChange = (caller: Call['caller'], { roles }: Account): boolean =>
  !roles.includes('administrator') || caller.roles.includes('administrator');

const showLeft = ({ agents, groups }: Pick<DisablePreview, 'agents' | 'groups'>) => ({
  agents: {
    // Only active and suspended agents can lose their owner.
    items: agents.items.map(({ id, name, state, owner }) => ({
      ...{ id, name, owner },
      state: state === 'suspended' ? state : ('active' as const),
    })),
    more: agents.more,
  },
  groups: { items: groups.items.map(({ id, name }) => ({ id, name })), more: groups.more },
});

const showSeveral = ({ accounts: all, ...left }: SeveralPreview) => ({
  accounts: all.map(({ account, username, outcome, obstacle, roles, sessions, delegations, standingApprovals }) => ({
    ...{ account, username, outcome, reason: obstacle },
    ...{ roles, sessions, delegations, standing_approvals: standingApprovals },
  })),
  ...showLeft(left),
});

const showDisablePreview = ({
  account,
  roles,
  sessions,
  agents,
  groups,
  delegations,
  standingApprovals,
}: DisablePreview) => ({
  account,
  roles,
  sessions: { count: sessions.items.length, more: sessions.more },
  ...showLeft({ agents, groups }),
  delegations: {
    items: delegations.items.map(({ id, actor, resource, scope, expiresAt }) => ({
      ...{ id, actor, resource, scope },
      expires_at: expiresAt,
    })),
    more: delegations.more,
  },
  standing_approvals: {
    items: standingApprovals.items.map(({ id, agent, resource, action, expiresAt }) => ({
      ...{ id, agent, resource },
      scope: action.scope,
      expires_at: expiresAt,
    })),
    more: standingApprovals.more,
  },
});

const isVerifiedAlready = ({ email, emailVerified }: Account, body: { readonly email?: string | null }): boolean =>
  emailVerified === true && (body.email ?? email) === email;

export const accounts = resource(routes, handlers);
