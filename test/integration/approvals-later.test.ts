/** Between the question and the token: every change in between counts when the token is fetched. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { APPROVALS, type Approval } from '../../src/domain/approvals/approval.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type ApprovalGround, type ApprovalServer, approvalServer, HIGH } from '../support/approval-fixtures.ts';
import { approvalRemedy, BANK, INVOICE } from '../support/approvals-world.ts';
import { authZenClient, basic } from '../support/authzen-client.ts';
import { CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let call: ApprovalGround['call'];
let patch: ApprovalGround['patch'];
let withRule: ApprovalGround['withRule'];
let newPerson: ApprovalGround['newPerson'];
let newGroup: ApprovalGround['newGroup'];
let found: ApprovalGround['found'];
let poll: ApprovalGround['poll'];
let ciba: ApprovalGround['ciba'];
let byExchange: ApprovalGround['byExchange'];
let refused: ApprovalGround['refused'];
let activate: ApprovalGround['activate'];

beforeAll(async () => {
  running = await approvalServer();
  ({ server, world } = running);
  ({ call, patch, withRule, newPerson, newGroup, found, poll, ciba, byExchange, refused, activate } = running.ground);
});
afterEach(async () => {
  await activate(running.usual);
});
afterAll(() => running?.close());

/** What the app holds at the bank, and the agent is registered to receive. */
const appToken = async (dpop?: Awaited<ReturnType<typeof newKeyPair>>): Promise<string> => {
  const request = world.authorizationRequest(world.app, { scope: 'openid balance pay', resource: BANK });
  const left = await world.walk(request.url, { consent: { check: (name) => name === 'scope' || undefined } });
  const code = { grant_type: 'authorization_code', code: world.codeFrom(left), redirect_uri: REDIRECT_URI };
  const answer = await world.calls.token(
    world.keyed(world.app),
    { ...code, code_verifier: request.verifier, resource: BANK },
    dpop ? { dpop } : {},
  );
  return String(answer.body['access_token']);
};
describe('keys', () => {
  test('TX-13 a token that is bound to the key of another client does not lose its binding by waiting: the poll proves a key, too', async () => {
    const agent = await world.newAgent('Launderer');
    await world.allow(agent);
    const token = await appToken(await newKeyPair());
    const key = await newKeyPair();
    const form = {
      grant_type: EXCHANGE,
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: BANK,
      scope: 'pay',
    };
    const asked = await world.calls.token(world.keyed(agent), form, { dpop: key });
    const { auth_req_id: authReqId } = approvalRemedy(asked);
    await world.approve(await found(authReqId, agent));
    await refused(agent, authReqId, 'invalid_request', 'subject_token_proof_missing');
    const given = await world.calls.token(
      world.keyed(agent),
      { grant_type: CIBA, auth_req_id: authReqId },
      { dpop: key },
    );
    expect(given.body['token_type']).toBe('DPoP');
  });
});

describe('what was ended', () => {
  test('a revoked subject token ends what was asked for with it (RFC 7009)', async () => {
    const agent = await world.newAgent('Late');
    await world.allow(agent);
    const token = await appToken();
    const asked = await world.calls.exchange(world.keyed(agent), token, BANK, { scope: 'pay' });
    const { auth_req_id: authReqId } = approvalRemedy(asked);
    await world.approve(await found(authReqId, agent));
    await world.calls.revoke(world.keyed(world.app), token);
    await refused(agent, authReqId, 'invalid_request', 'subject_token_not_live');
  });

  test('an agent that lost its place, or the grant, gets nothing of what it asked for with it', async () => {
    const agent = await world.newAgent('Moved');
    await world.allow(agent);
    const asked = await world.calls.exchange(world.keyed(agent), await appToken(), BANK, { scope: 'pay' });
    const { auth_req_id: authReqId } = approvalRemedy(asked);
    await world.approve(await found(authReqId, agent));
    await patch(`/agents/${agent.clientId}`, { resource_servers: [] });
    await refused(agent, authReqId, 'invalid_request', 'subject_token_not_for_caller');
    await patch(`/agents/${agent.clientId}`, { grant_types: ['authorization_code', 'refresh_token', CIBA] });
    await refused(agent, authReqId, 'unauthorized_client', 'grant_type_not_registered');
  });

  test('LC-06 approvals of an account that was disabled and enabled again do not count, nor earlier ones in its name', async () => {
    const [clerk, chief] = [await newPerson('blinking-clerk'), await newPerson('blinking-chief')];
    await withRule(`@approvers("${await newGroup('Blinking', [clerk, chief])}")\n${HIGH}`);
    const agent = await world.newAgent('Blinker');
    const { authReqId, approval } = await byExchange(agent);
    await world.approve(approval, clerk);
    advance(1000);
    await call('POST', `/accounts/${clerk}/disable`);
    advance(2000);
    await call('POST', `/accounts/${clerk}/enable`);
    advance(1000);
    await refused(agent, authReqId, 'access_denied', 'approver_left');
  });

  test('by CIBA an agent from which the user revoked everything meanwhile gets nothing', async () => {
    const owner = await newPerson('owner-of-it');
    const agent = await world.newAgent('Unwanted', { owner });
    await world.allow(agent, 'openid balance');
    const { authReqId, approval } = await ciba(agent);
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval);
    await server.behalf.services.delegations.revokeAllOf(world.accountId, agent.clientId, world.accountId);
    await refused(agent, authReqId, 'access_denied', 'approval_ended');
  });
});

