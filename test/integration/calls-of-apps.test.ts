/** An MCP server acts for its caller (decision 21), by the page behind `consent_required`, over HTTP against the whole server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { fillForm, newBrowser } from '../support/browser-flow.ts';
import { type CallingWorld, callingWorld } from '../support/calling-world.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: CallingWorld;
let watch: AuditWatch;
let app: Identity;
let agent: Identity;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' } });
  world = await callingWorld(server);
  watch = auditWatch(server);
}, 240_000);
afterAll(async () => {
  await server?.close();
  startClock();
});
beforeEach(async () => {
  [app, agent] = [await world.newApp('Desk'), await world.newAgent()];
});

/** Refused with a page for the person, and one event that names the kind of remedy only. */
const refusedWithPage = async (work: () => Promise<Answer>): Promise<Answer> => {
  const { answer, event } = await watch.refused(work, {
    status: 400,
    error: 'consent_required',
    event: 'token.refused',
  });
  expect(event.denial).toMatchObject({ layer: 'delegation', remedies: [{ kind: 'consent' }] });
  return answer;
};

/** The person allowed the agent `read` at the API when the app calls it; with a token of that. */
const allowed = async (scope = 'read', by = agent) => {
  const subject = await world.signIn(app);
  await world.decide(await world.openPage(await world.exchange(by, subject, scope)), 'allow');
  const answer = await world.exchange(by, subject, scope);
  if (answer.status !== 200) throw new Error(`not allowed: ${answer.text}`);
  const row = await world.row(by, app);
  if (!row) throw new Error('no delegation');
  return { subject, token: String(answer.body['access_token']), row };
};

test('an app that names the MCP server alone: the refusal has a page, and what is allowed there makes the exchange work', async () => {
  const subject = await world.signIn(app);
  const refused = await refusedWithPage(() => world.exchange(agent, subject, 'read'));
  const page = await world.openPage(refused);
  expect(page.text).toContain('Only when called by');
  expect(page.text).toContain('the app Desk . The app itself gets no access by this.');
  const { events } = await watch.during(() => world.decide(page, 'allow'));
  const row = await world.row(agent, app);
  expect(row).toMatchObject({ via: app.clientId, scope: ['read'], parent: null });
  expect(events.map(({ type, inputs }) => [type, inputs?.['via']])).toEqual([
    ['consent.granted', app.clientId],
    ['delegation.created', app.clientId],
  ]);
  const { answer } = await watch.issued(() => world.exchange(agent, subject, 'read'));
  expect(await world.introspect(answer.body['access_token'])).toMatchObject({
    active: true,
    sub: world.scene.accountId,
    scope: 'read',
    client_id: agent.clientId,
    act: { sub: agent.clientId },
  });
});

test('the app itself gains nothing: no token at the API, and the API accepts none of its tokens', async () => {
  const { subject } = await allowed();
  expect(await world.isActive(subject)).toBe(false);
  const asking = await world.ask(app, { scope: 'read' });
  const { left } = asking.page;
  if (!left) throw new Error('the answer of before counts');
  const refused = await watch.refused(
    () =>
      world.scene.calls.token(world.scene.keyed(app), {
        grant_type: 'authorization_code',
        code: world.scene.codeFrom(left),
        redirect_uri: 'https://app.example.com/callback',
        code_verifier: asking.request.verifier,
        resource: world.api.identifier,
      }),
    { status: 400, error: 'invalid_target', event: 'token.refused' },
  );
  expect(refused.answer.body['access_token']).toBeUndefined();
  expect(await world.plainRow(agent)).toBeUndefined();
});

test('TX-01 the token of another app gets nothing of it, and a page of its own', async () => {
  const { row } = await allowed();
  const other = await world.newApp('Other');
  const subject = await world.signIn(other);
  const page = await world.openPage(await refusedWithPage(() => world.exchange(agent, subject, 'read')));
  expect(page.text).toContain('the app Other');
  await world.decide(page, 'allow');
  expect((await world.row(agent, other))?.id).not.toBe(row.id);
  expect((await world.row(agent, app))?.id).toBe(row.id);
});

