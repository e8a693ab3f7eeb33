/** Who delegated to whom in the console: the tree of a delegation, of a person and of an agent, and the list. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
/** No role; owns the agent at the end of the chain. */
const OWNER: Person = { username: 'otto', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let auditor: Browser;
let operator: Browser;
let owner: Browser;
/** No role; the person who consented. */
let ada: Browser;
const agents: Record<'planner' | 'booker' | 'payer', string> = { planner: '', booker: '', payer: '' };
let first: Delegation;
let second: Delegation;
let third: Delegation;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

/** Links of the picture: address and label. */
/** Of the wide picture; a phone shows the same in another one. */
const boxesOf = (page: Page): readonly (readonly string[])[] =>
  [
    ...(page.html.split('<div class="tree-narrow">')[0] ?? '').matchAll(
      /<a href="([^"]+)"(?: aria-current="page")?><title>([^<]+)</g,
    ),
  ].map(([, href = '', label = '']) => [href, label]);

const consent = async (
  actor: string,
  subject = scene.accountId,
  to: readonly string[] = [],
  resource = scene.jwt.identifier,
): Promise<Delegation> => {
  const now = Math.floor(Date.now() / 1000);
  const made = await server.behalf.services.delegations.recordConsent({
    ...{ subject, actor, resource, asked: ['read', 'write'], scope: ['read', 'write'] },
    ...{ expiresAt: now + 3600, delegableTo: { agents: to, depth: to.length }, by: subject },
  });
  if (!made) throw new Error('no delegation');
  return made;
};
const derive = async (parent: Delegation, actor: string, to: readonly string[] = []): Promise<Delegation> => {
  const made = await server.behalf.services.delegations.derive({
    ...{ parent, actor, resource: scene.jwt.identifier, scope: ['read'], expiresAt: parent.expiresAt },
    delegableTo: { agents: to, depth: to.length },
  });
  if (!made) throw new Error('no delegation');
  return made;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  const otto = (await scene.management.createAccount({ ...OWNER, name: 'Otto' })).id;
  agents.planner = (await scene.newAgent('Route planner', scene.accountId)).clientId;
  agents.booker = (await scene.newAgent('Train booker', scene.accountId)).clientId;
  agents.payer = (await scene.newAgent('Invoice payer', otto)).clientId;
  [auditor, operator, owner, ada] = (await Promise.all([AUDITOR, OPERATOR, OWNER, scene.person].map(signedIn))) as [
    Browser,
    Browser,
    Browser,
    Browser,
  ];
  first = await consent(agents.planner, scene.accountId, [agents.booker, agents.payer]);
  second = await derive(first, agents.booker, [agents.payer]);
  third = await derive(second, agents.payer);
}, 60_000);

afterAll(() => server?.close());

const href = (one: Delegation): string => `/console/delegations/${one.id}`;

