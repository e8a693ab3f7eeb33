/** Access reviews in the console: an operator begins one, decides about its items, and the access really ends. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// The server makes the items within a second, on a machine that others work on.
jest.setTimeout(90_000);

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const REVIEWER: Person = { username: 'rita', password: PASSWORD };
const SECOND: Person = { username: 'sam', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let reviewer: Browser;
let second: Identity;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};
/** Sends the form of a page whose action ends so. */
const send = (browser: Browser, page: Page, tail: string, set: Record<string, string> = {}): Promise<Page> => {
  const form = page.forms.find(({ action }) => action.endsWith(tail));
  if (!form) throw new Error(`no form ${tail} on ${page.url}: ${page.text.slice(0, 500)}`);
  return browser.submit(page, form, { set });
};
const linkTo = (page: Page, pattern: RegExp): string => {
  const [, href] = pattern.exec(page.html) ?? [];
  if (href === undefined) throw new Error(`no link ${pattern} on ${page.url}: ${page.text.slice(0, 500)}`);
  return href;
};

/** A token of the agent for the person, which works. */
const newToken = async (identity: Identity): Promise<string> => {
  const { access_token: subject } = await scene.newTokens(scene.opaque.identifier);
  await scene.consentToAgent(identity, String(subject), scene.opaque.identifier);
  const answer = await scene.calls.exchange(scene.keyed(identity), String(subject), scene.opaque.identifier);
  expect(answer.status).toBe(200);
  const token = String(answer.body['access_token']);
  expect(await isActive(token)).toBe(true);
  return token;
};
const isActive = async (token: string): Promise<unknown> =>
  (await scene.calls.introspect(scene.opaque.credential, token)).body['active'];

/** Begins a review on the pages, and waits for its items. Returns its path. */
const begun = async (name: string, more: Record<string, string> = {}): Promise<string> => {
  const form = await operator.open(at('/console/reviews/new'));
  const page = await send(operator, form, '/console/reviews', { name, ...more });
  expect([page.status, page.url]).toEqual([
    200,
    expect.stringMatching(/\/console\/reviews\/rvw_.+\?done=reviewBegun$/),
  ]);
  const path = new URL(page.url).pathname;
  const shown = async (): Promise<Page> => operator.open(at(path));
  await until(async () => (await shown()).html.includes('/console/review-items/rvi_'), {
    ...{ what: 'the items of a review', seconds: 60 },
  });
  return path;
};
const itemIn = (page: Page, agent: string): string =>
  linkTo(page, new RegExp(`href="([^"]*/console/review-items/rvi_[a-z2-7]+)"[^>]*>(?:<[^>]+>)*${agent}`));

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  const members = [];
  for (const { username, password } of [REVIEWER, SECOND])
    members.push((await scene.management.createAccount({ username, password, name: username })).id);
  await scene.management.call('POST', '/groups', { name: 'Security', members });
  second = await scene.newAgent('Messenger');
  operator = await signedIn(OPERATOR);
  reviewer = await signedIn(REVIEWER);
});
afterAll(async () => {
  await server?.close();
});

test('an operator begins a review, ends an item, and the token of the agent stops working; an undo gives new rights', async () => {
  const token = await newToken(scene.agent);
  const path = await begun('Ends');
  const review = await operator.open(at(path));
  expect(review.text).toContain('Ends');
  const evidence = linkTo(review, /href="([^"]*\/evidence\.zip)"/);
  const archive = await operator.open(at(evidence));
  expect([archive.status, archive.html.slice(0, 2)]).toEqual([200, 'PK']);
  expect((await server.events('review.evidence_written')).at(-1)).toMatchObject({
    target: { id: path.split('/').at(-1) },
  });
  const item = itemIn(review, 'Secretary');
  const page = await operator.open(at(item));
  expect(page.text).toContain('Secretary for Ada');
  expect(page.text).toMatch(/May the agent keep this access on behalf of Ada ?\?/);
  expect(page.text).toMatch(/What it may do at .*See what is there ?read ?Low risk ?(?:not since|used after)/s);
  const asked = await operator.open(at(`${item}/end`));
  const done = await send(operator, asked, '/end', { reason: 'No one needs it' });
  expect([done.status, done.url]).toEqual([200, expect.stringContaining('?done=itemEnded')]);
  expect(await isActive(token)).toBe(false);
  expect((await server.events('review.item_decided')).at(-1)).toMatchObject({
    ...{ outcome: 'done', agent: scene.agent.clientId, subject: scene.accountId },
    inputs: { decision: 'end', reason: 'No one needs it' },
  });
  const undone = await send(operator, await operator.open(at(`${item}/undo`)), '/undo');
  expect([undone.status, undone.url]).toEqual([200, expect.stringContaining('?done=itemUndone')]);
  expect(await isActive(token)).toBe(false);
  // The agent gets a new token without a page.
  const { access_token: subject } = await scene.newTokens(scene.opaque.identifier);
  const again = await scene.calls.exchange(scene.keyed(scene.agent), String(subject), scene.opaque.identifier);
  expect(again.status).toBe(200);
});

