/**
 * Composition: what an agent says or an attester attests about model, prompt and tools, and what follows when that differs
 * from what was declared. The clock stands still.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { assertionParameters, type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { activated } from '../support/approval-polls.ts';
import { attestedCalls, newCopy } from '../support/attested-instances.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Answer, EXCHANGE, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const BOOKING = {
  model: 'm-1',
  prompt_digest: digestOf('1'),
  tool_digests: { book: digestOf('2'), find: digestOf('3') },
};
const CHANGED = { ...BOOKING, prompt_digest: digestOf('4') };

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let attested: ReturnType<typeof attestedCalls>;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  attested = attestedCalls(scene.calls.endpoints);
});
afterAll(async () => {
  await server?.close();
  startClock();
});
beforeEach(() => advance(2_000));

let count = 0;
const newAgent = async (ceilings: object = {}, more: object = {}): Promise<Identity> => {
  count += 1;
  const key = await newKeyPair();
  const made = await scene.management.createAgent({
    name: `Composed ${count}`,
    owner: scene.accountId,
    purpose: 'Books trips',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials', EXCHANGE],
    authority: { [scene.jwt.identifier]: ['read', 'write'], [scene.opaque.identifier]: ['read', 'write'] },
    ceilings,
    ...more,
  });
  return { clientId: made.id, key };
};

/** A token for the agent itself, which says that it runs with `composition`. */
const ask = async (
  agent: Identity,
  composition: unknown,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const { issuer, token } = scene.calls.endpoints;
  const claims = composition === undefined ? {} : { claims: { composition } };
  return post(token, {
    client_id: agent.clientId,
    ...(await assertionParameters(agent, issuer, claims)),
    ...{ grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read', ...parameters },
  });
};

const read = async ({ clientId }: Identity) => (await scene.management.call('GET', `/agents/${clientId}`)).body;
const act = (agent: Identity, path: string, body: object = {}): Promise<Answer> =>
  scene.management.call('POST', `/agents/${agent.clientId}/${path}`, body);
const REFUSED = { status: 400, error: 'access_denied', event: 'token.refused' } as const;

describe('drift of what an agent declares about itself', () => {
  test('the first composition that it presents is its own, and the same in another order is no drift', async () => {
    const agent = await newAgent({ composition_drift: 'suspend' });
    const { events } = await audit.during(() => ask(agent, BOOKING));
    expect(events.map(({ type }) => type)).toEqual(['agent.composition_declared', 'token.issued']);
    const turned = { tools: ['find', 'book'], ...BOOKING };
    const digests = { find: digestOf('3'), book: digestOf('2') };
    const again = await audit.during(() => ask(agent, { ...turned, tool_digests: digests }));
    expect(again.events.map(({ type }) => type)).toEqual(['token.issued']);
    expect(await read(agent)).toMatchObject({
      state: 'active',
      composition: {
        version: 1,
        model: 'm-1',
        tools: ['book', 'find'],
        grade: 'declared',
        declared_by: agent.clientId,
      },
    });
  });

  test('note (default): it becomes its composition, and the difference is in the audit log and in the list', async () => {
    const agent = await newAgent();
    await ask(agent, BOOKING);
    const { result, events } = await audit.during(() => ask(agent, CHANGED));
    expect(result.status).toBe(200);
    const changes = [{ member: 'prompt', from: digestOf('1'), to: digestOf('4') }];
    expect(events[0]).toMatchObject({
      type: 'agent.composition_drifted',
      outcome: 'done',
      agent: agent.clientId,
      inputs: { action: 'note', grade: 'declared', changes },
    });
    const { body } = await scene.management.call('GET', `/agents/${agent.clientId}/compositions`);
    expect(body['items']).toMatchObject([
      { version: 2, changes },
      { version: 1, changes: [] },
    ]);
    expect(decodeJwt(String(result.body['access_token']))['composition']).toEqual({
      digest: ((await read(agent))['composition'] as { readonly digest: string }).digest,
      grade: 'declared',
    });
  });

  test('approve: nothing until the owner approves exactly what they saw; the approved one works meanwhile', async () => {
    const agent = await newAgent({ composition_drift: 'approve' });
    await ask(agent, BOOKING);
    const { answer, event } = await audit.refused(() => ask(agent, CHANGED), REFUSED);
    expect(answer.body['denial']).toMatchObject({
      layer: 'composition',
      reason: 'composition_not_approved',
      remedies: [{ kind: 'contact', whom: 'owner' }],
    });
    expect(event).toMatchObject({ agent: agent.clientId });
    expect((await ask(agent, BOOKING)).status).toBe(200);
    // It does not say with which of both it runs.
    await audit.refused(() => ask(agent, undefined), REFUSED);

    const waiting = (await read(agent))['composition_drift'] as { readonly digest: string };
    expect(waiting).toMatchObject({
      action: 'approve',
      changes: [{ member: 'prompt', from: digestOf('1'), to: digestOf('4') }],
    });
    const other = await act(agent, 'compositions/approval', { digest: digestOf('f') });
    expect([other.status, other.body['reason'] ?? other.body['detail']]).toEqual([409, expect.anything()]);
    const { result, events } = await audit.during(() =>
      act(agent, 'compositions/approval', { digest: waiting.digest }),
    );
    expect([result.status, result.body['composition_drift']]).toEqual([200, undefined]);
    expect(events.map(({ type }) => type)).toEqual(['agent.composition_approved']);
    expect((await ask(agent, CHANGED)).status).toBe(200);
    await audit.refused(() => ask(agent, BOOKING), REFUSED);
  });

  test('approve: a rejected one stays refused, and is noticed again', async () => {
    const agent = await newAgent({ composition_drift: 'approve' });
    await ask(agent, BOOKING);
    await audit.refused(() => ask(agent, CHANGED), REFUSED);
    const { digest } = (await read(agent))['composition_drift'] as { readonly digest: string };
    const { events } = await audit.during(() => act(agent, 'compositions/refusal', { digest }));
    expect(events.map(({ type }) => type)).toEqual(['agent.composition_rejected']);
    expect((await ask(agent, BOOKING)).status).toBe(200);
    await audit.refused(() => ask(agent, CHANGED), REFUSED);
    expect((await read(agent))['composition_drift']).toMatchObject({ digest });
  });

  test('suspend: the agent is suspended with the request that shows it, and its tokens are over', async () => {
    const agent = await newAgent({ composition_drift: 'suspend' });
    const token = String((await ask(agent, BOOKING)).body['access_token']);
    const live = () => scene.calls.introspect(scene.jwt.credential, token);
    expect((await live()).body).toMatchObject({ active: true, composition: { grade: 'declared' } });
    const { result, events } = await audit.during(() => ask(agent, CHANGED));
    expect([result.status, result.body['error']]).toEqual([400, 'access_denied']);
    expect(events.map(({ type }) => type)).toEqual(['agent.composition_drifted', 'agent.suspended', 'token.refused']);
    expect(events[1]).toMatchObject({ caller: 'system', inputs: { cause: 'composition_drift' } });
    expect((await live()).body).toEqual({ active: false });
    expect((await ask(agent, BOOKING)).status).toBe(401);

    // Resumed without a decision, it is suspended again.
    await act(agent, 'resume');
    expect((await ask(agent, CHANGED)).status).toBe(400);
    expect((await read(agent))['state']).toBe('suspended');
    const { digest } = (await read(agent))['composition_drift'] as { readonly digest: string };
    await act(agent, 'compositions/approval', { digest });
    expect((await read(agent))['state']).toBe('suspended');
    await act(agent, 'resume');
    expect((await ask(agent, CHANGED)).status).toBe(200);
  });

  test('where ceilings name the compositions that may run, a named one needs no approval and another one does', async () => {
    const [first, second, third] = [digestOf('a'), digestOf('b'), digestOf('c')];
    const agent = await newAgent({ compositions: [first, second] }, { composition: { digest: first } });
    expect((await ask(agent, { digest: second })).status).toBe(200);
    await audit.refused(() => ask(agent, { digest: third }), REFUSED);
    expect((await ask(agent, { digest: second })).status).toBe(200);
  });

  test('what a blueprint does not allow waits, and no owner can approve it before an operator allows it', async () => {
    const [first, second] = [digestOf('a'), digestOf('b')];
    const blueprint = async (path: string, body: object, headers: Record<string, string> = {}) =>
      scene.management.call('POST', `/blueprints${path}`, body, headers);
    const ceilings = { compositions: [first] };
    const { body } = await blueprint('', { name: 'Composed agents', purpose: 'Book trips', ceilings });
    const id = String(body['id']);
    const { headers } = await scene.management.call('GET', `/blueprints/${id}`);
    await blueprint(`/${id}/activate`, {}, { 'if-match': String(headers.get('etag')) });
    const agent = await newAgent({}, { blueprint: id, composition: { digest: first } });
    await audit.refused(() => ask(agent, { digest: second }), REFUSED);
    const refused = await act(agent, 'compositions/approval', { digest: second });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('/composition')]);
    expect(await read(agent)).toMatchObject({ composition: { digest: first }, composition_drift: { digest: second } });
    expect((await ask(agent, { digest: first })).status).toBe(200);
  });

  test('a malformed composition is no authentication, and the answer says what is wrong', async () => {
    const agent = await newAgent();
    const { answer } = await audit.refused(() => ask(agent, { model: 'm', memory: 'x' }), {
      status: 401,
      error: 'invalid_client',
    });
    expect(answer.body['error_description']).toContain('memory');
  });
});

