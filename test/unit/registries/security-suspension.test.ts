/** An agent or client that was suspended for security works again when an operator says so who does not own it, and has not owned it. */
import { describe, expect, test } from '@jest/globals';
import type { By } from '../../../src/domain/platform/registries/registered-documents.ts';
import { BY, newAgent, refusalOf, registryWorld } from './registry-world.ts';

const SYSTEM = { caller: 'system' };
const OWNER: By = { caller: 'acc_owner', account: 'acc_owner' };
const byRole = (account: string): By => ({ caller: account, account, isByRole: true });
const CAUSE = 'fnd_1';

const suspended = async (owner = 'acc_owner') => {
  const world = registryWorld();
  for (const id of ['acc_second', 'acc_third', 'acc_operator']) world.accounts.add(id);
  const group = (await world.groups.create({ name: 'Both', members: ['acc_owner', 'acc_second'] }, BY)).document;
  const { document } = await world.agents.create(newAgent({ owner: owner === 'group' ? group.id : owner }), BY);
  await world.agents.suspend(document.id, SYSTEM, { security: CAUSE });
  const { id } = document;
  const resumed = (by: By) => refusalOf(() => world.agents.resume(id, by));
  const now = async () => (await world.agents.get(id))?.document;
  return { ...world, id, group, resumed, now };
};
const FORBIDDEN = { code: 'forbidden' };

describe('a suspension for security', () => {
  test('names its cause in one event, and is lifted by an operator who does not own the agent', async () => {
    const { agents, events, id, now, resumed, clock } = await suspended();
    await agents.suspend(id, SYSTEM, { security: 'fnd_2' });
    expect(await now()).toMatchObject({
      ...{ state: 'suspended', securitySuspension: { cause: CAUSE, at: clock.now(), owner: 'acc_owner' } },
    });
    expect(await resumed(byRole('acc_operator'))).toBe('accepted');
    expect(await now()).toMatchObject({ state: 'active' });
    expect(await now()).not.toHaveProperty('securitySuspension');
    expect(events.slice(-2)).toMatchObject([
      { type: 'agent.suspended', caller: 'system', inputs: { cause: CAUSE }, agent: id },
      { type: 'agent.resumed', caller: 'acc_operator', agent: id },
    ]);
  });

  test.each<readonly [string, By]>([
    ['its owner', OWNER],
    ['its owner with a role', byRole('acc_owner')],
    ['a client with a role that stands for its owner', { caller: 'app_1', account: 'acc_owner', isByRole: true }],
    [
      'a client with a role that stood for its owner before',
      { caller: 'app_1', account: 'acc_operator', formerAccounts: ['acc_owner'], isByRole: true },
    ],
    ['another account without a role', { caller: 'acc_other', account: 'acc_other' }],
    ['the server itself', SYSTEM],
  ])('is not lifted by %s, and no event says so', async (_, by) => {
    const { events, now, resumed } = await suspended();
    const before = events.length;
    expect(await resumed(by)).toMatchObject(FORBIDDEN);
    expect(await now()).toMatchObject({ state: 'suspended' });
    expect(events).toHaveLength(before);
  });

  test('of an agent of a group is lifted by none of its members, also after they left the group', async () => {
    const { groups, group, resumed, tick } = await suspended('group');
    expect(await resumed(byRole('acc_second'))).toMatchObject(FORBIDDEN);
    tick(10);
    await groups.update(group.id, 1, { members: ['acc_owner', 'acc_third'] }, BY);
    for (const member of ['acc_second', 'acc_third', 'acc_owner'])
      expect([member, await resumed(byRole(member))]).toMatchObject([member, FORBIDDEN]);
    expect(await resumed(byRole('acc_operator'))).toBe('accepted');
  });

  test('stays with the agent when its owner suspends it again or hands it over, and holds for both owners', async () => {
    const { agents, id, now, resumed } = await suspended();
    await agents.suspend(id, OWNER);
    await agents.update(id, 2, { owner: 'acc_other' }, OWNER);
    await agents.accept(id, { caller: 'acc_other' });
    expect(await now()).toMatchObject({ owner: 'acc_other', state: 'suspended', securitySuspension: { cause: CAUSE } });
    for (const owner of ['acc_owner', 'acc_other']) expect(await resumed(byRole(owner))).toMatchObject(FORBIDDEN);
    expect(await resumed(byRole('acc_operator'))).toBe('accepted');
  });

  test('applies to an agent that its owner had suspended before', async () => {
    const { agents, id, resumed } = await suspended();
    await agents.resume(id, byRole('acc_operator'));
    await agents.suspend(id, OWNER);
    await agents.suspend(id, SYSTEM, { security: CAUSE });
    expect(await resumed(OWNER)).toMatchObject(FORBIDDEN);
  });

  test('stays over the loss of the owner: who accepts the agent gets it suspended', async () => {
    const { accounts, agents, id, left, now, offboarding, clock, resumed } = await suspended();
    await offboarding.announce('acc_owner');
    accounts.delete('acc_owner');
    left.set('acc_owner', clock.now() + 1);
    await offboarding.left('acc_owner', SYSTEM);
    expect(await now()).toMatchObject({ state: 'orphaned' });
    await agents.update(id, (await agents.get(id))?.version ?? 0, { owner: 'acc_other' }, BY);
    await agents.accept(id, { caller: 'acc_other' });
    expect(await now()).toMatchObject({ state: 'suspended', owner: 'acc_other' });
    expect(await resumed({ caller: 'acc_other' })).toMatchObject(FORBIDDEN);
  });
});

