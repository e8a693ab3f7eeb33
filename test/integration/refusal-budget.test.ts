/** Strangers with many addresses and many reasons make no more permanent events in a day than the budget has (decision D18). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyExport } from '../../src/domain/audit/verify-export.ts';
import { COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const PER_DAY = 240;
const ROUNDS = 3;

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__AUDIT__REFUSALEVENTSPERDAY: String(PER_DAY),
      BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
    },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const REFUSED = ['request.refused', 'client.authentication_refused', 'refusals.left_out'];
const refusals = async () => (await server.events()).filter(({ type }) => REFUSED.includes(type));

/** Of requests, and not of the client that some of them name. */
const strangers = async (from: number) =>
  (await refusals())
    .slice(from)
    .filter(({ type, inputs }) => type !== 'client.authentication_refused' && inputs?.['kind'] !== 'clients');
const countOf = (events: readonly { readonly count?: number }[]): number =>
  events.reduce((sum, { count = 0 }) => sum + count, 0);

/** An anonymous request; each kind is refused for another reason. */
const strange = (at: number, from: string): Promise<Response> => {
  const { endpoints } = scene.calls;
  const post = (url: string, body: Record<string, string>) =>
    fetch(url, { method: 'POST', headers: { 'x-forwarded-for': from }, body: new URLSearchParams(body) });
  switch (at % 5) {
    case 0:
      return post(endpoints.token, { grant_type: 'client_credentials', client_id: `unknown-${at}` });
    case 1:
      return post(endpoints.token, {
        client_id: scene.agent.clientId,
        grant_type: 'client_credentials',
        client_assertion: 'a.b.c',
      });
    case 2:
      return post(endpoints.introspection, { token: 'x' });
    case 3:
      return post(endpoints.device, { client_id: 'unknown' });
    default:
      return post(endpoints.par, { client_id: scene.app.clientId, request: 'x' });
  }
};

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n').filter((line) => line !== '');
}

describe('D18 refusals of strangers', () => {
  test('make at most the budget of events, the rest is one number an hour, and the log verifies', async () => {
    const before = (await refusals()).length;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let at = 0; at < 120; at += 1) {
        const from = at % 2 ? `2001:db8:${(round * 1000 + at).toString(16)}::${at}` : `198.51.${at}.${round + 1}`;
        const { status } = await strange(at, from);
        expect([400, 401]).toContain(status);
        refused += 1;
      }
      await server.settled();
      advance(3_600_000);
      // The hour is over: how many it left out is told.
      const told = refused;
      await until(async () => countOf(await strangers(before)) === told, { what: `${told} refusals in events` });
    }
    const events = (await refusals()).slice(before);
    // A day has 24 hours; these were three, and the one that has begun.
    expect(events.length).toBeLessThanOrEqual((PER_DAY / 24) * (ROUNDS + 1));
    expect(events.length).toBeGreaterThan(ROUNDS * 5);
    expect((await strangers(before)).find(({ type }) => type === 'refusals.left_out')).toMatchObject({
      outcome: 'refused',
      inputs: { kind: 'requests', reasons: { invalid_client: expect.any(Number) } },
    });
    // A single one is told with its address, and what was counted with its network.
    const sources = events.flatMap(({ personal, count }) =>
      personal?.source ? [[personal.source.includes('/'), count === 1]] : [],
    );
    for (const [isNetwork, isSingle] of sources) expect(isNetwork && isSingle).toBe(false);

    const exported = await scene.management.exportAudit();
    expect(await verifyExport(linesOf(exported))).toMatchObject({ ok: true });
  });
});
