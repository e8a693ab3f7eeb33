/** Resource: kills. */

import type { Delegation } from '../../../domain/authority/delegation/delegation.ts';
import { killRefusal } from '../../../domain/authority/revocation/kill-refusals.ts';
import type { KillSwitch } from '../../../domain/authority/revocation/kill-switch.ts';
import type { Agent } from '../../../domain/clients/agents/agent.ts';
import type { Client } from '../../../domain/clients/clients/client.ts';
import { checkDocumentId, isDocumentId, siteOf } from '../../../domain/clients/clients/metadata-document.ts';
import type { Account } from '../../../domain/identity/accounts/account.ts';
import type { FreshFactor } from '../../../domain/identity/accounts/fresh-factor.ts';
import { type Group, isGroupId } from '../../../domain/identity/groups/group.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import type { PreviewKill } from '../../../domain/offboarding/kill-preview.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { KILL_SCOPES, type Kill, type KillScope, killKey, signaturesNeeded } from '../../../domain/vocabulary/kill.ts';
import { type Call, existing } from '../call.ts';
import { requireAdministrator } from '../permissions.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenClientId, givenId, OWN, PAGE, scopes } from '../route.ts';
import { named, type Schema } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { KILL_PREVIEW, showKillPreview } from './kill-preview-schema.ts';

const NEW_KILL = named(
  'NewKill',
  input(
    {
      scope: oneOf('What the kill stops; `owner`: all agents of an account.', KILL_SCOPES),
      id: text(
        'Id of the object. For a token: its `jti`. For unregistered clients: the URL, or `https://host` for all clients of a site. Not with `all`.',
        512,
      ),
      reason: text('Reason, for later review.', 500),
    },
    ['scope', 'reason'],
  ),
);

const SIGNATURE: Schema<Kill['signatures'][number]> = {
  type: 'object',
  properties: { by: string(), at: seconds('When.') },
};
const NOT_DURABLE: Schema<'audit' | 'store'> = { type: 'string', enum: ['audit', 'store'] };

const KILL = named(
  'Kill',
  output(
    {
      ...identified('Begins with kil_.'),
      scope: oneOf('What the kill stops.', KILL_SCOPES),
      target: string('Id of the object; absent with `all`.'),
      reason: string(),
      by: string('Account or client that ordered it.'),
      state: oneOf('Whether the kill is in force. `final`: what it ended stays ended, and the kill cannot be lifted.', [
        'standing',
        'lifted',
        'final',
      ]),
      signatures: arrayOf(SIGNATURE, 'Signatures for the lift.'),
      signatures_needed: integer('Number of further signatures needed to lift it.'),
      created_at: seconds('When it was ordered.'),
      lifted_at: seconds('When it was lifted.'),
      not_durable_yet: arrayOf(
        NOT_DURABLE,
        'With 202: the kill is stored on the data volume of this node until these accept writes again.',
      ),
    },
    ['target', 'lifted_at', 'not_durable_yet'],
  ),
);

const KILL_PAGE = page(KILL);

const SCOPES = scopes('kills', {
  read: ['See what was stopped in an emergency', 'low'],
  write: ['Stop agents, people, clients or everything, and lift that', 'critical'],
});

const make = about('kills', SCOPES);

const routes = {
  createKill: make.create(
    '/kills',
    NEW_KILL,
    KILL,
    'Stop an agent, all agents of an owner, an account, a client, or everything, at once and until the kill is lifted',
    {
      policy: { not: 'it only takes away, and has to work when nothing else does' },
      own: true,
      isServedFromReserve: true,
      accepted: 'The kill takes effect on this node at once. `not_durable_yet` names what has not stored it yet.',
    },
  ),
  listKills: make.read('/kills', KILL_PAGE, 'List kills, newest first', {
    own: true,
    query: {
      ...PAGE,
      scope: oneOf('Only kills of this scope; needs `id`, except `all`.', KILL_SCOPES),
      id: givenId('Only kills of this object.'),
      standing: { ...flag('Only kills that are not lifted.'), default: false },
    },
  }),
  previewKill: make.read('/kill-preview', KILL_PREVIEW, 'Preview what a kill would stop and end', {
    own: true,
    query: {
      scope: oneOf('What the kill would stop.', KILL_SCOPES),
      id: givenClientId('Id of the object; not with `all`.'),
    },
  }),
  getKill: make.read('/kills/{id}', KILL, 'Read a kill', OWN),
  liftKill: make.act(
    '/kills/{id}/lift',
    KILL,
    'Lift a kill, or sign its lift. Only administrators do, and owners for their own orders. A kill of everything needs two administrators, unchanged since the order',
    { ...OWN, isServedFromReserve: true },
  ),
};

/** The functions of the kill switch for this API. */
export type Kills = Pick<KillSwitch, 'order' | 'get' | 'list' | 'lift'>;

type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

type Dependencies = {
  readonly kills: Kills;
  readonly accounts: Lookup<Account>;
  readonly agents: Lookup<Agent>;
  readonly clients: Lookup<Client>;
  readonly delegations: { get(id: string): Promise<Delegation | undefined> };
  readonly groups: Lookup<Group>;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly previewKill: PreviewKill;
  readonly requireFreshFactor: FreshFactor;
};

/**
 * An account without a role kills its own agents and lifts its own kills. Operators order all other kills, except those of
 * everything and of administrators (decision D22). Administrators lift them, people with a fresh second factor: a lift gives
 * back what an order took away.
 */
