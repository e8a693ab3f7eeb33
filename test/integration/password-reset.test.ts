/** A new password by mail, for who cannot sign in: with a real SMTP server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import type { Form } from '../support/html-forms.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { storedText } from '../support/stored-text.ts';
import { until } from '../support/until.ts';

const OLD = 'the password from before';
const NEXT = 'a password of tomorrow';

let mails: MailServer;
let server: RunningServer;
let management: Management;

beforeAll(async () => {
  mails = await mailServer();
  server = await runServer({
    stores: 'sqlite',
    environment: mails.environment,
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
});

type Person = { readonly id: string; readonly username: string; readonly email: string };

let people = 0;
const newPerson = async (more: object = {}): Promise<Person> => {
  people += 1;
  const username = `person${people}`;
  const email = `${username}@example.com`;
  const account = { username, name: username, email, email_verified: true, password: OLD, ...more };
  const answer = await management.call('POST', '/accounts', account);
  if (answer.status !== 201) throw new Error(answer.text);
  return { id: String(answer.body['id']), username, email };
};

const browser = (): Browser => newBrowser(server.issuer);
const page = (name: string): string => `${server.issuer}/account/${name}`;
const ask = async (typed: string, by = browser()): Promise<Page> => {
  const asking = await by.open(page('reset'));
  const [form] = asking.forms;
  if (!form) throw new Error(asking.text);
  return by.submit(asking, form, { set: { username: typed } });
};
const linkTo = async ({ email }: Person, count = 1): Promise<string> => {
  const found = await mails.arrived(email, /A new password for your account/, count);
  const mail = found.at(-1);
  const [link] = /http:\/\/\S+\/account\/reset\/\S+/.exec(mail ? plainOf(mail) : '') ?? [];
  if (link === undefined) throw new Error('no link');
  return link;
};
const setPassword = async (link: string, password: string, repeated = password, by = browser()): Promise<Page> => {
  const setting = await by.open(link);
  const [form] = setting.forms;
  if (!form) return setting;
  return by.submit(setting, form, { set: { new_password: password, repeat_password: repeated } });
};
/** A session of the second in which a password was set is over as well, so a person is later than that. */
const signIn = async ({ id, username }: Person, password: string, by = browser()): Promise<Page> => {
  const { accounts, clock } = server.behalf.services;
  const from = (await accounts.get(id))?.document.sessionsValidFrom ?? 0;
  await until(() => clock.now() >= from, { what: 'the next second' });
  return submitSignIn(by, await by.open(`${server.issuer}/account`), { username, password });
};

