/** Access reviews over the management API: items, who decides, decisions with effect at once, defaults, undo, repetition. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { REVIEW_ITEMS, type ReviewItem } from '../../src/domain/governance/reviews/review.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { SYSTEM } from '../support/composed-services.ts';

const DAY = 86_400;
const HOUR = 3600;
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
    ...{
      expiresAt: more.expiresAt ?? world.clock.now() + 200 * DAY,
      delegableTo: more.delegableTo ?? { agents: [], depth: 0 },
    },
  });
  return made?.id ?? '';
};
const used = async (delegation: string, scopeGiven: readonly string[]): Promise<void> => {
  await world.audit.append({ type: 'token.issued', outcome: 'granted', delegation, scopeGiven, caller: agent });
};
/** Creates a review and makes its items. */
const review = async (more: Json = {}, by: Caller = world.operator): Promise<Json> => {
  const made = await world.call(by, 'post', '/reviews', { name: 'Autumn', ...more });
  expect([made.status, made.body.state]).toEqual([201, 'preparing']);
  await world.reviewJobs.poll();
  return (await world.call(by, 'get', `/reviews/${made.body.id}`)).body;
};
const itemsOf = async (id: unknown, by: Caller = world.operator, more = ''): Promise<readonly Json[]> =>
  (await world.call(by, 'get', `/review-items?review=${id}${more}`)).body.items;
const itemOf = async (id: unknown): Promise<Json> => (await itemsOf(id))[0] ?? {};
const act = (by: Caller, item: unknown, verb: string, body?: object) =>
  world.call(by, 'post', `/review-items/${item}/${verb}`, body);
const decide = (by: Caller, item: unknown, decision: string, more: Json = {}) =>
  act(by, item, 'decide', { decision, ...more });
/** As by a process that stopped, or whose store failed, between the decision and its effect. */
const endedWithoutEffect = async (item: unknown): Promise<void> => {
  const items = world.documents.collection<ReviewItem>(REVIEW_ITEMS);
  const held = await items.get(String(item));
  if (!held) throw new Error('no item');
  const decided = { state: 'ended', decidedBy: world.operator.account.id, decidedAt: world.clock.now() } as const;
  await items.replace({ ...held.document, ...decided, unfinishedAt: world.clock.now() }, held.version);
};
const eventsOf = (type: AuditEventType, id: unknown) => world.audit.of(type).filter(({ target }) => target?.id === id);
const outcomes = (type: AuditEventType, id: unknown) => eventsOf(type, id).map(({ outcome }) => outcome);

beforeEach(async () => {
  world = await composeManagementApi();
  await world.resourceServers.create(
    {
      ...{ identifier: API, name: 'Books', accessTokenFormat: 'jwt' },
      scopes: [
        { name: 'read', description: 'See the books', risk: 'low' },
        { name: 'write', description: 'Change the books', risk: 'high' },
      ],
    } as Parameters<World['resourceServers']['create']>[0],
    SYSTEM,
  );
  agent = await newAgent('Booker');
});

