/** Findings arise from the audit log, over all agents and clients; operators dismiss, adopt, quarantine, and undo that. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// Findings arise within some seconds, on a machine that others work on.
jest.setTimeout(90_000);

type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
});

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  scene.management.call(method, `/findings${path}`, body, headers);
const listed = async (query: string): Promise<readonly Json[]> =>
  (await call('GET', `?${query}`)).body['items'] as readonly Json[];
const about = (subject: string, more = '') => listed(`subject=${encodeURIComponent(subject)}${more}`);
/** Waits until the subject has a finding of the kind in the state. */
const finding = async (subject: string, kind: string, state = 'open'): Promise<Json> => {
  let found: Json | undefined;
  await until(
    async () => {
      found = (await about(subject)).find((one) => one['kind'] === kind && one['state'] === state);
      return found !== undefined;
    },
    { what: `a finding ${kind} (${state})`, seconds: 60 },
  );
  return found ?? {};
};

type Service = { readonly id: string; readonly credential: Credential };
/** A service that acts for itself. */
const newService = async (name: string, more: object = {}): Promise<Service> => {
  const key = await newKeyPair();
  const { id } = await scene.management.createClient({
    ...{ name, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk] } },
    ...{ grant_types: ['client_credentials'], authority: { [scene.jwt.identifier]: ['read'] } },
    ...more,
  });
  return { id, credential: { kind: 'key', identity: { clientId: id, key } } };
};
const token = ({ credential }: Pick<Service, 'credential'>): Promise<Answer> =>
  scene.calls.token(credential, {
    ...{ grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' },
  });
/** A service with the name of an agent, that got five tokens. */
const undeclared = async (name = 'Invoice agent') => {
  const service = await newService(name);
  for (let count = 0; count < 5; count += 1) expect((await token(service)).status).toBe(200);
  return { service, found: await finding(service.id, 'undeclared_agent') };
};
const DECISIONS = ['dismissed', 'adopted', 'quarantined', 'reopened'] as const;
/** The events about a finding, in the order of their types: opened, resolved, then the decisions. */
const eventsOf = async (id: unknown) => {
  const types = (['opened', 'resolved', ...DECISIONS] as const).map((verb) => `finding.${verb}` as const);
  const events = (await Promise.all(types.map((type) => server.events(type)))).flat();
  return events.filter(({ target }) => target?.id === id);
};
const typesOf = async (id: unknown) => (await eventsOf(id)).map(({ type }) => type);

describe('an undeclared agent', () => {
  test('is found by its own tokens, with a score in parts and the events that prove it', async () => {
    const { service, found } = await undeclared();
    expect(found).toMatchObject({
      ...{ severity: 'medium', score: 50, subject_kind: 'client', name: 'Invoice agent', state: 'open' },
      parts: [
        { reason: 'no_person', points: 25, value: 5 },
        { reason: 'agent_name', points: 25 },
      ],
      acts: ['adopt', 'dismiss', 'quarantine'],
    });
    const [evidence] = found['evidence'] as readonly string[];
    const event = await scene.management.call('GET', `/audit/events/${encodeURIComponent(String(evidence))}`);
    expect(event.body).toMatchObject({ event: { type: 'token.issued', caller: service.id } });
    expect(await eventsOf(found['id'])).toMatchObject([
      {
        ...{ type: 'finding.opened', outcome: 'done', caller: 'system' },
        inputs: { kind: 'undeclared_agent', subject: service.id, score: 50, reasons: ['no_person', 'agent_name'] },
      },
    ]);
  });

  test('a stranger cannot provoke it: requests that fail the authentication of a client count nothing', async () => {
    const service = await newService('Quiet agent');
    const stranger = await newKeyPair();
    const forged: Credential = { kind: 'key', identity: { clientId: service.id, key: stranger } };
    for (let count = 0; count < 8; count += 1) expect((await token({ credential: forged })).status).toBe(401);
    // The next one is read after all of them.
    await undeclared('Later agent');
    expect((await about(service.id)).map(({ kind }) => kind)).not.toContain('undeclared_agent');
  });

  test('adopt registers an agent for an owner, under a blueprint, and the client works as before', async () => {
    const { service, found } = await undeclared('Adopted agent');
    const blueprint = await scene.management.createBlueprint({ name: 'Back office' });
    const refused = await call('POST', `/${found['id']}/adopt`, { owner: 'ada' });
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/purpose' }]]);
    const answer = await call('POST', `/${found['id']}/adopt`, {
      ...{ owner: 'ada', purpose: 'Books invoices', blueprint: blueprint.id },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ state: 'adopted', agent: expect.stringMatching(/^agt_/) });
    const agent = await scene.management.call('GET', `/agents/${answer.body['agent']}`);
    expect(agent.body).toMatchObject({
      ...{ name: 'Adopted agent', owner: scene.accountId, purpose: 'Books invoices', state: 'pending' },
      blueprint: blueprint.id,
    });
    expect((await token(service)).status).toBe(200);
    expect(await typesOf(found['id'])).toEqual(['finding.opened', 'finding.adopted']);
    const back = await call('POST', `/${found['id']}/reopen`);
    expect(back.body).toMatchObject({ state: 'open' });
    expect(back.body['agent']).toBeUndefined();
  });

  test('adopt with an owner that does not exist changes nothing', async () => {
    const { found } = await undeclared('Unknown owner agent');
    const refused = await call('POST', `/${found['id']}/adopt`, { owner: 'acc_unknown', purpose: 'Books' });
    expect(refused.status).toBe(400);
    expect(refused.body['errors']).toMatchObject([{ pointer: '/owner' }]);
    expect((await call('GET', `/${found['id']}`)).body).toMatchObject({ state: 'open' });
    expect(await typesOf(found['id'])).toEqual(['finding.opened']);
  });

  test('quarantine stops the client at once, and reopen lets it work again', async () => {
    const { service, found } = await undeclared('Odd agent');
    const answer = await call('POST', `/${found['id']}/quarantine`, { reason: 'It is unknown' });
    expect([answer.status, answer.body]).toMatchObject([200, { state: 'quarantined', reason: 'It is unknown' }]);
    expect((await token(service)).status).toBe(401);
    expect((await scene.management.call('GET', `/clients/${service.id}`)).body['state']).toBe('disabled');
    // Another decision needs the first one undone.
    const again = await call('POST', `/${found['id']}/dismiss`, { until: soon(), reason: 'It is known' });
    expect([again.status, again.body['reason']]).toEqual([409, 'finding_decided']);
    expect((await call('POST', `/${found['id']}/reopen`)).body).toMatchObject({ state: 'open' });
    expect((await token(service)).status).toBe(200);
    expect(await typesOf(found['id'])).toEqual(['finding.opened', 'finding.quarantined', 'finding.reopened']);
  });

  test('a quarantined client that is enabled elsewhere is an open finding again', async () => {
    const { service, found } = await undeclared('Freed agent');
    await call('POST', `/${found['id']}/quarantine`, { reason: 'It is unknown' });
    await scene.management.call('POST', `/clients/${service.id}/enable`);
    await finding(service.id, 'undeclared_agent');
    expect((await server.events('finding.opened')).at(-1)).toMatchObject({
      ...{ target: { id: found['id'] }, note: 'the subject was resumed' },
    });
  });
});

const soon = (): number => Math.floor(Date.now() / 1000) + 86_400;

describe('decisions', () => {
  test('a dismissed finding leaves the list until its time', async () => {
    const { found } = await undeclared('Known agent');
    const until = soon();
    const etag = String((await call('GET', `/${found['id']}`)).headers.get('etag'));
    const answer = await call(
      'POST',
      `/${found['id']}/dismiss`,
      { until, reason: 'A nightly job' },
      { 'if-match': etag },
    );
    expect([answer.status, answer.body]).toMatchObject([200, { state: 'dismissed', until, reason: 'A nightly job' }]);
    const open = await listed('kind=undeclared_agent&limit=200');
    expect(open.map(({ id }) => id)).not.toContain(found['id']);
    expect((await listed('state=dismissed&limit=200')).map(({ id }) => id)).toContain(found['id']);
    const stale = await call('POST', `/${found['id']}/reopen`, undefined, { 'if-match': etag });
    expect(stale.status).toBe(412);
  });

  test('a time in the past, or more than a year away, is refused', async () => {
    const { found } = await undeclared('Timed agent');
    for (const until of [1, Math.floor(Date.now() / 1000) + 400 * 86_400]) {
      const answer = await call('POST', `/${found['id']}/dismiss`, { until, reason: 'Later' });
      expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer: '/until' }]]);
    }
    expect(await typesOf(found['id'])).toEqual(['finding.opened']);
  });

  test('an act that the kind does not have is refused', async () => {
    const { clientId: id } = await scene.newAgent('Ends soon');
    const etag = String((await scene.management.call('GET', `/agents/${id}`)).headers.get('etag'));
    const at = Math.floor(Date.now() / 1000) + 5 * 86_400;
    await scene.management.call('PATCH', `/agents/${id}`, { expires_at: at }, { 'if-match': etag });
    const found = await finding(id, 'expiring');
    expect(found).toMatchObject({ ends_at: at, owner: scene.accountId, acts: ['dismiss'] });
    const answer = await call('POST', `/${found['id']}/quarantine`, { reason: 'No' });
    expect([answer.status, answer.body['reason']]).toEqual([409, 'finding_act_unfit']);
  });

  test('of many decisions at once exactly one counts, and the others say that they came to nothing', async () => {
    for (const round of [1, 2, 3]) {
      const { service, found } = await undeclared(`Raced agent ${round}`);
      const path = `/${found['id']}`;
      const answers = await Promise.all([
        call('POST', `${path}/dismiss`, { until: soon(), reason: 'First' }),
        call('POST', `${path}/dismiss`, { until: soon(), reason: 'Second' }),
        call('POST', `${path}/quarantine`, { reason: 'Third' }),
        call('POST', `${path}/adopt`, { owner: 'ada', purpose: 'Books' }),
        call('POST', `${path}/adopt`, { owner: 'ada', purpose: 'Books' }),
      ]);
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      for (const { status } of answers) expect([200, 409, 412]).toContain(status);
      const { state } = (await call('GET', path)).body;
      expect(won[0]?.body['state']).toBe(state);
      // What lost has no effect.
      const isStopped = (await token(service)).status !== 200;
      expect(isStopped).toBe(state === 'quarantined');
      const agents = (await scene.management.call('GET', `/agents?search=Raced+${round}&limit=50`)).body;
      const living = (agents['items'] as readonly Json[]).filter((one) => one['state'] !== 'retired');
      expect(living).toHaveLength(state === 'adopted' ? 1 : 0);
      const decided = (await eventsOf(found['id'])).filter(({ type }) => type !== 'finding.opened');
      const ofOutcome = (wanted: string) => decided.filter(({ outcome }) => outcome === wanted).length;
      expect(ofOutcome('done') - ofOutcome('refused')).toBe(1);
    }
  });
});

