/**
 * Creates what a data set needs before a node can serve it (decision D22). That is the management API as a resource server,
 * policies, one administrator, and two clients with key files that only their owner can read. Runs at every start, creates
 * what is missing and changes nothing else. Called by compose.ts.
 */

import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { readPrivateJson, writePrivateFile } from '../adapters/node/key-files.ts';
import type { Configuration } from '../config/configuration.ts';
import { ConfigurationError } from '../config/problem.ts';
import { productionProblems } from '../config/production-rules.ts';
import type { BudgetRegistry } from './domain/authority/budgets/budget-registry.ts';
import type { PolicyRegistry } from './domain/authority/policy/policy-registry.ts';
import type { ClientRegistry } from './domain/clients/clients/client-registry.ts';
import type { Role } from './domain/identity/accounts/account.ts';
import type { AccountRegistry } from './domain/identity/accounts/account-registry.ts';
import type { UpstreamRegistry } from './domain/identity/upstream/upstream-registry.ts';
import { withMutex } from './domain/platform/cluster/mutex.ts';
import type { Clock } from './domain/ports/clock.ts';
import type { DocumentStore } from './domain/ports/document-store.ts';
import type { Identifiers } from './domain/ports/identifiers.ts';
import type { OwnedCollection } from './domain/ports/owned-collection.ts';
import type { ResourceServerRegistry } from './domain/resources/resource-servers/resource-server-registry.ts';
import type { DomainError } from './domain/vocabulary/errors.ts';
import { managementApiOf } from './domain/vocabulary/management-api.ts';
import { MANAGEMENT_SCOPES } from './http/management/management-scopes.ts';

const BY = { caller: 'system' };

/** The management API's client on this machine, as the CLI reads it. */
type KeyFile = { readonly issuer: string; readonly client_id: string; readonly private_key: JWK };

export type FirstStart = {
  /** The generated password of the administrator; set in the start that generated it. */
  readonly generatedPassword?: string;
  readonly administrator: string;
};

/** The clients that were created, so that a node with a folder of its own creates no second pair. */
type ManagementClients = { readonly id: 'management_clients' } & { readonly [role in Role]?: string };

export const INSTALLATION = {
  name: 'installation',
  holds: 'the clients of the management API that the first start created',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a later start must not create them again' },
  transfer: 'gives authority',
  indexes: [],
} as const satisfies OwnedCollection;

type Deps = {
  readonly configuration: Configuration;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly accounts: AccountRegistry;
  readonly clients: ClientRegistry;
  readonly resourceServers: ResourceServerRegistry;
  readonly policies: Pick<PolicyRegistry, 'ensureStarter'>;
  readonly budgets: Pick<BudgetRegistry, 'prepare'>;
  readonly upstreams: Pick<UpstreamRegistry, 'active'>;
  readonly identifiers: Identifiers;
  readonly onFirstStart?: ((first: FirstStart) => void) | undefined;
  /** Absent with memory stores: the start then writes nothing to disk. */
  readonly folder: string | undefined;
};

/**
 * Creates what a new server needs. Several processes may start at once: one creates it, the others find it. Throws
 * ConfigurationError when production has no administrator and no password for one, and when no user could sign in.
 */
export const firstStart = (deps: Deps): Promise<FirstStart> =>
  withMutex(deps, 'first start', async () => {
    const { configuration, accounts, resourceServers, policies, identifiers, folder } = deps;
    const { administrator } = configuration;
    // First: a start that must not continue leaves nothing behind.
    await refuseWithoutWayIn(deps);
    const made = await makeAdministrator(accounts, identifiers, configuration);
    const first = { ...made, administrator: administrator.username };
    deps.onFirstStart?.(first);
    await resourceServers.ensureManagementApi(MANAGEMENT_SCOPES, BY);
    await resourceServers.ensureScimApi(BY);
    await resourceServers.ensureSsfApi(BY);
    await policies.ensureStarter(BY);
    await deps.budgets.prepare();
    if (folder !== undefined) {
      const owner = (await accounts.findByUsername(administrator.username))?.document;
      const answers = owner?.state === 'active' ? owner.id : undefined;
      for (const role of ['administrator', 'operator'] as const) await ensureKeyFile(deps, folder, role, answers);
    }
    return first;
  });

