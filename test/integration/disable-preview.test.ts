/** What is said before an account is disabled is what disabling does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, INVOICE } from '../support/approvals-world.ts';
import { newBrowser } from '../support/browser-flow.ts';
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
