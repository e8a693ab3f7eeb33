/** Resource servers ask the decision (AuthZEN Authorization API 1.0), with a client that knows nothing but the specification. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientAssertion, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type AuthZenClient, authZenClient, basic } from '../support/authzen-client.ts';
import { EXAMPLES } from '../support/authzen-examples.ts';
import { exampleTypes } from '../support/detail-types.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type ResourceServerFacts, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
/** As the calendar and the files service. */
let calendar: AuthZenClient;
let files: AuthZenClient;
let agent: Identity;
/** A token of the agent for the person, for the calendar and for the files service. */
let delegated: string;
let elsewhere: string;

const asItself = ({ credential }: ResourceServerFacts): Promise<AuthZenClient> =>
  authZenClient(scene.issuer, () =>
    basic(String('clientId' in credential && credential.clientId), 'secret' in credential ? credential.secret : ''),
  );

const tokenFor = async (at: ResourceServerFacts): Promise<string> => {
  const { access_token: subjectToken } = await scene.newTokens(scene.opaque.identifier);
  await scene.consentToAgent(agent, String(subjectToken), at.identifier);
  const { body } = await scene.calls.exchange(scene.keyed(agent), String(subjectToken), at.identifier);
  return String(body['access_token']);
};

beforeAll(async () => {
  server = await runServer({ path: '/id' });
  scene = await makeScene(server);
  agent = scene.agent;
  calendar = await asItself(scene.jwt);
  files = await asItself(scene.opaque);
  delegated = await tokenFor(scene.jwt);
  elsewhere = await tokenFor(scene.opaque);
});
afterAll(async () => server?.close());

const here = (): object => ({ type: 'resource_server', id: scene.jwt.identifier });
const theAgent = (): object => ({ type: 'agent', id: agent.clientId });
const thePerson = (): object => ({ type: 'account', id: scene.accountId });
const asked = (subject: object, name: string, more: object = {}): object => ({
  subject,
  action: { name },
  resource: here(),
  ...more,
});
const withToken = (token = delegated): object => ({ context: { token } });
const decisionOf = ({ status, body }: Answer): unknown => {
  expect(status).toBe(200);
  return body['decision'];
};
const contextOf = (answer: Answer): Record<string, unknown> => answer.body['context'] as Record<string, unknown>;

describe('discovery', () => {
  test('names the decision point and its endpoints, behind the path of the issuer (AuthZEN §9.2)', async () => {
    const at = (path: string): string => `${scene.issuer}/access/v1/${path}`;
    expect(calendar.metadata).toEqual({
      policy_decision_point: scene.issuer,
      revocation_feed_endpoint: at('revocations'),
      report_endpoint: at('reports'),
      step_up_endpoint: at('step-ups'),
      access_evaluation_endpoint: at('evaluation'),
      access_evaluations_endpoint: at('evaluations'),
      approval_use_endpoint: at('approval-uses'),
      access_request_endpoint: at('requests'),
      capabilities: ['urn:openid:authzen:capability:access-request'],
      search_subject_endpoint: at('search/subject'),
      search_resource_endpoint: at('search/resource'),
      search_action_endpoint: at('search/action'),
    });
  });
});

describe('the examples of the specification', () => {
  test.each(EXAMPLES)('§$section', async ({ endpoint, request, decisions }) => {
    const call = endpoint === 'evaluate' || endpoint === 'evaluateAll' ? calendar[endpoint] : calendar.search[endpoint];
    const { status, headers, body } = await call(request);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    if (decisions !== undefined) {
      const answers = body['evaluations'] as readonly { readonly decision: unknown }[];
      expect(answers.map(({ decision }) => decision)).toEqual(Array(decisions).fill(false));
    } else if (endpoint === 'evaluate' || endpoint === 'evaluateAll') {
      expect(body['decision']).toBe(false);
    } else {
      expect(body).toMatchObject({ results: [], page: { next_token: '' } });
    }
  });
});

