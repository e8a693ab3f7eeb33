/**
 * What an administrator settles in the console one case at a time: static secrets of agents, links to people of other domains,
 * absences of other people, keys of browser notifications, and personal values of the audit log.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
const DEPUTY: Person = { username: 'dora', password: PASSWORD };
/** An administrator without a second factor. */
const PLAIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const DAY = 86_400;

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let plain: Browser;
let owner: Browser;
/** An administrator who has just proved a second factor. */
let admin: Browser;
let deputy: string;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/account')), person)).status).toBe(200);
  return browser;
};
/** Fills in the form that a page sends to its own address. */
const send = async (browser: Browser, path: string, set: Record<string, string> = {}): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find(({ action }) => action === path.split('?')[0]);
  if (!form) throw new Error(`no form on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return browser.submit(page, form, { set });
};
const newest = async (type: Parameters<RunningServer['events']>[0]) => {
  await server.settled();
  return (await server.events(type)).at(-1);
};
/** An administrator without a second factor does not get the form. */
const expectFactorAsked = async (browser: Browser, path: string): Promise<void> => {
  const refused = await browser.open(at(path));
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  expect(await newest('request.refused')).toMatchObject({ error: 'insufficient_user_authentication' });
};
const get = async (path: string) => (await scene.management.call('GET', path)).body;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, roles] of [
    [OPERATOR, ['operator']],
    [ADMIN, ['administrator']],
    [DEPUTY, []],
  ] as const) {
    const made = await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles });
    if (person === DEPUTY) deputy = String(made.body['id']);
  }
  [operator, plain, owner] = [await signedIn(OPERATOR), await signedIn(PLAIN), await signedIn(scene.person)];
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);

afterAll(() => server?.close());

describe('a static secret of an agent', () => {
  const agent = (): string => `/console/agents/${scene.agent.clientId}`;

  test('is allowed by an administrator with a fresh second factor for days and a reason, and shown once', async () => {
    expect((await operator.open(at(`${agent()}/secret`))).status).toBe(403);
    expect(await newest('request.refused')).toMatchObject({ error: 'forbidden' });
    expect((await owner.open(at(agent()))).text).not.toContain('Allow a secret');
    expect((await owner.open(at(`${agent()}/secret`))).status).toBe(403);

    expect((await plain.open(at(agent()))).html).toContain(`href="${agent()}/secret"`);
    await expectFactorAsked(plain, `${agent()}/secret`);
    for (const days of ['91', 'soon']) {
      const refused = await send(admin, `${agent()}/secret`, { reason: 'It cannot sign', days });
      expect(refused.status).toBe(400);
      expect(refused.html).toMatch(/name="days"[^>]*aria-invalid="true"/);
      expect(await newest('request.refused')).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
    }
    expect(await server.events('credential.secret_allowed')).toEqual([]);

    const made = await send(admin, `${agent()}/secret`, { reason: 'It cannot sign', days: '30' });
    expect([made.status, made.text]).toEqual([200, expect.stringMatching(/bhs_\w+/)]);
    expect(made.text).toContain(scene.agent.clientId);
    expect(await newest('credential.secret_allowed')).toMatchObject({
      ...{ outcome: 'done', agent: scene.agent.clientId },
      inputs: { kind: 'secret', reason: 'It cannot sign' },
    });
    const page = await admin.open(at(agent()));
    expect(page.html).not.toContain('bhs_');
    expect(page.text).toContain('It cannot sign');
    expect((await get('/agents?with_secret=true'))['items']).toMatchObject([{ id: scene.agent.clientId }]);

    const again = await send(admin, `${agent()}/secret`, { reason: 'Another', days: '30' });
    expect(again.status).toBe(409);
    expect(await newest('request.refused')).toMatchObject({ error: 'conflict' });
  });

  test('is rotated by the owner, who chooses when the old one ends', async () => {
    const page = await owner.open(at(agent()));
    expect(page.html).toContain(`href="${agent()}/rotate-secret"`);
    const rotated = await send(owner, `${agent()}/rotate-secret`, { overlap: '3600' });
    expect([rotated.status, rotated.text]).toEqual([200, expect.stringMatching(/bhs_\w+/)]);
    expect(await newest('credential.rotated')).toMatchObject({ outcome: 'done', inputs: { overlapSeconds: 3600 } });
    // Two of them are valid now: no third one.
    expect((await owner.open(at(agent()))).html).not.toContain('/rotate-secret');
    expect((await send(owner, `${agent()}/rotate-secret`, { overlap: '0' })).status).toBe(409);
    expect(await newest('request.refused')).toMatchObject({ error: 'conflict' });
  });
});

describe('a link to a person of another domain', () => {
  let peer: string;

  beforeAll(async () => {
    const jwks = { keys: [(await newKeyPair()).publicJwk] };
    const given = { name: 'Partner', issuer: 'https://partner.example.com', jwks };
    peer = String((await scene.management.call('POST', '/peers', given)).body['id']);
  });

  test('is made by an administrator with a fresh second factor, with the name of an account', async () => {
    const path = `/console/peers/${peer}/links/new`;
    expect((await operator.open(at(path))).status).toBe(403);
    expect((await plain.open(at(path))).status).toBe(403);
    expect(await newest('request.refused')).toMatchObject({ error: 'insufficient_user_authentication' });
    expect((await admin.open(at(`/console/peers/${peer}`))).text).toContain('No person of this domain is linked');

    for (const account of ['', 'unknown', 'root', `acc_${'a'.repeat(26)}`]) {
      const refused = await send(admin, path, { subject: 'ada-there', account });
      expect(refused.status).toBe(400);
      expect(refused.html).toMatch(/name="account"[^>]*aria-invalid="true"/);
      expect(await newest('request.refused')).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
    }
    expect(await server.events('account_link.created')).toEqual([]);

    const made = await send(admin, path, { subject: 'ada-there', account: scene.person.username });
    expect([made.status, made.text]).toEqual([200, expect.stringMatching(/Linked\. .*ada-there/)]);
    expect(await newest('account_link.created')).toMatchObject({
      ...{ outcome: 'done', subject: scene.accountId },
      inputs: { peer },
    });
    const twice = await send(admin, path, { subject: 'ada-there', account: scene.person.username });
    expect(twice.status).toBe(409);
    expect(twice.html).toMatch(/name="subject"[^>]*aria-invalid="true"/);
  });

  test('is removed after a question, and the browser returns to the domain', async () => {
    const page = await operator.open(at(`/console/peers/${peer}`));
    const [, href = ''] = /href="(\/console\/account-links\/lnk_\w+\/remove)"/.exec(page.html) ?? [];
    expect((await owner.open(at(href))).status).toBe(403);
    expect((await operator.open(at(href))).text).toMatch(/Remove the link of .*ada-there/);
    const removed = await send(operator, href);
    expect(removed.url).toContain(`/console/peers/${peer}?done=`);
    expect(removed.text).toContain('No person of this domain is linked');
    expect(await newest('account_link.removed')).toMatchObject({ outcome: 'done', subject: scene.accountId });
    expect((await operator.open(at(href))).status).toBe(404);
  });
});

describe('a personal value of the audit log', () => {
  test('is erased by an administrator with a fresh second factor who types its name, and the log still verifies', async () => {
    await server.settled();
    const { entries } = await server.behalf.services.audit.list({ type: 'session.started', limit: 1 });
    const id = entries[0]?.id ?? '';
    const path = `/console/audit/events/${encodeURIComponent(id)}`;
    const shown = await plain.open(at(path));
    expect(shown.html).toContain(`href="${path}/erase?value=source"`);
    expect((await operator.open(at(path))).html).not.toContain('/erase');
    expect((await operator.open(at(`${path}/erase?value=source`))).status).toBe(403);
    expect(await newest('request.refused')).toMatchObject({ error: 'forbidden' });
    await expectFactorAsked(plain, `${path}/erase?value=source`);
    // Neither a value that the event does not have, nor a member of every object.
    for (const value of ['message', 'constructor', ''])
      expect((await admin.open(at(`${path}/erase?value=${value}`))).status).toBe(404);

    const untyped = await send(admin, `${path}/erase?value=source`, { confirm: 'sauce' });
    expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining('Type source.')]);
    expect(await newest('request.refused')).toMatchObject({ error: 'invalid_field' });
    expect(await server.events('audit.erased')).toEqual([]);

    const erased = await send(admin, `${path}/erase?value=source`, { confirm: ' Source ' });
    expect([erased.status, erased.text]).toEqual([
      200,
      expect.stringContaining('Erased. The audit log still verifies.'),
    ]);
    expect(erased.html).not.toContain('/erase?value=source');
    expect(await newest('audit.erased')).toMatchObject({ target: { kind: 'audit event', id }, changed: ['source'] });
    expect(await get(`/audit/events/${encodeURIComponent(id)}`)).toMatchObject({ erased: ['source'] });
    expect((await admin.open(at(`${path}/erase?value=source`))).status).toBe(404);
  });
});

describe('the keys of browser notifications', () => {
  test('are rotated by an administrator with a fresh second factor, and one is revoked for a reason after its id was typed', async () => {
    expect((await operator.open(at('/console/keys'))).text).not.toContain('browser notifications');
    const none = await plain.open(at('/console/keys'));
    expect(none.text).toContain('The server creates the first one');
    expect(none.html).not.toContain('/console/push-keys/rotate');
    const { id: first } = await server.behalf.services.push.keys.current();

    for (const tail of ['rotate', `${first}/revoke`]) await expectFactorAsked(plain, `/console/push-keys/${tail}`);
    const rotated = await send(admin, '/console/push-keys/rotate');
    expect(rotated.text).toContain('Rotated. New browsers get the new key.');
    expect(await newest('push_key.rotated')).toMatchObject({ outcome: 'done', target: { kind: 'push_key' } });
    expect((await operator.open(at('/console/push-keys/rotate'))).status).toBe(403);

    const path = `/console/push-keys/${first}/revoke`;
    const untyped = await send(admin, path, { reason: 'It was in a backup', confirm: 'vpk_other' });
    expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining(`Type ${first}.`)]);
    const unreasoned = await send(admin, path, { reason: '', confirm: first });
    expect(unreasoned.status).toBe(400);
    expect(unreasoned.html).toMatch(/name="reason"[^>]*aria-invalid="true"/);
    expect(await server.events('push_key.revoked')).toEqual([]);

    const revoked = await send(admin, path, { reason: 'It was in a backup', confirm: first });
    expect(revoked.html).not.toContain(first);
    expect(await newest('push_key.revoked')).toMatchObject({
      ...{ outcome: 'done', target: { kind: 'push_key', id: first } },
      inputs: { reason: 'It was in a backup' },
    });
    expect((await admin.open(at(path))).status).toBe(404);
  });
});

describe('the absences of other people', () => {
  test('are listed for an operator, who ends one; an account without a role sees and ends none of others', async () => {
    const { services } = server.behalf;
    const now = Math.floor(Date.now() / 1000);
    const assurance = { acr: 'urn:behalf:acr:1', amr: ['pwd'], authTime: now } as never;
    const absence = await services.approvals.absences.declare(
      scene.accountId,
      { deputy, from: now, until: (Math.floor(now / DAY) + 7) * DAY },
      { by: { caller: scene.accountId }, assurance },
    );
    const end = `/console/absences/${absence.id}/end`;
    const other = await signedIn(OPERATOR);
    const list = await other.open(at('/console/absences'));
    expect([list.status, list.text]).toEqual([200, expect.stringMatching(/dora/)]);
    expect(list.html).toContain(`href="${end}"`);
    // Nothing of it in the navigation of the person, and no button.
    expect((await owner.open(at('/console'))).html).not.toContain('/console/absences');
    expect((await owner.open(at('/console/absences'))).html).not.toContain(end);

    expect((await other.open(at(end))).text).toMatch(/End the absence of .* dora/);
    const ended = await send(other, end);
    expect(ended.text).toContain('Ended. The deputy can no longer decide');
    expect(ended.html).not.toContain(`href="${end}"`);
    expect(await newest('absence.ended')).toMatchObject({ outcome: 'done' });
    expect(await get(`/absences/${absence.id}`)).toMatchObject({ state: 'ended' });
  });
});
