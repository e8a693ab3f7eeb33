/**
 * The users of one directory: SCIM's view of accounts. A directory sees only accounts that it created or was given, and never
 * one with a role. It disables an account as an administrator does, with all effects.
 */
import { createHash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import { checkedUsername } from '../accounts/account-fields.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { emailKey } from '../accounts/email-key.ts';
import { foldedName } from '../accounts/username.ts';
import { type Filter, fits } from '../scim/filter.ts';
import { scimRefusal } from '../scim/scim-refusals.ts';
import type { Values } from '../scim/values.ts';
import type { DeactivationBrake } from './deactivation-brake.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { directoryMembers, type Pair } from './directory-members.ts';
import { directoryRefusal } from './directory-refusals.ts';
import { emailOf, isActive, keptOf, nameOf, usernameOf, writtenOf } from './user-mapping.ts';

/** A user as a directory sees it. `values` has the attributes that it can write. */
export type DirectoryUser = {
  readonly id: string;
  readonly values: Values;
  /** Changes with each change of the user or the account. */
  readonly version: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** Attempts of a change while others change the account. */
const MOST_ATTEMPTS = 5;

/** The versions that a caller accepts, by `If-Match`; undefined: any. */
type Versions = readonly string[] | undefined;

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
  /** Creates an account. Throws 'invalid_field', and 'conflict' when another account has the username or the address. */
  create(directory: Directory, values: Values, by: By): Promise<DirectoryUser>;
  /**
   * Changes a user. Disabling the account has all its effects before this resolves. Throws 'not_found', 'invalid_field',
   * 'conflict', 'precondition_failed' for another version, 'forbidden' for an account that was disabled here, and
   * 'unavailable' while deactivations are paused. Then nothing has changed.
   */
  change(directory: Directory, id: string, change: UserChange, by: By): Promise<DirectoryUser>;
  /**
   * Disables the account for good, and gives its username and address free. A user that is created again is another
   * account. Throws as `change` does.
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
  /** Ends the links by which the account signs in elsewhere. */
  readonly endLinks: (account: string, by: By) => Promise<void>;
};

export const directoryUsers = (deps: Deps): DirectoryUsers => {
  const { documents, clock, identifiers, audit, accounts, brake } = deps;
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const { pairOf, candidates } = directoryMembers({ documents, accounts });

  const record = (
    type: 'directory.user_written' | 'directory.user_deleted',
    { id }: Directory,
    account: string,
    by: By,
    changed?: readonly string[],
  ) =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      subject: account,
      target: { kind: 'directory', id },
      ...(changed ? { changed } : {}),
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

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

  /** One address at a time, so that two directories cannot both find it free. */
  const whileFree = <T>(email: string | undefined, work: () => Promise<T>): Promise<T> => {
    if (email === undefined) return work();
    const digest = createHash('sha256').update(emailKey(email)).digest('hex');
    return withMutex({ documents, clock }, `address ${digest}`, async () => {
      if (await accounts.hasEmail(email)) throw directoryRefusal('directory_email_taken');
      return work();
    });
  };

  const deactivate = async (directory: Directory, { document }: Versioned<Account>, by: By): Promise<Account> => {
    if (document.state === 'active') await brake.count(directory, document.id, by);
    return (await accounts.disable(document.id, by, noRole)).document;
  };

  /** Writes name and address where the directory changed them. A value that was changed here stays otherwise. */
  const writeAccount = async (directory: Directory, { kept, account }: Pair, next: Values, by: By): Promise<void> => {
    const before = writtenOf(kept.document, account.document);
    const [name, email] = [nameOf(next), emailOf(next)];
    const isOtherEmail = email !== emailOf(before);
    const own = account.document.email;
    const changes = {
      ...(name === nameOf(before) ? {} : { name }),
      ...(isOtherEmail ? { email: email ?? null, ...(email ? { emailVerified: directory.verifiesEmails } : {}) } : {}),
    };
    if (Object.keys(changes).length === 0) return;
    const isNew = isOtherEmail && email !== undefined && (own === undefined || emailKey(own) !== emailKey(email));
    await whileFree(isNew ? email : undefined, () =>
      accounts.update(account.document.id, account.version, changes, by),
    );
  };

  const checkChange = ({ kept, account }: Pair, next: Values): void => {
    if (foldedName(usernameOf(next)) !== account.document.username) {
      throw scimRefusal('scim_attribute_fixed', { params: { name: 'userName' } });
    }
    const isReturning = isActive(next) && account.document.state === 'disabled';
    if (isReturning && account.document.tokensValidFrom !== kept.document.deactivatedFrom) {
      throw directoryRefusal('directory_account_disabled_here');
    }
  };

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
    checkChange(pair, next);
    const stored = keptOf(next);
    const changed = changedNames(before, next);
    if (changed.length === 0) return shown(pair);
    const isLeaving = !isActive(next) && account.document.state === 'active';
    // Before anything is written: a refusal changes nothing.
    if (isLeaving) await brake.count(directory, id, by);
    await record('directory.user_written', directory, id, by, changed);
    await writeAccount(directory, pair, next, by);
    const { deactivatedFrom: _, ...rest } = kept.document;
    const state = await stateOf(pair, isActive(next), by);
    const written: DirectoryAccount = { ...rest, ...stored, ...state, updatedAt: clock.now() };
    return (await members.replace(written, kept.version)) ? reread(directory, id) : undefined;
  };

  const stateOf = async (
    { kept, account }: Pair,
    active: boolean,
    by: By,
  ): Promise<Pick<DirectoryAccount, 'deactivatedFrom'>> => {
    const { id, state } = account.document;
    if (active) {
      if (state === 'disabled') await accounts.enable(id, by);
      return {};
    }
    const { deactivatedFrom } = kept.document;
    if (state === 'disabled') return deactivatedFrom === undefined ? {} : { deactivatedFrom };
    const { tokensValidFrom } = (await accounts.disable(id, by, noRole)).document;
    return tokensValidFrom === undefined ? {} : { deactivatedFrom: tokensValidFrom };
  };

  const reread = async (directory: Directory, id: string): Promise<DirectoryUser> =>
    shown(await existing(directory, id));

  const exclusively = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `directory account ${id}`, work);

  return {
    async get(directory, id): Promise<DirectoryUser | undefined> {
      const pair = await pairOf(directory, id);
      return pair && shown(pair);
    },

    async find(directory, filter): Promise<readonly DirectoryUser[]> {
      const found = (await candidates(directory, filter)).map(shown);
      return filter ? found.filter((user) => fits(filterable(user), filter)) : found;
    },

    async create(directory, values, by): Promise<DirectoryUser> {
      const username = checkedUsername(usernameOf(values));
      const email = emailOf(values);
      const kept = keptOf(values);
      return whileFree(email, async () => {
        const id = identifiers.newId('acc');
        const now = clock.now();
        await record('directory.user_written', directory, id, by, Object.keys(values).sort());
        const document: DirectoryAccount = { id, directory: directory.id, ...kept, createdAt: now, updatedAt: now };
        // Before the account: after a crash in between, the account that is created has its directory.
        if (!(await tryInsert(members, document))) throw directoryRefusal('directory_account_taken');
        const address = email === undefined ? {} : { email, emailVerified: directory.verifiesEmails };
        try {
          await accounts.create({ username, name: nameOf(values), ...address }, by, id);
        } catch (error) {
          if (isDomainError(error)) await members.take(id);
          throw error;
        }
        if (isActive(values)) return reread(directory, id);
        const { tokensValidFrom } = (await accounts.disable(id, by)).document;
        const state = tokensValidFrom === undefined ? {} : { deactivatedFrom: tokensValidFrom };
        await members.replace({ ...document, ...state }, 1);
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
        const { account } = await existing(directory, id, versions);
        await deactivate(directory, account, by);
        await record('directory.user_deleted', directory, id, by);
        await deps.endLinks(id, by);
        await accounts.remove(id, by);
        await members.take(id);
      }),
  };
};

/** With the attributes that only the server sets. */
const filterable = ({ id, values, createdAt, updatedAt }: DirectoryUser): Values => ({
  ...values,
  id,
  meta: { resourceType: 'User', created: isoTime(createdAt), lastModified: isoTime(updatedAt) },
});

export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

const changedNames = (before: Values, after: Values): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
