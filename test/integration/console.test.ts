/** What people see and do below /console: nothing of it goes beyond what the management API lets them do. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GRANT_TYPES } from '../../src/domain/clients/clients/grant-types.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import {
  type Browser,
  type Filling,
  newBrowser,
  type Page,
  type Person,
  submitSignIn,
} from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a long enough pass phrase';
const BOB: Person = { username: 'bob', password: PASSWORD };
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };

type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;
let bob: string;
let group: string;
let ada: Browser;
let bobs: Browser;
let admin: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  const page = await submitSignIn(browser, await browser.open(at('/console')), person);
  expect({ status: page.status, url: page.url }).toEqual({ status: 200, url: at('/console') });
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  bob = (await scene.management.createAccount({ username: 'bob', name: 'Bob', password: PASSWORD })).id;
  const made = await scene.management.call('POST', '/groups', { name: 'Team', members: [scene.accountId, bob] });
  group = String(made.body['id']);
  ada = await signedIn(scene.person);
  bobs = await signedIn(BOB);
  admin = await signedIn(ADMIN);
}, 60_000);

afterAll(() => server?.close());

const keys = async (): Promise<string> => JSON.stringify((await newKeyPair()).publicJwk);

const agentOf = async (owner: string, name: string, more: object = {}): Promise<string> => {
  const jwks = { keys: [JSON.parse(await keys())] };
  const about = { name, owner, purpose: 'Keeps things in order', environment: 'test', jwks, ...more };
  return (await scene.management.createAgent(about)).id;
};

/** The answer of one form of a page, before any redirect is followed, and where it leads. */
const send = async (browser: Browser, page: Page, action: RegExp, filling: Filling = {}): Promise<Page> => {
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.forms.map((one) => one.action)}`);
  return browser.submit(page, form, filling);
};

const press = async (
  browser: Browser,
  path: string,
  action: RegExp,
  set: Readonly<Record<string, string>> = {},
): Promise<Page> => send(browser, await browser.open(at(path)), action, { set });

const register = async (browser: Browser, set: Readonly<Record<string, string>>): Promise<Page> =>
  send(browser, await browser.open(at('/console/agents/new')), /agents$/, {
    set: { name: 'Sorter', purpose: 'Sorts', jwks: await keys(), ...set },
  });

const stateOf = async (id: string): Promise<unknown> =>
  (await scene.management.call('GET', `/agents/${id}`)).body['state'];
const lastEvents = async (agent: string) => {
  await server.settled();
  return (await server.events()).filter((event) => event.agent === agent).map(({ type, caller }) => ({ type, caller }));
};
const refusals = async (caller: string) => {
  await server.settled();
  return (await server.events('request.refused')).filter((event) => event.caller === caller);
};

describe('who gets in', () => {
  test('WB-02 a user without a session is sent to sign in and comes back; a form without its token is refused and audited', async () => {
    const stranger = newBrowser(server.issuer);
    expect((await stranger.request(at('/console/findings'))).status).toBe(303);
    expect(
      (await stranger.request(at(`/console/agents/${scene.agent.clientId}/suspend`), { method: 'POST' })).status,
    ).toBe(403);
    const before = (await refusals(scene.accountId)).length;
    const path = at(`/console/agents/${scene.agent.clientId}/suspend`);
    const refused = await ada.request(path, { method: 'POST', body: new URLSearchParams({ csrf: 'x' }) });
    expect(refused.status).toBe(403);
    expect((await refusals(scene.accountId)).slice(before)).toMatchObject([
      { error: 'forbidden', inputs: { reason: 'csrf_token' } },
    ]);
    expect(await stateOf(scene.agent.clientId)).toBe('active');
  });

  test('MG-01 an agent of another owner is not there, on any page, for any button, in any list', async () => {
    const own = await agentOf(bob, 'Of Bob alone');
    const missing = 'agt_00000000000000000000000000';
    const csrf =
      (await ada.open(at('/console'))).forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')
        ?.value ?? '';
    const answers: Record<string, string[]> = {};
    for (const id of [own, missing]) {
      const texts: string[] = [];
      for (const page of ['', '/hand-over', '/retire', '/edit', '/credentials/new']) {
        const answer = await ada.request(at(`/console/agents/${id}${page}`));
        texts.push(`${answer.status} ${(await answer.text()).replaceAll(/req_\w+/g, '').replaceAll(id, '')}`);
      }
      for (const button of [
        ...['accept', 'decline', 'suspend', 'resume', 'retire', 'hand-over', 'withdraw', 'edit', 'credentials'],
        ...['stop', 'resume', 'remove'].map((name) => `credentials/crd_${id.slice(4)}/${name}`),
      ]) {
        const body = new URLSearchParams({ csrf, owner: 'ada', version: '1' });
        const answer = await ada.request(at(`/console/agents/${id}/${button}`), { method: 'POST', body });
        texts.push(`${answer.status} ${(await answer.text()).replaceAll(/req_\w+/g, '').replaceAll(id, '')}`);
      }
      answers[id] = texts;
    }
    expect(answers[own]).toEqual(answers[missing]);
    expect(new Set(answers[own]?.map((text) => text.slice(0, 3)))).toEqual(new Set(['404']));
    for (const path of [
      '/console',
      '/console/agents',
      '/console/agents?of=all',
      '/console/agents.csv',
      '/console/agents.ndjson',
      '/console/findings',
    ]) {
      expect([path, (await ada.open(at(path))).html.includes(own)]).toEqual([path, false]);
    }
    expect(await stateOf(own)).toBe('active');
    expect((await admin.open(at(`/console/agents/${own}`))).status).toBe(200);
  });

  test('the list of agents begins with all for who may see all, and leaves their own by choice', async () => {
    const own = await agentOf(bob, 'Of Bob, in every list');
    for (const ending of ['', '.csv', '.ndjson']) {
      expect((await admin.open(at(`/console/agents${ending}`))).html).toContain(own);
      expect((await admin.open(at(`/console/agents${ending}?of=own`))).html).not.toContain(own);
    }
    const all = await admin.open(at('/console/agents?state=active'));
    expect(all.html).toContain('href="/console/agents?of=own&amp;state=active"');
    const mine = await admin.open(at('/console/agents?of=own&state=active'));
    expect(mine.html).toContain('href="/console/agents?state=active"');
    expect(mine.html).toContain('<input type="hidden" name="of" value="own">');
    const usual = await ada.open(at('/console/agents?of=own'));
    expect(usual.html).not.toMatch(/href="[^"]*of=own|name="of"/);
  });

  test('a user who is offered an agent sees its effective permissions, and nothing of what it did', async () => {
    const id = await agentOf(scene.accountId, 'Offered to Bob');
    await send(ada, await ada.open(at(`/console/agents/${id}/hand-over`)), /hand-over$/, { set: { owner: 'bob' } });
    const page = await bobs.open(at(`/console/agents/${id}`));
    expect(page.status).toBe(200);
    expect(page.html).toContain('id="effect"');
    expect(page.html).not.toContain('id="timeline"');
    expect(page.forms.map(({ action }) => action.split('/').at(-1))).toEqual(
      expect.arrayContaining(['accept', 'decline']),
    );
    expect(page.forms.some(({ action }) => /suspend|retire/.test(action))).toBe(false);
  });
});

describe('registration', () => {
  test('for oneself: it works at once, and the event names who did it', async () => {
    const page = await register(ada, { uses: 'One\nTwo', provider: 'Example', ends_in: '30' });
    const id = page.url.split('/').at(-1)?.split('?')[0] ?? '';
    expect({ status: page.status, state: await stateOf(id) }).toEqual({ status: 200, state: 'active' });
    expect(await lastEvents(id)).toEqual([{ type: 'agent.created', caller: scene.accountId }]);
    const { body } = await scene.management.call('GET', `/agents/${id}`);
    expect(body).toMatchObject({
      uses: ['One', 'Two'],
      provider: 'Example',
      owner: scene.accountId,
      environment: 'development',
    });
    expect(Number(body['expires_at'])).toBeGreaterThan(Date.now() / 1000 + 29 * 86_400);
  });

  test('MG-10 the same form sent twice is one agent', async () => {
    const form = await ada.open(at('/console/agents/new'));
    const set = { name: 'Once', purpose: 'Sorts', jwks: await keys() };
    const first = await send(ada, form, /agents$/, { set });
    const second = await send(ada, form, /agents$/, { set });
    expect(second.url).toBe(first.url);
  });

  test.each([
    ['jwks', { jwks: '{' }],
    ['jwks', { jwks: '' }],
    ['jwks_uri', { jwks: '', jwks_uri: 'http://169.254.169.254/keys' }],
    ['name', { name: 'pl\u202ena' }],
    ['blueprint', { blueprint: 'bpt_none' }],
    ['environment', { environment: 'moon' }],
  ])('says at the field %s what is wrong, keeps the rest, registers nothing: %j', async (field, set) => {
    const before = (await refusals(scene.accountId)).length;
    const page = await register(ada, { purpose: 'Kept as typed', ...set });
    expect(page.status).toBe(400);
    expect(page.html).toContain(`id="field-${field}-error"`);
    expect(page.html).toContain('Kept as typed');
    expect((await refusals(scene.accountId)).slice(before)).toMatchObject([
      { error: 'invalid_field', subject: scene.accountId },
    ]);
  });

  test('CA-07 a private key is refused', async () => {
    const jwks = JSON.stringify({ ...(JSON.parse(await keys()) as object), d: 'AAAA' });
    const page = await register(ada, { jwks });
    expect(page.status).toBe(400);
    expect(page.html).not.toContain('/console/agents/agt_');
  });

  test('for another owner: an operator may, the owner has to accept; no other user may', async () => {
    const owned = await register(admin, { other_owner: 'ada', name: 'From admin' });
    const id = owned.url.split('/').at(-1)?.split('?')[0] ?? '';
    expect(await stateOf(id)).toBe('pending');
    expect((await ada.open(at('/console'))).html).toContain(`/console/agents/${id}/accept`);
    const accepted = await press(ada, '/console', new RegExp(`${id}/accept$`));
    expect({ status: accepted.status, state: await stateOf(id) }).toEqual({ status: 200, state: 'active' });
    expect(await lastEvents(id)).toContainEqual({ type: 'agent.accepted', caller: scene.accountId });

    const refused = await register(ada, { other_owner: 'bob', name: 'For Bob' });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('id="field-owner-error"');
  });

  test.each([
    ['a name of ours', { name: 'Behalf Security ✅ Official' }],
    ['a word of trust', { name: 'Sorter (Verified)' }],
    ['our own address as redirect URI', { redirect_uris: 'https://app.example.com/cb\nOWN/account' }],
    ['our host by another name', { redirect_uris: 'LOOPBACK/callback' }],
  ])('DR-09 for oneself: %s is refused, and reported at its field', async (_, given) => {
    const own = (text: string) =>
      text.replace('OWN', server.issuer).replace('LOOPBACK', `http://127.0.0.1:${server.port}`);
    const set = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, own(text)]));
    const page = await register(ada, set);
    expect(page.status).toBe(400);
    expect(page.html).toContain('aria-invalid="true"');
    expect(page.html).not.toContain('/console/agents/agt_');
    expect((await refusals(scene.accountId)).at(-1)).toMatchObject({ error: 'invalid_field' });
    const id = await agentOf(scene.accountId, 'Plain');
    if ('name' in set) {
      const edited = await send(ada, await ada.open(at(`/console/agents/${id}/edit`)), /edit$/, { set });
      expect(edited.status).toBe(400);
      expect((await scene.management.call('GET', `/agents/${id}`)).body['name']).toBe('Plain');
    }
  });

  test('B7 what is accepted is what the page showed: software that changed meanwhile is looked at again', async () => {
    const blueprint = (await scene.management.createBlueprint({ name: 'Desk', purpose: 'Desks' })).id;
    const registered = async () => {
      const token = await scene.management.call('POST', '/initial-access-tokens', {
        owner: scene.accountId,
        blueprint,
      });
      const metadata = {
        client_name: 'Harmless',
        agent_purpose: 'Reads the calendar',
        agent_environment: 'test',
        jwks: { keys: [JSON.parse(await keys())] },
        grant_types: ['client_credentials'],
      };
      const headers = { 'content-type': 'application/json' };
      const bearer = `Bearer ${token.body['initial_access_token']}`;
      const made = await fetch(at('/reg'), {
        method: 'POST',
        headers: { ...headers, authorization: bearer },
        body: JSON.stringify(metadata),
      });
      const body = (await made.json()) as Readonly<Record<string, string>>;
      const change = async () => {
        const client_id = body['client_id'];
        const { status } = await fetch(String(body['registration_client_uri']), {
          method: 'PUT',
          headers: { ...headers, authorization: `Bearer ${body['registration_access_token']}` },
          body: JSON.stringify({ ...metadata, client_id, agent_purpose: 'Pays invoices', client_name: 'Payer' }),
        });
        expect(status).toBe(200);
      };
      return { id: String(body['client_id']), change };
    };

    for (const path of ['/console', undefined]) {
      const { id, change } = await registered();
      const page = await ada.open(at(path ?? `/console/agents/${id}`));
      expect(page.text).toContain('Harmless');
      await change();
      const refused = await send(ada, page, new RegExp(`${id}/accept$`));
      expect([refused.status, refused.text.includes('changed in the meantime')]).toEqual([412, true]);
      expect((await refusals(scene.accountId)).at(-1)).toMatchObject({ error: 'precondition_failed' });
      expect(await stateOf(id)).toBe('pending');
      const csrf = page.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
      const without = await ada.request(at(`/console/agents/${id}/accept`), {
        method: 'POST',
        body: new URLSearchParams({ csrf }),
      });
      expect([without.status, await stateOf(id)]).toEqual([412, 'pending']);
      expect((await press(ada, `/console/agents/${id}`, new RegExp(`${id}/accept$`))).status).toBe(200);
      expect(await stateOf(id)).toBe('active');
    }
  });

  test('what is declined is retired, and a group accepts by any of its members', async () => {
    const declined = await register(admin, { other_owner: 'ada', name: 'Unwanted' });
    const id = declined.url.split('/').at(-1)?.split('?')[0] ?? '';
    expect((await press(ada, `/console/agents/${id}`, /decline$/)).url).toBe(at('/console?done=declined'));
    expect(await stateOf(id)).toBe('retired');
    expect(await lastEvents(id)).toContainEqual({ type: 'agent.declined', caller: scene.accountId });

    const shared = await register(admin, { other_owner: 'Team', name: 'Shared' });
    const ofTeam = shared.url.split('/').at(-1)?.split('?')[0] ?? '';
    expect((await press(bobs, `/console/agents/${ofTeam}`, /accept$/)).status).toBe(200);
    const { body } = await scene.management.call('GET', `/agents/${ofTeam}`);
    expect(body).toMatchObject({ state: 'active', owner: group });
    expect((await ada.open(at('/console/agents'))).html).toContain(ofTeam);
  });
});

