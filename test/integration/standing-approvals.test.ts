/** Standing approvals: given on the page after an approval, counted with each use, ended by the approver who gave them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, BANK, INVOICE } from '../support/approvals-world.ts';
import { type Browser, newBrowser, type Page } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages } from '../support/scene.ts';

let server: RunningServer;
let world: ApprovalsWorld;
let browser: Browser;

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__APPROVALS__PERHOUR: '100' } });
  world = await approvalsWorld(server);
  browser = newBrowser(world.issuer);
  await finishOnOurPages(browser, await browser.open(`${world.issuer}/account`), { person: world.person });
});
afterAll(async () => {
  await server?.close();
});

/** The agent wants to pay, for a person who allowed it up to 1,000.00; answers what it is asked, or how to wait. */
const wishing = async (name: string) => {
  const agent = await world.newAgent(name);
  const { reference: _, ...like } = INVOICE;
  const allowed = await world.allow(agent, 'openid balance', {
    authorization_details: JSON.stringify([{ ...like, amount: 100_000 }]),
  });
  return {
    agent,
    want: async (amount: number, more: object = {}): Promise<{ authReqId: string; approval: Approval }> => {
      const answer = await world.want(agent, allowed, {
        authorization_details: JSON.stringify([{ ...like, amount, ...more }]),
      });
      const { auth_req_id: authReqId } = approvalRemedy(answer);
      const approval = await world.service.find(authReqId, agent.clientId);
      if (!approval) throw new Error('no approver is asked');
      return { authReqId, approval };
    },
  };
};
const poll = (agent: Identity, authReqId: string) => world.calls.poll(world.keyed(agent), authReqId);
const pageOf = ({ id }: Pick<Approval, 'id'>): Promise<Page> => browser.open(`${world.issuer}/account/approvals/${id}`);
const inbox = (): Promise<Page> => browser.open(`${world.issuer}/account/approvals`);
const give = async (approval: Approval, set: Readonly<Record<string, string>>): Promise<Page> => {
  const page = await pageOf(approval);
  const form = page.forms.find(({ action }) => action.endsWith('/standing'));
  if (!form) throw new Error(`nothing more can be said on ${page.text}`);
  return browser.submit(page, form, { set });
};

