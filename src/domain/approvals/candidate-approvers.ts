/**
 * The people who could approve what an agent would ask for: those whom the server would ask, and what policies would say to the
 * approval of each. A simulation: it asks no person and records nothing.
 */
import type { ActivePolicies } from '../authority/decision/authorize.ts';
import { isApprovedByRule } from '../authority/decision/restricted-parties.ts';
import type { ServerUseSimulator, UseSimulation } from '../authority/decision/server-use-simulation.ts';
import type { Simulator } from '../authority/decision/simulation.ts';
import { simulationRefusal } from '../authority/decision/simulation-refusals.ts';
import type { PolicyTrials, SimulatedPolicy } from '../authority/policy/policy-simulations.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { Found } from '../ports/document-store.ts';
import { extendChain } from '../vocabulary/actor-chain.ts';
import { MOST_ASKED, type Requirements } from './approval.ts';
import { type Concerned, NO_RULE, type Resolve, whomToAskNow } from './approvers.ts';
import type { OwnersOfChain } from './owners-of-chain.ts';
import { leastRequired } from './requirements.ts';

export type ApproverQuestion = {
  readonly agent: string;
  /** Account on whose behalf the agent acts. It has consented. */
  readonly subject: string;
  /** Resource indicator. */
  readonly resource: string;
  readonly scope: readonly string[];
};

export type CandidateApprover = {
  readonly account: string;
  /** Why the server asks the account: `subject`, `owner`, ids of groups. */
  readonly as: readonly string[];
  /** Only asked when the approval is undecided after this many seconds. */
  readonly afterSeconds?: number;
  /** What policies say to the account's approval. */
  readonly simulation: UseSimulation;
  readonly isPermitted: boolean;
};

export type CandidateApprovers = {
  /** Absent: no approval would grant all of it. */
  readonly requires?: Requirements;
  /** The subject has to approve. */
  readonly mustAgree: boolean;
  /** At most 64. */
  readonly approvers: readonly CandidateApprover[];
  /** Whether the server would ask, and enough of them may approve, with the subject where that is required. */
  readonly isEnough: boolean;
  /** Version of the simulated policies; absent for a text, and where no set is active. */
  readonly version?: number;
  readonly isEnforced: boolean;
};

/** Finds who could approve. */
export interface ApproverCandidates {
  /** Throws 'invalid_field' naming what does not exist, and where policies name different approvers for parts of the request. */
  of(asked: ApproverQuestion, tried: SimulatedPolicy): Promise<CandidateApprovers>;
}

export const approverCandidates = (deps: {
  readonly trials: Pick<PolicyTrials, 'under'>;
  readonly simulator: Pick<Simulator, 'actionOf'>;
  readonly useSimulator: ServerUseSimulator;
  readonly agents: { get(id: string): Found<Pick<Agent, 'owner'>> };
  readonly resolve: Resolve;
  readonly chainOwners: Pick<OwnersOfChain, 'whenAsked'>;
}): ApproverCandidates => {
  /** The accounts that these names mean, with the names of each; those before keep what they have. */
  const named = async (
    concerned: Concerned,
    names: readonly string[],
    except: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> => {
    const found = new Map<string, readonly string[]>();
    for (const name of names) {
      for (const id of await deps.resolve.approversOf(concerned, { names: [name], except, isBesides: false })) {
        found.set(id, [...(found.get(id) ?? []), name]);
      }
    }
    return found;
  };

  const concernedBy = async ({ agent: id, subject }: ApproverQuestion): Promise<Concerned> => {
    const agent = (await deps.agents.get(id))?.document;
    if (!agent) throw simulationRefusal('simulated_agent_unknown', { field: '/agent' });
    // Without all owners the server asks no person, as those who own it could not be excluded.
    const owners = await deps.chainOwners.whenAsked(extendChain(id, ''));
    if (!owners) throw simulationRefusal('simulated_owners_unknown', { field: '/agent' });
    return { subject, owner: agent.owner, owners };
  };

  const under = async (
    asked: ApproverQuestion,
    policies: ActivePolicies | undefined,
  ): Promise<Omit<CandidateApprovers, 'version' | 'isEnforced'>> => {
    const concerned = await concernedBy(asked);
    const { facts, decide } = await deps.simulator.actionOf({ ...asked, caller: asked.agent }, policies);
    const possible = await leastRequired(decide, facts);
    if (!possible) return { mustAgree: false, approvers: [], isEnough: false };
    const [rule = NO_RULE, ...others] = possible.decision.approvers ?? [];
    if (others.length > 0) throw simulationRefusal('simulated_approvers_differ', { field: '/scope' });
    const whom = await whomToAskNow(deps.resolve, concerned, {
      ...{ channel: 'token_exchange', requires: possible.requires, rule },
      isRestricted: isApprovedByRule(facts),
    });
    const first = await named(concerned, whom.names, whom.except);
    const later = await named(concerned, rule.escalation?.names ?? [], whom.except);
    const all = [
      ...[...first].map(([account, as]) => ({ account, as })),
      ...[...later]
        .filter(([account]) => !first.has(account))
        .map(([account, as]) => ({ account, as, afterSeconds: rule.escalation?.after ?? 0 })),
    ];
    const approvers: CandidateApprover[] = [];
    for (const one of all.slice(0, MOST_ASKED)) {
      const approval = { ...asked, action: 'approve', caller: one.account } as const;
      const simulation = await deps.useSimulator.simulate(approval, policies);
      approvers.push({ ...one, simulation, isPermitted: isPermitted(simulation) });
    }
    const { quorum, mustAgree } = whom;
    const able = approvers.filter((one) => one.isPermitted);
    // The server asks only where the people before an escalation are as many as have to approve.
    const isEnough =
      first.size >= quorum &&
      able.length >= quorum &&
      (!mustAgree || (first.has(asked.subject) && able.some(({ account }) => account === asked.subject)));
    return { requires: { ...possible.requires, quorum }, mustAgree, approvers, isEnough };
  };

  return {
    async of(asked, tried): Promise<CandidateApprovers> {
      const { found, ...policies } = await deps.trials.under(tried, (active) => under(asked, active));
      return { ...found, ...policies };
    },
  };
};

const isPermitted = ({ decision, stops }: UseSimulation): boolean =>
  decision.removed.length === 0 && stops.length === 0;
