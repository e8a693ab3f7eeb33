/** Successor rules: who is asked to own the agents of a person who left, and what becomes of them until one accepts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Identity } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { type DirectoryUnderTest, ENTERPRISE, makeDirectory, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages, makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const HOUR = 3600;

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
/** Two people: the person of the scene, and Grace. */
let group: string;
let grace: string;
let count = 0;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', most_deactivations: 1000 });
  grace = (await scene.management.createAccount({ username: 'grace', name: 'Grace' })).id;
  const made = await api('POST', '/groups', { name: 'platform', members: [scene.accountId, grace] });
  group = String(made['id']);
});
beforeEach(stopClock);
afterEach(async () => {
  startClock();
  for (const { id } of (await api('GET', '/successor-rules'))['items'] as readonly { readonly id: string }[]) {
    await api('DELETE', `/successor-rules/${id}`);
  }
});
afterAll(() => server?.close());

const api = async (method: string, path: string, body?: unknown) => {
  const answer = await scene.management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const rule = (more: object = {}) =>
  api('POST', '/successor-rules', { manager: true, group, accept_within: HOUR, ...more });
const settle = () => server.behalf.services.successions.settleAll();
const agentOf = ({ clientId }: Identity) => api('GET', `/agents/${clientId}`);
const eventsOf = async (type: AuditEventType, { clientId }: Identity) =>
  (await server.events(type)).filter(({ agent }) => agent === clientId);
const disable = (account: string) => api('POST', `/accounts/${account}/disable`);

/** A person of the directory. */
const person = async (manager?: string): Promise<string> => {
  count += 1;
  const more = manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: manager } } };
  const answer = await directory.create(`person${count}@example.com`, { schemas: [USER, ENTERPRISE], ...more });
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
};

const ask = async (agent: Identity): Promise<number> => {
  const { calls, keyed, jwt } = scene;
  const wanted = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
  return (await calls.token(keyed(agent), wanted)).status;
};
const newAgent = (owner: string): Promise<Identity> => {
  count += 1;
  return scene.newAgent(`Worker ${count}`, owner);
};

