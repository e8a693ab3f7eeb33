/** Finds what an action needs to be granted, by simulating the decision with the approvals in place. */

import type { Authorize } from '../authority/decision/authorize.ts';
import type { Decision } from '../authority/decision/decision.ts';
import type { ActionFacts, Route } from '../authority/decision/facts.ts';
import { highestRisk } from '../resources/resource-servers/highest-risk.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../vocabulary/assurance.ts';
import type { Risk } from '../vocabulary/risk.ts';
import type { Requirements } from './approval.ts';

/** Longer than any session. */
const OLD_SECONDS = 366 * 86_400;

/** The largest quorum that is tried. */
const MOST_PEOPLE = 3;

export type Possible = {
  readonly requires: Requirements;
  readonly risk: Risk;
  /** What the decision would then grant of the request. */
  readonly decision: Decision;
};

/**
 * The least requirements that are enough: the fewest people first, then the weakest proof. Undefined where no approval
 * grants the whole request. Calls `authorize` up to seven times, so it should make no outside call.
 */
export const leastRequired = async (
  authorize: Authorize,
  facts: ActionFacts,
  /** Route for which the approval will be requested. */
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
        // A policy may require a proof that is younger than the approvers' sign-in.
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

/** Whether a decision grants the whole action. A part of an action is another action. */
const isWhole = ({ scope, removedDetails }: Decision, { asked }: ActionFacts): boolean =>
  removedDetails.length === 0 && asked.every((name) => scope.includes(name));
