/**
 * The users of one directory: SCIM's view of accounts. A directory sees only accounts that it created or was given, and never
 * one with a role. It disables an account as an administrator does, with all effects.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, type DocumentStore, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import { type AccountChanges, checkedEmail, checkedName, checkedUsername } from '../accounts/account-fields.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { type Filter, fits } from '../scim/filter.ts';
import type { Values } from '../scim/values.ts';
import type { AccountLimit } from './account-limit.ts';
import type { DeactivationBrake } from './deactivation-brake.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount, type Versions } from './directory.ts';
import { withAccountOfDirectory } from './directory-accounts.ts';
import { recordDirectoryEvent } from './directory-event.ts';
import { directoryMembers, type Pair } from './directory-members.ts';
import type { DirectoryMemberships } from './directory-memberships.ts';
import { directoryRefusal } from './directory-refusals.ts';
import { type DirectoryUser, filterable, fittingUsers } from './directory-user.ts';
import { checkUsernameFree, whileAddressFree } from './free-usernames.ts';
import {
  accountChanges,
  changedNames,
  emailOf,
  isActive,
  keptOf,
  nameOf,
  newAddress,
  usernameOf,
  writtenOf,
} from './user-mapping.ts';

/** Attempts of a change while others change the account. */
const MOST_ATTEMPTS = 5;

/** Makes the attributes to store from the present ones. */
export type UserChange = { readonly versions: Versions; readonly change: (values: Values) => Values };

export interface DirectoryUsers {
  /** Undefined: the directory has no such user, or its account holds a role. */
  get(directory: Directory, id: string): Promise<DirectoryUser | undefined>;
  /**
   * The users that fit a filter, oldest first. Reads one user where the filter is `userName eq`, `externalId eq` or `id eq`.
   * Otherwise it reads all; throws 'invalid_field' when there are more than 10,000.
   */
  find(directory: Directory, filter: Filter | undefined): Promise<readonly DirectoryUser[]>;
  /**
   * A page of all users by number, which begins with 1, oldest first, and how many there are. The number may be ten minutes old
   * where there are more than 10,000.
   */
  pageAt(
    directory: Directory,
    from: { readonly startIndex: number; readonly count: number },
  ): Promise<{ readonly users: readonly DirectoryUser[]; readonly total: number }>;
  /** A page of users that fit a filter, oldest first. May have less than `count` users although there are more. */
  page(
    directory: Directory,
    filter: Filter | undefined,
    from: { readonly after: Cursor | undefined; readonly count: number },
  ): Promise<{ readonly users: readonly DirectoryUser[]; readonly next?: Cursor }>;
  /** Creates an account. Throws 'invalid_field', and 'conflict' when another account has the username or the address. */
  create(directory: Directory, values: Values, by: By): Promise<DirectoryUser>;
  /**
   * Changes a user. Disabling the account has all its effects before this resolves. Throws 'not_found', 'invalid_field',
   * 'conflict', 'precondition_failed' for another version, 'forbidden' for an account that was disabled here, and
   * 'unavailable' while deactivations are paused, for a change of username as well. Then nothing has changed.
   */
  change(directory: Directory, id: string, change: UserChange, by: By): Promise<DirectoryUser>;
  /**
   * Disables the account for good, and frees its username and address, unless others disabled it. A user that is created
   * again is another account. Throws as `change` does.
   */
  remove(directory: Directory, id: string, versions: Versions, by: By): Promise<void>;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly accounts: AccountRegistry;
  readonly brake: Pick<DeactivationBrake, 'count'>;
  readonly memberships: Pick<DirectoryMemberships, 'removeAccount'>;
  readonly limit: AccountLimit;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
  /** Ends the links by which the account signs in elsewhere. */
  readonly endLinks: (account: string, by: By) => Promise<void>;
};

