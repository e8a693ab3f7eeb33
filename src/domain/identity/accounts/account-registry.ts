import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import { update, type Versioned } from '../../ports/document-store.ts';
import { type Account, isLetCount } from './account.ts';
import {
  changed,
  disabledAt,
  enabledAt,
  removedAt,
  withDerived,
  withoutSessions,
  withRoles,
} from './account-changes.ts';
import {
  type AccountChanges,
  checkedEmail,
  checkedEntitlements,
  checkedGroups,
  checkedLanguage,
  checkedName,
  checkedRoles,
  checkedUsername,
  type NewAccount,
} from './account-fields.ts';
import { type AccountReader, accountReader, published, type StoredAccount } from './account-reader.ts';
import type { AccountRegistryDeps } from './account-registry-deps.ts';
import { accountStore } from './account-store.ts';
import type { Language } from './language.ts';
import { lastAdministrator } from './last-administrator.ts';
import { signInRefusal } from './sign-in-refusals.ts';
import { usernames } from './usernames.ts';

export type { NewAccount } from './account-fields.ts';

/** The session in which the user ends the others. */
type KeptSession = { readonly id: string; readonly authTime: number };

/** Throws when the account must not be changed. Called before the change, and on the account that it applies to. */
type Check = (account: Account) => void;

const noCheck: Check = () => undefined;

/** The accounts of this installation. Each change is validated, then audited, then written. */
export interface AccountRegistry extends AccountReader {
  /**
   * Creates an account. `id`: an id that a document refers to already; exactly one of several concurrent calls with one
   * id succeeds. Throws DomainError 'invalid_field', and 'conflict' when an account or a group has the username.
   */
  create(input: NewAccount, by: By, id?: string): Promise<Versioned<Account>>;
  /** Throws 'conflict' when an account or a group has the username, in the form of `checkedUsername`. */
  checkFree(username: string): Promise<void>;
  /**
   * Changes members of an account. Throws DomainError 'precondition_failed' when its version is no longer
   * `expectedVersion`. Throws 'conflict' when the change would remove the last administrator's role, or when an account
   * or a group has the new username.
   */
  update(id: string, expectedVersion: number, changes: AccountChanges, by: By): Promise<Versioned<Account>>;
  /**
   * Gives the account an address that the user has proven to own. Calls `onGood` before any change; an error from it
   * propagates.
   */
  confirmEmail(id: string, given: string, by: By, onGood: () => Promise<void>): Promise<void>;
  /** Records that a link or a directory gives the account groups, before it does. Changes no visible member. */
  noteLinkedGroups(id: string): Promise<void>;
  /** Records, before a signal about the account is stored, until when it lasts. */
  noteSignals(id: string, until: number): Promise<void>;
  /**
   * Sets the language that the user chose on a page. Does nothing when it is set already. Throws 'invalid_field' for
   * an unknown language.
   */
  setLanguage(id: string, given: string, by: By): Promise<void>;
  /**
   * Returns the account if `disable` would be allowed. Throws 'not_found' and 'conflict' as `disable` does. Changes
   * nothing. `leaving`: accounts that are treated as disabled.
   */
  checkDisable(id: string, leaving?: readonly string[]): Promise<Account>;
  /**
   * Disables an account. Also ends its sessions and tokens for good, including those that begin in this second. An
   * account that is disabled already stays so; a `directory` that disabled it can then no longer enable it, unless it
   * is the caller. `directory`: the one that disables it.
   */
  disable(
    id: string,
    by: By,
    given?: { readonly check?: Check; readonly directory?: string },
  ): Promise<Versioned<Account>>;
  /** Frees username and address of a disabled account, for good. Idempotent. Throws 'conflict' for an active account. */
  remove(id: string, by: By, check?: Check): Promise<void>;
  /** Enables an account again. Earlier sessions and tokens stay ended. Idempotent. Throws 'conflict' for a removed one. */
  enable(id: string, by: By, check?: Check): Promise<Versioned<Account>>;
  /**
   * Sets a password and ends all sessions of the account. Throws DomainError 'invalid_field' as `passwords.hash` does.
   * Calls `onGood` when the password is acceptable, before any change; an error from it propagates. `instead`: the hash
   * to replace; throws 'conflict' when another one was set in the meantime. `check`: throws when the account, as it is
   * in the swap, must not get the password.
   */
  setPassword(
    id: string,
    password: string,
    by: By,
    conditions?: {
      readonly onGood?: () => Promise<void>;
      readonly instead?: string | undefined;
      readonly check?: (account: Account) => void;
    },
  ): Promise<Versioned<Account>>;
  /**
   * Ends all sessions of the account by one swap, with everything that depends on them. Sessions that begin in this
   * second end too. The kept session stays, unless it has ended for another reason by then. Returns the account after
   * the swap.
   */
  endSessions(id: string, by: By, kept?: KeptSession): Promise<Versioned<Account>>;
}

