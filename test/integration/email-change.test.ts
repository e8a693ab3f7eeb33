/** Another address for an account: confirmed from there, and told to the one before. With a real SMTP server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PASSWORD = 'a long enough password';

let mails: MailServer;
let server: RunningServer;
let management: Management;

beforeAll(async () => {
  mails = await mailServer();
  server = await runServer({ environment: mails.environment });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
});

let people = 0;
const newPerson = async () => {
  people += 1;
  const username = `person${people}`;
  const email = `${username}@example.com`;
  const account = { username, name: username, email, email_verified: true, password: PASSWORD };
  const { status, text, body } = await management.call('POST', '/accounts', account);
  if (status !== 201) throw new Error(text);
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/account`), { username, password: PASSWORD });
  return { id: String(body['id']), email, next: `${username}@next.example.com`, browser };
};
const emailForm = (page: Page) => {
  const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'email'));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return form;
};
const ask = async (browser: Browser, email: string): Promise<Page> => {
  const page = await browser.open(`${server.issuer}/account/email`);
  return browser.submit(page, emailForm(page), { set: { email } });
};
const linkAt = async (address: string): Promise<string> => {
  const [mail] = await mails.arrived(address, /Confirm this address/);
  const [link] = /http:\/\/\S+\/account\/email\/\S+/.exec(mail ? plainOf(mail) : '') ?? [];
  if (link === undefined) throw new Error('no link');
  return link;
};
const confirm = async (browser: Browser, link: string): Promise<Page> => {
  const page = await browser.open(link);
  const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => text === 'Confirm'));
  return form ? browser.submit(page, form) : page;
};
const accountOf = async (id: string) => (await management.call('GET', `/accounts/${id}`)).body;

describe('LG-07 another address', () => {
  test('takes effect when it was confirmed from there, and the previous one is notified', async () => {
    const { id, email, next, browser } = await newPerson();
    expect((await ask(browser, next)).text).toContain('A link is on its way');
    expect(await accountOf(id)).toMatchObject({ email, email_verified: true });
    const done = await confirm(browser, await linkAt(next));
    expect(done.text).toContain('Your address was confirmed');
    expect(await accountOf(id)).toMatchObject({ email: next, email_verified: true });
    await mails.arrived(email, /Your account has another address/);
    expect((await server.events('account.email_confirmed')).at(-1)).toMatchObject({ caller: id, target: { id } });
    expect((await browser.open(await linkAt(next))).status).toBe(404);
    const texts = JSON.stringify(await server.events());
    expect(texts).not.toContain(next);
  });

  test('opening the link changes nothing, and no other user can use it', async () => {
    const ada = await newPerson();
    const bob = await newPerson();
    await ask(ada.browser, ada.next);
    const link = await linkAt(ada.next);
    expect((await ada.browser.open(link)).status).toBe(200);
    expect(await accountOf(ada.id)).toMatchObject({ email: ada.email });
    expect((await bob.browser.open(link)).status).toBe(404);
    const asBob = await bob.browser.open(`${server.issuer}/account/email`);
    const posted = await bob.browser.submit(asBob, { ...emailForm(asBob), action: link });
    expect(posted.status).toBe(404);
    const stranger = await newBrowser(server.issuer).open(link);
    expect(stranger.forms.some(({ fields }) => fields.some(({ name }) => name === 'password'))).toBe(true);
    expect(await accountOf(ada.id)).toMatchObject({ email: ada.email });
    expect(await accountOf(bob.id)).toMatchObject({ email: bob.email });
  });

  test('the previous one is notified as well when an administrator removes it or sets another', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    const change = async (id: string, members: object): Promise<number> => {
      const { headers } = await management.call('GET', `/accounts/${id}`);
      const match = { 'if-match': String(headers.get('etag')) };
      return (await management.call('PATCH', `/accounts/${id}`, members, match)).status;
    };
    expect(await change(ada.id, { name: 'Ada' })).toBe(200);
    expect(await change(ada.id, { email: ada.next, email_verified: true })).toBe(200);
    expect(await change(bob.id, { email: null })).toBe(200);
    for (const { email } of [ada, bob]) {
      const told = await mails.arrived(email, /Your account has another address/);
      expect(told).toHaveLength(1);
      expect(told[0] && plainOf(told[0])).toContain('An administrator did it.');
    }
  });

  test('is written about in the language of its person, which an administrator can name as well', async () => {
    const { id, next, browser } = await newPerson();
    const change = async (language: unknown) => {
      const { headers } = await management.call('GET', `/accounts/${id}`);
      return management.call('PATCH', `/accounts/${id}`, { language }, { 'if-match': String(headers.get('etag')) });
    };
    const none = await change('fr');
    expect([none.status, none.body]).toMatchObject([400, { errors: [{ pointer: '/language' }] }]);
    expect(await change('de')).toMatchObject({ status: 200, body: { language: 'de' } });
    const page = await browser.open(`${server.issuer}/account/email`);
    expect(page.text).toContain('Neue Adresse');
    await browser.submit(page, emailForm(page), { set: { email: next } });
    const [mail] = await mails.arrived(next, /Bestätigen Sie diese Adresse|Best=C3=A4tigen/);
    expect(mail && plainOf(mail)).toMatch(/^Content-Language: de\r?$/m);
    const { body } = await change(null);
    expect(body).not.toHaveProperty('language');
  });

  test('an invalid one is refused, and the number of mails to an address is limited', async () => {
    const { id, browser } = await newPerson();
    const wrong = await ask(browser, 'all@example.com, more@example.com');
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('not an e-mail address')]);
    for (let times = 0; times < 5; times += 1) await ask(browser, `target${id.slice(4)}@example.com`);
    const over = await ask(browser, `target${id.slice(4)}@example.com`);
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '3600']);
  });
});
