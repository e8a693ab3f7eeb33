/**
 * Security events of a trusted transmitter (RFC 8417, RFC 8935, OpenID SSF 1.0): what is accepted, whom it reaches, and what it
 * does.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { until } from '../support/until.ts';

let world: SignalWorld;
beforeAll(async () => {
  world = await signalWorld();
}, 60_000);
afterAll(() => world?.close());

const last = async (type: AuditEventType) => (await world.server.events(type)).at(-1);
/** The signal that was received last. */
const state = async () => {
  const { target } = (await last('signal.received')) ?? {};
  return (await world.management.call('GET', `/signals/${target?.id}`)).body;
};
const signedIn = async (name: string) => {
  world.there.claims = { sub: name, preferred_username: name, name };
  const browser = world.browser();
  await world.signIn(browser);
  return browser;
};
const isSignedIn = async (browser: Awaited<ReturnType<typeof signedIn>>): Promise<boolean> =>
  (await browser.open(`${world.server.issuer}/account`)).forms.some(({ action }) => action.endsWith('/sign-out'));

describe('a good event', () => {
  test('ends the sessions of its person before the answer 202, which has no body (RFC 8935 §2.2)', async () => {
    const account = await world.linked('ended');
    const browser = await signedIn('ended');
    expect(await isSignedIn(browser)).toBe(true);
    const { status, text } = await world.send('session_revoked', 'ended', { txn: 'txn-there' });
    expect([status, text]).toEqual([202, '']);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await last('signal.received')).toMatchObject({
      caller: world.transmitter.id,
      subject: account,
      inputs: { event: 'session_revoked', level: 'medium', txn: 'txn-there', effects: ['record_risk', 'end_sessions'] },
    });
    expect(await last('account.sessions_ended')).toMatchObject({ caller: world.transmitter.id, subject: account });
    expect(await state()).toMatchObject({ state: 'applied', account, event: 'session_revoked', txn: 'txn-there' });
  });

  test('of a disabled account ends its sessions and tokens, and suspends its agents', async () => {
    const account = await world.linked('left');
    const agent = await world.scene.newAgent('Of who left', account);
    expect((await world.send('account_disabled', 'left')).status).toBe(202);
    expect((await world.management.call('GET', `/agents/${agent.clientId}`)).body['state']).toBe('suspended');
    expect(await last('agent.suspended')).toMatchObject({ caller: world.transmitter.id });
    expect(await last('account.tokens_revoked')).toMatchObject({ caller: world.transmitter.id, subject: account });
  });

  test('narrowed to a session ends only that session (SSF 1.0 §3.3)', async () => {
    await world.linked('narrow');
    const browser = await signedIn('narrow');
    const sub_id = { format: 'complex', user: world.subjectOf('narrow'), session: { format: 'opaque', id: 'another' } };
    expect((await world.send('session_revoked', '', { sub_id })).status).toBe(202);
    expect(await state()).toMatchObject({ state: 'applied' });
    // A session for which the provider named no id may be that one.
    expect(await isSignedIn(browser)).toBe(false);
  });

  test('with keys that its configuration names (SSF 1.0 §7.2)', async () => {
    const issuer = `${world.served.origin}/tenant`;
    const other = await world.makeTransmitter({ issuer, jwks_uri: null });
    await world.linked('discovered');
    const document = { issuer, jwks_uri: `${world.served.origin}/jwks` };
    world.documents.set('/.well-known/ssf-configuration/tenant', document);
    const text = await world.sign(world.claimsOf('session_revoked', 'discovered', { iss: issuer }));
    expect((await world.push(text, { authorization: other.authorization })).status).toBe(202);
    expect((await world.signals('', other.id))[0]).toMatchObject({ state: 'applied' });
  });

  test('is applied once: the same jti again is 202 without effect', async () => {
    await world.linked('once');
    const text = await world.sign(world.claimsOf('session_revoked', 'once'));
    expect((await world.push(text)).status).toBe(202);
    // A sign-in in the second of the event ends with it.
    let browser = await signedIn('once');
    await until(async () => {
      if (await isSignedIn(browser)) return true;
      browser = await signedIn('once');
      return false;
    });
    expect((await world.push(text)).status).toBe(202);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test('is not accepted again when a longer age is allowed: what was received may be forgotten', async () => {
    const issuer = `${world.served.origin}/aged`;
    const { id, authorization } = await world.makeTransmitter({ name: 'Aged', issuer, max_age: 60 });
    await world.linked('aged');
    const now = Math.floor(Date.now() / 1000);
    const old = await world.sign(world.claimsOf('session_revoked', 'aged', { iss: issuer, iat: now - 600 }));
    expect((await world.push(old, { authorization })).body['err']).toBe('invalid_request');
    const path = `/trusted-transmitters/${id}`;
    const { headers } = await world.management.call('GET', path);
    const version = { 'if-match': String(headers.get('etag')) };
    expect((await world.management.call('PATCH', path, { max_age: 86_400 }, version)).status).toBe(200);
    expect((await last('transmitter.updated'))?.changed).toEqual(['max_age']);
    expect((await world.push(old, { authorization })).body['err']).toBe('invalid_request');
    expect(await last('signal.refused')).toMatchObject({ caller: id, error: 'invalid_request', note: 'time' });
    const young = await world.sign(world.claimsOf('session_revoked', 'aged', { iss: issuer, iat: now - 30 }));
    expect((await world.push(young, { authorization })).status).toBe(202);
  });

  test('whose effect failed is 503, and the same again has its effect', async () => {
    await world.linked('retried');
    const browser = await signedIn('retried');
    const text = await world.sign(world.claimsOf('session_revoked', 'retried'));
    world.server.faults.failingWrites = new Set(['accounts']);
    const failed = await world.push(text);
    world.server.faults.failingWrites = new Set();
    expect(failed.status).toBe(503);
    expect((await world.push(text)).status).toBe(202);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('whom it reaches', () => {
  test('an unknown subject is 202 without effect, and the same answer as for a known one (no oracle)', async () => {
    const known = await world.linked('oracle');
    const answers = [await world.send('session_revoked', 'oracle'), await world.send('session_revoked', 'a-stranger')];
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [202, ''],
      [202, ''],
    ]);
    expect(await state()).toMatchObject({ state: 'no_effect', why: 'unknown_subject', effects: [] });
    expect(await last('signal.received')).not.toHaveProperty('subject');
    expect(known).toMatch(/^acc_/);
  });

  test('never an account with a role (MG-04)', async () => {
    const account = await world.linked('admin', { roles: ['operator'] });
    const browser = await signedIn('admin');
    expect((await world.send('account_disabled', 'admin')).status).toBe(202);
    expect(await state()).toMatchObject({ state: 'no_effect', why: 'account_privileged', account });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test.each([
    ['iss_sub of another issuer', { format: 'iss_sub', iss: 'https://elsewhere.example', sub: 'reach' }],
    ['the id of the account', { format: 'opaque', id: 'acc_unknown' }],
    ['an address at a domain of no provider', { format: 'email', email: 'reach@elsewhere.example' }],
    ['an account URI', { format: 'account', uri: 'acct:reach@works.example' }],
    [
      'a device with the user',
      { format: 'complex', user: { format: 'opaque', id: 'reach' }, device: { format: 'opaque', id: 'd' } },
    ],
    [
      'aliases of two people',
      {
        format: 'aliases',
        identifiers: [
          { format: 'opaque', id: 'reach' },
          { format: 'opaque', id: 'other-reach' },
        ],
      },
    ],
  ])('not by %s', async (_, sub_id) => {
    if ((await world.services.accounts.findByUsername('user-reach')) === undefined) {
      await world.linked('reach', { email: 'reach@elsewhere.example', email_verified: true });
      await world.linked('other-reach');
    }
    expect((await world.send('session_revoked', '', { sub_id })).status).toBe(202);
    expect(await state()).toMatchObject({ state: 'no_effect', why: 'unknown_subject' });
  });

  test.each([
    ['opaque', () => ({ format: 'opaque', id: 'forms' })],
    [
      'aliases',
      () => ({ format: 'aliases', identifiers: [{ format: 'opaque', id: 'forms' }, world.subjectOf('forms')] }),
    ],
    ['a verified address at a domain of the provider', () => ({ format: 'email', email: 'Forms@works.example' })],
  ])('by %s (RFC 9493)', async (_, subject) => {
    if ((await world.services.accounts.findByUsername('user-forms')) === undefined) {
      await world.linked('forms', { email: 'forms@works.example', email_verified: true });
    }
    expect((await world.send('session_revoked', '', { sub_id: subject() })).status).toBe(202);
    expect(await state()).toMatchObject({ state: 'applied' });
  });

  test('an address that is verified, and of an account that is linked to another provider, is not reached', async () => {
    await world.management.createAccount({
      ...{ username: 'unlinked', name: 'Unlinked', email: 'unlinked@works.example', email_verified: true },
    });
    const sub_id = { format: 'email', email: 'unlinked@works.example' };
    expect((await world.send('session_revoked', '', { sub_id })).status).toBe(202);
    expect(await state()).toMatchObject({ why: 'unknown_subject' });
  });

  test('a type of event that the transmitter is not trusted with has no effect', async () => {
    const account = await world.linked('untrusted');
    const { body, headers } = await world.read();
    const effects = { ...(body['effects'] as object), account_disabled: undefined };
    const path = `/trusted-transmitters/${world.transmitter.id}`;
    const changed = await world.management.call('PATCH', path, { effects }, { 'if-match': headers });
    expect(changed.status).toBe(200);
    expect((await world.send('account_disabled', 'untrusted')).status).toBe(202);
    expect(await state()).toMatchObject({ state: 'no_effect', why: 'event_not_accepted' });
    expect((await world.send('agent_killed', 'untrusted')).status).toBe(202);
    expect(await state()).toMatchObject({ why: 'event_not_accepted' });
    await world.management.call(
      'PATCH',
      path,
      { effects: body['effects'] },
      { 'if-match': (await world.read()).headers },
    );
    expect(account).toMatch(/^acc_/);
  });
});

describe('verification (SSF 1.0 §8.1.4)', () => {
  const path = () => `/trusted-transmitters/${world.transmitter.id}`;

  test('a verification event has the expected state, once', async () => {
    const { body } = await world.management.call('POST', `${path()}/expect-verification`);
    const state = String(body['verification_state']);
    const wrong = await world.send('verification', '', {}, { state: 'guessed' });
    expect([wrong.status, wrong.body['err']]).toEqual([400, 'invalid_state']);
    expect((await world.send('verification', '', {}, { state })).status).toBe(202);
    expect(await last('transmitter.verified')).toMatchObject({ target: { id: world.transmitter.id } });
    expect((await world.read()).body).toMatchObject({ verified_at: expect.any(Number) });
    expect((await world.send('verification', '', {}, { state })).status).toBe(400);
  });

  test('events that no one requested are accepted, and change the transmitter at most once a minute', async () => {
    const before = await world.server.events('transmitter.verified');
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await world.send('verification', '')).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202]);
    // A version that changed with each would let no administrator change the settings.
    expect((await world.server.events('transmitter.verified')).length - before.length).toBeLessThanOrEqual(1);
    const { headers } = await world.read();
    await world.send('verification', '');
    expect((await world.read()).headers).toBe(headers);
  });

  test('stream-updated is accepted and has no effect', async () => {
    const before = (await world.signals()).length;
    expect((await world.send('stream_updated', '', {}, { status: 'paused' })).status).toBe(202);
    expect(await world.signals()).toHaveLength(before);
  });
});