describe('a request without the composition that the agent has shown before', () => {
  test('note: its token names none, at introspection too, and one event and one mail an hour say so', async () => {
    const agent = await newAgent();
    await ask(agent, BOOKING);
    const { digest } = (await read(agent))['composition'] as { readonly digest: string };
    const { result, events } = await audit.during(() => ask(agent, undefined));
    expect(events).toMatchObject([
      {
        ...{ type: 'agent.composition_omitted', outcome: 'done', agent: agent.clientId, caller: agent.clientId },
        inputs: { action: 'note', from: digest },
      },
      { type: 'token.issued' },
    ]);
    expect(events[1]?.inputs).not.toHaveProperty('composition');
    const token = String(result.body['access_token']);
    expect(decodeJwt(token)).not.toHaveProperty('composition');
    const { body } = await scene.calls.introspect(scene.jwt.credential, token);
    expect([body['active'], body['composition']]).toEqual([true, undefined]);
    expect(await read(agent)).toMatchObject({
      composition: { version: 1 },
      composition_omitted_at: expect.any(Number),
    });
    const again = await audit.during(() => ask(agent, undefined));
    expect(again.events.map(({ type }) => type)).toEqual(['token.issued']);
    advance(3_600_000);
    const later = await audit.during(() => ask(agent, undefined));
    expect(later.events.map(({ type }) => type)).toEqual(['agent.composition_omitted', 'token.issued']);
  });

  test.each<readonly [string, object, object]>([
    ['approve', { composition_drift: 'approve' }, {}],
    ['suspend', { composition_drift: 'suspend' }, {}],
    ['named compositions', { compositions: [digestOf('a')] }, { composition: { digest: digestOf('a') } }],
  ])('%s: it is refused, and neither suspends the agent nor stops requests that show it', async (_, ceilings, more) => {
    const agent = await newAgent(ceilings, more);
    const own = 'composition' in more ? { digest: digestOf('a') } : BOOKING;
    expect((await ask(agent, own)).status).toBe(200);
    const { answer, event } = await audit.refused(() => ask(agent, undefined), REFUSED);
    expect(answer.body['denial']).toMatchObject({
      layer: 'composition',
      reason: 'composition_not_shown',
      remedies: [{ kind: 'contact', whom: 'owner' }],
    });
    expect(event).toMatchObject({ agent: agent.clientId });
    expect(await read(agent)).toMatchObject({ state: 'active', composition_omitted_at: expect.any(Number) });
    expect((await ask(agent, own)).status).toBe(200);
  });

  test('of an agent that has never shown one is no omission: its token has what the owner declared', async () => {
    const agent = await newAgent({ composition_drift: 'approve' }, { composition: { digest: digestOf('a') } });
    const { result, events } = await audit.during(() => ask(agent, undefined));
    expect(events.map(({ type }) => type)).toEqual(['token.issued']);
    expect(decodeJwt(String(result.body['access_token']))['composition']).toMatchObject({ digest: digestOf('a') });
    // Once it has shown the declared one, it is.
    const shown = await audit.during(() => ask(agent, { digest: digestOf('a') }));
    expect(shown.events.map(({ type }) => type)).toEqual(['agent.composition_declared', 'token.issued']);
    expect(await read(agent)).toMatchObject({ composition: { version: 1 } });
    await audit.refused(() => ask(agent, undefined), REFUSED);
  });

  test.each([
    ['another one', { digest: digestOf('b') }],
    ['the same one', { digest: digestOf('a') }],
  ])('is no omission once its owner has declared %s, until it shows one again', async (_, declared) => {
    const agent = await newAgent({ composition_drift: 'suspend' });
    expect((await ask(agent, { digest: digestOf('a') })).status).toBe(200);
    await audit.refused(() => ask(agent, undefined), REFUSED);
    const { result, events } = await audit.during(() => act(agent, 'compositions', declared));
    expect(result.status).toBe(200);
    expect(events).toMatchObject([
      { type: 'agent.composition_declared', changed: expect.arrayContaining(['shows_composition']) },
    ]);
    const silent = await ask(agent, undefined);
    expect(decodeJwt(String(silent.body['access_token']))['composition']).toEqual({ ...declared, grade: 'declared' });
    expect((await ask(agent, declared)).status).toBe(200);
    await audit.refused(() => ask(agent, undefined), REFUSED);
  });
});

