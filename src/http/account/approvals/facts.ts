import type { AgentFacts } from '../../../../views/partials/agent-card.ts';
import { type ApprovalFacts, SHOWN_MEMBERS, type ShownState } from '../../../../views/partials/approval-facts.ts';
import { agentWords } from '../../../../views/words/agent.ts';
import { approvalWords } from '../../../../views/words/approval.ts';
import { type Approval, isBreakGlass, shownStateAt, slotOfVote, stateAt } from '../../../domain/approvals/approval.ts';
import type { ApproverSlot } from '../../../domain/approvals/effective-votes.ts';
import { txnOf } from '../../../domain/approvals/transaction-of-approval.ts';
import { isDeclared, shownSource, type Transaction } from '../../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../../domain/clients/agents/agent.ts';
import { describedDetail } from '../../../domain/resources/authorization-details/described-detail.ts';
import { typeOf } from '../../../domain/resources/authorization-details/narrowed-details.ts';
import type { ResourceServer } from '../../../domain/resources/resource-servers/resource-server.ts';
import { actorsOf } from '../../../domain/vocabulary/actor-chain.ts';
import { agentFacts, ownerNames } from '../../interaction/consent-model.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';

type Deps = Pick<PeopleDeps, 'basePath' | 'accounts' | 'groups' | 'agents' | 'resourceServers' | 'approvals'>;

type ApprovalContext = {
  readonly servers: ReadonlyMap<string, ResourceServer>;
  readonly agents: ReadonlyMap<string, Agent>;
  /** By id: the declared transactions of the requests. */
  readonly transactions: ReadonlyMap<string, Transaction>;
  /** Of an account or a group. */
  readonly nameOf: (id: string) => string;
};

/**
 * Approvals as the page shows them to `viewer`, in the given order. All facts about a request come from the action that the
 * digest covers.
 */
export const approvalFacts = async (
  deps: Deps,
  approvals: readonly Approval[],
  viewer: string,
): Promise<readonly ApprovalFacts[]> => {
  const known = await whatIsKnown(deps, approvals);
  const now = deps.approvals.clock.now();
  const slots = await Promise.all(
    approvals.map((one) => (stateAt(one, now) === 'pending' ? freeSlots(deps, one, viewer) : [])),
  );
  return approvals.map((approval, index) => {
    const { id, action, requires, votes, mustAgree } = approval;
    const agreed = votes.flatMap((vote) => [vote.account, slotOfVote(vote)]);
    const [slot] = slots[index] ?? [];
    return {
      id,
      href: `${deps.basePath}/account/approvals/${id}`,
      state: shownState(approval, agreed.includes(viewer), now),
      channel: approval.channel,
      risk: approval.risk,
      ...deedsOf(approval, known.servers.get(action.resource)),
      ...actorsIn(approval, known),
      onBehalfOf: { name: known.nameOf(action.subject), isYou: action.subject === viewer },
      askedAt: approval.createdAt,
      until: approval.expiresAt,
      ...(approval.escalation && approval.escalation.at < approval.expiresAt
        ? { escalatesAt: approval.escalation.at, isEscalated: approval.escalation.at <= now }
        : {}),
      now,
      goodForSeconds: deps.approvals.service.settings.redeemSeconds,
      ...(approval.requested?.until === undefined ? {} : { goodUntil: approval.requested.until }),
      ...(approval.decidedAt === undefined ? {} : { decidedAt: approval.decidedAt }),
      ...(approval.state === 'denied' && approval.decidedBy !== undefined
        ? { decidedBy: { name: known.nameOf(approval.decidedBy), isYou: approval.decidedBy === viewer } }
        : {}),
      ...(approval.redeemBy === undefined ? {} : { redeemBy: approval.redeemBy }),
      quorum: requires.quorum,
      people: peopleOf(approval).map((account) => {
        const vote = votes.find((one) => slotOfVote(one) === account);
        return {
          name: known.nameOf(account),
          isYou: account === viewer,
          hasAgreed: vote !== undefined,
          isNeeded: account === mustAgree,
          ...(vote && vote.account !== account ? { through: known.nameOf(vote.account) } : {}),
        };
      }),
      ...(approval.breakGlass
        ? {
            breakGlass: {
              reason: approval.breakGlass.reason,
              isBreakGlass: isBreakGlass(approval),
              href: `${deps.basePath}/console/break-glass/${id}`,
            },
          }
        : {}),
      ...(slot && slot.of !== viewer ? { forWhom: awayAs(slot, known.nameOf) } : {}),
      ...(action.message === undefined ? {} : { message: action.message }),
      ...intentOf(approval, known),
    };
  });
};

/** Approver slots in which the viewer can still vote, the usual one first; empty after the viewer's vote. */
export const freeSlots = async (
  { approvals }: Pick<Deps, 'approvals'>,
  approval: Approval,
  viewer: string,
): Promise<readonly ApproverSlot[]> => {
  const { votes } = approval;
  if (votes.some(({ account }) => account === viewer)) return [];
  return (await approvals.service.slotsOf(approval, viewer)).filter(({ of }) =>
    votes.every((vote) => slotOfVote(vote) !== of),
  );
};

export const awayAs = ({ of, until }: ApproverSlot, nameOf: (account: string) => string) => ({
  name: nameOf(of),
  ...(until === undefined ? {} : { until }),
});

