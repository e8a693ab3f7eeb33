/** Links by which another organisation speaks for a person: who never has one, who hears of it, and who ends it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type ForeignIssuer, foreignIssuer, JWT_BEARER } from '../support/foreign-issuer.ts';
import type { Form } from '../support/html-forms.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type Answer, discover, type OAuthCalls, oauthCalls } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const TICKETS = 'https://tickets.example.com';
const PASSWORD = 'another pass phrase';

let mails: MailServer;
let server: RunningServer;
let management: Management;
let calls: OAuthCalls;
let agent: Identity;
let tickets: { readonly kind: 'basic'; readonly clientId: string; readonly secret: string };
let idp: ForeignIssuer;
let peer: string;
let count = 0;

const made = async (path: string, body: object): Promise<string> => {
  const answer = await management.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return String(answer.body['id']);
};

type Person = { readonly id: string; readonly username: string; readonly email: string };

const newPerson = async (more: object = {}): Promise<Person> => {
  count += 1;
  const username = `person${count}`;
  const email = `${username}@example.com`;
  const fields = { username, name: `Person ${count}`, email, email_verified: true, password: PASSWORD, ...more };
  return { id: (await management.createAccount(fields)).id, username, email };
};

const newPeer = async (issuer: string, inbound: object): Promise<readonly [ForeignIssuer, string]> => {
  const foreign = await foreignIssuer(issuer);
  const { jwks } = foreign;
  const trust = { clients: [agent.clientId], resources: { [TICKETS]: ['read'] }, ...inbound };
  return [foreign, await made('/peers', { name: 'Headquarters', issuer, jwks, inbound: trust })];
};

beforeAll(async () => {
  mails = await mailServer();
  server = await runServer({ environment: mails.environment });
  management = await managementFromKeyFile(server.administratorKeyFile);
  calls = oauthCalls(await discover(server.issuer));
  const resource = await management.createResourceServer({
    identifier: TICKETS,
    name: 'Tickets',
    scopes: [{ name: 'read', description: 'See your tickets', risk: 'low' }],
    introspection_auth_method: 'client_secret_basic',
  });
  tickets = { kind: 'basic', clientId: resource.id, secret: String(resource['client_secret']) };
  const key = await newKeyPair();
  const { id } = await management.createAgent({
    name: 'Clerk',
    owner: (await newPerson()).id,
    purpose: 'Files tickets',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: [JWT_BEARER],
  });
  agent = { clientId: id, key };
  // From here on it may redeem assertions that name the user by address.
  [idp, peer] = await newPeer('https://idp.example', { subjects: 'verified_email' });
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
});

const redeem = async (subject: string, claims: object = {}): Promise<Answer> => {
  const target = { audience: server.issuer, clientId: agent.clientId, subject };
  const assertion = await idp.assertion(target, { claims: { resource: TICKETS, scope: 'read', ...claims } });
  return calls.token({ kind: 'key', identity: agent }, { grant_type: JWT_BEARER, assertion });
};
const byAddress = ({ email }: Person) => ({ email, email_verified: true });

const isActive = async (token: unknown): Promise<unknown> =>
  (await calls.introspect(tickets, String(token))).body['active'];

const expectNobody = async (answer: Answer): Promise<void> => {
  expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
  expect(answer.body['denial']).toMatchObject({ reason: 'subject_not_known' });
  expect((await server.events('token.refused')).at(-1)).toMatchObject({
    caller: agent.clientId,
    error: 'invalid_grant',
  });
};

const setRoles = async (account: string, roles: readonly string[]): Promise<void> => {
  const { headers } = await management.call('GET', `/accounts/${account}`);
  const answer = await management.call(
    'PATCH',
    `/accounts/${account}`,
    { roles },
    { 'if-match': String(headers.get('etag')) },
  );
  expect(answer.status).toBe(200);
};

const accountPage = async ({ username }: Person): Promise<{ readonly browser: Browser; readonly page: Page }> => {
  const browser = newBrowser(server.issuer);
  const first = await browser.open(`${server.issuer}/account`);
  return { browser, page: await submitSignIn(browser, first, { username, password: PASSWORD }) };
};
const endForm = ({ forms }: Page): Form | undefined => forms.find(({ action }) => /\/account\/links\//.test(action));

describe('an account with a role', () => {
  test.each(['administrator', 'operator', 'auditor', 'break_glass'])('of %s is linked to no subject', async (role) => {
    const person = await newPerson({ roles: [role] });
    const answer = await management.call('POST', '/account-links', { peer, subject: `u-${role}`, account: person.id });
    expect([answer.status, answer.body['type']]).toEqual([400, 'urn:behalf:problem:invalid_field']);
    expect(answer.body['errors']).toMatchObject([{ pointer: '/account' }]);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ note: 'createAccountLink' });
    // Nor by its verified address.
    await expectNobody(await redeem(`u-${role}`, byAddress(person)));
    expect((await management.call('GET', `/account-links?account=${person.id}`)).body['items']).toEqual([]);
  });

  test('that got it later is spoken for no more, by the tokens there are and by new ones, until the role is gone', async () => {
    const person = await newPerson();
    await made('/account-links', { peer, subject: 'u-later', account: person.id });
    const { access_token: token } = (await redeem('u-later')).body;
    expect(await isActive(token)).toBe(true);
    await setRoles(person.id, ['auditor']);
    expect(await isActive(token)).toBe(false);
    await expectNobody(await redeem('u-later'));
    expect((await accountPage(person)).page.text).toContain('your account has a role');
    await setRoles(person.id, []);
    expect((await redeem('u-later')).status).toBe(200);
  });
});

describe('the person', () => {
  test('is notified by mail, and again when it ends', async () => {
    const person = await newPerson();
    const link = await made('/account-links', { peer, subject: 'u-told', account: person.id });
    const [mail] = await mails.arrived(person.email, /linked to a person/);
    expect(mail && plainOf(mail)).toContain(`${server.issuer}/account`);
    expect((await management.call('POST', `/account-links/${link}/remove`)).status).toBe(204);
    await mails.arrived(person.email, /was ended/);
  });

  test('is notified of a link that the other server created by the address', async () => {
    const person = await newPerson();
    expect((await redeem('u-mail', byAddress(person))).status).toBe(200);
    await mails.arrived(person.email, /linked to a person/);
    expect((await accountPage(person)).page.text).toContain('by your verified email address');
  });

  test('sees under /account who it is and what it reaches, and ends it with all that came of it', async () => {
    const person = await newPerson();
    await made('/account-links', { peer, subject: 'u-own', account: person.id });
    const { access_token: token } = (await redeem('u-own')).body;
    const { browser, page } = await accountPage(person);
    for (const shown of ['Headquarters', 'https://idp.example', 'u-own', 'Clerk', 'See your tickets']) {
      expect(page.text).toContain(shown);
    }
    const form = endForm(page);
    if (!form) throw new Error('no button');
    const after = await browser.submit(page, form);
    expect(endForm(after)).toBeUndefined();
    expect((await server.events('account_link.removed')).at(-1)).toMatchObject({
      caller: person.id,
      subject: person.id,
    });
    expect(await isActive(token)).toBe(false);
    await expectNobody(await redeem('u-own'));
    // The other server does not undo that by saying the address once more.
    await expectNobody(await redeem('u-own', byAddress(person)));
    // An administrator does; what was ended stays so.
    await made('/account-links', { peer, subject: 'u-own', account: person.id });
    expect((await redeem('u-own')).status).toBe(200);
    expect(await isActive(token)).toBe(false);
  });

  test('ends no link of another person (MG-01)', async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await made('/account-links', { peer, subject: 'u-one', account: one.id });
    const link = await made('/account-links', { peer, subject: 'u-other', account: other.id });
    const { browser, page } = await accountPage(one);
    const form = endForm(page);
    if (!form) throw new Error('no button');
    const action = form.action.replace(/lnk_\w+/, link);
    const answer = await browser.submit(page, { ...form, action });
    expect(answer.status).toBe(404);
    expect((await redeem('u-other')).status).toBe(200);
  });
});