describe('state', () => {
  test('LC-01 suspended, resumed and retired by its owner, one event each; what is retired has no buttons', async () => {
    const id = await agentOf(scene.accountId, 'Stopped and gone');
    const path = `/console/agents/${id}`;
    await press(ada, path, /suspend$/);
    expect(await stateOf(id)).toBe('suspended');
    await press(ada, path, /resume$/);
    expect(await stateOf(id)).toBe('active');
    const untyped = await press(ada, `${path}/retire`, /retire$/);
    expect([untyped.status, await stateOf(id)]).toEqual([400, 'active']);
    await press(ada, `${path}/retire`, /retire$/, { confirm: 'Stopped and gone' });
    expect(await stateOf(id)).toBe('retired');
    const own = (await lastEvents(id)).filter(({ caller }) => caller === scene.accountId).map(({ type }) => type);
    expect(own).toEqual(['agent.suspended', 'agent.resumed', 'agent.retired']);
    expect((await ada.open(at(path))).forms.filter(({ action }) => action.includes(id))).toEqual([]);
  });

  test('handed over: nothing changes before it is accepted, and an offer can be withdrawn', async () => {
    const id = await agentOf(scene.accountId, 'Handed over');
    const handOver = async (owner: string) =>
      send(ada, await ada.open(at(`/console/agents/${id}/hand-over`)), /hand-over$/, { set: { owner } });
    const unknown = await handOver('unknown');
    expect(unknown.status).toBe(400);
    expect(unknown.html).toContain('id="field-owner-error"');

    await handOver('bob');
    await press(ada, `/console/agents/${id}`, /withdraw$/);
    expect((await bobs.open(at(`/console/agents/${id}`))).status).toBe(404);

    const stale = await ada.open(at(`/console/agents/${id}/hand-over`));
    await handOver('bob');
    expect((await send(ada, stale, /hand-over$/, { set: { owner: 'bob' } })).status).toBe(412);
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({
      owner: scene.accountId,
      transfer_to: bob,
    });

    await press(bobs, '/console', new RegExp(`${id}/accept$`));
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({ owner: bob, state: 'active' });
    expect((await ada.open(at(`/console/agents/${id}`))).status).toBe(404);
    expect(await lastEvents(id)).toEqual(
      expect.arrayContaining([
        { type: 'agent.transfer_offered', caller: scene.accountId },
        { type: 'agent.transferred', caller: bob },
      ]),
    );
  });

  test('LC-06 an orphan: operators find it and offer it to a new owner, who accepts', async () => {
    const carol = (await scene.management.createAccount({ username: 'carol', name: 'Carol', password: PASSWORD })).id;
    const id = await agentOf(carol, 'Left behind');
    await scene.management.call('POST', `/accounts/${carol}/disable`);
    const shown = async () => (await admin.open(at('/console/findings?kind=orphaned'))).html;
    await until(async () => (await shown()).includes(`${id}/hand-over"`), { what: 'the finding' });
    expect(await shown()).toMatch(/class="risk high">high<\/span> <a [^>]*>No owner</);
    expect((await ada.open(at('/console/findings'))).html).not.toContain(id);
    await send(admin, await admin.open(at(`/console/agents/${id}/hand-over`)), /hand-over$/, { set: { owner: 'ada' } });
    expect(await stateOf(id)).toBe('orphaned');
    await press(ada, '/console', new RegExp(`${id}/accept$`));
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({
      owner: scene.accountId,
      state: 'active',
    });
  });

  test('without the audit log nothing changes', async () => {
    const id = await agentOf(scene.accountId, 'No audit log');
    const page = await ada.open(at(`/console/agents/${id}`));
    server.faults.failingWrites = new Set(['audit_records']);
    const answer = await send(ada, page, /suspend$/);
    server.faults.failingWrites = new Set();
    expect({ status: answer.status, state: await stateOf(id) }).toEqual({ status: 503, state: 'active' });
  });
});

