/** People are told in their browsers: from what was recorded, over a real push service, to what a browser can read. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { importJWK, jwtVerify } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import {
  PUSH_SUBSCRIPTIONS,
  type PushSubscription,
  subscriptionIdOf,
} from '../../src/domain/notifications/push-subscription.ts';
import {
  DELIVERIES,
  DELIVERY_QUEUES,
  type Delivery,
  type DeliveryQueue,
  queueOf,
} from '../../src/domain/platform/outbox/delivery.ts';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { type Browser, newBrowser, type Page } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type PushedBrowser, pushService } from '../support/push-service.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

let authority: LocalAuthority;
let service: Awaited<ReturnType<typeof pushService>>;
let server: RunningServer;
let management: Management;
let scene: ApprovalScene;

beforeAll(async () => {
  authority = await localAuthority();
  service = await pushService(authority);
  server = await runServer({
    environment: {
      ...internalHosts({ pushServices: service.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__PUSH__SERVICES: service.host,
      BEHALF__PUSH__CONTACT: 'mailto:id@example.com',
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  scene = await approvalScene(server);
});
const taken = () => service.answering.message;
let before: ReturnType<typeof taken>;
beforeAll(() => {
  before = taken();
});
afterEach(() => {
  service.answering.message = before;
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
  startClock();
});

const at = (path = ''): string => `${server.issuer}/account/notifications${path}`;
const done = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const eventsOf = async (type: AuditEventType, account: string) =>
  (await server.events(type)).filter(({ subject }) => subject === account);
const stored = async (account: string): Promise<readonly PushSubscription[]> =>
  (
    await server.behalf.services.documents.collection<PushSubscription>(PUSH_SUBSCRIPTIONS).find({ where: { account } })
  ).map(({ document }) => document);

let people = 0;
/** A user with a browser that can be notified. */
const newPerson = async () => {
  people += 1;
  const person = await scene.newPerson(`told${people}`);
  return { ...person, browser: await scene.browserOf(person.username) };
};
const turnOn = async (
  browser: Browser,
  { endpoint, p256dh, auth }: Pick<PushedBrowser, 'endpoint' | 'p256dh' | 'auth'>,
  set: Readonly<Record<string, string>> = {},
): Promise<Page> => {
  const page = await browser.open(at());
  const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'endpoint'));
  if (!form) throw new Error(page.text);
  return browser.submit(page, form, { set: { endpoint, p256dh, auth, name: 'Phone', ...set } });
};
const press = async (browser: Browser, button: RegExp, id: string): Promise<Page> => {
  const page = await browser.open(at());
  const form = page.forms.find(
    ({ action, buttons }) => action.includes(id) && buttons.some(({ text }) => button.test(text)),
  );
  if (!form) throw new Error(`no ${button} of ${id}: ${page.text}`);
  return browser.submit(page, form);
};
const csrfOf = ({ forms }: Page): string =>
  forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
const changePassword = (account: string) => done('POST', `/accounts/${account}/password`, { password: PASSWORD });
const told = async () => {
  const person = await newPerson();
  const phone = service.newBrowser();
  await turnOn(person.browser, phone);
  return { ...person, phone, id: subscriptionIdOf(phone.endpoint), account: person.id };
};