describe('the grade of a composition', () => {
  let attester: KeyPair;
  beforeAll(async () => {
    attester = await newKeyPair();
  });

  const attestedAgent = async (): Promise<Identity> => {
    const agent = await newAgent();
    await scene.management.call('POST', `/agents/${agent.clientId}/credentials`, {
      ...{ kind: 'attested', attester: 'https://attester.example.com', jwks: { keys: [attester.publicJwk] } },
    });
    return agent;
  };

  test.each(['jwt', 'opaque'] as const)('attested: in the %s token, and at introspection', async (format) => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const at = scene[format];
    const own = { grant_type: 'client_credentials', resource: at.identifier, scope: 'read' };
    const { answer, event } = await audit.issued(() => attested.token(copy, own, { claims: { composition: BOOKING } }));
    const composition = { digest: expect.stringMatching(/^sha256:/), grade: 'attested' };
    expect(event.inputs).toMatchObject({ composition });
    const token = String(answer.body['access_token']);
    if (format === 'jwt') expect(decodeJwt(token)['composition']).toEqual(composition);
    expect((await scene.calls.introspect(at.credential, token)).body).toMatchObject({ active: true, composition });
    expect(await read(agent)).toMatchObject({ composition: { grade: 'attested' } });

    // The same agent with another credential proves nothing of it.
    const declared = await ask(agent, BOOKING);
    expect(decodeJwt(String(declared.body['access_token']))['composition']).toMatchObject({ grade: 'declared' });
    const silent = await ask(agent, undefined);
    expect(decodeJwt(String(silent.body['access_token']))).not.toHaveProperty('composition');
  });

  test('a policy may demand it: the denial names the remedy, and the token that has it stays active', async () => {
    const { body: active } = await scene.management.call('GET', '/policy-sets/active');
    const { body: drafted } = await scene.management.call('POST', '/policy-sets', {
      text: `${String(active['text'])}
@id("writes-need-attestation")
@attested("required")
forbid (principal is Agent, action == Action::"act", resource is Scope)
when { resource.name == "write" }
unless { principal has compositionGrade && principal.compositionGrade == "attested" };\n`,
    });
    expect((await activated(scene.management, drafted['version'])).status).toBe(200);
    const agent = await attestedAgent();
    const { answer } = await audit.refused(() => ask(agent, BOOKING, { scope: 'write' }), {
      ...{ status: 400, error: 'access_denied', event: 'token.refused' },
    });
    expect(answer.body['denial']).toMatchObject({
      layer: 'policy',
      remedies: [{ kind: 'attestation', claim: 'composition' }],
    });
    const copy = await newCopy(agent.clientId, attester);
    const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'write' };
    const given = await audit.issued(() => attested.token(copy, own, { claims: { composition: BOOKING } }));
    const token = String(given.answer.body['access_token']);
    expect((await scene.calls.introspect(scene.jwt.credential, token)).body).toMatchObject({ active: true });
    expect(given.event.inputs).toMatchObject({ composition: { grade: 'attested' } });
  });

  test('a malformed composition in an attestation is no authentication', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
    await audit.refused(() => attested.token(copy, own, { claims: { composition: 'x' } }), {
      status: 401,
      error: 'invalid_client',
    });
  });
});

