/**
 * What people come for, with nothing but the keyboard: what the tests of consent, devices, sessions, agents and policies do not
 * already do that way. That every control of every page is reached is in every-page.test.ts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { codeAt } from '../support/authenticator-app.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { plugAuthenticator } from '../support/virtual-authenticator.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const PHONE = { viewport: { width: 320, height: 740 }, locale: 'en-US' };
const WIDE = { viewport: { width: 1280, height: 900 } };

let server: RunningServer;
let scene: ApprovalScene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await approvalScene(server);
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const signIn = async (page: Page, path: string, { username, password }: typeof ADMIN): Promise<void> => {
  await page.goto(`${server.issuer}${path}`);
  await keyboard.type(page, 'Username', username);
  await keyboard.type(page, 'Password', password);
  await keyboard.press(page, 'Sign in');
};

const heading = (page: Page): Promise<string | null> => page.locator('h1').textContent();
const stateOf = async ({ id }: Approval): Promise<string | undefined> => (await scene.service.get(id))?.state;

/** As a date field takes it in American English. */
const typedDay = (days: number): string => {
  const [year, month, day] = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).split('-');
  return `${month}${day}${year}`;
};

test('WB-12 approvals: one denied, one approved, several at once, a deputy while away', async () => {
  const ada = { ...(await scene.newPerson('ada-keys')), password: PASSWORD };
  await scene.newPerson('eve-keys');
  const asked = [
    await scene.ask(ada.id),
    await scene.ask(ada.id, { action: { scope: ['write'] } }),
    await scene.ask(ada.id, { action: { scope: ['delete'] } }),
    await scene.ask(ada.id, { action: { scope: ['read', 'write'] } }),
  ];
  await withPage(browser, PHONE, async (page) => {
    const objected = objectionsOf(page);
    await signIn(page, '/account', ada);
    await keyboard.follow(page, 'Review them');
    await keyboard.follow(page, 'See what is there');
    await keyboard.press(page, 'Deny');
    expect(await heading(page)).toBe('Denied');
    await keyboard.follow(page, 'All my approvals');
    await keyboard.follow(page, 'Add and change');
    await keyboard.press(page, 'Approve');
    expect(await heading(page)).toBe('Approved');
    await keyboard.follow(page, 'All my approvals');
    await keyboard.follow(page, 'Decide several at once');
    await keyboard.toggle(page, /Remove for good/);
    await keyboard.press(page, 'Approve the chosen');
    expect(await page.locator('#results').textContent()).toBe('What happened');
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.follow(page, 'All my approvals');
    await keyboard.follow(page, 'While I am away');
    await keyboard.follow(page, 'Name a person');
    await keyboard.type(page, 'Username of that person', 'eve-keys');
    await keyboard.type(page, 'First day', typedDay(1));
    await keyboard.type(page, 'Last day', typedDay(3));
    await keyboard.press(page, 'Let this person decide for me');
    expect(await page.textContent('main')).toContain('to come');
    await keyboard.press(page, /^End it/);
    expect(await page.textContent('main')).toContain('It has ended, and both of you are notified.');
    expect(objected).toEqual([]);
  });
  expect(await Promise.all(asked.map(stateOf))).toEqual(['denied', 'approved', 'approved', 'pending']);
  const types = (await server.events()).filter(({ subject }) => subject === ada.id).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['approval.denied', 'approval.approved', 'absence.declared']));
}, 240_000);

