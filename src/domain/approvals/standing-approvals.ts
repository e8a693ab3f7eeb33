import { satisfiesAcr } from '../accounts/assurance.ts';
import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import type { DetailType } from '../details/detail-type.ts';
import { DomainError, refuseField } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type Cursor, type DocumentStore, isDocumentConflict, StoreUnavailable } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Action } from './action.ts';
import type { Approval } from './approval.ts';
import {
  hasRoom,
  likenessOf,
  type Remembered,
  STANDING_APPROVALS,
  type StandingApproval,
  sumOf,
} from './standing-approval.ts';

export type StandingApprovals = ReturnType<typeof standingApprovals>;

const MOST_USES = 100;
const MOST_SECONDS = 30 * 86_400;
const ATTEMPTS = 20;
/** Of one likeness that are looked at. */
const LOOKED_AT = 20;
const PAGE = 200;

/** What is taken back from an agent. With neither scopes nor types of details: all of it. */
type About = {
  readonly subject: string;
  readonly agent: string;
  readonly resource?: string;
  readonly scopes?: readonly string[];
  readonly detailTypes?: readonly string[];
};

/** A yes to the next ones like this: given with an approval, counted with each use, ended by whoever gave it. */
export const standingApprovals = ({
  documents,
  clock,
  identifiers,
  audit,
  accounts,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditTrail;
  readonly accounts: { get(id: string): Promise<{ readonly document: { readonly state: string } } | undefined> };
}) => {
  const rows = documents.collection<StandingApproval>(STANDING_APPROVALS);

  const about = ({ id, action, account }: StandingApproval): Partial<AuditEvent> => ({
    target: { kind: 'standing_approval', id },
    subject: action.subject,
    agent: action.agent,
    resource: action.resource,
    scopeAsked: action.scope,
    caller: account,
  });

  /** One that is over stays as it is. Undefined when there is none that is meant. */
  const end = async (
    id: string,
    caller: string,
    request: string | undefined,
    isMeant: (one: StandingApproval) => boolean,
  ): Promise<StandingApproval | undefined> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await rows.get(id);
      if (!found || !isMeant(found.document)) return undefined;
      const { document, version } = found;
      if (document.state === 'ended') return document;
      await audit.append({
        ...about(document),
        type: 'standing_approval.ended',
        outcome: 'done',
        caller,
        ...(request === undefined ? {} : { request }),
      });
      const next: StandingApproval = { ...document, state: 'ended', endedAt: clock.now() };
      if (await rows.replace(next, version)) return next;
    }
    throw new StoreUnavailable('gave up on a standing approval after 20 lost swaps');
  };

  return {
    /**
     * With the yes that was just said. Throws DomainError 'invalid_field' naming the member, and 'forbidden' for what is
     * approved each time whatever was said before: critical risk, and what takes more people than one.
     */
    async give(
      account: string,
      approval: Approval,
      remembered: Remembered,
      types: readonly DetailType[],
      request: string,
    ): Promise<StandingApproval> {
      const { uses, seconds, sum } = remembered;
      const vote = approval.votes.find((one) => one.account === account);
      if (!vote || !isRememberable(approval, account, clock.now())) {
        throw new DomainError('forbidden', 'This is approved each time.');
      }
      if (!isWithin(uses, MOST_USES)) refuseField('/uses', `A whole number from 1 to ${MOST_USES}.`);
      if (!isWithin(seconds, MOST_SECONDS)) refuseField('/seconds', `A whole number from 1 to ${MOST_SECONDS}.`);
      const amount = sumOf(approval.action, types);
      if (amount === undefined ? sum !== undefined : sum === undefined || !isWithin(sum, Number.MAX_SAFE_INTEGER)) {
        refuseField('/sum', amount === undefined ? 'This action has no amount.' : 'A whole number above 0.');
      }
      const now = clock.now();
      const standing: StandingApproval = {
        id: identifiers.newId('sap'),
        account: vote.account,
        agent: approval.agent,
        subject: approval.subject,
        resource: approval.resource,
        action: approval.action,
        likeness: likenessOf(approval.action, types),
        approval: approval.id,
        vote,
        mostUses: uses,
        uses: 0,
        ...(sum === undefined ? {} : { mostSum: sum }),
        sum: 0,
        state: 'active',
        createdAt: now,
        expiresAt: now + seconds,
      };
      await audit.append({
        ...about(standing),
        type: 'standing_approval.given',
        outcome: 'done',
        request,
        inputs: { approval: approval.id, uses, sum: sum ?? null, expiresAt: standing.expiresAt },
      });
      try {
        await rows.insert(standing);
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
        throw new DomainError('conflict', 'That was said already: it stands under “Approved in advance”.');
      }
      return standing;
    },

    /**
     * Counts one use for an action like it, if somebody among `approvers` said so and there is room; of many at once no
     * more than there is room for. Each use is an event.
     */
    async take(
      wanted: {
        readonly action: Action;
        readonly approvers: readonly string[];
        readonly types: readonly DetailType[];
        /** Class of sign-in that is needed. */
        readonly acr?: string | undefined;
      },
      request: string,
    ): Promise<StandingApproval | undefined> {
      const { action, approvers, types, acr } = wanted;
      const counts = ({ account, vote }: StandingApproval): boolean =>
        approvers.includes(account) && (acr === undefined || satisfiesAcr(vote.assurance.acr, acr));
      const likeness = likenessOf(action, types);
      const amount = sumOf(action, types);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const now = clock.now();
        const page = await rows.find({
          where: { likeness },
          order: { by: 'createdAt', direction: 'descending' },
          limit: LOOKED_AT,
        });
        const found = page.find(({ document }) => hasRoom(document, amount, now) && counts(document));
        if (!found) return undefined;
        const { document, version } = found;
        if ((await accounts.get(document.account))?.document.state !== 'active') return undefined;
        const next = { ...document, uses: document.uses + 1, sum: document.sum + (amount ?? 0) };
        const event = {
          ...about(next),
          type: 'standing_approval.used',
          request,
          inputs: { uses: next.uses, mostUses: next.mostUses, amount: amount ?? null, sum: next.sum },
        } as const;
        await audit.append({ ...event, outcome: 'done' });
        if (await rows.replace(next, version)) return next;
        await audit.append({ ...event, outcome: 'refused', note: 'came to nothing: another use was first' });
      }
      throw new StoreUnavailable('gave up on a standing approval after 20 lost swaps');
    },

    /** Newest first. */
    async ofAccount(
      account: string,
      { after, limit = 50 }: { readonly after?: Cursor; readonly limit?: number } = {},
    ): Promise<readonly StandingApproval[]> {
      const found = await rows.find({
        where: { account },
        order: { by: 'createdAt', direction: 'descending' },
        ...(after ? { after } : {}),
        limit,
      });
      return found.map(({ document }) => document);
    },

    /** Ends one of an account's own; one that is over stays as it is. Throws 'not_found' for anybody else's. */
    async end(id: string, account: string, request: string): Promise<StandingApproval> {
      const ended = await end(id, account, request, (one) => one.account === account);
      if (!ended) throw new DomainError('not_found', 'There is no such standing approval.');
      return ended;
    },

    /**
     * Ends what was said in advance to one agent for one person, whoever said it: at a resource, about any of these scopes
     * or details of any of these types (another detail of a type may be what the next request is about). Absent: at all of
     * them, about anything. `by` is an account, client or agent id, or 'system'. Answers how many ended.
     */
    async endAbout(
      { subject, agent, resource, scopes, detailTypes }: About,
      by: string,
      request: string | undefined,
    ): Promise<number> {
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
      let after: Cursor | undefined;
      for (;;) {
        const page = await rows.find({
          where: { agent },
          order: { by: 'createdAt', direction: 'descending' },
          ...(after ? { after } : {}),
          limit: PAGE,
        });
        for (const { document } of page) {
          after = { value: document.createdAt, id: document.id };
          if (isMeant(document) && (await end(document.id, by, request, isMeant))) count += 1;
        }
        if (page.length < PAGE) return count;
      }
    },
  };
};

/** How long after a yes more can be said with it: it is the proof of who said so. */
const AFTER_SECONDS = 600;

/** Whether whoever said yes to it can say so to the next ones like it. */
export const isRememberable = (
  { risk, requires, state, votes, standing }: Approval,
  account: string,
  now: number,
): boolean =>
  risk !== 'critical' &&
  requires.quorum === 1 &&
  standing === undefined &&
  (state === 'approved' || state === 'redeemed') &&
  // Who decides for somebody else says nothing beyond the one action.
  votes.some((vote) => vote.account === account && vote.for === undefined && now - vote.at <= AFTER_SECONDS);

const isWithin = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 1 && value <= most;
