/** Resource: approvals. */
import { type Approval, shownStateAt } from '../../../../domain/approvals/approval.ts';
import { listApprovals, SHOWN_STATES } from '../../../../domain/approvals/approval-lists.ts';
import type { ApprovalService } from '../../../../domain/approvals/approval-service.ts';
import { REVIEWERS } from '../../../../domain/approvals/break-glass-reviews.ts';
import type { AgentRegistry } from '../../../../domain/clients/agents/agent-registry.ts';
import type { Owners } from '../../../../domain/identity/groups/owners.ts';
import type { Clock } from '../../../../domain/ports/clock.ts';
import { invalidFields } from '../../../problem.ts';
import { type Call, existing, orderOf } from '../../call.ts';
import { managementRefusal } from '../../management-refusals.ts';
import { type Handlers, resource } from '../../resource.ts';
import { about, givenId, ORDER, OWN, PAGE, scopes } from '../../route.ts';
import { oneOf } from '../../schema-parts.ts';
import { APPROVAL, APPROVAL_PAGE, BREAK_GLASS_REVIEW } from './schemas.ts';

export const APPROVAL_SCOPES = scopes('approvals', {
  read: ['See the approvals of single actions of agents', 'medium'],
  write: ['End absences, and review emergency access', 'high'],
});

/** Read only: approvers decide on their pages, never by token. */
const make = about('approvals', { read: APPROVAL_SCOPES.read, write: APPROVAL_SCOPES.read });
/** A third account reviews break-glass access; it may do so by token, too. */
const emergencies = about('approvals', APPROVAL_SCOPES);

const routes = {
  listApprovals: make.read('/approvals', APPROVAL_PAGE, 'List approvals, newest first unless `sort` says otherwise', {
    own: true,
    query: {
      ...PAGE,
      agent: givenId('Only those of this agent.'),
      subject: givenId('Only those on behalf of this account.'),
      state: oneOf('Only those in this state.', SHOWN_STATES),
      sort: {
        ...oneOf('Sort key. `expires` goes with `state` only.', ['created', 'expires']),
        default: 'created',
      },
      order: ORDER,
      review: oneOf('Only break-glass approvals by two people: review closed or still open.', ['open', 'closed']),
    },
  }),
  reviewApproval: emergencies.act(
    '/approvals/{id}/review',
    APPROVAL,
    'Review a break-glass approval by two people. Neither of the two may review it',
    { roles: REVIEWERS, body: BREAK_GLASS_REVIEW },
  ),
  getApproval: make.read('/approvals/{id}', APPROVAL, 'Read an approval', OWN),
};

/** The functions of the service for this API. No caller decides by token. */
export type ApprovalsRead = Pick<ApprovalService, 'get' | 'breakGlass' | 'list' | 'ofAgent' | 'ofSubject'>;

