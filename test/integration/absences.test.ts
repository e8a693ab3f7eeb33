/** A deputy decides about approvals for an approver who is away: how she declares it, what he can do, and what ends it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { type ApprovalServer, approvalServer, HIGH } from '../support/approval-fixtures.ts';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import type { Browser, Page } from '../support/browser-flow.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const dayText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
const DAY = 86_400;

describe('on the pages of an account', () => {
  let server: RunningServer;
  let scene: ApprovalScene;
  let mails: MailServer;
  let people = 0;

  beforeAll(async () => {
    stopClock();
    mails = await mailServer();
    server = await runServer({ environment: mails.environment });
    scene = await approvalScene(server);
  }, 60_000);
  afterAll(async () => {
    startClock();
    await server?.close();
    await mails?.close();
  });

  const newUser = async (name: string) => {
    people += 1;
    const username = `${name}${people}`;
    const { id } = await scene.management.createAccount({
      username,
      name: `${name} Person`,
      password: PASSWORD,
      email: `${username}@example.com`,
      email_verified: true,
    });
    return { id, username, email: `${username}@example.com`, browser: await scene.browserOf(username) };
  };
  const at = (path: string): string => `${scene.issuer}/account/away${path}`;
  const declare = async (browser: Browser, deputy: string, days = 7): Promise<Page> => {
    const page = await browser.open(at('/new'));
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'deputy'));
    if (!form) throw new Error(`${page.status} ${page.text}`);
    const seconds = now();
    // The first day is there already.
    return browser.submit(page, form, { set: { deputy, until: dayText(seconds + days * DAY) } });
  };
  const endOn = async (browser: Browser): Promise<Page> => {
    const page = await browser.open(at(''));
    const form = page.forms.find(({ action }) => action.endsWith('/end'));
    if (!form) throw new Error(`nothing to end: ${page.text}`);
    return browser.submit(page, form);
  };

  test('a user names a deputy, both are notified, the deputy finds the approvals of the user and decides for them; one of the two ends it', async () => {
    const [anna, bob] = [await newUser('anna'), await newUser('bob')];
    expect((await anna.browser.open(`${scene.issuer}/account`)).html).toContain('/account/away');
    const before = await scene.ask(anna.id);
    expect((await bob.browser.open(scene.urlOf(before))).status).toBe(404);

    const named = await declare(anna.browser, bob.username);
    expect([named.status, named.url]).toEqual([200, at('?done=declared')]);
    expect(named.text).toContain('bob Person');
    const day = (seconds: number): string =>
      new Date(seconds * 1000).toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
    expect(named.text).toContain(`From ${day(now())} to ${day(now() + 7 * DAY)}`);
    expect((await server.events('absence.declared')).at(-1)).toMatchObject({
      caller: anna.id,
      subject: anna.id,
      inputs: { deputy: bob.id },
    });
    await until(() => {
      advance(1000);
      const told = (to: string, said: RegExp) =>
        mails.received.some((mail) => mail.to.includes(to) && said.test(plainOf(mail)));
      return told(anna.email, /“bob Person” decides about requests/) && told(bob.email, /“anna Person” said that you/);
    });

    // Of what was asked before he was named, too.
    const inbox = await bob.browser.open(`${scene.issuer}/account/approvals`);
    expect([inbox.html.includes(before.id), inbox.text.includes('for anna Person')]).toEqual([true, true]);
    expect((await bob.browser.open(`${scene.issuer}/account`)).text).toContain('An agent waits for your decision');
    const page = await bob.browser.open(scene.urlOf(before));
    expect(page.text).toContain('You decide for anna Person');
    expect((await scene.answer(bob.browser, before, 'approve')).text).toContain('Approved');
    expect(await scene.service.get(before.id)).toMatchObject({
      state: 'approved',
      votes: [{ account: bob.id, for: anna.id }],
    });
    expect((await server.events('approval.approved')).at(-1)).toMatchObject({
      caller: bob.id,
      subject: anna.id,
      inputs: { for: anna.id },
    });
    expect((await anna.browser.open(scene.urlOf(before))).text).toContain('agreed, through bob Person');
    // What he decided stays to be seen by him.
    expect((await bob.browser.open(`${scene.issuer}/account/approvals`)).html).toContain(before.id);

    const asked = await scene.ask(anna.id, { action: { scope: ['write'] } });
    const ended = await endOn(bob.browser);
    expect(ended.url).toBe(at('?done=ended'));
    expect((await server.events('absence.ended')).at(-1)).toMatchObject({ caller: bob.id, subject: anna.id });
    expect((await bob.browser.open(scene.urlOf(asked))).status).toBe(404);
    // By it nothing stands any more that was not fetched.
    expect(await scene.service.standingVotes((await scene.service.get(before.id)) as Approval)).toBeUndefined();
  });

  test('the deputy is notified of a new request, by mail and on the open page', async () => {
    const [anna, bob] = [await newUser('ann'), await newUser('ben')];
    await declare(anna.browser, bob.username);
    const asked = await scene.ask(anna.id);
    expect(await scene.service.toldOf(asked)).toEqual([anna.id, bob.id]);
    await until(() => {
      advance(1000);
      return mails.received.some((mail) => mail.to.includes(bob.email) && /asks for your approval/.test(plainOf(mail)));
    });
  });

  test('AP-14 an old session names no deputy: it takes a new sign-in, and its form is refused', async () => {
    const [anna, bob] = [await newUser('old'), await newUser('older')];
    const page = await anna.browser.open(at('/new'));
    advance(3_600_000);
    const again = await anna.browser.open(at('/new'));
    expect(again.url).not.toBe(at('/new'));
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'deputy'));
    if (!form) throw new Error(page.text);
    const seconds = now();
    const set = { deputy: bob.username, from: dayText(seconds), until: dayText(seconds) };
    const sent = await anna.browser.submit(page, form, { set });
    expect(sent.url).not.toContain('declared');
    expect((await server.events('absence.declared')).filter(({ subject }) => subject === anna.id)).toEqual([]);
    const signedIn = await finishOnOurPages(anna.browser, await anna.browser.open(at('/new')), {
      person: { username: anna.username, password: PASSWORD },
    });
    expect(signedIn.text).toContain('Who decides for you?');
  });

  test.each([
    ['herself', 'self', /Name a person other than yourself/],
    ['an unknown user', 'no-such-user', /no such account/],
  ])('names not %s, which the page says beside the field', async (_, name, said) => {
    const anna = await newUser('wrong');
    const page = await declare(anna.browser, name === 'self' ? anna.username : name);
    expect([page.status, said.test(page.text)]).toEqual([400, true]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({
      subject: anna.id,
      error: 'invalid_field',
    });
  });

  test('no deputy for 61 days, nor on a day that does not exist', async () => {
    const [anna, bob] = [await newUser('long'), await newUser('short')];
    expect((await declare(anna.browser, bob.username, 61)).status).toBe(400);
    const page = await anna.browser.open(at('/new'));
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'deputy'));
    if (!form) throw new Error(page.text);
    const answer = await anna.browser.submit(page, form, {
      set: { deputy: bob.username, from: '2026-02-31', until: 'tomorrow' },
    });
    expect([answer.status, answer.text.includes('Enter a day such as')]).toEqual([400, true]);
    expect(answer.html).toContain('name="from" type="date" value="2026-02-31"');
    expect(answer.html).toContain('name="until" type="date" value=""');
  });

  test('a new password of the user ends it, like their sessions', async () => {
    const [anna, bob] = [await newUser('hacked'), await newUser('friend')];
    await declare(anna.browser, bob.username);
    const asked = await scene.ask(anna.id);
    expect((await bob.browser.open(scene.urlOf(asked))).status).toBe(200);
    advance(1000);
    await server.behalf.services.accounts.setPassword(anna.id, 'another long enough pass phrase', { caller: anna.id });
    expect((await bob.browser.open(scene.urlOf(asked))).status).toBe(404);
    const theirs = await bob.browser.open(at(''));
    expect(theirs.text).toContain('no longer valid');
  });

  test('WB-11 MG-01 a third user neither sees nor ends an absence between two others', async () => {
    const [anna, bob, eve] = [await newUser('two'), await newUser('too'), await newUser('eve')];
    await declare(anna.browser, bob.username);
    const [absence] = (await server.behalf.services.approvals.absences.list({ account: anna.id })).items;
    const id = String(absence?.document.id);
    const page = await eve.browser.open(at(''));
    expect(page.html).not.toContain(id);
    const own = await bob.browser.open(at(''));
    const form = own.forms.find(({ action }) => action.endsWith(`${id}/end`));
    if (!form) throw new Error(own.text);
    expect((await eve.browser.submit(own, form)).status).toBe(403);
    // With a form of her own session, too.
    const csrf = page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const sent = await eve.browser.submit(
      page,
      { ...form, fields: form.fields.filter(({ name }) => name !== 'csrf') },
      { set: { csrf } },
    );
    expect(sent.status).toBe(404);
    expect((await server.behalf.services.approvals.absences.get(id))?.document.state).toBe('open');
  });

  test('the command line lists them and ends one; a batch holds no approval that a deputy decides', async () => {
    const [anna, bob] = [await newUser('cli'), await newUser('clerk')];
    await declare(anna.browser, bob.username);
    await scene.ask(anna.id);
    await scene.ask(anna.id, { action: { scope: ['write'] } });
    const own = await scene.ask(bob.id);
    await scene.ask(bob.id, { action: { scope: ['write'] } });
    const batch = await bob.browser.open(`${scene.issuer}/account/approvals/batch`);
    expect(batch.html.match(/name="chosen"/g)).toHaveLength(2);
    expect(batch.html).toContain(`value="${own.id}.`);
    expect(batch.text).toContain('You would decide it for a person who is away.');

    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const behalf = (...argv: readonly string[]) => runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    expect(await behalf('absences', 'list', '--account', anna.id)).toBe(0);
    expect(out.join('')).toMatch(new RegExp(`current +${anna.username} +${bob.username}`));
    const [absence] = (await server.behalf.services.approvals.absences.list({ account: anna.id })).items;
    expect(await behalf('absences', 'end', String(absence?.document.id), '--yes')).toBe(0);
    expect(await behalf('absences', 'show', String(absence?.document.id))).toBe(0);
    expect(out.join('')).toContain('ended');
    expect(err).toEqual([expect.stringContaining('become invalid')]);
    expect((await server.events('absence.ended')).at(-1)).toMatchObject({ subject: anna.id });
  });
});

describe('from the question to the token', () => {
  let running: ApprovalServer;
  let server: ApprovalServer['server'];
  let world: ApprovalServer['world'];
  let audit: ApprovalServer['audit'];
  let ground: ApprovalServer['ground'];

  beforeAll(async () => {
    running = await approvalServer();
    ({ server, world, audit, ground } = running);
  }, 60_000);
  afterAll(() => running?.close());

  const away = async (account: string, deputy: string, seconds = DAY) => {
    const { approvals, clock } = server.behalf.services;
    const wanted = { deputy, from: clock.now(), until: clock.now() + seconds };
    return approvals.absences.declare(account, wanted, {
      by: { caller: account },
      assurance: { amr: ['pwd'], acr: 'urn:behalf:acr:single-factor', authTime: clock.now() },
    });
  };

  test('the approval of a deputy yields the token, and the audit log names the deputy', async () => {
    const dora = await ground.newPerson('tok-dora');
    await away(world.accountId, dora);
    const agent = await world.newAgent('Of one who is away');
    const { approval, authReqId } = await ground.byExchange(agent);
    await world.approve(approval, dora);
    const { answer } = await audit.issued(() => ground.poll(agent, authReqId));
    expect(answer.status).toBe(200);
    expect((await ground.call('GET', `/approvals/${approval.id}`)).body['votes']).toMatchObject([
      { account: dora, for: world.accountId },
    ]);
    for (const one of (await server.behalf.services.approvals.absences.list({ account: world.accountId })).items)
      await server.behalf.services.approvals.absences.end(one.document.id, { caller: world.accountId });
  });

  test.each<
    [string, (made: { absence: string; dora: string; chief: string; group: string; clerk: string }) => Promise<unknown>]
  >([
    [
      'the absence is ended',
      ({ absence, chief }) => server.behalf.services.approvals.absences.end(absence, { caller: chief }),
    ],
    [
      'who is away leaves the group',
      ({ group, clerk, dora }) => ground.patch(`/groups/${group}`, { members: [clerk, dora] }),
    ],
    ['who is away is disabled', ({ chief }) => ground.call('POST', `/accounts/${chief}/disable`)],
    ['the deputy is disabled', ({ dora }) => ground.call('POST', `/accounts/${dora}/disable`)],
    [
      'who is away is killed and that is lifted',
      async ({ chief }) => {
        const { body } = await ground.call('POST', '/kills', { scope: 'account', id: chief, reason: 'test' });
        advance(10_000);
        await ground.call('POST', `/kills/${body['id']}/lift`);
      },
    ],
  ])('AP-21 an approval by the deputy counts no more when %s before the token is fetched', async (name, ends) => {
    const key = name.replaceAll(/\W/g, '');
    const [clerk, chief, dora] = [
      await ground.newPerson(`k-${key}`),
      await ground.newPerson(`c-${key}`),
      await ground.newPerson(`d-${key}`),
    ];
    const group = await ground.newGroup(`G ${key}`, [clerk, chief]);
    await ground.withRule(`@approvers("${group}")\n${HIGH}`);
    try {
      const { id: absence } = await away(chief, dora);
      advance(1000);
      const agent = await world.newAgent(`A ${key}`);
      const { approval, authReqId } = await ground.byExchange(agent);
      await world.approve(approval, dora);
      advance(1000);
      await ends({ absence, dora, chief, group, clerk });
      const { result } = await audit.during(() => ground.poll(agent, authReqId));
      expect({ status: result.status, error: result.body['error'] }).toEqual({ status: 400, error: 'access_denied' });
      expect((result.body['denial'] as { readonly reason: string }).reason).toMatch(/^approv(?:er_left|al_ended)$/);
    } finally {
      await ground.activate(running.usual);
    }
  });

  test('an absence that ends after the approval does not affect the token', async () => {
    const dora = await ground.newPerson('late-dora');
    await away(world.accountId, dora, 60);
    const agent = await world.newAgent('Of one who is back');
    const { approval, authReqId } = await ground.byExchange(agent);
    advance(59_000);
    await world.approve(approval, dora);
    advance(1000);
    const other = await ground.byExchange(await world.newAgent('Of one who is back, too'));
    await expect(world.approve(other.approval, dora)).rejects.toMatchObject({ code: 'not_found' });
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
  });

  test('AP-03 two people who answer for two: one deputy does not make two of critical risk', async () => {
    const [boss, dora] = [await ground.newPerson('crit-boss'), await ground.newPerson('crit-dora')];
    const agent = await world.newAgent('Critical', { owner: boss });
    await server.behalf.services.agents.accept(agent.clientId, { caller: boss, request: 'req_test' });
    await away(world.accountId, dora);
    await away(boss, dora);
    const { approval } = await ground.byExchange(agent, 'close');
    expect(approval).toMatchObject({ requires: { quorum: 2 }, mustAgree: world.accountId });
    const once = await world.approve(approval, dora, { strong: true });
    expect(once).toMatchObject({ state: 'pending', votes: [{ account: dora, for: world.accountId }] });
    await expect(world.approve(approval, dora, { strong: true })).rejects.toMatchObject({ code: 'conflict' });
    expect((await world.approve(approval, boss, { strong: true })).state).toBe('approved');
  });
});

test('MG-01 over the API roles see and end them all, others their own; no caller begins one', async () => {
  const world = await composeManagementApi();
  const { call, admin, auditor, operator, owner, stranger } = world;
  const outsider = await world.person('outsider');
  const { id } = await world.approvals.absences.declare(
    owner.account.id,
    { deputy: stranger.account.id, from: world.clock.now(), until: world.clock.now() + DAY },
    { by: { caller: owner.account.id }, assurance: { amr: [], authTime: world.clock.now() } },
  );
  const ids = async (by: { readonly token: string }, query = ''): Promise<readonly string[]> =>
    ((await call(by, 'get', `/absences${query}`)).body.items as { id: string }[]).map((one) => one.id);
  for (const by of [auditor, operator, admin]) expect(await ids(by)).toEqual([id]);
  expect(await ids(owner)).toEqual([id]);
  expect(await ids(stranger)).toEqual([]);
  expect(await ids(stranger, `?deputy=${stranger.account.id}`)).toEqual([id]);
  expect(await ids(outsider)).toEqual([]);
  expect(await ids(outsider, `?account=${owner.account.id}`)).toEqual([]);
  expect(await ids(outsider, `?deputy=${stranger.account.id}`)).toEqual([]);
  expect((await call(outsider, 'get', `/absences/${id}`)).status).toBe(404);
  expect((await call(outsider, 'post', `/absences/${id}/end`)).status).toBe(404);
  expect((await call(auditor, 'post', `/absences/${id}/end`)).status).toBe(404);
  for (const by of [admin, owner]) expect([404, 405]).toContain((await call(by, 'post', '/absences', {})).status);
  expect((await call(stranger, 'get', `/absences/${id}`)).body).toMatchObject({ state: 'current', counts: true });
  expect((await call(stranger, 'post', `/absences/${id}/end`)).body).toMatchObject({
    state: 'ended',
    counts: false,
    ended_by: stranger.account.id,
  });
});
