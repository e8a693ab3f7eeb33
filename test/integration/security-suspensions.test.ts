/** The quarantine of a finding suspends its agent or client for security: over the API, only an operator who does not own it lifts that. */
import { describe, expect, test } from '@jest/globals';
import { FINDINGS, type Finding, findingId } from '../../src/domain/governance/finding.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';

const world = async () => {
  const made = await composeManagementApi();
  const { call, owner, operator, documents, clock, newAgent } = made;
  const ownOperator = await made.person('own-operator', ['operator']);
  const quarantined = async (by: { readonly token: string; readonly account: { readonly id: string } }) => {
    const agent = (await call(by, 'post', '/agents', newAgent())).body as { readonly id: string };
    const id = findingId('secrets', agent.id);
    const now = clock.now();
    const finding: Finding = {
      ...{ id, kind: 'secrets', subjectKind: 'agent', subject: agent.id, name: 'Booker', owner: by.account.id },
      ...{ state: 'open', score: 70, parts: [], evidence: [], foundAt: now, createdAt: now, updatedAt: now },
    };
    await documents.collection<Finding>(FINDINGS).insert(finding);
    const answer = await call(operator, 'post', `/findings/${id}/quarantine`, { reason: 'Odd' });
    expect([answer.status, answer.body]).toMatchObject([200, { state: 'quarantined' }]);
    return { agent: agent.id, finding: id };
  };
  /** A client that its owner, an operator, registered, with a quarantine by another operator. */
  const quarantinedClient = async () => {
    const body = { name: 'Exporter', redirect_uris: ['https://app.example/callback'] };
    const { id: subject } = (await call(ownOperator, 'post', '/clients', body)).body as { readonly id: string };
    const id = findingId('unowned_client', subject);
    const now = clock.now();
    const finding: Finding = {
      ...{
        id,
        kind: 'unowned_client',
        subjectKind: 'client',
        subject,
        name: 'Exporter',
        owner: ownOperator.account.id,
      },
      ...{ state: 'open', score: 70, parts: [], evidence: [], foundAt: now, createdAt: now, updatedAt: now },
    };
    await documents.collection<Finding>(FINDINGS).insert(finding);
    const answer = await call(operator, 'post', `/findings/${id}/quarantine`, { reason: 'Odd' });
    expect([answer.status, answer.body]).toMatchObject([200, { state: 'quarantined' }]);
    return { client: subject, finding: id };
  };
  return { ...made, owner, ownOperator, quarantined, quarantinedClient };
};

describe('an agent in quarantine', () => {
  test('is shown with the cause, and its owner gets 403 with one refusal in the log', async () => {
    const { call, owner, quarantined, refusals } = await world();
    const { agent, finding } = await quarantined(owner);
    expect((await call(owner, 'get', `/agents/${agent}`)).body).toMatchObject({
      ...{ state: 'suspended', security_suspension: { cause: finding, at: expect.any(Number) } },
    });
    const answer = await call(owner, 'post', `/agents/${agent}/resume`);
    expect([answer.status, answer.body]).toMatchObject([403, { reason: 'agent_suspended_for_security' }]);
    expect(refusals().at(-1)).toMatchObject({ note: 'resumeAgent', caller: owner.account.id, error: 'forbidden' });
  });

  test('of an operator is resumed neither by that operator nor by undoing the finding, but by another one', async () => {
    const { call, operator, ownOperator, quarantined, audit } = await world();
    const { agent, finding } = await quarantined(ownOperator);
    for (const path of [`/agents/${agent}/resume`, `/findings/${finding}/reopen`]) {
      const answer = await call(ownOperator, 'post', path);
      expect([answer.status, answer.body]).toMatchObject([403, { reason: 'agent_suspended_for_security' }]);
    }
    expect(audit.of('agent.resumed')).toEqual([]);
    expect(audit.of('finding.reopened')).toEqual([]);
    const lifted = await call(operator, 'post', `/findings/${finding}/reopen`);
    expect([lifted.status, lifted.body]).toMatchObject([200, { state: 'open' }]);
    const { body } = await call(operator, 'get', `/agents/${agent}`);
    expect(body).toMatchObject({ state: 'active' });
    expect(body).not.toHaveProperty('security_suspension');
    expect(audit.of('agent.resumed')).toMatchObject([{ agent, caller: operator.account.id }]);
  });
});

test('an only operator does not resume their own agent: the refusal says to give another person the role, who then can', async () => {
  const { call, admin, stranger, ownOperator, operator, quarantined, audit, clock, token } = await world();
  const { agent } = await quarantined(ownOperator);
  await call(admin, 'post', `/accounts/${operator.account.id}/disable`);
  const refused = await call(ownOperator, 'post', `/agents/${agent}/resume`);
  expect([refused.status, refused.body]).toMatchObject([
    403,
    {
      reason: 'agent_suspended_for_security',
      detail: expect.stringContaining('an administrator gives another person the role operator'),
    },
  ]);
  expect((await call(stranger, 'post', `/agents/${agent}/resume`)).status).toBe(404);
  expect(audit.of('agent.resumed')).toEqual([]);
  const path = `/accounts/${stranger.account.id}`;
  const { headers } = await call(admin, 'get', path);
  const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: clock.now() };
  const fresh = { token: token({ subject: admin.account.id, assurance }) };
  const given = await call(fresh, 'patch', path, { roles: ['operator'] }, { 'if-match': String(headers['etag']) });
  expect([given.status, given.body]).toMatchObject([200, { roles: ['operator'] }]);
  expect((await call(stranger, 'post', `/agents/${agent}/resume`)).status).toBe(200);
  expect(audit.of('agent.resumed')).toMatchObject([{ agent, caller: stranger.account.id }]);
});

test('a client in quarantine is enabled neither by the operator who owns it nor by undoing the finding, but by another one', async () => {
  const { call, operator, ownOperator, quarantinedClient, audit, refusals } = await world();
  const { client, finding } = await quarantinedClient();
  expect((await call(ownOperator, 'get', `/clients/${client}`)).body).toMatchObject({
    ...{ state: 'disabled', security_suspension: { cause: finding, at: expect.any(Number) } },
  });
  for (const [path, note] of [
    [`/clients/${client}/enable`, 'enableClient'],
    [`/findings/${finding}/reopen`, 'reopenFinding'],
  ] as const) {
    const answer = await call(ownOperator, 'post', path);
    expect([answer.status, answer.body]).toMatchObject([403, { reason: 'client_suspended_for_security' }]);
    expect(refusals().at(-1)).toMatchObject({ note, caller: ownOperator.account.id, error: 'forbidden' });
  }
  expect([audit.of('client.enabled'), audit.of('finding.reopened')]).toEqual([[], []]);
  const lifted = await call(operator, 'post', `/findings/${finding}/reopen`);
  expect([lifted.status, lifted.body]).toMatchObject([200, { state: 'open' }]);
  const { body } = await call(operator, 'get', `/clients/${client}`);
  expect(body).toMatchObject({ state: 'active' });
  expect(body).not.toHaveProperty('security_suspension');
  expect(audit.of('client.enabled')).toMatchObject([{ caller: operator.account.id, target: { id: client } }]);
});
