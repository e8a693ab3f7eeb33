import { describe, expect, test } from '@jest/globals';
import { BY, newAgent, refusalOf, registryWorld } from './registry-world.ts';

const ADMIN = { caller: 'acc_admin' };
const OTHER = { caller: 'acc_other' };

/** The account goes away and comes back, as disabling and enabling it does. */
const leaves = async (world: ReturnType<typeof registryWorld>, account: string): Promise<void> => {
  await world.offboarding.announce(account);
  world.accounts.delete(account);
  world.left.set(account, world.clock.now() + 1);
  await world.offboarding.left(account, ADMIN);
};

describe('acceptance by the owner', () => {
  test('a user who registers an agent for another owner leaves it pending until that owner accepts; no other user can', async () => {
    const { agents, events } = registryWorld();
    const { document } = await agents.create(newAgent(), ADMIN);
    expect(document).toMatchObject({ state: 'pending', acceptBy: document.createdAt + 86_400 });
    expect(await refusalOf(() => agents.accept(document.id, ADMIN))).toMatchObject({ code: 'forbidden' });
    expect(await refusalOf(() => agents.resume(document.id, ADMIN))).toMatchObject({ code: 'conflict' });
    const accepted = await agents.accept(document.id, { caller: 'acc_owner' });
    expect(accepted.document.state).toBe('active');
    expect(accepted.document).not.toHaveProperty('acceptBy');
    expect(await agents.accept(document.id, { caller: 'acc_owner' })).toEqual(accepted);
    expect(events.map(({ type }) => type)).toEqual(['agent.created', 'agent.accepted']);
  });

  test('too late is too late, and to decline is final', async () => {
    const { agents, tick } = registryWorld();
    const { document: late } = await agents.create(newAgent(), ADMIN);
    const { document: unwanted } = await agents.create(newAgent(), ADMIN);
    expect((await agents.decline(unwanted.id, { caller: 'acc_owner' })).document.state).toBe('retired');
    tick(86_400);
    expect(await refusalOf(() => agents.accept(late.id, { caller: 'acc_owner' }))).toMatchObject({ code: 'conflict' });
  });

  test('LC-06 another owner gets an agent by accepting it only, and the former one has it until then', async () => {
    const { agents, events } = registryWorld();
    const { document } = await agents.create(newAgent(), BY);
    const offered = await agents.update(document.id, 1, { owner: 'acc_other' }, BY);
    expect(offered.document).toMatchObject({ owner: 'acc_owner', transferTo: 'acc_other', state: 'active' });
    expect(await refusalOf(() => agents.accept(document.id, { caller: 'acc_third' }))).toMatchObject({
      code: 'forbidden',
    });
    const taken = await agents.accept(document.id, OTHER);
    expect(taken.document).toMatchObject({ owner: 'acc_other', state: 'active' });
    expect(taken.document).not.toHaveProperty('transferTo');
    expect(events.map(({ type }) => type).slice(1)).toEqual(['agent.transfer_offered', 'agent.transferred']);
  });
});

describe('LC-06 an owner who leaves', () => {
  test('LC-06 makes orphans, which stay so when the owner is back, until an owner accepts them', async () => {
    const world = registryWorld();
    const { agents, accounts, owners, tick } = world;
    const { document: running } = await agents.create(newAgent(), BY);
    const { document: stopped } = await agents.create(newAgent(), BY);
    await agents.suspend(stopped.id, BY);
    await leaves(world, 'acc_owner');
    for (const { id } of [running, stopped]) expect((await agents.get(id))?.document.state).toBe('orphaned');
    tick(10);
    accounts.add('acc_owner');
    await world.offboarding.settleAll();
    const orphan = await agents.get(running.id);
    expect(orphan?.document.state).toBe('orphaned');
    expect(await owners.answerFor(running)).toBe(false);
    expect(await refusalOf(() => agents.resume(running.id, BY))).toMatchObject({ code: 'conflict' });
    // A new owner gets a suspended agent as suspended.
    await agents.update(running.id, orphan?.version ?? 0, { owner: 'acc_other' }, ADMIN);
    expect((await agents.accept(running.id, OTHER)).document).toMatchObject({ owner: 'acc_other', state: 'active' });
    expect((await agents.accept(stopped.id, { caller: 'acc_owner' })).document.state).toBe('suspended');
  });

  test('LC-06 who returns before the agents were updated does not revive them', async () => {
    const world = registryWorld();
    const { document } = await world.agents.create(newAgent(), BY);
    world.accounts.delete('acc_owner');
    expect(await world.owners.answerFor(document)).toBe(false);
    world.left.set('acc_owner', world.clock.now() + 1);
    world.accounts.add('acc_owner');
    expect(await world.owners.answerFor(document)).toBe(false);
  });

  test('LC-06 a group answers while one member is left, and not for the agents that it had when none was', async () => {
    const world = registryWorld();
    const { groups, agents, accounts, offboarding } = world;
    expect(await refusalOf(() => groups.create({ name: 'Few', members: ['acc_owner'] }, BY))).toMatchObject({
      code: 'invalid_field',
      field: '/members',
    });
    const { document: group } = await groups.create({ name: 'Both', members: ['acc_owner', 'acc_other'] }, BY);
    const { document } = await agents.create(newAgent({ owner: group.id }), OTHER);
    expect(document.state).toBe('active');
    await leaves(world, 'acc_owner');
    expect((await agents.get(document.id))?.document.state).toBe('active');
    await leaves(world, 'acc_other');
    expect((await agents.get(document.id))?.document.state).toBe('orphaned');
    await offboarding.returning('acc_other');
    accounts.add('acc_other');
    expect(await world.owners.answerFor(document)).toBe(false);
  });
});