describe('the items of a review', () => {
  test('show last use, unused scopes, risk, owner and findings, and what ends with the delegation', async () => {
    await world.scopeUses.flush();
    world.clock.move(DAY);
    const helper = await newAgent('Helper');
    const id = await delegated({ delegableTo: { agents: [helper], depth: 1 } });
    const parent = await world.delegations.get(id);
    if (!parent) throw new Error('no delegation');
    await world.delegations.derive({
      ...{ parent, actor: helper, resource: API, scope: ['read'], expiresAt: parent.expiresAt },
      delegableTo: { agents: [], depth: 0 },
    });
    await used(id, ['read']);
    const made = await review();
    expect(made).toMatchObject({ state: 'open', items: 1, read: 2, counts: { open: 1 }, default: 'keep' });
    expect(eventsOf('review.opened', made['id'])).toMatchObject([{ caller: 'system', inputs: { items: 1, read: 2 } }]);
    const [item] = await itemsOf(made['id']);
    expect(item).toMatchObject({
      ...{ delegation: id, subject: world.stranger.account.id, agent, agent_name: 'Booker', state: 'open' },
      ...{ owner: world.owner.account.id, owner_gone: false, scope: ['read', 'write'], unused_scopes: ['write'] },
      ...{ risk: 'high', last_used_at: world.clock.now(), unused_from: world.clock.now(), environment: 'test' },
    });
    const one = await world.call(world.auditor, 'get', `/review-items/${item?.['id']}`);
    expect(one.body.ends_with_it).toEqual({ redelegations: 1, agents: [helper], more: false });
    expect(one.body.without_unused).toEqual({
      ...{ remove: ['write'], from: world.clock.now(), tokens: 1, changed: 0, more: false },
    });
  });

  test('say by a replay what a re-delegation used of scopes that the delegation itself did not', async () => {
    const helper = await newAgent('Helper');
    const id = await delegated({ delegableTo: { agents: [helper], depth: 1 } });
    const parent = await world.delegations.get(id);
    if (!parent) throw new Error('no delegation');
    const below = await world.delegations.derive({
      ...{ parent, actor: helper, resource: API, scope: ['write'], expiresAt: parent.expiresAt },
      delegableTo: { agents: [], depth: 0 },
    });
    await used(id, ['read']);
    await used(below.id, ['write']);
    const made = await review();
    const one = await world.call(world.auditor, 'get', `/review-items/${(await itemOf(made['id']))['id']}`);
    expect(one.body.unused_scopes).toContain('write');
    expect(one.body.without_unused).toMatchObject({ tokens: 2, changed: one.body.unused_scopes.length });
  });

  test.each<readonly [string, () => Json, readonly number[]]>([
    ['an owner', () => ({ owner: 'owner' }), [0, 1, 2]],
    ['a person', () => ({ person: 'admin' }), [1]],
    ['an agent', () => ({ agent }), [0, 1, 2]],
    ['a resource', () => ({ resource: 'https://other.example.com' }), [2]],
    ['an environment', () => ({ environment: 'production' }), []],
    // The other resource declares no scopes: the risk is not known, so it fits.
    ['a risk', () => ({ risk: 'high' }), [0, 2]],
    ['an age', () => ({ older_than_days: 10 }), [0]],
    ['a time without use', () => ({ unused_for_days: 10 }), []],
  ])('are selected by %s', async (_, selection, expected) => {
    const first = await delegated();
    world.clock.move(20 * DAY);
    await used(first, ['read']);
    const all = [
      first,
      await delegated({ subject: world.admin.account.id, scope: ['read'] }),
      await delegated({ resource: 'https://other.example.com' }),
    ];
    const made = await review(selection());
    const found = (await itemsOf(made['id'])).map(({ delegation }) => delegation);
    expect(found.sort()).toEqual(expected.map((index) => all[index]).sort());
  });

  test('leave out what has ended, and what a person gives later', async () => {
    const ended = await delegated();
    await world.delegations.revoke(ended, world.stranger.account.id);
    world.clock.move(2);
    const made = await review();
    world.clock.move(2);
    await delegated();
    expect(made).toMatchObject({ state: 'completed', items: 0 });
    expect(await itemsOf(made['id'])).toEqual([]);
  });
});

