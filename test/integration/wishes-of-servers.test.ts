/** Wishes of MCP servers on the consent page of the app that calls them (decision 21), over HTTP against the whole server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { fillForm, newBrowser, type Page } from '../support/browser-flow.ts';
import { type CallingWorld, callingWorld } from '../support/calling-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: CallingWorld;
let watch: AuditWatch;
let app: Identity;
let agent: Identity;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' } });
  world = await callingWorld(server);
  watch = auditWatch(server);
}, 240_000);
afterAll(async () => {
  await server?.close();
  startClock();
});
beforeEach(async () => {
  if (agent) await world.call('POST', `/agents/${agent.clientId}/suspend`, {}).catch(() => undefined);
  [app, agent] = [await world.newApp('Desk'), await world.newAgent()];
  await world.declare([{ scope: 'read' }, { scope: 'tidy' }]);
});

type Asking = Awaited<ReturnType<CallingWorld['ask']>>;

const wishesOn = (page: Page): readonly string[] =>
  world
    .formOn(page)
    .fields.filter(({ name }) => name === 'wish')
    .map(({ value }) => value);
const wish = (scope: string, by = agent.clientId, at = world.api.identifier): string => `${by} ${at} ${scope}`;

const allow = ({ browser, page }: Asking, ...ticked: readonly string[]): Promise<Page> =>
  browser.submit(page, world.formOn(page), {
    button: /=allow$/,
    check: (name, value) => (name === 'wish' ? ticked.includes(value) : undefined),
  });

/** Sends the form with these wishes, also ones that the page does not offer. */
const smuggle = async ({ browser, page }: Asking, ...wishes: readonly string[]): Promise<number> => {
  const form = world.formOn(page);
  const body = fillForm(form, { button: /=allow$/ });
  for (const value of wishes) body.append('wish', value);
  const action = new URL(form.action, page.url).href;
  return (await browser.request(action, { method: 'POST', body })).status;
};

test('the page shows accepted pairs below what the app asks for, unticked; what is ticked counts in calls of the app', async () => {
  const asking = await world.ask(app);
  expect(asking.page.text).toMatch(/The agent .*Notes.* would like, when .*Desk.* calls it, to act for you/);
  expect(wishesOn(asking.page)).toEqual([wish('tidy'), wish('read')]);
  expect(world.formOn(asking.page).fields.filter(({ name, isOn }) => name === 'wish' && isOn)).toEqual([]);
  let left: Page | undefined;
  const { events } = await watch.during(async () => {
    left = await allow(asking, wish('read'));
  });
  const ofApi = { [agent.clientId]: { [world.api.identifier]: ['read'] } };
  expect(events.find(({ type }) => type === 'consent.granted')?.inputs).toMatchObject({
    given: { [world.mcp.identifier]: ['read'] },
    wishesGiven: ofApi,
    wishesAsked: { [agent.clientId]: { [world.api.identifier]: ['read', 'tidy'] } },
  });
  expect(events.filter(({ type }) => type === 'delegation.created')).toMatchObject([
    { agent: agent.clientId, resource: world.api.identifier, scopeGiven: ['read'], inputs: { via: app.clientId } },
  ]);
  expect(await world.row(agent, app)).toMatchObject({ scope: ['read'], via: app.clientId, delegableTo: { depth: 0 } });
  const subject = await world.redeem(app, asking, left as Page);
  const { answer } = await watch.issued(() => world.exchange(agent, subject, 'read'));
  expect(await world.introspect(answer.body['access_token'])).toMatchObject({
    active: true,
    sub: world.scene.accountId,
    act: { sub: agent.clientId },
  });
  expect(await world.isActive(subject)).toBe(false);
});

test('nothing ticked: nothing is held, and the exchange is refused with its page', async () => {
  const subject = await world.signIn(app);
  expect(await world.row(agent, app)).toBeUndefined();
  await watch.refused(() => world.exchange(agent, subject, 'read'), {
    status: 400,
    error: 'consent_required',
    event: 'token.refused',
  });
});

describe('shows only', () => {
  test('pairs that were accepted, at an API that is active, of scopes it still declares', async () => {
    const off = await world.newServer(`off-${agent.clientId.slice(4, 10)}`);
    await world.declare([
      { scope: 'read' },
      { scope: 'tidy', acceptedBy: undefined as never, acceptedAt: undefined as never },
      { scope: 'read', resource: off.identifier },
      { scope: 'gone' },
    ]);
    await world.switchOff(`/resource-servers/${off.id}`);
    expect(wishesOn((await world.ask(app)).page)).toEqual([wish('read')]);
  });

  test('what agent and person may hold there', async () => {
    await world.patch(`/agents/${agent.clientId}`, { authority: { [world.api.identifier]: ['tidy'] } });
    expect(wishesOn((await world.ask(app)).page)).toEqual([wish('tidy')]);
    await world.patch(`/agents/${agent.clientId}`, { authority: { [world.api.identifier]: [] } });
    expect(wishesOn((await world.ask(app)).page)).toEqual([]);
  });

  test('agents that are active, may exchange, and are registered as the server', async () => {
    const others = [
      await world.newAgent({ resource_servers: [] }),
      await world.newAgent({ grant_types: ['authorization_code'] }),
      await world.newAgent(),
    ];
    await world.call('POST', `/agents/${others[2]?.clientId}/suspend`, {});
    expect(wishesOn((await world.ask(app)).page)).toEqual([wish('tidy'), wish('read')]);
  });

  test('what the person has not allowed yet', async () => {
    await allow(await world.ask(app), wish('read'));
    const again = await world.ask(app, { prompt: 'consent' });
    expect(wishesOn(again.page)).toEqual([wish('tidy')]);
    await allow(again, wish('tidy'));
    expect(await world.row(agent, app)).toMatchObject({ scope: ['read', 'tidy'] });
  });

  test('wishes to an app: not to an agent that asks for itself', async () => {
    const asking = await world.ask(agent, { scope: 'read' });
    expect(asking.page.text).toMatch(/wants to act for you at/);
    expect(wishesOn(asking.page)).toEqual([]);
  });

  test('the longest time of the agent, which bounds the delegation', async () => {
    await world.patch(`/agents/${agent.clientId}`, { ceilings: { max_delegation_seconds: 7200 } });
    const asking = await world.ask(app);
    expect(asking.page.text).toContain('For 2 hours at most.');
    await allow(asking, wish('read'));
    const row = await world.row(agent, app);
    expect(Number(row?.expiresAt) - Number(row?.createdAt)).toBe(7200);
  });
});

