import type { Versioned } from '../../ports/document-store.ts';
import type { Agent } from '../agents/agent.ts';
import { effectiveAgent } from '../agents/effective-agent.ts';
import type { Blueprint } from './blueprint.ts';

type Found<T> = Promise<Versioned<T> | undefined>;

type Reading<T> = { get(id: string): Found<T>; getMany(ids: readonly string[]): Promise<readonly Versioned<T>[]> };

/**
 * The register of agents as everybody sees it who grants or checks something: each agent as far as its blueprint
 * lets it go now. Reads the blueprint for each question, so that every process on the same store follows a change
 * alike; a blueprint that cannot be read leaves nothing, a store that cannot be read throws StoreUnavailable.
 */
export const agentsUnderBlueprints = <Agents extends Reading<Agent>>(
  agents: Agents,
  blueprints: Reading<Blueprint>,
) => {
  /** Of the same two stored documents always the same object, so that what is made of an agent can be kept with it. */
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
