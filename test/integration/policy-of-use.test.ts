/**
 * Policies asked about the use of this server itself: `register` for every way an agent or client comes to stand in a
 * register, `administer` for every call that changes something.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { routeEntries } from '../../src/http/management/resource-table.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import type { Management, Member } from '../support/management.ts';
import { managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import {
  agentMetadata,
  clientMetadata,
  type RegistrationWorld,
  registrationWorld,
} from '../support/registration-world.ts';
import type { RunningServer } from '../support/running-server.ts';

let authority: LocalAuthority;
let world: RegistrationWorld;
let server: RunningServer;
let management: Management;
let openManagement: Management;
let console_: Browser;
let group: string;
/** Of a client that is a document. */
let documentId: string;

beforeAll(async () => {
  authority = await localAuthority();
  const site = await authority.serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        client_id: documentId,
        client_name: 'Told nothing',
        redirect_uris: ['http://127.0.0.1:7591/callback'],
        token_endpoint_auth_method: 'none',
      }),
    );
  });
  documentId = `${site.origin}/client.json`;
  world = await registrationWorld({
    ...internalHosts({ clientMetadata: site.host }),
    BEHALF_EGRESS_CA_FILE: authority.caFile,
    BEHALF__CLIENTIDMETADATA__HOSTS: site.host,
  });
  server = world.closed;
  management = world.scene.management;
  openManagement = await managementFromKeyFile(world.open.administratorKeyFile);
  const colleague = await management.createAccount({ username: 'otto', name: 'Otto', password: 'another pass phrase' });
  const made = await management.call('POST', '/groups', { name: 'Platform', members: [world.owner.id, colleague.id] });
  group = String(made.body['id']);
  console_ = newBrowser(server.issuer);
  await submitSignIn(console_, await console_.open(`${server.issuer}/console`), {
    username: 'olga',
    password: 'another pass phrase',
  });
}, 240_000);
afterAll(async () => {
  await world?.close();
  await authority?.remove();
});

const REASON = 'Not on this server.';
/** A rule beside those of the starter set. */
const forbidding = (action: string, when: string): string =>
  `@id("tested")\n@reason("${REASON}")\nforbid (principal, action == Action::"${action}", resource)\nwhen { ${when} };`;

/** Works under a rule beside the starter set; then the starter set counts again. */
const under = async <T>(rule: string, work: () => Promise<T>, as: Management = management): Promise<T> => {
  const { body: active } = await as.call('GET', '/policy-sets/active');
  const { body: starter } = await as.call('GET', '/policy/schema');
  const drafted = await as.call('POST', '/policy-sets', { text: `${starter['starter']}\n${rule}` });
  expect([drafted.status, drafted.body['errors']]).toEqual([201, undefined]);
  const etag = { 'if-match': String(drafted.headers.get('etag')) };
  expect((await as.call('POST', `/policy-sets/${drafted.body['id']}/activation`, {}, etag)).status).toBe(200);
  try {
    return await work();
  } finally {
    const of = as === openManagement ? world.open : server;
    const by = { caller: 'system' };
    await of.behalf.services.policies.activate(String(active['id']), {}, by);
  }
};

const newest = async (
  of: RunningServer,
  type: Parameters<RunningServer['events']>[0],
): Promise<AuditEvent | undefined> => (await world.events(of, type ?? 'management.refused')).at(-1);

const countOf = async (as: Management, path: string): Promise<number> =>
  ((await as.call('GET', `${path}?limit=200`)).body['items'] as unknown[]).length;

const newAgent = async (more: Member = {}): Promise<Member> => ({
  name: 'Sorter',
  purpose: 'Sorts letters',
  environment: 'test',
  owner: world.owner.id,
  jwks: { keys: [(await newKeyPair()).publicJwk] },
  ...more,
});

/** What a refusal by the rule says to the caller, and to the audit log. */
const expectDenial = (answer: Answer): void => {
  expect([answer.status, answer.body]).toMatchObject([
    403,
    { denial: { id: expect.stringMatching(/^dny_/), layer: 'policy', reason: 'policy_forbids' } },
  ]);
};
const denied = (action: string, context: object = {}): object => ({
  outcome: 'refused',
  decision: expect.stringMatching(/^dec_/),
  policy: expect.any(Number),
  denial: { id: expect.stringMatching(/^dny_/), layer: 'policy', reason: 'policy_forbids' },
  inputs: { policyCase: { action, context }, removed: [{ policies: ['tested'], reasons: [REASON] }] },
});

