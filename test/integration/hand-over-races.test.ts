/** A hand-over in the middle of other work, and other authority of the previous owner. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { approvalRemedy, BANK } from '../support/approvals-world.ts';
import type { Page } from '../support/browser-flow.ts';
import { foreignIssuer, JWT_BEARER } from '../support/foreign-issuer.ts';
import { closeHandOvers, eventsOf, server, standingFor, startHandOvers, world } from '../support/hand-overs.ts';
import { REDIRECT_URI } from '../support/scene.ts';

beforeAll(startHandOvers);
afterAll(closeHandOvers);

describe('other authority of the previous owner', () => {
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
      if (!asked) throw new Error('no approver is asked');
      expect(asked.action.chain).toMatchObject({ sub: b.clientId, act: { sub: a.clientId } });
      return { id, asked };
    };
    return { a, b, ask };
  };

  test('approvals of an agent that it delegated to: those open and approved are cancelled, standing ones end', async () => {
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

  test('its notification endpoint: gone', async () => {
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
    if (!asked) throw new Error('no approver is asked');
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

  test('an approval: it is approved, and yields no token', async () => {
    const { agent } = await world.allowed('Mid approval');
    const payment = await world.backchannel(agent);
    const [asked] = await world.open(agent);
    if (!asked) throw new Error('no approver is asked');
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

  test('a consent that names it for re-delegation: the user is asked again, about the present owner', async () => {
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

  test('a credential of the previous owner: it is refused', async () => {
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
    if (!asked) throw new Error('no approver is asked');
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
