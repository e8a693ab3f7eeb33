/** The server pushes events to an API behind `@behalf/resource-server`, which verifies offline: what ended is refused. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ResourceServer, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { ask, seen } from '../resource-server/asking.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { makeSignalReceiver, PUSH, pushEndpoint } from '../support/signal-receiver.ts';
import { until } from '../support/until.ts';

const AUDIENCE = 'https://calendar.example.com/events';

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let api: ResourceServer;
let passed = 0;
let introspections = 0;

beforeAll(async () => {
  authority = await localAuthority();
  const endpoint = await pushEndpoint(authority);
  server = await runServer({
    stores: 'sqlite',
    environment: {
      ...internalHosts({ signalReceivers: endpoint.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  scene = await makeScene(server);
  const { credential, identifier } = scene.jwt;
  if (credential.kind !== 'basic') throw new Error('the resource server has no secret');
  api = resourceServer({
    issuer: server.issuer,
    resource: identifier,
    introspection: { clientId: credential.clientId, clientSecret: credential.secret },
    securityEvents: { audience: AUDIENCE },
    monotonic: () => performance.now() / 1000 + passed,
    fetch(url, init) {
      if (url.endsWith('/token/introspection')) introspections += 1;
      return fetch(url, init);
    },
  });
  endpoint.answering.push = ({ body }, response) => {
    void api
      .receiveEvent(body)
      .then((answer) => response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(answer.body));
  };
  const receiver = await makeSignalReceiver(scene, { name: 'Calendar', audience: AUDIENCE, subjects: ['*'] });
  const id = await receiver.stream({ delivery: { method: PUSH, endpoint_url: endpoint.url } });
  const shown = () => scene.management.call('GET', `/signal-streams/${id}`);
  await until(async () => (await shown()).body['is_verified'] === true, { what: 'the verification' });
}, 60_000);
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const asked = async (token: string): Promise<readonly [string, number]> => {
  const before = introspections;
  return [seen(await ask(api, token)), introspections - before];
};
const ownToken = async (): Promise<string> => {
  const asking = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  return String((await scene.calls.token(scene.keyed(scene.agent), asking)).body['access_token']);
};

test('an API accepts a token offline, and refuses it once the event about its agent has arrived', async () => {
  const token = await ownToken();
  // The process of the API began long ago.
  await asked(token);
  passed += 31;
  await asked(token);
  expect(await asked(token)).toEqual(['granted', 0]);
  const suspended = await scene.management.call('POST', `/agents/${scene.agent.clientId}/suspend`);
  expect(suspended.status).toBe(200);
  await until(async () => (await asked(token))[0] !== 'granted', { what: 'the refusal' });
  expect(await asked(token)).toEqual(['401 invalid_token token_inactive', 1]);
});
