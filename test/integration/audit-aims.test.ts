/** Every event about a token has the minimum audit fields of draft-ietf-wimse-aims, on the routes that give and end tokens. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aimsGaps } from '../../src/domain/audit/aims-profile.ts';
import { exchangeWorld, tokenOf } from '../support/exchange-world.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { Scene } from '../support/scene.ts';

const world = exchangeWorld();
let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  ({ server, scene } = await world.start());
});
afterAll(world.close);

test('events of tokens that were issued, refused, revoked, not revocable and replayed lack no field', async () => {
  const family = await world.wholeFamily();
  const granted = await world.ofApp({ scope: 'read' });
  const refused = await world.exchange(family.agent, {
    subject_token: family.tokens.appCalendar,
    scope: 'no-such-scope',
  });
  expect([granted.status, refused.status]).toEqual([200, 400]);
  const stale = family.held.app;
  expect((await family.refresh('app', family.calendar.identifier)).status).toBe(200);
  const replay = { grant_type: 'refresh_token', refresh_token: stale };
  expect((await scene.calls.token(world.keyed(family.app), replay)).status).toBe(400);
  const agent = world.keyed(family.agent);
  expect((await scene.calls.revoke(agent, family.tokens.appCalendar)).status).toBe(200);
  expect((await scene.calls.revoke(agent, tokenOf(granted))).status).toBe(200);
  const events = await server.events();
  const types = new Set(events.map(({ type }) => type));
  expect([...types]).toEqual(
    expect.arrayContaining([
      'token.issued',
      'token.refused',
      'token.revoked',
      'token.revocation_refused',
      'token.replayed',
    ]),
  );
  const gaps = events.flatMap((event) =>
    aimsGaps(event, 1).map((field) => `${event.type} (${event.grantType}): ${field}`),
  );
  expect([...new Set(gaps)]).toEqual([]);
});
