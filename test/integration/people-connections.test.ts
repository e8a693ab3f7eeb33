/** Connections of an account with providers: added and removed on its page, signed out of, and the last way in. */
import { describe, expect, test } from '@jest/globals';
import { signInMethods } from '../../src/domain/identity/upstream/sign-in-methods.ts';
import type { NewUpstream } from '../../src/domain/identity/upstream/upstream-input.ts';
import { upstreamFailed } from '../../src/domain/ports/upstream-client.ts';
import { UPSTREAM_SESSION } from '../../src/domain/vocabulary/assurance.ts';
import { fillForm } from '../support/browser-flow.ts';
import { CALENDAR, composePeoplePages, type PeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD, SYSTEM } from '../support/composed-services.ts';
import { type Form, formsOf, textOf } from '../support/html-forms.ts';
import { browserAt, formWith, isPerson, link, ORIGIN, withProvider } from '../support/upstream-browser.ts';

describe('connections of an account', () => {
  const signedIn = (world: PeoplePages, more: Parameters<PeoplePages['browserSessions']['start']>[1] = {}) =>
    browserAt(world, `session=${world.browserSessions.start(world.ada.id, more)}`);
  const buttonOn = async (browser: ReturnType<typeof browserAt>, text: RegExp): Promise<Form> => {
    const form = formsOf((await browser.get('/account/security')).text).find(({ buttons }) =>
      buttons.some((one) => text.test(one.text)),
    );
    if (!form) throw new Error(`no button ${text}`);
    return form;
  };

  test('LG-08 come about in the session that began them, and in no other', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    isPerson(world, 's-ada');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Connect Works/);
    const there = await browser.post(form.action, fillForm(form));
    expect(there.headers['refresh']).toContain('/authorize');
    expect(world.upstreamClient.requests.at(-1)).toMatchObject({ isFresh: true });
    const { state = '' } = world.upstreamClient.requests.at(-1) ?? {};
    const own = String(there.headers['set-cookie']).split(';')[0];
    // The same browser, in which another user has signed in since.
    const bob = world.browserSessions.start(world.bob.id);
    const other = await world.http
      .get(`/upstream/callback?state=${state}&code=c`)
      .set('cookie', `session=${bob}; ${own}`);
    expect([other.status, other.text.includes('invalid_request')]).toEqual([400, true]);
    expect(world.audit.of('request.refused')).toMatchObject([
      { inputs: { reason: 'invalid_request upstream_session' } },
    ]);
    expect((await world.upstreamLinks.list()).items).toEqual([]);

    await browser.post(form.action, fillForm(form));
    const again = world.upstreamClient.requests.at(-1)?.state;
    const back = await browser.get(`/upstream/callback?state=${again}&code=c`);
    expect(back.headers['refresh']).toBe('0; url=/account/security?done=connected');
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toMatchObject([{ subject: 's-ada', proof: 'session' }]);
  });

  test('take a sign-in that is not long ago, and not one that only was somewhere else', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const form = await buttonOn(signedIn(world), /Connect Works/);
    for (const more of [{ authTime: world.clock.now() - 601 }, { amr: [UPSTREAM_SESSION] }]) {
      const browser = signedIn(world, more);
      const own = await buttonOn(browser, /Connect Works/);
      expect((await browser.post(form.action, fillForm(own))).headers['location']).toContain('how=anew');
      const { document: made } = await link(world, id);
      const remove = await buttonOn(browser, /Disconnect/);
      expect((await browser.post(remove.action, fillForm(remove))).headers['location']).toContain('how=anew');
      await world.upstreamLinks.remove(made.id, SYSTEM);
    }
    expect(world.upstreamClient.requests).toEqual([]);
  });

  test('a subject that is linked to another account already is not linked here', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id, world.bob.id, 's-ada');
    isPerson(world, 's-ada');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Connect Works/);
    await browser.post(form.action, fillForm(form));
    const back = await browser.get(`/upstream/callback?state=${world.upstreamClient.requests.at(-1)?.state}&code=c`);
    expect([back.status, back.text.includes('conflict')]).toEqual([409, true]);
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toEqual([]);
  });

  test('the last sign-in method stays, with any number of parallel removals', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const { id } = await withProvider(world);
    const { id: other } = await withProvider(world, { issuer: 'https://other.example', name: 'Other', domains: [] });
    const made = [await link(world, id), await link(world, other)];
    // Each sees what the others have not done yet.
    const slowly = async <T>(answer: Promise<T>): Promise<T> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return answer;
    };
    const ways = signInMethods({
      ...world,
      links: { ...world.upstreamLinks, ofAccount: (account) => slowly(world.upstreamLinks.ofAccount(account)) },
      isPasswordOn: false,
    });
    const by = { caller: world.ada.id };
    const ended = await Promise.allSettled(
      made.map(({ document }) => ways.disconnect(world.ada.id, document.id, 'ses_this', by)),
    );
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toHaveLength(1);
    expect(world.audit.of('upstream_link.removed')).toHaveLength(1);

    const browser = signedIn(world);
    const form = await buttonOn(browser, /Disconnect/);
    const answer = await browser.post(form.action, fillForm(form));
    expect([answer.status, answer.text.includes('conflict')]).toEqual([409, true]);
    expect(world.audit.of('request.refused')).toMatchObject([{ error: 'conflict', subject: world.ada.id }]);
  });

  test('one of another account is not there', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const { document } = await link(world, id, world.bob.id);
    await link(world, id, world.ada.id, 's-other');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Disconnect/);
    const answer = await browser.post(`/account/security/upstream/${document.id}/remove`, fillForm(form));
    expect([answer.status, answer.text.includes('not_found')]).toEqual([404, true]);
    expect(world.audit.of('request.refused')).toMatchObject([{ error: 'not_found', subject: world.ada.id }]);
  });
});

