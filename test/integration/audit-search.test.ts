/** The audit log over the API: by outcome, by any id that stands in an event, and one event; who may, and what is bad input. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Entry = {
  readonly id: string;
  readonly event: { readonly type: string; readonly outcome: string } & Readonly<Record<string, unknown>>;
};

let server: RunningServer;
let scene: Scene;
let denial: string;

const call = (path: string) => scene.management.call('GET', path);
const eventsOf = async (query: string): Promise<readonly Entry[]> => {
  const answer = await call(`/audit/events?limit=200&${query}`);
  expect(answer.status).toBe(200);
  return answer.body['items'] as readonly Entry[];
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const refused = await scene.calls.token(
    { kind: 'key', identity: scene.agent },
    { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'delete' },
  );
  expect(refused.status).toBe(400);
  denial = String((refused.body['denial'] as { readonly id: unknown }).id);
  await scene.management.call('POST', `/agents/${scene.agent.clientId}/suspend`);
  await server.settled();
}, 60_000);

afterAll(() => server?.close());

describe('GET /audit/events', () => {
  test('finds the refusal behind the id that its denial gave', async () => {
    const found = await eventsOf(`id=${denial}`);
    expect(found.map(({ event }) => [event.type, event.outcome, event['caller']])).toEqual([
      ['token.refused', 'refused', scene.agent.clientId],
    ]);
  });

  test('finds an agent wherever it stands: as caller, as agent, and as what was changed', async () => {
    const found = await eventsOf(`id=${scene.agent.clientId}`);
    const types = found.map(({ event }) => event.type);
    for (const type of ['token.refused', 'agent.suspended', 'agent.created']) expect(types).toContain(type);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect((await eventsOf(`id=${scene.agent.clientId}&type=agent.suspended`)).map(({ event }) => event.type)).toEqual([
      'agent.suspended',
    ]);
  });

  test('outcome leaves what ended so, and every reading is an event', async () => {
    for (const outcome of ['granted', 'refused', 'done']) {
      const found = await eventsOf(`outcome=${outcome}`);
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found.map(({ event }) => event.outcome))).toEqual(new Set([outcome]));
    }
    const first = await call('/audit/events?limit=1&outcome=done');
    const second = await call(
      `/audit/events?limit=1&outcome=done&cursor=${encodeURIComponent(String(first.body['next']))}`,
    );
    const [one, other] = [first, second].map(({ body }) => (body['items'] as readonly Entry[])[0]?.id);
    expect(one).toBeDefined();
    expect(other).toBeDefined();
    expect(one).not.toBe(other);
    await server.settled();
    expect((await server.events('audit.read')).at(-1)).toMatchObject({
      outcome: 'done',
      inputs: { filters: { limit: 1, outcome: 'done' } },
    });
  });

  test('an invalid outcome or id is refused by name, and the audit log is not read', async () => {
    await server.settled();
    const before = (await server.events('audit.read')).length;
    for (const [query, member] of [
      ['outcome=maybe', 'outcome'],
      [`id=${'x'.repeat(513)}`, 'id'],
      ['id=', 'id'],
      ['outcome=done&outcome=refused', 'outcome'],
    ]) {
      const answer = await call(`/audit/events?${query}`);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(String(member))]);
    }
    await server.settled();
    expect(await server.events('audit.read')).toHaveLength(before);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ outcome: 'refused' });
  });
});

describe('GET /audit/events/{id}', () => {
  test('reads one event as the list shows it, and that is an event', async () => {
    const [listed] = await eventsOf(`id=${denial}`);
    for (const id of [String(listed?.id), encodeURIComponent(String(listed?.id))]) {
      const answer = await call(`/audit/events/${id}`);
      expect([answer.status, answer.body]).toEqual([200, listed]);
    }
    await server.settled();
    expect((await server.events('audit.read')).at(-1)).toMatchObject({ inputs: { filters: { event: listed?.id } } });
  });

  test('an unknown or invalid id is 404', async () => {
    for (const id of ['nod_x:0000000000000001', 'nod_x', 'constructor', '..%2f..%2fagents', 'a:1']) {
      expect([id, (await call(`/audit/events/${id}`)).status]).toEqual([id, 404]);
    }
  });

  test('MG-01 is for those who may read the audit log', async () => {
    const [listed] = await eventsOf(`id=${denial}`);
    const answer = await fetch(`${server.issuer}/api/v1/audit/events/${listed?.id}`);
    expect(answer.status).toBe(401);
  });
});

test('the console asks the same: by outcome and by any id', async () => {
  const browser = newBrowser(server.issuer);
  const admin = { username: 'admin', password: 'correct horse battery staple' };
  await submitSignIn(browser, await browser.open(`${server.issuer}/console`), admin);
  const page = await browser.open(`${server.issuer}/console/audit?outcome=refused&id=${denial}`);
  expect(page.status).toBe(200);
  expect(page.text).toContain('Token refused');
  expect(page.html).toMatch(/aria-current="true"[^>]*>refused</);
  const none = await browser.open(`${server.issuer}/console/audit?outcome=granted&id=${denial}`);
  expect(none.text).toContain('There is no such event.');
});
