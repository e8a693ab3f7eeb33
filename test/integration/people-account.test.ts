import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import { grant, personAt, withHop } from '../support/account-browser.ts';
import { fillForm } from '../support/browser-flow.ts';
import { CALENDAR, composePeoplePages, LIMITS, type PeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD } from '../support/composed-services.ts';
import { formsOf, textOf } from '../support/html-forms.ts';

describe('/account', () => {
  test('sends who is not signed in to sign in, and back to the same page', async () => {
    const world = await composePeoplePages();
    const answer = await world.http.get('/account?done=revoked').set('host', 'evil.example');
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(
      `https://id.example.com/auth?return=${encodeURIComponent('/account?done=revoked')}`,
    );
  });

  test('lists what agents hold with the hops below, what apps hold, and what happened', async () => {
    const world = await composePeoplePages();
    await withHop(world);
    grant(world);
    grant(world, world.bob.id);
    await world.audit.append({ type: 'session.started', outcome: 'granted', subject: world.ada.id });
    await world.audit.append({
      type: 'token.issued',
      outcome: 'granted',
      subject: world.ada.id,
      agent: world.booker.id,
      resource: CALENDAR,
      txn: 'txn_7',
    });
    const page = await personAt(world).get('/account');
    expect(page.status).toBe(200);
    const text = textOf(page.text);
    for (const shown of [
      'Planner',
      'Booker',
      'Delegated further to',
      'Calendar',
      'Change your calendar',
      'Wiki',
      'e-mail address',
    ]) {
      expect(text).toContain(shown);
    }
    const activity = textOf((await personAt(world).get('/account/activity')).text);
    for (const shown of ['Signed in', 'Token issued', 'txn_7']) expect(activity).toContain(shown);
    expect(textOf((await personAt(world, world.bob.id).get('/account/activity')).text)).not.toContain('txn_7');
    const headings = [...(await personAt(world).get('/account/activity')).text.matchAll(/scope="rowgroup">([^<]+)</g)];
    expect(headings.map(([, day]) => day)).toEqual([expect.stringMatching(/^(?:Today|\d{1,2} \w+ \d{4})$/)]);
    const ofApps = formsOf(page.text).filter(({ action }) => action.includes('/clients/'));
    expect(ofApps.map(({ action }) => action.split('/').at(-1))).toEqual(['revoke', 'narrow']);
  });

  test('lists only what was refused on request, and keeps that on further pages', async () => {
    const world = await composePeoplePages();
    const { ada, planner } = world;
    const asked = { subject: ada.id, agent: planner.id, resource: CALENDAR } as const;
    for (let time = 0; time < 26; time += 1) {
      await world.audit.append({ type: 'token.refused', outcome: 'refused', error: `no_${time}`, ...asked });
      await world.audit.append({ type: 'token.issued', outcome: 'granted', ...asked });
    }
    const all = await personAt(world).get('/account/activity');
    expect(textOf(all.text)).toContain('Token issued');
    const page = await personAt(world).get('/account/activity?show=refusals');
    expect([textOf(page.text).includes('Token refused'), textOf(page.text).includes('Token issued')]).toEqual([
      true,
      false,
    ]);
    expect(page.text).toContain('aria-current="true">Refusals only');
    const next = /activity\?show=refusals&amp;before=[^"]+/.exec(page.text)?.[0].replace('&amp;', '&');
    const older = textOf((await personAt(world).get(`/account/${next}`)).text);
    expect([older.includes('Token refused'), older.includes('Token issued')]).toEqual([true, false]);
    const other = await personAt(world, world.bob.id).get('/account/activity?show=refusals');
    expect(textOf(other.text)).toContain('No refusal here.');
  });

  test('lists the transactions in the name of the person, with the events of each, and no intent of other people', async () => {
    const world = await composePeoplePages();
    const { ada, bob, planner } = world;
    const opened = (more: object) =>
      world.transactions.open({ trigger: 'person', intent: 'Plan the fair', ...more }, planner, {
        caller: planner.id,
      });
    const mine = (await opened({ participants: [ada.id, bob.id] })).document;
    const foreign = (await opened({ intent: 'Sell the car' })).document;
    const carla = (await world.accounts.create({ username: 'carla', name: 'Carla' }, { caller: 'system' })).document;
    const issued = { type: 'token.issued', outcome: 'granted', agent: planner.id, resource: CALENDAR } as const;
    await world.audit.append({ ...issued, subject: ada.id, txn: mine.id });
    await world.audit.append({ ...issued, subject: ada.id, txn: 'txn_7' });
    await world.audit.append({ ...issued, subject: bob.id, txn: foreign.id });
    await world.audit.append({ ...issued, subject: carla.id, txn: mine.id });

    const list = await personAt(world).get('/account/transactions');
    expect([list.status, list.text.match(/activity\?transaction=(\w+)/g)]).toEqual([
      200,
      ['activity?transaction=txn_7', `activity?transaction=${mine.id}`],
    ]);
    for (const shown of ['Plan the fair', 'No purpose stated', 'Planner', 'with another person'])
      expect(textOf(list.text)).toContain(shown);
    expect(list.text).not.toContain('Sell the car');

    const one = textOf((await personAt(world).get(`/account/activity?transaction=${mine.id}`)).text);
    for (const shown of ['Plan the fair', 'open', 'Token issued']) expect(one).toContain(shown);
    expect(one).not.toContain('Bob Noyce');
    // A user who knows only the id learns nothing: neither without an event of their own, nor as no participant.
    for (const [person, txn, secret] of [
      [ada.id, foreign.id, 'Sell the car'],
      [carla.id, mine.id, 'Plan the fair'],
    ] as const) {
      const other = await personAt(world, person).get(`/account/activity?transaction=${txn}`);
      expect([other.status, textOf(other.text).includes(secret)]).toEqual([200, false]);
    }
    expect(textOf((await personAt(world, carla.id).get('/account/transactions')).text)).not.toContain('Plan the fair');
  });

  test('is empty for another person, and over for a disabled one', async () => {
    const world = await composePeoplePages();
    await withHop(world);
    const bob = personAt(world, world.bob.id);
    expect(textOf((await bob.get('/account')).text)).toContain('No agent may act for you');
    await world.accounts.disable(world.bob.id, { caller: 'system' });
    expect((await bob.get('/account')).status).toBe(303);
  });

  test('revokes one delegation with all below it', async () => {
    const world = await composePeoplePages();
    const { parent, child } = await withHop(world);
    const ada = personAt(world);
    const answer = await ada.post(`/account/delegations/${parent.id}/revoke`, await ada.csrf());
    expect(answer).toMatchObject({ status: 303, headers: { location: '/account?done=revoked' } });
    expect(await world.delegations.live(child.id)).toBeUndefined();
    expect(world.audit.of('delegation.revoked')).toMatchObject([
      { delegation: parent.id, caller: world.ada.id, request: 'req_test' },
    ]);
    expect(textOf((await ada.get('/account?done=revoked')).text)).toContain('Access revoked');
  });

  test('revokes all of one agent, its own grant and what was remembered', async () => {
    const world = await composePeoplePages();
    const { parent } = await withHop(world);
    const own = grant(world, world.ada.id, world.planner.id);
    const ada = personAt(world);
    const answer = await ada.post(`/account/agents/${world.planner.id}/revoke`, await ada.csrf());
    expect(answer.status).toBe(303);
    expect(await world.delegations.live(parent.id)).toBeUndefined();
    expect(world.grants.live.has(own)).toBe(false);
    expect(world.audit.events.map(({ type }) => type)).toEqual(['delegation.revoked', 'grant.revoked']);
  });

  test('revokes the grant of an app, the event first', async () => {
    const world = await composePeoplePages();
    const id = grant(world);
    const ada = personAt(world);
    expect((await ada.post(`/account/grants/${id}/revoke`, await ada.csrf())).status).toBe(303);
    expect(world.grants.live.has(id)).toBe(false);
    expect(world.audit.of('grant.revoked')).toMatchObject([
      { grant: id, target: { kind: 'client', id: world.client.id } },
    ]);
  });

  test('shows an app once, however often it was signed in to, and ends all it holds', async () => {
    const world = await composePeoplePages();
    const ids = [grant(world), grant(world), grant(world)];
    const other = grant(world, world.bob.id);
    const ada = personAt(world);
    const page = (await ada.get('/account')).text;
    expect(page.split(/\/account\/clients\/[\w]+\/revoke/)).toHaveLength(2);
    expect(textOf(page)).toContain('from 3 sign-ins');
    expect((await ada.post(`/account/clients/${world.client.id}/revoke`, await ada.csrf())).status).toBe(303);
    expect(ids.filter((id) => world.grants.live.has(id))).toEqual([]);
    expect(world.grants.live.has(other)).toBe(true);
    expect(
      world.audit
        .of('grant.revoked')
        .map(({ grant }) => grant)
        .sort(),
    ).toEqual([...ids].sort());
  });

  test('says what may be done now, what is stopped and why, and when it was last used', async () => {
    const world = await composePeoplePages();
    const { parent } = await withHop(world);
    grant(world);
    const ada = personAt(world);
    expect(textOf((await ada.get('/account')).text)).toContain('Not used yet.');
    world.grantUses.note({ type: 'token.issued', delegation: parent.id, grant: 'grt_0' });
    const account = await world.accounts.get(world.ada.id);
    await world.accounts.update(
      world.ada.id,
      Number(account?.version),
      { entitlements: { [CALENDAR]: ['read'] } },
      { caller: 'system' },
    );
    const page = (await ada.get('/account')).text;
    expect(textOf(page)).toContain(
      'Allowed by you, but stopped at present. You do not have this right yourself. Change your calendar High risk',
    );
    expect(textOf(page).split('Last used just now')).toHaveLength(3);
    const german = textOf((await ada.get('/account').set('accept-language', 'de')).text);
    for (const words of ['zurzeit aber gesperrt', 'Sie haben dieses Recht selbst nicht.', 'Zuletzt benutzt']) {
      expect(german).toContain(words);
    }
  });

  test('an agent or app that is stopped may do nothing', async () => {
    const world = await composePeoplePages();
    await withHop(world);
    grant(world);
    await world.agents.suspend(world.booker.id, { caller: 'system' });
    await world.clients.disable(world.client.id, { caller: 'system' });
    const text = textOf((await personAt(world).get('/account')).text);
    expect(text.split('The agent is stopped, or may not do this.')).toHaveLength(2);
    expect(text.split('The app is stopped, or may not do this.')).toHaveLength(2);
  });

  test('takes single rights from an agent, the event first; no agent below keeps one', async () => {
    const world = await composePeoplePages();
    const { parent, child } = await withHop(world);
    const ada = personAt(world);
    const form = formsOf((await ada.get('/account')).text).find(({ action }) => action.endsWith('/narrow'));
    expect(form?.fields.map(({ name, isOn }) => [name, isOn])).toEqual([
      ['csrf', true],
      ['scope', false],
      ['scope', false],
    ]);
    const path = `/account/delegations/${parent.id}/narrow`;
    expect(form?.action).toBe(path);
    const body = `${await ada.csrf()}&scope=${encodeURIComponent(`${CALENDAR} read`)}`;
    expect((await ada.post(path, body)).headers['location']).toBe('/account?done=narrowed');
    expect(await world.delegations.live(parent.id)).toMatchObject({ scope: ['write'], expiresAt: parent.expiresAt });
    expect(await world.delegations.live(child.id)).toMatchObject({ scope: [] });
    expect(textOf((await ada.get('/account')).text)).not.toContain('Delegated further to');
    expect(world.audit.events).toMatchObject([
      { type: 'delegation.narrowed', delegation: parent.id, caller: world.ada.id, scopeGiven: ['write'] },
    ]);
    // The same once more takes nothing; the last right takes the delegation along.
    expect((await ada.post(path, body)).headers['location']).toBe('/account?done=nothing');
    await ada.post(path, `${await ada.csrf()}&scope=${encodeURIComponent(`${CALENDAR} write`)}`);
    expect(await world.delegations.live(parent.id)).toBeUndefined();
    expect(world.audit.events.map(({ type }) => type)).toEqual(['delegation.narrowed', 'delegation.revoked']);
  });

  test('takes single rights from all an app holds; nothing chosen, or never held, takes nothing (AP-13)', async () => {
    const world = await composePeoplePages();
    const ids = [grant(world), grant(world)];
    const other = grant(world, world.bob.id);
    const ada = personAt(world);
    const path = `/account/clients/${world.client.id}/narrow`;
    const scope = `scope=${encodeURIComponent(`${CALENDAR} read`)}`;
    for (const nothing of [
      '',
      `&scope=${encodeURIComponent(`${CALENDAR} write`)}`,
      `&scope=${encodeURIComponent('__proto__ read')}`,
      '&openid=openid',
      '&openid=offline_access',
    ]) {
      expect((await ada.post(path, `${await ada.csrf()}${nothing}`)).headers['location']).toBe('/account?done=nothing');
    }
    expect((await ada.post(path, `${await ada.csrf()}&scope=read`)).status).toBe(400);
    expect(world.audit.of('grant.narrowed')).toEqual([]);
    const answer = await ada.post(path, `${await ada.csrf()}&${scope}&openid=email`);
    expect(answer.headers['location']).toBe('/account?done=narrowed');
    for (const id of ids) {
      expect(world.grants.live.get(id)).toMatchObject({ openidScopes: ['openid'], resources: { [CALENDAR]: [] } });
    }
    expect(world.grants.live.get(other)?.openidScopes).toEqual(['openid', 'email']);
    expect(world.audit.of('grant.narrowed')).toMatchObject(
      ids.map((grant) => ({
        outcome: 'done',
        grant,
        subject: world.ada.id,
        caller: world.ada.id,
        inputs: { taken: { [CALENDAR]: ['read'] }, openidTaken: ['email'] },
      })),
    );
  });

  test('what an app is given while rights are taken from it, or its access is ended, loses them, too', async () => {
    const world = await composePeoplePages();
    const { port, live } = world.grants;
    const { narrow, revoke } = port;
    const ada = personAt(world);
    const path = `/account/clients/${world.client.id}`;
    const ids = [grant(world)];
    port.narrow = async (...given) => {
      // A request that was under way when it was said.
      if (ids.length === 1) ids.push(grant(world));
      return narrow(...given);
    };
    const body = `${await ada.csrf()}&scope=${encodeURIComponent(`${CALENDAR} read`)}`;
    expect((await ada.post(`${path}/narrow`, body)).headers['location']).toBe('/account?done=narrowed');
    expect(ids.map((id) => live.get(id)?.resources)).toEqual([{ [CALENDAR]: [] }, { [CALENDAR]: [] }]);
    expect(world.audit.of('grant.narrowed').map(({ grant }) => grant)).toEqual(ids);

    port.revoke = async (...given) => {
      if (!ids.includes('grt_late')) ids.push('grt_late');
      const was = live.get('grt_0');
      const isEnded = await revoke(...given);
      if (was) live.set('grt_late', { ...was, id: 'grt_late' });
      return isEnded;
    };
    expect((await ada.post(`${path}/revoke`, await ada.csrf())).status).toBe(303);
    expect([...live.keys()]).toEqual([]);
    expect(world.audit.of('grant.revoked').map(({ grant, outcome }) => [grant, outcome])).toEqual(
      ids.map((id) => [id, 'done']),
    );
  });

  test('nothing is taken while the audit log cannot be written', async () => {
    const world = await composePeoplePages();
    const { parent } = await withHop(world);
    const id = grant(world);
    const ada = personAt(world);
    const scope = `&scope=${encodeURIComponent(`${CALENDAR} read`)}`;
    const csrf = await ada.csrf();
    world.audit.state.failing = true;
    for (const path of [`/account/delegations/${parent.id}/narrow`, `/account/clients/${world.client.id}/narrow`]) {
      expect((await ada.post(path, csrf + scope)).status).toBe(503);
    }
    world.audit.state.failing = false;
    expect(await world.delegations.live(parent.id)).toMatchObject({ scope: ['read', 'write'] });
    expect(world.grants.live.get(id)?.resources).toEqual({ [CALENDAR]: ['read'] });
  });

  test('WB-11 what belongs to another person is not there', async () => {
    const world = await composePeoplePages();
    const { parent, child } = await withHop(world);
    const id = grant(world);
    const bob = personAt(world, world.bob.id);
    const csrf = await bob.csrf();
    for (const path of [
      `/account/delegations/${parent.id}/revoke`,
      `/account/delegations/${parent.id}/narrow`,
      `/account/delegations/${child.id}/narrow`,
      `/account/clients/${world.client.id}/narrow`,
      '/account/delegations/dlg_none/revoke',
      `/account/agents/${world.planner.id}/revoke`,
      `/account/clients/${world.client.id}/revoke`,
      `/account/grants/${id}/revoke`,
    ]) {
      expect([path, (await bob.post(path, csrf)).status]).toEqual([path, 404]);
    }
    expect(await world.delegations.live(parent.id)).toBeDefined();
    expect(world.grants.live.has(id)).toBe(true);
  });

  test('WB-02 changes nothing for a form that is not from this session', async () => {
    const world = await composePeoplePages();
    const { parent } = await withHop(world);
    const id = grant(world);
    const [ada, elsewhere] = [personAt(world), personAt(world)];
    const good = await ada.csrf();
    const paths = [
      '/account/sign-out',
      '/account/password',
      `/account/delegations/${parent.id}/revoke`,
      `/account/agents/${world.planner.id}/revoke`,
      `/account/clients/${world.client.id}/revoke`,
      `/account/grants/${id}/revoke`,
      '/delegations/requests/none',
    ];
    for (const path of paths) {
      world.audit.events.length = 0;
      const answers = [
        await ada.post(path, ''),
        await ada.post(path, await elsewhere.csrf()),
        await ada.post(path, good, { origin: 'https://evil.example' }),
        await ada.post(path, good, { 'sec-fetch-site': 'cross-site' }),
        await ada.post(path, good, { 'content-type': 'text/plain' }),
        await world.http.post(path).type('form').send(good),
      ];
      expect([path, answers.map(({ status }) => status)]).toEqual([path, [403, 403, 403, 403, 403, 403]]);
      expect(world.audit.events.map(({ type }) => type)).toEqual(Array(6).fill('request.refused'));
    }
    expect(await world.delegations.live(parent.id)).toBeDefined();
    expect(world.grants.live.has(id)).toBe(true);
    expect(world.browserSessions.live.size).toBe(2);
  });

  test('a refusal says who is signed in where that is known, and does not ask who is to sign in', async () => {
    const world = await composePeoplePages();
    const ada = personAt(world);
    const [refused, stranger, nowhere] = [
      await ada.post('/account/password', ''),
      await world.http.post('/account/password').type('form').send(''),
      await world.http.get('/interaction/none'),
    ];
    expect([refused, stranger, nowhere].map(({ status }) => status)).toEqual([403, 403, 404]);
    const navigation = ({ text }: { readonly text: string }) =>
      textOf(/<nav[^>]*>([\s\S]*?)<\/nav>/.exec(text)?.[1] ?? '');
    expect(navigation(refused)).toBe('My account Console Ada Byron Sign out');
    expect(navigation(stranger)).toBe('Sign in');
    expect(navigation(nowhere)).toBe('My account');
  });

  test('signing out ends the hints to open pages of that session at once, and of no other', async () => {
    const world = await composePeoplePages();
    const [one, other] = [world.browserSessions.start(world.ada.id), world.browserSessions.start(world.ada.id)];
    const opened = [one, other].map((session) => {
      const res = new PassThrough();
      const ctx = { res, set: () => undefined } as unknown as Context;
      world.deps.approvals.live.open(ctx, { session: sessionIdOf(session), account: world.ada.id }, async () => true);
      return res;
    });
    const page = (await world.http.get('/account').set('cookie', `session=${one}`)).text;
    const form = formsOf(page).find(({ action }) => action.endsWith('/sign-out'));
    if (!form) throw new Error(page);
    const sending = world.http.post(form.action).set('cookie', `session=${one}`).type('form');
    expect((await sending.send(String(fillForm(form)))).status).toBe(303);
    expect(opened.map(({ writableEnded }) => writableEnded)).toEqual([true, false]);
  });

  test('signs out, the event first', async () => {
    const world = await composePeoplePages();
    const ada = personAt(world);
    const answer = await ada.post('/account/sign-out', await ada.csrf());
    expect(answer).toMatchObject({ status: 303, headers: { location: '/account/signed-out' } });
    expect(world.browserSessions.live.size).toBe(0);
    expect(world.audit.of('session.ended')).toMatchObject([{ subject: world.ada.id }]);
    expect(textOf((await ada.get('/account/signed-out')).text)).toContain('You are signed out');
  });

  test('WB-06 comes back from sign-in to a page of ours only', async () => {
    const world = await composePeoplePages();
    const back = async (state: string) =>
      (await world.http.get('/account/signed-in').query({ state })).headers['location'];
    expect(await back('/account?done=revoked')).toBe('/account?done=revoked');
    for (const path of ['//evil.example', 'https://evil.example', '/\\evil.example', '/a b']) {
      expect(await back(path)).toBe('/account');
    }
    expect((await world.http.get('/account/signed-in')).status).toBe(400);
  });
});

describe('/account/password', () => {
  const change = async (world: PeoplePages, current: string, next: string, again = next) => {
    const ada = personAt(world);
    const form = formsOf((await ada.get('/account/password')).text).find(({ action }) => action.endsWith('/password'));
    if (!form) throw new Error('no form');
    const set = { current_password: current, new_password: next, repeat_password: again };
    return ada.post(form.action, fillForm(form, { set }));
  };

  test('changes it, and ends the sessions', async () => {
    const world = await composePeoplePages();
    const answer = await change(world, PASSWORD, 'a whole new sentence');
    expect(answer).toMatchObject({ status: 303, headers: { location: '/account?done=password' } });
    expect(world.browserSessions.live.size).toBe(0);
    const attempt = { username: 'ada', source: '192.0.2.1', request: 'req_1' };
    await world.signIn.signIn({ ...attempt, password: 'a whole new sentence' });
    await expect(world.signIn.signIn({ ...attempt, password: PASSWORD })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(world.audit.of('account.password_changed')).toMatchObject([{ caller: world.ada.id }]);
  });

  test('needs the current one, within a limit, and a new one that fits', async () => {
    const world = await composePeoplePages();
    expect(await change(world, PASSWORD, 'one sentence here', 'another sentence')).toMatchObject({ status: 400 });
    const short = await change(world, PASSWORD, 'short');
    expect(short.status).toBe(400);
    expect(textOf(short.text)).toContain('at least 8 characters');
    expect(world.audit.of('request.refused')).toMatchObject([
      { subject: world.ada.id, inputs: { reason: 'invalid_field /password' } },
    ]);
    for (let index = 1; index < LIMITS.signInPerAccount; index += 1) {
      expect((await change(world, 'wrong password', 'a whole new sentence')).status).toBe(403);
    }
    const limited = await change(world, PASSWORD, 'a whole new sentence');
    expect(limited.status).toBe(429);
    expect(limited.headers).toHaveProperty('retry-after');
    expect(world.audit.of('account.password_changed')).toEqual([]);
  });
});

describe('the start page and files', () => {
  test('leads to sign-in and to both discovery documents, with any Host header (AZ-15)', async () => {
    const world = await composePeoplePages({ issuer: 'https://id.example.com/base' });
    const page = await world.http.get('/').set('host', 'evil.example');
    expect(page.status).toBe(200);
    expect(page.text).toContain('https://id.example.com/base/.well-known/openid-configuration');
    expect(page.text).toContain('https://id.example.com/.well-known/oauth-authorization-server/base');
    expect(page.text).not.toContain('evil');
    expect(textOf((await personAt(world).get('/')).text)).toContain('Ada Byron');
  });

  test('files are immutable under their digest and nowhere else', async () => {
    const world = await composePeoplePages();
    const page = await world.http.get('/');
    const [path = ''] = page.text.match(/\/assets\/style\.[0-9a-f]+\.css/) ?? [];
    const file = await world.http.get(path);
    expect(file.status).toBe(200);
    expect(file.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/css; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect((await world.http.get('/assets/style.css')).status).toBe(404);
    expect((await world.http.get('/assets/..%2f..%2fpackage.json')).status).toBe(404);
  });

  test('files are compressed as the browser takes them; pages never are, as they hold secrets beside words of others (BREACH)', async () => {
    const world = await composePeoplePages();
    const page = await personAt(world).get('/account');
    const [path = ''] = page.text.match(/\/assets\/style\.[0-9a-f]+\.css/) ?? [];
    const lengths = new Map<string, number>();
    for (const [accepted, encoding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', undefined],
      ['br;q=0, gzip;q=0', undefined],
    ] as const) {
      const file = await world.http.get(path).set('accept-encoding', accepted).responseType('blob');
      expect([file.status, file.headers['content-encoding'], file.headers['vary']]).toEqual([
        200,
        encoding,
        expect.stringContaining('Accept-Encoding'),
      ]);
      lengths.set(String(encoding), Number(file.headers['content-length']));
    }
    const [br = 0, gzip = 0, plain = 0] = ['br', 'gzip', 'undefined'].map((name) => lengths.get(name));
    expect(br).toBeLessThan(gzip);
    expect(gzip * 2).toBeLessThan(plain);
    const html = await world.http.get('/').set('accept-encoding', 'gzip, deflate, br');
    expect(html.headers['content-encoding']).toBeUndefined();
    expect(page.headers['content-encoding']).toBeUndefined();
  });
});
