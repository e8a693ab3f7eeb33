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
import { type DocumentStore, LOST, retryLost, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { TokenComposition } from '../../vocabulary/token-composition.ts';
import { type NewTransaction, readTransaction } from './read-transaction.ts';
import {
  asItStands,
  DEFAULT_SECONDS,
  KEPT_SECONDS,
  LONGEST_SECONDS,
  MOST_OPEN,
  partOf,
  SHORTEST_SECONDS,
  TRANSACTIONS,
  type Transaction,
} from './transaction.ts';
import { type TransactionClosing, transactionClosing } from './transaction-closing.ts';
import { transactionRefusal } from './transaction-refusals.ts';
import { type VouchedIntent, vouchedIntent } from './vouched-intent.ts';

/** An owner at the time of the opening, an agent, or what opened it. */
export type Among = { readonly owner: string } | { readonly agent: string } | { readonly opener: string };

export type TransactionQuery = PageQuery & {
  readonly agent?: string;
  /** Only those of one of these: owners when they were opened, agents, and openers. */
  readonly among?: readonly Among[];
  /** Only open ones. A page may be shorter than requested and still have a next one. */
  readonly isOpen?: boolean;
};

/** Opens, finds and closes transactions. */
export interface TransactionRegistry extends TransactionClosing, VouchedIntent {
  /**
   * Opens a transaction of an active agent. `app`: id of the app that opens it for the agent, and states the intent. Throws
   * 'invalid_field', and 'conflict' when the agent or app has opened MOST_OPEN open ones. Also concurrent calls open no more
   * than that, and an app takes no place of the agent.
   */
  open(wanted: NewTransaction, agent: Agent, by: By, app?: string): Promise<Versioned<Transaction>>;
  /** The transaction as it stands now, or undefined. */
  get(id: string): Promise<Versioned<Transaction> | undefined>;
  /** Newest first. */
  list(query?: TransactionQuery): Promise<Page<Transaction>>;
  /** The transaction, while it is open. Undefined ends every token that names it. Throws StoreUnavailable. */
  live(id: string): Promise<Transaction | undefined>;
  /**
   * The open transaction that this client names: an agent its own, an app one that it opened. 'ended': this one is closed, or a
   * kill of the agent or app, or a change of owner, has ended it. 'unknown': there is no such one. Throws StoreUnavailable.
   */
  named(client: string, id: string): Promise<Transaction | 'unknown' | 'ended'>;
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

  /** A slot of the opener that is free now. Closes its transactions that are past their end. */
  const freeSlot = async (opener: string): Promise<string> => {
    const open = await transactions.find({ where: { opener, state: 'open' }, limit: MOST_OPEN });
    const taken = new Set<string>();
    for (const { document } of open) {
      if (clock.now() < document.expiresAt) taken.add(document.slot);
      else await closing.closeIfOver(document.id);
    }
    const free = Array.from({ length: MOST_OPEN }, (_, index) => `${opener}:${index}`).filter((one) => !taken.has(one));
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
    ...vouchedIntent({ ...deps, transactions, live }),
    live,

    async open(wanted, agent, by, app): Promise<Versioned<Transaction>> {
      if (agent.state !== 'active') throw transactionRefusal('transaction_agent_not_active');
      const stated = readTransaction(wanted, {
        salt: identifiers.newSecret(),
        source: app === undefined ? 'stated_by_agent' : 'stated_by_app',
      });
      const now = clock.now();
      const seconds = Math.min(Math.max(wanted.expiresIn ?? DEFAULT_SECONDS, SHORTEST_SECONDS), LONGEST_SECONDS);
      const opened = {
        ...stated,
        id: identifiers.newId('trn'),
        agent: agent.id,
        opener: app ?? agent.id,
        owner: agent.owner,
        ownership: ownershipOf(agent),
        ...compositionOf(agent, app === undefined, by.composition),
        state: 'open',
        createdAt: now,
        updatedAt: now,
        expiresAt: now + seconds,
        forgetAt: now + seconds + KEPT_SECONDS,
      } as const;
      const first = await freeSlot(opened.opener);
      const event = openedEvent(opened, by);
      await audit.append(event);
      let slot: string | undefined = first;
      try {
        return await retryLost(`the slots of ${opened.opener}`, async () => {
          const transaction: Transaction = { ...opened, slot: slot ?? (await freeSlot(opened.opener)) };
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

    async named(client, id): Promise<Transaction | 'unknown' | 'ended'> {
      const found = (await transactions.get(id))?.document;
      if (found?.agent !== client && found?.opener !== client) return 'unknown';
      if (asItStands(found, clock.now()).state !== 'open') return 'ended';
      return (await revocation.ended([partOf(found)])) === undefined ? found : 'ended';
    },
  };
};

/** The order of NEWEST_FIRST, in which stores break ties by id. */
const newerFirst = (one: Transaction, other: Transaction): number =>
  other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1);

/** What the agent's own token says counts before what was declared. A token that names none leaves out what the agent shows elsewhere. */
const compositionOf = (
  { composition, showsComposition }: Pick<Agent, 'composition' | 'showsComposition'>,
  isByAgent: boolean,
  said: TokenComposition | undefined,
): Pick<Transaction, 'composition' | 'compositionGrade'> => {
  const ofToken = isByAgent ? said : undefined;
  const digest = isByAgent && showsComposition ? ofToken?.digest : (ofToken?.digest ?? composition?.digest);
  if (digest === undefined) return {};
  return { composition: digest, ...(ofToken?.grade === 'attested' ? { compositionGrade: 'attested' } : {}) };
};

/** Digests and ids; what people may be named in stands where it can be erased. */
const openedEvent = (transaction: Omit<Transaction, 'slot'>, by: By): AuditEvent => {
  const { id, agent, owner, trigger, invoker, intent, participants, traceparent, expiresAt } = transaction;
  const { composition, compositionGrade } = transaction;
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
      ...(compositionGrade === undefined ? {} : { compositionGrade }),
      ...(traceparent === undefined ? {} : { traceparent }),
      expiresAt,
    },
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
};