/** Checks that passwords are off only if there is a provider to sign in at. */
const refuseWithoutWayIn = async ({ configuration, upstreams }: Deps): Promise<void> => {
  if (configuration.passwords.signIn || (await upstreams.active()).length > 0) return;
  const problem = {
    pointer: '/passwords/signIn',
    message: 'Passwords are switched off, and there is no upstream provider to sign in at: no user could sign in.',
    suggestion:
      'Start with true, add one (behalf upstreams create --local), sign in there once, and switch passwords off then.',
  };
  throw new ConfigurationError([problem]);
};

const makeAdministrator = async (
  accounts: AccountRegistry,
  identifiers: Identifiers,
  configuration: Configuration,
): Promise<{ readonly generatedPassword?: string }> => {
  const { items } = await accounts.list({ limit: 1 });
  if (items.length > 0) return {};
  // Only this code knows whether a remote database has an administrator.
  const problems = productionProblems(configuration, { isFirstStart: true });
  const missing = problems.filter(({ pointer }) => pointer === '/administrator/password');
  if (missing.length > 0) throw new ConfigurationError(missing);
  const { username, password } = configuration.administrator;
  const generatedPassword = password === undefined ? identifiers.newSecret().slice(0, 20) : undefined;
  const account = {
    username,
    name: 'Administrator',
    roles: ['administrator'],
    password: password ?? String(generatedPassword),
  } as const;
  try {
    await accounts.create(account, BY);
  } catch (error) {
    const { code, field, message } = error as Partial<DomainError>;
    if (code !== 'invalid_field' || field !== '/username' || message === undefined) throw error;
    throw new ConfigurationError([{ pointer: '/administrator/username', message }]);
  }
  return generatedPassword === undefined ? {} : { generatedPassword };
};

/** Detects an unusable key now, and not at the operator's first command. */
const refuseUnusable = async (file: KeyFile | undefined, path: string): Promise<void> => {
  try {
    if (file) await importJWK(file.private_key, 'ES256');
  } catch {
    throw new Error(
      `${path} holds a private key that cannot be used. Put the right file back, or move it away: the next start makes another key.`,
    );
  }
};

/** `owner`: the account for which the commands of this machine may create agents without its acceptance. */
const ensureKeyFile = async (deps: Deps, folder: string, role: Role, owner: string | undefined): Promise<void> => {
  const { clients } = deps;
  const { issuer, stores } = deps.configuration;
  const path = join(folder, `${role}.json`);
  const authority = { [managementApiOf(issuer)]: ['*'] };
  const file = readPrivateJson<KeyFile>(path, {
    isRight: ({ issuer: of, client_id, private_key }) =>
      typeof of === 'string' &&
      typeof client_id === 'string' &&
      typeof private_key === 'object' &&
      private_key !== null,
    remedy: 'Put the right file back, or move it away: the next start makes another key.',
  });
  await refuseUnusable(file, path);
  const client = file && (await clients.get(file.client_id));
  if (file && client) {
    // The issuer changed (another port, another name): updates the client's rights and the file.
    const isMoved = file.issuer !== issuer;
    const isUnowned = client.document.owner === undefined && owner !== undefined;
    if (isMoved || isUnowned) {
      const change = { ...(isMoved ? { authority } : {}), ...(isUnowned ? { owner } : {}) };
      await clients.update(client.document.id, client.version, change, BY);
    }
    if (isMoved) writePrivateFile(path, JSON.stringify({ ...file, issuer }, undefined, 2));
    return;
  }
  const installation = deps.documents.collection<ManagementClients>(INSTALLATION);
  const found = await installation.get('management_clients');
  const known = found?.document[role];
  // The owner of the folder also owns a SQLite database in it. For a shared database, one of its nodes has the key file.
  if (stores.document !== 'sqlite' && known !== undefined && (await clients.get(known))) return;

  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const created = await clients.create(
    {
      name: `Management ${role}`,
      ...(owner === undefined ? {} : { owner }),
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kty: 'EC', use: 'sig' }] },
      grantTypes: ['client_credentials'],
      authority,
      roles: [role],
    },
    BY,
  );
  const { id } = created.document;
  const key: KeyFile = { issuer, client_id: id, private_key: await exportJWK(privateKey) };
  writePrivateFile(path, JSON.stringify(key, undefined, 2));
  const now: ManagementClients = { ...found?.document, id: 'management_clients', [role]: id };
  if (found) await installation.replace(now, found.version);
  else await installation.insert(now);
};