describe('who decides', () => {
  test('the owner of the agent never does, also as an operator, unless the review allows it', async () => {
    const mine = await newAgent('Mine', world.operator.account.id);
    await delegated({ actor: mine });
    const strict = await review();
    const item = await itemOf(strict['id']);
    const refused = await decide(world.operator, item['id'], 'keep');
    expect([refused.status, refused.body.reason]).toEqual([403, 'review_by_owner']);
    expect(outcomes('review.item_decided', strict['id'])).toEqual([]);
    expect((await decide(world.admin, item['id'], 'keep')).status).toBe(200);
    const open = await review({ owner_decides: true });
    expect((await decide(world.operator, (await itemOf(open['id']))['id'], 'keep')).status).toBe(200);
  });

  test('members of a group see and decide its items only; others find nothing', async () => {
    const crew = await world.person('crew-one');
    const mate = await world.person('crew-two');
    const members = [crew.account.id, mate.account.id];
    const group = await world.call(world.admin, 'post', '/groups', { name: 'Crew', members });
    const id = await delegated();
    const made = await review({ reviewers: 'group', group: 'Crew' });
    const [item] = await itemsOf(made['id'], crew);
    expect(item).toMatchObject({ reviewer: group.body.id, delegation: id });
    const foreign = await review();
    expect(await itemsOf(foreign['id'], crew)).toEqual([]);
    expect((await decide(world.stranger, item?.['id'], 'end')).status).toBe(404);
    expect((await world.call(world.stranger, 'get', `/review-items/${item?.['id']}`)).status).toBe(404);
    // Assigned to another person, it is no longer theirs.
    expect((await act(crew, item?.['id'], 'assign', { to: 'stranger' })).status).toBe(200);
    expect((await decide(mate, item?.['id'], 'end')).status).toBe(404);
    expect((await decide(world.stranger, item?.['id'], 'keep')).status).toBe(200);
    expect(eventsOf('review.item_assigned', made['id'])).toMatchObject([{ inputs: { to: world.stranger.account.id } }]);
  });

  test('an item cannot be handed to the owner, and auditors only read', async () => {
    await delegated();
    const made = await review();
    const { id } = await itemOf(made['id']);
    const refused = await act(world.operator, id, 'assign', { to: 'owner' });
    expect([refused.status, refused.body.reason]).toEqual([409, 'review_assigned_to_owner']);
    expect((await decide(world.auditor, id, 'keep')).status).toBe(404);
    expect((await world.call(world.stranger, 'get', '/reviews')).status).toBe(403);
  });
});