describe('turned on in a browser', () => {
  test('it stands in the list of its person, and the audit log says so without its address', async () => {
    const { browser, id: account } = await newPerson();
    const phone = service.newBrowser();
    const page = await turnOn(browser, phone, { name: 'My phone' });
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/This browser notifies you from now on/);
    expect(page.text).toMatch(/My phone.*nothing sent yet/);
    const id = subscriptionIdOf(phone.endpoint);
    expect(page.html).toContain(`data-browser="${id}"`);
    expect(await eventsOf('push.added', account)).toMatchObject([
      { outcome: 'done', caller: account, target: { kind: 'push_subscription', id } },
    ]);
    expect((await browser.open(`${server.issuer}/account/activity`)).text).toContain('Browser notifications on');
    expect((await browser.open(`${server.issuer}/account/approvals`)).text).toContain(
      'Get notifications in this browser',
    );
  });

  test('KY-02 its address and keys lie sealed in the store', async () => {
    const { phone, account } = await told();
    const text = JSON.stringify([await stored(account), await server.events()]);
    for (const secret of [phone.endpoint, phone.path, phone.p256dh, phone.auth]) expect(text).not.toContain(secret);
  });

  test('a message about a pending approval: encrypted for that browser, signed by this server, with our text only', async () => {
    const { account, phone } = await told();
    const approval = await scene.ask(account);
    const [message] = await phone.arrived();
    if (!message) throw new Error('nothing came');
    expect(phone.read(message)).toEqual({
      title: 'An agent asks for your approval',
      text: 'Sign in and look at what exactly it is. Nothing happens unless you approve it there.',
      page: 'approvals',
      topic: 'approvals',
    });
    const { headers, body } = message;
    expect(headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      urgency: 'high',
      topic: expect.stringMatching(/^[\w-]{1,32}$/),
    });
    const left = approval.expiresAt - Math.floor(Date.now() / 1000);
    expect(Number(headers['ttl'])).toBeGreaterThan(0);
    expect(Math.abs(Number(headers['ttl']) - left)).toBeLessThan(30);
    expect(body.length).toBeLessThanOrEqual(4096);
    const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    expect((await (await scene.browserOf('told2')).open(at())).html).toContain(`data-key="${key}"`);
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'));
    expect(payload).toMatchObject({ aud: service.origin, sub: 'mailto:id@example.com' });
    await until(async () => (await stored(account))[0]?.lastSuccessAt !== undefined);
  });

  test('a change of the sign-in methods is notified in every browser of the user, and of no other user', async () => {
    const { account, browser, phone } = await told();
    const other = await told();
    const desk = service.newBrowser();
    await turnOn(browser, desk, { name: 'Desk' });
    await changePassword(account);
    const [[one], [two]] = [await phone.arrived(), await desk.arrived()];
    expect([one && phone.read(one), two && desk.read(two)]).toMatchObject([
      { title: 'Your password was changed', page: 'security' },
      { title: 'Your password was changed', page: 'security' },
    ]);
    // No two messages of the same can be told to be so by who hands them on.
    expect(one?.headers['topic']).not.toBe(two?.headers['topic']);
    await changePassword(other.account);
    await other.phone.arrived();
    expect([phone.messages(), desk.messages(), other.phone.messages()].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test('it is notified in the language in which it was turned on, also of a refusal', async () => {
    const { browser, id: account } = await newPerson();
    await browser.request(`${server.issuer}/language`, {
      method: 'POST',
      body: new URLSearchParams({ language: 'de', back: '/account' }),
    });
    const refused = await turnOn(browser, { ...service.newBrowser(), auth: 'AAAA' });
    expect(refused.text).toContain('Dieser Browser hat keine Schlüssel für seine Nachrichten erzeugt.');
    const phone = service.newBrowser();
    expect((await turnOn(browser, phone)).text).toContain('Ab jetzt werden Sie in diesem Browser benachrichtigt.');
    await changePassword(account);
    const [message] = await phone.arrived();
    expect(message && phone.read(message)).toMatchObject({ title: 'Ihr Passwort wurde geändert' });
  });

  test('a test goes there at once, five times a minute', async () => {
    const { account, browser, phone, id } = await told();
    const page = await press(browser, /Send a test/, id);
    expect(page.text).toMatch(/The server sent the test/);
    const [message] = phone.messages();
    expect(message && phone.read(message)).toMatchObject({ title: 'This is a test', topic: 'test' });
    expect(await eventsOf('push.tested', account)).toMatchObject([
      { outcome: 'done', target: { kind: 'push_subscription', id } },
    ]);
    for (let more = 0; more < 4; more += 1) await press(browser, /Send a test/, id);
    const refused = await press(browser, /Send a test/, id);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await eventsOf('request.refused', account)).at(-1)).toMatchObject({ error: 'too_many_requests' });
    expect(phone.messages()).toHaveLength(5);
  });

  test('a test message that the push service refuses is reported as not delivered', async () => {
    const { account, browser, id } = await told();
    service.answering.message = (response) => void response.writeHead(500).end();
    expect((await press(browser, /Send a test/, id)).text).toMatch(/did not take the test/);
    expect(await eventsOf('push.tested', account)).toMatchObject([
      { outcome: 'refused', inputs: { reason: 'status_not_ok' } },
    ]);
    expect(await stored(account)).toHaveLength(1);
  });

  test('its user turns it off, and it gets no further message', async () => {
    const { account, browser, phone, id } = await told();
    expect((await press(browser, /Remove/, id)).text).toMatch(/That browser gets no more notifications/);
    expect(await eventsOf('push.removed', account)).toMatchObject([
      { caller: account, target: { kind: 'push_subscription', id }, inputs: { reason: 'person' } },
    ]);
    const other = await told();
    await changePassword(account);
    await changePassword(other.account);
    await other.phone.arrived();
    expect(phone.messages()).toEqual([]);
  });
});

