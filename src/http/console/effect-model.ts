import type { EffectAt, EffectLimit, EffectModel, EffectReason } from '../../../views/pages/console-effect.ts';
import { effectWords } from '../../../views/words/console-effect.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { effectiveAgent, limitsOfAgent } from '../../domain/clients/agents/effective-agent.ts';
import type { Blueprint } from '../../domain/clients/blueprints/blueprint.ts';
import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { cutScope, scopesAt } from '../../domain/vocabulary/scope-sets.ts';
import { AGENT_AXES, ceilingFacts } from './ceiling-facts.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { signInMethodWords } from './grant-type-names.ts';

/** Resource servers on the page. The API shows the rest of an agent with more. */
const MOST_SHOWN = 50;

/** The effective permissions of an agent and their limits, from the same functions that decide about its tokens. */
export const effectModel = async (
  deps: Pick<ConsoleDeps, 'resourceServers'>,
  stored: Agent,
  blueprint: Blueprint | undefined,
): Promise<EffectModel> => {
  const { agent } = effectiveAgent(stored, blueprint);
  const named = Object.keys({ ...stored.authority, ...stored.ceilings?.authority, ...agent.ceilings?.authority });
  const at: EffectAt[] = [];
  for (const identifier of named.sort().slice(0, MOST_SHOWN)) {
    const server = (await deps.resourceServers.findByIdentifier(identifier))?.document;
    at.push(effectAt(identifier, server, stored, agent, blueprint));
  }
  const registered = await Promise.all(stored.resourceServers.map((id) => deps.resourceServers.get(id)));
  return {
    hasOwnRights: stored.authority !== undefined,
    actsForItself: agent.grantTypes.includes('client_credentials'),
    actsForPeople: agent.grantTypes.some((name) => name !== 'client_credentials'),
    at,
    limits: limitsOf(stored, agent, blueprint?.ceilings ?? {}),
    registeredAs: registered.flatMap((found) => found?.document.name ?? []),
  };
};

const effectAt = (
  identifier: string,
  server: ResourceServer | undefined,
  stored: Agent,
  { ceilings }: Agent,
  blueprint: Blueprint | undefined,
): EffectAt => {
  const scopes = server?.scopes ?? [];
  const declared = scopes.map(({ name }) => name);
  // The agent's own rights without its blueprint: the page shows those limits with the blueprint.
  const limits = limitsOfAgent(
    {
      environment: stored.environment,
      ...(stored.authority ? { authority: stored.authority } : {}),
      ...(ceilings ? { ceilings } : {}),
    },
    { identifier, scopes, ...(server?.environments ? { environments: server.environments } : {}) },
  );
  const own = scopesAt(stored.authority, identifier)?.filter((name) => name !== '*') ?? [];
  const { removed } = cutScope([...declared, ...own], declared, limits);
  const refused = new Map(removed.map(({ scope, layer }) => [scope, layer]));
  const inBlueprint = scopesAt(blueprint?.ceilings.authority, identifier);
  const reason = (name: string): EffectReason | undefined => {
    const layer = refused.get(name);
    if (layer !== 'blueprint') return REASONS[layer ?? ''];
    const isAllowed = inBlueprint === undefined || inBlueprint.includes(name) || inBlueprint.includes('*');
    return isAllowed && (blueprint !== undefined || stored.blueprint === undefined) ? 'itself' : 'blueprint';
  };
  const gone = own.filter((name) => !declared.includes(name));
  return {
    identifier,
    name: server?.name ?? identifier,
    scopes: [
      ...scopes.map(({ name, description, risk }) => ({ name, description, risk })),
      ...gone.map((name) => ({ name, description: name, risk: 'high' as const })),
    ].map((scope) => {
      const refusedBy = reason(scope.name);
      return { ...scope, ...(refusedBy ? { refusedBy } : {}) };
    }),
  };
};

const REASONS: Readonly<Record<string, EffectReason>> = {
  agent: 'agent',
  environment: 'environment',
  approval: 'approval',
  resource_server: 'resource_server',
};

const limitsOf = (
  stored: Agent,
  { grantTypes, ceilings, ...agent }: Agent,
  above: Ceilings,
): readonly EffectLimit[] => {
  const lost = stored.grantTypes.filter((name) => !grantTypes.includes(name));
  return [
    { name: effectWords.getsTokens, value: signInMethodWords(grantTypes), from: 'registration' },
    ...(lost.length > 0
      ? [{ name: effectWords.notAnyMore, value: signInMethodWords(lost), from: fromOf('grantTypes', stored, above) }]
      : []),
    {
      name: effectWords.boundToKey,
      value: agent.dpopBoundAccessTokens ? effectWords.always : effectWords.ifAsked,
      from:
        stored.dpopBoundAccessTokens || !agent.dpopBoundAccessTokens
          ? 'registration'
          : fromOf('senderConstraint', stored, above),
    },
    ...ceilingFacts(ceilings, AGENT_AXES).map(({ axis, ...fact }) => ({ ...fact, from: fromOf(axis, stored, above) })),
  ];
};

const fromOf = (axis: keyof Ceilings, { ceilings }: Agent, above: Ceilings): EffectLimit['from'] => {
  const [own, over] = [ceilings?.[axis], above[axis]];
  if (own === undefined) return 'blueprint';
  if (over === undefined) return 'itself';
  if (typeof own === 'number' && typeof over === 'number') return own < over ? 'itself' : 'blueprint';
  return JSON.stringify(own) === JSON.stringify(over) ? 'blueprint' : 'both';
};