describe('decisions', () => {
  test('end: the delegation and all below it end at once, with one event', async () => {
    const helper = await newAgent('Helper');
    const id = await delegated({ delegableTo: { agents: [helper], depth: 1 } });
    const parent = await world.delegations.get(id);
    if (!parent) throw new Error('no delegation');
    const below = await world.delegations.derive({
      ...{ parent, actor: helper, resource: API, scope: ['read'], expiresAt: parent.expiresAt },
      delegableTo: { agents: [], depth: 0 },
    });
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    const answer = await decide(world.operator, item, 'end', { reason: 'No one knows it' });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      {
        state: 'ended',
        decided_by: world.operator.account.id,
        reason: 'No one knows it',
        in_effect: true,
        undoable: true,
      },
    ]);
    expect(await world.delegations.live(id)).toBeUndefined();
    expect(await world.delegations.live(below.id)).toBeUndefined();
    expect(eventsOf('review.item_decided', made['id'])).toMatchObject([
      { outcome: 'done', delegation: id, agent, subject: world.stranger.account.id, inputs: { item, decision: 'end' } },
    ]);
    expect((await world.call(world.operator, 'get', `/reviews/${made['id']}`)).body.state).toBe('completed');
    expect(outcomes('review.completed', made['id'])).toEqual(['done']);
  });

  test('narrow: scopes are gone, also below; foreign ones and all of them are refused at their member', async () => {
    const id = await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    for (const [remove, status, pointer] of [
      [['admin'], 400, '/remove/0'],
      [[], 400, '/remove'],
      [['read', 'write'], 409, undefined],
    ] as const) {
      const refused = await decide(world.operator, item, 'narrow', { remove });
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([status, pointer]);
    }
    expect(outcomes('review.item_decided', made['id'])).toEqual([]);
    const answer = await decide(world.operator, item, 'narrow', { remove: ['write'] });
    expect(answer.body).toMatchObject({ state: 'narrowed', removed: ['write'], undoable: false });
    expect((await world.delegations.live(id))?.scope).toEqual(['read']);
  });

  test('transfer: the agent is offered to another owner', async () => {
    await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    expect((await decide(world.operator, item, 'transfer')).body.errors).toMatchObject([{ pointer: '/owner' }]);
    expect((await decide(world.operator, item, 'transfer', { owner: 'nadie' })).status).toBe(400);
    const { body } = await decide(world.operator, item, 'transfer', { owner: 'stranger' });
    expect(body).toMatchObject({ state: 'offered', offer: 'offered', new_owner: world.stranger.account.id });
    expect((await world.agents.get(agent))?.document.transferTo).toBe(world.stranger.account.id);
    expect(world.audit.of('agent.transfer_offered')).toMatchObject([{ target: { id: agent } }]);
    await world.reviewJobs.poll();
    expect((await world.call(world.operator, 'get', `/reviews/${made['id']}`)).body).toMatchObject({
      ...{ state: 'open', counts: { open: 0, offered: 1 } },
    });
  });

  const offered = async (more: Json = {}) => {
    await delegated();
    const made = await review(more);
    const { id: item } = await itemOf(made['id']);
    expect((await decide(world.operator, item, 'transfer', { owner: 'stranger' })).body.state).toBe('offered');
    const settled = async (): Promise<Json> => {
      world.clock.move(10);
      await world.reviewJobs.poll();
      return itemOf(made['id']);
    };
    return { item, review: made['id'], settled };
  };

  test('transfer: an offer that is accepted completes the item and the review', async () => {
    const { review: of, settled } = await offered();
    await world.agents.accept(agent, { caller: world.stranger.account.id });
    expect(await settled()).toMatchObject({ state: 'transferred', offer: 'accepted' });
    expect(eventsOf('review.item_transferred', of)).toMatchObject([{ outcome: 'done', caller: 'system', agent }]);
    expect(outcomes('review.completed', of)).toEqual(['done']);
  });

  test.each<readonly [string, () => Promise<unknown>]>([
    [
      'withdrawn by its owner',
      async () => {
        const version = (await world.agents.get(agent))?.version ?? 0;
        await world.agents.update(
          agent,
          version,
          { owner: world.owner.account.id },
          { caller: world.owner.account.id },
        );
      },
    ],
    ['declined', () => world.agents.decline(agent, { caller: world.stranger.account.id })],
  ])('transfer: an offer that is %s opens the item again, and another decision counts', async (_, end) => {
    const { item, review: of, settled } = await offered();
    await end();
    const back = await settled();
    expect(back).toMatchObject({ state: 'open', offer: 'withdrawn', new_owner: world.stranger.account.id });
    expect(back).not.toHaveProperty('decided_by');
    expect(eventsOf('review.item_reopened', of)).toMatchObject([{ inputs: { item, reason: 'offer_withdrawn' } }]);
    expect((await decide(world.operator, item, 'end')).body).toMatchObject({ state: 'ended' });
    expect(outcomes('review.completed', of)).toEqual(['done']);
  });

  test('transfer: an offer that is not answered in 14 days is withdrawn, and the default decides', async () => {
    const { review: of, settled } = await offered({ due_in_days: 14, default: 'end' });
    world.clock.move(14 * DAY);
    expect(await settled()).toMatchObject({ state: 'ended', offer: 'lapsed', by_default: true });
    expect((await world.agents.get(agent))?.document).not.toHaveProperty('transferTo');
    expect(eventsOf('review.item_reopened', of)).toMatchObject([{ inputs: { reason: 'offer_lapsed' } }]);
  });

  test('of many at once exactly one counts, and the log says so', async () => {
    const id = await delegated();
    await delegated({ subject: world.admin.account.id });
    const made = await review();
    const item = (await itemsOf(made['id'])).find(({ delegation }) => delegation === id)?.['id'];
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        world.reviews.decide(
          String(item),
          undefined,
          { decision: index % 2 === 0 ? 'end' : 'keep' },
          { caller: world.operator.account.id, isByRole: true },
        ),
      ),
    );
    // The same decision by the same caller is the one that counts.
    const counted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.document.state] : []));
    expect([counted.length, new Set(counted).size]).toEqual([4, 1]);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason.message).toMatch(/exactly one decision counts/);
    const recorded = outcomes('review.item_decided', made['id']);
    expect(recorded.filter((one) => one === 'done').length - recorded.filter((one) => one === 'refused').length).toBe(
      1,
    );
    const again = await decide(world.operator, item, counted[0] === 'kept' ? 'end' : 'keep');
    expect([again.status, again.body.reason]).toEqual([409, 'review_item_decided']);
  });

  test.each<readonly [string, Json, Json]>([
    ['keep', {}, { reason: 'Another one' }],
    ['narrow', { remove: ['write'], reason: 'Unused' }, { remove: ['read'], reason: 'Unused' }],
    ['transfer', { owner: 'stranger' }, { owner: 'owner' }],
    ['end', { reason: 'No one knows it' }, {}],
  ])(
    '%s again, as after an answer that was lost, is the same decision; otherwise or by another it is none',
    async (decision, more, other) => {
      await delegated();
      await delegated({ subject: world.admin.account.id });
      const made = await review();
      const { id: item } = await itemOf(made['id']);
      const first = await decide(world.operator, item, decision, more);
      const again = await decide(world.operator, item, decision, more);
      expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
      for (const [by, given] of [
        [world.operator, other],
        [world.admin, more],
      ] as const) {
        const refused = await decide(by, item, decision, given);
        expect([refused.status, refused.body.reason]).toEqual([409, 'review_item_decided']);
      }
      expect(outcomes('review.item_decided', made['id'])).toEqual(['done']);
    },
  );

  test('of a delegation that the person ended meanwhile nothing is left to decide', async () => {
    const id = await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    await world.delegations.revoke(id, world.stranger.account.id);
    const answer = await decide(world.operator, item, 'keep');
    expect([answer.status, answer.body.reason]).toEqual([409, 'review_item_over']);
    expect((await itemOf(made['id']))['state']).toBe('over');
    expect(outcomes('review.item_over', made['id'])).toEqual(['done']);
  });

  test('a decision that a process did not complete is completed by the next one', async () => {
    const id = await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    await endedWithoutEffect(item);
    expect((await itemOf(made['id']))['in_effect']).toBe(false);
    world.clock.move(11);
    await world.reviewJobs.poll();
    expect((await world.delegations.get(id))?.revokedBy).toBe(world.operator.account.id);
    expect(await itemOf(made['id'])).toMatchObject({ state: 'ended', in_effect: true });
  });

  test('a decision that did not take effect, because the store failed, does when it is sent again', async () => {
    const id = await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    await endedWithoutEffect(item);
    const again = await decide(world.operator, item, 'end');
    expect([again.status, again.body]).toMatchObject([200, { state: 'ended', in_effect: true }]);
    expect((await world.delegations.get(id))?.revokedBy).toBe(world.operator.account.id);
    expect(outcomes('review.completed', made['id'])).toEqual(['done']);
  });

  test('a decision that cannot take effect opens the item again', async () => {
    await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    await world.agents.retire(agent, SYSTEM);
    const answer = await decide(world.operator, item, 'transfer', { owner: 'stranger' });
    expect(answer.status).toBe(409);
    expect((await itemOf(made['id']))['state']).toBe('open');
    expect(eventsOf('review.item_reopened', made['id'])).toMatchObject([{ outcome: 'done' }]);
  });

  test('a version that is not the stored one is refused, and nothing is decided', async () => {
    const id = await delegated();
    const made = await review();
    const { id: item } = await itemOf(made['id']);
    const answer = await world.call(
      world.operator,
      'post',
      `/review-items/${item}/decide`,
      { decision: 'end' },
      { 'if-match': '"7"' },
    );
    expect(answer.status).toBe(412);
    expect(await world.delegations.live(id)).toBeDefined();
  });
});

