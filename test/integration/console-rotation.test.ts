/** Keys and secrets of an agent, rotated by hand in the console: the new ones at once, the old ones until their end or a button. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE, clientAssertion, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type Answer, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
/** Owns the agents. */
let ada: Browser;
let operator: Browser;
/** What calls the API for the operator. */
let operatorScript: Identity;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const { id } = await scene.management.createAccount({ ...OPERATOR, name: 'Olga', roles: ['operator'] });
  operatorScript = await scene.management.newScript(id);
  [ada, operator] = (await Promise.all([scene.person, OPERATOR].map(signedIn))) as [Browser, Browser];
}, 60_000);
afterAll(() => server?.close());

const asks = async (identity: Identity): Promise<Answer> =>
  post(scene.calls.endpoints.token, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: await clientAssertion(identity, server.issuer),
  });

type Credential = { readonly id: string; readonly kind: string; readonly expires_at?: number };
const credentialsOf = async (agent: string): Promise<readonly Credential[]> =>
  (await scene.management.call('GET', `/agents/${agent}/credentials`)).body['items'] as never;

const pathOf = (agent: string, credential: string): string =>
  `/console/agents/${agent}/credentials/${credential}/rotate`;

const send = async (browser: Browser, path: string, jwks: string, overlap: string): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find(({ action }) => action.endsWith('/rotate'));
  if (!form) throw new Error(`no form: ${page.status} ${page.text.slice(0, 200)}`);
  return browser.submit(page, form, { set: { jwks, overlap_seconds: overlap } });
};

const eventsOf = async (type: string) => {
  await server.settled();
  return server.events(type as never);
};