const handlers = ({
  kills,
  accounts,
  agents,
  clients,
  delegations,
  groups,
  owners,
  previewKill,
  requireFreshFactor,
}: Dependencies): Handlers<typeof routes> => {
  const checkPrivileged = async ({ caller }: Call, scope: KillScope, target: string): Promise<void> => {
    if (scope === 'all') requireAdministrator(caller, 'kills everything', '/scope');
    const found =
      scope === 'account' ? await accounts.get(target) : scope === 'client' ? await clients.get(target) : undefined;
    if (found?.document.roles.includes('administrator')) {
      requireAdministrator(caller, 'kills an administrator', '/id');
    }
  };

  /** The name of the target, or its id where it has none; undefined: it does not exist. */
  const nameOf = async (scope: KillScope, target: string): Promise<string | undefined> => {
    switch (scope) {
      case 'account':
        return (await accounts.get(target))?.document.username;
      case 'owner':
        return isGroupId(target)
          ? (await groups.get(target))?.document.name
          : (await accounts.get(target))?.document.username;
      case 'agent':
        return (await agents.get(target))?.document.name;
      case 'client':
        return isDocumentTarget(target) ? target : (await clients.get(target))?.document.name;
      case 'delegation':
        return (await delegations.get(target))?.id;
      // There is no list of tokens. A kill of a token that never existed ends nothing.
      case 'token':
      case 'all':
        return target;
    }
  };

  const ownAgent = async (scope: KillScope, target: string, account: string): Promise<boolean> => {
    const agent = scope === 'agent' ? await agents.get(target) : undefined;
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
  };

  /** The target of an order that the caller may give, with its name. Throws every refusal of an order. */
  const killable = async (call: Call, scope: KillScope, id: string | undefined) => {
    if ((scope === 'all') !== (id === undefined)) throw killRefusal('kill_id_missing', { field: '/id' });
    const target = id ?? 'all';
    const { access, caller } = call;
    if (access === 'own' && scope !== 'agent') throw killRefusal('kill_of_others_forbidden', { field: '/scope' });
    if (access === 'own') existing((await ownAgent(scope, target, caller.id)) ? target : undefined);
    else await checkPrivileged(call, scope, target);
    return { target, name: existing(await nameOf(scope, target)) };
  };

  const visible = async ({ id, access, caller }: Call): Promise<Kill> => {
    const kill = existing(await kills.get(id));
    const isVisible = access === 'all' || (await ownAgent(kill.scope, kill.target, caller.id));
    return existing(isVisible ? kill : undefined);
  };

  const changedAt = async ({ caller }: Call): Promise<number> => {
    const found = await (caller.kind === 'client' ? clients : accounts).get(caller.id);
    return found?.document.updatedAt ?? Number.POSITIVE_INFINITY;
  };

  return {
    async createKill(call) {
      const { scope, id, reason } = call.body;
      const { target } = await killable(call, scope, id);
      const owner = scope === 'agent' ? (await agents.get(target))?.document.owner : undefined;
      const { kill, missing } = await kills.order(
        { scope, target, reason, ...(owner === undefined ? {} : { owner }) },
        call.by,
      );
      return {
        body: { ...showKill(kill), ...(missing.length === 0 ? {} : { not_durable_yet: missing }) },
        ...(missing.length === 0 ? {} : { status: 202 }),
      };
    },

    async listKills({ query, after, access, caller }) {
      const { scope, id, standing, limit = 50 } = query;
      const { items, next } = await kills.list({
        ...(scope !== undefined && (id !== undefined || scope === 'all') ? { key: killKey(scope, id ?? 'all') } : {}),
        ...(standing ? { state: 'standing' } : {}),
        ...(access === 'own' ? { owner: caller.id } : {}),
        ...(after ? { after } : {}),
        limit,
      });
      return { body: { items: items.map(showKill) }, next };
    },

    async previewKill(call) {
      const { scope, id } = call.query;
      if (scope === undefined) throw killRefusal('kill_scope_missing', { field: 'scope' });
      const { target, name } = await killable(call, scope, id);
      const isNamed = scope !== 'all' && scope !== 'token';
      return { body: showKillPreview(scope, id, isNamed ? name : undefined, await previewKill(scope, target)) };
    },

    getKill: async (call) => ({ body: showKill(await visible(call)) }),

    async liftKill(call) {
      const { access, caller, by } = call;
      const kill = await visible(call);
      if (access === 'own' && kill.by !== caller.id) {
        throw killRefusal('kill_of_role_not_liftable');
      }
      if (access === 'all') {
        requireAdministrator(caller, 'lifts a kill');
        // A client has no second factor: of two administrators' clients, one may be kept on another machine.
        if (caller.kind === 'account') requireFreshFactor(by);
      }
      return { body: showKill(await kills.lift(kill.id, by, { changedAt: await changedAt(call) })) };
    },
  };
};

const showKill = ({ id, scope, target, reason, by, state, signatures, createdAt, liftedAt }: Kill) => ({
  id,
  scope,
  ...(scope === 'all' ? {} : { target }),
  reason,
  by,
  state,
  signatures,
  signatures_needed: state === 'standing' ? Math.max(0, signaturesNeeded(scope) - signatures.length) : 0,
  created_at: createdAt,
  ...(liftedAt === undefined ? {} : { lifted_at: liftedAt }),
});

/** A client that is a metadata document, known or not. The URL of a site alone means all clients of that site. */
const isDocumentTarget = (target: string): boolean => {
  if (!isDocumentId(target)) return false;
  checkDocumentId(siteOf(target) === target ? `${target}/` : target);
  return true;
};

export const kills = resource(routes, handlers);