describe('register', () => {
  const agentRule = forbidding('register', 'context.kind == "agent" && context.environment == "production"');

  test('SC-10 an agent by the management API: 403 with a denial, an event with the decision, and no agent', async () => {
    const agent = await newAgent({ environment: 'production' });
    await under(agentRule, async () => {
      const before = await countOf(management, '/agents');
      const answer = await management.call('POST', '/agents', agent);
      expectDenial(answer);
      expect(answer.body).toMatchObject({ type: 'urn:behalf:problem:forbidden', detail: REASON });
      expect(answer.body).not.toHaveProperty('denial.policies');
      expect(await newest(server, 'management.refused')).toMatchObject({
        ...denied('register', { kind: 'agent', via: 'management', environment: 'production', credentials: ['jwks'] }),
        note: 'createAgent',
        error: 'forbidden',
      });
      expect(await countOf(management, '/agents')).toBe(before);
      // What the rule is not about goes on.
      expect((await management.call('POST', '/agents', await newAgent())).status).toBe(201);
    });
    const answer = await management.call('POST', '/agents', agent);
    expect(answer.status).toBe(201);
    expect(await newest(server, 'agent.created')).toMatchObject({
      agent: answer.body['id'],
      decision: expect.stringMatching(/^dec_/),
      policy: 1,
      inputs: { policyCase: { action: 'register', principal: { type: 'Client' } }, removed: [] },
    });
  });

  test('SC-10 the group of the caller, and the proposed owner, are facts', async () => {
    const rule = `@id("tested")\n@reason("${REASON}")
forbid (principal, action == Action::"register", resource)
unless { principal in Group::"${group}" && context.owner == "${world.owner.id}" };`;
    await under(rule, async () => {
      expectDenial(await management.call('POST', '/agents', await newAgent()));
      const form = await console_.open(`${server.issuer}/console/agents/new`);
      const [one] = form.forms.filter(({ action }) => action.endsWith('/console/agents'));
      if (!one) throw new Error('no form');
      const set = {
        name: 'Of Olga',
        purpose: 'Sorts',
        jwks: JSON.stringify({ keys: [(await newKeyPair()).publicJwk] }),
      };
      expect((await console_.submit(form, one, { set })).text).toContain('Registered.');
      // An initial access token is in its owner, and so in the groups of the owner.
      const token = await world.tokenText({ blueprint: world.blueprint });
      expect((await world.send('POST', '/reg', { token, body: await agentMetadata() })).status).toBe(201);
    });
  });

  test('SC-10 on the page of the console: the input stays, and the reason is shown', async () => {
    await under(agentRule, async () => {
      const form = await console_.open(`${server.issuer}/console/agents/new`);
      const [one] = form.forms.filter(({ action }) => action.endsWith('/console/agents'));
      if (!one) throw new Error('no form');
      const jwks = JSON.stringify({ keys: [(await newKeyPair()).publicJwk] });
      const set = { name: 'Typed by hand', purpose: 'Sorts', environment: 'production', jwks };
      const page = await console_.submit(form, one, { set });
      expect(page.status).toBe(403);
      expect(page.text).toContain(`${REASON} Nothing was registered.`);
      expect(page.html).toContain('Typed by hand');
      expect(await newest(server, 'management.refused')).toMatchObject({
        ...denied('register', { via: 'management' }),
        caller: world.owner.id,
      });
    });
  });

  test('SC-10 in bulk: each line by itself, each refusal an event', async () => {
    await under(agentRule, async () => {
      const lines = [await newAgent(), await newAgent({ environment: 'production' }), await newAgent()];
      const before = (await world.events(server, 'management.refused')).length;
      const response = await fetch(`${server.issuer}/api/v1/agents/bulk`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await management.accessToken()}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': 'policy-of-use',
        },
        body: lines.map((line) => JSON.stringify(line)).join('\n'),
      });
      const answers = (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Member);
      expect(answers).toMatchObject([
        { line: 1, status: 201 },
        { line: 2, status: 403, detail: REASON, denial: { reason: 'policy_forbids' } },
        { line: 3, status: 201 },
        { done: true, registered: 2, refused: 1 },
      ]);
      const events = (await world.events(server, 'management.refused')).slice(before);
      expect(events).toMatchObject([{ ...denied('register'), note: 'createAgents' }]);
    });
  });

  test.each([
    ['blueprint', 'context.kind == "agent" && resource == Blueprint::"BLUEPRINT"'],
    ['credentials', 'context.credentials.contains("jwks")'],
    ['way', 'context.via == "token"'],
  ])('SC-10 with an initial access token: %s is a fact; no use of the token is taken', async (_, when) => {
    const token = await world.tokenText({ blueprint: world.blueprint });
    await under(forbidding('register', when.replace('BLUEPRINT', world.blueprint)), async () => {
      const answer = await world.send('POST', '/reg', { token, body: await agentMetadata() });
      expectDenial(answer);
      expect(answer.body).toMatchObject({ error: 'access_denied', error_description: REASON });
      expect(await newest(server, 'registration.refused')).toMatchObject({
        ...denied('register', { via: 'token', owner: world.owner.id }),
        error: 'access_denied',
        owner: world.owner.id,
        inputs: { action: 'register', policyCase: { principal: { type: 'Registration' } } },
      });
    });
    expect((await world.send('POST', '/reg', { token, body: await agentMetadata() })).status).toBe(201);
  });

  test('SC-10 with a software statement', async () => {
    await under(forbidding('register', 'context.via == "statement"'), async () => {
      const software_statement = await world.statement({ software_id: 'wiki', client_name: 'Wiki' });
      const answer = await world.send('POST', '/reg', { body: clientMetadata({ software_statement }) });
      expectDenial(answer);
      expect(await newest(server, 'registration.refused')).toMatchObject(denied('register', { kind: 'client' }));
    });
  });

  test('SC-10 open registration: refused alike, and counted, since no caller is known', async () => {
    await under(
      forbidding('register', 'context.via == "open"'),
      async () => {
        const before = await countOf(openManagement, '/clients');
        const answer = await world.send('POST', '/reg', {
          server: world.open,
          body: clientMetadata({ token_endpoint_auth_method: 'none' }),
        });
        expectDenial(answer);
        expect(await countOf(openManagement, '/clients')).toBe(before);
        const counted = await newest(world.open, 'request.refused');
        expect(counted).toMatchObject({ outcome: 'refused', error: 'policy_forbids' });
      },
      openManagement,
    );
  });

  test('SC-10 a client that is a document: no authorization begins with it', async () => {
    const authorization = new URL(`${server.issuer}/auth`);
    const query = {
      client_id: documentId,
      redirect_uri: 'http://127.0.0.1:7591/callback',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(query)) authorization.searchParams.set(name, value);
    const open = () => fetch(authorization, { redirect: 'manual', headers: { accept: 'text/html' } });
    await under(forbidding('register', 'context.via == "document" && principal is Client'), async () => {
      const refused = await open();
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain(REASON);
      const pushed = await fetch(`${server.issuer}/request`, { method: 'POST', body: new URLSearchParams(query) });
      expect([pushed.status, await pushed.json()]).toMatchObject([
        400,
        { error: 'unauthorized_client', error_description: REASON },
      ]);
      expect(await newest(server, 'request.refused')).toMatchObject({
        outcome: 'refused',
        error: 'unauthorized_client',
      });
    });
    expect((await open()).status).toBe(303);
  });

  test('SC-10 a client by the management API', async () => {
    await under(
      forbidding('register', 'context.kind == "client" && context.roles.contains("administrator")'),
      async () => {
        const client = {
          name: 'Robot',
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [(await newKeyPair()).publicJwk] },
          grant_types: ['client_credentials'],
        };
        expectDenial(await management.call('POST', '/clients', { ...client, roles: ['administrator'] }));
        expect(await newest(server, 'management.refused')).toMatchObject({ note: 'createClient' });
        const made = await management.call('POST', '/clients', client);
        expect(made.status).toBe(201);
        // By two steps it is no other thing.
        const etag = { 'if-match': String(made.headers.get('etag')) };
        expectDenial(await management.call('PATCH', `/clients/${made.body['id']}`, { roles: ['administrator'] }, etag));
      },
    );
  });

  test.each([
    ['environment', { environment: 'production' }],
    ['blueprint', () => ({ blueprint: world.blueprint })],
    ['owner', () => ({ owner: group })],
  ])('SC-10 a change of facts of a registration is decided again: %s', async (_, change) => {
    const rule = forbidding(
      'register',
      `context.change && (context.environment == "production" || resource is Blueprint || context.owner == "${group}")`,
    );
    const made = await management.createAgent(await newAgent());
    const { headers } = await management.call('GET', `/agents/${made.id}`);
    await under(rule, async () => {
      const path = `/agents/${made.id}`;
      const as = world.owner.script;
      const etag = { 'if-match': String(headers.get('etag')) };
      const body = typeof change === 'function' ? change() : change;
      expectDenial(await management.call('PATCH', path, body, etag, as));
      expect(await newest(server, 'management.refused')).toMatchObject(denied('register', { change: true }));
      const words = await management.call('PATCH', path, { purpose: 'Sorts other letters' }, etag, as);
      expect(words.status).toBe(200);
    });
  });

  test('SC-10 another kind of credential is another fact, also by the token of the registration itself', async () => {
    const registered = await world.registeredAgent();
    await under(forbidding('register', 'context.credentials.contains("jwks_uri")'), async () => {
      const { jwks: _, ...body } = Object.fromEntries(
        Object.entries(registered).filter(
          ([name]) => !/^registration_|client_secret_expires_at|client_id_issued_at/.test(name),
        ),
      ) as Member;
      const changed = { ...body, jwks_uri: 'https://keys.example.com/registered.json' };
      const answer = await world.manage('PUT', registered, changed);
      expectDenial(answer);
      expect(await newest(server, 'registration.refused')).toMatchObject(
        denied('register', { via: 'itself', change: true, owner: world.owner.id }),
      );
      // Nothing was taken from it: the token that was presented is good.
      expect((await world.manage('GET', registered)).status).toBe(200);
    });
  });

  test('SC-08 a permit gives no user what roles do not give', async () => {
    const rule = `@id("tested")\npermit (principal, action in [Action::"register", Action::"administer"], resource);`;
    await under(rule, async () => {
      const { scene } = world;
      const token = await scene.calls.token(
        { kind: 'key', identity: scene.agent },
        { grant_type: 'client_credentials', resource: `${server.issuer}/api/v1`, scope: 'agents:write' },
      );
      expect(token.status).toBe(400);
    });
  });
});

