/**
 * Messages in a real browser. Chromium here has no push service behind it: its `PushManager` is stood in for, and what this
 * server sends to the one of the test, encrypted, is handed to the worker by DevTools as a push service would.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, CDPSession, Page, Worker } from 'playwright-core';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { pageFaults } from '../support/page-faults.ts';
import { type PushedBrowser, pushService } from '../support/push-service.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

let authority: LocalAuthority;
let service: Awaited<ReturnType<typeof pushService>>;
let server: RunningServer;
let scene: ApprovalScene;
let browser: Browser;

beforeAll(async () => {
  authority = await localAuthority();
  service = await pushService(authority);
  server = await runServer({
    environment: {
      ...internalHosts({ pushServices: service.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__PUSH__SERVICES: service.host,
    },
  });
  scene = await approvalScene(server);
  browser = await startChromium({ keepsNotifications: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await authority?.remove();
});

/** In place of what needs a push service: a subscription that lasts as long as the tab. */
const standIn = ({ endpoint, p256dh, auth }: PushedBrowser): string => `
  const made = ${JSON.stringify({ endpoint, keys: { p256dh, auth } })};
  const kept = () => JSON.parse(sessionStorage.getItem('subscription') ?? 'null');
  const shown = (one) => one && {
    endpoint: one.endpoint,
    options: { applicationServerKey: Uint8Array.from(one.key).buffer },
    toJSON: () => made,
    unsubscribe: async () => { sessionStorage.removeItem('subscription'); return true; },
  };
  if (globalThis.PushManager) {
    PushManager.prototype.getSubscription = async () => shown(kept());
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly) throw new Error('no user would see it');
      sessionStorage.setItem('subscription', JSON.stringify({ endpoint: made.endpoint, key: [...applicationServerKey] }));
      return shown(kept());
    };
  }`;

const signIn = async (page: Page, username: string, path: string): Promise<void> => {
  await page.goto(`${scene.issuer}${path}`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page
    .getByRole('heading', { level: 1 })
    .filter({ hasText: /Notifications|Agents and apps/ })
    .waitFor();
};

/** Registrations of service workers, as DevTools tells of them. */
const registrations = async (page: Page): Promise<{ readonly cdp: CDPSession; readonly ids: Map<string, string> }> => {
  const cdp = await page.context().newCDPSession(page);
  const ids = new Map<string, string>();
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: all }) => {
    for (const { registrationId, scopeURL } of all) ids.set(scopeURL, registrationId);
  });
  await cdp.send('ServiceWorker.enable');
  return { cdp, ids };
};

type Shown = { readonly title: string; readonly body: string; readonly tag: string; readonly data: unknown };
const shownBy = (worker: Worker): Promise<readonly Shown[]> =>
  worker.evaluate(
    'self.registration.getNotifications().then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))',
  );

/** As a user does who touches it; answers which page the worker opens. */
const touch = (worker: Worker, tag: string): Promise<string> =>
  worker.evaluate(`new Promise((resolve) => {
    self.clients.openWindow = async (href) => resolve(href);
    self.registration.getNotifications({ tag: ${JSON.stringify(tag)} }).then(([notification]) =>
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification })));
  })`);

