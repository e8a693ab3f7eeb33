import type { Delegation } from '../authority/delegation/delegation.ts';
import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { AgentRegistry } from '../clients/agents/agent-registry.ts';
import type { Session } from '../identity/sessions/session.ts';
import type { SessionRegistry } from '../identity/sessions/session-registry.ts';
import type { Grant, Grants } from '../ports/grants.ts';
import type { KillScope } from '../vocabulary/kill.ts';
import type { Some } from './disable-preview.ts';

/** Maximum number of listed documents of one kind. */
const MOST = 100;

/** What a kill of one target would end or stop. */
export type KillPreview = {
  /** Agents that would get no token until the kill is lifted. */
  readonly agents: Some<Agent>;
  readonly delegations: Some<Delegation>;
  readonly grants: Some<Grant>;
  readonly sessions: Some<Session>;
};

export type PreviewKill = (scope: KillScope, target: string) => Promise<KillPreview>;

const NONE = { items: [], more: false } as const;
const NOTHING: KillPreview = { agents: NONE, delegations: NONE, grants: NONE, sessions: NONE };

const some = <T>(items: readonly T[], more: boolean): Some<T> => ({ items: items.slice(0, MOST), more });

/**
 * Shows what a kill would end, without ordering it. Reads live documents only, at most 100 of a kind. A token names nothing
 * else, so its preview is empty. Does not check whether the target exists.
 */
export const killPreview = ({
  agents,
  delegations,
  grants,
  sessions,
}: {
  readonly agents: Pick<AgentRegistry, 'get' | 'list'>;
  readonly delegations: Pick<DelegationRegistry, 'get' | 'list'>;
  readonly grants: Pick<Grants, 'list'>;
  readonly sessions: Pick<SessionRegistry, 'ofAccount'>;
}): PreviewKill => {
  const agentsOf = async (owner?: string): Promise<Some<Agent>> => {
    const states = owner === undefined ? (['active'] as const) : (['active', 'suspended', 'pending'] as const);
    const pages = await Promise.all(
      states.map((state) => agents.list({ ...(owner === undefined ? {} : { owner }), state, limit: MOST })),
    );
    const found = pages.flatMap(({ items }) => items.map(({ document }) => document));
    return some(found, found.length > MOST || pages.some(({ next }) => next !== undefined));
  };

  const delegationsOf = async (query: Omit<Parameters<typeof delegations.list>[0], 'limit' | 'live'>) => {
    const { items, next } = await delegations.list({ ...query, live: true, limit: MOST });
    return some(items, next !== undefined);
  };

  const grantsOf = async (query: { readonly account?: string; readonly clientId?: string }): Promise<Some<Grant>> => {
    const { items, next } = await grants.list({ ...query, limit: MOST });
    return some(items, next !== undefined);
  };

  /** The delegation and its descendants. */
  const below = async (id: string): Promise<Some<Delegation>> => {
    const root = await delegations.get(id);
    if (!root) return NONE;
    const { items, more } = await delegationsOf({ subject: root.subject });
    return some([root, ...items.filter(({ ancestors }) => ancestors.includes(id))], more);
  };

  const previews = {
    agent: async (id) => {
      const agent = (await agents.get(id))?.document;
      const [held, granted] = await Promise.all([delegationsOf({ actor: id }), grantsOf({ clientId: id })]);
      return { ...NOTHING, agents: some(agent ? [agent] : [], false), delegations: held, grants: granted };
    },
    owner: async (id) => ({ ...NOTHING, agents: await agentsOf(id) }),
    account: async (id) => {
      const [owned, given, granted, signedIn] = await Promise.all([
        agentsOf(id),
        delegationsOf({ subject: id }),
        grantsOf({ account: id }),
        sessions.ofAccount(id),
      ]);
      const live = some(signedIn, signedIn.length > MOST);
      return { agents: owned, delegations: given, grants: granted, sessions: live };
    },
    client: async (id) => ({ ...NOTHING, grants: await grantsOf({ clientId: id }) }),
    delegation: async (id) => ({ ...NOTHING, delegations: await below(id) }),
    token: async () => NOTHING,
    all: async () => {
      const [active, held, granted] = await Promise.all([agentsOf(), delegationsOf({}), grantsOf({})]);
      return { ...NOTHING, agents: active, delegations: held, grants: granted };
    },
  } as const satisfies Record<KillScope, (target: string) => Promise<KillPreview>>;

  return (scope, target) => previews[scope](target);
};
