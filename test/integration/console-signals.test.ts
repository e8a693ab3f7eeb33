/** Security events in the console: receivers with their streams, trusted transmitters with held signals, and risk about a person. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { measureSignals } from '../../src/compose/signal-measures.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import {
  type Browser,
  type Filling,
  newBrowser,
  type Page,
  type Person,
  pressOn,
  submitSignIn,
} from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { post } from '../support/oauth-calls.ts';
import { makeSignalReceiver, type SignalReceiverUnderTest } from '../support/signal-receiver.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'ruth', password: PASSWORD };
const PLAIN: Person = { username: 'root', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let world: SignalWorld;
/** An administrator who has just proved a second factor. */
let proven: Browser;
/** An administrator without one. */
let plain: Browser;
let auditor: Browser;

const at = (path: string): string => `${world.server.issuer}${path}`;
const events = (type: Parameters<SignalWorld['server']['events']>[0]) => world.server.events(type);
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(world.server.issuer);
  await submitSignIn(browser, await browser.open(at('/console')), person);
  return browser;
};
const press = (browser: Browser, path: string, action: RegExp, filling?: Filling): Promise<Page> =>
  pressOn(browser, at(path), action, filling);

beforeAll(async () => {
  world = await signalWorld();
  for (const [person, role] of [
    [ADMIN, 'administrator'],
    [PLAIN, 'administrator'],
    [AUDITOR, 'auditor'],
  ] as const)
    await world.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  proven = await freshFactorBrowser(world.server, ADMIN);
  [plain, auditor] = [await signedIn(PLAIN), await signedIn(AUDITOR)];
}, 60_000);
afterAll(() => world?.close());

test('a person without a role sees no pages of security events', async () => {
  const browser = await signedIn(world.scene.person);
  for (const path of ['/console/signals', '/console/transmitters'])
    expect((await browser.open(at(path))).status).toBe(403);
});

