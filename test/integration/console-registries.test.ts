/** The pages of the console about people, groups and software: what they show and do is what the management API does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { exampleTypes } from '../support/detail-types.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let admin: Browser;
let operator: Browser;
let auditor: Browser;
/** No role. */
let ada: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person, headers: Readonly<Record<string, string>> = {}): Promise<Browser> => {
  const browser = newBrowser(server.issuer, undefined, headers);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

const make = async (path: string, body: object): Promise<string> => {
  const made = await scene.management.call('POST', path, body);
  expect([made.status, made.text]).toEqual([201, made.text]);
  return String(made.body['id']);
};
const get = async (path: string) => (await scene.management.call('GET', path)).body;

/** Sends the form of a page whose action fits, without following where it leads. */
const press = async (
  browser: Browser,
  path: string,
  action: RegExp,
  set: Readonly<Record<string, string>> = {},
): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.forms.map((one) => one.action)}`);
  return browser.submit(page, form, { set });
};
const actionsOn = (page: Page): readonly string[] =>
  page.forms
    .map(({ action }) => new URL(action, server.issuer).pathname)
    .filter((path) => path.startsWith('/console/') && path !== '/console/search');

/** What was written down since, but for what policies let through. */
const eventsSince = async (before: number) => {
  await server.settled();
  return (await server.events()).slice(before).filter(({ type }) => type !== 'management.permitted');
};
const written = async (): Promise<number> => {
  await server.settled();
  return (await server.events()).length;
};

const idOf = async (person: Person): Promise<string> =>
  String(((await get(`/accounts?username=${person.username}`))['items'] as { id: string }[])[0]?.id);

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await make('/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await make('/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  [admin, operator, auditor, ada] = (await Promise.all(
    [ADMIN, OPERATOR, AUDITOR, scene.person].map((person) => signedIn(person)),
  )) as [Browser, Browser, Browser, Browser];
}, 60_000);

afterAll(() => server?.close());

describe('people', () => {
  test('are listed, found by the beginnings of words and by state, without any other account', async () => {
    const carl = await make('/accounts', { username: 'carl', name: 'Carl Carlson', email: 'carl@works.example' });
    await scene.management.call('POST', `/accounts/${carl}/disable`);
    const found = async (query: string): Promise<readonly string[]> =>
      [...(await admin.open(at(`/console/people${query}`))).html.matchAll(/\/console\/people\/(acc_\w+)"/g)].map(
        ([, id = '']) => id,
      );
    expect(await found('')).toEqual(expect.arrayContaining([carl, await idOf(ADMIN), scene.accountId]));
    expect(await found('?q=carls')).toEqual([carl]);
    expect(await found('?q=works&state=disabled')).toEqual([carl]);
    expect(await found('?q=carl&state=active')).toEqual([]);
    expect((await admin.open(at('/console/people?q=zzzzzzzz'))).text).toContain('No result.');
  });

  test('one has a page: facts, factors, agents, what agents may do in the name, and a way into the audit log', async () => {
    const page = await auditor.open(at(`/console/people/${scene.accountId}`));
    expect(page.status).toBe(200);
    for (const said of ['active', scene.person.username, 'Second factors', 'no limit']) {
      expect(page.text).toContain(said);
    }
    expect(page.html).toContain(`/console/agents/${scene.agent.clientId}"`);
    expect(page.html).toContain(`/console/audit?subject=${scene.accountId}`);
    // An auditor looks, and does nothing.
    expect(actionsOn(page)).toEqual([]);
  });

  test('the page of an account names the role break_glass', async () => {
    const id = await make('/accounts', { username: 'gil', name: 'Gil', roles: ['break_glass'] });
    const page = await auditor.open(at(`/console/people/${id}`));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('break-glass')]);
  });

  test('an operator disables and enables; sessions end; each is one event in that name', async () => {
    const eva: Person = { username: 'eva', password: PASSWORD };
    const id = await make('/accounts', { ...eva, name: 'Eva' });
    const evas = await signedIn(eva);
    const before = await written();
    // The page of the person does nothing itself; the one behind its link asks, and names what ends.
    const person = await operator.open(at(`/console/people/${id}`));
    expect(actionsOn(person).filter((path) => path.endsWith('/disable'))).toEqual([]);
    expect(person.html).toContain(`href="/console/people/${id}/disable"`);
    const asked = await operator.open(at(`/console/people/${id}/disable`));
    expect(asked.text).toMatch(/Disable Eva ?\?/);
    expect(asked.text).toContain('Sessions that end 1');
    expect((await get(`/accounts/${id}`))['state']).toBe('active');
    expect((await auditor.open(at(`/console/people/${id}/disable`))).status).toBe(403);
    const done = await press(operator, `/console/people/${id}/disable`, /\/disable$/);
    expect([done.status, done.text]).toEqual([
      200,
      expect.stringContaining('Disabled. Sessions and tokens have ended.'),
    ]);
    expect((await get(`/accounts/${id}`))['state']).toBe('disabled');
    expect((await evas.request(at('/console'))).status).toBe(303);
    await press(operator, `/console/people/${id}`, /\/enable$/);
    expect((await get(`/accounts/${id}`))['state']).toBe('active');
    expect((await evas.request(at('/console'))).status).toBe(303);
    const olga = await idOf(OPERATOR);
    expect((await eventsSince(before)).filter(({ target }) => target?.id === id)).toMatchObject([
      { type: 'account.disabled', caller: olga },
      { type: 'account.enabled', caller: olga },
    ]);
  });

  test('an operator ends what an app may do in the name of a person: its token stops working', async () => {
    const token = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
    const isActive = async () => (await scene.calls.introspect(scene.opaque.credential, token)).body['active'];
    const path = `/console/people/${scene.accountId}`;
    expect((await auditor.open(at(path))).text).toMatch(/Apps with access[\s\S]*Desk/);
    expect(await isActive()).toBe(true);
    const done = await press(operator, path, /\/grants\/grt_\w+\/end$/);
    expect([done.url, done.text]).toEqual([
      at(`${path}?done=grantEnded`),
      expect.stringContaining('No app has access for this person.'),
    ]);
    expect(await isActive()).toBe(false);
    expect((await server.events('grant.revoked')).at(-1)).toMatchObject({
      ...{ outcome: 'done', subject: scene.accountId, caller: await idOf(OPERATOR) },
    });
  });

  test('an administrator ends the connection of a person with a provider; an operator sees no button', async () => {
    const id = await make('/accounts', { username: 'ida', name: 'Ida' });
    const { upstreams, upstreamLinks } = server.behalf.services;
    const works = { name: 'Works', issuer: 'https://works.example', clientId: 'behalf' };
    const upstream = (await upstreams.create(works, { caller: 'system' })).document.id;
    const link = { upstream, subject: 'u-17', account: id, label: 'ida@works.example', proof: 'session' } as const;
    await upstreamLinks.create(link, { caller: 'system' });
    const path = `/console/people/${id}`;
    const ofOperator = await operator.open(at(path));
    expect(ofOperator.text).toMatch(/Linked identities[\s\S]*u-17/);
    expect(actionsOn(ofOperator).filter((action) => action.includes('/links/'))).toEqual([]);
    const done = await press(admin, path, /\/links\/upl_\w+\/end$/);
    expect([done.url, done.text]).toEqual([
      at(`${path}?done=linkRemoved`),
      expect.not.stringContaining('Linked identities'),
    ]);
    expect((await server.events('upstream_link.removed')).at(-1)).toMatchObject({ outcome: 'done', subject: id });
  });

  test('an operator sees where a user is signed in, and ends one session and all', async () => {
    const gus: Person = { username: 'gus', password: PASSWORD };
    const id = await make('/accounts', { ...gus, name: 'Gus' });
    const [one, other] = [await signedIn(gus), await signedIn(gus)];
    const path = `/console/people/${id}`;
    expect(actionsOn(await operator.open(at(path))).filter((action) => action.includes('/sessions/'))).toHaveLength(2);
    const before = await written();
    const done = await press(operator, path, /\/sessions\/[\w-]+\/end$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Signed out there.')]);
    const left = [(await one.request(at('/console'))).status, (await other.request(at('/console'))).status];
    expect(left.sort()).toEqual([200, 303]);
    await press(operator, path, /\/end-sessions$/);
    expect((await operator.open(at(path))).text).toContain('Not signed in anywhere.');
    const types = (await eventsSince(before)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('session.'))).not.toEqual([]);
  });

  test.each([
    [
      'a browser on a system that has no name here',
      'Mozilla/5.0 (X11; FreeBSD amd64; rv:140.0) Firefox/140.0',
      'Firefox',
    ],
    ['an unknown browser', 'Mozilla/5.0 (X11; Linux x86_64) Own/1.0', 'Linux'],
    ['one that says nothing', 'Own/1.0', 'Unknown browser'],
  ])('the page of a person who came with %s names what is known', async (_name, agent, said) => {
    const hal: Person = { username: `hal-${said.toLowerCase().replaceAll(' ', '-')}`, password: PASSWORD };
    const id = await make('/accounts', { ...hal, name: 'Hal' });
    await signedIn(hal, { 'user-agent': agent });
    const page = await operator.open(at(`/console/people/${id}`));
    expect([page.status, page.html]).toEqual([200, expect.stringContaining(`>${said} <code>`)]);
  });

  test('a session is also ended from the address of an unknown account, which is then not found', async () => {
    const ivy: Person = { username: 'ivy', password: PASSWORD };
    const id = await make('/accounts', { ...ivy, name: 'Ivy' });
    await signedIn(ivy);
    const page = await operator.open(at(`/console/people/${id}`));
    const form = page.forms.find(({ action }) => /\/sessions\/[\w-]+\/end$/.test(action));
    if (!form) throw new Error('no form');
    const action = form.action.replace(id, '%C4%81%0A');
    const done = await operator.submit(page, { ...form, action });
    expect([done.status, new URL(done.url).pathname]).toEqual([404, '/console/people/%C4%81%0A']);
  });

  test('no user disables their own account, and no operator an administrator: the button is not there, the request refused', async () => {
    const olga = await idOf(OPERATOR);
    const boss = await idOf(ADMIN);
    const own = actionsOn(await operator.open(at(`/console/people/${olga}`)));
    expect(own.filter((action) => action.endsWith('able'))).toEqual([]);
    const before = await written();
    // The last administrator: the page that asks is refused as the deed would be.
    const asked = await operator.open(at(`/console/people/${boss}/disable`));
    expect([asked.status, asked.text]).toEqual([409, expect.stringContaining('last active administrator')]);
    const csrf = asked.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
    const body = new URLSearchParams({ csrf });
    const refused = await operator.request(at(`/console/people/${boss}/disable`), { method: 'POST', body });
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('Only an administrator')]);
    expect((await get(`/accounts/${boss}`))['state']).toBe('active');
    expect((await eventsSince(before)).filter(({ type }) => type === 'request.refused')).toMatchObject([
      { caller: olga, error: 'conflict' },
      { caller: olga, error: 'forbidden' },
    ]);
  });

  test('MG-01 without a role there is no page about any account, and no button works', async () => {
    for (const path of ['/console/people', `/console/people/${scene.accountId}`]) {
      expect([path, (await ada.open(at(path))).status]).toEqual([path, 403]);
    }
    const home = await ada.open(at('/console'));
    expect(home.html).not.toContain('/console/people"');
    const csrf = home.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
    const id = await idOf(OPERATOR);
    for (const deed of ['disable', 'enable', 'remove-factors', 'delegations/dlg_x/end']) {
      const body = new URLSearchParams({ csrf });
      const answer = await ada.request(at(`/console/people/${id}/${deed}`), { method: 'POST', body });
      expect([deed, answer.status]).toEqual([deed, deed.startsWith('delegations') ? 404 : 403]);
    }
    expect((await get(`/accounts/${id}`))['state']).toBe('active');
  });

  test('an invalid id is not found', async () => {
    for (const id of ['acc_nobody', 'x%22%3E', '..%2f..']) {
      expect([id, (await admin.open(at(`/console/people/${id}`))).status]).toEqual([id, 404]);
    }
  });

  test('only an administrator takes factors away, asked once more, and with a factor of their own', async () => {
    const id = await make('/accounts', { username: 'fay', name: 'Fay' });
    const path = `/console/people/${id}/remove-factors`;
    expect((await operator.open(at(path))).status).toBe(403);
    const asked = await admin.open(at(path));
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining('Remove all second factors of Fay')]);
    const before = await written();
    const done = await press(admin, path, /remove-factors$/);
    expect([done.status, done.text.includes('second factor')]).toEqual([403, true]);
    expect(await eventsSince(before)).toMatchObject([
      { type: 'request.refused', error: 'insufficient_user_authentication' },
    ]);
  });
});

