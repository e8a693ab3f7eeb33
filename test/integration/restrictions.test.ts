/** Restrictions of response rules over HTTP: at each endpoint that gives or confirms authority, for the agent, those below it, and its tokens from before. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { type Past, type Restriction, rightOf } from '../../src/domain/clients/agents/restriction.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { CLIENT_ASSERTION_TYPE, clientAssertion, type Identity } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, BANK } from '../support/approvals-world.ts';
import { authZenClient } from '../support/authzen-client.ts';
import { memoryNodes } from '../support/memory-nodes.ts';
import { type Answer, answerOf, formOf } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let scene: Scene;
let family: TokenFamily;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  family = await newTokenFamily(scene);
}, 120_000);
afterAll(() => server?.close());

const OPERATOR = { caller: 'acc_operator', account: 'acc_operator', isByRole: true } as const;

/** Restricts as a response does, runs `during`, and lifts as an operator does. */
const restricted = async (
  { clientId }: Identity,
  past: Partial<Past>,
  during: () => Promise<void>,
  act: Restriction['act'] = 'narrow',
): Promise<void> => {
  const { agents, clock } = server.behalf.services;
  const at = clock.now();
  const owner = String((await agents.get(clientId))?.document.owner);
  const ordered = { response: `rsp_${act}`, at, until: at + 3600 };
  await agents.restrict(clientId, { act, ...ordered, resources: [], people: [], ...past }, { caller: 'system' });
  try {
    await during();
  } finally {
    await agents.endRestriction(clientId, { ...ordered, owner }, OPERATOR);
  }
};

const NARROWED = {
  status: 400,
  body: {
    error: 'access_denied',
    denial: {
      ...{ layer: 'response', reason: 'narrowed_by_response' },
      remedies: [{ kind: 'contact', whom: 'operator', page: '/console/responses' }],
    },
  },
};
const GIVEN = { status: 200 };
const isActive = async (at: 'calendar' | 'files', token: string): Promise<unknown> =>
  (await family.calls.introspect(family[at].credential, token)).body['active'];
const refusalsOf = async ({ clientId }: Identity) =>
  (await server.events('token.refused')).filter(({ caller }) => caller === clientId);

