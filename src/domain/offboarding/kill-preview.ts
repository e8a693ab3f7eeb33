import type { Delegation } from '../authority/delegation/delegation.ts';
import type { DelegationFilter } from '../authority/delegation/delegation-changes.ts';
import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { AgentRegistry } from '../clients/agents/agent-registry.ts';
import { isDocumentId, siteOf } from '../clients/clients/metadata-document.ts';
import type { Session } from '../identity/sessions/session.ts';
import type { SessionRegistry } from '../identity/sessions/session-registry.ts';
import type { Cursor } from '../ports/document-store.ts';
import type { Grant, Grants } from '../ports/grants.ts';
import type { KillScope } from '../vocabulary/kill.ts';
import { MOST, NONE, type Some, some } from './disable-preview.ts';

/**
 * What a kill of one target would end or stop: what the target has, what its agents hold, what agents hold through a
 * client, and every re-delegation below. `more` of a kind: there are further ones, or the search ended before it read
 * all. Access tokens, standing approvals and open approvals also end, and are not listed.
 */
export type KillPreview = {
  /** Agents that would get no token until the kill is lifted. */
  readonly agents: Some<Agent>;
  readonly delegations: Some<Delegation>;
  readonly grants: Some<Grant>;
  readonly sessions: Some<Session>;
};

export type PreviewKill = (scope: KillScope, target: string) => Promise<KillPreview>;

const NOTHING: KillPreview = { agents: NONE, delegations: NONE, grants: NONE, sessions: NONE };

/** What the server does not count. */
const UNCOUNTED = { items: [], more: true } as const;

/** Most stored delegations that one preview reads, ended ones included. */
const MOST_READ = 1000;

/** Most pages of grants that a preview reads to find those of a site. */
const MOST_PAGES = 5;

type Search<Q, T> = { readonly queries: readonly Q[]; readonly isMeant?: (found: T) => boolean };

type GrantFilter = { readonly account?: string; readonly clientId?: string };

/**
 * Shows what a kill would end, without ordering it. Lists at most 100 of a kind. A token names nothing else, so its preview
 * is empty. Sessions of everything are not counted. Does not check whether the target exists.
 */
export const killPreview = ({
  agents,
  delegations,
  grants,
  sessions,
}: {
  readonly agents: Pick<AgentRegistry, 'get' | 'list'>;
  readonly delegations: Pick<DelegationRegistry, 'live' | 'newestLive'>;
  readonly grants: Pick<Grants, 'list'>;
  readonly sessions: Pick<SessionRegistry, 'ofAccount'>;
}): PreviewKill => {
  const agentsOf = async (owner?: string): Promise<Some<Agent>> => {
    const states = owner === undefined ? (['active'] as const) : (['active', 'suspended', 'pending'] as const);
    const pages = await Promise.all(
      states.map((state) => agents.list({ ...(owner === undefined ? {} : { owner }), state, limit: MOST })),
    );
    const found = pages.flatMap(({ items }) => items.map(({ document }) => document));
    return some(
      found,
      pages.some(({ next }) => next !== undefined),
    );
  };

  const delegationsOf = delegationSearch(delegations);
  const grantsOf = grantSearch(grants);

  const agentNow = async (id: string): Promise<Some<Agent>> => {
    const agent = (await agents.get(id))?.document;
    return some(agent && agent.state !== 'retired' ? [agent] : []);
  };

  const client = async (id: string): Promise<KillPreview> => {
    const isOfSite = (client: string | undefined): boolean => client !== undefined && siteOf(client) === id;
    const isSite = isDocumentId(id) && siteOf(id) === id;
    const [held, granted] = await Promise.all([
      delegationsOf(isSite ? { queries: [{}], isMeant: ({ via }) => isOfSite(via) } : { queries: [{ via: id }] }),
      grantsOf(
        isSite ? { queries: [{}], isMeant: ({ clientId }) => isOfSite(clientId) } : { queries: [{ clientId: id }] },
      ),
    ]);
    return { ...NOTHING, delegations: held, grants: granted };
  };

  const previews = {
    agent: async (id) => {
      const [stopped, held, granted] = await Promise.all([
        agentNow(id),
        delegationsOf({ queries: [{ actor: id }, { via: id }] }),
        grantsOf({ queries: [{ clientId: id }] }),
      ]);
      return { ...NOTHING, agents: stopped, delegations: held, grants: granted };
    },
    owner: async (id) => {
      const owned = await agentsOf(id);
      const [held, granted] = await Promise.all([
        delegationsOf({ queries: heldBy(owned) }),
        grantsOf({ queries: grantedTo(owned) }),
      ]);
      return { ...NOTHING, ...orMore(owned, { agents: owned, delegations: held, grants: granted }) };
    },
    account: async (id) => {
      const owned = await agentsOf(id);
      const [held, granted, signedIn] = await Promise.all([
        delegationsOf({ queries: [{ subject: id }, ...heldBy(owned)] }),
        grantsOf({ queries: [{ account: id }, ...grantedTo(owned)] }),
        sessions.ofAccount(id),
      ]);
      return { ...orMore(owned, { agents: owned, delegations: held, grants: granted }), sessions: some(signedIn) };
    },
    client,
    delegation: async (id) => ({ ...NOTHING, delegations: await delegationsOf({ root: id }) }),
    token: async () => NOTHING,
    all: async () => {
      const [active, held, granted] = await Promise.all([
        agentsOf(),
        delegationsOf({ queries: [{}] }),
        grantsOf({ queries: [{}] }),
      ]);
      return { agents: active, delegations: held, grants: granted, sessions: UNCOUNTED };
    },
  } as const satisfies Record<KillScope, (target: string) => Promise<KillPreview>>;

  return (scope, target) => previews[scope](target);
};