describe('/console/delegations/:id', () => {
  test('draws the chain from the person to each agent as links, and lists the same', async () => {
    const page = await auditor.open(at(href(second)));
    expect(page.status).toBe(200);
    const boxes = boxesOf(page);
    expect(boxes.map(([to]) => to)).toEqual([
      `/console/people/${scene.accountId}`,
      ...[first, second, third].map(href),
    ]);
    expect(boxes[1]?.[1]).toMatch(/^Route planner at .+: read, write \(active\)$/);
    expect(boxes[3]?.[1]).toMatch(/^Invoice payer at .+: read \(active\)$/);
    expect(page.html).toMatch(new RegExp(`href="${href(second)}" aria-current="page"><title>`));
    const list = page.html.slice(page.html.indexOf('<details class="tree-list">'));
    for (const one of [first, second, third]) expect(list).toContain(`href="${href(one)}"`);
    // An auditor may not end it.
    expect(page.html).not.toContain(`${second.id}/end`);
  });

  test('shows the person the whole chain, and no link to pages that they may not open', async () => {
    const page = await ada.open(at(href(third)));
    expect(boxesOf(page).map(([to]) => to)).toEqual([first, second, third].map(href));
    expect(page.html).not.toContain('/console/people/');
  });

  test('shows the owner of an agent its delegation only: no name of the person, and the hops that are left out', async () => {
    const page = await owner.open(at(href(third)));
    expect(page.status).toBe(200);
    expect(boxesOf(page).map(([to]) => to)).toEqual([href(third)]);
    expect(page.text).toContain('A person');
    expect(page.text).toContain('2 hops before it are not shown');
    for (const hidden of ['Route planner', 'Train booker', 'Ada', scene.accountId]) {
      expect(page.html).not.toContain(hidden);
    }
  });

  test('does not exist for other people, with one audit event, nor with an unknown id', async () => {
    for (const path of [href(first), '/console/delegations/dlg_nothing']) {
      await server.settled();
      const before = (await server.events('request.refused')).length;
      expect((await owner.open(at(path))).status).toBe(404);
      await server.settled();
      const [event, ...others] = (await server.events('request.refused')).slice(before);
      expect(event).toMatchObject({ outcome: 'refused', error: 'not_found' });
      expect(others).toEqual([]);
    }
  });
});