describe('a narrowed agent', () => {
  test('refreshes and exchanges where it did before, and nowhere else; each refusal is one event', async () => {
    const { agent, calendar, files, tokens, refresh, exchange } = family;
    const person = family.accountId;
    const before = (await refusalsOf(agent)).length;
    await restricted(agent, { resources: [calendar.identifier], people: [person] }, async () => {
      expect(await refresh('own', calendar.identifier)).toMatchObject(GIVEN);
      expect(await exchange(agent, tokens.appCalendar, calendar.identifier)).toMatchObject(GIVEN);
      expect(await exchange(agent, tokens.appFiles, files.identifier)).toMatchObject(NARROWED);
    });
    await restricted(agent, { resources: [files.identifier], people: [person] }, async () => {
      expect(await refresh('own', calendar.identifier)).toMatchObject(NARROWED);
    });
    const refused = (await refusalsOf(agent)).slice(before);
    expect(refused.map(({ denial }) => [denial?.layer, denial?.reason])).toEqual([
      ['response', 'narrowed_by_response'],
      ['response', 'narrowed_by_response'],
    ]);
    expect(await exchange(agent, tokens.appFiles, files.identifier)).toMatchObject(GIVEN);
    expect(await refresh('own', calendar.identifier)).toMatchObject(GIVEN);
  });

  test('gets nothing for a person for whom it had not acted, and does not ask that person', async () => {
    const { agent, calendar, files, tokens, refresh, exchange } = family;
    const all = { resources: [calendar.identifier, files.identifier], people: ['acc_other'] };
    await restricted(agent, all, async () => {
      expect(await refresh('own', calendar.identifier)).toMatchObject(NARROWED);
      expect(await exchange(agent, tokens.appCalendar, calendar.identifier)).toMatchObject(NARROWED);
    });
    const stranger = await scene.newAgent('Newcomer');
    const subject = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
    await restricted(stranger, { resources: [scene.opaque.identifier] }, async () => {
      // Without a restriction this asks the person to consent.
      const answer = await scene.calls.exchange(scene.keyed(stranger), subject, scene.opaque.identifier);
      expect(answer).toMatchObject(NARROWED);
    });
    const asked = await scene.calls.exchange(scene.keyed(stranger), subject, scene.opaque.identifier);
    expect(asked.body).toMatchObject({ error: 'consent_required' });
  });

  test('gets no token for itself at another API', async () => {
    const agent = await scene.newAgent('Itself');
    const asked = (resource: string): Promise<Answer> =>
      scene.calls.token(scene.keyed(agent), { grant_type: 'client_credentials', resource, scope: 'read' });
    await restricted(agent, { resources: [scene.jwt.identifier] }, async () => {
      expect(await asked(scene.jwt.identifier)).toMatchObject(GIVEN);
      expect(await asked(scene.opaque.identifier)).toMatchObject(NARROWED);
    });
    expect(await asked(scene.opaque.identifier)).toMatchObject(GIVEN);
  });

  test('its tokens from before are inactive at once where they are for what is new, and no others', async () => {
    const { agent, calendar, tokens } = family;
    const past = { resources: [calendar.identifier], people: [family.accountId] };
    await restricted(agent, past, async () => {
      expect([await isActive('calendar', tokens.agentCalendar), await isActive('files', tokens.agentFiles)]).toEqual([
        ...[true, false],
      ]);
      // The app of the person is no part of it.
      expect(await isActive('files', tokens.appFiles)).toBe(true);
    });
    const { endsOf } = await import('../../src/domain/authority/revocation-feed/ends-of-events.ts');
    const event = (await server.events('agent.restricted')).at(-1);
    expect(event).toMatchObject({ agent: agent.clientId, inputs: { act: 'narrow' } });
    expect(endsOf(event as never)).toEqual([{ kind: 'party', id: agent.clientId }]);
    expect(await isActive('files', tokens.agentFiles)).toBe(true);
  });

  test('does not get a scope that it was not given before, and gets the others', async () => {
    const agent = await scene.newAgent('Scoped');
    const { identifier: resource } = scene.jwt;
    const asked = (scope?: string): Promise<Answer> =>
      scene.calls.token(scene.keyed(agent), {
        ...{ grant_type: 'client_credentials', resource },
        ...(scope === undefined ? {} : { scope }),
      });
    const [before] = [await asked()];
    const scopes = String(before.body['scope']).split(' ');
    expect(scopes.length).toBeGreaterThan(1);
    const [known = '', other = ''] = scopes;
    const refused = (await refusalsOf(agent)).length;
    await restricted(agent, { resources: [resource], rights: [rightOf(known, resource)] }, async () => {
      expect((await asked()).body['scope']).toBe(known);
      expect(await asked(other)).toMatchObject(NARROWED);
    });
    expect((await refusalsOf(agent)).slice(refused).map(({ denial }) => denial?.layer)).toEqual(['response']);
    expect((await asked(other)).body['scope']).toBe(other);
  });

  test('agents below it use nothing that was not used below it before: their tokens are inactive, and new ones refused', async () => {
    const { agent, subAgent, calendar, files, tokens, exchange } = family;
    const people = [family.accountId];
    const below = () => exchange(subAgent, tokens.agentCalendar, calendar.identifier);
    const used = { resources: [calendar.identifier, files.identifier], people };
    await restricted(agent, used, async () => {
      expect(await below()).toMatchObject(GIVEN);
      expect(await isActive('files', tokens.subFiles)).toBe(true);
    });
    await restricted(agent, { ...used, resources: [calendar.identifier] }, async () => {
      expect(await isActive('files', tokens.subFiles)).toBe(false);
      expect(await isActive('calendar', tokens.subCalendar)).toBe(true);
      const answer = await exchange(subAgent, tokens.agentFiles, files.identifier);
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
    });
    await restricted(agent, { people, resources: [calendar.identifier], usedBelow: [files.identifier] }, async () => {
      expect([await isActive('files', tokens.subFiles), await isActive('files', tokens.agentFiles)]).toEqual([
        true,
        false,
      ]);
    });
    expect(await below()).toMatchObject(GIVEN);
  });

  test('an API that asks with AuthZEN hears of it, too', async () => {
    const { agent, calendar, tokens } = family;
    const authzen = await authZenClient(server.issuer, () => {
      const { clientId, secret } = calendar.credential as { readonly clientId: string; readonly secret: string };
      return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    });
    const asked = async () =>
      (
        await authzen.evaluate({
          ...{ subject: { type: 'account', id: family.accountId }, action: { name: 'read' } },
          resource: { type: 'resource_server', id: calendar.identifier },
          context: { token: tokens.agentCalendar },
        })
      ).body['decision'];
    expect(await asked()).toBe(true);
    await restricted(agent, { people: [family.accountId] }, async () => expect(await asked()).toBe(false));
    expect(await asked()).toBe(true);
  });

  test('is lifted over the API by an operator, not by its owner, and shown with its restrictions', async () => {
    const { management } = scene;
    const agent = await scene.newAgent('Shown');
    const { agents, clock } = server.behalf.services;
    const at = clock.now();
    const restriction = { act: 'narrow', response: 'rsp_shown_one', at, until: at + 3600 } as const;
    const past = { resources: [scene.jwt.identifier], people: [], hasAllPeople: true } as const;
    await agents.restrict(agent.clientId, { ...restriction, ...past }, { caller: 'system' });
    const { RESPONSES } = await import('../../src/domain/governance/responses/response.ts');
    await server.behalf.services.documents.collection<{ readonly id: string }>(RESPONSES as never).insert({
      ...{ id: 'rsp_shown_one', rule: 'rrl_1', ruleName: 'New', agent: agent.clientId, agentName: 'Shown' },
      ...{ owner: scene.accountId, act: 'narrow', state: 'open', slot: 'x', values: {}, evidence: [] },
      ...{ until: at + 3600, past, eventAt: at, createdAt: at, updatedAt: at },
    } as never);
    expect((await management.call('GET', `/agents/${agent.clientId}`)).body).toMatchObject({
      ...{ state: 'active', restrictions: [restriction] },
    });
    const path = '/responses/rsp_shown_one';
    expect((await management.call('GET', path)).body).toMatchObject({
      ...{ state: 'open', until: at + 3600, already: false },
      past: { resources: [scene.jwt.identifier], all_resources: false, people: 0, all_people: true },
    });
    const ofOwner = await management.newScript(scene.accountId);
    const refused = await management.call('POST', `${path}/lift`, undefined, {}, ofOwner);
    expect([refused.status, refused.body['reason']]).toEqual([403, 'agent_restricted']);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ note: 'liftResponse' });
    const lifted = await management.call('POST', `${path}/lift`);
    expect([lifted.status, lifted.body['state'], lifted.body['past']]).toEqual([200, 'lifted', undefined]);
    expect((await management.call('GET', `/agents/${agent.clientId}`)).body).not.toHaveProperty('restrictions');
    expect((await management.call('POST', `${path}/lift`)).body['reason']).toBe('response_not_open');
    expect((await server.events('response.lifted')).at(-1)).toMatchObject({ agent: agent.clientId, outcome: 'done' });
  });

  test('a response that the brake kept back shows no restriction, though it keeps the past for a later one', async () => {
    const { RESPONSES } = await import('../../src/domain/governance/responses/response.ts');
    await server.behalf.services.documents.collection<{ readonly id: string }>(RESPONSES as never).insert({
      ...{
        id: 'rsp_braked_one',
        rule: 'rrl_1',
        ruleName: 'New',
        agent: 'agt_x',
        agentName: 'X',
        owner: scene.accountId,
      },
      ...{ act: 'narrow', state: 'notified', isBraked: true, slot: 'y', values: {}, evidence: [] },
      ...{ until: 9e9, past: { resources: [], people: [] }, eventAt: 1, createdAt: 1, updatedAt: 1 },
    } as never);
    const { body } = await scene.management.call('GET', '/responses/rsp_braked_one');
    expect(body).toMatchObject({ state: 'notified', braked: true });
    expect([body['until'], body['past']]).toEqual([undefined, undefined]);
  });

  test('has no member that its owner could write: the API refuses it', async () => {
    const agent = await scene.newAgent('Written');
    const path = `/agents/${agent.clientId}`;
    const { headers } = await scene.management.call('GET', path);
    const answer = await scene.management.call(
      'PATCH',
      path,
      { restrictions: [] },
      { 'if-match': String(headers.get('etag')) },
    );
    expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer: '/restrictions' }]]);
  });
});