export const directoryUsers = (deps: Deps): DirectoryUsers => {
  const { documents, clock, identifiers, audit, accounts, brake, limit, pause } = deps;
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const { pairOf, candidates, page, pageAt } = directoryMembers({ documents, clock, accounts, pause });

  /** Only the version of the account could tell of a change by others, so both are part of it. */
  const shown = ({ kept, account }: Pair): DirectoryUser => ({
    id: account.document.id,
    values: writtenOf(kept.document, account.document),
    version: `${kept.version}.${account.version}`,
    createdAt: kept.document.createdAt,
    updatedAt: Math.max(kept.document.updatedAt, account.document.updatedAt),
  });

  const existing = async (directory: Directory, id: string, versions?: Versions): Promise<Pair> => {
    const pair = await pairOf(directory, id);
    if (!pair) throw directoryRefusal('directory_user_not_found');
    if (versions && !versions.includes(shown(pair).version)) throw directoryRefusal('directory_user_changed');
    return pair;
  };

  const noRole = ({ roles }: Account): void => {
    if (roles.length > 0) throw directoryRefusal('directory_user_not_found');
  };

  /** Only the directory that disabled an account enables it, also when others disable it at the same time. */
  const mayEnable =
    (directory: Directory) =>
    (account: Account): void => {
      noRole(account);
      if (account.state === 'disabled' && account.disabledByDirectory !== directory.id) {
        throw directoryRefusal('directory_account_disabled_here');
      }
    };

  const setState = async (directory: Directory, { id, state }: Account, isMeant: boolean, by: By): Promise<void> => {
    if (isMeant && state === 'disabled') await accounts.enable(id, by, mayEnable(directory));
    if (!isMeant && state === 'active') await accounts.disable(id, by, { check: noRole, directory: directory.id });
  };

  /** Before the account changes: after a crash in between, the next change writes the whole of it. */
  const marked = async ({ document, version }: Versioned<DirectoryAccount>): Promise<number | undefined> => {
    if (document.changingFrom !== undefined) return version;
    return (await members.replace({ ...document, changingFrom: clock.now() }, version)) ? version + 1 : undefined;
  };

  /** Returns the version of the record afterwards. Undefined: others changed the user at the same time. */
  const writeAccount = async (
    { kept, account }: Pair,
    changes: AccountChanges,
    by: By,
  ): Promise<number | undefined> => {
    if (Object.keys(changes).length === 0) return kept.version;
    const version = await marked(kept);
    if (version === undefined) return undefined;
    try {
      await accounts.update(account.document.id, account.version, changes, by);
      return version;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      // Nothing of the account was written.
      await members.replace(kept.document, version);
      if (error.code === 'precondition_failed') return undefined;
      throw error;
    }
  };

  /** Undefined: others changed the user at the same time. */
  const changeOnce = async (
    directory: Directory,
    id: string,
    { versions, change }: UserChange,
    by: By,
  ): Promise<DirectoryUser | undefined> => {
    const pair = await existing(directory, id, versions);
    const { kept, account } = pair;
    const before = writtenOf(kept.document, account.document);
    // A change that leaves `active` out keeps it: a PUT without it enables nothing.
    const next = { active: before['active'], ...change(before) };
    if (isActive(next)) mayEnable(directory)(account.document);
    const stored = keptOf(next);
    const isAll = kept.document.changingFrom !== undefined;
    const changed = changedNames(before, next);
    if (changed.length === 0 && !isAll) return shown(pair);
    const changes = accountChanges(directory, { before, next, account: account.document, isAll });
    return whileAddressFree(deps, newAddress(account.document, changes), async () => {
      // Before anything is written: a refusal changes nothing.
      if (changes.username !== undefined) await checkUsernameFree(accounts, changes.username);
      const isLeaving = !isActive(next) && account.document.state === 'active';
      if (isLeaving || changes.username !== undefined) await brake.count(directory, id, by);
      await recordDirectoryEvent(audit, { type: 'directory.user_written', subject: id, changed }, directory.id, by);
      const version = await writeAccount(pair, changes, by);
      if (version === undefined) return undefined;
      await setState(directory, account.document, isActive(next), by);
      const { changingFrom: _, externalId: __, isAssigned: ___, ...rest } = kept.document;
      const written: DirectoryAccount = { ...rest, ...stored, updatedAt: clock.now() };
      return (await members.replace(written, version)) ? reread(directory, id) : undefined;
    });
  };

  const reread = async (directory: Directory, id: string): Promise<DirectoryUser> =>
    shown(await existing(directory, id));

  const exclusively = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    withAccountOfDirectory({ documents, clock }, id, work);

  return {
    async get(directory, id): Promise<DirectoryUser | undefined> {
      const pair = await pairOf(directory, id);
      return pair && shown(pair);
    },

    async find(directory, filter): Promise<readonly DirectoryUser[]> {
      const found = (await candidates(directory, filter)).map(shown);
      return filter ? fittingUsers(found, filter, deps.pause) : found;
    },

    async pageAt(directory, from) {
      const { pairs, total } = await pageAt(directory, from);
      return { users: pairs.map(shown), total };
    },

    async page(directory, filter, from) {
      const isFitting = (pair: Pair): boolean => !filter || fits(filterable(shown(pair)), filter);
      const { pairs, next } = await page(directory, from, isFitting);
      return { users: pairs.map(shown), ...(next ? { next } : {}) };
    },

    async create(directory, values, by): Promise<DirectoryUser> {
      const username = checkedUsername(usernameOf(values));
      const name = checkedName(nameOf(values));
      const given = emailOf(values);
      const email = given === undefined ? undefined : checkedEmail(given);
      const kept = keptOf(values);
      return whileAddressFree(deps, email, async () => {
        await checkUsernameFree(accounts, username);
        await limit.add(directory);
        const id = identifiers.newId('acc');
        const now = clock.now();
        const created = { type: 'directory.user_written', subject: id, changed: Object.keys(values).sort() } as const;
        await recordDirectoryEvent(audit, created, directory.id, by);
        const document: DirectoryAccount = { id, directory: directory.id, ...kept, createdAt: now, updatedAt: now };
        // Before the account: after a crash in between, the account that is created has its directory.
        if (!(await tryInsert(members, { ...document, changingFrom: now }))) {
          throw directoryRefusal('directory_account_taken');
        }
        const address = email === undefined ? {} : { email, emailVerified: directory.verifiesEmails };
        try {
          const { document: account } = await accounts.create({ username, name, ...address }, by, id);
          await setState(directory, account, isActive(values), by);
        } catch (error) {
          if (isDomainError(error) && !(await accounts.get(id))) {
            await members.take(id);
            limit.drop(directory);
          }
          throw error;
        }
        await members.replace(document, 1);
        return reread(directory, id);
      });
    },

    change: (directory, id, change, by): Promise<DirectoryUser> =>
      exclusively(id, async () => {
        for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
          const done = await changeOnce(directory, id, change, by);
          if (done) return done;
        }
        throw directoryRefusal('directory_user_changed');
      }),

    remove: (directory, id, versions, by): Promise<void> =>
      exclusively(id, async () => {
        await existing(directory, id, versions);
        // Also of a disabled account: a deletion is final.
        await brake.count(directory, id, by);
        await recordDirectoryEvent(audit, { type: 'directory.user_deleted', subject: id }, directory.id, by);
        // Also of a disabled account: that completes what a crash cut off.
        await accounts.disable(id, by, { check: noRole, directory: directory.id });
        await deps.endLinks(id, by);
        // A name that was disabled here stays taken: otherwise the directory could create the person again.
        const isOwn = (await accounts.get(id))?.document.disabledByDirectory === directory.id;
        if (isOwn) await accounts.remove(id, by, noRole);
        await deps.memberships.removeAccount(id);
        await members.take(id);
        limit.drop(directory);
      }),
  };
};