describe('after the due time', () => {
  const due = async (more: Json, count: number) => {
    for (let index = 0; index < count; index += 1)
      await delegated({
        actor: await newAgent(
          `Agent ${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${'abcdefghijklmnopqrstuvwxyz'[Math.floor(index / 26)]}`,
        ),
      });
    const made = await review({ due_in_days: 1, ...more });
    world.clock.move(DAY);
    await world.reviewJobs.poll();
    return made;
  };
  const countsOf = async (id: unknown): Promise<Json> =>
    (await world.call(world.operator, 'get', `/reviews/${id}`)).body.counts;

  test('the default keep keeps what is open, and completes the review', async () => {
    const made = await due({}, 3);
    expect(await countsOf(made['id'])).toMatchObject({ open: 0, kept: 3 });
    expect(eventsOf('review.item_decided', made['id'])).toMatchObject(
      [0, 1, 2].map(() => ({ caller: 'system', inputs: { decision: 'keep', isDefault: true } })),
    );
    expect(outcomes('review.completed', made['id'])).toEqual(['done']);
  });

  test('the default end ends one item of ten in an hour, until an administrator confirms all', async () => {
    const made = await due({ default: 'end' }, 10);
    expect(await countsOf(made['id'])).toMatchObject({ open: 9, ended: 1 });
    await world.reviewJobs.poll();
    expect(await countsOf(made['id'])).toMatchObject({ open: 9, ended: 1 });
    world.clock.move(HOUR);
    await world.reviewJobs.poll();
    expect(await countsOf(made['id'])).toMatchObject({ open: 8, ended: 2 });
    const path = `/reviews/${made['id']}/confirm`;
    const shown = await world.call(world.operator, 'get', `/reviews/${made['id']}`);
    expect(shown.body).toMatchObject({ default_ends: 8, default_ends_an_hour: 1, confirmed: false });
    expect((await world.call(world.operator, 'post', path)).status).toBe(403);
    const late = await world.call(world.fresh, 'post', path);
    expect([late.status, late.body.reason]).toEqual([401, 'fresh_factor_needed']);
    const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: world.clock.now() };
    const fresh = { token: world.token({ subject: world.admin.account.id, assurance }) };
    expect((await world.call(fresh, 'post', path)).body).toMatchObject({ confirmed: true });
    expect(eventsOf('review.default_confirmed', made['id'])).toMatchObject([{ caller: world.admin.account.id }]);
    world.clock.move(10);
    await world.reviewJobs.poll();
    expect(await countsOf(made['id'])).toMatchObject({ open: 0, ended: 10 });
  });

  test('administrators hear of open items when a quarter of the time is left, once', async () => {
    await delegated();
    const made = await review({ due_in_days: 4 });
    world.clock.move(3 * DAY);
    await world.reviewJobs.poll();
    await world.reviewJobs.poll();
    expect(outcomes('review.escalated', made['id'])).toEqual(['done']);
  });

  test('a cancelled review changes nothing any more', async () => {
    const id = await delegated();
    const made = await review({ due_in_days: 1, default: 'end' });
    expect((await world.call(world.operator, 'post', `/reviews/${made['id']}/cancel`)).body.state).toBe('cancelled');
    world.clock.move(2 * DAY);
    await world.reviewJobs.poll();
    expect(await world.delegations.live(id)).toBeDefined();
    const late = await decide(world.operator, (await itemOf(made['id']))['id'], 'end');
    expect([late.status, late.body.reason]).toEqual([409, 'review_not_open']);
  });

  test('a review that repeats begins the next one once, with the same settings', async () => {
    const made = await review({ repeat_days: 30, default: 'end', unused_for_days: 90 });
    world.clock.move(30 * DAY);
    await world.reviewJobs.poll();
    await world.reviewJobs.poll();
    const { items } = (await world.call(world.operator, 'get', '/reviews')).body;
    expect(items).toHaveLength(2);
    const next = items.find(({ id }: Json) => id !== made['id']);
    expect(next).toMatchObject({ name: 'Autumn', default: 'end', unused_for_days: 90, repeat_days: 30 });
    expect(next.next_at).toBe(world.clock.now() + 30 * DAY);
  });
});

