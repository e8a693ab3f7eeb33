/** Response rules in the console: drafted by a form, replayed, and activated in the version that the page showed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordId } from '../../src/domain/audit/audit-record.ts';
import { RESPONSES, type Response } from '../../src/domain/governance/responses/response.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'root', password: PASSWORD };
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const PATH = '/console/response-rules';

let server: RunningServer;
let scene: Scene;
let admin: Browser;
let operator: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const send = async (
  browser: Browser,
  path: string,
  action: RegExp,
  set: Record<string, string> = {},
): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status}`);
  return browser.submit(page, form, { set });
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, role] of [
    [ADMIN, 'administrator'],
    [OPERATOR, 'operator'],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  }
  operator = newBrowser(server.issuer);
  await submitSignIn(operator, await operator.open(at('/account')), OPERATOR);
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);
afterAll(() => server?.close());

let id = '';

describe('a response rule', () => {
  test('is drafted by an operator, with its conditions', async () => {
    const made = await send(operator, `${PATH}/new`, /response-rules$/, {
      ...{ name: 'Much and denied', act: 'suspend', 'when.0.fact': 'rate_times', 'when.0.at_least': '2.5' },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Saved as a draft.')]);
    id = /rrl_\w+/.exec(made.url)?.[0] ?? '';
    const { body } = await scene.management.call('GET', `/response-rules/${id}`);
    expect(body).toMatchObject({
      ...{ name: 'Much and denied', act: 'suspend', state: 'draft' },
      when: [{ fact: 'rate_times', at_least: 2.5 }],
    });
    expect(made.text).toContain('The rule was not replayed');
  });

  test('without a condition, or with a text in place of a number, is refused at its field', async () => {
    for (const set of [{}, { 'when.0.fact': 'rate_times', 'when.0.at_least': 'many' }]) {
      const again = await send(operator, `${PATH}/new`, /response-rules$/, { name: 'Nothing', act: 'notify', ...set });
      expect(again.status).toBe(400);
    }
    for (const wrong of ['many', '1e999', '-1', 'Infinity']) {
      const again = await send(operator, `${PATH}/${id}/edit`, /\/edit$/, { 'when.0.at_least': wrong });
      expect([wrong, again.status]).toEqual([wrong, 400]);
    }
    const { body } = await scene.management.call('GET', '/response-rules');
    expect((body['items'] as readonly unknown[]).length).toBe(1);
  });

  test('is activated by an administrator who saw its replay; another version is refused', async () => {
    const replayed = await send(operator, `${PATH}/${id}`, /\/replay$/);
    expect(replayed.text).toContain('it would have acted on 0');
    expect((await operator.open(at(`${PATH}/${id}/activate`))).status).toBe(403);
    const shown = await admin.open(at(`${PATH}/${id}/activate`));
    const form = shown.forms.find((one) => /\/activate$/.test(one.action));
    if (!form) throw new Error(`no form: ${shown.status} ${shown.url}`);
    // Another person changes the rule meanwhile.
    await send(operator, `${PATH}/${id}/edit`, /\/edit$/, { 'when.0.at_least': '3' });
    expect((await admin.submit(shown, form)).status).toBe(412);
    await send(operator, `${PATH}/${id}`, /\/replay$/);
    const activated = await send(admin, `${PATH}/${id}/activate`, /\/activate$/);
    expect([activated.status, activated.text]).toEqual([200, expect.stringContaining('It acts from now on.')]);
    const events = (await server.events('response_rule.activated')).filter(({ target }) => target?.id === id);
    expect(events).toMatchObject([{ inputs: { when: ['rate_times 3'], act: 'suspend', replayed: { acted: 0 } } }]);
    await send(operator, `${PATH}/${id}`, /\/deactivate$/);
    expect((await scene.management.call('GET', `/response-rules/${id}`)).body['state']).toBe('draft');
  });
});

test('a response is lifted on its page, by an operator who does not own the agent', async () => {
  const { services } = server.behalf;
  const agent = scene.agent.clientId;
  await services.agents.suspend(agent, { caller: 'system' }, { security: 'rsp_here' });
  const now = services.clock.now();
  const { stream, sequence } = await services.audit.append({
    ...{ type: 'token.refused', outcome: 'refused', caller: agent, agent, error: 'access_denied' },
    ...{ resource: scene.jwt.identifier, scopeAsked: ['delete'], personal: { source: '198.51.100.7' } },
  });
  await services.documents.collection<Response>(RESPONSES).insert({
    ...{ id: 'rsp_here', rule: id, ruleName: 'Much', agent, agentName: 'Secretary', owner: scene.accountId },
    ...{ act: 'suspend', state: 'open', slot: 'x', values: { rate_times: 4 }, bounds: { rate_times: 2.5 } },
    evidence: [recordId(stream, sequence), recordId(stream, 999_999)],
    ...{ eventAt: now, createdAt: now, updatedAt: now },
  });
  const owner = newBrowser(server.issuer);
  await submitSignIn(owner, await owner.open(at('/account')), scene.person);
  const own = await owner.open(at(`/console/agents/${agent}`));
  expect(own.text).toContain('It was suspended for security.');
  expect(own.forms.filter((one) => /\/resume$/.test(one.action))).toEqual([]);
  expect((await operator.open(at('/console/responses'))).text).toContain('Secretary');
  const { text: shown } = await operator.open(at('/console/responses/rsp_here'));
  expect(shown).toContain('A rule suspended Secretary');
  expect(shown).toMatch(/: 4 \(the rule acts from 2\.5 on\)/);
  expect(shown).toMatch(/refused Token refused access_denied .*The calendar service delete 198\.51\.100\.7/);
  // An event that this server no longer has keeps its number.
  expect(shown).toContain('Event 999999');
  const lifted = await send(operator, '/console/responses/rsp_here/lift', /\/lift$/);
  expect(lifted.text).toContain('Lifted. The agent is active.');
  expect((await services.agents.get(agent))?.document.state).toBe('active');
  expect(await server.events('response.lifted')).toMatchObject([{ agent, target: { id: 'rsp_here' } }]);
});
