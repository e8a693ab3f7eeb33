/** Approvals over HTTP: an agent asks, people decide, and exactly what they approved becomes one token, once. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, BANK, INVOICE } from '../support/approvals-world.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { basic } from '../support/authzen-client.ts';
import { type Answer, answerOf, CIBA } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: ApprovalsWorld;
let audit: AuditWatch;
let own: string;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__APPROVALS__PERHOUR: '1000' } });
  world = await approvalsWorld(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const denialOf = ({ body }: Answer): Record<string, unknown> => (body['denial'] ?? {}) as Record<string, unknown>;

/** The agent asks by an exchange of the token it has itself; answers the question and how to fetch its answer. */
const asked = async (identity: Identity = world.agent, scope = 'pay') => {
  own = await world.allow(identity);
  const answer = await world.want(identity, own, { scope });
  const remedy = approvalRemedy(answer);
  const found = await world.service.find(remedy.auth_req_id, identity.clientId);
  if (!found) throw new Error('the service knows nothing of it');
  return { answer, remedy, approval: found, authReqId: remedy.auth_req_id };
};
const poll = (authReqId: string, identity: Identity = world.agent): Promise<Answer> =>
  world.calls.poll(world.keyed(identity), authReqId);

const refused = async (work: () => Promise<Answer>, error: string, reason?: string, status = 400) => {
  const { answer, event } = await audit.refused(work, { status, error, event: 'token.refused' });
  expect(denialOf(answer)['reason']).toBe(reason);
  expect(event.denial?.reason).toBe(reason);
  return answer;
};

