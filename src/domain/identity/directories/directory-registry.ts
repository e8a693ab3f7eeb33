/** The registry of directories. Owns the collection DIRECTORIES, and gives accounts to directories and takes them back. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, type Found, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { readsAsGroupId } from '../accounts/account-fields.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import { accountRefusal } from '../accounts/account-refusals.ts';
import { DIRECTORIES, DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { withAccountOfDirectory } from './directory-accounts.ts';
import { recordDirectoryEvent } from './directory-event.ts';
import type { DirectoryMemberships } from './directory-memberships.ts';
import { directoryRefusal } from './directory-refusals.ts';
import type { GroupChanges } from './group-changes.ts';

/** What a directory needs to know about its client. */
type DirectoryClient = {
  readonly state: string;
  readonly roles: readonly string[];
  readonly grantTypes: readonly string[];
  /** Absent: unknown. */
  readonly credentialsSetBy?: { readonly caller: string; readonly isAdministrator?: true };
};

/** The holder of the credentials acts as the directory: an administrator vouches only for those that one set. */
const isVouched = ({ credentialsSetBy: set }: DirectoryClient, { caller }: By): boolean =>
  set?.isAdministrator === true || set?.caller === caller;

export type NewDirectory = {
  readonly name: string;
  readonly client: string;
  /** Default false. */
  readonly verifiesEmails?: boolean;
  /** Default 20. */
  readonly mostDeactivations?: number;
  /** Default 1. */
  readonly mostDeactivationsPercent?: number;
  /** Default 100,000. */
  readonly mostAccounts?: number;
  /** Replaced as a whole. */
  readonly groups?: Readonly<Record<string, string>>;
  /** An active blueprint, of which the directory may create agents. */
  readonly agentBlueprint?: string;
  /** Whether it begins with a dry run. Default false. */
  readonly isDryRun?: boolean;
};
/** `null` removes it. */
export type DirectoryChange = Partial<Omit<NewDirectory, 'agentBlueprint' | 'isDryRun'>> & {
  readonly agentBlueprint?: string | null;
};

export type DirectoryRegistryDeps = {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly accounts: Pick<AccountReader, 'get'>;
  readonly memberships: Pick<DirectoryMemberships, 'removeAccount'>;
  readonly changes: Pick<GroupChanges, 'announce'>;
  readonly clients: { get(id: string): Found<DirectoryClient> };
  readonly blueprints: { get(id: string): Found<{ readonly state: string }> };
};

const MOST_MAPPED = 100;

const checkGroupMap = (groups: Readonly<Record<string, string>>): void => {
  const pairs = Object.entries(groups);
  if (pairs.length > MOST_MAPPED) {
    throw directoryRefusal('directory_group_map_exceeded', { field: '/groups', params: { most: MOST_MAPPED } });
  }
  for (const [there, here] of pairs) {
    checkText(there, '/groups', 256);
    checkText(here, '/groups', 200);
    if (readsAsGroupId(here)) throw accountRefusal('group_label_reads_as_id', { field: '/groups' });
  }
};

/** The directories of this installation. */
export interface DirectoryRegistry {
  get(id: string): Promise<Versioned<Directory> | undefined>;
  /** One page of directories, newest first. */
  list(query?: PageQuery): Promise<Page<Directory>>;
  /** The active directory that authenticates as this client. */
  ofClient(client: string): Promise<Directory | undefined>;
  /** Whether a directory, active or not, authenticates as this client. */
  hasClient(client: string): Promise<boolean>;
  /**
   * Creates a directory. Throws 'invalid_field', and 'conflict' when the client belongs to another directory, or when
   * neither the caller nor an administrator set its credentials.
   */
  create(given: NewDirectory, by: By): Promise<Versioned<Directory>>;
  /** Throws as `create` does, and 'not_found' and 'precondition_failed'. */
  update(id: string, expected: number, change: DirectoryChange, by: By): Promise<Versioned<Directory>>;
  /** From the next request on, the server refuses its calls. Its accounts stay as they are. Idempotent. */
  disable(id: string, by: By): Promise<Versioned<Directory>>;
  enable(id: string, by: By): Promise<Versioned<Directory>>;
  /**
   * Gives an existing account to a directory, which can then change and disable it. Throws 'not_found', and 'conflict' when
   * the account holds a role or belongs to a directory.
   */
  assign(id: string, account: string, by: By): Promise<void>;
  /**
   * Takes an account from a directory. The account leaves the groups of the directory; all else stays. Throws 'conflict' when
   * it does not belong to it.
   */
  unassign(id: string, account: string, by: By): Promise<void>;
}

