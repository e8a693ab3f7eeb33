/** The effective agent: the stored agent within its own ceilings and the current ceilings of its blueprint. */

import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { type Limit, scopesAt } from '../../vocabulary/scope-sets.ts';
import type { Blueprint } from '../blueprints/blueprint.ts';
import { type Ceilings, meetAuthority, meetCeilings } from '../blueprints/ceilings.ts';
import type { Agent } from './agent.ts';
import { credentialsOf, withCredentialsOf } from './credential.ts';

/** Why an active agent cannot act. */
export type Stop =
  | 'blueprint_unknown'
  | 'environment_not_allowed'
  | 'composition_not_allowed'
  | 'authentication_not_allowed';

export type EffectiveAgent = {
  /** Returns the same object when nothing is cut. A stopped agent looks suspended, so that every check refuses it. */
  readonly agent: Agent;
  readonly stops: readonly Stop[];
};

type Limiting = Pick<Blueprint, 'version' | 'ceilings'> | undefined;

/**
 * Only narrows; a narrower blueprint narrows more. `blueprint` is the one the agent names. A blueprint that is
 * unknown, unreadable or was never activated leaves nothing. A blueprint adds no rights: where the agent has no
 * `authority` of its own, the ceilings limit what users allow it (`LIMITS_OF_AGENT`).
 */
export const effectiveAgent = (agent: Agent, blueprint: Limiting): EffectiveAgent => {
  if (agent.blueprint === undefined && agent.ceilings === undefined) return { agent, stops: [] };
  const isUnknown = agent.blueprint !== undefined && (blueprint === undefined || blueprint.version < 1);
  const above = agent.blueprint === undefined ? {} : (blueprint?.ceilings ?? {});
  const ceilings = meetCeilings(agent.ceilings ?? {}, above);
  const stops = isUnknown ? (['blueprint_unknown'] as const) : stopsOf(agent, ceilings);
  const authority = agent.authority && meetAuthority(agent.authority, ceilings.authority);
  return {
    agent: {
      ...withCredentialsOf(agent, ceilings.authenticationMethods),
      state: agent.state === 'active' && stops.length > 0 ? 'suspended' : agent.state,
      grantTypes: isUnknown ? [] : within(agent.grantTypes, ceilings.grantTypes),
      ...(ceilings.senderConstraint === 'dpop'
        ? { dpopBoundAccessTokens: true, certificateBoundAccessTokens: false }
        : { dpopBoundAccessTokens: agent.dpopBoundAccessTokens }),
      ...(authority === undefined ? {} : { authority: isUnknown ? {} : authority }),
      ceilings: isUnknown ? { ...ceilings, authority: {} } : ceilings,
    },
    stops,
  };
};

const stopsOf = (agent: Agent, ceilings: Ceilings): readonly Stop[] => {
  const { environments, compositions, authenticationMethods } = ceilings;
  const digest = agent.composition?.digest;
  return [
    ...(environments?.includes(agent.environment) === false ? (['environment_not_allowed'] as const) : []),
    ...(compositions && !compositions.some((one) => one === digest) ? (['composition_not_allowed'] as const) : []),
    ...(authenticationMethods && !credentialsOf(agent).some(({ kind }) => authenticationMethods.includes(kind))
      ? (['authentication_not_allowed'] as const)
      : []),
  ];
};

const within = (names: readonly string[], allowed: readonly string[] | undefined): readonly string[] =>
  allowed === undefined ? names : names.filter((name) => allowed.includes(name));

type Limited = Pick<Agent, 'authority' | 'ceilings' | 'environment'>;
type Place = Pick<ResourceServer, 'identifier' | 'environments' | 'scopes'>;

/**
 * What an agent may hold at a resource server, by layer; undefined: no limit. The layer that is easiest to lift comes
 * first.
 */
export const LIMITS_OF_AGENT = {
  /**
   * For an agent without rights of its own, there is no limit on what users allow it. When it acts for itself, it has
   * no rights.
   */
  agent: ({ authority }, { identifier }, actsForItself) =>
    scopesAt(authority, identifier) ?? (actsForItself ? [] : undefined),
  blueprint: ({ ceilings }, { identifier }) => scopesAt(ceilings?.authority, identifier),
  environment: ({ environment }, { environments }) => (environments?.includes(environment) === false ? [] : undefined),
  approval: ({ ceilings }, { identifier, scopes }) => {
    const needsApproval = scopesAt(ceilings?.approvals ?? {}, identifier) ?? [];
    if (needsApproval.length === 0) return undefined;
    if (needsApproval.includes('*')) return [];
    return scopes.map(({ name }) => name).filter((name) => !needsApproval.includes(name));
  },
} as const satisfies {
  readonly [L in Layer]?: (agent: Limited, server: Place, actsForItself: boolean) => Limit['holds'];
};

export type AgentLayer = keyof typeof LIMITS_OF_AGENT;

/** All limits of an agent on what it may hold at a resource server. */
export const limitsOfAgent = (agent: Limited, server: Place, actsForItself = false): readonly Limit[] =>
  (Object.keys(LIMITS_OF_AGENT) as readonly AgentLayer[]).map((layer) => ({
    layer,
    holds: LIMITS_OF_AGENT[layer](agent, server, actsForItself),
  }));

/** Maximum lifetime, in seconds, of a token with these agents in its chain. Undefined: none of them sets a limit. */
export const tokenLifeOf = (agents: readonly Pick<Agent, 'ceilings'>[]): number | undefined => {
  const lives = agents.flatMap(({ ceilings }) => ceilings?.maxAccessTokenSeconds ?? []);
  return lives.length === 0 ? undefined : Math.min(...lives);
};
