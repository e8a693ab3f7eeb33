/** How clients prove themselves where there are three nodes on the same stores, each with memory of its own. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE, clientAssertion } from '../support/agent-keys.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type MemoryNodes, memoryNodes, type Node } from '../support/memory-nodes.ts';
import { type Answer, answerOf, formOf } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { type IssuerHost, issuerHost, newPlatformKey, PLATFORMS, signToken } from '../support/workload-platforms.ts';

let authority: LocalAuthority;
let host: IssuerHost;
let issuer: string;
let running: MemoryNodes;
let nodes: MemoryNodes['nodes'];
let scene: Scene;

beforeAll(async () => {
  authority = await localAuthority();
  host = await issuerHost(authority);
  stopClock();
  running = await memoryNodes(3, {
    isTold: false,
    environment: { ...internalHosts({ trustedIssuers: host.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
  });
  ({ nodes, issuer } = running);
  scene = await makeScene(running);
}, 120_000);
afterAll(async () => {
  await running?.close();
  startClock();
  await authority?.remove();
});
beforeEach(() => advance(61_000));

type Proof = { readonly secret?: string; readonly assertion?: string };

const ask = async ({ port }: Node, clientId: string, { secret, assertion }: Proof): Promise<Answer> =>
  answerOf(
    await fetch(`http://localhost:${port}/token`, {
      method: 'POST',
      headers: secret === undefined ? {} : { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
      body: formOf({
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        scope: 'read',
        ...(secret === undefined ? { client_id: clientId } : {}),
        ...(assertion === undefined
          ? {}
          : { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion }),
      }),
    }),
  );

const everywhere = async (clientId: string, proof: Proof): Promise<readonly number[]> =>
  Promise.all(nodes.map(async (node) => (await ask(node, clientId, proof)).status));

test('CA-04 an assertion that was used at one node is used at all, and of 64 uses all over one counts', async () => {
  const { clientId } = scene.agent;
  const [one, ...others] = nodes;
  const assertion = await clientAssertion(scene.agent, issuer);
  expect((await ask(one, clientId, { assertion })).status).toBe(200);
  for (const node of others) {
    expect(await ask(node, clientId, { assertion })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  }
  const raced = await clientAssertion(scene.agent, issuer);
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) => ask(nodes[index % 3] as Node, clientId, { assertion: raced })),
  );
  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(63);
});

test('CA-10 two secrets while one is rotated; the old one dies at its deadline on all nodes', async () => {
  const { clientId } = await scene.newAgent('Rotating');
  const api = async (path: string, body: object) => (await scene.management.call('POST', path, body)).body;
  const end = now() + 86_400;
  const first = await api(`/agents/${clientId}/secret`, { reason: 'It signs nothing yet', expires_at: end });
  expect(await everywhere(clientId, { secret: String(first['client_secret']) })).toEqual([200, 200, 200]);
  const second = await api(`/agents/${clientId}/rotate-secret`, { overlap_seconds: 600 });
  for (const { client_secret: secret } of [first, second]) {
    expect(await everywhere(clientId, { secret: String(secret) })).toEqual([200, 200, 200]);
  }
  advance(599_000);
  expect(await everywhere(clientId, { secret: String(first['client_secret']) })).toEqual([200, 200, 200]);
  advance(1_000);
  expect(await everywhere(clientId, { secret: String(first['client_secret']) })).toEqual([401, 401, 401]);
  expect(await everywhere(clientId, { secret: String(second['client_secret']) })).toEqual([200, 200, 200]);
  advance(86_400_000);
  expect(await everywhere(clientId, { secret: String(second['client_secret']) })).toEqual([401, 401, 401]);
});

test('FW-05 three nodes fetch keys once each, for any number of parallel requests, and anew every 30 seconds at most', async () => {
  const platform = PLATFORMS['Kubernetes service account'];
  if (!platform) throw new Error('there is no such platform');
  const keys = [await newPlatformKey('known', platform.alg)];
  const url = host.issuer('/nodes', () => keys.map(({ publicJwk }) => publicJwk));
  const trusted = await scene.management.call('POST', '/trusted-issuers', {
    name: 'Cluster',
    template: platform.template,
    issuer: url,
    max_key_age_seconds: 900,
  });
  const { id } = await scene.management.createAgent({
    name: 'Workload',
    owner: scene.accountId,
    purpose: 'Works',
    environment: 'test',
    grant_types: ['client_credentials'],
    authority: { [scene.jwt.identifier]: ['read'] },
    credentials: [{ kind: 'federated', issuer: trusted.body['id'], subject: platform.subject, claims: platform.rules }],
  });
  const token = async (key = keys[0]): Promise<Proof> => {
    if (!key) throw new Error('there is no such key');
    return { assertion: await signToken(platform.claims(url, issuer, now()), key, platform.header ?? {}) };
  };
  /** Statuses of so many requests, spread over the nodes. */
  const herd = async (count: number, proof: () => Promise<Proof>): Promise<readonly number[]> =>
    Promise.all(
      Array.from(
        { length: count },
        async (_, index) => (await ask(nodes[index % 3] as Node, id, await proof())).status,
      ),
    );
  const fetches = (): number => host.asked.filter((path) => path === '/nodes/jwks').length;

  expect(new Set(await herd(30, token))).toEqual(new Set([200]));
  expect(fetches()).toBe(3);
  advance(31_000);
  const stranger = await newPlatformKey('stranger', platform.alg);
  expect(new Set(await herd(60, () => token(stranger)))).toEqual(new Set([401]));
  expect(new Set(await herd(30, () => token(stranger)))).toEqual(new Set([401]));
  expect(fetches()).toBe(6);
  keys.push(stranger);
  advance(31_000);
  expect(new Set(await herd(30, () => token(stranger)))).toEqual(new Set([200]));
  expect(fetches()).toBe(9);

  // No node can fetch them any more: the last good ones are good everywhere up to their age, then nowhere.
  host.serve('/nodes/jwks', (response) => void response.writeHead(503).end());
  advance(890_000);
  expect(await everywhere(id, await token())).toEqual([200, 200, 200]);
  advance(20_000);
  expect(await everywhere(id, await token())).toEqual([401, 401, 401]);
});
