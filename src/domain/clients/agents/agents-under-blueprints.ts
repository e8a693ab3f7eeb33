import type { Versioned } from '../../ports/document-store.ts';
import type { Blueprint } from '../blueprints/blueprint.ts';
import type { Agent } from './agent.ts';
import { effectiveAgent } from './effective-agent.ts';

type Found<T> = Promise<Versioned<T> | undefined>;

type Reading<T> = { get(id: string): Found<T>; getMany(ids: readonly string[]): Promise<readonly Versioned<T>[]> };

/**
 * The registry of agents for all code that grants or checks: each agent within the current ceilings of its
 * blueprint. Reads the blueprint for each call, so that all processes on one store see a change at once. A
 * blueprint that cannot be read leaves no rights. A store that cannot be read throws StoreUnavailable.
 */
export const agentsUnderBlueprints = <Agents extends Reading<Agent>>(
  agents: Agents,
  blueprints: Reading<Blueprint>,
) => {
  /**
   * Returns the same object for the same two stored documents, so that values derived from the agent can be
   * cached by it.
   */
  const made = new WeakMap<Agent, { readonly from: Blueprint | undefined; readonly agent: Agent }>();

  const effective = (found: Versioned<Agent>, from: Blueprint | undefined): Versioned<Agent> => {
    const known = made.get(found.document);
    if (known && known.from === from) return { ...found, document: known.agent };
    const { agent } = effectiveAgent(found.document, from);
    made.set(found.document, { from, agent });
    return { ...found, document: agent };
  };

  return {
    ...agents,
    async get(id: string): Found<Agent> {
      const found = await agents.get(id);
      if (!found) return undefined;
      const { blueprint } = found.document;
      return effective(found, blueprint === undefined ? undefined : (await blueprints.get(blueprint))?.document);
    },
    async getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> {
      const found = await agents.getMany(ids);
      const named = [...new Set(found.flatMap(({ document }) => document.blueprint ?? []))];
      const known = new Map(
        (named.length === 0 ? [] : await blueprints.getMany(named)).map(({ document }) => [document.id, document]),
      );
      return found.map((one) => effective(one, known.get(one.document.blueprint ?? '')));
    },
  };
};
