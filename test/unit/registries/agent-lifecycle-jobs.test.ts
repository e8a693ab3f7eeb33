import { describe, expect, test } from '@jest/globals';
import type { AgentNotice } from '../../../src/domain/clients/agents/agent.ts';
import { agentUse } from '../../../src/domain/clients/agents/agent-last-used.ts';
import { agentLifecycleJobs } from '../../../src/domain/clients/agents/agent-lifecycle-jobs.ts';
import { BY, newAgent, refusalOf, registryWorld } from './registry-world.ts';

const DAY = 86_400;

const world = (settings = { inactiveAfterSeconds: 30 * DAY, noticeSeconds: 7 * DAY }) => {
  const base = registryWorld();
  const uses = agentUse(base);
  const told: AgentNotice[] = [];
  const lifecycleJobs = agentLifecycleJobs({ ...base, uses, settings, onNotice: (_, notice) => told.push(notice) });
  const stateOf = async (id: string) => (await base.agents.get(id))?.document.state;
  return { ...base, uses, lifecycleJobs, told, stateOf };
};

describe('what time does to agents', () => {
  test('no owner accepted in a day: retired', async () => {
    const { agents, lifecycleJobs, tick, stateOf, events } = world();
    const { document } = await agents.create(newAgent(), { caller: 'acc_admin' });
    await lifecycleJobs.run();
    expect(await stateOf(document.id)).toBe('pending');
    tick(DAY);
    await lifecycleJobs.run();
    await lifecycleJobs.run();
    expect(await stateOf(document.id)).toBe('retired');
    expect(events.filter(({ type }) => type === 'agent.expired')).toHaveLength(1);
  });

  test('at its end it is suspended, notified before, and resumed with a later end only', async () => {
    const { agents, lifecycleJobs, tick, stateOf, clock, told } = world();
    const expiresAt = clock.now() + 20 * DAY;
    const { document } = await agents.create(newAgent({ expiresAt }), BY);
    tick(14 * DAY);
    await lifecycleJobs.run();
    await lifecycleJobs.run();
    expect(told).toEqual([{ kind: 'expiry', at: expiresAt }]);
    tick(6 * DAY);
    await lifecycleJobs.run();
    expect(await stateOf(document.id)).toBe('suspended');
    expect(await refusalOf(() => agents.resume(document.id, BY))).toMatchObject({
      code: 'conflict',
      field: '/expires_at',
    });
    const stored = await agents.get(document.id);
    await agents.update(document.id, stored?.version ?? 0, { expiresAt: clock.now() + DAY }, BY);
    expect((await agents.resume(document.id, BY)).document.state).toBe('active');
  });

  test('LC-09 unused for too long its owner is notified, then it is suspended; use in between keeps it', async () => {
    const { agents, uses, lifecycleJobs, tick, stateOf, told } = world();
    const { document: idle } = await agents.create(newAgent(), BY);
    const { document: used } = await agents.create(newAgent(), BY);
    tick(24 * DAY);
    await lifecycleJobs.run();
    expect(told).toHaveLength(2);
    uses.note(used.id);
    await uses.flush();
    tick(7 * DAY);
    await lifecycleJobs.run();
    expect([await stateOf(idle.id), await stateOf(used.id)]).toEqual(['suspended', 'active']);
    // Resuming is a use: it is not suspended again at once.
    await agents.resume(idle.id, BY);
    await lifecycleJobs.run();
    expect(await stateOf(idle.id)).toBe('active');
  });

  test('LC-09 a clock that jumps forward suspends no agent at once: the notification is sent first, and its time passes', async () => {
    const { agents, lifecycleJobs, tick, stateOf, told } = world();
    const { document } = await agents.create(newAgent(), BY);
    tick(400 * DAY);
    await lifecycleJobs.run();
    await lifecycleJobs.run();
    expect([told.length, await stateOf(document.id)]).toEqual([1, 'active']);
    tick(7 * DAY);
    await lifecycleJobs.run();
    expect(await stateOf(document.id)).toBe('suspended');
  });

  test('switched off, no agent is suspended for being unused', async () => {
    const { agents, lifecycleJobs, tick, stateOf, told } = world({ inactiveAfterSeconds: 0, noticeSeconds: 7 * DAY });
    const { document } = await agents.create(newAgent(), BY);
    tick(4000 * DAY);
    await lifecycleJobs.run();
    expect([told, await stateOf(document.id)]).toEqual([[], 'active']);
  });
});

describe('lists', () => {
  test('find by words, owner, state and last use, in the order asked for, page by page', async () => {
    const base = registryWorld();
    const { agents, tick } = base;
    const ids: Record<string, string> = {};
    for (const [name, owner] of [
      ['Invoice clerk', 'acc_owner'],
      ['Travel booker', 'acc_other'],
      ['invoice auditor', 'acc_other'],
    ] as const) {
      ids[name] = (
        await agents.create(newAgent({ name, owner, purpose: 'Works with Paper' }), { caller: 'system' })
      ).document.id;
      tick();
    }
    const names = async (query: Parameters<typeof agents.list>[0]) =>
      (await agents.list(query)).items.map(({ document }) => document.name);
    expect(await names({ search: 'INVOICE' })).toEqual(['invoice auditor', 'Invoice clerk']);
    expect(await names({ search: 'paper invoice', owner: 'acc_owner' })).toEqual(['Invoice clerk']);
    expect(await names({ search: 'invo' })).toEqual([]);
    expect(await names({ sort: 'name' })).toEqual(['invoice auditor', 'Invoice clerk', 'Travel booker']);
    expect(await names({ owners: ['acc_owner', 'acc_other'], state: 'active' })).toHaveLength(3);
    const uses = agentUse(base);
    tick(100);
    uses.note(ids['Invoice clerk'] ?? '');
    await uses.flush();
    expect(await names({ sort: 'last_use' })).toEqual(['Travel booker', 'invoice auditor', 'Invoice clerk']);
    expect(await names({ unusedSince: base.clock.now() - 50, owner: 'acc_other' })).toEqual([
      'Travel booker',
      'invoice auditor',
    ]);
    const seen: string[] = [];
    for (let after: Awaited<ReturnType<typeof agents.list>>['next']; ; ) {
      const page = await agents.list({ owners: ['acc_owner', 'acc_other'], limit: 1, ...(after ? { after } : {}) });
      seen.push(...page.items.map(({ document }) => document.name));
      after = page.next;
      if (!after) break;
    }
    expect(seen).toEqual(['invoice auditor', 'Travel booker', 'Invoice clerk']);
  });
});
