import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import type { Blueprint } from '../blueprints/blueprint.ts';
import { blueprintRefusal } from '../blueprints/blueprint-refusals.ts';
import type { BlueprintRegistry } from '../blueprints/blueprint-registry.ts';
import { type Ceilings, meetAuthority } from '../blueprints/ceilings.ts';
import { AGENTS, type Agent, type AgentState } from './agent.ts';

/**
 * The order in which agents are counted by state. The state that most agents move to comes last, so that an agent that
 * moves during the count is still counted. States with few agents come twice, for agents that moved back in the
 * meantime.
 */
const COUNTED = [
  'pending',
  'orphaned',
  'suspended',
  'active',
  'orphaned',
  'suspended',
] as const satisfies readonly AgentState[];

/**
 * Decides whether a blueprint admits an agent. An agent beyond a ceiling would be cut anyway; the caller who registers
 * it gets the error at once. Tightening a blueprint does not remove existing agents: they are cut.
 */
export interface BlueprintAdmission {
  /**
   * Grant types for a new agent that names none: those of `usual` that its blueprint allows. If it allows none of them:
   * all it allows that need no redirect URI. Throws 'invalid_field' when the blueprint admits no agents.
   */
  grantTypesFor(blueprint: string, usual: readonly string[]): Promise<readonly string[]>;
  /**
   * Runs `store`, which registers or changes the agent, if its blueprint admits it. Throws 'invalid_field' naming what
   * is beyond a ceiling and was not `before`, and 'conflict' when the blueprint is full. Runs one at a time for each
   * blueprint with a quota, across all nodes.
   */
  admit<T>(agent: Agent, before: Agent | undefined, store: () => Promise<T>): Promise<T>;
}

export const blueprintAdmission = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly blueprints: Pick<BlueprintRegistry, 'get'>;
}): BlueprintAdmission => {
  const agents = deps.documents.collection<Agent>(AGENTS);

  const taking = async (id: string): Promise<Blueprint> => {
    const found = (await deps.blueprints.get(id))?.document;
    if (found?.state === 'active') return found;
    throw blueprintRefusal(found?.state === 'deprecated' ? 'blueprint_deprecated' : 'blueprint_inactive', {
      field: '/blueprint',
    });
  };

  /**
   * Counts up to `most` agents of a blueprint that are not retired. Retired agents may be many more; they are
   * not read.
   */
  const countUpTo = async (blueprint: string, most: number): Promise<number> => {
    const counted = new Set<string>();
    for (const state of COUNTED) {
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      for await (const { id } of everyDocument(agents, { where: { blueprint, state }, order, limit: 1000 })) {
        counted.add(id);
        if (counted.size >= most) return counted.size;
      }
    }
    return counted.size;
  };

  return {
    async grantTypesFor(blueprint, usual): Promise<readonly string[]> {
      const { grantTypes } = (await taking(blueprint)).ceilings;
      if (grantTypes === undefined) return usual;
      const allowed = usual.filter((name) => grantTypes.includes(name));
      return allowed.length > 0 ? allowed : grantTypes.filter((name) => !NEEDS_PEOPLE.includes(name));
    },

    async admit<T>(agent: Agent, before: Agent | undefined, store: () => Promise<T>): Promise<T> {
      const { blueprint } = agent;
      if (blueprint === undefined) return store();
      const joins = blueprint !== before?.blueprint;
      const found = joins ? await taking(blueprint) : (await deps.blueprints.get(blueprint))?.document;
      if (!found) return store();
      refuseBeyond(agent, joins ? undefined : before, found.ceilings);
      const { maxAgents } = found.ceilings;
      if (maxAgents === undefined || !joins) return store();
      return withMutex(deps, `agents of ${blueprint}`, async () => {
        if ((await countUpTo(blueprint, maxAgents)) >= maxAgents) {
          throw blueprintRefusal('blueprint_agents_exceeded', { params: { most: maxAgents }, field: '/blueprint' });
        }
        return store();
      });
    },
  };
};

const NEEDS_PEOPLE: readonly string[] = ['authorization_code', 'refresh_token'];

const refuseBeyond = (agent: Agent, before: Agent | undefined, ceilings: Ceilings): void => {
  const { environments, grantTypes, authority, compositions } = ceilings;
  if (agent.environment !== before?.environment && environments?.includes(agent.environment) === false) {
    throw blueprintRefusal('blueprint_environment_refused', {
      field: '/environment',
      params: { environments: environments.join(', ') || 'no environment' },
    });
  }
  for (const [index, name] of agent.grantTypes.entries()) {
    if (grantTypes?.includes(name) === false && !before?.grantTypes.includes(name)) {
      throw blueprintRefusal('blueprint_grant_type_refused', { field: `/grant_types/${index}` });
    }
  }
  const digest = agent.composition?.digest;
  if (digest !== undefined && digest !== before?.composition?.digest && compositions?.includes(digest) === false) {
    throw blueprintRefusal('blueprint_composition_refused', { field: '/composition' });
  }
  if (agent.authority === undefined || JSON.stringify(agent.authority) === JSON.stringify(before?.authority)) return;
  const held = meetAuthority(agent.authority, authority) ?? {};
  for (const [resource, scopes] of Object.entries(agent.authority)) {
    const beyond = scopes.find((name) => !held[resource]?.includes(name));
    if (beyond === undefined) continue;
    throw blueprintRefusal('blueprint_authority_exceeded', {
      field: `/authority/${pointerStep(resource)}`,
      params: { scope: beyond },
    });
  }
};