describe('the owner decides', () => {
  const waiting = async (): Promise<{ readonly agent: Identity; readonly digest: string }> => {
    const agent = await newAgent({ composition_drift: 'approve' });
    await ask(agent, BOOKING);
    await audit.refused(() => ask(agent, { ...CHANGED, tool_digests: { book: digestOf('2') } }), REFUSED);
    const { digest } = (await read(agent))['composition_drift'] as { readonly digest: string };
    return { agent, digest };
  };
  const CLI_CHANGES = 'prompt sha256:111111111111… → sha256:444444444444…; tool find removed';

  test('on the page of the agent, which names what differs, in both languages', async () => {
    const { agent } = await waiting();
    const browser = newBrowser(server.issuer);
    const path = `${server.issuer}/console/agents/${agent.clientId}`;
    const page = await submitSignIn(browser, await browser.open(path), scene.person);
    expect(page.status).toBe(200);
    for (const shown of ['It runs with another composition', digestOf('1'), digestOf('4'), 'find', 'removed']) {
      expect(page.html).toContain(shown);
    }
    const decide = page.forms.find(({ action }) => /compositions\/approve$/.test(action));
    const { result, events } = await audit.during(() => browser.submit(page, decide as never, {}));
    expect(result.url).toContain('done=compositionApproved');
    expect(events).toMatchObject([
      { type: 'agent.composition_approved', caller: scene.accountId, agent: agent.clientId },
    ]);
    expect((await browser.open(path)).html).not.toContain('It runs with another composition');
  });

  test('on the command line, and by declaring a composition', async () => {
    const { agent, digest } = await waiting();
    const behalf = (...argv: string[]) =>
      cliHere(['agents', 'compositions', ...argv], { BEHALF_DATA: server.dataFolder });
    const wrong = await behalf('approve', agent.clientId, digestOf('f'));
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('No such composition waits') });
    expect(await behalf('approve', agent.clientId, digest)).toMatchObject({ code: 0 });
    const listed = await behalf('list', agent.clientId);
    expect(listed.out).toContain(CLI_CHANGES);
    const declared = await behalf('declare', agent.clientId, '--model', 'm-2', '--tool', `book=${digestOf('9')}`);
    expect(declared.out).toContain('model m-1 → m-2');
    expect(await read(agent)).toMatchObject({
      composition: { version: 3, model: 'm-2', tools: ['book'], tool_digests: { book: digestOf('9') } },
    });
    expect(await behalf('declare', agent.clientId)).toMatchObject({ code: 2 });
  });

  test('another owner reads and decides nothing', async () => {
    const { agent, digest } = await waiting();
    const password = 'a long enough pass phrase';
    await scene.management.createAccount({ username: 'eve', name: 'Eve', password });
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/console`), { username: 'eve', password });
    const path = `${server.issuer}/console/agents/${agent.clientId}`;
    expect((await browser.open(path)).status).toBe(404);
    const body = new URLSearchParams({ digest });
    expect((await browser.request(`${path}/compositions/approve`, { method: 'POST', body })).status).toBe(403);
    expect((await read(agent))['composition_drift']).toMatchObject({ digest });
  });
});

test('of 12 requests at once that show the same drift, all are refused, and it waits once', async () => {
  const agent = await newAgent({ composition_drift: 'approve' });
  await ask(agent, BOOKING);
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(agent, CHANGED)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body['error']}`))).toEqual(
    new Set(['400 access_denied']),
  );
  expect(await read(agent)).toMatchObject({ composition: { version: 1 }, composition_drift: { action: 'approve' } });
  expect((await ask(agent, BOOKING)).status).toBe(200);
});

