/** Links for a new password, as strangers ask for them in a person's name, and as the address they went to is lost. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DELIVERIES, type Delivery } from '../../src/domain/platform/outbox/delivery.ts';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const OLD = 'the password from before';
const NEXT = 'a password of tomorrow';

let mails: MailServer;
let server: RunningServer;
let management: Management;
let people = 0;
let networks = 0;

beforeAll(async () => {
  stopClock();
  mails = await mailServer();
  server = await runServer({
    environment: { ...mails.environment, BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1"]' },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
}, 60_000);
beforeEach(() => advance(3_601_000));
afterAll(async () => {
  startClock();
  await server?.close();
  await mails?.close();
});

type Person = { readonly id: string; readonly username: string; readonly email: string };

const newPerson = async (): Promise<Person> => {
  people += 1;
  const username = `person${people}`;
  const email = `${username}@example.com`;
  const account = { username, name: username, email, email_verified: true, password: OLD };
  return { id: (await management.createAccount(account)).id, username, email };
};
/** Another network each time, unless an address is given. */
const browserAt = (address = `10.${++networks}.0.1`): Browser =>
  newBrowser(server.issuer, undefined, { 'x-forwarded-for': address });
const ask = async (typed: string, by = browserAt()): Promise<Page> => {
  const page = await by.open(`${server.issuer}/account/reset`);
  const [form] = page.forms;
  if (!form) throw new Error(page.text);
  return by.submit(page, form, { set: { username: typed } });
};
/** Resolves when no mail waits. */
const allSent = (): Promise<void> =>
  until(
    async () => {
      const waiting = await server.behalf.services.documents
        .collection(DELIVERIES)
        .find({ where: { state: 'waiting' } });
      return waiting.length === 0;
    },
    { what: 'an empty outbox' },
  );
const linksTo = async (address: string): Promise<readonly string[]> => {
  await allSent();
  return mails.received
    .filter(({ to }) => to.includes(address))
    .flatMap((mail) => /http:\/\/\S+\/account\/reset\/\S+/.exec(plainOf(mail)) ?? []);
};
const lastLinkTo = async (address: string): Promise<string> => String((await linksTo(address)).at(-1));
const statusOf = async (link: string): Promise<number> => (await browserAt().open(link)).status;
const setPassword = async (by: Browser, page: Page, password = NEXT): Promise<Page> => {
  const [form] = page.forms;
  if (!form) throw new Error(page.text);
  return by.submit(page, form, { set: { new_password: password, repeat_password: password } });
};
const signIn = async ({ username }: Person, password: string, by = browserAt()): Promise<Page> =>
  submitSignIn(by, await by.open(`${server.issuer}/account`), { username, password });
const patch = async ({ id }: Person, changes: object): Promise<void> => {
  const { headers } = await management.call('GET', `/accounts/${id}`);
  const answer = await management.call('PATCH', `/accounts/${id}`, changes, {
    'if-match': String(headers.get('etag')),
  });
  expect(answer.status).toBe(200);
};

describe('LG-07 a link for a new password ends with the address it was mailed to', () => {
  test.each<[string, (ada: Person) => Promise<unknown>]>([
    ['another one took its place', (ada) => patch(ada, { email: 'thief@example.com', email_verified: true })],
    ['it was removed', (ada) => patch(ada, { email: null })],
    ['it is not verified any more', (ada) => patch(ada, { email_verified: false })],
    [
      'it went and came back',
      async (ada) => {
        await patch(ada, { email: 'thief@example.com', email_verified: true });
        await patch(ada, { email: ada.email, email_verified: true });
      },
    ],
  ])('where %s', async (_, happens) => {
    const ada = await newPerson();
    await ask(ada.username);
    const link = await lastLinkTo(ada.email);
    const by = browserAt();
    const open = await by.open(link);
    expect(open.status).toBe(200);
    await happens(ada);
    expect(await statusOf(link)).toBe(404);
    // A page that was open before.
    const sent = await setPassword(by, open);
    expect([sent.status, sent.text]).toEqual([404, expect.stringContaining('used already, or is too old')]);
    expect((await server.events('account.password_changed')).filter(({ target }) => target?.id === ada.id)).toEqual([]);
    expect((await signIn(ada, OLD)).text).toContain('Sign out');
  });

  test('where its person confirms another one; the next link goes there', async () => {
    const ada = await newPerson();
    await ask(ada.username);
    const link = await lastLinkTo(ada.email);
    const by = browserAt();
    await signIn(ada, OLD, by);
    const page = await by.open(`${server.issuer}/account/email`);
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'email'));
    if (!form) throw new Error(page.text);
    const next = `next-${ada.email}`;
    await by.submit(page, form, { set: { email: next } });
    await allSent();
    const [mail] = await mails.arrived(next, /Confirm this address/);
    const behind = await by.open(String(/http:\/\/\S+\/account\/email\/\S+/.exec(mail ? plainOf(mail) : '')));
    const button = behind.forms.find(({ buttons }) => buttons.some(({ text }) => text === 'Confirm'));
    if (!button) throw new Error(behind.text);
    await by.submit(behind, button);
    expect(await statusOf(link)).toBe(404);
    await ask(ada.username);
    expect(await statusOf(await lastLinkTo(next))).toBe(200);
    expect(await linksTo(ada.email)).toEqual([link]);
  });

  test('a mail that waits while the address changes is not sent', async () => {
    const ada = await newPerson();
    mails.deferred.add(ada.email);
    await ask(ada.username);
    // Its second attempt is then due before the clock is at it.
    const tried = async () =>
      (
        await server.behalf.services.documents.collection<Delivery>(DELIVERIES).find({ where: { state: 'waiting' } })
      ).map(({ document }) => document.attempts);
    await until(async () => (await tried()).includes(1), { what: 'a first attempt' });
    await patch(ada, { email: `other-${ada.email}`, email_verified: true });
    mails.deferred.delete(ada.email);
    advance(60_000);
    expect(await linksTo(ada.email)).toEqual([]);
    expect(await linksTo(`other-${ada.email}`)).toEqual([]);
  });
});