describe('LG-07 a new password by mail', () => {
  test('is set once, ends all sessions, begins none, and is notified', async () => {
    const ada = await newPerson();
    const elsewhere = browser();
    expect((await signIn(ada, OLD, elsewhere)).text).toContain('Sign out');
    expect((await ask(ada.username)).text).toContain('If there is such an account');
    const link = await linkTo(ada);
    expect((await server.events('account.reset_asked')).at(-1)).toMatchObject({ subject: ada.id, caller: 'anonymous' });

    const by = browser();
    const done = await setPassword(link, NEXT, NEXT, by);
    // At the sign-in page, and not signed in.
    expect(done.forms.some(({ fields }) => fields.some(({ name }) => name === 'username'))).toBe(true);
    expect(done.text).not.toContain('Sign out');
    expect((await elsewhere.open(`${server.issuer}/account`)).text).not.toContain('Sign out');
    expect((await signIn(ada, OLD)).text).toContain('not right');
    expect((await signIn(ada, NEXT)).text).toContain('Sign out');
    await mails.arrived(ada.email, /Your password was changed[\s\S]*If it was not you/);

    const again = await browser().open(link);
    expect([again.status, again.text]).toEqual([404, expect.stringContaining('used already, or is too old')]);
    expect(again.html).toContain('<a class="button primary" href="/account/reset">Get a new link</a>');
  });

  test('opening the link changes nothing, however often and by whom', async () => {
    const ada = await newPerson();
    await ask(ada.email);
    const link = await linkTo(ada);
    const before = (await server.events()).length;
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
    const without = await fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ new_password: NEXT, repeat_password: NEXT }),
    });
    expect(without.status).toBe(403);
    const foreign = await fetch(link, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: new URLSearchParams({ new_password: NEXT, repeat_password: NEXT }),
    });
    expect(foreign.status).toBe(403);
    expect((await server.events()).slice(before).map(({ type }) => type)).not.toContain('account.password_changed');
    expect((await signIn(ada, OLD)).text).toContain('Sign out');
  });

  test('a password that may not be leaves the link as it is', async () => {
    const ada = await newPerson();
    await ask(ada.username);
    const link = await linkTo(ada);
    expect((await setPassword(link, 'short')).status).toBe(400);
    expect((await setPassword(link, NEXT, 'another one')).text).toContain('The two new passwords differ');
    await setPassword(link, NEXT);
    expect((await signIn(ada, NEXT)).text).toContain('Sign out');
  });

  test('of twenty at a time one sets the password', async () => {
    const ada = await newPerson();
    await ask(ada.username);
    const link = await linkTo(ada);
    const tries = Array.from({ length: 20 }, (_, index) => ({ by: browser(), password: `password number ${index}` }));
    const opened = await Promise.all(tries.map(({ by }) => by.open(link)));
    const answers = await Promise.all(
      tries.map(({ by, password }, index) => {
        const at = opened[index];
        const form = at?.forms[0];
        if (!at || !form) throw new Error('no form');
        return by.submit(at, form, { set: { new_password: password, repeat_password: password } });
      }),
    );
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(19);
    const changes = (await server.events('account.password_changed')).filter(({ target }) => target?.id === ada.id);
    expect(changes).toHaveLength(1);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect((await signIn(ada, `password number ${winner}`)).text).toContain('Sign out');
  });

  test('a password that was changed meanwhile ends the links from before', async () => {
    const ada = await newPerson();
    await ask(ada.username);
    const link = await linkTo(ada);
    await management.call('POST', `/accounts/${ada.id}/password`, { password: NEXT });
    expect((await browser().open(link)).status).toBe(404);
  });

  test('does not go round the second factor', async () => {
    const ada = await newPerson();
    const { factors, clock } = server.behalf.services;
    await factors.add(
      { kind: 'totp', name: 'Phone', secret: 'JBSWY3DPEHPK3PXP', lastStep: 0 },
      { account: ada.id, assurance: { acr: MULTI_FACTOR, amr: [], authTime: clock.now() }, by: { caller: ada.id } },
    );
    await ask(ada.username);
    await setPassword(await linkTo(ada), NEXT);
    const asked = await signIn(ada, NEXT);
    expect(asked.text).not.toContain('Sign out');
    expect(asked.forms.some(({ fields }) => fields.some(({ name }) => name === 'code'))).toBe(true);
  });

  test('the link is in the mail alone: neither in the stores nor in the audit log', async () => {
    const ada = await newPerson();
    await ask(ada.username);
    const token = (await linkTo(ada)).split('/').at(-1) ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    await server.settled();
    expect(await storedText(server)).not.toContain(token);
    expect(JSON.stringify(await server.events())).not.toContain(token);
  });
});

describe('LG-01 asking for a new password', () => {
  test('is answered the same for known, unknown and disabled accounts, and for those without password or verified address', async () => {
    const known = await newPerson();
    const disabled = await newPerson();
    await management.call('POST', `/accounts/${disabled.id}/disable`);
    const [unverified, passwordless] = [
      await newPerson({ email_verified: false }),
      await newPerson({ password: undefined }),
    ];
    const last = await newPerson();
    const answers = [];
    for (const typed of [
      known.username,
      known.email,
      'unknown',
      'unknown@example.com',
      disabled.username,
      disabled.email,
      unverified.username,
      unverified.email,
      passwordless.username,
      '',
      'x'.repeat(3000),
      "'\u0000; drop table accounts",
    ]) {
      const by = browser();
      const { status, html, headers, url } = await ask(typed, by);
      const same = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
      answers.push(JSON.stringify([status, html, url, same, by.jar.copy().size]));
    }
    expect(new Set(answers).size).toBe(1);
    // One after the other: what comes behind them all has come, so have those before.
    await ask(last.username);
    await linkTo(last);
    await linkTo(known, 2);
    const written = mails.received.flatMap(({ to }) => to);
    for (const { email } of [disabled, unverified, passwordless]) expect(written).not.toContain(email);
    expect(written.filter((to) => to === known.email)).toHaveLength(2);
    expect((await server.events('account.reset_asked')).filter(({ subject }) => subject === known.id)).toHaveLength(2);
  });

  test('a mailbox is not filled: two links in half an hour from one network', async () => {
    const [ada, last] = [await newPerson(), await newPerson()];
    for (let times = 0; times < 6; times += 1) await ask(ada.username);
    await ask(last.username);
    await linkTo(last);
    await linkTo(ada, 2);
    expect(mails.received.filter(({ to }) => to.includes(ada.email))).toHaveLength(2);
  });
});