describe('a person', () => {
  test('turns notifications on in the browser, is notified of an approval, and a touch leads to the page that asks', async () => {
    const ada = await scene.newPerson('ada-pushed');
    const phone = service.newBrowser();
    await withPage(browser, { viewport: { width: 390, height: 844 } }, async (page) => {
      const objections: string[] = [];
      page.on('console', (message) => objections.push(message.text()));
      await page.context().grantPermissions(['notifications'], { origin: scene.issuer });
      await page.addInitScript(standIn(phone));
      await signIn(page, 'ada-pushed', '/account/notifications');
      expect(await pageFaults(page)).toEqual([]);
      const { cdp, ids } = await registrations(page);
      expect(await page.getByLabel('Name of this browser').inputValue()).toBe('Chrome on Linux');
      await page.getByLabel('Name of this browser').fill('My phone');
      await page.keyboard.press('Enter');
      await page.getByText('This browser notifies you from now on').waitFor();
      await page.getByText('This browser', { exact: true }).last().waitFor();
      expect(await page.getByRole('button', { name: 'Notify me in this browser' }).count()).toBe(0);
      expect(await pageFaults(page)).toEqual([]);

      const approval = await scene.ask(ada.id);
      const [sent] = await phone.arrived();
      const scope = `${scene.issuer}/account/`;
      await until(() => ids.has(scope));
      const [worker] = page.context().serviceWorkers();
      if (!worker || !sent) throw new Error('no worker, or nothing was sent');
      const text = JSON.stringify(phone.read(sent));
      const { origin } = new URL(scene.issuer);
      await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: ids.get(scope) ?? '', data: text });
      await until(async () => (await shownBy(worker)).length === 1);
      expect(await shownBy(worker)).toEqual([
        {
          title: 'An agent asks for your approval',
          body: 'Sign in and look at what exactly it is. Nothing happens unless you approve it there.',
          tag: 'approvals',
          data: { page: 'approvals' },
        },
      ]);
      const href = await touch(worker, 'approvals');
      expect(href).toBe(`${scene.issuer}/account/approvals`);
      expect(await shownBy(worker)).toEqual([]);
      await page.goto(href);
      await page.getByRole('heading', { name: 'My approvals' }).waitFor();
      expect((await scene.service.get(approval.id))?.state).toBe('pending');
      expect(objections).toEqual([]);
    });
  }, 60_000);

  test('turns them off, also in the browser itself; another one in the list stays', async () => {
    await scene.newPerson('eve-pushed');
    const phone = service.newBrowser();
    await withPage(browser, {}, async (page) => {
      await page.context().grantPermissions(['notifications'], { origin: scene.issuer });
      await page.addInitScript(standIn(phone));
      await signIn(page, 'eve-pushed', '/account/notifications');
      await page.getByRole('button', { name: 'Notify me in this browser' }).click();
      await page.getByText('This browser notifies you from now on').waitFor();
      await page.getByRole('button', { name: /^Send a test/ }).click();
      await page.getByText('The server sent the test').waitFor();
      expect(phone.messages()).toHaveLength(1);
      await page.getByText('This browser', { exact: true }).last().waitFor();
      await page.getByRole('button', { name: /^Remove/ }).click();
      await page.getByText('That browser gets no more notifications').waitFor();
      expect(await page.evaluate('sessionStorage.getItem("subscription")')).toBeNull();
      await page.getByRole('button', { name: 'Notify me in this browser' }).waitFor();
    });
  }, 60_000);

  test('who does not allow notifications reads where that can be changed, and nothing is stored', async () => {
    await scene.newPerson('mia-pushed');
    const phone = service.newBrowser();
    await withPage(browser, {}, async (page) => {
      await page.addInitScript(`${standIn(phone)}; Notification.requestPermission = async () => 'denied';`);
      await signIn(page, 'mia-pushed', '/account/notifications');
      await page.getByRole('button', { name: 'Notify me in this browser' }).click();
      await page.getByRole('alert').filter({ hasText: 'does not allow messages' }).waitFor();
      expect(await page.getByText('In no browser yet').count()).toBe(1);
    });
  }, 60_000);

  test('without JavaScript the page says what is missing, and everything else of it works', async () => {
    await scene.newPerson('zoe-pushed');
    await withPage(browser, { javaScriptEnabled: false }, async (page) => {
      await signIn(page, 'zoe-pushed', '/account/notifications');
      expect(await page.getByText('Everything else works without them').isVisible()).toBe(true);
      expect(await page.getByRole('button', { name: 'Notify me in this browser' }).count()).toBe(0);
    });
  }, 60_000);
});

describe('the worker', () => {
  test('shows what it does not understand as a notification, and opens no page but ours', async () => {
    await scene.newPerson('ida-pushed');
    await withPage(browser, {}, async (page) => {
      await page.context().grantPermissions(['notifications'], { origin: scene.issuer });
      await page.addInitScript(standIn(service.newBrowser()));
      await signIn(page, 'ida-pushed', '/account/notifications');
      const { cdp, ids } = await registrations(page);
      await page.getByRole('button', { name: 'Notify me in this browser' }).click();
      await page.getByText('This browser notifies you from now on').waitFor();
      const scope = `${scene.issuer}/account/`;
      await until(() => ids.has(scope));
      const [worker] = page.context().serviceWorkers();
      if (!worker) throw new Error('there is no worker');
      const { origin } = new URL(scene.issuer);
      const deliver = (data: string) =>
        cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: ids.get(scope) ?? '', data });
      const unknown = { title: 'Behalf', body: '', tag: 'notice', data: { page: 'account' } };
      for (const [data, shown] of [
        ['no JSON', unknown],
        ['{"title":"a","text":"b","page":"https://evil.example/"}', { ...unknown, title: 'a', body: 'b' }],
        ['{"title":{"a":1},"text":3,"page":"__proto__","topic":7}', unknown],
        ['{"title":"c","text":"d","page":"constructor"}', { ...unknown, title: 'c', body: 'd' }],
        ['{}', unknown],
      ] as const) {
        await deliver(data);
        await until(async () => JSON.stringify(await shownBy(worker)) === JSON.stringify([shown]), { what: data });
      }
      expect(await touch(worker, 'notice')).toBe(`${scene.issuer}/account`);
    });
  }, 60_000);
});