describe('groups', () => {
  test('are made, shown with members and agents, and changed; a member has a page for who may see people', async () => {
    const before = await written();
    const made = await press(operator, '/console/groups/new', /groups$/, {
      name: 'Night shift',
      members: `${scene.person.username}\n${OPERATOR.username}`,
    });
    expect(made.status).toBe(200);
    const id = new URL(made.url).pathname.split('/').at(-1) ?? '';
    expect(made.html).toContain(`/console/people/${scene.accountId}"`);
    const changed = await press(operator, `/console/groups/${id}/edit`, /edit$/, {
      name: 'Late shift',
      members: [scene.person, OPERATOR, AUDITOR].map(({ username }) => username).join('\r\n'),
    });
    expect(changed.text).toContain('Saved.');
    expect(await get(`/groups/${id}`)).toMatchObject({ name: 'Late shift', members: { length: 3 } });
    expect((await eventsSince(before)).filter(({ target }) => target?.id === id).map(({ type }) => type)).toEqual([
      'group.created',
      'group.updated',
    ]);
    // Who is in it sees it, with the names of the others and no way to their pages.
    const own = await ada.open(at(`/console/groups/${id}`));
    expect([own.status, own.text]).toEqual([200, expect.stringContaining('Olga')]);
    expect(own.html).not.toContain('/console/people/');
    expect(own.html).not.toContain(`/console/groups/${id}/edit`);
    expect((await ada.open(at(`/console/groups/${id}/edit`))).status).toBe(403);
    expect((await ada.open(at('/console/groups/new'))).status).toBe(403);
  });

  test('a wrong input is reported at its field, kept, and changes nothing', async () => {
    const form = { name: 'Nogroup', members: `${scene.person.username}\nnosuch` };
    const wrong = await press(operator, '/console/groups/new', /groups$/, form);
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('There is no account “nosuch”.')]);
    expect(wrong.html).toContain('value="Nogroup"');
    const alone = await press(operator, '/console/groups/new', /groups$/, { ...form, members: OPERATOR.username });
    expect([alone.status, alone.text]).toEqual([400, expect.stringContaining('at least 2 entries')]);
    expect((await get('/groups?name=Nogroup'))['items']).toEqual([]);
  });

  test('a form that is older than the group is refused, and says so', async () => {
    const members = [scene.accountId, await idOf(OPERATOR)];
    const id = await make('/groups', { name: 'Versions', members });
    const page = await operator.open(at(`/console/groups/${id}/edit`));
    await scene.management.call('PATCH', `/groups/${id}`, { name: 'Versions 2' }, { 'if-match': '"1"' });
    const [form] = page.forms.filter(({ action }) => action.endsWith('/edit'));
    if (!form) throw new Error('no form');
    const late = await operator.submit(page, form, { set: { name: 'Versions 3' } });
    expect([late.status, late.text]).toEqual([412, expect.stringContaining('changed in the meantime')]);
    expect((await get(`/groups/${id}`))['name']).toBe('Versions 2');
  });

  test('MG-01 a group one is not in is not there', async () => {
    const id = await make('/groups', { name: 'Others', members: [await idOf(OPERATOR), await idOf(AUDITOR)] });
    expect((await ada.open(at(`/console/groups/${id}`))).status).toBe(404);
    expect((await ada.open(at('/console/groups'))).html).not.toContain(id);
  });
});