describe('owner and purpose of clients', () => {
  test('a confidential client without them works, and is a finding until it has both', async () => {
    const service = await newService('Old job');
    expect((await token(service)).status).toBe(200);
    const found = await finding(service.id, 'unowned_client');
    expect((found['parts'] as readonly Json[]).map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['no_owner', 'no_purpose', 'own_rights']),
    );
    const etag = String((await scene.management.call('GET', `/clients/${service.id}`)).headers.get('etag'));
    const changed = await scene.management.call(
      'PATCH',
      `/clients/${service.id}`,
      { owner: scene.accountId, purpose: 'Exports invoices' },
      { 'if-match': etag },
    );
    expect([changed.status, changed.body['purpose']]).toEqual([200, 'Exports invoices']);
    await finding(service.id, 'unowned_client', 'resolved');
    expect((await eventsOf(found['id'])).map(({ type }) => type)).toEqual(['finding.opened', 'finding.resolved']);
  });

  test('a purpose with hidden characters is refused, and a client with a purpose stays a client', async () => {
    const refused = await scene.management.call('POST', '/clients', {
      ...{ name: 'Hidden', purpose: 'Pays\u202einvoices', redirect_uris: ['https://a.example.com/cb'] },
    });
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/purpose' }]]);
    const service = await newService('Claimed job', { purpose: 'Exports', owner: scene.accountId });
    expect((await token(service)).status).toBe(200);
    expect((await scene.management.call('GET', `/agents/${service.id}`)).status).toBe(404);
  });
});

describe('over all agents and clients', () => {
  test('a retired agent has no finding any more', async () => {
    const { clientId: id } = await scene.newAgent('Short-lived');
    const etag = String((await scene.management.call('GET', `/agents/${id}`)).headers.get('etag'));
    const at = Math.floor(Date.now() / 1000) + 86_400;
    await scene.management.call('PATCH', `/agents/${id}`, { expires_at: at }, { 'if-match': etag });
    await finding(id, 'expiring');
    await scene.management.call('POST', `/agents/${id}/retire`);
    await finding(id, 'expiring', 'resolved');
  });
});