describe('one question', () => {
  test('an agent by itself has what it was registered with', async () => {
    const yes = await calendar.evaluate(asked(theAgent(), 'read'));
    expect(decisionOf(yes)).toBe(true);
    expect(contextOf(yes)).toMatchObject({ id: expect.stringMatching(/^dec_/) });
    const no = await calendar.evaluate(asked(theAgent(), 'delete'));
    expect(decisionOf(no)).toBe(false);
    expect(contextOf(no)).toMatchObject({
      id: expect.stringMatching(/^dec_/),
      reason: 'scope_not_available',
      layer: 'agent',
      remedies: [{ kind: 'contact', whom: 'owner' }],
    });
  });

  test('an agent for a person has what the person allowed it', async () => {
    const forPerson = { context: { agent: agent.clientId } };
    expect(decisionOf(await calendar.evaluate(asked(thePerson(), 'read', forPerson)))).toBe(true);
    const other = await scene.newAgent('Without a consent');
    const no = await calendar.evaluate(asked(thePerson(), 'read', { context: { agent: other.clientId } }));
    expect([decisionOf(no), contextOf(no)['layer']]).toEqual([false, 'delegation']);
    const alone = await calendar.evaluate(asked(thePerson(), 'read'));
    expect([decisionOf(alone), contextOf(alone)['reason']]).toEqual([false, 'actor_required']);
    const app = await calendar.evaluate(asked(thePerson(), 'read', { context: { agent: scene.app.clientId } }));
    expect([decisionOf(app), contextOf(app)['reason']]).toEqual([false, 'token_required']);
  });

  test('with a token everything is read from it', async () => {
    const sub = { type: 'identity', id: scene.accountId };
    expect(decisionOf(await calendar.evaluate(asked(sub, 'read', withToken())))).toBe(true);
    const no = await calendar.evaluate(asked(sub, 'delete', withToken()));
    expect([decisionOf(no), contextOf(no)['reason']]).toEqual([false, 'scope_not_available']);
    const [event] = (await server.events('decision.made')).slice(-1);
    expect(event).toMatchObject({
      outcome: 'refused',
      caller: scene.jwt.id,
      subject: scene.accountId,
      agent: agent.clientId,
      chain: { sub: agent.clientId },
      delegation: expect.stringMatching(/^dlg_/),
      decision: contextOf(no)['id'],
      scopeAsked: ['delete'],
      denial: { id: contextOf(no)['id'], reason: 'scope_not_available' },
    });
  });

  test('a revoked token is refused', async () => {
    const subject = { type: 'identity', id: scene.accountId };
    const token = await tokenFor(scene.jwt);
    expect(decisionOf(await calendar.evaluate(asked(subject, 'read', withToken(token))))).toBe(true);
    await scene.calls.revoke(scene.keyed(agent), token);
    const no = await calendar.evaluate(asked(subject, 'read', withToken(token)));
    expect([decisionOf(no), contextOf(no)['reason']]).toEqual([false, 'token_not_live']);
  });

  test('what the resource server declares can be named as a resource, too', async () => {
    const about = (id: string, name: string) =>
      calendar.evaluate({ subject: theAgent(), action: { name }, resource: { type: 'scope', id } });
    expect(decisionOf(await about('read', 'use'))).toBe(true);
    expect(decisionOf(await about('read', 'read'))).toBe(true);
    expect(decisionOf(await about('read', 'write'))).toBe(false);
    expect(decisionOf(await about('nonsense', 'use'))).toBe(false);
  });

  test('every answer is in the audit log, also a denial for an unknown agent', async () => {
    const before = (await server.events('decision.made')).length;
    await calendar.evaluate(asked(theAgent(), 'read'));
    await calendar.evaluate(asked({ type: 'agent', id: 'agt_nobody' }, 'read'));
    const events = (await server.events('decision.made')).slice(before);
    expect(events.map(({ outcome, denial }) => [outcome, denial?.reason])).toEqual([
      ['granted', undefined],
      ['refused', 'subject_not_known'],
    ]);
  });

  test('without the audit log there is no answer', async () => {
    server.faults.failingWrites = new Set(['audit_records', 'audit', 'all']);
    const { status, body } = await calendar.evaluate(asked(theAgent(), 'read'));
    server.faults.failingWrites = new Set();
    expect([status, body]).toEqual([503, {}]);
  });
});