test('a suspension without a cause is lifted by the owner, as before', async () => {
  const { agents } = registryWorld();
  const { document } = await agents.create(newAgent(), BY);
  await agents.suspend(document.id, OWNER);
  expect((await agents.resume(document.id, OWNER)).document.state).toBe('active');
});

describe('a client that was disabled for security', () => {
  const disabled = async (owner: string | undefined = 'acc_owner') => {
    const world = registryWorld();
    for (const id of ['acc_third', 'acc_operator']) world.accounts.add(id);
    const redirectUris = ['https://app.example/callback'];
    const { document } = await world.clients.create({ name: 'Exporter', redirectUris }, BY);
    const { id } = document;
    if (owner !== undefined) await world.clients.update(id, 1, { owner }, BY);
    const quarantine = () => world.clients.disable(id, SYSTEM, { security: CAUSE });
    const enabled = (by: By) => refusalOf(() => world.clients.enable(id, by));
    const now = async () => (await world.clients.get(id))?.document;
    const handOver = async (to: string) =>
      world.clients.update(id, (await world.clients.get(id))?.version ?? 0, { owner: to }, BY);
    return { ...world, id, quarantine, enabled, now, handOver };
  };

  test('names its cause in one event, and is enabled by an operator who does not own it', async () => {
    const { clients, events, id, quarantine, enabled, now, clock } = await disabled();
    await quarantine();
    await clients.disable(id, SYSTEM, { security: 'fnd_2' });
    expect(await now()).toMatchObject({
      ...{ state: 'disabled', securitySuspension: { cause: CAUSE, at: clock.now(), owner: 'acc_owner' } },
    });
    expect(await enabled(byRole('acc_operator'))).toBe('accepted');
    expect(await now()).toMatchObject({ state: 'active' });
    expect(await now()).not.toHaveProperty('securitySuspension');
    expect(events.slice(-2)).toMatchObject([
      { type: 'client.disabled', caller: 'system', inputs: { cause: CAUSE }, target: { id } },
      { type: 'client.enabled', caller: 'acc_operator', target: { id } },
    ]);
  });

  test.each<readonly [string, By]>([
    ['its owner', OWNER],
    ['its owner with a role', byRole('acc_owner')],
    ['a client with a role that stands for its owner', { caller: 'app_1', account: 'acc_owner', isByRole: true }],
    ['another account without a role', { caller: 'acc_other', account: 'acc_other' }],
    ['the server itself', SYSTEM],
  ])('is not enabled by %s, and no event says so', async (_, by) => {
    const { events, quarantine, enabled, now } = await disabled();
    await quarantine();
    const before = events.length;
    expect(await enabled(by)).toMatchObject(FORBIDDEN);
    expect(await now()).toMatchObject({ state: 'disabled' });
    expect(events).toHaveLength(before);
  });

  test('is enabled neither by its owners before and after, nor after further changes of its owner', async () => {
    const { quarantine, enabled, handOver, now } = await disabled();
    await handOver('acc_other');
    await quarantine();
    await handOver('acc_third');
    for (const owner of ['acc_owner', 'acc_other', 'acc_third'])
      expect([owner, await enabled(byRole(owner))]).toMatchObject([owner, FORBIDDEN]);
    expect(await now()).toMatchObject({ owner: 'acc_third', formerOwners: ['acc_owner', 'acc_other'] });
    expect(await enabled(byRole('acc_operator'))).toBe('accepted');
  });

  test('has at most 512 former owners: a further change of its owner is refused, and other changes are not', async () => {
    const { accounts, clients, events, id, handOver, quarantine, enabled, now } = await disabled();
    const owners = Array.from({ length: 512 }, (_, index) => `acc_owner_${index}`);
    for (const owner of [...owners, 'acc_late']) accounts.add(owner);
    for (const owner of owners) await handOver(owner);
    const before = events.length;
    await expect(handOver('acc_late')).rejects.toMatchObject({ code: 'conflict', reason: 'client_owners_too_many' });
    expect([events.length, (await now())?.owner]).toEqual([before, 'acc_owner_511']);
    await clients.update(id, (await clients.get(id))?.version ?? 0, { name: 'Still usable' }, BY);
    await quarantine();
    for (const owner of ['acc_owner', ...owners])
      expect([owner, await enabled(byRole(owner))]).toMatchObject([owner, FORBIDDEN]);
    expect(await enabled(byRole('acc_operator'))).toBe('accepted');
  });

  test('stays so when its owner had disabled it before, and when they disable it again', async () => {
    const { clients, id, quarantine, enabled } = await disabled();
    await clients.disable(id, OWNER);
    await quarantine();
    await clients.disable(id, OWNER);
    expect(await enabled(byRole('acc_owner'))).toMatchObject(FORBIDDEN);
  });

  test('without an owner is enabled by any operator', async () => {
    const { quarantine, enabled } = await disabled(undefined);
    await quarantine();
    expect(await enabled({ caller: 'acc_other', account: 'acc_other' })).toMatchObject(FORBIDDEN);
    expect(await enabled(byRole('acc_other'))).toBe('accepted');
  });

  test('without a cause is enabled by its owner, as before', async () => {
    const { clients, id, enabled } = await disabled();
    await clients.disable(id, OWNER);
    expect(await enabled(OWNER)).toBe('accepted');
  });
});
