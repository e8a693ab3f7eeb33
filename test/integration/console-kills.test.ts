/** The kill switch in the console: preview, typed confirmation, and the lift with a fresh second factor. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let admin: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};
const events = async (type: string) => {
  await server.settled();
  return (await server.events()).filter((event) => event.type === type);
};

/** The preview of a target, and its form sent. */
const stop = async (browser: Browser, scope: string, name: string, set: Record<string, string>): Promise<Page> => {
  const page = await browser.open(at(`/console/kills/new?scope=${scope}&name=${encodeURIComponent(name)}`));
  const form = page.forms.find(({ action }) => /kills$/.test(action));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return browser.submit(page, form, { set });
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, roles] of [
    [OPERATOR, ['operator']],
    [ADMIN, ['administrator']],
    [AUDITOR, ['auditor']],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles });
  }
  operator = await signedIn(OPERATOR);
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);

afterAll(() => server?.close());

const newAgent = async (name: string): Promise<string> =>
  (
    await scene.management.createAgent({
      ...{ name, purpose: 'x', environment: 'test', owner: scene.accountId },
      ...{ jwks_uri: 'https://keys.example.com/jwks' },
    })
  ).id;

describe('an order', () => {
  test('shows by name what ends, and stops it after the name was typed', async () => {
    const id = await newAgent('Runaway');
    const page = await operator.open(at('/console/kills/new?scope=agent&name=runaway'));
    expect([page.status, page.text]).toEqual([200, expect.stringMatching(/Stop the agent Runaway ?\?/)]);
    expect(page.html).toContain(`/console/agents/${id}"`);
    const before = (await events('kill.ordered')).length;
    const wrong = await stop(operator, 'agent', 'Runaway', { confirm: 'Run', reason: 'It runs away' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('Type Runaway.')]);
    // What was typed is kept.
    expect(wrong.html).toContain('It runs away');
    expect((await events('kill.ordered')).length).toBe(before);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });

    const done = await stop(operator, 'agent', 'Runaway', { confirm: 'runaway', reason: 'It runs away' });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Stopped.')]);
    expect((await events('kill.ordered')).at(-1)).toMatchObject({ target: { kind: 'agent', id } });
    expect((await operator.open(at('/console/kills'))).text).toContain('Runaway');
  });

  test('of a person names their agents and delegations', async () => {
    const page = await operator.open(at(`/console/kills/new?scope=account&name=${scene.person.username}`));
    expect(page.status).toBe(200);
    for (const said of ['Agents', 'stays blocked until an administrator lifts']) expect(page.text).toContain(said);
  });

  test('an unknown name is refused at its field; an ambiguous one lists the candidates', async () => {
    const ids = [await newAgent('Twin one'), await newAgent('Twin two')];
    for (const id of ids) {
      const found = await server.behalf.services.agents.get(id);
      await server.behalf.services.agents.update(id, found?.version ?? 1, { name: 'Twin' }, { caller: 'system' });
    }
    const unknown = await operator.open(at('/console/kills/new?scope=agent&name=nothing'));
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('There is nothing with the name')]);
    const several = await operator.open(at('/console/kills/new?scope=agent&name=twin'));
    expect(several.status).toBe(400);
    for (const id of ids) expect(several.text).toContain(id);
  });

  test('without a right of the management API there is neither page nor order', async () => {
    const auditor = await signedIn(AUDITOR);
    expect((await auditor.open(at('/console/kills'))).status).toBe(200);
    const order = { confirm: 'Secretary', reason: 'x' };
    expect((await stop(auditor, 'agent', scene.agent.clientId, order)).status).toBe(404);
    // An operator stops everything but administrators and everything.
    expect((await operator.open(at(`/console/kills/new?scope=account&name=root`))).status).toBe(403);
    expect((await operator.open(at('/console/kills/new?scope=all'))).status).toBe(403);
  });
});

describe('a lift', () => {
  test('needs an administrator with a second factor of the last minutes', async () => {
    const id = await newAgent('Comes back');
    await stop(operator, 'agent', id, { confirm: 'Comes back', reason: 'A trial' });
    const [kill] = (await scene.management.call('GET', `/kills?scope=agent&id=${id}`)).body['items'] as {
      id: string;
    }[];
    const path = `/console/kills/${kill?.id}`;
    expect((await operator.open(at(path))).html).not.toContain(`${path}/lift`);
    const press = async (browser: Browser): Promise<Page> => {
      const page = await browser.open(at(`${path}/lift`));
      const form = page.forms.find(({ action }) => action.endsWith('/lift'));
      return form ? browser.submit(page, form) : page;
    };
    const refused = await press(operator);
    expect(refused.status).toBe(403);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
    const plain = await press(await signedIn({ username: 'admin', password: 'correct horse battery staple' }));
    expect([plain.status, plain.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });

    const lifted = await press(admin);
    expect([lifted.status, lifted.text]).toEqual([200, expect.stringContaining('Lifted.')]);
    expect((await events('kill.lifted')).at(-1)).toMatchObject({ inputs: { kill: kill?.id } });
  });
});
