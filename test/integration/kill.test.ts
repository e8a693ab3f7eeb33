import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Kill, KillScope } from '../../src/domain/vocabulary/kill.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type Answer, answerOf, EXCHANGE } from '../support/oauth-calls.ts';
import { names, revocationReader } from '../support/revocation-reader.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily, USES, type Use } from '../support/token-family.ts';
import { until } from '../support/until.ts';

const ENVIRONMENT = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' };
/** Longer than an epoch lies ahead of the order. */
const LATER = 6_000;

let server: RunningServer;
let scene: Scene;
/** A second administrator's client, made before any kill. */
let second: { readonly clientId: string; call(method: string, path: string, body?: object): Promise<Answer> };

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: ENVIRONMENT });
  scene = await makeScene(server);
  second = await newAdministrator();
  advance(1000);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

/** A client that acts for itself as administrator, with a fresh token for each call. */
const newAdministrator = async () => {
  const key = await newKeyPair();
  const resource = `${server.issuer}/api/v1`;
  const made = await scene.management.createClient({
    name: 'Second administrator',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials'],
    authority: { [resource]: ['*'] },
    roles: ['administrator'],
  });
  const identity: Identity = { clientId: made.id, key };
  return {
    clientId: made.id,
    call: async (method: string, path: string, body?: object): Promise<Answer> => {
      const asked = { grant_type: 'client_credentials', resource };
      const answer = await scene.calls.token(scene.keyed(identity), asked);
      if (answer.status !== 200) return answer;
      return callWith(String(answer.body['access_token']), method, path, body);
    },
  };
};

