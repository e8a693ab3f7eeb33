import type { Agent, CompositionDrift, SuccessionOfAgent } from '../../../../domain/clients/agents/agent.ts';
import { type Composition, compositionChanges } from '../../../../domain/clients/agents/composition.ts';
import type { CompositionGrade } from '../../../../domain/vocabulary/token-composition.ts';
import { showCeilings } from '../../ceilings.ts';
import { deliveryOf, securitySuspensionOf, warningsOf } from '../../registered-parties.ts';
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
  ...securitySuspensionOf(agent),
  ...restrictionsOf(agent),
  ...(agent.succession ? { succession: successionOf(agent.succession) } : {}),
  ...compositionsOf(agent),
  ...(agent.ceilings ? { ceilings: showCeilings(agent.ceilings) } : {}),
  ...warningsOf(agent.redirectUris),
});

/** Those that last or have not been marked as over yet; without the lists of their past. */
const restrictionsOf = ({ restrictions }: Agent) =>
  restrictions
    ? { restrictions: restrictions.map(({ act, response, at, until }) => ({ act, response, at, until })) }
    : {};

const gradeOf = ({ grade }: Pick<Composition, 'grade'>): CompositionGrade => grade ?? 'declared';

/** A version beside the one before it; undefined for the first, and for the oldest that is kept. */
const showComposition = (composition: Composition, before?: Composition) => {
  const { isProven: _, grade: __, ...rest } = composition;
  return {
    ...toWire(rest),
    grade: gradeOf(composition),
    changes: before ? compositionChanges(before, composition) : [],
  };
};

/** All versions that are kept, newest first. */
export const showCompositions = ({ composition, compositionHistory = [] }: Agent) =>
  (composition ? [composition, ...compositionHistory] : []).map((one, index) =>
    showComposition(one, compositionHistory[index]),
  );

const compositionsOf = (agent: Agent) => {
  const { composition, compositionHistory, compositionDrift, compositionOmittedAt } = agent;
  return {
    ...(composition ? { composition: showComposition(composition, compositionHistory?.[0]) } : {}),
    ...(compositionDrift ? { composition_drift: driftOf(composition, compositionDrift) } : {}),
    ...(compositionOmittedAt === undefined ? {} : { composition_omitted_at: compositionOmittedAt }),
  };
};

const driftOf = (before: Composition | undefined, { composition, action, noticedAt }: CompositionDrift) => {
  const { grade: _, ...rest } = composition;
  return {
    ...toWire(rest),
    ...{ grade: gradeOf(composition), action, noticed_at: noticedAt, changes: compositionChanges(before, composition) },
  };
};

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