test('WB-12 factors: an app is added and asked for at the next sign-in, a recovery code stands in, the password is changed', async () => {
  const ida = { ...(await scene.newPerson('ida-keys')), password: PASSWORD };
  await withPage(browser, PHONE, async (page) => {
    const objected = objectionsOf(page);
    await signIn(page, '/account/security', ida);
    await keyboard.follow(page, 'Add an authenticator app');
    const secret = String(await page.locator('code.key').first().textContent()).replaceAll(' ', '');
    await keyboard.type(page, 'Code the app shows now', '000000');
    await keyboard.press(page, 'Add the app');
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.type(page, 'Code the app shows now', codeAt(secret, Math.floor(Date.now() / 1000)));
    await keyboard.press(page, 'Add the app');
    expect(await heading(page)).toBe('Keep these recovery codes');
    expect(await pageFaults(page)).toEqual([]);
    const [code = ''] = await page.locator('ul.codes code').allTextContents();
    await keyboard.follow(page, 'I have kept them');
    await keyboard.press(page, 'Sign out');

    await signIn(page, '/account', ida);
    expect(await heading(page)).toBe('Enter your code');
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.type(page, 'Code from your authenticator app', '000000');
    await keyboard.press(page, 'Continue');
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.unfold(page, 'I do not have the app here');
    await keyboard.type(page, 'Recovery code', code);
    await keyboard.press(page, 'Use this recovery code');
    expect(await heading(page)).toBe('Agents and apps');

    await keyboard.follow(page, 'Sign-in and security');
    await keyboard.follow(page, 'Change password');
    await keyboard.type(page, 'Current password', PASSWORD);
    await keyboard.type(page, 'New password', `${PASSWORD}, and longer`);
    await keyboard.type(page, 'New password again', `${PASSWORD}, and longer`);
    await keyboard.press(page, 'Change password');
    expect(await heading(page)).toBe('Sign in');
    expect(objected).toEqual([]);
  });
  const types = (await server.events())
    .filter((event) => JSON.stringify(event).includes(ida.id))
    .map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['factor.added', 'session.factor_asked', 'account.password_changed']));
}, 240_000);

test('WB-12 a passkey is made, and signs for an approval of high risk', async () => {
  const eve = { ...(await scene.newPerson('eve-passkey')), password: PASSWORD };
  const asked = await scene.ask(eve.id, { risk: 'high', requires: { quorum: 1, isProvenAnew: true } });
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, '/account/security/passkey', eve);
    await plugAuthenticator(page);
    await keyboard.type(page, 'Name of the passkey', 'Phone');
    await keyboard.press(page, 'Create the passkey');
    expect(await heading(page)).toBe('Keep these recovery codes');
    await page.goto(scene.urlOf(asked));
    await keyboard.press(page, 'Approve with your passkey');
    expect(await heading(page)).toBe('Approved');
  });
  expect(await stateOf(asked)).toBe('approved');
}, 120_000);