describe('signing out', () => {
  const there = { provider: '', subject: 's-ada' };

  const signedInThere = async (signOut: NewUpstream['signOut'], cookie = 'b'.repeat(86)) => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world, signOut === undefined ? {} : { signOut });
    const uid = world.browserSessions.start(world.ada.id, { upstream: { ...there, provider: id } });
    await world.browserSessions.settled();
    const browser = browserAt(world, `session=${uid}; __Host-behalf_upstream=${cookie}`);
    const form = formsOf((await browser.get('/account')).text).find(({ action }) => action.endsWith('/sign-out'));
    if (!form) throw new Error('no form to sign out with');
    return { world, browser, out: () => browser.post(form.action, fillForm(form)) };
  };

  test('offers to do so at the provider, once, with a state of its own', async () => {
    const { world, browser, out } = await signedInThere(undefined);
    const left = await out();
    expect([left.status, left.headers['location']]).toEqual([303, '/account/signed-out']);
    const page = await browser.get('/account/signed-out');
    expect(page.text).toMatch(/href="https:\/\/idp\.works\.example\/end\?state=[\w-]{43,}"/);
    expect((await browser.get('/account/signed-out')).text).not.toContain('idp.works.example');
    expect(world.audit.of('session.ended')).toMatchObject([{ inputs: { how: 'signed_out' } }]);
  });

  test('goes on there at once where that is chosen; back from there it has ended', async () => {
    const { browser, out } = await signedInThere('always');
    const left = await out();
    const state = /^0; url=https:\/\/idp\.works\.example\/end\?state=([\w-]+)$/.exec(
      left.headers['refresh'] ?? '',
    )?.[1];
    expect([left.status, state?.length]).toEqual([200, 43]);
    expect(textOf(left.text)).toContain('You are signed out here.');
    const back = await browser.get(`/account/signed-out?state=${state}`);
    expect([back.status, textOf(back.text).includes('signed out')]).toEqual([200, true]);
  });

  test('WB-06 a state leads on only in the browser that it was made in, once, and only where that was checked', async () => {
    const { world, browser } = await signedInThere('always');
    const [session] = await world.sessions.ofAccount(world.ada.id);
    if (!session) throw new Error('no session');
    const made = await world.upstreamSessions.end(session, 'b'.repeat(86), 'https://app.example.com/out');
    const state = /state=([\w-]+)/.exec(made?.href ?? '')?.[1];
    const stranger = browserAt(world, `__Host-behalf_upstream=${'c'.repeat(86)}`);
    const location = async (at: typeof browser, query: string) =>
      (await at.get(`/account/signed-out?${query}`)).headers['location'];
    expect(await location(stranger, `state=${state}`)).toBeUndefined();
    expect(await location(browserAt(world, 'none=1'), `state=${state}`)).toBeUndefined();
    expect(await location(browser, 'state=https://evil.example')).toBeUndefined();
    expect(await location(browser, `state=${state}`)).toBe('https://app.example.com/out');
    expect(await location(browser, `state=${state}`)).toBeUndefined();
  });

  test('works where the provider cannot be asked, or is switched off', async () => {
    const { world, browser, out } = await signedInThere('always');
    world.upstreamClient.state.endFailure = upstreamFailed('provider_unreachable', 'timed_out');
    expect((await out()).headers['location']).toBe('/account/signed-out');
    expect((await browser.get('/account/signed-out')).status).toBe(200);
    expect(world.audit.of('session.ended')).toHaveLength(1);
  });

  test('sessions that began by a removed connection end, except the one that removes it', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const { document: made } = await link(world, id);
    const upstream = { provider: id, subject: 's-ada' };
    const mine = world.browserSessions.start(world.ada.id, { upstream });
    for (const more of [{ upstream }, { upstream: { ...upstream, sid: 'x' } }, {}]) {
      world.browserSessions.start(world.ada.id, more);
    }
    await world.browserSessions.settled();
    const browser = browserAt(world, `session=${mine}`);
    const form = formsOf((await browser.get('/account/security')).text).find(({ action }) =>
      action.endsWith(`/upstream/${made.id}/remove`),
    );
    if (!form) throw new Error('no form to disconnect with');
    expect((await browser.post(form.action, fillForm(form))).headers['location']).toContain('done=disconnected');
    expect(await world.sessions.ofAccount(world.ada.id)).toHaveLength(2);
    expect((await browser.get('/account')).status).toBe(200);
    expect(world.audit.of('session.ended')).toMatchObject(
      Array(2).fill({ inputs: { how: 'disconnected' }, caller: world.ada.id }),
    );
  });
});