describe('AP-21 AP-03 who decides', () => {
  test('an approver who left the group that is asked decides nothing, before and after approving', async () => {
    const [clerk, chief, other] = [
      await newPerson('six-clerk'),
      await newPerson('six-chief'),
      await newPerson('six-other'),
    ];
    const group = await newGroup('Six', [clerk, chief, other]);
    await withRule(`@approvers("${group}")\n${HIGH}`);
    const agent = await world.newAgent('Six');
    const first = await byExchange(agent);
    await world.approve(first.approval, clerk);
    const second = await byExchange(agent);
    expect((await patch(`/groups/${group}`, { members: [chief, other] })).status).toBe(200);
    await refused(agent, first.authReqId, 'access_denied', 'approver_left');
    await expect(world.approve(second.approval, clerk)).rejects.toMatchObject({ code: 'not_found' });
    await world.approve(second.approval, chief);
    expect((await poll(agent, second.authReqId)).status).toBe(200);
  });

  test('named approvers give an agent nothing that the subject never allowed it: by CIBA the subject agrees as well (D1)', async () => {
    const [clerk, chief] = [await newPerson('d1-clerk'), await newPerson('d1-chief')];
    await withRule(`@approvers("${await newGroup('DOne', [clerk, chief])}")\n${HIGH}`);
    const agent = await world.newAgent('Stranger');
    const { authReqId, approval } = await ciba(agent);
    if (!approval) throw new Error('no approver is asked');
    expect(approval).toMatchObject({ requires: { quorum: 2 }, mustAgree: world.accountId });
    await world.approve(approval, clerk);
    await world.approve(approval, chief);
    expect((await world.service.get(approval.id))?.state).toBe('pending');
    await world.approve(approval);
    expect((await poll(agent, authReqId)).status).toBe(200);
  });

  test('no approver decides what others are named for because it stands in one request', async () => {
    const [clerk, chief] = [await newPerson('mixed-clerk'), await newPerson('mixed-chief')];
    const group = await newGroup('Mixed', [clerk, chief]);
    const rest = HIGH.replace('"high" }', '"high" && resource.name != "pay" }');
    const pay = HIGH.replace('"high" }', '"high" && resource.name == "pay" }');
    await withRule(`${rest};\n\n@id("pay-by-treasury")\n@approvers("${group}")\n${pay}`);
    const made = await world.management.createResourceServer({
      identifier: 'https://mixed.example.com',
      name: 'Mixed',
      scopes: [
        { name: 'pay', description: 'Pay', risk: 'high' },
        { name: 'wipe', description: 'Wipe the mailbox', risk: 'high' },
      ],
    });
    expect(made.id).toMatch(/^rs_/);
    const agent = await world.newAgent('Mixer');
    const { answer } = await ciba(agent, { scope: 'openid wipe pay', resource: 'https://mixed.example.com' });
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 403, error: 'access_denied' });
    expect((await server.events('approval.refused')).at(-1)).toMatchObject({ caller: agent.clientId });
  });
});

