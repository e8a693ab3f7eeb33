/** Secrets of agents as exceptions: who may, for how long, how they end, and what they prove. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { clientAssertion } from '../support/agent-keys.ts';
import { formOf } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { laterBy, startClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server.close());
afterEach(startClock);

const api = (path: string, body: object = {}) => scene.management.call('POST', path, body);
const allow = async (agent: string, days = 30) => {
  const { status, headers, body } = await api(`/agents/${agent}/secret`, {
    reason: 'The vendor cannot sign assertions yet',
    expires_at: now() + days * DAY,
  });
  // RFC 9110 §10.2.2: no route serves a secret, so there is no address to name.
  expect([status, headers.get('location')]).toEqual([201, null]);
  return body as { readonly id: string; readonly client_secret: string; readonly expires_at: number };
};

type Way = { readonly basic?: string; readonly post?: string; readonly more?: Readonly<Record<string, string>> };
const ask = async (clientId: string, { basic, post, more = {} }: Way) => {
  const response = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    headers: basic === undefined ? {} : { authorization: `Basic ${btoa(`${clientId}:${basic}`)}` },
    body: formOf({
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
      scope: 'read',
      ...(basic === undefined ? { client_id: clientId } : {}),
      ...(post === undefined ? {} : { client_secret: post }),
      ...more,
    }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as { error?: string } };
};

describe('an exception', () => {
  test('CA-08 a secret is refused while none is allowed, however it is sent', async () => {
    const { clientId } = await scene.newAgent('Without one');
    for (const way of [{ basic: 'bhs_guess' }, { post: 'bhs_guess' }]) {
      const { status, body } = await ask(clientId, way);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
  });

  test('is an event with its reason and end, shows the secret once and keeps its digest only', async () => {
    const { clientId } = await scene.newAgent('Vendor');
    const allowed = await allow(clientId);
    expect(allowed.client_secret).toMatch(/^bhs_[\w-]{43}$/);
    expect((await ask(clientId, { basic: allowed.client_secret })).status).toBe(200);
    expect((await ask(clientId, { post: allowed.client_secret })).status).toBe(200);
    const [event] = (await server.events('credential.secret_allowed')).filter(({ agent }) => agent === clientId);
    expect(event).toMatchObject({
      target: { kind: 'credential', id: allowed.id },
      inputs: { reason: 'The vendor cannot sign assertions yet', expiresAt: allowed.expires_at },
    });
    expect(JSON.stringify(await server.events())).not.toContain(allowed.client_secret);
    const stored = await server.behalf.services.agents.get(clientId);
    expect(JSON.stringify(stored)).not.toContain(allowed.client_secret);
    const shown = await scene.management.call('GET', `/agents/${clientId}`);
    expect(JSON.stringify(shown.body)).not.toContain('secret');
  });

  test('stands on the page of the agent with its reason, and without its digest', async () => {
    const { clientId } = await scene.newAgent('On a page');
    await allow(clientId);
    const stored = await server.behalf.services.agents.get(clientId);
    const [credential] = stored?.document.credentials ?? [];
    const page = await scene.walkConsent(await scene.browser.open(`${server.issuer}/console/agents/${clientId}`));
    const text = JSON.stringify(page);
    expect(text).toContain('The vendor cannot sign assertions yet');
    expect(credential).toMatchObject({ kind: 'secret', secretHash: expect.stringMatching(/^[\w-]{43}$/) });
    expect(text).not.toContain(credential?.kind === 'secret' ? credential.secretHash : '');
  });

  test('is listed, and no more when it has ended', async () => {
    const { clientId } = await scene.newAgent('Listed');
    const ids = async () => {
      const { body } = await scene.management.call('GET', '/agents?with_secret=true&limit=200');
      return (body as { readonly items: readonly { readonly id: string }[] }).items.map(({ id }) => id);
    };
    expect(await ids()).not.toContain(clientId);
    await allow(clientId, 1);
    expect(await ids()).toContain(clientId);
    laterBy(DAY + 1);
    await server.behalf.services.credentialLifecycleJobs.run();
    expect((await server.events('credential.expired')).map(({ agent }) => agent)).toContain(clientId);
    jest.useRealTimers();
    expect(await ids()).not.toContain(clientId);
  });

  test.each([
    ['no reason', { reason: undefined }, '/reason'],
    ['an empty reason', { reason: '' }, '/reason'],
    ['no end', { expires_at: undefined }, '/expires_at'],
    ['an end after 90 days', { expires_at: now() + 90 * DAY + 120 }, '/expires_at'],
    ['an end in the past', { expires_at: now() - 1 }, '/expires_at'],
  ])('is refused with %s', async (_, change, pointer) => {
    const { clientId } = scene.agent;
    const { status, body } = await api(`/agents/${clientId}/secret`, {
      reason: 'Because',
      expires_at: now() + DAY,
      ...change,
    });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(pointer);
  });

  test('is refused for an agent without an active owner, and for the second time', async () => {
    const { clientId } = await scene.newAgent('Twice');
    await allow(clientId);
    expect((await api(`/agents/${clientId}/secret`, { reason: 'More', expires_at: now() + DAY })).status).toBe(409);
    await api(`/agents/${clientId}/retire`);
    expect((await api(`/agents/${clientId}/secret`, { reason: 'More', expires_at: now() + DAY })).status).toBe(409);
  });

  test('its owner is notified once before it ends', async () => {
    const { clientId } = await scene.newAgent('Told');
    const { id } = await allow(clientId, 20);
    const told = async () => (await server.events('credential.notice')).filter(({ agent }) => agent === clientId);
    await server.behalf.services.credentialLifecycleJobs.run();
    expect(await told()).toEqual([]);
    laterBy(15 * DAY);
    await server.behalf.services.credentialLifecycleJobs.run();
    await server.behalf.services.credentialLifecycleJobs.run();
    expect(await told()).toMatchObject([{ target: { kind: 'credential', id }, inputs: { kind: 'secret' } }]);
  });
});

describe('what it proves', () => {
  test('CA-08 refuses two ways of proof at once, and the secret of another agent', async () => {
    const agent = await scene.newAgent('Both');
    const other = await scene.newAgent('Other');
    const { client_secret: secret } = await allow(agent.clientId);
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion(agent, server.issuer),
    };
    expect((await ask(agent.clientId, { post: secret, more: assertion })).status).toBe(400);
    expect((await ask(agent.clientId, { basic: secret, post: secret })).status).toBe(400);
    expect((await ask(agent.clientId, { basic: secret, more: { client_id: other.clientId } })).status).toBe(400);
    expect((await ask(other.clientId, { basic: secret })).status).toBe(401);
    expect((await ask(agent.clientId, { basic: secret })).status).toBe(200);
  });

  test('a wrong one is invalid_client with a challenge, and the owner is notified why (RFC 6749 §5.2)', async () => {
    const { clientId } = await scene.newAgent('Guessed');
    await allow(clientId);
    const { status, body, headers } = await ask(clientId, { basic: 'bhs_guess' });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(JSON.stringify(body)).not.toContain('no such secret');
    expect((await ask(clientId, { post: 'bhs_guess' })).headers.get('www-authenticate')).toBeNull();
  });

  test('CA-10 two secrets while one is rotated; the old one dies at its deadline, both at the end', async () => {
    const { clientId } = await scene.newAgent('Rotating');
    const first = await allow(clientId, 2);
    const rotated = await api(`/agents/${clientId}/rotate-secret`, { overlap_seconds: 600 });
    expect(rotated.status).toBe(200);
    const second = rotated.body as { readonly client_secret: string; readonly expires_at: number };
    expect(second.expires_at).toBe(first.expires_at);
    expect((await api(`/agents/${clientId}/rotate-secret`, {})).status).toBe(409);
    const statuses = async () =>
      Promise.all([first, second].map(async (one) => (await ask(clientId, { basic: one.client_secret })).status));
    expect(await statuses()).toEqual([200, 200]);
    laterBy(601);
    expect(await statuses()).toEqual([401, 200]);
    jest.useRealTimers();
    laterBy(2 * DAY + 1);
    expect(await statuses()).toEqual([401, 401]);
  });

  test('a suspended agent proves nothing with it', async () => {
    const { clientId } = await scene.newAgent('Suspended');
    const { client_secret: secret } = await allow(clientId);
    await api(`/agents/${clientId}/suspend`);
    expect((await ask(clientId, { basic: secret })).status).toBe(401);
  });
});
