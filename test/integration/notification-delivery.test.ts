/** People are told by mail, other systems by webhook: over a real SMTP server and real https endpoints. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { WEBHOOKS } from '../../src/domain/notifications/webhook.ts';
import { DELIVERIES, type Delivery } from '../../src/domain/platform/outbox/delivery.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { approvalScene } from '../support/approval-scene.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { isAccepted, type ReceivedWebhook, webhookReceiver } from '../support/webhook-receiver.ts';

const PASSWORD = 'a long enough password';

let authority: LocalAuthority;
let mails: MailServer;
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;
let other: Awaited<ReturnType<typeof webhookReceiver>>;
let server: RunningServer;
let management: Management;

beforeAll(async () => {
  authority = await localAuthority();
  mails = await mailServer();
  receiver = await webhookReceiver(authority);
  other = await webhookReceiver(authority);
  server = await runServer({
    environment: {
      ...internalHosts({ webhooks: `${receiver.host},${other.host}` }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      ...mails.environment,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
const usual = () => ({ ...receiver.answering });
let before: ReturnType<typeof usual>;
beforeAll(() => {
  before = usual();
});
afterEach(async () => {
  Object.assign(receiver.answering, before);
  Object.assign(other.answering, before);
  const { items } = await done('GET', '/webhooks?limit=200');
  for (const { id } of items as readonly { readonly id: string }[]) await done('DELETE', `/webhooks/${id}`);
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
  await authority?.remove();
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> => management.call(method, path, body);
const done = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
  const answer = await call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const newWebhook = async (given: object = {}): Promise<{ readonly id: string; readonly secret: string }> => {
  const usually = { name: 'Endpoint', url: receiver.url, kinds: ['account.password_changed'] };
  const { id, secret } = await done('POST', '/webhooks', { ...usually, ...given });
  return { id: String(id), secret: String(secret) };
};
const provenWebhook = async (given: object = {}) => {
  const made = await newWebhook(given);
  await done('POST', `/webhooks/${made.id}/verify`);
  return made;
};
let people = 0;
const newAccount = async (more: object = {}): Promise<{ readonly id: string; readonly email: string }> => {
  people += 1;
  const email = `person${people}@example.com`;
  const fields = { username: `person${people}`, name: `Person ${people}`, email, email_verified: true };
  return { id: String((await done('POST', '/accounts', { ...fields, ...more }))['id']), email };
};
const changePassword = (account: string): Promise<Answer['body']> =>
  done('POST', `/accounts/${account}/password`, { password: PASSWORD });
const about =
  (subject: string) =>
  ({ message }: ReceivedWebhook): boolean =>
    message.data['subject'] === subject;
const undelivered = async (to: string) =>
  (await server.events('notification.undelivered')).filter(({ target }) => target?.id === to);
const lastEvent = async (type: AuditEventType) => (await server.events(type)).at(-1);

describe('webhooks', () => {
  test('WH-06 an endpoint gets no message before it has returned a challenge, signed like every message', async () => {
    const { id, secret } = await newWebhook();
    const account = await newAccount();
    await changePassword(account.id);
    // A later notification, to an account that gets them, has been sent while nothing has come here.
    await mails.arrived(account.email, /password/);
    expect(receiver.received.filter(about(account.id))).toEqual([]);
    expect(await undelivered(id)).toEqual([]);
    expect((await call('POST', `/webhooks/${id}/test`)).status).toBe(409);

    receiver.answering.challenge = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"challenge":"something else"}');
    const refused = await call('POST', `/webhooks/${id}/verify`);
    expect([refused.status, refused.body]).toMatchObject([409, { type: 'urn:behalf:problem:conflict' }]);
    expect(await lastEvent('webhook.verification_failed')).toMatchObject({
      outcome: 'refused',
      target: { kind: 'webhook', id },
      inputs: { reason: 'challenge_not_returned' },
    });
    expect(await done('GET', `/webhooks/${id}`)).toMatchObject({ state: 'unproven' });

    Object.assign(receiver.answering, before);
    expect(await done('POST', `/webhooks/${id}/verify`)).toMatchObject({ state: 'active' });
    const challenges = receiver.received.filter(({ message }) => message.type === 'webhook.challenge');
    expect(challenges.every((one) => isAccepted(one, secret))).toBe(true);
    const asked = new Set(challenges.map(({ message }) => message.data['challenge']));
    expect(asked.size).toBe(challenges.length);
  });

  test('WH-02 WH-03 changes arrive, signed over their very bytes, numbered for each subject, with ids and nothing else', async () => {
    const { secret } = await provenWebhook({
      kinds: ['account.password_changed', 'account.disabled', 'account.enabled'],
    });
    const { id, email } = await newAccount({ name: 'A private name' });
    await done('POST', `/accounts/${id}/disable`);
    await done('POST', `/accounts/${id}/enable`);
    await changePassword(id);
    const got = await receiver.arrived((one) => about(id)(one) && isAccepted(one, secret), 3);
    expect(got.map(({ message }) => message.type)).toEqual([
      'account.disabled',
      'account.enabled',
      'account.password_changed',
    ]);
    const sequences = got.map(({ message }) => Number(message.data['sequence']));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(3);
    for (const { message, body, headers } of got) {
      expect(Object.keys(message)).toEqual(['type', 'timestamp', 'data']);
      expect(Object.keys(message.data).toSorted()).toEqual(['account', 'sequence', 'subject']);
      expect(body).not.toMatch(/private|person|@/i);
      expect(body).not.toContain(email);
      expect(headers['webhook-id']).toMatch(/^msg_/);
    }
  });

  test('WH-03 while its secret is changed a message verifies with either, and the former one ends after a day', async () => {
    const { id, secret } = await provenWebhook();
    const account = await newAccount();
    const rotated = await done('POST', `/webhooks/${id}/rotate-secret`);
    const next = String(rotated['secret']);
    expect(next).not.toBe(secret);
    expect(rotated['former_secret_until']).toBe(Number(rotated['updated_at']) + 86_400);
    await changePassword(account.id);
    const [got] = await receiver.arrived((one) => about(account.id)(one) && isAccepted(one, next));
    expect(got && isAccepted(got, secret)).toBe(true);
    expect(String(got?.headers['webhook-signature']).split(' ')).toHaveLength(2);

    const again = String((await done('POST', `/webhooks/${id}/rotate-secret`))['secret']);
    await done('POST', `/webhooks/${id}/test`);
    const tested = (await receiver.arrived(({ message }) => message.data['webhook'] === id)).at(-1);
    expect(tested && [secret, next, again].map((one) => isAccepted(tested, one))).toEqual([false, true, true]);
    expect(await done('GET', `/webhooks/${id}`)).not.toHaveProperty('secret');
    expect(JSON.stringify(await server.events())).not.toContain('whsec_');
  });

  test.each([
    ['https://169.254.169.254/latest'],
    ['https://127.0.0.1/hooks'],
    ['https://[::1]/hooks'],
    ['https://10.0.0.1/hooks'],
    ['https://0x7f.1/hooks'],
    ['https://localhost/hooks'],
    ['https://metadata.google.internal/'],
    ['http://hooks.example.com/'],
    ['https://user:word@hooks.example.com/'],
    ['https://hooks.example.com:8443/'],
  ])('WH-05 an endpoint at %s is refused when it is made and when it is changed', async (url) => {
    const made = await call('POST', '/webhooks', { name: 'Inside', url, kinds: ['agent.suspended'] });
    expect([made.status, made.body]).toMatchObject([400, { type: 'urn:behalf:problem:invalid_field' }]);
    expect(JSON.stringify(made.body)).toContain('/url');
    const { id } = await newWebhook();
    const { version } = await versionOf(id);
    const changed = await management.call('PATCH', `/webhooks/${id}`, { url }, { 'if-match': `"${version}"` });
    expect([changed.status, changed.body]).toMatchObject([400, { type: 'urn:behalf:problem:invalid_field' }]);
    expect(await lastEvent('management.refused')).toMatchObject({ error: 'invalid_field', note: 'updateWebhook' });
  });

  test('WH-05 another URL has to be proven anew', async () => {
    const { id } = await provenWebhook();
    const { version } = await versionOf(id);
    const changed = await management.call(
      'PATCH',
      `/webhooks/${id}`,
      { url: other.url },
      { 'if-match': `"${version}"` },
    );
    expect(changed.body).toMatchObject({ state: 'unproven', url: other.url });
  });

  test('WH-05 an endpoint that has become internal is not asked, even if it was public at registration', async () => {
    const { id } = await provenWebhook();
    const account = await newAccount();
    // As if its name had come to lead somewhere else, or an allowed host had been taken out of the settings.
    await moveTo(id, 'https://127.0.0.1/hooks');
    await changePassword(account.id);
    await until(async () => (await done('GET', `/webhooks/${id}`))['last_failure'] === 'address_not_allowed');
    expect(receiver.received.filter(about(account.id))).toEqual([]);
    expect(await done('POST', `/webhooks/${id}/test`)).toEqual({ sent: false, failure: 'address_not_allowed' });
    expect(await lastEvent('webhook.tested')).toMatchObject({
      outcome: 'refused',
      inputs: { reason: 'address_not_allowed' },
    });
  });

  test('WH-07 a redirect is not followed, and nothing of an answer is kept', async () => {
    const { id } = await provenWebhook();
    const account = await newAccount();
    receiver.answering.message = (response) => void response.writeHead(307, { location: `${other.origin}/loop` }).end();
    await changePassword(account.id);
    await until(async () => (await done('GET', `/webhooks/${id}`))['last_failure'] === 'redirected');
    expect(other.received.filter(({ message }) => message.data['subject'] === account.id)).toEqual([]);
    const canary = 'an unsolicited answer';
    receiver.answering.message = (response) =>
      void response.writeHead(500, { 'content-type': 'text/plain', 'x-canary': canary }).end(canary.repeat(10_000));
    expect(await done('POST', `/webhooks/${id}/test`)).toEqual({ sent: false, failure: 'status_not_ok' });
    expect(JSON.stringify([await server.events(), await done('GET', `/webhooks/${id}`)])).not.toContain(canary);
  });

  test('WH-07 an answer without an end is as good as its headers', async () => {
    const { id } = await provenWebhook();
    receiver.answering.message = (response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('x');
    expect(await done('POST', `/webhooks/${id}/test`)).toEqual({ sent: true });
  });

  test('WH-01 WH-04 a failed message is sent again with the same id and bytes, and delays no other recipient', async () => {
    const slow = await provenWebhook();
    const quick = await provenWebhook({ url: other.url });
    const account = await newAccount();
    let tries = 0;
    receiver.answering.message = (response) => {
      tries += 1;
      // The first is never answered.
      if (tries > 1) response.writeHead(204).end();
    };
    await changePassword(account.id);
    const [there] = await other.arrived((one) => about(account.id)(one) && isAccepted(one, quick.secret));
    expect(there).toBeDefined();
    // The other one has not yet been given up on.
    expect(tries).toBeLessThan(2);
    const got = await receiver.arrived((one) => about(account.id)(one) && isAccepted(one, slow.secret), 2);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);
    await until(async () => (await done('GET', `/webhooks/${slow.id}`))['failing_since'] === undefined);
    expect(await done('GET', `/webhooks/${slow.id}`)).toMatchObject({ last_failure: 'timed_out' });
  });

  test('an endpoint that is gone is stopped, its administrators are notified, and what it did not get can be sent again', async () => {
    const admin = await newAccount({ roles: ['administrator'] });
    const { id } = await provenWebhook();
    const account = await newAccount();
    receiver.answering.message = (response) => void response.writeHead(410).end();
    await changePassword(account.id);
    await mails.arrived(admin.email, /endpoint was stopped/);
    expect(await done('GET', `/webhooks/${id}`)).toMatchObject({ state: 'stopped', last_failure: 'gone' });
    expect(await lastEvent('webhook.stopped')).toMatchObject({ caller: 'system', inputs: { reason: 'gone' } });
    const given = await undelivered(id);
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({
      outcome: 'refused',
      target: { kind: 'webhook', id },
      inputs: { kind: 'account.password_changed', reason: 'gone' },
    });
    const { items } = await done('GET', '/dead-letters');
    const letter = (items as readonly Record<string, unknown>[]).find(({ to }) => to === id);
    expect(letter).toMatchObject({
      channel: 'webhook',
      kind: 'account.password_changed',
      attempts: 1,
      failure: 'gone',
      failure_status: 410,
    });
    expect(Number(letter?.['forget_at']) - Number(letter?.['created_at'])).toBeGreaterThanOrEqual(30 * 86_400);
    expect(letter).not.toHaveProperty('body');

    Object.assign(receiver.answering, before);
    await done('POST', `/webhooks/${id}/verify`);
    const sent = receiver.received.filter(about(account.id)).length;
    expect((await call('POST', `/dead-letters/${letter?.['id']}/retry`)).status).toBe(204);
    const [first, again] = await receiver.arrived(about(account.id), sent + 1);
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const twice = await call('POST', `/dead-letters/${letter?.['id']}/retry`);
    expect([twice.status, twice.body]).toMatchObject([404, { type: 'urn:behalf:problem:not_found' }]);
    expect(await lastEvent('management.refused')).toMatchObject({ error: 'not_found', note: 'retryDeadLetter' });
  });

  test('an endpoint that is stopped is not sent what waits for it', async () => {
    const { id } = await provenWebhook();
    const account = await newAccount();
    receiver.answering.message = (response) => void response.writeHead(500).end();
    await changePassword(account.id);
    await until(async () => (await done('GET', `/webhooks/${id}`))['last_failure'] === 'status_not_ok');
    expect(await done('POST', `/webhooks/${id}/stop`)).toMatchObject({ state: 'stopped' });
    const sent = receiver.received.filter(about(account.id)).length;
    await until(async () => (await undelivered(id)).length === 1);
    expect(receiver.received.filter(about(account.id))).toHaveLength(sent);
    expect((await undelivered(id))[0]?.inputs).toMatchObject({ reason: 'not_active' });
  });

  test('an endpoint that was removed is not found any more, and gets no message', async () => {
    const { id, secret } = await provenWebhook();
    expect((await call('DELETE', `/webhooks/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/test'],
      ['POST', '/verify'],
      ['POST', '/rotate-secret'],
      ['DELETE', ''],
    ] as const) {
      const answer = await call(method, `/webhooks/${id}${path}`);
      expect([answer.status, answer.body]).toMatchObject([404, { type: 'urn:behalf:problem:not_found' }]);
    }
    expect(await lastEvent('management.refused')).toMatchObject({ error: 'not_found', note: 'removeWebhook' });
    const account = await newAccount();
    await changePassword(account.id);
    await mails.arrived(account.email, /password/);
    expect(receiver.received.filter((one) => about(account.id)(one) && isAccepted(one, secret))).toEqual([]);
  });

  test('an endpoint of one owner is notified of the agents of that owner alone', async () => {
    const [one, two] = [await newAccount(), await newAccount()];
    const { secret } = await provenWebhook({ kinds: ['agent.suspended'], owner: one.id });
    const agents = [await newAgent(two.id), await newAgent(one.id)];
    for (const agent of agents) await done('POST', `/agents/${agent}/suspend`);
    const [got] = await receiver.arrived(
      (message) => isAccepted(message, secret) && message.message.type === 'agent.suspended',
    );
    expect(got?.message.data).toMatchObject({ subject: agents[1], agent: agents[1], owner: one.id });
    await mails.arrived(two.email, /suspended/);
    const heard = receiver.received
      .filter((message) => isAccepted(message, secret))
      .map(({ message }) => message.data['agent']);
    expect(heard.filter((agent) => agent === agents[0])).toEqual([]);
  });
});

describe('mail', () => {
  test('an owner is notified of a pending agent, under the name it chose, which is no link', async () => {
    const owner = await newAccount();
    const agent = await newAgent(owner.id, { name: 'evil.example' }, false);
    const [mail] = await mails.arrived(owner.email, /waits for you/);
    const text = mail ? plainOf(mail) : '';
    expect(text).toContain(`“evil·example” (${agent})`);
    expect(text).toContain(`${server.issuer}/console/agents/${agent}`);
    expect(text).not.toMatch(/evil\.example/);
  });

  test('AP-15 opening the link of a mail decides nothing', async () => {
    const owner = await newAccount();
    const agent = await newAgent(owner.id, {}, false);
    const [mail] = await mails.arrived(owner.email, /waits for you/);
    const [link = ''] = /http:\/\/\S+\/console\/agents\/\S+/.exec(mail ? plainOf(mail) : '') ?? [];
    const changes = (await server.events()).length;
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(link, { method, redirect: 'manual' });
      expect(answer.status).toBeLessThan(400);
    }
    expect((await server.events()).slice(changes).map(({ type }) => type)).not.toContain('agent.accepted');
    expect(await done('GET', `/agents/${agent}`)).toMatchObject({ state: 'pending' });
  });

  test('LG-07 a user is notified when an administrator removes their second factors', async () => {
    const { id, email } = await newAccount();
    await done('POST', `/accounts/${id}/remove-factors`);
    const [mail] = await mails.arrived(email, /second factor/);
    expect(mail && plainOf(mail)).toContain('An administrator did it.');
  });

  test('no mail goes to an address that is not verified', async () => {
    const quiet = await newAccount({ email_verified: false });
    const told = await newAccount();
    await changePassword(quiet.id);
    await changePassword(told.id);
    await mails.arrived(told.email, /password/);
    expect(mails.received.filter(({ to }) => to.includes(quiet.email))).toEqual([]);
    expect(await undelivered(quiet.id)).toEqual([]);
  });

  test('a mail that its server refuses for good is given up, and one refused for now comes later', async () => {
    const { id, email } = await newAccount();
    mails.answers.recipient = 550;
    await changePassword(id);
    await until(async () => (await lastEvent('notification.undelivered'))?.target?.id === id);
    expect(await lastEvent('notification.undelivered')).toMatchObject({
      target: { kind: 'account' },
      inputs: { reason: 'smtp_550' },
    });
    mails.answers.recipient = 451;
    const later = await newAccount();
    await changePassword(later.id);
    await until(async () => (await waitingFor(later.id))[0]?.failure === 'smtp_451');
    mails.answers.recipient = undefined;
    await mails.arrived(later.email, /password/);
    expect(mails.received.filter(({ to }) => to.includes(email))).toEqual([]);
  });

  test('AP-05 a client that registers agents without end cannot fill a mailbox', async () => {
    const owner = await newAccount();
    for (let agent = 0; agent < 34; agent += 1) await newAgent(owner.id, {}, false);
    const told = await newAccount();
    await changePassword(told.id);
    await mails.arrived(told.email, /password/);
    await until(async () => (await waitingFor(owner.id)).length === 0);
    expect(mails.received.filter(({ to }) => to.includes(owner.email))).toHaveLength(30);
  });
});

const waitingFor = async (account: string): Promise<readonly Delivery[]> => {
  const found = await server.behalf.services.documents
    .collection<Delivery>(DELIVERIES)
    .find({ where: { queue: `mail:${account}` }, limit: 100 });
  return found.map(({ document }) => document).filter(({ state }) => state === 'waiting');
};

const versionOf = async (id: string): Promise<{ readonly version: string }> => {
  const answer = await call('GET', `/webhooks/${id}`);
  return { version: String(answer.headers.get('etag')).replaceAll('"', '') };
};

/** Past the register, which would check it. */
const moveTo = async (id: string, url: string): Promise<void> => {
  const webhooks = server.behalf.services.documents.collection<{ readonly id: string }>(WEBHOOKS);
  const found = await webhooks.get(id);
  if (!found || !(await webhooks.replace({ ...found.document, url } as never, found.version))) throw new Error('moved');
};