describe('a browser that is not there any more', () => {
  test.each([404, 410])(
    'is forgotten when the push service says so with %i, and nothing of it is left (RFC 8030 §7.3)',
    async (status) => {
      const { account, phone, id } = await told();
      service.answering.message = (response, path) => void response.writeHead(path === phone.path ? status : 201).end();
      await changePassword(account);
      await until(async () => (await stored(account)).length === 0);
      expect(await eventsOf('push.removed', account)).toMatchObject([
        { caller: 'system', target: { kind: 'push_subscription', id }, inputs: { reason: 'gone' } },
      ]);
      expect((await server.events('notification.undelivered')).filter(({ target }) => target?.id === id)).toEqual([]);
      expect(phone.messages()).toHaveLength(1);
    },
  );

  test('is forgotten by a test as well, which says so', async () => {
    const { account, browser, id } = await told();
    service.answering.message = (response) => void response.writeHead(410).end();
    expect((await press(browser, /Send a test/, id)).text).toMatch(/takes no messages any more. It was removed/);
    expect(await stored(account)).toEqual([]);
  });
});

describe('what a browser hands over is checked', () => {
  const phone = () => service.newBrowser();

  test.each([
    ['http', () => ({ endpoint: `http://${service.host}/push/x` })],
    ['another host', () => ({ endpoint: 'https://evil.example/push/x' })],
    ['another port', () => ({ endpoint: 'https://localhost:1/push/x' })],
    ['metadata of a cloud', () => ({ endpoint: 'https://169.254.169.254/latest' })],
    ['loopback', () => ({ endpoint: 'https://127.0.0.1/x' })],
    ['a user name', () => ({ endpoint: `https://user@${service.host}/x` })],
    ['a dot segment', () => ({ endpoint: `${service.origin}/push/../x` })],
    ['a long URL', () => ({ endpoint: `${service.origin}/${'x'.repeat(2100)}` })],
    ['a script', () => ({ endpoint: 'javascript:alert(1)' })],
    ['no URL', () => ({ endpoint: '' })],
    ['a key that is no point', () => ({ p256dh: 'A'.repeat(87) })],
    ['no key', () => ({ p256dh: '' })],
    ['a short secret', () => ({ auth: 'AAAA' })],
    ['a name that turns around', () => ({ name: 'Phone\u202Eenohp' })],
    ['no name', () => ({ name: ' ' })],
  ])('SF-09 %s is refused, and nothing is kept', async (_, wrong) => {
    const { browser, id } = await newPerson();
    const given = { ...phone(), ...wrong() };
    const page = await turnOn(browser, given, 'name' in given ? { name: String(given.name) } : {});
    expect(page.status).toBe(400);
    expect(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'endpoint'))).toBe(true);
    expect((await eventsOf('request.refused', id)).at(-1)).toMatchObject({
      error: 'invalid_field',
      outcome: 'refused',
    });
    expect([await stored(id), await eventsOf('push.added', id)]).toEqual([[], []]);
  });

  test('a page from before the key was changed is refused', async () => {
    const { browser, id } = await newPerson();
    const page = await turnOn(browser, phone(), { key: `B${'A'.repeat(86)}` });
    expect(page.status).toBe(409);
    expect(page.text).toContain('This page is too old');
    expect((await eventsOf('request.refused', id)).at(-1)).toMatchObject({ error: 'conflict' });
    expect(await stored(id)).toEqual([]);
  });

  test('no person has more than ten', async () => {
    const { browser, id } = await newPerson();
    for (let one = 0; one < 10; one += 1) await turnOn(browser, phone(), { name: `Browser ${one}` });
    const full = await browser.open(at());
    expect(full.text).toContain('The maximum number of browsers is reached');
    expect(full.forms.some(({ fields }) => fields.some(({ name }) => name === 'endpoint'))).toBe(false);
    expect(await stored(id)).toHaveLength(10);
    const key = /data-key="([\w-]+)"/.exec(full.html)?.[1] ?? '';
    const csrf = csrfOf(full);
    const body = new URLSearchParams({ ...phone(), key, csrf, name: 'One more' } as unknown as Record<string, string>);
    const answer = await browser.request(at(), { method: 'POST', body });
    expect([answer.status, (await stored(id)).length]).toEqual([409, 10]);
    expect((await eventsOf('request.refused', id)).at(-1)).toMatchObject({ error: 'conflict' });
  });

  test('the same browser again stands there once, under its new name', async () => {
    const { browser, account, phone: own } = await told();
    await turnOn(browser, own, { name: 'The same' });
    expect(await stored(account)).toMatchObject([{ name: 'The same' }]);
  });

  test('WB-02 nothing is changed by a form of another page', async () => {
    const { browser, account, id } = await told();
    for (const path of ['', `/${id}/test`, `/${id}/remove`]) {
      const body = new URLSearchParams({ ...phone(), csrf: 'x', name: 'x', key: 'x' } as unknown as Record<
        string,
        string
      >);
      const answer = await browser.request(at(path), { method: 'POST', body });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect((await eventsOf('request.refused', account)).map(({ inputs }) => inputs?.['reason'])).toEqual([
      'csrf_token',
      'csrf_token',
      'csrf_token',
    ]);
    expect(await stored(account)).toMatchObject([{ name: 'Phone' }]);
  });

  test('WB-11 a browser of another user does not exist', async () => {
    const { account, id, phone: own } = await told();
    const { browser, id: stranger } = await newPerson();
    await turnOn(browser, phone());
    const page = await browser.open(at());
    const csrf = csrfOf(page);
    for (const what of ['test', 'remove']) {
      const answer = await browser.request(at(`/${id}/${what}`), {
        method: 'POST',
        body: new URLSearchParams({ csrf }),
      });
      expect([what, answer.status]).toEqual([what, 404]);
    }
    expect(await eventsOf('request.refused', stranger)).toMatchObject([{ error: 'not_found' }, { error: 'not_found' }]);
    expect([(await stored(account)).length, own.messages().length]).toEqual([1, 0]);
  });

  test('without a session there is the way to sign in, and no form counts', async () => {
    const stranger = newBrowser(server.issuer);
    expect((await stranger.open(at())).forms.some(({ fields }) => fields.some(({ type }) => type === 'password'))).toBe(
      true,
    );
    const answer = await stranger.request(at(), { method: 'POST', body: new URLSearchParams({ csrf: 'x' }) });
    expect(answer.status).toBe(403);
  });
});