const callWith = async (token: string, method: string, path: string, body?: object): Promise<Answer> =>
  answerOf(
    await fetch(`${server.issuer}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );

const order = async (scope: KillScope, id?: string, status = 201): Promise<Kill & { not_durable_yet?: string[] }> => {
  const answer = await scene.management.call('POST', '/kills', { scope, ...(id ? { id } : {}), reason: 'a test' });
  expect({ scope, status: answer.status, text: answer.text }).toMatchObject({ scope, status });
  return answer.body as unknown as Kill;
};
const lift = async (id: string): Promise<Answer> => scene.management.call('POST', `/kills/${id}/lift`);

const events = async (type: AuditEventType): Promise<readonly AuditEvent[]> => {
  // An answer does not wait for the event of a refusal.
  await server.settled();
  return (await server.behalf.services.audit.list({ type, limit: 200 })).entries.map(({ event }) => event);
};
const lastEvent = async (type: AuditEventType) => (await events(type))[0];

/** Uses of the family by what they begin with. */
const uses = (...beginnings: string[]): readonly Use[] =>
  USES.filter((use) => beginnings.some((beginning) => use.startsWith(beginning)));
const ofAgent = uses('agent', 'sub-agent', 'sibling exchanged', 'app calendar exchange', 'app files exchange');

type Case = readonly [scope: KillScope, target: (family: TokenFamily) => string, dead: readonly Use[]];
const CASES: readonly Case[] = [
  ['agent', ({ agent }) => agent.clientId, ofAgent],
  ['owner', ({ ownerId }) => ownerId, ofAgent],
  ['account', ({ accountId }) => accountId, USES],
  ['client', ({ app }) => app.clientId, USES.filter((use) => !use.startsWith('agent own'))],
];

describe('LC-02 a kill', () => {
  test.each(CASES)(
    'LC-02 of scope %s ends what is out, blocks what is new, and its lift revives nothing',
    async (scope, target, dead) => {
      const family = await newTokenFamily(scene);
      expect(await family.survey()).toEqual(USES);
      const feed = revocationReader(family.issuer, family.calendar.credential);
      const { cursor, start } = await feed.read();
      const kill = await order(scope, target(family));
      const heard = await feed.read({ after: cursor });
      expect(heard.start?.resumed).toBe(true);
      for (const token of ['agentCalendar', 'subCalendar', 'agentSibling'] as const) {
        expect([token, names(heard, String(start?.digest_key), family.tokens[token])]).toEqual([token, true]);
      }
      expect(kill).toMatchObject({ scope, target: target(family), state: 'standing', reason: 'a test' });
      expect(await lastEvent('kill.ordered')).toMatchObject({
        caller: expect.stringMatching(/^app_/),
        target: { kind: scope, id: target(family) },
        inputs: { kill: kill.id, reason: 'a test' },
      });
      const alive = USES.filter((use) => !dead.includes(use));
      expect(await family.survey()).toEqual(alive);
      advance(LATER);
      expect(await family.survey()).toEqual(alive);

      const lifted = await lift(kill.id);
      expect(lifted).toMatchObject({ status: 200, body: { state: 'lifted', signatures_needed: 0 } });
      expect(await lastEvent('kill.lifted')).toMatchObject({ inputs: { kill: kill.id } });
      // An exchange of a subject token that lives needs no token of the agent's: only its consent, which is over.
      expect(await family.survey()).toEqual(alive);
      advance(LATER);
      expect(await family.survey()).toEqual(alive);
    },
  );

  test('LC-02 of an agent: its next token needs a new consent, and then works', async () => {
    const family = await newTokenFamily(scene);
    const kill = await order('agent', family.agent.clientId);
    await lift(kill.id);
    advance(LATER);
    const asked = await family.exchange(family.agent, family.tokens.appFiles, family.files.identifier);
    expect(asked).toMatchObject({ status: 400, body: { error: 'consent_required' } });
    await family.consentTo(asked);
    const token = await family.exchanged(family.agent, family.tokens.appFiles, family.files.identifier);
    const { body } = await family.calls.introspect(family.files.credential, token);
    expect(body).toMatchObject({ active: true, act: { sub: family.agent.clientId } });
  });

  test('LC-02 of an account: no sign-in while it stands', async () => {
    const family = await newTokenFamily(scene);
    await order('account', family.accountId);
    await expect(server.behalf.services.effectiveRegistries.accounts.get(family.accountId)).resolves.toMatchObject({
      document: { state: 'disabled' },
    });
    await expect(family.authorize(family.app, 'openid', [])).rejects.toThrow();
    expect(await lastEvent('session.refused')).toMatchObject({
      subject: family.accountId,
      inputs: { reason: 'account_disabled' },
    });
  });

  test('LC-02 of a token by its jti, of either form, and of a delegation: for good', async () => {
    const family = await newTokenFamily(scene);
    const { tokens, calendar, files, calls } = family;
    const idOf = async (credential: typeof calendar.credential, token: string) =>
      String((await calls.introspect(credential, token)).body['jti']);
    const jwt = await order('token', await idOf(calendar.credential, tokens.agentCalendar));
    const opaque = await order('token', await idOf(files.credential, tokens.agentFiles));
    expect([jwt.state, opaque.state]).toEqual(['final', 'final']);
    const dead = [
      'agent calendar introspection',
      'agent calendar exchange',
      'agent files introspection',
      'agent files exchange',
    ];
    expect(await family.survey()).toEqual(USES.filter((use) => !dead.includes(use)));

    const { body } = await scene.management.listDelegations(
      `?subject=${family.accountId}&actor=${family.agent.clientId}&live=true`,
    );
    const row = (body['items'] as { id: string; resource: string }[]).find(
      (one) => one.resource === calendar.identifier,
    );
    const ended = await order('delegation', String(row?.id));
    expect(await family.survey()).toEqual(
      USES.filter(
        (use) =>
          !dead.includes(use) &&
          !uses('app calendar exchange', 'sibling exchanged', 'agent own', 'sub-agent calendar').includes(use),
      ),
    );
    expect(await lift(ended.id)).toMatchObject({ status: 409 });
  });

  test('LC-02 a raised epoch never falls: not by a second kill, a lift, or a clock that steps back', async () => {
    const family = await newTokenFamily(scene);
    const first = await order('agent', family.agent.clientId);
    expect((await order('agent', family.agent.clientId)).id).toBe(first.id);
    const other = await second.call('POST', '/kills', { scope: 'agent', id: family.agent.clientId, reason: 'too' });
    expect(other.status).toBe(201);
    await lift(first.id);
    // The other one still stands.
    expect(await family.survey()).toEqual(USES.filter((use) => !ofAgent.includes(use)));
    await lift(String(other.body['id']));

    const again = await newTokenFamily(scene);
    advance(-3_600_000);
    const kill = await order('agent', again.agent.clientId);
    await lift(kill.id);
    advance(3_600_000);
    expect(await again.survey()).toEqual(USES.filter((use) => !ofAgent.includes(use)));
  });

  test('LC-02 an agent that is handed to another owner does not outlive the kill of the former one', async () => {
    const family = await newTokenFamily(scene);
    const kill = await order('owner', family.ownerId);
    const path = `/agents/${family.agent.clientId}`;
    const { headers } = await scene.management.call('GET', path);
    const changed = await scene.management.call(
      'PATCH',
      path,
      { owner: scene.accountId },
      { 'if-match': String(headers.get('etag')) },
    );
    expect(changed.status).toBe(200);
    advance(LATER);
    const dead = USES.filter((use) => !ofAgent.includes(use));
    expect(await family.survey()).toEqual(dead);
    await lift(kill.id);
    expect(await family.survey()).toEqual(dead);
  });

  test('refuses what is not there, a scope without its id, and no reason', async () => {
    const ask = (body: object) => scene.management.call('POST', '/kills', body);
    for (const scope of ['agent', 'account', 'owner', 'client', 'delegation']) {
      expect(await ask({ scope, id: 'agt_nobody', reason: 'x' })).toMatchObject({ status: 404 });
    }
    expect(await ask({ scope: 'agent', reason: 'x' })).toMatchObject({ status: 400 });
    expect(await ask({ scope: 'all', id: 'x', reason: 'x' })).toMatchObject({ status: 400 });
    expect(await ask({ scope: 'agent', id: scene.agent.clientId })).toMatchObject({ status: 400 });
    expect(await ask({ scope: 'world', reason: 'x' })).toMatchObject({ status: 400 });
  });
});

test('LC-10 a child that is made while its parent is killed never survives: 50 creators', async () => {
  const family = await newTokenFamily(scene);
  const { agent, subAgent, tokens, calendar, files, calls } = family;
  const made: { token: string; credential: typeof calendar.credential }[] = [];
  let isOver = false;
  const creators = Array.from({ length: 50 }, async (_, index) => {
    const at = index % 2 === 0 ? calendar : files;
    const from = index % 2 === 0 ? tokens.agentCalendar : tokens.agentFiles;
    for (let turn = 0; turn < 20 && !isOver; turn += 1) {
      const { status, body } = await calls.exchange(scene.keyed(subAgent), from, at.identifier);
      if (status === 200) made.push({ token: String(body['access_token']), credential: at.credential });
    }
  });
  while (made.length < 30) await new Promise((resolve) => setImmediate(resolve));
  await order('agent', agent.clientId);
  isOver = true;
  await Promise.all(creators);
  expect(made.length).toBeGreaterThan(30);
  const survivors = async () => {
    const answers = await Promise.all(made.map(({ token, credential }) => calls.introspect(credential, token)));
    return answers.filter(({ body }) => body['active'] !== false).length;
  };
  expect(await survivors()).toBe(0);
});

test('owners kill and lift their own agents, and nothing else; who has a role decides over them', async () => {
  const family = await newTokenFamily(scene);
  // The account of the person, with a token of the API for kills.
  const person = family.accountId;
  const mine = await family.newAgent('Mine', person);
  const answer = await family.authorize(family.app, 'openid kills:read kills:write', [family.api.identifier]);
  const token = String(answer.body['access_token']);
  const call = (method: string, path: string, body?: object) => callWith(token, method, path, body);

  expect(await call('POST', '/kills', { scope: 'agent', id: family.agent.clientId, reason: 'x' })).toMatchObject({
    status: 404,
  });
  for (const [scope, id] of [
    ['account', person],
    ['owner', person],
    ['client', family.app.clientId],
  ] as const) {
    expect(await call('POST', '/kills', { scope, id, reason: 'x' })).toMatchObject({ status: 403 });
  }
  expect(await call('POST', '/kills', { scope: 'all', reason: 'x' })).toMatchObject({ status: 403 });
  const refused = await lastEvent('management.refused');
  expect(refused).toMatchObject({ caller: person, note: 'createKill', error: 'forbidden' });

  const own = await call('POST', '/kills', { scope: 'agent', id: mine.clientId, reason: 'x' });
  expect(own.status).toBe(201);
  const byRole = await order('agent', mine.clientId);
  const list = await call('GET', `/kills?scope=agent&id=${mine.clientId}`);
  expect((list.body['items'] as { id: string }[]).map(({ id }) => id).sort()).toEqual(
    [own.body['id'], byRole.id].sort(),
  );
  expect((await call('GET', `/kills/${(await order('agent', scene.agent.clientId)).id}`)).status).toBe(404);
  expect(await call('POST', `/kills/${byRole.id}/lift`)).toMatchObject({ status: 403 });
  expect(await call('POST', `/kills/${own.body['id']}/lift`)).toMatchObject({ status: 200, body: { state: 'lifted' } });
});

describe('LC-11 while the store takes no writes', () => {
  let durable: RunningServer;
  let there: Scene;
  beforeAll(async () => {
    durable = await runServer({ environment: ENVIRONMENT, stores: 'sqlite' });
    there = await makeScene(durable);
  });
  afterAll(async () => durable?.close());

  const latchedIds = async () => (await durable.behalf.services.latch.read()).map(({ kill }) => kill.id);
  const isLive = async ({ calls, files, tokens }: TokenFamily): Promise<boolean> =>
    (await calls.introspect(files.credential, tokens.agentFiles)).body['active'] === true;
  const reconciled = async (id: unknown) =>
    (await durable.events('kill.reconciled')).filter(({ inputs }) => inputs?.['kill'] === id).length;
  /** Audit log and store hold all that was latched. */
  const isSettled = async (): Promise<boolean> =>
    (await durable.behalf.services.latch.read()).every(({ missing }) => missing.length === 0);
  const stateOf = async (id: unknown) => (await there.management.call('GET', `/kills/${id}`)).body['state'];

  test('LC-11 a kill counts at once, is answered 202 with what is missing, and is brought into audit log and store later', async () => {
    const family = await newTokenFamily(there);
    const control = await newTokenFamily(there);
    await there.management.accessToken();
    durable.faults.failingWrites = new Set(['all']);
    const body = { scope: 'agent', id: family.agent.clientId, reason: 'the disk is full' };
    const answer = await there.management.call('POST', '/kills', body);
    expect(answer).toMatchObject({ status: 202, body: { state: 'standing', not_durable_yet: ['audit', 'store'] } });
    expect(await isLive(family)).toBe(false);
    expect(await isLive(control)).toBe(true);
    expect(await latchedIds()).toEqual([answer.body['id']]);
    expect((await there.management.call('GET', '/kills?standing=true')).body['items']).toMatchObject([
      { id: answer.body['id'] },
    ]);
    expect(await there.management.call('POST', `/kills/${answer.body['id']}/lift`)).toMatchObject({ status: 503 });

    durable.faults.failingWrites = new Set();
    await until(async () => (await reconciled(answer.body['id'])) === 1);
    await until(isSettled);
    expect(await isLive(family)).toBe(false);
    const lifted = await there.management.call('POST', `/kills/${answer.body['id']}/lift`);
    expect(lifted).toMatchObject({ status: 200, body: { state: 'lifted' } });
    expect(await latchedIds()).toEqual([]);
    advance(LATER);
    expect(await isLive(family)).toBe(false);
  });

  test('LC-11 only the audit log is out: the kill stands in the store, and its event comes later', async () => {
    const family = await newTokenFamily(there);
    durable.faults.failingWrites = new Set(['audit_records']);
    const answer = await there.management.call('POST', '/kills', {
      scope: 'client',
      id: family.app.clientId,
      reason: 'x',
    });
    expect(answer).toMatchObject({ status: 202, body: { not_durable_yet: ['audit'] } });
    durable.faults.failingWrites = new Set();
    await until(async () => (await reconciled(answer.body['id'])) === 1);
  });

  test('LC-11 a kill that is latched by another process, or by the command on the machine, counts within a second', async () => {
    const family = await newTokenFamily(there);
    const told = await behalf(
      'kill',
      'agent',
      family.agent.clientId,
      '--local',
      '--yes',
      '--reason',
      'no token to be had',
    );
    expect(told).toMatchObject({ code: 0, out: expect.stringMatching(/kil_[a-z2-7]{26}/) });
    const id = /kil_[a-z2-7]{26}/.exec(told.out)?.[0];
    await until(async () => !(await isLive(family)));
    expect(await reconciled(id)).toBe(0);
    // For a while it belongs to the process that wrote it; then any process brings it in.
    advance(11_000);
    await until(async () => (await reconciled(id)) === 1);
    await until(isSettled);
    expect(await behalf('kills', 'lift', String(id), '--local')).toMatchObject({ code: 0, out: `${id} is lifted.\n` });
    expect(await stateOf(id)).toBe('lifted');
  });

  test('LC-02 LC-11 a restart keeps it, and a restored backup from before does not forget it', async () => {
    const family = await newTokenFamily(there);
    const backup = join(durable.dataFolder, 'before.db');
    expect(await behalf('backup', '--to', backup)).toMatchObject({ code: 0 });
    await there.management.accessToken();
    durable.faults.failingWrites = new Set(['all']);
    const latched = await there.management.call('POST', '/kills', { scope: 'owner', id: family.ownerId, reason: 'x' });
    expect(latched.status).toBe(202);
    const { dataFolder, port } = durable;
    await durable.close({ keepData: true });
    durable = await runServer({ environment: ENVIRONMENT, stores: 'sqlite', after: { dataFolder, port } });
    expect(await stateOf(latched.body['id'])).toBe('standing');
    expect(await reconciled(latched.body['id'])).toBe(1);
    expect(await isLive(family)).toBe(false);

    const stored = await there.management.call('POST', '/kills', {
      scope: 'agent',
      id: there.agent.clientId,
      reason: 'y',
    });
    expect(stored.status).toBe(201);
    await durable.close({ keepData: true });
    expect(await behalf('restore', '--from', backup)).toMatchObject({ code: 0 });
    advance(2000);
    durable = await runServer({ environment: ENVIRONMENT, stores: 'sqlite', after: { dataFolder, port } });
    const { call } = await managementFromKeyFile(durable.administratorKeyFile);
    for (const id of [latched.body['id'], stored.body['id']]) {
      expect((await call('GET', `/kills/${id}`)).body['state']).toBe('standing');
    }
    for (const agent of [there.agent, family.agent]) {
      const asked = { grant_type: 'client_credentials', resource: there.jwt.identifier };
      expect(await there.calls.token(there.keyed(agent), asked)).toMatchObject({ status: 401 });
    }
  });

  /** A command on the machine of that server. */
  const behalf = async (...argv: string[]) => {
    const written = { out: '', err: '' };
    const terminal = {
      out: (text: string) => {
        written.out += text;
      },
      err: (text: string) => {
        written.err += text;
      },
    };
    const env = { BEHALF_DATA: durable.dataFolder, BEHALF_ISSUER: durable.issuer, PORT: String(durable.port) };
    return { code: await runCli(argv, terminal, env), ...written };
  };
});

describe('everything', () => {
  test('LC-02 LC-12 nothing is granted while a kill of all stands; two administrators lift it, and nothing lives again', async () => {
    const family = await newTokenFamily(scene);
    const { calls, app, agent, calendar, held } = family;
    advance(1000);
    const kill = await order('all');
    expect(kill).not.toHaveProperty('target');

    expect(await family.survey()).toEqual([]);
    const { body } = await calls.introspect(calendar.credential, family.tokens.appCalendar);
    expect(body).toEqual({ active: false });
    const refusals = [
      await calls.token(scene.keyed(app), { grant_type: 'refresh_token', refresh_token: held.app }),
      await calls.token(scene.keyed(agent), { grant_type: EXCHANGE, subject_token: 'x' }),
      await calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier }),
      await calls.push(scene.keyed(app), { response_type: 'code' }),
      await calls.device(scene.keyed(scene.app), { scope: 'openid' }),
    ];
    for (const { status, headers, body: told } of refusals) {
      expect({ status, error: told['error'], wait: headers.get('retry-after') }).toEqual({
        status: 503,
        error: 'temporarily_unavailable',
        wait: '30',
      });
    }
    const page = await fetch(
      `${calls.endpoints.authorization}?client_id=${app.clientId}&response_type=code&scope=openid`,
      { redirect: 'manual' },
    );
    expect(page.status).toBe(503);
    const home = await family.browser.open(`${server.issuer}/account`);
    expect(home.text).not.toContain(family.person.username);

    // The administrator's token is from before the kill; a new one is good for the management API only.
    const stale = await callWith(await scene.management.accessToken(), 'GET', '/me');
    expect(stale.status).toBe(401);
    advance(1000);
    expect((await second.call('GET', `/kills/${kill.id}`)).body).toMatchObject({
      state: 'standing',
      signatures_needed: 2,
    });

    const signed = await second.call('POST', `/kills/${kill.id}/lift`);
    expect(signed).toMatchObject({ status: 200, body: { state: 'standing', signatures_needed: 1 } });
    expect((await second.call('POST', `/kills/${kill.id}/lift`)).body).toMatchObject({ signatures_needed: 1 });
    expect(await events('kill.lift_signed')).toHaveLength(1);

    // The signature of an administrator who was created, or taken over, since the order does not count.
    const first = await freshManagement();
    const third = await newAdministratorOf(first);
    advance(1000);
    expect(await third('POST', `/kills/${kill.id}/lift`)).toMatchObject({ status: 403 });
    expect(await family.survey()).toEqual([]);

    const lifted = await first('POST', `/kills/${kill.id}/lift`);
    expect(lifted).toMatchObject({ status: 200, body: { state: 'lifted', signatures_needed: 0 } });
    expect(await events('kill.lifted')).toContainEqual(expect.objectContaining({ target: { kind: 'all', id: 'all' } }));
    expect(await family.survey()).toEqual([]);
    advance(LATER);
    expect(await family.survey()).toEqual([]);
    const anew = await family.authorize(app, 'openid read write', [calendar.identifier]);
    expect((await calls.introspect(calendar.credential, String(anew.body['access_token']))).body).toMatchObject({
      active: true,
    });
  });

  /** The client of the key file, with a token made now. */
  const freshManagement = async () => (await managementFromKeyFile(server.administratorKeyFile)).call;

  const newAdministratorOf = async (call: Scene['management']['call']) => {
    const key = await newKeyPair();
    const resource = `${server.issuer}/api/v1`;
    const made = await call('POST', '/clients', {
      name: 'Third',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      authority: { [resource]: ['*'] },
      roles: ['administrator'],
    });
    expect(made.status).toBe(201);
    return async (method: string, path: string): Promise<Answer> => {
      const identity = { clientId: String(made.body['id']), key };
      const answer = await scene.calls.token(scene.keyed(identity), { grant_type: 'client_credentials', resource });
      expect(answer.status).toBe(200);
      return callWith(String(answer.body['access_token']), method, path);
    };
  };
});
