/**
 * Nothing happens that was not recorded first (invariant 5; decision D18). While the audit log takes no
 * writes every change is answered 503 with Retry-After and leaves no trace; what can be used once is not used up;
 * the first request after the outage works.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { DELEGATIONS } from '../../src/domain/authority/delegation/delegation.ts';
import { AGENTS } from '../../src/domain/clients/agents/agent.ts';
import { CLIENTS } from '../../src/domain/clients/clients/client.ts';
import { ACCOUNTS } from '../../src/domain/identity/accounts/account.ts';
import type { CollectionDeclaration, Document } from '../../src/domain/ports/document-store.ts';
import { RESOURCE_SERVERS } from '../../src/domain/resources/resource-servers/resource-server.ts';
import { CONSUMPTIONS, GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../../src/provider/seam/records.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page } from '../support/browser-flow.ts';
import { type Answer, DEVICE_CODE, formOf } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const AUDIT_LOG = 'audit_records';

let server: RunningServer;
let scene: Scene;
let family: TokenFamily;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
  family = await newTokenFamily(scene);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const keyed = (identity: TokenFamily['app']) => scene.keyed(identity);

const WATCHED: readonly CollectionDeclaration[] = [
  ...[ACCOUNTS, AGENTS, CLIENTS, RESOURCE_SERVERS, DELEGATIONS],
  ...[PROVIDER_RECORDS, GRANTS, REVOKED_TOKENS, CONSUMPTIONS],
];

/** Every durable document there is, the audit log excepted; of sessions, whose they are. */
const everything = async (): Promise<Readonly<Record<string, readonly Document[]>>> => {
  const { documents } = server.behalf.services;
  const found = WATCHED.map(async (declaration) => {
    const rows = await documents
      .collection<Document & { model?: string; account?: string }>(declaration)
      .find({ limit: 1000 });
    const kept = rows.flatMap(({ document }) => {
      const { model, account } = document;
      if (model !== 'Session') return document;
      return account === undefined ? [] : { id: model, account };
    });
    return [declaration.name, kept] as const;
  });
  return { ...Object.fromEntries(await Promise.all(found)), keys: await server.behalf.services.keys.list() };
};

/** Runs `work` while writes to the collections fail. */
const whileFailing = async <T>(collections: readonly string[], work: () => Promise<T>): Promise<T> => {
  server.faults.failingWrites = new Set(collections);
  try {
    return await work();
  } finally {
    server.faults.failingWrites = new Set();
  }
};

type Response = Pick<Answer, 'status' | 'headers'>;

/** Expects `work` to be put off while the audit log takes no writes, and to leave nothing behind. */
const putOff = async <T extends Response>(work: () => Promise<T>): Promise<T> => {
  const before = await everything();
  const answer = await whileFailing([AUDIT_LOG], work);
  expect({
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    location: answer.headers.get('location'),
  }).toEqual({ status: 503, retryAfter: expect.stringMatching(/^[1-9][0-9]*$/), location: null });
  expect(await everything()).toEqual(before);
  return answer;
};

/** As `putOff` for a JSON endpoint, then the same request once more, which works. */
const putOffThenDone = async (work: () => Promise<Answer>, status = 200): Promise<Answer> => {
  const { body } = await putOff(work);
  expect(body['access_token'] ?? body['request_uri'] ?? body['device_code']).toBeUndefined();
  const answer = await work();
  expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status, error: undefined });
  return answer;
};

const eventsOf = async (request: string | null): Promise<readonly AuditEvent[]> =>
  (await server.events()).filter((event) => event.request === request);

describe('AU-02 while the audit log takes no writes, the token endpoint gives no token and uses nothing up', () => {
  test('code', async () => {
    const form = await scene.newCode(scene.jwt.identifier);
    await putOffThenDone(() => scene.calls.token(keyed(scene.app), form));
  });
  test('refresh token', () => putOffThenDone(() => family.refresh('app', family.calendar.identifier)));
  test('client credentials', () =>
    putOffThenDone(() =>
      scene.calls.token(keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier }),
    ));
  test('device code', async () => {
    const begun = await scene.calls.device(keyed(scene.app), { scope: 'openid' });
    const { verification_uri_complete, device_code } = begun.body;
    await scene.walkConsent(await scene.browser.open(String(verification_uri_complete)));
    await putOffThenDone(() =>
      scene.calls.token(keyed(scene.app), { grant_type: DEVICE_CODE, device_code: String(device_code) }),
    );
  });
  test('exchange, with a hop that has to be made', async () => {
    const other = await newTokenFamily(scene);
    const row = await server.behalf.services.delegations.list({ actor: other.subAgent.clientId, limit: 10 });
    for (const { id } of row.items) await server.behalf.services.delegations.revoke(id, 'system');
    await putOffThenDone(() => other.exchange(other.subAgent, other.tokens.agentCalendar, other.calendar.identifier));
  });
  test('a refusal waits for its event, too', async () => {
    const refused = () => family.exchange(family.agent, 'nothing', family.calendar.identifier);
    await putOff(refused);
    expect((await refused()).status).toBe(400);
  });
});

