/** Security events are pushed over https to a real receiver: RFC 8935, and what a failing endpoint costs. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import {
  CAEP,
  eventIn,
  makeSignalReceiver,
  PUSH,
  pushEndpoint,
  RISC,
  type SignalReceiverUnderTest,
  VERIFICATION,
} from '../support/signal-receiver.ts';
import { until } from '../support/until.ts';

const EVENTS = [`${RISC}account-disabled`];
let authority: LocalAuthority;
let endpoint: Awaited<ReturnType<typeof pushEndpoint>>;
let other: Awaited<ReturnType<typeof pushEndpoint>>;
let server: RunningServer;
let management: Management;
let receiver: SignalReceiverUnderTest;

beforeAll(async () => {
  authority = await localAuthority();
  endpoint = await pushEndpoint(authority);
  other = await pushEndpoint(authority);
  server = await runServer({
    stores: 'sqlite',
    environment: {
      ...internalHosts({ signalReceivers: `${endpoint.host},${other.host}` }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  const scene = { issuer: server.issuer, management };
  receiver = await makeSignalReceiver(scene, { name: 'Mail', audience: 'https://mail.example', subjects: ['*'] });
});
afterEach(async () => {
  const all = JSON.parse((await receiver.call('GET', '/streams')).text) as readonly { readonly stream_id: string }[];
  for (const { stream_id } of all) await receiver.call('DELETE', `/streams?stream_id=${stream_id}`);
  for (const one of [endpoint, other]) {
    one.accept();
    one.received.length = 0;
  }
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const done = async (method: string, path: string, body?: unknown) => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
let people = 0;
/** Disables a new account: the event that these streams have. */
const disabled = async (): Promise<string> => {
  people += 1;
  const { id } = await done('POST', '/accounts', { username: `person${people}`, name: 'Ada' });
  await done('POST', `/accounts/${String(id)}/disable`);
  return String(id);
};
const shown = (id: string) => done('GET', `/signal-streams/${id}`);
const pushTo = (url: string, more: object = {}) => ({
  events_requested: EVENTS,
  delivery: { method: PUSH, endpoint_url: url, ...more },
});
const isVerified = (id: string) =>
  until(async () => (await shown(id))['is_verified'] === true, { what: 'the verification' });
const typesOf = async (of = endpoint) =>
  (await Promise.all(of.received.map(({ body }) => receiver.verified(body)))).map((set) => eventIn(set)[0]);
const subjectsOf = async (of = endpoint) =>
  (await Promise.all(of.received.map(({ body }) => receiver.verified(body))))
    .filter((set) => eventIn(set)[0] !== VERIFICATION)
    .map(({ sub_id }) => sub_id['sub']);

