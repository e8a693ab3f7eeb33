/** DR-09 over HTTP: names that look like others, however they come in, and what the consent page says of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const REDIRECT = 'https://xn--mller-kva.example/callback';

let server: RunningServer;
let scene: Scene;
let other: string;

beforeAll(async () => {
  server = await runServer({
    environment: { BEHALF__REGISTRATION__OPEN: 'true', BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' },
  });
  scene = await makeScene(server, { skipConsent: false });
  other = (await scene.management.createAccount({ username: 'bob', name: 'Bob', password: 'another long pass phrase' }))
    .id;
}, 240_000);

afterAll(async () => {
  await server?.close();
});

const agentOf = async (name: string, owner: string) => ({
  name,
  owner,
  purpose: 'Books trips',
  environment: 'production',
  jwks: { keys: [(await newKeyPair()).publicJwk] },
  redirect_uris: [REDIRECT],
  grant_types: ['authorization_code', 'refresh_token'],
});

const { call } = { call: (...given: Parameters<Scene['management']['call']>) => scene.management.call(...given) };

const register = (body: object) =>
  fetch(`${server.issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The refusals that came about in `work`. */
const during = async <T>(work: () => Promise<T>) => {
  const before = (await server.events()).length;
  const result = await work();
  const made = (await server.events()).slice(before);
  return { result, events: made.filter(({ type }) => type !== 'management.permitted') };
};

const verified = async (name: string): Promise<string> => {
  const made = await scene.management.createAgent(await agentOf(name, scene.accountId));
  expect((await call('POST', `/agents/${made.id}/verify`)).status).toBe(200);
  return made.id;
};

describe('DR-09 names written to deceive', () => {
  test.each([
    ['mixed scripts', 'Pаypal'],
    ['override of direction', 'safe\u202Egnp'],
    ['zero width', 'Pay\u200Bpal'],
    ['piled up marks', 'Z\u0323\u0308\u0301algo'],
    ['200 letters', 'a'.repeat(200)],
  ])('are refused with the member wherever they come in: %s', async (_, name) => {
    const ways = [
      ['/agents', await agentOf(name, scene.accountId)],
      ['/clients', { name }],
      ['/groups', { name, members: [scene.accountId, other] }],
    ] as const;
    for (const [path, body] of ways) {
      const { result, events } = await during(() => call('POST', path, body));
      expect(result).toMatchObject({ status: 400, body: { errors: [{ pointer: '/name' }] } });
      expect(events).toMatchObject([{ type: 'management.refused', outcome: 'refused' }]);
    }
    const answer = await register({ client_name: name, redirect_uris: ['https://new.example.com/cb'] });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_client_metadata' });
  });
});

describe('DR-09 a verified name', () => {
  test('is refused to other owners, in agents and clients, new and renamed, and by self-registration', async () => {
    const id = await verified('Acme Travel');
    expect(await server.events('agent.verified')).toMatchObject([
      { agent: id, outcome: 'done', changed: ['verified_at'] },
    ]);
    expect((await call('GET', `/agents/${id}`)).body).toMatchObject({ verified_at: expect.any(Number) });

    const renamed = await scene.management.createAgent(await agentOf('Harmless', other));
    const stored = await call('GET', `/agents/${renamed.id}`);
    const etag = String(stored.headers.get('etag'));
    const tries = [
      async () => call('POST', '/agents', await agentOf('ACME-TraveI', other)),
      async () => call('POST', '/clients', { name: 'Acrne Travel', owner: other }),
      async () => call('PATCH', `/agents/${renamed.id}`, { name: 'Acme Trave1' }, { 'if-match': etag }),
    ];
    for (const attempt of tries) {
      const { result, events } = await during(attempt);
      expect(result).toMatchObject({ status: 400, body: { errors: [{ pointer: '/name' }] } });
      expect(events).toMatchObject([{ type: 'management.refused', outcome: 'refused' }]);
    }
    const answer = await register({ client_name: 'Асме Тгаvеl', redirect_uris: ['https://new.example.com/cb'] });
    expect(answer.status).toBe(400);
    const same = await register({ client_name: 'AcmeTravel', redirect_uris: ['https://new.example.com/cb'] });
    expect(same.status).toBe(400);
    expect(await same.json()).toMatchObject({ error: 'invalid_client_metadata' });

    // Its owner may have more of them; without the mark any owner may.
    expect((await call('POST', '/agents', await agentOf('Acme travel', scene.accountId))).status).toBe(201);
    expect((await call('POST', `/agents/${id}/unverify`)).status).toBe(200);
    expect((await call('POST', '/agents', await agentOf('ACME-TraveI', other))).status).toBe(201);
  });

  test('is given to one of two that look alike, and stays while it has the mark', async () => {
    const first = await scene.management.createAgent(await agentOf('Globex', scene.accountId));
    const second = await scene.management.createAgent(await agentOf('GIobex', other));
    const answers = await Promise.all([first, second].map(({ id }) => call('POST', `/agents/${id}/verify`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const winner = answers[0]?.status === 200 ? first.id : second.id;
    const etag = String((await call('GET', `/agents/${winner}`)).headers.get('etag'));
    const refused = await call('PATCH', `/agents/${winner}`, { name: 'Initech' }, { 'if-match': etag });
    expect(refused).toMatchObject({ status: 409 });
  });

  test('warns on the consent page of one that looks like it, with the host in ASCII', async () => {
    const key = await newKeyPair();
    const like = await scene.management.createAgent({
      ...(await agentOf('Umbre1la', other)),
      jwks: { keys: [key.publicJwk] },
    });
    await verified('Umbrella');
    const request = scene.authorizationRequest(
      { clientId: like.id, key },
      { scope: 'read', resource: scene.jwt.identifier, redirect_uri: REDIRECT },
    );
    const browser = newBrowser(server.issuer);
    const page = await submitSignIn(browser, await browser.open(request.url), scene.person);
    expect(page.status).toBe(200);
    expect(page.text).toContain('“Umbrella”');
    expect(page.text).toContain('It is at xn--mller-kva.example');
    expect(page.text).toContain('müller.example');
  });
});