describe('clients', () => {
  test('are listed and shown; an operator disables and enables one, an administrator verifies its name', async () => {
    const id = await make('/clients', {
      name: 'Wiki',
      owner: scene.accountId,
      redirect_uris: ['https://wiki.example/cb'],
    });
    const list = await auditor.open(at('/console/clients?q=wiki&state=active'));
    expect([list.status, list.html.includes(`/console/clients/${id}"`)]).toEqual([200, true]);
    const page = await auditor.open(at(`/console/clients/${id}`));
    expect(page.text).toContain('https://wiki.example/cb');
    expect(actionsOn(page)).toEqual([]);
    const ofOperator = await operator.open(at(`/console/clients/${id}`));
    expect([actionsOn(ofOperator), ofOperator.html.includes(`href="/console/clients/${id}/disable"`)]).toEqual([
      [],
      true,
    ]);
    const before = await written();
    const question = await operator.open(at(`/console/clients/${id}/disable`));
    expect([question.status, question.text]).toEqual([
      200,
      expect.stringContaining('It holds nothing that would end.'),
    ]);
    expect((await auditor.open(at(`/console/clients/${id}/disable`))).status).toBe(403);
    const done = await press(operator, `/console/clients/${id}/disable`, /\/disable$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Nothing it holds works.')]);
    await press(operator, `/console/clients/${id}`, /\/enable$/);
    expect((await press(admin, `/console/clients/${id}`, /\/verify$/)).text).toContain('verified name');
    await press(admin, `/console/clients/${id}`, /\/unverify$/);
    expect((await eventsSince(before)).filter(({ target }) => target?.id === id).map(({ type }) => type)).toEqual([
      'client.disabled',
      'client.enabled',
      'client.verified',
      'client.unverified',
    ]);
  });

  test('MG-01 are not there without a role, and their buttons refuse', async () => {
    const id = scene.app.clientId;
    for (const path of ['/console/clients', `/console/clients/${id}`, '/console/resource-servers']) {
      expect([path, (await ada.open(at(path))).status]).toEqual([path, 403]);
    }
    const csrf = (await ada.open(at('/console'))).forms
      .flatMap(({ fields }) => fields)
      .find(({ name }) => name === 'csrf');
    for (const deed of ['disable', 'verify', 'unverify']) {
      const body = new URLSearchParams({ csrf: csrf?.value ?? '' });
      const answer = await ada.request(at(`/console/clients/${id}/${deed}`), { method: 'POST', body });
      expect([deed, answer.status]).toEqual([deed, 403]);
    }
    expect((await get(`/clients/${id}`))['state']).toBe('active');
  });
});

describe('resource servers', () => {
  const typed = { amount: 4000, currency: 'EUR', creditor: { name: 'Paper Ltd', account: 'GB33' } };
  let bank: string;

  beforeAll(async () => {
    bank = await make('/resource-servers', {
      identifier: 'https://bank.example',
      name: 'First Bank',
      scopes: [{ name: 'pay', description: 'Pay', risk: 'critical' }],
      detail_types: exampleTypes('payment'),
    });
  });

  const preview = async (example: string): Promise<Page> =>
    auditor.open(
      at(`/console/resource-servers/${bank}?${new URLSearchParams({ type: 'payment_initiation', example })}`),
    );

  test('are listed with their highest risk, and shown with scopes and kinds of details', async () => {
    const list = await auditor.open(at('/console/resource-servers?q=bank'));
    expect(list.text).toMatch(/First Bank.*Critical/);
    const page = await auditor.open(at(`/console/resource-servers/${bank}`));
    expect(page.text).toContain('Pay up to {amount | money currency}');
    expect(page.text).toContain('Pay up to CHF 0.01 to account');
    expect(actionsOn(page).filter((path) => path.endsWith('disable'))).toEqual([]);
  });

  test('show what people read of an example, and where it does not fit the schema', async () => {
    expect((await preview(JSON.stringify(typed))).text).toMatch(/Pay up to EUR 40\.00 to account .* of Paper Ltd/);
    const wrong = await preview(JSON.stringify({ ...typed, amount: 'much' }));
    expect([wrong.status, wrong.text]).toEqual([200, expect.stringContaining('does not fit the schema: /amount')]);
    const none = await preview('{"amount": 1, "amount": 2}');
    expect([none.status, none.text]).toEqual([200, expect.stringContaining('This is not a JSON object.')]);
    const hostile = await preview(JSON.stringify({ ...typed, creditor: { name: '<script>x</script>', account: 'y' } }));
    expect(hostile.html).not.toContain('<script>x');
  });

  test('are disabled after one more question, by who may; the own API never', async () => {
    expect((await auditor.open(at(`/console/resource-servers/${bank}/disable`))).status).toBe(403);
    const asked = async (id: string) => (await operator.open(at(`/console/resource-servers/${id}/disable`))).text;
    expect(await asked(bank)).toContain('No agent has access to it at present.');
    await make('/agents', {
      ...{ name: 'Teller', owner: scene.accountId, purpose: 'Pays what is due', environment: 'test' },
      ...{ jwks: { keys: [(await newKeyPair()).publicJwk] }, grant_types: ['client_credentials'] },
      authority: { 'https://bank.example': ['pay'] },
    });
    const { body } = await scene.management.call('GET', '/agents?search=Teller');
    const [teller] = body['items'] as readonly { readonly id: string }[];
    await scene.management.acceptAs(scene.accountId, teller?.id ?? '');
    expect(await asked(bank)).toMatch(/Who loses access\s*1 agent/);
    const before = await written();
    const done = await press(operator, `/console/resource-servers/${bank}/disable`, /\/disable$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('No token is issued for it')]);
    const disabled = await auditor.open(at(`/console/resource-servers/${bank}`));
    expect(actionsOn(disabled).filter((path) => path.endsWith('enable'))).toEqual([]);
    const again = await press(operator, `/console/resource-servers/${bank}`, /\/enable$/);
    expect([again.status, again.text]).toEqual([200, expect.stringContaining('Enabled.')]);
    expect((await get(`/resource-servers/${bank}`))['state']).toBe('active');
    expect((await eventsSince(before)).filter(({ target }) => target?.id === bank).map(({ type }) => type)).toEqual([
      'resource_server.disabled',
      'resource_server.enabled',
    ]);
    const own = (await get(`/resource-servers?identifier=${encodeURIComponent(at('/api/v1'))}`))['items'] as {
      id: string;
    }[];
    const page = await admin.open(at(`/console/resource-servers/${own[0]?.id}`));
    expect([page.status, page.html.includes('/disable"')]).toEqual([200, false]);
  });
});