describe('the picture on other pages', () => {
  test('shows a person’s delegations, and an agent’s with what led to them and what came of them', async () => {
    const person = boxesOf(await auditor.open(at(`/console/people/${scene.accountId}`))).map(([to]) => to);
    expect(person).toEqual(expect.arrayContaining([first, second, third].map(href)));
    const agent = await auditor.open(at(`/console/agents/${agents.booker}`));
    const boxes = boxesOf(agent).map(([to]) => to);
    expect(boxes).toEqual([`/console/people/${scene.accountId}`, ...[first, second, third].map(href)]);
    expect(agent.html).toContain(`href="/console/delegations?actor=${agents.booker}"`);
  });

  test('draws at most 60 delegations, and links to the list of all of them', async () => {
    const id = (await scene.management.createAccount({ username: 'many', name: 'Many', password: PASSWORD })).id;
    for (let index = 0; index < 63; index += 1)
      await consent(agents.planner, id, [], `https://api${index}.example.com`);
    const page = await auditor.open(at(`/console/people/${id}`));
    expect(boxesOf(page).filter(([to]) => to?.startsWith('/console/delegations/'))).toHaveLength(60);
    expect(page.html).toContain(`and 3 more: <a href="/console/delegations?subject=${id}">`);
    const list = await auditor.open(at(`/console/delegations?subject=${id}`));
    expect(list.html.match(/href="\/console\/delegations\/dlg_/g)).toHaveLength(25);
    expect(list.html).toContain('rel="next"');
  }, 60_000);

  test('draws an agent’s delegations that ended beside the live ones, each once', async () => {
    const id = (await scene.management.createAccount({ username: 'few', name: 'Few', password: PASSWORD })).id;
    const { clientId } = await scene.newAgent('Ledger keeper', scene.accountId);
    for (let index = 0; index < 30; index += 1) {
      const { id: given } = await consent(clientId, id, [], `https://api${index}.example.com`);
      if (index < 14) await server.behalf.services.delegations.revoke(given, id, 'req_few');
    }
    const boxes = boxesOf(await auditor.open(at(`/console/agents/${clientId}`))).map(([to = '']) => to);
    const drawn = boxes.filter((to) => to.startsWith('/console/delegations/'));
    expect([drawn.length, new Set(drawn).size]).toEqual([30, 30]);
  }, 60_000);
});

describe('/console/delegations', () => {
  test('lists a viewer without a role their own and their agents’ delegations only', async () => {
    const mine = await ada.open(at('/console/delegations'));
    expect(mine.html).toContain(`href="${href(third)}"`);
    const theirs = await owner.open(at('/console/delegations'));
    expect([theirs.status, theirs.text.includes('There is no delegation.')]).toEqual([200, true]);
    const agents_ = await owner.open(at(`/console/delegations?actor=${agents.payer}`));
    expect(agents_.html).toContain(`href="${href(third)}"`);
    const other = await owner.open(at(`/console/delegations?actor=${agents.planner}`));
    expect([other.text.includes('No result.'), other.text.includes('Route planner')]).toEqual([true, false]);
  });

  test('refuses a filter that is not an id', async () => {
    expect((await auditor.open(at('/console/delegations?actor=%24ne'))).status).toBe(404);
  });
});

describe('an ended branch', () => {
  test('is struck out and named after an operator ends it on its page; the branch before it stays', async () => {
    const page = await operator.open(at(href(second)));
    const asking = `/console/delegations/end?id=${second.id}`;
    expect(page.html).toContain(`href="${asking}"`);
    const question = await operator.open(at(asking));
    expect(question.text).toContain('It ends, with 1 delegation below it.');
    const form = question.forms.find(({ action }) => action.endsWith('/delegations/end'));
    if (!form) throw new Error('no button to end it');
    expect((await operator.submit(question, form)).status).toBe(200);
    await server.settled();
    expect((await server.events('delegation.revoked')).at(-1)).toMatchObject({ outcome: 'done' });
    const after = await auditor.open(at(href(second)));
    const labels = boxesOf(after).map(([, label]) => label);
    expect(labels[1]).toMatch(/\(active\)$/);
    expect(labels[2]).toMatch(/\(revoked\)$/);
    expect(labels[3]).toMatch(/\((revoked|inactive: one before it ended)\)$/);
    expect(after.html.match(/<text class="name ended/g)).toHaveLength(2 * 2);
    expect(after.html).toContain(`<s><a href="${href(second)}">`);
    expect(after.html).not.toContain(`<s><a href="${href(first)}">`);
  });
});

describe('several at once', () => {
  test('end after a preview; those that ended before, or that are not there, stay as they are', async () => {
    const list = await operator.open(at('/console/delegations'));
    expect(list.html).toMatch(/name="id" value="dlg_\w+"/);
    const asking = `/console/delegations/end?id=${first.id}&id=${second.id}&id=dlg_nothing`;
    const question = await operator.open(at(asking));
    expect([question.status, question.text]).toEqual([200, expect.stringContaining('End 1 delegation?')]);
    expect(question.text).toContain('2 delegations stay as they are');
    const form = question.forms.find(({ action }) => action.endsWith('/delegations/end'));
    if (!form) throw new Error('no form');
    expect(form.fields.filter(({ name }) => name === 'delegation').map(({ value }) => value)).toEqual([first.id]);
    const before = (await server.events('delegation.revoked')).length;
    const done = await operator.submit(question, form);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('1 done, 0 unchanged, 0 refused.')]);
    // The same form once more, as from another tab.
    const again = await operator.submit(question, form);
    expect([again.status, again.text]).toEqual([200, expect.stringContaining('0 done, 1 unchanged, 0 refused.')]);
    await server.settled();
    const revoked = (await server.events('delegation.revoked')).slice(before);
    expect(revoked.map(({ outcome, delegation }) => [outcome, delegation])).toEqual([['done', first.id]]);
  });

  test('are for accounts that may end those of others, and at most 100', async () => {
    expect((await auditor.open(at('/console/delegations'))).html).not.toContain('name="id"');
    const ids = Array.from({ length: 101 }, (_, index) => `id=dlg_${index}`).join('&');
    const tooMany = await operator.open(at(`/console/delegations/end?${ids}`));
    expect([tooMany.status, tooMany.text]).toEqual([400, expect.stringContaining('At most 100 at once.')]);
    expect((await auditor.open(at(`/console/delegations/end?id=${first.id}`))).status).toBe(404);
  });
});
