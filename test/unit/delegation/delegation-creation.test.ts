/** Delegations for one approved action, hops to agents of another owner, and how many a list reads. */
import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { agent } from '../token-exchange/fakes.ts';
import { consent, registerScene, START } from './fakes.ts';

describe('the delegation of one approved action', () => {
  const given = {
    ...{ approval: 'apr_1', subject: 'acc_anna', actor: 'agt_a', resource: 'https://mail.example' },
    ...{ scope: ['send', 'read'], details: [], expiresAt: START + 60 },
  };

  test('is opened once, with its event, and is no delegation that an exchange finds', async () => {
    const { registry, audit, rows, documents } = registerScene();
    await documents.collection<Agent>(AGENTS).insert({ id: 'agt_a', owner: 'acc_owner', ownership: 2 } as Agent);
    const opened = await registry.openOnce({ ...given, request: 'req_1', ownership: 2 });
    expect(opened).toMatchObject({ scope: ['read', 'send'], parent: null, depth: 1, ownership: 2 });
    expect(opened.delegableTo).toEqual({ agents: [], depth: 0 });
    expect(audit.events).toMatchObject([
      { type: 'delegation.created', approval: 'apr_1', request: 'req_1', caller: 'agt_a' },
    ]);
    expect(await registry.openOnce(given)).toEqual(opened);
    expect([audit.events, await rows.find({})].map(({ length }) => length)).toEqual([1, 1]);
    expect(await registry.consented('acc_anna', 'agt_a', 'https://mail.example')).toBeUndefined();
    const other = await registry.openOnce({ ...given, approval: 'apr_2', actor: 'agt_b' });
    expect(other.id).not.toBe(opened.id);
    expect(other).not.toHaveProperty('ownership');
    expect(audit.events[1]).not.toHaveProperty('request');
  });

  test('is none for a time that is over', async () => {
    await expect(registerScene().registry.openOnce({ ...given, expiresAt: START })).rejects.toMatchObject({
      reason: 'approved_grant_ended',
    });
  });
});

describe('a hop to an agent that has another owner', () => {
  const agents = (handedOverAt: number | undefined) => ({
    getMany: async (ids: readonly string[]) =>
      ids.map((id) => ({ document: { ...agent(id), ...(handedOverAt === undefined ? {} : { handedOverAt }) } })),
  });
  const hopped = async (handedOverAt: number | undefined, between = 0) => {
    const scene = registerScene({ agents: agents(handedOverAt) as never });
    const parent = (await scene.registry.recordConsent(consent())) as Delegation;
    scene.clock.advance(between);
    const { expiresAt, resource } = parent;
    const hop = { parent, actor: 'agt_b', resource, scope: ['read'], expiresAt, delegableTo: { agents: [], depth: 0 } };
    return { ...scene, derive: () => scene.registry.derived({ ...hop, txn: 'txn_1', request: 'req_1' }) };
  };

  test.each([START - 100, START, START + 10])(
    'is refused until its owner is confirmed, where the agent was handed over at %d or the clocks leave it open',
    async (handedOverAt) => {
      const { derive, rows } = await hopped(handedOverAt);
      const isLater = handedOverAt < START - 50;
      if (isLater) {
        expect((await derive()).isNew).toBe(true);
        expect((await derive()).isNew).toBe(false);
        return;
      }
      for (let times = 0; times < 2; times += 1) {
        await expect(derive()).rejects.toMatchObject({ reason: 'owner_not_confirmed' });
      }
      const stored = await rows.find({ where: { actor: 'agt_b' } });
      expect(stored.map(({ document }) => document.state)).toEqual(['suspended']);
    },
  );

  test('is as any other where the agent was never handed over', async () => {
    const { derive } = await hopped(undefined);
    expect((await derive()).delegation.state).toBe('active');
  });
});

describe('the newest delegations that are in effect', () => {
  const scene = async (count: number) => {
    const made = registerScene();
    const all: string[] = [];
    for (let number = 0; number < count; number += 1) {
      made.clock.advance(1);
      const resource = `https://api-${number}.example`;
      all.unshift(((await made.registry.recordConsent(consent({ resource }))) as Delegation).id);
    }
    const newest = async (most: number, mostRead: number) => {
      const found = await made.registry.newestLive({ subject: 'acc_anna' }, { most, mostRead });
      return { ...found, items: found.items.map(({ id }) => id) };
    };
    return { ...made, all, newest };
  };

  test('are all of them, or the newest ones of more', async () => {
    const { all, newest } = await scene(5);
    expect(await newest(5, 100)).toEqual({ items: all, isWhole: true, read: 5 });
    expect(await newest(6, 100)).toEqual({ items: all, isWhole: true, read: 5 });
    expect(await newest(4, 100)).toMatchObject({ items: all.slice(0, 4), isWhole: false });
  });

  test('are those of the first that are read, where more are not to be read', async () => {
    const { registry, all, newest } = await scene(5);
    await registry.revoke(String(all[0]), 'acc_anna');
    expect(await newest(5, 3)).toEqual({ items: all.slice(1, 3), isWhole: false, read: 3 });
    expect(await newest(5, 6)).toEqual({ items: all.slice(1), isWhole: true, read: 5 });
  });

  test('are found beyond the first page', async () => {
    const { registry, all, newest } = await scene(230);
    for (const id of all.slice(0, 210)) await registry.revoke(id, 'acc_anna');
    expect(await newest(50, 1000)).toEqual({ items: all.slice(210), isWhole: true, read: 230 });
    const half = await newest(50, 220);
    expect([half.isWhole, half.read]).toEqual([false, 220]);
  });
});

test('all delegations to an app that a person uses are revoked, page by page, and none twice', async () => {
  const { registry, audit, rows } = registerScene();
  for (let number = 0; number < 205; number += 1) {
    await registry.recordConsent(consent({ resource: `https://api-${number}.example`, via: 'app_a' }));
  }
  await registry.recordConsent(consent({ via: 'app_b' }));
  audit.events.length = 0;
  expect(await registry.revokeAllVia('acc_anna', 'app_a', 'acc_anna', 'req_1')).toBe(205);
  expect(audit.events).toHaveLength(205);
  expect(audit.events[0]).toMatchObject({ type: 'delegation.revoked', request: 'req_1' });
  expect(await registry.revokeAllVia('acc_anna', 'app_a', 'acc_anna')).toBe(0);
  const active = (await rows.find({ limit: 500 })).filter(({ document }) => document.state === 'active');
  expect(active.map(({ document }) => document.via)).toEqual(['app_b']);
});