describe('changing an agent', () => {
  test('texts: what differs is changed in one event, what is emptied is removed, what is stale refused', async () => {
    const id = await agentOf(scene.accountId, 'Wombat', { contact: 'old@example.com', provider: 'Example' });
    const path = `/console/agents/${id}/edit`;
    const stale = await ada.open(at(path));
    const change = { purpose: 'Digs', contact: '', uses: 'Digging\r\n\r\nFilling in' };
    await send(ada, await ada.open(at(path)), /edit$/, { set: change });
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({
      name: 'Wombat',
      purpose: 'Digs',
      provider: 'Example',
      uses: ['Digging', 'Filling in'],
    });
    expect((await scene.management.call('GET', `/agents/${id}`)).body).not.toHaveProperty('contact');
    expect((await lastEvents(id)).filter(({ type }) => type === 'agent.updated')).toEqual([
      { type: 'agent.updated', caller: scene.accountId },
    ]);
    const refused = await send(ada, stale, /edit$/, { set: { purpose: 'Sleeps' } });
    expect([refused.status, refused.html.includes('field-name-error')]).toEqual([412, true]);
    const deceptive = await send(ada, await ada.open(at(path)), /edit$/, { set: { name: 'W\u043embat' } });
    expect([deceptive.status, deceptive.html.includes('field-name-error')]).toEqual([400, true]);
    expect(await refusals(scene.accountId)).not.toHaveLength(0);
  });

  test('keys are added beside those it has, stopped, let count again and removed', async () => {
    const id = await agentOf(scene.accountId, 'Dingo');
    const path = `/console/agents/${id}/credentials/new`;
    const wrong = await send(ada, await ada.open(at(path)), /credentials$/, { set: { jwks: 'no JSON' } });
    expect([wrong.status, wrong.html.includes('field-jwks-error')]).toEqual([400, true]);
    const nothing = await send(ada, await ada.open(at(path)), /credentials$/);
    expect([nothing.status, nothing.html.includes('field-jwks-error')]).toEqual([400, true]);
    await send(ada, await ada.open(at(path)), /credentials$/, { set: { jwks: await keys(), name: 'Next' } });
    const credentials = async () =>
      (await scene.management.call('GET', `/agents/${id}/credentials`)).body['items'] as readonly Credential[];
    type Credential = { readonly id: string; readonly name?: string; readonly state: string };
    const added = (await credentials()).find(({ name }) => name === 'Next');
    expect(added).toMatchObject({ state: 'active' });
    const stateNow = async () => (await credentials()).find((one) => one.id === added?.id)?.state;
    for (const [button, state] of [
      ['stop', 'suspended'],
      ['resume', 'active'],
      ['remove', undefined],
    ] as const) {
      await press(ada, `/console/agents/${id}`, new RegExp(`credentials/${added?.id}/${button}$`));
      expect(await stateNow()).toBe(state);
    }
    expect(await credentials()).toHaveLength(1);
  });
});