describe('a wish makes no page necessary', () => {
  test('a remembered answer counts with prompt=none, after any later wishes', async () => {
    await world.declare([]);
    await world.signIn(app);
    await world.declare([{ scope: 'read' }]);
    const browser = newBrowser(server.issuer);
    await world.ask(await world.newApp('First'), {}, browser);
    const silent = await world.ask(app, { prompt: 'none' }, browser);
    expect(silent.page.left?.searchParams.get('code')).toBeTruthy();
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('an app that asks for no consent allows none', async () => {
    const first = await world.newApp('First party', {
      skip_consent: true,
      authority: { [world.mcp.identifier]: ['*'] },
    });
    const asking = await world.ask(first);
    expect(asking.page.left?.searchParams.get('code')).toBeTruthy();
    expect(await world.row(agent, first)).toBeUndefined();
  });
});

describe('the form', () => {
  test.each([
    ['a pair that is not accepted', () => wish('write')],
    ['another agent', () => wish('read', 'agt_other')],
    ['another resource', () => wish('read', agent.clientId, world.mcp.identifier)],
    ['no scope', () => `${agent.clientId} ${world.api.identifier}`],
  ])('takes %s for nothing', async (_what, value) => {
    const asking = await world.ask(app);
    const { events } = await watch.during(async () => expect(await smuggle(asking, value())).toBe(400));
    expect(events.map(({ type }) => type)).toEqual(['request.refused']);
    expect(await world.row(agent, app)).toBeUndefined();
    // What was sent used nothing up.
    expect((await allow(asking, wish('read'))).left?.searchParams.get('code')).toBeTruthy();
  });

  test('says nothing about which app: what it names as such is not read', async () => {
    const other = await world.newApp('Other');
    const asking = await world.ask(app);
    const page = await asking.browser.submit(asking.page, world.formOn(asking.page), {
      button: /=allow$/,
      set: { via: other.clientId, client_id: other.clientId },
      check: (name, value) => (name === 'wish' ? value === wish('read') : undefined),
    });
    expect(page.left?.searchParams.get('code')).toBeTruthy();
    expect([await world.row(agent, app), await world.row(agent, other)]).toMatchObject([
      { scope: ['read'] },
      undefined,
    ]);
  });

  test.each([
    ['the agent changes hands', () => world.handOver(agent)],
    ['the pair is removed', () => world.declare([{ scope: 'tidy' }])],
    ['the API is disabled', () => world.switchOff(`/resource-servers/${world.api.id}`)],
    ['another agent wishes', () => world.newAgent({ name: 'Late' })],
    ['the app gets another name', () => world.patch(`/clients/${app.clientId}`, { name: 'Renamed' })],
  ])('is shown again when %s between page and answer', async (_what, change) => {
    const asking = await world.ask(app);
    await change();
    const again = await allow(asking, wish('read'));
    await world.switchOn(`/resource-servers/${world.api.id}`).catch(() => undefined);
    expect(again.status).toBe(409);
    expect(again.text).toContain('What is asked for has changed.');
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('denied: no wish is allowed either', async () => {
    const asking = await world.ask(app);
    const page = await asking.browser.submit(asking.page, world.formOn(asking.page), {
      button: /=deny$/,
      check: (name) => (name === 'wish' ? true : undefined),
    });
    expect(page.left?.searchParams.get('error')).toBe('access_denied');
    expect(await world.row(agent, app)).toBeUndefined();
  });
});

test('of an agent in other hands: the page says so, and what is ticked is for the new owner', async () => {
  await allow(await world.ask(app), wish('read'));
  const row = await world.row(agent, app);
  const handedOver = await world.handOver(agent);
  expect(await world.row(agent, app)).toBeUndefined();
  const again = await world.ask(app, { prompt: 'consent' });
  expect(again.page.text).toContain('This agent has a new owner since you allowed it something');
  const named = `${handedOver.clientId}:1`;
  // What a page of before named is another agent's.
  expect(await smuggle(again, wish('read'))).toBe(400);
  await allow(again, wish('read', named));
  expect(await world.row(agent, app)).toMatchObject({ id: row?.id, scope: ['read'], state: 'active' });
});

test('a wish that is not ticked takes nothing back', async () => {
  await allow(await world.ask(app), wish('read'), wish('tidy'));
  const before = await world.row(agent, app);
  advance(1000);
  await world.declare([{ scope: 'read' }, { scope: 'tidy' }, { scope: 'write' }]);
  await allow(await world.ask(app, { prompt: 'consent' }));
  expect(await world.row(agent, app)).toEqual(before);
});