export const accountRegistry = (deps: AccountRegistryDeps): AccountRegistry => {
  const { documents, clock, identifiers, audit, passwords, ownerNames, offboarding, addressLeaves } = deps;
  const { accounts, record, existing, changeState } = accountStore({ documents, clock, audit });
  const names = usernames({ accounts, ownerNames });
  const { oneByOne, refuseLast } = lastAdministrator({ documents, clock });

  const tellOldAddress = async (before: Account, next: string | undefined, by: By): Promise<void> => {
    if (before.email !== undefined && before.emailVerified === true && next !== before.email) {
      await addressLeaves?.(before, by);
    }
  };

  const overSessions = async <T>(id: string, end: () => Promise<T>, but?: string): Promise<T> => {
    await deps.sessions?.ending(id, false, but);
    const done = await end();
    await deps.sessions?.ending(id, true, but);
    return done;
  };

  return {
    ...accountReader({ documents }),

    async create(input, by, id = identifiers.newId('acc')): Promise<Versioned<Account>> {
      const now = clock.now();
      const username = checkedUsername(input.username);
      const roles = checkedRoles(input.roles ?? []);
      const fields = {
        username,
        name: checkedName(input.name),
        ...(input.email === undefined
          ? {}
          : { email: checkedEmail(input.email), emailVerified: input.emailVerified === true }),
        ...(input.language === undefined ? {} : { language: checkedLanguage(input.language) }),
        groups: checkedGroups(input.groups ?? []),
        ...(input.entitlements === undefined ? {} : { entitlements: checkedEntitlements(input.entitlements) }),
      };
      await names.checkFree(username);
      const passwordHash = input.password === undefined ? undefined : await passwords.hash(input.password);
      const account: StoredAccount = withRoles(
        {
          id,
          ...fields,
          roles,
          state: 'active',
          ...(passwordHash === undefined ? {} : { passwordHash }),
          sessionsValidFrom: now,
          createdAt: now,
          updatedAt: now,
        },
        roles,
      );
      const made = withDerived(account, undefined, now);
      const insert = async (): Promise<Versioned<Account>> => {
        await record('account.created', account.id, by);
        await accounts.insert(made);
        return published({ document: made, version: 1 });
      };
      return names.give(username, insert, async () => void (await accounts.take(account.id)));
    },

    update(id, expectedVersion, changes, by) {
      return oneByOne(async (): Promise<Versioned<Account>> => {
        const stale = documentRefusal('object_changed', { params: { kind: 'account' } });
        const { document, version } = await existing(id);
        if (version !== expectedVersion) throw stale;
        const now = clock.now();
        const next = withDerived(changed(document, changes, now), document, now);
        if (!next.roles.includes('administrator')) await refuseLast(document, { field: '/roles' });
        const { username } = document;
        const isRenamed = next.username !== username;
        if (isRenamed) await names.checkFree(next.username);
        const write = async (): Promise<Versioned<Account>> => {
          const former = isRenamed ? { personal: { username } } : {};
          await record('account.updated', id, by, Object.keys(changes).sort(), former);
          await tellOldAddress(document, next.email, by);
          if (!(await accounts.replace(next, expectedVersion))) throw stale;
          return published({ document: next, version: expectedVersion + 1 });
        };
        const takeBack = async () => void (await update(accounts, id, (account) => ({ ...account, username })));
        return isRenamed ? names.give(next.username, write, takeBack) : write();
      });
    },

    checkFree: names.checkFree,

    async confirmEmail(id, given, by, onGood): Promise<void> {
      const email = checkedEmail(given);
      const { document } = await existing(id);
      await onGood();
      await tellOldAddress(document, email, by);
      const confirmed = (account: StoredAccount): StoredAccount => ({
        ...account,
        email,
        emailVerified: true,
        updatedAt: clock.now(),
      });
      await changeState(id, 'account.email_confirmed', confirmed, by);
    },

    async noteLinkedGroups(id): Promise<void> {
      await update(accounts, id, (account) =>
        account.hasLinkedGroups ? undefined : { ...account, hasLinkedGroups: true as const },
      );
    },

    async noteSignals(id, until): Promise<void> {
      const isNoted = ({ signalsUntil = 0 }: StoredAccount): boolean => signalsUntil >= until;
      await update(accounts, id, (account) => (isNoted(account) ? undefined : { ...account, signalsUntil: until }));
    },

    async setLanguage(id, given, by): Promise<void> {
      const language: Language = checkedLanguage(given);
      const chosen = (account: StoredAccount): StoredAccount | undefined =>
        account.language === language ? undefined : { ...account, language, updatedAt: clock.now() };
      await changeState(id, 'account.updated', chosen, by, { changed: ['language'] });
    },

    async checkDisable(id, leaving): Promise<Account> {
      const found = await existing(id);
      await refuseLast(found.document, leaving === undefined ? {} : { leaving });
      return published(found).document;
    },

    disable(id, by, { check = noCheck, directory } = {}): Promise<Versioned<Account>> {
      return oneByOne(async () => {
        const { document } = await existing(id);
        check(document);
        await refuseLast(document);
        const now = clock.now();
        const disabled = (account: StoredAccount): StoredAccount | undefined => {
          check(account);
          return disabledAt(account, now, directory);
        };
        await offboarding?.announce(id);
        const left = await overSessions(id, () => changeState(id, 'account.disabled', disabled, by));
        await offboarding?.left(id, by);
        return left;
      });
    },

    async remove(id, by, check = noCheck): Promise<void> {
      const removed = (account: StoredAccount): StoredAccount | undefined => {
        check(account);
        return removedAt(account, clock.now());
      };
      const { username } = (await existing(id)).document;
      await changeState(id, 'account.removed', removed, by, { personal: { username } });
    },

    async enable(id, by, check = noCheck): Promise<Versioned<Account>> {
      const enabled = (account: StoredAccount): StoredAccount | undefined => {
        check(account);
        return enabledAt(account, clock.now());
      };
      enabled((await existing(id)).document);
      await offboarding?.returning(id);
      return changeState(id, 'account.enabled', enabled, by);
    },

    async setPassword(id, password, by, { onGood, instead, check } = {}): Promise<Versioned<Account>> {
      await existing(id);
      const passwordHash = await passwords.hash(password);
      await onGood?.();
      const now = clock.now();
      const set = (account: StoredAccount): StoredAccount => {
        if (instead !== undefined && account.passwordHash !== instead) {
          throw signInRefusal('password_changed_meanwhile');
        }
        check?.(account);
        return { ...withoutSessions(account, now), passwordHash };
      };
      return overSessions(id, () => changeState(id, 'account.password_changed', set, by));
    },

    async endSessions(id, by, kept): Promise<Versioned<Account>> {
      await existing(id);
      const now = clock.now();
      const ended = (account: StoredAccount): StoredAccount => ({
        ...withoutSessions(account, now),
        ...(kept && isLetCount(account, kept.id, kept.authTime) ? { keptSession: kept.id } : {}),
      });
      const about = { subject: id, inputs: kept ? { kept: kept.id } : {} };
      return overSessions(id, () => changeState(id, 'account.sessions_ended', ended, by, about), kept?.id);
    },
  };
};