describe('blueprints', () => {
  const etagOf = async (id: string): Promise<string> =>
    String((await scene.management.call('GET', `/blueprints/${id}`)).headers.get('etag'));
  let desk: string;
  let agent: string;

  beforeAll(async () => {
    const ceilings = { environments: ['test', 'production'], max_instances: 4 };
    desk = (await scene.management.createBlueprint({ name: 'Desk helpers', purpose: 'Helps at desks', ceilings })).id;
    const jwks = { keys: [(await newKeyPair()).publicJwk] };
    const about = {
      name: 'Helper',
      owner: scene.accountId,
      purpose: 'Helps',
      environment: 'test',
      blueprint: desk,
      jwks,
    };
    agent = (await scene.management.createAgent(about)).id;
    const draft = { ceilings: { environments: ['production'], max_instances: 4, max_delegation_depth: 1 } };
    await scene.management.call('PATCH', `/blueprints/${desk}`, draft, { 'if-match': await etagOf(desk) });
  });

  test('are listed by state, and shown with what counts, the draft, whom it would break, and the agents', async () => {
    expect((await auditor.open(at('/console/blueprints?state=active'))).html).toContain(`/console/blueprints/${desk}"`);
    expect((await auditor.open(at('/console/blueprints?state=deprecated'))).html).not.toContain(desk);
    const page = await auditor.open(at(`/console/blueprints/${desk}`));
    for (const said of [
      'Version 1 is active',
      'Instances at most 4',
      'Draft, version 2',
      'narrower',
      'It is blocked',
    ]) {
      expect(page.text).toContain(said);
    }
    expect(page.html).toContain(`/console/agents/${agent}"`);
    expect(page.html).not.toContain('/activate"');
    expect((await auditor.open(at(`/console/blueprints/${desk}/activate`))).status).toBe(403);
    expect((await ada.open(at(`/console/blueprints/${desk}`))).status).toBe(403);
    const list = await auditor.open(at(`/console/agents?blueprint=${desk}`));
    expect([list.html.includes(agent), list.html.includes(scene.agent.clientId)]).toEqual([true, false]);
  });

  test('a draft counts after one more question; a page that is older than the blueprint changes nothing', async () => {
    const stale = await operator.open(at(`/console/blueprints/${desk}/activate`));
    expect(stale.text).toContain('Activate version 2 of Desk helpers');
    await scene.management.call(
      'PATCH',
      `/blueprints/${desk}`,
      { purpose: 'More' },
      { 'if-match': await etagOf(desk) },
    );
    const form = stale.forms.find(({ action }) => action.endsWith('/activate'));
    if (!form) throw new Error('no form');
    const late = await operator.submit(stale, form, {});
    expect([late.status, (await get(`/blueprints/${desk}`))['version']]).toEqual([412, 1]);
    const before = await written();
    const done = await press(operator, `/console/blueprints/${desk}/activate`, /\/activate$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Version 2 is active')]);
    expect((await operator.open(at(`/console/blueprints/${desk}/deprecate`))).text).toMatch(
      /It has no agents\.|\d+ agents? keeps? it/,
    );
    const untyped = await press(operator, `/console/blueprints/${desk}/deprecate`, /\/deprecate$/);
    expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining('Type Desk helpers.')]);
    expect(await get(`/blueprints/${desk}`)).toMatchObject({ state: 'active' });
    await press(operator, `/console/blueprints/${desk}/deprecate`, /\/deprecate$/, { confirm: 'Desk helpers' });
    expect(await get(`/blueprints/${desk}`)).toMatchObject({ version: 2, state: 'deprecated' });
    expect((await eventsSince(before)).filter(({ target }) => target?.id === desk).map(({ type }) => type)).toEqual([
      'blueprint.activated',
      'blueprint.deprecated',
    ]);
  });
});
