/**
 * The kinds of settings that files declare, with the members that a file may have. Secrets, keys of this server, times and
 * health are not among them. Does not know files (files.ts) nor the order of changes (plan.ts).
 */
import { prefixOfId } from '../../domain/ports/identifiers.ts';
import { CommandError, isCommandError } from '../command.ts';
import type { Json, ManagementClient } from '../management-client.ts';
import { apiIdentified, objectsNamed } from '../named-objects.ts';
import { findAccount, findOwner } from '../named-owners.ts';
import type { ActionOperation, ChangeOperation, ListOperation, OperationsWith, ReadOperation } from '../operations.ts';

/** How a file names another object: by a name, which is the same on every server. */
type Reference = {
  readonly idOf: (api: ManagementClient, name: string, declared: Json) => Promise<string>;
  readonly nameOf: (api: ManagementClient, id: string, found: Json) => Promise<string>;
};

export type DeclaredKind = {
  /** Its folder, named as its path in the API. */
  readonly folder: string;
  readonly singular: string;
  /** The member that says which object a file means. It cannot change. */
  readonly identity: string;
  readonly list: ListOperation;
  readonly read: ReadOperation;
  readonly create: OperationsWith<'POST', never>;
  readonly change: ChangeOperation;
  /** Set when the object is created, and never changed. */
  readonly fixed: readonly string[];
  readonly changeable: readonly string[];
  readonly references: Readonly<Record<string, Reference>>;
  /** The operation that leads to each state. A state without one is set by `change`. */
  readonly states: Readonly<Record<string, ActionOperation | 'change'>>;
  /** The state of an object that `create` made. */
  readonly first: string;
  /** The state that pruning leads to. */
  readonly pruned: string;
  /** Whether files declare the object. */
  readonly isDeclared: (found: Json, api: ManagementClient) => boolean;
};

const nameIn = async (api: ManagementClient, operation: ReadOperation, id: string, member: string): Promise<string> => {
  try {
    return String((await api.run(operation, { id })).body[member]);
  } catch (error) {
    // An object that the caller may not read keeps its id, which a file may have as well.
    if (isCommandError(error) && (error.status === 403 || error.status === 404)) return id;
    throw error;
  }
};

const OWNER: Reference = {
  idOf: (api, name) => findOwner(api, name),
  nameOf: (api, id) =>
    id.startsWith('grp_') ? nameIn(api, 'getGroup', id, 'name') : nameIn(api, 'getAccount', id, 'username'),
};

const API: Reference = {
  idOf: async (api, name) => {
    if (prefixOfId(name)) return name;
    const found = await apiIdentified(api, name);
    if (found) return String(found['id']);
    throw new CommandError(`There is no API with the identifier ${name}.`, {
      hint: 'Declare it in resource-servers/, and apply that first.',
    });
  },
  nameOf: (api, id) => nameIn(api, 'getResourceServer', id, 'identifier'),
};

const SUBJECT: Reference = {
  idOf: async (api, name, { about }) => {
    if (prefixOfId(name)) return name;
    if (about === 'owner') return findOwner(api, name);
    if (about === 'account') return findAccount(api, name);
    const agents = (await objectsNamed(api, 'AGENT', name)).filter(({ state }) => state !== 'retired');
    const [one, ...others] = agents;
    if (one && others.length === 0) return String(one['id']);
    throw new CommandError(`${one ? 'Several agents have' : 'No agent has'} the name ${name}.`, {
      hint: 'Give the id.',
    });
  },
  nameOf: async (api, id, found) => {
    if (found['about'] === 'owner' || found['about'] === 'account') return OWNER.nameOf(api, id, found);
    if (found['about'] !== 'agent') return id;
    const name = await nameIn(api, 'getAgent', id, 'name');
    return (await objectsNamed(api, 'AGENT', name)).length === 1 ? name : id;
  },
};

