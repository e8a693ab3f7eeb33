/**
 * What ends when a state changes (LC-01, LC-04, LC-05, LC-07, LC-08): an agent that is suspended or gone, a client
 * that loses what it was registered for, and a revocation that could not be written. LC-03 stands in
 * revocation-introspection.test.ts, LC-02 and LC-10 to LC-12 in kill.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type Answer, answerOf, DEVICE_CODE, EXCHANGE } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily } from '../support/token-family.ts';

const CODE_GRANTS = ['authorization_code', 'refresh_token'];

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const patch = async (path: string, change: object): Promise<void> => {
  const { management } = scene;
  const read = await management.call('GET', path);
  const answer = await management.call('PATCH', path, change, { 'if-match': String(read.headers.get('etag')) });
  expect({ path, status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
};
const act = async (path: string): Promise<Answer> => {
  const answer = await scene.management.call('POST', path);
  expect({ path, status: answer.status }).toEqual({ path, status: 200 });
  return answer;
};
const accessOf = (answer: Answer): string => {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  return String(answer.body['access_token']);
};

/** An agent with something of every kind in its hands, each as a use that says how it went. */
const inventory = async (name: string) => {
  const { calls, jwt, opaque, keyed } = scene;
  const agent = await scene.newAgent(name);
  const api = `${server.issuer}/api/v1`;
  await patch(`/agents/${agent.clientId}`, {
    grant_types: [...CODE_GRANTS, 'client_credentials', DEVICE_CODE, EXCHANGE],
    authority: { [jwt.identifier]: ['read'], [opaque.identifier]: ['read'], [api]: ['instances:read'] },
  });
  const ask = (parameters: Record<string, string>) => calls.token(keyed(agent), parameters);
  const own = async (resource: string) => accessOf(await ask({ grant_type: 'client_credentials', resource }));
  const scope = 'openid offline_access read';

  const held = {
    jwt: await own(jwt.identifier),
    opaque: await own(opaque.identifier),
    management: await own(api),
    code: await scene.newCode(jwt.identifier, scope, agent),
    family: (await ask(await scene.newCode(jwt.identifier, scope, agent))).body,
    pushed: '',
    device: '',
    subject: String((await scene.newTokens(jwt.identifier))['access_token']),
  };
  const { parameters } = scene.authorizationRequest(agent, { scope, resource: jwt.identifier });
  held.pushed = String((await calls.push(keyed(agent), parameters)).body['request_uri']);
  held.device = String((await calls.device(keyed(agent), { scope, resource: jwt.identifier })).body['device_code']);
  await scene.consentToAgent(agent, held.subject, jwt.identifier);
  const exchanged = accessOf(await calls.exchange(keyed(agent), held.subject, jwt.identifier));

  const introspected = async (credential: typeof jwt.credential, token: unknown): Promise<string> =>
    String((await calls.introspect(credential, String(token))).body['active']);
  const told = ({ status, body }: Answer): string =>
    status === 200 || status === 201 ? 'granted' : String(body['error']);
  const uses: Readonly<Record<string, () => Promise<string>>> = {
    'own JWT': () => introspected(jwt.credential, held.jwt),
    'own opaque token': () => introspected(opaque.credential, held.opaque),
    'token of a person': () => introspected(jwt.credential, held.family['access_token']),
    'exchanged token': () => introspected(jwt.credential, exchanged),
    'management token': async () => {
      const headers = { authorization: `Bearer ${held.management}` };
      return String((await answerOf(await fetch(`${api}/me`, { headers }))).status);
    },
    'refresh token': async () =>
      told(
        await ask({
          grant_type: 'refresh_token',
          refresh_token: String(held.family['refresh_token']),
          resource: jwt.identifier,
        }),
      ),
    code: async () => told(await ask(held.code)),
    'device code': async () => told(await ask({ grant_type: DEVICE_CODE, device_code: held.device })),
    exchange: async () => told(await calls.exchange(keyed(agent), held.subject, jwt.identifier)),
    'client credentials': async () => told(await ask({ grant_type: 'client_credentials', resource: jwt.identifier })),
    'pushed request': async () => told(await calls.push(keyed(agent), parameters)),
    'device authorization': async () => told(await calls.device(keyed(agent), { scope })),
    'pushed request, used': async () => {
      const query = new URLSearchParams({ client_id: agent.clientId, request_uri: held.pushed });
      const { status } = await fetch(`${calls.endpoints.authorization}?${query}`, { redirect: 'manual' });
      return status === 303 ? 'granted' : String(status);
    },
  };
  const survey = async (): Promise<Readonly<Record<string, string>>> => {
    const results: Record<string, string> = {};
    for (const [use, run] of Object.entries(uses)) results[use] = await run();
    return results;
  };
  return { agent, survey, held };
};