describe('authorization details', () => {
  const inside = { actions: ['read'], paths: ['/reports/2026/april.pdf'], max_bytes: 1000 };
  const held = { type: 'file_access', actions: ['read'], paths: ['/reports/2026'] };
  let drive: AuthZenClient;
  let clerk: Identity;
  let token: string;

  beforeAll(async () => {
    const identifier = 'https://drive.example.com';
    const made = await scene.management.createResourceServer({
      identifier,
      name: 'Drive',
      scopes: [{ name: 'read', description: 'See', risk: 'low' }],
      detail_types: exampleTypes('file-access'),
      introspection_auth_method: 'client_secret_basic',
    });
    drive = await authZenClient(scene.issuer, () => basic(made.id, String(made['client_secret'])));
    const key = await newKeyPair();
    const { id } = await scene.management.createAgent({
      name: 'Filing clerk',
      owner: scene.accountId,
      purpose: 'Keeps reports',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code'],
    });
    clerk = { clientId: id, key };
    const request = scene.authorizationRequest(clerk, {
      scope: 'openid read',
      resource: identifier,
      authorization_details: JSON.stringify([held]),
    });
    const answer = await scene.calls.token(scene.keyed(clerk), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await scene.walk(request.url)),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: identifier,
    });
    token = String(answer.body['access_token']);
  });

  const about = (properties: object, more: object = {}) => ({
    subject: thePerson(),
    action: { name: 'use' },
    resource: { type: 'detail', id: 'file_access', properties },
    context: { token },
    ...more,
  });

  test('a detail may be used that is inside what the token holds, or the person allowed the agent', async () => {
    const outside = { ...inside, paths: ['/reports/2025'] };
    for (const context of [{ token }, { agent: clerk.clientId }]) {
      expect(decisionOf(await drive.evaluate(about(inside, { context })))).toBe(true);
      const no = await drive.evaluate(about(outside, { context }));
      expect([decisionOf(no), contextOf(no)['reason']]).toEqual([false, 'details_not_available']);
      expect(decisionOf(await drive.evaluate(about({ ...inside, actions: ['write'] }, { context })))).toBe(false);
    }
    const actions = await drive.search.action(about(inside));
    expect(actions.body['results']).toEqual([{ name: 'use' }]);
    expect((await drive.search.action(about(outside))).body['results']).toEqual([]);
  });

  test('what is no detail, or of an undeclared type, is refused or denied', async () => {
    expect(decisionOf(await drive.evaluate(about({ ...inside, secretly: true })))).toBe(false);
    expect(
      decisionOf(await drive.evaluate({ ...about(inside), resource: { type: 'detail', id: 'constructor' } })),
    ).toBe(false);
    const large = await drive.evaluate(about({ ...inside, paths: ['/x'.repeat(5_000)] }));
    expect([large.status, large.text]).toEqual([400, expect.stringContaining('8192')]);
    const { body } = await drive.evaluateAll({
      ...about(inside),
      evaluations: [{}, { resource: { type: 'detail', id: 'file_access', properties: { constructor: 1 } } }],
    });
    expect(body).toMatchObject({
      evaluations: [{ decision: true }, { decision: false, context: { error: { status: 400 } } }],
    });
    // Another action is not known, and the token holds nothing elsewhere.
    expect(contextOf(await drive.evaluate(about(inside, { action: { name: 'read' } })))['reason']).toBe(
      'resource_not_known',
    );
    expect(contextOf(await calendar.evaluate(about(inside)))['reason']).toBe('token_not_live');
  });

  test('the audit log has the type and not what the detail says', async () => {
    await drive.evaluate(about({ ...inside, paths: ['/reports/2026/private'] }));
    const event = (await server.events('decision.made')).at(-1);
    expect(event?.inputs).toMatchObject({ detailTypes: ['file_access'] });
    expect(JSON.stringify(event)).not.toContain('private');
  });
});

