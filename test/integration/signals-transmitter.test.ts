/** Streams of security events at their endpoints: SSF 1.0 §7 and §8, RFC 8936, and the CAEP interoperability profile 1.0. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import {
  CAEP,
  eventIn,
  makeSignalReceiver,
  OURS,
  POLL,
  PUSH,
  RISC,
  type SignalReceiverUnderTest,
  VERIFICATION,
} from '../support/signal-receiver.ts';

let server: RunningServer;
let management: Management;
let receiver: SignalReceiverUnderTest;

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  receiver = await makeSignalReceiver(
    { issuer: server.issuer, management },
    { name: 'Mail', audience: 'https://mail.example', subjects: ['*'] },
  );
});
afterAll(async () => {
  await server?.close();
});

let people = 0;
const newAccount = async (): Promise<string> => {
  people += 1;
  const made = await management.call('POST', '/accounts', {
    username: `person${people}`,
    name: 'Ada',
    email: `p${people}@example.com`,
  });
  return String(made.body['id']);
};
const done = async (method: string, path: string, body?: unknown) => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const lastRefusal = async () => (await server.events('signal_receiver.refused')).at(-1);
const listed = ({ text }: { readonly text: string }) => JSON.parse(text) as readonly { readonly stream_id: string }[];
const withoutStreams = async (of = receiver): Promise<void> => {
  const all = listed(await of.call('GET', '/streams'));
  for (const { stream_id } of all) await of.call('DELETE', `/streams?stream_id=${stream_id}`);
};

describe('transmitter metadata (SSF 1.0 §7)', () => {
  test('names endpoints, delivery methods, OAuth and the version', async () => {
    const answer = await fetch(`${server.issuer}/.well-known/ssf-configuration`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ]);
    const base = `${server.issuer}/ssf/v1`;
    expect(await answer.json()).toEqual({
      spec_version: '1_0',
      issuer: server.issuer,
      jwks_uri: `${server.issuer}/jwks`,
      delivery_methods_supported: [PUSH, POLL],
      configuration_endpoint: `${base}/streams`,
      status_endpoint: `${base}/status`,
      add_subject_endpoint: `${base}/subjects/add`,
      remove_subject_endpoint: `${base}/subjects/remove`,
      verification_endpoint: `${base}/verification`,
      critical_subject_members: ['user', 'agent'],
      authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
      default_subjects: 'ALL',
    });
  });

  test('of an issuer with a path is behind the well-known path (§7.2.1)', async () => {
    const other = await runServer({ path: '/id' });
    const answer = await fetch(`${new URL(other.issuer).origin}/.well-known/ssf-configuration/id`);
    expect(((await answer.json()) as { readonly issuer: string }).issuer).toBe(other.issuer);
    await other.close();
  });
});

describe('authorization of receivers (CAEP interoperability profile §2.7)', () => {
  test.each([
    ['no token', ''],
    ['a made-up token', 'Bearer nonsense'],
  ])('refuses %s with a challenge (RFC 6750 §3)', async (_, authorization) => {
    const answer = await fetch(`${server.issuer}/ssf/v1/streams`, { headers: authorization ? { authorization } : {} });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
  });

  test('refuses a token in the query (RFC 6750 §2.3)', async () => {
    const answer = await fetch(`${server.issuer}/ssf/v1/streams?access_token=${receiver.bearer}`);
    expect(answer.status).toBe(401);
  });

  test('refuses a client that no administrator admitted', async () => {
    const stranger = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Stranger' },
      { isKnown: false },
    );
    const answer = await stranger.call('POST', '/streams', {});
    expect([answer.status, answer.body['reason']]).toEqual([403, 'signal_receiver_unknown']);
    expect(await lastRefusal()).toMatchObject({
      caller: stranger.client,
      error: 'forbidden',
      note: 'POST /ssf/v1/streams',
    });
  });

  test('ssf.read reads streams, and changes and polls none', async () => {
    const reader = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Reader' },
      { scope: 'ssf.read' },
    );
    expect((await reader.call('GET', '/streams')).status).toBe(200);
    const answer = await reader.call('POST', '/streams', {});
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringMatching(/insufficient_scope.*ssf\.manage/),
    ]);
    expect(await lastRefusal()).toMatchObject({ error: 'forbidden' });
  });

  test('a disabled receiver is refused from its next call on', async () => {
    const other = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Gone' });
    await done('POST', `/signal-receivers/${other.id}/disable`);
    expect((await other.call('GET', '/streams')).status).toBe(403);
    await done('POST', `/signal-receivers/${other.id}/enable`);
    expect((await other.call('GET', '/streams')).status).toBe(200);
  });

  test('a client belongs to one receiver, and is no agent and has no role', async () => {
    const taken = await management.call('POST', '/signal-receivers', { name: 'Second', client: receiver.client });
    expect([taken.status, taken.body['reason']]).toEqual([409, 'signal_client_taken']);
    const wrong = await management.call('POST', '/signal-receivers', { name: 'Second', client: 'app_missing' });
    expect([wrong.status, wrong.body['reason']]).toEqual([400, 'signal_client_wrong']);
  });
});

describe('stream configuration (SSF 1.0 §8.1.1)', () => {
  test('a stream without settings is polled and has all events of its receiver', async () => {
    await withoutStreams();
    const made = await receiver.call('POST', '/streams', {});
    const id = String(made.body['stream_id']);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      iss: server.issuer,
      aud: 'https://mail.example',
      delivery: { method: POLL, endpoint_url: `${server.issuer}/ssf/v1/streams/${id}/poll` },
      events_delivered: expect.arrayContaining([`${CAEP}session-revoked`, `${RISC}account-disabled`]),
      min_verification_interval: 30,
    });
    expect(made.body).not.toHaveProperty('events_requested');
    expect((await receiver.call('GET', `/streams?stream_id=${id}`)).body).toEqual(made.body);
    expect(listed(await receiver.call('GET', '/streams'))).toEqual([made.body]);
    expect((await server.events('signal_stream.created')).at(-1)).toMatchObject({
      caller: receiver.id,
      target: { kind: 'signal stream', id },
    });
  });

  test('events_delivered are those requested and supported; unknown URIs are ignored', async () => {
    await withoutStreams();
    const requested = [`${CAEP}session-revoked`, 'urn:example:unknown'];
    const made = await receiver.call('POST', '/streams', { events_requested: requested, description: 'Mail' });
    expect(made.body).toMatchObject({
      events_requested: requested,
      events_delivered: [`${CAEP}session-revoked`],
      description: 'Mail',
    });
  });

  test('PATCH changes what is given, PUT deletes what is not (§8.1.1.3, §8.1.1.4)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ description: 'first', events_requested: [`${CAEP}session-revoked`] });
    const patched = await receiver.call('PATCH', '/streams', { stream_id: id, description: 'second' });
    expect([patched.status, patched.body]).toMatchObject([
      200,
      { description: 'second', events_delivered: [`${CAEP}session-revoked`] },
    ]);
    const put = await receiver.call('PUT', '/streams', { stream_id: id, delivery: { method: POLL } });
    expect(put.status).toBe(200);
    expect(put.body).not.toHaveProperty('description');
    expect((put.body['events_delivered'] as readonly string[]).length).toBeGreaterThan(10);
  });

  test('members that the transmitter supplies must have its values', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    const shown = (await receiver.call('GET', `/streams?stream_id=${id}`)).body;
    const same = await receiver.call('PATCH', '/streams', { ...shown, description: 'kept' });
    expect(same.status).toBe(200);
    for (const [name, value] of [
      ['aud', 'https://other.example'],
      ['iss', 'https://other.example'],
      ['events_delivered', []],
    ] as const) {
      const answer = await receiver.call('PATCH', '/streams', { stream_id: id, [name]: value });
      expect([answer.status, answer.body['reason']]).toEqual([400, 'signal_member_fixed']);
    }
    expect(await lastRefusal()).toMatchObject({ caller: receiver.id, error: 'invalid_field' });
  });

  test.each([
    ['a delivery method that is unknown', { delivery: { method: 'urn:example:carrier' } }],
    ['an empty list of events', { events_requested: [] }],
    ['events that are no texts', { events_requested: [7] }],
    ['a description that is no text', { description: {} }],
    [
      'a header value with a line end',
      { delivery: { method: PUSH, endpoint_url: 'https://a.example', authorization_header: 'a\nb' } },
    ],
  ])('refuses %s, and creates nothing', async (_, body) => {
    await withoutStreams();
    const answer = await receiver.call('POST', '/streams', body);
    expect([answer.status, answer.body['reason']]).toEqual([400, 'signal_member_malformed']);
    expect(listed(await receiver.call('GET', '/streams'))).toEqual([]);
  });

  test.each([
    'http://receiver.example/events',
    'https://127.0.0.1/events',
    'https://[::1]/events',
    'https://169.254.169.254/latest',
    'https://10.0.0.1/',
    'https://localhost/',
    'https://user:secret@receiver.example/',
    'https://receiver.example:8443/',
  ])('WH-05 refuses the endpoint %s on create and on update', async (endpoint_url) => {
    await withoutStreams();
    const delivery = { method: PUSH, endpoint_url };
    const made = await receiver.call('POST', '/streams', { delivery });
    expect([made.status, made.body['reason']]).toEqual([400, 'signal_url_malformed']);
    const id = await receiver.stream();
    const changed = await receiver.call('PATCH', '/streams', { stream_id: id, delivery });
    expect([changed.status, changed.body['reason']]).toEqual([400, 'signal_url_malformed']);
    expect(await lastRefusal()).toMatchObject({ caller: receiver.id, error: 'invalid_field' });
  });

  test('a receiver has a bounded number of streams: 409', async () => {
    await withoutStreams();
    for (let count = 0; count < 4; count += 1) await receiver.stream();
    const answer = await receiver.call('POST', '/streams', {});
    expect([answer.status, answer.body['reason']]).toEqual([409, 'signal_streams_exceeded']);
    await withoutStreams();
  });

  test('a receiver finds no stream of another one: 404 at every endpoint', async () => {
    const id = await receiver.stream();
    const other = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Other', subjects: ['*'] });
    const subject = { format: 'iss_sub', iss: server.issuer, sub: 'acc_1' };
    const calls = [
      await other.call('GET', `/streams?stream_id=${id}`),
      await other.call('PATCH', '/streams', { stream_id: id, description: 'mine' }),
      await other.call('PUT', '/streams', { stream_id: id }),
      await other.call('DELETE', `/streams?stream_id=${id}`),
      await other.call('GET', `/status?stream_id=${id}`),
      await other.call('POST', '/status', { stream_id: id, status: 'disabled' }),
      await other.call('POST', '/subjects/add', { stream_id: id, subject }),
      await other.call('POST', '/subjects/remove', { stream_id: id, subject }),
      await other.call('POST', '/verification', { stream_id: id }),
      await other.call('POST', `/streams/${id}/poll`, { returnImmediately: true }),
    ];
    expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 404));
    expect((await receiver.call('GET', `/status?stream_id=${id}`)).body['status']).toBe('enabled');
  });

  test('a deleted stream is gone: 204, then 404 (§8.1.1.5)', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    expect((await receiver.call('DELETE', `/streams?stream_id=${id}`)).status).toBe(204);
    expect((await receiver.call('DELETE', `/streams?stream_id=${id}`)).status).toBe(404);
    expect((await server.events('signal_stream.removed')).at(-1)).toMatchObject({ target: { id } });
  });

  test('an unknown path and a wrong method are refused', async () => {
    expect((await receiver.call('GET', '/nothing')).status).toBe(404);
    const answer = await receiver.call('GET', '/verification');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('events in a stream', () => {
  test('WH-03 a SET is signed with RS256, typed, and has aud, iss, jti, txn and no sub or exp (SSF 1.0 §4.1)', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    const account = await newAccount();
    await done('POST', `/accounts/${account}/disable`);
    const raw = await receiver.call('POST', `/streams/${id}/poll`, { returnImmediately: true });
    const sets = raw.body['sets'] as Readonly<Record<string, string>>;
    for (const [jti, set] of Object.entries(sets)) {
      expect(decodeProtectedHeader(set)).toEqual({ alg: 'RS256', typ: 'secevent+jwt', kid: expect.any(String) });
      const claims = await receiver.verified(set);
      expect(claims).toMatchObject({ jti, iss: server.issuer, aud: 'https://mail.example', txn: expect.any(String) });
      expect(claims).not.toHaveProperty('sub');
      expect(claims).not.toHaveProperty('exp');
    }
    const events = await Promise.all(Object.values(sets).map(receiver.verified));
    const disabled = events.find((one) => eventIn(one)[0] === `${RISC}account-disabled`);
    const revoked = events.find((one) => eventIn(one)[0] === `${CAEP}session-revoked`);
    const subject = { format: 'iss_sub', iss: server.issuer, sub: account };
    expect(disabled?.sub_id).toEqual(subject);
    expect(revoked?.sub_id).toEqual(subject);
    // Both follow from one audit event.
    expect(disabled?.['txn']).toBe(revoked?.['txn']);
    expect(eventIn(revoked as never)[1]).toMatchObject({
      event_timestamp: expect.any(Number),
      initiating_entity: expect.stringMatching(/^(?:admin|system)$/),
      reason_admin: { en: expect.stringMatching(/\S/) },
    });
  });

  test('events about agents have a complex subject of person, agent and tenant', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${OURS}agent-disabled`, `${OURS}agent-killed`] });
    const owner = await newAccount();
    const { id: agent } = await management.createAgent({
      name: 'Mail sorter',
      purpose: 'Sorts mail',
      environment: 'test',
      owner,
      jwks: { keys: [(await newKeyPair()).publicJwk] },
    });
    await done('POST', `/agents/${agent}/suspend`, { reason: 'test' });
    await done('POST', '/kills', { scope: 'agent', id: agent, reason: 'test' });
    const { sets } = await receiver.poll(id);
    const subject = {
      format: 'complex',
      agent: { format: 'iss_sub', iss: server.issuer, sub: agent },
      tenant: { format: 'uri', uri: server.issuer },
    };
    expect(sets.map((one) => [eventIn(one)[0], one.sub_id])).toEqual([
      [`${OURS}agent-disabled`, subject],
      [`${OURS}agent-killed`, subject],
    ]);
  });

  test('credential-change has the type of credential and of change (CAEP 1.0 §3.3)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${CAEP}credential-change`] });
    const account = await newAccount();
    await done('POST', `/accounts/${account}/password`, { password: 'correct horse battery staple 2' });
    const { sets } = await receiver.poll(id);
    expect(eventIn(sets[0] as never)).toEqual([
      `${CAEP}credential-change`,
      expect.objectContaining({
        credential_type: 'password',
        change_type: 'update',
        reason_admin: { en: expect.any(String) },
      }),
    ]);
  });

  test('WH-06 changed claims reach only a receiver that may have personal values', async () => {
    const events = [`${CAEP}token-claims-change`];
    const trusted = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Trusted', subjects: ['*'], is_personal: true },
    );
    await withoutStreams();
    const [plain, personal] = [
      await receiver.stream({ events_requested: events }),
      await trusted.stream({ events_requested: events }),
    ];
    const account = await newAccount();
    const found = await management.call('GET', `/accounts/${account}`);
    const version = { 'if-match': String(found.headers?.get?.('etag') ?? '"1"') };
    const changed = await management.call('PATCH', `/accounts/${account}`, { name: 'Ada Lovelace' }, version);
    expect(changed.status).toBe(200);
    expect((await receiver.poll(plain)).sets).toEqual([]);
    const { sets } = await trusted.poll(personal);
    expect(eventIn(sets[0] as never)[1]).toMatchObject({ claims: { name: 'Ada Lovelace' } });
  });

  test('a receiver hears only of the subjects that it may', async () => {
    const [known, unknown] = [await newAccount(), await newAccount()];
    const limited = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Limited', subjects: [known] },
    );
    const id = await limited.stream({ events_requested: [`${RISC}account-disabled`] });
    const none = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'None' });
    const empty = await none.stream();
    for (const account of [unknown, known]) await done('POST', `/accounts/${account}/disable`);
    expect((await limited.poll(id)).sets.map(({ sub_id }) => sub_id['sub'])).toEqual([known]);
    expect((await none.poll(empty)).sets).toEqual([]);
  });
});

describe('subjects of a stream (SSF 1.0 §8.1.3)', () => {
  test('a new stream hears of all subjects that its receiver may (SSF 1.0 §7.1 default_subjects)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    const accounts = [await newAccount(), await newAccount()];
    for (const account of accounts) await done('POST', `/accounts/${account}/disable`);
    expect((await receiver.poll(id)).sets.map(({ sub_id }) => sub_id['sub'])).toEqual(accounts);
  });

  test('a removed subject is silent until it is added again', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`, `${RISC}account-enabled`] });
    const account = await newAccount();
    const subject = { format: 'iss_sub', iss: server.issuer, sub: account };
    expect((await receiver.call('POST', '/subjects/remove', { stream_id: id, subject })).status).toBe(204);
    await done('POST', `/accounts/${account}/disable`);
    expect((await receiver.poll(id)).sets).toEqual([]);
    const added = await receiver.call('POST', '/subjects/add', { stream_id: id, subject, verified: true });
    expect([added.status, added.text]).toEqual([200, '']);
    await done('POST', `/accounts/${account}/enable`);
    expect((await receiver.poll(id)).sets.map((one) => eventIn(one)[0])).toEqual([`${RISC}account-enabled`]);
  });

  test('a subject that does not exist is answered as one that does (§9.1)', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    const subject = { format: 'iss_sub', iss: server.issuer, sub: 'acc_missing' };
    expect((await receiver.call('POST', '/subjects/add', { stream_id: id, subject })).status).toBe(200);
    expect((await receiver.call('POST', '/subjects/remove', { stream_id: id, subject })).status).toBe(204);
  });

  test.each([
    [
      'a format that no event here has',
      { format: 'email', email: 'a@example.com' },
      'signal_subject_format_unsupported',
    ],
    ['no subject identifier', { format: 'iss_sub' }, 'signal_member_malformed'],
    ['a missing subject', undefined, 'signal_member_malformed'],
  ])('refuses %s', async (_, subject, reason) => {
    await withoutStreams();
    const id = await receiver.stream();
    const answer = await receiver.call('POST', '/subjects/remove', { stream_id: id, subject });
    expect([answer.status, answer.body['reason']]).toEqual([400, reason]);
    expect(await lastRefusal()).toMatchObject({ error: 'invalid_field', note: 'POST /ssf/v1/subjects/remove' });
  });
});

describe('status of a stream (SSF 1.0 §8.1.2)', () => {
  test('events of a paused stream wait; those of a disabled one do not', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    const [first, second, third] = [await newAccount(), await newAccount(), await newAccount()];
    const paused = await receiver.call('POST', '/status', { stream_id: id, status: 'paused', reason: 'Upgrade' });
    expect(paused.body).toEqual({ stream_id: id, status: 'paused', reason: 'Upgrade' });
    expect((await receiver.call('GET', `/status?stream_id=${id}`)).body).toEqual(paused.body);
    await done('POST', `/accounts/${first}/disable`);
    expect((await receiver.poll(id)).sets).toEqual([]);
    await receiver.call('POST', '/status', { stream_id: id, status: 'enabled' });
    const { sets } = await receiver.poll(id);
    expect(sets.map(({ sub_id }) => sub_id['sub'])).toEqual([first]);
    await receiver.poll(id, { ack: sets.map(({ jti }) => jti), maxEvents: 0 });
    await receiver.call('POST', '/status', { stream_id: id, status: 'disabled' });
    await done('POST', `/accounts/${second}/disable`);
    await receiver.call('POST', '/status', { stream_id: id, status: 'enabled' });
    await done('POST', `/accounts/${third}/disable`);
    expect((await receiver.poll(id)).sets.map(({ sub_id }) => sub_id['sub'])).toEqual([third]);
    expect((await server.events('signal_stream.status_changed')).at(-1)).toMatchObject({
      caller: receiver.id,
      inputs: { status: 'enabled', by: 'receiver' },
    });
  });

  test('refuses a status that is unknown', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    const answer = await receiver.call('POST', '/status', { stream_id: id, status: 'asleep' });
    expect([answer.status, answer.body['reason']]).toEqual([400, 'signal_member_malformed']);
  });

  test('an administrator who pauses a stream tells its receiver (§8.1.5)', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    await done('POST', `/signal-streams/${id}/pause`, { reason: 'Too much noise' });
    const { sets } = await receiver.poll(id);
    await done('POST', `/signal-streams/${id}/resume`);
    expect(sets.map((one) => [one.sub_id, one.events])).toEqual([
      [
        { format: 'opaque', id },
        {
          'https://schemas.openid.net/secevent/ssf/event-type/stream-updated': {
            status: 'paused',
            reason: 'Too much noise',
          },
        },
      ],
    ]);
  });
});

describe("an administrator's pause (SSF 1.0 §8.1.2.2)", () => {
  /** A paused stream, and no other. */
  const pausedStream = async (): Promise<string> => {
    await withoutStreams();
    const id = await receiver.stream();
    await done('POST', `/signal-streams/${id}/pause`, { reason: 'Too much noise' });
    return id;
  };

  test.each([
    ['enables', ['POST', '/status'], { status: 'enabled' }],
    ['switches off', ['POST', '/status'], { status: 'disabled' }],
    ['pauses again', ['POST', '/status'], { status: 'paused' }],
    ['deletes', ['DELETE', '/streams'], undefined],
    ['creates beside it', ['POST', '/streams'], {}],
  ] as const)('holds: a receiver that %s a stream gets 403', async (_, [method, path], body) => {
    const id = await pausedStream();
    const about = method === 'DELETE' ? `${path}?stream_id=${id}` : path;
    const sent = body && path === '/status' ? { stream_id: id, ...body } : body;
    const answer = await receiver.call(method, about, sent);
    expect([answer.status, answer.body['reason']]).toEqual([403, 'signal_stream_paused_here']);
    expect(await lastRefusal()).toMatchObject({ caller: receiver.id, error: 'forbidden', outcome: 'refused' });
    const status = await receiver.call('GET', `/status?stream_id=${id}`);
    expect(status.body).toEqual({ stream_id: id, status: 'paused', reason: 'Too much noise' });
    await done('POST', `/signal-streams/${id}/resume`);
  });

  test('lets the receiver change its endpoint, and ends when an administrator resumes', async () => {
    const id = await pausedStream();
    const changed = await receiver.call('PATCH', '/streams', { stream_id: id, description: 'New' });
    expect(changed.status).toBe(200);
    await done('POST', `/signal-streams/${id}/resume`);
    const paused = await receiver.call('POST', '/status', { stream_id: id, status: 'paused' });
    expect([paused.status, paused.body['status']]).toEqual([200, 'paused']);
    // What the receiver paused, the receiver enables.
    expect((await receiver.call('POST', '/status', { stream_id: id, status: 'enabled' })).status).toBe(200);
  });

  test('of the server, for its backlog, the receiver ends by itself', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    const by = { caller: 'system' };
    await server.behalf.services.signalStreams.setStatus(id, { status: 'paused' }, by, 'server');
    expect((await receiver.call('POST', '/status', { stream_id: id, status: 'enabled' })).status).toBe(200);
  });
});

