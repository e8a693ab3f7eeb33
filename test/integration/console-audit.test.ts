/** The audit log in the console: searched, opened and exported by users who may read it by API. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let auditor: Browser;
/** No role. */
let ada: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const made = await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  expect(made.status).toBe(201);
  [auditor, ada] = (await Promise.all([AUDITOR, scene.person].map(signedIn))) as [Browser, Browser];
}, 60_000);

afterAll(() => server?.close());

const newest = async () => (await server.events()).at(-1);

describe('/console/audit', () => {
  test('shows every event with all its members, newest first, and that it was looked at', async () => {
    const page = await auditor.open(at('/console/audit'));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Account created');
    expect(page.text).toContain('Signed in');
    for (const member of ['caller', 'request', 'sequence', 'hash'])
      expect(page.html).toContain(`<code>${member}</code>`);
    await server.settled();
    expect(await newest()).toMatchObject({ type: 'audit.read', outcome: 'done', inputs: { filters: { limit: 25 } } });
  });

  test('is searched by who acted, by name or id', async () => {
    const found = async (caller: string): Promise<string> => {
      const page = await auditor.open(at(`/console/audit?${new URLSearchParams({ caller, type: 'session.started' })}`));
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('Signed in')]);
      return page.html;
    };
    for (const caller of [scene.person.username, scene.accountId]) {
      const callers = [...(await found(caller)).matchAll(/<dt><code>caller<\/code><\/dt><dd><code>([^<]*)/g)];
      expect(new Set(callers.map(([, id]) => id))).toEqual(new Set([scene.accountId]));
    }
  });

  test('is searched by person, by name or id, and by kind of event', async () => {
    for (const subject of [scene.person.username, scene.accountId]) {
      const page = await auditor.open(at(`/console/audit?subject=${subject}&type=session.started`));
      expect(page.status).toBe(200);
      const told = [...page.html.matchAll(/<dt><code>(\w+)<\/code><\/dt><dd><code>([^<]*)<\/code>/g)];
      const said = (member: string): readonly string[] => [
        ...new Set(told.filter(([, name]) => name === member).map(([, , value = '']) => value)),
      ];
      expect(said('type')).toEqual(['session.started']);
      expect(said('subject')).toEqual([scene.accountId]);
    }
  });

  test('is searched by a username that looks like an id', async () => {
    const made = await scene.management.call('POST', '/accounts', { username: 'max_m', name: 'Max' });
    const id = String(made.body['id']);
    await scene.management.call('POST', `/accounts/${id}/end-sessions`);
    const page = await auditor.open(at('/console/audit?subject=max_m'));
    expect([page.status, page.html]).toEqual([200, expect.stringContaining(id)]);
  });

  test('is searched by day: both ends are part of it, and another day has nothing', async () => {
    // Midnight may pass in between.
    const days = [Date.now() - 86_400_000, Date.now() + 86_400_000].map((when) =>
      new Date(when).toISOString().slice(0, 10),
    );
    expect((await auditor.open(at(`/console/audit?from=${days[0]}&to=${days[1]}`))).text).not.toContain(
      'There is no such event.',
    );
    expect((await auditor.open(at('/console/audit?to=2001-01-01'))).text).toContain('There is no such event.');
  });

  test('is searched by hour: the hour of an event has it, the hour before does not, and the form keeps it', async () => {
    const { at: when = 0 } = (await server.behalf.services.audit.list({ limit: 1 })).entries[0] ?? {};
    const hour = (before: number): string => new Date(when - before * 3_600_000).toISOString().slice(0, 13);
    const shown = async (from: string, to: string) => auditor.open(at(`/console/audit?from=${from}&to=${to}`));
    const now = await shown(hour(0), hour(0));
    expect([now.status, now.text]).toEqual([200, expect.not.stringContaining('There is no such event.')]);
    const sent = now.forms.flatMap(({ fields }) => fields).filter(({ name }) => name === 'from' || name === 'to');
    expect(sent.map(({ value }) => value)).toEqual([hour(0), hour(0)]);
    expect((await shown(hour(30), hour(29))).text).toContain('There is no such event.');
    const lately = await auditor.open(at('/console/audit'));
    const href = /<a href="([^"]*)">This and last hour<\/a>/.exec(lately.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const query = new URL(href, server.issuer).searchParams;
    const [from, to] = ['from', 'to'].map((name) => Date.parse(`${query.get(name)}:00:00Z`));
    expect(Number(to) - Number(from)).toBe(3_600_000);
  });

  test('offers each outcome beside the other filters, and keeps it in the form', async () => {
    const page = await auditor.open(at('/console/audit?type=session.started&outcome=refused'));
    expect(page.html).toMatch(/aria-current="true"[^>]*>refused</);
    expect(page.html).toContain('href="/console/audit?type=session.started&amp;outcome=granted"');
    expect(
      page.forms.some(({ fields }) => fields.some(({ name, value }) => name === 'outcome' && value === 'refused')),
    ).toBe(true);
  });

  test('offers usual periods beside the other filters, and marks the current one', async () => {
    const page = await auditor.open(at('/console/audit?outcome=refused'));
    const href = /<a href="([^"]*)">Yesterday<\/a>/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const query = new URL(href, server.issuer).searchParams;
    expect(query.get('outcome')).toBe('refused');
    expect(query.get('from')).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(query.get('to')).toBe(query.get('from'));
    expect(page.html).toMatch(/aria-current="true">All</);
    expect((await auditor.open(at(href))).html).toMatch(/aria-current="true">Yesterday</);
  });

  test('shows equal events that follow each other as one line, which has all of them', async () => {
    for (let round = 0; round < 3; round += 1) await auditor.open(at('/console/audit?txn=txn_nothing'));
    await server.settled();
    const page = await auditor.open(at('/console/audit?type=audit.read'));
    expect(
      page.html.match(/<summary><span class="tag still">done<\/span> Audit log read <strong>×\d+<\/strong>/g),
    ).toHaveLength(1);
    expect(page.html.match(/<dt><code>hash<\/code>/g)?.length ?? 0).toBeGreaterThan(3);
  });

  test.each([
    ['a day that is none', '?from=2026-02-30', 'A day looks like this'],
    ['an hour that is none', '?from=2026-02-28T24', 'An hour in UTC'],
    ['an unknown person', '?subject=unknown', 'There is no such account.'],
    ['an unknown caller', '?caller=unknown', 'There is no such app, agent or account.'],
  ])('says what is wrong with %s, and reads nothing', async (_name, query, said) => {
    await server.settled();
    const before = (await server.events()).filter(({ type }) => type === 'audit.read').length;
    const page = await auditor.open(at(`/console/audit${query}`));
    expect([page.status, page.text]).toEqual([400, expect.stringContaining(said)]);
    await server.settled();
    expect((await server.events()).filter(({ type }) => type === 'audit.read')).toHaveLength(before);
  });

  test('MG-01 is not there for a user without a role, and is not offered; the refusal is one event', async () => {
    expect((await ada.open(at('/console'))).html).not.toContain('/console/audit');
    for (const path of ['/console/audit', '/console/audit.ndjson']) {
      expect((await ada.open(at(path))).status).toBe(403);
      await server.settled();
      expect(await newest()).toMatchObject({ type: 'request.refused', error: 'forbidden', subject: scene.accountId });
    }
  });

  test('is exported as a file without personal values', async () => {
    const file = await auditor.open(at('/console/audit.ndjson'));
    expect(file.status).toBe(200);
    const lines = file.html
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThan(5);
    expect(file.html).not.toContain('"username":"aud"');
    await server.settled();
    expect(await server.events('audit.exported')).toEqual([expect.objectContaining({ outcome: 'done' })]);
  });

  test('a search is saved as a file with the events of all its pages, as the API shows them', async () => {
    const query = 'outcome=done&type=audit.read';
    for (let times = 0; times < 30; times += 1) await auditor.open(at('/console/audit'));
    const page = await auditor.open(at(`/console/audit?${query}`));
    expect(page.text).toContain('Save these events (NDJSON)');
    expect((await auditor.open(at('/console/audit'))).text).not.toContain('Save these events');
    const file = await auditor.open(at(`/console/audit/events.ndjson?${query}`));
    const lines = file.html
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(30);
    expect(new Set(lines.map(({ event }) => event.type))).toEqual(new Set(['audit.read']));
    const [last] = lines;
    expect((await scene.management.call('GET', `/audit/events/${last.id}`)).body).toEqual(last);
    await server.settled();
    const read = (await server.events('audit.read')).map(({ inputs }) => inputs);
    expect(read).toContainEqual({ filters: { limit: 200, outcome: 'done', type: 'audit.read' } });
    expect((await ada.open(at(`/console/audit/events.ndjson?${query}`))).status).toBe(403);
    expect((await auditor.open(at('/console/audit/events.ndjson?from=x'))).status).toBe(400);
  });
});
