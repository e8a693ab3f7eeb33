/** What the restrictions of the agents of a chain leave of a decision (clients/agents/restriction.ts). */
import { isOfPast, type RestrictingAct, restrictionOf } from '../../clients/agents/restriction.ts';
import { typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { DecisionFacts } from './facts.ts';

type Restrictable = Pick<DecisionFacts, 'caller' | 'through' | 'now' | 'server' | 'subject'>;

/** `inside`: agents of the chain have such a restriction, and did this before. */
type Standing = 'free' | 'inside' | 'outside';

const standingOf = (facts: Restrictable, act: RestrictingAct): Standing => {
  let standing: Standing = 'free';
  const { caller, through, now, server, subject } = facts;
  for (const party of [caller, ...through]) {
    const restriction = party.kind === 'agent' ? restrictionOf(party, act, now) : undefined;
    if (!restriction) continue;
    const wanted = { resource: server.identifier, person: subject?.id, isBelow: party !== caller };
    if (!isOfPast(restriction, wanted)) return 'outside';
    standing = 'inside';
  }
  return standing;
};

const NO_LIMITS: readonly Limit[] = [];

/** A narrowed agent of the chain did not do this before: nothing is left. */
export const narrowedLimits = (facts: Restrictable): readonly Limit[] =>
  standingOf(facts, 'narrow') === 'outside' ? [{ layer: 'response', holds: [] }] : NO_LIMITS;

const isHigh = (risk: Risk | undefined): boolean => risk === 'high' || risk === 'critical';

/** What people approve each time: all that is new, and of the rest what is of high or critical risk. */
export const approvalLimitsOfRestricted = (facts: Restrictable): readonly Limit[] => {
  const standing = standingOf(facts, 'approve');
  if (standing === 'free') return NO_LIMITS;
  const { scopes } = facts.server;
  if (standing === 'outside') return [{ layer: 'approval', holds: [] }];
  const low = scopes.filter(({ risk }) => !isHigh(risk)).map(({ name }) => name);
  // The risk of a detail is that of its type (needsApprovalOf).
  return [{ layer: 'approval', holds: low, isOfScopesAlone: true }];
};

/** Whether people approve an authorization detail because of its risk. */
export const needsApprovalOf = (facts: Restrictable, detail: Detail): boolean =>
  standingOf(facts, 'approve') !== 'free' && isHigh(typeOf(facts.server.detailTypes ?? [], detail)?.risk);

/** Whether people approve for an agent of the chain what they did not have to approve before. */
export const isApprovedByRule = (facts: Restrictable): boolean => standingOf(facts, 'approve') !== 'free';