describe('AP-01 what it means', () => {
  test('a scope that was declared anew since: refused, with the difference named', async () => {
    const made = await world.management.createResourceServer({
      identifier: 'https://words.example.com',
      name: 'Words',
      scopes: [{ name: 'act', description: 'Look at it', risk: 'low' }],
    });
    const agent = await world.newAgent('Wordy');
    const { authReqId, approval } = await ciba(agent, { scope: 'openid act', resource: 'https://words.example.com' });
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval);
    const scopes = [{ name: 'act', description: 'Delete all of it', risk: 'low' }];
    expect((await patch(`/resource-servers/${made.id}`, { scopes })).status).toBe(200);
    await refused(agent, authReqId, 'access_denied', 'action_changed');
  });

  test.each([
    ['the sum', { details: [{ ...INVOICE, amount: 9999 }] }],
    ['the words of the agent', { message: 'The smaller one' }],
  ])('what was changed in the store is not what people saw: their digest is (%s)', async (what, changed) => {
    const agent = await world.newAgent(`Forged ${what}`);
    const details = JSON.stringify([INVOICE]);
    const more = { authorization_details: details, binding_message: 'Invoice 7731' };
    const { authReqId, approval } = await ciba(agent, { scope: 'openid', ...more });
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval);
    const rows = server.behalf.services.documents.collection<Approval>(APPROVALS);
    const stored = await rows.get(approval.id);
    if (!stored) throw new Error('it is gone');
    const action = { ...stored.document.action, ...changed };
    expect(await rows.replace({ ...stored.document, action }, stored.version)).toBe(true);
    await refused(agent, authReqId, 'access_denied', 'action_changed');
  });

  test('details that hold half of a character have no canonical form, and are refused (RFC 8785 §3.2.2.2)', async () => {
    const agent = await world.newAgent('Halved');
    const details = JSON.stringify([INVOICE]).replace('Invoice 7731', '\\ud800');
    const { answer } = await ciba(agent, { scope: 'openid', authorization_details: details });
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({
      status: 400,
      error: 'invalid_authorization_details',
    });
  });

  test('questions of two sign-ins are two, and each token is of its own transaction', async () => {
    const agent = await world.newAgent('Double');
    await world.allow(agent);
    const ask = async (): Promise<string> =>
      approvalRemedy(await world.calls.exchange(world.keyed(agent), await appToken(), BANK, { scope: 'pay' }))
        .auth_req_id;
    const [one, two] = [await ask(), await ask()];
    expect(one).not.toBe(two);
    const txns = [];
    for (const authReqId of [one, two]) {
      await world.approve(await found(authReqId, agent));
      txns.push(decodeJwt(String((await poll(agent, authReqId)).body['access_token']))['txn']);
    }
    expect(txns[0]).not.toBe(txns[1]);
  });
});

test('AP-14 a policy that requires a recent sign-in has approvers sign in again, so that no approval is in vain', async () => {
  await withRule(
    HIGH.replace('@approval("required")', '@approval("required")\n@max_age("60")').replace('"high"', '"low"'),
  );
  const agent = await world.newAgent('Young');
  const { approval } = await ciba(agent, { scope: 'openid balance' });
  expect(approval).toMatchObject({ risk: 'low', requires: { isProvenAnew: true } });
});

test('AZ-12 at the evaluation API a token of an approval covers what approvers saw, and not a part of it', async () => {
  const agent = await world.newAgent('Splitter');
  const { authReqId, approval } = await ciba(agent, {
    scope: 'openid',
    authorization_details: JSON.stringify([INVOICE]),
  });
  if (!approval) throw new Error('no approver is asked');
  await world.approve(approval);
  const token = String((await poll(agent, authReqId)).body['access_token']);
  const { clientId, secret } = world.bank.credential;
  const client = await authZenClient(world.issuer, () => basic(clientId, secret));
  const { type, ...rest } = INVOICE;
  const ask = async (amount: number) => {
    const resource = { type: 'detail', id: type, properties: { ...rest, amount } };
    const subject = { type: 'account', id: world.accountId };
    return (await client.evaluate({ subject, resource, action: { name: 'use' }, context: { token } })).body;
  };
  expect(await ask(4000)).toMatchObject({ decision: true });
  expect(await ask(1)).toMatchObject({ decision: false, context: { reason: 'not_approved', layer: 'approval' } });
  expect(await ask(4001)).toMatchObject({ decision: false });
  expect((await server.events('decision.made')).map(({ outcome }) => outcome)).toEqual([
    'granted',
    'refused',
    'refused',
  ]);
});

test('what ended long ago is deleted, and nothing else is', async () => {
  const agent = await world.newAgent('Forgettable');
  const { approval } = await ciba(agent);
  if (!approval) throw new Error('no approver is asked');
  expect(await world.service.forget(approval.createdAt - 1, 1000)).toEqual({ removed: 0, isDone: true });
  expect(await world.service.get(approval.id)).toBeDefined();
  expect(await world.service.countForgettable(approval.expiresAt + 1)).toBeGreaterThan(0);
  expect((await world.service.forget(approval.expiresAt + 1, 1000)).removed).toBeGreaterThan(0);
  expect(await world.service.get(approval.id)).toBeUndefined();
});