test('WB-12 the console: a group, a person, a client, a resource server, a blueprint, the audit log', async () => {
  const grace = await scene.newPerson('grace-keys');
  await scene.newPerson('mary-keys');
  // Enabling an app that asks no user for consent takes a second factor; this one asks.
  await scene.management.createClient({
    name: 'Counter',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [(await newKeyPair()).publicJwk] },
    redirect_uris: ['https://counter.example.com/callback'],
  });
  const blueprint = await scene.management.createBlueprint({
    name: 'Readers',
    purpose: 'Read and no more',
    ceilings: { authority: { [scene.jwt.identifier]: ['read'] } },
  });
  await withPage(browser, WIDE, async (page) => {
    const objected = objectionsOf(page);
    await signIn(page, '/console', ADMIN);
    await keyboard.follow(page, 'People');
    await keyboard.follow(page, 'Groups');
    await keyboard.follow(page, 'Add a group');
    await keyboard.type(page, 'Name', 'Night shift');
    await keyboard.type(page, 'Usernames of its members', 'grace-keys\nmary-keys');
    await keyboard.press(page, 'Add the group');
    expect(await heading(page)).toContain('Night shift');
    await keyboard.follow(page, 'Change Night shift');
    await keyboard.type(page, 'Name', 'Late shift');
    await keyboard.press(page, 'Save');
    expect(await heading(page)).toContain('Late shift');

    await keyboard.follow(page, 'People');
    await keyboard.type(page, 'Search', 'grace');
    await keyboard.press(page, 'Apply');
    await keyboard.follow(page, 'grace-keys Person');
    await keyboard.follow(page, 'Disable grace-keys Person');
    await keyboard.press(page, 'Disable');
    expect(await page.locator('.page-head .tag').first().textContent()).toBe('disabled');
    await keyboard.press(page, 'Enable grace-keys Person');
    expect(await page.locator('.page-head .tag').first().textContent()).toBe('active');

    await keyboard.follow(page, 'Clients');
    await keyboard.follow(page, 'Counter');
    await keyboard.follow(page, 'Disable Counter');
    await keyboard.press(page, 'Disable');
    expect(await page.locator('#state').textContent()).toBe('Blocked');
    await keyboard.press(page, 'Enable Counter');
    expect(await page.locator('.page-head .tag').first().textContent()).toBe('active');

    await keyboard.follow(page, 'Resource servers');
    await keyboard.follow(page, 'Payments');
    await keyboard.press(page, /^Preview/);
    await keyboard.follow(page, 'Disable Payments');
    await keyboard.press(page, 'Disable');
    expect(await page.textContent('main')).toContain('No token is issued for it');

    await page.goto(`${server.issuer}/console/blueprints/${blueprint.id}/deprecate`);
    await keyboard.type(page, 'Confirmation', 'Readers');
    await keyboard.press(page, 'Deprecate');
    expect(await page.textContent('main')).toContain('It takes no new agents.');

    await keyboard.follow(page, 'Audit log');
    await keyboard.unfold(page, 'More filters');
    await keyboard.type(page, 'On behalf of', 'grace-keys');
    await keyboard.press(page, 'Apply');
    expect(await page.textContent('main')).toContain('disabled');
    expect(objected).toEqual([]);
  });
  const types = (await server.events()).filter(
    ({ target }) => (target as { id?: string } | undefined)?.id === grace.id,
  );
  expect(types.map(({ type }) => type)).toEqual(expect.arrayContaining(['account.disabled', 'account.enabled']));
}, 300_000);

test('WB-12 apps of other systems: a list is pasted, previewed and imported, an app is found and its finding dismissed', async () => {
  await withPage(browser, WIDE, async (page) => {
    const objected = objectionsOf(page);
    await signIn(page, '/console/inventories', ADMIN);
    await keyboard.follow(page, 'CSV file A table with one app per row.');
    await keyboard.unfold(page, 'Or paste the list');
    await keyboard.type(page, 'List', 'external_id,name,scopes');
    await page.keyboard.press('Enter');
    await page.keyboard.type('17,Sender,mail.send');
    await page.keyboard.press('Enter');
    await page.keyboard.type('18,Clock,openid');
    await keyboard.type(page, 'Name of the inventory', 'crm');
    await keyboard.press(page, 'Preview the import');
    expect(await heading(page)).toBe('Import 2 apps into crm?');
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.press(page, 'Import 2 apps');
    expect(await heading(page)).toBe('Imported into crm');
    await keyboard.follow(page, 'Show the inventory');
    await keyboard.type(page, 'Search', 'mail.send');
    await keyboard.press(page, 'Apply');
    expect(await page.locator('table.log').first().textContent()).not.toContain('Clock');
    await keyboard.follow(page, 'Decide about Sender');
    await keyboard.follow(page, 'Dismiss Sender');
    await keyboard.type(page, 'Reason', 'A test sender');
    await keyboard.press(page, 'Dismiss the finding');
    expect(await page.locator('.page-head .tag').first().textContent()).toBe('dismissed');
    expect(objected).toEqual([]);
  });
  expect(await server.events('inventory.imported')).toMatchObject([{ target: { id: 'crm' }, inputs: { apps: 2 } }]);
  expect(await server.events('finding.dismissed')).toHaveLength(1);
}, 300_000);
