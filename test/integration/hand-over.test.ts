/**
 * C12 over HTTP: an agent that changes hands takes nobody's consent along. The new owner, the person and the operator come
 * with what they have, and the tests look at what each of them gets.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { approvalRemedy, BANK } from '../support/approvals-world.ts';
import type { Page } from '../support/browser-flow.ts';
import { foreignIssuer, JWT_BEARER } from '../support/foreign-issuer.ts';
import { type HandOverWorld, handOverWorld } from '../support/hand-over-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, REDIRECT_URI } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: HandOverWorld;

beforeAll(async () => {
  server = await runServer();
  world = await handOverWorld(server);
});
afterAll(async () => {
  await server?.close();
});

const eventsOf = async (type: Parameters<RunningServer['events']>[0], agent: string) =>
  (await server.events(type)).filter((event) => event.agent === agent);

/** Ada says yes to the next payments, too. */
const standingFor = async (authReqId: string, agent: string): Promise<void> => {
  const asked = await world.service.find(authReqId, agent);
  if (!asked) throw new Error('nobody is asked');
  await world.approve(asked);
  const page = await world.browser.open(`${world.issuer}/account/approvals/${asked.id}`);
  const form = page.forms.find(({ action }) => action.endsWith('/standing'));
  if (!form) throw new Error(`nothing more can be said on ${page.text}`);
  await world.browser.submit(page, form, { set: { uses: '10', seconds: '3600' } });
};

/** An agent of a group of two, which Ada allowed to see her balance and to pay, and two people who are in no group. */
const ofGroup = async () => {
  groups += 1;
  const named = ['first', 'second', 'third', 'fourth'].map((name) => `${name}-${groups}`);
  const made = await Promise.all(named.map((username) => world.management.createAccount({ username, name: username })));
  const [one, two, ...strangers] = made.map(({ id }) => id) as [string, string, string, string];
  const members = [one, two] as const;
  const group = String((await world.api('POST', '/groups', { name: `Crew ${groups}`, members })).body['id']);
  return { group, members, strangers, ...(await world.allowed(`Of crew ${groups}`, group)) };
};
type Owned = Awaited<ReturnType<typeof ofGroup>>;
let groups = 0;