describe('the keys of an agent', () => {
  test('work beside the old ones until the owner ends those early; each step is an event', async () => {
    const agent = await scene.newAgent('Rotated');
    const [old] = await credentialsOf(agent.clientId);
    const path = pathOf(agent.clientId, String(old?.id));
    expect((await ada.open(at(`/console/agents/${agent.clientId}`))).html).toContain(`href="${path}"`);
    const next = { clientId: agent.clientId, key: await newKeyPair() };
    const done = await send(ada, path, JSON.stringify(next.key.publicJwk), '3600');
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('The old keys work until')]);
    expect([(await asks(agent)).status, (await asks(next)).status]).toEqual([200, 200]);
    expect(await eventsOf('credential.rotated')).toMatchObject([{ outcome: 'done', target: { id: old?.id } }]);
    const form = done.forms.find(({ action }) => action.endsWith(`/credentials/${old?.id}/remove`));
    if (!form) throw new Error('no button that ends the old keys');
    expect((await ada.submit(done, form)).status).toBe(200);
    expect([(await asks(agent)).status, (await asks(next)).status]).toEqual([401, 200]);
    expect(await eventsOf('credential.removed')).toMatchObject([{ outcome: 'done', target: { id: old?.id } }]);
  });

  test('end at once without an overlap', async () => {
    const agent = await scene.newAgent('At once');
    const [old] = await credentialsOf(agent.clientId);
    const next = { clientId: agent.clientId, key: await newKeyPair() };
    const done = await send(ada, pathOf(agent.clientId, String(old?.id)), JSON.stringify(next.key.publicJwk), '0');
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('The old keys have ended.')]);
    expect([(await asks(agent)).status, (await asks(next)).status]).toEqual([401, 200]);
  });

  test('stay when the form is wrong, which says so at its field', async () => {
    const agent = await scene.newAgent('Wrong');
    const [old] = await credentialsOf(agent.clientId);
    const path = pathOf(agent.clientId, String(old?.id));
    const before = (await eventsOf('credential.rotated')).length;
    const text = await send(ada, path, 'no keys', '3600');
    expect([text.status, text.html]).toEqual([
      400,
      expect.stringMatching(/id="field-jwks-error">[^<]*This is not JSON/),
    ]);
    const key = JSON.stringify((await newKeyPair()).publicJwk);
    const long = await send(ada, path, key, '900000');
    expect([long.status, long.html]).toEqual([400, expect.stringContaining('id="field-overlap_seconds-error"')]);
    expect((await ada.open(at(pathOf(agent.clientId, 'crd_nothing')))).status).toBe(404);
    expect((await asks(agent)).status).toBe(200);
    expect(await eventsOf('credential.rotated')).toHaveLength(before);
  });

  test.each(['0', '3600'])(
    'are no keys that the rotation is to end: refused at the field (overlap %s)',
    async (overlap) => {
      const agent = await scene.newAgent(`The same ${overlap}`);
      const [old] = await credentialsOf(agent.clientId);
      const before = (await eventsOf('credential.rotated')).length;
      const refused = (await eventsOf('request.refused')).length;
      // The key decides, not its "kid".
      const same = JSON.stringify({
        keys: [(await newKeyPair()).publicJwk, { ...agent.key.publicJwk, kid: 'renamed' }],
      });
      const answer = await send(ada, pathOf(agent.clientId, String(old?.id)), same, overlap);
      expect([answer.status, answer.html]).toEqual([
        400,
        expect.stringMatching(/id="field-jwks-error">[^<]*is among the old ones/),
      ]);
      expect((await eventsOf('request.refused')).slice(refused)).toMatchObject([{ error: 'invalid_field' }]);
      expect(await eventsOf('credential.rotated')).toHaveLength(before);
      expect(await credentialsOf(agent.clientId)).toEqual([expect.objectContaining({ id: old?.id })]);
    },
  );

  test('have a form only while they can be replaced: else the page says to add another credential', async () => {
    const agent = await scene.newAgent('Suspended keys');
    const [old] = await credentialsOf(agent.clientId);
    await scene.management.call('POST', `/agents/${agent.clientId}/credentials/${old?.id}/suspend`);
    const before = (await eventsOf('request.refused')).length;
    const page = await ada.open(at(pathOf(agent.clientId, String(old?.id))));
    expect([page.status, page.text]).toEqual([409, expect.stringContaining('Add another credential.')]);
    expect(page.forms.filter(({ action }) => action.endsWith('/rotate'))).toEqual([]);
    expect((await eventsOf('request.refused')).slice(before)).toMatchObject([{ error: 'conflict' }]);
  });

  test('are for the owner and administrators: an operator is refused by page and API, with an event', async () => {
    const agent = await scene.newAgent('Of Ada');
    const [old] = await credentialsOf(agent.clientId);
    const path = pathOf(agent.clientId, String(old?.id));
    expect((await operator.open(at(`/console/agents/${agent.clientId}`))).html).not.toContain(`href="${path}"`);
    const before = (await eventsOf('request.refused')).length;
    expect((await operator.open(at(path))).status).toBe(403);
    expect((await eventsOf('request.refused')).slice(before)).toMatchObject([{ error: 'forbidden' }]);
    const rotated = (await eventsOf('credential.rotated')).length;
    const key = (await newKeyPair()).publicJwk;
    const csrf = /name="csrf" value="([^"]+)"/.exec((await operator.open(at('/console'))).html)?.[1] ?? '';
    const posted = await operator.request(at(path), {
      method: 'POST',
      body: new URLSearchParams({ csrf, jwks: JSON.stringify(key), overlap_seconds: '0' }),
    });
    expect([csrf, posted.status]).toEqual([expect.stringMatching(/.+/), 403]);
    const body = { jwks: { keys: [key] }, overlap_seconds: 60 };
    const replacement = `/agents/${agent.clientId}/credentials/${old?.id}/replacement`;
    const byOperator = await scene.management.callOnce('POST', replacement, body, {}, operatorScript);
    expect(byOperator.status).toBe(403);
    const errors = (await eventsOf('request.refused')).slice(before).map(({ error }) => error);
    expect(errors).toEqual(['forbidden', 'forbidden']);
    expect((await eventsOf('management.refused')).at(-1)).toMatchObject({
      ...{ caller: operatorScript.clientId, error: 'forbidden', note: 'replaceCredentialKeys' },
    });
    expect(await eventsOf('credential.rotated')).toHaveLength(rotated);
    expect((await asks(agent)).status).toBe(200);
    const byAdministrator = await scene.management.call('POST', replacement, body);
    expect([byAdministrator.status, byAdministrator.body]).toMatchObject([200, { kind: 'jwks', state: 'active' }]);
  });
});

describe('the secret of an agent', () => {
  test('is shown once, with the end of the old one and the button that ends it early', async () => {
    const agent = await scene.newAgent('With a secret');
    const { clientId } = agent;
    const ends = Math.floor(Date.now() / 1000) + 86_400;
    const allowed = await scene.management.call('POST', `/agents/${clientId}/secret`, {
      reason: 'A script',
      expires_at: ends,
    });
    const bySecret = async (secret: unknown): Promise<number> =>
      (
        await post(scene.calls.endpoints.token, {
          ...{ grant_type: 'client_credentials', resource: scene.jwt.identifier },
          ...{ client_id: clientId, client_secret: String(secret) },
        })
      ).status;
    const page = await ada.open(at(`/console/agents/${clientId}/rotate-secret`));
    const form = page.forms.find(({ action }) => action.endsWith('/rotate-secret'));
    if (!form) throw new Error(`no form: ${page.status}`);
    const done = await ada.submit(page, form, { set: { overlap: '3600' } });
    const [, next] = /<code class="secret">(bhs_[^<]+)</.exec(done.html) ?? [];
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('The old secret works until')]);
    expect([await bySecret(allowed.body['client_secret']), await bySecret(next)]).toEqual([200, 200]);
    const ending = done.forms.find(({ action }) => action.endsWith('/remove'));
    if (!ending) throw new Error('no button that ends the old secret');
    expect((await ada.submit(done, ending)).status).toBe(200);
    expect([await bySecret(allowed.body['client_secret']), await bySecret(next)]).toEqual([401, 200]);
  });
});