/** Approvers in their own right. A deputy appears beside the approver for whom they voted. */
const peopleOf = ({ approvers, votes }: Approval): readonly string[] => {
  const deputies = votes.filter((vote) => vote.for !== undefined).map(({ account }) => account);
  return [...new Set([...approvers, ...votes.map(slotOfVote)])].filter((account) => !deputies.includes(account));
};

const shownState = (approval: Approval, hasAgreed: boolean, now: number): ShownState => {
  const state = shownStateAt(approval, now);
  if (state !== 'pending') return state;
  return hasAgreed ? 'agreed' : 'open';
};

const whatIsKnown = async (deps: Deps, approvals: readonly Approval[]): Promise<ApprovalContext> => {
  const actors = approvals.flatMap(({ agent, action }) => [agent, ...actorsOf(action.chain)]);
  const agents = new Map<string, Agent>();
  for (const some of chunksOf(actors)) {
    for (const { document } of await deps.agents.getMany(some)) agents.set(document.id, document);
  }
  const owners = [...agents.values()].map(({ owner }) => owner);
  const people = approvals.flatMap(({ approvers, subject, votes, decidedBy }) => [
    ...approvers,
    subject,
    ...votes.map(slotOfVote),
    decidedBy,
  ]);
  const nameOf = await ownerNames(deps, [...owners, ...people]);
  const servers = new Map<string, ResourceServer>();
  for (const identifier of new Set(approvals.map(({ resource }) => resource))) {
    const found = await deps.resourceServers.findByIdentifier(identifier);
    if (found) servers.set(identifier, found.document);
  }
  const transactions = new Map<string, Transaction>();
  for (const id of new Set(approvals.map(txnOf).filter(isDeclared))) {
    const found = await deps.approvals.transactions.get(id);
    if (found) transactions.set(id, found.document);
  }
  return { servers, agents, transactions, nameOf };
};

/** What the transaction of a request is for. Of one whose text was not given, there is nothing to read. */
const intentOf = (approval: Approval, { transactions }: ApprovalContext): Pick<ApprovalFacts, 'intent'> => {
  const transaction = transactions.get(txnOf(approval) ?? '');
  const text = transaction?.intent.text;
  return transaction && text !== undefined
    ? { intent: { text, source: shownSource(transaction, approval.subject) } }
    : {};
};

/** Each id once, in batches of the size that a store query takes. */
const chunksOf = (ids: readonly string[]): readonly (readonly string[])[] => {
  const all = [...new Set(ids)];
  return Array.from({ length: Math.ceil(all.length / 1000) }, (_, index) =>
    all.slice(index * 1000, index * 1000 + 1000),
  );
};

type Deeds = Pick<ApprovalFacts, 'resource' | 'scopes' | 'details' | 'unreadable' | 'exact' | 'isCut'>;

/**
 * The action in the words of the resource server. The page shows undeclared parts by name, and such an action cannot be
 * approved (AP-10).
 */
const deedsOf = ({ action }: Approval, server: ResourceServer | undefined): Deeds => {
  const declared = server?.scopes ?? [];
  const types = server?.detailTypes ?? [];
  const details = action.details.flatMap((detail) => {
    const type = typeOf(types, detail);
    return type ? [describedDetail(type, detail)] : [];
  });
  const shown = details.flatMap(({ sentence, more }) => [
    ...sentence.flatMap((part) => ('text' in part ? [] : (part.value ?? []))),
    ...more.map(({ value }) => value),
  ]);
  return {
    resource: { identifier: action.resource, name: server?.name ?? action.resource },
    scopes: declared.filter(({ name }) => action.scope.includes(name)),
    details,
    unreadable: [
      ...action.scope.filter((scope) => !declared.some(({ name }) => name === scope)),
      ...action.details.filter((detail) => typeOf(types, detail) === undefined).map(({ type }) => type),
    ],
    exact: action.details.length === 0 ? [] : JSON.stringify(action.details, null, 2).split('\n'),
    isCut: shown.some((value) => value.endsWith('…')) || details.some(({ more }) => more.length > SHOWN_MEMBERS),
  };
};

const actorsIn = (
  approval: Approval,
  { agents, transactions, nameOf }: ApprovalContext,
): Pick<ApprovalFacts, 'agent' | 'through' | 'warnings'> => {
  const { agent: id, action } = approval;
  const txn = txnOf(approval);
  const factsOf = (actor: string): AgentFacts => {
    const found = agents.get(actor);
    return found
      ? agentFacts(found, nameOf)
      : { id: actor, name: actor, ownerName: agentWords.unknownOwner, purpose: '', environment: 'production' };
  };
  const found = agents.get(id);
  return {
    agent: factsOf(id),
    through: actorsOf(action.chain)
      .filter((actor) => actor !== id)
      .map(factsOf),
    warnings: [
      ...(found === undefined ? [approvalWords.notRegistered] : []),
      ...(found === undefined || found.state === 'active'
        ? []
        : [approvalWords.notActive(agentWords.states[found.state])]),
      ...(isDeclared(txn) && transactions.get(txn)?.state !== 'open' ? [approvalWords.transactionClosed] : []),
    ],
  };
};