describe('an agent whose new acts people approve', () => {
  let world: ApprovalsWorld;
  let own: RunningServer;
  beforeAll(async () => {
    own = await runServer();
    world = await approvalsWorld(own);
  }, 120_000);
  afterAll(() => own?.close());

  const asking = async (agent: Identity, past: Partial<Past>): Promise<void> => {
    const { agents, clock } = own.behalf.services;
    const at = clock.now();
    await agents.restrict(
      agent.clientId,
      { ...{ act: 'approve', response: 'rsp_1', at, until: at + 3600, resources: [], people: [] }, ...past },
      { caller: 'system' },
    );
  };

  test('waits for the person and the owner about what is new; neither approves alone, both give one token', async () => {
    const boss = await world.management.createAccount({ username: 'boss', name: 'Boss' });
    const agent = await world.newAgent('Asking', { owner: boss.id });
    const allowed = await world.allow(agent, 'openid balance');
    expect((await world.want(agent, allowed, { scope: 'balance' })).status).toBe(200);
    await asking(agent, { resources: [BANK], people: [world.accountId] });
    // What it did before, at low risk, goes on.
    expect((await world.want(agent, allowed, { scope: 'balance' })).status).toBe(200);
    await own.behalf.services.agents.endRestriction(
      agent.clientId,
      { response: 'rsp_1', at: 0, until: 1, owner: boss.id },
      { caller: 'system' },
    );
    await asking(agent, { people: [world.accountId] });
    const refused = await world.want(agent, allowed, { scope: 'balance' });
    expect(refused).toMatchObject({
      status: 400,
      body: { denial: { layer: 'approval', reason: 'approval_required' } },
    });
    const remedy = approvalRemedy(refused);
    const [approval] = await world.open(agent);
    expect(approval).toMatchObject({
      ...{ approvers: [world.accountId, boss.id], mustAgree: world.accountId },
      requires: { quorum: 2 },
    });
    const poll = () =>
      world.calls.token(world.keyed(agent), { grant_type: remedy.grant_type, auth_req_id: remedy.auth_req_id });
    expect((await poll()).body['error']).toBe('authorization_pending');
    const state = async () => (await world.service.find(remedy.auth_req_id, agent.clientId))?.state;
    await world.approve(approval as never, boss.id);
    expect(await state()).toBe('pending');
    await expect(world.approve(approval as never, boss.id)).rejects.toMatchObject({ code: expect.any(String) });
    await world.approve(approval as never);
    expect(await state()).toBe('approved');
    const approved = (await own.events('approval.approved')).filter(({ agent: id }) => id === agent.clientId);
    expect(approved.map(({ inputs }) => inputs?.['channel'])).toEqual(['token_exchange', 'token_exchange']);
    expect(approved.map(({ caller, inputs }) => [caller, inputs?.['isEnough']]).toSorted()).toEqual(
      [
        [boss.id, false],
        [world.accountId, true],
      ].toSorted(),
    );
  });

  test('asks no person, and uses no approval that people gave before, while approvals are withheld', async () => {
    const agent = await world.newAgent('Withheld');
    const allowed = await world.allow(agent, 'openid balance pay');
    const first = await world.want(agent, allowed, { scope: 'pay' });
    const remedy = approvalRemedy(first);
    const [approval] = await world.open(agent);
    await world.approve(approval as never);
    const { agents, clock } = own.behalf.services;
    const at = clock.now();
    const past = { resources: [BANK], people: [world.accountId] };
    const ordered = { response: 'rsp_2', at, until: at + 3600 };
    await agents.restrict(agent.clientId, { act: 'withhold', ...ordered, ...past }, { caller: 'system' });
    const poll = () =>
      world.calls.token(world.keyed(agent), { grant_type: remedy.grant_type, auth_req_id: remedy.auth_req_id });
    const { status, body } = NARROWED;
    const { layer, reason } = body.denial;
    expect(await poll()).toMatchObject({ status, body: { error: body.error, denial: { layer, reason } } });
    const asked = await world.want(agent, allowed, { scope: 'pay' });
    const remedies = [...body.denial.remedies, { kind: 'narrow', scope: 'balance' }];
    expect(asked).toMatchObject({ status, body: { error: body.error, denial: { layer, reason, remedies } } });
    expect(await world.open(agent)).toEqual([]);
    expect((await world.want(agent, allowed, { scope: 'balance' })).status).toBe(200);
    const refused = (await own.events('token.refused')).filter(({ caller }) => caller === agent.clientId);
    expect(refused.slice(-2).map(({ denial }) => denial?.reason)).toEqual([
      ...['narrowed_by_response', 'narrowed_by_response'],
    ]);
  });

  test('names who lifts it, and no approval, where people would approve what is of low risk', async () => {
    const blueprint = await world.management.createBlueprint({
      ...{ name: 'Asks each time', purpose: 'Pays the bills', ceilings: { approvals: { [BANK]: ['balance'] } } },
    });
    const agent = await world.newAgent('Asking');
    const allowed = await world.allow(agent, 'openid balance pay');
    const { agents, clock, documents } = own.behalf.services;
    await update(documents.collection<Agent>(AGENTS), agent.clientId, (one) => ({ ...one, blueprint: blueprint.id }));
    const ordered = { response: 'rsp_3', at: clock.now(), until: clock.now() + 3600 };
    const past = { resources: [BANK], people: [world.accountId] };
    await agents.restrict(agent.clientId, { act: 'withhold', ...ordered, ...past }, { caller: 'system' });
    expect(await world.want(agent, allowed, { scope: 'balance' })).toMatchObject(NARROWED);
    expect(await world.open(agent)).toEqual([]);
    const refused = (await own.events('token.refused')).filter(({ caller }) => caller === agent.clientId);
    expect(refused.map(({ denial }) => denial)).toMatchObject([{ layer: 'response', reason: 'narrowed_by_response' }]);
  });

  test('a standing approval does not cover it meanwhile', async () => {
    const agent = await world.newAgent('Standing');
    await world.allow(agent, 'openid balance pay');
    const ask = async () => {
      const answer = await world.calls.backchannel(world.keyed(agent), {
        ...{ scope: 'openid pay', resource: BANK, login_hint: world.person.username },
      });
      const found = await world.service.find(String(answer.body['auth_req_id']), agent.clientId);
      if (!found) throw new Error(`no approver is asked: ${answer.status} ${answer.text}`);
      return found;
    };
    const first = await ask();
    const approved = await world.approve(first);
    await world.standing.give(world.accountId, approved, { uses: 10, seconds: 3600 }, [], 'req_test');
    expect((await ask()).state).toBe('approved');
    await asking(agent, { resources: [BANK], people: [world.accountId] });
    expect((await ask()).state).toBe('pending');
  });
});