const ALIVE = {
  'own JWT': 'true',
  'own opaque token': 'true',
  'token of a person': 'true',
  'exchanged token': 'true',
  'management token': '200',
  'refresh token': 'granted',
  code: 'granted',
  'device code': 'authorization_pending',
  exchange: 'granted',
  'client credentials': 'granted',
  'pushed request': 'granted',
  'device authorization': 'granted',
  'pushed request, used': 'granted',
};
const DEAD = {
  'own JWT': 'false',
  'own opaque token': 'false',
  'token of a person': 'false',
  'exchanged token': 'false',
  'management token': '401',
  'refresh token': 'invalid_client',
  code: 'invalid_client',
  'device code': 'invalid_client',
  exchange: 'invalid_client',
  'client credentials': 'invalid_client',
  'pushed request': 'invalid_client',
  'device authorization': 'invalid_client',
  'pushed request, used': '400',
};

describe('LC-01 an agent that may not act', () => {
  test('LC-01 that is suspended: nothing it holds works at its next use, everything of its twin does', async () => {
    const suspended = await inventory('Suspended');
    const twin = await inventory('Twin');
    await act(`/agents/${suspended.agent.clientId}/suspend`);
    expect(await suspended.survey()).toEqual(DEAD);
    expect(await twin.survey()).toEqual(ALIVE);
  });

  test('LC-01 LC-07 that is retired: the same, for good; its id is not used again, and the audit log holds the event', async () => {
    const { agent, survey } = await inventory('Retired');
    await act(`/agents/${agent.clientId}/retire`);
    expect(await survey()).toEqual(DEAD);
    for (const step of ['resume', 'suspend']) {
      const { status } = await scene.management.call('POST', `/agents/${agent.clientId}/${step}`);
      expect({ step, status }).toEqual({ step, status: 409 });
    }
    expect((await scene.newAgent('Retired')).clientId).not.toBe(agent.clientId);
    const auditLog = await scene.management.call('GET', `/audit/events?agent=${agent.clientId}&limit=200`);
    const types = (auditLog.body['items'] as { event: { type: string } }[]).map(({ event }) => event.type);
    expect(types).toEqual(expect.arrayContaining(['agent.created', 'token.issued', 'agent.retired']));
  });

  test('LC-07 V13 whose record is gone altogether: inactive and refused, never a 500', async () => {
    const { agent, survey } = await inventory('Gone');
    await server.behalf.services.documents.collection<Agent>(AGENTS).take(agent.clientId);
    expect(await survey()).toEqual(DEAD);
    const list = await scene.management.call('GET', `/delegations?actor=${agent.clientId}`);
    expect(list.status).toBe(200);
    expect((await scene.management.call('GET', `/audit/events?agent=${agent.clientId}`)).status).toBe(200);
    const account = await scene.browser.open(`${server.issuer}/account`);
    expect(account.status).toBe(200);
  });
});

describe('LC-04 a revocation that could not be written (CVE-2020-15223)', () => {
  const kinds = {
    'a JWT': {
      collections: ['all', 'audit_records', 'revoked_tokens'],
      resource: () => scene.jwt,
      member: 'access_token',
    },
    'an opaque token': {
      collections: ['all', 'audit_records', 'provider_records'],
      resource: () => scene.opaque,
      member: 'access_token',
    },
    'a refresh token': {
      collections: ['all', 'audit_records', 'grants'],
      resource: () => scene.opaque,
      member: 'refresh_token',
    },
  } as const;

  test.each(Object.entries(kinds))(
    'LC-04 of %s is answered 503, never 200, and can be done again',
    async (_kind, { collections, resource, member }) => {
      const { calls, keyed, app } = scene;
      const { identifier, credential } = resource();
      const tokens = await scene.newTokens(identifier);
      const isActive = async () => (await calls.introspect(credential, String(tokens['access_token']))).body['active'];
      for (const collection of collections) {
        server.faults.failingWrites = new Set([collection]);
        const answer = await calls.revoke(keyed(app), String(tokens[member]));
        server.faults.failingWrites = new Set();
        expect({ collection, status: answer.status, error: answer.body['error'] }).toEqual({
          collection,
          status: 503,
          error: 'temporarily_unavailable',
        });
        expect(answer.headers.get('retry-after')).not.toBeNull();
        expect(await isActive()).toBe(true);
      }
      expect((await calls.revoke(keyed(app), String(tokens[member]))).status).toBe(200);
      expect(await isActive()).toBe(false);
    },
  );

  test('LC-04 of a delegation, a suspension and a disabling: 503, and done when it is done', async () => {
    const family = await newTokenFamily(scene);
    const { body } = await scene.management.listDelegations(`?subject=${family.accountId}&live=true`);
    const [row] = body['items'] as { id: string }[];
    const paths = [
      `/delegations/${row?.id}/revoke`,
      `/agents/${family.agent.clientId}/suspend`,
      `/clients/${family.app.clientId}/disable`,
      `/accounts/${family.accountId}/disable`,
    ];
    await scene.management.accessToken();
    for (const path of paths) {
      for (const collection of ['all', 'audit_records', path.split('/')[1] as string]) {
        server.faults.failingWrites = new Set([collection]);
        const answer = await scene.management.call('POST', path);
        server.faults.failingWrites = new Set();
        expect({ path, collection, status: answer.status }).toEqual({ path, collection, status: 503 });
      }
      await act(path);
    }
    expect(await family.survey()).toEqual([]);
  });
});

