/** Approvals that the agent asks for itself (CIBA), polled and pinged, against a running server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createAgent, pingReceiver } from '../../packages/agent/src/agent.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalsWorld, BANK, INVOICE } from '../support/approvals-world.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { keyOf } from './behalf-world.ts';

let authority: LocalAuthority;
let site: Awaited<ReturnType<LocalAuthority['serve']>>;
let server: RunningServer;
let world: ApprovalsWorld;
const pings = pingReceiver();
const statuses: number[] = [];

beforeAll(async () => {
  authority = await localAuthority();
  site = await authority.serve((request, response) => {
    void pings.listener(request, response).then(() => statuses.push(response.statusCode));
  });
  server = await runServer({
    environment: {
      // So long that only a ping ends the wait within this test.
      BEHALF__APPROVALS__POLLINTERVALSECONDS: '60',
      ...internalHosts({ approvalPings: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  world = await approvalsWorld(server);
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

/** An agent that is pinged, and for which people decide as soon as they are asked. */
const decided = async (name: string, decision: 'approve' | 'deny') => {
  const identity: Identity = await world.newAgent(name, {
    backchannel_client_notification_endpoint: `${site.origin}/ping`,
  });
  const agent = await createAgent({
    ...{ issuer: server.issuer, clientId: identity.clientId, pings },
    credential: { key: await keyOf(identity.key) },
    hooks: {
      async onApproval({ authReqId }) {
        const approval = await world.service.find(authReqId, identity.clientId);
        if (!approval) throw new Error('no approval');
        await world[decision](approval);
      },
    },
  });
  return { identity, agent };
};

const request = () => ({
  ...{ loginHint: world.person.username, resource: BANK, bindingMessage: 'Invoice 7731' },
  authorizationDetails: [INVOICE],
});

test('a ping whose body breaks off is refused, and does not end the program (§10.2)', async () => {
  const broken = new Request('https://agent.example.com/ping', {
    method: 'POST',
    headers: { authorization: `Bearer ${pings.token}` },
    body: new ReadableStream({ start: (body) => body.error(new Error('aborted')) }),
    duplex: 'half',
  } as RequestInit);
  expect((await pings.handle(broken)).status).toBe(400);
});

describe('an approval by CIBA', () => {
  test('is fetched when the server pings, not at the next poll (§10.2)', async () => {
    const { identity, agent } = await decided('Pinged', 'approve');
    const token = await agent.approval(request());
    expect(token).toMatchObject({ isForOneAction: true, authorizationDetails: [INVOICE] });
    expect(decodeJwt(token.accessToken)).toMatchObject({
      ...{ sub: world.accountId, act: { sub: identity.clientId }, approval: { id: expect.stringMatching(/^apv_/) } },
    });
    expect(statuses).toEqual([204]);
    expect(await server.events('approval.requested')).toHaveLength(1);
  });

  test('that people deny is a stop', async () => {
    const { agent } = await decided('Denied', 'deny');
    await expect(agent.approval(request())).rejects.toMatchObject({
      ...{ name: 'AgentStop', reason: 'refused', denial: { reason: 'approval_denied' } },
    });
    expect(await server.events('approval.denied')).toHaveLength(1);
  });

  test('for a person whom the agent does not know is a stop (LG-01)', async () => {
    const { agent } = await decided('Stranger', 'approve');
    await expect(agent.approval({ ...request(), loginHint: 'unknown' })).rejects.toMatchObject({
      ...{ name: 'AgentStop', reason: 'refused', denial: { error: 'unknown_user_id' } },
    });
  });

  test('needs one hint', async () => {
    const { agent } = await decided('Unhinted', 'approve');
    const outcome = agent.approval({ resource: BANK, scopes: ['pay'] });
    await expect(outcome).rejects.toMatchObject({ name: 'ConfigurationError', member: 'loginHint' });
  });
});

describe('a ping', () => {
  const ping = (more: RequestInit = {}) =>
    pings.handle(
      new Request('https://agent.example.com/ping', {
        method: 'POST',
        headers: { authorization: `Bearer ${pings.token}` },
        body: '{"auth_req_id":"req_1"}',
        ...more,
      }),
    );

  test.each<[string, RequestInit, number]>([
    ['without its token', { headers: {} }, 401],
    ['with another token', { headers: { authorization: 'Bearer other' } }, 401],
    ['without a request', { body: '{}' }, 400],
    ['that is no JSON', { body: 'req_1' }, 400],
    ['that is too long', { body: JSON.stringify({ auth_req_id: 'x'.repeat(5000) }) }, 400],
    ['by GET', { method: 'GET', body: null }, 405],
  ])('%s is refused', async (_what, more, status) => {
    expect((await ping(more)).status).toBe(status);
  });

  test('that comes before the agent waits is kept', async () => {
    expect((await ping()).status).toBe(204);
    await pings.arrived('req_1', new AbortController().signal);
    const abort = new AbortController();
    const again = pings.arrived('req_1', abort.signal);
    abort.abort(new Error('over'));
    await expect(again).rejects.toThrow('over');
  });
});
