/** Single rights taken from a delegation and from a grant in the console: the choice, the preview of what ends, the call. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { detailId } from '../../src/domain/resources/authorization-details/detail-id.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { exampleType } from '../support/detail-types.ts';
import type { Form } from '../support/html-forms.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;
/** The person: no role. */
let ada: Browser;
let first: Delegation;
let second: Delegation;
let grant: string;

const at = (path: string): string => `${server.issuer}${path}`;
const pathOf = ({ id }: Pick<Delegation, 'id'>): string => `/console/delegations/${id}/narrow`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

const formOf = (page: Page): Form => {
  const form = page.forms.find(({ action }) => action.endsWith('/narrow'));
  if (!form) throw new Error(`no form on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return form;
};

/** The choice without these rights, sent by its button. */
const choose = async (browser: Browser, path: string, gone: (name: string, value: string) => boolean) => {
  const page = await browser.open(at(path));
  return browser.submit(page, formOf(page), { check: (name, value) => (gone(name, value) ? false : undefined) });
};

const eventsOf = async (type: string) => {
  await server.settled();
  return server.events(type as never);
};

const scopeOf = async (one: Delegation): Promise<unknown> =>
  (await scene.management.call('GET', `/delegations/${one.id}`)).body['scope'];

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const { management, jwt } = scene;
  await management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  const planner = (await scene.newAgent('Route planner')).clientId;
  const booker = (await scene.newAgent('Train booker')).clientId;
  const { delegations } = server.behalf.services;
  const expiresAt = Math.floor(Date.now() / 1000) + 3600;
  const made = await delegations.recordConsent({
    ...{ subject: scene.accountId, actor: planner, resource: jwt.identifier, by: scene.accountId, expiresAt },
    ...{ asked: ['read', 'write', 'delete'], scope: ['read', 'write', 'delete'] },
    delegableTo: { agents: [booker], depth: 1 },
  });
  if (!made) throw new Error('no delegation');
  first = made;
  const derived = await delegations.derive({
    ...{ parent: first, actor: booker, resource: jwt.identifier, scope: ['read', 'delete'], expiresAt },
    delegableTo: { agents: [], depth: 0 },
  });
  if (!derived) throw new Error('no re-delegation');
  second = derived;
  await scene.newTokens(jwt.identifier, 'openid profile offline_access read write');
  const grants = (await management.call('GET', `/grants?client=${scene.app.clientId}`)).body['items'];
  grant = String((grants as readonly { readonly id: string }[])[0]?.id);
  [operator, auditor, ada] = (await Promise.all([OPERATOR, AUDITOR, scene.person].map(signedIn))) as [
    Browser,
    Browser,
    Browser,
  ];
}, 60_000);

afterAll(() => server?.close());

describe('the rights of a delegation', () => {
  test('are ticked boxes; the pages of the agent, the person and the delegation lead to them', async () => {
    const page = await operator.open(at(pathOf(first)));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Remove rights of Route planner for Ada')]);
    const boxes = formOf(page).fields.filter(({ name }) => name === 'scope');
    expect(boxes.map(({ isOn }) => isOn)).toEqual([true, true, true]);
    const links = [
      `/console/agents/${first.actor}`,
      `/console/people/${scene.accountId}`,
      `/console/delegations/${first.id}`,
    ];
    for (const path of links) {
      expect((await operator.open(at(path))).html).toContain(`href="${pathOf(first)}"`);
    }
    // An auditor may not, and sees no link.
    expect((await auditor.open(at(`/console/delegations/${first.id}`))).html).not.toContain('/narrow"');
    const person = await operator.open(at(links[1] ?? ''));
    expect(person.text).toMatch(/Agents with access .*Route planner The calendar service /);
  });

  test('change nothing before the confirmation: not with all ticked, nor with none', async () => {
    const all = await choose(operator, pathOf(first), () => false);
    expect([all.status, all.text]).toEqual([400, expect.stringContaining('No right is cleared yet')]);
    const none = await choose(operator, pathOf(first), (name) => name === 'scope');
    expect([none.status, none.text]).toEqual([400, expect.stringContaining('Keep at least one right')]);
    const preview = await choose(operator, pathOf(first), (_, value) => value.endsWith(' delete'));
    expect([preview.status, preview.text]).toEqual([
      200,
      expect.stringMatching(/Remove 1 right of Route planner for /),
    ]);
    expect(await scopeOf(first)).toEqual(['delete', 'read', 'write']);
    expect(await eventsOf('delegation.narrowed')).toEqual([]);
  });

  test('end after a preview that names what agents below lose, with one event', async () => {
    const preview = await choose(operator, pathOf(first), (_, value) => value.endsWith(' delete'));
    const below = preview.text.slice(preview.text.indexOf('Agents below lose it too'));
    expect(below).toMatch(/Train booker\s+delete\s+read/);
    const changing = await operator.submit(preview, formOf(preview), { button: /Change the choice/ });
    const kept = formOf(changing).fields.filter(({ name, isOn }) => name === 'scope' && isOn);
    expect(kept.map(({ value }) => value.split(' ')[1])).toEqual(['write', 'read']);
    const done = await operator.submit(preview, formOf(preview), { button: /Remove 1 right/ });
    expect([done.status, done.url]).toEqual([200, expect.stringContaining('?done=rightsRemoved')]);
    expect(done.text).toContain('Tokens with these rights have stopped working.');
    expect(await scopeOf(first)).toEqual(['read', 'write']);
    const effective = await server.behalf.services.delegations.live(second.id);
    expect(effective?.scope).toEqual(['read']);
    const [event, ...others] = await eventsOf('delegation.narrowed');
    expect(event).toMatchObject({ outcome: 'done', delegation: first.id });
    expect(others).toEqual([]);
    // The same form once more, as from another tab: nothing is removed for what the page did not show.
    const again = await operator.submit(preview, formOf(preview), { button: /Remove 1 right/ });
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('have changed in the meantime')]);
    expect(await eventsOf('delegation.narrowed')).toHaveLength(1);
  });

  test('name what the owner’s own agents below lose, and that there may be others, to an owner without a role', async () => {
    const { management, jwt } = scene;
    const otto: Person = { username: 'otto', password: PASSWORD };
    const { id } = (await management.call('POST', '/accounts', { ...otto, name: 'Otto' })).body;
    const browser = await signedIn(otto);
    const [top = '', own = '', foreign = ''] = await Promise.all(
      [
        ['Top of Otto', String(id)],
        ['Hand of Otto', String(id)],
        ['Hand of Ada', scene.accountId],
      ].map(async ([name = '', owner = '']) => (await scene.newAgent(name, owner)).clientId),
    );
    const { delegations } = server.behalf.services;
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    const rights = { scope: ['read', 'delete'], resource: jwt.identifier, expiresAt };
    const parent = await delegations.recordConsent({
      ...{ ...rights, subject: scene.accountId, actor: top, by: scene.accountId, asked: rights.scope },
      delegableTo: { agents: [own, foreign], depth: 1 },
    });
    if (!parent) throw new Error('no delegation');
    const preview = () => choose(browser, pathOf(parent), (_, value) => value.endsWith(' delete'));
    const hop = (actor: string) =>
      delegations.derive({ ...rights, parent, actor, delegableTo: { agents: [], depth: 0 } });
    await hop(foreign);
    const hidden = await preview();
    expect([hidden.status, hidden.text]).toEqual([200, expect.stringContaining('There may be further ones.')]);
    expect(hidden.text).not.toMatch(/No agent below|Hand of Ada/);
    await hop(own);
    const shown = (await preview()).text;
    expect(shown).toMatch(/Agents below lose it too.*Hand of Otto\s+delete\s+read.*There may be further ones\./s);
    expect(shown).not.toContain('Hand of Ada');
  });

  test('that are authorization details are named below by type, each once', async () => {
    const { management, accountId } = scene;
    const bank = 'https://bank.example.com';
    const payment = exampleType('payment');
    await management.createResourceServer({
      ...{ identifier: bank, name: 'The bank', scopes: [{ name: 'use', description: 'Use it', risk: 'low' }] },
      detail_types: [payment, { ...payment, type: 'transfer' }],
    });
    const planner = (await scene.newAgent('Payer')).clientId;
    const booker = (await scene.newAgent('Sub-payer')).clientId;
    const details = ['payment_initiation', 'transfer'].map((type) => ({ type, amount: 100, currency: 'EUR' }));
    const common = { resource: bank, scope: ['use'], details, expiresAt: Math.floor(Date.now() / 1000) + 3600 };
    const { delegations } = server.behalf.services;
    const parent = await delegations.recordConsent({
      ...{ ...common, subject: accountId, actor: planner, by: accountId, asked: ['use'], askedDetails: details },
      delegableTo: { agents: [booker], depth: 1 },
    });
    if (!parent) throw new Error('no delegation');
    const child = await delegations.derive({
      ...{ ...common, parent, actor: booker, askedDetails: details, delegableTo: { agents: [], depth: 0 } },
    });
    expect(child?.details).toHaveLength(2);
    const [first] = details;
    if (!first) throw new Error('no detail');
    const preview = await choose(operator, pathOf(parent), (_, value) => value === detailId(bank, first));
    const below = preview.text.slice(preview.text.indexOf('Agents below lose it too'));
    expect([preview.status, below]).toEqual([
      200,
      expect.stringMatching(/Sub-payer\s+payment_initiation\s+use\s*,\s*transfer/),
    ]);
  });

  test('of a re-delegation are narrowed above it', async () => {
    const page = await operator.open(at(pathOf(second)));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('This is a re-delegation')]);
    expect(page.html).toContain(`href="${pathOf(first)}"`);
    expect(page.forms.filter(({ action }) => action.endsWith('/narrow'))).toEqual([]);
  });

  test('are for the person, too, but for no auditor: a page not found, with an event', async () => {
    expect((await ada.open(at(pathOf(first)))).status).toBe(200);
    const before = (await eventsOf('request.refused')).length;
    expect((await auditor.open(at(pathOf(first)))).status).toBe(404);
    expect((await operator.open(at('/console/delegations/dlg_nothing/narrow'))).status).toBe(404);
    const refused = (await eventsOf('request.refused')).slice(before);
    expect(refused.map(({ error }) => error)).toEqual(['not_found', 'not_found']);
  });
});

describe('the rights of a grant', () => {
  test('end by API and about the person; the sign-in stays, with one event', async () => {
    const path = `/console/grants/${grant}/narrow`;
    expect((await operator.open(at(`/console/people/${scene.accountId}`))).html).toContain(`href="${path}"`);
    const preview = await choose(
      operator,
      path,
      (name, value) => name === 'openid' || value === `${scene.jwt.identifier} write`,
    );
    expect([preview.status, preview.text]).toEqual([200, expect.stringMatching(/Remove 2 rights of Desk for /)]);
    const done = await operator.submit(preview, formOf(preview), { button: /Remove 2 rights/ });
    expect([done.status, done.url]).toEqual([200, expect.stringContaining('?done=rightsRemoved')]);
    const left = (await scene.management.call('GET', `/grants/${grant}`)).body;
    expect(left['openid_scopes']).toEqual(expect.not.arrayContaining(['profile']));
    expect(left['openid_scopes']).toContain('openid');
    expect((left['resources'] as Record<string, unknown>)[scene.jwt.identifier]).toEqual(['read']);
    const events = await eventsOf('grant.narrowed');
    expect(events.map(({ outcome, grant: id }) => [outcome, id])).toEqual([['done', grant]]);
  });

  test('that ended is a page not found', async () => {
    expect((await operator.open(at('/console/grants/grt_nothing/narrow'))).status).toBe(404);
  });
});