describe('an agent that changes hands', () => {
  test('loses its tokens, its grants, its credentials and its approvals with the answer, and its delegations wait for the person', async () => {
    const { agent, row, token, refreshToken } = await world.allowed('Payer');
    await standingFor(String((await world.backchannel(agent)).body['auth_req_id']), agent.clientId);
    const approved = await world.backchannel(agent);
    const open = await world.backchannel(agent, 'openid pay balance');
    const attested = await world.management.call('POST', `/agents/${agent.clientId}/credentials`, {
      kind: 'attested',
      attester: 'https://attester.example',
      jwks: { keys: [(await newKeyPair()).publicJwk] },
    });
    const instance = await world.api('POST', `/agents/${agent.clientId}/instances`, {
      jwk: (await newKeyPair()).publicJwk,
    });
    expect([attested.status, await world.isLive(token), await world.stateOf(row)]).toEqual([200, true, 'active']);

    const offered = await world.offer(agent.clientId, world.mallory);
    expect([offered.body['transfer_to'], await world.isLive(token)]).toEqual([world.mallory, true]);
    const accepted = await world.management.acceptAs(world.mallory, agent.clientId);

    expect(accepted.body).toMatchObject({ owner: world.mallory, state: 'active' });
    expect(await world.isLive(token)).toBe(false);
    expect((await world.calls.userinfo(token)).status).toBe(401);
    expect((await world.api('GET', `/agents/${agent.clientId}/credentials`)).body['items']).toEqual([]);
    const copy = await world.api('GET', `/agents/${agent.clientId}/instances/${instance.body['id']}`);
    expect([copy.body['state'], await world.stateOf(row)]).toEqual(['ended', 'suspended']);
    expect((await world.backchannel(agent)).status).toBe(401);

    // With a key of her own, and all that the agent held.
    const hers = await world.newKey(agent);
    const refreshed = await world.calls.token(world.keyed(hers), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: BANK,
    });
    expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);
    const exchanged = await world.calls.exchange(world.keyed(hers), token, BANK);
    expect([exchanged.status, exchanged.body['error']]).toEqual([400, 'invalid_request']);
    for (const asked of [approved, open]) {
      const poll = await world.calls.poll(world.keyed(hers), String(asked.body['auth_req_id']));
      expect([poll.status, poll.body['error']]).toEqual([400, 'invalid_grant']);
    }
    const payment = await world.backchannel(hers);
    expect(payment.body).toMatchObject({
      error: 'consent_required',
      denial: {
        layer: 'delegation',
        reason: 'owner_not_confirmed',
        remedies: [{ kind: 'consent', url: `${world.issuer}/account/agents/${agent.clientId}/owner` }],
      },
    });
    expect(await world.standing.ofAccount(world.accountId)).toEqual([]);

    expect(await eventsOf('agent.transferred', agent.clientId)).toMatchObject([
      { outcome: 'done', owner: world.mallory, changed: expect.arrayContaining(['owner', 'ownership', 'jwks']) },
    ]);
    expect(await eventsOf('delegation.suspended', agent.clientId)).toMatchObject([
      { outcome: 'done', subject: world.accountId, delegation: row, owner: world.mallory },
    ]);
    expect(await eventsOf('approval.cancelled', agent.clientId)).toHaveLength(3);
    expect(await eventsOf('standing_approval.ended', agent.clientId)).toHaveLength(1);
  });

  test('acts again when the person confirms the new owner on the account pages, and what it held before stays over', async () => {
    const { agent, row, token, refreshToken } = await world.allowed('Confirmed');
    await world.handOver(agent.clientId);
    const hers = await world.newKey(agent);

    const account = await world.browser.open(`${world.issuer}/account`);
    expect(account.text).toContain('Agents with a new owner');
    const page = await world.browser.open(`${world.issuer}/account/agents/${agent.clientId}/owner`);
    for (const shown of ['has a new owner', 'Mallory Mint', 'See what is on the account', 'Pay from the account']) {
      expect(page.text).toContain(shown);
    }
    expect(await world.stateOf(row)).toBe('suspended');

    expect((await world.answer(agent.clientId, 'allow', page)).text).toContain('Confirmed. The agent holds again');
    expect(await world.stateOf(row)).toBe('active');
    expect(await eventsOf('delegation.confirmed', agent.clientId)).toMatchObject([
      { outcome: 'done', caller: world.accountId, subject: world.accountId, delegation: row, owner: world.mallory },
    ]);
    expect(await world.isLive(token)).toBe(false);
    const refreshed = await world.calls.token(world.keyed(hers), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: BANK,
    });
    expect(refreshed.body['error']).toBe('invalid_grant');
    // The person is asked again, about one payment.
    const payment = await world.backchannel(hers);
    expect(payment.status).toBe(200);
    const [asked] = await world.open(hers);
    if (!asked) throw new Error('nobody is asked');
    await world.approve(asked);
    const paid = await world.calls.poll(world.keyed(hers), String(payment.body['auth_req_id']));
    expect([paid.status, await world.isLive(String(paid.body['access_token']))]).toEqual([200, true]);
  });

  test('ends for a person who denies the new owner, with all below', async () => {
    const { agent, row } = await world.allowed('Denied');
    await world.handOver(agent.clientId);
    expect((await world.answer(agent.clientId, 'deny')).text).toContain('It ended.');
    expect(await world.stateOf(row)).toBe('revoked');
    const again = await world.browser.open(`${world.issuer}/account/agents/${agent.clientId}/owner`);
    expect(again.status).toBe(404);
  });

  test('is confirmed in a consent page that says so, for what is ticked and nothing else', async () => {
    const { agent, row } = await world.allowed('Asks anew');
    await world.handOver(agent.clientId);
    const hers = await world.newKey(agent);
    const request = world.codeRequest(hers);
    const seen: string[] = [];
    const left = await world.walk(request.url, {
      onPage: ({ text }) => void seen.push(text),
      consent: { check: (name, value) => (name === 'scope' ? value === `${BANK} balance` : undefined) },
    });
    expect(seen.some((text) => text.includes('This agent has a new owner since you allowed it something'))).toBe(true);
    const answer = await world.redeem(hers, world.codeFrom(left), request.verifier);
    expect([answer.status, answer.body['scope']]).toEqual([200, 'balance']);
    expect(await world.isLive(String(answer.body['access_token']))).toBe(true);
    const { body } = await world.api('GET', `/delegations/${row}`);
    expect(body).toMatchObject({ state: 'active', live: true, scope: ['balance'] });
  });

  test('a consent page says so, too, where only a sign-in was allowed before, and at another resource', async () => {
    const warning = 'This agent has a new owner since you allowed it something';
    const signIn = await world.newAgent('Signs in', { owner: world.sam });
    const asked = (as: typeof signIn, more: object) => world.authorizationRequest(as, { scope: 'openid', ...more }).url;
    await world.walk(asked(signIn, {}));
    await world.handOver(signIn.clientId);
    const hers = await world.newKey(signIn);
    const silent = await world.walk(asked(hers, { prompt: 'none' }));
    expect(silent.searchParams.get('error')).toBe('consent_required');
    expect((await world.browser.open(asked(hers, {}))).text).toContain(warning);
    await world.walk(asked(hers, {}));
    // Known since.
    expect((await world.browser.open(asked(hers, { prompt: 'consent' }))).text).not.toContain(warning);

    const { agent } = await world.allowed('Elsewhere');
    await world.updateAgent(agent.clientId, { resource_servers: [world.bank.id, world.jwt.id] });
    await world.handOver(agent.clientId);
    const there = asked(await world.newKey(agent), { scope: 'openid read', resource: world.jwt.identifier });
    expect((await world.browser.open(there)).text).toContain(warning);
  });

  test('ends what waits when the person denies on that page', async () => {
    const { agent, row } = await world.allowed('Refused anew');
    await world.handOver(agent.clientId);
    const hers = await world.newKey(agent);
    await world.walk(world.codeRequest(hers).url, { consent: { button: /Deny/ } });
    expect(await world.stateOf(row)).toBe('revoked');
  });

  test('is not confirmed by an answer to a page that showed another owner', async () => {
    const { agent, row } = await world.allowed('Twice');
    await world.handOver(agent.clientId);
    const page = await world.browser.open(`${world.issuer}/account/agents/${agent.clientId}/owner`);
    await world.handOver(agent.clientId, world.sam);
    const answered = await world.answer(agent.clientId, 'allow', page);
    expect(answered.status).toBe(409);
    expect(answered.text).toContain('The owner of the agent has changed again');
    expect(await world.stateOf(row)).toBe('suspended');
  });

  test('to a group, and as an orphan: nothing goes along either', async () => {
    const left = await world.management.createAccount({ username: 'leaver', name: 'Leaver' });
    const group = await world.api('POST', '/groups', { name: 'Payers', members: [world.mallory, world.accountId] });
    const toGroup = await world.allowed('To a group');
    await world.offer(toGroup.agent.clientId, String(group.body['id']));
    await world.management.acceptAs(world.mallory, toGroup.agent.clientId);
    expect([await world.isLive(toGroup.token), await world.stateOf(toGroup.row)]).toEqual([false, 'suspended']);
    const page = await world.browser.open(`${world.issuer}/account/agents/${toGroup.agent.clientId}/owner`);
    expect(page.text).toContain('Payers');

    const orphan = await world.allowed('Orphan', left.id);
    await world.api('POST', `/accounts/${left.id}/disable`);
    await world.handOver(orphan.agent.clientId);
    expect([await world.isLive(orphan.token), await world.stateOf(orphan.row)]).toEqual([false, 'suspended']);
    expect((await world.api('GET', `/agents/${orphan.agent.clientId}/credentials`)).body['items']).toEqual([]);
  });

  test.each([
    [
      'all members of the group are other people with one change',
      async ({ group, strangers }: Owned) => {
        await world.setMembers(group, strangers);
      },
    ],
    [
      'the group lost all members before other people came',
      async ({ group, members, strangers }: Owned) => {
        for (const id of members) await world.api('POST', `/accounts/${id}/disable`);
        await world.setMembers(group, strangers);
      },
    ],
    [
      'one came to a group that had lost all members, and became the owner',
      async (owned: Owned) => {
        const { group, members, strangers, agent } = owned;
        for (const id of members) await world.api('POST', `/accounts/${id}/disable`);
        await world.setMembers(group, [...members, ...strangers]);
        await world.offer(agent.clientId, strangers[0]);
      },
    ],
  ] as const)(
    'to other people under the id of the group that owned it: nothing goes along where %s',
    async (_, change) => {
      const owned = await ofGroup();
      const { agent, row, token, strangers } = owned;
      expect(await world.isLive(token)).toBe(true);
      await change(owned);
      // Frozen until one of them accepts it.
      expect([await world.isLive(token), (await world.backchannel(agent)).status]).toEqual([false, 401]);
      const accepted = await world.management.acceptAs(strangers[0], agent.clientId);
      expect(accepted.body['state']).toBe('active');
      expect([await world.isLive(token), await world.stateOf(row)]).toEqual([false, 'suspended']);
      expect((await world.api('GET', `/agents/${agent.clientId}/credentials`)).body['items']).toEqual([]);
      expect(await eventsOf('delegation.suspended', agent.clientId)).toMatchObject([{ delegation: row }]);
      const hers = await world.newKey(agent);
      expect((await world.backchannel(hers)).body).toMatchObject({ denial: { reason: 'owner_not_confirmed' } });
    },
  );

  test('keeps all it has while its group keeps a member and takes in others', async () => {
    const { group, members, strangers, agent, row, token } = await ofGroup();
    await world.setMembers(group, [members[0], ...strangers]);
    expect([await world.isLive(token), await world.stateOf(row)]).toEqual([true, 'active']);
    expect((await world.backchannel(agent)).status).toBe(200);
  });

  test.each([
    [
      'are replaced with one change after the other',
      async ({ group, members, strangers }: Owned) => {
        await world.setMembers(group, [members[1], strangers[0]]);
        await world.setMembers(group, strangers);
      },
    ],
    [
      'are disabled after others came, and enabled again',
      async ({ group, members, strangers }: Owned) => {
        await world.setMembers(group, [...members, ...strangers]);
        for (const id of members) await world.api('POST', `/accounts/${id}/disable`);
        for (const id of members) await world.api('POST', `/accounts/${id}/enable`);
      },
    ],
  ] as const)('waits for the person when all members of its group %s', async (_, change) => {
    const owned = await ofGroup();
    const { agent, row, token, refreshToken, group } = owned;
    const payment = await world.backchannel(agent);
    await change(owned);
    expect([await world.isLive(token), await world.stateOf(row)]).toEqual([false, 'suspended']);
    // The members of now have its key, and go on with what they get from people.
    expect((await world.backchannel(agent)).body).toMatchObject({ denial: { reason: 'owner_not_confirmed' } });
    const refreshed = await world.calls.token(world.keyed(agent), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: BANK,
    });
    expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);
    const poll = await world.calls.poll(world.keyed(agent), String(payment.body['auth_req_id']));
    expect([poll.status, poll.body['error']]).toEqual([400, 'access_denied']);

    await server.behalf.services.handOvers.settleAll();
    expect(await eventsOf('delegation.suspended', agent.clientId)).toMatchObject([
      { outcome: 'done', subject: world.accountId, delegation: row, owner: group },
    ]);
    expect(await eventsOf('approval.cancelled', agent.clientId)).toHaveLength(1);
    const { body } = await world.api('GET', `/delegations?actor=${agent.clientId}`);
    expect(body['items']).toMatchObject([{ id: row, state: 'suspended', live: false }]);

    expect((await world.answer(agent.clientId, 'allow')).text).toContain('Confirmed.');
    expect(await eventsOf('delegation.confirmed', agent.clientId)).toMatchObject([
      { outcome: 'done', delegation: row },
    ]);
    expect([await world.stateOf(row), (await world.backchannel(agent)).status]).toEqual(['active', 200]);
    await server.behalf.services.handOvers.settleAll();
    expect(await eventsOf('delegation.suspended', agent.clientId)).toHaveLength(1);
  });

  test('waits for the person when a member who came later becomes its owner', async () => {
    const { members, strangers, group, agent, row, token } = await ofGroup();
    stopClock();
    try {
      advance(2000);
      await world.setMembers(group, [...members, strangers[0]]);
      advance(2000);
      await world.handOver(agent.clientId, strangers[0]);
      expect([await world.isLive(token), await world.stateOf(row)]).toEqual([false, 'suspended']);
      expect(await eventsOf('delegation.suspended', agent.clientId)).toMatchObject([
        { outcome: 'done', delegation: row, owner: strangers[0] },
      ]);
      expect((await world.backchannel(agent)).body).toMatchObject({ denial: { reason: 'owner_not_confirmed' } });
      await world.answer(agent.clientId, 'allow');
      expect([await world.stateOf(row), (await world.backchannel(agent)).status]).toEqual(['active', 200]);
    } finally {
      startClock();
    }
  });

  test('keeps what a person allowed it while one of them is still there', async () => {
    const { group, members, strangers } = await ofGroup();
    stopClock();
    try {
      await world.setMembers(group, [members[1], strangers[0]]);
      advance(2000);
      const { row, token } = await world.allowed(`Since ${group}`, group);
      await world.setMembers(group, [strangers[0], strangers[1]]);
      expect([await world.isLive(token), await world.stateOf(row)]).toEqual([true, 'active']);
      await world.setMembers(group, [strangers[1], members[0]]);
      expect([await world.isLive(token), await world.stateOf(row)]).toEqual([false, 'suspended']);
    } finally {
      startClock();
    }
  });

  test('keeps all it has when a member of the group that owns it becomes its owner', async () => {
    const group = await world.api('POST', '/groups', { name: 'Crew', members: [world.sam, world.mallory] });
    const agent = await world.newAgent('Of the crew', { owner: world.sam });
    await world.offer(agent.clientId, String(group.body['id']));
    await world.management.acceptAs(world.sam, agent.clientId);
    const hers = await world.newKey(agent);
    await world.allow(hers, 'openid balance pay');
    const row = await server.behalf.services.delegations.consented(world.accountId, agent.clientId, BANK);
    const payment = await world.backchannel(hers);

    const accepted = await world.handOver(agent.clientId);
    expect(accepted.body['owner']).toBe(world.mallory);
    expect(await world.stateOf(String(row?.id))).toBe('active');
    const poll = await world.calls.poll(world.keyed(hers), String(payment.body['auth_req_id']));
    expect(poll.body['error']).toBe('authorization_pending');
    expect(await eventsOf('delegation.suspended', agent.clientId)).toEqual([]);
  });
});