describe('several questions', () => {
  const answers = ({ body }: Answer): readonly unknown[] =>
    (body['evaluations'] as readonly { readonly decision: unknown }[]).map(({ decision }) => decision);
  const names = ['read', 'delete', 'write'].map((name) => ({ action: { name } }));
  const together = (semantic?: string) =>
    calendar.evaluateAll({
      subject: theAgent(),
      resource: here(),
      evaluations: names,
      ...(semantic === undefined ? {} : { options: { evaluations_semantic: semantic } }),
    });

  test('are answered in their order, as far as the semantic goes (AuthZEN §7.1.2.1)', async () => {
    expect(answers(await together())).toEqual([true, false, true]);
    expect(answers(await together('execute_all'))).toEqual([true, false, true]);
    expect(answers(await together('deny_on_first_deny'))).toEqual([true, false]);
    expect(answers(await together('permit_on_first_permit'))).toEqual([true]);
    expect((await together('first_one_wins')).status).toBe(400);
  });

  test('one that cannot be read is denied with an error of its own, and is audited (AuthZEN §7.2.1)', async () => {
    const before = (await server.events('decision.refused')).length;
    const { status, body } = await calendar.evaluateAll({
      subject: theAgent(),
      resource: here(),
      evaluations: [{ action: { name: 'read' } }, { action: {} }, { subject: 'me' }],
    });
    expect([status, body]).toMatchObject([
      200,
      {
        evaluations: [
          { decision: true },
          { decision: false, context: { error: { status: 400, message: expect.stringContaining('action.name') } } },
          { decision: false, context: { error: { status: 400 } } },
        ],
      },
    ]);
    const noted = (await server.events('decision.refused')).slice(before);
    expect(noted).toMatchObject(
      Array(2).fill({ outcome: 'refused', error: 'invalid_request', resource: scene.jwt.identifier }),
    );
  });

  test('are at most a hundred', async () => {
    const many = (count: number) =>
      calendar.evaluateAll({
        ...asked(theAgent(), 'read'),
        evaluations: Array(count).fill({ action: { name: 'read' } }),
      });
    expect(answers(await many(100))).toHaveLength(100);
    expect((await many(101)).status).toBe(400);
  });
});

describe('searches', () => {
  test('which actions, which scopes, which resource servers', async () => {
    const actions = await calendar.search.action({ subject: theAgent(), resource: here() });
    expect(actions.body['results']).toEqual([{ name: 'read' }, { name: 'write' }]);
    const scopes = { subject: theAgent(), action: { name: 'use' }, resource: { type: 'scope' } };
    expect((await calendar.search.resource(scopes)).body['results']).toEqual([
      { type: 'scope', id: 'read' },
      { type: 'scope', id: 'write' },
    ]);
    const servers = { ...asked(theAgent(), 'read'), resource: { type: 'resource_server' } };
    expect((await calendar.search.resource(servers)).body['results']).toEqual([here()]);
  });

  test('which agents, page by page; a page token is accepted for that search alone (AuthZEN §8.2)', async () => {
    for (const name of ['Page one', 'Page two', 'Page three']) await scene.newAgent(name);
    const question = asked({ type: 'agent' }, 'write') as Record<string, unknown>;
    const { results, pages } = await calendar.searchAll('subject', question, 2);
    expect(pages).toBeGreaterThan(2);
    expect(results).toContainEqual(theAgent());
    for (const found of results)
      expect(decisionOf(await calendar.evaluate(asked(found as object, 'write')))).toBe(true);
    const first = await calendar.search.subject({ ...question, page: { limit: 2 } });
    const token = (first.body['page'] as { next_token: string }).next_token;
    const page = { token, limit: 2 };
    expect((await calendar.search.subject({ ...question, action: { name: 'read' }, page })).status).toBe(400);
    expect((await files.search.subject({ ...question, page })).status).toBe(400);
    expect((await calendar.search.subject({ ...question, page })).status).toBe(200);
  });

  test('for which people an agent acts here', async () => {
    const { body } = await calendar.search.subject(
      asked({ type: 'account' }, 'read', { context: { agent: agent.clientId } }),
    );
    expect(body['results']).toEqual([thePerson()]);
    expect((await server.events('decision.searched')).at(-1)).toMatchObject({
      caller: scene.jwt.id,
      inputs: { searched: 'subject', found: 1 },
    });
  });
});

