/** What signals do to decisions, the brake that limits them, and global token revocation. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../support/oauth-calls.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let world: SignalWorld;
let family: TokenFamily;

const FORBIDS = `
@id("no-agents-at-high-risk")
@reason("There is a security event about this person.")
forbid (principal is Agent, action == Action::"act", resource)
when { context has signals && context.signals.level == "high" && context.signals.events.contains("risk_level_change") };
`;

beforeAll(async () => {
  world = await signalWorld();
  const { management } = world;
  const { body: schema } = await management.call('GET', '/policy/schema');
  const draft = await management.call('POST', '/policy-sets', { text: `${schema['starter']}\n${FORBIDS}` });
  const etag = { 'if-match': String(draft.headers.get('etag')) };
  const activated = await management.call('POST', `/policy-sets/${draft.body['id']}/activation`, {}, etag);
  if (activated.status !== 200) throw new Error(`not active: ${activated.text}`);
  family = await newTokenFamily(world.scene);
  const link = { upstream: world.provider.id, subject: 'ada', account: family.accountId };
  await management.call('POST', '/upstream-links', link);
}, 90_000);
afterAll(() => world?.close());

const events = (type: Parameters<SignalWorld['server']['events']>[0]) => world.server.events(type);
const exchange = (): Promise<Answer> =>
  world.scene.calls.token(world.scene.keyed(family.agent), {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: family.tokens.appCalendar,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: family.calendar.identifier,
  });

describe('risk as a fact of policies', () => {
  test('a policy forbids while it lasts, at the exchange and at the use of an earlier token; simulated alike', async () => {
    const before = await exchange();
    expect(before.status).toBe(200);
    const introspect = async () =>
      (await world.scene.calls.introspect(family.calendar.credential, String(before.body['access_token']))).body[
        'active'
      ];
    expect(await introspect()).toBe(true);

    const risk = { current_level: 'HIGH', principal: 'USER' };
    expect((await world.send('risk_level_change', 'ada', {}, risk)).status).toBe(202);
    expect(await introspect()).toBe(false);
    const refused = await exchange();
    expect([refused.status, (refused.body['denial'] as { layer?: string }).layer]).toEqual([400, 'policy']);
    const event = (await events('token.refused')).at(-1);
    expect(JSON.stringify(event?.inputs)).toContain('"events":["risk_level_change"]');
    const asked = { caller: family.agent.clientId, subject: family.accountId, resource: family.calendar.identifier };
    const simulated = await world.management.call('POST', '/policy/simulations', asked);
    expect([simulated.status, JSON.stringify(simulated.body).includes('no-agents-at-high-risk')]).toEqual([200, true]);

    const lower = { current_level: 'LOW', principal: 'USER' };
    expect((await world.send('risk_level_change', 'ada', {}, lower)).status).toBe(202);
    expect(await introspect()).toBe(true);
    expect((await exchange()).status).toBe(200);
  });

  test('an older event that arrives late changes nothing (WH-02)', async () => {
    const iat = Math.floor(Date.now() / 1000) - 600;
    expect((await world.send('risk_level_change', 'ada', { iat }, { current_level: 'HIGH' })).status).toBe(202);
    expect((await exchange()).status).toBe(200);
  });

  test('a step-up is required of sign-ins from before the event', async () => {
    expect((await world.send('credential_change', 'ada', {}, { change_type: 'update' })).status).toBe(202);
    const refused = await exchange();
    expect([refused.status, refused.body['error']]).toEqual([400, 'insufficient_user_authentication']);
    const { remedies } = refused.body['denial'] as { remedies: readonly { kind: string; max_age?: number }[] };
    expect(remedies).toContainEqual(expect.objectContaining({ kind: 'step_up', max_age: expect.any(Number) }));
  });
});

describe('global token revocation', () => {
  test('ends all tokens of a person before the answer 204', async () => {
    const account = await world.linked('revoked');
    const answer = await world.revoke({ sub_id: world.subjectOf('revoked') });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await events('account.tokens_revoked')).at(-1)).toMatchObject({ subject: account });
    expect((await events('signal.received')).at(-1)).toMatchObject({
      inputs: { event: 'tokens_revoked', effects: ['revoke_tokens'] },
    });
  });

  test('the app and the agent of the person hold nothing from before', async () => {
    expect((await world.revoke({ sub_id: world.subjectOf('ada') })).status).toBe(204);
    expect((await exchange()).body['error']).toBe('invalid_request');
    expect(await family.survey()).toEqual([]);
  });

  test.each([
    ['no secret', { authorization: '' }, 401],
    ['a wrong secret', { authorization: 'Bearer trm_a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbb' }, 401],
  ])('%s is 401 and changes nothing', async (_, headers, status) => {
    const before = (await events('signal.received')).length;
    expect((await world.revoke({ sub_id: world.subjectOf('revoked') }, headers)).status).toBe(status);
    expect(await events('signal.received')).toHaveLength(before);
  });

  test.each([
    ['no subject', {}, 400],
    ['a further member', { sub_id: { format: 'opaque', id: 'revoked' }, more: true }, 400],
    ['a malformed subject', { sub_id: { format: 'opaque' } }, 400],
    ['an unknown person', { sub_id: { format: 'opaque', id: 'a-stranger' } }, 404],
  ])('%s', async (_, body, status) => {
    expect((await world.revoke(body)).status).toBe(status);
    const [error, note] = status === 404 ? ['not_found', 'unknown_subject'] : ['invalid_request', 'form'];
    expect((await events('signal.refused')).at(-1)).toMatchObject({ outcome: 'refused', error, note });
  });

  test('403 where no event of the transmitter may revoke tokens, 404 for an account with a role', async () => {
    await world.linked('operates', { roles: ['operator'] });
    expect((await world.revoke({ sub_id: world.subjectOf('operates') })).status).toBe(404);
    const effects = { session_revoked: ['end_sessions'] };
    const weak = await world.makeTransmitter({ issuer: `${world.served.origin}/weak`, effects });
    const refused = await world.revoke({ sub_id: world.subjectOf('revoked') }, { authorization: weak.authorization });
    expect(refused.status).toBe(403);
    expect((await events('signal.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
  });

  test('metadata names the endpoint', async () => {
    const metadata = (await (await fetch(`${world.server.issuer}/.well-known/openid-configuration`)).json()) as object;
    expect(metadata).toMatchObject({ global_token_revocation_endpoint: `${world.server.issuer}/signals/revocations` });
  });
});

describe('the brake', () => {
  test('exactly so many accounts are affected at once; the others are held until an administrator resumes', async () => {
    const issuer = `${world.served.origin}/fast`;
    const fast = await world.makeTransmitter({ issuer, most_accounts: 3, most_accounts_percent: 0 });
    const names = Array.from({ length: 7 }, (_, index) => `fast-${index}`);
    for (const name of names) await world.linked(name);
    const send = async (name: string) =>
      world.push(await world.sign(world.claimsOf('session_revoked', name, { iss: issuer })), {
        authorization: fast.authorization,
      });
    const answers = await Promise.all(names.map(send));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 202));
    expect(await world.signals('?state=applied', fast.id)).toHaveLength(3);
    const held = await world.signals('?state=held', fast.id);
    expect(held).toHaveLength(4);
    expect((await events('transmitter.effects_paused')).at(-1)).toMatchObject({
      ...{ caller: fast.id, inputs: { limit: 3 } },
      target: { kind: 'trusted transmitter', id: fast.id },
    });
    expect(await events('signal.held')).toHaveLength(4);
    const activity = await world.management.call('GET', `/trusted-transmitters/${fast.id}/activity`);
    expect(activity.body).toMatchObject({ affected: 3, paused_at: expect.any(Number), more_held: false });

    // A revocation is refused meanwhile, so that its caller knows.
    const refused = await world.revoke({ sub_id: world.subjectOf('fast-0') }, { authorization: fast.authorization });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '600']);

    const dropped = String(held[0]?.['id']);
    const discarded = await world.management.call('POST', `/signals/${dropped}/discard`);
    expect([discarded.status, discarded.body['state']]).toEqual([200, 'discarded']);
    expect((await world.management.call('POST', `/signals/${dropped}/discard`)).body['reason']).toBe('signal_not_held');
    const resumed = await world.management.call('POST', `/trusted-transmitters/${fast.id}/resume`, {});
    expect(resumed.status).toBe(200);
    expect(await world.signals('?state=held', fast.id)).toEqual([]);
    expect(await world.signals('?state=applied', fast.id)).toHaveLength(6);
    expect(await events('signal.released')).toHaveLength(3);
    const again = await world.management.call('POST', `/trusted-transmitters/${fast.id}/resume`, {});
    expect([again.status, again.body['reason']]).toEqual([409, 'transmitter_not_paused']);
  });

  test('MG-04 a held signal has no effect on an account that has a role or no link when it is resumed', async () => {
    const issuer = `${world.served.origin}/held`;
    const slow = await world.makeTransmitter({ issuer, most_accounts: 1, most_accounts_percent: 0 });
    const names = ['held-first', 'held-promoted', 'held-unlinked', 'held-person'];
    const ids = new Map<string, string>();
    for (const name of names) {
      ids.set(name, await world.linked(name));
      const set = await world.sign(world.claimsOf('account_disabled', name, { iss: issuer }));
      expect((await world.push(set, { authorization: slow.authorization })).status).toBe(202);
    }
    expect(await world.signals('?state=held', slow.id)).toHaveLength(3);
    const [promoted, unlinked] = [ids.get('held-promoted'), ids.get('held-unlinked')];
    const { headers } = await world.management.call('GET', `/accounts/${promoted}`);
    const etag = { 'if-match': String(headers.get('etag')) };
    const given = await world.management.call('PATCH', `/accounts/${promoted}`, { roles: ['operator'] }, etag);
    expect(given.status).toBe(200);
    const links = await world.management.call('GET', `/upstream-links?account=${unlinked}`);
    const [link] = links.body['items'] as readonly { readonly id: string }[];
    expect((await world.management.call('POST', `/upstream-links/${link?.id}/remove`)).status).toBe(204);

    expect((await world.management.call('POST', `/trusted-transmitters/${slow.id}/resume`, {})).status).toBe(200);
    const byAccount = new Map((await world.signals('', slow.id)).map((signal) => [signal['account'], signal]));
    expect(byAccount.get(promoted)).toMatchObject({ state: 'no_effect', why: 'account_privileged' });
    expect(byAccount.get(unlinked)).toMatchObject({ state: 'no_effect', why: 'unknown_subject' });
    expect(byAccount.get(ids.get('held-person'))).toMatchObject({ state: 'applied' });
    const ended = (await events('account.tokens_revoked')).map(({ subject }) => subject);
    expect([ended.includes(promoted), ended.includes(unlinked), ended.includes(ids.get('held-person'))]).toEqual([
      ...[false, false, true],
    ]);
    const discarded = (await events('signal.discarded')).slice(-2).map(({ subject, note }) => [subject, note] as const);
    // Signals of the same second are applied in any order.
    expect(new Map(discarded)).toEqual(
      new Map([
        [promoted, 'account_privileged'],
        [unlinked, 'unknown_subject'],
      ]),
    );
  });
});
