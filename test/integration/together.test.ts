/**
 * A token request on a store that commits several documents at once: the mark of what it uses up, its event, and what it makes are
 * stored together or not at all (decision 55).
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { instancesOf } from '../support/instances.ts';
import type { Answer, Parameters } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let scene: Scene;
let family: TokenFamily;
beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  scene = await makeScene(server);
});
afterAll(() => server?.close());
beforeEach(async () => {
  family = await newTokenFamily(scene);
});

const refresh = (more: Parameters = {}): Promise<Answer> =>
  scene.calls.token(scene.keyed(family.app), {
    ...{ grant_type: 'refresh_token', refresh_token: family.held.app, resource: family.calendar.identifier },
    ...more,
  });
const opaque = (): Promise<Answer> =>
  scene.calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.opaque.identifier });

/** Types and grants of the events of token requests that `work` causes. */
const eventsOf = async (work: () => Promise<unknown>) => {
  const before = server.appended();
  await work();
  return (await server.eventsSince(before)).filter(({ type }) => type === 'token.issued' || type === 'token.refused');
};

/** What `work` answers while writes of a collection fail. */
const whileFailing = async (collection: string, work: () => Promise<Answer>): Promise<Answer> => {
  server.faults.failingWrites = new Set([collection]);
  try {
    return await work();
  } finally {
    server.faults.failingWrites = new Set();
  }
};

test('of eight refreshes at once one succeeds, and only it has an event of a token (decisions 9 and 55)', async () => {
  let answers: readonly Answer[] = [];
  const events = await eventsOf(async () => {
    answers = await Promise.all(Array.from({ length: 8 }, () => refresh()));
  });
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const { status, body } of answers)
    if (status !== 200) expect([status, body['error']]).toEqual([400, 'invalid_grant']);
  expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1);
  const refused = events.filter(({ type }) => type === 'token.refused');
  expect([refused.length, refused.map(({ token }) => token).filter(Boolean)]).toEqual([7, []]);
  const next = String(answers.find(({ status }) => status === 200)?.body['refresh_token']);
  expect((await refresh({ refresh_token: next })).status).toBe(200);
});

test('an opaque token is in the log under the digest under which it is stored, and is active', async () => {
  let answer: Answer | undefined;
  const events = await eventsOf(async () => {
    answer = await opaque();
  });
  const token = String(answer?.body['access_token']);
  expect(events).toMatchObject([{ type: 'token.issued', outcome: 'granted', token: { format: 'opaque' } }]);
  const described = await scene.calls.introspect(scene.opaque.credential, token);
  expect(described.body).toMatchObject({ active: true, jti: events[0]?.token?.id });
});

test.each(['provider_records', 'consumptions', 'audit_records'])(
  'while %s takes no writes, nothing is issued, recorded or used up (invariants 5 and 10)',
  async (collection) => {
    const events = await eventsOf(async () => {
      const refused = await whileFailing(collection, () => refresh());
      expect([refused.status, refused.body['error']]).toEqual([503, 'temporarily_unavailable']);
      if (collection === 'consumptions') return;
      const alone = await whileFailing(collection, opaque);
      expect([alone.status, alone.body['error']]).toEqual([503, 'temporarily_unavailable']);
    });
    expect(events.filter(({ type }) => type === 'token.issued')).toEqual([]);
    expect((await refresh()).status).toBe(200);
    expect((await opaque()).status).toBe(200);
  },
);

test('an instance whose renewal cannot be stored gets no token, and its refresh token works for another try (decision D12)', async () => {
  const instances = instancesOf(scene);
  const agent = await scene.newAgent('Copied');
  const parent = await instances.authorize(agent);
  const copy = await instances.started(agent);
  const share = String((await instances.share(copy.identity, String(parent['access_token']))).body['access_token']);
  stopClock();
  try {
    advance(2_000_000);
    const events = await eventsOf(async () => {
      const refused = await whileFailing('instances', () => instances.refresh(copy.identity, share));
      expect([refused.status, refused.body['error']]).toEqual([503, 'temporarily_unavailable']);
    });
    expect(events.map(({ type }) => type)).toEqual(['token.refused']);
    advance(30_000);
    expect((await instances.refresh(copy.identity, share)).status).toBe(200);
  } finally {
    startClock();
  }
});