describe('who is told', () => {
  test('is who turned it on there last', async () => {
    const first = await told();
    const second = await newPerson();
    await turnOn(second.browser, first.phone, { name: 'Shared' });
    expect([await stored(first.account), (await stored(second.id)).length]).toEqual([[], 1]);
    expect(await eventsOf('push.removed', first.account)).toMatchObject([
      { caller: second.id, inputs: { reason: 'other_person' } },
    ]);
    await changePassword(first.account);
    await changePassword(second.id);
    await first.phone.arrived();
    expect(first.phone.messages()).toHaveLength(1);
  });

  test('is no account that was disabled, also when it is enabled again', async () => {
    const { account, phone, id } = await told();
    await done('POST', `/accounts/${account}/disable`);
    expect(await stored(account)).toEqual([]);
    expect(await eventsOf('push.removed', account)).toMatchObject([
      { target: { kind: 'push_subscription', id }, inputs: { reason: 'account' } },
    ]);
    await done('POST', `/accounts/${account}/enable`);
    const other = await told();
    await changePassword(account);
    await changePassword(other.account);
    await other.phone.arrived();
    expect(phone.messages()).toEqual([]);
  });

  test('is no account that was killed, until that is lifted', async () => {
    const { account, phone } = await told();
    const { id: kill } = await done('POST', '/kills', { scope: 'account', id: account, reason: 'a test' });
    const other = await told();
    await changePassword(account);
    await changePassword(other.account);
    await other.phone.arrived();
    expect([phone.messages().length, (await stored(account)).length]).toEqual([0, 1]);
    await done('POST', `/kills/${kill}/lift`);
    await changePassword(account);
    await phone.arrived();
    expect(phone.messages()).toHaveLength(1);
  });
});

