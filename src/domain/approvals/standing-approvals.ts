import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import type { Agent } from '../clients/agents/agent.ts';
import { ownershipMember } from '../clients/agents/ownership.ts';
import type { Account } from '../identity/accounts/account.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Cursor,
  type DocumentStore,
  isDocumentConflict,
  StoreUnavailable,
  type Versioned,
} from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Revocation } from '../ports/revocation.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import { satisfiesAcr } from '../vocabulary/assurance.ts';
import type { DetailType } from '../vocabulary/detail-type.ts';
import { DomainError, refuseField } from '../vocabulary/errors.ts';
import type { Action } from './action.ts';
import type { Approval } from './approval.ts';
import {
  AFTER_SECONDS,
  forgetStandingAt,
  hasMore,
  hasRoom,
  likenessOf,
  type Remembered,
  STANDING_APPROVALS,
  type StandingApproval,
  type Worth,
  worthOf,
} from './standing-approval.ts';

export type StandingApprovals = ReturnType<typeof standingApprovals>;

const MOST_USES = 100;
const MOST_SECONDS = 30 * 86_400;
const ATTEMPTS = 20;
/** Of one likeness that are looked at. */
const LOOKED_AT = 20;
const PAGE = 200;
/** Of one account, of all that may still count: more than anybody says in the longest time there is. */
const MOST_OF_ACCOUNT = 2000;

/** What is taken back from an agent. With neither scopes nor types of details: all of it. */
type About = {
  readonly subject: string;
  readonly agent: string;
  readonly resource?: string;
  readonly scopes?: readonly string[];
  readonly detailTypes?: readonly string[];
};

/** What is asked, and of whom. */
type Like = {
  readonly action: Action;
  readonly approvers: readonly string[];
  readonly types: readonly DetailType[];
  /** Class of sign-in that is needed. */
  readonly acr?: string | undefined;
};

type Person = Pick<Account, 'state' | 'sessionsValidFrom' | 'tokensValidFrom'>;

/**
 * A yes to the next ones like this: given with an approval, counted with each use, ended by whoever gave it. It stands on
 * what a yes stands on (effective-votes.ts), and no longer than the sessions of hers in which she may have said it: whoever was in
 * her account may have said it in her name. A kill ends it for good, also one that was lifted.
 */