describe('undo', () => {
  const ended = async () => {
    const id = await delegated();
    const made = await review();
    const item = (await itemOf(made['id']))['id'];
    expect((await decide(world.operator, item, 'end')).status).toBe(200);
    return { id, item, review: made['id'] };
  };
  const refused = async (item: unknown, reason: string): Promise<void> => {
    const answer = await act(world.operator, item, 'undo');
    expect([answer.status, answer.body.reason]).toEqual([409, reason]);
    expect(world.audit.of('review.item_undone')).toEqual([]);
  };

  test('makes a new delegation with the same rights, after the event that tells the person', async () => {
    const { id, item, review: of } = await ended();
    const before = await world.delegations.get(id);
    const answer = await act(world.operator, item, 'undo');
    expect([answer.status, answer.body.state]).toEqual([200, 'undone']);
    const made = await world.delegations.live(answer.body.new_delegation);
    expect(made).toMatchObject({ scope: ['read', 'write'], expiresAt: before?.expiresAt, resource: API, actor: agent });
    expect(made?.id).not.toBe(id);
    expect(await world.delegations.live(id)).toBeUndefined();
    const types = world.audit.events.map(({ type }) => type);
    expect(types.indexOf('review.item_undone')).toBeLessThan(types.lastIndexOf('delegation.created'));
    expect(outcomes('review.item_undone', of)).toEqual(['done']);
    const again = await act(world.operator, item, 'undo');
    expect(again.body.reason).toBe('review_item_not_ended');
  });

  describe('that a process did not complete', () => {
    const interrupted = async () => {
      const made = await ended();
      const items = world.documents.collection<ReviewItem>(REVIEW_ITEMS);
      const held = await items.get(String(made.item));
      if (!held) throw new Error('no item');
      const undone = { state: 'undone', undoneBy: world.operator.account.id, unfinishedAt: world.clock.now() } as const;
      await items.replace({ ...held.document, ...undone }, held.version);
      const finished = async (): Promise<Json> => {
        world.clock.move(11);
        await world.reviewJobs.poll();
        return itemOf(made.review);
      };
      return { ...made, finished };
    };

    test('and that is refused meanwhile says that the end stands, and tells the person', async () => {
      const { id, review: of, finished } = await interrupted();
      const other = await delegated({ resource: 'https://other.example.com' });
      world.clock.move(1);
      await world.delegations.revoke(other, world.stranger.account.id);
      const item = await finished();
      expect(item).toMatchObject({ state: 'ended', in_effect: true, undo_refused_at: world.clock.now() });
      expect(item).not.toHaveProperty('new_delegation');
      expect(eventsOf('review.item_undo_refused', of)).toMatchObject([
        { outcome: 'done', delegation: id, subject: world.stranger.account.id, agent },
      ]);
      expect(await world.delegations.live(id)).toBeUndefined();
    });

    test('is completed with the delegation that it had made', async () => {
      const { id, finished } = await interrupted();
      const expiresAt = (await world.delegations.get(id))?.expiresAt ?? 0;
      const made = await delegated({ expiresAt });
      expect(await finished()).toMatchObject({ state: 'undone', in_effect: true, new_delegation: made });
    });
  });

  test('is refused after 24 hours', async () => {
    const { item } = await ended();
    world.clock.move(24 * HOUR);
    await refused(item, 'review_undo_late');
  });

  test('is refused after the person ended or denied something of the agent', async () => {
    const { item } = await ended();
    const subject = world.stranger.account.id;
    await world.audit.append({
      ...{ type: 'grant.revoked', outcome: 'done', subject, caller: subject, target: { kind: 'agent', id: agent } },
    });
    await refused(item, 'review_undo_refused');
  });

  test('is refused after the person consented again, and for what the person ended first', async () => {
    const { item } = await ended();
    await delegated({ scope: ['read'] });
    await refused(item, 'review_undo_refused');
  });

  test('is refused while the agent is suspended', async () => {
    const { item } = await ended();
    await world.agents.suspend(agent, SYSTEM);
    await refused(item, 'review_undo_refused');
  });
});

test('figures name who keeps everything in a moment', async () => {
  for (let index = 0; index < 20; index += 1) await delegated({ resource: `https://api-${index}.example.com` });
  const made = await review();
  for (const { id } of await itemsOf(made['id'])) {
    expect((await decide(world.operator, id, 'keep')).status).toBe(200);
    world.clock.move(2);
  }
  expect((await world.call(world.auditor, 'get', `/reviews/${made['id']}/figures`)).body).toEqual({
    reviewers: [{ reviewer: world.operator.account.id, decided: 20, kept: 20, median_seconds: 2, hasty: true }],
    ...{ read: 20, more: false },
  });
});

test('settings that cannot be are refused at their member', async () => {
  for (const [body, pointer] of [
    [{ reviewers: 'group' }, '/group'],
    [{ group: 'Nowhere' }, '/group'],
    [{ owner: 'nadie' }, '/owner'],
    [{ due_in_days: 0 }, '/due_in_days'],
    [{ repeat_days: 1 }, '/repeat_days'],
    [{ default: 'narrow' }, '/default'],
  ] as const) {
    const answer = await world.call(world.operator, 'post', '/reviews', { name: 'Autumn', ...body });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  }
  expect(world.audit.of('review.created')).toEqual([]);
});
