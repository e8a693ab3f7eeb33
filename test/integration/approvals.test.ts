/** Approvals over HTTP: an agent asks, people decide, and exactly what they approved becomes one token, once. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import {
  activated,
  asked,
  audit,
  closeApprovals,
  denialOf,
  own,
  poll,
  refused,
  server,
  startApprovals,
  world,
} from '../support/approval-polls.ts';
import { approvalRemedy, BANK } from '../support/approvals-world.ts';
import { type Answer, CIBA } from '../support/oauth-calls.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startApprovals);
afterAll(closeApprovals);

describe('by an exchange', () => {
  test('a refusal says that approvers are asked and how to wait; their approval yields one token for that action (CIBA §10.1)', async () => {
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

  test('AP-08 a client that polls faster than the interval gets slow_down, and then has to wait five seconds longer (CIBA §11)', async () => {
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
    // A client that polled too fast still gets the answer.
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

  test('the agent gets a denial, also after an approval that was not fetched yet (AP-02)', async () => {
    const agent = await world.newAgent('Unlucky');
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    await world.deny(approval);
    await refused(() => poll(authReqId, agent), 'access_denied', 'approval_denied');
    await expect(world.approve(approval)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('AP-21 at the second it expires it ends: for approvers who decide, and for the agent that fetches', async () => {
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

  test('AP-02 a fetch that loses to a denial leaves nothing live, with CIBA neither the delegation that was made for it', async () => {
    const agent = await world.newAgent('Overtaken');
    await world.allow(agent, 'openid balance');
    const question = { scope: 'openid pay', resource: BANK, login_hint: world.person.username };
    const authReqId = String((await world.calls.backchannel(world.keyed(agent), question)).body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
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

  test('AP-07 AP-21 the approval of an account that was disabled since counts no more, and no agent can ask that account', async () => {
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
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval, id);
    await world.management.call('POST', `/accounts/${id}/disable`);
    // The agent of an owner who left is orphaned as well; the approval itself does not count, either.
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
    if (!approval) throw new Error('no approver is asked');
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
    if (!approval) throw new Error('no approver is asked');
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
    if (!approval) throw new Error('no approver is asked');
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

  test('another composition of the agent: refused, with the difference named', async () => {
    const agent = await world.newAgent('Shifty');
    const { authReqId } = await approvedBy(agent);
    const declared = await world.management.call('POST', `/agents/${agent.clientId}/compositions`, {
      digest: `sha256:${'ab'.repeat(32)}`,
    });
    expect(declared.status).toBe(200);
    const answer = await refused(() => poll(authReqId, agent), 'access_denied', 'action_changed');
    expect(answer.body['error_description']).toContain('composition');
  });

  test('another policy set: refused, with the difference named', async () => {
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
