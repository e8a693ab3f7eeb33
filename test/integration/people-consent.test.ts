import { describe, expect, test } from '@jest/globals';
import { fillForm } from '../support/browser-flow.ts';
import { CALENDAR, composePeoplePages, MAIL, type PeoplePages } from '../support/composed-people-pages.ts';
import { formsOf, textOf } from '../support/html-forms.ts';
import { START } from '../support/standing-clock.ts';

const DAY = 86_400;
const cookieOf = (uid: string) => `interaction=${uid}`;

const openConsent = async (world: PeoplePages, uid: string) => {
  const page = await world.http.get(`/interaction/${uid}`).set('cookie', cookieOf(uid));
  return { page, form: decisionForm(page.text) };
};

/** Not the one of "Not you?", which stands before it. */
const decisionForm = (html: string) => {
  const form = formsOf(html).find(({ buttons }) => buttons.some(({ name }) => name === 'decision'));
  if (!form) throw new Error(textOf(html));
  return form;
};

const post = (world: PeoplePages, action: string, uid: string, body: URLSearchParams | string) =>
  world.http
    .post(action)
    .set('cookie', cookieOf(uid))
    .set('origin', 'https://id.example.com')
    .type('form')
    .send(String(body));

const consentPrompt = (world: PeoplePages, more: Parameters<PeoplePages['prompt']>[0] | object = {}) =>
  world.prompt({ prompt: 'consent', account: world.ada.id, ...more });

describe('the consent page', () => {
  test('AP-10 shows who asks, who answers for it, where the answer goes, for what and how long', async () => {
    const world = await composePeoplePages();
    const { page } = await openConsent(world, consentPrompt(world));
    expect(page.status).toBe(200);
    const text = textOf(page.text);
    for (const shown of ['Planner', 'Bob Noyce', 'Calendar', 'Read your calendar', 'High risk', 'Ada Byron']) {
      expect(text).toContain(shown);
    }
    // Hosts may be broken after each dot.
    expect(page.text.replaceAll('<wbr>', '')).toContain(
      '<span class="sub">app.</span><span class="whole">example.com</span>',
    );
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://app.example.com");
  });

  test('grants what was left ticked, for the time chosen, and nothing else', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    const body = fillForm(form, {
      set: { duration: String(DAY) },
      check: (name, value) => (name === 'scope' ? value.endsWith(' read') : undefined),
      button: /allow/i,
    });
    const answer = await post(world, form.action, uid, body);
    expect(answer.status).toBe(303);
    const result = { openidScopes: ['openid'], resources: { [CALENDAR]: ['read'] }, expiresAt: START + DAY };
    expect(world.interactions.finished).toEqual([{ uid, with: result }]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toMatchObject({
      scope: ['read'],
      delegableTo: { agents: [], depth: 0 },
    });
    expect(world.audit.of('consent.granted')).toMatchObject([
      {
        subject: world.ada.id,
        agent: world.planner.id,
        resource: CALENDAR,
        scopeAsked: ['read', 'write'],
        scopeGiven: ['read'],
        request: 'req_test',
      },
    ]);
  });

  test('D2 allows re-delegation only to the agents ticked', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    const body = fillForm(form, {
      set: { delegable_depth: '2' },
      check: (name, value) => (name === 'delegable_to' ? value === world.booker.id : undefined),
      button: /allow/i,
    });
    expect((await post(world, form.action, uid, body)).status).toBe(303);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toMatchObject({
      delegableTo: { agents: [world.booker.id], depth: 2 },
    });
  });

  test('denying refuses the request and makes nothing', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    expect((await post(world, form.action, uid, fillForm(form, { button: /deny/i }))).status).toBe(303);
    expect(world.interactions.finished).toEqual([{ uid, with: 'refused' }]);
    expect(world.audit.events).toMatchObject([{ type: 'consent.denied', subject: world.ada.id, outcome: 'refused' }]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
  });

  test('allowing nothing shows the page again: no denial is recorded', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world, { openidScopes: [] });
    const { form } = await openConsent(world, uid);
    const body = fillForm(form, { check: () => false, button: /allow/i });
    const answer = await post(world, form.action, uid, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Nothing is ticked');
    expect(world.interactions.finished).toEqual([]);
    expect([...world.audit.of('consent.granted'), ...world.audit.of('consent.denied')]).toEqual([]);
  });

  test('shows the code of a device flow, and is asked each time', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world, { userCode: 'BCDF-GHJK', redirectUri: undefined });
    const { page, form } = await openConsent(world, uid);
    expect(textOf(page.text)).toContain('BCDF-GHJK');
    expect(page.headers['content-security-policy']).toMatch(/form-action 'self'$/);
    expect((await post(world, form.action, uid, fillForm(form, { button: /allow/i }))).status).toBe(303);
  });
});

