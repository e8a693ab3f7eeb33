/** Two people let an action happen in an emergency: what the agent gets, who hears of it, what is seen of it, and who closes it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { runCli } from '../../src/cli/main.ts';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { type ApprovalServer, approvalServer, HIGH } from '../support/approval-fixtures.ts';
import { BANK } from '../support/approvals-world.ts';
import { basic } from '../support/authzen-client.ts';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { advance } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const REASON = 'The payment run stops at six and the approver does not answer.';
const NOTE = 'Spoke with both of them, and the run was real.';

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let audit: ApprovalServer['audit'];
let ground: ApprovalServer['ground'];
let mails: MailServer;
let first: string;
let second: string;
let third: string;

beforeAll(async () => {
  mails = await mailServer();
  running = await approvalServer(mails.environment);
  ({ server, world, audit, ground } = running);
  const mailed = (name: string) => ({ email: `${name}@example.com`, email_verified: true });
  first = await ground.newPerson('bg-first', { roles: ['break_glass'], ...mailed('bg-first') });
  second = await ground.newPerson('bg-second', { roles: ['break_glass'] });
  third = await ground.newPerson('bg-third', { roles: ['auditor'] });
  await ground.patch(`/accounts/${world.accountId}`, mailed('bg-ada'));
}, 60_000);
// One person calls five times in an hour.
beforeEach(() => advance(3_601_000));
afterAll(async () => {
  await running?.close();
  await mails?.close();
});

const say = (approval: Approval, account: string, reason?: string): Promise<Approval> =>
  world.service.breakGlass.break(approval.id, {
    account,
    seen: approval.digest,
    assurance: { acr: MULTI_FACTOR, amr: ['hwk', 'user', 'mfa'], authTime: server.behalf.services.clock.now() },
    request: 'req_test',
    ...(reason === undefined ? {} : { reason }),
  });
const broken = async (approval: Approval): Promise<Approval> => {
  await say(approval, first, REASON);
  return say(approval, second);
};
const introspected = async (token: string) => {
  const { clientId, secret } = world.bank.credential;
  const answer = await fetch(`${world.calls.endpoints.introspection}`, {
    method: 'POST',
    headers: { authorization: basic(clientId, secret), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token }),
  });
  return (await answer.json()) as Record<string, unknown>;
};

describe('the token of it', () => {
  test('is for the action that was asked, for two minutes and one use, and says how it came to be', async () => {
    const agent = await world.newAgent('Nightly run', { owner: await ground.newPerson('bg-owner-1') });
    await accepted(agent.clientId);
    const { approval, authReqId } = await ground.byExchange(agent, 'close');
    expect(approval).toMatchObject({ requires: { quorum: 2 }, risk: 'critical' });
    await broken(approval);
    const { answer, event } = await audit.issued(() => ground.poll(agent, authReqId));
    const token = String(answer.body['access_token']);
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      sub: world.accountId,
      aud: BANK,
      scope: 'close',
      act: { sub: agent.clientId },
      approval: { id: approval.id, digest: approval.digest, break_glass: true },
      max_uses: 1,
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(120);
    expect(event).toMatchObject({ approval: approval.id, inputs: { breakGlass: true, votes: 2 } });
    expect(await introspected(token)).toMatchObject({
      active: true,
      approval: { id: approval.id, break_glass: true, unused: true },
    });
    expect((await ground.poll(agent, authReqId)).body['error']).toBe('invalid_grant');
  });

  test('comes from no usual approval: those carry no mark', async () => {
    const agent = await world.newAgent('Usual');
    const { approval, authReqId } = await ground.byExchange(agent);
    await world.approve(approval);
    const claims = decodeJwt(String((await ground.poll(agent, authReqId)).body['access_token']));
    expect(claims['approval']).toEqual({ id: approval.id, digest: approval.digest });
  });

  test('is not there two minutes later', async () => {
    const agent = await world.newAgent('Slow', { owner: await ground.newPerson('bg-owner-2') });
    await accepted(agent.clientId);
    const { approval, authReqId } = await ground.byExchange(agent);
    await broken(approval);
    advance(120_000);
    await ground.refused(agent, authReqId, 'expired_token', 'approval_expired');
  });

  test('AP-01 nor when what was asked has become something else', async () => {
    const agent = await world.newAgent('Changed', { owner: await ground.newPerson('bg-owner-3') });
    await accepted(agent.clientId);
    const { approval, authReqId } = await ground.byExchange(agent);
    await broken(approval);
    await server.behalf.services.agents.declareComposition(
      agent.clientId,
      undefined,
      { digest: `sha256:${'ab'.repeat(32)}` },
      { caller: agent.clientId },
    );
    await ground.refused(agent, authReqId, 'access_denied', 'action_changed');
  });

  test('never what a policy forbids: the forbid stands at the fetch, and before it no approver is asked at all', async () => {
    const agent = await world.newAgent('Forbidden', { owner: await ground.newPerson('bg-owner-4') });
    await accepted(agent.clientId);
    const own = await world.allow(agent);
    const asked = await ground.byExchange(agent);
    await broken(asked.approval);
    await ground.withRule(
      `${HIGH};\n\n@id("never")\n@reason("Never.")\nforbid (principal is Agent, action == Action::"act", resource)\nwhen { resource.risk == "high" }`,
    );
    try {
      const { result } = await audit.during(() => ground.poll(agent, asked.authReqId));
      expect(result.body['error']).toBe('access_denied');
      expect((result.body['denial'] as { layer: string }).layer).toBe('policy');
      const before = (await world.service.ofAgent(agent.clientId)).length;
      const again = await world.want(agent, own, { scope: 'pay' });
      expect(again.status).toBe(400);
      expect((await world.service.ofAgent(agent.clientId)).length).toBe(before);
    } finally {
      await ground.activate(running.usual);
    }
  });

  test.each<[string, () => Promise<unknown>]>([
    ['one of the two lost the role', () => ground.patch(`/accounts/${first}`, { roles: [] })],
    ['one of the two was disabled', () => ground.call('POST', `/accounts/${second}/disable`)],
  ])('AP-21 nor when %s before it was fetched', async (name, happens) => {
    const key = name.replaceAll(/\W/g, '');
    const agent = await world.newAgent(`Left ${key}`, { owner: await ground.newPerson(`bg-owner-${key}`) });
    await accepted(agent.clientId);
    const { approval, authReqId } = await ground.byExchange(agent);
    await broken(approval);
    await happens();
    try {
      await ground.refused(agent, authReqId, 'access_denied', 'approver_left');
    } finally {
      await ground.call('POST', `/accounts/${second}/enable`);
      await ground.patch(`/accounts/${first}`, { roles: ['break_glass'] });
      advance(1000);
    }
  });

  test('D1 by CIBA the subject has to agree, in any emergency', async () => {
    const agent = await world.newAgent('By CIBA');
    await world.allow(agent, 'openid balance');
    const { approval } = await ground.ciba(agent);
    if (!approval) throw new Error('no approver is asked');
    await expect(say(approval, first, REASON)).rejects.toMatchObject({ code: 'conflict' });
  });
});

const accepted = async (id: string): Promise<void> => {
  const { owner } = (await server.behalf.services.agents.get(id))?.document ?? { owner: '' };
  await server.behalf.services.agents.accept(id, { caller: owner, request: 'req_test' });
};

describe('who hears of it', () => {
  test('the person, the owner, who is asked, and the administrators: at the call and when it is broken, past all limits', async () => {
    const owner = await ground.newPerson('bg-heard', { email: 'bg-heard@example.com', email_verified: true });
    const [clerk, chief] = [
      await ground.newPerson('bg-clerk', { email: 'bg-clerk@example.com', email_verified: true }),
      await ground.newPerson('bg-chief'),
    ];
    await ground.newPerson('bg-admin', {
      roles: ['administrator'],
      email: 'bg-admin@example.com',
      email_verified: true,
    });
    await ground.withRule(`@approvers("${await ground.newGroup('Bg', [clerk, chief])}")\n${HIGH}`);
    const agent = await world.newAgent('Loud', { owner });
    await accepted(agent.clientId);
    const { approval } = await ground.byExchange(agent);
    // More mails than the limit of an account within an hour about agents.
    for (let time = 0; time < 40; time += 1) await server.behalf.services.ephemeral.count(`mails:${clerk}`, 3600);
    await broken(approval);
    const told = (to: string, said: RegExp) =>
      mails.received.some((mail) => mail.to.includes(to) && said.test(plainOf(mail)));
    const all = ['bg-ada', 'bg-heard', 'bg-clerk', 'bg-admin'].map((name) => `${name}@example.com`);
    await until(() => {
      advance(1000);
      return all.every(
        (to) => told(to, /requested break-glass access for an action/) && told(to, /two people approved an action/),
      );
    });
    expect(told('bg-first@example.com', /requested break-glass access for an action/)).toBe(false);
    const [mail] = await mails.arrived('bg-clerk@example.com', /two people approved an action/);
    expect(mail && plainOf(mail)).toContain(`/console/break-glass/${approval.id}`);
    // Who is asked can still say no.
    await world.deny(approval, clerk);
    expect((await world.service.get(approval.id))?.state).toBe('denied');
    await ground.activate(running.usual);
  });
});

describe('what is seen of it', () => {
  const browserOf = async (username: string): Promise<Browser> => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), {
      username,
      password: 'a long enough pass phrase',
    });
    return browser;
  };
  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };

  test('over the API and the command line, with figures and metrics; a third person closes it there, neither of the two', async () => {
    const agent = await world.newAgent('Seen', { owner: await ground.newPerson('bg-owner-5') });
    await accepted(agent.clientId);
    const { approval } = await ground.byExchange(agent);
    await broken(approval);
    expect((await ground.call('GET', `/approvals/${approval.id}`)).body['break_glass']).toMatchObject({
      reason: REASON,
      by: [{ account: first }, { account: second }],
      review: 'open',
    });
    const open = async () =>
      ((await ground.call('GET', '/approvals?review=open')).body['items'] as { id: string }[]).map(({ id }) => id);
    expect(await open()).toContain(approval.id);
    expect((await behalf('approvals', 'list', '--review', 'open')).out).toContain(approval.id);
    const metrics = await server.behalf.metrics.registry.metrics();
    expect(metrics).toMatch(/behalf_approvals_total\{outcome="break_glass"\} [1-9]/);

    const refused = await ground.call('POST', `/approvals/${approval.id}/review`, { finding: 'fine', note: NOTE });
    expect([refused.status, (await server.events('management.refused')).length > 0]).toEqual([400, true]);
    const closed = await behalf('approvals', 'review', approval.id, '--finding', 'unjustified', '--note', NOTE);
    expect([closed.code, closed.err]).toEqual([0, '']);
    expect((await ground.call('GET', `/approvals/${approval.id}`)).body['break_glass']).toMatchObject({
      review: 'closed',
      finding: 'unjustified',
      note: NOTE,
    });
    expect(await open()).not.toContain(approval.id);
    expect((await server.events('break_glass.reviewed')).at(-1)).toMatchObject({
      target: { id: approval.id },
      inputs: { finding: 'unjustified', note: NOTE },
    });
    const again = await ground.call('POST', `/approvals/${approval.id}/review`, { finding: 'justified', note: NOTE });
    expect([again.status, again.body['type']]).toEqual([409, 'urn:behalf:problem:conflict']);
  });

  test('in the console, open until a third person has looked at it on its page', async () => {
    const agent = await world.newAgent('On pages', { owner: await ground.newPerson('bg-owner-6') });
    await accepted(agent.clientId);
    const { approval } = await ground.byExchange(agent);
    const at = `${server.issuer}/console/break-glass`;
    const [holder, auditor, person, outsider] = [
      await browserOf('bg-second'),
      await browserOf('bg-third'),
      await browserOf(world.person.username),
      await browserOf('bg-owner-5'),
    ];
    // Before: only who may do it sees that there is something.
    expect((await holder.open(at)).html).toContain(approval.id);
    expect((await auditor.open(at)).html).not.toContain(approval.id);
    expect((await auditor.open(`${at}/${approval.id}`)).status).toBe(404);
    expect((await person.open(`${at}/${approval.id}`)).status).toBe(404);
    expect((await holder.open(`${at}/${approval.id}`)).text).toContain('your account has none');

    await say(approval, first, REASON);
    const called = (await person.open(`${at}/${approval.id}`)).text;
    expect([called.includes(REASON), called.includes('You cannot approve it.')]).toEqual([true, true]);
    expect((await person.open(`${server.issuer}/account/approvals/${approval.id}`)).text).toContain(
      'A person requested break-glass access for this action',
    );
    await say(approval, second);
    for (const browser of [holder, auditor, person]) {
      const page = await browser.open(`${at}/${approval.id}`);
      expect([page.status, page.text.includes(REASON), page.text.includes('bg-first')]).toEqual([200, true, true]);
    }
    expect((await outsider.open(`${at}/${approval.id}`)).status).toBe(404);
    expect((await outsider.open(at)).status).toBe(404);
    expect((await outsider.open(`${server.issuer}/console`)).html).not.toContain('break-glass');
    expect((await auditor.open(`${server.issuer}/console`)).text).toContain('approved by break-glass access');
    expect((await auditor.open(at)).html).toContain(approval.id);

    const formOf = async (browser: Browser) => {
      const page = await browser.open(`${at}/${approval.id}`);
      return { page, form: page.forms.find(({ action }) => action.endsWith('/review')) };
    };
    for (const browser of [holder, person]) {
      const seen = await formOf(browser);
      expect([seen.form, seen.page.text.includes('You cannot review it.')]).toEqual([undefined, true]);
    }
    const { page, form } = await formOf(auditor);
    if (!form) throw new Error(page.text);
    const empty = await auditor.submit(page, form, { set: { finding: '', note: 'short' } });
    expect([empty.status, empty.text.includes('Say what you found')]).toEqual([400, true]);
    // Nothing of it is cut off; the end of a line is one character of the 2000, as the browser counts it.
    const lines = (length: number, end: string): string => `${NOTE.padEnd(length - end.length - 4, 'x')}${end}last`;
    const long = await auditor.submit(page, form, { set: { finding: 'justified', note: lines(2001, '\n') } });
    expect([long.status, long.text.includes('Say what you found')]).toEqual([400, true]);
    expect((await server.events('break_glass.reviewed')).filter(({ target }) => target?.id === approval.id)).toEqual(
      [],
    );
    const done = await auditor.submit(page, form, { set: { finding: 'justified', note: lines(2001, '\r\n') } });
    expect([done.status, done.text.includes('it was right'), done.text.includes(NOTE)]).toEqual([200, true, true]);
    expect((await server.events('break_glass.reviewed')).at(-1)).toMatchObject({
      caller: third,
      target: { id: approval.id },
      inputs: { finding: 'justified', note: lines(2001, '\r\n').replace('\r', '') },
    });
    expect((await auditor.open(`${server.issuer}/console/approvals`)).text).toContain(' Break-glass State');
  });

  test('a page about what is denied sends no reader to a second person', async () => {
    const agent = await world.newAgent('Denied at last', { owner: await ground.newPerson('bg-owner-8') });
    await accepted(agent.clientId);
    const { approval } = await ground.byExchange(agent);
    await say(approval, first, REASON);
    const at = `${server.issuer}/console/break-glass/${approval.id}`;
    const auditor = await browserOf('bg-third');
    expect((await auditor.open(at)).text).toContain('You cannot approve it.');
    await world.deny(approval);
    const { text } = await auditor.open(at);
    expect(text).toContain('This request was decided, has expired, or does not allow break-glass access.');
    expect(text).not.toContain('You cannot approve it.');
  });

  test('WB-02 AP-13 a form without its page, a passkey or a reason does nothing', async () => {
    const agent = await world.newAgent('Attacked', { owner: await ground.newPerson('bg-owner-7') });
    await accepted(agent.clientId);
    const { approval } = await ground.byExchange(agent);
    const holder = await browserOf('bg-second');
    const at = `${server.issuer}/console/break-glass/${approval.id}`;
    const csrf = (await holder.open(at)).forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    for (const body of ['', `csrf=${csrf}`, `csrf=${csrf}&reason=${encodeURIComponent(REASON)}&credential=x`]) {
      const answer = await holder.request(`${at}?seen=${approval.digest}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      expect(answer.status).toBe(403);
    }
    expect((await world.service.get(approval.id))?.breakGlass).toBeUndefined();
  });

  test('the role belongs to accounts, and gives nothing of the management API', async () => {
    const { body } = await ground.call('GET', `/accounts/${first}`);
    expect(body['roles']).toEqual(['break_glass']);
    const client = await ground.call('POST', '/clients', {
      name: 'With the role',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
      roles: ['break_glass'],
    });
    expect([client.status, client.body['type']]).toEqual([400, 'urn:behalf:problem:invalid_field']);
  });
});
