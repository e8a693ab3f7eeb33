/** A standing approval ends with the right it is about: by CIBA no agent gets back what was revoked. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalsWorld, BANK } from '../support/approvals-world.ts';
import { type Browser, newBrowser } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages } from '../support/scene.ts';

let server: RunningServer;
let world: ApprovalsWorld;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  world = await approvalsWorld(server);
  browser = newBrowser(world.issuer);
  await finishOnOurPages(browser, await browser.open(`${world.issuer}/account`), { person: world.person });
});
afterAll(async () => {
  await server?.close();
});

describe('a right that is revoked', () => {
  /** The agent may pay, by an approval by CIBA and a standing approval; answers its delegation and how to ask. */
  const saidBefore = async (name: string) => {
    const agent = await world.newAgent(name);
    await world.allow(agent, 'openid balance pay');
    const ask = async (): Promise<Approval> => {
      const answer = await world.calls.backchannel(world.keyed(agent), {
        scope: 'openid pay',
        resource: BANK,
        login_hint: world.person.username,
      });
      const found = await world.service.find(String(answer.body['auth_req_id']), agent.clientId);
      if (!found) throw new Error(`no approver is asked: ${answer.status} ${answer.text}`);
      return found;
    };
    const first = await ask();
    await world.approve(first);
    const page = await browser.open(`${world.issuer}/account/approvals/${first.id}`);
    const form = page.forms.find(({ action }) => action.endsWith('/standing'));
    if (!form) throw new Error(`nothing more can be said on ${page.text}`);
    await browser.submit(page, form, { set: { uses: '10', seconds: '3600' } });
    expect((await ask()).state).toBe('approved');
    const row = await server.behalf.services.delegations.consented(world.accountId, agent.clientId, BANK);
    if (!row) throw new Error('no delegation');
    return { agent, row, ask };
  };
  const submit = async (path: string, scope?: string): Promise<string> => {
    const page = await browser.open(`${world.issuer}/account`);
    const form = page.forms.find(({ action }) => action.endsWith(path));
    if (!form) throw new Error(`no form for ${path}`);
    return (await browser.submit(page, form, { check: (field, value) => field === 'scope' && value === scope })).text;
  };
  const endedOf = async (agent: Identity) =>
    (await server.events('standing_approval.ended')).filter((event) => event.agent === agent.clientId);

  test('ends its standing approvals, and nothing else: the user is asked again', async () => {
    const { agent, row, ask } = await saidBefore('Narrowed');
    const other = await saidBefore('Bystander');
    await submit(`/delegations/${row.id}/narrow`, `${BANK} balance`);
    expect((await ask()).state).toBe('approved');
    expect(await endedOf(agent)).toEqual([]);
    const open = await server.behalf.services.delegations.recordConsent({
      ...{ subject: world.accountId, actor: agent.clientId, resource: BANK, by: world.accountId },
      ...{ asked: ['balance'], scope: ['balance'], expiresAt: row.expiresAt, delegableTo: row.delegableTo },
    });
    expect(await submit(`/delegations/${open?.id}/narrow`, `${BANK} pay`)).toContain('Taken away.');
    expect((await ask()).state).toBe('pending');
    expect(await endedOf(agent)).toMatchObject([
      { outcome: 'done', caller: world.accountId, subject: world.accountId, resource: BANK, scopeAsked: ['pay'] },
    ]);
    expect((await other.ask()).state).toBe('approved');
  });

  test('by a new consent that allows less: its standing approvals end', async () => {
    const { agent, row, ask } = await saidBefore('Allowed less');
    const request = world.authorizationRequest(agent, { scope: 'openid balance pay close', resource: BANK });
    await world.walk(request.url, {
      consent: { check: (name, value) => (name === 'scope' ? value === `${BANK} balance` : undefined) },
    });
    expect(await server.behalf.services.delegations.live(row.id)).toMatchObject({ scope: ['balance'] });
    expect(await endedOf(agent)).toMatchObject([
      { outcome: 'done', caller: world.accountId, subject: world.accountId, resource: BANK, scopeAsked: ['pay'] },
    ]);
    expect((await ask()).state).toBe('pending');
  });

  const signInOf = async (agent: Identity): Promise<string> => {
    const { items } = (await world.management.call('GET', `/grants?client=${agent.clientId}`)).body;
    return String((items as readonly { readonly id: string }[])[0]?.id);
  };

  test.each([
    [
      'over the API',
      async (id: string) => expect((await world.management.call('DELETE', `/grants/${id}`)).status).toBe(204),
    ],
    [
      'by the person',
      async (id: string) => {
        const page = await browser.open(`${world.issuer}/account`);
        const form = page.forms.find(({ action }) => action.endsWith('/account/sign-out'));
        if (!form) throw new Error(page.text);
        const action = form.action.replace('/account/sign-out', `/account/grants/${id}/revoke`);
        expect((await browser.submit(page, { ...form, action })).text).toContain('Access revoked');
      },
    ],
  ])('with the sign-in of the agent, %s: its standing approvals end', async (name, end) => {
    const { agent, ask } = await saidBefore(`Signed in ${name.length}`);
    await end(await signInOf(agent));
    expect(await endedOf(agent)).toMatchObject([{ outcome: 'done', subject: world.accountId, resource: BANK }]);
    expect((await ask()).state).toBe('pending');
  });

  test.each([
    ['the delegation, by the person', async (id: string) => submit(`/delegations/${id}/revoke`)],
    [
      'all of the agent, by the person',
      async (_: string, agent: Identity) => submit(`/agents/${agent.clientId}/revoke`),
    ],
    [
      'the delegation, over the API',
      async (id: string) => expect((await world.management.call('POST', `/delegations/${id}/revoke`)).status).toBe(200),
    ],
  ])('with %s: its standing approvals end', async (name, take) => {
    const { agent, row, ask } = await saidBefore(`Revoked ${name.length}`);
    await take(row.id, agent);
    expect(await endedOf(agent)).toMatchObject([{ outcome: 'done', subject: world.accountId, resource: BANK }]);
    expect((await ask()).state).toBe('pending');
  });
});