test('a transaction has the composition and the grade of the token that opened it', async () => {
  const attester = await newKeyPair();
  const agent = await newAgent({}, { authority: { [`${server.issuer}/api/v1`]: ['transactions:write'] } });
  await scene.management.call('POST', `/agents/${agent.clientId}/credentials`, {
    ...{ kind: 'attested', attester: 'https://attester.example.com', jwks: { keys: [attester.publicJwk] } },
  });
  const copy = await newCopy(agent.clientId, attester);
  const resource = `${server.issuer}/api/v1`;
  const own = { grant_type: 'client_credentials', resource, scope: 'transactions:write' };
  const opened = async (answer: Answer) => {
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    const made = await fetch(`${resource}/transactions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(answer.body['access_token'])}`, 'content-type': 'application/json' },
      body: JSON.stringify({ trigger: 'event', intent: 'Book the trip' }),
    });
    return made.json();
  };
  const shown = await attested.token(copy, own, { claims: { composition: BOOKING } });
  const { digest } = (await read(agent))['composition'] as { readonly digest: string };
  expect(await opened(shown)).toMatchObject({ composition: digest, composition_grade: 'attested' });
  expect(await opened(await ask(agent, BOOKING, { resource, scope: 'transactions:write' }))).toMatchObject({
    ...{ composition: digest, composition_grade: 'declared' },
  });
  const silent = await opened(await ask(agent, undefined, { resource, scope: 'transactions:write' }));
  expect(silent).not.toHaveProperty('composition');
});