describe('agents below and above one that changes hands', () => {
  /** Ada's app calls A at the calendar, A hands on to B: at the file service, where B is registered. */
  const chain = async (name: string) => {
    const { jwt, opaque, accountId, keyed, calls } = world;
    const a = await world.newAgent(`${name} A`, { owner: world.sam, resource_servers: [jwt.id] });
    const b = await world.newAgent(`${name} B`, { owner: world.sam, resource_servers: [opaque.id] });
    const row = await server.behalf.services.delegations.recordConsent({
      ...{ subject: accountId, actor: a.clientId, resource: opaque.identifier, by: accountId },
      ...{ asked: ['read'], scope: ['read'], expiresAt: server.behalf.services.clock.now() + 3600 },
      delegableTo: { agents: [b.clientId], depth: 1 },
    });
    const through = async (asA: typeof a, asB: typeof b) => {
      const app = await world.newTokens(jwt.identifier);
      const first = await calls.exchange(keyed(asA), String(app['access_token']), opaque.identifier);
      const second = await calls.exchange(keyed(asB), String(first.body['access_token']), opaque.identifier);
      return { first, second, token: String(second.body['access_token']) };
    };
    const isLive = async (token: string) => (await calls.introspect(opaque.credential, token)).body['active'];
    return { a, b, row: String(row?.id), through, isLive };
  };

  test('the one in the middle: tokens of those below are over for good, and come anew when the person has confirmed', async () => {
    const { a, b, row, through, isLive } = await chain('Middle');
    const before = await through(a, b);
    expect([before.second.status, await isLive(before.token)]).toEqual([200, true]);

    await world.handOver(a.clientId);
    const hers = await world.newKey(a);
    expect(await isLive(before.token)).toBe(false);
    const asked = await through(hers, b);
    expect(asked.first.body).toMatchObject({ error: 'consent_required', denial: { reason: 'owner_not_confirmed' } });
    const page = await world.browser.open(String(consentUrl(asked.first)));
    expect(page.text).toContain('This agent has a new owner since you allowed it something');

    await world.answer(a.clientId, 'allow');
    expect([await world.stateOf(row), await isLive(before.token)]).toEqual(['active', false]);
    const after = await through(hers, b);
    expect([after.second.status, await isLive(after.token)]).toEqual([200, true]);
  });

  test('the one below: it gets nothing handed on until the person has confirmed, had it something before or not', async () => {
    const { a, b, through, isLive } = await chain('Below');
    await world.handOver(b.clientId);
    const hers = await world.newKey(b);
    const asked = await through(a, hers);
    expect(asked.second.body).toMatchObject({
      error: 'consent_required',
      denial: {
        reason: 'owner_not_confirmed',
        remedies: [{ kind: 'consent', url: `${world.issuer}/account/agents/${b.clientId}/owner` }],
      },
    });
    const page = await world.browser.open(`${world.issuer}/account/agents/${b.clientId}/owner`);
    expect(page.text).toContain('Delegated further by');
    await world.answer(b.clientId, 'allow', page);
    const after = await through(a, hers);
    expect([after.second.status, await isLive(after.token)]).toEqual([200, true]);

    await world.handOver(b.clientId, world.sam);
    expect(await isLive(after.token)).toBe(false);
    const again = await through(a, await world.newKey(b));
    expect(again.second.body).toMatchObject({ denial: { reason: 'owner_not_confirmed' } });
  });
});