let named = 0;
const newAgent = async (owner: string, more: object = {}, isAccepted = true): Promise<string> => {
  named += 1;
  const agent = {
    name: `Agent ${named}`,
    purpose: 'Books trips',
    environment: 'test',
    owner,
    jwks: { keys: [await publicJwk()] },
  };
  const { id } = isAccepted
    ? await management.createAgent({ ...agent, ...more })
    : await done('POST', '/agents', { ...agent, ...more });
  return String(id);
};
const publicJwk = async () => (await newKeyPair()).publicJwk;

test('AP-15 an approver is notified of a request by mail, without a word of the agent but its name, and with a link that decides nothing', async () => {
  const scene = await approvalScene(server);
  const account = await newAccount();
  const approval = await scene.ask(account.id, {
    risk: 'high',
    action: { subject: account.id, message: 'Look at evil.example and approve' },
  });
  const [mail] = await mails.arrived(account.email, /asks for your approval/);
  const text = mail ? plainOf(mail) : '';
  expect(text).toContain(`${server.issuer}/account/approvals`);
  expect(text).not.toContain('evil');
  const [link = ''] = /http:\/\/\S+\/account\/approvals/.exec(text) ?? [];
  await fetch(link, { redirect: 'manual' });
  expect((await scene.service.get(approval.id))?.state).toBe('pending');
});

test('LG-07 LG-08 a user is notified of a new sign-in method of their account, and of its end', async () => {
  const { append } = server.behalf.services.audit;
  const { id, email } = await newAccount();
  const link = (type: 'upstream_link.created' | 'upstream_link.removed', proof: string) =>
    append({ type, outcome: 'done', subject: id, caller: id, request: 'req_test', inputs: { proof } });
  // The sign-in that makes the account is its own news.
  await link('upstream_link.created', 'created');
  await link('upstream_link.created', 'session');
  const [connected, ...others] = await mails.arrived(email, /was connected/);
  expect(others).toEqual([]);
  expect(connected ? plainOf(connected) : '').toContain(`${server.issuer}/account/security`);
  await link('upstream_link.removed', 'session');
  await mails.arrived(email, /was disconnected/);
});
