/** The order of lists in the management API and the console: by an index of the store, page after page. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const NAMES = ['mia', 'zoe', 'ben', 'kai', 'eva'] as const;
const SORTED = [...NAMES].sort();

let server: RunningServer;
let management: Management;
let admin: Browser;
const at = (path: string): string => `${server.issuer}${path}`;

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  const ids: string[] = [];
  for (const name of NAMES) {
    const account = { username: `${name}-sorted`, name: `${name} Sorted`, password: 'a long enough pass phrase' };
    ids.push((await management.createAccount(account)).id);
  }
  for (const name of NAMES) {
    await management.call('POST', '/groups', { name: `${name} group`, members: ids.slice(0, 2) });
    await management.createResourceServer({
      identifier: `https://${name}.sorted.example.com`,
      name: 'One of several',
      scopes: [{ name: 'read', description: 'See what is there', risk: 'low' }],
      access_token_format: 'jwt',
    });
    await management.call('POST', '/clients', {
      name: `${name} client`,
      redirect_uris: ['https://app.example.com/callback'],
    });
    await management.call('POST', '/blueprints', { name: `${name} blueprint`, purpose: 'Is sorted', ceilings: {} });
    const webhook = { name: `${name} webhook`, url: 'https://hooks.example.com/in', kinds: ['agent.orphaned'] };
    await management.call('POST', '/webhooks', webhook);
  }
  admin = newBrowser(server.issuer);
  const person = { username: 'admin', password: 'correct horse battery staple' };
  await submitSignIn(admin, await admin.open(at('/console')), person);
}, 60_000);
afterAll(() => server?.close());

/** A member of all items, over pages of two. */
const all = async (
  path: string,
  member: string,
  query: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let cursor = ''; ; ) {
    const asked = new URLSearchParams({ ...query, limit: '2', ...(cursor === '' ? {} : { cursor }) });
    const { status, body } = await management.call('GET', `${path}?${asked}`);
    expect(status).toBe(200);
    found.push(...(body['items'] as Readonly<Record<string, string>>[]).map((one) => String(one[member])));
    if (body['next'] === undefined) return found;
    cursor = String(body['next']);
  }
};

const LISTS = [
  ['/accounts', 'username', 'username', 'sorted', (name: string) => `${name}-sorted`],
  ['/groups', 'name', 'name', 'group', (name: string) => `${name} group`],
  ['/resource-servers', 'identifier', 'identifier', 'several', (name: string) => `https://${name}.sorted.example.com`],
  ['/clients', 'name', 'name', 'client', (name: string) => `${name} client`],
] as const;

test.each(LISTS)('%s is sorted by %s in both directions, page after page, also with a search', async (...list) => {
  const [path, sort, member, search, textOf] = list;
  const wanted = SORTED.map(textOf);
  const ours = (found: readonly string[]) => found.filter((one) => wanted.includes(one));
  expect(ours(await all(path, member, { sort }))).toEqual(wanted);
  expect(ours(await all(path, member, { sort, order: 'descending' }))).toEqual([...wanted].reverse());
  expect(await all(path, member, { sort, search })).toEqual(wanted);
  expect(await all(path, member, { sort, search, order: 'descending' })).toEqual([...wanted].reverse());
  // The same second may have made several, which are in the order of their ids then.
  const newest = await all(path, member, {});
  expect(await all(path, member, { sort: 'created', order: 'ascending' })).toEqual([...newest].reverse());
});

test.each([
  ['/blueprints', 'blueprint'],
  ['/webhooks', 'webhook'],
])('%s is sorted by name in both directions, page after page', async (path, noun) => {
  const wanted = SORTED.map((name) => `${name} ${noun}`);
  expect(await all(path, 'name', { sort: 'name' })).toEqual(wanted);
  expect(await all(path, 'name', { sort: 'name', order: 'descending' })).toEqual([...wanted].reverse());
  const newest = await all(path, 'name', {});
  expect(await all(path, 'name', { sort: 'created', order: 'ascending' })).toEqual([...newest].reverse());
});

test('blueprints of one state are sorted by name and by their last change', async () => {
  const wanted = SORTED.map((name) => `${name} blueprint`);
  expect(await all('/blueprints', 'name', { state: 'draft', sort: 'name' })).toEqual(wanted);
  const changes = (await all('/blueprints', 'updated_at', { state: 'draft', sort: 'changed' })).map(Number);
  expect(changes).toEqual([...changes].sort((one, other) => one - other));
  expect(await all('/blueprints', 'name', { state: 'active', sort: 'changed' })).toEqual([]);
});

test.each(['password', 'state', '__proto__'])('refuses to sort by %j, naming the parameter', async (sort) => {
  const { status, body } = await management.call('GET', `/accounts?sort=${sort}`);
  expect([status, body['type']]).toEqual([400, expect.stringMatching(/invalid/)]);
});

const namesIn = (html: string): readonly string[] =>
  [...html.matchAll(/(\w{3})-sorted/g)]
    .map(([, name]) => String(name))
    .filter((name, index, found) => found[index - 1] !== name);

test('heads of the list of people sort it by links: ascending, descending, the newest first; the search stays', async () => {
  const first = await admin.open(at('/console/people?q=sorted'));
  expect(first.html).toMatch(/<th scope="col" aria-sort="descending"><a href="[^"]*\?q=sorted&amp;sort=created">/);
  const href = /<th scope="col"><a href="([^"]*sort=username)">/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const ascending = await admin.open(new URL(href, server.issuer).href);
  expect(namesIn(ascending.html)).toEqual(SORTED);
  expect(ascending.html).toMatch(/<input type="hidden" name="sort" value="username">/);
  const next = /aria-sort="ascending"><a href="([^"]*)"/.exec(ascending.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const descending = await admin.open(new URL(next, server.issuer).href);
  expect(namesIn(descending.html)).toEqual([...SORTED].reverse());
  expect(descending.html).toMatch(/aria-sort="descending"><a href="[^"]*\/console\/people\?q=sorted">/);
  const other = await admin.open(at('/console/people?sort=password&order=descending'));
  expect([other.status, other.html.includes('aria-sort="descending"')]).toEqual([200, true]);
  // The page states no order of its own.
  expect(descending.text).not.toContain('newest first');
});

test.each([
  ['/console/groups', /<th scope="col"><a href="[^"]*\/console\/groups\?sort=name">/],
  ['/console/resource-servers', /<th scope="col"><a href="[^"]*\/console\/resource-servers\?sort=identifier">/],
  ['/console/clients?q=client', /<th scope="col"><a href="[^"]*\/console\/clients\?q=client&amp;sort=name">/],
  [
    '/console/blueprints?state=draft',
    /<th scope="col"><a href="[^"]*\/console\/blueprints\?state=draft&amp;sort=changed">/,
  ],
  ['/console/webhooks', /<th scope="col"><a href="[^"]*\/console\/webhooks\?sort=name">/],
])('%s has a head to sort by', async (path, head) => {
  expect((await admin.open(at(path))).html).toMatch(head);
});