describe('AU-02 the other endpoints', () => {
  const request = () => ({
    client_id: scene.app.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: newPkce().challenge,
    code_challenge_method: 'S256',
  });
  test('pushed authorization request', () => putOffThenDone(() => scene.calls.push(keyed(scene.app), request()), 201));
  test('device authorization', () => putOffThenDone(() => scene.calls.device(keyed(scene.app), { scope: 'openid' })));
  test('authorization: no code leaves', async () => {
    await scene.newTokens(scene.jwt.identifier);
    const url = `${scene.calls.endpoints.authorization}?${formOf(request())}`;
    const answer = await putOff(async () => scene.browser.request(url));
    expect(await answer.text()).not.toMatch(/code=/);
    expect((await scene.browser.request(url)).headers.get('location')).toMatch(/[?&]code=/);
  });
  test.each(['appCalendar', 'appFiles'] as const)(
    'revocation of an access token: %s lives on until it is recorded',
    async (which) => {
      const other = await newTokenFamily(scene);
      const use = which === 'appCalendar' ? 'app calendar introspection' : 'app files introspection';
      const revoke = () => scene.calls.revoke(keyed(other.app), other.tokens[which]);
      await putOff(revoke);
      expect((await other.uses[use]()).body['active']).toBe(true);
      expect((await revoke()).status).toBe(200);
      expect((await other.uses[use]()).body['active']).toBe(false);
    },
  );
  test('revocation of a refresh token', async () => {
    const other = await newTokenFamily(scene);
    const revoke = () => scene.calls.revoke(keyed(other.app), other.held.sibling);
    await putOff(revoke);
    expect((await other.uses['sibling introspection']()).body['active']).toBe(true);
    expect((await revoke()).status).toBe(200);
    expect((await other.uses['sibling introspection']()).body['active']).toBe(false);
  });
  test('what changes nothing goes on: introspection, UserInfo, keys, discovery', async () => {
    await whileFailing([AUDIT_LOG], async () => {
      expect((await family.uses['agent calendar introspection']()).body['active']).toBe(true);
      expect((await family.uses['sign-in userinfo']()).status).toBe(200);
      expect((await fetch(scene.calls.endpoints.jwks)).status).toBe(200);
      expect((await fetch(`${server.issuer}/.well-known/openid-configuration`)).status).toBe(200);
    });
  });
});

describe('AU-02 the pages', () => {
  /** A browser that has a page with a form open, and sends it by a button. */
  const send = (browser: Browser, page: Page, button: RegExp, action = '') => {
    const form = page.forms.find(
      (one) => one.action.includes(action) && one.buttons.some(({ text }) => button.test(text)),
    );
    if (!form) throw new Error(`no form with ${button} on ${page.url}: ${page.text}`);
    return (): Promise<Page> => browser.submit(page, form, { button, set: {} });
  };

  test('sign-in: no user is signed in', async () => {
    const browser = newBrowser(server.issuer);
    const page = await browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
    if (!form) throw new Error('no sign-in form');
    const { username, password } = family.person;
    const signIn = () => browser.submit(page, form, { set: { username, password } });
    await putOff(signIn);
    expect(
      (await browser.open(`${server.issuer}/account`)).forms.some(({ fields }) =>
        fields.some(({ type }) => type === 'password'),
      ),
    ).toBe(true);
  });
  test('sign-out on the account page: the session goes on', async () => {
    const page = await family.browser.open(`${server.issuer}/account`);
    await putOff(send(family.browser, page, /sign out/i, 'sign-out'));
    expect((await family.browser.open(`${server.issuer}/account`)).text).toContain(family.person.username);
  });
  test('sign-out at the end-session endpoint: the session goes on', async () => {
    const page = await family.browser.open(scene.calls.endpoints.endSession);
    await putOff(send(family.browser, page, /sign out|yes/i));
    expect((await family.browser.open(`${server.issuer}/account`)).text).toContain(family.person.username);
  });
  test.each([/allow/i, /deny/i])(
    'an answer on the page behind consent_required: %s changes nothing',
    async (button) => {
      const agent = await family.newAgent('Newcomer', family.ownerId);
      const asked = await family.exchange(agent, family.tokens.appCalendar, family.calendar.identifier);
      const page = await family.browser.open(String(consentUrl(asked)));
      await putOff(send(family.browser, page, button));
      const again = await family.exchange(agent, family.tokens.appCalendar, family.calendar.identifier);
      expect(again.body['error']).toBe('consent_required');
    },
  );
  test('consent in an authorization request', async () => {
    const agent = await family.newAgent('Asker', family.ownerId);
    const url = `${scene.calls.endpoints.authorization}?${formOf({
      client_id: agent.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'read',
      resource: family.calendar.identifier,
      code_challenge: newPkce().challenge,
      code_challenge_method: 'S256',
    })}`;
    const page = await family.browser.open(url);
    const allow = send(family.browser, page, /allow/i);
    await putOff(allow);
    const { left } = await allow();
    expect(left?.searchParams.get('code')).toBeTruthy();
  });
  test('ending a delegation, a grant, and all of an agent', async () => {
    const page = await family.browser.open(`${server.issuer}/account`);
    const actions = page.forms.map(({ action }) => action).filter((action) => action.endsWith('/revoke'));
    expect(actions.some((action) => action.includes('/delegations/'))).toBe(true);
    expect(actions.some((action) => action.includes('/clients/'))).toBe(true);
    for (const action of actions) await putOff(send(family.browser, page, /./, action));
    expect((await family.uses['sub-agent calendar introspection']()).body['active']).toBe(true);
    expect((await family.uses['app refresh']()).status).toBe(200);
  });
});