test('another agent that is registered as the same MCP server gets nothing of it', async () => {
  const { subject } = await allowed();
  const other = await world.newAgent({ name: 'Other notes' });
  const page = await world.openPage(await refusedWithPage(() => world.exchange(other, subject, 'read')));
  expect(page.text).toContain('Other notes');
});

test('the own sign-in of the agent gets nothing of it', async () => {
  await allowed();
  const asking = await world.ask(agent, { scope: 'read', resource: world.api.identifier });
  expect(asking.page.text).toMatch(/wants to act for you at/);
  expect(await world.plainRow(agent)).toBeUndefined();
});

describe('is over, tokens as well,', () => {
  const isOver = async (token: string): Promise<void> => {
    expect(await world.isActive(token)).toBe(false);
    expect(await world.row(agent, app)).toBeUndefined();
  };

  test('when the person ends it: the next call asks again', async () => {
    const { token, row, subject } = await allowed();
    await world.call('POST', `/delegations/${row.id}/revoke`);
    await isOver(token);
    await refusedWithPage(() => world.exchange(agent, subject, 'read'));
  });

  test('when the person ends the app, and does not come back with its next sign-in', async () => {
    const { token } = await allowed();
    const page = await world.personsBrowser.open(`${server.issuer}/account`);
    expect(page.text).toContain('Only when called by Desk .');
    const form = page.forms.find(({ action }) => action.endsWith(`/account/clients/${app.clientId}/revoke`));
    if (!form) throw new Error(page.text);
    await world.personsBrowser.submit(page, form);
    await isOver(token);
    const subject = await world.signIn(app);
    await refusedWithPage(() => world.exchange(agent, subject, 'read'));
  });

  test('when an operator ends the grant of the app', async () => {
    const { token, row } = await allowed();
    const grants = await world.call('GET', `/grants?client=${app.clientId}`);
    const [grant] = grants.body['items'] as { id: string }[];
    const { events } = await watch.during(() => world.call('DELETE', `/grants/${grant?.id}`));
    expect(events.map(({ type, delegation }) => [type, delegation])).toEqual([
      ['delegation.revoked', row.id],
      ['grant.revoked', undefined],
    ]);
    await isOver(token);
  });

  test.each(['client', 'agent'] as const)('by a kill of the %s, and after it is lifted', async (scope) => {
    const { token } = await allowed();
    const id = scope === 'client' ? app.clientId : agent.clientId;
    const kill = await world.call('POST', '/kills', { scope, id, reason: 'a test' });
    await isOver(token);
    await world.call('POST', `/kills/${kill.body['id']}/lift`, { reason: 'a test' });
    await isOver(token);
  });

  test('while the app is disabled', async () => {
    const { token } = await allowed();
    await world.switchOff(`/clients/${app.clientId}`);
    expect(await world.isActive(token)).toBe(false);
  });

  test('for what is taken from it, at once', async () => {
    const { token, row, subject } = await allowed('read tidy');
    await world.call('POST', `/delegations/${row.id}/narrow`, { scope: ['tidy'] });
    expect(await world.isActive(token)).toBe(false);
    const refused = await world.exchange(agent, subject, 'tidy');
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_scope']);
    expect((await world.exchange(agent, subject, 'read')).status).toBe(200);
  });

  test('when the agent changes hands, until the person confirms the new owner', async () => {
    const { token, row, subject } = await allowed();
    const handedOver = await world.handOver(agent);
    await isOver(token);
    const { answer, event } = await watch.refused(() => world.exchange(handedOver, subject, 'read'), {
      status: 400,
      error: 'consent_required',
      event: 'token.refused',
    });
    expect(event.denial).toMatchObject({ reason: 'owner_not_confirmed' });
    await world.decide(await world.openPage(answer), 'allow');
    expect(await world.row(agent, app)).toMatchObject({ id: row.id });
    expect((await world.exchange(handedOver, subject, 'read')).status).toBe(200);
  });
});

