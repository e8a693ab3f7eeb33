import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { Blueprint } from '../blueprints/blueprint.ts';
import { type CeilingChange, type Ceilings, diffCeilings, meetAuthority } from '../blueprints/ceilings.ts';
import { AGENTS, type Agent } from './agent.ts';
import { effectiveAgent, type Stop } from './effective-agent.ts';

/** What a change of its blueprint would break for one agent. */
export type AgentBreak = {
  readonly agent: Agent;
  /** Why the agent could no longer act. Empty: it continues with fewer rights. */
  readonly stops: readonly Stop[];
  /** Grant types it uses and would lose. */
  readonly grantTypes: readonly string[];
  /** Rights of its own that it would lose. */
  readonly authority: ScopesByResource;
  /** Ceilings that would be lower for it. */
  readonly lowered: readonly CeilingChange[];
};

const AT_ONCE = 200;
/** Maximum number of agents examined for one page, so that the time for a page is bounded. */
const AT_MOST = 2000;

/** Quotas apply to future agents only. */
const NOT_ABOUT_ONE: readonly string[] = ['maxAgents', 'maxInstances'];

/** Undefined: the agent continues as before. */
const breakOf = (agent: Agent, before: Pick<Blueprint, 'version' | 'ceilings'>, after: Ceilings) => {
  const now = effectiveAgent(agent, before);
  if (agent.state === 'retired' || now.stops.length > 0) return undefined;
  const then = effectiveAgent(agent, { version: before.version + 1, ceilings: after });
  const grantTypes = now.agent.grantTypes.filter((name) => !then.agent.grantTypes.includes(name));
  const authority = lost(now.agent.authority ?? {}, then.agent.authority ?? {});
  const lowered = diffCeilings(now.agent.ceilings ?? {}, then.agent.ceilings ?? {}).filter(
    ({ member, narrows }) => narrows && !NOT_ABOUT_ONE.includes(member),
  );
  const isSame =
    then.stops.length === 0 && grantTypes.length === 0 && Object.keys(authority).length === 0 && lowered.length === 0;
  return isSame ? undefined : ({ agent, stops: then.stops, grantTypes, authority, lowered } satisfies AgentBreak);
};

/** The entries of `before` that `after` lacks. */
const lost = (before: ScopesByResource, after: ScopesByResource): ScopesByResource => {
  const kept = meetAuthority(before, after) ?? {};
  return Object.fromEntries(
    Object.entries(before).flatMap(([resource, scopes]) => {
      const missing = scopes.filter((name) => !kept[resource]?.includes(name));
      return missing.length === 0 ? [] : [[resource, missing] as const];
    }),
  );
};

/**
 * Reads the agents of a blueprint, page by page, and returns those that other ceilings would break. Changes nothing.
 */
export type BlueprintPreview = (
  blueprint: Blueprint,
  after: Ceilings,
  from: Cursor | undefined,
  limit: number,
) => Promise<{ readonly items: readonly AgentBreak[]; readonly next?: Cursor }>;

export const blueprintPreview = ({ documents }: { readonly documents: DocumentStore }): BlueprintPreview => {
  const agents = documents.collection<Agent>(AGENTS);
  return async (
    blueprint,
    after,
    from,
    limit,
  ): Promise<{ readonly items: readonly AgentBreak[]; readonly next?: Cursor }> => {
    const items: AgentBreak[] = [];
    let cursor = from;
    for (let looked = 0; looked < AT_MOST; looked += AT_ONCE) {
      const found = await agents.find({
        where: { blueprint: blueprint.id },
        order: { by: 'createdAt', direction: 'ascending' },
        limit: AT_ONCE,
        ...(cursor ? { after: cursor } : {}),
      });
      for (const { document } of found) {
        const broken = breakOf(document, blueprint, after);
        cursor = { value: document.createdAt, id: document.id };
        if (broken) items.push(broken);
        if (items.length === limit) return { items, next: cursor };
      }
      if (found.length < AT_ONCE) return { items };
    }
    return { items, ...(cursor ? { next: cursor } : {}) };
  };
};
