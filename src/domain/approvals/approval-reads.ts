import { type MasterKey, openedOrNothing } from '../platform/crypto/master-key.ts';
import { NEWEST_FIRST, type PageQuery } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import type { Collection, Cursor } from '../ports/document-store.ts';
import { type Approval, stateAt } from './approval.ts';
import type { ApprovalSettings, Ping } from './approval-draft.ts';
import type { EffectiveVotes } from './effective-votes.ts';
import { handlesOf } from './open-approvals.ts';

const MOST_OPEN_SHOWN = 500;

/** Finds approvals: by id, by `auth_req_id`, and page by page. Changes nothing. */
export interface ApprovalReads {
  /** Reads one approval. Undefined when there is none. */
  get(id: string): Promise<Approval | undefined>;
  /** The approvals found, in the order of `ids`; at most 1000 ids. */
  getMany(ids: readonly string[]): Promise<readonly Approval[]>;
  /** Whether an account may see the approval: it was asked, or may decide now. */
  isAsked(approval: Approval, account: string): Promise<boolean>;
  /** Accounts to notify: the approvers, and the deputies of absent approvers. */
  toldOf(approval: Approval, asked?: readonly string[]): Promise<readonly string[]>;
  /** The approval of an `auth_req_id` of this client; undefined for that of another client (AP-04). */
  find(authReqId: string, client: string): Promise<Approval | undefined>;
  /** Approvals that one account may decide, open or not, newest first. */
  ofApprover(
    account: string,
    page?: { readonly after?: Cursor; readonly limit?: number },
  ): Promise<readonly Approval[]>;
  /** At most 500 approvals that wait for one account now, newest first. Decided approvals displace none of them. */
  openOf(account: string): Promise<readonly Approval[]>;
  /** Approvals that an agent requested, newest first; 50 at a time unless `page` says otherwise. */
  ofAgent(agent: string, page?: PageQuery): Promise<readonly Approval[]>;
  /** Approvals about an account, newest first; 50 at a time unless `page` says otherwise. */
  ofSubject(subject: string, page?: PageQuery): Promise<readonly Approval[]>;
  /** All approvals, or those stored in one state; newest first unless `order` says otherwise. */
  list(query?: PageQuery & { readonly state?: Approval['state'] }): Promise<readonly Approval[]>;
  /**
   * At most 1000 approvals that wait for a decision now, the one with the least time left first. Approvals that have
   * ended displace none of them.
   */
  waiting(limit: number): Promise<readonly Approval[]>;
  /** Endpoint and token to notify a client of the decision. */
  pingOf(approval: Approval): Ping | undefined;
  /** The `auth_req_id` of an approval. Undefined when neither master key opens it. */
  authReqIdOf(approval: Approval): string | undefined;
}

export const approvalReads = ({
  approvals,
  votes,
  clock,
  masterKey,
  settings,
}: {
  readonly approvals: Pick<Collection<Approval>, 'get' | 'getMany' | 'find'>;
  readonly votes: Pick<EffectiveVotes, 'deputiesOf' | 'slotsOf'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly masterKey: MasterKey;
  readonly settings: Pick<ApprovalSettings, 'ttlSeconds'>;
}): ApprovalReads => {
  const list = async (
    where: Readonly<Record<string, string>>,
    { after, limit = 50, order = NEWEST_FIRST }: PageQuery,
  ): Promise<readonly Approval[]> =>
    (
      await approvals.find({
        where,
        order,
        ...(after ? { after } : {}),
        limit,
      })
    ).map(({ document }) => document);

  return {
    async get(id): Promise<Approval | undefined> {
      return (await approvals.get(id))?.document;
    },

    getMany: async (ids): Promise<readonly Approval[]> =>
      (await approvals.getMany([...ids])).map(({ document }) => document),

    async isAsked(approval, account): Promise<boolean> {
      return approval.approvers.includes(account) || (await votes.slotsOf(approval, account)).length > 0;
    },

    async toldOf(approval, asked = approval.approvers): Promise<readonly string[]> {
      return [...new Set([...asked, ...(await votes.deputiesOf(approval, asked))])];
    },

    async find(authReqId, client): Promise<Approval | undefined> {
      if (!/^[\w-]{20,128}$/.test(authReqId)) return undefined;
      for (const handle of handlesOf(masterKey, authReqId)) {
        const [found] = await approvals.find({ where: { handle }, limit: 1 });
        if (found?.document.action.client === client) return found.document;
      }
      return undefined;
    },

    async ofApprover(account, page = {}): Promise<readonly Approval[]> {
      return list({ approvers: account }, page);
    },

    async openOf(account): Promise<readonly Approval[]> {
      const now = clock.now();
      const found = await approvals.find({
        where: { approvers: account, state: 'pending' },
        // Older approvals have expired; the range keeps the query from reading them.
        range: { field: 'createdAt', gte: now - settings.ttlSeconds },
        order: { by: 'createdAt', direction: 'descending' },
        limit: MOST_OPEN_SHOWN,
      });
      return found.map(({ document }) => document).filter((one) => stateAt(one, now) === 'pending');
    },

    async ofAgent(agent, page = {}): Promise<readonly Approval[]> {
      return list({ agent }, page);
    },

    async ofSubject(subject, page = {}): Promise<readonly Approval[]> {
      return list({ subject }, page);
    },

    async list(query = {}): Promise<readonly Approval[]> {
      return list(query.state === undefined ? {} : { state: query.state }, query);
    },

    async waiting(limit): Promise<readonly Approval[]> {
      const found = await approvals.find({
        where: { state: 'pending' },
        range: { field: 'expiresAt', gte: clock.now() + 1 },
        order: { by: 'expiresAt', direction: 'ascending' },
        limit,
      });
      return found.map(({ document }) => document);
    },

    pingOf({ id, ping }): Ping | undefined {
      const token = ping && openedOrNothing(masterKey, `ping ${id}`, ping.sealedToken);
      if (!ping || token === undefined) return undefined;
      return { endpoint: ping.endpoint, token, ...(ping.isByOperator ? { isByOperator: true } : {}) };
    },

    authReqIdOf: ({ id, sealedHandle }): string | undefined => openedOrNothing(masterKey, id, sealedHandle),
  };
};
