import { tokenLifeOf } from '../../clients/agents/effective-agent.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { CompiledPolicies } from '../../ports/policy-engine.ts';
import { cutScope, type Limit } from '../../vocabulary/scope-sets.ts';
import type { Decision } from './decision.ts';
import { cutDetails } from './detail-cut.ts';
import type { ExternalDecisionPoint } from './external-layer.ts';
import {
  type AgentParty,
  type DecisionFacts,
  type KnownFacts,
  partiesOf,
  type Route,
  type SignalFacts,
} from './facts.ts';
import { type DecisionLayer, LAYERS_OF_FACTS } from './layers.ts';
import { cutByParticipants } from './participants-layer.ts';
import { cutByPolicy } from './policy-layer.ts';
import { policyCase } from './policy-question.ts';
import { withheldApprovals } from './restricted-parties.ts';
import { counts } from './routes.ts';

/** Groups of an account: its own, and those from its links. */
export type GroupsOf = (
  account: Pick<Account, 'id' | 'groups' | 'hasLinkedGroups' | 'roles'>,
) => Promise<readonly string[]>;

/** What trusted transmitters say about the risk of an account now. */
export type SignalsOf = (
  account: Pick<Account, 'id' | 'signalsUntil'>,
  now: number,
) => Promise<SignalFacts | undefined>;

/** The active policy set. */
export type ActivePolicies = { readonly version: number; readonly policies: CompiledPolicies };

/** Whether the groups of an account may have changed after a token was issued. */
export type RegroupedSince = (account: Pick<Account, 'id' | 'hasLinkedGroups'>, issuedAt: number) => Promise<boolean>;

export type Authorize = (facts: DecisionFacts) => Promise<Decision>;

export type DecisionDependencies = {
  readonly identifiers: Identifiers;
  /** Undefined when no set is active, which permits nothing. The whole member is absent where policy is switched off. */
  readonly policies?: { current(): Promise<ActivePolicies | undefined> } | undefined;
  /** Reads the effective groups of a person. Absent: the account's own groups apply. */
  readonly groupsOf?: GroupsOf | undefined;
  /** Absent: groups do not change while a token is valid. */
  readonly isRegrouped?: RegroupedSince | undefined;
  /** Reads the signals about a person. Absent: there are none. */
  readonly signalsOf?: SignalsOf | undefined;
  /** The external decision point, asked last about what is left. Absent: not configured. */
  readonly external?: ExternalDecisionPoint | undefined;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
  /** Whether to skip a layer on this route, for tests that show the effect of the layer. */
  readonly without?: ((layer: DecisionLayer, route: Route) => boolean) | undefined;
};

/**
 * Makes a decision. Every layer that applies on the route cuts the request. Policy evaluates what is left, and may
 * attach conditions. Then comes the external decision point, if configured. At last, in a transaction of several people, the
 * whole decision is made for each other participant, about the scopes that need all of them. Never grants a scope that the resource
 * server does not declare. Reads only the active policy set, and the person's groups and signals. Fails closed: errors of these
 * reads propagate.
 */
export const authorizer = (deps: DecisionDependencies): Authorize => {
  const { identifiers, policies, external, managementApi, without } = deps;
  const { groupsOf = async ({ groups }) => groups, signalsOf, isRegrouped = async () => false } = deps;
  const narrows = (layer: DecisionLayer, facts: DecisionFacts): boolean =>
    !without?.(layer, facts.route) && counts(layer, facts) && (layer !== 'policy' || policies !== undefined);

  const decide = async (facts: KnownFacts): Promise<Decision> => {
    const limits: Limit[] = [];
    for (const { name, limits: limitsOf } of LAYERS_OF_FACTS) {
      if (narrows(name, facts)) limits.push(...limitsOf(facts));
    }
    const declared = facts.server.scopes.map(({ name }) => name);
    const cut = cutScope(facts.asked, declared, limits);
    const details = cutDetails(facts, limits, (layer) =>
      narrows(layer, facts) ? 'must' : without?.(layer, facts.route) ? 'no' : 'may',
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
    const { subject } = facts;
    const signals = subject && (await signalsOf?.(subject, facts.now));
    // A signal about the person, or a change of their groups, may have come after the token.
    const isDecided =
      active.version === facts.madeUnder &&
      !signals &&
      !(subject && facts.madeAt !== undefined && (await isRegrouped(subject, facts.madeAt)));
    if (isDecided) return { ...structural, policyVersion: active.version };
    const known = subject ? { ...facts, signals, subject: { ...subject, groups: await groupsOf(subject) } } : facts;
    const policy = policyCase(known, cut.scope, details.details);
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
      ...(left.approvers.length === 0 ? {} : { approvers: left.approvers }),
      policyVersion: active.version,
      policy,
    };
  };

  const alone = async (asked: DecisionFacts): Promise<Decision> => {
    const facts = { ...asked, isOwnApi: asked.server.identifier === managementApi };
    const decided = await decide(facts);
    const decision = narrows('response', facts) ? withheldApprovals(facts, decided) : decided;
    // An external service must not lock out administrators, who have to stop incidents.
    if (facts.isOwnApi || !external?.isAsked(facts.route) || !narrows('external', facts)) return decision;
    const { scope, details } = await external.cut(facts, decision);
    const removed = decision.scope.flatMap((name, at) => (scope[at] ? [{ scope: name, ...scope[at] }] : []));
    const removedDetails = decision.details.flatMap((detail, at) => (details[at] ? [{ detail, ...details[at] }] : []));
    return {
      ...decision,
      scope: decision.scope.filter((_, at) => scope[at] === undefined),
      removed: [...decision.removed, ...removed],
      details: decision.details.filter((_, at) => details[at] === undefined),
      removedDetails: [...decision.removedDetails, ...removedDetails],
    };
  };

  return async (facts) => {
    const decision = await alone(facts);
    return narrows('participants', facts) ? cutByParticipants(facts, decision, alone) : decision;
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