test('LC-05 inactive while any of agent, app and resource server is off, active again when all are on (CVE-2026-8922)', async () => {
  const { agent, app, calendar, calls, tokens } = await newTokenFamily(scene);
  const switches = [
    [`/agents/${agent.clientId}/suspend`, `/agents/${agent.clientId}/resume`],
    [`/clients/${app.clientId}/disable`, `/clients/${app.clientId}/enable`],
  ] as const;
  for (let bits = 0; bits < 2 ** switches.length; bits += 1) {
    const off = switches.filter((_, index) => (bits >> index) & 1);
    for (const [path] of off) await act(path);
    const { status, body } = await calls.introspect(calendar.credential, tokens.agentCalendar);
    expect({ bits, status, active: body['active'] }).toEqual({ bits, status: 200, active: bits === 0 });
    for (const [, path] of off) await act(path);
  }
});

describe('LC-08 a client that loses what it was registered for', () => {
  /** An app of its own for each test, with a code and tokens. */
  const newApp = async () => {
    const family = await newTokenFamily(scene);
    const { calls, keyed } = { calls: family.calls, keyed: scene.keyed };
    return { ...family, ask: (parameters: Record<string, string>) => calls.token(keyed(family.app), parameters) };
  };
  const refused = (answer: Answer, error: string) =>
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 400, error });

  test('LC-08 V20 the grant type refresh_token: its refresh tokens are refused', async () => {
    const { app, ask, held } = await newApp();
    await patch(`/clients/${app.clientId}`, { grant_types: ['authorization_code'] });
    refused(await ask({ grant_type: 'refresh_token', refresh_token: held.app }), 'unauthorized_client');
  });

  test('LC-08 V20 its refresh tokens can still be revoked then', async () => {
    const { app, calls, held, calendar, tokens } = await newApp();
    await patch(`/clients/${app.clientId}`, { grant_types: ['authorization_code'] });
    expect((await calls.revoke(scene.keyed(app), held.app)).status).toBe(200);
    expect((await calls.introspect(calendar.credential, tokens.appCalendar)).body).toEqual({ active: false });
  });

  test('LC-08 the grant type client_credentials: the tokens it got with it end', async () => {
    const agent = await scene.newAgent('Loses client credentials');
    const token = async ({ identifier }: typeof scene.jwt) =>
      accessOf(await scene.calls.token(scene.keyed(agent), { grant_type: 'client_credentials', resource: identifier }));
    const held = [[scene.jwt, await token(scene.jwt)] as const, [scene.opaque, await token(scene.opaque)] as const];
    await patch(`/agents/${agent.clientId}`, { grant_types: [...CODE_GRANTS, EXCHANGE] });
    for (const [{ credential }, value] of held) {
      expect((await scene.calls.introspect(credential, value)).body).toEqual({ active: false });
    }
  });

  test('LC-08 the grant type token exchange: the tokens it got with it end, with those below', async () => {
    const family = await newTokenFamily(scene);
    await patch(`/agents/${family.agent.clientId}`, { grant_types: CODE_GRANTS });
    const { calendar, files, tokens, calls } = family;
    for (const [credential, token] of [
      [calendar.credential, tokens.agentCalendar],
      [files.credential, tokens.agentFiles],
      [calendar.credential, tokens.subCalendar],
    ] as const) {
      expect((await calls.introspect(credential, token)).body).toEqual({ active: false });
    }
    expect((await calls.introspect(calendar.credential, tokens.agentOwn)).body).toMatchObject({ active: true });
  });

  test('LC-08 a redirect URI: a code that was sent there is refused', async () => {
    const app: Identity = (await newApp()).app;
    const other = 'https://app.example.com/other';
    const code = await scene.newCode(scene.jwt.identifier, 'openid read', app);
    const kept = await scene.newCode(scene.jwt.identifier, 'openid read', app);
    await patch(`/clients/${app.clientId}`, { redirect_uris: [other] });
    refused(await scene.calls.token(scene.keyed(app), code), 'invalid_grant');
    await patch(`/clients/${app.clientId}`, { redirect_uris: [other, REDIRECT_URI] });
    accessOf(await scene.calls.token(scene.keyed(app), kept));
  });
});