const heldBy = ({ items }: Some<Agent>): readonly DelegationFilter[] =>
  items.flatMap(({ id }) => [{ actor: id }, { via: id }]);

const grantedTo = ({ items }: Some<Agent>): readonly GrantFilter[] => items.map(({ id }) => ({ clientId: id }));

type OfAgents = Pick<KillPreview, 'agents' | 'delegations' | 'grants'>;

/** Agents that are not listed may hold further delegations and grants. */
const orMore = ({ more }: Some<Agent>, { agents, delegations, grants }: OfAgents): OfAgents => ({
  agents,
  delegations: { ...delegations, more: delegations.more || more },
  grants: { ...grants, more: grants.more || more },
});

/** Finds live delegations by several filters, and every live delegation below them. */
const delegationSearch =
  ({ live, newestLive }: Pick<DelegationRegistry, 'live' | 'newestLive'>) =>
  async (search: Search<DelegationFilter, Delegation> | { readonly root: string }): Promise<Some<Delegation>> => {
    const found = new Map<string, Delegation>();
    let left = MOST_READ;
    let isWhole = true;

    const find = async (filter: DelegationFilter, isMeant?: (one: Delegation) => boolean): Promise<void> => {
      if (!isWhole || found.size > MOST) return;
      const bounds = { most: isMeant ? MOST_READ : MOST + 1, mostRead: left };
      const page = await newestLive(filter, bounds);
      left -= page.read;
      isWhole = page.isWhole;
      for (const one of page.items) if (isMeant?.(one) ?? true) found.set(one.id, one);
    };

    if ('root' in search) {
      const root = await live(search.root);
      if (root) found.set(root.id, root);
    } else {
      for (const filter of search.queries) await find(filter, search.isMeant);
    }
    // A Map also visits what is added during the iteration: the levels below follow.
    for (const { id, delegableTo } of found.values()) if (delegableTo.depth > 0) await find({ parent: id });
    return some([...found.values()], !isWhole);
  };

/** Finds live grants by several filters. */
const grantSearch =
  ({ list }: Pick<Grants, 'list'>) =>
  async ({ queries, isMeant }: Search<GrantFilter, Grant>): Promise<Some<Grant>> => {
    const found = new Map<string, Grant>();
    let isWhole = true;
    for (const query of queries) {
      if (!isWhole || found.size > MOST) break;
      let after: Cursor | undefined;
      for (let pages = isMeant ? MOST_PAGES : 1; pages > 0; pages -= 1) {
        const { items, next } = await list({ ...query, after, limit: MOST + 1 });
        for (const one of items) if (isMeant?.(one) ?? true) found.set(one.id, one);
        after = next;
        if (!next) break;
      }
      isWhole = after === undefined;
    }
    return some([...found.values()], !isWhole);
  };