test('holds at each node from the answer on, and is gone there after the lift, though no node hears of another', async () => {
  const running = await memoryNodes(2, { isTold: false });
  try {
    const { nodes, issuer } = running;
    const there = await makeScene(running);
    const { clientId, key } = there.agent;
    const asked = (): Promise<readonly (readonly [number, unknown])[]> =>
      Promise.all(
        nodes.map(async ({ port }) => {
          const { status, body } = answerOfToken(
            await answerOf(
              await fetch(`http://localhost:${port}/token`, {
                method: 'POST',
                body: formOf({
                  ...{ grant_type: 'client_credentials', resource: there.jwt.identifier, scope: 'read' },
                  ...{ client_id: clientId, client_assertion_type: CLIENT_ASSERTION_TYPE },
                  client_assertion: await clientAssertion({ clientId, key }, issuer),
                }),
              }),
            ),
          );
          return [status, body] as const;
        }),
      );
    const token = [200, undefined];
    const refused = [400, 'narrowed_by_response'];
    expect(await asked()).toEqual([token, token]);
    const { agents, clock } = nodes[1].behalf.services;
    const at = clock.now();
    const ordered = { response: 'rsp_nodes', at, until: at + 600 };
    await agents.restrict(clientId, { act: 'narrow', ...ordered, resources: [], people: [] }, { caller: 'system' });
    expect(await asked()).toEqual([refused, refused]);
    const owner = there.accountId;
    await nodes[0].behalf.services.agents.endRestriction(clientId, { ...ordered, owner }, OPERATOR);
    expect(await asked()).toEqual([token, token]);
  } finally {
    await running.close();
  }
}, 120_000);

/** The status, and the reason of a denial. */
const answerOfToken = ({ status, body }: Answer) => ({
  status,
  body: (body['denial'] as { readonly reason?: string } | undefined)?.reason,
});
