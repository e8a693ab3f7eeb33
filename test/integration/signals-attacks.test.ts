/** Attacks on Shared Signals: by a trusted transmitter that says too much, by a receiver, and by a stranger. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeSignalReceiver, RISC, type SignalReceiverUnderTest } from '../support/signal-receiver.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';

const NO_TEXT = { toString: null, valueOf: null };
const LONE = '\ud800';

let world: SignalWorld;
let receiver: SignalReceiverUnderTest;
let logged: string[] = [];

beforeAll(async () => {
  world = await signalWorld({ log: (line) => void logged.push(line) });
  const { server, management } = world;
  receiver = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Mail', subjects: ['*'] });
}, 60_000);
afterAll(() => world?.close());

const errors = (): readonly string[] => logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);
const newest = async () => (await world.signals())[0];
const tokensRevoked = async () => (await world.server.events('account.tokens_revoked')).length;

describe('a transmitter that says more than it may', () => {
  test('narrows a global revocation to one session: refused, and not widened to all', async () => {
    await world.linked('narrow');
    const before = await tokensRevoked();
    const session = { format: 'opaque', id: 'sid-there' };
    const answer = await world.revoke({ sub_id: { format: 'complex', user: world.subjectOf('narrow'), session } });
    expect([answer.status, await tokensRevoked()]).toEqual([400, before]);
    expect((await world.server.events('signal.refused')).at(-1)).toMatchObject({
      ...{ outcome: 'refused', caller: world.transmitter.id, error: 'invalid_request', note: 'subject' },
    });
  });

  test.each<[string, unknown]>([
    ['a device of the person', { user: 'own', device: { format: 'opaque', id: 'laptop' } }],
    ['a tenant', { user: 'own', tenant: { format: 'opaque', id: 'all' } }],
    ['an agent', { user: 'own', agent: { format: 'opaque', id: 'agt_1' } }],
    ['a group alone', { group: { format: 'opaque', id: 'staff' } }],
    ['an unknown member', { user: 'own', everything: { format: 'opaque', id: 'x' } }],
    ['a person and aliases in one', { user: 'aliases' }],
  ])('names %s: no account is affected', async (_, members) => {
    await world.linked(`complex-${_.replaceAll(' ', '-')}`);
    const own = world.subjectOf(`complex-${_.replaceAll(' ', '-')}`);
    const replaced = Object.fromEntries(
      Object.entries(members as Readonly<Record<string, unknown>>).map(([name, value]) => [
        ...[name, value === 'own' ? own : value === 'aliases' ? { format: 'aliases', identifiers: [own] } : value],
      ]),
    );
    const before = await tokensRevoked();
    const sub_id = { format: 'complex', ...replaced };
    expect((await world.send('account_disabled', 'x', { sub_id })).status).toBe(202);
    expect([(await newest())?.['state'], await tokensRevoked()]).toEqual(['no_effect', before]);
  });

  test('names two people in one list of aliases: neither is affected', async () => {
    for (const name of ['first', 'second']) await world.linked(`alias-${name}`);
    const before = await tokensRevoked();
    const identifiers = [world.subjectOf('alias-first'), world.subjectOf('alias-second')];
    expect((await world.send('account_disabled', 'x', { sub_id: { format: 'aliases', identifiers } })).status).toBe(
      202,
    );
    expect([(await newest())?.['why'], await tokensRevoked()]).toEqual(['unknown_subject', before]);
  });

  test('names 17 identifiers, or one of 3,000 characters: no account is affected', async () => {
    await world.linked('many');
    const identifiers = Array.from({ length: 17 }, () => world.subjectOf('many'));
    const long = { format: 'opaque', id: 'x'.repeat(3000) };
    for (const sub_id of [{ format: 'aliases', identifiers }, long]) {
      expect((await world.send('account_disabled', 'x', { sub_id })).status).toBe(202);
      expect((await newest())?.['why']).toBe('unknown_subject');
    }
  });

  test.each([
    'user-mail@works.example@evil.example',
    'evil.example@works.example.evil.example',
    'USER-mail@WORKS.EXAMPLE\u0000',
    'user-mail@works.example.',
    '"user-mail"@works.example',
    'user-mail+x@works.example',
    'user\u2010mail@works.example',
  ])('reaches no account by the address %s, which is another one', async (email) => {
    const { accounts } = world.services;
    if ((await accounts.findByUsername('user-mail')) === undefined)
      await world.linked('mail', { email: 'user-mail@works.example', email_verified: true });
    const before = await tokensRevoked();
    expect((await world.send('account_disabled', 'x', { sub_id: { format: 'email', email } })).status).toBe(202);
    expect([(await newest())?.['state'], await tokensRevoked()]).toEqual(['no_effect', before]);
  });

  test('claims the issuer of this server, or of another provider, as that of the person: no account is affected', async () => {
    await world.linked('borrowed');
    for (const iss of [world.server.issuer, 'https://other.example', `${world.served.origin}/`]) {
      await world.send('account_disabled', 'x', { sub_id: { format: 'iss_sub', iss, sub: 'borrowed' } });
      expect([iss, (await newest())?.['why']]).toEqual([iss, 'unknown_subject']);
    }
  });

  test('sends one jti 20 times at once: one signal, one effect, 202 each time', async () => {
    const account = await world.linked('once');
    const before = (await world.server.events('account.tokens_revoked')).length;
    const set = await world.sign(world.claimsOf('account_disabled', 'once'));
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.push(set)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const revoked = (await world.server.events('account.tokens_revoked')).slice(before);
    expect(new Set(revoked.map(({ subject }) => subject))).toEqual(new Set([account]));
    expect((await world.signals('?limit=200')).filter((signal) => signal['account'] === account)).toHaveLength(1);
  });

  test('enables what another transmitter disabled: the risk that the other one sees stays', async () => {
    const account = await world.linked('two-views');
    const second = await world.makeTransmitter({ name: 'Second', issuer: `${world.served.origin}/second-view` });
    await world.send('account_disabled', 'two-views');
    const enabled = await world.sign(
      world.claimsOf('account_enabled', 'two-views', {
        iss: `${world.served.origin}/second-view`,
        sub_id: world.subjectOf('two-views'),
      }),
    );
    expect((await world.push(enabled, { authorization: second.authorization })).status).toBe(202);
    const { body } = await world.management.call('GET', `/accounts/${account}/signals`);
    const items = body['items'] as readonly Readonly<Record<string, unknown>>[];
    expect(items).toContainEqual(
      expect.objectContaining({ event: 'account_disabled', transmitter: world.transmitter.id }),
    );
  });

  test('claims a time of the future or of 1970: an event is never newer than its iat, and never un-happens', async () => {
    const account = await world.linked('timed');
    await world.send('risk_level_change', 'timed', {}, { current_level: 'HIGH', principal: 'USER' });
    await world.send('risk_level_change', 'timed', {}, { current_level: 'LOW', principal: 'USER', event_timestamp: 1 });
    await world.send('credential_change', 'timed', {}, { change_type: 'update', event_timestamp: 9_999_999_999 });
    const { body } = await world.management.call('GET', `/accounts/${account}/signals`);
    const items = body['items'] as readonly Readonly<Record<string, unknown>>[];
    expect(items.find(({ event }) => event === 'risk_level_change')).toMatchObject({ level: 'high' });
    const now = Math.floor(Date.now() / 1000);
    expect(Number(items.find(({ event }) => event === 'credential_change')?.['at'])).toBeLessThanOrEqual(now + 1);
  });

  test.each<[string, unknown]>([
    ['a text', 'revoke'],
    ['no object', 7],
    ['a list', [{ format: 'opaque', id: 'x' }]],
    ['a member without text', { format: NO_TEXT }],
    ['a format that is named like a method', { format: 'toString' }],
    ['a lone surrogate', { format: 'opaque', id: LONE }],
  ])('sends %s as sub_id of a global revocation: 400, and no error of ours', async (_, sub_id) => {
    logged = [];
    const answer = await world.revoke({ sub_id });
    expect([answer.status, errors()]).toEqual([400, []]);
  });

  test('speaks of an owner who got a role since: nothing of theirs ends, and their agents stay', async () => {
    const account = await world.linked('promoted', { roles: ['auditor'] });
    const agent = await world.scene.newAgent('Of the auditor', account);
    const before = await tokensRevoked();
    await world.send('account_purged', 'promoted');
    const { body } = await world.management.call('GET', `/agents/${agent.clientId}`);
    expect([body['state'], await tokensRevoked()]).toEqual(['active', before]);
  });
});

describe('a receiver that attacks', () => {
  test.each<[string, string, object]>([
    ['a number without end as aud', 'PATCH', { aud: '@infinite' }],
    ['a lone surrogate as iss', 'PATCH', { iss: LONE }],
    ['an object without text as aud', 'PUT', { aud: NO_TEXT }],
    ['a list nested 30 deep', 'PATCH', { events_delivered: JSON.parse(`${'['.repeat(25)}${']'.repeat(25)}`) }],
    ['a lone surrogate as description', 'PATCH', { description: LONE }],
    ['a method without text', 'PATCH', { delivery: { method: NO_TEXT } }],
    ['events without text', 'PATCH', { events_requested: [NO_TEXT] }],
    ['a subject without text', 'PATCH', { delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: NO_TEXT } }],
  ])('sends %s to the configuration: 400, and no error of ours', async (_, method, more) => {
    logged = [];
    const id = await receiver.stream();
    // JSON has no Infinity, and reads 1e999 as one.
    const body = JSON.stringify({ stream_id: id, ...more }).replace('"@infinite"', '1e999');
    const answer = await receiver.call(method, '/streams', body);
    expect([answer.status, errors()]).toEqual([400, []]);
    expect((await world.server.events('signal_receiver.refused')).at(-1)).toMatchObject({ caller: receiver.id });
    await receiver.call('DELETE', `/streams?stream_id=${id}`);
  });

  test('acknowledges and refuses events that it never got, of other streams too: nothing is settled or recorded', async () => {
    const { server, management } = world;
    const victim = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Victim', subjects: ['*'] });
    const [mine, theirs] = [
      await receiver.stream(),
      await victim.stream({ events_requested: [`${RISC}account-disabled`] }),
    ];
    const account = await management.createAccount({ username: 'seen-by-victim', name: 'Seen' });
    await management.call('POST', `/accounts/${account.id}/disable`);
    const [first] = (await victim.poll(theirs)).sets;
    const jti = String(first?.jti);
    const before = (await server.events('signal_stream.event_refused')).length;
    const setErrs = { [jti]: { err: 'invalid_request' }, constructor: { err: 'invalid_request' } };
    const body = { returnImmediately: true, maxEvents: 0, ack: [jti, '__proto__'], setErrs };
    expect((await receiver.call('POST', `/streams/${mine}/poll`, body)).status).toBe(200);
    expect((await receiver.call('POST', `/streams/${theirs}/poll`, body)).status).toBe(404);
    expect((await server.events('signal_stream.event_refused')).length).toBe(before);
    expect((await victim.poll(theirs)).sets.map((one) => one.jti)).toEqual([jti]);
    await receiver.call('DELETE', `/streams?stream_id=${mine}`);
  });

  test('holds more polls than two, and more streams than four, by racing itself', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => receiver.call('POST', '/streams', {})));
    expect(made.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(4);
    const { text } = await receiver.call('GET', '/streams');
    const ids = (JSON.parse(text) as readonly { readonly stream_id: string }[]).map(({ stream_id: id }) => id);
    expect(ids.length).toBeLessThanOrEqual(4);
    const id = ids[0] ?? (await receiver.stream());
    const polls = await Promise.all(Array.from({ length: 6 }, () => receiver.call('POST', `/streams/${id}/poll`, {})));
    expect(polls.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(4);
    for (const one of ids) await receiver.call('DELETE', `/streams?stream_id=${one}`);
  });

  test('removes all subjects by a tenant, and adds one that it may not have: it hears of no one more than before', async () => {
    const { server, management } = world;
    const known = await management.createAccount({ username: 'known-to-limited', name: 'Known' });
    const hidden = await management.createAccount({ username: 'hidden-from-limited', name: 'Hidden' });
    const limited = await makeSignalReceiver(
      { issuer: server.issuer, management },
      { name: 'Limited by subject', subjects: [known.id] },
    );
    const id = await limited.stream({ events_requested: [`${RISC}account-disabled`] });
    const subject = { format: 'iss_sub', iss: server.issuer, sub: hidden.id };
    expect((await limited.call('POST', '/subjects/add', { stream_id: id, subject, verified: true })).status).toBe(200);
    for (const one of [hidden, known]) await management.call('POST', `/accounts/${one.id}/disable`);
    expect((await limited.poll(id)).sets.map(({ sub_id }) => sub_id['sub'])).toEqual([known.id]);
  });
});

describe('a stranger', () => {
  const raw = (path: string, headers: Readonly<Record<string, string>>, body = '') =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(world.server.issuer);
      const sent = httpRequest({ hostname, port, path, method: 'POST', headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  const SET = { 'content-type': 'application/secevent+jwt' };

  test('gets the same answer for the id of a transmitter that is there, and of one that is not', async () => {
    const secret = 'x'.repeat(43);
    const answers = [];
    for (const id of [world.transmitter.id, `trm_${'a'.repeat(26)}`, 'trm_', 'trm_../x'])
      answers.push(await raw('/signals/events', { ...SET, authorization: `Bearer ${id}.${secret}` }, 'a.b.c'));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(400);
  });

  test('with a good SET and no secret has no effect, and causes no fetch of keys', async () => {
    await world.linked('unprotected');
    const before = await tokensRevoked();
    const set = await world.sign(world.claimsOf('account_disabled', 'unprotected'));
    const { status, text } = await raw('/signals/events', SET, set);
    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ err: 'authentication_failed' })]);
    expect(await tokensRevoked()).toBe(before);
  });

  test.each([
    '/Signals/events',
    '//signals/events',
    '/signals/events/',
    '/signals/../signals/events',
    '/ssf/v1',
    '/ssf/V1/streams',
  ])('finds nothing at %s', async (path) => {
    expect([400, 401, 404]).toContain(
      (await raw(path, { ...SET, authorization: world.transmitter.authorization }, 'x')).status,
    );
  });

  test('reads no streams, subjects or endpoints from the metadata', async () => {
    const text = await (await fetch(`${world.server.issuer}/.well-known/ssf-configuration`)).text();
    expect(text).not.toMatch(/sgs_|rcv_|acc_|trm_/);
  });
});