describe('an agent whose owner leaves', () => {
  test('is proposed to the manager, and has no authority until the manager accepts it', async () => {
    const { id } = await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);
    expect(await ask(agent)).toBe(200);

    await directory.patch(leaver, { op: 'replace', path: 'active', value: false });
    expect([await ask(agent), (await agentOf(agent))['state']]).toEqual([401, 'orphaned']);
    await settle();

    const now = Math.floor(Date.now() / 1000);
    expect(await agentOf(agent)).toMatchObject({
      ...{ state: 'orphaned', owner: leaver, transfer_to: manager, transfer_by: now + HOUR },
      succession: { rule: id, asked: [manager], exhausted: false },
    });
    expect(await ask(agent)).toBe(401);
    expect(await eventsOf('agent.transfer_offered', agent)).toMatchObject([
      { outcome: 'done', caller: 'system', inputs: { successor_rule: id, proposed_as: 'manager' } },
    ]);

    const { body } = await scene.management.acceptAs(manager, agent.clientId);
    expect(body).toMatchObject({ owner: manager, state: 'active' });
    expect(body).not.toHaveProperty('succession');
    expect(body).not.toHaveProperty('transfer_by');
    // What the leaver gave it has ended: the manager gives it keys.
    expect(await ask(agent)).toBe(401);
    expect(await eventsOf('agent.transferred', agent)).toHaveLength(1);
  });

  test('is proposed to the manager also when the directory deletes the person, and forgets who that was', async () => {
    await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);

    expect((await directory.call('DELETE', `/Users/${leaver}`)).status).toBe(204);
    await settle();

    expect(await agentOf(agent)).toMatchObject({ state: 'orphaned', transfer_to: manager });
  });

  test.each<[string, () => Promise<string | undefined>]>([
    ['has no manager', async () => undefined],
    [
      'has a manager who left too',
      async () => {
        const manager = await person();
        await directory.patch(manager, { op: 'replace', path: 'active', value: false });
        return manager;
      },
    ],
    [
      'has a manager whom the directory deleted',
      async () => {
        const manager = await person();
        await directory.call('DELETE', `/Users/${manager}`);
        return manager;
      },
    ],
    // An account of this server that the directory does not have (MG-04).
    ['has a manager of elsewhere', async () => grace],
  ])('of a person who %s is proposed to the group', async (_what, managerOf) => {
    await rule();
    const agent = await newAgent(await leaving(await managerOf()));
    const { owner } = await agentOf(agent);
    await directory.patch(String(owner), { op: 'replace', path: 'active', value: false });
    await settle();
    expect(await agentOf(agent)).toMatchObject({ state: 'orphaned', transfer_to: group });
    expect((await eventsOf('agent.transfer_offered', agent)).at(-1)?.inputs).toMatchObject({ proposed_as: 'group' });
  });
  const leaving = (manager?: string) => person(manager);

  test('is proposed to the group when the manager declines, and to no one when the group declines', async () => {
    const { id } = await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    const decline = async (as: string) => {
      const script = await scene.management.newScript(as);
      return scene.management.call('POST', `/agents/${agent.clientId}/refusal`, undefined, {}, script);
    };

    expect((await decline(manager)).status).toBe(200);
    await settle();
    expect(await agentOf(agent)).toMatchObject({ transfer_to: group, succession: { asked: [manager, group] } });
    // Who declined cannot accept any more.
    const script = await scene.management.newScript(manager);
    const late = await scene.management.call('POST', `/agents/${agent.clientId}/acceptance`, undefined, {}, script);
    expect([late.status, late.body['reason']]).toEqual([403, 'acceptance_not_asked']);

    expect((await decline(grace)).status).toBe(200);
    await settle();
    const left = await agentOf(agent);
    expect(left).toMatchObject({ state: 'orphaned', succession: { asked: [manager, group], exhausted: true } });
    expect(left).not.toHaveProperty('transfer_to');
    // Said once, however often it is looked at.
    advance(7 * HOUR * 1000);
    await settle();
    expect(await eventsOf('agent.without_successor', agent)).toMatchObject([
      { outcome: 'done', caller: 'system', inputs: { successor_rule: id } },
    ]);
  });

  test('is proposed to the next one when the time to accept is over, and the former cannot accept from that second on', async () => {
    await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    const script = await scene.management.newScript(manager);

    advance(HOUR * 1000);
    const late = await scene.management.call('POST', `/agents/${agent.clientId}/acceptance`, undefined, {}, script);
    expect([late.status, late.body['reason']]).toEqual([409, 'acceptance_expired']);
    await settle();
    await settle();

    expect(await agentOf(agent)).toMatchObject({ transfer_to: group });
    expect(await eventsOf('agent.proposal_ended', agent)).toMatchObject([
      { outcome: 'done', caller: 'system', inputs: { reason: 'expired' } },
    ]);
  });

  test('is proposed to the next one when the proposed manager leaves before they accept', async () => {
    await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();

    await disable(manager);
    await settle();
    await settle();

    expect(await agentOf(agent)).toMatchObject({ transfer_to: group });
    expect((await eventsOf('agent.proposal_ended', agent)).at(-1)?.inputs).toEqual({ reason: 'left' });
  });

  test('belongs to the group once, however many members accept it at the same time', async () => {
    await rule({ manager: false });
    const leaver = await person();
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    const scripts = await Promise.all(
      [scene.accountId, grace, scene.accountId, grace].map((one) => scene.management.newScript(one)),
    );

    const answers = await Promise.all(
      scripts.map((script) =>
        scene.management.call('POST', `/agents/${agent.clientId}/acceptance`, undefined, {}, script),
      ),
    );

    // The later ones find an agent that their group owns already.
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(await agentOf(agent)).toMatchObject({ state: 'active', owner: group });
    const numbers = (await agentOf(agent))['updated_at'];
    expect(numbers).toEqual(expect.any(Number));
    expect((await server.behalf.services.agents.get(agent.clientId))?.document.ownership).toBe(1);
  });

  test('belongs to the manager or to no one when accepting and declining race', async () => {
    await rule();
    const manager = await person();
    const leaver = await person(manager);
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    const script = await scene.management.newScript(manager);

    const [accepted, declined] = await Promise.all(
      ['acceptance', 'refusal'].map((what) =>
        scene.management.call('POST', `/agents/${agent.clientId}/${what}`, undefined, {}, script),
      ),
    );

    const state = (await agentOf(agent))['state'];
    expect([accepted?.status === 200, declined?.status === 200]).toContain(true);
    expect(state).toBe(accepted?.status === 200 ? 'active' : 'orphaned');
  });

  test('stays with the offer of an operator, which goes before every rule', async () => {
    const leaver = await person();
    const agent = await newAgent(leaver);
    await disable(leaver);
    const read = await scene.management.call('GET', `/agents/${agent.clientId}`);
    const ifMatch = { 'if-match': String(read.headers.get('etag')) };
    await scene.management.call('PATCH', `/agents/${agent.clientId}`, { owner: grace }, ifMatch);

    await rule();
    await settle();
    await settle();

    const now = await agentOf(agent);
    expect(now).toMatchObject({ transfer_to: grace });
    expect(now).not.toHaveProperty('transfer_by');
  });

  test('is proposed by a rule that comes later', async () => {
    const leaver = await person();
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    expect(await agentOf(agent)).not.toHaveProperty('succession');

    await rule();
    await settle();
    await settle();

    expect(await agentOf(agent)).toMatchObject({ transfer_to: group });
  });

  test('MG-05 gives a person who is created again nothing: neither the agent nor the proposals', async () => {
    await rule();
    const manager = await person();
    const leaver = await person(manager);
    const name = String((await directory.call('GET', `/Users/${leaver}`)).body['userName']);
    const agent = await newAgent(leaver);
    await directory.call('DELETE', `/Users/${leaver}`);
    await settle();
    const again = String((await directory.create(name)).body['id']);
    expect(again).not.toBe(leaver);

    const script = await scene.management.newScript(again);
    const taken = await scene.management.call('POST', `/agents/${agent.clientId}/acceptance`, undefined, {}, script);
    expect([taken.status, taken.body['reason']]).toEqual([403, 'acceptance_not_asked']);
    expect(await agentOf(agent)).toMatchObject({ state: 'orphaned', owner: leaver, transfer_to: manager });
  });

  test('shows on the account page of each who is asked', async () => {
    await rule({ manager: false });
    const leaver = await person();
    const agent = await newAgent(leaver);
    await disable(leaver);
    await settle();
    startClock();

    const browser = newBrowser(scene.issuer);
    await finishOnOurPages(browser, await browser.open(`${scene.issuer}/account`), { person: scene.person });
    const page = await browser.open(`${scene.issuer}/account`);

    expect(page.text).toContain('Agents offered to you');
    expect(page.text).toContain(String((await agentOf(agent))['name']));
    expect(page.text).toContain('Its owner has left');
  });
});