describe('receivers', () => {
  let receiver: SignalReceiverUnderTest;
  let stream: string;
  beforeAll(async () => {
    const { server, management } = world;
    receiver = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Mail gateway', contact: 'Mail team', subjects: ['*'] },
    );
    stream = await receiver.stream();
  });

  test('an auditor sees what waits and since when, and may change nothing', async () => {
    const { body } = await world.management.call('GET', `/signal-streams/${stream}`);
    expect(body).toMatchObject({ status: 'enabled', backlog: expect.any(Number) });
    const list = await auditor.open(at('/console/signals'));
    expect(list.status).toBe(200);
    expect(list.text).toMatch(/Mail gateway\s+poll\s+active/);
    for (const path of [`/console/signals/${receiver.id}`, `/console/signals/streams/${stream}`]) {
      const page = await auditor.open(at(path));
      expect(page.status).toBe(200);
      expect(page.forms.filter(({ action }) => action.includes('/console/signals'))).toEqual([]);
    }
    for (const path of ['new', `${receiver.id}/edit`, `${receiver.id}/disable`, `streams/${stream}/pause`])
      expect((await auditor.open(at(`/console/signals/${path}`))).status).toBe(403);
    expect((await auditor.open(at('/console/signals/rcv_nothing'))).status).toBe(404);
    expect((await auditor.open(at('/console/signals/streams/sgs_nothing'))).status).toBe(404);
  });

  test('the age of the oldest is that of the first record that waits', async () => {
    await world.management.call('POST', '/accounts', { username: 'waits', name: 'Waits' });
    const { body } = await world.management.call('GET', `/signal-streams/${stream}`);
    expect(body['backlog']).toBeGreaterThan(0);
    const age = Math.floor(Date.now() / 1000) - Number(body['oldest_at']);
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(120);
    expect((await auditor.open(at(`/console/signals/streams/${stream}`))).text).toMatch(/ audit records? to check/);
    const { behalf } = world.server;
    await measureSignals(behalf.services);
    const text = await behalf.metrics.registry.metrics();
    expect(text).toMatch(new RegExp(`^behalf_signal_stream_backlog_records\\{stream="${stream}"\\} [1-9]`, 'm'));
    expect(text).toMatch(/^behalf_signal_streams\{state="enabled"\} 1$/m);
  });

  test('WB-12 an administrator pauses with a reason, which the receiver cannot undo, and resumes', async () => {
    const path = `/console/signals/streams/${stream}`;
    const paused = await press(plain, `${path}/pause`, /pause$/, { set: { reason: 'Too much noise' } });
    expect([paused.status, paused.url]).toEqual([200, at(`${path}?done=streamPaused`)]);
    expect(paused.text).toContain('Too much noise');
    expect((await events('signal_stream.status_changed')).at(-1)).toMatchObject({
      inputs: { status: 'paused', by: 'administrator', reason: 'Too much noise' },
    });
    const enabled = await receiver.call('POST', '/status', { stream_id: stream, status: 'enabled' });
    expect([enabled.status, enabled.body['reason']]).toEqual([403, 'signal_stream_paused_here']);
    const resumed = await press(plain, path, /resume$/);
    expect(resumed.url).toBe(at(`${path}?done=streamResumed`));
    expect((await receiver.call('GET', `/status?stream_id=${stream}`)).body['status']).toBe('enabled');
  });

  test('a verification event is sent from the page', async () => {
    const sent = await press(plain, `/console/signals/streams/${stream}`, /verify$/);
    expect(sent.text).toContain('A verification event is on its way');
  });

  test('WB-12 a receiver is admitted, changed and its stream deleted with a fresh second factor only', async () => {
    const client = await world.management.createClient({
      ...{ name: 'Client of the gate', grant_types: ['client_credentials'] },
      authority: { [`${world.server.issuer}/ssf/v1`]: ['ssf.manage'] },
    });
    const refused = await plain.open(at('/console/signals/new'));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
    const wrong = await press(proven, '/console/signals/new', /signals$/, {
      set: { name: 'Gate', client: 'Client of the gate', subjects: 'everybody' },
    });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('with the name everybody')]);
    const made = await press(proven, '/console/signals/new', /signals$/, {
      set: { name: 'Gate', client: 'Client of the gate', subjects: '*', contact: 'Gate team' },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Gate team')]);
    const id = /rcv_\w+/.exec(made.url)?.[0] ?? '';
    expect((await world.management.call('GET', `/signal-receivers/${id}`)).body).toMatchObject({
      ...{ client: client.id, subjects: ['*'], contact: 'Gate team', is_personal: false },
      events: expect.arrayContaining(['session_revoked', 'agent_killed']),
    });
    const stored = async () => (await world.management.call('GET', `/signal-receivers/${id}`)).body['subjects'];
    const named = await press(proven, `/console/signals/${id}/edit`, /edit$/, { set: { subjects: 'waits' } });
    expect([named.status, await stored()]).toEqual([200, [expect.stringMatching(/^acc_/)]]);
    // The form shows names again, and a form sent as it is changes nothing.
    const form = await proven.open(at(`/console/signals/${id}/edit`));
    expect(form.html).toMatch(/>\nwaits<\/textarea>/);
    expect(form.html).toContain('value="Client of the gate"');
    const before = await stored();
    expect((await press(proven, `/console/signals/${id}/edit`, /edit$/, { set: {} })).status).toBe(200);
    expect(await stored()).toEqual(before);
    const changed = await press(proven, `/console/signals/${id}/edit`, /edit$/, { set: { contact: '', subjects: '' } });
    expect([changed.status, changed.text]).toEqual([200, expect.not.stringContaining('Gate team')]);
    const { body } = await world.management.call('GET', `/signal-receivers/${id}`);
    expect([body['subjects'], body['contact']]).toEqual([[], undefined]);

    const kept = await press(plain, `/console/signals/streams/${stream}/delete`, /delete$/);
    expect(kept.status).toBe(403);
    expect(await events('signal_stream.removed')).toEqual([]);
    const gone = await press(proven, `/console/signals/streams/${stream}/delete`, /delete$/);
    expect(gone.url).toBe(at(`/console/signals/${receiver.id}?done=deleted`));
    expect(gone.text).toContain('The receiver has no stream yet');
    expect(await events('signal_stream.removed')).toHaveLength(1);
  });

  test('a receiver is admitted with a client of its own, whose secret is shown once and creates a stream (MG-03)', async () => {
    const path = '/console/signals/new';
    const page = await press(proven, path, /signals$/, { set: { name: 'Branch gateway', subjects: '*' } });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('The server shows this once')]);
    const shown = (label: string): string => new RegExp(`${label}\\s+(\\S+)`).exec(page.text)?.[1] ?? '';
    const [client, secret] = [shown('Client ID'), shown('Client secret')];
    const { issuer } = world.server;
    expect((await world.management.call('GET', `/clients/${client}`)).body).toMatchObject({
      ...{ name: 'Branch gateway', roles: [], state: 'active', grant_types: ['client_credentials'] },
      authority: { [`${issuer}/ssf/v1`]: ['ssf.manage'] },
    });
    const token = await post(
      `${issuer}/token`,
      { grant_type: 'client_credentials', scope: 'ssf.manage' },
      { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    );
    const stream = await fetch(`${issuer}/ssf/v1/streams`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${String(token.body['access_token'])}`,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    expect([token.status, stream.status]).toEqual([200, 201]);
    const { id } = (await events('signal_receiver.created')).at(-1)?.target ?? {};
    const own = await auditor.open(at(`/console/signals/${id}`));
    expect(own.text).toContain(`${issuer}/token`);
    expect(own.html).not.toContain(secret);
  });

  test('a refused receiver leaves no client that could do anything', async () => {
    const set = { name: 'Wrong gateway', subjects: '*', audience: 'two words' };
    const page = await press(proven, '/console/signals/new', /signals$/, { set });
    expect([page.status, page.html]).toEqual([400, expect.stringContaining('aria-invalid="true"')]);
    const { body } = await world.management.call('GET', '/clients?search=Wrong%20gateway');
    expect(body['items']).toMatchObject([{ state: 'disabled' }]);
    expect((await events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
    expect((await events('client.disabled')).length).toBe(1);
  });

  test('a receiver is disabled by an administrator, and enabled with a fresh second factor only', async () => {
    const path = `/console/signals/${receiver.id}`;
    expect((await press(plain, `${path}/disable`, /disable$/)).text).toContain('The server refuses its calls');
    expect((await receiver.call('GET', '/streams')).status).toBe(403);
    expect((await press(plain, path, /enable$/)).status).toBe(403);
    expect((await press(proven, path, /enable$/)).text).toContain('It receives what waited for it');
    expect((await receiver.call('GET', '/streams')).status).toBe(200);
  });
});

describe('trusted transmitters', () => {
  let id: string;
  let held: readonly string[];
  let accounts: readonly string[];

  beforeAll(async () => {
    const issuer = `${world.served.origin}/fast`;
    const fast = await world.makeTransmitter({ name: 'Fast', issuer, most_accounts: 1, most_accounts_percent: 0 });
    id = fast.id;
    const names = ['fast-0', 'fast-1', 'fast-2', 'fast-3'];
    const linked: string[] = [];
    for (const name of names) {
      linked.push(await world.linked(name));
      const set = await world.sign(world.claimsOf('session_revoked', name, { iss: issuer }));
      expect((await world.push(set, { authorization: fast.authorization })).status).toBe(202);
    }
    accounts = linked;
    held = (await world.signals('?state=held', id)).map((one) => String(one['id']));
    expect(held).toHaveLength(3);
  });

  test('an auditor sees what the last events did and what is held, and may change nothing', async () => {
    const list = await auditor.open(at('/console/transmitters'));
    expect(list.text).toMatch(/Fast[\s\S]*effects paused\s+signals about 3 accounts held/);
    const page = await auditor.open(at(`/console/transmitters/${id}`));
    expect(page.status).toBe(200);
    for (const text of ['Held signals', 'Session revoked', 'medium risk', 'fast-1', 'Sessions end', 'applied'])
      expect(page.text).toContain(text);
    expect(page.html).not.toContain('Bearer');
    expect(page.forms.filter(({ action }) => action.includes('/console/transmitters'))).toEqual([]);
    for (const path of ['new', `${id}/edit`, `${id}/resume`, `${id}/disable`, `${id}/rotate-secret`])
      expect((await auditor.open(at(`/console/transmitters/${path}`))).status).toBe(403);
  });

  test('the page of a person, and of an agent that they own, shows the signals that policies see', async () => {
    const [account = ''] = accounts;
    const { body } = await world.management.call('GET', `/accounts/${account}/signals`);
    expect(body).toEqual({
      items: [
        {
          ...{ transmitter: id, issuer: `${world.served.origin}/fast`, event: 'session_revoked', level: 'medium' },
          ...{ at: expect.any(Number), until: expect.any(Number) },
        },
      ],
    });
    const person = await auditor.open(at(`/console/people/${account}`));
    expect(person.text).toMatch(/Signals now[\s\S]*Session revoked[\s\S]*medium risk[\s\S]*Fast/);
    expect(person.html).toContain(`href="/console/transmitters/${id}"`);
    const agent = await world.management.createAgent({
      ...{ name: 'Sorter', purpose: 'Sorts', environment: 'test', owner: account, redirect_uris: [] },
      jwks: { keys: [(await newKeyPair()).publicJwk] },
    });
    expect((await auditor.open(at(`/console/agents/${agent.id}`))).text).toMatch(
      /About the owner[\s\S]*Session revoked/,
    );
    // Of a held signal, policies see nothing.
    expect((await auditor.open(at(`/console/people/${accounts[1]}`))).text).not.toContain('Signals now');
  });

  test('metrics count streams by state, and what a pause holds', async () => {
    const { behalf } = world.server;
    await measureSignals(behalf.services);
    const text = await behalf.metrics.registry.metrics();
    expect(text).toMatch(/^behalf_paused_sources\{kind="transmitter"\} 1$/m);
    expect(text).toMatch(/^behalf_held_accounts\{kind="transmitter"\} 3$/m);
    expect(text).toMatch(/^behalf_paused_sources\{kind="directory"\} 0$/m);
    expect(text).toMatch(/^behalf_signal_streams\{state="paused"\} 0$/m);
  });

  test('WB-12 held signals are dropped and let pass with a fresh second factor only', async () => {
    const path = `/console/transmitters/${id}`;
    const drop = new RegExp(`${held[0]}/drop$`);
    const kept = await press(plain, path, drop);
    expect([kept.status, kept.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect(await events('signal.discarded')).toEqual([]);
    expect((await press(proven, path, drop)).text).toContain('The signal has no effect');
    expect(await events('signal.discarded')).toHaveLength(1);
    expect((await press(plain, `${path}/resume`, /resume$/)).status).toBe(403);
    const unsaid = await press(proven, `${path}/resume`, /resume$/, { set: { allowed: 'all' } });
    expect(unsaid.status).toBe(400);
    expect(await world.signals('?state=held', id)).toHaveLength(2);
    const resumed = await press(proven, `${path}/resume`, /resume$/);
    expect(resumed.url).toBe(at(`${path}?done=transmitterResumed`));
    expect(await world.signals('?state=held', id)).toEqual([]);
    expect(await world.signals('?state=applied', id)).toHaveLength(3);
    expect(await events('signal.released')).toHaveLength(2);
    // Nothing is left to let pass.
    expect((await proven.open(at(`${path}/resume`))).url).toBe(at(path));
  });

  test('one is trusted, changed and given a new authorization with a fresh second factor only; each is shown once', async () => {
    expect((await plain.open(at('/console/transmitters/new'))).status).toBe(403);
    const made = await press(proven, '/console/transmitters/new', /transmitters$/, {
      set: { name: 'Risk engine', issuer: 'https://risk.example.com', upstream: world.provider.id },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringMatching(/Bearer trm_\w+\./)]);
    const found = (await world.management.call('GET', '/trusted-transmitters')).body['items'] as readonly {
      readonly id: string;
      readonly name: string;
    }[];
    const one = found.find(({ name }) => name === 'Risk engine')?.id ?? '';
    const path = `/console/transmitters/${one}`;
    const effects = async () =>
      ((await world.management.call('GET', `/trusted-transmitters/${one}`)).body as { readonly effects: object })
        .effects;
    expect(await effects()).toMatchObject({ account_enabled: ['record_risk'], session_revoked: expect.any(Array) });
    const changed = await press(proven, `${path}/edit`, /edit$/, {
      set: { most_accounts: '7' },
      check: (name, value) => (name === 'effects.session_revoked' ? value === 'suspend_agents' : undefined),
    });
    expect(changed.status).toBe(200);
    expect(changed.text).toContain('7, or 1 % of the linked accounts');
    expect(await effects()).toMatchObject({ account_enabled: ['record_risk'], session_revoked: ['suspend_agents'] });
    const rotated = await press(proven, `${path}/rotate-secret`, /rotate-secret$/);
    expect(rotated.text).toMatch(/Bearer trm_\w+\./);
    const expecting = await press(plain, path, /expect-verification$/);
    const { body } = await world.management.call('GET', `/trusted-transmitters/${one}`);
    expect(expecting.text).toContain(String(body['verification_state']));
    expect((await press(plain, `${path}/disable`, /disable$/)).text).toContain('The server refuses what it sends');
    expect(await events('transmitter.disabled')).toHaveLength(1);
    expect((await press(plain, path, /enable$/)).status).toBe(403);
    expect((await press(proven, path, /enable$/)).text).toContain('The server accepts its events again');
  });

  test('one is polled: the form takes URL and token, the page shows the polls, and another URL needs its token', async () => {
    const url = 'https://polled.example.invalid/poll';
    const made = await press(proven, '/console/transmitters/new', /transmitters$/, {
      set: {
        ...{ name: 'Polled engine', issuer: 'https://polled.example.invalid', upstream: world.provider.id },
        ...{ poll_url: url, poll_token: 'p0ll-token', poll_seconds: '90' },
      },
    });
    expect(made.text).toContain('This server polls');
    // It pushes nothing, so its authorization is not shown.
    expect(made.html).not.toMatch(/Bearer|p0ll-token/);
    expect(made.text).toContain('90 seconds');
    const { pathname } = new URL(made.url);
    await until(async () => (await auditor.open(at(pathname))).text.includes('polls fail'), { what: 'a failed poll' });
    const failing = await auditor.open(at(pathname));
    expect(failing.text).toMatch(/Check the host in the poll URL|Check that the transmitter runs/);
    expect((await auditor.open(at('/console/transmitters'))).text).toContain('polls fail');
    await measureSignals(world.services);
    const text = await world.server.behalf.metrics.registry.metrics();
    expect(text).toMatch(/^behalf_transmitter_polls_failing_seconds\{transmitter="trm_\w+"\} \d+$/m);
    expect(text).toMatch(/^behalf_transmitter_polled_events\{transmitter="trm_\w+",outcome="acknowledged"\} 0$/m);
    const moved = await press(proven, `${pathname}/edit`, /edit$/, { set: { poll_url: `${url}/other` } });
    expect([moved.status, moved.text]).toEqual([400, expect.stringContaining('needs its token in the same change')]);
    const short = await press(proven, `${pathname}/edit`, /edit$/, {
      set: {
        ...{ poll_token_endpoint: 'https://polled.example.invalid/token', poll_client_id: 'behalf-at-engine' },
        ...{ poll_client_authentication: 'yes', poll_client_secret: 'p0ll-secret', poll_scope: 'ssf.manage' },
      },
    });
    expect(short.text).toMatch(/https:\/\/polled\.example\.invalid\/token\s*as client behalf-at-engine/);
    expect(short.html).not.toContain('p0ll-secret');
    const isShown = async () => (await auditor.open(at(pathname))).text.includes('Check the token endpoint');
    await until(isShown, { what: 'a failure of the token endpoint' });
    expect((await auditor.open(at(pathname))).text).toMatch(
      /token_endpoint_failed (?:name_not_resolved|not_reachable)/,
    );
    const other = await press(proven, `${pathname}/edit`, /edit$/, { set: { poll_client_id: 'another' } });
    expect([other.status, other.text]).toEqual([400, expect.stringContaining('in the same change')]);
    const emptied = { poll_token_endpoint: '', poll_client_id: '', poll_scope: '', poll_token: 'p0ll-token' };
    const check = (name: string) => (name === 'poll_client_authentication' ? false : undefined);
    const back = await press(proven, `${pathname}/edit`, /edit$/, { set: emptied, check });
    expect([back.status, back.text]).toEqual([200, expect.not.stringContaining('behalf-at-engine')]);
    const pushes = await press(proven, `${pathname}/edit`, /edit$/, { set: { poll_url: '', poll_seconds: '' } });
    expect(pushes.text).toContain('The transmitter pushes');
    await measureSignals(world.services);
    expect(await world.server.behalf.metrics.registry.metrics()).not.toContain(
      'behalf_transmitter_polls_failing_seconds{',
    );
  });
});
