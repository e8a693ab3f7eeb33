import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { Clock } from '../ports/clock.ts';
import { type Collection, everyDocument, LOST, retryLost } from '../ports/document-store.ts';
import type { Revocation } from '../ports/revocation.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import type { Action } from './action.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { hasMore, type StandingApproval } from './standing-approval.ts';

/** The rights that are revoked. Without scopes and detail types: all rights of the agent. */
type About = {
  readonly subject: string;
  readonly agent: string;
  readonly resource?: string;
  readonly scopes?: readonly string[];
  readonly detailTypes?: readonly string[];
};

const PAGE = 200;

/** Members of every event about a standing approval. */
export const aboutStanding = ({ id, action, account }: StandingApproval): Partial<AuditEvent> => ({
  target: { kind: 'standing_approval', id },
  subject: action.subject,
  agent: action.agent,
  resource: action.resource,
  scopeAsked: action.scope,
  caller: account,
});

/** Ends standing approvals. One that has ended does not change. */
export interface StandingApprovalEnds {
  /**
   * Ends the standing approval that was given with an approval, when the approver withdraws that approval. Returns
   * whether there was one.
   */
  endGivenWith(approval: string, by: string, request: string): Promise<boolean>;
  /**
   * Ends a standing approval of the account; one that has ended does not change. Throws 'not_found' for one of another
   * account.
   */
  end(id: string, account: string, request: string): Promise<StandingApproval>;
  /** Ends the standing approvals that an agent got under a former owner; at most `limit`. Returns how many. */
  endFormer(agent: Pick<Agent, 'id'>, by: string, limit: number): Promise<number>;
  /** Ends all standing approvals of an agent; at most `limit`. Returns how many. */
  endOf(agent: string, by: string, limit: number): Promise<number>;
  /**
   * Ends the standing approvals of every approver for one agent and one subject, at a resource. Matches any of these
   * scopes, and details of any of these types, since the next request may be for another detail of the type. Absent:
   * at all resources, for all rights. `by` is an account, client or agent id, or 'system'. Returns how many ended.
   */
  endAbout(about: About, by: string, request: string | undefined): Promise<number>;
}

export const standingApprovalEnds = ({
  standingApprovals,
  clock,
  audit,
  revocation,
}: {
  readonly standingApprovals: Pick<Collection<StandingApproval>, 'get' | 'find' | 'replace'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly audit: AuditLog;
  readonly revocation: Pick<Revocation, 'ended'>;
}): StandingApprovalEnds => {
  const isFromOtherHands = async ({ action, ownership = 0, vote }: StandingApproval): Promise<boolean> =>
    (await revocation.ended([{ parties: actorsOf(action.chain), ownership, consentedAt: vote.at }])) === 'handed_over';

  const newestOf = (agent: string): AsyncGenerator<StandingApproval> =>
    everyDocument(standingApprovals, {
      where: { agent },
      order: { by: 'createdAt', direction: 'descending' },
      limit: PAGE,
    });

  /** Ends one standing approval; one that has ended does not change. Undefined when none matches. */
  const end = (
    id: string,
    caller: string,
    request: string | undefined,
    isMeant: (one: StandingApproval) => boolean,
  ): Promise<StandingApproval | undefined> =>
    retryLost(id, async () => {
      const found = await standingApprovals.get(id);
      if (!found || !isMeant(found.document)) return undefined;
      const { document, version } = found;
      if (document.state === 'ended') return document;
      await audit.append({
        ...aboutStanding(document),
        type: 'standing_approval.ended',
        outcome: 'done',
        caller,
        ...(request === undefined ? {} : { request }),
      });
      const next: StandingApproval = { ...document, state: 'ended', endedAt: clock.now() };
      return (await standingApprovals.replace(next, version)) ? next : LOST;
    });

  const endEach = async (
    agent: string,
    by: string,
    limit: number,
    isMeant: (one: StandingApproval) => Promise<boolean>,
  ): Promise<number> => {
    let count = 0;
    for await (const standing of newestOf(agent)) {
      if (standing.state !== 'active' || !(await isMeant(standing))) continue;
      if (count === limit) return count;
      if (await end(standing.id, by, undefined, ({ state }) => state === 'active')) count += 1;
    }
    return count;
  };

  return {
    async endGivenWith(approval, by, request): Promise<boolean> {
      const [found] = await standingApprovals.find({ where: { approval }, limit: 1 });
      if (!found || !hasMore(found.document, clock.now())) return false;
      return (await end(found.document.id, by, request, ({ state }) => state === 'active')) !== undefined;
    },

    async end(id, account, request): Promise<StandingApproval> {
      const ended = await end(id, account, request, (one) => one.account === account);
      if (!ended) throw approvalRefusal('standing_approval_not_found');
      return ended;
    },

    endFormer: (agent, by, limit) => endEach(agent.id, by, limit, isFromOtherHands),

    endOf: (agent, by, limit) => endEach(agent, by, limit, async () => true),

    async endAbout({ subject, agent, resource, scopes, detailTypes }, by, request): Promise<number> {
      const isAbout = ({ scope, details }: Action): boolean =>
        (scopes === undefined && detailTypes === undefined) ||
        scope.some((name) => scopes?.includes(name)) ||
        details.some(({ type }) => detailTypes?.includes(type));
      const isMeant = ({ state, expiresAt, action, ...of }: StandingApproval): boolean =>
        state === 'active' &&
        expiresAt > clock.now() &&
        of.subject === subject &&
        (resource === undefined || of.resource === resource) &&
        isAbout(action);
      let count = 0;
      for await (const standing of newestOf(agent)) {
        if (isMeant(standing) && (await end(standing.id, by, request, isMeant))) count += 1;
      }
      return count;
    },
  };
};