describe('the keys', () => {
  test('are listed, followed by another and ended by an administrator; browsers of one that ended get no further message', async () => {
    const before = await told();
    const { items } = (await done('GET', '/push-keys')) as { items: readonly Record<string, unknown>[] };
    expect(items[0]).toMatchObject({ id: expect.stringMatching(/^vpk_/), state: 'given' });
    expect((await done('POST', '/push-keys/rotations'))['items']).toMatchObject([
      { state: 'given' },
      { id: items[0]?.['id'], state: 'kept' },
    ]);
    // As before, with the key it has.
    await changePassword(before.account);
    const [message] = await before.phone.arrived();
    expect(message?.headers.authorization).toContain(`k=${items[0]?.['public_key']}`);
    const after = await told();
    await done('POST', `/push-keys/${items[0]?.['id']}/revoke`, { reason: 'a test' });
    await changePassword(before.account);
    await until(async () => (await stored(before.account)).length === 0);
    expect(await eventsOf('push.removed', before.account)).toMatchObject([
      { caller: 'system', inputs: { reason: 'key_ended' } },
    ]);
    await changePassword(after.account);
    await after.phone.arrived();
    expect(before.phone.messages()).toHaveLength(1);
    const again = await management.call('POST', `/push-keys/${items[0]?.['id']}/revoke`, { reason: 'a test' });
    expect([again.status, again.body]).toMatchObject([404, { type: 'urn:behalf:problem:not_found' }]);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({
      error: 'not_found',
      note: 'revokePushKey',
    });
  });
});

describe('the worker', () => {
  test('is served below the pages it is for, is asked for anew, and is allowed nothing', async () => {
    const answer = await fetch(`${server.issuer}/account/push-worker.js`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('service-worker-allowed')).toBeNull();
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(await answer.text()).not.toMatch(/\bfetch\b|importScripts|caches/);
  });

  test('stands with its scope below the path of the issuer', async () => {
    const other = await runServer({ path: '/id' });
    try {
      const there = await approvalScene(other);
      await there.newPerson('pathed');
      const page = await (await there.browserOf('pathed')).open(`${other.issuer}/account/notifications`);
      expect(page.html).toContain('data-worker="/id/account/push-worker.js"');
      expect(page.html).toContain('data-scope="/id/account/"');
      expect((await fetch(`${other.issuer}/account/push-worker.js`)).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  test('is not there where messages in browsers are switched off, and no page speaks of them', async () => {
    const other = await runServer({ environment: { BEHALF__PUSH__ISON: 'false' } });
    try {
      const there = await approvalScene(other);
      await there.newPerson('quiet');
      const browser = await there.browserOf('quiet');
      for (const path of ['/account/notifications', '/account/push-worker.js']) {
        expect([path, (await browser.open(`${other.issuer}${path}`)).status]).toEqual([path, 404]);
      }
      for (const path of ['/account', '/account/approvals']) {
        expect((await browser.open(`${other.issuer}${path}`)).html).not.toContain('notifications');
      }
    } finally {
      await other.close();
    }
  });
});

describe('a push service that is busy', () => {
  // The last one: time does not go back for a server.
  beforeAll(stopClock);

  test('is left alone for as long as it says, and then sent the same (RFC 8030 §8.4)', async () => {
    const { account, phone } = await told();
    let isBusy = true;
    service.answering.message = (response, path) => {
      if (path === phone.path && isBusy) response.writeHead(429, { 'retry-after': '600' }).end();
      else response.writeHead(201).end();
      isBusy = false;
    };
    const { documents } = server.behalf.services;
    const queue = queueOf('push', subscriptionIdOf(phone.endpoint));
    const state = async () => (await documents.collection<DeliveryQueue>(DELIVERY_QUEUES).get(queue))?.document;
    const waiting = async () =>
      (await documents.collection<Delivery>(DELIVERIES).find({ where: { queue } })).map(({ document }) => document);
    await changePassword(account);
    // What was noted is looked at again a moment later.
    advance(10_000);
    const [first] = await phone.arrived();
    await until(async () => (await state())?.failures === 1);
    expect(await state()).toMatchObject({ dueAt: now() + 600, lastFailure: 'status_not_ok' });
    expect(await waiting()).toMatchObject([{ attempts: 1, dueAt: now() + 600 }]);
    advance(600_000);
    const [, second] = await phone.arrived(2);
    expect(first && second && phone.read(second)).toEqual(first && phone.read(first));
    await until(async () => (await stored(account))[0]?.lastSuccessAt !== undefined);
    await until(async () => (await waiting()).length === 0, { what: 'the end of the delivery' });
  });
});
