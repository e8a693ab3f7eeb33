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
    const choice = await operator.open(at('/console/kills/new'));
    expect(choice.html).toMatch(/<datalist id="field-name-offers">.*<option value="Runaway">Agent<\/option>/is);
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

  test('of a person names their agents, what these hold for others and re-delegated, grants and sessions', async () => {
    const carl = (await scene.management.createAccount({ username: 'carl', name: 'Carl', password: PASSWORD })).id;
    const [held, below] = [await newAgent('Holds for Carl'), await newAgent('Works below')];
    const now = Math.floor(Date.now() / 1000);
    const delegated = { resource: scene.jwt.identifier, scope: ['read'], expiresAt: now + 3600 };
    const { delegations } = server.behalf.services;
    const parent = await delegations.recordConsent({
      ...{ ...delegated, subject: carl, actor: held, asked: ['read'], by: carl },
      delegableTo: { agents: [below], depth: 1 },
    });
    if (!parent) throw new Error('no delegation');
    await delegations.derive({ ...delegated, parent, actor: below, delegableTo: { agents: [], depth: 0 } });
    const { username } = scene.person;
    // A session of theirs. The console is open to every account that owns agents.
    await signedIn(scene.person);

    const page = await operator.open(at(`/console/kills/new?scope=account&name=${username}`));
    expect(page.status).toBe(200);
    const ends = page.html.slice(page.html.indexOf('id="ends"'), page.html.indexOf('</section>'));
    for (const id of [held, below]) expect(ends).toContain(`/console/agents/${id}"`);
    for (const name of ['Holds for Carl', 'Works below']) {
      expect(ends).toMatch(new RegExp(`${name}[^/]*</[a-z]+> at [^]*?${new URL(scene.jwt.identifier).host}`));
    }
    expect(page.text).toMatch(/Sessions ?[1-9]/);
    expect(page.text).toContain('Access tokens, standing approvals and open approvals of these end too.');
    expect(page.text).toContain('stays blocked until an administrator lifts');
    // An account of which nothing ends has none of these lines.
    await scene.management.createAccount({ username: 'nil', name: 'Nil', password: PASSWORD });
    const nothing = await operator.open(at('/console/kills/new?scope=account&name=nil'));
    expect(nothing.text).toContain('No agent, delegation, grant or session ends.');
  });

  test('of everything says what it does not count', async () => {
    const page = await admin.open(at('/console/kills/new?scope=all'));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Sessions not counted; some may end')]);
  });

  test('stops a client by the URL of its metadata document', async () => {
    const id = 'https://client.example.com/metadata.json';
    const done = await stop(operator, 'client', id, { confirm: id, reason: 'Its host was taken over' });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Stopped.')]);
    expect((await events('kill.ordered')).at(-1)).toMatchObject({ target: { kind: 'client', id } });
    const wrong = await operator.open(at(`/console/kills/new?scope=client&name=${encodeURIComponent(`${id}?a=b`)}`));
    expect([wrong.status, wrong.forms.some(({ action }) => /kills\/new$/.test(action))]).toEqual([400, true]);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_request' });
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