describe('the page', () => {
  test('WB-11 is of the account it was made for: another person sees nothing, and no form of theirs counts', async () => {
    const subject = await world.signIn(app);
    const refused = await world.exchange(agent, subject, 'read');
    const bob = { username: `bob-${agent.clientId}`, password: 'another long pass phrase' };
    await world.management.createAccount({ ...bob, name: 'Bob' });
    const page = await world.openPage(refused, newBrowser(server.issuer), bob);
    expect(page.status).toBe(404);
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('takes no other app, agent, resource or scope from its form', async () => {
    const subject = await world.signIn(app);
    const page = await world.openPage(await world.exchange(agent, subject, 'read'));
    for (const scope of [`${world.mcp.identifier} read`, `${world.api.identifier} write`]) {
      const body = new URLSearchParams(fillForm(world.formOn(page), { button: /=allow$/ }));
      body.append('scope', scope);
      const { status } = await world.personsBrowser.request(new URL(world.formOn(page).action, page.url).href, {
        method: 'POST',
        body,
      });
      expect(status).toBe(400);
    }
    const other = await world.newApp('Other');
    await world.decide(page, 'allow', { via: other.clientId, agent: 'agt_other', resource: world.mcp.identifier });
    expect(await world.row(agent, other)).toBeUndefined();
    expect(await world.row(agent, app)).toMatchObject({ scope: ['read'] });
  });

  test('is asked anew when the agent changes hands between page and answer', async () => {
    const subject = await world.signIn(app);
    const page = await world.openPage(await world.exchange(agent, subject, 'read'));
    await world.handOver(agent);
    const again = await world.decide(page, 'allow');
    expect(again.status).toBe(409);
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('is asked anew when the app is another one by then', async () => {
    const subject = await world.signIn(app);
    const page = await world.openPage(await world.exchange(agent, subject, 'read'));
    await world.patch(`/clients/${app.clientId}`, { name: 'Renamed' });
    expect((await world.decide(page, 'allow')).status).toBe(409);
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('ends when the app is disabled or the API is deleted between page and answer', async () => {
    const subject = await world.signIn(app);
    const page = await world.openPage(await world.exchange(agent, subject, 'read'));
    await world.switchOff(`/clients/${app.clientId}`);
    expect((await world.decide(page, 'allow')).status).toBe(403);
    await world.switchOn(`/clients/${app.clientId}`);
    await world.switchOff(`/resource-servers/${world.api.id}`);
    expect((await world.decide(page, 'allow')).status).toBe(409);
    await world.switchOn(`/resource-servers/${world.api.id}`);
    expect(await world.row(agent, app)).toBeUndefined();
  });

  test('answers once: of two answers at the same time one counts', async () => {
    const subject = await world.signIn(app);
    const page = await world.openPage(await world.exchange(agent, subject, 'read'));
    const both = await Promise.all([world.decide(page, 'allow'), world.decide(page, 'allow')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    const rows = await world.call('GET', `/delegations?actor=${agent.clientId}`);
    expect(rows.body['items']).toHaveLength(1);
  });

  test('denied: nothing is held, and the same question has the next page', async () => {
    const subject = await world.signIn(app);
    const refused = await world.exchange(agent, subject, 'read');
    await world.decide(await world.openPage(refused), 'deny');
    const again = await refusedWithPage(() => world.exchange(agent, subject, 'read'));
    expect(consentUrl(again)).not.toBe(consentUrl(refused));
    expect(await world.row(agent, app)).toBeUndefined();
  });
});

test('a race of consent and the end of the app leaves no token that works', async () => {
  const subject = await world.signIn(app);
  const page = await world.openPage(await world.exchange(agent, subject, 'read'));
  const grants = await world.call('GET', `/grants?client=${app.clientId}`);
  const [grant] = grants.body['items'] as { id: string }[];
  await Promise.all([world.decide(page, 'allow'), world.call('DELETE', `/grants/${grant?.id}`)]);
  const answer = await world.exchange(agent, subject, 'read');
  expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
});
