import type { AgentPageModel, EffectAt, EffectLimit, EffectReason } from '../../../views/pages/console-model.ts';
import { durationText } from '../../../views/time-text.ts';
import type { Agent } from '../../domain/agents/agent.ts';
import { effectiveAgent, limitsOfAgent } from '../../domain/agents/effective-agent.ts';
import type { Blueprint } from '../../domain/blueprints/blueprint.ts';
import type { Ceilings } from '../../domain/blueprints/ceilings.ts';
import { CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../domain/clients/grant-types.ts';
import { cutScope, scopesAt } from '../../domain/delegation/authority.ts';
import type { ResourceServer } from '../../domain/resource-servers/resource-server.ts';
import type { ConsoleDeps } from './console-deps.ts';

/** Resource servers that are shown; whoever names more has the rest in the API. */
const MOST_SHOWN = 50;

/** What an agent may do now and why not more, by the same functions that decide about its tokens. */
export const effectModel = async (
  deps: Pick<ConsoleDeps, 'resourceServers'>,
  stored: Agent,
  blueprint: Blueprint | undefined,
): Promise<AgentPageModel['effect']> => {
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
  // Its own rights as it was given them: what its blueprint takes of them is told of the blueprint.
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

const GRANT_TYPES: Readonly<Record<string, string>> = {
  authorization_code: 'sends a person here to sign in',
  refresh_token: 'refreshes its tokens',
  client_credentials: 'acts for itself',
  [TOKEN_EXCHANGE]: 'exchanges a token it was handed',
  [JWT_BEARER]: 'redeems assertions of other servers',
  [DEVICE_CODE]: 'connects by a code on another device',
  [CIBA]: 'asks people to approve single actions',
};

const seconds = (value: unknown): string => durationText(Number(value));
const words = (value: unknown): string => [value].flat().join(', ') || 'none';

/** Ceilings that are shown, in words. */
const AXES: readonly (readonly [keyof Ceilings, name: string, value: (value: unknown) => string])[] = [
  ['authenticationMethods', 'Proves itself by', words],
  ['maxAccessTokenSeconds', 'An access token lives', (value) => `at most ${seconds(value)}`],
  ['maxLeaseSeconds', 'Can be refreshed for', (value) => `at most ${seconds(value)}`],
  ['maxDelegationSeconds', 'A consent counts for', (value) => `at most ${seconds(value)}`],
  [
    'maxDelegationDepth',
    'Handed on over',
    (value) => (value === 0 ? 'no hop' : value === 1 ? 'one hop' : `at most ${value} hops`),
  ],
  ['environments', 'Environments', words],
  ['detailTypes', 'Types of details', words],
  ['compositions', 'Compositions', (value) => `${[value].flat().length} named`],
  ['maxInstances', 'Copies', (value) => `at most ${value}`],
];

const limitsOf = (
  stored: Agent,
  { grantTypes, ceilings, ...agent }: Agent,
  above: Ceilings,
): readonly EffectLimit[] => {
  const lost = stored.grantTypes.filter((name) => !grantTypes.includes(name));
  const inWords = (names: readonly string[]): string => names.map((name) => GRANT_TYPES[name] ?? name).join(', ');
  return [
    { name: 'Gets tokens', value: inWords(grantTypes) || 'in no way', from: 'registration' },
    ...(lost.length > 0
      ? [{ name: 'Not any more', value: inWords(lost), from: fromOf('grantTypes', stored, above) }]
      : []),
    {
      name: 'Tokens bound to a key',
      value: agent.dpopBoundAccessTokens ? 'always (DPoP)' : 'if it asks for it',
      from:
        stored.dpopBoundAccessTokens || !agent.dpopBoundAccessTokens
          ? 'registration'
          : fromOf('senderConstraint', stored, above),
    },
    ...AXES.flatMap(([axis, name, value]) =>
      ceilings?.[axis] === undefined ? [] : [{ name, value: value(ceilings[axis]), from: fromOf(axis, stored, above) }],
    ),
  ];
};

const fromOf = (axis: keyof Ceilings, { ceilings }: Agent, above: Ceilings): EffectLimit['from'] => {
  const [own, over] = [ceilings?.[axis], above[axis]];
  if (own === undefined) return 'blueprint';
  if (over === undefined) return 'itself';
  if (typeof own === 'number' && typeof over === 'number') return own < over ? 'itself' : 'blueprint';
  return JSON.stringify(own) === JSON.stringify(over) ? 'blueprint' : 'both';
};