/** In the order in which they are applied: later kinds name objects of earlier ones. */
export const DECLARED_KINDS: readonly DeclaredKind[] = [
  {
    folder: 'resource-servers',
    singular: 'resource server',
    identity: 'identifier',
    list: 'listResourceServers',
    read: 'getResourceServer',
    create: 'createResourceServer',
    change: 'updateResourceServer',
    fixed: ['introspection_auth_method'],
    changeable: [
      'name',
      'scopes',
      'detail_types',
      'access_token_format',
      'access_token_signing_alg',
      'access_token_ttl_seconds',
      'environments',
      'permissions',
      'status_list',
      'jwks',
      'certificate',
    ],
    references: {},
    states: { active: 'enableResourceServer', disabled: 'disableResourceServer' },
    first: 'active',
    pruned: 'disabled',
    // The server itself keeps the scopes of its own API.
    isDeclared: ({ identifier }, { issuer }) => !String(identifier).startsWith(`${issuer}/`),
  },
  {
    folder: 'blueprints',
    singular: 'blueprint',
    identity: 'name',
    list: 'listBlueprints',
    read: 'getBlueprint',
    create: 'createBlueprint',
    change: 'updateBlueprint',
    fixed: [],
    changeable: ['purpose', 'ceilings'],
    references: {},
    states: { draft: 'change', active: 'activateBlueprint', deprecated: 'deprecateBlueprint' },
    first: 'draft',
    pruned: 'deprecated',
    isDeclared: () => true,
  },
  {
    folder: 'trusted-issuers',
    singular: 'trusted issuer',
    identity: 'issuer',
    list: 'listTrustedIssuers',
    read: 'getTrustedIssuer',
    create: 'createTrustedIssuer',
    change: 'updateTrustedIssuer',
    fixed: ['template'],
    changeable: [
      'name',
      'jwks',
      'jwks_uri',
      'audience',
      'max_key_age_seconds',
      'max_token_age_seconds',
      'one_time_tokens',
    ],
    references: {},
    states: { active: 'enableTrustedIssuer', disabled: 'disableTrustedIssuer' },
    first: 'active',
    pruned: 'disabled',
    isDeclared: () => true,
  },
  {
    folder: 'clients',
    singular: 'client',
    identity: 'name',
    list: 'listClients',
    read: 'getClient',
    create: 'createClient',
    change: 'updateClient',
    fixed: ['application_type', 'token_endpoint_auth_method'],
    changeable: [
      'owner',
      'purpose',
      'jwks',
      'jwks_uri',
      'certificate',
      'grant_types',
      'redirect_uris',
      'post_logout_redirect_uris',
      'backchannel_logout_uri',
      'backchannel_logout_session_required',
      'cors_origins',
      'skip_consent',
      'dpop_bound_access_tokens',
      'certificate_bound_access_tokens',
      'require_pushed_authorization_requests',
      'require_pkce',
      'legacy_assertion_audience',
      'id_token_signed_response_alg',
      'authority',
    ],
    references: { owner: OWNER },
    states: { active: 'enableClient', disabled: 'disableClient' },
    first: 'active',
    pruned: 'disabled',
    // A client with a role holds the key to this API. A client that describes itself does so elsewhere.
    isDeclared: ({ id, roles, state, expires_at }) =>
      String(id).startsWith('app_') &&
      ((roles ?? []) as readonly string[]).length === 0 &&
      state !== 'retired' &&
      expires_at === undefined,
  },
  {
    folder: 'budgets',
    singular: 'budget',
    identity: 'name',
    list: 'listBudgets',
    read: 'getBudget',
    create: 'createBudget',
    change: 'updateBudget',
    fixed: ['about', 'subject', 'measure', 'resource', 'scopes', 'detail_type', 'currency_member'],
    changeable: ['limit', 'window_seconds', 'currency'],
    references: { subject: SUBJECT },
    states: { active: 'change', disabled: 'change' },
    first: 'active',
    pruned: 'disabled',
    isDeclared: () => true,
  },
  {
    folder: 'webhooks',
    singular: 'webhook',
    identity: 'url',
    list: 'listWebhooks',
    read: 'getWebhook',
    create: 'createWebhook',
    change: 'updateWebhook',
    fixed: [],
    changeable: ['name', 'kinds', 'owner', 'resource_server'],
    references: { owner: OWNER, resource_server: API },
    // An endpoint becomes active by returning a challenge, which no file can do for it.
    states: { stopped: 'stopWebhook' },
    first: 'unproven',
    pruned: 'stopped',
    isDeclared: () => true,
  },
];

/** The members of a file, in this order. */
export const membersOf = ({ identity, fixed, changeable }: DeclaredKind): readonly string[] => [
  identity,
  ...(identity === 'name' || !changeable.includes('name') ? [] : ['name']),
  ...fixed,
  ...changeable.filter((member) => member !== 'name'),
  'state',
];

/** All objects of the kind that files declare, as lists have them. */
export const declaredObjects = async (kind: DeclaredKind, api: ManagementClient): Promise<readonly Json[]> => {
  const found: Json[] = [];
  for await (const item of api.items(kind.list, {})) if (kind.isDeclared(item, api)) found.push(item);
  return found;
};

/** An object in this state as files see it: they declare what is active, and of a blueprint that never was, its draft. */
export const inState = (kind: DeclaredKind, read: Json, state: unknown): Json => {
  const draft = read['draft'] as Json | undefined;
  return kind.folder === 'blueprints' && state === 'draft' && draft ? { ...read, ceilings: draft['ceilings'] } : read;
};

/** The object as a file declares it: with names in place of ids, without what files do not declare. */
export const declarationOf = async (kind: DeclaredKind, read: Json, api: ManagementClient): Promise<Json> => {
  const found = inState(kind, read, read['state']);
  const entries: (readonly [string, unknown])[] = [];
  for (const member of membersOf(kind)) {
    const value = found[member];
    const reference = kind.references[member];
    // A state that no file can set is not part of a declaration.
    if (value === undefined || (member === 'state' && kind.states[String(value)] === undefined)) continue;
    const shown = reference ? await reference.nameOf(api, String(value), found) : value;
    entries.push([member, shown]);
  }
  return Object.fromEntries(entries);
};