test('LG-07 strangers make 10 events a day at an account by asking for new passwords; further ones stand under the budget', async () => {
  const asked = await runServer({
    environment: {
      ...mails.environment,
      BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: '1',
      BEHALF__AUDIT__REFUSALINTERVALSECONDS: '1',
    },
  });
  stopClock();
  try {
    const { call } = await managementFromKeyFile(asked.administratorKeyFile);
    const email = 'often@example.com';
    const account = { username: 'often', name: 'Often', email, email_verified: true, password: OLD };
    const { body } = await call('POST', '/accounts', account);
    // The whole day is before us.
    advance(86_400_000 - (Date.now() % 86_400_000));
    const TIMES = 14;
    for (let time = 1; time <= TIMES; time += 1) {
      const by = newBrowser(asked.issuer);
      const asking = await by.open(`${asked.issuer}/account/reset`);
      await by.submit(asking, asking.forms[0] as Form, { set: { username: 'often' } });
      await mails.arrived(email, /A new password for your account/, time);
      advance(1_900_000);
    }
    const events = (await asked.events('account.reset_asked')).filter(({ subject }) => subject === body['id']);
    expect(events).toHaveLength(10);
    // The one number of the day, in its last hour.
    advance(86_400_000 - (Date.now() % 86_400_000) - 1_000_000);
    await until(async () => (await asked.events('requests.left_out')).length > 0, { what: 'the number' });
    expect((await asked.events('requests.left_out'))[0]).toMatchObject({
      count: TIMES - 10,
      inputs: { kinds: { 'account.reset_asked': TIMES - 10 } },
    });
  } finally {
    startClock();
    await asked.close();
  }
}, 60_000);

test('LG-07 an operator cannot say that an address is verified, and so cannot take an account over', async () => {
  const ada = await newPerson();
  const operator = await managementFromKeyFile(
    server.administratorKeyFile.replace('administrator.json', 'operator.json'),
  );
  const { headers } = await operator.call('GET', `/accounts/${ada.id}`);
  const match = { 'if-match': String(headers.get('etag')) };
  const answer = await operator.call(
    'PATCH',
    `/accounts/${ada.id}`,
    { email: 'operator@example.com', email_verified: true },
    match,
  );
  expect([answer.status, answer.body]).toMatchObject([403, { type: 'urn:behalf:problem:forbidden' }]);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({
    error: 'forbidden',
    note: 'updateAccount',
  });
  const changed = await operator.call('PATCH', `/accounts/${ada.id}`, { email: 'operator@example.com' }, match);
  expect([changed.status, changed.body['email_verified']]).toEqual([200, false]);
  await ask(ada.username);
  const last = await newPerson();
  await ask(last.username);
  await linkTo(last);
  expect(mails.received.flatMap(({ to }) => to)).not.toContain('operator@example.com');
});

test('without mail there is no such page, and the sign-in page has no link to one', async () => {
  const mute = await runServer();
  try {
    expect((await fetch(`${mute.issuer}/account/reset`)).status).toBe(404);
    const signingIn = await newBrowser(mute.issuer).open(`${mute.issuer}/account`);
    expect(signingIn.html).not.toContain('/account/reset');
    expect((await browser().open(`${server.issuer}/account`)).html).toContain('/account/reset');
  } finally {
    await mute.close();
  }
});