describe('with passwords off', () => {
  test('there is no page to change one', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const browser = browserAt(world, `session=${world.browserSessions.start(world.ada.id)}`);
    const answers = [await browser.get('/account/password'), await browser.post('/account/password', 'csrf=x')];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect((await browser.get('/account/security')).text).not.toContain('/account/password');
  });

  test('there is no form for one, and none is taken', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    await withProvider(world);
    const uid = world.prompt({ prompt: 'login' });
    const browser = browserAt(world, `interaction=${uid}`);
    const page = await browser.get(`/interaction/${uid}`);
    expect(page.text).not.toContain('type="password"');
    const form = formWith(page.text, 'username');
    const answer = await browser.post(form.action, fillForm(form, { set: { username: 'ada', password: PASSWORD } }));
    expect([answer.status, textOf(answer.text).includes('Passwords are not used here')]).toEqual([403, true]);
    expect(world.audit.of('session.refused')).toMatchObject([
      { error: 'unauthenticated', inputs: { reason: 'passwords_off' } },
    ]);
    expect(world.interactions.finished).toEqual([]);
  });

  test('AP-14 an approval that wants a proof of its own takes a second factor: no user is asked for a password', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const { approval } = await world.approvals.service.ask(
      {
        channel: 'backchannel',
        risk: 'high',
        requires: { quorum: 1, isProvenAnew: true },
        approvers: [world.ada.id],
        approverNames: ['subject'],
        owner: world.ada.id,
        mustAgree: world.ada.id,
        action: {
          ...{ client: world.planner.id, agent: world.planner.id, subject: world.ada.id },
          chain: { sub: world.planner.id, iss: ORIGIN, sub_profile: 'ai_agent' },
          ...{ resource: CALENDAR, scope: ['write'], details: [], meaning: 'as it is declared' },
          ...{ blueprint: null, composition: null, policy: null },
        },
      },
      'req_test',
    );
    const browser = browserAt(world, `session=${world.browserSessions.start(world.ada.id)}`);
    const page = await browser.get(`/account/approvals/${approval.id}`);
    expect([textOf(page.text).includes('you have none yet'), page.text.includes('type="password"')]).toEqual([
      true,
      false,
    ]);
    const form = formsOf(page.text).find(({ action }) => action.includes(approval.id));
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const typed = new URLSearchParams({ csrf, decision: 'approve', password: PASSWORD });
    const answer = await browser.post(form?.action ?? '', typed);
    expect(answer.status).toBe(403);
    expect(world.audit.of('request.refused')).toMatchObject([
      { error: 'insufficient_user_authentication', subject: world.ada.id },
    ]);
    expect((await world.approvals.service.get(approval.id))?.state).toBe('pending');
  });
});
