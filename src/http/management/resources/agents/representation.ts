import type { Agent, SuccessionOfAgent } from '../../../../domain/clients/agents/agent.ts';
import type { Composition } from '../../../../domain/clients/agents/composition.ts';
import { showCeilings } from '../../ceilings.ts';
import { deliveryOf, warningsOf } from '../../registered-parties.ts';
import { show, toWire } from '../../wire-names.ts';

const MEMBERS = [
  'id',
  'name',
  'owner',
  'sponsor',
  'purpose',
  'uses',
  'environment',
  'blueprint',
  'provider',
  'providerVersion',
  'contact',
  'state',
  'jwks',
  'jwksUri',
  'redirectUris',
  'grantTypes',
  'backchannelClientNotificationEndpoint',
  'dpopBoundAccessTokens',
  'certificateBoundAccessTokens',
  'requirePushedAuthorizationRequests',
  'resourceServers',
  'authority',
  'expiresAt',
  'acceptBy',
  'acceptedAt',
  'verifiedAt',
  'transferTo',
  'transferBy',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Agent)[];

/** `lastUsedAt` comes from outside the registry. Absent if the agent was never used, or the caller did not look it up. */
export const showAgent = (agent: Agent, lastUsedAt?: number) => ({
  ...show(agent, MEMBERS),
  ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
  ...deliveryOf(agent),
  ...noticesOf(agent, lastUsedAt),
  ...(agent.succession ? { succession: successionOf(agent.succession) } : {}),
  ...(agent.composition ? { composition: showComposition(agent.composition) } : {}),
  ...(agent.ceilings ? { ceilings: showCeilings(agent.ceilings) } : {}),
  ...warningsOf(agent.redirectUris),
});

export const showComposition = (composition: Composition) => toWire(composition);

const successionOf = ({ rule, asked, isExhausted }: SuccessionOfAgent) => ({
  ...{ rule, asked: [...asked], exhausted: isExhausted === true },
});

/** The notifications that the owner received, while they still apply. */
const noticesOf = ({ state, noticed, expiresAt }: Agent, lastUsedAt = 0) => {
  if (noticed === undefined || state !== 'active') return {};
  const { kind, at, toldAt = 0 } = noticed;
  const holds = kind === 'expiry' ? expiresAt === at : lastUsedAt <= toldAt;
  return holds ? { notices: [{ kind, suspended_at: at }] } : {};
};
