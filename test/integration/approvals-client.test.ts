/** A client nobody here wrote (openid-client, certified) asks for an approval by CIBA and polls for its token. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { type ApprovalsWorld, approvalsWorld, BANK, INVOICE } from '../support/approvals-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let world: ApprovalsWorld;

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__APPROVALS__POLLINTERVALSECONDS: '1' } });
  world = await approvalsWorld(server);
});
afterAll(async () => {
  await server?.close();
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
  expect(asked).toMatchObject({ expires_in: 600, interval: 1 });
  const polling = client.pollBackchannelAuthenticationGrant(configuration, asked, undefined, {
    signal: AbortSignal.timeout(30_000),
  });
  const approval = await world.desk.find(asked.auth_req_id, configuration.clientMetadata().client_id);
  if (!approval) throw new Error('nobody is asked');
  await world.approve(approval);
  const answer = await polling;
  expect(answer['authorization_details']).toEqual([INVOICE]);
  expect(decodeJwt(answer.access_token)).toMatchObject({
    sub: world.accountId,
    act: { sub: configuration.clientMetadata().client_id },
    approval: { id: approval.id, digest: approval.digest },
  });
});

test('openid-client hears of a no', async () => {
  const configuration = await configured('Unlucky');
  const asked = await ask(configuration);
  const approval = await world.desk.find(asked.auth_req_id, configuration.clientMetadata().client_id);
  if (!approval) throw new Error('nobody is asked');
  await world.deny(approval);
  await expect(
    client.pollBackchannelAuthenticationGrant(configuration, asked, undefined, { signal: AbortSignal.timeout(30_000) }),
  ).rejects.toMatchObject({ error: 'access_denied' });
  expect(await server.events('approval.denied')).toHaveLength(1);
});