describe('of several rules', () => {
  test('the one of the group goes before that of the directory, and that before the one for every owner', async () => {
    const asked = async (rules: readonly object[], owner: string): Promise<unknown> => {
      for (const one of rules) await rule({ manager: false, ...one });
      const agent = await newAgent(owner);
      await disable(owner);
      await settle();
      return (await agentOf(agent))['succession'];
    };
    const other = String(
      (await api('POST', '/groups', { name: `of ${count}`, members: [grace, await person()] }))['id'],
    );
    const leaver = await person();
    const theirs = String((await api('POST', '/groups', { name: `in ${count}`, members: [leaver, grace] }))['id']);
    expect(
      await asked([{}, { applies_to: directory.id, group: other }, { applies_to: theirs, group }], leaver),
    ).toMatchObject({ asked: [group] });
    expect(await asked([], await person())).toMatchObject({ asked: [other] });
    const outside = await scene.management.createAccount({ username: `outside${count}`, name: 'Outside' });
    expect(await asked([], outside.id)).toMatchObject({ asked: [group] });
  });

  test.each<[string, object, number, string, string | undefined]>([
    ['no one to ask', { manager: false, group: undefined }, 400, 'successor_missing', '/group'],
    ['an unknown group', { group: 'grp_aaaaaaaaaaaaaaaaaaaaaaaaaa' }, 400, 'successor_group_unknown', '/group'],
    ['an account as the group', { group: 'acc_aaaaaaaaaaaaaaaaaaaaaaaaaa' }, 400, 'successor_group_unknown', '/group'],
    [
      'an unknown scope',
      { applies_to: 'dir_aaaaaaaaaaaaaaaaaaaaaaaaaa' },
      400,
      'successor_scope_unknown',
      '/applies_to',
    ],
    [
      'a person as the scope',
      { applies_to: 'acc_aaaaaaaaaaaaaaaaaaaaaaaaaa' },
      400,
      'successor_scope_unknown',
      '/applies_to',
    ],
    ['the scope of another one', {}, 409, 'successor_rule_taken', '/applies_to'],
  ])('a rule with %s is refused and changes nothing', async (_what, more, status, reason, field) => {
    await rule();
    const before = (await server.events('successor_rule.created')).length;
    const answer = await scene.management.call('POST', '/successor-rules', { manager: true, group, ...more });
    expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
    expect(answer.text).toContain(String(field));
    expect((await server.events('successor_rule.created')).length).toBe(before);
    expect((await api('GET', '/successor-rules'))['items']).toHaveLength(1);
  });

  test('a rule is changed and removed with its event, and only by administrators', async () => {
    const made = await rule();
    const read = await scene.management.call('GET', `/successor-rules/${String(made['id'])}`);
    const ifMatch = { 'if-match': String(read.headers.get('etag')) };
    const operator = await scene.management.newScript(grace);
    const path = `/successor-rules/${String(made['id'])}`;
    const refused = await scene.management.callOnce('PATCH', path, { manager: false }, ifMatch, operator);
    expect(refused.status).toBe(403);
    const changed = await scene.management.call('PATCH', path, { group: null }, ifMatch);
    expect(changed.body).toMatchObject({ manager: true, accept_within: HOUR });
    expect(changed.body).not.toHaveProperty('group');
    expect((await server.events('successor_rule.updated')).at(-1)).toMatchObject({
      ...{ outcome: 'done', changed: ['group'], target: { kind: 'successor rule', id: made['id'] } },
    });
  });
});
