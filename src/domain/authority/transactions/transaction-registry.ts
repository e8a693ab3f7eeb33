import { randomInt } from 'node:crypto';
import { type AuditEvent, type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import {
  type By,
  NEWEST_FIRST,
  type Page,
  type PageQuery,
  placeIn,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, LOST, retryLost, tryInsert, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import { type NewTransaction, readTransaction } from './read-transaction.ts';
import {
  asItStands,
  DEFAULT_SECONDS,
  KEPT_SECONDS,
  LONGEST_SECONDS,
  MOST_OPEN,
  MOST_PARTICIPANTS,
  SHORTEST_SECONDS,
  TRANSACTIONS,
  type Transaction,
} from './transaction.ts';
import { type TransactionClosing, transactionClosing } from './transaction-closing.ts';
import { transactionRefusal } from './transaction-refusals.ts';

/** An owner at the time of the opening, or an agent. */
export type Among = { readonly owner: string } | { readonly agent: string };

export type TransactionQuery = PageQuery & {
  readonly agent?: string;
  /** Only those of one of these: owners when they were opened, and agents. */
  readonly among?: readonly Among[];
  /** Only open ones. A page may be shorter than requested and still have a next one. */
  readonly isOpen?: boolean;
};

/** Opens, finds and closes transactions. */
export interface TransactionRegistry extends TransactionClosing {
  /**
   * Opens a transaction of an active agent. Throws 'invalid_field', and 'conflict' when the agent has MOST_OPEN open ones.
   * Also concurrent calls open no more than that.
   */
  open(wanted: NewTransaction, agent: Agent, by: By): Promise<Versioned<Transaction>>;
  /** The transaction as it stands now, or undefined. */
  get(id: string): Promise<Versioned<Transaction> | undefined>;
  /** Newest first. */
  list(query?: TransactionQuery): Promise<Page<Transaction>>;
  /** The transaction, while it is open. Undefined ends every token that names it. Throws StoreUnavailable. */
  live(id: string): Promise<Transaction | undefined>;
  /**
   * The open transaction that this agent names. 'ended': it opened this one, which is closed, or which a kill or a change of
   * owner has ended. 'unknown': it opened no such one. Throws StoreUnavailable.
   */
  named(agent: string, id: string): Promise<Transaction | 'unknown' | 'ended'>;
  /**
   * Records that a person read the intent with this digest, and confirmed it. Idempotent. Changes nothing of a transaction that
   * has ended, that is of other people, or whose text is not known here. Returns whether it is confirmed by them. Throws
   * StoreUnavailable.
   */
  confirmIntent(id: string, person: string, digest: string, by: By): Promise<boolean>;
}

export const transactionRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly revocation: Pick<Revocation, 'ended'>;
}): TransactionRegistry => {
  const { documents, clock, identifiers, audit, revocation } = deps;
  const transactions = documents.collection<Transaction>(TRANSACTIONS);
  const closing = transactionClosing({ ...deps, transactions });

  /** A slot of the agent that is free now. Closes its transactions that are past their end. */
  const freeSlot = async (agent: string): Promise<string> => {
    const open = await transactions.find({ where: { agent, state: 'open' }, limit: MOST_OPEN });
    const taken = new Set<string>();
    for (const { document } of open) {
      if (clock.now() < document.expiresAt) taken.add(document.slot);
      else await closing.closeIfOver(document.id);
    }
    const free = Array.from({ length: MOST_OPEN }, (_, index) => `${agent}:${index}`).filter((one) => !taken.has(one));
    // A random one, so that concurrent calls seldom take the same.
    const slot = free.length === 0 ? undefined : free[randomInt(free.length)];
    if (slot === undefined) throw transactionRefusal('transactions_exceeded', { params: { most: MOST_OPEN } });
    return slot;
  };

  const live = async (id: string): Promise<Transaction | undefined> => {
    const found = (await transactions.get(id))?.document;
    return found?.state === 'open' && clock.now() < found.expiresAt ? found : undefined;
  };

  return {
    ...closing,
    live,

    async open(wanted, agent, by): Promise<Versioned<Transaction>> {
      if (agent.state !== 'active') throw transactionRefusal('transaction_agent_not_active');
      const stated = readTransaction(wanted, identifiers.newSecret());
      const now = clock.now();
      const seconds = Math.min(Math.max(wanted.expiresIn ?? DEFAULT_SECONDS, SHORTEST_SECONDS), LONGEST_SECONDS);
      const opened = {
        ...stated,
        id: identifiers.newId('trn'),
        agent: agent.id,
        owner: agent.owner,
        ownership: ownershipOf(agent),
        ...(agent.composition === undefined ? {} : { composition: agent.composition.digest }),
        state: 'open',
        createdAt: now,
        updatedAt: now,
        expiresAt: now + seconds,
        forgetAt: now + seconds + KEPT_SECONDS,
      } as const;
      const first = await freeSlot(agent.id);
      const event = openedEvent(opened, by);
      await audit.append(event);
      let slot: string | undefined = first;
      try {
        return await retryLost(`the slots of ${agent.id}`, async () => {
          const transaction: Transaction = { ...opened, slot: slot ?? (await freeSlot(agent.id)) };
          slot = undefined;
          return (await tryInsert(transactions, transaction)) ? { document: transaction, version: 1 } : LOST;
        });
      } catch (error) {
        await audit.append({ ...event, ...OVER_FIRST });
        throw error;
      }
    },

    async get(id): Promise<Versioned<Transaction> | undefined> {
      const found = await transactions.get(id);
      return found && { ...found, document: asItStands(found.document, clock.now()) };
    },

    async list({ agent, among, isOpen, after, limit = 50 } = {}): Promise<Page<Transaction>> {
      const ways: readonly (Among | object)[] = agent === undefined ? (among ?? [{}]) : [{ agent }];
      const walks = await fewAtOnce(ways, (way) =>
        transactions.find({
          where: { ...way, ...(isOpen ? { state: 'open' } : {}) },
          order: NEWEST_FIRST,
          limit: limit + 1,
          ...(after ? { after } : {}),
        }),
      );
      const unique = new Map(walks.flat().map((one) => [one.document.id, one]));
      const found = [...unique.values()].sort((one, other) => newerFirst(one.document, other.document));
      const page = found.slice(0, limit);
      const items = page
        .map((one) => ({ ...one, document: asItStands(one.document, clock.now()) }))
        .filter(({ document }) => !isOpen || document.state === 'open');
      const last = page.at(-1)?.document;
      return found.length > limit && last ? { items, next: placeIn(last, NEWEST_FIRST) } : { items };
    },

    async confirmIntent(id, person, digest, by): Promise<boolean> {
      const found = await live(id);
      if (!found || !mayConfirm(found, person, digest)) return false;
      if (found.intent.confirmedBy?.includes(person)) return true;
      const event = confirmedEvent(found, person, by);
      await audit.append(event);
      const stored = await update(transactions, id, (one): Transaction | undefined => {
        const { confirmedBy = [] } = one.intent;
        if (one.state !== 'open' || confirmedBy.includes(person) || !mayConfirm(one, person, digest)) return undefined;
        return { ...one, intent: { ...one.intent, confirmedBy: [...confirmedBy, person] }, updatedAt: clock.now() };
      });
      const isConfirmed = stored?.document.intent.confirmedBy?.includes(person) === true;
      if (!isConfirmed) await audit.append({ ...event, ...OVER_FIRST });
      return isConfirmed;
    },

    async named(agent, id): Promise<Transaction | 'unknown' | 'ended'> {
      const found = (await transactions.get(id))?.document;
      if (found?.agent !== agent) return 'unknown';
      if (asItStands(found, clock.now()).state !== 'open') return 'ended';
      const part = { parties: [agent], since: found.createdAt, ownership: found.ownership };
      return (await revocation.ended([part])) === undefined ? found : 'ended';
    },
  };
};

