/** What people would have to do for an action to be given: found by asking the decision itself, as if they had done it. */

import type { Authorize } from '../authority/decision/authorize.ts';
import type { Decision } from '../authority/decision/decision.ts';
import type { DecisionFacts, Route } from '../authority/decision/facts.ts';
import { highestRisk } from '../resources/resource-servers/highest-risk.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../vocabulary/assurance.ts';
import type { Detail } from '../vocabulary/detail-type.ts';
import type { Risk } from '../vocabulary/risk.ts';
import type { Requirements } from './approval.ts';

/** Longer than any session lives. */
const OLD_SECONDS = 366 * 86_400;

/** More people than that are a meeting. */
const MOST_PEOPLE = 3;

export type Possible = {
  readonly requires: Requirements;
  readonly risk: Risk;
  /** What would be given then, of what was asked. */
  readonly decision: Decision;
};

export type ActionFacts = Omit<DecisionFacts, 'route' | 'approval' | 'assurance' | 'asked' | 'details'> & {
  readonly asked: readonly string[];
  readonly details: NonNullable<DecisionFacts['details']> & { readonly asked: readonly Detail[] };
};

/**
 * The least that is enough: fewest people first, then the weakest proof. Undefined where no approval by anybody gives
 * all that is asked. `authorize` should ask nobody outside: it is asked up to seven times.
 */
export const leastRequired = async (
  authorize: Authorize,
  facts: ActionFacts,
  /** Where the yes will be asked for. */
  route: Route = 'ciba',
): Promise<Possible | undefined> => {
  const risk = highestRisk(facts.server, facts.asked, facts.details.asked);
  const isProvenAnew = risk === 'high' || risk === 'critical';
  const withProof = (acr: string, approvers: number, age: number): Promise<Decision> =>
    authorize({
      ...facts,
      route,
      approval: { id: 'apv_asked', approvers },
      assurance: { acr, amr: [], authTime: facts.now - age },
    });
  for (let quorum = 1; quorum <= MOST_PEOPLE; quorum += 1) {
    for (const acr of [SINGLE_FACTOR, MULTI_FACTOR]) {
      const decision = await withProof(acr, quorum, 0);
      if (isWhole(decision, facts)) {
        // A policy may want a proof that is younger than the sign-in people come with.
        const isFresh = isProvenAnew || !isWhole(await withProof(acr, quorum, OLD_SECONDS), facts);
        return {
          requires: { quorum, ...(acr === MULTI_FACTOR ? { acr } : {}), isProvenAnew: isFresh },
          risk,
          decision,
        };
      }
    }
  }
  return undefined;
};

/** Whether a decision gives all of an action: half of one is another one. */
const isWhole = ({ scope, removedDetails }: Decision, { asked }: ActionFacts): boolean =>
  removedDetails.length === 0 && asked.every((name) => scope.includes(name));