export const standingApprovals = ({
  documents,
  clock,
  identifiers,
  audit,
  accounts,
  revocation,
  keptSeconds = 90 * 86_400,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  /** As they count now. */
  readonly accounts: { get(id: string): Promise<{ readonly document: Person } | undefined> };
  readonly revocation: Pick<Revocation, 'ended'>;
  /** How long one stays after its end, seconds, but at least 600. Default: 90 days. */
  readonly keptSeconds?: number;
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

  /** Whether what it rests on is as it was when it was said. */
  const isFounded = async (standing: StandingApproval): Promise<boolean> => {
    const { account, subject, action, vote, ownership = 0 } = standing;
    const [giver, person] = await Promise.all([accounts.get(account), accounts.get(subject)]);
    if (giver?.document.state !== 'active' || person?.document.state !== 'active') return false;
    const { sessionsValidFrom, tokensValidFrom = 0 } = giver.document;
    const since = vote.at;
    if (since < sessionsValidFrom || since < tokensValidFrom) return false;
    if (since < (person.document.tokensValidFrom ?? 0)) return false;
    const parts = [
      { subject, parties: actorsOf(action.chain), since, ownership, consentedAt: since },
      { subject: account, since },
    ];
    return (await revocation.ended(parts)) === undefined;
  };

  const isFromOtherHands = async ({ action, ownership = 0, vote }: StandingApproval): Promise<boolean> =>
    (await revocation.ended([{ parties: actorsOf(action.chain), ownership, consentedAt: vote.at }])) === 'handed_over';

  /** The first that counts, of some that have room. */
  const firstFounded = async (
    all: readonly Versioned<StandingApproval>[],
  ): Promise<Versioned<StandingApproval> | undefined> => {
    for (const one of all) if (await isFounded(one.document)) return one;
    return undefined;
  };

  const covering = async (like: Like): Promise<Versioned<StandingApproval> | undefined> => {
    const { action, approvers, types, acr } = like;
    const worth = worthOf(action, types);
    const now = clock.now();
    const counts = ({ account, vote }: StandingApproval): boolean =>
      approvers.includes(account) && (acr === undefined || satisfiesAcr(vote.assurance.acr, acr));
    const page = await rows.find({
      where: { likeness: likenessOf(action, types) },
      order: { by: 'createdAt', direction: 'descending' },
      limit: LOOKED_AT,
    });
    return firstFounded(page.filter(({ document }) => hasRoom(document, worth, now) && counts(document)));
  };

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
     * approved each time whatever was said before: critical risk, what takes more people than one, and what counts but does
     * not say how much.
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
      if (!vote || !isRememberable(approval, account, types, clock.now())) {
        throw new DomainError('forbidden', 'This is approved each time.');
      }
      if (!isWithin(uses, MOST_USES)) refuseField('/uses', `A whole number from 1 to ${MOST_USES}.`);
      if (!isWithin(seconds, MOST_SECONDS)) refuseField('/seconds', `A whole number from 1 to ${MOST_SECONDS}.`);
      const { isCounted } = worthOf(approval.action, types);
      if (isCounted ? sum === undefined || !isWithin(sum, Number.MAX_SAFE_INTEGER) : sum !== undefined) {
        refuseField('/sum', isCounted ? 'A whole number above 0.' : 'This action has no amount.');
      }
      const now = clock.now();
      const standing: StandingApproval = {
        id: identifiers.newId('sap'),
        account: vote.account,
        agent: approval.agent,
        subject: approval.subject,
        resource: approval.resource,
        action: approval.action,
        ...ownershipMember(approval.ownership ?? 0),
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
        forgetAt: forgetStandingAt(now + seconds, keptSeconds),
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

    /** Whether nobody would be asked about one like it now. Counts nothing. */
    covers: async (like: Like): Promise<boolean> => (await covering(like)) !== undefined,

    /**
     * Counts one use for an action like it, if somebody among `approvers` said so and there is room; of many at once no
     * more than there is room for. Each use is an event.
     */
    async take(like: Like, request: string): Promise<StandingApproval | undefined> {
      const worth = worthOf(like.action, like.types);
      const amount = worth.isCounted ? worth.amount : undefined;
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const found = await covering(like);
        if (!found) return undefined;
        const { document, version } = found;
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

    /** Those of an account that count now, newest first. */
    async ofAccount(account: string): Promise<readonly StandingApproval[]> {
      const now = clock.now();
      const mine: StandingApproval[] = [];
      let after: Cursor | undefined;
      for (let read = 0; read < MOST_OF_ACCOUNT; read += PAGE) {
        const page = await rows.find({
          where: { account },
          // What is older than the longest there is counts no more.
          range: { field: 'createdAt', gte: now - MOST_SECONDS },
          order: { by: 'createdAt', direction: 'descending' },
          ...(after ? { after } : {}),
          limit: PAGE,
        });
        const all = page.map(({ document }) => document).filter((one) => hasMore(one, now));
        const isCounting = await Promise.all(all.map(isFounded));
        mine.push(...all.filter((_, index) => isCounting[index]));
        const last = page.at(-1)?.document;
        if (page.length < PAGE || !last) break;
        after = { value: last.createdAt, id: last.id };
      }
      return mine;
    },

    /** Whoever takes back a yes takes back the one to the next ones that was said with it. Answers whether there was one. */
    async endGivenWith(approval: string, by: string, request: string): Promise<boolean> {
      const [found] = await rows.find({ where: { approval }, limit: 1 });
      if (!found || !hasMore(found.document, clock.now())) return false;
      return (await end(found.document.id, by, request, ({ state }) => state === 'active')) !== undefined;
    },

    /** Ends one of an account's own; one that is over stays as it is. Throws 'not_found' for anybody else's. */
    async end(id: string, account: string, request: string): Promise<StandingApproval> {
      const ended = await end(id, account, request, (one) => one.account === account);
      if (!ended) throw new DomainError('not_found', 'There is no such standing approval.');
      return ended;
    },

    /** Ends what was said in advance to an agent in other hands than those it is in; at most `limit`. Answers how many. */
    async endFormer(agent: Pick<Agent, 'id'>, by: string, limit: number): Promise<number> {
      let count = 0;
      let after: Cursor | undefined;
      for (;;) {
        const page = await rows.find({
          where: { agent: agent.id },
          order: { by: 'createdAt', direction: 'descending' },
          ...(after ? { after } : {}),
          limit: PAGE,
        });
        for (const { document } of page) {
          after = { value: document.createdAt, id: document.id };
          if (document.state !== 'active' || !(await isFromOtherHands(document))) continue;
          if (count === limit) return count;
          if (await end(document.id, by, undefined, ({ state }) => state === 'active')) count += 1;
        }
        if (page.length < PAGE) return count;
      }
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

/** Whether whoever said yes to it can say so to the next ones like it. */
export const isRememberable = (
  { risk, requires, state, votes, standing, action }: Approval,
  account: string,
  types: readonly DetailType[],
  now: number,
): boolean =>
  isTold(worthOf(action, types)) &&
  risk !== 'critical' &&
  requires.quorum === 1 &&
  standing === undefined &&
  (state === 'approved' || state === 'redeemed') &&
  // Who decides for somebody else says nothing beyond the one action.
  votes.some((vote) => vote.account === account && vote.for === undefined && now - vote.at <= AFTER_SECONDS);

/** What counts and does not say how much has no limit that could be kept. */
const isTold = (worth: Worth): boolean => !worth.isCounted || worth.amount !== undefined;

const isWithin = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 1 && value <= most;
