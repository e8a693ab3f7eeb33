/** Owners of any actor in the chain, when it was asked and now, as they try to decide about their own agents. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalServer, approvalServer, HIGH } from '../support/approval-fixtures.ts';
import { approvalRemedy, BANK } from '../support/approvals-world.ts';
import { authZenClient, basic } from '../support/authzen-client.ts';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

const PASSWORD = 'a long enough pass phrase';
const REASON = 'The payment run stops at six and the approver does not answer.';
const SHOP = 'https://shop.example.com';
const DAY = 86_400;

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let ground: ApprovalServer['ground'];
let people = 0;

beforeAll(async () => {
  running = await approvalServer();
  ({ server, world, ground } = running);
}, 60_000);
afterEach(async () => {
  await ground.activate(running.usual);
  advance(3_601_000);
});
afterAll(() => running?.close());

type Person = { readonly id: string; readonly username: string };

const person = async (name: string, more: object = {}): Promise<Person> => {
  people += 1;
  const username = `${name}${people}`;
  return { id: await ground.newPerson(username, more), username };
};
const idsOf = (all: readonly Person[]): readonly string[] => all.map(({ id }) => id);
const groupOf = (...members: readonly Person[]): Promise<string> =>
  ground.newGroup(`Group ${++people}`, idsOf(members));
const setMembers = async (group: string, ...members: readonly Person[]): Promise<void> => {
  expect((await ground.patch(`/groups/${group}`, { members: idsOf(members) })).status).toBe(200);
};
const browserOf = async ({ username }: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/account`), { username, password: PASSWORD });
  return browser;
};
const agentOf = (owner: string, more: object = {}): Promise<Identity> => {
  people += 1;
  return world.newAgent(`Agent ${people}`, { owner, ...more });
};
/** Of two members of a group, which decides what its agents do; each of them, and a third person, is asked. */
const owned = async () => {
  const [stays, leaves, chief] = [await person('stays'), await person('leaves'), await person('chief')];
  const owners = await groupOf(stays, leaves);
  const asked = await groupOf(stays, leaves, chief);
  await ground.withRule(`@approvers("${asked}")\n@approvers_except("owner")\n${HIGH}`);
  return { stays, leaves, chief, owners, asked };
};
const pageOf = ({ id }: Approval): string => `${server.issuer}/account/approvals/${id}`;
/** The account finds nothing at the address, and what it says all the same is refused as if there were nothing. */
const decidesNothing = async (who: Person, approval: Approval): Promise<void> => {
  expect((await (await browserOf(who)).open(pageOf(approval))).status).toBe(404);
  const said = (await server.events('approval.approved')).length;
  await expect(world.approve(approval, who.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(world.deny(approval, who.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await server.events('approval.approved')).toHaveLength(said);
};
const break_ = (approval: Approval, { id }: Person): Promise<Approval> =>
  world.service.breakGlass.break(approval.id, {
    account: id,
    seen: approval.digest,
    assurance: { acr: MULTI_FACTOR, amr: ['hwk', 'user', 'mfa'], authTime: server.behalf.services.clock.now() },
    request: 'req_test',
    reason: REASON,
  });
const canBreak = async (approval: Approval, who: Person): Promise<boolean> => {
  const page = await (await browserOf(who)).open(`${server.issuer}/console/break-glass/${approval.id}`);
  return page.status === 200 && page.text.includes('passkey');
};
const away = async (account: string, deputy: Person): Promise<string> => {
  const { approvals, clock } = server.behalf.services;
  const { id } = await approvals.absences.declare(
    account,
    { deputy: deputy.id, from: clock.now(), until: clock.now() + DAY },
    {
      by: { caller: account },
      assurance: { amr: ['pwd'], acr: 'urn:behalf:acr:single-factor', authTime: clock.now() },
    },
  );
  return id;
};

describe('AP-03 an owner decides nothing about their own agent, where policy leaves owners out', () => {
  test('of the agent that delegated to the one that asks', async () => {
    const [owner, other, chief] = [await person('first'), await person('second'), await person('chief')];
    await ground.withRule(`@approvers("${await groupOf(owner, chief)}")\n@approvers_except("owner")\n${HIGH}`);
    const shop = await world.management.createResourceServer({
      identifier: SHOP,
      name: 'The shop',
      scopes: [{ name: 'order', description: 'Order', risk: 'low' }],
    });
    const first = await agentOf(owner.id);
    const second = await agentOf(other.id, { resource_servers: [shop.id, world.bank.id] });
    const request = world.authorizationRequest(first, { scope: 'openid order pay', resource: [SHOP, BANK] });
    const left = await world.walk(request.url, {
      consent: {
        check: (name, value) => (name === 'delegable_to' ? value === second.clientId : name === 'scope') || undefined,
        set: { delegable_depth: '2' },
      },
    });
    const { body } = await world.calls.token(world.keyed(first), {
      grant_type: 'authorization_code',
      code: world.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: SHOP,
    });
    const handed = await world.calls.exchange(world.keyed(second), String(body['access_token']), BANK, {
      scope: 'pay',
    });
    const approval = await ground.found(approvalRemedy(handed).auth_req_id, second);
    expect(approval.action.chain).toMatchObject({ sub: second.clientId, act: { sub: first.clientId } });
    expect(approval).toMatchObject({ approvers: [chief.id] });
    await decidesNothing(owner, approval);
    await world.approve(approval, chief.id);
    expect((await ground.poll(second, approvalRemedy(handed).auth_req_id)).status).toBe(200);
  });

  test('by exchange: a member of the group that owned it then, and a present member', async () => {
    const { stays, leaves, chief, owners, asked } = await owned();
    const agent = await agentOf(owners);
    const { approval, authReqId } = await ground.byExchange(agent);
    expect(approval).toMatchObject({ approvers: [chief.id] });
    expect([...(approval.ownersWhenAsked ?? [])].sort()).toEqual(idsOf([stays, leaves]).toSorted());
    const joins = await person('joins');
    await setMembers(asked, leaves, joins, chief);
    await setMembers(owners, stays, joins);
    await decidesNothing(leaves, approval);
    await decidesNothing(joins, approval);
    await world.approve(approval, chief.id);
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
  });

  test('by CIBA: who has left the owners since', async () => {
    const { stays, leaves, chief, owners } = await owned();
    const agent = await agentOf(owners);
    await world.allow(agent, 'openid balance');
    const { approval, authReqId } = await ground.ciba(agent);
    if (!approval) throw new Error('no account is asked');
    await setMembers(owners, stays, await person('other'));
    await world.approve(approval);
    await decidesNothing(leaves, approval);
    await world.approve(approval, chief.id);
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
  });

  test('by an access request of a resource server: who has left the owners since', async () => {
    const { stays, leaves, chief, owners } = await owned();
    const agent = await agentOf(owners);
    await world.allow(agent);
    const bank = await authZenClient(world.issuer, () => basic(world.bank.id, world.bank.credential.secret));
    const question = {
      subject: { type: 'account', id: world.accountId },
      action: { name: 'pay' },
      resource: { type: 'resource_server', id: BANK },
      context: { agent: agent.clientId },
    };
    const { body } = await bank.evaluate(question);
    const context = body['context'] as Record<string, Record<string, unknown>>;
    const denial = { evaluation_id: context['evaluation_id'], expires_at: context['access_request']?.['expires_at'] };
    expect((await bank.request({ ...question, denial })).status).toBe(202);
    const [approval] = await world.open(agent);
    if (!approval) throw new Error('no account is asked');
    await setMembers(owners, stays, await person('other'));
    await decidesNothing(leaves, approval);
    expect((await world.approve(approval, chief.id)).state).toBe('approved');
  });

  test('who was taken out of the group that owns it before it asked, and holds its key still', async () => {
    const { stays, leaves, chief, owners } = await owned();
    const agent = await agentOf(owners);
    advance(DAY * 1000);
    await setMembers(owners, stays, await person('other'));
    const asked = await ground.byExchange(agent);
    expect(asked.approval).toMatchObject({ approvers: [chief.id] });
    await decidesNothing(leaves, asked.approval);
    // Also where the group has given it to a member since, and with other keys: they may be given by that key.
    await ground.patch(`/agents/${agent.clientId}`, { owner: stays.id });
    await world.management.acceptAs(stays.id, agent.clientId);
    const again = await ground.byExchange(agent);
    expect(again.approval).toMatchObject({ approvers: [chief.id] });
    await decidesNothing(leaves, again.approval);
    // An agent that comes to the group later was never theirs.
    advance(1000);
    const later = await agentOf(owners);
    expect((await ground.byExchange(later)).approval.approvers).toContain(leaves.id);
  });

  test('who has given the agent to another member of the group, and holds its key still', async () => {
    const { stays, leaves, chief, owners } = await owned();
    const agent = await agentOf(owners);
    const allowed = await world.allow(agent);
    expect((await ground.patch(`/agents/${agent.clientId}`, { owner: stays.id })).status).toBe(200);
    expect((await world.management.acceptAs(stays.id, agent.clientId)).body).toMatchObject({ owner: stays.id });
    const { auth_req_id: authReqId } = approvalRemedy(await world.want(agent, allowed, { scope: 'pay' }));
    const approval = await ground.found(authReqId, agent);
    expect(approval).toMatchObject({ approvers: [chief.id] });
    await decidesNothing(leaves, approval);
    await world.approve(approval, chief.id);
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
    // In new hands it is no agent of theirs.
    const other = await person('other');
    await ground.patch(`/agents/${agent.clientId}`, { owner: other.id });
    await world.management.acceptAs(other.id, agent.clientId);
    expect(await server.behalf.services.agents.get(agent.clientId)).not.toHaveProperty('document.formerOwners');
  });

  test('AP-21 who becomes an owner between the decision and the token has decided nothing', async () => {
    const { stays, leaves, chief, owners } = await owned();
    const agent = await agentOf(owners);
    const { approval, authReqId } = await ground.byExchange(agent);
    await world.approve(approval, chief.id);
    await setMembers(owners, stays, leaves, chief);
    await ground.refused(agent, authReqId, 'access_denied', 'approver_left');
  });

  test('nor by escalation', async () => {
    const [owner, clerk, late] = [await person('owner'), await person('clerk'), await person('late')];
    const other = await person('other');
    await ground.withRule(
      `@approvers("${await groupOf(clerk, other)}")\n@escalate_after("120")\n@escalate_to("${await groupOf(late, owner)}")\n@approvers_except("owner")\n${HIGH}`,
    );
    const owners = await groupOf(owner, other);
    const agent = await agentOf(owners);
    const { approval } = await ground.byExchange(agent);
    await setMembers(owners, other, await person('new'));
    advance(121_000);
    await decidesNothing(owner, approval);
    expect((await world.approve(approval, late.id)).state).toBe('approved');
  });
});

describe('AP-03 an owner as a deputy', () => {
  test('of the subject never decides alone about their own agent, in a group neither', async () => {
    const [owner, other, deputy] = [await person('owner'), await person('other'), await person('deputy')];
    const absence = await away(world.accountId, owner);
    const agent = await agentOf(await groupOf(owner, other));
    const { approval } = await ground.byExchange(agent);
    await decidesNothing(owner, approval);
    // Critical risk asks the owners, too: two of them are no person on whose behalf.
    const critical = await ground.byExchange(agent, 'close');
    expect(critical.approval).toMatchObject({ requires: { quorum: 2 }, mustAgree: world.accountId });
    const as = { as: world.accountId, account: owner.id, seen: critical.approval.digest, request: 'req_test' };
    const assurance = { acr: MULTI_FACTOR, amr: ['pwd'], authTime: server.behalf.services.clock.now() };
    await expect(world.service.approve(critical.approval.id, { ...as, assurance })).rejects.toMatchObject({
      code: 'invalid_field',
    });
    await server.behalf.services.approvals.absences.end(absence, { caller: world.accountId });
    // Another deputy does.
    const second = await away(world.accountId, deputy);
    expect((await world.approve(approval, deputy.id)).state).toBe('approved');
    await server.behalf.services.approvals.absences.end(second, { caller: world.accountId });
  });
});

describe('decision 16 break-glass', () => {
  const holder = (name: string) => person(name, { roles: ['break_glass'] });

  test('is not for the owner at the request, nor the present one; and no owner reviews it', async () => {
    const [leaves, joins] = [await holder('leaves'), await holder('joins')];
    const [first, second] = [await holder('first'), await holder('second')];
    const reviewer = await person('reviewer', { roles: ['auditor'] });
    const stays = await person('stays');
    const owners = await groupOf(leaves, reviewer, stays);
    advance(1000);
    const agent = await agentOf(owners);
    const { approval } = await ground.byExchange(agent);
    await setMembers(owners, joins, stays);
    for (const who of [leaves, joins]) {
      expect(await canBreak(approval, who)).toBe(false);
      await expect(break_(approval, who)).rejects.toMatchObject({ code: 'not_found' });
    }
    await break_(approval, first);
    expect((await break_(approval, second)).state).toBe('approved');
    await expect(
      world.service.breakGlass.close(approval.id, {
        account: reviewer.id,
        finding: 'justified',
        note: `${REASON} Looked at.`,
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect((await world.service.get(approval.id))?.review).toBe('open');
  });

  test('counts a role that was held strictly before the request: other edits do not matter', async () => {
    const edited = await holder('edited');
    const owner = await person('owner');
    advance(1000);
    const asking = await agentOf(owner.id);
    const same = await holder('same');
    const { approval } = await ground.byExchange(asking);
    const late = await person('late');
    const back = await holder('back');
    advance(1000);
    expect((await ground.patch(`/accounts/${edited.id}`, { name: 'Another name' })).status).toBe(200);
    expect((await ground.patch(`/accounts/${late.id}`, { roles: ['break_glass'] })).status).toBe(200);
    expect((await ground.patch(`/accounts/${back.id}`, { name: 'Another name, too' })).status).toBe(200);
    const may = await Promise.all(
      [edited, same, late, back].map(({ id }) => world.service.breakGlass.mayBreak(approval, id)),
    );
    expect(may).toEqual([true, false, false, false]);
    await break_(approval, edited);
  });

  test('nor one that was removed and assigned again, or returned with a disabled account, after the request', async () => {
    const [taken, disabled] = [await holder('taken'), await holder('disabled')];
    const owner = await person('owner');
    advance(1000);
    const { approval } = await ground.byExchange(await agentOf(owner.id));
    advance(1000);
    await ground.patch(`/accounts/${taken.id}`, { roles: [] });
    await ground.patch(`/accounts/${taken.id}`, { roles: ['break_glass'] });
    await ground.call('POST', `/accounts/${disabled.id}/disable`);
    await ground.call('POST', `/accounts/${disabled.id}/enable`);
    for (const who of [taken, disabled]) {
      await expect(break_(approval, who)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
