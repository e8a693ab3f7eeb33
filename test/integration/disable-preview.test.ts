/** What is said before an account is disabled is what disabling does. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, INVOICE } from '../support/approvals-world.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages } from '../support/scene.ts';

let server: RunningServer;
let world: ApprovalsWorld;

beforeAll(async () => {
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  world = await approvalsWorld(server);
});
afterAll(() => server?.close());

type Items = { readonly items: readonly { readonly id: string }[] };
const preview = (id: string) => world.management.call('GET', `/accounts/${id}/disable-preview`);
const idsOf = (body: Readonly<Record<string, unknown>>, member: string): readonly string[] =>
  (body[member] as Items).items.map(({ id }) => id).sort();

/** One standing approval, given on the page after an approval. */
const giveStanding = async (): Promise<string> => {
  const agent = await world.newAgent('Regular');
  const { reference: _, ...like } = INVOICE;
  const allowed = await world.allow(agent, 'openid balance', { authorization_details: JSON.stringify([like]) });
  const { auth_req_id: handle } = approvalRemedy(
    await world.want(agent, allowed, { authorization_details: JSON.stringify([like]) }),
  );
  const approval = await world.service.find(handle, agent.clientId);
  if (!approval) throw new Error('no approver is asked');
  await world.approve(approval);
  const browser = newBrowser(world.issuer);
  await finishOnOurPages(browser, await browser.open(`${world.issuer}/account`), { person: world.person });
  const page = await browser.open(`${world.issuer}/account/approvals/${approval.id}`);
  const form = page.forms.find(({ action }) => action.endsWith('/standing'));
  if (!form) throw new Error(`nothing more can be said on ${page.text}`);
  await browser.submit(page, form, { set: { uses: '2', seconds: '3600', sum: '9000' } });
  return agent.clientId;
};

describe('what disabling an account ends', () => {
  test('is named before, from agents to sessions, and is what ended after; nothing changes by asking', async () => {
    const { management, accountId } = world;
    const [mate, gone] = [
      await management.createAccount({ username: 'mate', name: 'Mate' }),
      await management.createAccount({ username: 'gone', name: 'Gone' }),
    ];
    const group = async (name: string, member: string) =>
      String((await management.call('POST', '/groups', { name, members: [accountId, member] })).body['id']);
    const [alone, together] = [await group('Alone soon', gone.id), await group('Still there', mate.id)];
    await management.call('POST', `/accounts/${gone.id}/disable`);
    const ofGroup = await world.newAgent('Of the group', { owner: alone });
    const kept = await world.newAgent('Of both', { owner: together });
    const suspended = await world.newAgent('Suspended');
    await management.call('POST', `/agents/${suspended.clientId}/suspend`);
    const retired = await world.newAgent('Retired');
    await management.call('POST', `/agents/${retired.clientId}/retire`);
    const regular = await giveStanding();

    const events = (await server.events()).length;
    const { status, body } = await preview(accountId);
    expect([status, body['account'], body['roles']]).toEqual([200, accountId, []]);
    const orphans = idsOf(body, 'agents');
    expect(orphans).toEqual(expect.arrayContaining([ofGroup.clientId, suspended.clientId, regular].sort()));
    expect(orphans).not.toContain(kept.clientId);
    expect(orphans).not.toContain(retired.clientId);
    expect(idsOf(body, 'groups')).toEqual([alone]);
    expect(body['standing_approvals']).toMatchObject({ items: [{ agent: regular }], more: false });
    expect(body['sessions']).toEqual({ count: expect.any(Number), more: false });
    expect((body['sessions'] as { count: number }).count).toBeGreaterThan(0);
    const delegations = idsOf(body, 'delegations');
    expect(delegations.length).toBeGreaterThan(0);
    const live = await management.call('GET', `/delegations?subject=${accountId}&live=true`);
    expect(idsOf({ live: live.body }, 'live')).toEqual(delegations);
    const changes = (await server.events()).slice(events).map(({ type }) => type);
    expect(changes.filter((type) => /^(?:account|agent|session|delegation|group)\./.test(type))).toEqual([]);

    expect((await management.call('POST', `/accounts/${accountId}/disable`)).status).toBe(200);
    const orphaned = (await server.events('agent.orphaned')).map(({ agent }) => agent);
    expect(orphaned.toSorted()).toEqual(orphans);
    expect(await world.standing.ofAccount(accountId)).toEqual([]);
    const sessions = await management.call('GET', `/sessions?account=${accountId}`);
    expect(sessions.body['items']).toEqual([]);
    // Of an account that is disabled nothing more ends.
    const again = (await preview(accountId)).body;
    for (const member of ['agents', 'groups', 'delegations', 'standing_approvals']) {
      expect([member, idsOf(again, member)]).toEqual([member, []]);
    }
    expect([again['roles'], again['sessions']]).toEqual([[], { count: 0, more: false }]);
  });

  test('is refused where disabling is: the last administrator (409), an unknown account (404)', async () => {
    const { management } = world;
    const [admin] = (await management.call('GET', '/accounts?username=admin')).body['items'] as readonly {
      id: string;
    }[];
    const last = await preview(String(admin?.id));
    expect([last.status, last.text]).toEqual([409, expect.stringContaining('last active administrator')]);
    expect((await preview('acc_00000000000000000000000000')).status).toBe(404);
  });

  test('names the roles that end', async () => {
    const { id } = await world.management.createAccount({ username: 'watcher', name: 'Watcher', roles: ['auditor'] });
    expect((await preview(id)).body['roles']).toEqual(['auditor']);
  });
});