describe('by an exchange', () => {
  test('a refusal says that people are asked and how to wait; their yes is one token for that action (CIBA §10.1)', async () => {
    const { answer, remedy, approval, authReqId } = await asked();
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('access_denied');
    expect(denialOf(answer)).toMatchObject({ layer: 'approval', reason: 'approval_required' });
    expect(remedy).toMatchObject({ grant_type: CIBA, endpoint: world.calls.endpoints.token, interval: 5 });
    expect(approval).toMatchObject({
      state: 'pending',
      risk: 'high',
      requires: { quorum: 1, isProvenAnew: true },
      approvers: [world.accountId],
      action: { agent: world.agent.clientId, subject: world.accountId, resource: BANK, scope: ['pay'], details: [] },
    });

    await refused(() => poll(authReqId), 'authorization_pending');
    advance(6000);
    await world.approve(approval);
    const { answer: given, event } = await audit.issued(() => poll(authReqId));
    const claims = decodeJwt(String(given.body['access_token']));
    expect(claims).toMatchObject({
      sub: world.accountId,
      aud: BANK,
      scope: 'pay',
      client_id: world.agent.clientId,
      act: { sub: world.agent.clientId },
      approval: { id: approval.id, digest: approval.digest },
      max_uses: 1,
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(300);
    expect(event).toMatchObject({ approval: approval.id, scopeGiven: ['pay'], grantType: CIBA });
    expect((await world.service.get(approval.id))?.state).toBe('redeemed');
    const seen = await world.calls.introspect(world.bank.credential, String(given.body['access_token']));
    expect(seen.body).toMatchObject({
      active: true,
      scope: 'pay',
      approval: { id: approval.id, digest: approval.digest, unused: true },
    });

    await refused(() => poll(authReqId), 'invalid_grant', 'approval_used');
  });

  test('AP-05 the same question twice is one question, and one answer', async () => {
    const agent = await world.newAgent('Twice');
    const one = await asked(agent);
    const again = approvalRemedy(await world.want(agent, own, { scope: 'pay' }));
    expect(again.auth_req_id).toBe(one.authReqId);
    expect(await world.open(agent)).toHaveLength(1);
    // Of another sign-in it would be another transaction.
    expect((await asked(agent)).authReqId).not.toBe(one.authReqId);
  });

  test('AP-08 who polls faster than the interval is told to slow down, and then has to wait five seconds longer (CIBA §11)', async () => {
    const agent = await world.newAgent('Hasty');
    const { authReqId, approval } = await asked(agent);
    await refused(() => poll(authReqId, agent), 'authorization_pending');
    const slow = await refused(() => poll(authReqId, agent), 'slow_down');
    expect(slow.body['error_description']).toContain('10 seconds');
    expect(slow.headers.get('retry-after')).toBe('10');
    advance(6000);
    await refused(() => poll(authReqId, agent), 'slow_down');
    advance(15_000);
    await refused(() => poll(authReqId, agent), 'authorization_pending');
    // Whoever hurried is not kept from the answer.
    await world.approve(approval);
    await audit.issued(() => poll(authReqId, agent));
  });

  test('AP-08 within a second who hurries is answered without a look at the approval', async () => {
    const agent = await world.newAgent('Hectic');
    const { authReqId } = await asked(agent);
    await poll(authReqId, agent);
    const reads = jest.spyOn(world.service, 'find');
    const answers: Answer[] = [];
    for (let turn = 0; turn < 6; turn += 1) answers.push(await poll(authReqId, agent));
    const looked = reads.mock.calls.length;
    reads.mockRestore();
    expect(new Set(answers.map(({ body }) => body['error']))).toEqual(new Set(['slow_down']));
    expect(looked).toBe(1);
  });

  test('AP-04 another agent cannot fetch what was approved, nor learn that it is there', async () => {
    const { approval, authReqId } = await asked(await world.newAgent('Honest'));
    await world.approve(approval);
    const other = await world.newAgent('Thief');
    await refused(() => poll(authReqId, other), 'invalid_grant', 'request_unknown');
    await refused(() => poll('nonsense', other), 'invalid_grant', 'request_unknown');
    expect((await world.service.get(approval.id))?.state).toBe('approved');
  });

  test('a no is told to the agent, also after a yes that was not fetched yet (AP-02)', async () => {
    const agent = await world.newAgent('Unlucky');
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    await world.deny(approval);
    await refused(() => poll(authReqId, agent), 'access_denied', 'approval_denied');
    await expect(world.approve(approval)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('AP-21 at the second it expires it is over: for people who decide, and for the agent that fetches', async () => {
    const agent = await world.newAgent('Late');
    const first = await asked(agent);
    advance((first.approval.expiresAt - server.behalf.services.clock.now()) * 1000);
    await expect(world.approve(first.approval)).rejects.toMatchObject({ code: 'conflict' });
    await refused(() => poll(first.authReqId, agent), 'expired_token', 'approval_expired');
    const second = await asked(agent);
    expect(second.authReqId).not.toBe(first.authReqId);
    const approved = await world.approve(second.approval);
    advance((Number(approved.redeemBy) - server.behalf.services.clock.now()) * 1000);
    await refused(() => poll(second.authReqId, agent), 'expired_token', 'approval_expired');
    await expect(world.approve(second.approval)).rejects.toMatchObject({
      code: 'conflict',
      message: 'This request is approved, not used: there is nothing left to decide.',
    });
  });

  test('AP-02 of twenty that fetch at once one gets the token', async () => {
    const agent = await world.newAgent('Crowd');
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(authReqId, agent)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body['error']))).toEqual(
      new Set(['invalid_grant']),
    );
  });

  test('AP-02 of approve, deny, cancel and fetch at once exactly one ending comes to be', async () => {
    for (let round = 0; round < 10; round += 1) {
      const agent = await world.newAgent(`Race ${round}`);
      const { approval, authReqId } = await asked(agent);
      await world.approve(approval);
      const [denied, cancelled, fetched] = await Promise.allSettled([
        world.deny(approval),
        world.service.cancel(authReqId, agent.clientId, 'req_test'),
        poll(authReqId, agent),
      ]);
      const state = (await world.service.get(approval.id))?.state;
      const hasToken = fetched.status === 'fulfilled' && fetched.value.status === 200;
      expect({ hasToken, state }).toEqual({ hasToken: state === 'redeemed', state });
      const endings = [
        denied.status === 'fulfilled' && denied.value.state === 'denied',
        cancelled.status === 'fulfilled' && cancelled.value?.state === 'cancelled',
        hasToken,
      ].filter(Boolean);
      expect(endings).toHaveLength(1);
    }
  });

  test('AP-02 a fetch that loses to a no leaves nothing that lives, by CIBA neither the row that was made for it', async () => {
    const agent = await world.newAgent('Overtaken');
    await world.allow(agent, 'openid balance');
    const question = { scope: 'openid pay', resource: BANK, login_hint: world.person.username };
    const authReqId = String((await world.calls.backchannel(world.keyed(agent), question)).body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    await world.approve(approval);
    const { audit: auditLog } = server.behalf.services;
    const { append } = auditLog;
    auditLog.append = async (event) => {
      if (event.type === 'delegation.created') await world.deny(approval);
      return append(event);
    };
    const { result, events } = await audit
      .during(() => poll(authReqId, agent))
      .finally(() => {
        auditLog.append = append;
      });
    expect({ status: result.status, error: result.body['error'] }).toEqual({ status: 400, error: 'invalid_grant' });
    const rows = (await server.behalf.services.delegations.list({ actor: agent.clientId, limit: 10 })).items;
    expect(rows.filter(({ scope }) => scope.includes('pay'))).toMatchObject([{ state: 'revoked' }]);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['approval.denied', 'delegation.revoked']));
  });

  test('AP-07 AP-21 who approved and is disabled since answers for nothing, and is asked by nobody', async () => {
    const { id } = await world.management.createAccount({
      username: 'leaver',
      name: 'Leaver',
      password: 'a long enough pass phrase',
    });
    const agent = await world.newAgent('Abandoned', { owner: id });
    const ask = () =>
      world.calls.backchannel(world.keyed(agent), { scope: 'openid pay', resource: BANK, login_hint: 'leaver' });
    const authReqId = String((await ask()).body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    await world.approve(approval, id);
    await world.management.call('POST', `/accounts/${id}/disable`);
    // The agent of somebody who left is frozen besides; the approval itself answers for nothing, either.
    expect(await world.service.standingVotes((await world.service.get(approval.id)) ?? approval)).toBeUndefined();
    expect((await poll(authReqId, agent)).status).toBe(401);
    expect((await ask()).status).toBe(401);
    await expect(world.approve(approval, id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('three denials in a day and the agent may not ask this person again, which is in the audit log (AP-05)', async () => {
    const agent = await world.newAgent('Insistent');
    for (const scope of ['pay', 'pay', 'pay']) {
      const { approval } = await asked(agent, scope);
      await world.deny(approval);
    }
    const answer = await world.want(agent, own, { scope: 'pay' });
    expect(answer.status).toBe(429);
    expect(denialOf(answer)).toMatchObject({ layer: 'limits', reason: 'too_many_approvals' });
    expect((await server.events('approval.muted')).filter((event) => event.agent === agent.clientId)).toHaveLength(1);
  });
});

const activated = async (management: ApprovalsWorld['management'], version: unknown): Promise<Answer> => {
  const path = `/policy-sets/${version}`;
  const { headers } = await management.call('GET', path);
  return management.call('POST', `${path}/activation`, {}, { 'if-match': String(headers.get('etag')) });
};

describe('sender constraint', () => {
  test('TX-13 what was asked for with a bound token becomes no Bearer token: the poll needs a proof (RFC 9449 §6)', async () => {
    const agent = await world.newAgent('Bound');
    const allowed = await world.allow(agent);
    const proof = async () => dpopProof(agent.key, { method: 'POST', url: world.calls.endpoints.token });
    const answer = await world.calls.exchange(world.keyed(agent), allowed, BANK, {
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      scope: 'pay',
    });
    // Without a proof it is asked for as it is; with one it is another question only in that.
    await world.service.cancel(approvalRemedy(answer).auth_req_id, agent.clientId, 'req_test');
    const bound = await world.calls.token(
      world.keyed(agent),
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: allowed,
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        resource: BANK,
        scope: 'pay',
      },
      { headers: { dpop: await proof() } },
    );
    const { auth_req_id: authReqId } = approvalRemedy(bound);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    await world.approve(approval);
    await refused(() => poll(authReqId, agent), 'invalid_request', 'subject_token_proof_missing');
    const given = await world.calls.token(
      world.keyed(agent),
      { grant_type: CIBA, auth_req_id: authReqId },
      { headers: { dpop: await proof() } },
    );
    expect(given.body).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(String(given.body['access_token']))['cnf']).toBeDefined();
  });
});

describe('by a refresh', () => {
  test('what a refresh names and needs an approval is asked for, and fetched as after an exchange', async () => {
    const agent = await world.newAgent('Refresher');
    const refreshToken = await world.allow(agent, 'openid offline_access balance pay');
    const refresh = (more: Readonly<Record<string, string>>) =>
      world.calls.token(world.keyed(agent), {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        resource: BANK,
        ...more,
      });
    const answer = await refresh({ scope: 'pay' });
    expect({ status: answer.status, denial: denialOf(answer) }).toMatchObject({
      status: 400,
      denial: { layer: 'approval', reason: 'approval_required' },
    });
    const { auth_req_id: authReqId } = approvalRemedy(answer);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    expect(approval.action).toMatchObject({ scope: ['pay'], subject: world.accountId, agent: agent.clientId });
    await world.approve(approval);
    const { answer: given } = await audit.issued(() => poll(authReqId, agent));
    expect(decodeJwt(String(given.body['access_token']))).toMatchObject({
      scope: 'pay',
      act: { sub: agent.clientId },
      approval: { id: approval.id },
    });
    // The refresh that was refused used nothing up.
    expect((await refresh({ scope: 'balance' })).status).toBe(200);
  });

  test('an approval makes no Bearer token of a refresh token that came with a bound one', async () => {
    const agent = await world.newAgent('Bound refresher');
    const key = await newKeyPair();
    const request = world.authorizationRequest(agent, { scope: 'openid offline_access balance pay', resource: BANK });
    const left = await world.walk(request.url, { consent: { check: (name) => name === 'scope' || undefined } });
    const credential = world.keyed(agent);
    const first = await world.calls.token(
      credential,
      {
        grant_type: 'authorization_code',
        code: world.codeFrom(left),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.verifier,
        resource: BANK,
      },
      { dpop: key },
    );
    expect(first.body['token_type']).toBe('DPoP');
    const answer = await world.calls.token(
      credential,
      {
        grant_type: 'refresh_token',
        refresh_token: String(first.body['refresh_token']),
        resource: BANK,
        scope: 'pay',
      },
      { dpop: key },
    );
    const { auth_req_id: authReqId } = approvalRemedy(answer);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    await world.approve(approval);
    await refused(() => poll(authReqId, agent), 'invalid_request', 'subject_token_proof_missing');
    const given = await world.calls.token(credential, { grant_type: CIBA, auth_req_id: authReqId }, { dpop: key });
    expect([given.status, given.body['token_type']]).toEqual([200, 'DPoP']);
  });
});

describe('AP-01 what changed since it was approved', () => {
  const approvedBy = async (agent: Identity): Promise<{ approval: Approval; authReqId: string }> => {
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    return { approval, authReqId };
  };

  test('another composition of the agent: refused, with the difference said', async () => {
    const agent = await world.newAgent('Shifty');
    const { authReqId } = await approvedBy(agent);
    const declared = await world.management.call('POST', `/agents/${agent.clientId}/compositions`, {
      digest: `sha256:${'ab'.repeat(32)}`,
    });
    expect(declared.status).toBe(200);
    const answer = await refused(() => poll(authReqId, agent), 'access_denied', 'action_changed');
    expect(answer.body['error_description']).toContain('composition');
  });

  test('another policy set: refused, with the difference said', async () => {
    const agent = await world.newAgent('Overtaken');
    const { authReqId } = await approvedBy(agent);
    const { body: active } = await world.management.call('GET', '/policy-sets/active');
    const { body: drafted } = await world.management.call('POST', '/policy-sets', {
      text: `${String(active['text'])}\n// another\n`,
    });
    expect((await activated(world.management, drafted['version'])).status).toBe(200);
    const answer = await refused(() => poll(authReqId, agent), 'access_denied', 'action_changed');
    expect(answer.body['error_description']).toContain('policy');
  });

  test('a delegation that ended, or an agent that was suspended: nothing', async () => {
    const agent = await world.newAgent('Revoked');
    const { authReqId } = await approvedBy(agent);
    const rows = await server.behalf.services.delegations.list({
      subject: world.accountId,
      actor: agent.clientId,
      live: true,
      limit: 10,
    });
    for (const { id } of rows.items) await server.behalf.services.delegations.revoke(id, world.accountId);
    const answer = await poll(authReqId, agent);
    expect(answer.status).toBe(400);
    expect(answer.body['access_token']).toBeUndefined();
  });
});

describe('by a request of its own (CIBA)', () => {
  const ask = (agent: Identity, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    world.calls.backchannel(world.keyed(agent), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
      ...more,
    });

  test('an owner is asked, and her yes is a delegation for this one action', async () => {
    const agent = await world.newAgent('Direct');
    const { result: answer, events } = await audit.during(() => ask(agent, { binding_message: 'Invoice 7731' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ expires_in: 600, interval: 5 });
    expect(events).toMatchObject([
      { type: 'approval.requested', outcome: 'done', personal: { message: 'Invoice 7731' } },
    ]);
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    expect(approval).toMatchObject({
      channel: 'backchannel',
      action: { message: 'Invoice 7731' },
      approvers: [world.accountId],
    });
    await world.approve(approval);
    const { answer: given } = await audit.issued(() => poll(authReqId, agent));
    const token = String(given.body['access_token']);
    expect(decodeJwt(token)).toMatchObject({
      sub: world.accountId,
      scope: 'pay',
      act: { sub: agent.clientId },
      approval: { id: approval.id },
    });
    expect((await world.calls.introspect(world.bank.credential, token)).body['active']).toBe(true);
    // It is no standing permission: the agent still holds nothing there.
    expect(await server.behalf.services.delegations.consented(world.accountId, agent.clientId, BANK)).toBeUndefined();
    await server.behalf.services.delegations.revoke(String(decodeJwt(token)['delegation']), world.accountId);
    expect((await world.calls.introspect(world.bank.credential, token)).body['active']).toBe(false);
  });

  test('AP-21 its token is good for the one action: the agent gets no further ones for it', async () => {
    const agent = await world.newAgent('Launderer');
    const asked = await ask(agent, { scope: 'openid balance' });
    const authReqId = String(asked.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    await world.approve(approval);
    const token = String((await poll(authReqId, agent)).body['access_token']);
    await refused(
      () => world.calls.exchange(world.keyed(agent), token, BANK, { scope: 'balance' }),
      'invalid_request',
      'subject_token_of_approval',
    );
  });

  test.each(['agent', 'account'] as const)(
    'LC-02 LC-12 a kill of the %s ends what was asked and approved before it, also when it is lifted at once',
    async (scope) => {
      const agent = await world.newAgent(`Killed ${scope}`);
      const asked = await ask(agent);
      const authReqId = String(asked.body['auth_req_id']);
      const approval = await world.service.find(authReqId, agent.clientId);
      if (!approval) throw new Error('nobody is asked');
      await world.approve(approval);
      const id = scope === 'agent' ? agent.clientId : world.accountId;
      const kill = await world.management.call('POST', '/kills', { scope, id, reason: 'a test' });
      expect(kill.status).toBeLessThan(300);
      expect((await world.management.call('POST', `/kills/${kill.body['id']}/lift`)).status).toBe(200);
      advance(20_000);
      await refused(() => poll(authReqId, agent), 'access_denied', 'approval_ended');
      // What is asked after it counts.
      const again = String((await ask(agent)).body['auth_req_id']);
      expect(again).not.toBe(authReqId);
      const next = await world.service.find(again, agent.clientId);
      if (!next) throw new Error('nobody is asked');
      await world.approve(next);
      await audit.issued(() => poll(again, agent));
    },
  );

  test('details are what is approved, as they are', async () => {
    const agent = await world.newAgent('Exact');
    const answer = await ask(agent, { scope: 'openid', authorization_details: JSON.stringify([INVOICE]) });
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('nobody is asked');
    expect(approval.action.details).toEqual([INVOICE]);
    await world.approve(approval);
    const given = await poll(authReqId, agent);
    expect(given.body['authorization_details']).toEqual([INVOICE]);
  });

  test.each([
    ['nobody', { login_hint: 'nobody-here' }, 400, 'unknown_user_id'],
    ['a long hint', { login_hint: 'x'.repeat(5000) }, 400, 'unknown_user_id'],
    ['no resource', { resource: '' }, 400, 'invalid_target'],
    ['an unknown resource', { resource: 'https://nowhere.example.com' }, 400, 'invalid_target'],
    ['no openid', { scope: 'pay' }, 400, 'invalid_request'],
    ['nothing to approve', { scope: 'openid' }, 400, 'invalid_scope'],
    ['a scope nobody declares', { scope: 'openid fly' }, 403, 'access_denied'],
    ['5,000 lines', { binding_message: 'a\n'.repeat(5000) }, 400, 'invalid_binding_message'],
    ['right-to-left', { binding_message: 'pay \u202e04 RUE' }, 400, 'invalid_binding_message'],
    ['two hints', { id_token_hint: 'x.y.z' }, 400, 'invalid_request'],
  ])('%s: refused, with one event', async (_, more, status, error) => {
    const agent = await world.newAgent('Careless');
    const { answer } = await audit.refused(() => ask(agent, more), {
      status,
      error,
      event: 'approval.refused',
    });
    expect(answer.body['auth_req_id']).toBeUndefined();
    expect(await world.open(agent)).toEqual([]);
  });

  test('LG-01 a stranger is asked by nobody, and is answered for as if not there', async () => {
    await world.management.createAccount({
      username: 'stranger',
      name: 'Stranger',
      password: 'a long enough pass phrase',
    });
    const agent = await world.newAgent('Curious');
    const known = await ask(agent, { login_hint: 'stranger' });
    const unknown = await ask(agent, { login_hint: 'no-such-person' });
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
  });

  test('an app that is no agent may not ask', async () => {
    const answer = await world.calls.backchannel(world.keyed(world.app), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
    });
    expect({ status: answer.status, error: answer.body['error'] }).toMatchObject({ status: 400 });
  });
});

describe('who is asked', () => {
  test('whom a policy names by @approvers, and then nobody else', async () => {
    const { id: clerk } = await world.management.createAccount({
      username: 'clerk',
      name: 'Clerk',
      password: 'a long enough pass phrase',
    });
    const { id: chief } = await world.management.createAccount({
      username: 'chief',
      name: 'Chief',
      password: 'a long enough pass phrase',
    });
    const { body: group } = await world.management.call('POST', '/groups', {
      name: 'Treasury',
      members: [clerk, chief],
    });
    const { body: active } = await world.management.call('GET', '/policy-sets/active');
    const rule =
      '@approval("required")\npermit (principal is Agent, action == Action::"act", resource)\nwhen { resource.risk == "high" }';
    expect(String(active['text'])).toContain(rule);
    const text = String(active['text']).replace(rule, `@approvers("${String(group['id'])}")\n${rule}`);
    const { body: drafted } = await world.management.call('POST', '/policy-sets', { text });
    expect((await activated(world.management, drafted['version'])).status).toBe(200);
    try {
      const agent = await world.newAgent('Routed');
      const { approval, authReqId } = await asked(agent);
      expect([...approval.approvers].sort()).toEqual([clerk, chief].sort());
      await expect(world.approve(approval)).rejects.toMatchObject({ code: 'not_found' });
      await world.approve(approval, chief);
      expect((await poll(authReqId, agent)).status).toBe(200);
    } finally {
      await activated(world.management, active['version']);
    }
  });
});

describe('critical risk', () => {
  test('two people with a second factor each, and the number the agent shows', async () => {
    const second = await world.management.createAccount({
      username: 'grace',
      name: 'Grace',
      password: 'a long enough pass phrase',
    });
    const agent = await world.newAgent('Closer', { owner: second.id });
    await server.behalf.services.agents.accept(agent.clientId, { caller: second.id, request: 'req_test' });
    const { approval, remedy, authReqId } = await asked(agent, 'close');
    expect(approval.requires.quorum).toBe(2);
    expect(approval.requires.acr).toContain('multi-factor');
    expect(remedy.number).toMatch(/^\d\d$/);
    await expect(world.approve({ ...approval, number: '00' }, world.accountId, { strong: true })).rejects.toMatchObject(
      { code: 'invalid_field' },
    );
    await expect(world.approve(approval, world.accountId)).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
    });
    await world.approve(approval, second.id, { strong: true });
    expect((await world.service.get(approval.id))?.state).toBe('pending');
    await expect(world.approve(approval, second.id, { strong: true })).rejects.toMatchObject({ code: 'conflict' });
    await world.approve(approval, world.accountId, { strong: true });
    const { answer } = await audit.issued(() => poll(authReqId, agent));
    expect(answer.body['scope']).toBe('close');
  });
});

describe('at the resource server', () => {
  const use = (
    token: string,
    call: unknown,
    by: { readonly clientId: string; readonly secret: string } = world.bank.credential,
  ) =>
    fetch(`${world.issuer}/access/v1/approval-uses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(by.clientId, by.secret) },
      body: JSON.stringify({ token, call }),
    }).then(answerOf);
  const token = async (): Promise<string> => {
    const agent = await world.newAgent('Payer');
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    return String((await poll(authReqId, agent)).body['access_token']);
  };

  test('one call uses the approval up; the same call again is told so, any other is refused; asking uses nothing', async () => {
    const paid = await token();
    const { approval } = (await world.calls.introspect(world.bank.credential, paid)).body as {
      approval: { unused: boolean };
    };
    expect(approval.unused).toBe(true);
    const first = await use(paid, 'call-1');
    expect({ status: first.status, body: first.body }).toMatchObject({
      status: 200,
      body: { approval: { first: true } },
    });
    expect((await use(paid, 'call-1')).body).toMatchObject({ approval: { first: false } });
    const { result: other, events } = await audit.during(() => use(paid, 'call-2'));
    expect(other.status).toBe(409);
    expect(events).toMatchObject([{ type: 'decision.refused', error: 'conflict' }]);
    expect((await world.calls.introspect(world.bank.credential, paid)).body).toMatchObject({
      active: true,
      approval: { unused: false },
    });
    expect(await server.events('approval.used')).toMatchObject([{ caller: world.bank.id, outcome: 'done' }]);
  });

  test('of fifty calls at once one is let through', async () => {
    const paid = await token();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => use(paid, `call-${index}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test('no other resource server, no other token, no nonsense', async () => {
    const paid = await token();
    const { clientId, secret } = world.jwt.credential as { clientId: string; secret: string };
    expect((await use(paid, 'call-1', { clientId, secret })).status).toBe(404);
    expect((await use('nonsense', 'call-1')).status).toBe(404);
    expect((await use(paid, '')).status).toBe(400);
    expect((await use(paid, 'a\nb')).status).toBe(400);
    expect((await use(paid, 'call-1', { clientId: world.bank.id, secret: 'wrong' })).status).toBe(401);
    expect((await use(paid, 'call-1')).status).toBe(200);
  });
});
