/** Access reviews against those who want to keep access through one: owners, reviewers, and operators with agents of their own. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { REVIEW_ITEMS, REVIEWS, type Review, type ReviewItem } from '../../src/domain/governance/reviews/review.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { SYSTEM } from '../support/composed-services.ts';

const DAY = 86_400;
const API = 'https://books.example.com';

type World = Awaited<ReturnType<typeof composeManagementApi>>;
type Json = Readonly<Record<string, unknown>>;
type Caller = { readonly token: string };

let world: World;
let agent: string;

const newAgent = async (name: string, owner = world.owner.account.id) => {
  const { document } = await world.agents.create(
    { ...world.newAgent({ name }), owner } as Parameters<World['agents']['create']>[0],
    SYSTEM,
  );
  return document.id;
};
const delegated = async (more: Partial<Delegation> = {}): Promise<string> => {
  const { subject = world.stranger.account.id, actor = agent, resource = API, scope = ['read', 'write'] } = more;
  const made = await world.delegations.recordConsent({
    ...{ subject, actor, resource, asked: scope, scope, by: subject },
    ...{ expiresAt: world.clock.now() + 200 * DAY, delegableTo: { agents: [], depth: 0 } },
  });
  return made?.id ?? '';
};
const review = async (more: Json = {}): Promise<Json> => {
  const made = await world.call(world.admin, 'post', '/reviews', { name: 'Autumn', ...more });
  expect(made.status).toBe(201);
  await world.reviewJobs.poll();
  return (await world.call(world.admin, 'get', `/reviews/${made.body.id}`)).body;
};
const itemsOf = async (id: unknown): Promise<readonly Json[]> =>
  (await world.call(world.admin, 'get', `/review-items?review=${id}`)).body.items;
const itemOf = async (id: unknown): Promise<Json> => (await itemsOf(id))[0] ?? {};
const act = (by: Caller, item: unknown, verb: string, body?: object) =>
  world.call(by, 'post', `/review-items/${item}/${verb}`, body);
const decide = (by: Caller, item: unknown, decision: string, more: Json = {}) =>
  act(by, item, 'decide', { decision, ...more });
const reasonOf = (answer: { readonly status: number; readonly body: Json }) => [answer.status, answer.body['reason']];

beforeEach(async () => {
  world = await composeManagementApi();
  agent = await newAgent('Booker');
});

describe('an owner of the agent', () => {
  test('cannot undo its end as an operator, unless the review lets owners decide', async () => {
    agent = await newAgent('Mine', world.operator.account.id);
    const ended = await delegated();
    const strict = await review();
    const { id } = await itemOf(strict['id']);
    expect((await decide(world.admin, id, 'end')).status).toBe(200);
    expect(reasonOf(await act(world.operator, id, 'undo'))).toEqual([403, 'review_by_owner']);
    expect(world.audit.of('review.item_undone')).toEqual([]);
    expect(await world.delegations.live(ended)).toBeUndefined();
    expect((await act(world.admin, id, 'undo')).status).toBe(200);
  });

  test('cannot decide about it, nor lift its suspension, by a client with a role that they owned before and whose key they still have', async () => {
    agent = await newAgent('Mine', world.operator.account.id);
    await delegated();
    const { document: client } = await world.clients.create(
      { name: 'Script', grantTypes: ['client_credentials'], roles: ['operator'], owner: world.operator.account.id },
      SYSTEM,
    );
    const script = { token: world.token({ clientId: client.id }) };
    const { id } = await itemOf((await review())['id']);
    expect(reasonOf(await decide(script, id, 'keep'))).toEqual([403, 'review_by_owner']);
    const handed = await world.clients.get(client.id);
    await world.clients.update(client.id, handed?.version ?? 0, { owner: world.admin.account.id }, SYSTEM);
    for (const [verb, body] of [
      ['decide', { decision: 'keep' }],
      ['assign', { to: 'stranger' }],
    ] as const)
      expect([verb, reasonOf(await act(script, id, verb, body))]).toEqual([verb, [403, 'review_by_owner']]);
    expect([world.audit.of('review.item_decided'), world.audit.of('review.item_assigned')]).toEqual([[], []]);
    expect(world.refusals().at(-1)).toMatchObject({ caller: client.id, note: 'assignReviewItem', error: 'forbidden' });

    await world.agents.suspend(agent, SYSTEM, { security: 'fnd_1' });
    const answer = await world.call(script, 'post', `/agents/${agent}/resume`);
    expect(reasonOf(answer)).toEqual([403, 'agent_suspended_for_security']);
    expect(world.audit.of('agent.resumed')).toEqual([]);
  });

  test('cannot pick who decides about it, as a member of the group that reviews', async () => {
    const members = [world.owner.account.id, world.auditor.account.id];
    await world.call(world.admin, 'post', '/groups', { name: 'Crew', members });
    await delegated();
    const made = await review({ reviewers: 'group', group: 'Crew' });
    const { id } = await itemOf(made['id']);
    expect(reasonOf(await act(world.owner, id, 'assign', { to: 'stranger' }))).toEqual([403, 'review_by_owner']);
    expect(world.audit.of('review.item_assigned')).toEqual([]);
  });
});

describe('a reviewer', () => {
  test.each(['the account', 'a group'])('cannot take over the agent by offering it to %s of theirs', async (kind) => {
    const members = [world.stranger.account.id, world.auditor.account.id];
    const group = await world.call(world.admin, 'post', '/groups', { name: 'Friends', members });
    const owner = kind === 'the account' ? world.stranger.account.id : group.body.id;
    await delegated();
    const made = await review();
    const { id } = await itemOf(made['id']);
    expect((await act(world.admin, id, 'assign', { to: 'stranger' })).status).toBe(200);
    const refused = await decide(world.stranger, id, 'transfer', { owner });
    expect(reasonOf(refused)).toEqual([409, 'review_transfer_to_self']);
    expect((await world.agents.get(agent))?.document.owner).toBe(world.owner.account.id);
    expect(world.audit.of('agent.transferred')).toEqual([]);
    expect((await itemOf(made['id']))['state']).toBe('open');
  });
});

test('one approved action is no item: an undo of its end would let the agent repeat it', async () => {
  const once = await world.delegations.openOnce({
    ...{ approval: 'apr_one', subject: world.stranger.account.id, actor: agent, resource: API, scope: ['write'] },
    ...{ details: [], expiresAt: world.clock.now() + DAY },
  });
  const id = await delegated({ scope: ['read'] });
  const made = await review();
  expect((await itemsOf(made['id'])).map(({ delegation }) => delegation)).toEqual([id]);
  expect(made).toMatchObject({ items: 1, read: 2 });
  expect(await world.delegations.live(once.id)).toBeDefined();
});

test('a review stays open while a decision may still fail and open its item again', async () => {
  await delegated();
  await delegated({ resource: 'https://other.example.com' });
  const made = await review();
  const [first, second] = await itemsOf(made['id']);
  const items = world.documents.collection<ReviewItem>(REVIEW_ITEMS);
  const held = await items.get(String(first?.['id']));
  if (!held) throw new Error('no item');
  const [by, now] = [world.admin.account.id, world.clock.now()];
  const decision = { state: 'offered', newOwner: world.admin.account.id, decidedBy: by, decidedAt: now } as const;
  await items.replace({ ...held.document, ...decision, unfinishedAt: now }, held.version);
  expect((await decide(world.admin, second?.['id'], 'keep')).status).toBe(200);
  expect(world.audit.of('review.completed')).toEqual([]);
  await world.agents.retire(agent, SYSTEM);
  world.clock.move(11);
  await world.reviewJobs.poll();
  const { state } = (await world.call(world.admin, 'get', `/reviews/${made['id']}`)).body;
  expect([state, (await itemsOf(made['id'])).map((item) => item['state']).sort()]).toEqual(['open', ['kept', 'open']]);
});

describe('the default', () => {
  const heldBy = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => delegated({ resource: `https://api-${index}.example.com` })),
    );

  test('decides nothing after the review was cancelled, also in the middle of a run', async () => {
    await heldBy(60);
    const made = await review({ due_in_days: 1 });
    world.clock.move(DAY);
    const running = world.reviewJobs.poll();
    await world.call(world.admin, 'post', `/reviews/${made['id']}/cancel`);
    await running;
    const types = world.audit.events.map(({ type }) => type);
    const after = types.slice(types.indexOf('review.cancelled'));
    // One decision may be under way.
    expect(after.filter((type) => type === 'review.item_decided').length).toBeLessThanOrEqual(1);
    expect((await itemsOf(made['id'])).filter(({ state }) => state === 'open').length).toBeGreaterThan(0);
  });

  test('of twenty small reviews ends no more in an hour than that of one alone', async () => {
    await heldBy(24);
    for (let count = 0; count < 20; count += 1)
      await review({ due_in_days: 1, default: 'end', name: `Small ${count}` });
    world.clock.move(DAY);
    const ended = () => world.audit.of('delegation.revoked').length;
    for (const [passed, expected] of [
      [0, 1],
      [10, 1],
      [3580, 1],
      [10, 2],
    ] as const) {
      world.clock.move(passed);
      await world.reviewJobs.poll();
      expect([passed, ended()]).toEqual([passed, expected]);
    }
  });

  test('does not wait for reviews whose hour is used up', async () => {
    await heldBy(24);
    for (let count = 0; count < 20; count += 1) await review({ due_in_days: 1, default: 'end', name: `Slow ${count}` });
    world.clock.move(1);
    const made = await review({ due_in_days: 1, name: 'Quick' });
    world.clock.move(DAY);
    await world.reviewJobs.poll();
    expect((await world.call(world.admin, 'get', `/reviews/${made['id']}`)).body.state).toBe('completed');
  });
});

test('a review that cannot be prepared holds up no other one, and the failure is told', async () => {
  await delegated();
  const broken = await world.call(world.admin, 'post', '/reviews', { name: 'Broken', agent });
  const reviews = world.documents.collection<Review>(REVIEWS);
  const held = await reviews.get(broken.body.id);
  if (!held) throw new Error('no review');
  await reviews.replace({ ...held.document, agent: { id: agent } as never }, held.version);
  world.clock.move(1);
  const made = await world.call(world.admin, 'post', '/reviews', { name: 'Autumn' });
  await expect(world.reviewJobs.poll()).rejects.toThrow();
  expect((await world.call(world.admin, 'get', `/reviews/${made.body.id}`)).body.state).toBe('open');
});