type Dependencies = {
  readonly approvals: ApprovalsRead;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** An account without a role sees requests in its name and requests of its own agents. */
const handlers = ({ approvals: service, agents, owners, clock }: Dependencies): Handlers<typeof routes> => {
  const ownsAgent = async (id: string, account: string): Promise<boolean> => {
    const agent = await agents.get(id);
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
  };

  const visible = async ({ id, access, caller }: Call): Promise<Approval> => {
    const found = await service.get(id);
    const isVisible =
      found !== undefined &&
      (access === 'all' || found.subject === caller.id || (await ownsAgent(found.agent, caller.id)));
    return existing(isVisible ? found : undefined);
  };

  return {
    async listApprovals({ query, after, access, caller }) {
      const { agent, limit, review, state } = query;
      const isOwnAgent = access === 'own' && agent !== undefined && (await ownsAgent(agent, caller.id));
      // Answers a caller without a role as if other accounts' approvals did not exist (MG-01).
      const subject = query.subject ?? (access === 'own' && !isOwnAgent ? caller.id : undefined);
      if (access === 'own' && subject !== caller.id && !isOwnAgent) return { body: { items: [] } };
      if (query.sort === 'expires') {
        const filter = { agent, subject, review };
        const given = Object.entries(filter).find(([, value]) => value !== undefined)?.[0];
        if (given !== undefined) {
          const isCallers = given === 'subject' && query.subject === undefined;
          const detail = isCallers
            ? 'Your approvals are sorted by "created" only. Leave out "sort".'
            : `A list of one ${given} is sorted by "created" only. Leave out "sort", or "${given}".`;
          throw invalidFields([{ parameter: 'sort', detail }]);
        }
      }
      const order = orderOf(query, { created: 'createdAt', expires: 'expiresAt' });
      const { items, next } = await listApprovals(
        service,
        { agent, subject, state, review, after, limit, order },
        clock.now(),
      );
      return { body: { items: items.map((one) => showApproval(one, clock.now())) }, next };
    },

    getApproval: async (call) => ({ body: showApproval(await visible(call), clock.now()) }),

    async reviewApproval(call) {
      const { caller, body, by } = call;
      // A review by a client is a review by its owner.
      const account = caller.kind === 'account' ? caller.id : caller.account;
      if (account === undefined) throw managementRefusal('client_without_reviewer');
      await visible(call);
      const { finding, note } = body;
      const { request, source } = by;
      const closed = await service.breakGlass.close(call.id, { account, finding, note, request, source });
      return { body: showApproval(closed, clock.now()) };
    },
  };
};

/**
 * The members that may leave the process, listed one by one. They never include the agent's polling handle, the number that
 * it shows or its notification endpoint. They never include how and from where approvers proved their identity.
 */
const showApproval = (approval: Approval, now: number) => {
  const { action, requires, votes, decidedAt, decidedBy, redeemBy, redeemedAt, use } = approval;
  return {
    id: approval.id,
    state: shownStateAt(approval, now),
    channel: approval.channel,
    ...(approval.requested === undefined ? {} : { requested_by: approval.requested.by }),
    ...(approval.requested?.until === undefined ? {} : { requested_until: approval.requested.until }),
    digest: approval.digest,
    agent: action.agent,
    client: action.client,
    subject: action.subject,
    chain: action.chain,
    resource: action.resource,
    scope: action.scope,
    ...(action.details.length === 0 ? {} : { details: action.details }),
    blueprint: action.blueprint,
    composition: action.composition,
    ...(action.composition === null ? {} : { composition_grade: action.compositionGrade ?? ('declared' as const) }),
    policy: action.policy,
    risk: approval.risk,
    requires: {
      quorum: requires.quorum,
      ...(requires.acr === undefined ? {} : { acr: requires.acr }),
      proven_anew: requires.isProvenAnew,
    },
    approvers: approval.approvers,
    ...(approval.approversExcept ? { approvers_except: approval.approversExcept } : {}),
    must_agree: approval.mustAgree,
    ...(approval.escalation ? { escalation: approval.escalation } : {}),
    votes: votes.map(({ account, at, for: away }) => ({ account, ...(away === undefined ? {} : { for: away }), at })),
    ...breakGlassOf(approval),
    ...(action.message === undefined ? {} : { binding_message: action.message }),
    created_at: approval.createdAt,
    expires_at: approval.expiresAt,
    ...(decidedAt === undefined ? {} : { decided_at: decidedAt }),
    ...(decidedBy === undefined ? {} : { decided_by: decidedBy }),
    ...(approval.decidedFor === undefined ? {} : { decided_for: approval.decidedFor }),
    ...(redeemBy === undefined ? {} : { redeem_by: redeemBy }),
    ...(redeemedAt === undefined ? {} : { redeemed_at: redeemedAt }),
    ...(use === undefined ? {} : { used_at: use.at }),
  };
};

/** The break-glass access of an approval: its reason, votes and review. */
const breakGlassOf = ({ breakGlass, review }: Approval) => {
  if (!breakGlass) return {};
  const { reason, votes, closed } = breakGlass;
  return {
    break_glass: {
      reason,
      by: votes.map(({ account, at }) => ({ account, at })),
      ...(review === undefined ? {} : { review }),
      ...(closed === undefined
        ? {}
        : { finding: closed.finding, note: closed.note, reviewed_by: closed.by, reviewed_at: closed.at }),
    },
  };
};

export const approvals = resource(routes, handlers);
