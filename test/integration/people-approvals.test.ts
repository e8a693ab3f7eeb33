/** What a person does with an approval: the inbox, its page, several at once. On a whole server; what agents ask is made at the desk. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { APPROVALS, type Approval } from '../../src/domain/approvals/approval.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { type ApprovalScene, approvalScene } from '../support/approval-scene.ts';
import { codeAt } from '../support/authenticator-app.ts';
import { type Browser, fillForm, newBrowser } from '../support/browser-flow.ts';
import { decodeEntities } from '../support/html-forms.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { PRESENT, softwarePasskey, VERIFIED } from '../support/software-passkey.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: ApprovalScene;
let count = 0;
let ada: { readonly id: string; readonly username: string };
let browser: Browser;

const HIGH = { risk: 'high', requires: { quorum: 1, isProvenAnew: true } } as const;
const STRONG = { risk: 'medium', requires: { quorum: 1, isProvenAnew: false, acr: MULTI_FACTOR } } as const;
const CRITICAL = { risk: 'critical', requires: { quorum: 1, isProvenAnew: true } } as const;

beforeAll(async () => {
  stopClock();
  server = await runServer();
  scene = await approvalScene(server);
}, 60_000);
afterAll(async () => {
  startClock();
  await server?.close();
});
beforeEach(async () => {
  count += 1;
  ada = await scene.newPerson(`ada${count}`);
  browser = await scene.browserOf(ada.username);
});
afterEach(() => advance(3_600_000));

const stateOf = async (id: string): Promise<string | undefined> => (await scene.service.get(id))?.state;

/** The last event of a type about this person. */
const lastEvent = async (type: AuditEvent['type']): Promise<AuditEvent | undefined> =>
  (await server.events(type)).filter(({ subject }) => subject === ada.id).at(-1);