export const directoryRegistry = (deps: DirectoryRegistryDeps): DirectoryRegistry => {
  const { documents, clock, identifiers, audit, accounts, memberships, changes, clients, blueprints } = deps;
  const collection = documents.collection<Directory>(DIRECTORIES);
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const documentsOf = registeredDocuments<Directory>({
    ...{ collection, kind: 'directory', audit, clock },
    taken: () => directoryRefusal('directory_client_taken', { field: '/client' }),
  });

  const checked = async (directory: Directory, by: By, before?: Directory): Promise<Directory> => {
    checkText(directory.name, '/name', 100);
    checkGroupMap(directory.groups ?? {});
    const { agentBlueprint } = directory;
    if (agentBlueprint !== undefined && agentBlueprint !== before?.agentBlueprint) {
      const isActive = (await blueprints.get(agentBlueprint))?.document.state === 'active';
      if (!isActive) throw directoryRefusal('directory_blueprint_inactive', { field: '/agent_blueprint' });
    }
    if (directory.client === before?.client) return directory;
    const client = (await clients.get(directory.client))?.document;
    const isRight =
      client?.state === 'active' && client.roles.length === 0 && client.grantTypes.includes('client_credentials');
    if (!isRight) throw directoryRefusal('directory_client_wrong', { field: '/client' });
    if (!isVouched(client, by)) throw directoryRefusal('directory_client_set_by_other', { field: '/client' });
    return directory;
  };

  const setState = async (id: string, state: Directory['state'], by: By): Promise<Versioned<Directory>> => {
    await documentsOf.found(id);
    await changes.announce(id);
    const type = state === 'active' ? 'directory.enabled' : 'directory.disabled';
    return documentsOf.change(id, undefined, type, by, (found) => ({ ...found, state }));
  };

  return {
    get: (id): Promise<Versioned<Directory> | undefined> => collection.get(id),

    list: (query = {}): Promise<Page<Directory>> => documentsOf.list({}, query),

    async ofClient(client): Promise<Directory | undefined> {
      const [found] = await collection.find({ where: { client }, limit: 1 });
      return found?.document.state === 'active' ? found.document : undefined;
    },

    hasClient: async (client): Promise<boolean> => (await collection.find({ where: { client }, limit: 1 })).length > 0,

    async create(given, by): Promise<Versioned<Directory>> {
      const now = clock.now();
      const { verifiesEmails = false, mostDeactivations = 20, mostDeactivationsPercent = 1, name, client } = given;
      const { groups, mostAccounts, agentBlueprint, isDryRun = false } = given;
      const directory: Directory = {
        id: identifiers.newId('dir'),
        ...(groups ? { groups } : {}),
        ...(mostAccounts === undefined ? {} : { mostAccounts }),
        ...(agentBlueprint === undefined ? {} : { agentBlueprint }),
        ...(isDryRun ? { dryRunFrom: now } : {}),
        ...{ name, client, verifiesEmails, mostDeactivations, mostDeactivationsPercent },
        state: 'active',
        createdAt: now,
        updatedAt: now,
      };
      return documentsOf.insert(await checked(directory, by), 'directory.created', by);
    },

    async update(id, expected, { agentBlueprint, ...change }, by): Promise<Versioned<Directory>> {
      await documentsOf.found(id);
      if (change.groups !== undefined) await changes.announce(id);
      return documentsOf.change(id, expected, 'directory.updated', by, ({ agentBlueprint: before, ...found }) => {
        const next = agentBlueprint === undefined ? before : (agentBlueprint ?? undefined);
        const stored = before === undefined ? found : { ...found, agentBlueprint: before };
        const directory = { ...found, ...change, ...(next === undefined ? {} : { agentBlueprint: next }) };
        return checked(directory, by, stored);
      });
    },

    disable: (id, by): Promise<Versioned<Directory>> => setState(id, 'disabled', by),
    enable: (id, by): Promise<Versioned<Directory>> => setState(id, 'active', by),

    assign: (id, account, by): Promise<void> =>
      withAccountOfDirectory({ documents, clock }, account, async () => {
        await documentsOf.found(id);
        const found = (await accounts.get(account))?.document;
        if (!found || found.removedAt !== undefined) throw accountRefusal('account_not_found', { field: '/account' });
        if (found.roles.length > 0) throw directoryRefusal('directory_account_privileged', { field: '/account' });
        if (await members.get(account)) throw directoryRefusal('directory_account_taken', { field: '/account' });
        await recordDirectoryEvent(audit, { type: 'directory.account_assigned', subject: account }, id, by);
        // Memberships from before, which a crash of `unassign` left: it inherits nothing.
        await memberships.removeAccount(account);
        const { name: displayName, email } = found;
        const emails = email === undefined ? {} : { emails: [{ value: email, primary: true }] };
        const now = clock.now();
        const attributes = { displayName, ...emails };
        const isFirst = await tryInsert(members, {
          ...{ id: account, directory: id, attributes, isAssigned: true, createdAt: now, updatedAt: now },
        });
        if (!isFirst) throw directoryRefusal('directory_account_taken', { field: '/account' });
      }),

    unassign: (id, account, by): Promise<void> =>
      withAccountOfDirectory({ documents, clock }, account, async () => {
        const { document } = (await members.get(account)) ?? {};
        if (document?.directory !== id) throw directoryRefusal('directory_account_not_assigned', { field: '/account' });
        await recordDirectoryEvent(audit, { type: 'directory.account_unassigned', subject: account }, id, by);
        await changes.announce(account);
        // Without the record no membership counts.
        await members.take(account);
        await memberships.removeAccount(account);
      }),
  };
};