describe('administer', () => {
  const all = forbidding('administer', 'true');
  const administered = routeEntries().filter(([, { policy }]) => policy === 'administer');

  test('SC-10 every operation that changes something asks, or says why not', () => {
    const silent = routeEntries().filter(([, { policy, method }]) => typeof policy !== 'string' && method !== 'GET');
    expect(silent.map(([operation]) => operation).sort()).toEqual([
      'closeTransaction',
      'createKill',
      'openTransaction',
      // Reads only: the ids stand in a body.
      'previewDisableAccounts',
      'replayPolicies',
      'rotateCredential',
      'simulateApprovers',
      'simulatePolicies',
      'testWorkloadIdentity',
      'validatePolicies',
    ]);
    expect(routeEntries().filter(([, { policy, method }]) => method === 'GET' && typeof policy === 'string')).toEqual(
      [],
    );
    expect(administered.length).toBeGreaterThan(60);
  });

  test('SC-10 each of them is refused by policy, with its own event; without the rule it is not', async () => {
    await under(all, async () => {
      for (const [operation, route] of administered) {
        const path = route.path.replace(/\{\w+\}/g, 'agt_x');
        const answer = await management.call(route.method, path, route.body === undefined ? undefined : {});
        expect([operation, answer.status, answer.body]).toMatchObject([
          operation,
          403,
          { detail: REASON, denial: { layer: 'policy', reason: 'policy_forbids' } },
        ]);
        const context = { operation, scope: route.scope?.name, risk: expect.any(String) };
        expect(await newest(server, 'management.refused')).toMatchObject({
          ...denied('administer', context),
          note: operation,
          error: 'forbidden',
        });
      }
    });
    for (const [operation, route] of administered) {
      const path = route.path.replace(/\{\w+\}/g, 'agt_x');
      // Without what is needed to do anything: it gets as far as being told.
      const { status, body } = await management.call(route.method, path, route.body === undefined ? undefined : []);
      expect([operation, body['denial'], status === 403]).toEqual([operation, undefined, false]);
    }
  }, 120_000);

  test('a permitted call is in the audit log before its effect', async () => {
    const made = await management.createAgent(await newAgent());
    const answer = await management.call('POST', `/agents/${made.id}/suspend`);
    expect(answer.status).toBe(200);
    const events = (await server.events()).slice(-2);
    expect(events).toMatchObject([
      {
        type: 'management.permitted',
        outcome: 'granted',
        note: 'suspendAgent',
        target: { kind: 'agent', id: made.id },
        decision: expect.stringMatching(/^dec_/),
        policy: 1,
        inputs: { policyCase: { context: { operation: 'suspendAgent', scope: 'agents:write', risk: 'high' } } },
      },
      { type: 'agent.suspended' },
    ]);
    expect(events[0]?.request).toBe(events[1]?.request);
  });

  test('SC-10 the same on the pages of the console, for its people', async () => {
    const made = await management.createAgent(await newAgent());
    await under(forbidding('administer', 'principal is Account && context.operation == "suspendAgent"'), async () => {
      const page = await console_.open(`${server.issuer}/console/agents/${made.id}`);
      const form = page.forms.find(({ action }) => action.endsWith('/suspend'));
      if (!form) throw new Error('no form');
      const refused = await console_.submit(page, form);
      expect([refused.status, refused.text.includes(REASON)]).toEqual([403, true]);
      expect(await newest(server, 'management.refused')).toMatchObject({
        ...denied('administer', { operation: 'suspendAgent', target: made.id }),
        caller: world.owner.id,
      });
      expect((await management.call('GET', `/agents/${made.id}`)).body['state']).toBe('active');
    });
  });

  test('a stronger or later sign-in that a policy requires is named in challenge and remedy (RFC 9470 §3)', async () => {
    const rule = `@id("tested")\n@reason("Prove who you are.")\n@acr("urn:behalf:acr:multi-factor")\n@max_age("60")
forbid (principal is Client, action == Action::"administer", resource)
when { context.operation == "createGroup" }
unless { context has assurance && context.assurance.acr == "urn:behalf:acr:multi-factor" };`;
    await under(rule, async () => {
      const answer = await management.call('POST', '/groups', {});
      expect([answer.status, answer.body['denial']]).toMatchObject([
        401,
        {
          reason: 'step_up_required',
          remedies: [{ kind: 'step_up', acr_values: 'urn:behalf:acr:multi-factor', max_age: 60 }],
        },
      ]);
      expect(answer.headers.get('www-authenticate')).toContain(
        'error="insufficient_user_authentication", acr_values="urn:behalf:acr:multi-factor", max_age="60"',
      );
    });
  });

  test('agents start and end their own instances, which is no administration', async () => {
    const { scene } = world;
    const agent = await scene.newAgent('Of many copies');
    const path = `/agents/${agent.clientId}`;
    const { body, headers } = await management.call('GET', path);
    const own = { [`${server.issuer}/api/v1`]: ['instances:read', 'instances:write'] };
    const authority = { ...(body['authority'] as object), ...own };
    await management.call('PATCH', path, { authority }, { 'if-match': String(headers.get('etag')) });
    await under(all, async () => {
      const copy = { jwk: (await newKeyPair()).publicJwk };
      const started = await management.call('POST', `${path}/instances`, copy, {}, agent);
      expect(started.status).toBe(201);
      const ended = await management.call('DELETE', `${path}/instances/${started.body['id']}`, undefined, {}, agent);
      expect(ended.status).toBe(204);
      expectDenial(await management.call('POST', `${path}/instances`, copy));
    });
  });

  test('a kill is ordered under a set that permits no user to administer, and not lifted', async () => {
    const made = await management.createAgent(await newAgent());
    await under(all, async () => {
      const killed = await management.call('POST', '/kills', { scope: 'agent', id: made.id, reason: 'It misbehaves' });
      expect(killed.status).toBe(201);
      expectDenial(await management.call('POST', `/kills/${killed.body['id']}/lift`, {}));
    });
  });

  test('SC-04 policies that cannot be read permit no user anything, and the answer does not say that they forbid', async () => {
    server.faults.failingReads = new Set(['active_policy']);
    try {
      const { status, body } = await management.call('POST', '/groups', {});
      expect([status, body['denial'], body['type']]).toEqual([503, undefined, 'urn:behalf:problem:unavailable']);
    } finally {
      server.faults.failingReads = new Set();
    }
  });
});