test('a reviewer without a role finds the items of the group, narrows one, and sees no other page', async () => {
  const token = await newToken(second);
  await begun('Of the group', { reviewers: 'group', group: 'Security', agent: 'Messenger' });
  const list = await reviewer.open(at('/console/review-items'));
  const item = itemIn(list, 'Messenger');
  expect((await reviewer.open(at('/console/reviews'))).status).toBe(403);
  expect((await reviewer.open(at(item))).status).toBe(200);
  const form = await reviewer.open(at(`${item}/narrow`));
  const nothing = await send(reviewer, form, '/narrow', { remove: '' });
  expect(nothing.status).toBe(400);
  const done = await send(reviewer, form, '/narrow', { remove: 'write' });
  expect([done.status, done.url]).toEqual([200, expect.stringContaining('?done=itemNarrowed')]);
  // Its scopes are more than the delegation holds now.
  expect(await isActive(token)).toBe(false);
  expect((await server.events('delegation.narrowed')).at(-1)).toMatchObject({
    scopeGiven: expect.not.arrayContaining(['write']),
  });
  expect((await reviewer.open(at('/console/review-items'))).html).not.toContain(item);
});

test('an item is kept with one press, handed on, and refused when it is decided otherwise', async () => {
  await newToken(await scene.newAgent('Librarian'));
  const path = await begun('Keeps', { agent: 'Librarian' });
  const item = itemIn(await operator.open(at(path)), 'Librarian');
  const handed = await send(operator, await operator.open(at(`${item}/assign`)), '/assign', { to: 'nadie' });
  expect([handed.status, handed.text]).toEqual([400, expect.stringContaining('There is no account or group')]);
  const own = await send(operator, await operator.open(at(`${item}/assign`)), '/assign', { to: 'ada' });
  expect(own.status).toBe(409);
  expect((await send(operator, await operator.open(at(`${item}/assign`)), '/assign', { to: 'rita' })).status).toBe(200);
  const page = await reviewer.open(at(item));
  const other = await reviewer.open(at(`${item}/end`));
  // The second time as from the form of before.
  for (let times = 0; times < 2; times += 1) {
    const kept = await send(reviewer, page, '/keep');
    expect([kept.status, kept.url]).toEqual([200, expect.stringContaining('?done=itemKept')]);
  }
  const refused = await send(reviewer, other, '/end');
  expect([refused.status, refused.text]).toEqual([412, expect.stringContaining('precondition_failed')]);
  const decided = (await server.events('review.item_decided')).filter(({ inputs }) =>
    item.endsWith(String(inputs?.['item'])),
  );
  expect(decided).toMatchObject([{ outcome: 'done', inputs: { decision: 'keep' } }]);
  const review = await operator.open(at(path));
  expect(review.text).toContain('completed');
});

test('a review that ends by default can be cancelled; confirming needs an administrator', async () => {
  await newToken(await scene.newAgent('Gardener'));
  const path = await begun('Cancels', { agent: 'Gardener', default: 'end' });
  const page = await operator.open(at(path));
  expect(page.text).toContain('the server ends what is still open, 1 now');
  expect((await operator.open(at(`${path}/confirm`))).status).toBe(403);
  const done = await send(operator, await operator.open(at(`${path}/cancel`)), '/cancel');
  expect([done.status, done.url]).toEqual([200, expect.stringContaining('?done=reviewCancelled')]);
  expect((await server.events('review.cancelled')).at(-1)).toMatchObject({ outcome: 'done' });
});