describe('AU-02 the management API', () => {
  const { call } = { call: (...given: Parameters<Scene['management']['call']>) => scene.management.call(...given) };
  const putOffProblem = async (work: () => Promise<Answer>): Promise<void> => {
    const { body } = await putOff(work);
    expect(body).toMatchObject({ status: 503, type: expect.stringContaining('unavailable') });
  };
  const etag = async (path: string): Promise<Record<string, string>> => ({
    'if-match': String((await call('GET', path)).headers.get('etag')),
  });

  test('creating', async () => {
    const key = await newKeyPair();
    const bodies = {
      '/accounts': { username: 'later', name: 'Later', password: 'a long enough pass phrase' },
      '/agents': {
        name: 'Later',
        owner: family.ownerId,
        purpose: 'Later',
        environment: 'test',
        jwks: { keys: [key.publicJwk] },
      },
      '/clients': { name: 'Later', redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code'] },
      '/resource-servers': {
        identifier: 'https://later.example.com',
        name: 'Later',
        scopes: [{ name: 'read', description: 'Read', risk: 'low' }],
      },
    };
    for (const [path, body] of Object.entries(bodies)) {
      await putOffProblem(() => call('POST', path, body));
      expect((await call('POST', path, body)).status).toBe(201);
    }
  });
  test('changing and ending', async () => {
    const { agent, app, accountId, calendar } = family;
    const [row] = (await server.behalf.services.delegations.list({ actor: agent.clientId, live: true, limit: 1 }))
      .items;
    const posts = [
      `/agents/${agent.clientId}/suspend`,
      `/agents/${agent.clientId}/retire`,
      `/accounts/${accountId}/disable`,
      `/clients/${app.clientId}/disable`,
      `/resource-servers/${calendar.id}/disable`,
      `/resource-servers/${calendar.id}/rotate-secret`,
      `/delegations/${row?.id}/revoke`,
      '/keys/rotations',
    ];
    for (const path of posts) await putOffProblem(() => call('POST', path));
    await putOffProblem(() =>
      call('POST', `/accounts/${accountId}/password`, { password: 'another long pass phrase' }),
    );
    for (const [path, change] of [
      [`/agents/${agent.clientId}`, { purpose: 'Another' }],
      [`/accounts/${accountId}`, { roles: ['administrator'] }],
      [`/clients/${app.clientId}`, { name: 'Another' }],
      [`/resource-servers/${calendar.id}`, { name: 'Another' }],
    ] as const) {
      const headers = await etag(path);
      await putOffProblem(() => call('PATCH', path, change, headers));
      expect((await call('PATCH', path, change, headers)).status).toBe(200);
    }
    expect((await family.uses['agent calendar introspection']()).body['active']).toBe(true);
  });
  test('a refusal waits for its event', () => putOffProblem(() => call('GET', '/accounts/acc_unknown')));
});

describe('AU-01 a token that was announced and never made is marked', () => {
  const announced = async (collection: string, work: () => Promise<Answer>): Promise<void> => {
    const answer = await whileFailing([collection], work);
    expect({ status: answer.status, error: answer.body['error'], token: answer.body['access_token'] }).toEqual({
      status: 503,
      error: 'temporarily_unavailable',
      token: undefined,
    });
    expect(answer.headers.get('retry-after')).toBe('1');
    const events = await eventsOf(answer.headers.get('x-request-id'));
    expect(events.map(({ type, outcome }) => [type, outcome])).toEqual([
      ['token.issued', 'granted'],
      ['token.refused', 'refused'],
    ]);
    expect(events[1]?.token).toEqual(events[0]?.token);
  };
  test('when the code cannot be marked as used', async () => {
    const form = await scene.newCode(scene.jwt.identifier);
    await announced('consumptions', () => scene.calls.token(keyed(scene.app), form));
    expect((await scene.calls.token(keyed(scene.app), form)).status).toBe(200);
  });
  test('when an opaque token cannot be stored', () =>
    announced('provider_records', () =>
      family.exchange(family.agent, family.tokens.appFiles, family.files.identifier),
    ));
});
