/** Resource: transactions. An agent opens one for its own work; it, its owner or an operator closes it. */

import { entryText } from '../../../domain/audit/transparency-log/log-entry.ts';
import {
  CLOSE_CAUSES,
  type CloseCause,
  DEFAULT_SECONDS,
  INTENT_SOURCES,
  isDeclared,
  LONGEST_SECONDS,
  MOST_INTENT_CHARACTERS,
  MOST_INVOKER_CHARACTERS,
  MOST_PARTICIPANTS,
  SHORTEST_SECONDS,
  sourceOf,
  TRIGGERS,
  type Transaction,
} from '../../../domain/authority/transactions/transaction.ts';
import type { TransactionReceipts } from '../../../domain/authority/transactions/transaction-receipts.ts';
import type { Among, TransactionRegistry } from '../../../domain/authority/transactions/transaction-registry.ts';
import type { TransactionSteps } from '../../../domain/authority/transactions/transaction-steps.ts';
import type { Agent } from '../../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import { ownershipOf } from '../../../domain/clients/agents/ownership.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import { type Owners, partiesOf } from '../../../domain/identity/groups/owners.ts';
import type { Found, Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  flag,
  identified,
  input,
  integer,
  list,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { show, toWire } from '../wire-names.ts';
import { STEP_PAGE } from './transaction-step-schema.ts';

const TRIGGER = oneOf('What started the work, as the agent states it.', TRIGGERS);
const TRACEPARENT = 'W3C Trace Context of version 00, so that traces and the audit log find each other.';

const PARTICIPANTS =
  'Accounts of the people who take part, when there are several. Each token is for one of them, and none is removed.';

const NEW_TRANSACTION = named(
  'NewTransaction',
  input(
    {
      trigger: TRIGGER,
      invoker: text(
        'What invoked the agent: the id of an account, a schedule, an event or another transaction. Visible ASCII, no spaces.',
        MOST_INVOKER_CHARACTERS,
      ),
      intent: text(
        'What the work is for, in one line. Approvers read it. Send this or `intent_digest`.',
        MOST_INTENT_CHARACTERS,
      ),
      intent_digest: text(
        'SHA-256 of the intent in UTF-8, base64url, when the text must not leave the agent. Put a secret of your own in front of a text that could be guessed.',
        43,
      ),
      participants: {
        ...list(PARTICIPANTS, MOST_PARTICIPANTS, text('Account.', 64)),
        minItems: 2,
      },
      traceparent: text(TRACEPARENT, 55),
      expires_in: integer('Seconds until the server closes the transaction by itself.', {
        minimum: SHORTEST_SECONDS,
        maximum: LONGEST_SECONDS,
        default: DEFAULT_SECONDS,
      }),
    },
    ['trigger'],
  ),
);

const TRANSACTION = named(
  'Transaction',
  output(
    {
      ...identified('Begins with trn_; the claim `txn` of every token of the transaction.'),
      agent: string('Agent that opened it.'),
      owner: string('Owner of the agent at that time.'),
      trigger: TRIGGER,
      invoker: string('What invoked the agent, as the agent states it.'),
      intent: output(
        {
          text: string('What the work is for. Absent when the agent sent only a digest.'),
          salt: string('Stands in front of the text in its digest. Absent when the agent sent only a digest.'),
          digest: string('SHA-256 of salt and text in UTF-8, base64url; or as the agent sent it.'),
          source: oneOf(
            'Who vouches for the intent. With several people it is confirmed once each of them has confirmed it.',
            INTENT_SOURCES,
          ),
          confirmed_by: strings('People who confirmed it on a page of this server.', MOST_PARTICIPANTS, 64),
        },
        ['text', 'salt', 'confirmed_by'],
      ),
      composition: string('Digest of the composition that the agent had declared.'),
      participants: strings(PARTICIPANTS, MOST_PARTICIPANTS, 64),
      traceparent: string(TRACEPARENT),
      state: oneOf('closed: every token of the transaction has ended, and none is issued.', ['open', 'closed']),
      cause: oneOf('What closed it.', CLOSE_CAUSES),
      closed_by: string('Account, client or agent that closed it, or system.'),
      closed_at: seconds('When it was closed.'),
      ...RECORD,
      expires_at: seconds('When the server closes it by itself. No token of it lives longer.'),
    },
    ['invoker', 'participants', 'composition', 'traceparent', 'cause', 'closed_by', 'closed_at'],
  ),
);

const TRANSACTION_PAGE = page(TRANSACTION);

const RECEIPT = named(
  'TransactionReceipt',
  output({
    receipt: string('Compact JWS of type transaction-receipt+jwt, by a key of `jwks_uri`.'),
    cose: string(
      'The same claims as COSE_Sign1 by the same key, with a COSE receipt of the transparency log (RFC 9942) in header 394. Base64url.',
    ),
    entry: string('Entry of the transparency log, of which the COSE receipt is the proof.'),
  }),
);

const SCOPES = scopes('transactions', {
  read: ['See transactions of agents, with their intents', 'low'],
  write: ['Open and close transactions of agents', 'medium'],
});

const make = about('transactions', SCOPES);
const OWN_AND_AGENTS = { own: true, agents: true } as const;

const routes = {
  openTransaction: make.create(
    '/transactions',
    NEW_TRANSACTION,
    TRANSACTION,
    'Open a transaction, as an agent for its own work',
    { roles: [], agents: true, policy: { not: 'an agent opens its own; the decision about its token asked `act`' } },
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
  intent: {
    ...show(transaction.intent, ['text', 'salt', 'digest', 'confirmedBy']),
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

/** An agent sees its own transactions, an account without a role those of its own agents. */
const handlers = (dependencies: Dependencies): Handlers<typeof routes> => {
  const { transactions, receipts, steps, effectiveAgents, owners, groups, agents } = dependencies;
  /** The role in which a caller may read or close a transaction of this agent; undefined: it may not. */
  const rightTo = async ({ access, caller }: Pick<Call, 'access' | 'caller'>, agent: string, owner?: string) => {
    if (caller.id === agent) return 'agent';
    if (access === 'all') return 'operator';
    if (caller.kind !== 'account') return undefined;
    const current = (await effectiveAgents.get(agent))?.document.owner ?? owner;
    return current !== undefined && (await owners.answersFor(current, caller.id)) ? 'owner' : undefined;
  };

  const visible = async (
    call: Pick<Call, 'access' | 'caller' | 'id'>,
  ): Promise<{ readonly found: Versioned<Transaction>; readonly by: CloseCause }> => {
    const found = await transactions.get(call.id);
    const by = found && (await rightTo(call, found.document.agent, found.document.owner));
    return existing(found && by ? { found, by } : undefined);
  };

  /** The caller and their groups as owners, and their agents that had another owner before. */
  const ownOf = async (account: string): Promise<readonly Among[]> => {
    const parties = await partiesOf(groups, account);
    const { items } = await agents.list({ owners: parties, limit: MOST_AGENTS });
    const handedOver = items.filter(({ document }) => ownershipOf(document) > 0);
    return [...parties.map((owner) => ({ owner })), ...handedOver.map(({ document }) => ({ agent: document.id }))];
  };

  return {
    async openTransaction({ body, caller, by }) {
      const agent = existing(await effectiveAgents.get(caller.id)).document;
      return objectAnswer(await transactions.open(body, agent, by), showTransaction);
    },

    async listTransactions(call) {
      const { access, caller, query } = call;
      const isAgent = access === 'own' && caller.kind === 'client';
      const agent = query.agent ?? (isAgent ? caller.id : undefined);
      // Answers as if transactions of others did not exist (MG-01).
      if (agent !== undefined && !(await rightTo(call, agent))) return { body: { items: [] } };
      const found = await transactions.list({
        ...pageOf(call),
        ...(agent === undefined ? {} : { agent }),
        ...(access === 'own' && agent === undefined ? { among: await ownOf(caller.account ?? caller.id) } : {}),
        ...(query.open ? { isOpen: true } : {}),
      });
      // The agent of an earlier transaction may have another owner now.
      const rights = await Promise.all(found.items.map(({ document }) => rightTo(call, document.agent)));
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
