/**
 * Resource: transactions. An agent opens one for its own work, or an app opens one for an agent; either of them, the owner of the
 * agent or an operator closes it.
 */

import { entryText } from '../../../domain/audit/transparency-log/log-entry.ts';
import {
  type CloseCause,
  isDeclared,
  sourceOf,
  type Transaction,
} from '../../../domain/authority/transactions/transaction.ts';
import type { TransactionReceipts } from '../../../domain/authority/transactions/transaction-receipts.ts';
import { transactionRefusal } from '../../../domain/authority/transactions/transaction-refusals.ts';
import type { Among, TransactionRegistry } from '../../../domain/authority/transactions/transaction-registry.ts';
import type { TransactionSteps } from '../../../domain/authority/transactions/transaction-steps.ts';
import type { Agent } from '../../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import { ownershipOf } from '../../../domain/clients/agents/ownership.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import { type Owners, partiesOf } from '../../../domain/identity/groups/owners.ts';
import type { Found, Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { isApp } from '../permissions.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, PAGE, scopes } from '../route.ts';
import { flag } from '../schema-parts.ts';
import { show, toWire } from '../wire-names.ts';
import { NEW_TRANSACTION, RECEIPT, TRANSACTION, TRANSACTION_PAGE } from './transaction-schemas.ts';
import { STEP_PAGE } from './transaction-step-schema.ts';

const SCOPES = scopes('transactions', {
  read: ['See transactions of agents, with their intents', 'low'],
  write: ['Open and close transactions of agents', 'medium'],
});

const make = about('transactions', SCOPES);
const OWN_AND_AGENTS = { own: true, agents: true, apps: true } as const;

const routes = {
  openTransaction: make.create(
    '/transactions',
    NEW_TRANSACTION,
    TRANSACTION,
    'Open a transaction, as an agent for its own work, or as an app for the work of an agent',
    {
      ...{ roles: [], agents: true, apps: true },
      policy: { not: 'it gives no right; the decision about the token of the caller asked `act`' },
    },
  ),
  listTransactions: make.read('/transactions', TRANSACTION_PAGE, 'List transactions, newest first', {
    ...OWN_AND_AGENTS,
    query: {
      ...PAGE,
      agent: givenId('Only those of this agent.'),
      open: { ...flag('Only open ones. A page may be shorter than requested.'), default: false },
    },
  }),
  getTransaction: make.read('/transactions/{id}', TRANSACTION, 'Read a transaction', OWN_AND_AGENTS),
  getTransactionReceipt: make.read(
    '/transactions/{id}/receipt',
    RECEIPT,
    'Read the signed receipt of a closed transaction: the grade of each token, a digest of its events, and a proof of inclusion',
    OWN_AND_AGENTS,
  ),
  listTransactionSteps: make.read(
    '/transactions/{id}/steps',
    STEP_PAGE,
    'List the tokens of a transaction in the order of their issue, with their grades and the reported calls',
    { ...OWN_AND_AGENTS, query: { limit: PAGE.limit, cursor: PAGE.cursor } },
  ),
  closeTransaction: make.act(
    '/transactions/{id}/close',
    TRANSACTION,
    'Close a transaction, and end every token of it. A closed one stays as it is',
    { ...OWN_AND_AGENTS, policy: { not: 'it only takes away' } },
  ),
};

const MEMBERS = [
  'id',
  'agent',
  'opener',
  'owner',
  'trigger',
  'invoker',
  'participants',
  'composition',
  'traceparent',
  'cause',
  'closedBy',
  'closedAt',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof Transaction)[];

const showTransaction = (transaction: Transaction) => ({
  ...show(transaction, MEMBERS),
  ...(transaction.composition === undefined
    ? {}
    : { composition_grade: transaction.compositionGrade ?? ('declared' as const) }),
  intent: {
    ...show(transaction.intent, ['text', 'salt', 'digest', 'statedDigest', 'typedBy', 'confirmedBy']),
    source: sourceOf(transaction),
  },
  state: transaction.state === 'open' ? ('open' as const) : ('closed' as const),
});

type Dependencies = {
  readonly transactions: Pick<TransactionRegistry, 'open' | 'get' | 'list' | 'close'>;
  readonly receipts: TransactionReceipts;
  readonly steps: TransactionSteps;
  /** Agents in their effective state. */
  readonly effectiveAgents: { get(id: string): Found<Agent> };
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
  readonly agents: Pick<AgentRegistry, 'list'>;
};

/** Agents of a caller that are looked at for those that had another owner before. */
const MOST_AGENTS = 200;

/** An agent or app sees its own transactions, an account without a role those of its own agents. */
const handlers = (dependencies: Dependencies): Handlers<typeof routes> => {
  const { transactions, receipts, steps, effectiveAgents, owners, groups, agents } = dependencies;
  /** The role in which a caller may read or close a transaction of this agent; undefined: it may not. */
  const rightTo = async (
    { access, caller }: Pick<Call, 'access' | 'caller'>,
    { agent, opener, owner }: { readonly agent: string } & Partial<Pick<Transaction, 'opener' | 'owner'>>,
  ) => {
    if (caller.id === agent) return 'agent';
    if (isApp(caller)) return caller.id === opener ? 'app' : undefined;
    if (access === 'all') return 'operator';
    if (caller.kind !== 'account') return undefined;
    const current = (await effectiveAgents.get(agent))?.document.owner ?? owner;
    return current !== undefined && (await owners.answersFor(current, caller.id)) ? 'owner' : undefined;
  };

  const visible = async (
    call: Pick<Call, 'access' | 'caller' | 'id'>,
  ): Promise<{ readonly found: Versioned<Transaction>; readonly by: CloseCause }> => {
    const found = await transactions.get(call.id);
    const by = found && (await rightTo(call, found.document));
    return existing(found && by ? { found, by } : undefined);
  };

  /** The caller and their groups as owners, and their agents that had another owner before. */
  const ownOf = async (account: string): Promise<readonly Among[]> => {
    const parties = await partiesOf(groups, account);
    const { items } = await agents.list({ owners: parties, limit: MOST_AGENTS });
    const handedOver = items.filter(({ document }) => ownershipOf(document) > 0);
    return [...parties.map((owner) => ({ owner })), ...handedOver.map(({ document }) => ({ agent: document.id }))];
  };

  /** What an app has opened, also for one agent. */
  const openedBy = async (call: Parameters<Handlers<typeof routes>['listTransactions']>[0]) => {
    const { caller, query } = call;
    const among = [{ opener: caller.id }];
    const found = await transactions.list({ ...pageOf(call), among, ...(query.open ? { isOpen: true } : {}) });
    const items = found.items.filter(({ document }) => query.agent === undefined || document.agent === query.agent);
    return pageAnswer({ ...found, items }, showTransaction);
  };

  return {
    async openTransaction({ body: { agent: named, ...body }, caller, by }) {
      if (isApp(caller)) {
        const agent = named === undefined ? undefined : (await effectiveAgents.get(named))?.document;
        if (!agent) throw transactionRefusal('transaction_agent_missing', { field: '/agent' });
        return objectAnswer(await transactions.open(body, agent, by, caller.id), showTransaction);
      }
      if (named !== undefined && named !== caller.id)
        throw transactionRefusal('transaction_agent_other', { field: '/agent' });
      const agent = existing(await effectiveAgents.get(caller.id)).document;
      return objectAnswer(await transactions.open(body, agent, by), showTransaction);
    },

    async listTransactions(call) {
      if (isApp(call.caller)) return openedBy(call);
      const { access, caller, query } = call;
      const isAgent = access === 'own' && caller.kind === 'client';
      const agent = query.agent ?? (isAgent ? caller.id : undefined);
      // Answers as if transactions of others did not exist (MG-01).
      if (agent !== undefined && !(await rightTo(call, { agent }))) return { body: { items: [] } };
      const found = await transactions.list({
        ...pageOf(call),
        ...(agent === undefined ? {} : { agent }),
        ...(access === 'own' && agent === undefined ? { among: await ownOf(caller.account ?? caller.id) } : {}),
        ...(query.open ? { isOpen: true } : {}),
      });
      // The agent of an earlier transaction may have another owner now.
      const rights = await Promise.all(found.items.map(({ document }) => rightTo(call, document)));
      return pageAnswer({ ...found, items: found.items.filter((_, index) => rights[index]) }, showTransaction);
    },

    getTransaction: async (call) => objectAnswer((await visible(call)).found, showTransaction),

    async getTransactionReceipt(call) {
      await visible(call);
      const { jws, cose, inclusion } = existing(await receipts.of(call.id));
      return { body: { receipt: jws, cose: cose.toString('base64url'), entry: entryText(inclusion.entry) } };
    },

    async listTransactionSteps(call) {
      const { id, access, after, query } = call;
      // Work without a declared transaction has an id only. Who sees all of the audit log sees that too.
      const isUndeclared = access === 'all' && !isDeclared(id);
      const transaction = isUndeclared ? undefined : (await visible(call)).found.document;
      const endedAt = transaction?.state === 'open' ? undefined : transaction?.closedAt;
      const asked = { limit: query.limit ?? 50, ...(after ? { after } : {}) };
      const { items, next } = await steps.page(id, endedAt === undefined ? asked : { ...asked, endedAt });
      return { body: { items: items.map(toWire) }, next };
    },

    async closeTransaction(call) {
      const { by } = await visible(call);
      return objectAnswer(existing(await transactions.close(call.id, by, call.by)), showTransaction);
    },
  };
};

export const transactions = resource(routes, handlers);
