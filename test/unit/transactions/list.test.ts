/** Which transactions an account without a role lists: those of agents that it owns now, itself or by a group (MG-01). */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { TRANSACTIONS, type Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import { transactionRegistry } from '../../../src/domain/authority/transactions/transaction-registry.ts';
import { transactions as resource } from '../../../src/http/management/resources/transactions.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

/** Current owners and how often they changed. */
const AGENTS = {
  agt_own: { id: 'agt_own', owner: 'acc_ada' },
  agt_group: { id: 'agt_group', owner: 'grp_team' },
  agt_new: { id: 'agt_new', owner: 'acc_ada', ownership: 1 },
  agt_gone: { id: 'agt_gone', owner: 'acc_bob', ownership: 1 },
  agt_other: { id: 'agt_other', owner: 'acc_bob' },
};
type AgentId = keyof typeof AGENTS;

const documents = memoryDocumentStore('refused');
const registry = transactionRegistry({
  documents,
  clock: standingClock(),
  audit: recordingAudit(),
  identifiers: { newId: (prefix: string) => `${prefix}_x` } as never,
  revocation: { ended: async () => undefined },
});
const opened = (id: string, agent: AgentId, owner: string, createdAt: number): Promise<void> =>
  documents.collection<Transaction>(TRANSACTIONS).insert({
    ...{ id, agent, opener: agent, owner, ownership: 0, trigger: 'event', state: 'open', slot: id },
    intent: { digest: 'd', source: 'stated_by_agent' },
    ...{ createdAt, updatedAt: createdAt, expiresAt: START + 600, forgetAt: START + 9000 },
  });

const handlers = resource.handlers({
  transactions: registry,
  receipts: { of: async () => undefined },
  effectiveAgents: { get: async (id: string) => ({ document: AGENTS[id as AgentId] }) as never },
  owners: { answersFor: async (owner: string, account: string) => owner === account || owner === 'grp_team' },
  groups: { ofAccount: async () => [{ id: 'grp_team' }] as never },
  agents: {
    list: async ({ owners = [] }: { readonly owners?: readonly string[] } = {}) =>
      ({
        items: Object.values(AGENTS)
          .filter(({ owner }) => owners.includes(owner))
          .map((document) => ({ document, version: 1 })),
      }) as never,
  },
} as never);

const listed = async (query: object): Promise<{ readonly ids: readonly string[]; readonly next: unknown }> => {
  const call = { access: 'own', caller: { kind: 'account', id: 'acc_ada', account: 'acc_ada' }, query };
  const { body, next } = (await handlers.listTransactions(call as never)) as {
    readonly body: { readonly items: readonly { readonly id: string }[] };
    readonly next?: unknown;
  };
  return { ids: body.items.map(({ id }) => id), next };
};

test('lists those of own agents, of agents of a group, and of agents that came from another owner, newest first', async () => {
  await opened('trn_1', 'agt_own', 'acc_ada', START + 1);
  await opened('trn_2', 'agt_group', 'grp_team', START + 2);
  await opened('trn_3', 'agt_new', 'acc_bob', START + 3);
  await opened('trn_4', 'agt_gone', 'acc_ada', START + 4);
  await opened('trn_5', 'agt_other', 'acc_bob', START + 5);
  expect((await listed({ limit: 50 })).ids).toEqual(['trn_3', 'trn_2', 'trn_1']);
  const first = await listed({ limit: 2 });
  expect([first.ids, first.next !== undefined]).toEqual([['trn_3'], true]);
});