describe('what disabling several accounts ends', () => {
  type Row = Readonly<Record<string, unknown>> & { readonly outcome: string };
  const several = (accounts: readonly string[], management = world.management) =>
    management.call('POST', '/accounts/disable-preview', { accounts });
  const outcomes = (body: Readonly<Record<string, unknown>>) =>
    (body['accounts'] as readonly Row[]).map(({ outcome, reason }) => [outcome, reason]);

  test('is more than what each ends alone: a group whose last members they are, and its agent', async () => {
    const { management } = world;
    const [one, two] = [
      await management.createAccount({ username: 'one', name: 'One' }),
      await management.createAccount({ username: 'two', name: 'Two', roles: ['auditor'] }),
    ];
    const members = [one.id, two.id];
    const { body: made } = await management.call('POST', '/groups', { name: 'Two alone', members });
    const group = String(made['id']);
    const agent = await world.newAgent('Of both, for now', { owner: group });
    for (const id of members) expect(idsOf((await preview(id)).body, 'agents')).toEqual([]);

    const events = (await server.events()).length;
    const { status, body } = await several([...members, one.id]);
    expect([status, outcomes(body)]).toEqual([200, members.map(() => ['disables', undefined])]);
    expect((body['accounts'] as readonly Row[]).map(({ roles }) => roles)).toEqual([[], ['auditor']]);
    expect([idsOf(body, 'agents'), idsOf(body, 'groups')]).toEqual([[agent.clientId], [group]]);
    expect((await server.events()).slice(events).filter(({ type }) => /^(?:account|agent)\./.test(type))).toEqual([]);

    for (const id of members) expect((await management.call('POST', `/accounts/${id}/disable`)).status).toBe(200);
    expect((await management.call('GET', `/agents/${agent.clientId}`)).body['state']).toBe('orphaned');
    const after = (await several(members)).body;
    expect([outcomes(after), idsOf(after, 'agents')]).toEqual([members.map(() => ['unchanged', undefined]), []]);
  });

  test('says which are refused: the last administrator after the others, an unknown account', async () => {
    const { management } = world;
    const other = await management.createAccount({ username: 'other-admin', name: 'O', roles: ['administrator'] });
    const [admin] = (await management.call('GET', '/accounts?username=admin')).body['items'] as readonly {
      id: string;
    }[];
    const { body } = await several([other.id, String(admin?.id), 'acc_00000000000000000000000000']);
    expect(outcomes(body)).toEqual([
      ['disables', undefined],
      ['refused', 'last_administrator'],
      ['refused', 'not_found'],
    ]);
    expect((body['accounts'] as readonly Row[])[2]).not.toHaveProperty('username');
    // An account that is refused stays: a group that only it and a disabled one share keeps its agents.
    const shared = { name: 'Kept by the administrator', members: [other.id, String(admin?.id)] };
    await management.call('POST', '/groups', shared);
    expect(idsOf((await several([other.id, String(admin?.id)])).body, 'groups')).toEqual([]);
    expect((await management.call('POST', `/accounts/${other.id}/disable`)).status).toBe(200);
  });

  test('tells an operator that an administrator is not theirs to disable, as the call does (403)', async () => {
    const operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
    const [admin] = (await operator.call('GET', '/accounts?username=admin')).body['items'] as readonly { id: string }[];
    const ids = [String(admin?.id), (await world.management.createAccount({ username: 'plain', name: 'Plain' })).id];
    const { body } = await several(ids, operator);
    expect(outcomes(body)).toEqual([
      ['refused', 'administrator_only'],
      ['disables', undefined],
    ]);
    const statuses = ids.map(async (id) => (await operator.call('POST', `/accounts/${id}/disable`)).status);
    expect(await Promise.all(statuses)).toEqual([403, 200]);
  });

  test('takes at most 100 accounts (400), and names the member', async () => {
    const { status, text } = await several(Array.from({ length: 101 }, (_, index) => `acc_${index}`));
    expect([status, text]).toEqual([400, expect.stringContaining('/accounts')]);
  });
});
