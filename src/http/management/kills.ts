import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { KillSwitch } from '../../domain/authority/revocation/kill-switch.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { checkDocumentId, isDocumentId, siteOf } from '../../domain/clients/clients/metadata-document.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { type Group, isGroupId } from '../../domain/identity/groups/group.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
import { type Kill, type KillScope, killKey, signaturesNeeded } from '../../domain/vocabulary/kill.ts';
import { type Call, existing, type Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { requireAdministrator } from './permissions.ts';

/** The part of the kill switch this API calls. */
export type Kills = Pick<KillSwitch, 'order' | 'get' | 'list' | 'lift'>;

type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

type Registries = {
  readonly accounts: Lookup<Account>;
  readonly agents: Lookup<Agent>;
  readonly clients: Lookup<Client>;
  readonly delegations: { get(id: string): Promise<Delegation | undefined> };
  readonly groups: Lookup<Group>;
  readonly owners: Pick<Owners, 'answersFor'>;
};

type Operations = 'createKill' | 'listKills' | 'getKill' | 'liftKill';

/**
 * An account without a role kills its own agents and lifts its own kills. Operators kill all else except everything and
 * administrators (decision D22).
 */
export const killHandlers = (kills: Kills, registries: Registries): Handlers<Operations> => {
  const { accounts, agents, clients, delegations, groups, owners } = registries;

  const checkPrivileged = async ({ caller }: Call, scope: KillScope, target: string): Promise<void> => {
    if (scope === 'all') requireAdministrator(caller, 'kills everything or lifts that', '/scope');
    const found =
      scope === 'account' ? await accounts.get(target) : scope === 'client' ? await clients.get(target) : undefined;
    if (found?.document.roles.includes('administrator')) {
      requireAdministrator(caller, 'kills an administrator or lifts that', '/id');
    }
  };

  const targetExists = async (scope: KillScope, target: string): Promise<boolean> => {
    switch (scope) {
      case 'account':
        return (await accounts.get(target)) !== undefined;
      case 'owner':
        return (await (isGroupId(target) ? groups : accounts).get(target)) !== undefined;
      case 'agent':
        return (await agents.get(target)) !== undefined;
      case 'client':
        return isDocumentTarget(target) || (await clients.get(target)) !== undefined;
      case 'delegation':
        return (await delegations.get(target)) !== undefined;
      // There is no list of tokens. Killing one that never existed ends nothing.
      case 'token':
      case 'all':
        return true;
    }
  };

  const ownAgent = async (scope: KillScope, target: string, account: string): Promise<boolean> => {
    const agent = scope === 'agent' ? await agents.get(target) : undefined;
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
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
      const { scope, id, reason } = call.body as {
        readonly scope: KillScope;
        readonly id?: string;
        readonly reason: string;
      };
      if ((scope === 'all') !== (id === undefined)) {
        throw new DomainError('invalid_field', 'Every scope but "all" needs an id, and that has none.', {
          field: '/id',
        });
      }
      const target = id ?? 'all';
      const { access, caller } = call;
      if (access === 'own' && scope !== 'agent') {
        throw new DomainError('forbidden', 'Without a role only your own agents can be killed.', { field: '/scope' });
      }
      if (access === 'own') existing((await ownAgent(scope, target, caller.id)) ? target : undefined);
      else await checkPrivileged(call, scope, target);
      existing((await targetExists(scope, target)) ? target : undefined);
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

    getKill: async (call) => ({ body: showKill(await visible(call)) }),

    async liftKill(call) {
      const { access, caller, by } = call;
      const kill = await visible(call);
      if (access === 'own' && kill.by !== caller.id) {
        throw new DomainError(
          'forbidden',
          'Somebody with a role ordered this kill, and somebody with a role lifts it.',
        );
      }
      if (access === 'all') await checkPrivileged(call, kill.scope, kill.target);
      return { body: showKill(await kills.lift(kill.id, by, { changedAt: await changedAt(call) })) };
    },
  };
};

const showKill = ({ id, scope, target, reason, by, state, signatures, createdAt, liftedAt }: Kill): JsonObject => ({
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

/** A client that is a metadata document, known or not; the URL of its site alone means all clients of that site. */
const isDocumentTarget = (target: string): boolean => {
  if (!isDocumentId(target)) return false;
  checkDocumentId(siteOf(target) === target ? `${target}/` : target);
  return true;
};
