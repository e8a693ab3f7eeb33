/**
 * Cuts a decision in a transaction of several people. A scope that needs all participants is left only if the same decision,
 * made for each other participant with their own delegation, leaves it. It never adds anything: one person's rights do not
 * fill the gaps of another's.
 */

import type { ParticipantFacts } from '../transactions/participants.ts';
import type { ApproverRule, Decision, ParticipantsCut } from './decision.ts';
import type { DecisionFacts } from './facts.ts';

/** Those of these scopes that need every participant of a transaction. */
const scopesOfAll = ({ scopes }: DecisionFacts['server'], names: readonly string[]): readonly string[] =>
  scopes.filter(({ name, participants }) => participants === 'all' && names.includes(name)).map(({ name }) => name);

type DecideForOne = (facts: DecisionFacts) => Promise<Decision>;

/** `decide`: the decision for one person. Fails closed: its errors propagate. */
export const cutByParticipants = async (
  facts: DecisionFacts,
  decision: Decision,
  decide: DecideForOne,
): Promise<Decision> => {
  const { participants = [] } = facts;
  const wanted = scopesOfAll(facts.server, decision.scope);
  if (wanted.length === 0 || participants.length === 0) return decision;
  const each = await Promise.all(
    participants.map(async (one) => ({ id: one.id, theirs: await decisionFor(facts, one, wanted, decide) })),
  );
  const others: ParticipantsCut['others'] = each.map(({ id, theirs }) => ({ id, allows: theirs?.scope ?? [] }));
  const refusing = new Map(
    wanted.map((name) => [name, others.filter(({ allows }) => !allows.includes(name)).map(({ id }) => id)] as const),
  );
  const scope = decision.scope.filter((name) => (refusing.get(name) ?? []).length === 0);
  const ofAll = wanted.filter((name) => scope.includes(name));
  // Without a scope of all, the token is of its subject alone.
  const theirs = ofAll.length === 0 ? [] : each.flatMap(({ theirs: one }) => (one ? [one] : []));
  const approvers = distinct([decision, ...theirs].flatMap((one) => one.approvers ?? []));
  return {
    ...decision,
    scope,
    removed: [
      ...decision.removed,
      ...[...refusing]
        .filter(([, ids]) => ids.length > 0)
        .map(([name, ids]) => ({ scope: name, layer: 'participants' as const, participants: ids })),
    ],
    maxSeconds: least([decision, ...theirs].map(({ maxSeconds }) => maxSeconds)),
    maxUses: least([decision, ...theirs].map(({ maxUses }) => maxUses)),
    ...(approvers.length === 0 ? {} : { approvers }),
    participants: { scope: ofAll, others },
  };
};

/** Undefined: the participant allows nothing, as without an account or a delegation. */
const decisionFor = async (
  facts: DecisionFacts,
  { account, delegation }: ParticipantFacts,
  wanted: readonly string[],
  decide: DecideForOne,
): Promise<Decision | undefined> => {
  // A token for no person has no participant among those who allow it.
  if (facts.subject === undefined || account === undefined || delegation === undefined) return undefined;
  return decide({ ...facts, ...NOTHING_OF_THE_SUBJECT, subject: account, delegation, asked: wanted });
};

/** The client, the token and the sign-in of the subject say nothing about another participant. */
const NOTHING_OF_THE_SUBJECT = {
  participants: undefined,
  grant: undefined,
  subjectToken: undefined,
  assurance: undefined,
  isUnasked: false,
  details: { asked: [] },
} as const;

const least = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const distinct = (rules: readonly ApproverRule[]): readonly ApproverRule[] => [
  ...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values(),
];