/** Only a text can be confirmed, by a participant, and by as many people as can take part. */
const mayConfirm = ({ intent, participants }: Transaction, person: string, digest: string): boolean => {
  const { confirmedBy = [] } = intent;
  return (
    intent.text !== undefined &&
    intent.digest === digest &&
    participants?.includes(person) !== false &&
    (confirmedBy.includes(person) || confirmedBy.length < MOST_PARTICIPANTS)
  );
};

const confirmedEvent = ({ id, agent, owner, intent }: Transaction, person: string, by: By): AuditEvent => ({
  ...{
    type: 'transaction.intent_confirmed',
    outcome: 'done',
    txn: id,
    agent,
    owner,
    subject: person,
    caller: by.caller,
  },
  target: { kind: 'transaction', id },
  ...(by.request === undefined ? {} : { request: by.request }),
  ...(by.source === undefined ? {} : { personal: { source: by.source } }),
  inputs: { intent: intent.digest, source: intent.source },
});

/** The order of NEWEST_FIRST, in which stores break ties by id. */
const newerFirst = (one: Transaction, other: Transaction): number =>
  other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1);

/** Digests and ids; what people may be named in stands where it can be erased. */
const openedEvent = (transaction: Omit<Transaction, 'slot'>, by: By): AuditEvent => {
  const { id, agent, owner, trigger, invoker, intent, participants, composition, traceparent, expiresAt } = transaction;
  const personal = {
    ...(by.source === undefined ? {} : { source: by.source }),
    ...(intent.text === undefined ? {} : { message: intent.text }),
    ...(invoker === undefined ? {} : { invoker }),
  };
  return {
    ...{ type: 'transaction.opened', outcome: 'done', txn: id, agent, owner, caller: by.caller },
    target: { kind: 'transaction', id },
    ...(by.request === undefined ? {} : { request: by.request }),
    inputs: {
      trigger,
      intent: intent.digest,
      source: intent.source,
      ...(participants === undefined ? {} : { participants }),
      ...(composition === undefined ? {} : { composition }),
      ...(traceparent === undefined ? {} : { traceparent }),
      expiresAt,
    },
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
};
