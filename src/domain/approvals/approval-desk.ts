import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import { DomainError, isDomainError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Cursor,
  type DocumentStore,
  isDocumentConflict,
  StoreUnavailable,
  type Versioned,
} from '../ports/document-store.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Risk } from '../resource-servers/risk.ts';
import { type MasterKey, openedOrNothing } from '../secrets/master-key.ts';
import { type Action, digestOf } from './action.ts';
import { APPROVALS, type Approval, type Door, type Origin, type Requirements, stateAt, type Vote } from './approval.ts';
import { refuseVote } from './voting.ts';

export type ApprovalSettings = {
  /** How long people may take. */
  readonly ttlSeconds: number;
  /** How long an approved one waits for its agent, at most 300. */
  readonly redeemSeconds: number;
  /** Of one agent, about one person, open at once: at most 16. */
  readonly mostOpen: number;
  /** New ones in an hour of one agent about one person. */
  readonly perHour: number;
};

/** What an agent wants people to be asked about. */
export type Wanted = {
  readonly door: Door;
  readonly action: Action;
  readonly risk: Risk;
  readonly requires: Requirements;
  readonly approvers: readonly string[];
  readonly mustAgree: string | null;
  readonly bindingMessage?: string | undefined;
  readonly origin?: Origin | undefined;
  /** Made by the engine; absent: one is made here. */
  readonly authReqId?: string | undefined;
  readonly ping?: { readonly endpoint: string; readonly token: string } | undefined;
  /** Shorter than the setting, if the agent wants it. */
  readonly lifetimeSeconds?: number | undefined;
};

export type Asked = { readonly approval: Approval; readonly authReqId: string; readonly isJoined: boolean };

/** Who decides, and how. */
export type Deciding = {
  readonly account: string;
  /** Digest of what the person saw. */
  readonly seen: string;
  readonly request: string;
  readonly source?: string;
};

/** Hears of an approval as it stands after a change. Must not throw. */
export type ApprovalChange = (approval: Approval) => void;

export type ApprovalDesk = ReturnType<typeof approvalDesk>;

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Denials in a day after which an agent may not ask this person again for a day. */
const DENIALS = 3;
const WRONG_NUMBERS = 3;
const ATTEMPTS = 20;

/**
 * Where approvals are asked for, decided and used up. Every change is one compare-and-swap of the one document, after its
 * audit event; of approve, deny, cancel, expiry and redemption at once exactly one comes to be (AP-02). Throws
 * StoreUnavailable after 20 lost swaps.
 */