describe('who may ask', () => {
  test('a resource server that signs, with an assertion that works once', async () => {
    const key = await newKeyPair();
    const made = await scene.management.createResourceServer({
      identifier: 'https://signing.example.com',
      name: 'Signs',
      scopes: [{ name: 'read', description: 'See', risk: 'low' }],
      introspection_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
    });
    const assertion = await clientAssertion({ clientId: made.id, key }, scene.issuer);
    const client = await authZenClient(scene.issuer, () => `Bearer ${assertion}`);
    const question = { ...asked(theAgent(), 'read'), resource: { type: 'resource_server', id: made.id } };
    expect((await client.evaluate(question)).status).toBe(200);
    expect((await client.evaluate(question)).status).toBe(401);
    const refused = (await server.events('client.authentication_refused')).at(-1);
    expect(refused).toMatchObject({ note: 'decisions: the assertion was used before' });
  });

  test('no other client: no credential, a wrong one, an agent, an access token', async () => {
    const wrong = [
      '',
      'Basic',
      basic(scene.jwt.id, 'wrong'),
      basic(scene.jwt.id, ''),
      basic('rs_unknown', 'wrong'),
      basic(agent.clientId, 'wrong'),
      `Bearer ${delegated}`,
      `Bearer ${await clientAssertion(agent, scene.issuer)}`,
      `Bearer ${await clientAssertion({ ...agent, clientId: scene.jwt.id }, scene.issuer)}`,
    ];
    for (const authorization of wrong) {
      const client = await authZenClient(scene.issuer, () => authorization);
      const { status, headers, body } = await client.evaluate(asked(theAgent(), 'read'));
      expect([authorization, status, body]).toEqual([authorization, 401, {}]);
      expect(headers.get('www-authenticate')).toContain(`realm="${scene.issuer}"`);
    }
  });

  test('one that was disabled asks no more', async () => {
    const made = await scene.management.createResourceServer({
      identifier: 'https://gone.example.com',
      name: 'Gone',
      scopes: [{ name: 'read', description: 'See', risk: 'low' }],
      introspection_auth_method: 'client_secret_basic',
    });
    const client = await authZenClient(scene.issuer, () =>
      basic(made.id, String(made['client_secret'] ?? made['secret'])),
    );
    const question = { ...asked(theAgent(), 'read'), resource: { type: 'resource_server', id: made.id } };
    expect((await client.evaluate(question)).status).toBe(200);
    const { headers } = await scene.management.call('GET', `/resource-servers/${made.id}`);
    const etag = { 'if-match': String(headers.get('etag')) };
    expect((await scene.management.call('POST', `/resource-servers/${made.id}/disable`, {}, etag)).status).toBe(200);
    expect((await client.evaluate(question)).status).toBe(401);
  });
});

