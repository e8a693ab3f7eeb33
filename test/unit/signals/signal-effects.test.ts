/** Effects of signals on agents that change meanwhile, or that a directory suspended. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { signalEffects } from '../../../src/domain/signals/receiver/signal-effects.ts';
import type { Signal, Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';
import { movableClock, recordedAudit } from '../delegation/fakes.ts';

const BY = { caller: 'trm_1' };
const SIGNAL = { id: 'sgn_1', account: 'acc_1', event: 'account_disabled', effects: ['suspend_agents'] };

const agent = (id: string, more: Partial<Agent> = {}): Agent =>
  ({ id, owner: 'acc_1', state: 'active', ...more }) as Agent;

/** `found`: as the list has them. `stored`: as they are when they are suspended. */
const suspendedOf = async (found: readonly Agent[], stored: readonly Agent[] = found): Promise<readonly string[]> => {
  const suspended: string[] = [];
  const effects = signalEffects({
    ...{ documents: memoryDocumentStore(), clock: movableClock(), audit: recordedAudit() },
    accounts: { endSessions: async () => undefined as never, noteSignals: async () => undefined },
    agents: {
      list: async () => ({ items: found.map((document) => ({ document, version: 1 })) }),
      suspend: async (id, _by, { check } = {}) => {
        const document = stored.find((one) => one.id === id) ?? agent(id);
        await check?.(document);
        suspended.push(id);
        return { document, version: 2 };
      },
    },
    links: { ofAccount: async () => [] },
    upstreamSessions: { endAll: async () => undefined as never },
    accountSignals: { note: async () => undefined },
    settle: () => undefined,
  });
  await effects.apply(SIGNAL as unknown as Signal & { readonly account: string }, { id: 'trm_1' } as Transmitter, BY);
  return suspended;
};

test('an agent that got another owner since it was listed stays, and the others are suspended', async () => {
  const listed = [agent('agt_1'), agent('agt_2'), agent('agt_3')];
  const moved = listed.map((one) => (one.id === 'agt_2' ? { ...one, owner: 'acc_admin' } : one));
  expect(await suspendedOf(listed, moved)).toEqual(['agt_1', 'agt_3']);
});

test('what a directory suspended is suspended, so that the directory cannot resume it; what others suspended stays', async () => {
  const listed = [
    agent('agt_1', { state: 'suspended', suspendedByDirectory: 'dir_1' }),
    agent('agt_2', { state: 'suspended' }),
    agent('agt_3', { state: 'retired' }),
  ];
  expect(await suspendedOf(listed)).toEqual(['agt_1']);
});