test('an instance is listed and ended by its owner alone, and its siblings go on', async () => {
  const id = await agentOf(scene.accountId, 'In two copies');
  for (const name of ['Copy 1', 'Copy 2']) {
    const jwk = JSON.parse(await keys()) as object;
    expect((await scene.management.call('POST', `/agents/${id}/instances`, { name, jwk })).status).toBe(201);
  }
  const tokenOf = (page: Page): string =>
    page.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
  const page = await ada.open(at(`/console/agents/${id}`));
  const end = page.forms.find(({ action }) => /instances/.test(action))?.action ?? '';
  const post = (browser: Browser, csrf: string) =>
    browser.request(at(end), { method: 'POST', body: new URLSearchParams({ csrf }) });
  expect((await post(bobs, tokenOf(await bobs.open(at('/console'))))).status).toBe(404);
  expect((await post(ada, tokenOf(page))).status).toBe(303);
  const { body } = await scene.management.call('GET', `/agents/${id}/instances`);
  const states = (body['items'] as { readonly state: string }[]).map(({ state }) => state);
  expect([...states].sort()).toEqual(['active', 'ended']);
  expect(await lastEvents(id)).toContainEqual({ type: 'instance.ended', caller: scene.accountId });
});

describe('what is shown', () => {
  test('in effect and why: own rights, blueprint, approval, each by its name', async () => {
    const { management, jwt } = scene;
    const draft = await management.call('POST', '/blueprints', {
      name: 'Readers',
      purpose: 'Read things',
      ceilings: {
        authority: { [jwt.identifier]: ['read', 'write', 'delete'] },
        approvals: { [jwt.identifier]: ['delete'] },
        max_access_token_seconds: 300,
      },
    });
    const blueprint = String(draft.body['id']);
    const activate = async (answer: typeof draft) =>
      management.call('POST', `/blueprints/${blueprint}/activate`, undefined, {
        'if-match': answer.headers.get('etag') ?? '',
      });
    await activate(draft);
    const id = await agentOf(scene.accountId, 'Reader', {
      blueprint,
      grant_types: ['client_credentials'],
      authority: { [jwt.identifier]: ['read', 'write', 'delete'] },
    });
    const why = async (): Promise<readonly string[]> =>
      [...(await ada.open(at(`/console/agents/${id}`))).html.matchAll(/data-label="In effect">(.*?)<\/td>/gs)].map(
        ([, cell = '']) => cell.replaceAll(/<[^>]+>/g, '').trim(),
      );
    expect(await why()).toEqual(['Yes', 'Yes', expect.stringMatching(/^No\. .*approval/)]);

    const read = await management.call('GET', `/blueprints/${blueprint}`);
    const drafted = await management.call(
      'PATCH',
      `/blueprints/${blueprint}`,
      { ceilings: { authority: { [jwt.identifier]: ['read'] } } },
      { 'if-match': read.headers.get('etag') ?? '' },
    );
    await activate(drafted);
    expect(await why()).toEqual([
      'Yes',
      expect.stringMatching(/^No\. .*blueprint/),
      expect.stringMatching(/^No\. .*blueprint/),
    ]);
  });

  test('how an agent gets its tokens is shown in plain words, for any grant types', async () => {
    const agent = await agentOf(scene.accountId, 'Of every grant type', {
      grant_types: GRANT_TYPES,
      redirect_uris: ['https://agent.example/callback'],
    });
    const { text } = await ada.open(at(`/console/agents/${agent}`));
    expect(text).toContain('asks people to approve single actions');
    expect(text).not.toMatch(/urn:[\w:-]+:grant-type:/);
  });

  test('the timeline tells what happened, and nothing about people', async () => {
    const page = await ada.open(at(`/console/agents/${scene.agent.clientId}`));
    expect(page.text).toContain('Registered');
    expect(page.text).not.toContain('127.0.0.1');
  });

  test('the list is searched, filtered, sorted and paged; a place in another list is refused', async () => {
    for (let index = 0; index < 27; index += 1)
      await agentOf(scene.accountId, `Quokka ${String(index).padStart(2, '0')}`);
    const first = await ada.open(at('/console/agents?q=quokka&state=active&environment=test'));
    const idsOn = (page: Page): readonly string[] => [
      ...new Set([...page.html.matchAll(/href="\/console\/agents\/(agt_\w+)"/g)].map(([, id = '']) => id)),
    ];
    expect(idsOn(first)).toHaveLength(25);
    const next = /href="([^"]+after=[^"]+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await ada.open(at(next));
    expect(idsOn(second)).toHaveLength(2);
    expect(idsOn(second).some((id) => idsOn(first).includes(id))).toBe(false);
    expect((await bobs.open(at(next))).status).toBe(400);
    expect(idsOn(await ada.open(at('/console/agents?q=quokka&state=retired')))).toEqual([]);
    const byName = await ada.open(at('/console/agents?sort=name'));
    const names = [...byName.html.matchAll(/<bdi class="chosen">([^<]+)</g)].map(([, name = '']) => name.toLowerCase());
    expect(names).toEqual([...names].sort());
    // The head of the column leads there with the other filters, and back.
    const head = /<a href="([^"]*)">Agent<\/a>/;
    const filtered = await ada.open(at('/console/agents?state=active'));
    expect(head.exec(filtered.html)?.[1]).toBe('/console/agents?state=active&amp;sort=name');
    expect(head.exec(byName.html)?.[1]).toBe('/console/agents');
    expect(byName.html).toContain('<th scope="col" aria-sort="ascending"><a href="/console/agents">Agent');
    expect((await ada.open(at('/console/agents?sort=nonsense&state=moon&of=everything'))).status).toBe(200);
  });

  test('as CSV: the whole list, what a table program would take for a formula as text', async () => {
    await agentOf(scene.accountId, '=1+1 "quoted", quokka');
    const answer = await ada.request(at('/console/agents.csv?q=quokka'));
    const lines = (await answer.text()).trimEnd().split('\r\n');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain('agents.csv');
    expect(lines).toHaveLength(29);
    expect(lines[0]).toContain('"id","name","state"');
    // Those of one second come in any order.
    expect(lines.slice(1)).toContainEqual(expect.stringContaining(`"'=1+1 ""quoted"", quokka"`));
  });

  test('as NDJSON: agents as the API shows them, those of the list', async () => {
    const answer = await ada.request(at('/console/agents.ndjson?q=quokka'));
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(28);
    const [first] = lines.map((line) => JSON.parse(line) as { readonly id: string });
    expect(first).toMatchObject((await scene.management.call('GET', `/agents/${first?.id}`)).body);
  });

  test('a verified name has its mark, in the list and on the page', async () => {
    const id = await agentOf(scene.accountId, 'Numbat certified');
    const shown = async () => [
      (await ada.open(at('/console/agents?q=numbat'))).html.includes('verified name'),
      (await ada.open(at(`/console/agents/${id}`))).html.includes('verified name'),
    ];
    expect(await shown()).toEqual([false, false]);
    await scene.management.call('POST', `/agents/${id}/verify`);
    expect(await shown()).toEqual([true, true]);
  });

  test('an administrator verifies the name of an agent and takes that back; its owner sees no button', async () => {
    const path = `/console/agents/${await agentOf(scene.accountId, 'Quoll certified')}`;
    expect((await admin.open(at(path))).text).toContain('not verified');
    const done = await press(admin, path, /\/verify$/);
    expect([done.url, done.text]).toEqual([at(`${path}?done=verified`), expect.stringContaining('verified name')]);
    const own = await ada.open(at(path));
    expect(own.text).toContain('verified name');
    expect(own.forms.filter(({ action }) => /verify$/.test(action))).toEqual([]);
    const csrf = own.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
    const forged = await ada.request(at(`${path}/unverify`), { method: 'POST', body: new URLSearchParams({ csrf }) });
    expect([forged.status, (await refusals(scene.accountId)).at(-1)?.error]).toEqual([403, 'forbidden']);
    expect((await press(admin, path, /\/unverify$/)).text).toContain('The mark was taken away');
    expect((await lastEvents(path.split('/').at(-1) ?? '')).map(({ type }) => type).slice(-2)).toEqual([
      'agent.verified',
      'agent.unverified',
    ]);
  });

  test('findings: what is about to end, and a secret; each with a page of its own', async () => {
    const soon = Math.floor(Date.now() / 1000) + 5 * 86_400;
    const ending = await agentOf(scene.accountId, 'Ends soon', { expires_at: soon });
    const copied = await agentOf(scene.accountId, 'Keeps a secret');
    const allowed = await scene.management.call('POST', `/agents/${copied}/secret`, {
      reason: 'Its platform signs nothing',
      expires_at: soon + 60 * 86_400,
    });
    expect(allowed.status).toBe(201);
    const shown = async (kind: string) => (await ada.open(at(`/console/findings?kind=${kind}`))).html;
    await until(async () => (await shown('expiring')).includes(`${ending}#credentials"`), { what: 'the coming end' });
    await until(async () => (await shown('secrets')).includes(`${copied}#credentials"`), { what: 'the secret' });
    expect(await shown('secrets')).not.toContain(`${ending}#credentials"`);
    expect((await ada.open(at('/console'))).html).toContain('/console/findings?kind=expiring');
    // The field of kinds has what this owner sees, with its number; of other states no number is known.
    const kinds = async (browser: Browser, query: string): Promise<readonly string[]> =>
      [
        ...(await browser.open(at(`/console/findings${query}`))).html.matchAll(
          /<option value="(?:expiring)?"[^>]*>([^<]+)/g,
        ),
      ].map(([, text = '']) => text);
    expect(await kinds(ada, '')).toEqual(expect.arrayContaining([expect.stringMatching(/^About to end \(\d+\)$/)]));
    expect((await kinds(bobs, '')).join()).not.toContain('About to end');
    expect(await kinds(ada, '?state=dismissed')).toEqual(expect.arrayContaining(['All kinds', 'About to end']));
    const [found] = (await scene.management.call('GET', `/findings?subject=${ending}`)).body['items'] as Json[];
    const page = await ada.open(at(`/console/findings/${found?.['id']}`));
    expect(page.html).toMatch(/About to end[\s\S]*50 of 100 points|About to end[\s\S]*60 of 100 points/);
    // An owner sees the finding and does not decide about it.
    expect(page.html).not.toContain('/dismiss"');
    expect((await bobs.open(at(`/console/findings/${found?.['id']}`))).status).toBe(404);
    await scene.management.call('POST', `/agents/${copied}/retire`);
    await until(async () => !(await shown('secrets')).includes(copied), { what: 'the end of the finding' });
  });

  test('operators dismiss a finding on its page, quarantine its subject, and undo that', async () => {
    const key = await newKeyPair();
    const { id: client } = await scene.management.createClient({
      ...{ name: 'Old job', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk] } },
      grant_types: ['client_credentials'],
    });
    const ofClient = async () =>
      ((await scene.management.call('GET', `/findings?subject=${client}`)).body['items'] as Json[])[0];
    await until(async () => (await ofClient()) !== undefined, { what: 'the finding' });
    const path = `/console/findings/${(await ofClient())?.['id']}`;
    const list = await admin.open(at('/console/findings?kind=unowned_client'));
    expect(list.html).toContain(`/console/clients/${client}/edit"`);
    await send(admin, await admin.open(at(`${path}/dismiss`)), /dismiss$/, { set: { reason: 'It ends soon' } });
    expect(await ofClient()).toMatchObject({ state: 'dismissed', reason: 'It ends soon' });
    expect((await admin.open(at(path))).html).toContain('It ends soon');
    await press(admin, path, /reopen$/);
    expect(await ofClient()).toMatchObject({ state: 'open' });
    const none = await admin.open(at('/console/findings?state=quarantined'));
    expect(none.text).toMatch(/tokens and credentials do not work\..*Nothing is in quarantine\. Clear/s);
    await send(admin, await admin.open(at(`${path}/quarantine`)), /quarantine$/, {
      set: { reason: 'No one knows it' },
    });
    expect(await ofClient()).toMatchObject({ state: 'quarantined' });
    expect((await scene.management.call('GET', `/clients/${client}`)).body['state']).toBe('disabled');
    await press(admin, path, /reopen$/);
    expect((await scene.management.call('GET', `/clients/${client}`)).body['state']).toBe('active');
  });
});
