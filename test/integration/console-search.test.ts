/** The search of the console: it finds what the viewer may see through the management API, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let admin: Browser;
let auditor: Browser;
/** No role. */
let ada: Browser;
let agent: string;
let other: string;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

const make = async (path: string, body: object): Promise<string> => {
  const made = await scene.management.call('POST', path, body);
  expect([made.status, made.text]).toEqual([201, made.text]);
  return String(made.body['id']);
};

const register = async (name: string, owner: string): Promise<string> =>
  make('/agents', {
    name,
    purpose: 'Finds free days',
    environment: 'test',
    owner,
    jwks: { keys: [(await newKeyPair()).publicJwk] },
  });

const search = (browser: Browser, text: string, part = ''): Promise<Page> =>
  browser.open(at(`/console/search?q=${encodeURIComponent(text)}${part && `&part=${part}`}`));

/** Paths of the links of the results, in order. */
const found = ({ html }: Page): readonly string[] =>
  [...html.slice(html.indexOf('<main')).matchAll(/<a (?:class="button \w+" )?href="([^"]+)"/g)]
    .map(([, href = '']) => href)
    .filter((href) => /\/console\/\w[\w-]*[/?]/.test(href));

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await make('/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  const bob = await make('/accounts', { username: 'bob', name: 'Bob Noyce', password: PASSWORD });
  agent = await register('Harvest counter', scene.accountId);
  other = await register('Harvest watcher', bob);
  [admin, auditor, ada] = (await Promise.all([ADMIN, AUDITOR, scene.person].map(signedIn))) as [
    Browser,
    Browser,
    Browser,
  ];
}, 60_000);

afterAll(() => server?.close());

describe('a search', () => {
  test('finds agents by the beginning of a word, and the only one of a name first, with what one does with it', async () => {
    const all = await search(admin, 'harv');
    expect([all.status, all.html.includes('<h2 id="best">')]).toEqual([200, false]);
    expect(found(all)).toEqual(expect.arrayContaining([`/console/agents/${agent}`, `/console/agents/${other}`]));
    const one = await search(admin, 'HARVEST counter');
    expect(one.html).toContain('<h2 id="best">');
    expect(found(one)).toEqual([
      `/console/agents/${agent}`,
      `/console/agents/${agent}`,
      `/console/audit?id=${agent}`,
      `/console/policy/try?agent=${agent}`,
      `/console/agents/${agent}/edit`,
      `/console/agents/${agent}/hand-over`,
      `/console/agents/${agent}/retire`,
      `/console/kills/new?scope=agent&amp;name=${agent}`,
    ]);
  });

  test('finds an object by its id, a person by the username, an API by its address', async () => {
    expect((await search(admin, other)).html).toMatch(
      /<h2 id="best"><a href="[^"]+"><bdi class="chosen">Harvest watcher</,
    );
    expect((await search(admin, 'bob')).html).toMatch(/<h2 id="best"><a href="[^"]+"><bdi class="chosen">Bob Noyce</);
    const { html } = await search(admin, scene.jwt.identifier);
    expect(html).toMatch(/<h2 id="best"><a href="[^"]*\/console\/resource-servers\/rs_/);
  });

  test('MG-01 gives a viewer without a role only what is their own: another agent is found neither by name nor by id', async () => {
    expect(found(await search(ada, 'harvest'))).toContain(`/console/agents/${agent}`);
    for (const text of ['harvest', 'Harvest watcher', other]) {
      const { status, html } = await search(ada, text);
      expect([
        text,
        status,
        html.includes('class="chosen">Harvest watcher'),
        html.includes(`/agents/${other}`),
      ]).toEqual([text, 200, false, false]);
    }
    const person = await search(ada, 'bob');
    expect(person.html).not.toContain('Bob Noyce');
    expect(person.html).toContain('No result.');
  });

  test('offers an auditor no action that the audit role lacks, and the events of an id', async () => {
    const page = await search(auditor, agent);
    expect(found(page)).toEqual([
      `/console/agents/${agent}`,
      `/console/agents/${agent}`,
      `/console/audit?id=${agent}`,
      `/console/policy/try?agent=${agent}`,
      `/console/audit?id=${agent}`,
    ]);
    for (const id of [`txn_${'a'.repeat(26)}`, `trn_${'a'.repeat(26)}`]) {
      expect(found(await search(auditor, id))).toEqual([`/console/transactions/${id}`, `/console/audit?id=${id}`]);
    }
    expect((await search(ada, `txn_${'a'.repeat(26)}`)).html).toContain('No result.');
  });

  test('WB-05 answers a part of the page with the results alone, and shows names of others as text', async () => {
    const evil = await register('Zebra "><img src=x onerror=hit()>', scene.accountId);
    const { status, html } = await search(admin, 'zebra', 'results');
    expect([status, html.includes('<html'), html.includes('<img')]).toEqual([200, false, false]);
    expect(html).toContain(`data-href="/console/agents/${evil}"`);
    expect(html).toContain('&quot;&gt;&lt;img src=x onerror=hit()&gt;');
    expect((await search(admin, '"><script>hit()</script>')).html).not.toContain('<script>hit');
  });

  test('without text asks for one, and reads no more than its first 200 characters', async () => {
    expect((await search(admin, '  ')).html).toContain('Enter the beginning of a name');
    const long = await search(admin, 'x'.repeat(5_000));
    expect([long.status, long.html.includes('x'.repeat(201))]).toEqual([200, false]);
  });

  test('reads a text whose 200th character is half a surrogate pair', async () => {
    for (let index = 0; index < 7; index += 1) await register(`Sheaf ${index}`, scene.accountId);
    const { status, html } = await search(admin, `${'sheaf '.repeat(33)}s😀😀`);
    expect([status, html.includes('href="/console/agents?q=sheaf')]).toEqual([200, true]);
  });

  test('sends a browser that is not signed in to sign in', async () => {
    const page = await newBrowser(server.issuer).open(at('/console/search?q=harvest'));
    expect([
      page.html.includes('Harvest'),
      page.forms.some(({ fields }) => fields.some(({ name }) => name === 'password')),
    ]).toEqual([false, true]);
  });
});