describe('delivery by push (RFC 8935)', () => {
  test('WH-06 an endpoint receives only a verification event until it acknowledges one (SSF 1.0 §8.1.4)', async () => {
    endpoint.refuse('invalid_key');
    const id = await receiver.stream(pushTo(endpoint.url));
    await endpoint.count(1);
    const account = await disabled();
    expect(new Set(await typesOf())).toEqual(new Set([VERIFICATION]));
    expect(eventIn(await receiver.verified(String(endpoint.received[0]?.body)))[1]).toEqual({});
    expect(await shown(id)).toMatchObject({ is_verified: false });
    endpoint.accept();
    await done('POST', `/signal-streams/${id}/resume`);
    await until(async () => (await subjectsOf()).length > 0);
    expect(await subjectsOf()).toEqual([account]);
    const verified = (await server.events('signal_stream.verified')).filter(({ target }) => target?.id === id);
    expect(verified).toMatchObject([{ outcome: 'done', caller: receiver.id }]);
  });

  test('a request has the types of §2.1, the authorization of the receiver, and one event', async () => {
    const id = await receiver.stream(pushTo(endpoint.url, { authorization_header: 'Bearer s3cret' }));
    await isVerified(id);
    const account = await disabled();
    await endpoint.count(2);
    const last = endpoint.received.at(-1);
    expect(last?.headers).toMatchObject({
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      authorization: 'Bearer s3cret',
    });
    const set = await receiver.verified(String(last?.body));
    expect(set.sub_id).toEqual({ format: 'iss_sub', iss: server.issuer, sub: account });
    await until(async () => (await shown(id))['delivered'] === 2);
    expect(await shown(id)).toMatchObject({ waiting: 0, is_verified: true });
  });

  test('MG-03 the authorization is never shown, and never sent to another address', async () => {
    const id = await receiver.stream(pushTo(endpoint.url, { authorization_header: 'Bearer s3cret' }));
    await isVerified(id);
    const read = await receiver.call('GET', `/streams?stream_id=${id}`);
    expect(read.text).not.toContain('s3cret');
    expect(JSON.stringify(await shown(id))).not.toContain('s3cret');
    const moved = await receiver.call('PATCH', '/streams', { stream_id: id, delivery: pushTo(other.url).delivery });
    expect(moved.status).toBe(200);
    await other.count(1);
    expect(other.received.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    // A new address is verified again.
    expect(await typesOf(other)).toEqual([VERIFICATION]);
  });

  test('an error about one event (§2.4) is recorded, and later events follow', async () => {
    const id = await receiver.stream(pushTo(endpoint.url));
    await isVerified(id);
    endpoint.refuse('invalid_request', 'the subject is unknown');
    const first = await disabled();
    await until(async () => (await shown(id))['refused'] === 1);
    expect(await shown(id)).toMatchObject({
      last_refusal: 'invalid_request',
      last_refusal_description: 'the subject is unknown',
    });
    const jti = (await shown(id))['last_refused_event'];
    const recorded = (await server.events('signal_stream.event_refused')).filter(({ target }) => target?.id === id);
    expect(recorded).toMatchObject([
      { outcome: 'refused', caller: receiver.id, inputs: { jti, error: 'invalid_request' } },
    ]);
    endpoint.accept();
    const second = await disabled();
    await until(async () => (await subjectsOf()).includes(second));
    expect(await subjectsOf()).toEqual([first, second]);
  });

  test.each([
    ['an error about keys (§2.4)', () => endpoint.refuse('authentication_failed'), 'authentication_failed'],
    ['400 without an error', () => endpoint.answerWith(400), 'status_not_ok'],
    ['503', () => endpoint.answerWith(503), 'status_not_ok'],
    ['WH-07 a redirect', () => endpoint.answerWith(307, { location: other.url }), 'redirected'],
  ])('WH-01 %s loses no event: it comes again with the same jti', async (_, fail, failure) => {
    const id = await receiver.stream(pushTo(endpoint.url));
    await isVerified(id);
    endpoint.received.length = 0;
    fail();
    const account = await disabled();
    await until(async () => (await shown(id))['last_failure'] === failure, { what: failure });
    expect(await shown(id)).toMatchObject({ waiting: 1, refused: 0, failing_since: expect.any(Number) });
    endpoint.accept();
    await done('POST', `/signal-streams/${id}/resume`);
    await until(async () => (await shown(id))['delivered'] === 3 || (await shown(id))['waiting'] === 0);
    const sets = await Promise.all(endpoint.received.map(({ body }) => receiver.verified(body)));
    const ofAccount = sets.filter(({ sub_id }) => sub_id['sub'] === account);
    expect(ofAccount.length).toBeGreaterThan(1);
    expect(new Set(ofAccount.map(({ jti }) => jti)).size).toBe(1);
    expect(other.received).toEqual([]);
  });

  test('WH-04 an endpoint that fails delays no other stream', async () => {
    endpoint.fallSilent();
    await receiver.stream(pushTo(endpoint.url));
    const good = await receiver.stream(pushTo(other.url));
    await isVerified(good);
    await endpoint.count(1);
    const account = await disabled();
    await until(async () => (await subjectsOf(other)).includes(account));
    // The other endpoint has not answered yet.
    expect(endpoint.received).toHaveLength(1);
  });

  test('WH-05 an address that is no longer allowed is refused at delivery', async () => {
    const id = await receiver.stream({
      events_requested: EVENTS,
      delivery: { method: PUSH, endpoint_url: 'https://receiver.invalid/events' },
    });
    await until(async () => (await shown(id))['last_failure'] !== undefined);
    expect(await shown(id)).toMatchObject({ last_failure: 'name_not_resolved', is_verified: false });
  });

  test('WH-02 events of one subject have times that order them', async () => {
    const id = await receiver.stream({
      ...pushTo(endpoint.url),
      events_requested: [...EVENTS, `${RISC}account-enabled`],
    });
    await isVerified(id);
    endpoint.received.length = 0;
    const account = await disabled();
    await done('POST', `/accounts/${account}/enable`);
    await endpoint.count(2);
    const sets = await Promise.all(endpoint.received.map(({ body }) => receiver.verified(body)));
    const events = sets.map(eventIn);
    expect(events.map(([type]) => type)).toEqual([`${RISC}account-disabled`, `${RISC}account-enabled`]);
    const [first, second] = events.map(([, { occurred_at_ms }]) => Number(occurred_at_ms));
    expect(Number(first)).toBeLessThanOrEqual(Number(second));
  });

  test('a verification that the receiver requests reaches its endpoint with its state', async () => {
    const id = await receiver.stream({ ...pushTo(endpoint.url), events_requested: [`${CAEP}session-revoked`] });
    await isVerified(id);
    endpoint.received.length = 0;
    expect((await receiver.call('POST', '/verification', { stream_id: id, state: 'abc' })).status).toBe(204);
    await endpoint.count(1);
    expect(eventIn(await receiver.verified(String(endpoint.received[0]?.body)))).toEqual([
      VERIFICATION,
      { state: 'abc' },
    ]);
  });

  test('events of a disabled receiver wait, and arrive when it is enabled', async () => {
    const id = await receiver.stream(pushTo(endpoint.url));
    await isVerified(id);
    endpoint.received.length = 0;
    await done('POST', `/signal-receivers/${receiver.id}/disable`);
    const account = await disabled();
    await done('POST', `/signal-receivers/${receiver.id}/enable`);
    await until(async () => (await subjectsOf()).includes(account));
    expect(await subjectsOf()).toEqual([account]);
  });
});