describe('AP-13 no answer is taken for one', () => {
  const mutations: [string, (body: URLSearchParams) => void, number][] = [
    ['an empty form', (body) => [...body.keys()].forEach((name) => void body.delete(name)), 403],
    ['no decision', (body) => body.delete('decision'), 400],
    ['another decision', (body) => body.set('decision', 'yes'), 400],
    ['two decisions', (body) => body.append('decision', 'deny'), 400],
    ['no number', (body) => body.delete('uid'), 403],
    ['a scope that was not asked', (body) => body.append('scope', `${MAIL} read`), 400],
    ['a scope of another resource', (body) => body.append('scope', 'https://bank.example.com pay'), 400],
    ['a scope with nothing in it', (body) => body.append('scope', ''), 400],
    ['a longer time', (body) => body.set('duration', '999999999'), 400],
    ['a negative time', (body) => body.set('duration', '-1'), 400],
    ['a time that is none', (body) => body.set('duration', '1e9'), 400],
    ['an agent that does not exist', (body) => body.append('delegable_to', 'agt_none'), 400],
    ['an unknown OpenID scope', (body) => body.append('openid', 'groups'), 400],
  ];
  test.each(mutations)('%s', async (_, mutate, status) => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    const body = fillForm(form, { button: /allow/i });
    mutate(body);
    expect((await post(world, form.action, uid, body)).status).toBe(status);
    expect(world.interactions.finished).toEqual([]);
    expect(world.audit.of('consent.granted')).toEqual([]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
  });

  test('a form from before the question changed: the new one is shown instead', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    await world.agents.update(world.planner.id, 1, { name: 'Another name' }, { caller: 'system' });
    const answer = await post(world, form.action, uid, fillForm(form, { button: /allow/i }));
    expect(answer.status).toBe(409);
    expect(textOf(answer.text)).toContain('Another name');
    expect(textOf(answer.text)).toContain('has changed');
    expect(world.interactions.finished).toEqual([]);
    const again = decisionForm(answer.text);
    expect((await post(world, again.action, uid, fillForm(again, { button: /allow/i }))).status).toBe(303);
  });

  test('a consent form for a sign-in, and a sign-in form for a consent', async () => {
    const world = await composePeoplePages();
    const login = world.prompt({ prompt: 'login' });
    const consent = consentPrompt(world);
    const { form } = await openConsent(world, consent);
    const body = fillForm(form, { button: /allow/i });
    body.set('uid', login);
    expect((await post(world, `/interaction/${login}`, login, body)).status).toBe(403);
    expect(world.interactions.finished).toEqual([]);
  });

  test('AP-12 AP-16 a form in another browser, or for the request of another tab', async () => {
    const world = await composePeoplePages();
    const [one, other] = [consentPrompt(world), consentPrompt(world, { resources: { [MAIL]: ['write'] } })];
    const { form } = await openConsent(world, one);
    const body = fillForm(form, { button: /allow/i });
    expect((await post(world, form.action, other, body)).status).toBe(404);
    expect((await post(world, `/interaction/${other}`, other, body)).status).toBe(403);
    body.set('uid', other);
    expect((await post(world, `/interaction/${other}`, other, body)).status).toBe(403);
    expect(world.audit.of('request.refused')).toMatchObject([
      { inputs: { reason: 'not_found' } },
      { caller: world.ada.id },
      { caller: world.ada.id },
    ]);
    expect(world.interactions.finished).toEqual([]);
  });

  test('an agent that was suspended meanwhile: the request is refused', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    await world.agents.suspend(world.planner.id, { caller: 'system' });
    expect((await world.http.get(`/interaction/${uid}`).set('cookie', cookieOf(uid))).status).toBe(403);
    expect((await post(world, form.action, uid, fillForm(form, { button: /allow/i }))).status).toBe(303);
    expect(world.interactions.finished).toEqual([{ uid, with: 'refused' }]);
  });

  test('when the audit log cannot be written: 503, and nothing is granted', async () => {
    const world = await composePeoplePages();
    const uid = consentPrompt(world);
    const { form } = await openConsent(world, uid);
    world.audit.state.failing = true;
    expect((await post(world, form.action, uid, fillForm(form, { button: /allow/i }))).status).toBe(503);
    expect(world.interactions.finished).toEqual([]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
  });
});
