/** A stock client (openid-client, certified) asks for an approval by CIBA and polls for its token. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { type ApprovalsWorld, approvalsWorld, BANK, INVOICE } from '../support/approvals-world.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

type Told = { readonly authorization: string | undefined; readonly body: unknown };

let authority: LocalAuthority;
let site: Awaited<ReturnType<LocalAuthority['serve']>>;
let server: RunningServer;
let world: ApprovalsWorld;
/** A small client of our own: endpoints that keep what they are told, by path. */
const listeners = new Map<string, { readonly told: Told[]; readonly answer: () => number }>();

beforeAll(async () => {
  authority = await localAuthority();
  site = await authority.serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const listener = listeners.get(String(request.url));
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      listener?.told.push({ authorization: request.headers.authorization, body });
      response.writeHead(listener?.answer() ?? 404).end();
    });
  });
  server = await runServer({
    environment: {
      BEHALF__APPROVALS__POLLINTERVALSECONDS: '1',
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

const configured = async (name: string): Promise<client.Configuration> => {
  const { clientId, key } = await world.newAgent(name);
  const auth = client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid as string });
  return client.discovery(new URL(world.issuer), clientId, undefined, auth, {
    execute: [client.allowInsecureRequests],
  });
};

const ask = (configuration: client.Configuration) =>
  client.initiateBackchannelAuthentication(configuration, {
    scope: 'openid',
    resource: BANK,
    login_hint: world.person.username,
    binding_message: 'Invoice 7731',
    authorization_details: JSON.stringify([INVOICE]),
  });

test('openid-client asks, polls while people decide, and gets the token of what they approved (CIBA §7, §10.1)', async () => {
  const configuration = await configured('Bookkeeper');
  const asked = await ask(configuration);
  expect(asked.interval).toBe(1);
  // A second may have gone by meanwhile.
  expect([600, 599, 598]).toContain(asked.expires_in);
  const polling = client.pollBackchannelAuthenticationGrant(configuration, asked, undefined, {
    signal: AbortSignal.timeout(30_000),
  });
  const approval = await world.service.find(asked.auth_req_id, configuration.clientMetadata().client_id);
  if (!approval) throw new Error('no approver is asked');
  await world.approve(approval);
  const answer = await polling;
  expect(answer['authorization_details']).toEqual([INVOICE]);
  expect(decodeJwt(answer.access_token)).toMatchObject({
    sub: world.accountId,
    act: { sub: configuration.clientMetadata().client_id },
    approval: { id: approval.id, digest: approval.digest },
  });
});

test('openid-client gets a denial', async () => {
  const configuration = await configured('Unlucky');
  const asked = await ask(configuration);
  const approval = await world.service.find(asked.auth_req_id, configuration.clientMetadata().client_id);
  if (!approval) throw new Error('no approver is asked');
  await world.deny(approval);
  await expect(
    client.pollBackchannelAuthenticationGrant(configuration, asked, undefined, { signal: AbortSignal.timeout(30_000) }),
  ).rejects.toMatchObject({ error: 'access_denied' });
  expect(await server.events('approval.denied')).toHaveLength(1);
});

describe('ping (CIBA Core §10.2)', () => {
  const listening = (answer: () => number) => {
    const path = `/ping-${listeners.size}`;
    const told: Told[] = [];
    listeners.set(path, { told, answer });
    return { told, url: `${site.origin}${path}` };
  };
  const asked = async (name: string, url: string) => {
    const agent = await world.newAgent(name, { backchannel_client_notification_endpoint: url });
    const answer = await world.calls.backchannel(world.keyed(agent), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
      client_notification_token: 'a-token-of-the-agent-with-128-bits',
    });
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error(`no approver is asked: ${answer.text}`);
    return { agent, authReqId, approval };
  };

  test('a client with an endpoint is pinged once there is an answer, with its own token, and fetches it', async () => {
    const { told, url } = listening(() => 204);
    const { agent, authReqId, approval } = await asked('Pinged', url);
    expect(told).toEqual([]);
    await world.approve(approval);
    await until(() => told.length > 0);
    expect(told).toEqual([
      { authorization: 'Bearer a-token-of-the-agent-with-128-bits', body: { auth_req_id: authReqId } },
    ]);
    expect((await world.calls.poll(world.keyed(agent), authReqId)).status).toBe(200);
    // A person who denies is an answer, too.
    const other = await asked('Pinged again', url);
    await world.deny(other.approval);
    await until(() => told.length > 1);
    expect(told[1]?.body).toEqual({ auth_req_id: other.authReqId });
  });

  test('an endpoint that fails is pinged again, and the agent may poll meanwhile', async () => {
    let fails = 1;
    const { told, url } = listening(() => (fails-- > 0 ? 500 : 204));
    const { agent, authReqId, approval } = await asked('Stumbling', url);
    await world.approve(approval);
    await until(() => told.length > 1);
    expect((await world.calls.poll(world.keyed(agent), authReqId)).status).toBe(200);
  });

  test.each([['http://localhost/ping'], ['https://169.254.169.254/ping'], ['https://user@example.com/ping']])(
    'SF-01 %s cannot be registered',
    async (url) => {
      await expect(world.newAgent('Inside', { backchannel_client_notification_endpoint: url })).rejects.toThrow(
        /backchannel_client_notification_endpoint/,
      );
    },
  );

  test('without client_notification_token nothing is asked', async () => {
    const { url } = listening(() => 204);
    const agent = await world.newAgent('Forgetful', { backchannel_client_notification_endpoint: url });
    const answer = await world.calls.backchannel(world.keyed(agent), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
    });
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 400, error: 'invalid_request' });
    expect((await server.events('approval.refused')).at(-1)).toMatchObject({
      caller: agent.clientId,
      error: 'invalid_request',
    });
  });
});