describe('attacks', () => {
  test('the resource of another server is unknown, whether it exists or not', async () => {
    const about = (resource: object) => calendar.evaluate({ ...asked(theAgent(), 'read'), resource });
    const others = [
      { type: 'resource_server', id: scene.opaque.identifier },
      { type: 'resource_server', id: scene.opaque.id },
      { type: 'resource_server', id: 'https://nowhere.example.com' },
      { type: 'resource_server', id: `${scene.jwt.identifier}/` },
      { type: 'account', id: scene.accountId },
    ];
    for (const resource of others) {
      const { body, status } = await about(resource);
      expect([status, body]).toEqual([
        200,
        {
          decision: false,
          context: { id: expect.any(String), reason: 'resource_not_known', layer: 'request' },
        },
      ]);
    }
  });

  test('a token for another audience is refused, and one for this resource names no other subject', async () => {
    const sub = { type: 'identity', id: scene.accountId };
    const reasonOf = async (subject: object, token: string) =>
      contextOf(await calendar.evaluate(asked(subject, 'read', withToken(token))))['reason'];
    expect(await reasonOf(sub, elsewhere)).toBe('token_not_live');
    expect(await reasonOf(sub, `${delegated.slice(0, -4)}AAAA`)).toBe('token_not_live');
    expect(await reasonOf(sub, 'x'.repeat(20_000))).toBe('token_not_live');
    expect(await reasonOf({ type: 'account', id: 'acc_somebody' }, delegated)).toBe('subject_not_of_token');
  });

  test('members about the subject in a request have no effect', async () => {
    const forged = {
      ...theAgent(),
      properties: {
        scope: 'delete',
        authority: { [scene.jwt.identifier]: ['*'] },
        entitlements: { [scene.jwt.identifier]: ['*'] },
        roles: ['administrator'],
        act: { sub: 'agt_other' },
        state: 'active',
      },
    };
    const claims = { context: { scope: 'delete', acr: 'urn:behalf:acr:multi-factor', approval: { id: 'apr_1' } } };
    const forgedAction = {
      ...asked(forged, 'delete', claims),
      action: { name: 'delete', properties: { risk: 'low' } },
    };
    expect(decisionOf(await calendar.evaluate(forgedAction))).toBe(false);
    expect(decisionOf(await calendar.evaluate(asked(forged, 'read', claims)))).toBe(true);
  });

  test('names of prototypes are names like others', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*']) {
      expect(decisionOf(await calendar.evaluate(asked(theAgent(), name)))).toBe(false);
      expect(decisionOf(await calendar.evaluate(asked({ type: 'agent', id: name }, 'read')))).toBe(false);
      expect(decisionOf(await calendar.evaluate(asked({ type: name, id: name }, 'read')))).toBe(false);
    }
    const inherited =
      '{"__proto__":{"subject":{"type":"agent","id":"x"}},"action":{"name":"read"},"resource":{"type":"a","id":"b"}}';
    expect((await calendar.post('access_evaluation_endpoint', inherited)).status).toBe(400);
    const item = `{"subject":${JSON.stringify(theAgent())},"resource":${JSON.stringify(here())},"evaluations":[{"__proto__":{"action":{"name":"read"}}}]}`;
    const { body } = await calendar.post('access_evaluations_endpoint', item);
    expect(body).toMatchObject({ evaluations: [{ decision: false, context: { error: { status: 400 } } }] });
  });

  test('a body that can be read in two ways, or not at all, is refused and noted', async () => {
    const good = JSON.stringify(asked(theAgent(), 'read'));
    const bodies: readonly (readonly [string, number])[] = [
      [good.replace('"action"', '"action":{"name":"delete"},"action"'), 400],
      [good.replace('"name":"read"', '"name":"delete","n\\u0061me":"read"'), 400],
      [`[${good}]`, 400],
      ['', 400],
      ['{', 400],
      ['null', 400],
      [good.replace('"read"', '17'), 400],
      [good.replace('"read"', 'null'), 400],
      [good.replace('"read"', '""'), 400],
      [`{"subject":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, 400],
      [`{"x":"${'y'.repeat(66_000)}",${good.slice(1)}`, 413],
    ];
    const before = (await server.events('decision.refused')).length;
    for (const [body, expected] of bodies) {
      const { status, headers, text } = await calendar.post('access_evaluation_endpoint', body);
      expect([body.slice(0, 80), status]).toEqual([body.slice(0, 80), expected]);
      expect([headers.get('content-type'), text.length > 0]).toEqual(['text/plain; charset=utf-8', true]);
    }
    expect((await server.events('decision.refused')).length).toBe(before + bodies.length);
    const form = await calendar.post('access_evaluation_endpoint', good, { 'content-type': 'text/plain' });
    expect(form.status).toBe(415);
  });

  test('names with bytes that do not belong in one are denied, and are not in the audit log', async () => {
    for (const name of ['read delete', 'read\u0000', 'r\u00e9ad', '\ud800', 'x'.repeat(5_000)]) {
      expect(decisionOf(await calendar.evaluate(asked(theAgent(), name)))).toBe(false);
      const event = (await server.events('decision.made')).at(-1);
      expect(event).not.toHaveProperty('scopeAsked');
      expect(JSON.stringify(event).length).toBeLessThan(5_000);
    }
  });

  test('the identifier of a request comes back; ours stays in the audit log (AuthZEN §10.1.3)', async () => {
    const id = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716';
    const { headers } = await calendar.evaluate(asked(theAgent(), 'read'), { 'x-request-id': id });
    expect(headers.get('x-request-id')).toBe(id);
    expect((await server.events('decision.made')).at(-1)?.request).toMatch(/^req_/);
    const refused = await calendar.post('access_evaluation_endpoint', '{', { 'x-request-id': id });
    expect([refused.status, refused.headers.get('x-request-id')]).toEqual([400, id]);
  });

  test('a suspended agent, or a disabled account, may do nothing at once', async () => {
    const other = await scene.newAgent('About to stop');
    const question = asked({ type: 'agent', id: other.clientId }, 'read');
    expect(decisionOf(await calendar.evaluate(question))).toBe(true);
    const { headers } = await scene.management.call('GET', `/agents/${other.clientId}`);
    const etag = { 'if-match': String(headers.get('etag')) };
    await scene.management.call('POST', `/agents/${other.clientId}/suspend`, { reason: 'test' }, etag);
    expect(decisionOf(await calendar.evaluate(question))).toBe(false);
  });
});