describe('what else speaks for the owner of before', () => {
  /** A of Sam, to which Ada allowed payments and to hand them on, and B of Mallory, which asks for one by that. */
  const asksBelow = async (name: string) => {
    const { jwt, bank, keyed, calls } = world;
    const a = await world.newAgent(`${name} A`, { owner: world.sam });
    const b = await world.newAgent(`${name} B`, { owner: world.mallory, resource_servers: [bank.id, jwt.id] });
    const request = world.authorizationRequest(a, { scope: 'openid read pay', resource: [jwt.identifier, BANK] });
    const left = await world.walk(request.url, {
      consent: {
        check: (field, value) => (field === 'delegable_to' ? value === b.clientId : field === 'scope') || undefined,
        set: { delegable_depth: '2' },
      },
    });
    const first = await calls.token(keyed(a), {
      grant_type: 'authorization_code',
      code: world.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: jwt.identifier,
    });
    const ask = async () => {
      const second = await calls.exchange(keyed(b), String(first.body['access_token']), BANK, { scope: 'pay' });
      const { auth_req_id: id } = approvalRemedy(second);
      const asked = await world.service.find(id, b.clientId);
      if (!asked) throw new Error('nobody is asked');
      expect(asked.action.chain).toMatchObject({ sub: b.clientId, act: { sub: a.clientId } });
      return { id, asked };
    };
    return { a, b, ask };
  };

  test('approvals of an agent that it delegated to: those open and approved are cancelled, standing ones count no more', async () => {
    const { a, b, ask } = await asksBelow('Asked below');
    const first = await ask();
    await standingFor(first.id, b.clientId);
    const open = await ask();
    await world.handOver(a.clientId);
    const cancelled = await eventsOf('approval.cancelled', b.clientId);
    expect(cancelled.map(({ outcome, target }) => [outcome, target?.id]).toSorted()).toEqual(
      [first, open].map(({ asked }) => ['done', asked.id]).toSorted(),
    );
    expect(
      await Promise.all([first, open].map(async ({ asked }) => (await world.service.get(asked.id))?.state)),
    ).toEqual(['cancelled', 'cancelled']);
    expect(await world.standing.ofAccount(world.accountId)).toEqual([]);
    const poll = await world.calls.poll(world.keyed(b), first.id);
    expect([poll.status, poll.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('an assertion of a peer from before: refused with the key of the new owner', async () => {
    const agent = await world.newAgent('Asserted', {
      owner: world.sam,
      grant_types: [JWT_BEARER],
      redirect_uris: undefined,
    });
    const issuer = 'https://idp.example';
    const idp = await foreignIssuer(issuer);
    const inbound = { clients: [agent.clientId], resources: { [BANK]: ['balance'] } };
    const { body } = await world.api('POST', '/peers', { name: 'Headquarters', issuer, jwks: idp.jwks, inbound });
    await world.api('POST', '/account-links', { peer: body['id'], subject: 'u-9', account: world.accountId });
    const said = (issuedAt: number) =>
      idp.assertion(
        { audience: world.issuer, clientId: agent.clientId, subject: 'u-9' },
        { claims: { resource: BANK, scope: 'balance', iat: issuedAt } },
      );
    const redeem = (as: typeof agent, assertion: string) =>
      world.calls.token(world.keyed(as), { grant_type: JWT_BEARER, assertion });
    const now = server.behalf.services.clock.now();
    const before = await said(now);
    expect((await redeem(agent, await said(now))).status).toBe(200);
    await world.handOver(agent.clientId);
    const hers = await world.newKey(agent);
    const refused = await redeem(hers, before);
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { error: 'invalid_grant', denial: { reason: 'assertion_not_valid' } },
    ]);
    expect((await eventsOf('token.refused', agent.clientId)).at(-1)).toMatchObject({
      outcome: 'refused',
      inputs: { assertion: { check: 'time', why: expect.stringContaining('before the owner of the agent changed') } },
    });
  });

  test('the address at which it is told of decisions: gone', async () => {
    const endpoint = 'https://former.example.com/ping';
    const agent = await world.newAgent('Told', {
      owner: world.sam,
      backchannel_client_notification_endpoint: endpoint,
    });
    const read = async () => (await server.behalf.services.agents.get(agent.clientId))?.document;
    expect(await read()).toMatchObject({ backchannelClientNotificationEndpoint: endpoint, operatorUrls: [endpoint] });
    await world.handOver(agent.clientId);
    const after = await read();
    expect(after).not.toHaveProperty('backchannelClientNotificationEndpoint');
    expect(after).not.toHaveProperty('operatorUrls');
  });
});

describe('a hand-over in the middle of', () => {
  test('a refresh: the token never comes to be', async () => {
    const { agent, refreshToken } = await world.allowed('Mid refresh');
    await world.offer(agent.clientId, world.mallory);
    world.during('token.issued', () => world.management.acceptAs(world.mallory, agent.clientId));
    const answer = await world.calls.token(world.keyed(agent), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: BANK,
    });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('an exchange and a redemption of an approval: neither comes to be', async () => {
    const { agent } = await world.allowed('Mid exchange');
    const payment = await world.backchannel(agent);
    const [asked] = await world.open(agent);
    if (!asked) throw new Error('nobody is asked');
    await world.approve(asked);
    await world.offer(agent.clientId, world.mallory);
    world.during('token.issued', () => world.management.acceptAs(world.mallory, agent.clientId));
    const answer = await world.calls.poll(world.keyed(agent), String(payment.body['auth_req_id']));
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);

    const hers = await world.newKey(agent);
    await world.answer(agent.clientId, 'allow');
    const request = world.codeRequest(hers, 'openid balance');
    const code = world.codeFrom(await world.walk(request.url));
    const { access_token: own } = (await world.redeem(hers, code, request.verifier)).body;
    await world.offer(agent.clientId, world.sam);
    world.during('token.issued', () => world.management.acceptAs(world.sam, agent.clientId));
    const exchanged = await world.calls.exchange(world.keyed(hers), String(own), BANK);
    expect([exchanged.status, exchanged.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('an approval: it is approved, and no token comes of it', async () => {
    const { agent } = await world.allowed('Mid approval');
    const payment = await world.backchannel(agent);
    const [asked] = await world.open(agent);
    if (!asked) throw new Error('nobody is asked');
    await world.offer(agent.clientId, world.mallory);
    world.during('approval.approved', () => world.management.acceptAs(world.mallory, agent.clientId));
    await world.approve(asked).catch(() => undefined);
    const hers = await world.newKey(agent);
    await world.answer(agent.clientId, 'allow');
    const poll = await world.calls.poll(world.keyed(hers), String(payment.body['auth_req_id']));
    expect([poll.status, poll.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('a consent: what the person allowed under the owner whom the page showed is suspended, and the code gives nothing', async () => {
    const agent = await world.newAgent('Mid consent', { owner: world.sam });
    await world.offer(agent.clientId, world.mallory);
    const request = world.codeRequest(agent);
    world.during('consent.granted', () => world.management.acceptAs(world.mallory, agent.clientId));
    const left = await world.walk(request.url);
    const hers = await world.newKey(agent);
    const code = left.searchParams.get('code');
    const answer = await world.redeem(hers, String(code), request.verifier);
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    const { items } = (await world.api('GET', `/delegations?actor=${agent.clientId}`)).body;
    expect(items).toMatchObject([{ state: 'suspended', live: false }]);
  });

  test('a consent that names it as one to pass on to: the person is asked again, about the owner of now', async () => {
    const { jwt } = world;
    const a = await world.newAgent('Hands on', { owner: world.sam, resource_servers: [jwt.id] });
    const b = await world.newAgent('Gets it', { owner: world.sam, resource_servers: [jwt.id] });
    await world.offer(b.clientId, world.mallory);
    const { url } = world.authorizationRequest(a, { scope: 'openid read', resource: jwt.identifier });
    const answer = async (page: Page, choice: string) => {
      const form = page.forms.find(({ action }) => action.includes('seen='));
      if (!form) throw new Error(`nothing is asked on ${page.text}`);
      const check = (name: string, value: string) => (name === 'delegable_to' ? value === choice : undefined);
      return world.browser.submit(page, form, { button: /Allow/, check });
    };
    const page = await world.browser.open(url);
    await world.management.acceptAs(world.mallory, b.clientId);
    const again = await answer(page, b.clientId);
    expect(again.status).toBe(409);
    expect(again.text).toContain('What is asked for has changed');
    const rowOf = () => server.behalf.services.delegations.consented(world.accountId, a.clientId, jwt.identifier);
    expect(await rowOf()).toBeUndefined();
    await answer(again, `${b.clientId}:1`);
    expect(await rowOf()).toMatchObject({ delegableTo: { agents: [b.clientId], depth: 1 } });
  });

  test('a credential of the owner of before: it is refused', async () => {
    const { agent } = await world.allowed('Mid credential');
    await world.offer(agent.clientId, world.mallory);
    const jwks = { keys: [(await newKeyPair()).publicJwk] };
    world.during('credential.added', () => world.management.acceptAs(world.mallory, agent.clientId));
    const answer = await world.management.call('POST', `/agents/${agent.clientId}/credentials`, { kind: 'jwks', jwks });
    expect(answer.status).toBe(409);
    expect((await world.api('GET', `/agents/${agent.clientId}/credentials`)).body['items']).toEqual([]);
  });

  test('its own follow-up, which a crash cuts off: nothing counts, and the rest is done later', async () => {
    const { agent, row, token } = await world.allowed('Cut off');
    await world.offer(agent.clientId, world.mallory);
    world.during('delegation.suspended', async () => {
      throw new Error('the process died');
    });
    await expect(world.management.acceptAs(world.mallory, agent.clientId)).rejects.toThrow();
    expect([await world.isLive(token), await world.stateOf(row)]).toEqual([false, 'suspended']);
    expect(await eventsOf('delegation.suspended', agent.clientId)).toEqual([]);
    await server.behalf.services.handOvers.settleAll(0);
    expect(await eventsOf('delegation.suspended', agent.clientId)).toHaveLength(1);
  });
});

test('of exchanges, refreshes and approvals that race a hand-over none leaves a token that is live after its answer', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { agent, refreshToken } = await world.allowed(`Race ${round}`);
    const payment = await world.backchannel(agent);
    const [asked] = await world.open(agent);
    if (!asked) throw new Error('nobody is asked');
    await world.approve(asked);
    await world.offer(agent.clientId, world.mallory);
    const refresh = () =>
      world.calls.token(world.keyed(agent), {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        resource: BANK,
      });
    const answers = await Promise.all([
      refresh(),
      world.calls.poll(world.keyed(agent), String(payment.body['auth_req_id'])),
      world.management.acceptAs(world.mallory, agent.clientId),
      refresh(),
    ]);
    for (const { body } of answers) {
      const { access_token: token } = body;
      if (typeof token === 'string') expect(await world.isLive(token)).toBe(false);
    }
  }
});
