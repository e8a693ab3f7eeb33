/** Another decision point is asked besides (AuthZEN Authorization API 1.0): over TLS, in time, and only to narrow. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { authZenClient, basic } from '../support/authzen-client.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Asked = {
  readonly authorization: string | undefined;
  readonly body: { readonly evaluations: readonly { readonly action: { readonly name: string } }[] };
};

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let host: string;
let origin: string;
const asked: Asked[] = [];
/** What is permitted there; or 'silent', or a status. */
let there: readonly string[] | 'silent' | 'redirect' | number = [];

const environment = (): Record<string, string> => ({
  ...internalHosts({ decisionPoint: host }),
  BEHALF_EGRESS_CA_FILE: authority.caFile,
  BEHALF__POLICY__EXTERNAL__URL: `${origin}/access/v1/evaluations`,
  BEHALF__POLICY__EXTERNAL__TIMEOUTMILLISECONDS: '1000',
  BEHALF__POLICY__EXTERNAL__CREDENTIAL: 'a-secret-of-the-decision-point',
});

beforeAll(async () => {
  authority = await localAuthority();
  ({ host, origin } = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked['body'];
    asked.push({ authorization: request.headers.authorization, body });
    if (there === 'silent') return;
    if (there === 'redirect') {
      response.writeHead(307, { location: `${origin}/elsewhere` }).end();
      return;
    }
    if (typeof there === 'number') {
      response.writeHead(there).end();
      return;
    }
    const permits = there;
    const evaluations = body.evaluations.map(({ action }) => ({ decision: permits.includes(action.name) }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ evaluations }));
  }));
  server = await runServer({ environment: environment() });
  scene = await makeScene(server);
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const ownToken = (): Promise<Answer> =>
  scene.calls.token(scene.keyed(scene.agent), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    scope: 'read write',
  });

const failures = async (): Promise<number> =>
  (await server.behalf.metrics.externalDecisions.get()).values.find(({ labels }) => labels['outcome'] === 'failed')
    ?.value ?? 0;

/** On a busy machine a second may not be enough for an answer; what is tested is not that. */
const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    const before = await failures();
    asked.length = 0;
    const answer = await call();
    if ((await failures()) === before || tries === 4) return answer;
  }
};

test('a token carries what both permit, and the refusal names the layer', async () => {
  there = ['read', 'delete'];
  const { status, body } = await patiently(ownToken);
  expect([status, body['scope']]).toEqual([200, 'read']);
  expect(asked).toMatchObject([
    {
      authorization: 'Bearer a-secret-of-the-decision-point',
      body: {
        subject: { type: 'agent', id: scene.agent.clientId },
        resource: { type: 'resource_server', id: scene.jwt.identifier },
        context: { route: 'client_credentials' },
        evaluations: [{ action: { name: 'read' } }, { action: { name: 'write' } }],
      },
    },
  ]);
  there = ['delete'];
  const refused = await patiently(ownToken);
  expect([refused.status, refused.body]).toMatchObject([
    400,
    {
      error: 'access_denied',
      denial: { layer: 'external', reason: 'external_denies', remedies: [{ kind: 'contact', whom: 'operator' }] },
    },
  ]);
  const event = (await server.events('token.refused')).at(-1);
  expect(JSON.stringify(event?.inputs)).toContain('"external":"denied"');
});

test('the management API does not depend on it', async () => {
  there = 500;
  const { calls, management } = scene;
  expect((await management.call('GET', '/me')).status).toBe(200);
  expect(calls.endpoints.issuer).toBe(server.issuer);
  expect(asked).toEqual([]);
});

test('a question of a resource server goes there, too', async () => {
  there = ['read'];
  const secret = 'secret' in scene.jwt.credential ? scene.jwt.credential.secret : '';
  const client = await authZenClient(scene.issuer, () => basic(scene.jwt.id, secret));
  const about = (name: string) =>
    client.evaluate({
      subject: { type: 'agent', id: scene.agent.clientId },
      action: { name },
      resource: { type: 'resource_server', id: scene.jwt.identifier },
    });
  expect((await patiently(() => about('read'))).body).toMatchObject({ decision: true });
  expect((await patiently(() => about('write'))).body).toMatchObject({
    decision: false,
    context: { layer: 'external' },
  });
});

test.each(['silent', 'redirect', 500, 204, 404] as const)('%s denies', async (kind) => {
  there = kind;
  expect(await ownToken()).toMatchObject({ status: 400, body: { denial: { reason: 'external_denies' } } });
  expect(JSON.stringify((await server.events('token.refused')).at(-1)?.inputs)).toContain('"not_answered"');
  // So that the next of these is tried as well.
  there = ['read', 'write'];
  expect((await patiently(ownToken)).status).toBe(200);
});

test('what is answered is counted', async () => {
  const text = await server.behalf.metrics.registry.metrics();
  const counted = (name: string, labels: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name}{${labels}}`))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  expect(counted('behalf_external_decisions_total', 'outcome="answered"')).toBeGreaterThan(5);
  expect(counted('behalf_external_decisions_total', 'outcome="failed"')).toBeGreaterThanOrEqual(5);
  expect(counted('behalf_egress_requests_total', 'purpose="decision",outcome="timed_out"')).toBeGreaterThanOrEqual(1);
  expect(counted('behalf_egress_requests_total', 'purpose="decision",outcome="redirected"')).toBe(1);
});

test.each([
  ['POLICY__EXTERNAL__URL', 'https://10.0.0.1/access/v1/evaluations', 'policy.external.url'],
  ['POLICY__EXTERNAL__URL', 'https://user:word@pdp.example.com/x', 'policy.external.url'],
  ['POLICY__EXTERNAL__ROUTES', 'introspection', 'policy.external.routes'],
])('a setting that can never work keeps the server from starting: %s %s', async (name, value, told) => {
  await expect(runServer({ environment: { ...environment(), [`BEHALF__${name}`]: value } })).rejects.toThrow(told);
});
