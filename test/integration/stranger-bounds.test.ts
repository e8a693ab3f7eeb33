/**
 * RL-01, RL-03, decision D18: what strangers make permanent has a bound where they hold a registration or a token of their
 * own, too; and a site has no more attempts than its networks of all widths allow.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { type Answer, answerOf, post } from '../support/oauth-calls.ts';
import { clientMetadata, sendable, text } from '../support/registration-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const HOUR = 3_600_000;
/** An hour has 10 events of anonymous clients: 6 of requests, one of each network. */
const SETTINGS = {
  BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: '240',
  BEHALF__AUDIT__REFUSALEVENTSPERDAY: '240',
  BEHALF__REGISTRATION__OPEN: 'true',
  BEHALF__REGISTRATION__OPENPERDAY: '6',
  BEHALF__REGISTRATION__PERSOURCEPERHOUR: '2',
  BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
};

let server: RunningServer;
let scene: Scene;
let publicClient: string;
beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: SETTINGS });
  scene = await makeScene(server);
  publicClient = (
    await scene.management.createClient({
      name: 'Public app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
    })
  ).id;
}, 120_000);
afterAll(async () => {
  await server?.close();
  startClock();
});
afterEach(() => advance(24 * HOUR));

const send = async (
  method: string,
  path: string,
  { body, token, address }: { readonly body?: unknown; readonly token?: string; readonly address: string },
): Promise<Answer> =>
  answerOf(
    await fetch(`${server.issuer}${path}`, {
      method,
      headers: {
        'x-forwarded-for': address,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
const countOf = async (...types: readonly AuditEvent['type'][]): Promise<number> =>
  (await server.events()).filter(({ type }) => types.includes(type)).length;

describe('a client from open registration', () => {
  test('that is read again and again makes no more events than the budget of strangers has', async () => {
    const address = '2001:db8:1::1';
    const made = await send('POST', '/reg', { body: clientMetadata(), address });
    expect(made.status).toBe(201);
    const path = `/reg/${text(made.body, 'client_id')}`;
    let token = text(made.body, 'registration_access_token');
    const before = await countOf('registration.managed');
    for (let index = 0; index < 12; index += 1) {
      const read = await send('GET', path, { token, address });
      expect(read.status).toBe(200);
      token = text(read.body, 'registration_access_token');
    }
    expect((await countOf('registration.managed')) - before).toBe(1);
  });

  test('whose changes are refused makes counted refusals, as other strangers do', async () => {
    const address = '2001:db8:2::1';
    const made = await send('POST', '/reg', { body: clientMetadata(), address });
    const path = `/reg/${text(made.body, 'client_id')}`;
    const token = text(made.body, 'registration_access_token');
    const before = [await countOf('registration.refused'), await countOf('request.refused')];
    for (let index = 0; index < 8; index += 1) {
      expect((await send('PUT', path, { body: { client_name: 'x' }, token, address })).status).toBe(400);
    }
    expect(await countOf('registration.refused')).toBe(before[0]);
    expect((await countOf('request.refused')) - Number(before[1])).toBeLessThanOrEqual(2);
  });

  test('changes itself as often as it could register, by network and by day', async () => {
    const made = await send('POST', '/reg', { body: clientMetadata(), address: '2001:db8:3::1' });
    const path = `/reg/${text(made.body, 'client_id')}`;
    let { body } = made;
    const change = (address: string): Promise<Answer> =>
      send('PUT', path, {
        body: { ...sendable(body), client_name: 'Wiki' },
        token: text(body, 'registration_access_token'),
        address,
      });
    const first = await change('2001:db8:3::1');
    expect(first.status).toBe(200);
    body = first.body;
    expect((await change('2001:db8:3::2')).status).toBe(429);
    for (let index = 4; index < 8; index += 1) {
      const next = await change(`2001:db8:${index}::1`);
      expect(next.status).toBe(200);
      body = next.body;
    }
    expect((await change('2001:db8:8::1')).status).toBe(429);
  });
});

test('RL-03 registrations are counted by /64, /56 and /48, so that one site is not 65,536 of them', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    const address = `2001:db8:9:${(index * 256).toString(16)}::1`;
    statuses.push((await send('POST', '/reg', { body: {}, token: 'unknown', address })).status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(32);
  expect(statuses.at(-1)).toBe(429);
});

test('who holds a token of another client makes no events in the name of a client that proves nothing', async () => {
  const { body } = await scene.calls.token(scene.keyed(scene.agent), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
  });
  const token = text(body, 'access_token');
  const before = [await countOf('token.revocation_refused'), await countOf('request.refused')];
  for (let index = 0; index < 10; index += 1) {
    const answer = await post(`${server.issuer}/token/revocation`, { client_id: publicClient, token });
    expect(answer.status).toBe(200);
  }
  expect(await countOf('token.revocation_refused')).toBe(before[0]);
  expect((await countOf('request.refused')) - Number(before[1])).toBe(1);
  expect((await scene.calls.introspect(scene.jwt.credential, token)).body).toMatchObject({ active: true });
});
