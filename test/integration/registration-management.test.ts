/** What a client or agent may do with its own registration (RFC 7592), and how much may be registered at all. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import {
  agentMetadata,
  type Body,
  clientMetadata,
  REDIRECT,
  type RegistrationWorld,
  registrationWorld,
  STATEMENT_ISSUER,
  sendable,
  text,
} from '../support/registration-world.ts';
import { runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let world: RegistrationWorld;

beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(async () => {
  await world?.close();
});

const stored = async (made: Body): Promise<Body> => {
  const id = text(made, 'client_id');
  const kind = id.startsWith('agt_') ? 'agents' : 'clients';
  const { updated_at: _, ...body } = (await world.scene.management.call('GET', `/${kind}/${id}`)).body;
  return body;
};

describe('the registration access token', () => {
  test('DR-07 is another one after each use; the one before is worth nothing', async () => {
    const made = await world.registeredAgent();
    const read = await world.manage('GET', made);
    expect(read.status).toBe(200);
    const { registration_access_token: first, ...before } = made;
    const { registration_access_token: second, ...after } = read.body;
    expect(after).toEqual(before);
    expect(second).not.toBe(first);
    expect((await world.events(world.closed, 'registration.managed')).at(-1)).toMatchObject({
      caller: made['client_id'],
      owner: world.owner.id,
      inputs: { action: 'read' },
    });
    const { answer, counted } = await world.refusals(world.closed, () => world.manage('GET', made));
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(counted.some(({ error }) => error === 'invalid_token')).toBe(true);
    expect((await world.manage('GET', read.body)).status).toBe(200);
  });

  test('DR-07 of one client is nothing at another, and stays good at its own', async () => {
    const [a, b] = [await world.registeredClient(), await world.registeredClient()];
    const { answer, counted } = await world.refusals(world.closed, () =>
      world.manage('GET', b, undefined, text(a, 'registration_access_token')),
    );
    expect(answer.status).toBe(401);
    expect(counted.some(({ error }) => error === 'invalid_token')).toBe(true);
    expect((await world.manage('GET', b)).status).toBe(200);
    expect((await world.manage('GET', a)).status).toBe(200);
  });

  test('DR-07 of several who present it at once one goes on', async () => {
    const made = await world.registeredClient();
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.manage('GET', made)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(7);
    expect((await world.manage('GET', won[0]?.body as Body)).status).toBe(200);
  });

  test('DR-07 is a digest at rest', async () => {
    const made = await world.registeredClient();
    const { documents } = world.closed.behalf.services;
    const { REGISTRATIONS } = await import('../../src/domain/clients/registration/registrations.ts');
    const row = await documents.collection<{ id: string }>(REGISTRATIONS).get(text(made, 'client_id'));
    expect(row).toBeDefined();
    expect(JSON.stringify(row)).not.toContain(text(made, 'registration_access_token').slice(4));
    expect(JSON.stringify(await world.closed.events())).not.toContain(text(made, 'registration_access_token'));
  });

  test('manages nothing that is suspended, and lives again with it', async () => {
    const made = await world.registeredAgent();
    await world.accept(made['client_id']);
    const { call } = world.scene.management;
    await call('POST', `/agents/${made['client_id']}/suspend`);
    expect((await world.manage('GET', made)).status).toBe(401);
    await call('POST', `/agents/${made['client_id']}/resume`);
    expect((await world.manage('GET', made)).status).toBe(200);
  });
});

test('DR-05 an agent that no owner accepted within 24 hours is not managed any more', async () => {
  const made = await world.registeredAgent();
  stopClock();
  try {
    advance(24 * 3_600_000 + 1000);
    expect((await world.manage('GET', made)).status).toBe(401);
  } finally {
    startClock();
  }
  expect((await world.manage('GET', made)).status).toBe(200);
});

describe('replacing', () => {
  test.each(['agent', 'client'])('DR-06 what was read changes nothing when it is put back: %s', async (kind) => {
    const more = { dpop_bound_access_tokens: true, contacts: ['ops@example.com'] };
    const made = kind === 'agent' ? await world.registeredAgent(more) : await world.registeredClient(more);
    const before = await stored(made);
    const read = (await world.manage('GET', made)).body;
    const put = await world.manage('PUT', read, sendable(read));
    expect(put.status).toBe(200);
    expect(await stored(made)).toEqual(before);
    expect(sendable(put.body)).toEqual(sendable(read));
  });

  test('DR-06 what is left out does not become weaker, and what an operator set stays', async () => {
    const made = await world.registeredClient({ dpop_bound_access_tokens: true });
    const id = text(made, 'client_id');
    const put = await world.manage('PUT', made, { client_id: id, redirect_uris: [REDIRECT] });
    expect(put).toMatchObject({ status: 200, body: { dpop_bound_access_tokens: true, client_name: 'Wiki' } });
    expect(await stored(made)).toMatchObject({ owner: world.owner.id, skip_consent: false, roles: [] });
  });

  test('a pending agent can be corrected; only the owner changes what the owner has accepted', async () => {
    const made = await world.registeredAgent();
    const id = text(made, 'client_id');
    const right = { ...sendable(made), client_name: 'Travel agent of ours', agent_purpose: 'Books trains and boats' };
    const put = await world.manage('PUT', made, right);
    expect(put).toMatchObject({ status: 200, body: { client_name: 'Travel agent of ours', agent_state: 'pending' } });
    expect((await world.events(world.closed, 'agent.updated')).at(-1)).toMatchObject({ caller: id, agent: id });
    await world.accept(id);
    let held = put.body;
    for (const [member, value] of [
      ['client_name', 'Payroll'],
      ['agent_purpose', 'Pays'],
      ['agent_environment', 'production'],
      ['jwks', { keys: [(await newKeyPair()).publicJwk] }],
      ['grant_types/1', ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']],
    ] as const) {
      const body = { ...sendable(held), [member.split('/')[0] as string]: value };
      const { answer, isRecorded, last } = await world.refusals(world.closed, () => world.manage('PUT', held, body));
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
      expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
      expect(isRecorded).toBe(true);
      expect(last).toMatchObject({ caller: id, target: { kind: 'agent', id }, inputs: { action: 'replace' } });
    }
    // A refusal burnt nothing, and less is always possible.
    const less = await world.manage('PUT', held, { ...sendable(held), dpop_bound_access_tokens: true });
    expect(less).toMatchObject({ status: 200, body: { dpop_bound_access_tokens: true } });
    held = less.body;
    const looser = await world.manage('PUT', held, { ...sendable(held), dpop_bound_access_tokens: false });
    expect(looser).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
  });

  test.each([
    ['client_id', { client_id: 'app_other' }],
    ['registration_access_token', { registration_access_token: 'bhr_x' }],
    ['client_id_issued_at', { client_id_issued_at: 1 }],
    ['client_secret', { client_secret: 'another' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'none' }],
    ['application_type', { application_type: 'native' }],
    ['software_statement', { software_statement: 'a.b.c' }],
    ['redirect_uris/0', { redirect_uris: ['https://evil.example/callback'] }],
    ['redirect_uris', { redirect_uris: [] }],
    ['jwks/keys', { jwks: { keys: [] } }],
  ])('DR-10 refuses a replacement and names %s (RFC 7592 §2.2)', async (member, change) => {
    const made = await world.registeredClient();
    const before = await stored(made);
    const { answer, isRecorded, last } = await world.refusals(world.closed, () =>
      world.manage('PUT', made, { ...sendable(made), ...change }),
    );
    const error = member.startsWith('redirect_uris')
      ? 'invalid_redirect_uri'
      : member === 'software_statement'
        ? 'invalid_software_statement'
        : 'invalid_client_metadata';
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ error, inputs: { action: 'replace', member: `/${member}` } });
    expect(await stored(made)).toEqual(before);
    expect((await world.manage('GET', made)).status).toBe(200);
  });

  test('the secret it has may be sent back, and a path on a known host added', async () => {
    const made = await world.registeredClient();
    const redirect_uris = [REDIRECT, 'https://new.example.com/other'];
    const put = await world.manage('PUT', made, { ...sendable(made), redirect_uris });
    expect(put).toMatchObject({ status: 200, body: { redirect_uris } });
    expect(put.body).not.toHaveProperty('client_secret');
  });

  test('DR-06 it still gets logout tokens: the address may change on its own host, and is not removed by leaving it out', async () => {
    const uri = `${new URL(REDIRECT).origin}/logout`;
    const made = await world.registeredClient({
      backchannel_logout_uri: uri,
      backchannel_logout_session_required: true,
    });
    expect(made).toMatchObject({ backchannel_logout_uri: uri, backchannel_logout_session_required: true });
    const { backchannel_logout_uri: _, backchannel_logout_session_required: __, ...rest } = sendable(made);
    const without = await world.manage('PUT', made, rest);
    expect(without).toMatchObject({ status: 200, body: { backchannel_logout_uri: uri } });
    const { answer, isRecorded, last } = await world.refusals(world.closed, () =>
      world.manage('PUT', without.body, {
        ...sendable(without.body),
        backchannel_logout_uri: 'https://elsewhere.example.net/logout',
      }),
    );
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ inputs: { member: '/backchannel_logout_uri' } });
  });

  test('DR-06 a change in between is not overwritten', async () => {
    const made = await world.registeredClient();
    const { services } = world.closed.behalf;
    const answers = await Promise.all([
      world.manage('PUT', made, { ...sendable(made), client_name: 'One' }),
      world.manage('PUT', made, { ...sendable(made), client_name: 'Two' }),
    ]);
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const now = (await services.clients.get(text(made, 'client_id')))?.document.name;
    expect(won[0]?.body['client_name']).toBe(now);
  });
});

describe('removing', () => {
  test.each(['agent', 'client'])('retires for good: %s (RFC 7592 §2.3)', async (kind) => {
    const made = kind === 'agent' ? await world.registeredAgent() : await world.registeredClient();
    const id = text(made, 'client_id');
    expect((await world.manage('DELETE', made)).status).toBe(204);
    expect(await stored(made)).toMatchObject({ state: 'retired' });
    expect((await world.events(world.closed, `${kind as 'agent' | 'client'}.retired`)).at(-1)).toMatchObject({
      caller: id,
      target: { kind, id },
    });
    expect((await world.manage('DELETE', made)).status).toBe(401);
    const { call } = world.scene.management;
    const back = await call('POST', kind === 'agent' ? `/agents/${id}/resume` : `/clients/${id}/enable`);
    expect(back.status).toBe(409);
  });
});

describe('adoption', () => {
  test('DR-04 an account answers for a client that registered itself, which ends by itself no more', async () => {
    const answer = await world.send('POST', '/reg', { server: world.open, body: clientMetadata() });
    const id = text(answer.body, 'client_id');
    const { managementFromKeyFile } = await import('../support/management.ts');
    const management = await managementFromKeyFile(world.open.administratorKeyFile);
    expect((await management.call('GET', `/clients/${id}`)).body).toHaveProperty('expires_at');
    const adopted = await management.call('POST', `/clients/${id}/adoption`);
    expect(adopted).toMatchObject({ status: 200, body: { owner: expect.stringMatching(/^acc_/) } });
    expect(adopted.body).not.toHaveProperty('expires_at');
    expect((await world.events(world.open, 'client.adopted')).at(-1)?.target).toEqual({ kind: 'client', id });
    // The client that registered it still manages it.
    expect((await world.manage('GET', answer.body)).status).toBe(200);
    const desk = await management.createClient({ name: 'Desk', redirect_uris: [REDIRECT] });
    expect((await management.call('POST', `/clients/${desk.id}/adoption`)).status).toBe(409);
  });
});

describe('software statements', () => {
  test('let a client register, and go before what stands beside them (RFC 7591 §2.3)', async () => {
    const software_statement = await world.statement({ client_name: 'Vouched', software_id: 'v-1' });
    const answer = await world.send('POST', '/reg', {
      body: clientMetadata({ client_name: 'Said', software_statement }),
    });
    expect(answer).toMatchObject({
      status: 201,
      body: { client_name: 'Vouched', software_id: 'v-1', software_statement },
    });
    expect((await world.events(world.closed, 'registration.admitted')).at(-1)).toMatchObject({
      caller: STATEMENT_ISSUER,
      inputs: { way: 'statement', statement: STATEMENT_ISSUER },
    });
    // Nor is it said otherwise later.
    const put = await world.manage('PUT', answer.body, { ...sendable(answer.body), client_name: 'Said' });
    expect(put.body).toMatchObject({ client_name: 'Vouched', software_statement });
  });

  test('DR-04 make an agent only if they say so, which waits for its owner', async () => {
    const claims = { agent_blueprint: world.blueprint, agent_owner: world.owner.id };
    const body = await agentMetadata({ software_statement: await world.statement(claims) });
    expect(await world.send('POST', '/reg', { body })).toMatchObject({
      status: 201,
      body: { agent_state: 'pending', agent_owner: world.owner.id },
    });
    const beside = await agentMetadata({ ...claims, software_statement: await world.statement({ software_id: 'v' }) });
    const answer = await world.send('POST', '/reg', { body: beside });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
  });

  test.each([
    ['of an unknown issuer', { iss: 'https://other.example' }, {}, 'unapproved_software_statement'],
    ['that was signed by another', { key: true }, {}, 'invalid_software_statement'],
    ['that expired', {}, { exp: 1 }, 'invalid_software_statement'],
    ['for another server', {}, { aud: 'https://other.example' }, 'invalid_software_statement'],
  ])('DR-10 refuses one %s', async (_, { key, ...more }: { iss?: string; key?: boolean }, claims, error) => {
    const other = key ? { key: (await generateKeyPair('ES256')).privateKey } : {};
    const software_statement = await world.statement(claims, { ...more, ...other });
    const token = await world.tokenText();
    const { answer, isRecorded, last } = await world.refusals(world.closed, () =>
      world.send('POST', '/reg', { token, body: clientMetadata({ software_statement }) }),
    );
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(text(answer.body, 'error_description')).toMatch(/^software_statement: /);
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ error });
  });

  test('DR-10 cannot be added later', async () => {
    const made = await world.registeredClient();
    const software_statement = await world.statement({ client_name: 'Vouched' });
    expect(await world.manage('PUT', made, { ...sendable(made), software_statement })).toMatchObject({
      status: 400,
      body: { error: 'invalid_software_statement' },
    });
  });
});

test('DR-05 a source, an owner and all together register so many and no more', async () => {
  const server = await runServer({
    environment: {
      BEHALF__REGISTRATION__OPEN: 'true',
      BEHALF__REGISTRATION__PERSOURCEPERHOUR: '5',
      BEHALF__REGISTRATION__OPENPERDAY: '3',
      BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
    },
  });
  try {
    const from = async (source: string) =>
      fetch(`${server.issuer}/reg`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': source },
        body: JSON.stringify(clientMetadata()),
      });
    // One site has a quarter of a day's.
    for (const site of ['203.0.113', '198.51.100', '192.0.2']) expect((await from(`${site}.1`)).status).toBe(201);
    // Of all together enough.
    const full = await from('10.0.0.2');
    expect(full.status).toBe(429);
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another address of the same /64 is the same source (RL-03).
    for (let count = 0; count < 5; count += 1) await from(`2001:db8:1:2::${count}`);
    const { documents } = server.behalf.services;
    const { CLIENTS } = await import('../../src/domain/clients/clients/client.ts');
    const rows = async () => (await documents.collection<{ id: string }>(CLIENTS).find({ limit: 1000 })).length;
    const before = await rows();
    for (let count = 0; count < 20; count += 1) expect((await from(`2001:db8:1:2::a:${count}`)).status).toBe(429);
    expect(await rows()).toBe(before);
    await server.settled();
    expect((await server.events('request.refused')).some(({ error }) => error === 'temporarily_unavailable')).toBe(
      true,
    );
  } finally {
    await server.close();
  }
});

describe('a client that an administrator gave a power', () => {
  test.each([
    ['a role', { roles: ['operator'], grant_types: ['authorization_code', 'client_credentials'] }],
    ['no consent', { skip_consent: true }],
  ])('of %s changes none of its credentials by its registration access token', async (_, power) => {
    const keys = async () => ({ keys: [(await newKeyPair()).publicJwk] });
    const made = await world.registeredClient({ token_endpoint_auth_method: 'private_key_jwt', jwks: await keys() });
    const path = `/clients/${text(made, 'client_id')}`;
    const { call } = world.scene.management;
    const etag = { 'if-match': String((await call('GET', path)).headers.get('etag')) };
    // The software chose its keys and addresses: who gives it a power names them.
    expect((await call('PATCH', path, power, etag)).status).toBe(409);
    const { jwks, redirect_uris } = (await call('GET', path)).body;
    expect((await call('PATCH', path, { ...power, jwks, redirect_uris }, etag)).status).toBe(200);
    const before = await stored(made);
    for (const change of [
      { jwks: await keys() },
      { redirect_uris: [REDIRECT, `${REDIRECT}/more`] },
      { grant_types: ['authorization_code', 'refresh_token'] },
    ]) {
      const answer = await world.manage('PUT', made, { ...sendable(made), ...change });
      expect([answer.status, answer.body['error']]).toEqual([
        400,
        'redirect_uris' in change ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      ]);
      expect((await world.events(world.closed, 'registration.refused')).at(-1)).toMatchObject({
        caller: made['client_id'],
        inputs: { action: 'replace', member: expect.stringContaining(Object.keys(change)[0] ?? '') },
      });
    }
    expect(await stored(made)).toEqual(before);
    const { grant_types } = before as { readonly grant_types: readonly string[] };
    const renamed = { ...sendable(made), grant_types, client_name: 'Wiki 2' };
    expect((await world.manage('PUT', made, renamed)).status).toBe(200);
  });
});
