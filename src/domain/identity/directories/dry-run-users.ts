/** The users of a directory in a dry run: every check of directory-users.ts, and no account is written. */
import { createHash } from 'node:crypto';
import type { Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import { checkedEmail, checkedName, checkedUsername } from '../accounts/account-fields.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { emailKey } from '../accounts/email-key.ts';
import { foldedName } from '../accounts/username.ts';
import { equalTo, type Filter, fits } from '../scim/filter.ts';
import type { Values } from '../scim/values.ts';
import type { Directory } from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';
import { type DirectoryUser, filterable } from './directory-user.ts';
import type { DirectoryUsers, UserChange } from './directory-users.ts';
import type { DryRunEntries, DryRunEntry, DryRunOutcome } from './dry-run.ts';
import {
  accountChanges,
  changedNames,
  emailOf,
  isActive,
  keptOf,
  nameOf,
  newAddress,
  usernameOf,
} from './user-mapping.ts';

type Deps = {
  readonly entries: DryRunEntries;
  readonly identifiers: Identifiers;
  readonly accounts: Pick<AccountRegistry, 'get' | 'checkFree' | 'hasEmail'>;
  /** The users that the directory has. */
  readonly users: Pick<DirectoryUsers, 'get' | 'find'>;
};

/** A user of the dry run. Without `entry` one that exists, and about which no request was yet. */
type Found = { readonly user: DirectoryUser; readonly entry?: DryRunEntry };

export const dryRunUsers = ({ entries, identifiers, accounts, users }: Deps): DirectoryUsers => {
  const shown = ({ document, version }: Versioned<DryRunEntry>): DirectoryUser => ({
    id: document.id,
    values: document.values,
    // Two parts, as the version of a user has elsewhere.
    version: `${version}.0`,
    createdAt: document.createdAt,
    updatedAt: document.updatedAt,
  });

  const found = async (directory: Directory, id: string): Promise<Found | undefined> => {
    const entry = await entries.get(directory, 'user', id);
    if (entry) return { user: shown(entry), entry: entry.document };
    const user = await users.get(directory, id);
    return user && !(await isGone(directory, id)) ? { user } : undefined;
  };

  /** Whether the directory deleted an account that exists, in the dry run. */
  const isGone = async (directory: Directory, id: string): Promise<boolean> =>
    (await entries.gone(directory, id)) !== undefined;

  const existing = async (directory: Directory, id: string, versions?: UserChange['versions']): Promise<Found> => {
    const one = await found(directory, id);
    if (!one) throw directoryRefusal(isOfDryRun(id) ? 'directory_dry_run_id' : 'directory_user_not_found');
    if (versions && !versions.includes(one.user.version)) throw directoryRefusal('directory_user_changed');
    return one;
  };

  const put = async (
    directory: Directory,
    outcome: DryRunOutcome,
    { id, values, ...more }: Pick<DryRunEntry, 'id' | 'values'> & Partial<DryRunEntry>,
  ): Promise<DirectoryUser> => {
    const { externalId } = keptOf(values);
    const email = emailOf(values);
    const names = {
      foldedName: foldedName(usernameOf(values)),
      ...(externalId === undefined ? {} : { externalId }),
      ...(email === undefined ? {} : { emailKey: emailKey(email) }),
    };
    return shown(await entries.put(directory, { id, kind: 'user', outcome, ...names, values, ...more }));
  };

  /** Records a refusal under a name that a repetition finds again, and throws it. */
  const orRefused = async <T>(
    directory: Directory,
    about: string,
    values: Values,
    work: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isDomainError(error) || UNRECORDED.has(error.code)) throw error;
      const digest = createHash('sha256')
        .update(JSON.stringify([directory.id, about]))
        .digest('hex');
      await entries.put(directory, {
        ...{ id: `dry_${digest.slice(0, 26)}`, kind: 'user', values: shortened(values, about) },
        outcome: error.code === 'conflict' ? 'conflict' : 'refuse',
        foldedName: foldedName(typeof values['userName'] === 'string' ? values['userName'].slice(0, 200) : about),
        ...(error.reason === undefined ? {} : { reason: error.reason }),
        detail: error.message,
        ...(error.params === undefined ? {} : { params: error.params }),
      });
      throw error;
    }
  };

  const checkName = async (directory: Directory, username: string, own?: string): Promise<void> => {
    await accounts.checkFree(username);
    const others = await entries.having(directory, { kind: 'user', foldedName: foldedName(username) });
    if (others.some(({ document }) => document.id !== own)) throw directoryRefusal('directory_dry_run_name_taken');
  };

  const checkAddress = async (directory: Directory, email: string | undefined, own?: string): Promise<void> => {
    if (email === undefined) return;
    const others = await entries.having(directory, { emailKey: emailKey(email) });
    const isTaken = others.some(({ document }) => document.id !== own);
    if (isTaken || (await accounts.hasEmail(email))) throw directoryRefusal('directory_email_taken');
  };

  /** Only the directory that disabled an account enables it. */
  const checkState = ({ id }: Directory, values: Values, { state, disabledByDirectory }: Account): void => {
    if (isActive(values) && state === 'disabled' && disabledByDirectory !== id) {
      throw directoryRefusal('directory_account_disabled_here');
    }
  };

  const changeCreated = async (directory: Directory, { user }: Found, next: Values): Promise<DirectoryUser> => {
    const { id } = user;
    const [username, email] = [checkedUsername(usernameOf(next)), emailOf(next)];
    checkedName(nameOf(next));
    if (username !== foldedName(usernameOf(user.values))) await checkName(directory, username, id);
    if (email !== emailOf(user.values)) {
      await checkAddress(directory, email === undefined ? undefined : checkedEmail(email), id);
    }
    return put(directory, 'create', { id, values: next });
  };

  const changeExisting = async (directory: Directory, { user, entry }: Found, next: Values): Promise<DirectoryUser> => {
    const { id } = user;
    const account = (await accounts.get(id))?.document;
    const before = (await users.get(directory, id))?.values;
    if (!account || !before) throw directoryRefusal('directory_user_not_found');
    checkState(directory, next, account);
    const changes = accountChanges(directory, { before, next, account, isAll: false });
    if (changes.username !== undefined) await checkName(directory, changes.username, id);
    await checkAddress(directory, newAddress(account, changes), id);
    const changed = changedNames(before, next);
    const isLeaving = !isActive(next) && account.state === 'active';
    const outcome = isLeaving ? 'deactivate' : changed.length === 0 ? 'link' : 'change';
    if (outcome === 'link' && !entry) return user;
    return put(directory, outcome, { id, values: next, ...(changed.length === 0 ? {} : { changed }) });
  };

  /** Those that an `eq` names, else all. */
  const entriesFor = (directory: Directory, filter: Filter | undefined) => {
    const [name, externalId] = ['userName', 'externalId'].map((one) => filter && equalTo(filter, one));
    if (name !== undefined) return entries.having(directory, { kind: 'user', foldedName: foldedName(name) });
    if (externalId !== undefined) return entries.having(directory, { kind: 'user', externalId });
    return entries.all(directory, 'user');
  };

  const find: DirectoryUsers['find'] = async (directory, filter) => {
    const dry = (await entriesFor(directory, filter)).map(shown);
    const real: DirectoryUser[] = [];
    for (const one of await users.find(directory, filter)) {
      if (!dry.some(({ id }) => id === one.id) && !(await isGone(directory, one.id))) real.push(one);
    }
    // A real one whose entry has another name by now does not fit any more.
    const overlaid = await Promise.all(real.map(async (one) => (await found(directory, one.id))?.user ?? one));
    const all = [...overlaid, ...dry].toSorted(
      (one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
    );
    const fitting = filter ? all.filter((user) => fits(filterable(user), filter)) : all;
    const isLookup =
      filter !== undefined && ['userName', 'externalId'].some((name) => equalTo(filter, name) !== undefined);
    const [only] = fitting;
    // The directory found an account that it was given.
    if (isLookup && only && fitting.length === 1 && !(await entries.get(directory, 'user', only.id))) {
      await put(directory, 'link', { id: only.id, values: only.values });
    }
    return fitting;
  };

  return {
    get: async (directory, id) => (await found(directory, id))?.user,

    find,

    async pageAt(directory, { startIndex, count }) {
      const all = await find(directory, undefined);
      return { users: all.slice(startIndex - 1, startIndex - 1 + count), total: all.length };
    },

    async page(directory, filter, { after, count }) {
      const all = await find(directory, filter);
      const isAfter = ({ id, createdAt }: DirectoryUser): boolean =>
        !after || createdAt > Number(after.value) || (createdAt === Number(after.value) && id > after.id);
      const rest = all.filter(isAfter);
      const page = rest.slice(0, count);
      const last = page.at(-1);
      return rest.length > count && last
        ? { users: page, next: { id: last.id, value: last.createdAt } }
        : { users: page };
    },

    create: (directory, values) =>
      orRefused(directory, String(values['userName']), values, async () => {
        const username = checkedUsername(usernameOf(values));
        checkedName(nameOf(values));
        keptOf(values);
        const email = emailOf(values);
        await checkName(directory, username);
        await checkAddress(directory, email === undefined ? undefined : checkedEmail(email));
        return put(directory, 'create', { id: identifiers.newId('dry'), values: { active: true, ...values } });
      }),

    async change(directory, id, { versions, change }) {
      const one = await existing(directory, id, versions);
      return orRefused(directory, id, one.user.values, async () => {
        const next = { active: one.user.values['active'], ...change(one.user.values) };
        keptOf(next);
        return isOfDryRun(id) ? changeCreated(directory, one, next) : changeExisting(directory, one, next);
      });
    },

    async remove(directory, id, versions) {
      const { user } = await existing(directory, id, versions);
      if (isOfDryRun(id)) await entries.drop(id);
      else await put(directory, 'deactivate', { id, values: { ...user.values, active: false }, isGone: true });
    },
  };
};

/** Of a user that is refused because it is too large, the name only. */
const shortened = (values: Values, about: string): Values =>
  JSON.stringify(values).length > 16_384 ? { userName: about.slice(0, 200) } : values;

/** Refusals that say nothing about the user. */
const UNRECORDED: ReadonlySet<string> = new Set(['not_found', 'precondition_failed', 'unavailable']);

/** Whether an id is one that a dry run made. */
export const isOfDryRun = (id: string): boolean => id.startsWith('dry_');
