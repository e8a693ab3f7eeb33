/** What the restrictions of the agents of a chain leave of a decision (clients/agents/restriction.ts). */
import {
  isOfPast,
  isRightOfPast,
  type RestrictingAct,
  restrictionOf,
  rightOf,
} from '../../clients/agents/restriction.ts';
import { typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { Decision } from './decision.ts';
import type { DecisionFacts } from './facts.ts';

type Restrictable = Pick<DecisionFacts, 'caller' | 'through' | 'now' | 'server' | 'subject'>;

/** No agent of the chain has such a restriction, or one has and did not do this before, or the scopes that all of them were given before. */
type Standing = 'free' | 'outside' | { readonly known: readonly string[] };

const standingOf = (facts: Restrictable, act: RestrictingAct): Standing => {
  let known: readonly string[] | undefined;
  const { caller, through, now, server, subject } = facts;
  for (const party of [caller, ...through]) {
    const restriction = party.kind === 'agent' ? restrictionOf(party, act, now) : undefined;
    if (!restriction) continue;
    const { identifier: resource } = server;
    const isBelow = party !== caller;
    if (!isOfPast(restriction, { resource, person: subject?.id, isBelow })) return 'outside';
    known ??= server.scopes.map(({ name }) => name);
    // The scopes of agents below it are not known.
    if (!isBelow) known = known.filter((scope) => isRightOfPast(restriction, rightOf(scope, resource), resource));
  }
  return known === undefined ? 'free' : { known };
};

const NO_LIMITS: readonly Limit[] = [];

const nothing = (layer: Layer): readonly Limit[] => [{ layer, holds: [] }];

/** Details have a type, which is no scope. */
const scopesAlone = (layer: Layer, holds: readonly string[]): readonly Limit[] => [
  { layer, holds, isOfScopesAlone: true },
];

const isHigh = (risk: Risk | undefined): boolean => risk === 'high' || risk === 'critical';

const lowOf = ({ server }: Restrictable, known: readonly string[]): readonly string[] =>
  known.filter((name) => !isHigh(server.scopes.find((scope) => scope.name === name)?.risk));

/** What is left to narrowed agents: what they did before. */
const limitsOfNarrowed = (facts: Restrictable): readonly Limit[] => {
  const standing = standingOf(facts, 'narrow');
  if (standing === 'free') return NO_LIMITS;
  if (standing === 'outside') return nothing('response');
  return standing.known.length === facts.server.scopes.length ? NO_LIMITS : scopesAlone('response', standing.known);
};

/** What is left to agents from which high risk is withheld: of what they did before, that of low risk which no person approves. */
const limitsOfWithheld = (facts: Restrictable & Pick<DecisionFacts, 'approval'>): readonly Limit[] => {
  const standing = standingOf(facts, 'withhold');
  if (standing === 'free') return NO_LIMITS;
  // Who approves may be the attacker.
  if (standing === 'outside' || facts.approval !== undefined) return nothing('response');
  return scopesAlone('response', lowOf(facts, standing.known));
};

/** What response rules leave of the rights of the chain without asking people. */
export const narrowedLimits = (facts: Restrictable & Pick<DecisionFacts, 'approval'>): readonly Limit[] => {
  const narrowed = limitsOfNarrowed(facts);
  const withheld = limitsOfWithheld(facts);
  if (narrowed === NO_LIMITS) return withheld;
  return withheld === NO_LIMITS ? narrowed : [...narrowed, ...withheld];
};

const isOfHighRisk = (facts: Restrictable, detail: Detail): boolean =>
  isHigh(typeOf(facts.server.detailTypes ?? [], detail)?.risk);

/** Whether an authorization detail is withheld because of its risk. */
export const isWithheldDetail = (facts: Restrictable, detail: Detail): boolean =>
  standingOf(facts, 'withhold') !== 'free' && isOfHighRisk(facts, detail);

/** The decision, where what people would have to approve is withheld: a caller who is told to ask them could not. */
export const withheldApprovals = (facts: Restrictable, decision: Decision): Decision => {
  if (standingOf(facts, 'withhold') === 'free') return decision;
  return {
    ...decision,
    removed: decision.removed.map((one) => (one.layer === 'approval' ? { scope: one.scope, layer: 'response' } : one)),
    removedDetails: decision.removedDetails.map((one) =>
      one.layer === 'approval' ? { detail: one.detail, layer: 'response' } : one,
    ),
  };
};

/** What people approve each time: all that is new, and of the rest what is of high or critical risk. */
export const approvalLimitsOfRestricted = (facts: Restrictable): readonly Limit[] => {
  const standing = standingOf(facts, 'approve');
  if (standing === 'free') return NO_LIMITS;
  // The risk of a detail is that of its type (needsApprovalOf).
  return standing === 'outside' ? nothing('approval') : scopesAlone('approval', lowOf(facts, standing.known));
};

/** Whether people approve an authorization detail because of its risk. */
export const needsApprovalOf = (facts: Restrictable, detail: Detail): boolean =>
  standingOf(facts, 'approve') !== 'free' && isOfHighRisk(facts, detail);

/** Whether people approve for an agent of the chain what they did not have to approve before. */
export const isApprovedByRule = (facts: Restrictable): boolean => standingOf(facts, 'approve') !== 'free';