export const approvalDesk = ({
  documents,
  ephemeral,
  clock,
  identifiers,
  masterKey,
  audit,
  accounts,
  settings,
  onChange = () => undefined,
}: {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditTrail;
  readonly accounts: { get(id: string): Promise<{ readonly document: { readonly state: string } } | undefined> };
  readonly settings: ApprovalSettings;
  /** Hears of every change on this node, after it stands. */
  readonly onChange?: ApprovalChange;
}) => {
  const rows = documents.collection<Approval>(APPROVALS);

  const handlesOf = (authReqId: string): readonly string[] => masterKey.digests('auth_req_id', authReqId);
  const pairKey = (name: string, { agent, subject }: Pick<Action, 'agent' | 'subject'>): string =>
    `approval-${name}:${masterKey.digest(`approval-${name}`, agent, subject)}`;

  const about = ({ id, action, digest }: Approval): Partial<AuditEvent> => ({
    target: { kind: 'approval', id },
    subject: action.subject,
    agent: action.agent,
    chain: action.chain,
    resource: action.resource,
    scopeAsked: action.scope,
    inputs: { digest },
  });

  const closed = (approval: Approval, more: Partial<Approval>): Approval => ({
    ...approval,
    ...more,
    open: approval.id,
    slot: approval.id,
  });

  /** Frees what an expired one holds; its time being over is no event of its own. */
  const vacate = (found: Versioned<Approval>): Promise<boolean> =>
    rows.replace(closed(found.document, {}), found.version);

  const isOpen = (approval: Approval): boolean => stateAt(approval, clock.now()) === 'pending';

  /**
   * Reads, lets `change` make the next state with its event, writes; again from a fresh read when another writer came
   * between. `change` throws to refuse.
   */
  const settle = async (
    id: string,
    change: (approval: Approval) => Promise<{ readonly next: Approval; readonly event: AuditEvent } | undefined>,
  ): Promise<Approval> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await rows.get(id);
      if (!found) throw notThere();
      const step = await change(found.document);
      if (!step) return found.document;
      await audit.append(step.event);
      if (await rows.replace(step.next, found.version)) {
        onChange(step.next);
        return step.next;
      }
      await audit.append({
        ...step.event,
        outcome: 'refused',
        note: 'came to nothing: something else was decided first',
      });
    }
    throw new StoreUnavailable(`gave up on ${id} after ${ATTEMPTS} lost swaps`);
  };

  const checkFlood = async (action: Action): Promise<void> => {
    if ((await ephemeral.get(pairKey('muted', action))) !== undefined) {
      throw tooMany('this person denied this agent again and again, and is not asked by it for a day', DAY);
    }
    if ((await ephemeral.count(pairKey('hour', action), HOUR)) > settings.perHour) {
      throw tooMany('this agent has asked this person too often', HOUR);
    }
  };

  const openKeyOf = ({ door, bindingMessage = '', lifetimeSeconds = 0 }: Wanted, digest: string): string =>
    masterKey.digest('open-approval', door, digest, bindingMessage, String(lifetimeSeconds));

  const slotsOf = ({ agent, subject }: Action): readonly string[] =>
    Array.from({ length: settings.mostOpen }, (_, place) => `${agent} ${subject} ${place}`);

  /** The first free place, which an expired one may have held. */
  const freeSlot = async (action: Action): Promise<string | undefined> => {
    for (const slot of slotsOf(action)) {
      const [holder] = await rows.find({ where: { slot }, limit: 1 });
      if (!holder) return slot;
      if (!isOpen(holder.document) && (await vacate(holder))) return slot;
    }
    return undefined;
  };

  const joined = async (open: string): Promise<Asked | undefined> => {
    const [found] = await rows.find({ where: { open }, limit: 1 });
    if (!found) return undefined;
    const authReqId = openedOrNothing(masterKey, found.document.id, found.document.sealedHandle);
    if (isOpen(found.document) && authReqId !== undefined) {
      return { approval: found.document, authReqId, isJoined: true };
    }
    await vacate(found);
    return undefined;
  };

  const countDenial = async (approval: Approval, who: Deciding): Promise<void> => {
    if ((await ephemeral.count(pairKey('denied', approval.action), DAY)) < DENIALS) return;
    await ephemeral.set(pairKey('muted', approval.action), '1', DAY);
    await audit.append({
      ...about(approval),
      type: 'approval.muted',
      outcome: 'done',
      caller: who.account,
      request: who.request,
    });
  };

  /** Who types a wrong number once mistyped; who does so again and again does not see what the agent shows. */
  const refusingNumbers = async (approval: Approval, who: Deciding, check: () => void): Promise<void> => {
    try {
      check();
    } catch (error) {
      const isNumber = isDomainError(error) && error.field === '/number';
      if (isNumber && (await ephemeral.count(`approval-number:${approval.id}`, HOUR)) >= WRONG_NUMBERS) {
        await desk.deny(approval.id, who);
        throw new DomainError('conflict', 'The number was wrong too often: this request is denied.');
      }
      throw error;
    }
  };

  const desk = {
    settings,

    async get(id: string): Promise<Approval | undefined> {
      return (await rows.get(id))?.document;
    },

    /** The one behind an `auth_req_id` of this client; of another's it is as if there were none (AP-04). */
    async find(authReqId: string, client: string): Promise<Approval | undefined> {
      if (!/^[\w-]{20,128}$/.test(authReqId)) return undefined;
      for (const handle of handlesOf(authReqId)) {
        const [found] = await rows.find({ where: { handle }, limit: 1 });
        if (found?.document.action.client === client) return found.document;
      }
      return undefined;
    },

    /**
     * Asks, or joins the question that is open already. Throws DomainError 'too_many_requests' for more than a person
     * should have to look at (AP-05): too many open, too many in an hour, or after three denials in a day.
     */
    async ask(wanted: Wanted, request: string): Promise<Asked> {
      const { action, lifetimeSeconds = settings.ttlSeconds, ping } = wanted;
      const digest = digestOf(action);
      const open = openKeyOf(wanted, digest);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const before = await joined(open);
        if (before) return before;
        if (attempt === 0) await checkFlood(action);
        const slot = await freeSlot(action);
        if (slot === undefined) {
          throw tooMany('this agent has too many requests open with this person', settings.ttlSeconds);
        }
        const authReqId = wanted.authReqId ?? identifiers.newSecret();
        const now = clock.now();
        const id = identifiers.newId('apv');
        const approval: Approval = {
          id,
          state: 'pending',
          door: wanted.door,
          action,
          digest,
          agent: action.agent,
          subject: action.subject,
          resource: action.resource,
          risk: wanted.risk,
          requires: wanted.requires,
          approvers: [...new Set(wanted.approvers)],
          mustAgree: wanted.mustAgree,
          votes: [],
          ...(wanted.bindingMessage === undefined ? {} : { bindingMessage: wanted.bindingMessage }),
          ...(wanted.risk === 'critical' ? { number: twoDigits(identifiers.newSecret()) } : {}),
          ...(wanted.origin === undefined ? {} : { origin: wanted.origin }),
          handle: String(handlesOf(authReqId)[0]),
          sealedHandle: masterKey.seal(id, authReqId),
          ...(ping ? { ping: { endpoint: ping.endpoint, sealedToken: masterKey.seal(`ping ${id}`, ping.token) } } : {}),
          open,
          slot,
          createdAt: now,
          expiresAt: now + Math.min(lifetimeSeconds, settings.ttlSeconds),
        };
        await audit.append({
          ...about(approval),
          type: 'approval.requested',
          outcome: 'done',
          caller: action.client,
          request,
          inputs: {
            digest,
            door: approval.door,
            risk: approval.risk,
            requires: approval.requires,
            approvers: approval.approvers,
            expiresAt: approval.expiresAt,
          },
          ...(action.details.length === 0 ? {} : { personal: { details: JSON.stringify(action.details) } }),
        });
        try {
          await rows.insert(approval);
          onChange(approval);
          return { approval, authReqId, isJoined: false };
        } catch (error) {
          if (!isDocumentConflict(error)) throw error;
          await audit.append({
            ...about(approval),
            type: 'approval.requested',
            outcome: 'refused',
            caller: action.client,
            request,
            note: 'never stored: another request came first',
          });
        }
      }
      throw new StoreUnavailable('gave up on an approval after 20 conflicts');
    },

    /** Newest first; what one account may decide, open or not. */
    async ofApprover(
      account: string,
      page: { readonly after?: Cursor; readonly limit?: number } = {},
    ): Promise<readonly Approval[]> {
      return list({ approvers: account }, page);
    },

    async ofAgent(
      agent: string,
      page: { readonly after?: Cursor; readonly limit?: number } = {},
    ): Promise<readonly Approval[]> {
      return list({ agent }, page);
    },

    async ofSubject(
      subject: string,
      page: { readonly after?: Cursor; readonly limit?: number } = {},
    ): Promise<readonly Approval[]> {
      return list({ subject }, page);
    },

    /** Newest first, all there are, or those stored in a state. */
    async list(
      query: { readonly state?: Approval['state']; readonly after?: Cursor; readonly limit?: number } = {},
    ): Promise<readonly Approval[]> {
      return list(query.state === undefined ? {} : { state: query.state }, query);
    },

    /**
     * One person's yes. Throws 'not_found' for whoever is not asked (WB-11), 'conflict' when it is decided or over,
     * 'precondition_failed' when something else was seen, 'insufficient_user_authentication' when the proof is too weak
     * or too old, 'invalid_field' for a wrong number.
     */
    async approve(
      id: string,
      who: Deciding & { readonly assurance: Vote['assurance']; readonly number?: string | undefined },
    ): Promise<Approval> {
      const { account, assurance, request, source } = who;
      return settle(id, async (approval) => {
        const now = clock.now();
        await refusingNumbers(approval, who, () => refuseVote(approval, who, now));
        if ((await accounts.get(account))?.document.state !== 'active') throw notThere();
        const votes = [...approval.votes, { account, at: now, assurance }];
        const isEnough = votes.length >= approval.requires.quorum && hasAgreed(approval, votes);
        return {
          next: isEnough
            ? closed(approval, { state: 'approved', votes, decidedAt: now, redeemBy: now + settings.redeemSeconds })
            : { ...approval, votes },
          event: {
            ...about(approval),
            type: 'approval.approved',
            outcome: 'done',
            caller: account,
            request,
            inputs: {
              digest: approval.digest,
              votes: votes.length,
              quorum: approval.requires.quorum,
              isEnough,
              acr: assurance.acr ?? null,
              amr: assurance.amr,
              seconds: now - approval.createdAt,
            },
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
    },

    /** One person's no, which ends it; also of what was approved, until its token is made. Throws as `approve` does. */
    async deny(id: string, who: Deciding): Promise<Approval> {
      const { account, request, source } = who;
      const denied = await settle(id, async (approval) => {
        const now = clock.now();
        if (!approval.approvers.includes(account)) throw notThere();
        const state = stateAt(approval, now);
        if (state !== 'pending' && state !== 'approved') throw decided(state);
        return {
          next: closed(approval, { state: 'denied', decidedAt: now, decidedBy: account }),
          event: {
            ...about(approval),
            type: 'approval.denied',
            outcome: 'done',
            caller: account,
            request,
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
      await countDenial(denied, who);
      return denied;
    },

    /** The agent does not need it any more. Answers what is stored; what is over already stays as it is. */
    async cancel(authReqId: string, client: string, request: string): Promise<Approval | undefined> {
      const found = await desk.find(authReqId, client);
      if (!found) return undefined;
      return settle(found.id, async (approval) => {
        const state = stateAt(approval, clock.now());
        if (state !== 'pending' && state !== 'approved') return undefined;
        return {
          next: closed(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: client }),
          event: { ...about(approval), type: 'approval.cancelled', outcome: 'done', caller: client, request },
        };
      });
    },

    /** Whether everybody who agreed is still there to answer for it (AP-21). */
    async isAnsweredFor({ votes }: Pick<Approval, 'votes'>): Promise<boolean> {
      const found = await Promise.all(votes.map(({ account }) => accounts.get(account)));
      return found.every((one) => one?.document.state === 'active');
    },

    /**
     * Uses it up for its one token: true for exactly one caller, and only while it is approved. The event is that of the
     * token, which is durable by then.
     */
    async redeem(id: string): Promise<boolean> {
      const found = await rows.get(id);
      if (!found || stateAt(found.document, clock.now()) !== 'approved') return false;
      const next: Approval = { ...found.document, state: 'redeemed', redeemedAt: clock.now() };
      if (!(await rows.replace(next, found.version))) return false;
      onChange(next);
      return true;
    },

    /**
     * The one call at the resource server that a token of it is good for. The same `key` again is the same call; any
     * other is refused. Throws 'not_found', and 'conflict' when it was used by another call.
     */
    async use(
      id: string,
      {
        server,
        key,
        request,
      }: {
        readonly server: { readonly id: string; readonly identifier: string };
        readonly key: string;
        readonly request: string;
      },
    ): Promise<{ readonly approval: Approval; readonly isFirst: boolean }> {
      const used = masterKey.digest('approval-use', id, key);
      let isFirst = false;
      const approval = await settle(id, async (current) => {
        isFirst = false;
        if (current.state !== 'redeemed' || current.resource !== server.identifier) throw notThere();
        if (current.use?.key === used) return undefined;
        if (current.use) throw new DomainError('conflict', 'This approval was used by another call.');
        isFirst = true;
        return {
          next: { ...current, use: { key: used, at: clock.now() } },
          event: { ...about(current), type: 'approval.used', outcome: 'done', caller: server.id, request },
        };
      });
      return { approval, isFirst };
    },

    /** Of a token that is there: how many agreed; undefined when the approval behind it counts no more. */
    async standing(id: string): Promise<Approval | undefined> {
      const approval = await desk.get(id);
      return approval?.state === 'redeemed' ? approval : undefined;
    },

    /** The token with which a client is told that there is an answer. */
    pingOf({ id, ping }: Approval): { readonly endpoint: string; readonly token: string } | undefined {
      const token = ping && openedOrNothing(masterKey, `ping ${id}`, ping.sealedToken);
      return ping && token !== undefined ? { endpoint: ping.endpoint, token } : undefined;
    },

    authReqIdOf: ({ id, sealedHandle }: Approval): string | undefined => openedOrNothing(masterKey, id, sealedHandle),
  };

  const list = async (
    where: Readonly<Record<string, string>>,
    { after, limit = 50 }: { readonly after?: Cursor; readonly limit?: number },
  ): Promise<readonly Approval[]> =>
    (
      await rows.find({
        where,
        order: { by: 'createdAt', direction: 'descending' },
        ...(after ? { after } : {}),
        limit,
      })
    ).map(({ document }) => document);

  return desk;
};

const hasAgreed = ({ mustAgree }: Approval, votes: readonly Vote[]): boolean =>
  mustAgree === null || votes.some(({ account }) => account === mustAgree);

const notThere = (): DomainError => new DomainError('not_found', 'There is no such request.');

const decided = (state: string): DomainError =>
  new DomainError('conflict', `This request is ${state}: there is nothing left to decide.`);

const tooMany = (message: string, retryAfterSeconds: number): DomainError =>
  new DomainError('too_many_requests', message, { retryAfterSeconds });

/** Two digits out of a random text: 10 to 99, so that none is typed with a leading zero. */
const twoDigits = (random: string): string =>
  String(10 + (Number.parseInt(Buffer.from(random).toString('hex').slice(0, 12), 16) % 90));
