import { tokenLifeOf } from '../agents/effective-agent.ts';
import { cutScope, type Limit } from '../delegation/authority.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { CompiledPolicies } from '../ports/policy-engine.ts';
import type { Decision } from './decision.ts';
import { cutDetails } from './detail-cut.ts';
import { type AgentParty, type DecisionFacts, partiesOf } from './facts.ts';
import { DECISION_LAYERS, type DecisionLayer, LAYERS } from './layers.ts';
import { cutByPolicy } from './policy-layer.ts';
import { policyCase } from './policy-question.ts';
import { counts } from './routes.ts';

/** The policy set that is active now. */
export type ActivePolicies = { readonly version: number; readonly policies: CompiledPolicies };

export type Authorize = (facts: DecisionFacts) => Promise<Decision>;

export type DecisionDependencies = {
  readonly identifiers: Identifiers;
  /** Undefined when no set is active, which permits nothing. The whole member is absent where policy is switched off. */
  readonly policies?: { current(): Promise<ActivePolicies | undefined> } | undefined;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
  /** For tests that show what a layer is there for: it is left out everywhere. */
  readonly without?: DecisionLayer | undefined;
};

/**
 * Decides: what is asked, cut by every layer that counts on the route; what is left goes to policy, which may tie it to
 * conditions. Never gives a scope that the resource server does not declare. Reads nothing but the active policy set;
 * throws what reading it throws, since authority that is unknown is a no.
 */
export const authorizer = ({ identifiers, policies, managementApi, without }: DecisionDependencies): Authorize => {
  const narrows = (layer: DecisionLayer, facts: DecisionFacts): boolean =>
    layer !== without && counts(layer, facts) && (layer !== 'policy' || policies !== undefined);

  return async (asked) => {
    const facts = { ...asked, isOwnApi: asked.server.identifier === managementApi };
    const limits: Limit[] = [];
    for (const layer of DECISION_LAYERS) {
      if (layer !== 'policy' && narrows(layer, facts)) limits.push(...LAYERS[layer](facts));
    }
    const declared = facts.server.scopes.map(({ name }) => name);
    const cut = cutScope(facts.asked, declared, limits);
    const details = cutDetails(facts, limits, (layer) =>
      narrows(layer, facts) ? 'must' : layer === without ? 'no' : 'may',
    );
    const agents = partiesOf(facts).filter((party): party is AgentParty => party.kind === 'agent');
    const life = tokenLifeOf(agents);
    const id = identifiers.newId('dec');
    const structural = {
      id,
      route: facts.route,
      limits,
      scope: cut.scope,
      removed: cut.removed,
      details: details.details,
      removedDetails: details.removed,
      maxSeconds: life,
      maxUses: undefined,
      policyVersion: undefined,
    };
    if (!narrows('policy', facts)) return structural;
    const active = await policies?.current();
    if (active === undefined) return withoutPolicies(structural);
    if (active.version === facts.madeUnder) return { ...structural, policyVersion: active.version };
    const policy = policyCase(facts, cut.scope, details.details);
    const left = cutByPolicy(active.policies, policy);
    return {
      ...structural,
      scope: left.scope,
      removed: [...cut.removed, ...left.removed],
      details: details.details.filter((_, index) => left.details[index] === undefined),
      removedDetails: [
        ...details.removed,
        ...details.details.flatMap((detail, index) => {
          const why = left.details[index];
          return why === undefined ? [] : [{ detail, ...why }];
        }),
      ],
      maxSeconds: shorter(life, left.maxSeconds),
      maxUses: left.maxUses,
      policyVersion: active.version,
      policy,
    };
  };
};

/** No set is active: nothing is permitted. */
const withoutPolicies = (decision: Decision): Decision => ({
  ...decision,
  scope: [],
  removed: [...decision.removed, ...decision.scope.map((scope) => ({ scope, layer: 'policy' as const, policies: [] }))],
  details: [],
  removedDetails: [
    ...decision.removedDetails,
    ...decision.details.map((detail) => ({ detail, layer: 'policy' as const, policies: [] })),
  ],
});

const shorter = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
