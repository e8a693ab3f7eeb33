/** Forms of the console about limits of agents: blueprints and budgets. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;
let admin: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

/** Sends the form of a page whose action fits. `tick`: the values to tick. */
const send = async (
  browser: Browser,
  path: string,
  action: RegExp,
  set: Record<string, string> = {},
  tick: readonly string[] = [],
): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return browser.submit(page, form, {
    set,
    ...(tick.length === 0 ? {} : { check: (_, value) => tick.includes(value) }),
  });
};
const written = async (): Promise<number> => {
  await server.settled();
  return (await server.events()).length;
};
const eventsSince = async (before: number) => {
  await server.settled();
  return (await server.events()).slice(before).filter(({ type }) => type !== 'management.permitted');
};
const get = async (path: string) => (await scene.management.call('GET', path)).body;
const idOn = (page: Page): string => /\/console\/[a-z-]+\/([a-z]+_\w+)/.exec(page.url)?.[1] ?? '';

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  [operator, auditor, admin] = [await signedIn(OPERATOR), await signedIn(AUDITOR), await signedIn(ADMIN)];
}, 60_000);

afterAll(() => server?.close());

describe('a blueprint', () => {
  let blueprint: string;

  test('is drafted with rights and ceilings; an empty field sets no limit', async () => {
    const before = await written();
    const made = await send(
      operator,
      '/console/blueprints/new',
      /blueprints$/,
      {
        ...{ name: 'Readers', purpose: 'Agents that read', 'ceilings.authority': `${scene.jwt.identifier} read` },
        ...{
          'ceilings.max_grant_seconds': '1',
          'ceilings.max_grant_seconds.unit': 'hours',
          'ceilings.max_delegation_depth': '0',
        },
      },
      ['test', 'jwks'],
    );
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Saved as a draft.')]);
    blueprint = idOn(made);
    const { draft, ...stored } = await get(`/blueprints/${blueprint}`);
    expect(stored).toMatchObject({ name: 'Readers', purpose: 'Agents that read', state: 'draft', version: 0 });
    expect((draft as { ceilings: object }).ceilings).toEqual({
      ...{ authority: { [scene.jwt.identifier]: ['read'] }, environments: ['test'], authentication_methods: ['jwks'] },
      ...{ max_grant_seconds: 3600, max_delegation_depth: 0 },
    });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['blueprint.created', 'blueprint.drafted']);
  });

  test('an edit changes the draft, and keeps every ceiling that the user did not touch', async () => {
    const { version, ...etag } = await get(`/blueprints/${blueprint}`);
    expect([version, etag['state']]).toEqual([0, 'draft']);
    // An empty list leaves nothing. The form shows no text for it.
    const found = await scene.management.call('GET', `/blueprints/${blueprint}`);
    const narrowed = { ...(etag['draft'] as { ceilings: object }).ceilings, detail_types: [] };
    await scene.management.call(
      'PATCH',
      `/blueprints/${blueprint}`,
      { ceilings: narrowed },
      { 'if-match': String(found.headers.get('etag')) },
    );
    const saved = await send(operator, `/console/blueprints/${blueprint}/edit`, /edit$/, {
      'ceilings.max_grant_seconds': '',
      'ceilings.max_agents': '7',
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    const { draft } = await get(`/blueprints/${blueprint}`);
    const { max_grant_seconds: _, ...left } = narrowed as Record<string, unknown>;
    expect((draft as { ceilings: object }).ceilings).toEqual({ ...left, max_agents: 7 });
  });

  test('a ceiling out of range is refused at its field, with what was typed', async () => {
    const before = await written();
    const page = await send(operator, `/console/blueprints/${blueprint}/edit`, /edit$/, {
      'ceilings.max_access_token_seconds': '9',
      'ceilings.max_access_token_seconds.unit': 'hours',
      purpose: 'Another purpose',
    });
    expect(page.status).toBe(400);
    expect(page.html).toMatch(/name="ceilings\.max_access_token_seconds"[^>]*value="9"[^>]*aria-invalid="true"/);
    expect(page.html).toContain('<option value="hours" selected>');
    expect(page.text).toContain('This time is from 30 seconds to 1 hour.');
    expect(page.html).toContain('value="Another purpose"');
    expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'invalid_field' }]);
    expect(await get(`/blueprints/${blueprint}`)).toMatchObject({ purpose: 'Agents that read' });
  });

  test('with the name of another one is refused at its name', async () => {
    await scene.management.createBlueprint({ name: 'Writers', purpose: 'Agents that write', ceilings: {} });
    const before = await written();
    const page = await send(operator, `/console/blueprints/${blueprint}/edit`, /edit$/, { name: 'Writers' });
    expect(page.status).toBe(409);
    expect(page.html).toMatch(/name="name"[^>]*aria-invalid="true"/);
    expect((await eventsSince(before)).filter(({ outcome }) => outcome === 'refused')).toMatchObject([
      { type: 'request.refused', error: 'conflict' },
    ]);
    expect(await get(`/blueprints/${blueprint}`)).toMatchObject({ name: 'Readers' });
  });

  test('a refusal keeps the navigation and leads back to the object, or to the list if there is no object', async () => {
    const made = { name: 'Without a draft', purpose: 'Nothing to activate', ceilings: {} };
    const { id } = await scene.management.createBlueprint(made);
    const before = await written();
    const page = await operator.open(at(`/console/blueprints/${id}/activate`));
    expect([page.status, page.text]).toEqual([409, expect.stringContaining('There is no draft to activate')]);
    expect(page.html).toContain(`href="/console/blueprints/${id}">Back to the blueprint</a>`);
    expect(page.html).toMatch(/<nav[^>]*class="side"[\s\S]*href="\/console\/budgets"/);
    expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'conflict' }]);
    const absent = await operator.open(at('/console/blueprints/bpt_nothing/activate'));
    expect([absent.status, absent.text]).toEqual([404, expect.stringContaining('Back to: Blueprints')]);
    const barred = await auditor.open(at('/console/policy/new'));
    expect([barred.status, barred.text]).toEqual([403, expect.stringContaining('Back to: Versions')]);
  });

  test('has no form for an auditor', async () => {
    expect((await auditor.open(at('/console/blueprints/new'))).status).toBe(403);
    expect((await auditor.open(at(`/console/blueprints/${blueprint}/edit`))).status).toBe(403);
    expect((await auditor.open(at(`/console/blueprints/${blueprint}`))).html).not.toContain('/edit"');
  });
});