const reasonOf = async (): Promise<unknown> => (await lastEvent('request.refused'))?.inputs?.['reason'];

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}, from = browser) =>
  from.request(path.startsWith('http') ? path : `${scene.issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });

describe('deciding on the page of one approval', () => {
  test('a person finds it in the inbox, approves it, and sees what happened; it was never decided by looking (AP-15)', async () => {
    const asked = await scene.ask(ada.id, { action: { message: 'For your meeting' } });
    const inbox = await browser.open(`${scene.issuer}/account/approvals`);
    expect(inbox.text).toContain('See what is there');
    expect((await browser.open(`${scene.issuer}/account`)).text).toContain('An agent waits for your decision');
    const page = await browser.open(scene.urlOf(asked));
    for (const said of [
      'asks to do this for you at',
      'Low risk',
      'calendar.example.com',
      'Secretary',
      '“For your meeting”',
    ]) {
      expect(page.text).toContain(said);
    }
    expect(page.text.indexOf('calendar.example.com')).toBeLessThan(page.text.indexOf('“For your meeting”'));
    expect(page.html).not.toContain('autofocus');
    await browser.open(scene.urlOf(asked));
    expect(await stateOf(asked.id)).toBe('pending');
    const done = await scene.answer(browser, asked, 'approve');
    expect([done.status, done.url, done.text.includes('Approved')]).toEqual([200, scene.urlOf(asked), true]);
    expect(await stateOf(asked.id)).toBe('approved');
    expect(await lastEvent('approval.approved')).toMatchObject({
      caller: ada.id,
      target: { kind: 'approval', id: asked.id },
      inputs: { digest: asked.digest, isEnough: true, amr: ['pwd'] },
    });
    expect((await browser.open(`${scene.issuer}/account/approvals`)).text).toContain('Nothing waits for you');
  });

  test('the activity of a person names the action of an approval, and leads only to one that they are asked for', async () => {
    const asked = await scene.ask(ada.id);
    await scene.answer(browser, asked, 'approve');
    const others = await scene.ask(scene.accountId, { action: { subject: ada.id, scope: ['delete'] } });
    await server.settled();
    const page = await browser.open(`${scene.issuer}/account/activity`);
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining('An action was approved · See what is there'),
    ]);
    expect(page.html).toContain(`href="/account/approvals/${asked.id}"`);
    expect(page.text).toContain('An agent asked for an approval · Remove for good');
    expect(page.html).not.toContain(others.id);
  });

  test('a denial takes the session alone, at any risk; an approval can be withdrawn until it was used', async () => {
    const critical = await scene.ask(ada.id, CRITICAL);
    expect((await scene.answer(browser, critical, 'deny')).text).toContain('Nothing was allowed');
    // The agent itself asked, and not a resource server: response rules count that.
    expect(await lastEvent('approval.denied')).toMatchObject({
      ...{ caller: ada.id, target: { id: critical.id }, inputs: { channel: 'backchannel' } },
    });
    const low = await scene.ask(ada.id);
    await scene.answer(browser, low, 'approve');
    const back = await scene.answer(browser, low, 'deny');
    expect([back.status, await stateOf(low.id)]).toEqual([200, 'denied']);
  });

  test('WB-11 for a user who is not asked it is not there, and neither are approvals that never were', async () => {
    const asked = await scene.ask(scene.accountId);
    for (const id of [asked.id, 'apv_nothere', 'apv_', 'x'.repeat(300), '__proto__']) {
      const page = await browser.open(`${scene.issuer}/account/approvals/${id}`);
      expect([page.status, page.text.includes('There is no such request for you')]).toEqual([404, true]);
    }
    expect(await reasonOf()).toBe('not_found');
    expect((await browser.open(`${scene.issuer}/account/approvals`)).text).toContain('Nothing waits for you');
    const stranger = await newBrowser(scene.issuer).request(scene.urlOf(asked));
    expect([stranger.status, stranger.headers.get('location')?.includes('/auth?')]).toEqual([303, true]);
  });

  test('WB-02 AP-16 nothing but its own form, sent by its own page and session, decides', async () => {
    const [asked, other] = [await scene.ask(ada.id), await scene.ask(ada.id, { action: { scope: ['write'] } })];
    const open = async (approval: typeof asked) => {
      const page = await browser.open(scene.urlOf(approval));
      const form = scene.formFor(page, 'approve');
      return { action: form.action, body: String(fillForm(form, { button: /Approve/ })) };
    };
    const [own, others] = [await open(asked), await open(other)];
    const bob = await scene.newPerson(`bob${count}`);
    const bobs = await scene.browserOf(bob.username);
    const again = await scene.browserOf(ada.username);
    const path = own.action;
    const seen = new URL(path, scene.issuer).search;
    const answers = [
      await post(path, own.body.replace(/csrf=[^&]*&?/, '')),
      await post(path, others.body),
      await post(`/account/approvals/${asked.id}?seen=${other.digest}`, own.body),
      await post(`/account/approvals/${asked.id}`, own.body),
      await post(`/account/approvals/${other.id}${seen}`, own.body),
      await post(path, own.body, { origin: 'https://evil.example' }),
      await post(path, own.body, { 'sec-fetch-site': 'cross-site' }),
      await post(path, own.body, { 'content-type': 'text/plain' }),
      await post(path, JSON.stringify({ decision: 'approve' }), { 'content-type': 'application/json' }),
      await post(path, own.body, {}, again),
      await post(path, own.body, {}, bobs),
      await post(path, own.body, {}, newBrowser(scene.issuer)),
    ].map(({ status }) => status);
    expect(answers).toEqual(answers.map(() => 403));
    expect((await server.events('request.refused')).map(({ inputs, error }) => inputs?.['reason'] ?? error)).toEqual(
      expect.arrayContaining(['csrf_token', 'cross_site_form', 'not_a_form', 'no_session']),
    );
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await browser.request(`${scene.issuer}${path}&decision=approve&_method=POST`, {
        method,
        headers: { 'x-http-method-override': 'POST' },
      });
      expect([method, answer.status]).toEqual([method, method === 'GET' ? 200 : 405]);
    }
    expect([await stateOf(asked.id), await stateOf(other.id)]).toEqual(['pending', 'pending']);
    expect((await post(path, own.body)).status).toBe(303);
    expect(await stateOf(other.id)).toBe('pending');
  });

  test('WB-01 WB-10 each page has a policy of its own, cannot be framed, and is not cached', async () => {
    const asked = await scene.ask(ada.id, HIGH);
    const policyOf = async (path: string): Promise<string> => {
      const { headers } = await browser.open(`${scene.issuer}${path}`);
      expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
      expect(['opener', 'resource'].map((kind) => headers.get(`cross-origin-${kind}-policy`))).toEqual([
        'same-origin',
        'same-origin',
      ]);
      return headers.get('content-security-policy') ?? '';
    };
    const plain =
      "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    const scripted = plain.replace(' base-uri', " script-src 'self'; base-uri");
    expect(await policyOf(`/account/approvals/${asked.id}`)).toBe(scripted);
    expect(await policyOf('/account/approvals/batch')).toBe(scripted);
    expect(await policyOf('/account/approvals')).toBe(
      plain.replace(' base-uri', " script-src 'self'; connect-src 'self'; base-uri"),
    );
  });

  test('AP-13 an empty, a strange and a replayed answer decide nothing', async () => {
    const asked = await scene.ask(ada.id);
    const page = await browser.open(scene.urlOf(asked));
    const form = scene.formFor(page, 'approve');
    const csrf = `csrf=${form.fields.find(({ name }) => name === 'csrf')?.value}`;
    for (const body of [
      csrf,
      `${csrf}&decision=`,
      `${csrf}&decision=allow`,
      `${csrf}&decision=deny&decision=approve`,
    ]) {
      const answer = await post(form.action, body);
      expect([answer.status, (await answer.text()).includes('role="alert"')]).toEqual([400, true]);
      expect(await reasonOf()).toBe('invalid_request decision');
    }
    expect((await post(form.action, '')).status).toBe(403);
    expect(await stateOf(asked.id)).toBe('pending');
    const body = String(fillForm(form, { button: /Approve/ }));
    expect((await post(form.action, body)).status).toBe(303);
    const replayed = await post(form.action, body);
    expect([replayed.status, (await replayed.text()).includes('there is nothing left to decide')]).toEqual([409, true]);
    expect(await reasonOf()).toBe('conflict');
    expect((await scene.service.get(asked.id))?.votes).toHaveLength(1);
  });

  test('AP-21 an expired request cannot be approved, from the second it expires', async () => {
    const asked = await scene.ask(ada.id);
    const page = await browser.open(scene.urlOf(asked));
    advance((asked.expiresAt - now()) * 1000);
    const late = await browser.submit(page, scene.formFor(page, 'approve'), { button: /Approve/ });
    expect([late.status, late.text.includes('This request is expired')]).toEqual([409, true]);
    expect(late.text).toContain('Too late');
    expect(await reasonOf()).toBe('conflict');
  });

  test('AP-02 V18 of an approval and a denial at the same moment exactly one takes effect', async () => {
    for (let round = 0; round < 4; round += 1) {
      const asked = await scene.ask(ada.id, { action: { scope: [round % 2 === 0 ? 'read' : 'write'] } });
      const page = await browser.open(scene.urlOf(asked));
      const form = scene.formFor(page, 'approve');
      const bodies = [/Approve/, /Approve/, /Deny/, /Approve/].map((button) => String(fillForm(form, { button })));
      const answers = await Promise.all(bodies.map((body) => post(form.action, body)));
      // A denial also ends what was just approved, and never the other way round.
      expect(await stateOf(asked.id)).toBe('denied');
      expect(answers.filter(({ status }) => status === 303).length).toBeLessThanOrEqual(2);
      expect((await scene.service.get(asked.id))?.votes.length).toBeLessThanOrEqual(1);
      advance(86_400_000);
      browser = await scene.browserOf(ada.username);
    }
  });

  test('AP-07 an account that was disabled decides nothing', async () => {
    const asked = await scene.ask(ada.id);
    const page = await browser.open(scene.urlOf(asked));
    await server.behalf.services.accounts.disable(ada.id, { caller: 'system' });
    const answer = await browser.submit(page, scene.formFor(page, 'approve'), { button: /Approve/ });
    expect([answer.status, answer.text.includes('did not come from a page of this server')]).toEqual([403, true]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({ outcome: 'refused', error: 'no_session' });
    expect(await stateOf(asked.id)).toBe('pending');
  });

  test('two people have to agree: the first one waits, the page says for whom, and neither counts twice', async () => {
    const bob = await scene.newPerson(`bob${count}`);
    const bobs = await scene.browserOf(bob.username);
    const asked = await scene.ask(ada.id, {
      risk: 'medium',
      requires: { quorum: 2, isProvenAnew: false },
      approvers: [ada.id, bob.id],
    });
    const first = await scene.answer(browser, asked, 'approve');
    expect([first.status, first.text.includes('One more person has to agree')]).toEqual([200, true]);
    expect(first.text).toContain(`${bob.username} Person may agree`);
    const path = `${scene.issuer}/account/approvals`;
    expect((await browser.open(`${scene.issuer}/account`)).text).not.toContain('waits for your decision');
    expect((await browser.open(path)).text).toContain('1 of 2 people agreed');
    expect(await stateOf(asked.id)).toBe('pending');
    expect((await bobs.open(scene.urlOf(asked))).text).toContain(`For ${ada.username} Person`);
    await scene.answer(bobs, asked, 'approve');
    expect(await stateOf(asked.id)).toBe('approved');
  });
});

describe('what has to be proven', () => {
  test('AP-14 high risk takes the password again without a second factor; the attempt is counted like others', async () => {
    const asked = await scene.ask(ada.id, HIGH);
    const empty = await scene.answer(browser, asked, 'approve', { password: '' });
    expect([empty.status, empty.text.includes('Type your password')]).toEqual([400, true]);
    expect(await reasonOf()).toBe('invalid_field /password');
    const wrong = await scene.answer(browser, asked, 'approve', { password: 'not that one' });
    expect([wrong.status, wrong.text.includes('The current password is not right')]).toEqual([403, true]);
    expect(await lastEvent('session.refused')).toMatchObject({ inputs: { reason: 'wrong_password' } });
    expect(await stateOf(asked.id)).toBe('pending');
    const right = await scene.answer(browser, asked, 'approve', { password: 'a long enough pass phrase' });
    expect(right.text).toContain('Approved');
    expect((await scene.service.get(asked.id))?.votes[0]?.assurance).toMatchObject({ amr: ['pwd'], authTime: now() });
  });

  test('AP-14 who has a factor proves that one for this very request: no password, no old code, no code of another', async () => {
    const secret = await scene.addApp(browser);
    const asked = await scene.ask(ada.id, HIGH);
    const page = await browser.open(scene.urlOf(asked));
    expect(page.html).not.toContain('name="password"');
    const form = scene.formFor(page, 'approve');
    const csrf = `csrf=${form.fields.find(({ name }) => name === 'csrf')?.value}`;
    const byPassword = await post(form.action, `${csrf}&decision=approve&password=a+long+enough+pass+phrase`);
    expect([byPassword.status, await reasonOf()]).toEqual([400, 'invalid_field /code']);
    const used = await scene.answer(browser, asked, 'approve', { code: codeAt(secret, now()) });
    expect([used.status, used.text.includes('That code is not right, or was used already')]).toEqual([403, true]);
    expect(await lastEvent('session.refused')).toMatchObject({ inputs: { reason: 'wrong_factor' } });
    expect(await stateOf(asked.id)).toBe('pending');
    advance(60_000);
    const code = codeAt(secret, now());
    expect((await scene.answer(browser, asked, 'approve', { code })).text).toContain('Approved');
    expect((await scene.service.get(asked.id))?.votes[0]?.assurance).toEqual({
      acr: MULTI_FACTOR,
      amr: ['pwd', 'otp'],
      authTime: now(),
    });
    const next = await scene.ask(ada.id, { ...HIGH, action: { scope: ['write'] } });
    expect((await scene.answer(browser, next, 'approve', { code })).status).toBe(403);
  });

  test('AP-14 AP-19 a passkey has to verify its person: a key that was left in the machine and touched says nothing', async () => {
    const key = softwarePasskey(`key of ${ada.username}`);
    const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: now() };
    await server.behalf.services.factors.add(
      { ...key.passkey, name: 'Key' },
      { account: ada.id, assurance, by: { caller: ada.id } },
    );
    const { origin, hostname: party } = new URL(scene.issuer);
    const asked = await scene.ask(ada.id, HIGH);
    const answer = async (flags: number) => {
      const page = await browser.open(scene.urlOf(asked));
      const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'credential'));
      const options = JSON.parse(decodeEntities(/data-options="([^"]+)"/.exec(page.html)?.[1] ?? '{}'));
      if (!form) throw new Error(page.text);
      expect(options.userVerification).toBe('required');
      const credential = key.assertion({ origin, party, challenge: options.challenge }, { flags });
      return browser.submit(page, form, { set: { credential } });
    };
    const touched = await answer(PRESENT);
    expect([touched.status, touched.text.includes('It has to verify you, by finger, face or PIN')]).toEqual([
      403,
      true,
    ]);
    expect(await lastEvent('session.refused')).toMatchObject({ inputs: { reason: 'wrong_factor' } });
    expect(await stateOf(asked.id)).toBe('pending');
    expect((await answer(VERIFIED)).text).toContain('Approved');
    expect((await scene.service.get(asked.id))?.votes[0]?.assurance).toMatchObject({
      amr: ['pwd', 'hwk', 'user', 'mfa'],
      authTime: now(),
    });
  });

  test('LG-02 codes are counted: beyond the limit nothing is looked at', async () => {
    const limited = await runServer({ limits: true });
    try {
      const own = await approvalScene(limited);
      const eve = await own.newPerson('eve');
      const hers = await own.browserOf('eve');
      const secret = await own.addApp(hers);
      const asked = await own.ask(eve.id, HIGH);
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 20 && statuses.at(-1) !== 429; attempt += 1) {
        statuses.push((await own.answer(hers, asked, 'approve', { code: '000000' })).status);
      }
      expect(statuses.at(-1)).toBe(429);
      advance(60_000);
      const late = await own.answer(hers, asked, 'approve', { code: codeAt(secret, now()) });
      expect([late.status, late.headers.get('retry-after') !== null]).toEqual([429, true]);
      expect((await own.service.get(asked.id))?.state).toBe('pending');
    } finally {
      await limited.close();
    }
  }, 60_000);

  test('AP-14 where two factors are required of a user who has one, the page says what to do, and nothing is lost', async () => {
    const asked = await scene.ask(ada.id, STRONG);
    const page = await browser.open(scene.urlOf(asked));
    expect(page.text).toContain('you have none yet');
    expect(page.html).toContain('href="/account/security"');
    const deny = scene.formFor(page, 'deny');
    const csrf = `csrf=${deny.fields.find(({ name }) => name === 'csrf')?.value}`;
    const forced = await post(deny.action, `${csrf}&decision=approve`);
    expect([forced.status, await reasonOf()]).toEqual([403, 'insufficient_user_authentication']);
    expect(await stateOf(asked.id)).toBe('pending');
    const secret = await scene.addApp(browser);
    advance(60_000);
    const proven = await scene.answer(browser, asked, 'approve', { code: codeAt(secret, now()) });
    expect(proven.text).toContain('Approved');
  });

  test('AP-06 critical: the number stands on no page, and typed wrong three times it is denied', async () => {
    const asked = await scene.ask(ada.id, CRITICAL);
    const number = String(asked.number);
    expect(number).toMatch(/^[1-9]\d$/);
    const wrong = number === '42' ? '43' : '42';
    const page = await browser.open(scene.urlOf(asked));
    expect(
      page.text.replace(/\d{1,2} \w{3} \d{4}, \d\d:\d\d|in \d+ min/g, '').match(/(?<![\w_])\d\d(?![\w_])/g),
    ).toBeNull();
    const password = 'a long enough pass phrase';
    const first = await scene.answer(browser, asked, 'approve', { password, number: wrong });
    expect([first.status, first.text.includes('That is not the number the agent shows')]).toEqual([400, true]);
    expect(await reasonOf()).toBe('invalid_field /number');
    // Who cannot prove who she is does not get to guess.
    expect((await scene.answer(browser, asked, 'approve', { password: 'no', number })).status).toBe(403);
    await scene.answer(browser, asked, 'approve', { password, number: '' });
    const third = await scene.answer(browser, asked, 'approve', { password, number: wrong });
    expect([third.status, third.text.includes('The number was wrong too often')]).toEqual([409, true]);
    expect(await stateOf(asked.id)).toBe('denied');
    expect(await lastEvent('approval.denied')).toMatchObject({ target: { id: asked.id } });
    const right = await scene.ask(ada.id, CRITICAL);
    expect((await scene.answer(browser, right, 'approve', { password, number: String(right.number) })).text).toContain(
      'Approved',
    );
  });
});

describe('what cannot be put into words', () => {
  test('AP-10 a detail of an undeclared type, or an undeclared scope, is shown as such and can only be denied', async () => {
    for (const action of [
      { details: [{ type: 'wire_transfer', amount: 5 }] },
      { scope: ['read', 'teleport'] },
      { resource: 'https://gone.example.com' },
    ]) {
      const asked = await scene.ask(ada.id, { action });
      const page = await browser.open(scene.urlOf(asked));
      expect(page.text).toContain('cannot show the request in full');
      expect(page.html).not.toContain('value="approve"');
      const deny = scene.formFor(page, 'deny');
      const csrf = `csrf=${deny.fields.find(({ name }) => name === 'csrf')?.value}`;
      const forced = await post(deny.action, `${csrf}&decision=approve`);
      expect([forced.status, await reasonOf()]).toEqual([403, 'access_denied']);
      expect(await stateOf(asked.id)).toBe('pending');
    }
  });

  test('invariant 4: when the stored action differs from the one shown, an approval does not count', async () => {
    const asked = await scene.ask(ada.id);
    const page = await browser.open(scene.urlOf(asked));
    const rows = server.behalf.services.documents.collection<Approval>(APPROVALS);
    const found = await rows.get(asked.id);
    if (!found) throw new Error('gone');
    await rows.replace({ ...found.document, digest: 'A'.repeat(43) }, found.version);
    const answer = await browser.submit(page, scene.formFor(page, 'approve'), { button: /Approve/ });
    expect([answer.status, answer.text.includes('What you saw is not what is asked for now')]).toEqual([412, true]);
    expect(await reasonOf()).toBe('precondition_failed');
  });
});

describe('several at once', () => {
  const path = '/account/approvals/batch';
  const batch = async () => {
    const page = await browser.open(`${scene.issuer}${path}`);
    const form = page.forms.find(({ action }) => action === path);
    if (!form) throw new Error(page.text);
    return { page, form };
  };

  test('AP-18 lists each in full with none chosen, decides the chosen only, and says what became of each', async () => {
    const [one, other] = [await scene.ask(ada.id), await scene.ask(ada.id, { action: { scope: ['write'] } })];
    const [high, strong] = [
      await scene.ask(ada.id, { ...HIGH, action: { scope: ['delete'] } }),
      await scene.ask(ada.id, { ...STRONG, action: { scope: ['read', 'write'] } }),
    ];
    // Nothing has to be proven for it, and still no approver decides it among others.
    const risky = await scene.ask(ada.id, { risk: 'high', action: { scope: ['delete', 'read'] } });
    const { page, form } = await batch();
    expect(page.html).toContain(`href="/account/approvals/${risky.id}"`);
    const values = form.fields.filter(({ name }) => name === 'chosen');
    expect(values.map(({ isOn }) => isOn)).toEqual([false, false]);
    expect(values.map(({ value }) => value.split('.')[0]).sort()).toEqual([one.id, other.id].sort());
    expect(page.text.split('Owner Ada Permission')).toHaveLength(3);
    expect(page.html).toContain(`href="/account/approvals/${high.id}"`);
    expect(page.html).toContain(`href="/account/approvals/${strong.id}"`);
    const none = await browser.submit(page, form, { button: /Approve/ });
    expect([none.status, none.text.includes('Nothing was chosen'), await reasonOf()]).toEqual([
      400,
      true,
      'invalid_request chosen',
    ]);
    const done = await browser.submit(page, form, {
      button: /Approve/,
      check: (_, value) => value.startsWith(one.id),
    });
    expect([done.status, done.text.includes('What happened Approved')]).toEqual([200, true]);
    expect([await stateOf(one.id), await stateOf(other.id)]).toEqual(['approved', 'pending']);
    const again = await browser.submit(page, form, { button: /Deny/, check: () => true });
    expect(again.text).toContain('Denied');
    expect([await stateOf(one.id), await stateOf(other.id)]).toEqual(['denied', 'denied']);
    const late = await browser.submit(page, form, { button: /Approve/, check: () => true });
    expect(late.text).toContain('Not decided');
    expect(await reasonOf()).toBe('conflict');
  });

  test('AP-16 WB-02 a choice that did not stand on this page is refused, and then nothing of it is decided', async () => {
    const [low, high] = [await scene.ask(ada.id), await scene.ask(ada.id, { ...HIGH, action: { scope: ['delete'] } })];
    const { form } = await batch();
    const csrf = `csrf=${form.fields.find(({ name }) => name === 'csrf')?.value}`;
    const value = form.fields.find(({ name }) => name === 'chosen')?.value ?? '';
    const token = value.split('.')[2];
    const page = await browser.open(scene.urlOf(low));
    const single = scene.formFor(page, 'approve').fields.find(({ name }) => name === 'csrf')?.value;
    for (const forged of [
      `${high.id}.${high.digest}.${token}`,
      `${low.id}.${high.digest}.${token}`,
      `${low.id}.${low.digest}.${single}`,
    ]) {
      const answer = await post(path, `${csrf}&decision=approve&chosen=${value}&chosen=${forged}`);
      expect([answer.status, await reasonOf()]).toEqual([403, 'csrf_token']);
    }
    expect((await post(path, `csrf=${single}&decision=approve&chosen=${value}`)).status).toBe(403);
    expect((await post(path, `${csrf}&decision=approve&chosen=nonsense`)).status).toBe(400);
    expect([await stateOf(low.id), await stateOf(high.id)]).toEqual(['pending', 'pending']);
  });
});

describe('hints that something changed', () => {
  const events = async (from = browser) => {
    const aborting = new AbortController();
    const answer = await from.request(`${scene.issuer}/account/approvals/events`, { signal: aborting.signal });
    const reader = answer.body?.getReader();
    let heard = '';
    return {
      answer,
      /** What came until `text` did, or until it ended. */
      async until(text: string): Promise<string> {
        while (!heard.includes(text)) {
          const { value, done } = (await reader?.read()) ?? { done: true };
          if (done) return `${heard}(end)`;
          heard += Buffer.from(value ?? []).toString();
        }
        return heard;
      },
      close: () => aborting.abort(),
    };
  };

  test('come when one is asked or decided, say nothing about it, and end with the session', async () => {
    const stream = await events();
    expect([stream.answer.status, stream.answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    await stream.until('retry');
    const asked = await scene.ask(ada.id, { action: { message: 'Something private' } });
    expect(await stream.until('changed')).toBe('retry: 3000\n\nevent: changed\ndata: approvals\n\n');
    await scene.ask(scene.accountId, { action: { scope: ['write'] } });
    const other = await events(await scene.browserOf(ada.username));
    await scene.answer(browser, asked, 'deny');
    await other.until('changed');
    const page = await browser.open(`${scene.issuer}/account`);
    const out = page.forms.find(({ action }) => action.endsWith('/sign-out'));
    if (!out) throw new Error('no form');
    await browser.submit(page, out);
    const all = await stream.until('nothing like this');
    expect(all.endsWith('(end)')).toBe(true);
    expect(all.split('event: changed')).toHaveLength(3);
    expect(all).not.toMatch(/apv_|private|acc_/);
    other.close();
  });

  test('are for signed-in users, and for four pages of a session at a time', async () => {
    const stranger = await newBrowser(scene.issuer).request(`${scene.issuer}/account/approvals/events`);
    expect(stranger.status).toBe(403);
    const open = [await events(), await events(), await events(), await events()];
    expect(open.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200]);
    const fifth = await browser.request(`${scene.issuer}/account/approvals/events`);
    expect([fifth.status, await reasonOf()]).toEqual([429, 'too_many_requests']);
    for (const one of open) one.close();
    // A closed page makes room, and a question without an answer takes none.
    let next = await browser.request(`${scene.issuer}/account/approvals/events`, { method: 'HEAD' });
    while (next.status === 429)
      next = await browser.request(`${scene.issuer}/account/approvals/events`, { method: 'HEAD' });
    expect(next.status).toBe(200);
    for (let asked = 0; asked < 6; asked += 1) {
      next = await browser.request(`${scene.issuer}/account/approvals/events`, { method: 'HEAD' });
      expect(next.status).toBe(200);
    }
  });
});
