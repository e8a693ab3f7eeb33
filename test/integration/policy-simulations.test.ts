/** Policies tried before they count, over HTTP: on a decision that no request asked for, and on those that were made. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Line = Readonly<Record<string, unknown>> & { readonly summary?: Readonly<Record<string, unknown>> };

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
}, 60_000);
afterAll(() => server?.close());

const call = (path: string, body: unknown) => scene.management.call('POST', path, body);
const simulate = async (more: object = {}) => {
  const asked = { caller: scene.agent.clientId, subject: scene.accountId, resource: scene.jwt.identifier, ...more };
  return call('/policy/simulations', asked);
};
const replayed = async (body: object) => {
  const answer = await call('/policy/replays', body);
  return {
    ...answer,
    lines: answer.text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line])),
  };
};
const forbidding = (scope: string): string =>
  `@id("all")
permit (principal, action, resource) when { context.depth < 9 };
@id("no-${scope}")
@reason("Not this one.")
forbid (principal is Agent, action == Action::"act", resource) when { resource.name == "${scope}" };
`;
const eventsOf = async (type: Parameters<RunningServer['events']>[0]) => {
  await server.settled();
  return server.events(type);
};

describe('a simulation', () => {
  test('says layer by layer why an agent without consent gets nothing, and what would change that', async () => {
    const { status, body } = await simulate({ scope: ['read', 'write', 'delete'] });
    expect([status, body['scope'], body['route'], body['version'], body['enforced']]).toEqual([
      200,
      [],
      'token_exchange',
      1,
      true,
    ]);
    const layers = Object.fromEntries(
      (body['layers'] as { layer: string }[]).map(({ layer, ...rest }) => [layer, rest]),
    );
    expect(layers).toMatchObject({
      agent: { counts: true, leaves: ['read', 'write'] },
      delegation: { counts: true, leaves: [] },
      subject_token: { counts: false, why: expect.any(String) },
    });
    const changes = body['changes'] as { scope: string; steps: { layer: string; text: string }[] }[];
    expect(Object.fromEntries(changes.map(({ scope, steps }) => [scope, steps.map(({ layer }) => layer)]))).toEqual({
      read: ['delegation'],
      write: ['delegation'],
      delete: ['agent', 'delegation', 'policy'],
    });
    expect(changes.find(({ scope }) => scope === 'delete')?.steps.map(({ text }) => text)).toEqual([
      `Agent ${scene.agent.clientId}: give it delete at ${scene.jwt.identifier}.`,
      `The person consents: ${scene.agent.clientId} may have delete at ${scene.jwt.identifier}.`,
      'An approval, as agents-high-risk asks for.',
    ]);
  });

  test('leaves nothing behind: no token, no event, no draft', async () => {
    const before = (await eventsOf('token.issued')).length;
    expect((await simulate({ assume_consent: true, text: forbidding('write') })).body).toMatchObject({
      scope: ['read'],
      policies: expect.arrayContaining([
        {
          scope: 'write',
          effect: 'deny',
          by: [{ id: 'no-write', effect: 'forbid', annotations: { id: 'no-write', reason: 'Not this one.' } }],
        },
      ]),
    });
    expect((await eventsOf('token.issued')).length).toBe(before);
    expect((await scene.management.call('GET', '/policy-sets')).body['items']).toHaveLength(1);
  });

  test('decides as the grants do', async () => {
    const { status, body } = await call('/policy/simulations', {
      caller: scene.agent.clientId,
      resource: scene.jwt.identifier,
      policy: 'active',
    });
    const real = await scene.calls.token(scene.keyed(scene.agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    expect([status, (body['scope'] as string[]).join(' ')]).toEqual([200, real.body['scope']]);
  });

  test('takes what is assumed: an approval, a sign-in, a moment', async () => {
    const text = `@id("day") @acr("urn:behalf:acr:multi-factor") @max_age("60") @approval("required")
permit (principal, action, resource) when { context.hour == 12 };`;
    const noon = 1_800_014_400;
    const all = {
      text,
      assume_consent: true,
      scope: ['read'],
      at: noon,
      approval: { approvers: 1 },
      assurance: { acr: 'urn:behalf:acr:multi-factor', amr: ['pwd', 'otp'], auth_time: noon - 30 },
    };
    expect((await simulate(all)).body['scope']).toEqual(['read']);
    for (const [without, step] of [
      [{ at: noon + 3600 }, 'No policy permits it: one that does has to be written.'],
      [{ approval: undefined }, 'An approval, as day asks for.'],
      [
        { assurance: undefined },
        'A sign-in of the person with urn:behalf:acr:multi-factor, at most 60 seconds ago, as day asks for.',
      ],
    ] as const) {
      const { body } = await simulate({ ...all, ...without });
      expect(body['scope']).toEqual([]);
      expect(body['changes']).toMatchObject([{ steps: [{ text: step }] }]);
    }
  });

  test('a suspended agent gets nothing, with the reason', async () => {
    const { clientId } = await scene.newAgent('Sleeper');
    expect((await scene.management.call('POST', `/agents/${clientId}/suspend`)).status).toBe(200);
    const { body } = await simulate({ caller: clientId, assume_consent: true });
    expect([body['scope'], body['stops']]).toEqual([
      [],
      [`${clientId} is suspended, so the server refuses all its requests.`],
    ]);
  });

  test.each([
    [{ text: 'permit (' }, '/text'],
    [{ text: forbidding('x'), policy: 1 }, '/text'],
    [{ policy: 999 }, '/policy'],
    [{ policy: '../x' }, '/policy'],
    [{ resource: 'https://nowhere.example.com' }, '/resource'],
    [{ caller: 'agt_unknown' }, '/caller'],
    [{ subject: 'acc_nobody' }, '/subject'],
    [{ assurance: { acr: 'a' } }, '/assurance/auth_time'],
    [{ wish: 1 }, '/wish'],
  ])('names what is wrong: %j', async (wrong, pointer) => {
    const { status, body } = await simulate(wrong);
    expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe('a replay', () => {
  test('says which decisions over HTTP a draft would have made otherwise, by agent and scope', async () => {
    const { clientId } = scene.agent;
    const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    for (let n = 0; n < 3; n += 1) expect((await scene.calls.token(scene.keyed(scene.agent), own)).status).toBe(200);
    const other = await scene.newAgent('Bystander');
    expect((await scene.calls.token(scene.keyed(other), { ...own, scope: 'read' })).status).toBe(200);
    await server.settled();

    const same = await replayed({ policy: 1, agent: clientId });
    expect(same.headers.get('content-type')).toContain('application/x-ndjson');
    expect(same.lines.at(-1)?.summary).toMatchObject({ changed: 0, by_caller: [], examples: [] });

    const { status, lines } = await replayed({ text: forbidding('write') });
    expect(status).toBe(200);
    expect(lines[0]).toMatchObject({ read: 0, changed: 0, share: 0 });
    expect(lines.at(-2)).toMatchObject({ share: 1 });
    const { summary } = lines.at(-1) as { summary: Record<string, Record<string, unknown>[]> };
    expect(summary['by_caller']?.find(({ caller }) => caller === clientId)).toMatchObject({ allowed: 0 });
    expect(Number(summary['by_caller']?.find(({ caller }) => caller === clientId)?.['refused'])).toBeGreaterThanOrEqual(
      3,
    );
    expect(summary['by_caller']?.find(({ caller }) => caller === other.clientId)).toBeUndefined();
    const decisions = (summary['by_caller'] ?? []).reduce((sum, { changed }) => sum + Number(changed), 0);
    expect(decisions).toBe(Number(summary['changed']));
    expect(summary['by_scope']).toMatchObject([{ resource: scene.jwt.identifier, scope: 'write', allowed: 0 }]);
    expect(summary['examples']?.[0]).toMatchObject({ caller: expect.any(String), refused: ['write'], allowed: [] });
    expect((await eventsOf('policy.replayed')).at(-1)).toMatchObject({ inputs: { draft: true } });
  });

  test('takes no decision before its beginning, and of no other agent', async () => {
    const now = Math.floor(Date.now() / 1000);
    const past = await replayed({ text: forbidding('write'), since: now - 90_000, until: now - 86_000 });
    expect(past.lines.at(-1)?.summary).toMatchObject({ read: 0, changed: 0 });
    const none = await replayed({ text: forbidding('write'), agent: 'agt_unknown' });
    expect(none.lines.at(-1)?.summary).toMatchObject({ read: 0 });
  });

  test.each([
    [{ text: 'permit (' }, '/text'],
    [{ policy: 999 }, '/policy'],
    [{ since: 20, until: 10 }, '/since'],
    [{ since: 0 }, '/since'],
  ])('refuses before it begins, and can be run again: %j', async (wrong, pointer) => {
    const { status, body } = await call('/policy/replays', wrong);
    expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, pointer]);
    expect((await replayed({})).status).toBe(200);
  });

  test('one at a time: another has to wait; a client that disconnects ends it', async () => {
    const url = new URL(`${server.issuer}/api/v1/policy/replays`);
    const token = await scene.management.accessToken();
    const { audit } = server.behalf.services;
    // The first one is held where it reads the audit log; it has sent its first line by then.
    const held = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const { list } = audit;
    let reads = 0;
    Object.assign(audit, {
      async list(filters: Parameters<typeof list>[0]) {
        reads += 1;
        began.resolve();
        await held.promise;
        return { ...(await list(filters)), next: { value: 1, id: 'x' } };
      },
    });
    const sent = request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    sent.on('error', () => undefined);
    sent.end('{}');
    await began.promise;
    const waiting = await call('/policy/replays', {});
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '30']);
    const gone = once(sent, 'close');
    sent.destroy();
    await gone;
    // What it reads would never end.
    held.resolve();
    let status = 429;
    for (let attempt = 0; status === 429 && attempt < 500; attempt += 1) {
      Object.assign(audit, { list });
      status = (await replayed({})).status;
    }
    expect(status).toBe(200);
    expect(reads).toBeLessThan(100);
  });

  test('needs the right to read policies', async () => {
    const { body } = await scene.calls.token(scene.keyed(scene.agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    const answer = await fetch(`${server.issuer}/api/v1/policy/replays`, {
      method: 'POST',
      headers: { authorization: `Bearer ${body['access_token']}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(401);
  });
});

test('an exchange that needed consent is replayed as it was asked', async () => {
  const app = await scene.newTokens(scene.jwt.identifier);
  await scene.consentToAgent(scene.agent, String(app['access_token']), scene.opaque.identifier);
  const { status } = await scene.calls.token(scene.keyed(scene.agent), {
    grant_type: EXCHANGE,
    subject_token: String(app['access_token']),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: scene.opaque.identifier,
    scope: 'read',
  });
  expect(status).toBe(200);
  await server.settled();
  const { lines } = await replayed({ text: forbidding('read'), agent: scene.agent.clientId });
  const { summary } = lines.at(-1) as { summary: Record<string, Record<string, unknown>[]> };
  expect(summary['by_scope']).toContainEqual(
    expect.objectContaining({ resource: scene.opaque.identifier, scope: 'read', allowed: 0 }),
  );
});

describe('a simulation of the use of this server', () => {
  const rule = (action: string, when: string): string =>
    `@id("all")
permit (principal, action, resource) when { context.depth < 9 };
@id("ruled-out")
@reason("Not here.")
forbid (principal, action == Action::"${action}", resource) when { ${when} };
`;
  const use = (body: object) => call('/policy/simulations', body);
  const said = ({ body }: Answer) => ({
    scope: body['scope'],
    layers: (body['layers'] as { layer: string; leaves?: string[] }[]).map(({ layer, leaves }) => [layer, leaves]),
    by: (body['policies'] as { by: { id: string }[] }[]).map(({ by }) => by.map(({ id }) => id)),
    steps: (body['changes'] as { steps: { text: string }[] }[]).flatMap(({ steps }) => steps.map(({ text }) => text)),
  });

  test('says whether a user may register an agent, and what would have to change', async () => {
    const text = rule('register', 'context.environment == "production" && !context.credentials.contains("federated")');
    const register = { environment: 'production', owner: scene.accountId };
    const no = await use({ caller: scene.accountId, register, text });
    expect([no.status, no.body['route'], no.body['enforced']]).toEqual([200, 'registration', true]);
    expect(said(no)).toEqual({
      scope: [],
      layers: [
        ['role', ['register']],
        ['policy', []],
      ],
      by: [['ruled-out']],
      steps: ['This policy forbids it: ruled-out.'],
    });
    const federated = { ...register, credentials: ['federated'] };
    expect(said(await use({ caller: scene.accountId, register: federated, text }))).toMatchObject({
      scope: ['register'],
      by: [['all']],
      steps: [],
    });
  });

  test('says whether a role or a policy refuses a call, or both', async () => {
    const text = rule('administer', 'context.scope == "groups:write" && principal is Account');
    const administer = { operation: 'createGroup' };
    expect(said(await use({ caller: scene.accountId, administer, text }))).toEqual({
      scope: [],
      layers: [
        ['role', []],
        ['policy', []],
      ],
      by: [['ruled-out']],
      steps: [`Give ${scene.accountId} the role administrator or operator.`, 'This policy forbids it: ruled-out.'],
    });
    const own = { operation: 'suspendAgent', target: scene.agent.clientId };
    const mine = await use({ caller: scene.accountId, administer: own, text });
    expect(said(mine)).toMatchObject({ scope: ['suspendAgent'], steps: [] });
    expect((mine.body['layers'] as object[])[0]).toMatchObject({ why: 'without a role only for what is its own' });
  });

  test('says whether a user may approve, scope by scope; one denied scope denies the whole', async () => {
    const text = rule('approve', 'resource.name == "write" && context.self');
    const approve = { agent: scene.agent.clientId, resource: scene.jwt.identifier, scope: ['write', 'read'] };
    const answer = await use({ caller: scene.accountId, approve, text });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      {
        route: 'approval',
        scope: [],
        removed: [{ scope: 'write', layer: 'policy', policies: ['ruled-out'] }],
        layers: [
          { layer: 'role', counts: false, why: 'an approver approves' },
          { layer: 'policy', leaves: ['read'] },
        ],
        policies: [
          { scope: 'read', effect: 'allow' },
          { scope: 'write', effect: 'deny' },
        ],
        changes: [{ scope: 'write', steps: [{ text: 'This policy forbids it: ruled-out.' }] }],
      },
    ]);
    const read = { ...approve, scope: ['read'] };
    expect((await use({ caller: scene.accountId, approve: read, text })).body).toMatchObject({
      scope: ['read'],
      changes: [],
    });
    expect((await use({ caller: scene.accountId, approve })).body).toMatchObject({
      scope: ['read', 'write'],
      version: 1,
    });
    // Of her consent besides those who approve she can be asked where she may approve nothing for herself.
    const selfless = rule('approve', 'resource.name == "write" && context.self && !context.consent');
    const asConsent = { ...approve, consent: true };
    expect((await use({ caller: scene.accountId, approve, text: selfless })).body).toMatchObject({ scope: [] });
    expect((await use({ caller: scene.accountId, approve: asConsent, text: selfless })).body).toMatchObject({
      scope: ['read', 'write'],
    });
  });

  test.each([
    ['agent', { agent: 'agt_x' }],
    ['resource', { resource: 'https://nowhere.example' }],
    ['scope', { scope: ['nothing'] }],
    ['subject', { subject: 'acc_x' }],
    ['for', { for: 'acc_x' }],
  ])('of an approval: names the %s that is not there', async (member, wrong) => {
    const approve = { agent: scene.agent.clientId, resource: scene.jwt.identifier, scope: ['read'], ...wrong };
    const { status, body } = await use({ caller: scene.accountId, approve });
    expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, `/approve/${member}`]);
  });

  test('of an approval: names the caller that is no person, or does not exist', async () => {
    const approve = { agent: scene.agent.clientId, resource: scene.jwt.identifier, scope: ['read'] };
    for (const caller of [scene.agent.clientId, scene.app.clientId, 'acc_x']) {
      const { status, body } = await use({ caller, approve });
      expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, '/caller']);
    }
  });

  test.each([
    ['token', { way: 'token', owner: 'OWNER' }],
    ['statement', { way: 'statement', kind: 'client' }],
    ['open', { way: 'open', kind: 'client', credentials: [] }],
    ['itself', { way: 'itself', owner: 'OWNER', change: true }],
  ])('of a registration without a role: %s', async (way, register) => {
    const asked = JSON.parse(JSON.stringify(register).replace('OWNER', scene.accountId)) as object;
    const no = await use({ register: asked, text: rule('register', `context.via == "${way}"`) });
    expect([no.status, no.body['scope'], no.body['layers']]).toMatchObject([
      200,
      [],
      [{ layer: 'role', counts: false, why: 'the caller does not use a role' }, { layer: 'policy' }],
    ]);
    expect((await use({ register: asked, text: rule('register', 'false') })).body['scope']).toEqual(['register']);
  });

  test('under the starter set what roles allow goes through, and nothing is left behind', async () => {
    const before = (await server.events()).length;
    const admin = (await scene.management.call('GET', '/accounts?username=admin')).body['items'] as { id: string }[];
    const caller = String(admin[0]?.id);
    for (const asked of [
      { register: {} },
      { register: { kind: 'client' } },
      { administer: { operation: 'rotateKeys' } },
    ]) {
      expect((await use({ caller, ...asked })).body).toMatchObject({ stops: [], changes: [], version: 1 });
    }
    await server.settled();
    expect((await server.events()).length).toBe(before);
  });

  test.each([
    [{}, '/resource'],
    [{ caller: 'acc_x', register: {}, administer: { operation: 'createGroup' } }, '/resource'],
    [{ administer: { operation: 'createGroup' } }, '/caller'],
    [{ caller: 'acc_x', administer: { operation: 'createGroup' } }, '/caller'],
    [{ caller: 'agt_x', register: {} }, '/caller'],
    [{ register: {} }, '/caller'],
    [{ caller: 'ACCOUNT', register: { blueprint: 'bpt_x' } }, '/blueprint'],
    [{ caller: 'ACCOUNT', administer: { operation: 'nothing' } }, '/administer/operation'],
    [{ caller: 'ACCOUNT', administer: { operation: 'createAgent' } }, '/administer/operation'],
    [{ caller: 'ACCOUNT', administer: { operation: 'createKill' } }, '/administer/operation'],
    [{ caller: 'ACCOUNT', administer: { operation: 'constructor' } }, '/administer/operation'],
    [{ caller: 'ACCOUNT', register: { kind: 'person' } }, '/register/kind'],
  ])('refuses %j, and names the member', async (body, pointer) => {
    const asked = JSON.parse(JSON.stringify(body).replace('ACCOUNT', scene.accountId)) as object;
    const { status, body: problem } = await use(asked);
    expect([status, (problem['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe('who could approve', () => {
  const approvers = (more: object = {}) =>
    call('/policy/approvers', {
      agent: scene.agent.clientId,
      subject: scene.accountId,
      resource: scene.jwt.identifier,
      scope: ['write'],
      ...more,
    });
  const people = (...usernames: readonly string[]): Promise<readonly string[]> =>
    Promise.all(
      usernames.map(async (username) =>
        String(
          (await scene.management.createAccount({ username, name: username, password: 'a long enough pass phrase' }))
            .id,
        ),
      ),
    );
  const group = async (name: string, members: readonly unknown[]): Promise<string> =>
    String((await scene.management.call('POST', '/groups', { name, members })).body['id']);

  test('is the subject, and policies permit it', async () => {
    const { status, body } = await approvers();
    expect([status, body]).toEqual([
      200,
      {
        is_possible: true,
        quorum: 1,
        must_agree: true,
        approvers: [{ account: scene.accountId, as: ['subject'], is_permitted: true, reasons: [], policies: [] }],
        is_enough: true,
        version: 1,
        enforced: true,
      },
    ]);
  });

  test('is each member of a group that policies name, but those excluded, and after an escalation others', async () => {
    const [eve, kim, lea] = await people('eve', 'kim', 'lea');
    const treasury = await group('Treasury', [eve, kim, scene.accountId]);
    const board = await group('Board', [lea, kim]);
    const text = `@id("write") @approval("required") @approvers("${treasury}") @approvers_except("subject")
@escalate_after("120") @escalate_to("${board}")
permit (principal, action == Action::"act", resource);
@id("approve") permit (principal, action == Action::"approve", resource);
@id("not-kim") @reason("Kim is in training.") forbid (principal == Account::"${kim}", action == Action::"approve", resource);`;
    const { body } = await approvers({ text });
    expect({ ...body, approvers: [] }).toEqual({
      is_possible: true,
      quorum: 1,
      must_agree: false,
      approvers: [],
      is_enough: true,
      enforced: true,
    });
    const found = body['approvers'] as { account: string }[];
    expect([...found].sort((a, b) => [eve, kim, lea].indexOf(a.account) - [eve, kim, lea].indexOf(b.account))).toEqual([
      { account: eve, as: [treasury], is_permitted: true, reasons: [], policies: [] },
      { account: kim, as: [treasury], is_permitted: false, reasons: ['Kim is in training.'], policies: ['not-kim'] },
      { account: lea, as: [board], after_seconds: 120, is_permitted: true, reasons: [], policies: [] },
    ]);
  });

  test('is no person where no approval grants it, and one who is not permitted where policies permit no approver', async () => {
    const none = await approvers({ text: '@id("none") forbid (principal, action, resource);' });
    expect(none.body).toMatchObject({ is_possible: false, approvers: [], is_enough: false });
    const text = '@id("act") permit (principal, action == Action::"act", resource);';
    expect((await approvers({ text })).body).toMatchObject({
      is_possible: true,
      approvers: [{ account: scene.accountId, is_permitted: false, policies: [] }],
      is_enough: false,
    });
  });

  test('is not enough people without the one on whose behalf the agent acts, nor with those of an escalation alone', async () => {
    const [noa, ole] = await people('noa', 'ole');
    const [pair, single] = [await group('Pair', [noa, ole]), await group('One of two', [noa, scene.accountId])];
    const two = `@id("two") forbid (principal, action == Action::"act", resource)
unless { context has approval && context.approval.approvers >= 2 };
@id("approve") permit (principal, action == Action::"approve", resource);`;
    const escalated = `@id("act") @approval("required") @approvers("${single}") @approvers_except("subject") @escalate_after("120") @escalate_to("${pair}")
permit (principal, action == Action::"act", resource);`;
    expect((await approvers({ text: `${escalated}\n${two}` })).body).toMatchObject({
      ...{ quorum: 2, must_agree: false, is_enough: false },
      approvers: [{ is_permitted: true }, { is_permitted: true }],
    });

    const agent = (await scene.newAgent('Of the pair', pair)).clientId;
    const act = '@id("act") permit (principal, action == Action::"act", resource);';
    expect((await approvers({ agent, text: `${act}\n${two}` })).body).toMatchObject({
      quorum: 2,
      must_agree: true,
      is_enough: true,
    });
    const selfless = `@id("not-self") forbid (principal, action == Action::"approve", resource) when { context.self };`;
    const without = (await approvers({ agent, text: `${act}\n${two}\n${selfless}` })).body;
    expect(without).toMatchObject({ quorum: 2, must_agree: true, is_enough: false });
    const able = (without['approvers'] as { account: string; is_permitted: boolean }[]).filter(
      (one) => one.is_permitted,
    );
    expect(able.map(({ account }) => account).sort()).toEqual([noa, ole].sort());
  });

  test.each([
    [{ agent: 'agt_unknown' }, '/agent'],
    [{ subject: 'acc_nobody' }, '/subject'],
    [{ resource: 'https://nowhere.example.com' }, '/resource'],
    [{ policy: '99' }, '/policy'],
    [{ scope: [] }, '/scope'],
  ])('names what does not exist: %j', async (wrong, pointer) => {
    const { status, body } = await approvers(wrong);
    expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe('behalf policy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-trials-'));
  const file = join(folder, 'draft.cedar');
  afterAll(() => rmSync(folder, { recursive: true }));
  const behalf = async (...argv: string[]) => {
    const written = { out: '', err: '' };
    const terminal = {
      out: (line: string) => {
        written.out += line;
      },
      err: (line: string) => {
        written.err += line;
      },
    };
    const code = await runCli(['policy', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
    return { code, ...written };
  };
  const tried = (...more: string[]) =>
    behalf(
      'simulate',
      '--agent',
      scene.agent.clientId,
      '--account',
      'ada',
      '--resource',
      scene.jwt.identifier,
      ...more,
    );

  test('try shows each layer and what would have to change; 3 is a denial', async () => {
    const { code, out } = await tried('--scope', 'read delete');
    expect(code).toBe(3);
    expect(out).toMatch(/^Policies: version 1\.\nGiven: {4}nothing\nRefused: {2}delete read\n/);
    expect(out).toMatch(/\nagent +read\n/);
    expect(out).toMatch(/\nsubject_token +does not apply: only if it is for the same resource\n/);
    expect(out).toMatch(/\ndelete +deny +agents-high-risk\n/);
    expect(out).toContain(`  read\n    The person consents: ${scene.agent.clientId} may have read`);
  });

  test('try takes a file, and a consent that was not given', async () => {
    writeFileSync(file, forbidding('write'));
    expect(await tried('--policy', file, '--assume-consent', '--scope', 'read')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Policies: a draft\.\nGiven: {4}read\n/),
    });
    expect((await tried('--policy', file, '--assume-consent', '--scope', 'write')).code).toBe(3);
    expect((await tried('--policy', '1', '--assume-consent', '--scope', 'write')).code).toBe(0);
    expect((await tried('--policy', join(folder, 'none'))).code).toBe(2);
    expect(JSON.parse((await tried('--json', '--assume-consent')).out)).toMatchObject({ scope: ['read', 'write'] });
  });

  test('simulations of register and administer exit with 0 for permitted and 3 for refused, by layer', async () => {
    writeFileSync(
      file,
      `@id("all") permit (principal, action, resource) when { context.depth < 9 };
@id("no-production") @reason("Not yet.") forbid (principal, action == Action::"register", resource)
when { context.environment == "production" };`,
    );
    const register = (...more: string[]) =>
      behalf('simulate', 'register', 'agent', '--as', 'ada', '--policy', file, ...more);
    expect(await register('--owner', 'ada', '--credential', 'federated')).toEqual({
      code: 0,
      err: '',
      out: `Policies: a draft.
It would be let through.

LAYER   SAYS                                          BY
role    yes, without a role only for what is its own  -
policy  yes                                           all
`,
    });
    const no = await register('--environment', 'production');
    expect([no.code, no.out]).toEqual([3, expect.stringContaining('This policy forbids it: no-production.')]);
    const call = await behalf('simulate', 'administer', 'rotateKeys', '--as', 'ada');
    expect([call.code, call.out]).toEqual([
      3,
      expect.stringMatching(/\nrole +no +-\npolicy +yes +apps-and-people-administer\n/),
    ]);
    expect((await behalf('simulate', 'administer', 'rotateKeys')).code).toBe(2);
    const suspends = (caller: string, target: string) =>
      behalf('simulate', 'administer', 'suspendAgent', '--as', caller, '--target', target);
    const [byName, byId] = [
      await suspends('Desk', 'Secretary'),
      await suspends(scene.app.clientId, scene.agent.clientId),
    ];
    expect([byName.code, byName.err, byName.out]).toEqual([3, '', byId.out]);
    expect((await suspends('Desk', 'Nowhere')).code).toBe(1);
    const asked = ['--agent', scene.agent.clientId, '--resource', scene.jwt.identifier, '--scope', 'read'];
    const yes = await behalf('simulate', 'approve', '--as', scene.accountId, ...asked);
    expect([yes.code, yes.out]).toEqual([0, expect.stringMatching(/It would be let through\.[\s\S]*people-approve/)]);
    const all = await behalf('simulate', 'approve', '--account', 'ada', ...asked);
    expect([all.code, all.out]).toEqual([0, expect.stringMatching(/People who must approve: 1[\s\S]*yes/)]);
    expect((await behalf('simulate', 'approve', ...asked)).code).toBe(2);
    for (const unused of [['--for', 'ada'], ['--consent']]) {
      expect((await behalf('simulate', 'approve', '--account', 'ada', ...unused, ...asked)).code).toBe(2);
    }
    expect((await behalf('simulate', 'register', 'agent', '--as', 'unknown')).code).toBe(1);
  });

  test('replay says how far it is, and then what would be otherwise', async () => {
    writeFileSync(file, forbidding('write'));
    const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(scene.keyed(scene.agent), own)).status).toBe(200);
    await server.settled();
    const { code, out, err } = await behalf('replay', file, '--since', '1d');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^ {2}0 % {2}0 decisions read, 0 would change\n[\s\S]*\n100 % {2}\d+ decisions read, \d+ would change\n$/,
    );
    expect(out).toMatch(/^\d+ of \d+ decisions would change \(\d+ were read\)\.\n/);
    expect(out).toMatch(/\n[1-9]\d* +0 +\d+ +Secretary\n/);
    expect(out).toMatch(new RegExp(`\\n0 +\\d+ +write +${scene.jwt.identifier}\\n`));
    expect((await behalf('replay', '1')).out).toMatch(/^0 of \d+ decisions would change \(\d+ were read\)\.\n$/);
    expect((await behalf('replay', file, '--since', 'soon')).code).toBe(2);
    expect((await behalf('replay', '999')).code).toBe(1);
  });
});
