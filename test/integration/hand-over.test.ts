/**
 * C12 over HTTP: no consent follows an agent to its new owner. The new owner, the user and the operator come
 * with what they have, and the tests look at what each of them gets.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { BANK } from '../support/approvals-world.ts';
import {
  closeHandOvers,
  eventsOf,
  type Owned,
  ofGroup,
  server,
  standingFor,
  startHandOvers,
  world,
} from '../support/hand-overs.ts';
import { consentUrl } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

beforeAll(startHandOvers);
afterAll(closeHandOvers);

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
    if (!asked) throw new Error('no approver is asked');
    await world.approve(asked);
    const paid = await world.calls.poll(world.keyed(hers), String(payment.body['auth_req_id']));
    expect([paid.status, await world.isLive(String(paid.body['access_token']))]).toEqual([200, true]);
  });

  test('ends for a person who denies the new owner, with all below', async () => {
    const { agent, row } = await world.allowed('Denied');
    await world.handOver(agent.clientId);
    expect((await world.answer(agent.clientId, 'deny')).text).toContain('Access revoked');
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

  test('the one in the middle: tokens of those below end for good, and new ones come when the user has confirmed', async () => {
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

  test('the one below: it gets no re-delegation until the user has confirmed, with or without an earlier one', async () => {
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