describe('a standing approval', () => {
  test('no approver is asked for as many, up to the sum, and then again; each use is counted in the audit log', async () => {
    const { agent, want } = await wishing('Regular');
    const first = await want(4000);
    await world.approve(first.approval);
    const told = await give(first.approval, { uses: '2', seconds: '3600', sum: '9000' });
    expect(told.text).toContain('0 of 2 used, 0 of 9000 spent');
    expect(await server.events('standing_approval.given')).toMatchObject([
      { caller: world.accountId, inputs: { uses: 2, sum: 9000 } },
    ]);

    const second = await want(5000);
    expect(second.approval).toMatchObject({ state: 'approved', votes: [{ account: world.accountId }] });
    expect((await poll(agent, second.authReqId)).status).toBe(200);
    // 5,000 and 4,001 are more than 9,000: she is asked.
    expect((await want(4001)).approval.state).toBe('pending');
    expect((await want(4000)).approval.state).toBe('approved');
    // Twice was said, and not more.
    expect((await want(1)).approval.state).toBe('pending');
    expect(
      (await server.events('standing_approval.used')).map(({ outcome, inputs }) => [outcome, inputs?.['sum']]),
    ).toEqual([
      ['done', 5000],
      ['done', 9000],
    ]);
  });

  test('an action that differs in any other way is asked about: another payee, another agent', async () => {
    const { want } = await wishing('Careful');
    const { approval } = await want(100);
    await world.approve(approval);
    await give(approval, { uses: '10', seconds: '3600', sum: '1000' });
    expect((await want(100)).approval.state).toBe('approved');
    expect((await want(100, { reference: 'another' })).approval.state).toBe('pending');
    const other = await wishing('Stranger');
    expect((await other.want(100)).approval.state).toBe('pending');
  });

  test('of ten parallel requests no more succeed than there is room for', async () => {
    const { want } = await wishing('Crowd');
    const { approval } = await want(1);
    await world.approve(approval);
    await give(approval, { uses: '3', seconds: '3600', sum: '100' });
    const found = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => want(2 + index)));
    const states = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value.approval.state] : []));
    expect(states.filter((state) => state === 'approved')).toHaveLength(3);
  });

  test('who gave it ends it, and is asked again', async () => {
    const { want } = await wishing('Ended');
    const { approval } = await want(100);
    await world.approve(approval);
    const page = await give(approval, { uses: '10', seconds: '3600', sum: '5000' });
    const [given] = (await world.standing.ofAccount(world.accountId)).filter((one) => one.approval === approval.id);
    const form = page.forms.find(({ action }) => action.endsWith(`/${given?.id}/end`));
    if (!form) throw new Error(page.text);
    await browser.submit(page, form);
    expect((await want(100)).approval.state).toBe('pending');
    expect(await server.events('standing_approval.ended')).toHaveLength(1);
    const [, listed = ''] = (await inbox()).text.split('Approved in advance');
    expect(listed.split('Decided lately')[0]).not.toContain('Ended');
  });

  test.each([
    [{ uses: '0', seconds: '3600', sum: '100' }, 'from 1 to 100'],
    [{ uses: '101', seconds: '3600', sum: '100' }, 'from 1 to 100'],
    [{ uses: 'many', seconds: '3600', sum: '100' }, 'from 1 to 100'],
    [{ uses: '3', seconds: '99999999', sum: '100' }, 'from 1 to 2592000'],
    [{ uses: '3', seconds: '3600', sum: '-1' }, 'above 0'],
    [{ uses: '0x10', seconds: '3600', sum: '1e3' }, 'from 1 to 100'],
  ])('%j: refused, nothing is given, and the form says what was wrong with what was typed', async (set, says) => {
    const { want } = await wishing('Wrong');
    const { approval } = await want(100);
    await world.approve(approval);
    const page = await give(approval, set);
    expect({ status: page.status, text: page.text }).toMatchObject({
      status: 400,
      text: expect.stringContaining(says),
    });
    expect((await world.standing.ofAccount(world.accountId)).filter((one) => one.approval === approval.id)).toEqual([]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({ outcome: 'refused' });
    const form = page.forms.find(({ action }) => action.endsWith('/standing'));
    expect(form?.fields.filter(({ name }) => name in set && name !== 'seconds')).toMatchObject([
      { name: 'uses', value: set.uses },
      { name: 'sum', value: set.sum },
    ]);
    expect(page.html.match(/aria-invalid="true"/g)).toHaveLength(1);
    if (!form) throw new Error(page.text);
    const mended = await browser.submit(page, form, { set: { uses: '3', seconds: '3600', sum: '1000' } });
    expect(mended.text).toContain('0 of 3 used, 0 of 1000 spent');
  });

  test('AP-02 an approver who withdraws the approval is asked about the next one, too', async () => {
    const { want } = await wishing('Regretted');
    const { approval } = await want(100);
    await world.approve(approval);
    await give(approval, { uses: '10', seconds: '3600', sum: '5000' });
    const [given] = (await world.standing.ofAccount(world.accountId)).filter((one) => one.approval === approval.id);
    const page = await pageOf(approval);
    const form = page.forms.find(({ fields }) => fields.some(({ value }) => value === 'deny'));
    if (!form) throw new Error(page.text);
    expect((await browser.submit(page, form)).text).toContain('Denied');
    expect((await server.events('standing_approval.ended')).at(-1)).toMatchObject({
      caller: world.accountId,
      target: { kind: 'standing_approval', id: given?.id },
    });
    expect((await want(100)).approval.state).toBe('pending');
  });

  test('AP-02 no person ends the standing approval of another', async () => {
    const { want } = await wishing('Kept');
    const { approval } = await want(100);
    await world.approve(approval);
    expect((await give(approval, { uses: '3', seconds: '3600', sum: '1000' })).status).toBe(200);
    const [given] = (await world.standing.ofAccount(world.accountId)).filter((one) => one.approval === approval.id);
    const before = (await server.events('standing_approval.ended')).length;
    await expect(world.standing.end(String(given?.id), 'acc_mallory', 'req_1')).rejects.toMatchObject({
      reason: 'standing_approval_not_found',
    });
    expect(await server.events('standing_approval.ended')).toHaveLength(before);
    expect((await want(100)).approval.state).toBe('approved');
  });

  test('twice from one approval, another user’s form, a critical action: nothing', async () => {
    const { want } = await wishing('Again');
    const { approval } = await want(100);
    await world.approve(approval);
    const page = await pageOf(approval);
    const form = page.forms.find(({ action }) => action.endsWith('/standing'));
    if (!form) throw new Error(page.text);
    const set = { uses: '3', seconds: '3600', sum: '1000' };
    expect((await browser.submit(page, form, { set })).status).toBe(200);
    expect((await browser.submit(page, form, { set })).status).toBe(409);
    await world.management.createAccount({
      username: 'mallory',
      name: 'Mallory',
      password: 'a long enough pass phrase',
    });
    const other = newBrowser(world.issuer);
    await finishOnOurPages(other, await other.open(`${world.issuer}/account`), {
      person: { username: 'mallory', password: 'a long enough pass phrase' },
    });
    expect((await other.submit(page, form, { set })).status).toBe(403);
    const agent = await world.newAgent('Closing', { owner: world.accountId });
    const answer = await world.calls.backchannel(world.keyed(agent), {
      scope: 'openid close',
      resource: BANK,
      login_hint: world.person.username,
    });
    // It takes two people, of whom there is one.
    expect(answer.status).toBe(403);
  });
});