describe('a budget', () => {
  let budget: string;

  test('is set by an administrator for an agent by name, at an API by name', async () => {
    const before = await written();
    const made = await send(admin, '/console/budgets/new', /budgets$/, {
      ...{ name: 'A few tokens', about: 'agent', subject: 'Secretary', measure: 'tokens', limit: '4' },
      ...{ window_seconds: '60', 'window_seconds.unit': 'minutes', resource: 'The calendar service', scopes: 'read' },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Created.')]);
    budget = idOn(made);
    expect(await get(`/budgets/${budget}`)).toMatchObject({
      ...{ about: 'agent', subject: scene.agent.clientId, measure: 'tokens', limit: 4, window_seconds: 3600 },
      ...{ resource: scene.jwt.identifier, scopes: ['read'], state: 'active' },
    });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['budget.created']);
  });

  test('shows its use, on its page and in the list, which finds it by the name of the agent', async () => {
    const wanted = { scope: 'read', resource: scene.jwt.identifier };
    await scene.calls.token({ kind: 'key', identity: scene.agent }, { grant_type: 'client_credentials', ...wanted });
    const page = await auditor.open(at(`/console/budgets/${budget}`));
    expect([page.status, page.text]).toEqual([200, expect.stringMatching(/1 of 4 ?\(25 %\)/)]);
    expect(page.html).toContain(`/console/agents/${scene.agent.clientId}"`);
    expect((await auditor.open(at('/console/budgets?q=secretary'))).html).toContain(`/console/budgets/${budget}"`);
    for (const other of [scene.person.username, 'no such name']) {
      const list = await auditor.open(at(`/console/budgets?q=${encodeURIComponent(other)}`));
      expect([list.status, list.text]).toEqual([200, expect.stringContaining('No result.')]);
    }
    const agent = await operator.open(at(`/console/agents/${scene.agent.clientId}`));
    expect(agent.html).toContain(`/console/budgets?q=${scene.agent.clientId}"`);
  });

  test('is changed, switched off and on again, each with one event; an old page changes nothing', async () => {
    const stale = await admin.open(at(`/console/budgets/${budget}/disable`));
    const before = await written();
    const { html } = await admin.open(at(`/console/budgets/${budget}/edit`));
    expect(html).toMatch(/name="window_seconds"[^>]*value="1"/);
    expect(html).toContain('<option value="hours" selected>');
    // Only amounts have a currency.
    expect(html).not.toContain('currency');
    const saved = await send(admin, `/console/budgets/${budget}/edit`, /edit$/, { limit: '9' });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/budgets/${budget}`)).toMatchObject({ limit: 9, scopes: ['read'] });
    const form = stale.forms.find(({ action }) => action.endsWith('/disable'));
    if (!form) throw new Error(stale.text);
    expect((await admin.submit(stale, form)).status).toBe(412);
    expect(await get(`/budgets/${budget}`)).toMatchObject({ state: 'active' });
    const off = await send(admin, `/console/budgets/${budget}/disable`, /disable$/);
    expect([off.status, off.text]).toEqual([200, expect.stringContaining('Its limit does not apply.')]);
    expect(await get(`/budgets/${budget}`)).toMatchObject({ state: 'disabled' });
    const on = await send(admin, `/console/budgets/${budget}/enable`, /enable$/);
    expect([on.status, on.text]).toEqual([200, expect.stringContaining('Switched on.')]);
    expect(await get(`/budgets/${budget}`)).toMatchObject({ state: 'active', limit: 9 });
    const events = await eventsSince(before);
    expect(events.filter(({ outcome }) => outcome === 'done').map(({ type }) => type)).toEqual(
      Array.from({ length: 3 }, () => 'budget.updated'),
    );
    expect(events.filter(({ outcome }) => outcome === 'refused')).toMatchObject([{ error: 'precondition_failed' }]);
  });

  test('of a sum names its currency; none is a currency too', async () => {
    const amount = {
      ...{ name: 'Payments', about: 'owner', subject: scene.person.username, measure: 'amount', limit: '100' },
      detail_type: 'payment',
    };
    const before = await written();
    const refused = await send(admin, '/console/budgets/new', /budgets$/, amount);
    expect(refused.status).toBe(400);
    expect(refused.html).toMatch(/name="currency_member"[^>]*aria-invalid="true"/);
    expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'invalid_field' }]);
    const made = await send(admin, '/console/budgets/new', /budgets$/, { ...amount, currency_member: 'none' });
    expect(await get(`/budgets/${idOn(made)}`)).toMatchObject({ subject: scene.accountId, currency_member: null });
    expect(made.text).toContain('amounts have none');
  });

  test('has no form for an operator', async () => {
    expect((await operator.open(at('/console/budgets'))).status).toBe(200);
    expect((await operator.open(at('/console/budgets/new'))).status).toBe(403);
    for (const tail of ['edit', 'disable']) {
      expect((await operator.open(at(`/console/budgets/${budget}/${tail}`))).status).toBe(403);
    }
  });

  test('refuses an unknown name, id or kind at its field', async () => {
    const usual = { name: 'x', about: 'agent', subject: 'Secretary', measure: 'tokens', limit: '1' };
    const wrong = [
      ...[{ subject: 'Nothing' }, { subject: 'agt_nothing' }, { resource: 'rs_nothing' }],
      ...[{ about: 'nothing' }, { about: '__proto__' }],
    ];
    for (const fields of wrong) {
      const before = await written();
      const page = await send(admin, '/console/budgets/new', /budgets$/, { ...usual, ...fields });
      expect([fields, page.status]).toEqual([fields, 400]);
      expect(page.html).toMatch(new RegExp(`name="${Object.keys(fields)[0]}"[^>]*aria-invalid="true"`));
      expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'invalid_field' }]);
    }
  });
});