describe('verification (SSF 1.0 §8.1.4)', () => {
  test('the event has the state of the request, and the stream as its subject', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${CAEP}session-revoked`] });
    const asked = await receiver.call('POST', '/verification', { stream_id: id, state: 'VGhpcyBp' });
    expect([asked.status, asked.text]).toEqual([204, '']);
    const { sets } = await receiver.poll(id);
    expect(sets.map((one) => [one.sub_id, one.events])).toEqual([
      [{ format: 'opaque', id }, { [VERIFICATION]: { state: 'VGhpcyBp' } }],
    ]);
  });

  test('a second request within the interval is refused: 429 with Retry-After', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    expect((await receiver.call('POST', '/verification', { stream_id: id })).status).toBe(204);
    const again = await receiver.call('POST', '/verification', { stream_id: id });
    expect([again.status, again.body['reason']]).toEqual([429, 'signal_verification_too_soon']);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await lastRefusal()).toMatchObject({ error: 'too_many_requests' });
  });

  test('one that an administrator sends has no state', async () => {
    await withoutStreams();
    const id = await receiver.stream();
    await done('POST', `/signal-streams/${id}/verify`);
    expect((await receiver.poll(id)).sets.map(({ events }) => events)).toEqual([{ [VERIFICATION]: {} }]);
  });
});

describe('delivery by poll (RFC 8936)', () => {
  test('WH-01 an event comes again with the same jti until it is acknowledged (§2.4)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    const accounts = [await newAccount(), await newAccount(), await newAccount()];
    for (const account of accounts) await done('POST', `/accounts/${account}/disable`);
    const first = await receiver.poll(id, { maxEvents: 2, returnImmediately: true });
    expect(first.sets.map(({ sub_id }) => sub_id['sub'])).toEqual(accounts.slice(0, 2));
    expect(first.body['moreAvailable']).toBe(true);
    const again = await receiver.poll(id, { maxEvents: 2, returnImmediately: true });
    expect(again.sets.map(({ jti }) => jti)).toEqual(first.sets.map(({ jti }) => jti));
    const rest = await receiver.poll(id, { ack: [first.sets[0]?.jti], returnImmediately: true });
    expect(rest.sets.map(({ sub_id }) => sub_id['sub'])).toEqual(accounts.slice(1));
    expect(rest.body).not.toHaveProperty('moreAvailable');
  });

  test('maxEvents 0 only acknowledges (§2.2)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    await done('POST', `/accounts/${await newAccount()}/disable`);
    const { sets } = await receiver.poll(id);
    const acknowledged = await receiver.poll(id, { maxEvents: 0, ack: sets.map(({ jti }) => jti) });
    expect(acknowledged.body).toEqual({ sets: {} });
    expect((await receiver.poll(id)).sets).toEqual([]);
    expect((await done('GET', `/signal-streams/${id}`))['delivered']).toBe(1);
  });

  test('an error in setErrs is recorded, and the event does not come again (§2.4.4)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    await done('POST', `/accounts/${await newAccount()}/disable`);
    const [only] = (await receiver.poll(id)).sets;
    const jti = String(only?.jti);
    const setErrs = {
      [jti]: { err: 'invalid_request', description: 'no such\u0007 person' },
      unknown: { err: 'invalid_request' },
    };
    expect((await receiver.poll(id, { setErrs, returnImmediately: true })).sets).toEqual([]);
    expect(await done('GET', `/signal-streams/${id}`)).toMatchObject({
      refused: 1,
      last_refused_event: jti,
      last_refusal: 'invalid_request',
      last_refusal_description: 'no such  person',
    });
    const recorded = (await server.events('signal_stream.event_refused')).filter(({ target }) => target?.id === id);
    expect(recorded).toMatchObject([{ outcome: 'refused', inputs: { jti, error: 'invalid_request' } }]);
  });

  test('a poll without returnImmediately waits for the next event (§2.3)', async () => {
    await withoutStreams();
    const id = await receiver.stream({ events_requested: [`${RISC}account-disabled`] });
    const account = await newAccount();
    const waiting = receiver.poll(id, {});
    await done('POST', `/accounts/${account}/disable`);
    expect((await waiting).sets.map(({ sub_id }) => sub_id['sub'])).toEqual([account]);
  });

  test.each([
    ['maxEvents', { maxEvents: -1 }],
    ['ack', { ack: [7] }],
    ['setErrs', { setErrs: { a: {} } }],
    ['returnImmediately', { returnImmediately: 'yes' }],
  ])('refuses a %s of another form', async (_, body) => {
    await withoutStreams();
    const id = await receiver.stream();
    const answer = await receiver.call('POST', `/streams/${id}/poll`, body);
    expect([answer.status, answer.body['reason']]).toEqual([400, 'signal_member_malformed']);
  });
});