describe('LG-08 an address is one, however its letters are written', () => {
  const mailsTo = async (address: string): Promise<number> => {
    await allSent();
    return mails.received.filter(({ to }) => to.some((one) => one.toLowerCase() === address.toLowerCase())).length;
  };

  test('its person is found by it', async () => {
    const ada = await newPerson();
    const stored = `Ada-${ada.username}@Example.COM`;
    await patch(ada, { email: stored, email_verified: true });
    await ask(`ADA-${ada.username}@example.com`);
    expect(await mailsTo(stored)).toBe(1);
    // A letter that becomes an ASCII letter elsewhere is none here.
    await ask(`ada-${ada.username.replace('s', '\u017f')}@example.com`);
    expect(await mailsTo(stored)).toBe(1);
  });

  test('of two accounts that have it verified none is found by it; one that has it unverified is in no other one’s way', async () => {
    const [ada, eve] = [await newPerson(), await newPerson()];
    await patch(eve, { email: ada.email.toUpperCase() });
    await ask(ada.email);
    expect(await mailsTo(ada.email)).toBe(1);
    await patch(eve, { email_verified: true });
    const before = await mailsTo(ada.email);
    await ask(ada.email);
    expect(await mailsTo(ada.email)).toBe(before);
    await ask(ada.username);
    expect(await mailsTo(ada.email)).toBe(before + 1);
  });
});

describe('LG-07 a stranger does not use up the links of a person', () => {
  test('from one network two mails in half an hour, both links work; another network still gets one', async () => {
    const ada = await newPerson();
    for (let time = 0; time < 8; time += 1) {
      const answer = await ask(ada.username, browserAt('198.51.100.7'));
      expect([answer.status, answer.text.includes('If there is such an account')]).toEqual([200, true]);
    }
    const before = await linksTo(ada.email);
    expect(before).toHaveLength(2);
    expect(await Promise.all(before.map(statusOf))).toEqual([200, 200]);
    await ask(ada.username);
    const links = await linksTo(ada.email);
    expect(links).toHaveLength(3);
    const by = browserAt();
    expect((await setPassword(by, await by.open(String(links.at(-1))))).status).toBe(200);
    advance(1000);
    expect((await signIn(ada, NEXT)).text).toContain('Sign out');
  });

  test('from many networks three mails in a quarter of an hour: one of them works at any time, and more come after it', async () => {
    const ada = await newPerson();
    for (let time = 0; time < 12; time += 1) await ask(ada.username);
    await ask(ada.username, browserAt('2001:db8:1:1::1'));
    const links = await linksTo(ada.email);
    expect(links).toHaveLength(3);
    expect((await server.events('account.reset_asked')).filter(({ subject }) => subject === ada.id)).toHaveLength(3);
    advance(899_000);
    expect(await statusOf(String(links.at(-1)))).toBe(200);
    advance(1000);
    await ask(ada.username);
    expect(await linksTo(ada.email)).toHaveLength(4);
  });

  test('a browser that signed in before gets its own, under any number of requests of strangers', async () => {
    const ada = await newPerson();
    const known = browserAt('198.51.100.20');
    await signIn(ada, OLD, known);
    for (let time = 0; time < 6; time += 1) await ask(ada.username);
    expect(await linksTo(ada.email)).toHaveLength(3);
    for (let time = 0; time < 4; time += 1) await ask(ada.email, known);
    expect(await linksTo(ada.email)).toHaveLength(5);
    // It is known to its own account alone.
    const bob = await newPerson();
    for (let time = 0; time < 6; time += 1) await ask(bob.username);
    await ask(bob.username, known);
    expect(await linksTo(bob.email)).toHaveLength(3);
  });

  test('what was asked for before a new password does not count after it', async () => {
    const ada = await newPerson();
    for (let time = 0; time < 6; time += 1) await ask(ada.username);
    const by = browserAt();
    await setPassword(by, await by.open(await lastLinkTo(ada.email)));
    advance(1000);
    await ask(ada.username);
    expect(await statusOf(await lastLinkTo(ada.email))).toBe(200);
  });

  test('an address that takes no mail delays no other person', async () => {
    const [mallory, ada] = [await newPerson(), await newPerson()];
    mails.deferred.add(mallory.email);
    await ask(mallory.username);
    await until(async () => (await server.events('account.reset_asked')).some(({ subject }) => subject === mallory.id));
    await ask(ada.username);
    await mails.arrived(ada.email, /A new password for your account/);
    mails.deferred.delete(mallory.email);
    advance(60_000);
    expect(await linksTo(mallory.email)).toHaveLength(1);
  });
});
