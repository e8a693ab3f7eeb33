/** Instances of one agent that show their compositions at the same time, and agents that show any number of large ones. */
import { beforeEach, expect, test } from '@jest/globals';
import { inNewHands } from '../../src/domain/clients/agents/ownership.ts';
import type { CompositionDriftAction } from '../../src/domain/clients/blueprints/ceilings.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { SYSTEM } from '../support/composed-services.ts';

type World = Awaited<ReturnType<typeof composeManagementApi>>;

const shown = (digit: string) =>
  ({ composition: { digest: `sha256:${digit.repeat(64)}` }, grade: 'declared' }) as const;

let world: World;
beforeEach(async () => {
  world = await composeManagementApi();
});

/** An agent as two requests read it, which have not shown anything yet. */
const newAgent = async (compositionDrift: CompositionDriftAction) => {
  const given = { ...world.newAgent(), owner: world.owner.account.id, ceilings: { compositionDrift } };
  return (await world.agents.create(given as Parameters<World['agents']['create']>[0], SYSTEM)).document;
};
const stored = async (id: string) => (await world.agents.get(id))?.document;

test.each([
  ['approve', 'waits', 'active'],
  ['suspend', 'suspended', 'suspended'],
] as const)('of two first compositions at once the second is drift: %s', async (action, standing, state) => {
  const read = await newAgent(action);
  const by = { caller: read.id };
  expect(await world.agents.noticeComposition(read, shown('1'), by)).toBe('current');
  expect(await world.agents.noticeComposition(read, shown('2'), by)).toBe(standing);
  expect(await stored(read.id)).toMatchObject({
    state,
    composition: { version: 1, ...shown('1').composition },
    compositionDrift: { action, composition: shown('2').composition },
  });
  expect(world.audit.of('agent.composition_declared')).toHaveLength(1);
  expect(world.audit.of('agent.composition_drifted')).toMatchObject([{ outcome: 'done', inputs: { action } }]);
});

test('an agent that shows what its owner has just declared is not suspended', async () => {
  const made = await newAgent('suspend');
  const by = { caller: made.id };
  await world.agents.noticeComposition(made, shown('1'), by);
  const read = await stored(made.id);
  if (!read) throw new Error('no agent');
  await world.agents.declareComposition(made.id, undefined, shown('2').composition, SYSTEM);
  expect(await world.agents.noticeComposition(read, shown('2'), by)).toBe('current');
  expect(await stored(made.id)).toMatchObject({ state: 'active', composition: { version: 2 } });
  expect(world.audit.of('agent.composition_drifted')).toEqual([]);
});

test('an agent in new hands has shown none, and keeps its composition', async () => {
  const made = await newAgent('approve');
  await world.agents.noticeComposition(made, shown('1'), { caller: made.id });
  const before = await stored(made.id);
  if (!before) throw new Error('no agent');
  expect(await world.agents.noticeComposition(before, undefined, { caller: made.id })).toBe('omitted');
  const after = inNewHands(before, world.clock.now());
  expect(after.composition).toEqual(before.composition);
  expect(await world.agents.noticeComposition(after, undefined, { caller: made.id })).toBe('current');
});

test('an agent that shows large compositions without end does not grow', async () => {
  let agent = await newAgent('note');
  for (let round = 0; round < 60; round += 1) {
    const tools = Array.from({ length: 200 }, (_, index) => `${round} ${index} `.padEnd(190, 'x'));
    const digest = `sha256:${round.toString(16).padStart(64, '0')}`;
    await world.agents.noticeComposition(agent, { composition: { digest, tools }, grade: 'declared' }, SYSTEM);
    agent = (await stored(agent.id)) ?? agent;
  }
  expect(agent.composition?.version).toBe(60);
  expect(agent.compositionHistory?.[0]?.version).toBe(59);
  expect(JSON.stringify(agent).length).toBeLessThan(200_000);
});
