/** One action on several agents in the console: the preview, the confirmation, and one call of the API for each agent. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const BOB: Person = { username: 'bob', password: PASSWORD };
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let bob: string;
let operator: Browser;
let ada: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

const eventsOf = async (type: string, ids: readonly string[]): Promise<readonly string[]> => {
  await server.settled();
  const found = (await server.events(type as never)).map(({ target }) => target?.id ?? '');
  return found.filter((id) => ids.includes(id)).toSorted();
};

const refusals = async (): Promise<readonly (string | undefined)[]> => {
  await server.settled();
  return (await server.events('request.refused')).map(({ error }) => error);
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  bob = (await scene.management.createAccount({ ...BOB, name: 'Bob' })).id;
  for (const [person, roles] of [
    [OPERATOR, ['operator']],
    [AUDITOR, ['auditor']],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles });
  }
  operator = await signedIn(OPERATOR);
  ada = await signedIn(scene.person);
}, 60_000);

afterAll(() => server?.close());

const newAgents = async (names: readonly string[], owner = scene.accountId): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const name of names) {
    const about = { name, owner, purpose: 'x', environment: 'test', jwks_uri: 'https://keys.example.com/jwks' };
    const { id } = await scene.management.createAgent(about);
    await server.behalf.services.agents.accept(id, { caller: owner, account: owner }).catch(() => undefined);
    ids.push(id);
  }
  return ids;
};

const agent = async (id: string): Promise<Record<string, unknown>> =>
  (await scene.management.call('GET', `/agents/${id}`)).body;
const statesOf = (ids: readonly string[]): Promise<readonly unknown[]> =>
  Promise.all(ids.map(async (id) => (await agent(id))['state']));

const preview = (browser: Browser, deed: string, ids: readonly string[]): Promise<Page> =>
  browser.open(at(`/console/agents/bulk?do=${deed}${ids.map((id) => `&id=${id}`).join('')}`));

const confirm = async (browser: Browser, page: Page, set: Record<string, string> = {}): Promise<Page> => {
  const form = page.forms.find(({ action, method }) => method === 'POST' && /agents\/bulk$/.test(action));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return browser.submit(page, form, { set });
};

describe('the list', () => {
  test('has a box with the name of each agent, and sends the chosen ones to the preview', async () => {
    const [id = ''] = await newAgents(['Tickable']);
    const page = await operator.open(at('/console/agents?q=tickable'));
    expect(page.html).toContain(`<input type="checkbox" name="id" value="${id}" form="bulk">`);
    expect(page.text).toContain('Choose Tickable');
    const form = page.forms.find(({ action }) => /agents\/bulk$/.test(action));
    expect([form?.method, form?.buttons.map(({ value }) => value)]).toEqual([
      'GET',
      ['suspend', 'hand-over', 'retire'],
    ]);
    // The preview leads back to the list as it was filtered.
    expect((await operator.open(at(`/console/agents/bulk?do=suspend&id=${id}&list=q%3Dtickable`))).html).toContain(
      '/console/agents?q=tickable"',
    );
  });

  test('without a chosen agent there is nothing to confirm; an unknown action and too many agents are refused', async () => {
    const none = await preview(operator, 'suspend', []);
    expect([none.status, none.text]).toEqual([200, expect.stringContaining('No agent is chosen.')]);
    expect(none.forms.some(({ action, method }) => method === 'POST' && /bulk$/.test(action))).toBe(false);
    const unknown = await preview(operator, 'erase', ['agt_1']);
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('Choose to suspend')]);
    expect((await refusals()).at(-1)).toBe('invalid_field');
    const many = Array.from({ length: 101 }, (_, index) => `agt_${index}`);
    const tooMany = await preview(operator, 'suspend', many);
    expect([tooMany.status, tooMany.text]).toEqual([400, expect.stringContaining('At most 100 at once.')]);
    expect((await refusals()).at(-1)).toBe('invalid_field');
  });
});

describe('suspend', () => {
  test('shows what happens to each agent, changes those that can change, and writes one event for each', async () => {
    const ids = await newAgents(['First', 'Second', 'Asleep', 'Over']);
    const [first = '', second = '', asleep = '', over = ''] = ids;
    await scene.management.call('POST', `/agents/${asleep}/suspend`);
    await scene.management.call('POST', `/agents/${over}/retire`);
    const page = await preview(operator, 'suspend', [...ids, 'agt_unknown']);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Suspend 2 agents?')]);
    expect(page.text).toContain('3 agents stay as they are');
    expect(page.text).toContain('It is already suspended.');
    expect(page.text).toContain('A retired agent cannot be suspended.');
    expect(page.text).toContain('It does not exist, or you may not see it.');
    // A preview changes nothing.
    expect(await statesOf(ids)).toEqual(['active', 'active', 'suspended', 'retired']);

    const done = await confirm(operator, page);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('2 done, 0 unchanged, 0 refused.')]);
    expect(await statesOf(ids)).toEqual(['suspended', 'suspended', 'suspended', 'retired']);
    expect(await eventsOf('agent.suspended', ids)).toEqual([first, second, asleep].toSorted());
    // The same form again changes nothing more.
    const again = await confirm(operator, page);
    expect(again.text).toContain('0 done, 2 unchanged, 0 refused.');
    expect(await eventsOf('agent.suspended', ids)).toHaveLength(3);
  });

  test('an agent that was retired meanwhile is refused with the reason; the others are suspended', async () => {
    const ids = await newAgents(['Ended meanwhile', 'Goes on']);
    const [ended = '', other = ''] = ids;
    const page = await preview(operator, 'suspend', ids);
    await scene.management.call('POST', `/agents/${ended}/retire`);
    const before = (await refusals()).length;
    const done = await confirm(operator, page);
    expect(done.text).toContain('1 done, 0 unchanged, 1 refused.');
    expect(done.text).toContain('An agent that is retired cannot be suspended.');
    expect(await statesOf(ids)).toEqual(['retired', 'suspended']);
    expect((await refusals()).slice(before)).toEqual(['conflict']);
    expect(await eventsOf('agent.suspended', ids)).toEqual([other]);
  });

  test('WB-02 a form without its token is refused, and changes nothing', async () => {
    const ids = await newAgents(['Not forged']);
    const page = await preview(operator, 'suspend', ids);
    const before = (await refusals()).length;
    expect((await confirm(operator, page, { csrf: 'x' })).status).toBe(403);
    expect((await refusals()).slice(before)).toEqual(['forbidden']);
    expect(await statesOf(ids)).toEqual(['active']);
  });
});

describe('permissions', () => {
  test('MG-01 an owner changes own agents; an agent of another owner looks like a missing one', async () => {
    const [own = ''] = await newAgents(['Of Ada']);
    const [others = ''] = await newAgents(['Of Bob'], bob);
    const page = await preview(ada, 'suspend', [own, others]);
    expect(page.text).toContain('1 agent stays as it is');
    expect(page.text).not.toContain('Of Bob');
    // A form that names it all the same meets the refusal of the API.
    const form = page.forms.find(({ action, method }) => method === 'POST' && /bulk$/.test(action));
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const body = new URLSearchParams([
      ...[
        ['csrf', csrf],
        ['do', 'suspend'],
        ['agent', `${others}.1`],
        ['agent', `${own}.1`],
      ],
    ] as [string, string][]);
    const before = await statesOf([others]);
    const count = (await refusals()).length;
    const sent = await ada.request(at('/console/agents/bulk'), { method: 'POST', body });
    expect([sent.status, await sent.text()]).toEqual([200, expect.stringContaining('1 done, 0 unchanged, 1 refused.')]);
    expect((await refusals()).slice(count)).toEqual(['not_found']);
    expect([await statesOf([others]), await statesOf([own])]).toEqual([before, ['suspended']]);
  });

  test('an auditor sees agents and changes none', async () => {
    const ids = await newAgents(['Only seen']);
    const page = await preview(await signedIn(AUDITOR), 'retire', ids);
    expect(page.text).toContain('You may see this agent, but not change it.');
    expect(page.forms.some(({ action, method }) => method === 'POST' && /bulk$/.test(action))).toBe(false);
  });
});

describe('hand over', () => {
  test('offers each agent to the new owner, by the version that was shown', async () => {
    const ids = await newAgents(['Moves', 'Changed meanwhile']);
    const [moves = '', changed = ''] = ids;
    const page = await preview(operator, 'hand-over', ids);
    expect(page.text).toContain('Hand over 2 agents?');
    const wrong = await confirm(operator, page, { owner: 'nothing' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('There is no active account or group')]);
    expect((await refusals()).at(-1)).toBe('invalid_field');
    expect(wrong.html).toContain('value="nothing"');

    const found = await server.behalf.services.agents.get(changed);
    await server.behalf.services.agents.update(changed, found?.version ?? 1, { purpose: 'y' }, { caller: 'system' });
    const done = await confirm(operator, page, { owner: 'bob' });
    expect(done.text).toContain('1 done, 0 unchanged, 1 refused.');
    expect(done.text).toContain('The new owner has been asked to accept it.');
    expect((await refusals()).at(-1)).toBe('precondition_failed');
    expect(await eventsOf('agent.transfer_offered', ids)).toEqual([moves]);
    expect((await agent(moves))['owner']).toBe(scene.accountId);

    // Sent again, it offers nothing twice.
    expect((await confirm(operator, page, { owner: 'bob' })).text).toContain('0 done, 1 unchanged, 1 refused.');
    expect(await eventsOf('agent.transfer_offered', ids)).toEqual([moves]);
    expect((await preview(operator, 'hand-over', [moves])).text).toContain('The offer to Bob ends.');
    // An offer to the present owner would withdraw the offer to Bob.
    const kept = await confirm(operator, await preview(operator, 'hand-over', [moves]), {
      owner: scene.person.username,
    });
    expect(kept.text).toContain('The new owner already owns it.');
    expect((await server.behalf.services.agents.get(moves))?.document.transferTo).toBe(bob);
  });
});

describe('retire', () => {
  test('needs the number of agents typed, then retires each once', async () => {
    const ids = await newAgents(['Old one', 'Old two', 'Old three']);
    const page = await preview(operator, 'retire', ids);
    expect(page.text).toMatch(/type the number of agents: 3/);
    const wrong = await confirm(operator, page, { confirm: '2' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('Type 3.')]);
    expect((await refusals()).at(-1)).toBe('invalid_field');
    expect(await statesOf(ids)).toEqual(['active', 'active', 'active']);

    const done = await confirm(operator, page, { confirm: '3' });
    expect(done.text).toContain('3 done, 0 unchanged, 0 refused.');
    expect(await statesOf(ids)).toEqual(['retired', 'retired', 'retired']);
    expect((await confirm(operator, page, { confirm: '3' })).text).toContain('0 done, 3 unchanged, 0 refused.');
    expect(await eventsOf('agent.retired', ids)).toEqual(ids.toSorted());
    const nothing = await preview(operator, 'retire', ids);
    expect(nothing.text).toContain('This action changes none of these agents.');
  });
});

describe('the kill switch', () => {
  test('has a link on the page of an agent for those who may order it', async () => {
    const [id = ''] = await newAgents(['Stoppable']);
    const link = `/console/kills/new?scope=agent&amp;name=${id}"`;
    expect((await operator.open(at(`/console/agents/${id}`))).html).toContain(link);
    expect((await ada.open(at(`/console/agents/${id}`))).html).not.toContain(link);
  });
});
